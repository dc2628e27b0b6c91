package clear

// Random bits of one player.

import "crypto/rand"

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
