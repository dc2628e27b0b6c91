package clear

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestText(t *testing.T) {
	f := Fixed(35, 12)
	tests := []struct {
		x    Tensor
		want string
	}{
		{Int(f, 3000<<12), "3000"},
		{Int(f, 1), "0.0002"},
		{Int(f, -1), "-0.0002"},
		{Int(f, 4096/2), "0.5"},
		{Int(f, -4096*5/2), "-2.5"},
		{Int(f, 4095), "0.9998"},
		{Int(f, 0), "0"},
		{Int(Fixed(1, 62), 1), "0.0000000000000000002"},
		{Int(Fixed(1, 62), math.MinInt64), "-2"},
		{Int(Fixed(63, 0), math.MinInt64), "-9223372036854775808"},
		{Int(Uint64, -1), "18446744073709551615"},
		{Int(Int8, 200), "-56"},
		{Bools([]int{2}, true, false), "[true, false]"},
		{FromInts(f, []int{2}, 4096, 4096*5/2), "[1, 2.5]"},
		{Zero(f, 0, 2), "[]"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, test.x.String())
		b, err := json.Marshal(test.x)
		require.NoError(t, err)
		require.Equal(t, strings.ReplaceAll(test.want, ", ", ","), string(b))
	}
}

// A printed number reads back as itself, and no shorter decimal does.
func TestShortest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(append(numbers, Bool)).Draw(r, "type")
		v := value(e).Draw(r, "v")
		text := e.Text(v)
		back, err := Parse(e, text)
		require.NoError(r, err, text)
		require.Equal(r, v, back, text)
		whole, fraction, ok := strings.Cut(text, ".")
		if !ok {
			return
		}
		n := len(fraction) - 1
		for _, up := range []int64{0, 1} { // the two decimals around v with one place less
			d, _ := new(big.Int).SetString(strings.TrimPrefix(whole, "-")+fraction[:n], 10)
			s := d.Add(d, big.NewInt(up)).String()
			s = strings.Repeat("0", max(0, n+1-len(s))) + s
			s = s[:len(s)-n] + strings.TrimSuffix("."+s[len(s)-n:], ".")
			if v>>63 == 1 {
				s = "-" + s
			}
			if shorter, err := Parse(e, s); err == nil {
				require.NotEqual(r, v, shorter, "%s for %s", s, text)
			}
		}
	})
}

func TestParse(t *testing.T) {
	f := Fixed(10, 4)
	tests := []struct {
		t    Type
		text string
		want int64
		err  error
	}{
		{f, "1", 16, nil},
		{f, "+1.5", 24, nil},
		{f, "-1.5", -24, nil},
		{f, "0.03125", 0, nil}, // a tie, to even
		{f, "0.09375", 2, nil}, // a tie, to even
		{f, "0.0312500000000000000000000000000001", 1, nil},
		{f, "0.03124999999999999", 0, nil},
		{f, "1e2", 1600, nil},
		{f, "12.5e-1", 20, nil},
		{f, "1_000", 16000, nil},
		{f, "1023.9375", 16383, nil},
		{f, "1023.97", 0, ErrRange},
		{f, "-1024", -16384, nil},
		{f, "-1024.1", 0, ErrRange},
		{f, "1e30", 0, ErrRange},
		{f, "1e-30", 0, nil},
		{f, "1e1001", 0, ErrSyntax},
		{f, "000001", 16, nil},
		{Fixed(47, 16), "281474976710655.999999", 0, ErrRange}, // just below 2^64 in units
		{f, "", 0, ErrSyntax},
		{f, ".5", 0, ErrSyntax},
		{f, "5.", 0, ErrSyntax},
		{f, "1,5", 0, ErrSyntax},
		{f, "1__0", 0, ErrSyntax},
		{f, "_1", 0, ErrSyntax},
		{f, "0x10", 0, ErrSyntax},
		{f, "NaN", 0, ErrSyntax},
		{f, "--1", 0, ErrSyntax},
		{f, "1e", 0, ErrSyntax},
		{f, "١", 0, ErrSyntax},
		{Int8, "127", 127, nil},
		{Int8, "128", 0, ErrRange},
		{Int8, "-128", -128, nil},
		{Int8, "3.0", 3, nil},
		{Int8, "3.5", 0, ErrFraction},
		{Int8, "1e2", 100, nil},
		{Int8, "12e-1", 0, ErrFraction},
		{Int64, "-9223372036854775808", math.MinInt64, nil},
		{Int64, "9223372036854775808", 0, ErrRange},
		{Uint64, "18446744073709551615", -1, nil},
		{Uint64, "18446744073709551616", 0, ErrRange},
		{Uint64, "-1", 0, ErrRange},
		{Uint64, "-0", 0, nil},
		{Bool, "true", 1, nil},
		{Bool, "0", 0, nil},
		{Bool, "yes", 0, ErrBool},
	}
	for _, test := range tests {
		got, err := Parse(test.t, test.text)
		require.ErrorIs(t, err, test.err, test.text)
		require.Equal(t, test.want, int64(got), "%s as %s", test.text, test.t)
	}
}

