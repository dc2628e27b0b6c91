package lower

// Expressions. tree returns one value with the element that the checker gave
// the expression, value the same where it is no record; results returns all
// values of a tuple or bundle.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A result is one value, or one a member of a bundle.
type result struct {
	values []tree
	at     ast.Node
}

// results lowers an expression with any number of results.
func (l *lowerer) results(e ast.Expr) []result {
	switch e := e.(type) {
	case *ast.Paren:
		var out []result
		for _, x := range e.Elems {
			out = append(out, l.results(x)...)
		}
		return out
	case *ast.Call:
		if c, ok := l.frame.body.Calls[e]; ok {
			return l.inline(e, c)
		}
		if id, ok := e.Fn.(*ast.Ident); ok {
			switch id.Name {
			case "pad":
				return l.pad(e)
			case "print":
				l.print(e)
				return nil
			}
		}
	case *ast.LocalExpr:
		return l.localExpr(e)
	}
	return []result{{l.bundle(e), e}}
}

// bundle lowers one result: the values of a bundle, or one value.
func (l *lowerer) bundle(e ast.Expr) []tree {
	switch e := e.(type) {
	case *ast.Each:
		return l.each(e)
	case *ast.Ident:
		if b, ok := l.bundles[l.frame.body.Vars[e]]; ok {
			return b
		}
	}
	return []tree{l.tree(e)}
}

// each lowers the body once a member.
func (l *lowerer) each(e *ast.Each) []tree {
	var out []tree
	for _, b := range l.frame.body.Members[e] {
		l.member(b, func() { out = append(out, l.tree(e.Body)) })
	}
	return out
}

// member lowers a part of the text as it was checked for one member.
func (l *lowerer) member(b *check.Body, f func()) {
	outer := l.frame
	inner := *outer
	inner.body = b
	l.frame = &inner
	f()
	l.frame = outer
}

// value lowers an expression that is no record.
func (l *lowerer) value(e ast.Expr) ir.Value {
	x := l.tree(e)
	if x.columns != nil {
		l.fault(e, "a record here")
	}
	return x.leaf
}

// tree lowers an expression to one value of the type that the checker found.
func (l *lowerer) tree(e ast.Expr) tree {
	outer := l.at
	l.at = e
	defer func() { l.at = outer }()
	t := l.typeOf(e)
	if !l.compound(t) {
		l.onlyBuilt(e, t.Elem)
	}
	if k := l.frame.body.Const(e); k != nil {
		return leaf(l.constant(e, k, t.Elem))
	}
	if s, ok := l.frame.body.Size(e); ok {
		return leaf(l.convert(l.size(e, s.Subst(l.frame.sizes)), t.Elem))
	}
	return l.converted(l.expr(e, t), t)
}

// compound reports a record or a table.
func (l *lowerer) compound(t types.Type) bool { return l.record(t) != nil }

// converted gives a value the element of t; fields have theirs already.
func (l *lowerer) converted(x tree, t types.Type) tree {
	if x.columns != nil {
		return x
	}
	return leaf(l.convert(x.leaf, t.Elem))
}

// expr lowers what may be a record; all else is one value.
func (l *lowerer) expr(e ast.Expr, t types.Type) tree {
	switch e := e.(type) {
	case *ast.Ident:
		return l.variable(e)
	case *ast.Cond:
		return l.conditional(e, t)
	case *ast.Call:
		return l.call(e, t)
	case *ast.Index:
		return l.index1(e, t)
	case *ast.Field:
		return l.field(e, l.tree(e.X))
	case *ast.Reveal:
		return l.reveal(e, t)
	case *ast.Array:
		return l.array(e, t)
	case *ast.Paren, *ast.LocalExpr:
		return l.single(e)
	}
	return leaf(l.operation(e, t))
}

func (l *lowerer) operation(e ast.Expr, t types.Type) ir.Value {
	switch e := e.(type) {
	case *ast.Unary:
		return l.unary(e, t)
	case *ast.Binary:
		return l.binary(e, t)
	case *ast.Text:
		return l.constants(t.Elem, nil, []*big.Int{ir.Word(unquoted(e))})
	}
	l.fault(e, "this expression")
	return 0
}

