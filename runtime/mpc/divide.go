package mpc

// Division by a divisor that nobody knows.

import (
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// divideFixed returns x 2^f / y for a fixed x and any number y: error below two
// units and |q| 2^-28; 0 where y is 0.
//
// The divisor is brought to 1/2..1 by a factor v; w is the reciprocal there.
// Then q = x w v / 2^…: a product of three numbers, of up to 60, 31 and 60 bits,
// that fits only because q does. A code of the divisor's length goes down as the
// length goes up: its low bits say a factor 2^low, and its high bits and the sign
// another, for the divisor; or, where that is above the scale, for the dividend,
// which is multiplied by w in two halves. What remains is the 2^low, and a shift
// to the right by blocks of places, which takes one of several starts.
//
// The divisor's lengths; one Tables; a Product, mantissa and an evaluation of
// degree 12; three Product and a Truncate, of which the last Product adds what the
// second gave; a Product; a Truncate for each start but the first, and one Inner.
func (o *operation) divideFixed(x, y Share, f int) Share {
	d := capability.DivisionPlan(x.Elem.Bits-1, y.Elem.Bits, y.Elem.Kind != clear.UnsignedKind, f)
	low, high := o.divisorFactors(y, d)
	v := o.k.Mul(o.next(), low, at(high, 0), 0)
	w := o.evaluate(reciprocal, o.mantissa(y.as(clear.Int64), v, d.Longest), scaleBits)
	x = o.k.Mul(o.next(), x.as(clear.Int64), at(high, 1), 0)
	top := o.truncate(x, d.Half)
	rest := o.k.Mul(o.next(), o.sub(x, scale(top, 1<<d.Half)), w, d.Half)
	down := scaleBits - d.Half - d.Guard
	q := o.k.Inner(o.next(), stack(top), stack(w), rest, max(0, down))
	q = o.k.Mul(o.next(), scale(q, 1<<max(0, -down)), low, 1<<d.Low-1)
	starts := []Share{q}
	for range d.Starts - 1 {
		starts = append(starts, o.truncate(starts[len(starts)-1], 1<<d.Low))
	}
	return o.k.Inner(o.next(), stack(starts...), index(high, clear.Range(2, int64(2+d.Starts))), Share{}, d.Guard)
}

// divisorFactors are, of the low bits of the code of a divisor's length, 2^low;
// and of the high bits: what brings the divisor to the longest one, with its
// sign; what the dividend is multiplied by, at least 1, with that sign; and which
// start is taken. All of the latter are 0 for a divisor of 0.
func (o *operation) divisorFactors(y Share, d capability.Division) (low, high Share) {
	lengths, negative := o.lengths(y, y.Elem.Bits, d.Signed)
	var further []Share
	if d.Signed {
		further = []Share{negative}
	}
	code := o.encoded(lengths, d.LengthCode, further...)
	split := int64(d.Low)
	t := o.k.Tables(o.next(), clear.Int64,
		Table{index(code, clear.Range(0, split)), [][]uint64{table(d.Low, func(v int) uint64 { return 1 << v })}},
		Table{index(code, clear.Range(split, int64(code.Shape[0]))), columns(d.High+len(further), func(v int) []uint64 {
			return highFactors(d, v&(1<<d.High-1), v>>d.High == 1)
		})})
	return at(t[0], 0), t[1]
}

// highFactors are the functions of the high bits of a code and of a sign.
func highFactors(d capability.Division, high int, negative bool) []uint64 {
	out := make([]uint64, 2+d.Starts)
	if high > d.Longest>>d.Low {
		return out // a divisor of 0
	}
	above := high - (d.Longest-d.F)>>d.Low // of the length f, whose low bits are all set
	out[0], out[1] = 1<<(high<<d.Low), 1<<(max(0, above)<<d.Low)
	if negative {
		out[0], out[1] = -out[0], -out[1]
	}
	out[2+min(d.Starts-1, max(0, -above))] = 1
	return out
}

// divideIntegers returns quotient and remainder of integers of one type, toward
// zero, both 0 where y is 0: exact. Long division: for each bit of the type, one
// comparison and one SelectBits.
func (o *operation) divideIntegers(x, y Share, remainder bool) Share {
	t := x.Elem
	unsigned := clear.Type{Kind: clear.UnsignedKind, Bits: t.Bits}
	var signs Share
	both := stack(x, y)
	if t.Kind == clear.SignedKind {
		signs = o.k.Negative(o.next(), both, t.Bits)
		both = o.sub(both, scale(o.k.SelectBits(o.next(), signs, both), 2))
	}
	r := o.longDivision(at(both, 0).as(unsigned), at(both, 1).as(unsigned), remainder)
	if t.Kind == clear.SignedKind {
		sign := at(signs, 0)
		if !remainder {
			sign = o.xor(sign, at(signs, 1))
		}
		r = o.sub(r, scale(o.k.SelectBits(o.next(), sign, r), 2))
	}
	return r.as(t)
}

// longDivision is divideIntegers of unsigned numbers. What is left of the bits
// so far is below y, so that with the next bit, and even at 64 bits, it is a
// number of the type.
func (o *operation) longDivision(x, y Share, remainder bool) Share {
	bits := o.k.BitsToRing(o.next(), o.k.Bits(o.next(), x, x.Elem.Bits), x.Elem)
	left := scale(x, 0)
	quotient := make([]Share, x.Elem.Bits)
	for i := x.Elem.Bits - 1; i >= 0; i-- {
		left = o.add(scale(left, 2), at(bits, i))
		quotient[i] = o.not(o.less(left, y))
		left = o.sub(left, o.k.SelectBits(o.next(), quotient[i], y))
	}
	result := left
	if !remainder {
		weights := clear.Zero(clear.Uint64, 1, len(quotient))
		for i := range weights.Data {
			weights.Data[i] = 1 << i
		}
		result = at(o.combined(weights, o.k.BitsToRing(o.next(), stack(quotient...), x.Elem)), 0)
	}
	return o.k.SelectBits(o.next(), o.not(o.isZero(y)), result)
}
