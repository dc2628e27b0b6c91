package trace

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a player sends as its record, what is taken is one that the run can
// have, and is written again the same.
func FuzzRecord(f *testing.F) {
	run := &Run{Players: []Player{{Name: "alice"}, {Name: "s0"}}, Steps: []Step{{Number: 3}, {Number: 4}}}
	r, now := timed(Spans)
	r.Started()
	step(r, now, 3, 0, 1, 5*ms)
	step(r, now, 4, 0, -1, ms)
	r.Finished(1)
	r.Stop()
	record := r.Record()
	data, err := record.Encode()
	require.NoError(f, err)
	f.Add(data)
	f.Add([]byte(`{"spans":[[3,0,0,1,2,3,4,5,6]],"messages":[[4,0,0,9,1,0,0,0,0]]}`))
	f.Add([]byte(`{"steps":[{"step":4},{"step":3}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := run.Decode("alice", data)
		if err != nil {
			return
		}
		require.Equal(t, "alice", r.Player)
		again, err := r.Encode()
		require.NoError(t, err)
		back, err := run.Decode("alice", again)
		require.NoError(t, err)
		last, err := back.Encode()
		require.NoError(t, err)
		require.Equal(t, string(again), string(last))
	})
}
