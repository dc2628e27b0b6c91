package clear

// Draws of one player.

import (
	"crypto/rand"
	"encoding/binary"
	"math/bits"
)

// RandomBits returns uniform bits from the system's generator.
func RandomBits(shape ...int) Tensor {
	x := Zero(Bool, shape...)
	drawn := make([]byte, (len(x.Data)+7)/8)
	rand.Read(drawn) // never fails
	for k := range x.Data {
		x.Data[k] = uint64(drawn[k/8] >> (k % 8) & 1)
	}
	return x
}

// Shuffle returns the rows of x in an order drawn from the system's generator,
// each with the same probability (Knuth 1998, section 3.4.2, algorithm P).
func Shuffle(x Tensor) Tensor {
	out := Tensor{x.Elem, x.Shape, append([]uint64(nil), x.Data...)}
	n := count(x.Shape[1:])
	for last := x.Shape[0] - 1; last > 0; last-- {
		i := below(last + 1)
		for k := range n {
			a, b := i*n+k, last*n+k
			out.Data[a], out.Data[b] = out.Data[b], out.Data[a]
		}
	}
	return out
}

// below draws a number from 0 to below n: numbers of as many bits as n - 1,
// until one fits.
func below(n int) int {
	var word [8]byte
	for {
		rand.Read(word[:])
		x := binary.LittleEndian.Uint64(word[:]) >> bits.LeadingZeros64(uint64(n-1))
		if x < uint64(n) {
			return int(x)
		}
	}
}
