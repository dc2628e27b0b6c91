package securenn

// Numbers of l bits, modulo L = 2^l and modulo the odd L - 1.

import (
	"math/bits"

	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// numbers says how so many numbers of some bits stand in memory: as planes, all lowest words,
// then all second ones, of the last only the bits that are left.
type numbers struct{ count, bits int }

// planes is the number of words of one.
func (v numbers) planes() int { return ring.Words(v.bits) }

// top is the number of bits in the last plane.
func (v numbers) top() int { return v.bits - 64*(v.planes()-1) }

// last is all bits of the last plane.
func (v numbers) last() uint64 { return ^uint64(0) >> (64 - v.top()) }

// plane is one of x.
func (v numbers) plane(x []uint64, p int) []uint64 { return x[p*v.count : (p+1)*v.count] }

// all makes numbers, zeros.
func (v numbers) all() []uint64 { return make([]uint64, v.count*v.planes()) }

// size is the number of bytes on the wire.
func (v numbers) size() int { return 8*v.count*(v.planes()-1) + ring.PackedSize(v.count, v.top()) }

// encode is how they travel: plane by plane, without gaps.
func (v numbers) encode(x []uint64) [][]byte {
	below := v.count * (v.planes() - 1)
	return [][]byte{ring.Bytes(x[:below]), ring.Pack(x[below:], v.top())}
}

// decode is the inverse of encode, of a message of that size.
func (v numbers) decode(b []byte) []uint64 {
	x := v.all()
	below := v.count * (v.planes() - 1)
	copy(x, ring.FromBytes(b[:8*below]))
	ring.UnpackTo(x[below:], ring.FromPacked(b[8*below:]), v.top())
	return x
}

// uniform draws numbers modulo L.
func (v numbers) uniform(s *prg.Stream) []uint64 {
	x := s.Words(v.count * v.planes())
	last := v.plane(x, v.planes()-1)
	for i := range last {
		last[i] &= v.last()
	}
	return x
}

// uniformOdd draws numbers modulo L - 1: L - 1 itself is drawn again.
func (v numbers) uniformOdd(s *prg.Stream) []uint64 {
	x := v.uniform(s)
	again := v.ones(x)
	for len(again) > 0 {
		more := numbers{len(again), v.bits}
		drawn := more.uniform(s)
		for k, i := range again {
			for p := range v.planes() {
				v.plane(x, p)[i] = more.plane(drawn, p)[k]
			}
		}
		var rest []int
		for _, k := range more.ones(drawn) {
			rest = append(rest, again[k])
		}
		again = rest
	}
	return x
}

// ones are the places of L - 1.
func (v numbers) ones(x []uint64) (places []int) {
	all := v.flip(0)
	for i, w := range v.plane(x, 0) {
		if w != all {
			continue
		}
		rest := uint64(0)
		for p := range v.planes() {
			rest |= v.plane(x, p)[i] ^ v.flip(p)
		}
		if rest == 0 {
			places = append(places, i)
		}
	}
	return places
}

// add sets dst to x + y, and to what is carried in, modulo L; it makes of carry for each
// number whether that wraps.
func (v numbers) add(dst, x, y, carry []uint64) {
	ring.Split(v.count, func(lo, hi int) {
		carry := carry[lo:hi]
		for p := range v.planes() {
			addPlane(v.plane(dst, p)[lo:hi], v.plane(x, p)[lo:hi], v.plane(y, p)[lo:hi], 0, carry)
		}
		if v.top() < 64 {
			end := v.plane(dst, v.planes()-1)[lo:hi]
			for i, w := range end {
				carry[i] = w >> v.top()
				end[i] = w & v.last()
			}
		}
	})
}

// addPlane sets dst to x + y, each with the bits of flip turned, and to carry, and carry to what
// is carried out.
func addPlane(dst, x, y []uint64, flip uint64, carry []uint64) {
	x, y, carry = x[:len(dst)], y[:len(dst)], carry[:len(dst)]
	for i := range dst {
		dst[i], carry[i] = bits.Add64(x[i], y[i]^flip, carry[i])
	}
}

// minus are x with all bits turned: -x modulo L - 1, and -x - 1 modulo L.
func (v numbers) minus(x []uint64) []uint64 {
	out := v.all()
	for p := range v.planes() {
		to := v.plane(out, p)
		for i, w := range v.plane(x, p) {
			to[i] = w ^ v.flip(p)
		}
	}
	return out
}

// flip is the bits of a plane.
func (v numbers) flip(p int) uint64 {
	if p == v.planes()-1 {
		return v.last()
	}
	return ^uint64(0)
}

// sumOdd returns the sum of some numbers, less others, modulo L - 1. Of numbers below 2^64
// there may be the lowest plane alone. There are at most nine.
func (v numbers) sumOdd(plus [][]uint64, minus ...[]uint64) []uint64 {
	out := v.all()
	ring.Split(v.count, func(lo, hi int) {
		var s sumOdd
		for at := lo; at < hi; at += chunk {
			n := min(chunk, hi-at)
			s = sumOdd{}
			for _, x := range plus {
				s.add(v, x, at, n, false)
			}
			for _, x := range minus {
				s.add(v, x, at, n, true)
			}
			s.reduce(v, out, at, n)
		}
	})
	return out
}

// chunk is how many numbers are summed up at a time.
const chunk = 512

// A sumOdd is sums, with a plane more for what is above L.
type sumOdd [4][chunk]uint64

func (s *sumOdd) add(v numbers, x []uint64, at, n int, negative bool) {
	var carry [chunk]uint64
	var zero [chunk]uint64
	for p := range v.planes() + 1 {
		term, flip := zero[:n], uint64(0)
		if (p+1)*v.count <= len(x) {
			term = v.plane(x, p)[at : at+n]
		}
		if negative && p < v.planes() {
			flip = v.flip(p)
		}
		addPlane(s[p][:n], s[p][:n], term, flip, carry[:n])
	}
}

// reduce adds what is above L to the rest, as L is 1: twice, since the first time may carry,
// and once more where L is so small that the second may. And L - 1 is 0.
func (s *sumOdd) reduce(v numbers, out []uint64, at, n int) {
	end, top, last, times := v.planes()-1, v.top(), v.last(), 2
	if v.bits < 5 {
		times = 3
	}
	for i := range n {
		for range times {
			above, carry := s[end+1][i]<<(64-top)|s[end][i]>>1>>(top-1), uint64(0)
			s[end][i] &= last
			s[end+1][i] = 0
			for p := range end + 2 {
				s[p][i], carry = bits.Add64(s[p][i], above, carry)
				above = 0
			}
		}
		rest := s[end][i] ^ last
		for p := range end {
			rest |= ^s[p][i]
		}
		keep := -((rest | -rest) >> 63) // no bits where all are set
		for p := range end + 1 {
			out[p*v.count+at+i] = s[p][i] & keep
		}
	}
}

// doubled returns 2 x modulo L, of the ring elements x modulo L / 2.
func (v numbers) doubled(r ring.Modulus, x []uint64) []uint64 {
	out := v.all()
	ring.Split(v.count, func(lo, hi int) {
		for p := range v.planes() {
			to := v.plane(out, p)[lo:hi]
			if p < r.Planes() {
				for i, w := range v.plane(x, p)[lo:hi] {
					to[i] = w << 1
				}
			}
			if p > 0 {
				for i, w := range v.plane(x, p-1)[lo:hi] {
					to[i] |= w >> 63
				}
			}
			if p == v.planes()-1 {
				for i := range to {
					to[i] &= v.last()
				}
			}
		}
	})
	return out
}

// negateIf replaces numbers by their negatives modulo L - 1 where a bit is set, packed.
func (v numbers) negateIf(x, bits []uint64) {
	ring.Split(v.count, func(lo, hi int) {
		for p := range v.planes() {
			flip, part := v.flip(p), v.plane(x, p)[lo:hi]
			for i := range part {
				part[i] ^= flip & -(bits[(lo+i)/64] >> (i % 64) & 1)
			}
		}
	})
}

// slices sets w.bits to the bits of the numbers of a tile, plane by plane in w.words.
func (v numbers) slices(w *work) {
	for p := range v.planes() {
		ring.Transpose(&w.turned, &w.words[p])
		copy(w.bits[64*p:], w.turned[:])
	}
}
