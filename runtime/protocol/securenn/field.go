package securenn

// Z_p, of vectors with a byte an element.

import (
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A field is Z_p, p < 2^8.
type field struct {
	p    uint32
	bits int // of an element on the wire
}

// fieldOf is the field of private compares of numbers of some bits.
func fieldOf(width int) field {
	p, bits := capability.PrivateField(width)
	return field{uint32(p), bits}
}

// mod is v modulo p, v < 2^16, in the same time whatever v is: the quotient by 2^24 / p,
// rounded up, is off by less than 2^16 p / 2^24 p, too little to matter.
func (f field) mod(v uint32) uint32 {
	return v - f.p*uint32(uint64(v)*uint64((1<<24+f.p-1)/f.p)>>24)
}

// uniform draws numbers below a bound of at most 2^8. Bytes that would favour some are left
// out: how many, the stream alone says.
func uniform(s *prg.Stream, n int, bound uint32) []byte {
	var value, fits [256]byte
	limit := 256 - 256%bound
	for b := range limit {
		value[b], fits[b] = byte(b%bound), 1
	}
	out, k := make([]byte, n+8), 0
	for k < n {
		for _, w := range s.Words(32*(n-k)/int(limit) + 1) {
			for range 8 {
				out[k] = value[byte(w)]
				k += int(fits[byte(w)])
				w >>= 8
			}
			if k >= n {
				break
			}
		}
	}
	return out[:n]
}

// size is the number of bytes of so many elements on the wire.
func (f field) size(n int) int { return ring.PackedSize(n, f.bits) }

// chunk is how many elements are packed at a time.
const chunk = 1 << 12

// encode joins elements without gaps.
func (f field) encode(x []byte) []byte {
	out := make([]uint64, ring.Words(len(x)*f.bits))
	ring.Split(len(x), func(lo, hi int) {
		var words [chunk]uint64
		for at := lo; at < hi; at += chunk {
			n := min(chunk, hi-at)
			for i, v := range x[at : at+n] {
				words[i] = uint64(v)
			}
			ring.PackTo(out[at*f.bits/64:ring.Words((at+n)*f.bits)], words[:n], f.bits)
		}
	})
	return ring.Bytes(out)[:f.size(len(x))]
}

// decode is the inverse of encode; what is no element is taken modulo p.
func (f field) decode(b []byte, n int) []byte {
	in, out := ring.FromPacked(b), make([]byte, n)
	ring.Split(n, func(lo, hi int) {
		var words [chunk]uint64
		for at := lo; at < hi; at += chunk {
			n := min(chunk, hi-at)
			ring.UnpackTo(words[:n], in[at*f.bits/64:ring.Words((at+n)*f.bits)], f.bits)
			for i, w := range words[:n] {
				out[at+i] = byte(f.mod(uint32(w)))
			}
		}
	})
	return out
}
