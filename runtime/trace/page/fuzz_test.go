package page

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// Whatever a trace file holds, it is refused or it has a page, a table, and a
// trace that is read again.
func FuzzPage(f *testing.F) {
	f.Add([]byte(`{"tfec":{}}`))
	f.Add(file(f, trace.Record{Player: "a", Messages: []trace.Message{{Step: 3, Peer: 1, Bytes: 8, At: 5}}},
		trace.Record{Player: "b", Messages: []trace.Message{{Step: 3, Received: true, Bytes: 8, At: 9}}, Spans: []trace.Span{{Step: 3, Lane: 7, Begin: 1, Duration: 2}}}))
	f.Add(file(f, trace.Record{Player: "a", Messages: []trace.Message{{Step: 3, Bytes: 8, At: 5}, {Step: 3, Received: true, Bytes: 8, At: 5}}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		run, err := trace.Parse(data)
		if err != nil {
			return
		}
		require.NoError(t, Write(io.Discard, run))
		require.NotEmpty(t, run.Table())
		var b strings.Builder
		require.NoError(t, run.Chrome(&b))
		_, err = trace.Parse([]byte(b.String()))
		require.NoError(t, err)
	})
}

// file is a trace of the players a and b, which have one step.
func file(f *testing.F, records ...trace.Record) []byte {
	var b strings.Builder
	run := trace.Run{Players: []trace.Player{{Name: "a"}, {Name: "b"}}, Steps: []trace.Step{{Number: 3}}, Records: records}
	require.NoError(f, run.Chrome(&b))
	return []byte(b.String())
}
