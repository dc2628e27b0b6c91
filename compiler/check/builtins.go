package check

// The prelude: conversions and primitives. What lang/op marks as not built is
// checked as far as its form goes and refused with E901.

import (
	"math/big"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// builtin finds the check of a primitive; nil where its form is not known
// here, because it is not built.
func builtin(name string) func(*frame, *ast.Call, types.Elem) value {
	switch name {
	case "sum", "mean", "count", "any", "all":
		return (*frame).reduction
	case "min", "max":
		return (*frame).extremum
	case "abs":
		return (*frame).abs
	case "select":
		return (*frame).selectCall
	case "dot":
		return (*frame).dot
	case "transpose":
		return (*frame).transpose
	case "concat":
		return (*frame).concat
	case "zeros", "ones", "full":
		return (*frame).filled
	case "gather":
		return (*frame).gather
	case "size":
		return (*frame).sizeCall
	case "index":
		return (*frame).indexCall
	case "rescale":
		return (*frame).rescale
	}
	return nil
}

func (f *frame) primitive(e *ast.Call, o *op.Op, want types.Elem) value {
	if check := builtin(o.Name); check != nil {
		v := check(f, e, want)
		if !o.Built && !v.bad() {
			f.notBuilt(e.Fn, "`%s` is", o.Name)
		}
		return v
	}
	return f.unbuilt(e, o)
}

// argument evaluates the i-th of the arguments given, nil for a missing one.
func (f *frame) argument(args []*ast.Arg, i int, want types.Elem) value {
	return f.expr(args[i].Value, want)
}

// constantInt evaluates an argument that must be a constant, such as an axis.
func (f *frame) constantInt(a *ast.Arg, what string) (int, bool) {
	v := f.settle(f.expr(a.Value, types.Elem{}))
	if v.bad() {
		return 0, false
	}
	if v.konst == nil || v.konst.Num == nil || !v.konst.Num.IsInt() || !v.konst.Num.Num().IsInt64() {
		f.errorf("E209", a.Value, "%s is a constant", what).Label = f.c.full(v.Type)
		return 0, false
	}
	return int(v.konst.Num.Num().Int64()), true
}

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
	args, ok := f.bind(e, name, []string{"x", "axis"}, 1)
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
	shape, n := types.Shape{}, x.Shape.Count()
	if args[1] != nil {
		k, ok := f.axis(args[1], x)
		if !ok {
			return poison(e)
		}
		shape, n = without(x.Shape, k), x.Shape[k]
	}
	place, met, ok := f.join(e, name, x)
	if !ok {
		return poison(e)
	}
	out := f.result(f.reducedElem(name, x.Elem), shape, place, met, x)
	if place.IsShared() {
		out.met = x.met
	}
	return f.reducedBounds(e, name, x, n, out)
}

func classText(c op.Class) string {
	switch c {
	case op.Num:
		return "numbers"
	case op.Bool:
		return "bools"
	case op.Fix:
		return "fixed"
	case op.Ord:
		return "values that are ordered"
	}
	return "any value"
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
		out.bounds, ok = f.fit(e, out.Elem, x.bounds.mul(length), x)
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
		if f.value(n).has(0) {
			out.bounds, ok = f.fit(e, out.Elem, out.bounds.union(exactly(new(big.Rat))), x)
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
	args, ok := f.bind(e, name, []string{"x", "axis"}, 1)
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
	shape, n := types.Shape{}, x.Shape.Count()
	if args[1] != nil {
		k, ok := f.axis(args[1], x)
		if !ok {
			return poison(e)
		}
		shape, n = without(x.Shape, k), x.Shape[k]
	}
	place, met, ok := f.join(e, name, x)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, shape, place, met, x)
	if place.IsShared() {
		out.met = x.met
	}
	if f.positive(n) {
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
	shape, ok := f.broadcast(e, f.operands("", vs), x, y)
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

func (f *frame) abs(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "abs", []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	if x.bad() {
		return poison(e)
	}
	if !x.Elem.IsNum() {
		return f.notNumber(e, "`abs`", x)
	}
	place, met, ok := f.join(e, "abs", x)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, x.Shape, place, met, x)
	if out.bounds, ok = f.fit(e, x.Elem, x.bounds.abs(), x); !ok {
		return poison(e)
	}
	return out
}

// selectCall checks select(c, a, b): both values are computed.
func (f *frame) selectCall(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "select", []string{"c", "a", "b"}, 3)
	if !ok {
		return poison(e)
	}
	c := f.argument(args, 0, types.Elem{})
	x, y := f.argument(args, 1, want), f.argument(args, 2, want)
	if bad(c, x, y) {
		return poison(e)
	}
	return f.selection(e, "`select`", c, x, y)
}

