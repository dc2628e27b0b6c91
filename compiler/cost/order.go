package cost

// Order and selection: what each operation of package mpc calls, on how many
// elements.

import (
	"fmt"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// order plans an operation of this file; ok is false for any other.
func (b *planner) order(i *ir.Instr) (nodes []node, ok bool, err error) {
	switch i.Op {
	case ir.OpSort, ir.OpTopK:
		return b.sorted(i, i.Args[0]), true, nil
	case ir.OpRank:
		rank := b.call(i, capability.Shuffle, 64, b.count(i.Dst).Mul(types.Int(2)))
		return append(b.sorted(i, i.Dst), rank, b.openAll(i, 64, b.count(i.Dst))), true, nil
	case ir.OpPermute:
		return b.permute(i), true, nil
	case ir.OpShuffle:
		return []node{b.shuffle(i, 0, 0, i.Args[0])}, true, nil
	case ir.OpMerge:
		return b.merge(i), true, nil
	case ir.OpCarry:
		return b.carry(i), true, nil
	case ir.OpArgMin, ir.OpArgMax:
		nodes, err = b.tree(i)
		return nodes, true, err
	case ir.OpLookup, ir.OpStore:
		return b.selection(i), true, nil
	}
	return nil, false, nil
}

// call is one call of the kernel.
func (b *planner) call(i *ir.Instr, a capability.Action, param int, elements types.Size) node {
	return sending{at: i, stages: b.messages(capability.Call{Action: a, Param: param}), elements: elements}
}

// openAll opens elements of so many bits to the computing players.
func (b *planner) openAll(i *ir.Instr, bits int, elements types.Size) node {
	c := capability.Call{Action: capability.Open, Param: bits}
	for role := range b.roles() {
		c.To = append(c.To, role)
	}
	return sending{at: i, stages: b.messages(c), elements: elements}
}

// shuffle is one of x with so many words and bits more in each row, of an
// element of x; in units of bits where the message may end within a byte.
func (b *planner) shuffle(i *ir.Instr, words, bits int64, x ir.Value) node {
	ring := int64(b.p.Protocol.Ring)
	width := ring
	if b.p.Values[x].Elem.Kind == types.Bool {
		width = 1
	}
	if bits == 0 && width == ring {
		return b.call(i, capability.Shuffle, 64, b.count(x).Mul(types.Int(words+1)))
	}
	return b.call(i, capability.Shuffle, 1, b.count(x).Mul(types.Int(ring*words+bits+width)))
}

// permute: a shuffle of the places and the rows, and the opening of the places.
func (b *planner) permute(i *ir.Instr) []node {
	place, x := i.Args[0], i.Args[1]
	if !b.shared(place) {
		return nil
	}
	units, width := b.count(x), 64
	if b.p.Values[x].Elem.Kind == types.Bool {
		units, width = units.Add(b.count(place).Mul(types.Int(int64(b.p.Protocol.Ring)))), 1
	} else {
		units = units.Add(b.count(place))
	}
	return []node{b.call(i, capability.Shuffle, width, units), b.openAll(i, 64, b.count(place))}
}

// keysKnown bounds the number of keys where only the run knows it: positions
// are as wide as that many need.
const keysKnown = 1 << 20

// sorted is a sort by the operands of i of a payload, an element a row.
func (b *planner) sorted(i *ir.Instr, payload ir.Value) []node {
	shape := b.shape(i.Args[0])
	rows, n := shape[:len(shape)-1].Count(), shape[len(shape)-1]
	counts := quicksorts{"levels", "comparisons", rows, capability.SortLevels, capability.SortComparisons}
	if i.Op == ir.OpTopK {
		counts = quicksorts{"top_levels", "top_comparisons", b.shape(i.Dst)[0], capability.TopLevels, capability.TopComparisons}
	}
	length, known := n.Const()
	if known && length < 2 {
		return nil
	}
	if !known {
		length = keysKnown
		b.assumed = append(b.assumed, fmt.Sprintf("%s <= %d", n, int64(keysKnown)))
	}
	keys := make([]capability.Operand, len(i.Args))
	for k, v := range i.Args {
		keys[k] = b.p.Operand(v)
	}
	digits := capability.Digits(b.p.Protocol.Ring, keys, length)
	var out []node
	for _, p := range capability.KeyCalls(b.p.Protocol.Ring, keys, digits) {
		out = append(out, b.call(i, p.Action, p.Param, rows.Mul(n)))
	}
	words, bits := capability.Columns(digits)
	out = append(out, b.shuffle(i, words, bits, payload))
	return append(out, b.levels(i, digits, rows, n, counts))
}

// quicksorts are the levels and comparisons of sorts of n keys, given a second
// size: how many sorts, or how many keys are wanted.
type quicksorts struct {
	levelsName, comparisonsName string
	with                        types.Size
	levels, comparisons         func(with, n int64, r capability.Randomness) int64
}

// levels are those of a quicksort; of few keys, all comparisons at once.
func (b *planner) levels(i *ir.Instr, digits []capability.Digit, rows, n types.Size, f quicksorts) node {
	comparisons := func(count types.Size) []node {
		var out []node
		for _, p := range capability.CompareCalls(digits) {
			out = append(out, b.call(i, p.Action, p.Param, count.Mul(types.Int(int64(p.Times)))))
		}
		return append(out, b.openAll(i, 1, count))
	}
	if length, known := n.Const(); known && length <= capability.AllPairs {
		return passes{trip: types.Int(1), body: comparisons(rows.Mul(types.Int(capability.Comparisons(length))))}
	}
	b.random = append(b.random, i)
	levels := b.variableOf(f.levelsName, f.with, n, func(with, n int64) int64 {
		return f.levels(with, n, b.figure)
	})
	each := b.variableOf(f.comparisonsName, f.with, n, func(with, n int64) int64 {
		c, l := f.comparisons(with, n, b.figure), f.levels(with, n, b.figure)
		if b.figure == capability.Bound {
			c += 8 * l // each message is rounded up to a byte
		}
		return (c + l - 1) / l
	})
	return passes{trip: levels, body: comparisons(each)}
}

// variableOf is a function of two sizes under a name, a number where both are.
func (b *planner) variableOf(name string, x, y types.Size, f func(x, y int64) int64) types.Size {
	k, number := x.Const()
	m, numbers := y.Const()
	if number && numbers {
		return types.Int(f(k, m))
	}
	low, ok := b.bounds.least(x)
	low2, ok2 := b.bounds.least(y)
	text := fmt.Sprintf("%s(%s, %s)", name, x, y)
	if number && k == 1 {
		text = fmt.Sprintf("%s(%s)", name, y)
	}
	if ok && ok2 && low >= 0 && low2 >= 0 {
		b.bounds[text] = f(low, low2)
	}
	return types.Name(text)
}

// merge is the exchanges of each level.
func (b *planner) merge(i *ir.Instr) []node {
	o := b.p.Operation(i)
	n, m := b.count(i.Args[0]), b.count(i.Args[1])
	k, known := n.Const()
	l, both := m.Const()
	if !known || !both {
		levels := b.variableOf("merge_levels", n, m, capability.MergeLevels)
		total := b.variableOf("exchanges", n, m, capability.ExchangeCount).Add(types.Int(1))
		one := types.Int(1)
		return []node{passes{trip: levels, axis: &total, body: b.calls(i, o, one, one)}}
	}
	var out []node
	for _, level := range capability.ExchangeLevels(k, l) {
		pairs := types.Int(level)
		out = append(out, b.calls(i, o, pairs, pairs)...)
	}
	return out
}

// carry is an And of a bit a row and a choice among all elements in each level.
func (b *planner) carry(i *ir.Instr) []node {
	elements := []types.Size{b.count(i.Args[1]), b.count(i.Dst)}
	var body []node
	for k, p := range b.p.Operation(i).Calls() {
		body = append(body, b.call(i, p.Action, p.Param, elements[k]))
	}
	if n, known := elements[0].Const(); known {
		return slices.Repeat(body, int(capability.CarryLevels(n)))
	}
	if body == nil {
		return nil
	}
	levels := b.variableOf("carry_levels", types.Int(1), elements[0], func(_, n int64) int64 { return capability.CarryLevels(n) })
	return []node{passes{trip: levels, body: body}}
}

// selection is the calls of a lookup or store, each on the elements that the
// shapes give it: places of an index, cells of x for each of them, or the result.
func (b *planner) selection(i *ir.Instr) []node {
	index := b.count(i.Args[1])
	elements := map[capability.Action]types.Size{
		capability.IsZero:     index.Mul(b.shape(i.Args[0])[0]),
		capability.BitsToRing: index.Mul(b.shape(i.Args[0])[0]),
		capability.And:        index.Mul(b.count(i.Args[0])),
		capability.SelectBits: b.count(i.Dst),
		capability.Product:    b.count(i.Dst),
	}
	var out []node
	for _, p := range b.p.Operation(i).Calls() {
		out = append(out, b.call(i, p.Action, p.Param, elements[p.Action]))
	}
	return out
}
