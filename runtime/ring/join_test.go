package ring

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Parts are as those of one element a bit, and unused bits are zero.
func TestBitParts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	random := func(n int) []uint64 {
		x := make([]uint64, n)
		for i := range x {
			x[i] = r.Uint64() & 1
		}
		return x
	}
	for _, n := range []int{0, 1, 63, 64, 65, 128, 1000, 70000} {
		x := random(n)
		for _, from := range []int{0, 1, 64, n / 2, n - 65, n} {
			for _, size := range []int{0, 1, 64, 65, n - from} {
				if from >= 0 && size >= 0 && from+size <= n {
					require.Equal(t, Bits(x[from:from+size]), BitRange(Bits(x), from, size), "%d from %d of %d", size, from, n)
				}
			}
		}
		y, z := random(64), random(r.IntN(100))
		require.Equal(t, Bits(append(append(append([]uint64{}, y...), x...), z...)),
			BitJoin([][]uint64{Bits(y), Bits(x), Bits(z)}, []int{64, n, len(z)}))
	}
}
