package clear

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The test vectors of the reference implementation: key 00 01 … 0f, messages
// "", 00, 00 01 and so on; that of 15 bytes is in the paper, appendix A.
func TestSipHash(t *testing.T) {
	var key HashKey
	var message []byte
	for i := range key {
		key[i] = byte(i)
	}
	for i := range 15 {
		message = append(message, byte(i))
	}
	for n, want := range map[int]uint64{
		0: 0x726fdb47dd0e0e31, 1: 0x74f839c593dc67fd, 2: 0x0d6c8009d9a94f5a, 7: 0xab0200f58b01d137,
		8: 0x93f5f5799a932462, 9: 0x9e0082df0ba9e4b0, 15: 0xa129ca6149be45e5,
	} {
		require.Equal(t, want, sipHash(key, message[:n]), "%d bytes", n)
	}
}

// A hash is that of the value, whatever its width; of a text, of its bytes.
func TestHash64(t *testing.T) {
	key := HashKey{1}
	require.Equal(t, Hash64(key, FromInts(Int8, []int{2}, -1, 7)).Data, Hash64(key, FromInts(Int64, []int{2}, -1, 7)).Data)
	require.Equal(t, []uint64{sipHash(key, []byte("ann")), sipHash(key, nil)}, Hash64(key, FromStrings([]int{2}, "ann", "")).Data)
	require.NotEqual(t, Hash64(key, FromStrings(nil, "ann")).Data, Hash64(HashKey{2}, FromStrings(nil, "ann")).Data)
}

func TestStrings(t *testing.T) {
	x := FromStrings([]int{4}, "b", "", "a \"<é>\"\n", "b")
	require.Equal(t, []string{"b", "", "a \"<é>\"\n", "b"}, x.Strings())
	require.Equal(t, `["b", "", "a \"<é>\"\n", "b"]`, x.String())
	var back []string
	require.NoError(t, json.Unmarshal([]byte(x.String()), &back))
	require.Equal(t, x.Strings(), back)
	require.Equal(t, "[true, false, false, true]", Eq(x, FromStrings(nil, "b")).String())
	require.Equal(t, `["", "b"]`, Filter(x, Bools([]int{4}, false, true, false, true)).String())
	require.Equal(t, []string{"b", "", "a \"<é>\"\n", "b", "", ""}, Pad(x, 6).Strings())
	require.Equal(t, []string{"", ""}, Zero(String, 2).Strings())
	_, err := Parse(String, "\xff")
	require.ErrorIs(t, err, ErrText)
}

// Several players of one process number texts at the same time.
func TestTextsTogether(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 200 {
				text := fmt.Sprint("together ", i)
				assert.Equal(t, text, String.Text(Word(text)))
			}
		})
	}
	wg.Wait()
}

func TestFloatArithmetic(t *testing.T) {
	float := func(v ...float64) Tensor {
		x, err := FromFloats(Float, []int{len(v)}, v)
		require.NoError(t, err)
		return x
	}
	nan, inf := math.NaN(), math.Inf(1)
	x, y := float(1.5, 0, nan, inf), float(-2, math.Copysign(0, -1), nan, inf)
	for _, c := range []struct {
		want string
		got  Tensor
	}{
		{"[-0.5, 0, null, null]", Add(x, y)},
		{"[3.5, 0, null, null]", Sub(x, y)},
		{"[-3, -0, null, null]", Mul(x, y)},
		{"[-0.75, null, null, null]", Div(x, y)},
		{"[-1.5, -0, null, null]", Neg(x)},
		{"[false, true, false, true]", Eq(x, y)},
		{"[true, false, true, false]", Ne(x, y)},
		{"[false, false, false, false]", Lt(x, y)},
		{"[false, true, false, true]", Le(x, y)},
		{"[true, false, false, false]", Gt(x, y)},
		{"[true, true, false, true]", Ge(x, y)},
		{"[1, 0, 0, 127]", Convert(x, Int8)},
		{"[0, 0, 0, 255]", Convert(y, Uint8)},
		{"[1.5, 0, 0, 7.94]", Convert(x, Fixed(3, 4))},
		{"[2.5, -3]", Convert(FromInts(Fixed(3, 4), []int{2}, 40, -48), Float)},
		{"[18446744073709552000, 1]", Convert(FromInts(Uint64, []int{2}, -1, 1), Float)},
		{"[1e+300, 1e-07, 100000]", float(1e300, 1e-7, 1e5)},
	} {
		require.Equal(t, c.want, c.got.String())
	}
	require.Equal(t, []float64{1.5, 0}, x.Floats()[:2])
}

func TestFormatAndParse(t *testing.T) {
	f := Fixed(24, 16)
	require.Equal(t, []string{"2.5", "-0.25"}, Format(FromInts(f, []int{2}, 5<<15, -1<<14)).Strings())
	require.Equal(t, []string{"true"}, Format(Bools(nil, true)).Strings())
	require.Equal(t, []string{"2024-02-29"}, FormatDates(Int(Int32, 19782)).Strings())
	x, err := ParseStrings(FromStrings([]int{3}, "2.5", "-1e-1", "1_000"), Float)
	require.NoError(t, err)
	require.Equal(t, "[2.5, -0.1, 1000]", x.String())
	for text, want := range map[string]string{
		"x":                      `row 2: "x" is not a number`,
		"1e400":                  `row 2: "1e400" is out of range`,
		strings.Repeat("é", 100): `row 2: "` + strings.Repeat("é", 40) + `…" is not a number`,
	} {
		_, err := ParseStrings(FromStrings([]int{2, 2}, "1", "2", "3", text), Float)
		require.EqualError(t, err, want)
	}
	_, err = ParseStrings(FromStrings(nil, "2"), Bool)
	require.EqualError(t, err, `"2" is not true or false`)
}
