package check

// Ends of the intervals of sizes: exact whole numbers, in a word where one
// holds them, since proofs about indices meet thousands.

import "math/big"

// An end is a whole number; the zero value is none: unbounded.
type end struct {
	bounded bool
	word    int64
	long    *big.Int // instead of word, where that does not hold it
}

func endAt(k int64) end { return end{bounded: true, word: k} }

func endOf(x *big.Int) end {
	if x.IsInt64() {
		return endAt(x.Int64())
	}
	return end{bounded: true, long: x}
}

// number is the end as a number that nobody may change.
func (x end) number() *big.Int {
	if x.long != nil {
		return x.long
	}
	return big.NewInt(x.word)
}

func (x end) rat() *big.Rat { return new(big.Rat).SetInt(x.number()) }

func (x end) sign() int {
	if x.long != nil {
		return x.long.Sign()
	}
	return int(min(1, max(-1, x.word)))
}

func (x end) less(y end) bool {
	if x.long == nil && y.long == nil {
		return x.word < y.word
	}
	return x.number().Cmp(y.number()) < 0
}

// plus and times are unbounded where an operand is.
func (x end) plus(y end) end {
	if !x.bounded || !y.bounded {
		return end{}
	}
	sum := x.word + y.word
	if x.long == nil && y.long == nil && (sum > x.word) == (y.word > 0) {
		return endAt(sum)
	}
	return endOf(new(big.Int).Add(x.number(), y.number()))
}

func (x end) times(y end) end {
	if !x.bounded || !y.bounded {
		return end{}
	}
	const half = 1 << 31 // the product of two such is a word
	if x.long == nil && y.long == nil && -half < x.word && x.word < half && -half < y.word && y.word < half {
		return endAt(x.word * y.word)
	}
	return endOf(new(big.Int).Mul(x.number(), y.number()))
}

func (x end) minus() end { return x.times(endAt(-1)) }

// over divides by k > 0 and rounds toward minus infinity.
func (x end) over(k end) end {
	return endOf(new(big.Int).Div(x.number(), k.number()))
}

// productOf multiplies two intervals. Where an end is unbounded only the sign
// of the other factor helps.
func productOf(al, ah, bl, bh end) (low, high end) {
	switch {
	case al.bounded && bl.bounded && al.sign() >= 0 && bl.sign() >= 0:
		return al.times(bl), ah.times(bh)
	case al.bounded && ah.bounded && bl.bounded && bh.bounded:
		low = al.times(bl)
		high = low
		for _, z := range [...]end{al.times(bh), ah.times(bl), ah.times(bh)} {
			if z.less(low) {
				low = z
			}
			if high.less(z) {
				high = z
			}
		}
		return low, high
	case bh.bounded && bh.sign() <= 0:
		// a * b = -(a * -b)
		high, low = productOf(al, ah, bh.minus(), bl.minus())
		return low.minus(), high.minus()
	}
	return end{}, end{}
}
