package cost

// Whole numbers and bools that are known before a run: from constants, sizes,
// and public inputs that are given.

import (
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// evaluate notes the result of an instruction, if it is known.
func (b *planner) evaluate(i *ir.Instr) {
	if i.Dst == 0 {
		return
	}
	delete(b.known, i.Dst)
	info := b.p.Values[i.Dst]
	if len(info.Shape) > 0 || info.Place.IsShared() || !info.Elem.IsInt() && info.Elem.Kind != types.Bool {
		return
	}
	if v, ok := b.value(i); ok && holds(info.Elem, v) {
		b.known[i.Dst] = v
	}
}

// holds reports that an element type has the number; of a polynomial, int64
// does, or the run ends.
func holds(e types.Elem, v types.Size) bool {
	k, ok := v.Const()
	if !ok {
		return e.Kind == types.Int64 && !v.Overflows()
	}
	low, high := e.Bounds()
	return (!low.IsInt64() || low.Int64() <= k) && (!high.IsInt64() || k <= high.Int64())
}

func (b *planner) value(i *ir.Instr) (types.Size, bool) {
	if !b.p.Values[i.Dst].Elem.Shareable() {
		return types.Size{}, false
	}
	switch i.Op {
	case ir.OpConst:
		return types.Int(i.Const[0].Int64()), i.Const[0].IsInt64()
	case ir.OpSizeOf:
		return i.Size.Subst(b.sizes), true
	case ir.OpInput:
		v, ok := b.inputs[i.Name]
		return v, ok
	}
	var args []types.Size
	for _, a := range i.Args {
		v, ok := b.known[a]
		if !ok {
			return types.Size{}, false
		}
		args = append(args, v)
	}
	switch i.Op {
	case ir.OpCopy, ir.OpConvert, ir.OpReveal:
		return args[0], b.p.Values[i.Dst].Elem.Kind != types.Bool || b.p.Values[i.Args[0]].Elem.Kind == types.Bool
	case ir.OpNeg:
		return types.Int(0).Sub(args[0]), true
	case ir.OpAdd:
		return args[0].Add(args[1]), true
	case ir.OpSub:
		return args[0].Sub(args[1]), true
	case ir.OpMul:
		return args[0].Mul(args[1]), true
	case ir.OpLt:
		return b.ordered(args[0], args[1])
	case ir.OpGt:
		return b.ordered(args[1], args[0])
	case ir.OpLe:
		return not(b.ordered(args[1], args[0]))
	case ir.OpGe:
		return not(b.ordered(args[0], args[1]))
	}
	return numbers(i.Op, args)
}

// ordered is x < y, where it is certain.
func (b *planner) ordered(x, y types.Size) (types.Size, bool) {
	switch {
	case b.bounds.atLeast(x, y):
		return types.Int(0), true
	case b.bounds.atLeast(y, x.Add(types.Int(1))):
		return types.Int(1), true
	}
	return types.Size{}, false
}

func not(x types.Size, ok bool) (types.Size, bool) { return types.Int(1).Sub(x), ok }

// numbers evaluates what needs numbers.
func numbers(op ir.Op, args []types.Size) (types.Size, bool) {
	k := make([]int64, len(args))
	for n, a := range args {
		v, ok := a.Const()
		if !ok {
			return types.Size{}, false
		}
		k[n] = v
	}
	truth := func(t bool) (types.Size, bool) {
		if t {
			return types.Int(1), true
		}
		return types.Int(0), true
	}
	switch op {
	case ir.OpNot:
		return truth(k[0] == 0)
	case ir.OpEq:
		return truth(k[0] == k[1])
	case ir.OpNe:
		return truth(k[0] != k[1])
	case ir.OpAnd:
		return truth(k[0] != 0 && k[1] != 0)
	case ir.OpOr:
		return truth(k[0] != 0 || k[1] != 0)
	case ir.OpDiv:
		if k[0] >= 0 && k[1] > 0 {
			return types.Int(k[0] / k[1]), true
		}
	case ir.OpMod:
		if k[0] >= 0 && k[1] > 0 {
			return types.Int(k[0] % k[1]), true
		}
	case ir.OpSelect:
		if k[0] != 0 {
			return args[1], true
		}
		return args[2], true
	case ir.OpMin:
		if len(k) == 2 {
			return types.Int(min(k[0], k[1])), true
		}
	case ir.OpMax:
		if len(k) == 2 {
			return types.Int(max(k[0], k[1])), true
		}
	}
	return types.Size{}, false
}
