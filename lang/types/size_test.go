package types_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	. "github.com/tfec-lang/tfec/lang/types"
)

var n, m, d = Name("n"), Name("m"), Name("d")

func TestSizeString(t *testing.T) {
	for want, s := range map[string]Size{
		"0":                 {},
		"-3":                Int(-3),
		"n":                 n,
		"m + n":             n.Add(m),
		"n - 1":             n.Sub(Int(1)),
		"-n + 1":            Int(1).Sub(n),
		"2 * d * n + n - 7": n.Mul(d).Mul(Int(2)).Add(n).Sub(Int(7)),
		"n * n":             n.Mul(n),
	} {
		assert.Equal(t, want, s.String())
	}
}

func TestSizeNormalForm(t *testing.T) {
	for name, pair := range map[string][2]Size{
		"commutes":   {n.Add(m), m.Add(n)},
		"distribute": {n.Mul(m.Add(Int(2))), n.Mul(m).Add(n).Add(n)},
		"cancels":    {n.Sub(n), Int(0)},
		"square":     {n.Add(m).Mul(n.Sub(m)), n.Mul(n).Sub(m.Mul(m))},
	} {
		assert.True(t, pair[0].Equal(pair[1]), "%s: %s and %s", name, pair[0], pair[1])
	}
	assert.False(t, n.Equal(m))
}

func TestSizeParts(t *testing.T) {
	k, ok := Int(7).Const()
	assert.True(t, ok)
	assert.Equal(t, int64(7), k)
	_, ok = n.Const()
	assert.False(t, ok)
	name, ok := n.Var()
	assert.True(t, ok)
	assert.Equal(t, "n", name)
	for _, s := range []Size{{}, Int(1), n.Add(m), n.Mul(Int(2)), n.Mul(n)} {
		_, ok = s.Var()
		assert.False(t, ok, s.String())
	}
	assert.Equal(t, []string{"d", "n"}, n.Mul(d).Add(n).Vars())
}

func TestSizeOver(t *testing.T) {
	for _, c := range []struct {
		size, over Size
		ok         bool
	}{
		{n.Mul(d).Mul(Int(3)).Sub(n), d.Mul(Int(3)).Sub(Int(1)), true},
		{n.Mul(n).Add(n.Mul(d)), n.Add(d), true},
		{n.Add(Int(1)), Size{}, false},
		{d, Size{}, false},
		{Int(0), Size{}, false},
	} {
		over, ok := c.size.Over("n")
		assert.Equal(t, c.ok, ok, c.size.String())
		if ok {
			assert.Equal(t, c.over.String(), over.String())
			assert.True(t, over.Mul(n).Equal(c.size))
		}
	}
}

func TestSizeSubstAndEval(t *testing.T) {
	s := n.Mul(d).Add(m)
	assert.Equal(t, "2 * d * m + m", s.Subst(map[string]Size{"n": m.Mul(Int(2))}).String())
	x, err := s.Eval(map[string]int64{"n": 3, "d": 4, "m": 5})
	require.NoError(t, err)
	assert.Equal(t, int64(17), x)
	_, err = s.Eval(map[string]int64{"n": 3})
	assert.ErrorContains(t, err, "not known")
	_, err = n.Mul(n).Eval(map[string]int64{"n": math.MaxInt64})
	assert.ErrorContains(t, err, "overflows")
}

func TestSizeOverflow(t *testing.T) {
	big := Int(math.MaxInt64)
	for name, s := range map[string]Size{
		"sum":        big.Add(Int(1)),
		"difference": Int(math.MinInt64).Sub(Int(1)),
		"product":    n.Mul(big).Mul(Int(2)),
		"subst":      n.Mul(big).Subst(map[string]Size{"n": m.Mul(Int(3))}),
		"negation":   Int(0).Sub(Int(math.MinInt64)),
		"spreads":    big.Add(Int(1)).Sub(big),
	} {
		assert.True(t, s.Overflows(), name)
		assert.False(t, s.Equal(s), "%s: nothing is known of it", name)
		_, ok := s.Const()
		assert.False(t, ok, name)
		_, err := s.Eval(map[string]int64{"n": 0, "m": 0})
		assert.Error(t, err, name)
	}
	assert.False(t, big.Sub(Int(1)).Overflows())
	assert.False(t, Int(math.MinInt64).Overflows())
}

func TestShape(t *testing.T) {
	s := Shape{n, Int(8)}
	assert.Equal(t, "[n, 8]", s.String())
	assert.Equal(t, "", Shape{}.String())
	assert.Equal(t, "[?]", Shape{Name("?1").Add(n)}.String(), "a length that data decides")
	assert.Equal(t, "8 * n", s.Count().String())
	assert.True(t, s.Equal(Shape{n, Int(8)}))
	assert.False(t, s.Equal(Shape{n}))
	assert.Equal(t, "[2, 8]", s.Subst(map[string]Size{"n": Int(2)}).String())
}
