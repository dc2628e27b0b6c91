package ring

// Constants modulo 2^128.

import "math/bits"

// A Number is a constant modulo 2^128; its lowest word is it modulo 2^64.
type Number struct{ Low, High uint64 }

// Integer is a number in two's complement.
func Integer(c int64) Number { return Number{uint64(c), uint64(c >> 63)} }

// Natural is a number without sign.
func Natural(c uint64) Number { return Number{Low: c} }

// Power is 2^k, k < 128.
func Power(k int) Number { return Natural(1).Shift(k) }

// Shift is c 2^k, k < 128.
func (c Number) Shift(k int) Number {
	if k >= 64 {
		return Number{High: c.Low << (k - 64)}
	}
	return Number{c.Low << k, c.High<<k | c.Low>>1>>(63-k)}
}

// Add is c + d.
func (c Number) Add(d Number) Number {
	low, carry := bits.Add64(c.Low, d.Low, 0)
	return Number{low, c.High + d.High + carry}
}

// Sub is c - d.
func (c Number) Sub(d Number) Number {
	low, borrow := bits.Sub64(c.Low, d.Low, 0)
	return Number{low, c.High - d.High - borrow}
}

// Mul is c d.
func (c Number) Mul(d Number) Number {
	high, low := bits.Mul64(c.Low, d.Low)
	return Number{low, high + c.High*d.Low + c.Low*d.High}
}

// RightShift is c / 2^k of a number without sign, rounded down, k < 128.
func (c Number) RightShift(k int) Number {
	if k >= 64 {
		return Number{Low: c.High >> (k - 64)}
	}
	return Number{c.Low>>k | c.High<<1<<(63-k), c.High >> k}
}

// SignedShift is c / 2^k in two's complement, rounded down, k < 128.
func (c Number) SignedShift(k int) Number {
	if k >= 64 {
		return Integer(int64(c.High) >> (k - 64))
	}
	return Number{c.Low>>k | c.High<<1<<(63-k), uint64(int64(c.High) >> k)}
}

// Div is c / n of numbers without sign, rounded down, n > 0.
func (c Number) Div(n uint64) Number {
	high, rest := bits.Div64(0, c.High, n)
	low, _ := bits.Div64(rest, c.Low, n)
	return Number{low, high}
}

// Xor is c ^ d.
func (c Number) Xor(d Number) Number { return Number{c.Low ^ d.Low, c.High ^ d.High} }

// PowerOver is 2^128 / n rounded down, modulo 2^128.
func PowerOver(n uint64) Number {
	high, rest := bits.Div64(1%n, 0, n)
	low, _ := bits.Div64(rest, 0, n)
	return Number{low, high}
}