func (l *lowerer) single(e ast.Expr) tree {
	r := l.results(e)
	if len(r) != 1 || len(r[0].values) != 1 {
		l.fault(e, "a tuple or bundle as a value")
	}
	return r[0].values[0]
}

// variable is the value of a name.
func (l *lowerer) variable(e *ast.Ident) tree {
	v, ok := l.values[l.frame.body.Vars[e]]
	if !ok {
		l.missing(e, "`"+e.Name+"` as a value")
	}
	return v
}

// field is the column of x that e names.
func (l *lowerer) field(e *ast.Field, x tree) tree {
	r := l.record(l.typeOf(e.X))
	if r == nil || r.Field(e.Name.Name) < 0 {
		l.fault(e, "this field")
	}
	return x.columns[r.Field(e.Name.Name)]
}

func (l *lowerer) unary(e *ast.Unary, t types.Type) ir.Value {
	x := l.value(e.X)
	if e.Op == "not" {
		return l.op(ir.OpNot, t.Elem, t.Shape, x)
	}
	return l.op(ir.OpNeg, t.Elem, t.Shape, l.convert(x, t.Elem))
}

var comparisons = map[string]ir.Op{
	"==": ir.OpEq, "!=": ir.OpNe, "<": ir.OpLt, "<=": ir.OpLe, ">": ir.OpGt, ">=": ir.OpGe,
}

func (l *lowerer) binary(e *ast.Binary, t types.Type) ir.Value {
	if e.Op == "and" || e.Op == "or" {
		return l.logic(e, t)
	}
	if o, ok := comparisons[e.Op]; ok {
		x, y := l.alike(e, l.value(e.X), l.value(e.Y))
		return l.op(o, t.Elem, t.Shape, x, y)
	}
	x, y := l.value(e.X), l.value(e.Y)
	return l.arithmetic(e, e.Op, x, y, t)
}

// arithmetic writes x op y of type t.
func (l *lowerer) arithmetic(n ast.Node, op string, x, y ir.Value, t types.Type) ir.Value {
	switch op {
	case "+":
		return l.op(ir.OpAdd, t.Elem, t.Shape, l.convert(x, t.Elem), l.convert(y, t.Elem))
	case "-":
		return l.op(ir.OpSub, t.Elem, t.Shape, l.convert(x, t.Elem), l.convert(y, t.Elem))
	case "*":
		return l.multiply(ir.OpMul, n, x, y, t)
	case "/":
		return l.divide(n, x, y, t)
	}
	i := ir.Instr{Op: ir.OpMod, Axis: -1, Checked: l.frame.body.Checked[n]}
	return l.operate(i, t.Elem, t.Shape, l.convert(x, t.Elem), l.convert(y, t.Elem))
}

// multiply writes a product or inner product. Of two fixed it is truncated by
// F; where one factor is whole, nothing is.
func (l *lowerer) multiply(o ir.Op, n ast.Node, x, y ir.Value, t types.Type) ir.Value {
	return l.multiplied(ir.Instr{Op: o, Axis: -1}, n, x, y, t)
}

// multiplied is the result of an instruction that multiplies.
func (l *lowerer) multiplied(i ir.Instr, n ast.Node, x, y ir.Value, t types.Type) ir.Value {
	ex, ey := l.elem(x), l.elem(y)
	switch {
	case ex.Kind == types.Fixed && ey.Kind == types.Fixed:
		if ex.F != ey.F {
			l.fault(n, "a product of different precisions")
		}
		i.Shift = ex.F
		return l.operate(i, wider(ex, ey), t.Shape, x, y)
	case ex.Kind == types.Fixed:
		return l.operate(i, ex, t.Shape, x, l.whole(y))
	case ey.Kind == types.Fixed && i.Op == ir.OpMul:
		return l.operate(i, ey, t.Shape, y, l.whole(x))
	case ey.Kind == types.Fixed:
		return l.operate(i, ey, t.Shape, l.whole(x), y)
	}
	return l.operate(i, t.Elem, t.Shape, l.convert(x, t.Elem), l.convert(y, t.Elem))
}

// whole is a factor of a fixed: a bool counts as 0 and 1.
func (l *lowerer) whole(v ir.Value) ir.Value {
	if l.elem(v).Kind == types.Bool {
		return l.convert(v, types.Of(types.Int64))
	}
	return v
}

