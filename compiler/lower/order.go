package lower

// Order and selection.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// orderOf are the primitives of this file. Each is one instruction where it has
// an algorithm of its own on shares.
func orderOf(name string) (primitive, bool) {
	switch name {
	case "any":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.reduce(ir.OpMax, c.real(0)) }}, true
	case "all":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.reduce(ir.OpMin, c.masked(c.args[0], big.NewInt(1))) }}, true
	case "argmin":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.argExtreme(ir.OpArgMin) }}, true
	case "argmax":
		return primitive{oneOf, func(c *primitiveCall) ir.Value { return c.argExtreme(ir.OpArgMax) }}, true
	case "sort":
		return primitive{withMask, (*primitiveCall).sort}, true
	case "rank":
		return primitive{withMask, func(c *primitiveCall) ir.Value { return c.places(1, 1) }}, true
	case "top_k":
		return primitive{[]string{"x", "k", "mask"}, (*primitiveCall).topK}, true
	case "distinct":
		return primitive{one, func(c *primitiveCall) ir.Value { return c.distinct(c.value(c.args[0])) }}, true
	case "merge":
		return primitive{two, func(c *primitiveCall) ir.Value {
			return c.op(ir.OpMerge, c.t.Elem, c.t.Shape, c.element(0), c.element(1))
		}}, true
	}
	return primitive{}, false
}

// argExtreme is the index of an extreme element, of rows that take part.
func (c *primitiveCall) argExtreme(o ir.Op) ir.Value {
	x, axis := c.value(c.args[0]), c.axis()
	if c.args[2] == nil {
		return c.operate(ir.Instr{Op: o, Axis: axis}, c.t.Elem, c.t.Shape, x)
	}
	if axis <= 0 {
		return c.argKept(o, x, axis, c.masks(c.args[0]))
	}
	s := c.shape(x)
	before, after := s[:axis].Count(), s[axis+1:].Count()
	places := c.argKept(o, c.front(x, axis), 0, 0)
	return c.reshaped(c.transposed(c.reshaped(places, after, before)), c.t.Shape...)
}

// argKept is the index of the first element taking part that equals the extreme
// of those: what stands for the others may be an element of the vector, too.
func (c *primitiveCall) argKept(o ir.Op, x ir.Value, axis, along int) ir.Value {
	extreme, otherwise := ir.OpMin, greatest(c.elem(x))
	if o == ir.OpArgMax {
		extreme, otherwise = ir.OpMax, least(c.elem(x))
	}
	mask := c.value(c.args[2])
	best := c.reduceOver(extreme, c.kept(x, mask, along, otherwise), axis)
	equal := c.op(ir.OpEq, types.Of(types.Bool), c.shape(x), x, best)
	found := c.kept(equal, mask, along, new(big.Int))
	return c.operate(ir.Instr{Op: ir.OpArgMax, Axis: axis}, c.t.Elem, c.shape(best), found)
}

// front is x[…, n, …] as a matrix of n rows: the elements of the dimensions
// after that one, for each the elements of those before it.
func (l *lowerer) front(x ir.Value, axis int) ir.Value {
	s := l.shape(x)
	n, before, after := s[axis], s[:axis].Count(), s[axis+1:].Count()
	return l.reshaped(l.transposed(l.reshaped(x, before, n.Mul(after))), n, after.Mul(before))
}

func greatest(e types.Elem) *big.Int { _, high := e.Bounds(); return high }

func least(e types.Elem) *big.Int { low, _ := e.Bounds(); return low }

func (c *primitiveCall) sort() ir.Value {
	return c.op(ir.OpSort, c.t.Elem, c.t.Shape, c.last(c.element(0), 1, greatest(c.t.Elem)))
}

func (c *primitiveCall) topK() ir.Value {
	x := c.last(c.element(0), 2, least(c.t.Elem))
	if len(ir.OfData(c.t.Shape)) == 0 {
		return c.op(ir.OpTopK, c.t.Elem, c.t.Shape, x)
	}
	sorted := c.op(ir.OpReverse, c.t.Elem, c.shape(x), c.op(ir.OpSort, c.t.Elem, c.shape(x), x))
	return c.elements(sorted, []ir.Slice{{Range: true, To: c.size(nil, c.t.Shape[0])}}, false, c.t.Shape)
}

