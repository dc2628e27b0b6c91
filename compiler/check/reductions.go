package check

// Reductions: sum, mean, count, any, all, and min and max, also of two values.

import (
	"math/big"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// axis evaluates `axis: k` of an operation on x.
func (f *frame) axis(a *ast.Arg, x value) (int, bool) {
	k, ok := f.constantInt(a, "an axis")
	if ok && (k < 0 || k >= len(x.Shape)) {
		f.errorf("E201", a.Value, "there is no axis %d", k).Label = f.c.plain(x.Type)
		return 0, false
	}
	return k, ok
}

func without(s types.Shape, axis int) types.Shape {
	out := append(types.Shape{}, s[:axis]...)
	return append(out, s[axis+1:]...)
}

// reduction checks sum, mean, count, any and all.
func (f *frame) reduction(e *ast.Call, _ types.Elem) value {
	name := f.callee
	args, ok := f.bind(e, name, []string{"x", "axis", "mask"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, types.Elem{}))
	if x.bad() {
		return poison(e)
	}
	o, _ := op.Lookup(name)
	if !inClass(x.Elem, o.Class) {
		return f.fail(args[0].Value, "E204", f.c.plain(x.Type), "`%s` takes %s", name, classText(o.Class))
	}
	r, ok := f.reduced(e, name, args, x)
	if !ok {
		return poison(e)
	}
	out := f.result(f.reducedElem(name, x.Elem), r.shape, r.place, r.met, r.operands...)
	if r.masked() && x.bounds.known() {
		x.bounds = x.bounds.union(exactly(nought))
	}
	if x.Place.IsShared() {
		out.met = x.met
	}
	if out = f.reducedBounds(e, name, x, r.count, out); r.masked() && !out.bad() {
		out.affine = nil
	}
	return out
}

// A reducedTo is what is left of an operand of which elements are taken
// together.
type reducedTo struct {
	shape    types.Shape
	count    types.Size // of the elements that are taken together
	place    types.Place
	met      *meeting
	operands []value // the operand, and the mask if there is one
}

func (r reducedTo) masked() bool { return len(r.operands) > 1 }

// reduced evaluates the axis and the mask of a reduction, the second and third
// of its arguments.
func (f *frame) reduced(e *ast.Call, name string, args []*ast.Arg, x value) (r reducedTo, ok bool) {
	k := -1
	r.shape, r.count, r.operands = types.Shape{}, x.Shape.Count(), []value{x}
	if args[1] != nil {
		if k, ok = f.axis(args[1], x); !ok {
			return r, false
		}
		r.shape, r.count = without(x.Shape, k), x.Shape[k]
	}
	m, ok := f.mask(e, args[2], x, k)
	if !ok {
		return r, false
	}
	if !m.bad() {
		r.operands = append(r.operands, m)
	}
	r.place, r.met, ok = f.join(e, name, r.operands...)
	return r, ok
}

func (f *frame) reducedElem(name string, e types.Elem) types.Elem {
	switch {
	case name == "count":
		return types.Of(types.Int64)
	case name == "mean" && e.IsInt():
		return f.c.prog.Precision
	case name == "sum" && e.Unsigned():
		return types.Of(types.Uint64)
	case name == "sum" && e.IsInt():
		return types.Of(types.Int64)
	}
	return e
}

func (f *frame) reducedBounds(e *ast.Call, name string, x value, n types.Size, out value) value {
	length := f.value(n)
	if length.low.Sign() < 0 {
		length.low = new(big.Rat)
	}
	ok := true
	switch name {
	case "sum":
		out.affine = x.sumOfParts()
		sum := x.bounds.mul(length)
		if sum.within(whole(out.Elem)) {
			out.total = &total{x.bounds, n}
		}
		out.bounds, ok = f.fit(e, out.Elem, sum, x, f.extent(n))
	case "count":
		out.bounds = bounds{new(big.Rat), length.high, length.declared}
	case "mean":
		if x.Elem.IsInt() {
			if !f.intFits(e, x, out.Elem) {
				return poison(e)
			}
		}
		out.affine = x.sumOfParts().scale(nil)
		out.bounds, ok = f.fit(e, out.Elem, x.bounds.widened(out.Elem), x)
		if f.value(n).hasZero() {
			out.bounds, ok = f.fit(e, out.Elem, out.bounds.union(exactly(nought)), x)
		}
	}
	if !ok {
		return poison(e)
	}
	if len(x.Shape) == 0 && name == "sum" {
		out.affine = x.affine
	}
	return out
}

// sumOfParts is the form of the sum over a gathered bundle.
func (v value) sumOfParts() *affine {
	if len(v.parts) == 0 || len(v.Shape) != 1 {
		return nil
	}
	out := v.parts[0].affine
	for _, p := range v.parts[1:] {
		out = out.plus(p.affine)
	}
	return out
}

// extremum checks min and max: of all elements, over an axis, or of two.
func (f *frame) extremum(e *ast.Call, want types.Elem) value {
	name := f.callee
	if len(e.Args) == 2 && e.Args[1].Name == nil {
		return f.extremumOfTwo(e, name, want)
	}
	args, ok := f.bind(e, name, []string{"x", "axis", "mask"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	if x.bad() {
		return poison(e)
	}
	if !inClass(x.Elem, op.Ord) {
		return f.fail(args[0].Value, "E204", f.c.plain(x.Type), "`%s` takes values that are ordered", name)
	}
	r, ok := f.reduced(e, name, args, x)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, r.shape, r.place, r.met, r.operands...)
	if x.Place.IsShared() {
		out.met = x.met
	}
	if f.positive(r.count) && !r.masked() {
		out.bounds = x.bounds // of nothing, it is an end of the type
	}
	return out
}

func (f *frame) extremumOfTwo(e *ast.Call, name string, want types.Elem) value {
	x := f.expr(e.Args[0].Value, want)
	y := f.expr(e.Args[1].Value, want)
	if bad(x, y) {
		return poison(e)
	}
	if !inClass(x.Elem, op.Ord) || !inClass(y.Elem, op.Ord) {
		return f.fail(e, "E204", f.operands("", []value{x, y}), "`%s` takes values that are ordered", name)
	}
	vs, elem, ok := f.unify(e, "`"+name+"`", x, y)
	if !ok {
		return poison(e)
	}
	x, y = vs[0], vs[1]
	shape, ok := f.broadcast(e, "", x, y)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, name, x, y)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, shape, place, met, x, y)
	out.untyped = x.untyped && y.untyped
	out.flexible = !out.untyped && (x.untyped || x.flexible) && (y.untyped || y.flexible)
	out.bounds = x.bounds.least(y.bounds)
	if name == "max" {
		out.bounds = x.bounds.greatest(y.bounds)
	}
	return out
}
