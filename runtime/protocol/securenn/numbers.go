package securenn

// Numbers of l bits, modulo L = 2^l and modulo the odd L - 1.

import (
	"math/bits"

	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// numbers says how so many numbers of some bits stand in memory: one after the other, the
// lowest word first, unused bits zero. So they travel as vectors of packed bits do.
type numbers struct{ count, bits int }

func (v numbers) group() vector.Group { return vector.Bits(v.count, v.bits) }

// words is the number of words of one.
func (v numbers) words() int { return ring.Words(v.bits) }

// all makes vectors of zeros.
func (v numbers) all() []uint64 { return make([]uint64, v.count*v.words()) }

// last is the bits that the last word of a number has.
func (v numbers) last() uint64 { return ^uint64(0) >> (64*v.words() - v.bits) }

// at is one number.
func (v numbers) at(x []uint64, i int) []uint64 { return x[i*v.words() : (i+1)*v.words()] }

// bit is bit j of a number.
func bit(x []uint64, j int) uint64 { return x[j/64] >> (j % 64) & 1 }

// lowest are the lowest bits of all numbers, packed.
func (v numbers) lowest(x []uint64) []uint64 {
	low := make([]uint64, v.count)
	for i := range low {
		low[i] = x[i*v.words()]
	}
	return ring.Bits(low)
}

// add sets dst to x + y, and to what is carried in where that is not nil, modulo L; it
// returns for each number whether that wraps.
func (v numbers) add(dst, x, y, carry []uint64) (wrap []uint64) {
	wrap = make([]uint64, v.count)
	copy(wrap, carry)
	ring.Split(v.count, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			wrap[i] = v.addOne(v.at(dst, i), v.at(x, i), v.at(y, i), wrap[i])
		}
	})
	return wrap
}

// addOne adds two numbers and a carry, modulo L.
func (v numbers) addOne(dst, x, y []uint64, carry uint64) (wrap uint64) {
	for k := range dst {
		dst[k], carry = bits.Add64(x[k], y[k], carry)
	}
	if top := v.bits % 64; top != 0 {
		end := len(dst) - 1
		carry = dst[end] >> top & 1
		dst[end] &= v.last()
	}
	return carry
}

// complement is L - 1 - x: -x modulo L - 1, and -x - 1 modulo L.
func (v numbers) complement(x []uint64) []uint64 {
	out := v.all()
	for i := range out {
		out[i] = ^x[i]
	}
	for i := v.words() - 1; i < len(out); i += v.words() {
		out[i] &= v.last()
	}
	return out
}

// addOdd sets dst to x + y modulo L - 1: what is carried out comes in again, and
// L - 1 is 0.
func (v numbers) addOdd(dst, x, y []uint64) {
	ring.Split(v.count, func(lo, hi int) {
		zero := make([]uint64, v.words())
		for i := lo; i < hi; i++ {
			d := v.at(dst, i)
			v.addOne(d, d, zero, v.addOne(d, v.at(x, i), v.at(y, i), 0))
			rest := ^d[len(d)-1] & v.last()
			for _, w := range d[:len(d)-1] {
				rest |= ^w
			}
			keep := -((rest | -rest) >> 63) // no bits where all of d are set
			for k := range d {
				d[k] &= keep
			}
		}
	})
}

// drawOdd draws uniform numbers modulo L - 1: L - 1 itself is drawn again.
func (v numbers) drawOdd(s *prg.Stream) []uint64 {
	out := v.group().Draw(s)
	for {
		var again []int
		for i := range v.count {
			if v.isLast(v.at(out, i)) {
				again = append(again, i)
			}
		}
		if again == nil {
			return out
		}
		more := numbers{len(again), v.bits}
		drawn := more.group().Draw(s)
		for k, i := range again {
			copy(v.at(out, i), more.at(drawn, k))
		}
	}
}

func (v numbers) isLast(x []uint64) bool {
	for _, w := range x[:len(x)-1] {
		if w != ^uint64(0) {
			return false
		}
	}
	return x[len(x)-1] == v.last()
}

// of are words as numbers.
func (v numbers) of(x []uint64) []uint64 {
	out := v.all()
	for i, w := range x {
		out[i*v.words()] = w
	}
	return out
}

// doubled returns 2 x modulo L, of the ring elements x modulo L / 2.
func (v numbers) doubled(r ring.Modulus, x []uint64) []uint64 {
	out := v.all()
	ring.Split(v.count, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			d := v.at(out, i)
			var below uint64
			for k := range d {
				var w uint64
				if k < r.Planes() {
					w = x[k*v.count+i]
				}
				d[k] = w<<1 | below
				below = w >> 63
			}
			d[len(d)-1] &= v.last()
		}
	})
	return out
}