// dot checks vector and matrix products.
func (f *frame) dot(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "dot", []string{"a", "b"}, 2)
	if !ok {
		return poison(e)
	}
	x, y := f.argument(args, 0, want), f.argument(args, 1, want)
	if bad(x, y) {
		return poison(e)
	}
	if len(x.Shape) == 0 || len(x.Shape) > 2 || len(y.Shape) == 0 || len(y.Shape) > 2 {
		return f.fail(e, "E201", f.operands("", []value{x, y}), "`dot` takes vectors and matrices")
	}
	x, y, elem, ok := f.dotElem(e, x, y)
	if !ok {
		return poison(e)
	}
	if !f.innerDims(e, x, y) {
		return poison(e)
	}
	inner := y.Shape[0]
	shape := append(append(types.Shape{}, x.Shape[:len(x.Shape)-1]...), y.Shape[1:]...)
	place, met, ok := f.join(e, "dot", x, y)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, shape, place, met, x, y)
	n := f.value(inner)
	b := x.bounds.mul(y.bounds)
	if b.known() && n.low.Sign() >= 0 {
		b = b.mul(n).widened(elem)
	} else {
		b = bounds{}
	}
	if out.bounds, ok = f.fit(e, elem, b, x, y); !ok {
		return poison(e)
	}
	return out
}

// dotElem finds the element of a product; a bool counts as 0 and 1.
func (f *frame) dotElem(e *ast.Call, x, y value) (value, value, types.Elem, bool) {
	boolean := func(v value) bool { return v.Elem.Kind == types.Bool }
	switch {
	case boolean(x) && y.Elem.IsNum():
		y = f.settle(y)
		return x, y, y.Elem, !y.bad()
	case boolean(y) && x.Elem.IsNum():
		x = f.settle(x)
		return x, y, x.Elem, !x.bad()
	case !x.Elem.IsNum() || !y.Elem.IsNum():
		f.notNumber(e, "`dot`", x, y)
		return x, y, invalid.Elem, false
	}
	x, y, elem, ok := f.arithmeticElem(e, "*", x, y)
	if !ok {
		return x, y, elem, false
	}
	x, y = f.settle(x), f.settle(y)
	if bad(x, y) {
		return x, y, elem, false
	}
	if elem.IsInt() {
		elem = x.Elem
	}
	return x, y, elem, true
}

// innerDims compares the dimensions that are summed over.
func (f *frame) innerDims(e *ast.Call, x, y value) bool {
	a, b := x.Shape[len(x.Shape)-1], y.Shape[0]
	switch f.same(a, b) {
	case proved:
		return true
	case unknown:
		f.unproved(e.Args[1].Value, a, b, f.c.plain(y.Type), nil)
		return false
	}
	d := f.errorf("E201", e.Args[1].Value, "dot: inner dimensions differ, %s and %s", a, b)
	d.Label = f.c.plain(y.Type)
	f.commonName(d, x, y)
	return false
}

func (f *frame) transpose(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "transpose", []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	if x.bad() {
		return poison(e)
	}
	if len(x.Shape) != 2 {
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`transpose` takes a matrix")
	}
	out := x
	out.Shape = types.Shape{x.Shape[1], x.Shape[0]}
	out.parts = nil
	return out
}

