package mpc

// Integers of fewer bits than the ring's are carried unreduced: a share stands
// for any integer that is right modulo 2^w. Where more than that matters, they are
// reduced first, as fixed are that may have overflown.

import "github.com/tfec-lang/tfec/runtime/ring"

// carries bounds the carries out of the low halves of as many components as
// any protocol has: three numbers below 2^w add up to less than 3 * 2^w.
const carries = 2

// Reduce returns the value in the range of x's type, a number of w bits, two
// fewer than the ring has at most, that x is modulo 2^w; x may be any ring
// element. One Negative of width w + 2 and one BitsToRing, both on twice the
// elements.
//
// The lowest w bits of each component, a local matter, are shares of an integer
// that exceeds the value wanted by 2^w for each carry; whether it is at least
// 2^w and at least 2 * 2^w counts these, as the conversion of shares in SecureNN
// does (Wagh, Gupta, Chandran: PETS 2019). A signed value is moved into 0..2^w
// before.
func (e *Engine) Reduce(net Net, x Operand) Share {
	o, s := e.begin(net), e.share(x)
	w := s.Elem.Bits
	least, _ := s.Elem.Bounds()
	low := lowBits(e.addConst(s, -least), w)
	var over []Share
	for k := range carries {
		over = append(over, e.addNumber(low, ring.Integer(-int64(k+1)).Shift(w)))
	}
	below := o.k.Negative(o.next(), stack(over...), w+2)
	carried := o.sum(o.k.BitsToRing(o.next(), e.not(below), s.Elem), 0)
	return e.addConst(e.sub(low, scaleNumber(carried, ring.Power(w))), least)
}

// lowBits keeps the lowest w bits of each component.
func lowBits(x Share, w int) Share {
	n := x.Len()
	return each(func(dst, a, _ []uint64) {
		for i, v := range a[:n] { // the low words: w <= 64, and what is above is 0
			dst[i] = v & (^uint64(0) >> (64 - w))
		}
	}, x, x)
}
