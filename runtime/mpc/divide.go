package mpc

// Division by a divisor that nobody knows.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
)

// divideFixed returns x 2^f / y for a fixed x and any number y: error below two
// units and |q| 2^-28; 0 where y is 0.
//
// The divisor is brought to 1/2..1 by a factor v; w is the reciprocal there.
// Then q = x w v / 2^…: a product of three numbers, of up to 50, 31 and 60 bits,
// that fits only because q does. So the part of v above the scale is multiplied
// to x, the result to w in two halves, and what remains, a shift to the right,
// comes in steps that have room. One lengths, two Product of two, of which the
// first is there for signed divisors only; two Truncate around an evaluation of
// degree 12; two Product, two Truncate, and those of shift.
func (o *operation) divideFixed(x, y Share, f int) Share {
	d := divisionPlan(x.Elem.Bits-1, y.Elem.Bits, y.Elem.Kind != clear.UnsignedKind, f)
	lengths, negative := o.lengths(y, y.Elem.Bits, d.signed)
	weights := byLength(lengths, d.longest, append(d.shifts(), normalising(d.longest), d.upwards)...)
	v := index(weights, clear.Range(int64(d.groups), int64(d.groups+2)))
	if d.signed {
		v = o.times(v, o.addConst(scale(negative, minus(2)), 1)) // by -1 or 1
	}
	moved := o.k.Mul(o.next(), stack(y.as(clear.Int64), x.as(clear.Int64)), v, 0)
	w := o.evaluate(reciprocal, o.mantissa(at(moved, 0), d.longest), scaleBits)
	high := o.truncate(at(moved, 1), d.half)
	low := o.sub(at(moved, 1), scale(high, 1<<d.half))
	p := o.times(stack(high, low), w)
	q := o.add(at(p, 0), o.truncate(at(p, 1), d.half))
	if down := scaleBits - d.half - d.guard; down > 0 {
		q = o.truncate(q, down)
	} else {
		q = scale(q, 1<<-down)
	}
	return o.shift(q, weights, d)
}

// shift moves q, which has guard bits, to the right as far as the divisor's
// length says. Each group of places has a start, so far right, and a weight,
// which is 0 but for the group that the length is in.
func (o *operation) shift(q, weights Share, d division) Share {
	starts := []Share{q}
	for range d.groups - 1 {
		starts = append(starts, o.truncate(starts[len(starts)-1], d.step))
	}
	p := o.k.Mul(o.next(), stack(starts...), index(weights, clear.Range(0, int64(d.groups))), 0)
	return o.truncate(sum(p, 0), d.step-1+d.guard)
}

// A division is how divideFixed goes about it.
type division struct {
	signed  bool // the divisor
	f       int  // its fractional bits
	longest int  // divisors that are longer give 0
	half    int  // bits of the lower half of the dividend
	guard   int  // further bits that are kept until the last shift
	step    int  // places of a group
	groups  int
}

// divisionPlan is of a dividend below 2^size and a divisor of some bits.
func divisionPlan(size, bits int, signed bool, f int) division {
	d := division{signed: signed, f: f, longest: bits, half: (size + 1) / 2}
	if signed {
		d.longest--
	}
	// A longer divisor than 60 bits exceeds every dividend.
	d.longest = min(d.longest, 60)
	d.guard = max(0, min(2, 59-size))
	d.step = max(1, 60-size-d.guard)
	d.groups = max(0, d.longest-f)/d.step + 1
	return d
}

// upwards is what the dividend is multiplied by for a short divisor.
func (d division) upwards(length int) uint64 { return 1 << max(0, d.f-length) }

// shifts are the weights of the groups.
func (d division) shifts() []func(length int) uint64 {
	all := make([]func(int) uint64, d.groups)
	for group := range all {
		all[group] = func(length int) uint64 {
			down := max(0, length-d.f)
			if down/d.step != group {
				return 0
			}
			return 1 << (d.step - 1 - down%d.step)
		}
	}
	return all
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
