package check

// Text and hashes of elements, at one player.

import (
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// hash64 checks hash64(x), of what is equal where its representation is.
func (f *frame) hash64(e *ast.Call, _ types.Elem) value {
	x, ok := f.operandOf(e, 0, types.Elem{})
	if !ok {
		return poison(e)
	}
	switch k := x.Elem.Kind; {
	case x.Elem.IsInt(), k == types.String, k == types.Enum, k == types.Date, k == types.Bool:
		return f.eachAlone(e, "hash64", types.Of(types.Uint64), x)
	}
	return f.fail(e, "E204", f.c.plain(x.Type), "`hash64` takes integers, strings, enums, dates and bools")
}

// format checks format(x).
func (f *frame) format(e *ast.Call, _ types.Elem) value {
	x, ok := f.operandOf(e, 0, types.Elem{})
	if !ok {
		return poison(e)
	}
	if x.Elem.Kind == types.Record {
		return f.fail(e, "E204", f.c.plain(x.Type), "`format` takes no records: format their fields")
	}
	return f.eachAlone(e, "format", types.Of(types.String), x)
}

// parse checks parse(s), of the type that is declared, else fixed. It is partial,
// and has no total form.
func (f *frame) parse(e *ast.Call, want types.Elem) value {
	x, ok := f.operandOf(e, 0, types.Of(types.String))
	if !ok {
		return poison(e)
	}
	if x.Elem.Kind != types.String {
		return f.fail(e, "E204", f.c.plain(x.Type), "`parse` takes strings")
	}
	if want.Kind == types.Invalid {
		want = f.c.prog.Precision
	}
	if !want.IsReal() && want.Kind != types.Bool {
		return f.fail(e, "E204", "expected "+want.String(), "`parse` gives numbers and bools")
	}
	out := f.eachAlone(e, "parse", want, x)
	if out.bad() {
		return out
	}
	const what = "this text may be no number"
	if f.pc.total {
		return f.fail(e, "E408", "under a condition that is not public", what)
	}
	if !f.partial(e, e, what, "parse what is known before the computation", x) {
		return poison(e)
	}
	return out
}

// eachAlone is an element e for each of x, at the one player that holds it.
func (f *frame) eachAlone(at *ast.Call, name string, e types.Elem, x value) value {
	place, ok := f.atOnePlayer(at, name, x)
	if !ok {
		return poison(at)
	}
	return f.result(e, x.Shape, place, nil, x)
}
