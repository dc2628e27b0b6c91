package prg

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// Both ciphers make the same streams, whatever the key, wherever a fill begins, be it
// before the block number leaves 32 bits, and however long it is.
func TestVectors(t *testing.T) {
	if !vectors {
		t.Log("this machine has no AES on vectors: crypto/aes is compared with itself")
	}
	starts := []int{wordsPerBlock * (1<<32 - 7), wordsPerBlock * (3<<32 - 40)}
	for i := range 20 {
		starts = append(starts, 1<<(2*i)) // the first block has up to 38 bits
	}
	for i, start := range starts {
		var key Key
		rand.Read(key[:])
		t.Logf("key %x", key)
		taken := func(vectors bool) Taken {
			s, err := newSource(Keys{Of(0, 1): key}, vectors).Stream(Of(0, 1), uint32(i), 7, 0xabcdef)
			require.NoError(t, err)
			s.Take(start)
			return s.Take(1 << 12)
		}
		x, y := taken(vectors), taken(false)
		for first := range 5 {
			a, b := x.From(first), y.From(first)
			for _, n := range []int{0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257, 1024} {
				got, want := make([]uint64, n+1), make([]uint64, n+1)
				a.Fill(got[:n])
				b.Fill(want[:n])
				require.Equal(t, want, got, "%d words from %d on", n, first)
			}
		}
	}
}
