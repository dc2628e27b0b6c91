package lower

// Functions that are compositions of instructions: what they compute and cost
// is what those do.

import (
	"math/bits"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// zero is the scalar 0 of an element.
func (l *lowerer) zero(e types.Elem) ir.Value { return l.same(0, types.Type{Elem: e}) }

func (c *primitiveCall) relu() ir.Value {
	x := c.element(0)
	return c.op(ir.OpMax, c.t.Elem, c.t.Shape, x, c.zero(c.t.Elem))
}

// sign is (x > 0) - (x < 0).
func (c *primitiveCall) sign() ir.Value {
	x := c.value(c.args[0])
	is := func(o ir.Op) ir.Value {
		return c.convert(c.op(o, types.Of(types.Bool), c.t.Shape, x, c.zero(c.elem(x))), c.t.Elem)
	}
	return c.op(ir.OpSub, c.t.Elem, c.t.Shape, is(ir.OpGt), is(ir.OpLt))
}

func (c *primitiveCall) clamp() ir.Value {
	x, low, high := c.element(0), c.element(1), c.element(2)
	return c.ofLonger(ir.OpMin, c.ofLonger(ir.OpMax, x, low), high)
}

// ofLonger is an operation on two values of one element, of which one shape
// ends with the other.
func (l *lowerer) ofLonger(o ir.Op, x, y ir.Value) ir.Value {
	s := l.shape(x)
	if len(l.shape(y)) > len(s) {
		s = l.shape(y)
	}
	return l.op(o, l.elem(x), s, x, y)
}

// softmax is exp(x - max(x)) times the reciprocal of its sum: all exponents are at most
// 0, and the sum is about 1 or more, so that a reciprocal for all along the axis is as
// good as a quotient for each. It is taken of a matrix whose rows follow the axis.
func (c *primitiveCall) softmax() ir.Value {
	elem, axis := c.t.Elem, c.axis()
	s := c.t.Shape
	n, before, after := s[axis], types.Shape(s[:axis]).Count(), types.Shape(s[axis+1:]).Count()
	along, across := types.Shape{n, after.Mul(before)}, types.Shape{after.Mul(before)}
	x := c.element(0)
	if axis > 0 {
		x = c.transposed(c.reshaped(x, before, n.Mul(after)))
	}
	x = c.reshaped(x, along...)
	fold := func(o ir.Op, x ir.Value) ir.Value { return c.operate(ir.Instr{Op: o, Axis: 0}, elem, across, x) }
	x = c.op(ir.OpExp, elem, along, c.op(ir.OpSub, elem, along, x, fold(ir.OpMax, x)))
	few := fewBits(elem, n)
	r := c.op(ir.OpDiv, few, across, c.same(1, types.Type{Elem: few, Shape: across}), c.convert(fold(ir.OpSum, x), few))
	x = c.operate(ir.Instr{Op: ir.OpMul, Shift: elem.F}, elem, along, x, c.convert(r, elem))
	if axis > 0 {
		x = c.transposed(c.reshaped(x, n.Mul(after), before))
	}
	return c.reshaped(x, s...)
}

// fewBits is a type of elem's scale for sums of n numbers of at most about 1: of a short
// divisor there are few lengths to tell apart.
func fewBits(elem types.Elem, n types.Size) types.Elem {
	if k, constant := n.Const(); constant {
		elem.I = min(elem.I, 1+bits.Len64(uint64(k)))
	}
	return elem
}

// partly is a function of what is positive. Its total form on shares is that of
// inside where x is not, which is 0.
func (c *primitiveCall) partly(o ir.Op, inside int64) ir.Value {
	x := c.element(0)
	if c.frame.body.Outside[c.Call] {
		positive := c.op(ir.OpGt, types.Of(types.Bool), c.t.Shape, x, c.zero(c.t.Elem))
		x = c.op(ir.OpSelect, c.t.Elem, c.t.Shape, positive, x, c.same(inside, types.Type{Elem: c.t.Elem}))
	}
	return c.operate(ir.Instr{Op: o, Axis: -1, Checked: c.frame.body.Checked[c.Call]}, c.t.Elem, c.t.Shape, x)
}

// rsqrt is total; its owner refuses what has no reciprocal root.
func (c *primitiveCall) rsqrt() ir.Value {
	i := ir.Instr{Op: ir.OpRsqrt, Axis: -1, Checked: c.frame.body.Checked[c.Call]}
	i.Least = leastRoot(c.t.Elem)
	return c.operate(i, c.t.Elem, c.t.Shape, c.element(0))
}

// divisionOr is the quotient or remainder, which is total, but for divisors of
// zero.
func (c *primitiveCall) divisionOr(operator string) ir.Value {
	x, y := c.value(c.args[0]), c.value(c.args[1])
	s := c.shape(x)
	if len(c.shape(y)) > len(s) {
		s = c.shape(y)
	}
	q := c.arithmetic(c.Call, operator, x, y, types.Type{Elem: c.t.Elem, Shape: s})
	none := c.op(ir.OpEq, types.Of(types.Bool), c.shape(y), y, c.zero(c.elem(y)))
	return c.op(ir.OpSelect, c.t.Elem, c.t.Shape, none, c.element(2), c.convert(q, c.t.Elem))
}