// concat checks concat(a, b, axis: k).
func (f *frame) concat(e *ast.Call, want types.Elem) value {
	params := []string{"a", "b", "axis"}
	args, ok := f.bind(e, "concat", params, 2)
	if !ok {
		return poison(e)
	}
	x, y := f.argument(args, 0, want), f.argument(args, 1, want)
	if bad(x, y) {
		return poison(e)
	}
	vs, elem, ok := f.unify(e, "`concat`", x, y)
	if !ok {
		return poison(e)
	}
	x, y = f.settle(vs[0]), f.settle(vs[1])
	if bad(x, y) {
		return poison(e)
	}
	if len(x.Shape) == 0 || len(x.Shape) != len(y.Shape) {
		return f.fail(e, "E201", f.operands("", []value{x, y}), "`concat` takes two arrays of as many dimensions")
	}
	k := 0
	if args[2] != nil {
		if k, ok = f.axis(args[2], x); !ok {
			return poison(e)
		}
	}
	if !f.sameShape(e, without(x.Shape, k), without(y.Shape, k), f.operands("", []value{x, y}), nil) {
		return poison(e)
	}
	place, met, ok := f.join(e, "concat", x, y)
	if !ok {
		return poison(e)
	}
	shape := append(types.Shape{}, x.Shape...)
	shape[k] = x.Shape[k].Add(y.Shape[k])
	if x.untyped {
		elem = x.Elem
	}
	out := f.result(elem, shape, place, met, x, y)
	out.bounds = x.bounds.union(y.bounds)
	return out
}

// filled checks zeros(d, …), ones(d, …) and full(v, d, …).
func (f *frame) filled(e *ast.Call, want types.Elem) value {
	name := f.callee
	args := e.Args
	out := value{Type: types.Scalar(want, types.PublicPlace), early: true, affine: &affine{offset: true}}
	if !want.IsNum() {
		out.Elem = f.c.prog.Precision
	}
	k := new(big.Rat)
	if name == "ones" {
		k.SetInt64(1)
	}
	out.bounds = exactly(k)
	if name == "full" {
		if len(args) == 0 {
			return f.fail(e, "E208", "no value", "`full` takes a value and dimensions")
		}
		v := f.expr(args[0].Value, want)
		if v.bad() || len(v.Shape) > 0 {
			if !v.bad() {
				f.errorf("E201", args[0].Value, "`full` takes a single value").Label = f.c.plain(v.Type)
			}
			return poison(e)
		}
		out, args = v, args[1:]
		out.konst, out.lin, out.parts, out.affine = nil, nil, nil, nil
	}
	if len(args) == 0 || len(args) > 4 {
		return f.fail(e, "E208", times(len(args), "dimension"), "`%s` takes one to four dimensions", name)
	}
	out.Shape = nil
	for _, a := range args {
		if a.Name != nil {
			return f.fail(a, "E101", "by position", "`%s` has no parameter `%s`", name, a.Name.Name)
		}
		n, ok := f.size(a.Value)
		if !ok {
			return poison(e)
		}
		out.Shape = append(out.Shape, n)
	}
	return out
}

// gather checks gather(bundle): an array of the members' values.
func (f *frame) gather(e *ast.Call, _ types.Elem) value {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		f.arguments(e)
		return f.fail(e, "E208", times(len(e.Args), "argument")+" given", "`gather` takes a bundle")
	}
	b := f.bundle(e.Args[0].Value)
	if b.bad() {
		return poison(e)
	}
	if b.Place.Each == "" {
		return f.fail(e.Args[0].Value, "E204", f.c.full(b.Type), "`gather` takes a bundle, an input `@ each` group")
	}
	if len(b.Shape) == 4 {
		return f.fail(e, "E204", f.c.plain(b.Type), "an array has at most 4 dimensions")
	}
	place, met, ok := f.join(e, "stack", b.parts...)
	if !ok {
		return poison(e)
	}
	shape := append(types.Shape{types.Int(int64(len(b.parts)))}, b.Shape...)
	out := f.result(b.Elem, shape, place, met, b.parts...)
	out.bounds = b.bounds
	out.parts = b.parts
	return out
}

