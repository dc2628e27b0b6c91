package trace

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The totals of lines are those of the records, and the most expensive line
// comes first.
func TestLines(t *testing.T) {
	run := sample(t)
	lines := run.Lines()
	var where []string
	var all Total
	for i, l := range lines {
		where = append(where, l.Where())
		if l.Number > 0 {
			all.add(l.All)
		}
		for j, p := range l.Players {
			if p != "carol" { // who waits for the result, and computes nothing
				require.LessOrEqual(t, l.Totals[j].Time, l.Most.Time, p)
			}
		}
		if i > 0 {
			require.GreaterOrEqual(t, lines[i-1].Most.Time, l.Most.Time)
		}
	}
	require.Equal(t, []string{"", "average.tfe:6", "average.tfe:5"}, where)
	var want Total
	for _, x := range run.Records {
		want.add(x.Traffic())
	}
	require.Equal(t, want.Counter, all.Counter)
	require.Equal(t, want.Calls, all.Calls)

	last := lines[1]
	require.Equal(t, []int{8, 9}, last.Steps)
	require.Equal(t, "return reveal(sum / 2) to carol", last.Text)
	require.Equal(t, 163*time.Microsecond, last.Most.Time, "that of s1; carol waited longer")
	require.Equal(t, []string{"carol", "s0", "s1", "s2"}, last.Players)
	require.Equal(t, 18*time.Microsecond, last.Totals[1].Time, "both steps of s0")
}
