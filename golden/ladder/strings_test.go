package ladder

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/golden/overlap/want/overlap"
)

// Strings and floats are Go's own in a generated package. What the program
// gives is what the interpreter gives of it (internal/exec), but for hashes.
func TestStrings(t *testing.T) {
	in := overlap.Inputs{
		A: []string{"Ann", "bob", "Zoë"}, Scale: 2, Country: "Zoë",
		BName: []string{"Zoë", "Mallory", "Ann", ""}, BKind: []int32{0, 1, 1, 0}, BSpent: []string{"10.25", "0.1", "3.25", "7"},
		BSince: []int32{19782, 0, -1, 1}, BWeight: []float64{1, 3, 2.5, 1e300},
	}
	out, err := overlap.Local(context.Background(), in)
	require.NoError(t, err)
	assert.EqualValues(t, 2, out.Both)
	assert.InDelta(t, 13.5, out.Spent, 0.001)
	assert.Equal(t, in.A, out.Names)
	assert.Equal(t, "same", out.Greeting)
	assert.Equal(t, []string{"private", "company", "company", "private"}, out.Kinds)
	assert.Equal(t, []string{"2024-02-29", "1970-01-01", "1969-12-31", "1970-01-02"}, out.Dates)
	assert.Equal(t, []float64{-0.5, -6, -0.5, -2e300}, out.Weights)

	in.BSpent[2] = "3,25"
	_, err = overlap.Local(context.Background(), in)
	require.EqualError(t, err, `bob: row 3: "3,25" is not a number, at step 9 (parse, overlap.tfe:21)`)
	in.A[1] = "\xff"
	_, err = overlap.Local(context.Background(), in)
	require.ErrorContains(t, err, "input a: element 1 is not UTF-8")
}
