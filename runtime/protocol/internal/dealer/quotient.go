package dealer

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

// Quotient is a server's part of x / d, nil at the dealer: floor or ceiling for a power
// of two, error below two units for other numbers, |x| < 2^R, the ring's Room. An element
// and the bits of the correction are dealt.
func (s *Step) Quotient(x mpc.Share, d Divisor) []uint64 {
	low := elements(x.Len(), d.width())
	dealt := s.Dealt(1, func() [][]uint64 {
		a := s.Sum(x)
		high := s.highBits(a, ring.Number{})
		d.quotient(a, ring.Number{})
		return [][]uint64{a, high[:low.Words()]}
	}, s.GroupOf(x), low)
	if s.Role == Dealer {
		return nil
	}
	return s.quotient(x.Comp[0], dealt[s.Role][0], dealt[s.Role][1], d)
}

// PowerOfTwo is 2^m, 0 < m < R.
func (k *Kernel) PowerOfTwo(m int) Divisor { return powerOfTwo{k.Ring, m} }

// PublicNumbers are positive, one for all elements or one an element.
func (k *Kernel) PublicNumbers(d []uint64) Divisor { return numbers{k.Ring, d} }

// quotient is a server's part, given those of a / d and as.
func (k *Kernel) quotient(open, part, as []uint64, d Divisor) []uint64 {
	ds := k.highBits(open, d.offset())
	not := make([]uint64, len(open))
	k.Ring.Sub(not, k.Ring.Fill(ring.Natural(1), len(open)/k.Ring.Planes()), ds)
	w := make([]uint64, len(open))
	copy(w, as)
	k.Ring.Mul(w, w, not)
	if k.Role == 0 {
		k.Ring.Add(w, w, ds)
		quotient := make([]uint64, len(open))
		copy(quotient, open)
		d.quotient(quotient, d.offset())
		d.finish(quotient)
		k.Ring.Add(part, part, quotient)
	}
	d.correct(part, w)
	return part
}

// highBits are those of x + o, as elements.
func (k *Kernel) highBits(x []uint64, o ring.Number) []uint64 {
	out := make([]uint64, len(x))
	k.Ring.AddShift(out, x, o, int(k.Ring)-1)
	return out
}

// A Divisor is what Quotient divides by.
type Divisor interface {
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
