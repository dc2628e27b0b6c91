package check

// Interval facts (R17): what declared ranges, `where` and constants say about
// a value. They prove divisors nonzero, indices within bounds and conversions
// safe; they refuse (E502, E505) only where every bound involved is declared.

import (
	"math/big"
	"sync"

	"github.com/tfec-lang/tfec/lang/types"
)

// bounds is the interval of every element of a value, both ends included;
// without ends nothing is known (bool, string, poisoned values).
type bounds struct {
	low, high *big.Rat
	declared  bool // from declared bounds alone
}

func (b bounds) known() bool { return b.low != nil }

// hasZero is not false unless it is known to be.
func (b bounds) hasZero() bool {
	return !b.known() || b.low.Sign() <= 0 && b.high.Sign() >= 0
}

func (b bounds) within(c bounds) bool {
	return b.known() && c.known() && compare(c.low, b.low) <= 0 && compare(b.high, c.high) <= 0
}

func (b bounds) equal(c bounds) bool {
	if !b.known() || !c.known() {
		return b.known() == c.known()
	}
	return b.declared == c.declared && compare(b.low, c.low) == 0 && compare(b.high, c.high) == 0
}

// compare is x.Cmp(y), without the products where they tell nothing new.
func compare(x, y *big.Rat) int {
	if x == y {
		return 0
	}
	switch s := x.Sign() - y.Sign(); {
	case s != 0:
		return max(-1, min(s, 1))
	case x.Denom().Cmp(y.Denom()) == 0:
		return x.Num().Cmp(y.Num())
	}
	return x.Cmp(y)
}

// key is a text that is equal for equal bounds.
func (b bounds) key() string {
	if !b.known() {
		return "?"
	}
	k := b.low.RatString() + ".." + b.high.RatString()
	if b.declared {
		k += "!"
	}
	return k
}

// nobody changes these, nor any end of an interval.
var nought, unity = new(big.Rat), big.NewRat(1, 1)

// exactly is the interval of one known value.
func exactly(x *big.Rat) bounds { return bounds{x, x, true} }

// numbers are those that an element alone says.
type numbers struct {
	whole bounds
	step  *big.Rat
}

// known remembers the numbers of each element that was met.
var known sync.Map

func numbersOf(e types.Elem) *numbers {
	if n, ok := known.Load(e); ok {
		return n.(*numbers)
	}
	n := &numbers{allValues(e), new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), uint(e.F)))}
	known.Store(e, n)
	return n
}

// whole is the interval of all values of a numeric element.
func whole(e types.Elem) bounds { return numbersOf(e).whole }

func allValues(e types.Elem) bounds {
	switch {
	case e.Kind == types.Bool:
		return bounds{nought, unity, true}
	case e.Kind == types.Enum:
		return bounds{new(big.Rat), big.NewRat(int64(e.I-1), 1), true}
	case !e.IsNum() && e.Kind != types.Date:
		return bounds{}
	}
	low, high := e.Bounds()
	scale := new(big.Int).Lsh(big.NewInt(1), uint(e.F))
	return bounds{new(big.Rat).SetFrac(low, scale), new(big.Rat).SetFrac(high, scale), false}
}

// step is the distance of two neighbouring values of an element.
func step(e types.Elem) *big.Rat { return numbersOf(e).step }

// combine applies f to the ends; f must be monotone in each argument, up or
// down.
func combine(a, b bounds, f func(x, y *big.Rat) *big.Rat) bounds {
	if !a.known() || !b.known() {
		return bounds{}
	}
	out := bounds{declared: a.declared && b.declared}
	for _, x := range []*big.Rat{a.low, a.high} {
		for _, y := range []*big.Rat{b.low, b.high} {
			z := f(x, y)
			if out.low == nil || compare(z, out.low) < 0 {
				out.low = z
			}
			if out.high == nil || compare(z, out.high) > 0 {
				out.high = z
			}
		}
	}
	return out
}

func (b bounds) add(c bounds) bounds {
	if !b.known() || !c.known() {
		return bounds{}
	}
	return bounds{sum(b.low, c.low), sum(b.high, c.high), b.declared && c.declared}
}

func (b bounds) sub(c bounds) bounds { return b.add(c.neg()) }

func (b bounds) neg() bounds {
	if !b.known() {
		return b
	}
	return bounds{new(big.Rat).Neg(b.high), new(big.Rat).Neg(b.low), b.declared}
}

