package progress

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func newView() *View {
	return NewView([]Step{{Number: 3, Op: "for", Source: "t.tfe:3", Variable: "epoch"}, {Number: 5, Op: "while", Source: "t.tfe:4"},
		{Number: 7, Op: "for", Source: "t.tfe:5", Variable: "k"}, {Number: 9, Op: "divide", Source: "t.tfe:6"}})
}

func TestLine(t *testing.T) {
	v, now := newView(), time.Now()
	require.Equal(t, "in the set-up", v.Line(now))
	v.At(PlaceAt(9, nil))
	require.Equal(t, "at step 9 of 9 (divide, t.tfe:6)", v.Line(now))
	v.Disclosed(Value{"loss", "0.5"})
	v.Disclosed(Value{"right", "17"})
	v.Disclosed(Value{"loss", "0.25"})
	v.At(PlaceAt(9, []Pass{{3, 2, 5}, {5, 1, 10}, {7, 3, 4}}))
	require.Equal(t, "epoch 2 of 5, pass 1 of at most 10, k 3 of 4, loss 0.25, right 17, at step 9 of 9 (divide, t.tfe:6)", v.Line(now))
}

// The passes of inner loops count, but for a `while`.
func TestDone(t *testing.T) {
	for _, c := range []struct {
		at   Place
		done float64
	}{
		{PlaceAt(3, nil), 1.0 / 3},
		{PlaceAt(9, []Pass{{3, 1, 5}}), 0},
		{PlaceAt(9, []Pass{{3, 2, 5}, {7, 3, 4}}), 0.3},
		{PlaceAt(9, []Pass{{3, 2, 5}, {5, 9, 10}, {7, 3, 4}}), 0.2},
		{PlaceAt(9, []Pass{{5, 9, 10}, {7, 3, 4}}), 0},
		// What no program has, some player may say.
		{PlaceAt(-9, nil), 0}, {PlaceAt(math.MaxInt, nil), 1},
		{PlaceAt(9, []Pass{{3, -1, 5}}), 0}, {PlaceAt(9, []Pass{{3, 7, 5}}), 1}, {PlaceAt(9, []Pass{{3, math.MaxInt64, -1}}), 0},
		{PlaceAt(9, []Pass{{4, 3, 5}, {-7, 1, 1}}), 0},
	} {
		v := newView()
		v.At(c.at)
		require.InDelta(t, c.done, v.Done(), 1e-12, "%v", c.at)
		require.NotPanics(t, func() { v.Line(time.Now()) })
	}
}

// The time left is that of the outermost loop, from when it was first seen; players
// that lag behind do not take any of it back.
func TestTimeLeft(t *testing.T) {
	v, began := newView(), time.Now()
	at := func(after time.Duration, loops ...Pass) string {
		v.At(PlaceAt(9, loops))
		return v.Loops(began.Add(after))
	}
	require.Equal(t, "epoch 2 of 5", at(0, Pass{3, 2, 5}))
	require.Equal(t, "epoch 2 of 5", at(time.Hour, Pass{3, 2, 5}), "nothing was seen to go on")
	require.Equal(t, "epoch 4 of 5, 24m0s left", at(24*time.Minute, Pass{3, 4, 5}))
	require.Equal(t, "epoch 3 of 5, 30m0s left", at(30*time.Minute, Pass{3, 3, 5}), "another is there already")
	require.Equal(t, "epoch 4 of 5, 2h5m left", at(125*time.Minute, Pass{3, 4, 5}))
	require.Equal(t, "k 1 of 400", at(126*time.Minute, Pass{7, 1, 400}), "another loop")
	require.Equal(t, "k 201 of 400, 50s left", at(126*time.Minute+50*time.Second+200*time.Millisecond, Pass{7, 201, 400}))
	require.Empty(t, at(127*time.Minute))
	require.Equal(t, "pass 3 of at most 10", at(128*time.Minute, Pass{5, 3, 10}))
	require.Equal(t, "pass 4 of at most 10", at(129*time.Minute, Pass{5, 4, 10}), "it may end any time")
}

// Seeing a run costs no memory.
func TestPlaceAllocates(t *testing.T) {
	v, loops := newView(), []Pass{{3, 1, 5}, {7, 2, 9}}
	require.Zero(t, testing.AllocsPerRun(100, func() { v.At(PlaceAt(9, loops)) }))
}