func wider(a, b types.Elem) types.Elem {
	if b.I > a.I {
		return b
	}
	return a
}

func (l *lowerer) divide(n ast.Node, x, y ir.Value, t types.Type) ir.Value {
	ex, ey := l.elem(x), l.elem(y)
	if ex.IsInt() && ey.IsInt() {
		x, y = l.convert(x, t.Elem), l.convert(y, t.Elem)
		ex = t.Elem
	} else if ex.IsInt() {
		x, ex = l.convert(x, ey), ey
	}
	if ey.Kind == types.Fixed {
		if ey.F != ex.F {
			l.fault(n, "a quotient of different precisions")
		}
		ex = wider(ex, ey)
	}
	return l.operate(ir.Instr{Op: ir.OpDiv, Axis: -1, Checked: l.frame.body.Checked[n]}, ex, t.Shape, x, y)
}

// alike gives two operands of a comparison one element that holds the values
// of both.
func (l *lowerer) alike(n ast.Node, x, y ir.Value) (ir.Value, ir.Value) {
	e, ok := common(l.elem(x), l.elem(y))
	if !ok {
		l.fault(n, "a comparison of "+l.elem(x).String()+" and "+l.elem(y).String())
	}
	return l.convert(x, e), l.convert(y, e)
}

func common(a, b types.Elem) (types.Elem, bool) {
	switch {
	case a == b:
		return a, true
	case a.Kind == types.Fixed && b.Kind == types.Fixed:
		return wider(a, b), a.F == b.F
	case !a.IsInt() || !b.IsInt():
		return a, false
	case a.Unsigned() && b.Unsigned():
		return types.Of(types.Uint64), true
	}
	return types.Of(types.Int64), a.Kind != types.Uint64 && b.Kind != types.Uint64
}

// index1 is x[…]: the member of a bundle, or elements of an array.
func (l *lowerer) index1(e *ast.Index, t types.Type) tree {
	if id, ok := e.X.(*ast.Ident); ok {
		if b, ok := l.bundles[l.frame.body.Vars[id]]; ok {
			x := b[l.memberIndex(e, l.frame.body.Vars[id].Type.Place.Each)]
			return l.sliced(e, x, e.Slices[1:], t)
		}
	}
	return l.sliced(e, l.tree(e.X), e.Slices, t)
}

// sliced is x[slices] of type t.
func (l *lowerer) sliced(e *ast.Index, x tree, slices []*ast.Slice, t types.Type) tree {
	if len(slices) == 0 {
		return x
	}
	positions := l.slices(slices)
	for _, s := range slices {
		if name, own := l.frame.body.Lengths[s]; own {
			l.renamed(name.String(), lengthOf{})
		}
	}
	t.Shape = l.frame.body.Type(e).Shape.Subst(l.frame.sizes)
	at := l.meet(indices(positions)...)
	return l.columnwise(t, func(t types.Type, v []ir.Value) ir.Value {
		if l.holders(v[0]).Empty() && at != l.everybody || !l.holders(v[0]).Empty() && at.Intersect(l.holders(v[0])).Empty() {
			l.fault(e, "an index that the holder of the array does not know")
		}
		out := l.elements(v[0], positions, l.frame.body.Checked[e], t.Shape)
		l.orZero[out] = l.frame.body.Total[e]
		return out
	}, x)
}

// elements is x[positions], of the shape given.
func (l *lowerer) elements(x ir.Value, positions []ir.Slice, checked bool, s types.Shape) ir.Value {
	i := ir.Instr{Op: ir.OpIndex, Slices: spanning(positions, l.shape(x), s), Axis: -1, Checked: checked}
	return l.measured(l.operate(i, l.elem(x), s, x))
}

// memberIndex is the position of the player in `b[p]` in its group.
func (l *lowerer) memberIndex(e *ast.Index, group string) int {
	id, ok := e.Slices[0].From.(*ast.Ident)
	if !ok {
		l.fault(e, "this index of a bundle")
	}
	player := id.Name
	if v := l.frame.body.Vars[id]; v != nil && v.Kind == check.MemberVar {
		player = l.prog.Players[v.Member].Name
	}
	for k, q := range l.group(group).Members {
		if l.prog.Players[q].Name == player {
			return k
		}
	}
	l.fault(e, "this index of a bundle")
	return 0
}

