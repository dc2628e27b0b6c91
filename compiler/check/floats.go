package check

// Floats: IEEE 754, at one player (R3). They have no intervals, and nothing of
// theirs can fail.

import (
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// floatArithmetic checks x op y where one of them is a float. Literals become
// floats.
func (f *frame) floatArithmetic(at ast.Node, op string, x, y value) value {
	what := "`" + op + "`"
	if op == "%" || !x.Elem.IsReal() || !y.Elem.IsReal() {
		return f.notNumber(at, what, x, y)
	}
	vs, e, ok := f.unify(at, what, x, y)
	if !ok {
		return poison(nil)
	}
	shape, ok := f.broadcast(at, what, vs...)
	if !ok {
		return poison(nil)
	}
	place, met, ok := f.join(at, secureNames[op], vs...)
	if !ok {
		return poison(nil)
	}
	return f.result(types.Elem{Kind: e.Kind}, shape, place, met, vs...)
}
