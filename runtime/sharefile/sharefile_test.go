package sharefile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

var header = Header{Source: "d", Computation: "train", Output: "model", Run: "r", Protocol: "aby3(a, b, c)", Ring: 64, Player: "a", Columns: []Column{
	{Name: "model.w", Type: "int64", Elem: clear.Int64, Shape: []int{3}}, {Name: "model.on", Type: "bool", Elem: clear.Bool, Shape: []int{}}}}

var shares = []mpc.Share{
	{Elem: clear.Int64, Shape: []int{3}, Comp: [][]uint64{{1, 2, 3}, {4, 5, 1 << 63}}},
	{Elem: clear.Bool, Shape: []int{}, Comp: [][]uint64{{1}, {0}}},
}

func TestRoundTrip(t *testing.T) {
	header := header
	wide := []mpc.Share{{Elem: clear.Int64, Shape: []int{3}, Comp: [][]uint64{{1, 2, 3, 0, 0, 7}, {4, 5, 1 << 63, 9, 8, 7}}}, shares[1]}
	for bits, shares := range map[int][]mpc.Share{64: shares, 128: wide} {
		header.Ring = bits
		roundTrip(t, header, shares)
	}
}

func roundTrip(t *testing.T, header Header, shares []mpc.Share) {
	dir := t.TempDir()
	require.NoError(t, Check(dir, dir, "model"))
	assert.ErrorContains(t, Check(dir, filepath.Join(dir, "none"), "model"), "cannot keep output model: cannot have the key of share files")
	require.NoError(t, Write(dir, dir, header, shares))
	h, x, err := Read(dir, dir, "model")
	require.NoError(t, err)
	assert.Equal(t, header, h)
	assert.Equal(t, shares, x)
	for _, path := range []string{Path(dir, "model"), filepath.Join(dir, keyName)} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), path)
	}
	assert.ErrorContains(t, Check(dir, dir, "model"), "never overwritten")
	assert.ErrorIs(t, Write(dir, dir, header, shares), os.ErrExist)
}

func TestRefused(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	require.NoError(t, Write(dir, dir, header, shares))
	require.NoError(t, Write(other, other, header, shares))
	_, _, err := Read(dir, other, "model")
	assert.ErrorContains(t, err, "was changed, or is under another key")
	_, _, err = Read(dir, dir, "absent")
	assert.ErrorContains(t, err, "there is no share file")
	data, err := os.ReadFile(Path(dir, "model"))
	require.NoError(t, err)
	data[len(data)-1] ^= 1
	require.NoError(t, os.WriteFile(Path(dir, "model"), data, 0o600))
	_, _, err = Read(dir, dir, "model")
	assert.ErrorContains(t, err, "was changed")
	require.NoError(t, os.WriteFile(Path(dir, "model"), []byte("no"), 0o600))
	_, _, err = Read(dir, dir, "model")
	assert.ErrorContains(t, err, "is no share file")
}

// FuzzDecode holds that no bytes end it, and that what is taken is encoded
// alike.
func FuzzDecode(f *testing.F) {
	good, err := encode(header, shares)
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{0, 0, 0, 2, '{', '}', 2})
	f.Add([]byte("\x00\x00\x00\x3a{\"Ring\":128,\"Columns\":[{\"Shape\":[4611686018427387904,4]}]}\x01\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, x, err := decode(b)
		if err != nil {
			return
		}
		again, err := encode(h, x)
		require.NoError(t, err)
		h2, x2, err := decode(again)
		require.NoError(t, err)
		assert.Equal(t, h, h2)
		assert.Equal(t, x, x2)
	})
}
