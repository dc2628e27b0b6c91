package aby3

// Truncation, and division by public numbers.

import (
	mathbits "math/bits"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Truncate divides by 2^m, 0 < m < R, the ring's Room: floor or ceiling, |x| <
// 2^R. 8 + 3m/8 bytes, two rounds. It relies on |x| < 2^R, so that the two addends' carry
// shows in their highest bits, and on fresh masks of the input (Dalskov, Escudero and
// Keller 2020, Escudero et al. 2020).
func (k *Kernel) Truncate(net mpc.Net, x mpc.Share, m int) mpc.Share {
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.divide(net, 0, k.parts(x), powerOfTwo(m))}
}

// DivPublic divides by positive public numbers, one for all or one an
// element: error below two units, |x| < 2^R. 32 bytes, two rounds. It is Truncate with
// another divisor, and relies on the same (after Escudero et al. 2020).
func (k *Kernel) DivPublic(net mpc.Net, x mpc.Share, d []uint64) mpc.Share {
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.divide(net, 0, k.parts(x), numbers(d))}
}

// parts splits x in two: role 1 knows x1 + x2, roles 0 and 2 know x0.
func (k *Kernel) parts(x mpc.Share) []uint64 {
	if i := k.place(0); i >= 0 {
		return x.Comp[i]
	}
	sum := make([]uint64, len(x.Comp[0]))
	k.ring.Add(sum, x.Comp[0], x.Comp[1])
	return sum
}

// divide returns shares of x / d for x = a + b, where role j+1 knows a, and
// the two holders of component j know b.
//
// Of a ring of 64 bits, an offset o makes x + o lie in 0..2^63. If the high bits
// of a + o and b are both clear, their sum does not wrap; else it must, being
// below 2^63. So,
// with w = as | bs over these bits,
//
//	x / d = (a + o) / d + b / d - w (2^64 / d) - o / d
//
// where each quotient is rounded down. Role j+1 gives (a + o) / d and as as
// inputs; then the holders of component j multiply their parts of as by bs,
// since w = as + bs - as bs. The correction w counts modulo 2^width only.
func (k *Kernel) divide(net mpc.Net, j int, part []uint64, d divisor) [][]uint64 {
	if k.ring != ring.Z64 {
		return k.divideWide(net, j, part, d.wide())
	}
	q := &division{k, net, d, j, part, elements(len(part), 64), elements(len(part), d.width())}
	if known := k.place(j); known >= 0 {
		return q.holder(known)
	}
	return q.alone()
}

// A division is one call of divide.
type division struct {
	*Kernel
	net  mpc.Net
	d    divisor
	j    int
	part []uint64
	// whole is how quotients travel, low the correction.
	whole, low group
}

// inputMasks are what role j+1 draws with role j: its first component of the
// quotient and of the correction.
func (q *division) inputMasks() (whole, low mask) {
	return q.take(q.net, q.j+1, inputs, q.whole), q.take(q.net, q.j+1, inputs+1, q.low)
}

// resharingMask is a component of as bs, which the holders of j reshare.
func (q *division) resharingMask(c int) mask { return q.take(q.net, c, resharing, q.low) }

// packedWords is where element lo of the correction begins, or where those
// before hi end.
func (q *division) packedWords(lo, hi int) (from, to int) {
	return lo / 64 * q.low.Width, ring.Words(hi * q.low.Width)
}

// alone is divide at role j+1, whose components are those that it inputs: a
// mask, and the rest, which it sends to role j+2. Of as bs, it draws both.
func (q *division) alone() [][]uint64 {
	n, d := len(q.part), q.d
	wholeMask, lowMask := q.inputMasks()
	afterMask, beforeMask := q.resharingMask(q.j+1), q.resharingMask(q.j-1)
	first, second := make([]uint64, n), make([]uint64, n)
	rest, lowRest := make([]uint64, n), make([]uint64, ring.Words(n*q.low.Width))
	pass(n, func(start int) func(s *scratch, lo, hi int) {
		whole, low, after, before := wholeMask.from(start), lowMask.from(start), afterMask.from(start), beforeMask.from(start)
		return func(s *scratch, lo, hi int) {
			part, first, second, rest := q.part[lo:hi], first[lo:hi], second[lo:hi], rest[lo:hi]
			w0, w1, t := s.of(0, lo, hi), s.of(1, lo, hi), s.of(2, lo, hi)
			whole(first, s)
			d.quotient(rest, part, lo, d.offset())
			ring.Sub(rest, rest, first)
			low(w0, s)
			ring.AddShift(w1, part, d.offset(), 63)
			ring.Sub(w1, w1, w0)
			from, to := q.packedWords(lo, hi)
			ring.PackTo(lowRest[from:to], w1, q.low.Width)
			after(t, s)
			ring.Sub(w0, w0, t)
			d.correct(first, first, w0, lo)
			before(t, s)
			ring.Sub(w1, w1, t)
			d.correct(second, rest, w1, lo)
		}
	})
	q.net.Stage()
	q.send(q.net, 1, ring.Bytes(rest), ring.Bytes(lowRest)[:q.low.Size()])
	q.net.Stage()
	return [][]uint64{first, second}
}

