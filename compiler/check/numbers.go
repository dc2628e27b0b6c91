package check

// Numbers (R17): how literals, constants and sizes take their type, which
// elements meet in an operation, and what provably does not fit.

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// settle gives an untyped value the type that it has without a context:
// int64, or the file's precision.
func (f *frame) settle(v value) value {
	if !v.untyped || v.bad() {
		return v
	}
	v, _ = f.retype(v, v.Elem)
	return v
}

// retype gives an adaptive value the element e, in the tables too. It
// reports constants that e does not hold.
func (f *frame) retype(v value, e types.Elem) (value, bool) {
	ok := f.setElem(v.expr, e)
	if !ok {
		return poison(v.expr), false
	}
	v.Elem = e
	v.untyped = false
	switch {
	case v.konst != nil && v.konst.Num != nil:
		v.bounds = exactly(rounded(v.konst.Num, e))
	case v.bounds.known() && f.chosen(v.expr):
		v.bounds.low, v.bounds.high = rounded(v.bounds.low, e), rounded(v.bounds.high, e)
	}
	return v, true
}

// chosen reports that each element of an adaptive expression is one of its
// constants, or that without its sign: rounding keeps their order.
func (f *frame) chosen(x ast.Expr) bool {
	if f.body.Const(x) != nil {
		return true
	}
	_, computed := x.(*ast.Binary)
	return !computed && !slices.ContainsFunc(f.adaptiveParts(x), func(p ast.Expr) bool { return !f.chosen(p) })
}

// setElem writes the element through an adaptive expression down to its
// literals.
func (f *frame) setElem(x ast.Expr, e types.Elem) bool {
	if k := f.body.Const(x); k != nil && k.Num != nil && !f.constantFits(x, k.Num, e) {
		return false
	}
	f.body.expr(x).Type.Elem = e
	ok := true
	for _, y := range f.adaptiveParts(x) {
		if f.body.Const(x) != nil {
			f.setInner(y, e)
		} else {
			ok = f.setElem(y, e) && ok
		}
	}
	return ok
}

// setInner types the parts of a constant expression, whose value alone counts.
func (f *frame) setInner(x ast.Expr, e types.Elem) {
	f.body.expr(x).Type.Elem = e
	for _, y := range f.adaptiveParts(x) {
		f.setInner(y, e)
	}
}

// adaptiveParts are the operands that share the type of x.
func (f *frame) adaptiveParts(x ast.Expr) []ast.Expr {
	var parts, out []ast.Expr
	switch x := x.(type) {
	case *ast.Paren:
		parts = x.Elems
	case *ast.Unary:
		parts = []ast.Expr{x.X}
	case *ast.Binary:
		parts = []ast.Expr{x.X, x.Y}
	case *ast.Cond:
		parts = []ast.Expr{x.Then, x.Else}
	case *ast.Array:
		parts = x.Elems
	case *ast.Each:
		return nil
	case *ast.Call:
		for i, a := range x.Args {
			if id, ok := x.Fn.(*ast.Ident); ok && (id.Name == "min" || id.Name == "max" || id.Name == "abs" || id.Name == "full" && i == 0 || id.Name == "select" && i > 0) {
				parts = append(parts, a.Value)
			}
		}
	}
	for _, p := range parts {
		if y := f.body.Exprs[p]; y != nil && y.adaptive {
			out = append(out, p)
		}
	}
	return out
}

// constantFits reports whether e holds the constant k at x (E501, E502, E204).
func (f *frame) constantFits(x ast.Expr, k *big.Rat, e types.Elem) bool {
	switch {
	case e.IsInt() && !k.IsInt():
		f.errorf("E204", x, "%s is no whole number", f.text(x)).Label = "expected " + e.String()
		return false
	case e.Kind == types.Fixed && k.Sign() != 0 && rounded(k, e).Sign() == 0:
		d := f.errorf("E501", x, "%s rounds to 0 in %s", f.text(x), e)
		d.Label = "smallest step is " + number(step(e), e)
		d.Hint = f.enoughBits(k, e)
		return false
	case e.Kind == types.Float:
		return true // the nearest, or infinite
	case !exactly(rounded(k, e)).within(whole(e)):
		all := whole(e)
		d := f.errorf("E502", x, "%s does not fit %s", f.text(x), f.c.elem(e))
		d.Label = between(all, e)
		return false
	}
	return true
}