// bundle evaluates an expression that may be a bundle.
func (f *frame) bundle(e ast.Expr) value {
	if id, ok := e.(*ast.Ident); ok {
		v := f.variable(id)
		if !v.bad() && v.Place.Each != "" {
			if f.pc.local != nil {
				return f.fail(e, "E303", f.c.full(v.Type), "`%s` is held by its members: `local %s` cannot use it", id.Name, f.pc.local.Name)
			}
			f.body.Types[e] = v.Type
			return v
		}
	}
	return f.settle(f.expr(e, types.Elem{}))
}

// sizeCall checks size(x), size(x, axis: k), size(group) and size(enum).
func (f *frame) sizeCall(e *ast.Call, _ types.Elem) value {
	args, ok := f.bind(e, "size", []string{"x", "axis"}, 1)
	if !ok {
		return poison(e)
	}
	if id, ok := args[0].Value.(*ast.Ident); ok && f.scope.find(id.Name) == nil {
		if s, ok := f.c.names[id.Name]; ok {
			if s.group != nil {
				return sizeValue(types.Int(int64(len(s.group.Members))))
			}
			if enum, ok := s.decl.(*ast.Enum); ok {
				return sizeValue(types.Int(int64(len(enum.Values))))
			}
		}
	}
	x := f.expr(args[0].Value, types.Elem{})
	if x.bad() {
		return poison(e)
	}
	return f.arraySize(e, args, f.settle(x))
}

func (f *frame) arraySize(e *ast.Call, args []*ast.Arg, x value) value {
	k := 0
	switch {
	case args[1] != nil:
		var ok bool
		if k, ok = f.axis(args[1], x); !ok {
			return poison(e)
		}
	case len(x.Shape) == 0:
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "a single value has no size")
	case len(x.Shape) > 1:
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`size` of an array of several dimensions needs `axis: k`")
	}
	v := sizeValue(x.Shape[k])
	v.bounds = f.value(x.Shape[k])
	if place, private := f.data(x.Shape[k : k+1]); private {
		v.Place, v.early = place, x.early
	}
	return v
}

// sizeValue is a size as a value.
func sizeValue(s types.Size) value {
	v := value{Type: types.Scalar(types.Of(types.Int64), types.PublicPlace), flexible: true, lin: &s, early: true, affine: &affine{offset: true}}
	if k, ok := s.Const(); ok {
		v.konst = &Const{Num: new(big.Rat).SetInt64(k)}
		v.bounds = exactly(v.konst.Num)
	}
	return v
}

// indexCall checks index(p): the position of a member in its group.
func (f *frame) indexCall(e *ast.Call, _ types.Elem) value {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		f.arguments(e)
		return f.fail(e, "E208", times(len(e.Args), "argument")+" given", "`index` takes a member of a group")
	}
	id, ok := e.Args[0].Value.(*ast.Ident)
	if !ok {
		f.arguments(e)
		return f.fail(e, "E106", "not a member", "`index` takes a member of a group")
	}
	v := f.scope.find(id.Name)
	if s := f.c.names[id.Name]; v == nil && s != nil && s.isPlayer() && f.givenGroup != nil {
		return f.positionOf(id, f.givenGroup, s.player)
	}
	if v == nil || v.Kind != MemberVar {
		if v == nil && f.c.names[id.Name] == nil {
			return f.unknownName(id)
		}
		return f.fail(id, "E106", "not a member of a loop over a group", "`index` takes the name of a loop over a group")
	}
	f.body.Vars[id] = v
	return f.positionOf(id, v.Group, v.Member)
}

