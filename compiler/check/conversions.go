package check

// Conversions between elements, and of precision.

import (
	"fmt"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

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
	if text, ok := args[0].Value.(*ast.Text); ok && kind == types.Date {
		f.body.expr(text).Type = types.Scalar(types.Of(types.String), types.PublicPlace)
		return f.dateLiteral(e, text)
	}
	x := f.settle(f.argument(args, 0, types.Elem{}))
	if x.bad() {
		return poison(e)
	}
	if kind == types.Date && x.konst != nil && x.konst.Num != nil && x.konst.Num.IsInt() {
		return f.dateConstant(args[0].Value, x.konst.Num)
	}
	elem := types.Of(kind)
	if kind == types.Fixed {
		elem = f.c.prog.Precision
	}
	if kind == types.Date && x.Elem.IsInt() || elem.IsInt() && (x.Elem.Kind == types.Date || x.Elem.Kind == types.Enum) {
		return f.converted(e, x, elem)
	}
	if kind == types.Date {
		return f.fail(args[0].Value, "E204", f.c.plain(x.Type), "`date` takes a text such as \"2024-02-29\", or days since 1970-01-01")
	}
	if kind == types.String {
		d := f.errorf("E204", e.Fn, "`string` is no conversion")
		d.Label = "of " + f.c.plain(x.Type)
		d.Hint = "write `format(" + f.text(args[0].Value) + ")`"
		return poison(e)
	}
	if !x.Elem.IsReal() && x.Elem.Kind != types.Bool {
		return f.fail(args[0].Value, "E204", f.c.plain(x.Type), "`%s` takes numbers and bools", name)
	}
	if x.Elem.IsInt() && kind == types.Fixed && !f.intFits(args[0].Value, x, elem) {
		return poison(e)
	}
	return f.converted(e, x, elem)
}

// intFits is E502 for an integer that may not fit the fixed type it becomes.
func (f *frame) intFits(at ast.Node, x value, e types.Elem) bool {
	if !x.bounds.known() {
		x.bounds = whole(x.Elem) // of an input that is in error itself
	}
	if x.bounds.within(whole(e)) {
		return true
	}
	d := f.errorf("E502", at, "an integer that may not fit %s is converted to it", f.c.elem(e))
	all := whole(e)
	d.Label = between(x.bounds, x.Elem) + ", but the type holds " + between(all, e)
	if id, ok := at.(*ast.Ident); ok && f.body.Vars[id] != nil && f.body.Vars[id].Kind == VarVar && !x.bounds.declared {
		d.Hint = fmt.Sprintf("what a variable gains in a loop is not followed: bound it, `fixed(min(max(%s, 0), 1000))`, or count in fixed, `var %s = 0.0`",
			id.Name, id.Name)
		return false
	}
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
	if elem.Kind == types.Bool || elem.Kind == types.Float {
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
