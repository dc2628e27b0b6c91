package clear

// SipHash-2-4 (Aumasson, Bernstein: SipHash, a fast short-input PRF, 2012).

import (
	"encoding/binary"
	"math/bits"

	"github.com/tfec-lang/tfec/runtime/ring"
)

// A HashKey is the key of SipHash, as two little-endian words.
type HashKey [16]byte

// Hash64 returns the hash of each element of x: of a string its UTF-8 bytes, of
// all else the eight bytes of its value, little-endian, whatever its width.
func Hash64(key HashKey, x Tensor) Tensor {
	out := Zero(Uint64, x.Shape...)
	ring.Split(len(out.Data), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			if x.Elem == String {
				out.Data[i] = sipHash(key, []byte(wordText(x.Data[i])))
			} else {
				out.Data[i] = sipHash(key, binary.LittleEndian.AppendUint64(nil, x.Data[i]))
			}
		}
	})
	return out
}

// sipHash is the hash of a message: two rounds a word, four at the end.
func sipHash(key HashKey, message []byte) uint64 {
	k0, k1 := binary.LittleEndian.Uint64(key[:8]), binary.LittleEndian.Uint64(key[8:])
	v := sipState{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573}
	last := uint64(len(message)) << 56
	for ; len(message) >= 8; message = message[8:] {
		v.absorb(binary.LittleEndian.Uint64(message))
	}
	for i, b := range message {
		last |= uint64(b) << (8 * i)
	}
	v.absorb(last)
	v[2] ^= 0xff
	v.rounds(4)
	return v[0] ^ v[1] ^ v[2] ^ v[3]
}

type sipState [4]uint64

func (v *sipState) absorb(m uint64) {
	v[3] ^= m
	v.rounds(2)
	v[0] ^= m
}

func (v *sipState) rounds(n int) {
	for range n {
		v[0] += v[1]
		v[2] += v[3]
		v[1] = bits.RotateLeft64(v[1], 13) ^ v[0]
		v[3] = bits.RotateLeft64(v[3], 16) ^ v[2]
		v[0] = bits.RotateLeft64(v[0], 32)
		v[2] += v[1]
		v[0] += v[3]
		v[1] = bits.RotateLeft64(v[1], 17) ^ v[2]
		v[3] = bits.RotateLeft64(v[3], 21) ^ v[0]
		v[2] = bits.RotateLeft64(v[2], 32)
	}
}