// Decimals are read as exact rationals are rounded.
func TestParseExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(numbers).Draw(r, "type")
		text := rapid.StringMatching(`-?[0-9]{1,22}(\.[0-9]{1,22})?(e-?[0-9])?`).Draw(r, "text")
		x, ok := new(big.Rat).SetString(text)
		require.True(r, ok)
		x.Mul(x, new(big.Rat).SetInt(shifted(big.NewInt(1), e.F)))
		want, exact := roundHalfEven(x)
		low, high := e.Bounds()
		got, err := Parse(e, text)
		switch {
		case e.Kind != FixedKind && !exact && !errors.Is(err, ErrRange):
			require.ErrorIs(r, err, ErrFraction)
		case want.Cmp(e.integer(low)) < 0 || want.Cmp(e.integer(high)) > 0:
			require.ErrorIs(r, err, ErrRange)
		default:
			require.NoError(r, err)
			require.Equal(r, represent(e, want), got)
		}
	})
}

func roundHalfEven(x *big.Rat) (n *big.Int, exact bool) {
	n = floor(x.Num(), x.Denom())
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(n))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && n.Bit(0) == 1 {
		n.Add(n, big.NewInt(1))
	}
	return n, rest.Sign() == 0
}

func TestFloats(t *testing.T) {
	f := Fixed(10, 4)
	x, err := FromFloats(f, []int{2, 2}, []float64{1.5, -0.03125, 0.09375, 1023.9375})
	require.NoError(t, err)
	require.Equal(t, "[[1.5, 0], [0.1, 1023.94]]", x.String())
	require.Equal(t, []float64{1.5, 0, 0.125, 1023.9375}, x.Floats())
	for _, bad := range []float64{1023.97, -1025, math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		_, err := FromFloats(f, []int{2}, []float64{0, bad})
		require.ErrorContains(t, err, "element 1: ")
		require.ErrorContains(t, err, "does not fit fixed(10, 4)")
	}
	_, err = FromFloats(f, []int{3}, []float64{1})
	require.EqualError(t, err, "got 1 numbers, want 3")
	u, err := FromFloats(Uint64, nil, []float64{math.Ldexp(1, 63)})
	require.NoError(t, err)
	require.Equal(t, "9223372036854775808", u.String())
	require.Equal(t, math.Ldexp(1, 63), u.Float())
}

// A float64 becomes the nearest value, ties to even, as an exact rational does.
func TestFloatsExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(numbers).Draw(r, "type")
		v := rapid.Float64Range(-1e19, 1e19).Draw(r, "v")
		v = math.Ldexp(v, -rapid.IntRange(0, 80).Draw(r, "size"))
		exact := new(big.Rat).SetFloat64(v)
		exact.Mul(exact, new(big.Rat).SetInt(shifted(big.NewInt(1), e.F)))
		want, _ := roundHalfEven(exact)
		low, high := e.Bounds()
		x, err := FromFloats(e, nil, []float64{v})
		if want.Cmp(e.integer(low)) < 0 || want.Cmp(e.integer(high)) > 0 {
			require.Error(r, err)
			return
		}
		require.NoError(r, err)
		require.Equal(r, represent(e, want), x.Data[0])
	})
}

func TestAccessors(t *testing.T) {
	x := FromInts(Int8, []int{3}, 1, -1, 300)
	require.Equal(t, []int64{1, -1, 44}, x.Ints())
	require.Equal(t, []float64{1, -1, 44}, x.Floats())
	require.Equal(t, []bool{true, true, true}, x.Bools())
	require.Equal(t, 3, x.Len())
	require.EqualValues(t, 1, x.Int())
	require.True(t, x.Bool())
	words := FromWords(Bool, []int{2}, []uint64{2, 3})
	require.Equal(t, []bool{false, true}, words.Bools())
	require.Equal(t, "fixed(24, 16) int8 uint64 bool invalid",
		strings.Join([]string{Fixed(24, 16).String(), Int8.String(), Uint64.String(), Bool.String(), Type{}.String()}, " "))
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1", "-1.5", "1e3", "1_0", "0.00001", "99999999999999999999.5"} {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		e := numbers[int(kind)%len(numbers)]
		v, err := Parse(e, text)
		if err != nil {
			return
		}
		back, err := Parse(e, e.Text(v))
		require.NoError(t, err)
		require.Equal(t, v, back)
	})
}
