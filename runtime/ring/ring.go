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
func Add(dst, x, y []uint64) { split(active.add, dst, x, y) }

// Sub sets dst = x - y.
func Sub(dst, x, y []uint64) { split(active.sub, dst, x, y) }

// Mul sets dst = x * y.
func Mul(dst, x, y []uint64) { split(active.mul, dst, x, y) }

// MulAdd sets dst = dst + x * y.
func MulAdd(dst, x, y []uint64) { split(active.mulAdd, dst, x, y) }

// NegateIf sets dst = (1 - 2 y) x, y of elements 0 and 1.
func NegateIf(dst, x, y []uint64) { split(active.negateIf, dst, x, y) }

// Cross sets dst = dst + x0 (y0 + y1) + x1 y0.
func Cross(dst, x0, x1, y0, y1 []uint64) {
	if !large(len(dst)) {
		active.cross(dst, x0, x1, y0, y1)
		return
	}
	Split(len(dst), func(lo, hi int) { active.cross(dst[lo:hi], x0[lo:hi], x1[lo:hi], y0[lo:hi], y1[lo:hi]) })
}

// Scale sets dst = c x.
func Scale(dst, x []uint64, c uint64) { splitConst(active.scale, dst, x, c) }

// ScaleAdd sets dst = dst + c x.
func ScaleAdd(dst, x []uint64, c uint64) { splitConst(active.scaleAdd, dst, x, c) }

// AddConst sets dst = x + c.
func AddConst(dst, x []uint64, c uint64) { splitConst(active.addConst, dst, x, c) }

// AddShift sets dst = (x + c) >> m, of numbers without sign, m < 64.
func AddShift(dst, x []uint64, c uint64, m int) {
	if !large(len(dst)) {
		active.addShift(dst, x, c, uint64(m))
		return
	}
	Split(len(dst), func(lo, hi int) { active.addShift(dst[lo:hi], x[lo:hi], c, uint64(m)) })
}

// ShiftRightSigned sets dst = x >> m of two's complement, m < 64: the floor
// of x / 2^m.
func ShiftRightSigned(dst, x []uint64, m int) { splitConst(active.shiftSigned, dst, x, uint64(m)) }

// SubShifted sets dst = x - y << m, m < 64.
func SubShifted(dst, x, y []uint64, m int) {
	if !large(len(dst)) {
		active.subShifted(dst, x, y, uint64(m))
		return
	}
	Split(len(dst), func(lo, hi int) { active.subShifted(dst[lo:hi], x[lo:hi], y[lo:hi], uint64(m)) })
}

// large tells whether Split uses more than one core. What it does not split is
// computed without allocating.
func large(n int) bool { return n >= 2*grain && runtime.GOMAXPROCS(0) > 1 }

func split(f ofTwo, dst, x, y []uint64) {
	if !large(len(dst)) {
		f(dst, x, y)
		return
	}
	Split(len(dst), func(lo, hi int) { f(dst[lo:hi], x[lo:hi], y[lo:hi]) })
}

func splitConst(f ofConst, dst, x []uint64, c uint64) {
	if !large(len(dst)) {
		f(dst, x, c)
		return
	}
	Split(len(dst), func(lo, hi int) { f(dst[lo:hi], x[lo:hi], c) })
}