func (f *frame) positionOf(id *ast.Ident, g *Group, player int) value {
	k := slices.Index(g.Members, player)
	if k < 0 {
		return f.fail(id, "E310", "members: "+and(f.c.members(types.SetOf(g.Members...))), "`%s` is no member of %s", id.Name, g.Name)
	}
	return sizeValue(types.Int(int64(k)))
}

// rescale checks rescale(x, F).
func (f *frame) rescale(e *ast.Call, _ types.Elem) value {
	args, ok := f.bind(e, "rescale", []string{"x", "F"}, 2)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, types.Elem{}))
	bits, ok := f.constantInt(args[1], "the number of fractional bits")
	if x.bad() || !ok {
		return poison(e)
	}
	if x.Elem.Kind != types.Fixed {
		return f.fail(args[0].Value, "E204", f.c.plain(x.Type), "`rescale` takes fixed")
	}
	elem := types.FixedOf(x.Elem.I, bits)
	if bits < 0 || 1+elem.I+elem.F > 64 {
		return f.fail(args[1].Value, "E503", "1 + I + F", "a fixed-point number has at most 64 bits")
	}
	if !f.c.productFits(&f.unit.diags, args[1].Value, elem) {
		return poison(e)
	}
	return f.converted(e, x, elem)
}

// conversion checks int8(x) … fixed(x), bool(x).
func (f *frame) conversion(e *ast.Call, kind types.Kind) value {
	name := f.callee
	args, ok := f.bind(e, name, []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, types.Elem{}))
	if x.bad() {
		return poison(e)
	}
	elem := types.Of(kind)
	if kind == types.Fixed {
		elem = f.c.prog.Precision
	}
	if kind == types.Date || kind == types.Float || kind == types.String {
		f.notBuilt(e.Fn, "a conversion to `%s` is", name)
		return poison(e)
	}
	if !x.Elem.IsNum() && x.Elem.Kind != types.Bool {
		if x.Elem.Kind == types.Float || x.Elem.Kind == types.Enum || x.Elem.Kind == types.Date {
			f.notBuilt(e.Fn, "a conversion from `%s` is", x.Elem)
			return poison(e)
		}
		return f.fail(args[0].Value, "E204", f.c.plain(x.Type), "`%s` takes numbers and bools", name)
	}
	if x.Elem.IsInt() && kind == types.Fixed && !f.intFits(args[0].Value, x, elem) {
		return poison(e)
	}
	return f.converted(e, x, elem)
}

// intFits is E502 for an integer that may not fit the fixed type it becomes.
func (f *frame) intFits(at ast.Node, x value, e types.Elem) bool {
	if x.bounds.within(whole(e)) {
		return true
	}
	d := f.errorf("E502", at, "an integer that may not fit %s is converted to it", f.c.elem(e))
	all := whole(e)
	d.Label = number(x.bounds.low, x.Elem) + "..=" + number(x.bounds.high, x.Elem) + ", but the type holds " + number(all.low, e) + ".." + number(all.high, e)
	d.Notes = f.ranges([]value{x})
	d.Hint = "declare the range of the input, or bound the size in `where`"
	return false
}

func (f *frame) converted(e *ast.Call, x value, elem types.Elem) value {
	place, met, ok := f.join(e, "convert", x)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, x.Shape, place, met, x)
	if place.IsShared() {
		out.met = x.met
	}
	if elem.Kind == types.Bool {
		return out
	}
	b := x.bounds
	if x.Elem.Kind == types.Fixed && elem.IsInt() {
		b = b.truncated()
	} else if x.Elem.Kind == types.Fixed && elem.F < x.Elem.F {
		b = b.widened(elem)
	}
	if b.within(whole(elem)) {
		out.bounds = b // a narrowing that does not fit wraps
	}
	if x.lin != nil && elem.IsInt() && b.within(whole(elem)) {
		out.lin = x.lin
	}
	if x.Elem.IsInt() || x.Elem.Kind == types.Fixed && elem.F >= x.Elem.F && elem.I >= x.Elem.I {
		out.affine = x.affine
	}
	return out
}

