package ring

// Vectors over either ring. A vector modulo 2^128 is its low words, and after
// them its high words: what moves elements moves both planes alike, and what
// concerns the lowest bits reads the low plane alone. Modulo 2^64 there is the
// low plane only, and every function here is that of the same name.

import (
	"math/bits"
	"slices"
)

// A Modulus is a ring, by the bits of its elements.
type Modulus int

// The rings.
const (
	Z64  Modulus = 64
	Z128 Modulus = 128
)

// Planes is the number of words of an element.
func (r Modulus) Planes() int { return int(r) / 64 }

// Room is how many bits a number may have, sign aside, that is to be
// truncated or divided: |x| < 2^Room.
func (r Modulus) Room() int { return int(r) - 2 }

// split128 calls f on parts of the planes of vectors, of dst's length or longer.
func split128(dst []uint64, f func(lo, hi, n int)) {
	n := len(dst) / 2
	Split(n, func(lo, hi int) { f(lo, hi, n) })
}

// at and put are an element of a vector of n.
func at(x []uint64, i, n int) Number { return Number{x[i], x[n+i]} }

func put(x []uint64, i, n int, v Number) { x[i], x[n+i] = v.Low, v.High }

// Add sets dst = x + y.
func (r Modulus) Add(dst, x, y []uint64) {
	if r == Z64 {
		Add(dst, x, y)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			low, carry := bits.Add64(x[i], y[i], 0)
			dst[i], dst[n+i] = low, x[n+i]+y[n+i]+carry
		}
	})
}

// Sub sets dst = x - y.
func (r Modulus) Sub(dst, x, y []uint64) {
	if r == Z64 {
		Sub(dst, x, y)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			low, borrow := bits.Sub64(x[i], y[i], 0)
			dst[i], dst[n+i] = low, x[n+i]-y[n+i]-borrow
		}
	})
}

// Mul sets dst = x * y.
func (r Modulus) Mul(dst, x, y []uint64) {
	if r == Z64 {
		Mul(dst, x, y)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			high, low := bits.Mul64(x[i], y[i])
			dst[i], dst[n+i] = low, high+x[n+i]*y[i]+x[i]*y[n+i]
		}
	})
}

// MulAdd sets dst = dst + x * y.
func (r Modulus) MulAdd(dst, x, y []uint64) {
	if r == Z64 {
		MulAdd(dst, x, y)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			high, low := bits.Mul64(x[i], y[i])
			low, carry := bits.Add64(dst[i], low, 0)
			dst[i], dst[n+i] = low, dst[n+i]+high+x[n+i]*y[i]+x[i]*y[n+i]+carry
		}
	})
}

// Cross sets dst = dst + x0 (y0 + y1) + x1 y0.
func (r Modulus) Cross(dst, x0, x1, y0, y1 []uint64) {
	if r == Z64 {
		Cross(dst, x0, x1, y0, y1)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			a, b, c := x0[i], x1[i], y0[i]
			sum, carry := bits.Add64(c, y1[i], 0)
			h0, l0 := bits.Mul64(a, sum)
			h1, l1 := bits.Mul64(b, c)
			high := dst[n+i] + h0 + h1 + a*(y0[n+i]+y1[n+i]+carry) + x0[n+i]*sum + b*y0[n+i] + x1[n+i]*c
			low, first := bits.Add64(dst[i], l0, 0)
			low, second := bits.Add64(low, l1, 0)
			dst[i], dst[n+i] = low, high+first+second
		}
	})
}

// NegateIf sets dst = (1 - 2 y) x, y of elements 0 and 1.
func (r Modulus) NegateIf(dst, x, y []uint64) {
	if r == Z64 {
		NegateIf(dst, x, y)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			// -x is the complement of x - 1.
			low, borrow := bits.Sub64(x[i], y[i], 0)
			dst[i], dst[n+i] = low^-y[i], (x[n+i]-borrow)^-y[i]
		}
	})
}

// Scale sets dst = c x.
func (r Modulus) Scale(dst, x []uint64, c Number) {
	if r == Z64 {
		Scale(dst, x, c.Low)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			high, low := bits.Mul64(x[i], c.Low)
			dst[i], dst[n+i] = low, high+x[n+i]*c.Low+x[i]*c.High
		}
	})
}

// ScaleAdd sets dst = dst + c x.
func (r Modulus) ScaleAdd(dst, x []uint64, c Number) {
	if r == Z64 {
		ScaleAdd(dst, x, c.Low)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			put(dst, i, n, at(dst, i, n).Add(at(x, i, n).Mul(c)))
		}
	})
}

