package check

// Padded rows (`upto`, section 5): how many rows an input has is private, so it
// comes with rows that are no data. Elementwise operations do not care; what
// takes rows together needs a mask that says which to take (E207).

import (
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// withPadding is a shape with the marks of another that broadcasts to it: rows
// that are padded in one operand are padded in the result.
func withPadding(long, short types.Shape) types.Shape {
	out := slices.Clone(long)
	for i, d := range short {
		if k := len(long) - len(short) + i; d.Padded() {
			out[k] = types.Upto(out[k])
		}
	}
	return out
}

func isPadded(s types.Shape) bool { return slices.ContainsFunc(s, types.Size.Padded) }

// paddedInput checks an input's padded dimension: the rows of one player.
func (f *frame) paddedInput(p *ast.Param, t types.Type) bool {
	switch {
	case !isPadded(t.Shape):
		return true
	case isPadded(t.Shape[1:]):
		f.errorf("E204", p.Type, "only the rows of an input are padded, its first dimension").Label = f.c.plain(t)
	case t.Place.Public || t.Place.IsShared():
		f.unownedRows(p.Type, p.Name.Name, t)
	default:
		return true
	}
	return false
}

// unownedRows reports E204 for padded rows that no one player has.
func (f *frame) unownedRows(at ast.Node, name string, t types.Type) {
	d := f.errorf("E204", at, "`upto` keeps the number of rows with its one owner")
	d.Label = f.c.full(t)
	if n := t.Shape[0].Unpadded().String(); t.Place.IsShared() {
		d.Hint = "keep all rows, and which of them are real: `" + name + ": " + f.c.full(types.Type{Elem: t.Elem, Shape: t.Shape.Unpadded(), Place: t.Place}) + ", " +
			name + "_real: bool[" + n + "] @ shared`"
	}
}

// MaskedAxis is the dimension of an operand that a mask speaks of: the axis
// that is reduced, or, where all of them are (-1), the padded one, or the rows.
func MaskedAxis(s types.Shape, axis int) int {
	if axis >= 0 {
		return axis
	}
	return max(0, slices.IndexFunc(s, types.Size.Padded))
}

// mask checks the `mask: m` of an operation that takes elements of x together,
// along an axis or all of them (-1). Without one, m is invalid and no padded
// row may take part (E207).
func (f *frame) mask(e *ast.Call, a *ast.Arg, x value, axis int) (m value, ok bool) {
	if a == nil {
		return poison(nil), f.unpadded(e, x, axis)
	}
	m = f.settle(f.expr(a.Value, types.Elem{}))
	if m.bad() {
		return m, false
	}
	if len(x.Shape) == 0 {
		f.errorf("E201", a.Value, "a single value has no rows to mask").Label = f.c.plain(m.Type)
		return m, false
	}
	if m.Elem.Kind != types.Bool || len(m.Shape) != 1 {
		f.errorf("E204", a.Value, "a mask is a bool for each row").Label = f.c.plain(m.Type)
		return m, false
	}
	along := MaskedAxis(x.Shape, axis)
	if axis < 0 && slices.ContainsFunc(x.Shape[along+1:], types.Size.Padded) {
		f.errorf("E207", e, "`%s` of several padded dimensions needs a mask for each", f.callee).Label = "reduce one axis at a time: `axis: k`"
		return m, false
	}
	return m, f.sameShape(a.Value, x.Shape[along:along+1], m.Shape, f.operandsOf("", []value{x, m}), []value{x, m})
}

// unpadded reports E207 for padded rows that an operation takes together.
func (f *frame) unpadded(e *ast.Call, x value, axis int) bool {
	if axis >= 0 && !x.Shape[axis].Padded() || axis < 0 && !isPadded(x.Shape) {
		return true
	}
	f.withoutMask(e, x)
	return false
}

func (f *frame) withoutMask(e *ast.Call, x value) {
	d := f.errorf("E207", e, "`%s` takes rows together, and some rows of `%s` are padding", f.text(e.Fn), f.text(x.expr))
	d.Label = f.c.full(x.Type)
	text := f.text(e)
	d.Hint = "say which rows to take: `" + strings.TrimSuffix(text, ")") + ", mask: " + f.realRows(x) + ")`"
}

// realRows is the mask of all padded inputs that x depends on.
func (f *frame) realRows(x value) string {
	var masks []string
	for _, d := range x.deps {
		if d.Kind == InputVar && isPadded(d.Type.Shape) {
			masks = append(masks, "valid("+d.Name+")")
		}
	}
	if len(masks) == 0 {
		return "m"
	}
	return strings.Join(masks, " and ")
}

// rowwise are the primitives that padded rows do not disturb: each element of
// the result comes from its own row, or they have a mask.
var rowwise = map[string]bool{
	"sum": true, "mean": true, "count": true, "any": true, "all": true, "min": true, "max": true, "dot": true,
	"abs": true, "sign": true, "clamp": true, "select": true, "sqrt": true, "rsqrt": true, "exp": true, "log": true, "sigmoid": true,
	"tanh": true, "relu": true, "outer": true, "transpose": true, "concat": true, "onehot": true,
	"lookup": true, "carry": true, "cumsum": true, "argmin": true, "argmax": true, "sort": true, "rank": true, "sort_by": true, "top_k": true, "store": true, "gather": true, "size": true, "rescale": true, "div_or": true, "mod_or": true,
	"print": true, "filter": true, "hash64": true, "format": true, "parse": true, "valid": true,
}

// disturbed reports E207 for a primitive that has no mask and takes rows
// together.
func (f *frame) disturbed(e *ast.Call) bool {
	if rowwise[f.callee] {
		return false
	}
	for _, a := range e.Args {
		if t := f.body.Type(a.Value); isPadded(t.Shape) {
			d := f.errorf("E207", e, "`%s` takes rows together, and some rows of `%s` are padding", f.callee, f.text(a.Value))
			d.Label = f.c.full(t)
			return true
		}
	}
	return false
}

// keepsPadding checks that padded rows do not lose their mark in a variable.
func (f *frame) keepsPadding(s *ast.Assign, v value, want types.Shape) bool {
	for i, d := range v.Shape {
		if k := len(want) - len(v.Shape) + i; d.Padded() && k >= 0 && !want[k].Padded() {
			name := TargetName(s.Target).Name
			e := f.errorf("E207", s.Value, "some of these rows are padding, and all rows of `%s` are data", name)
			e.Label = f.c.full(v.Type)
			e.Hint = "declare it padded: `var " + name + ": " + f.c.plain(types.Type{Elem: v.Elem, Shape: withPadding(want, v.Shape)}) + " = …`"
			return false
		}
	}
	return true
}

// outputShape checks the shape of a value for an output. Where the output says
// `upto n` the receiver holds a value of a length of its own: of at most n rows,
// none of which is padding.
func (f *frame) outputShape(v value, o *Output) bool {
	what, want := "output `"+o.Decl.Name.Name+"`", slices.Clone(o.Type.Shape)
	for i, d := range want {
		switch {
		case !d.Padded() || len(v.Shape) != len(want):
		case v.Shape[i].Padded():
			e := f.errorf("E207", v.expr, "%s has the rows that are data alone, and this value has padding", what)
			e.Label = f.c.full(v.Type)
			e.Hint = "where its receiver holds it, take them: `filter(" + f.text(v.expr) + ", " + f.realRows(v) + ")`"
			return false
		case f.nonneg(d.Sub(v.Shape[i])):
			want[i] = v.Shape[i]
		}
	}
	return f.declaredShape(v, want, what)
}

// validCall checks valid(x): which rows of a padded input are its owner's, and in
// an expectation, which of an output its receiver counts.
func (f *frame) validCall(e *ast.Call, _ types.Elem) value {
	args, ok := f.bind(e, "valid", []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, types.Elem{}))
	if x.bad() {
		return poison(e)
	}
	if !f.isInput(args[0].Value) || !isPadded(x.Shape) {
		d := f.errorf("E204", args[0].Value, "`valid` takes an input whose rows are padded")
		d.Label = f.c.full(x.Type)
		d.Hint = "take the mask of the input, and keep it: `let m = valid(x)`"
		return poison(e)
	}
	out := f.result(types.Of(types.Bool), types.Shape{x.Shape[0].Unpadded()}, x.Place, nil, x)
	return out
}

// isInput reports the name of an input, or a member's part of one; in an
// expectation names are those of outputs.
func (f *frame) isInput(e ast.Expr) bool {
	if x, ok := e.(*ast.Index); ok && len(x.Slices) == 1 {
		e = x.X
	}
	id, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	v := f.scope.find(id.Name)
	return v != nil && (v.Kind == InputVar || v.Kind == Bundle || f.pc.expect)
}