func (b bounds) mul(c bounds) bounds {
	if b.known() && c.known() && b.low.Sign() >= 0 && c.low.Sign() >= 0 {
		return bounds{product(b.low, c.low), product(b.high, c.high), b.declared && c.declared}
	}
	return combine(b, c, product)
}

func sum(x, y *big.Rat) *big.Rat {
	z := new(big.Rat)
	if !x.IsInt() || !y.IsInt() {
		return z.Add(x, y)
	}
	z.Num().Add(x.Num(), y.Num())
	return z
}

func product(x, y *big.Rat) *big.Rat {
	z := new(big.Rat)
	if !x.IsInt() || !y.IsInt() {
		return z.Mul(x, y)
	}
	z.Num().Mul(x.Num(), y.Num())
	return z
}

// div has no result where the divisor may be zero.
func (b bounds) div(c bounds) bounds {
	if c.hasZero() {
		return bounds{}
	}
	return combine(b, c, func(x, y *big.Rat) *big.Rat { return new(big.Rat).Quo(x, y) })
}

// truncated rounds both ends toward zero.
func (b bounds) truncated() bounds {
	if !b.known() {
		return b
	}
	return bounds{truncate(b.low), truncate(b.high), b.declared}
}

func truncate(x *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Quo(x.Num(), x.Denom()))
}

// union is the least interval that contains both.
func (b bounds) union(c bounds) bounds {
	if !b.known() || !c.known() {
		return bounds{}
	}
	out := bounds{b.low, b.high, b.declared && c.declared}
	if compare(c.low, out.low) < 0 {
		out.low = c.low
	}
	if compare(c.high, out.high) > 0 {
		out.high = c.high
	}
	return out
}

// meet is the interval of what lies in both.
func (b bounds) meet(c bounds) bounds {
	if !b.known() || !c.known() {
		return b
	}
	out := bounds{b.low, b.high, b.declared && c.declared}
	if c.low.Cmp(out.low) > 0 {
		out.low = c.low
	}
	if c.high.Cmp(out.high) < 0 {
		out.high = c.high
	}
	return out
}

// narrowed is the interval of what is known to lie in both: declared if either
// is, and where they have nothing in common, so that nothing lies there, b.
func (b bounds) narrowed(c bounds) bounds {
	out := b.meet(c)
	if !out.known() || compare(out.low, out.high) > 0 {
		return b
	}
	out.declared = b.declared || c.declared
	return out
}

// least and greatest are the intervals of min(x, y) and max(x, y).
func (b bounds) least(c bounds) bounds {
	return combine(b, c, func(x, y *big.Rat) *big.Rat {
		if compare(x, y) < 0 {
			return x
		}
		return y
	})
}

func (b bounds) greatest(c bounds) bounds {
	return combine(b, c, func(x, y *big.Rat) *big.Rat {
		if compare(x, y) > 0 {
			return x
		}
		return y
	})
}

func (b bounds) abs() bounds {
	if !b.known() {
		return b
	}
	low, high := new(big.Rat).Abs(b.low), new(big.Rat).Abs(b.high)
	if low.Cmp(high) > 0 {
		low, high = high, low
	}
	if b.hasZero() {
		low = nought
	}
	return bounds{low, high, b.declared}
}

// widened allows for the rounding of a product or quotient: two units in the
// last place of e.
func (b bounds) widened(e types.Elem) bounds {
	if !b.known() || e.Kind != types.Fixed {
		return b
	}
	two := sum(step(e), step(e))
	return bounds{short(new(big.Rat).Sub(b.low, two), -1), short(new(big.Rat).Add(b.high, two), 1), b.declared}
}

// short is an end of an interval, rounded outwards where it has become long:
// the digits of a product are those of both factors, and chains of products
// would double them.
func short(x *big.Rat, sign int) *big.Rat {
	const bits = 256
	if x.Denom().BitLen() <= bits {
		return x
	}
	scaled := new(big.Int).Lsh(x.Num(), bits)
	scaled.Div(scaled, x.Denom()) // toward minus infinity
	if sign > 0 {
		scaled.Add(scaled, big.NewInt(1))
	}
	return new(big.Rat).SetFrac(scaled, new(big.Int).Lsh(big.NewInt(1), bits))
}