// sameShaped are primitives that are not built and whose result is of the
// type of their first argument.
var sameShaped = map[string]bool{"sqrt": true, "exp": true, "log": true, "sigmoid": true, "tanh": true, "relu": true, "softmax": true,
	"reverse": true, "cumsum": true, "sort": true, "clamp": true}

// unbuilt checks the arguments of a primitive that lowering does not know.
func (f *frame) unbuilt(e *ast.Call, o *op.Op) value {
	if o.TestOnly && !f.pc.test {
		f.arguments(e)
		return f.fail(e.Fn, "E101", "only in tests", "`%s` stands only in tests", o.Name)
	}
	if o.Name == "print" {
		if f.pc.secret {
			return f.fail(e, "E407", "condition "+f.secretCondition(), "a print cannot stand under a secret condition")
		}
		f.printed = firstWord(e)
		defer func() { f.printed = "" }()
	}
	vs := f.arguments(e)
	for i, v := range vs {
		vs[i] = f.settle(v)
	}
	if o.ClearOnly && (strings.HasPrefix(o.Name, "random_") || o.Name == "shuffle") && f.pc.local == nil {
		d := f.errorf("E311", e, "`%s` draws at random, and nothing says who", o.Name)
		d.Label = "outside `local`"
		d.Hint = "draw it in `local p { … }`, or jointly, known to nobody: `" + o.Name + "_shared`"
		return poison(e)
	}
	if len(vs) == 0 || bad(vs...) {
		f.notBuilt(e.Fn, "`%s` is", o.Name)
		return poison(e)
	}
	if o.ClearOnly && !f.inClear(e, o.Name, vs) {
		return poison(e)
	}
	f.notBuilt(e.Fn, "`%s` is", o.Name)
	if (o.Class == op.Num || o.Class == op.Fix || o.Class == op.Ord) && !inClass(vs[0].Elem, o.Class) && !o.TestOnly {
		return f.fail(e.Args[0].Value, "E204", f.c.plain(vs[0].Type), "`%s` takes %s", o.Name, classText(o.Class))
	}
	return f.unbuiltResult(e, o, vs)
}

// firstWord is the text that a print begins with, as a name; "" for none.
func firstWord(e *ast.Call) string {
	if len(e.Args) == 0 {
		return ""
	}
	text, ok := e.Args[0].Value.(*ast.Text)
	if !ok {
		return ""
	}
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, text.Raw), "_")
}

func (f *frame) unbuiltResult(e *ast.Call, o *op.Op, vs []value) value {
	place := types.PublicPlace
	for _, v := range vs {
		place = place.Join(v.Place)
	}
	switch {
	case sameShaped[o.Name]:
		out := f.result(vs[0].Elem, vs[0].Shape, place, vs[0].met, vs...)
		return out
	case (o.Name == "filter" || o.Name == "unique") && len(vs[0].Shape) > 0:
		if f.pc.local != nil {
			place = types.At(types.SetOf(f.pc.player))
		}
		out := f.result(vs[0].Elem, vs[0].Shape, place, nil, vs...)
		out.Shape = append(types.Shape{f.freshLength(place, vs[0].Shape[0])}, vs[0].Shape[1:]...)
		return out
	case o.Name == "distinct":
		return f.result(types.Of(types.Bool), nil, place, vs[0].met, vs...)
	}
	return poison(e)
}

// inClear reports E304 for a clear-only primitive on shared values.
func (f *frame) inClear(e *ast.Call, name string, vs []value) bool {
	for _, v := range vs {
		if v.Place.IsShared() {
			d := f.errorf("E304", v.expr, "`%s` is shared: `%s` exists only in clear", f.text(v.expr), name)
			d.Label = f.c.full(v.Type)
			d.Notes = f.becameShared(f.text(v.expr), v)
			return false
		}
	}
	return true
}
