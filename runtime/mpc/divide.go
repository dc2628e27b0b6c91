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
// Then q = x w v / 2^…: a product of three numbers, of up to 50, 31 and 60 bits,
// that fits only because q does. So the part of v above the scale is multiplied
// to x, the result to w in two halves, and what remains, a shift to the right,
// comes in steps that have room.
//
// The divisor's lengths; the factors; mantissa and an evaluation of degree 12;
// two Product, of the second one sum with what the first gave, and a Truncate;
// one Truncate for each group of places but the first, and one Inner.
func (o *operation) divideFixed(x, y Share, f int) Share {
	d := capability.DivisionPlan(x.Elem.Bits-1, y.Elem.Bits, y.Elem.Kind != clear.UnsignedKind, f)
	lengths, negative := o.lengths(y, y.Elem.Bits, d.Signed)
	factors := o.factors(lengths, negative, d)
	w := o.evaluate(reciprocal, o.mantissa(y.as(clear.Int64), at(factors, 0), d.Longest), scaleBits)
	x = o.k.Mul(o.next(), x.as(clear.Int64), at(factors, 1), 0)
	high := o.truncate(x, d.Half)
	low := o.k.Mul(o.next(), o.sub(x, scale(high, 1<<d.Half)), w, d.Half)
	down := scaleBits - d.Half - d.Guard
	q := o.k.Inner(o.next(), stack(high), stack(w), low, max(0, down))
	return o.shift(scale(q, 1<<max(0, -down)), index(factors, clear.Range(2, int64(2+d.Groups))), d)
}

// shift moves q, which has guard bits, to the right as far as the divisor's
// length says. Each group of places has a start, so far right, and a weight,
// which is 0 but for the group that the length is in.
func (o *operation) shift(q, weights Share, d capability.Division) Share {
	starts := []Share{q}
	for range d.Groups - 1 {
		starts = append(starts, o.truncate(starts[len(starts)-1], d.Step))
	}
	return o.k.Inner(o.next(), stack(starts...), weights, Share{}, d.Step-1+d.Guard)
}

// factors are, of a divisor of a length, what brings it to the longest one, with
// its sign; what the dividend is multiplied by, 2^(f - length) but at least 1,
// with that sign; and the weights of the groups: all 0 for a divisor of 0.
//
// A code of the length goes down as the length goes up, so that its low bits
// say a factor 2^low for the one part of each function that is a power of two,
// and its high bits and the sign say another for it, and the other part, which
// is constant: one Tables, and one Product for each function.
func (o *operation) factors(lengths, negative Share, d capability.Division) Share {
	var further []Share
	if d.Signed {
		further = []Share{negative}
	}
	code := o.encoded(lengths, d.LengthCode, further...)
	split, n := int64(d.Low), int64(2+d.Groups)
	low := Table{index(code, clear.Range(0, split)), [][]uint64{table(d.Low, func(v int) uint64 { return 1 << v })}}
	high := Table{index(code, clear.Range(split, int64(code.Shape[0]))), highFactors(d)}
	t := o.k.Tables(o.next(), clear.Int64, low, high)
	return o.add(o.times(index(t[1], clear.Range(0, n)), at(t[0], 0)), index(t[1], clear.Range(n, 2*n)))
}

// highFactors are the functions of the high bits of a code, and of the sign after
// them: what the power of two is multiplied by, then what is added, for the
// divisor's factor, the dividend's and the weight of each group.
func highFactors(d capability.Division) [][]uint64 {
	one := (d.Longest - d.F) >> d.Low // where the length is F, and the low bits are all set
	bits := d.High
	if d.Signed {
		bits++
	}
	var factors, constants [][]uint64
	add := func(signed bool, factor, constant func(high int) uint64) {
		of := func(f func(high int) uint64) []uint64 {
			return table(bits, func(v int) uint64 {
				high, negative := v&(1<<d.High-1), v>>d.High == 1
				switch {
				case high > d.Longest>>d.Low: // a divisor of 0
					return 0
				case signed && negative:
					return -f(high)
				}
				return f(high)
			})
		}
		factors, constants = append(factors, of(factor)), append(constants, of(constant))
	}
	none := func(int) uint64 { return 0 }
	add(true, func(high int) uint64 { return 1 << (high << d.Low) }, none)
	add(true, func(high int) uint64 {
		if high <= one {
			return 0
		}
		return 1 << ((high-one-1)<<d.Low + 1)
	}, func(high int) uint64 {
		if high <= one {
			return 1
		}
		return 0
	})
	for group := range d.Groups {
		add(false, func(high int) uint64 {
			down := (one - high) << d.Low // of the length whose low bits are all set
			if down < 0 || down/d.Step != group {
				return 0
			}
			return 1 << (d.Step - down%d.Step - 1<<d.Low)
		}, func(high int) uint64 {
			if group == 0 && high > one {
				return 1 << (d.Step - 1)
			}
			return 0
		})
	}
	return append(factors, constants...)
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
		weights := clear.Zero(clear.Int64, 1, len(quotient))
		for i := range weights.Data {
			weights.Data[i] = 1 << i
		}
		result = at(rows(weights, o.k.BitsToRing(o.next(), stack(quotient...), x.Elem)), 0)
	}
	return o.k.SelectBits(o.next(), o.not(o.isZero(y)), result)
}
