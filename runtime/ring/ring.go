// Package ring computes on vectors and matrices over Z_2^64 and on packed
// bits. Every function takes whole vectors of equal length and splits long
// ones over the cores; dst may be an operand. Time depends on lengths only,
// never on values.
package ring

import (
	"runtime"
	"sync"
)

// grain is the number of elements below which starting a second goroutine
// costs more than it saves.
const grain = 1 << 14

// Split calls f on consecutive parts of 0..n, at once on all cores where n is
// large. Parts begin at multiples of 64, so that each is whole words of bits.
func Split(n int, f func(lo, hi int)) {
	parts := min(runtime.GOMAXPROCS(0), n/grain)
	if parts < 2 {
		f(0, n)
		return
	}
	size := (n/parts + 63) &^ 63
	var wg sync.WaitGroup
	for lo := size; lo < n; lo += size {
		wg.Go(func() { f(lo, min(lo+size, n)) })
	}
	f(0, size)
	wg.Wait()
}

// Add sets dst = x + y.
func Add(dst, x, y []uint64) {
	Split(len(dst), func(lo, hi int) {
		d, x, y := dst[lo:hi], x[lo:hi], y[lo:hi]
		for i := range d {
			d[i] = x[i] + y[i]
		}
	})
}

// Sub sets dst = x - y.
func Sub(dst, x, y []uint64) {
	Split(len(dst), func(lo, hi int) {
		d, x, y := dst[lo:hi], x[lo:hi], y[lo:hi]
		for i := range d {
			d[i] = x[i] - y[i]
		}
	})
}

// Mul sets dst = x * y.
func Mul(dst, x, y []uint64) {
	Split(len(dst), func(lo, hi int) {
		d, x, y := dst[lo:hi], x[lo:hi], y[lo:hi]
		for i := range d {
			d[i] = x[i] * y[i]
		}
	})
}

// MulAdd sets dst = dst + x * y.
func MulAdd(dst, x, y []uint64) {
	Split(len(dst), func(lo, hi int) {
		d, x, y := dst[lo:hi], x[lo:hi], y[lo:hi]
		for i := range d {
			d[i] += x[i] * y[i]
		}
	})
}

// Scale sets dst = c x.
func Scale(dst, x []uint64, c uint64) {
	Split(len(dst), func(lo, hi int) {
		d, x := dst[lo:hi], x[lo:hi]
		for i := range d {
			d[i] = c * x[i]
		}
	})
}

// AddConst sets dst = x + c.
func AddConst(dst, x []uint64, c uint64) {
	Split(len(dst), func(lo, hi int) {
		d, x := dst[lo:hi], x[lo:hi]
		for i := range d {
			d[i] = x[i] + c
		}
	})
}

// ShiftRightSigned sets dst = x >> m of two's complement: the floor of x / 2^m.
func ShiftRightSigned(dst, x []uint64, m int) {
	Split(len(dst), func(lo, hi int) {
		d, x := dst[lo:hi], x[lo:hi]
		for i := range d {
			d[i] = uint64(int64(x[i]) >> (m & 63))
		}
	})
}

// SubShifted sets dst = x - y << m.
func SubShifted(dst, x, y []uint64, m int) {
	Split(len(dst), func(lo, hi int) {
		d, x, y := dst[lo:hi], x[lo:hi], y[lo:hi]
		for i := range d {
			d[i] = x[i] - y[i]<<(m&63)
		}
	})
}

// MatMul sets dst = dst + x y for an n×k matrix x and a k×m matrix y, row by
// row. It goes through y in blocks that stay in the cache.
func MatMul(dst, x, y []uint64, n, k, m int) {
	const block = 64
	rows := func(from, to int) {
		for l0 := 0; l0 < k; l0 += block {
			l1 := min(l0+block, k)
			for i := from; i < to; i++ {
				mulRow(dst[i*m:(i+1)*m], x[i*k+l0:i*k+l1], y[l0*m:l1*m])
			}
		}
	}
	if m == 1 {
		rows = func(from, to int) {
			for i := from; i < to; i++ {
				dst[i] += Dot(x[i*k:(i+1)*k], y)
			}
		}
	}
	perRow := max(1, k*m)
	Split(n*perRow, func(lo, hi int) {
		// A row belongs to the part in which it begins.
		rows((lo+perRow-1)/perRow, (hi+perRow-1)/perRow)
	})
}

// mulRow adds the row vector x times the matrix y to dst, four rows of y at
// a time, so that dst is read and written a quarter as often.
func mulRow(dst, x, y []uint64) {
	m := len(dst)
	l := 0
	for ; l+4 <= len(x); l += 4 {
		a, b, c, d := x[l], x[l+1], x[l+2], x[l+3]
		ya, yb, yc, yd := y[l*m:(l+1)*m], y[(l+1)*m:(l+2)*m], y[(l+2)*m:(l+3)*m], y[(l+3)*m:(l+4)*m]
		for j := range dst {
			dst[j] += a*ya[j] + b*yb[j] + c*yc[j] + d*yd[j]
		}
	}
	for ; l < len(x); l++ {
		a, ya := x[l], y[l*m:(l+1)*m]
		for j := range dst {
			dst[j] += a * ya[j]
		}
	}
}

// Dot returns the sum of x * y.
func Dot(x, y []uint64) uint64 {
	var sum uint64
	y = y[:len(x)]
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}