// rounded is the value that a literal has in e: the nearest, ties to even.
func rounded(x *big.Rat, e types.Elem) *big.Rat {
	if e.Kind != types.Fixed {
		return x
	}
	if d := x.Denom(); x.IsInt() || d.TrailingZeroBits() == uint(d.BitLen()-1) && d.BitLen() <= e.F+1 {
		return x // it is a multiple of the step
	}
	scale := new(big.Int).Lsh(big.NewInt(1), uint(e.F))
	y := new(big.Rat).Mul(x, new(big.Rat).SetInt(scale))
	n := new(big.Int).Div(y.Num(), y.Denom()) // toward minus infinity
	rest := new(big.Rat).Sub(y, new(big.Rat).SetInt(n))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && n.Bit(0) == 1 {
		n.Add(n, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(n, scale)
}

// enoughBits is the hint of E501: the precision that represents k within 5 %.
func (f *frame) enoughBits(k *big.Rat, e types.Elem) string {
	for bits := e.F + 1; bits < 62; bits++ {
		wider := types.FixedOf(e.I, bits)
		off := new(big.Rat).Sub(rounded(k, wider), k)
		if off.Abs(off).Cmp(new(big.Rat).Abs(new(big.Rat).Mul(k, big.NewRat(1, 20)))) > 0 {
			continue
		}
		if w := f.c.width(); w > 0 {
			wider.I = min(wider.I, w-1-2*bits)
		}
		if wider.I < 0 || 1+wider.I+wider.F > 64 {
			return ""
		}
		return fmt.Sprintf("at least %d fractional bits represent it within 5 %%: `precision %s`", bits, wider)
	}
	return ""
}

// adapt gives v the element e if v may take it; ok is false where v is of
// another type, and nothing has been reported.
func (f *frame) adapt(v value, e types.Elem) (out value, ok bool) {
	switch {
	case v.Elem == e && !v.untyped:
		return v, true
	case v.untyped && (e.IsInt() && v.Elem.IsInt() || e.Kind == types.Fixed || e.Kind == types.Float):
		out, _ = f.retype(v, e)
		return out, true
	case v.untyped && e.IsInt() && v.konst != nil:
		out, _ = f.retype(v, e) // reports that it is no whole number
		return out, true
	case v.flexible && e.IsInt() && v.Elem.IsInt() && v.bounds.within(whole(e)):
		out, _ = f.retype(v, e)
		return out, true
	}
	return v, false
}

// unify finds the common element of operands: literals take the type of the
// others, sizes and loop variables another integer type that holds them, and
// fixed the larger I. what names the operation for E204.
func (f *frame) unify(at ast.Node, what string, vs ...value) ([]value, types.Elem, bool) {
	e, rigid := f.rigid(vs)
	if !rigid {
		return f.unifyLoose(vs)
	}
	out := make([]value, len(vs))
	for i, v := range vs {
		w, ok := f.adapt(v, e)
		if w.bad() {
			return nil, e, false
		}
		if !ok && !(v.Elem.Kind == types.Fixed && e.Kind == types.Fixed) {
			f.mixed(at, what, vs)
			return nil, e, false
		}
		if !ok && v.Elem.F != e.F {
			f.precisions(at, what, vs)
			return nil, e, false
		}
		out[i] = w
	}
	return out, e, true
}

// rigid is the widest element of the operands whose type is settled.
func (f *frame) rigid(vs []value) (types.Elem, bool) {
	var e types.Elem
	found := false
	for _, v := range vs {
		if v.untyped || v.flexible {
			continue
		}
		if !found || v.Elem.Kind == types.Fixed && e.Kind == types.Fixed && v.Elem.I > e.I {
			e = v.Elem
		}
		found = true
	}
	return e, found
}

// unifyLoose unifies operands none of which has a settled type: a typed
// constant or size wins over a literal, a fraction over whole numbers.
func (f *frame) unifyLoose(vs []value) ([]value, types.Elem, bool) {
	e := vs[0].Elem
	typed := false
	for _, v := range vs {
		switch {
		case v.flexible && (!typed || e.Kind == types.Int64):
			e, typed = v.Elem, true
		case !typed && v.Elem.Kind == types.Fixed:
			e = v.Elem
		}
	}
	if !typed {
		return vs, e, true // stays untyped
	}
	out := make([]value, len(vs))
	for i, v := range vs {
		w, ok := f.adapt(v, e)
		if w.bad() {
			return nil, e, false
		}
		if !ok {
			f.mixed(v.expr, "these operands", vs)
			return nil, e, false
		}
		w.flexible = true // beside a size, a literal is as flexible as it
		out[i] = w
	}
	return out, e, true
}

// mixed reports E204: operands of different types.
func (f *frame) mixed(at ast.Node, what string, vs []value) {
	d := f.errorf("E204", at, "%s needs operands of one type", what)
	d.Label = f.operands(what, vs)
	if len(vs) != 2 || !vs[0].Elem.IsReal() || !vs[1].Elem.IsReal() {
		return
	}
	x, y := vs[0], vs[1]
	if x.Elem.Kind == types.Float || y.Elem.Kind != types.Float && x.Elem.Kind == types.Fixed || y.Elem.Kind != types.Fixed && x.Elem.Bits() > y.Elem.Bits() {
		x, y = y, x
	}
	if _, ok := at.(*ast.Assign); ok {
		x, y = vs[1], vs[0] // the variable keeps its type
	}
	d.Hint = "convert one: `" + f.conversionText(y.Elem, x.expr) + "`"
}

// precisions reports E205.
func (f *frame) precisions(at ast.Node, what string, vs []value) {
	var x, y value
	for _, v := range vs {
		switch {
		case v.Elem.Kind != types.Fixed || v.untyped:
		case x.expr == nil:
			x = v
		case y.expr == nil && v.Elem.F != x.Elem.F:
			y = v
		}
	}
	d := f.errorf("E205", at, "operands have different precision: %d and %d fractional bits", x.Elem.F, y.Elem.F)
	d.Label = f.operands(what, vs)
	if b, ok := at.(*ast.Binary); ok && x.Elem.F < y.Elem.F {
		d.Hint = fmt.Sprintf("`%s %s rescale(%s, %d)` drops %d bits of %s; one `precision` line for the file avoids the question",
			f.text(b.X), b.Op, f.text(b.Y), x.Elem.F, y.Elem.F-x.Elem.F, f.text(b.Y))
	} else if ok {
		d.Hint = fmt.Sprintf("`rescale(%s, %d) %s %s` drops %d bits of %s; one `precision` line for the file avoids the question",
			f.text(b.X), y.Elem.F, b.Op, f.text(b.Y), x.Elem.F-y.Elem.F, f.text(b.X))
	}
}

// operands writes the types that meet: `fixed[n] + fixed[m]`.
func (f *frame) operands(what string, vs []value) string {
	sep := ", "
	if op := strings.Trim(what, "`"); len(vs) == 2 && !strings.ContainsAny(op, "abcdefghijklmnopqrstuvwxyz ") {
		sep = " " + op + " "
	}
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = f.c.plain(v.Type)
	}
	return strings.Join(parts, sep)
}

// operandsOf and plainOf are labels, written where there is an error alone.
func (f *frame) operandsOf(what string, vs []value) func() string {
	return func() string { return f.operands(what, vs) }
}

func (f *frame) plainOf(v value) func() string {
	return func() string { return f.c.plain(v.Type) }
}

// convertTo makes v of the element e, where a declaration expects it: literals
// adapt, a fixed of fewer integer bits is taken as it is, all else is E204.
func (f *frame) convertTo(v value, e types.Elem, what string) value {
	if v.bad() || e.Kind == types.Invalid {
		return v
	}
	if w, ok := f.adapt(v, e); ok {
		return w
	}
	if v.Elem.Kind == types.Fixed && e.Kind == types.Fixed {
		if v.Elem.F != e.F {
			d := f.errorf("E205", v.expr, "%s has %d fractional bits, this value %d", what, e.F, v.Elem.F)
			d.Label = f.c.plain(v.Type)
			d.Hint = fmt.Sprintf("`rescale(%s, %d)`", f.text(v.expr), e.F)
			return poison(v.expr)
		}
		if v.Elem.I <= e.I || v.bounds.within(whole(e)) {
			return v
		}
	}
	d := f.errorf("E204", v.expr, "%s is %s, this value %s", what, f.c.elem(e), f.c.elem(v.Elem))
	d.Label = f.c.plain(v.Type)
	if v.Elem.IsReal() && e.IsReal() || v.Elem.Kind == types.Bool && e.IsNum() {
		d.Hint = "convert it: `" + f.conversionText(e, v.expr) + "`"
	}
	return poison(v.expr)
}

// conversionText writes a conversion to e; that of an output stands inside its
// reveal.
func (f *frame) conversionText(e types.Elem, x ast.Expr) string {
	name := strings.SplitN(e.String(), "(", 2)[0]
	if r, ok := x.(*ast.Reveal); ok && r.As == nil {
		return fmt.Sprintf("reveal(%s) to %s", f.conversionText(e, r.X), f.text(r.To))
	}
	if p, ok := x.(*ast.Paren); ok && len(p.Elems) == 1 {
		x = p.Elems[0]
	}
	return name + "(" + f.text(x) + ")"
}

// fit checks the interval of a result against its element: E502 where declared
// bounds alone exceed it; what may exceed it for want of a bound is noted, and
// any value.
func (f *frame) fit(at ast.Node, e types.Elem, b bounds, vs ...value) (bounds, bool) {
	all := whole(e)
	if !all.known() || b.within(all) {
		return b, true
	}
	if !b.known() || !b.declared {
		f.overflows(at, vs...)
		return all, true
	}
	d := f.errorf("E502", at, "this value can exceed %s", f.c.elem(e))
	d.Label = between(b, e) + ", but the type holds " + between(all, e)
	d.Notes = f.ranges(vs)
	d.Hint = "tighten the ranges or `where`"
	if e.IsInt() && e.Bits() < 64 {
		d.Hint += ", or convert the operands to a wider type: `int64(x)`"
	} else if e.Kind == types.Fixed {
		d.Hint += ", or declare a `precision` with more integer bits"
	}
	return all, false
}

// ranges notes the declared ranges that an interval comes from.
func (f *frame) ranges(vs []value) []string {
	var parts []string
	for _, d := range joinDeps(vs...) {
		if d.Range != nil {
			parts = append(parts, fmt.Sprintf("%s in %s (line %d)", d.Name, f.rangeText(d), d.Decl.Pos.Line))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"declared: " + strings.Join(parts, ", ")}
}

func (f *frame) rangeText(d *Variable) string {
	return between(bounds{low: d.Range.Low, high: d.Range.High}, d.Type.Elem)
}
