package lower

// Order and selection.

import (
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// orderOf are the primitives of this file. Each is one instruction where it has
// an algorithm of its own on shares.
func orderOf(name string) (primitive, bool) {
	switch name {
	case "any":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.reduce(ir.OpMax, c.value(c.args[0])) }}, true
	case "all":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.reduce(ir.OpMin, c.value(c.args[0])) }}, true
	case "argmin":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.argExtreme(ir.OpArgMin) }}, true
	case "argmax":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.argExtreme(ir.OpArgMax) }}, true
	case "sort":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.elementwise(ir.OpSort) }}, true
	case "rank":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.rank(c.value(c.args[0])) }}, true
	case "top_k":
		return primitive{[]string{"x", "k"}, func(c *primitiveCall) ir.Value { return c.elementwise(ir.OpTopK) }}, true
	case "distinct":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.distinct(c.value(c.args[0])) }}, true
	case "shuffle_shared":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.op(ir.OpShuffle, c.t.Elem, c.t.Shape, c.share(c.element(0))) }}, true
	case "merge":
		return primitive{two, func(c *primitiveCall) ir.Value {
			return c.op(ir.OpMerge, c.t.Elem, c.t.Shape, c.element(0), c.element(1))
		}}, true
	case "lookup":
		return primitive{[]string{"x", "i"}, func(c *primitiveCall) ir.Value {
			return c.op(ir.OpLookup, c.t.Elem, c.t.Shape, c.element(0), c.value(c.args[1]))
		}}, true
	case "store":
		return primitive{[]string{"x", "i", "v"}, (*primitiveCall).store}, true
	}
	return primitive{}, false
}

func (c *primitiveCall) argExtreme(o ir.Op) ir.Value {
	return c.operate(ir.Instr{Op: o, Axis: c.axis()}, c.t.Elem, c.t.Shape, c.value(c.args[0]))
}

// sortBy moves the rows of each column alike.
func (c *primitiveCall) sortBy() tree {
	place := c.rank(c.value(c.args[0]))
	return c.operand(1).each(func(x ir.Value) ir.Value { return c.permute(place, x) })
}

func (c *primitiveCall) store() ir.Value {
	return c.op(ir.OpStore, c.t.Elem, c.t.Shape, c.element(0), c.value(c.args[1]), c.element(2))
}

// rank is the place of each row in the order of keys, the most significant
// first; ties go by position.
func (l *lowerer) rank(keys ...ir.Value) ir.Value {
	return l.op(ir.OpRank, types.Of(types.Int32), l.shape(keys[0]), keys...)
}

// permute moves each row of x to its place. A table has one x a column.
func (l *lowerer) permute(place, x ir.Value) ir.Value {
	return l.op(ir.OpPermute, l.elem(x), l.shape(x), place, x)
}

// distinct compares neighbours of the sorted vector where nobody holds it.
func (c *primitiveCall) distinct(x ir.Value) ir.Value {
	boolean := types.Of(types.Bool)
	if !c.meet(x).Empty() {
		return c.op(ir.OpDistinct, boolean, nil, x)
	}
	sorted := c.op(ir.OpSort, c.elem(x), c.shape(x), x)
	one, pairs := c.integer(1), c.shape(x)[0].Sub(types.Int(1))
	last := c.size(c.Call, pairs)
	part := func(from, to ir.Value) ir.Value {
		i := ir.Instr{Op: ir.OpIndex, Axis: -1, Slices: []ir.Slice{{Range: true, From: from, To: to, Len: pairs}}}
		return c.operate(i, c.elem(x), types.Shape{pairs}, sorted)
	}
	differ := c.op(ir.OpNe, boolean, types.Shape{pairs}, part(0, last), part(one, 0))
	return c.operate(ir.Instr{Op: ir.OpMin, Axis: -1}, boolean, nil, differ)
}