// places is the rank of the first arguments, the keys, rows that the mask leaves
// out behind the others. It is the k-th argument, if it is given.
func (c *primitiveCall) places(keys, k int) ir.Value {
	var of []ir.Value
	for _, a := range c.args[:keys] {
		of = append(of, c.value(a))
	}
	if c.args[k] == nil {
		return c.rank(of...)
	}
	every := types.Type{Elem: types.Of(types.Bool), Shape: c.shape(of[0])}
	out := c.op(ir.OpNe, every.Elem, every.Shape, c.same(1, every), c.value(c.args[k]))
	return c.rank(append([]ir.Value{out}, of...)...)
}

// sortBy moves the rows of each column alike.
func (c *primitiveCall) sortBy() tree {
	x := len(c.args) - 2
	place := c.places(x, x+1)
	return c.operand(x).each(func(v ir.Value) ir.Value { return c.permute(place, v) })
}

// carry takes the rows of each column from the same rows before.
func (c *primitiveCall) carry() tree {
	known := c.value(c.args[1])
	return c.operand(0).each(func(v ir.Value) ir.Value {
		return c.op(ir.OpCarry, c.elem(v), c.shape(v), v, known)
	})
}

// lookup reads the rows of each column.
func (c *primitiveCall) lookup() tree {
	x, i := c.operand(0), c.rowIndex()
	return c.columnwise(c.t, func(t types.Type, v []ir.Value) ir.Value {
		return c.op(ir.OpLookup, t.Elem, t.Shape, v[0], i)
	}, x)
}

// rowIndex is the index of a row, the second argument.
func (c *primitiveCall) rowIndex() ir.Value {
	i, n := c.value(c.args[1]), c.typeOf(c.args[0]).Shape[0]
	if !c.t.Place.IsShared() {
		return i
	}
	return c.holding(i, n)
}

// holding is x in a type that has each of 0..n-1: on shares it is compared with
// them modulo 2^w, and of two that are the same there it would find both.
func (l *lowerer) holding(x ir.Value, n types.Size) ir.Value {
	_, high := l.elem(x).Bounds()
	if k, ok := n.Const(); l.elem(x).Bits() == 64 || ok && high.Cmp(big.NewInt(k-1)) >= 0 {
		return x
	}
	return l.convert(x, types.Of(types.Int64))
}

// store replaces a row of each column.
func (c *primitiveCall) store() tree {
	x, i, row := c.operand(0), c.rowIndex(), c.operand(2)
	return c.columnwise(c.t, func(t types.Type, v []ir.Value) ir.Value {
		return c.op(ir.OpStore, t.Elem, t.Shape, v[0], i, v[1])
	}, x, row)
}

// rank is the place of each row in the order of keys, the most significant
// first; ties go by position.
func (l *lowerer) rank(keys ...ir.Value) ir.Value {
	if l.elem(keys[0]).Kind == types.Bool && len(keys) == 1 && len(l.shape(keys[0])) == 1 && l.meet(keys[0]).Empty() {
		return l.partition(keys[0])
	}
	return l.op(ir.OpRank, types.Of(types.Int32), l.shape(keys[0]), keys...)
}

// partition is the rank of bools on shares, without a sort: false go by the
// number of false before them, true by that of true, behind all that are false.
// One product a row, in as many rounds for any number of rows.
func (l *lowerer) partition(x ir.Value) ir.Value {
	whole, s := types.Of(types.Int64), l.shape(x)
	ones := l.convert(x, whole)
	until := l.op(ir.OpCumSum, whole, s, ones) // true up to this row, and with it
	row := l.op(ir.OpIota, whole, s)
	zeros := l.op(ir.OpSub, whole, nil, l.size(nil, s[0]), l.reduceOver(ir.OpSum, ones, -1))
	before := l.op(ir.OpSub, whole, s, until, ones)
	toFalse := l.op(ir.OpSub, whole, s, row, before)
	toTrue := l.op(ir.OpAdd, whole, s, before, zeros)
	further := l.op(ir.OpMul, whole, s, ones, l.op(ir.OpSub, whole, s, toTrue, toFalse))
	return l.convert(l.op(ir.OpAdd, whole, s, toFalse, further), types.Of(types.Int32))
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
