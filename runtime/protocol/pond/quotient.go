package pond

// Truncation, and division by public numbers (Escudero et al. 2020, as package aby3
// has it): both servers see D, the dealer knows a, and x = D + a.
//
// Of a ring of K bits, an offset o makes x + o lie in 0..2^(K-1). If the high bits
// of D + o and a are both clear, their sum does not wrap; else it must, being below
// 2^(K-1). So, with w = ds | as over these bits,
//
//	x / d = (D + o) / d + a / d - w (2^K / d) - o / d
//
// where each quotient is rounded down. The dealer hands out shares of a / d and of
// as, whence w = ds + (1 - ds) as is shared, too. The correction w counts modulo
// 2^width only.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Truncate divides by 2^m, 0 < m < R, the ring's Room: floor or ceiling, |x| <
// 2^R. 16 bytes, one round; 8 + m/8 dealt.
func (k *Kernel) Truncate(net mpc.Net, x mpc.Share, m int) mpc.Share {
	return k.divide(net, x, powerOfTwo{k.ring, m})
}

// DivPublic divides by positive public numbers, one for all or one an
// element: error below two units, |x| < 2^R. 16 bytes, one round; 16 dealt.
func (k *Kernel) DivPublic(net mpc.Net, x mpc.Share, d []uint64) mpc.Share {
	return k.divide(net, x, numbers{k.ring, d})
}

func (k *Kernel) divide(net mpc.Net, x mpc.Share, d divisor) mpc.Share {
	s, whole, low := k.begin(net, dividing), k.groupOf(x), elements(x.Len(), d.width())
	dealt := s.dealt(1, func() [][]uint64 {
		a := k.sum(x)
		high := k.highBits(a, ring.Number{})
		d.quotient(a, ring.Number{})
		return [][]uint64{a, high[:low.Words()]}
	}, whole, low)
	var part []uint64
	if k.computes() {
		part = k.quotient(x.Comp[0], dealt[k.role][0], dealt[k.role][1], d)
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: s.masked(whole, part)}
}

// quotient is a server's part, given those of a / d and as.
func (k *Kernel) quotient(open, part, as []uint64, d divisor) []uint64 {
	ds := k.highBits(open, d.offset())
	not := make([]uint64, len(open))
	k.ring.Sub(not, k.ring.Fill(ring.Natural(1), len(open)/k.ring.Planes()), ds)
	w := make([]uint64, len(open))
	copy(w, as)
	k.ring.Mul(w, w, not)
	if k.role == 0 {
		k.ring.Add(w, w, ds)
		quotient := make([]uint64, len(open))
		copy(quotient, open)
		d.quotient(quotient, d.offset())
		d.finish(quotient)
		k.ring.Add(part, part, quotient)
	}
	d.correct(part, w)
	return part
}

// highBits are those of x + o, as elements.
func (k *Kernel) highBits(x []uint64, o ring.Number) []uint64 {
	out := make([]uint64, len(x))
	k.ring.AddShift(out, x, o, int(k.ring)-1)
	return out
}

// A divisor is what divide divides by.
type divisor interface {
	width() int                         // bits of the correction that matter
	offset() ring.Number                // what makes a dividend positive
	quotient(x []uint64, o ring.Number) // (x + o) / d, in place
	finish(x []uint64)                  // x - offset / d
	correct(x, w []uint64)              // x - w (2^K / d)
}

// powerOfTwo is 2^m. Since the offset is one below a multiple of 2^m, the two
// quotients and 1 add up to the ceiling of x / 2^m, or to one less where their
// low bits carry; which they cannot, adding up to 2^m - 1, if 2^m divides x.
type powerOfTwo struct {
	ring ring.Modulus
	m    int
}

func (d powerOfTwo) width() int          { return d.m }
func (d powerOfTwo) offset() ring.Number { return ring.Power(d.ring.Room()).Sub(ring.Natural(1)) }

func (d powerOfTwo) quotient(x []uint64, o ring.Number) { d.ring.AddShift(x, x, o, d.m) }

func (d powerOfTwo) finish(x []uint64) {
	d.ring.AddConst(x, x, ring.Natural(1).Sub(ring.Power(d.ring.Room()-d.m)))
}

func (d powerOfTwo) correct(x, w []uint64) { d.ring.SubShifted(x, x, w, int(d.ring)-d.m) }

// numbers are positive, one for all elements or one an element. Of the four
// quotients, all rounded down, two are added and two subtracted: the error is
// below two.
type numbers struct {
	ring ring.Modulus
	d    []uint64
}

func (d numbers) width() int          { return int(d.ring) }
func (d numbers) offset() ring.Number { return ring.Power(d.ring.Room()) }

func (d numbers) quotient(x []uint64, o ring.Number) {
	d.ring.AddConst(x, x, o)
	if d.ring == ring.Z128 {
		ring.Divide(x, x, d.d)
		return
	}
	ring.Split(len(x), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			x[i] /= d.d[i%len(d.d)]
		}
	})
}

func (d numbers) finish(x []uint64) {
	d.ring.Sub(x, x, d.each(len(x), ring.Power(d.ring.Room()).Div))
}

func (d numbers) correct(x, w []uint64) {
	d.ring.Mul(w, w, d.each(len(x), func(n uint64) ring.Number {
		if d.ring == ring.Z128 {
			return ring.PowerOver(n)
		}
		return ring.Power(64).Div(n)
	}))
	d.ring.Sub(x, x, w)
}

// each is a function of every element's divisor, of so many words.
func (d numbers) each(words int, f func(n uint64) ring.Number) []uint64 {
	n := words / d.ring.Planes()
	if len(d.d) == 1 {
		return d.ring.Fill(f(d.d[0]), n)
	}
	out := make([]uint64, words)
	for i, v := range d.d {
		q := f(v)
		out[i] = q.Low
		if d.ring == ring.Z128 {
			out[n+i] = q.High
		}
	}
	return out
}
