package capability_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/runtime/capability"
)

// quicksort counts what a sort of random keys takes.
func quicksort(r *rand.Rand, rows, n int64) (comparisons, levels int64) {
	return quickselect(r, rows, n, n)
}

// quickselect counts what it takes to order the top of random keys.
func quickselect(r *rand.Rand, rows, top, n int64) (comparisons, levels int64) {
	type span struct{ from, to int64 }
	spans := make([]span, rows)
	for i := range spans {
		spans[i] = span{0, n}
	}
	for ; len(spans) > 0; levels++ {
		var next []span
		for _, s := range spans {
			comparisons += capability.Comparisons(s.to - s.from)
			if s.to-s.from <= capability.AllPairs {
				continue
			}
			pivot := s.from + r.Int64N(s.to-s.from)
			for _, part := range []span{{s.from, pivot}, {pivot + 1, s.to}} {
				if part.to-part.from > 1 && part.to > n-top {
					next = append(next, part)
				}
			}
		}
		spans = next
	}
	return comparisons, levels
}

// What a sort takes is near what is expected, and within the bound but for one
// run in a thousand.
func TestSortFiguresHold(t *testing.T) {
	for _, c := range []struct{ rows, n, runs int64 }{
		{1, 2, 10}, {3, 16, 10}, {1, 17, 10000}, {1, 20, 10000}, {1, 100, 3000}, {1, 1000, 1000}, {1, 20000, 100},
		{10, 100, 1000}, {1000, 17, 2000}, {100, 50, 1000},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		over, comparisons, levels := 0, int64(0), int64(0)
		for range c.runs {
			x, l := quicksort(r, c.rows, c.n)
			comparisons, levels = comparisons+x, levels+l
			if x > capability.SortComparisons(c.rows, c.n, capability.Bound) || l > capability.SortLevels(c.rows, c.n, capability.Bound) {
				over++
			}
		}
		assert.LessOrEqual(t, over, int(c.runs/1000), "%v", c)
		assert.InEpsilon(t, float64(comparisons)/float64(c.runs), capability.SortComparisons(c.rows, c.n, capability.Expected), 0.02, "%v", c)
		assert.InDelta(t, float64(levels)/float64(c.runs), capability.SortLevels(c.rows, c.n, capability.Expected), 1.5, "%v", c)
	}
}

func TestTopFiguresHold(t *testing.T) {
	for _, c := range []struct{ k, n, runs int64 }{
		{1, 16, 10}, {1, 17, 10000}, {3, 30, 10000}, {1, 100, 10000}, {10, 100, 10000}, {1, 1000, 10000},
		{10, 1000, 5000}, {100, 1000, 3000}, {500, 1000, 2000}, {1000, 1000, 1000}, {10, 20000, 1000}, {1000, 20000, 1000},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		over, comparisons, levels := 0, int64(0), int64(0)
		for range c.runs {
			x, l := quickselect(r, 1, c.k, c.n)
			comparisons, levels = comparisons+x, levels+l
			if x > capability.TopComparisons(c.k, c.n, capability.Bound) || l > capability.TopLevels(c.k, c.n, capability.Bound) {
				over++
			}
		}
		assert.LessOrEqual(t, over, int(c.runs/1000), "%v", c)
		assert.InEpsilon(t, float64(comparisons)/float64(c.runs), capability.TopComparisons(c.k, c.n, capability.Expected), 0.04, "%v", c)
		assert.InDelta(t, float64(levels)/float64(c.runs), capability.TopLevels(c.k, c.n, capability.Expected), 1.5, "%v", c)
	}
}

// A network sorts if it sorts zeros and ones (Knuth, The Art of Computer
// Programming, volume 3, section 5.3.4).
func TestExchangesMerge(t *testing.T) {
	for n := range 19 {
		for m := range 19 {
			levels, order := capability.Exchanges(n, m)
			var counts []int64
			for _, level := range levels {
				counts = append(counts, int64(len(level)))
			}
			assert.Equal(t, counts, append([]int64(nil), capability.ExchangeLevels(int64(n), int64(m))...), "%d and %d", n, m)
			for a := range n + 1 {
				for b := range m + 1 {
					x := make([]int, n+m)
					for i := range x {
						if i >= a && i < n || i >= n+b {
							x[i] = 1
						}
					}
					for _, level := range levels {
						for _, pair := range level {
							if x[pair[0]] > x[pair[1]] {
								x[pair[0]], x[pair[1]] = x[pair[1]], x[pair[0]]
							}
						}
					}
					merged := make([]int, 0, n+m)
					for _, place := range order {
						merged = append(merged, x[place])
					}
					assert.True(t, slices.IsSorted(merged), "%d and %d: %v", n, m, merged)
				}
			}
		}
	}
}

// Keys are laid out so that the differences of a word fit 64 bits, and every
// part stands once, the position last.
func TestDigits(t *testing.T) {
	keys := func(bits ...int) (out []capability.Operand) {
		for _, b := range bits {
			kind := capability.Signed
			if b == 1 {
				kind = capability.Bool
			}
			out = append(out, capability.Operand{Kind: kind, Bits: b})
		}
		return out
	}
	for _, c := range []struct {
		bits []int
		n    int64
		want string // of each digit the width; b: a bit
	}{
		{[]int{32}, 1 << 16, "48"}, {[]int{1}, 2, "2"}, {[]int{1, 32}, 1 << 20, "53"}, {[]int{62}, 1 << 20, "62 20"},
		{[]int{64}, 1000, "b 63 10"}, {[]int{1, 64}, 1000, "b b 63 10"}, {[]int{64, 64}, 2, "b 63 b 63 1"}, {[]int{32, 1, 64}, 4, "34 63 2"},
	} {
		var got []string
		for _, d := range capability.Digits(64, keys(c.bits...), c.n) {
			if assert.LessOrEqual(t, d.Width, 63); d.Bit {
				got = append(got, "b")
			} else {
				got = append(got, fmt.Sprint(d.Width))
			}
		}
		assert.Equal(t, c.want, strings.Join(got, " "), "%v", c.bits)
	}
}
