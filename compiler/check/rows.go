package check

// What only one player does, in clear: prints, and arrays whose length its data
// decides (R13, R16), with the way back to a public length.

import (
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// atOnePlayer is where a clear-only primitive runs: at p in `local p`, or at the
// one player that holds its operands (E304, E312).
func (f *frame) atOnePlayer(e *ast.Call, name string, vs ...value) (types.Place, bool) {
	if !f.inClear(e, name, vs) {
		return types.Place{}, false
	}
	if f.pc.local != nil {
		return f.normal(types.At(types.SetOf(f.pc.player))), true
	}
	place := types.PublicPlace
	for _, v := range vs {
		place = place.Join(v.Place)
	}
	if f.normal(place).Set(f.unit.everybody).Len() == 1 {
		return f.normal(place), true
	}
	d := f.errorf("E312", e, "`%s` is for one player alone, and nothing says which", name)
	d.Label = "on values of " + f.c.holders(place)
	if place.Public {
		d.Label = "on public values"
	} else if place.IsShared() {
		d.Label = "on values of several players"
	}
	d.Hint = "write it in `local p { … }`"
	return types.Place{}, false
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

// filter checks filter(x, m): the rows of x where m is true.
func (f *frame) filter(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "filter", []string{"x", "m"}, 2)
	if !ok {
		return poison(e)
	}
	x, m := f.settle(f.argument(args, 0, want)), f.argument(args, 1, types.Elem{})
	if bad(x, m) {
		return poison(e)
	}
	if len(x.Shape) == 0 || len(m.Shape) != 1 {
		return f.fail(e, "E201", f.operands("", []value{x, m}), "`filter` takes an array and a mask of its rows")
	}
	if m.Elem.Kind != types.Bool {
		return f.fail(args[1].Value, "E204", f.c.plain(m.Type), "a mask is a bool a row")
	}
	if !f.sameShape(e, x.Shape[:1], m.Shape, f.operandsOf("", []value{x, m}), nil) {
		return poison(e)
	}
	return f.rows(e, "filter", x, m)
}

// unique checks unique(x) of a vector.
func (f *frame) unique(e *ast.Call, want types.Elem) value {
	x, ok := f.operandOf(e, 1, want)
	if !ok {
		return poison(e)
	}
	if len(x.Shape) != 1 || !inClass(x.Elem, op.Ord) {
		return f.fail(e, "E204", f.c.plain(x.Type), "`unique` takes a vector of values that are ordered")
	}
	return f.rows(e, "unique", x)
}

// rows is some of the rows of vs[0], as many as the data says.
func (f *frame) rows(e *ast.Call, name string, vs ...value) value {
	place, ok := f.atOnePlayer(e, name, vs...)
	if !ok {
		return poison(e)
	}
	x := vs[0]
	out := f.result(x.Elem, x.Shape, place, nil, vs...)
	out.Shape = append(types.Shape{f.freshLength(place, x.Shape[0], allEarly(vs...))}, x.Shape[1:]...)
	out.bounds = x.bounds
	return out
}

// pad checks pad(x, n): the rows of x, then zeros, to the public length n, and
// which rows are of x.
func (f *frame) pad(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "pad", []string{"x", "n"}, 2)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	n, ok := f.size(args[1].Value)
	if x.bad() || !ok {
		return poison(e)
	}
	if len(x.Shape) == 0 {
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`pad` takes an array")
	}
	if !f.knownLength(args[1], n, "the padded length") || !f.zeroed(args[0].Value, x) {
		return poison(e)
	}
	if !f.nonneg(n.Sub(x.Shape[0])) {
		if x.Place.IsShared() || f.pc.total {
			return f.fail(e, "E408", f.c.full(x.Type), "this array may have more than %s rows", n)
		}
		if !f.partial(e, e, "this array may have more than "+n.String()+" rows", "pad to a length that holds all rows", x) {
			return poison(e)
		}
	}
	padded := f.result(x.Elem, append(types.Shape{n}, x.Shape[1:]...), x.Place, x.met, x)
	padded.expr = e
	padded.bounds = x.bounds.union(exactly(nought))
	mask := f.result(types.Of(types.Bool), types.Shape{n}, x.Place, nil, x)
	if _, private := f.data(x.Shape[:1]); !private {
		mask.Place, mask.early = types.PublicPlace, true
	}
	mask.expr = e
	out := value{parts: []value{padded, mask}, early: x.early}
	out.Tuple = []types.Type{padded.Type, mask.Type}
	return out
}

// print checks print(x, …), which is a statement.
func (f *frame) print(e *ast.Call, _ types.Elem) value {
	if f.pc.secret {
		return f.fail(e, "E407", "condition "+f.secretCondition(), "a print cannot stand under a secret condition")
	}
	f.printed = firstWord(e)
	vs := f.arguments(e)
	f.printed = ""
	if bad(vs...) {
		return poison(e)
	}
	for i, v := range vs {
		vs[i] = f.settle(v)
	}
	if _, ok := f.atOnePlayer(e, "print", vs...); !ok {
		return poison(e)
	}
	return value{Type: types.Type{Tuple: []types.Type{}}, early: true}
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
