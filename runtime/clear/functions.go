package clear

// Functions of fixed, by integer arithmetic: the same on every CPU. A result is
// rounded toward minus infinity and, but where the exact one lies within 2^-9
// units of a step, right; at most a unit off. Outside its domain a function gives 0.

import "math/bits"

const (
	log2e = 6653256548922161246  // log2 e, at 62 bits
	ln2   = 12786308645202655660 // ln 2, at 64 bits
	one   = 1 << 62              // 1, at 62 bits
)

// Sqrt returns the square root; of what is negative, 0.
func Sqrt(x Tensor) Tensor {
	f := x.Elem.F
	return each(x.Elem, x, func(a uint64) uint64 {
		if int64(a) <= 0 {
			return 0
		}
		return root(0, a<<f) // x 2^F is below 2^62, as products are
	})
}

// Rsqrt returns 1 / sqrt(x). What is less than 2^least units, 0 and negative values
// too, counts as that.
func Rsqrt(x Tensor, least int) Tensor {
	// The integer part of a result is the root of that of 2^3F / x.
	above, below := uint64(0), uint64(1)<<(3*x.Elem.F)
	if below == 0 {
		above = 1 << (3*x.Elem.F - 64)
	}
	return each(x.Elem, x, func(a uint64) uint64 {
		a = uint64(max(int64(a), 1<<least))
		low, _ := bits.Div64(above%a, below, a)
		return root(above/a, low)
	})
}

// root is that of an integer below 2^124, of which hi are the bits from 64 on: Newton's
// iteration from above.
func root(hi, lo uint64) uint64 {
	size := bits.Len64(lo)
	if hi > 0 {
		size = 64 + bits.Len64(hi)
	}
	if size == 0 {
		return 0
	}
	r := uint64(1) << ((size + 1) / 2)
	for {
		q, _ := bits.Div64(hi, lo, r)
		next := (r + q) / 2
		if next >= r {
			return r
		}
		r = next
	}
}

// Log returns the natural logarithm; of what is not positive, 0.
func Log(x Tensor) Tensor {
	const scale = 56
	f := x.Elem.F
	return each(x.Elem, x, func(a uint64) uint64 {
		if int64(a) <= 0 {
			return 0
		}
		n := bits.Len64(a) - 1
		m := a << (63 - n)
		// ln m = 2 (s + s³/3 + s⁵/5 + …), s = (m - 1) / (m + 1) <= 1/3 at 64 bits.
		above := m - 1<<63
		s, _ := bits.Div64(above>>1, above<<63, m>>1+one)
		square := high(s, s)
		sum := uint64(0)
		for k := 41; k >= 1; k -= 2 {
			sum = high(square, sum) + uint64(one)/uint64(k)
		}
		sum = high(s, sum) * 2 >> (62 - scale)
		whole, negative := uint64(n-f), n < f
		if negative {
			whole = -whole
		}
		hi, lo := bits.Mul64(whole, ln2)
		whole = hi<<scale | lo>>(64-scale)
		if negative {
			whole = -whole
		}
		return uint64(int64(sum+whole) >> (scale - f))
	})
}

// Exp returns e^x, and at most 2^I (1 - 2^-18).
func Exp(x Tensor) Tensor {
	f := x.Elem.F
	_, greatest := x.Elem.Bounds()
	greatest -= greatest >> 18
	return each(x.Elem, x, func(a uint64) uint64 {
		negative, size := magnitude(a, true)
		m, n := power(size, f, negative)
		switch up := n + f - 62; {
		case up <= -64:
			return 0
		case up <= 0:
			return min(m>>-up, greatest)
		}
		return greatest
	})
}

// Sigmoid returns 1 / (1 + e^-x).
func Sigmoid(x Tensor) Tensor {
	f := x.Elem.F
	return each(x.Elem, x, func(a uint64) uint64 {
		negative, size := magnitude(a, true)
		e := decay(size, f)
		dividend := uint64(one)
		if negative {
			dividend = e
		}
		q, _ := bits.Div64(dividend>>(64-f), dividend<<f, one+e)
		return q
	})
}

// Tanh returns the hyperbolic tangent.
func Tanh(x Tensor) Tensor {
	f := x.Elem.F
	return each(x.Elem, x, func(a uint64) uint64 {
		negative, size := magnitude(a, true)
		e := decay(min(size, 1<<62)*2, f)
		q, r := bits.Div64((one-e)>>(64-f), (one-e)<<f, one+e)
		switch {
		case !negative:
			return q
		case r > 0:
			return -q - 1
		}
		return -q
	})
}

// decay is e^-x at 62 bits, for x >= 0 at f bits; never 0.
func decay(x uint64, f int) uint64 {
	m, n := power(x, f, true)
	if n > 0 || n < -62 {
		return 1 // of what is beyond, n says nothing
	}
	return max(1, m>>-n)
}

// power is e^x or e^-x as m 2^n, with m in 1..2 at 62 bits, for x >= 0 at f bits;
// beyond 64, it is as if x were 64.
func power(x uint64, f int, negative bool) (m uint64, n int) {
	hi, lo := bits.Mul64(min(x, 64<<f), log2e)
	// From 62 + f bits to 64: a whole part in hi, the rest in lo.
	if f >= 2 {
		hi, lo = hi>>(f-2), hi<<(66-f)|lo>>(f-2)
	} else {
		hi, lo = hi<<(2-f)|lo>>(62+f), lo<<(2-f)
	}
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	// 2^rest = 1 + t (1 + t/2 (1 + t/3 (…))), t = rest ln 2.
	t := high(lo, ln2)
	m = one
	for k := uint64(20); k >= 1; k-- {
		m = one + high(t, m)/k
	}
	return m, int(int64(hi))
}

// high is the product of x, at 64 bits, and y, at the scale of y.
func high(x, y uint64) uint64 {
	hi, _ := bits.Mul64(x, y)
	return hi
}
