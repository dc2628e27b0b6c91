package runtime

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// Passes are those of the program, and stand around the steps in them.
func TestPasses(t *testing.T) {
	for _, c := range []struct {
		from, to, by int64
		want         []int64
	}{
		{0, 3, 1, []int64{0, 1, 2}}, {2, 9, 3, []int64{2, 5, 8}}, {2, 8, 3, []int64{2, 5}}, {3, 3, 1, nil}, {4, 3, 1, nil},
		{math.MaxInt64 - 2, math.MaxInt64, 2, []int64{math.MaxInt64 - 2}},
		{math.MinInt64, math.MaxInt64, math.MaxInt64, []int64{math.MinInt64, -1, math.MaxInt64 - 1}},
	} {
		p := new(Party)
		var got []int64
		for k := range p.Passes(7, c.from, c.to, c.by) {
			got = append(got, k)
			require.Equal(t, []progress.Pass{{Loop: 7, Pass: int64(len(got)), Of: int64(len(c.want))}}, p.loops)
		}
		require.Equal(t, c.want, got, "%v", c)
		require.Empty(t, p.loops)
	}
}

// What branches that share their rounds do to their loops shows in no other, and
// a loop that ends early is over.
func TestPassesTogether(t *testing.T) {
	p := &Party{prog: &Program{Players: []string{"a"}}, recorder: trace.NewRecorder("a", trace.Counters)}
	seen := make(map[string][]progress.Pass)
	note := func(where string) { seen[where] = slices.Clone(p.loops) }
	for range p.Passes(1, 0, 2, 1) {
		p.Together(func() {
			for range p.Passes(2, 0, 3, 1) {
				p.stage()
				note("first")
				break
			}
			note("after")
		}, func() {
			for range p.Passes(3, 0, 5, 1) {
				p.stage()
				note("second")
			}
		})
		note("around")
	}
	around := progress.Pass{Loop: 1, Pass: 2, Of: 2}
	require.Equal(t, map[string][]progress.Pass{
		"first": {around, {Loop: 2, Pass: 1, Of: 3}}, "after": {around},
		"second": {around, {Loop: 3, Pass: 5, Of: 5}}, "around": {around},
	}, seen)
}

// A pass takes no memory.
func TestPassesAllocate(t *testing.T) {
	p := &Party{loops: make([]progress.Pass, 0, 4)}
	of := int64(1)
	run := func() {
		for range p.Passes(1, 0, of, 1) {
			p.progress(3)
		}
	}
	once := testing.AllocsPerRun(10, run)
	of = 1000
	require.Equal(t, once, testing.AllocsPerRun(10, run))
}
