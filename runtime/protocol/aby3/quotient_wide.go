package aby3

// Truncation and division of 128-bit elements: as of 64-bit ones, but that the
// high bit is bit 127, and the offset near 2^126. Whole vectors at a time.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// divideWide is divide.
func (k *Kernel) divideWide(net mpc.Net, j int, part []uint64, d wideDivisor) [][]uint64 {
	n := len(part) / 2
	whole, low := elements(n, 128), elements(n, d.width())
	known := k.place(j)
	var offset ring.Number
	if known < 0 {
		offset = d.offset()
	}
	quotient, high := make([]uint64, len(part)), make([]uint64, len(part))
	d.quotient(quotient, part, offset)
	ring.Z128.AddShift(high, part, offset, 127)
	high = high[:low.Words()]
	in := k.input(net, j+1, []group{whole, low}, quotient, high)
	y, w := in[0], in[1]
	var cross []uint64
	if known >= 0 {
		y[known], w[known] = quotient, high
		cross = make([]uint64, len(high))
		low.Ring().Mul(cross, high, w[1-known])
		d.finish(quotient)
	}
	t := k.reshare(net, j, resharing, cross, low)
	for i := range y {
		wrapped := make([]uint64, len(part))
		low.Sub(wrapped[:len(high)], w[i], t[i])
		y[i] = slices.Clone(y[i]) // what is sent does not change
		d.correct(y[i], wrapped)
	}
	return y
}

// A wideDivisor is what divideWide divides by.
type wideDivisor interface {
	width() int                              // bits of the correction that matter
	offset() ring.Number                     // what makes a dividend positive
	quotient(dst, x []uint64, o ring.Number) // (x + o) / d
	finish(x []uint64)                       // x - offset / d
	correct(x, w []uint64)                   // x - w (2^128 / d)
}

// widePower is powerOfTwo.
type widePower int

func (m widePower) width() int          { return int(m) }
func (m widePower) offset() ring.Number { return ring.Power(126).Sub(ring.Natural(1)) }

func (m widePower) quotient(dst, x []uint64, o ring.Number) { ring.Z128.AddShift(dst, x, o, int(m)) }

func (m widePower) finish(x []uint64) {
	ring.Z128.AddConst(x, x, ring.Natural(1).Sub(ring.Power(126-int(m))))
}

func (m widePower) correct(x, w []uint64) { ring.Z128.SubShifted(x, x, w, 128-int(m)) }

// wideNumbers is numbers.
type wideNumbers []uint64

func (d wideNumbers) width() int          { return 128 }
func (d wideNumbers) offset() ring.Number { return ring.Power(126) }

func (d wideNumbers) quotient(dst, x []uint64, o ring.Number) {
	ring.Z128.AddConst(dst, x, o)
	ring.Divide(dst, dst, d)
}

func (d wideNumbers) finish(x []uint64) {
	ring.Z128.Sub(x, x, d.each(len(x)/2, ring.Power(126).Div))
}

func (d wideNumbers) correct(x, w []uint64) {
	ring.Z128.Mul(w, w, d.each(len(x)/2, ring.PowerOver))
	ring.Z128.Sub(x, x, w)
}

// each is a function of every element's divisor.
func (d wideNumbers) each(n int, f func(n uint64) ring.Number) []uint64 {
	if len(d) == 1 {
		return ring.Z128.Fill(f(d[0]), n)
	}
	out := make([]uint64, 2*n)
	for i, v := range d {
		q := f(v)
		out[i], out[n+i] = q.Low, q.High
	}
	return out
}
