package lower

// Intervals of values as integer representations (fixed: scaled). A value in
// clear, and one as wide as the ring, wraps to its type, so that an interval the type
// does not contain becomes the whole type. A narrower integer on shares does
// not: its interval is that of the ring element, and may exceed the type.

import (
	"math/big"
	"slices"
	"sync"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

type interval struct{ low, high *big.Int }

// wholes remembers whole for each element that was met; nobody changes an end
// of an interval.
var wholes sync.Map

// whole is the interval of all values of an element.
func whole(e types.Elem) interval {
	if a, ok := wholes.Load(e); ok {
		return a.(interval)
	}
	low, high := e.Bounds()
	wholes.Store(e, interval{low, high})
	return interval{low, high}
}

func (a interval) within(b interval) bool {
	return b.low.Cmp(a.low) <= 0 && a.high.Cmp(b.high) <= 0
}

func (a interval) equal(b interval) bool { return a.within(b) && b.within(a) }

func (a interval) join(b interval) interval { return span(a.low, a.high, b.low, b.high) }

func (a interval) hasZero() bool { return a.low.Sign() <= 0 && a.high.Sign() >= 0 }

// largest is the greatest absolute value.
func (a interval) largest() *big.Int {
	return span(new(big.Int).Abs(a.low), new(big.Int).Abs(a.high)).high
}

// span is the least interval that has all of the numbers.
func span(xs ...*big.Int) interval {
	out := interval{xs[0], xs[0]}
	for _, x := range xs[1:] {
		if x.Cmp(out.low) < 0 {
			out.low = x
		}
		if x.Cmp(out.high) > 0 {
			out.high = x
		}
	}
	return out
}

// corners applies f to the ends of both; f is monotone in each argument.
func corners(a, b interval, f func(z, x, y *big.Int) *big.Int) interval {
	var z [4]big.Int
	return span(f(&z[0], a.low, b.low), f(&z[1], a.low, b.high), f(&z[2], a.high, b.low), f(&z[3], a.high, b.high))
}

func constantly(k int64) interval { return interval{big.NewInt(k), big.NewInt(k)} }

// shift scales by 2^f; a negative f rounds outwards.
func (a interval) shift(f int) interval {
	if f >= 0 {
		return interval{new(big.Int).Lsh(a.low, uint(f)), new(big.Int).Lsh(a.high, uint(f))}
	}
	out := interval{new(big.Int).Rsh(a.low, uint(-f)), new(big.Int).Rsh(a.high, uint(-f))}
	out.high.Add(out.high, big.NewInt(1))
	return out
}

func symmetric(x *big.Int) interval { return interval{new(big.Int).Neg(x), x} }

// interval is what the operands say about an instruction's result.
func (p *prover) interval(i *ir.Instr) interval {
	e := p.elem(i.Dst)
	arg := func(k int) interval { return p.of(i, i.Args[k]) }
	if p.wordless(i) {
		return whole(e)
	}
	switch i.Op {
	case ir.OpConst:
		return span(i.Const...)
	case ir.OpSizeOf:
		return p.sizeInterval(i.Size)
	case ir.OpInput:
		return p.inputInterval(i)
	case ir.OpReduce:
		return whole(e)
	case ir.OpCopy, ir.OpShare, ir.OpRefresh, ir.OpOpen, ir.OpReveal, ir.OpFill, ir.OpTranspose,
		ir.OpReshape, ir.OpReverse:
		return arg(0)
	case ir.OpIndex:
		if p.orZero[i.Dst] {
			return arg(0).join(constantly(0))
		}
		return arg(0)
	case ir.OpSort, ir.OpTopK, ir.OpShuffle, ir.OpCarry:
		return arg(0)
	case ir.OpPermute:
		return arg(1)
	case ir.OpRank, ir.OpArgMin, ir.OpArgMax:
		return p.position(i)
	case ir.OpLookup:
		return arg(0).join(constantly(0))
	case ir.OpStore:
		return arg(0).join(arg(2))
	case ir.OpUpdate, ir.OpStack, ir.OpConcat, ir.OpMerge:
		return p.joined(i, i.Args)
	case ir.OpSelect:
		return p.joined(i, i.Args[1:])
	case ir.OpMin, ir.OpMax:
		return p.extremeInterval(i)
	case ir.OpNeg:
		return corners(constantly(0), arg(0), (*big.Int).Sub)
	case ir.OpAbs:
		return interval{new(big.Int), arg(0).largest()}
	case ir.OpAdd:
		return corners(arg(0), arg(1), (*big.Int).Add)
	case ir.OpSub:
		return corners(arg(0), arg(1), (*big.Int).Sub)
	case ir.OpMul:
		if i.Args[0] == i.Args[1] {
			return p.square(i)
		}
		return corners(arg(0), arg(1), (*big.Int).Mul).shift(-i.Shift)
	case ir.OpDot:
		y := p.shape(i.Args[1])
		return p.times(corners(arg(0), arg(1), (*big.Int).Mul), y[y.Inner()], i.Shift)
	case ir.OpConvolve, ir.OpConvolveToKernels, ir.OpConvolveToImages:
		// A place of a window may lie outside the image.
		return p.times(corners(arg(0), arg(1), (*big.Int).Mul).join(constantly(0)), p.met(i), i.Shift)
	case ir.OpIota:
		return span(new(big.Int), new(big.Int).Sub(p.sizeInterval(p.shape(i.Dst)[0]).high, big.NewInt(1)))
	case ir.OpWindows:
		return arg(0).join(constantly(0)) // of the padding
	case ir.OpCumSum:
		s := p.shape(i.Dst)
		return arg(0).join(p.times(arg(0), s[len(s)-1], 0))
	case ir.OpSum:
		return p.times(arg(0), p.length(i), 0)
	case ir.OpDiv:
		return p.quotient(i)
	case ir.OpMod:
		return symmetric(span(p.of(i, i.Args[0]).largest(), p.of(i, i.Args[1]).largest()).low)
	case ir.OpRsqrt:
		return inverseRoots(arg(0), i.Least, e)
	case ir.OpSqrt, ir.OpExp, ir.OpLog, ir.OpSigmoid, ir.OpTanh:
		return functionInterval(i.Op, arg(0), e)
	case ir.OpConvert:
		return convertInterval(arg(0), p.elem(i.Args[0]), e)
	}
	return whole(e)
}

// wordless reports that a float or string takes part, whose representation is
// no number.
func (p *prover) wordless(i *ir.Instr) bool {
	word := func(v ir.Value) bool { return v == 0 || p.elem(v).Shareable() }
	return !word(i.Dst) || slices.ContainsFunc(i.Args, func(v ir.Value) bool { return !word(v) })
}

// square is not negative, whatever its rounding.
func (p *prover) square(i *ir.Instr) interval {
	a := p.of(i, i.Args[0]).largest()
	return interval{new(big.Int), new(big.Int).Mul(a, a)}.shift(-i.Shift)
}

// functionInterval allows for what the secure form may be off by: below zero
// too.
func functionInterval(o ir.Op, a interval, e types.Elem) interval {
	out, below := whole(e), big.NewInt(-2)
	one := new(big.Int).Lsh(big.NewInt(1), uint(e.F))
	one.Add(one, big.NewInt(2))
	switch o {
	case ir.OpSigmoid:
		return interval{below, one}
	case ir.OpTanh:
		return symmetric(one)
	case ir.OpExp:
		out = interval{below, new(big.Int).Sub(out.high, new(big.Int).Rsh(out.high, 18))}
	case ir.OpSqrt:
		root := new(big.Int).Lsh(a.largest(), uint(e.F))
		root.Sqrt(root).Add(root, big.NewInt(4))
		return interval{below, root.Add(root, new(big.Int).Rsh(root, 27))}
	}
	return out
}

// inverseRoots allow for what the secure form may be off by.
func inverseRoots(a interval, least int, e types.Elem) interval {
	of := func(x *big.Int) (r, off *big.Int) {
		if floor := new(big.Int).Lsh(big.NewInt(1), uint(least)); x.Cmp(floor) < 0 {
			x = floor
		}
		r = new(big.Int).Lsh(big.NewInt(1), uint(3*e.F))
		r.Sqrt(r.Quo(r, x))
		off = new(big.Int).Rsh(r, 27)
		return r, off.Add(off, big.NewInt(4))
	}
	high, above := of(a.low)
	low, below := of(a.high)
	low.Sub(low, below)
	if low.Sign() < 0 {
		low.SetInt64(0)
	}
	return interval{low, high.Add(high, above)}
}

// leastRoot is the least bit of arguments whose reciprocal roots an element holds.
func leastRoot(e types.Elem) int { return capability.LeastRoot(e.Bits(), e.F) }

func (p *prover) joined(i *ir.Instr, args []ir.Value) interval {
	out := p.of(i, args[0])
	for _, v := range args[1:] {
		out = out.join(p.of(i, v))
	}
	return out
}

func (p *prover) sizeInterval(s types.Size) interval {
	out := whole(types.Of(types.Int64))
	if low := p.sizes.lowest(s); low != nil {
		out.low = low
	}
	if high := p.sizes.highest(s); high != nil {
		out.high = high
	}
	return out
}

func (p *prover) inputInterval(i *ir.Instr) interval {
	for _, x := range p.out.Inputs {
		if x.Value == i.Dst && x.Range != nil {
			return interval{x.Range.Low, x.Range.High}
		}
	}
	return whole(p.elem(i.Dst))
}

// extremeInterval: a reduction of nothing gives an end of the type.
func (p *prover) extremeInterval(i *ir.Instr) interval {
	if len(i.Args) == 2 {
		return p.extreme(i)
	}
	if n := p.sizes.lowest(p.length(i)); n == nil || n.Sign() <= 0 {
		return whole(p.elem(i.Dst))
	}
	return p.of(i, i.Args[0])
}

// extreme is of two: either end is that of one of them.
func (p *prover) extreme(i *ir.Instr) interval {
	a, b := p.of(i, i.Args[0]), p.of(i, i.Args[1])
	if i.Op == ir.OpMin {
		return interval{span(a.low, b.low).low, span(a.high, b.high).low}
	}
	return interval{span(a.low, b.low).high, span(a.high, b.high).high}
}

// position is that of an index among those of the elements it is taken of.
func (p *prover) position(i *ir.Instr) interval {
	n := p.length(i)
	if i.Op == ir.OpRank {
		s := p.shape(i.Args[0])
		n = s[len(s)-1]
	}
	out := p.sizeInterval(n)
	out.low, out.high = new(big.Int), new(big.Int).Sub(out.high, big.NewInt(1))
	if most := whole(p.elem(i.Dst)); !out.within(most) {
		out.high = most.high // positions beyond are in no tensor
	}
	if out.high.Sign() < 0 {
		out.high = out.low
	}
	return out
}

// length is how many elements a reduction takes together.
func (p *prover) length(i *ir.Instr) types.Size {
	s := p.shape(i.Args[0])
	if i.Axis >= 0 {
		return s[i.Axis]
	}
	return s.Count()
}

// times is the sum of n values of a. Where n has no bound nothing is known, not
// even that the sum fits its type: a narrow one is not reduced on shares.
func (p *prover) times(a interval, n types.Size, shift int) interval {
	if p.sizes.highest(n) == nil {
		return unbounded
	}
	return corners(a, p.sizeInterval(n), (*big.Int).Mul).shift(-shift)
}

// met is how many products an element of the result of a convolution adds up at most:
// images, kernels and results have a dimension each that the others lack.
func (p *prover) met(i *ir.Instr) types.Size {
	switch i.Op {
	case ir.OpConvolveToKernels:
		y := p.shape(i.Args[1])
		return y[0].Mul(y[2]).Mul(y[3])
	case ir.OpConvolveToImages:
		w := p.shape(i.Args[1])
		return w[0].Mul(w[2]).Mul(w[3])
	}
	return p.shape(i.Args[1])[1:].Count()
}

// quotient: one by zero is 0 or never reached, and a secure one is off by
// less than two units and, by a secret, 2^-28 of the quotient.
func (p *prover) quotient(i *ir.Instr) interval {
	x, y := p.of(i, i.Args[0]), p.of(i, i.Args[1])
	if p.elem(i.Args[1]).Kind == types.Fixed {
		x = x.shift(p.elem(i.Args[1]).F)
	}
	out := symmetric(x.largest())
	if !y.hasZero() {
		out = corners(x, y, (*big.Int).Quo)
	}
	if p.elem(i.Dst).Kind == types.Fixed {
		off := new(big.Int).Rsh(out.largest(), 28)
		off.Add(off, big.NewInt(3))
		out = interval{new(big.Int).Sub(out.low, off), new(big.Int).Add(out.high, off)}
	}
	return out
}

func convertInterval(a interval, from, to types.Elem) interval {
	a = a.shift(to.F - from.F)
	if from.F > to.F {
		a.low = new(big.Int).Sub(a.low, big.NewInt(1))
	}
	return a
}

// settled is the interval of what a value holds in the end.
func (p *prover) settled(v ir.Value, a interval) interval {
	e := p.elem(v)
	switch {
	case a.within(whole(e)):
		return a
	case p.narrow(v) && a.within(unbounded):
		return a
	case p.narrow(v):
		return unbounded
	}
	return whole(e)
}

// unbounded stands for a narrow integer on shares of which nothing is known.
var unbounded = symmetric(new(big.Int).Lsh(big.NewInt(1), 128))

// narrow reports an integer or date of fewer bits than the ring on shares: it is
// not reduced.
func (p *prover) narrow(v ir.Value) bool {
	e := p.elem(v)
	return (e.IsInt() || e.Kind == types.Date) && e.Bits() < p.ring() && p.holders(v).Empty()
}