// slices lowers the positions of an index.
func (l *lowerer) slices(slices []*ast.Slice) []ir.Slice {
	out := make([]ir.Slice, len(slices))
	for d, s := range slices {
		out[d] = l.slice(s)
	}
	return out
}

// spanning is positions in an array of a shape: dimensions without one are
// whole, and lengths gives those of the ranges, in order.
func spanning(positions []ir.Slice, shape, lengths types.Shape) []ir.Slice {
	out := make([]ir.Slice, len(shape))
	for d := range out {
		out[d].Range = true
		if d < len(positions) {
			out[d] = positions[d]
		}
		if out[d].Range {
			out[d].Len, lengths = lengths[0], lengths[1:]
		}
	}
	return out
}

func (l *lowerer) slice(s *ast.Slice) ir.Slice {
	out := ir.Slice{Range: s.Range}
	if s.From != nil {
		out.From = l.position(s.From)
	}
	if s.To != nil {
		out.To = l.position(s.To)
	}
	return out
}

func (l *lowerer) position(e ast.Expr) ir.Value {
	return l.convert(l.value(e), types.Of(types.Int64))
}

// reveal opens shares, or sends what a holder has in clear.
func (l *lowerer) reveal(e *ast.Reveal, t types.Type) tree {
	x := l.tree(e.X)
	info := l.frame.body.Reveals[e]
	if info == nil {
		l.fault(e, "this reveal")
	}
	rest := x.leaves()
	return l.made(t, path{name: l.frame.label(info.Label)}, func(_ types.Type, at path) ir.Value {
		v := rest[0]
		rest = rest[1:]
		return l.revealed(v, info, at.name)
	})
}

func (l *lowerer) revealed(x ir.Value, info *check.RevealInfo, label string) ir.Value {
	to := l.place(info.Audience)
	audience, holders := to.Set(l.everybody), l.holders(x)
	if holders.Contains(audience) {
		return x
	}
	i := ir.Instr{Op: ir.OpReveal, Args: []ir.Value{x}, To: to, Name: label, Axis: -1, Who: holders.Union(audience)}
	if holders.Empty() {
		i.Op, i.Who = ir.OpOpen, l.computing.Union(audience)
	}
	i.Dst = l.define("", l.elem(x), l.shape(x), l.held(holders.Union(audience)))
	l.emit(&i)
	if !info.Output {
		l.disclosed(label)
	}
	return i.Dst
}

// disclosed notes where a declared disclosure happens.
func (l *lowerer) disclosed(label string) {
	for k := range l.out.Reveals {
		if l.out.Reveals[k].Label == label {
			l.out.Reveals[k].Pos = Position(l.prog, l.at)
		}
	}
}

// array is one constant, or a stack of its elements.
func (l *lowerer) array(e *ast.Array, t types.Type) tree {
	if data, ok := l.literal(e, t.Elem); ok {
		return leaf(l.constants(t.Elem, t.Shape, data))
	}
	var args []tree
	for _, x := range e.Elems {
		args = append(args, l.converted(l.tree(x), t))
	}
	return l.stacked(t, args)
}

func (l *lowerer) stacked(t types.Type, args []tree) tree {
	return l.columnwise(t, func(t types.Type, x []ir.Value) ir.Value { return l.op(ir.OpStack, t.Elem, t.Shape, x...) }, args...)
}

// literal returns the elements of an array of constants, row by row.
func (l *lowerer) literal(e ast.Expr, elem types.Elem) ([]*big.Int, bool) {
	if k := l.frame.body.Const(e); k != nil {
		return []*big.Int{l.representation(e, k, elem)}, true
	}
	if text, ok := e.(*ast.Text); ok {
		return []*big.Int{ir.Word(unquoted(text))}, true
	}
	a, ok := e.(*ast.Array)
	if !ok || elem.Kind == types.Record {
		return nil, false
	}
	var out []*big.Int
	for _, x := range a.Elems {
		data, ok := l.literal(x, elem)
		if !ok {
			return nil, false
		}
		out = append(out, data...)
	}
	return out, true
}