// Combine sets dst, which is none of them, to the sum of vectors, each as often as
// c says.
func (r Modulus) Combine(dst []uint64, c []Number, x [][]uint64) {
	part := func(lo, hi int) {
		r.Scale(dst[lo:hi], x[0][lo:hi], c[0])
		for i := 1; i < len(c); i++ {
			r.ScaleAdd(dst[lo:hi], x[i][lo:hi], c[i])
		}
	}
	if r != Z64 { // the planes of an element are apart
		part(0, len(dst))
		return
	}
	const tile = 1 << 10 // stays in the cache
	Split(len(dst), func(lo, hi int) {
		for ; lo < hi; lo += tile {
			part(lo, min(lo+tile, hi))
		}
	})
}

// AddConst sets dst = x + c.
func (r Modulus) AddConst(dst, x []uint64, c Number) {
	if r == Z64 {
		AddConst(dst, x, c.Low)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			low, carry := bits.Add64(x[i], c.Low, 0)
			dst[i], dst[n+i] = low, x[n+i]+c.High+carry
		}
	})
}

// AddShift sets dst = (x + c) >> m, of numbers without sign, m < r.
func (r Modulus) AddShift(dst, x []uint64, c Number, m int) {
	if r == Z64 {
		AddShift(dst, x, c.Low, m)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			put(dst, i, n, at(x, i, n).Add(c).RightShift(m))
		}
	})
}

// ShiftRightSigned sets dst = x >> m of two's complement, m < r: the floor of
// x / 2^m.
func (r Modulus) ShiftRightSigned(dst, x []uint64, m int) {
	if r == Z64 {
		ShiftRightSigned(dst, x, m)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			put(dst, i, n, at(x, i, n).SignedShift(m))
		}
	})
}

// SubShifted sets dst = x - y << m, m < r.
func (r Modulus) SubShifted(dst, x, y []uint64, m int) {
	if r == Z64 {
		SubShifted(dst, x, y, m)
		return
	}
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			put(dst, i, n, at(x, i, n).Sub(at(y, i, n).Shift(m)))
		}
	})
}

// MatMuls sets dst = dst + x y for each of b n×k matrices x and k×m matrices y.
func (r Modulus) MatMuls(dst, x, y []uint64, b, n, k, m int) {
	for i := range b {
		if r == Z64 {
			MatMul(dst[i*n*m:], x[i*n*k:], y[i*k*m:], n, k, m)
			continue
		}
		matMul128(newWideProduct(dst, x, y, b, i, n, k, m))
	}
}

// MatMul sets dst = dst + x y for an n×k matrix x and a k×m matrix y.
func (r Modulus) MatMul(dst, x, y []uint64, n, k, m int) {
	r.MatMuls(dst, x, y, 1, n, k, m)
}

// matMul is MatMul on this core.
func (r Modulus) matMul(dst, x, y []uint64, n, k, m int) {
	if r == Z64 {
		active.matMul(newProduct(dst, x, y, n, k, m))
		return
	}
	active.wideMatMul(newWideProduct(dst, x, y, 1, 0, n, k, m))
}

// matMulTurned is matMul of y by its columns, an m×k matrix.
func (r Modulus) matMulTurned(dst, x, y []uint64, n, k, m int) {
	if r == Z64 {
		p := newProduct(dst, x, y, n, k, m)
		p.turned = true
		active.matMul(p)
		return
	}
	r.matMul(dst, x, r.transposed(y, m, k), n, k, m)
}

// transposed is an n×m matrix with its rows as columns.
func (r Modulus) transposed(x []uint64, n, m int) []uint64 {
	out := make([]uint64, len(x))
	for p := range r.Planes() {
		for i, v := range x[p*n*m:][:n*m] {
			out[p*n*m+i%m*n+i/m] = v
		}
	}
	return out
}

// addRun adds n elements of x, from one on, to every step-th element of dst from at on.
func (r Modulus) addRun(dst []uint64, at, step int, x []uint64, from, n int) {
	if r == Z64 {
		addEvery(dst[at:], step, x[from:][:n])
		return
	}
	high, xHigh := len(dst)/2, len(x)/2
	for i := range n {
		to := at + i*step
		low, carry := bits.Add64(dst[to], x[from+i], 0)
		dst[to], dst[high+to] = low, dst[high+to]+x[xHigh+from+i]+carry
	}
}

func addEvery(dst []uint64, step int, x []uint64) {
	if step == 1 {
		dst = dst[:len(x)]
		for i, v := range x {
			dst[i] += v
		}
		return
	}
	for i, v := range x {
		dst[i*step] += v
	}
}

// addRow adds c x, of words, to elements.
func addRow(low, high, x []uint64, c uint64) {
	low, high = low[:len(x)], high[:len(x)]
	for j, v := range x {
		h, l := bits.Mul64(v, c)
		var carry uint64
		low[j], carry = bits.Add64(low[j], l, 0)
		high[j] += h + carry
	}
}