// holder is divide at the roles j and j+2, of which known is the place of
// component j. That of the quotient is what they divide; the other is a mask,
// or comes from role j+1. They exchange their parts of as bs.
func (q *division) holder(known int) [][]uint64 {
	n := len(q.part)
	comp := make([][]uint64, 2)
	mine := make([]uint64, ring.Words(n*q.low.Width))
	q.net.Stage()
	distance := -1
	if known == 0 {
		comp[1] = make([]uint64, n)
		whole, low := q.inputMasks()
		q.other(comp[1], mine, q.resharingMask(q.j+1), whole.from, low.from)
	} else {
		distance = 1
		message := q.recv(q.net, -1, q.whole.Size()+q.low.Size())
		comp[0] = ring.FromBytes(message[:q.whole.Size()])
		low := ring.FromPacked(message[q.whole.Size():])
		q.other(comp[0], mine, q.resharingMask(q.j-1), received, func(start int) func([]uint64, *scratch) {
			return q.unpacking(low, start)
		})
	}
	q.net.Stage()
	q.send(q.net, distance, ring.Bytes(mine)[:q.low.Size()])
	theirs := ring.FromPacked(q.recv(q.net, distance, q.low.Size()))
	comp[known] = q.own(mine, theirs)
	return comp
}

// received is a component that is there already.
func received(int) func(dst []uint64, s *scratch) { return func([]uint64, *scratch) {} }

// unpacking fills tiles from an element on.
func (q *division) unpacking(packed []uint64, start int) func(dst []uint64, s *scratch) {
	at, _ := q.packedWords(start, start)
	return func(dst []uint64, _ *scratch) {
		ring.UnpackTo(dst, packed[at:], q.low.Width)
		at += len(dst) / 64 * q.low.Width
	}
}

// other sets dst to the component that is not j, given what fills it and the
// correction in, and mine to this role's packed part of the correction's as bs.
func (q *division) other(dst, mine []uint64, mask mask, whole, low func(start int) func(dst []uint64, s *scratch)) {
	pass(len(dst), func(start int) func(s *scratch, lo, hi int) {
		whole, low, mask := whole(start), low(start), mask.from(start)
		return func(s *scratch, lo, hi int) {
			y, w, r, t := dst[lo:hi], s.of(0, lo, hi), s.of(1, lo, hi), s.of(2, lo, hi)
			whole(y, s)
			low(w, s)
			mask(r, s)
			ring.AddShift(t, q.part[lo:hi], 0, 63)
			ring.Mul(t, t, w)
			ring.Sub(t, t, r)
			from, to := q.packedWords(lo, hi)
			ring.PackTo(mine[from:to], t, q.low.Width)
			ring.Sub(w, w, r)
			q.d.correct(y, y, w, lo)
		}
	})
}

// own returns component j, given the packed parts of as bs.
func (q *division) own(mine, theirs []uint64) []uint64 {
	out := make([]uint64, len(q.part))
	pass(len(out), func(start int) func(s *scratch, lo, hi int) {
		mine, theirs := q.unpacking(mine, start), q.unpacking(theirs, start)
		return func(s *scratch, lo, hi int) {
			y, w, t := out[lo:hi], s.of(0, lo, hi), s.of(1, lo, hi)
			q.d.quotient(y, q.part[lo:hi], lo, 0)
			q.d.finish(y, lo)
			ring.AddShift(w, q.part[lo:hi], 0, 63)
			mine(t, s)
			ring.Sub(w, w, t)
			theirs(t, s)
			ring.Sub(w, w, t)
			q.d.correct(y, y, w, lo)
		}
	})
	return out
}

// A divisor is what divide divides by. Its methods work on elements from a
// place on.
type divisor interface {
	width() int                                    // bits of the correction that matter
	offset() uint64                                // what makes a dividend positive
	quotient(dst, x []uint64, place int, o uint64) // (x + o) / d
	finish(x []uint64, place int)                  // x - offset / d
	correct(dst, x, w []uint64, place int)         // x - w (2^64 / d)
	wide() wideDivisor                             // the same in a ring of 128 bits
}

// powerOfTwo is 2^m. Since the offset is one below a multiple of 2^m, the two
// quotients and 1 add up to the ceiling of x / 2^m, or to one less where their
// low bits carry; which they cannot, adding up to 2^m - 1, if 2^m divides x.
type powerOfTwo int

func (m powerOfTwo) offset() uint64 { return 1<<62 - 1 }
func (m powerOfTwo) width() int     { return int(m) }

func (m powerOfTwo) quotient(dst, x []uint64, _ int, o uint64) { ring.AddShift(dst, x, o, int(m)) }

func (m powerOfTwo) finish(x []uint64, _ int) { ring.AddConst(x, x, 1-1<<(62-m)) }

func (m powerOfTwo) correct(dst, x, w []uint64, _ int) { ring.SubShifted(dst, x, w, 64-int(m)) }

// numbers are positive, one for all elements or one an element. Of the four
// quotients, all rounded down, two are added and two subtracted: the error is
// below two.
type numbers []uint64

func (d numbers) offset() uint64 { return 1 << 62 }
func (d numbers) width() int     { return 64 }

func (d numbers) at(place int) uint64 { return d[place%len(d)] }

func (d numbers) quotient(dst, x []uint64, place int, o uint64) {
	for i, v := range x {
		dst[i] = (v + o) / d.at(place+i)
	}
}

func (d numbers) finish(x []uint64, place int) {
	for i := range x {
		x[i] -= 1 << 62 / d.at(place+i)
	}
}

func (d numbers) correct(dst, x, w []uint64, place int) {
	for i, v := range x {
		dst[i] = v
		if n := d.at(place + i); n > 1 { // 2^64 / 1 is 0 modulo 2^64
			q, _ := mathbits.Div64(1, 0, n)
			dst[i] -= w[i] * q
		}
	}
}

func (m powerOfTwo) wide() wideDivisor { return widePower(m) }

func (d numbers) wide() wideDivisor { return wideNumbers(d) }
