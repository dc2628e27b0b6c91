package prg

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/ring"
)

func TestSet(t *testing.T) {
	require.Equal(t, Set("0,3,11"), Of(11, 0, 3, 0))
	require.Equal(t, []int{0, 3, 11}, Of(11, 0, 3).Players())
	require.NotEqual(t, Of(1, 11), Of(11, 11, 1, 2))
}

func draw(t *testing.T, s *Source, set Set, step, occurrence uint32, purpose Purpose, n int) []byte {
	stream, err := s.Stream(set, step, occurrence, purpose)
	require.NoError(t, err)
	return ring.Bytes(stream.Words(n / 8))
}

// The counter block is as the package comment says, on every machine.
func TestLayout(t *testing.T) {
	key := Key{1, 2, 3}
	block, err := aes.NewCipher(key[:])
	require.NoError(t, err)
	iv, _ := hex.DecodeString("00000007" + "00000102" + "0a0b0c" + "0000000000")
	want := make([]byte, 1<<20)
	cipher.NewCTR(block, iv).XORKeyStream(want, want)
	s := New(Keys{Of(0, 1): key})
	// Large enough for all cores; the parts are one stream.
	require.True(t, bytes.Equal(want, draw(t, s, Of(0, 1), 7, 0x102, 0x0a0b0c, len(want))))
}

// A fill starts where the last one's block ended, and overwrites.
func TestFillsFollow(t *testing.T) {
	keys := Keys{Of(0, 1): {9}}
	whole := ring.FromBytes(draw(t, New(keys), Of(0, 1), 1, 0, 0, 80))
	stream, err := New(keys).Stream(Of(0, 1), 1, 0, 0)
	require.NoError(t, err)
	part := []uint64{1, 2, 3}
	stream.Fill(part)
	require.Equal(t, whole[:3], part)
	require.Equal(t, whole[4:9], stream.Words(5))
	require.Equal(t, 80, stream.Drawn())
}

// Any parts of what was taken, in any order, are those of the whole.
func TestTake(t *testing.T) {
	keys := Keys{Of(0, 1): {9}}
	const n = 3*1024 + 5
	whole := ring.FromBytes(draw(t, New(keys), Of(0, 1), 1, 0, 0, 8*n))
	stream, err := New(keys).Stream(Of(0, 1), 1, 0, 0)
	require.NoError(t, err)
	taken := stream.Take(n)
	require.Equal(t, 8*(n+1), stream.Drawn())
	for _, from := range []int{0, 1, 2, 7, 1024, n - 1} {
		for _, sizes := range [][]int{{1, 1, 1, 1}, {2, 2, 40, 2, 1}, {3, 4}, {few, few, 1}, {few + 1, 2, 2}, {2000}} {
			cursor, at := taken.From(from), from
			for _, size := range sizes {
				size = min(size, n-at)
				got := bytes.Repeat([]byte{0xff}, 8*size)
				words := ring.FromBytes(got)
				cursor.Fill(words)
				require.Equal(t, whole[at:at+size], words, "%d words at %d, from %d", size, at, from)
				at += size
			}
		}
	}
}

func TestStreamsDiffer(t *testing.T) {
	s := New(Keys{Of(0, 1): {1}, Of(0, 2): {2}})
	seen := map[string]bool{}
	for _, set := range []Set{Of(0, 1), Of(0, 2)} {
		for step := range uint32(3) {
			for purpose := range Purpose(3) {
				for occurrence := range uint32(3) {
					b := string(draw(t, s, set, step, occurrence, purpose, 16))
					require.False(t, seen[b], "a mask is drawn twice")
					seen[b] = true
				}
			}
		}
	}
}

func TestOnce(t *testing.T) {
	s := New(Keys{Of(0, 1): {1}})
	ask := func(step, occurrence uint32, purpose Purpose) error {
		_, err := s.Stream(Of(0, 1), step, occurrence, purpose)
		return err
	}
	require.NoError(t, ask(1, 0, 0))
	require.ErrorContains(t, ask(1, 0, 0), "twice")
	require.NoError(t, ask(1, 0, 1))
	require.NoError(t, ask(2, 0, 0))
	require.NoError(t, ask(1, 5, 0))
	require.ErrorContains(t, ask(1, 4, 0), "twice", "occurrences ascend")
	require.NoError(t, ask(1, ^uint32(0), 0))
	require.ErrorContains(t, ask(1, ^uint32(0), 0), "twice", "the last occurrence")
	_, err := s.Stream(Of(1, 2), 1, 0, 0)
	require.ErrorContains(t, err, "no key")
}

// A loop of any length takes no memory.
func TestLoop(t *testing.T) {
	s := New(Keys{Of(0, 1): {1}})
	for i := range uint32(1000) {
		draw(t, s, Of(0, 1), 4, i, 2, 8)
	}
	require.Len(t, s.next, 1)
}

func TestDerive(t *testing.T) {
	a, b := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	key := func(set Set, transcript string, c ...[]byte) Key {
		k, err := Derive(set, c, []byte(transcript))
		require.NoError(t, err)
		return k
	}
	base := key(Of(0, 1), "hellos", a, b)
	require.Equal(t, base, key(Of(1, 0), "hellos", a, b))
	for _, other := range []Key{
		key(Of(0, 2), "hellos", a, b), key(Of(0, 1), "hello", a, b),
		key(Of(0, 1), "hellos", b, a), key(Of(0, 1), "hellos", a, a), key(Of(0, 1), "hellos", a),
	} {
		require.NotEqual(t, base, other)
	}
	_, err := Derive(Of(0, 1), [][]byte{a, b[:31]}, nil)
	require.ErrorContains(t, err, "contribution 1 has 31 bytes, want 32")
}

func BenchmarkFill(b *testing.B) {
	for _, n := range []int{1, 16, 17, 128, 1 << 10, 1 << 20} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			dst := make([]uint64, n)
			b.SetBytes(int64(8 * n))
			source := New(Keys{Of(0, 1): {1}})
			for i := range b.N {
				s, err := source.Stream(Of(0, 1), 1, uint32(i), 0)
				if err != nil {
					b.Fatal(err)
				}
				s.Fill(dst)
			}
		})
	}
}
