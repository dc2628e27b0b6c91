package mpc

// Division by a divisor that nobody knows.

import (
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// divideFixed returns x 2^f / y for a fixed x and any number y: error below two
// units and |q| 2^-28; 0 where y is 0.
//
// The divisor is brought to 1/2..1 by a factor v; w is the reciprocal there.
// Then q = x w v / 2^…: a product of three numbers, of up to 60, 31 and 60 bits,
// that fits only because q does. A code of the divisor's length goes down as the
// length goes up: its low bits say a factor 2^low, with the divisor's sign, and its
// high bits another, for the divisor; or, where that is above the scale, for the
// dividend, which is multiplied by w in two halves. What remains is the 2^low, and
// a shift to the right by blocks of places, which takes one of several starts.
//
// The code of the divisor's length; one Tables; a Product, mantissa and an evaluation of
// degree 12; three Product and a Truncate, of which the last Product adds what the
// second gave; a Product; a Truncate for each start but the first, and one Inner.
func (o *operation) divideFixed(x, y Share, f int) Share {
	d := capability.DivisionPlan(x.Elem.Bits-1, y.Elem.Bits, y.Elem.Kind != clear.UnsignedKind, f)
	by := o.divisorFactors(y, d)
	v := o.k.Mul(o.next(), by.low, by.divisor, 0)
	w := o.evaluate(reciprocal, o.mantissa(y.as(clear.Int64), v, d.Longest), scaleBits)
	x = o.k.Mul(o.next(), x.as(clear.Int64), by.dividend, 0)
	top := o.truncate(x, d.Half)
	rest := o.k.Mul(o.next(), o.sub(x, scale(top, 1<<d.Half)), w, d.Half)
	down := scaleBits - d.Half - d.Guard
	q := o.k.Inner(o.next(), stack(top), stack(w), rest, max(0, down))
	q = o.k.Mul(o.next(), scale(q, 1<<max(0, -down)), by.low, 1<<d.Low-1)
	if d.Starts == 1 {
		return o.truncate(q, d.Guard)
	}
	further, shifted := make([]Share, d.Starts-1), q
	for i := range further {
		shifted = o.truncate(shifted, 1<<d.Low)
		further[i] = o.sub(shifted, q)
	}
	return o.k.Inner(o.next(), stack(further...), by.start, q, d.Guard)
}

// A divisor's factors are 2^low with its sign; what brings it, with that, to the
// longest one; what the dividend is multiplied by, at least 1; and whether each
// start but the first is taken. All but the first are 0 for a divisor of 0.
type divisorFactors struct{ low, divisor, dividend, start Share }

func (o *operation) divisorFactors(y Share, d capability.Division) divisorFactors {
	code, negative := o.code(y, y.Elem.Bits, d.Signed, d.LengthCode)
	t := o.k.Tables(o.next(), clear.Int64,
		Table{Bits: stack(code[:d.Low]...), Sign: negative, Functions: [][]uint64{table(d.Low, func(v int) uint64 { return 1 << v })}},
		Table{Bits: stack(code[d.Low:]...), Functions: columns(d.High, func(v int) []uint64 { return highFactors(d, v) })})
	// The divisor's factor is 2^(2^Low high), which a start says, or the dividend's.
	weights := make([]int64, d.Starts)
	most := (d.Starts - 1) << d.Low
	weights[0] = 1 << most
	for i := 1; i < d.Starts; i++ {
		weights[i] = 1<<(most-i<<d.Low) - 1<<most
	}
	return divisorFactors{at(t[0], 0), o.combined(integers(weights), rows(t[1])), at(t[1], 0), index(t[1], clear.Range(1, int64(d.Starts)))}
}

// highFactors are the functions of the high bits of a code: what the dividend is
// multiplied by, and the starts but the first.
func highFactors(d capability.Division, high int) []uint64 {
	out := make([]uint64, d.Starts)
	if high > d.Longest>>d.Low {
		return out // a divisor of 0
	}
	above := high - (d.Starts - 1) // of the length f, whose low bits are all set
	out[0] = 1 << (max(0, above) << d.Low)
	if above < 0 {
		out[-above] = 1
	}
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
		weights := make([]ring.Number, len(quotient))
		for i := range weights {
			weights[i] = ring.Natural(1 << i)
		}
		result = o.combined(weights, rows(o.k.BitsToRing(o.next(), stack(quotient...), x.Elem)))
	}
	return o.k.SelectBits(o.next(), o.not(o.isZero(y)), result)
}
