package aby3

// Truncation, and division by public numbers.

import (
	mathbits "math/bits"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Truncate divides by 2^m, 0 < m < 62: floor or ceiling, |x| < 2^62. 8 + 3m/8
// bytes, two rounds.
func (k *Kernel) Truncate(net mpc.Net, x mpc.Share, m int) mpc.Share {
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.divide(net, 0, k.parts(x), powerOfTwo(m))}
}

// DivPublic divides by positive public numbers, one for all or one an
// element: error below two units, |x| < 2^62. 32 bytes, two rounds.
func (k *Kernel) DivPublic(net mpc.Net, x mpc.Share, d []uint64) mpc.Share {
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.divide(net, 0, k.parts(x), numbers(d))}
}

// parts splits x in two: role 1 knows x1 + x2, roles 0 and 2 know x0.
func (k *Kernel) parts(x mpc.Share) []uint64 {
	if i := k.place(0); i >= 0 {
		return x.Comp[i]
	}
	sum := make([]uint64, x.Len())
	ring.Add(sum, x.Comp[0], x.Comp[1])
	return sum
}

// divide returns shares of x / d for x = a + b, where role j+1 knows a, and
// the two holders of component j know b.
//
// An offset o makes x + o lie in 0..2^63. If the high bits of a + o and b are
// both clear, their sum does not wrap; else it must, being below 2^63. So,
// with w = as | bs over these bits,
//
//	x / d = (a + o) / d + b / d - w (2^64 / d) - o / d
//
// where each quotient is rounded down. Role j+1 gives (a + o) / d and as as
// inputs; then the holders of component j multiply their parts of as by bs,
// since w = as + bs - as bs. The correction w counts modulo 2^width only.
func (k *Kernel) divide(net mpc.Net, j int, part []uint64, d divisor) [][]uint64 {
	whole, low := elements(len(part), 64), elements(len(part), d.width())
	known := k.place(j)
	offset := d.offset()
	if known >= 0 {
		offset = 0
	}
	quotient, high := d.quotient(part, offset), highBits(part, offset)
	in := k.input(net, j+1, []group{whole, low}, quotient, high)
	y, w := in[0], in[1]
	var cross []uint64
	if known >= 0 {
		y[known], w[known] = quotient, high
		cross = make([]uint64, len(part))
		ring.Mul(cross, high, w[1-known])
		d.finish(y[known])
	}
	t := k.reshare(net, j, resharing, cross, low)
	return [][]uint64{d.correct(y[0], w[0], t[0]), d.correct(y[1], w[1], t[1])}
}

// highBits returns (x + o) >> 63.
func highBits(x []uint64, o uint64) []uint64 {
	high := make([]uint64, len(x))
	ring.Split(len(x), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			high[i] = (x[i] + o) >> 63
		}
	})
	return high
}

// A divisor is what divide divides by.
type divisor interface {
	width() int     // bits of the correction that matter
	offset() uint64 // what makes a dividend positive
	quotient(x []uint64, o uint64) []uint64
	finish(x []uint64)                 // x - offset / d, in place
	correct(x, w, t []uint64) []uint64 // x - (w - t) (2^64 / d)
}

// powerOfTwo is 2^m. Since the offset is one below a multiple of 2^m, the two
// quotients and 1 add up to the ceiling of x / 2^m, or to one less where their
// low bits carry; which they cannot, adding up to 2^m - 1, if 2^m divides x.
type powerOfTwo int

func (m powerOfTwo) offset() uint64 { return 1<<62 - 1 }
func (m powerOfTwo) width() int     { return int(m) }

func (m powerOfTwo) quotient(x []uint64, o uint64) []uint64 {
	q := make([]uint64, len(x))
	ring.Split(len(x), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			q[i] = (x[i] + o) >> (m & 63)
		}
	})
	return q
}

func (m powerOfTwo) finish(x []uint64) { ring.AddConst(x, x, 1-1<<(62-m)) }

func (m powerOfTwo) correct(x, w, t []uint64) []uint64 {
	out := make([]uint64, len(x))
	ring.Split(len(x), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out[i] = x[i] - (w[i]-t[i])<<((64-m)&63)
		}
	})
	return out
}

// numbers are positive, one for all elements or one an element. Of the four
// quotients, all rounded down, two are added and two subtracted: the error is
// below two.
type numbers []uint64

func (d numbers) offset() uint64 { return 1 << 62 }
func (d numbers) width() int     { return 64 }

func (d numbers) quotient(x []uint64, o uint64) []uint64 {
	q := make([]uint64, len(x))
	d.each(len(x), func(i int, n uint64) { q[i] = (x[i] + o) / n })
	return q
}

func (d numbers) finish(x []uint64) {
	d.each(len(x), func(i int, n uint64) { x[i] -= 1 << 62 / n })
}

func (d numbers) correct(x, w, t []uint64) []uint64 {
	out := make([]uint64, len(x))
	d.each(len(x), func(i int, n uint64) {
		out[i] = x[i]
		if n > 1 { // 2^64 / 1 is 0 modulo 2^64
			q, _ := mathbits.Div64(1, 0, n)
			out[i] -= (w[i] - t[i]) * q
		}
	})
	return out
}

// each calls f for every element with its divisor.
func (d numbers) each(n int, f func(i int, d uint64)) {
	ring.Split(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			f(i, d[i%len(d)])
		}
	})
}