// Sum adds up x, read as outer × n × inner, along n.
func (r Modulus) Sum(x []uint64, outer, n, inner int) []uint64 {
	size := outer * inner
	out := make([]uint64, r.Planes()*size)
	over(outer, n*inner, func(lo, hi int) {
		for o := lo; o < hi; o++ {
			if inner == 1 && r == Z64 {
				out[o] = total(x[o*n : (o+1)*n])
				continue
			}
			for from := o * n * inner; from < (o+1)*n*inner; from += inner {
				r.addTo(out[o*inner:], x[from:], size, outer*n*inner, inner)
			}
		}
	})
	return out
}

// total is the sum of x.
func total(x []uint64) uint64 {
	var even, odd uint64
	for ; len(x) >= 2; x = x[2:] {
		even, odd = even+x[0], odd+x[1]
	}
	for _, v := range x {
		even += v
	}
	return even + odd
}

// addTo adds the first count elements of x to those of dst; dst and x begin
// within low planes of so many words.
func (r Modulus) addTo(dst, x []uint64, dstPlane, xPlane, count int) {
	low, y := dst[:count], x[:count]
	if r == Z64 {
		for i, v := range y {
			low[i] += v
		}
		return
	}
	high, z := dst[dstPlane:][:count], x[xPlane:][:count]
	for i, v := range y {
		var carry uint64
		low[i], carry = bits.Add64(low[i], v, 0)
		high[i] += z[i] + carry
	}
}

// CumSum returns the running sums of rows of n elements.
func (r Modulus) CumSum(x []uint64, n int) []uint64 {
	out := make([]uint64, len(x))
	size := len(x) / r.Planes()
	Split(size/max(1, n), func(lo, hi int) {
		for row := lo; row < hi; row++ {
			var sum Number
			for i := row * n; i < (row+1)*n; i++ {
				if r == Z64 {
					sum.Low += x[i]
					out[i] = sum.Low
					continue
				}
				sum = sum.Add(at(x, i, size))
				put(out, i, size, sum)
			}
		}
	})
	return out
}

// Extend returns words as elements: in two's complement, or without sign.
func (r Modulus) Extend(x []uint64, signed bool) []uint64 {
	if r == Z64 {
		return x
	}
	out := make([]uint64, 2*len(x))
	copy(out, x)
	if signed {
		ShiftRightSigned(out[len(x):], x, 63)
	}
	return out
}

// Low returns the elements modulo 2^64: x's own memory.
func (r Modulus) Low(x []uint64) []uint64 { return x[:len(x)/r.Planes()] }

// SlicesOf returns the lowest k bits of each element as Slices does, k <= r.
func (r Modulus) SlicesOf(x []uint64, k int) []uint64 {
	low := Slices(r.Low(x), min(k, 64))
	if k <= 64 {
		return low
	}
	return append(low, Slices(x[len(x)/2:], k-64)...)
}

// Scaled returns c x.
func (r Modulus) Scaled(x []uint64, c Number) []uint64 {
	out := make([]uint64, len(x))
	r.Scale(out, x, c)
	return out
}

// Fill returns n elements c.
func (r Modulus) Fill(c Number, n int) []uint64 {
	out := make([]uint64, r.Planes()*n)
	for i := range n {
		out[i] = c.Low
	}
	for i := n; i < len(out); i++ {
		out[i] = c.High
	}
	return out
}

// Rows returns rows of k elements as Rows does.
func (r Modulus) Rows(x []uint64, at []uint32, k int) []uint64 {
	low := Rows(r.Low(x), at, k)
	if r == Z64 {
		return low
	}
	return append(low, Rows(x[len(x)/2:], at, k)...)
}

// DivideSigned sets dst = x / d, rounded down, of x in two's complement and
// positive d without sign, one for all or one an element.
func (r Modulus) DivideSigned(dst, x, d []uint64) {
	n := len(x) / r.Planes()
	Split(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			v := Integer(int64(x[i]))
			if r == Z128 {
				v = at(x, i, n)
			}
			sign := Integer(int64(v.High) >> 63)
			// The floor of a negative v is the complement of that of its complement.
			q := v.Xor(sign).Div(d[i%len(d)]).Xor(sign)
			dst[i] = q.Low
			if r == Z128 {
				put(dst, i, n, q)
			}
		}
	})
}

// Divide sets dst = x / d, rounded down, of elements modulo 2^128 without sign
// and positive d, one for all or one an element.
func Divide(dst, x, d []uint64) {
	split128(dst, func(lo, hi, n int) {
		for i := lo; i < hi; i++ {
			put(dst, i, n, at(x, i, n).Div(d[i%len(d)]))
		}
	})
}

// Range returns elements from to to; modulo 2^64, x's own memory.
func (r Modulus) Range(x []uint64, from, to int) []uint64 {
	if r == Z64 {
		return x[from:to:to]
	}
	return slices.Concat(x[from:to], x[len(x)/2:][from:to])
}
