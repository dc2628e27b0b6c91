package lower

// Padded rows: the mask of a reduction is a select before it, so that rows that
// take no part become the element that changes nothing.

import (
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// valid is which rows of an input its owner loaded.
func (c *primitiveCall) valid() ir.Value {
	return c.validRows(c.loaded(c.tree(c.args[0]).leaves()[0]))
}

func (l *lowerer) validRows(x ir.Input) ir.Value {
	v := l.define("", types.Of(types.Bool), types.Shape{x.Shape[0].Unpadded()}, x.Owner)
	l.emit(&ir.Instr{Op: ir.OpValid, Dst: v, Name: x.Name, Member: x.Member, Axis: -1, Who: x.Owner.Set(l.everybody)})
	return v
}

// loaded is the header's entry of a value that was loaded.
func (c *primitiveCall) loaded(v ir.Value) ir.Input {
	for _, x := range c.out.Inputs {
		if x.Value == v {
			return x
		}
	}
	c.fault(c.Call, "the mask of this value")
	return ir.Input{}
}

// real is the first argument of a reduction with zeros for the rows that its
// mask leaves out.
func (c *primitiveCall) real(k int) ir.Value { return c.masked(c.args[k], new(big.Int)) }

// masked is x with another element, as an integer representation, where the
// mask of the call is false.
func (c *primitiveCall) masked(x ast.Expr, otherwise *big.Int) ir.Value {
	v := c.value(x)
	if c.args[2] == nil {
		return v
	}
	return c.kept(v, c.value(c.args[2]), c.masks(x), otherwise)
}

// masks is the dimension of x that the mask of the call speaks of.
func (c *primitiveCall) masks(x ast.Expr) int {
	return check.MaskedAxis(c.frame.body.Type(x).Shape, c.axis())
}

// last is x with another element where the mask of its last dimension, the k-th
// argument if it is given, is false.
func (c *primitiveCall) last(x ir.Value, k int, otherwise *big.Int) ir.Value {
	if c.args[k] == nil {
		return x
	}
	return c.kept(x, c.value(c.args[k]), len(c.shape(x))-1, otherwise)
}

// kept is x where the mask of a dimension is true, and another element
// elsewhere. A mask of the last dimension broadcasts; of the one before it does
// so on the transpose, and others are followed by one dimension for all that do.
func (l *lowerer) kept(x, mask ir.Value, along int, otherwise *big.Int) ir.Value {
	e, s := l.elem(x), l.shape(x)
	if along < len(s)-2 {
		flat := append(slices.Clone(s[:along+1]), s[along+1:].Count())
		return l.reshaped(l.kept(l.reshaped(x, flat...), mask, along, otherwise), s...)
	}
	if along == len(s)-1 && e.Kind == types.Bool && otherwise.Sign() == 0 {
		return l.op(ir.OpAnd, e, s, x, mask)
	}
	if along == len(s)-1 {
		return l.op(ir.OpSelect, e, s, mask, x, l.constants(e, nil, []*big.Int{otherwise}))
	}
	return l.transposed(l.kept(l.transposed(x), mask, along+1, otherwise))
}

// meanOfRows is the mean of rows of which x holds the others as zeros: the sum
// divided by how many there are, or by 1.
func (c *primitiveCall) meanOfRows(x ir.Value) ir.Value {
	integer := types.Of(types.Int64)
	mask := c.value(c.args[2])
	n := c.op(ir.OpSum, integer, nil, c.convert(mask, integer))
	if c.axis() < 0 {
		n = c.times(n, x, c.masks(c.args[0]))
	}
	n = c.op(ir.OpMax, integer, nil, n, c.integer(1))
	return c.divide(c.Call, c.convert(c.reduce(ir.OpSum, x), c.t.Elem), n, types.Type{Elem: c.t.Elem, Shape: c.t.Shape})
}

// times is how many elements so many rows have.
func (c *primitiveCall) times(n, x ir.Value, along int) ir.Value {
	row := types.Int(1)
	for d, size := range c.shape(x) {
		if d != along {
			row = row.Mul(size)
		}
	}
	if k, ok := row.Const(); ok && k == 1 {
		return n
	}
	return c.op(ir.OpMul, types.Of(types.Int64), nil, n, c.size(c.Call, row))
}
