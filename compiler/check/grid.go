package check

// Data for tests: grid(n, d, lo, hi).

import (
	"math/big"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// maxGrid bounds what a test writes down as constants.
const maxGrid = 1 << 20

// grid is n × d constants from lo to hi, of the element wanted, else fixed.
func (f *frame) grid(e *ast.Call, want types.Elem) value {
	if !f.pc.test {
		f.arguments(e)
		return f.fail(e.Fn, "E101", "only in tests", "`grid` stands only in tests")
	}
	args, ok := f.bind(e, "grid", []string{"n", "d", "lo", "hi"}, 4)
	if !ok {
		return poison(e)
	}
	n, known := f.constantInt(args[0], "a dimension of a grid")
	d, also := f.constantInt(args[1], "a dimension of a grid")
	elem := f.c.prog.Precision
	if want.Kind == types.Fixed {
		elem = want
	}
	low, high := f.gridEnd(args[2], elem), f.gridEnd(args[3], elem)
	if !known || !also || low == nil || high == nil {
		return poison(e)
	}
	if n < 1 || d < 1 || n > maxGrid/d {
		return f.fail(e, "E209", "n * d values", "a grid has between 1 and %d values", maxGrid)
	}
	out := value{Type: types.Type{Elem: elem, Shape: types.Shape{types.Int(int64(n)), types.Int(int64(d))}, Place: types.PublicPlace}, early: true}
	out.bounds = exactly(low).union(exactly(high))
	return out
}

// gridEnd is a constant end of a grid, nil where it is none.
func (f *frame) gridEnd(a *ast.Arg, elem types.Elem) *big.Rat {
	v := f.expr(a.Value, elem)
	if v.bad() {
		return nil
	}
	if v.konst == nil || v.konst.Num == nil {
		f.errorf("E209", a.Value, "an end of a grid is a constant number").Label = f.c.full(v.Type)
		return nil
	}
	if f.convertTo(v, elem, "an end of a grid").bad() {
		return nil
	}
	return v.konst.Num
}
