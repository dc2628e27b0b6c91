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
	f.Add([]byte(`{"tfec":{"players":[{"name":"a"},{"name":"b"}],"steps":[{"number":3}],"records":[
		{"player":"a","messages":[[3,0,0,1,0,8,5,0,0]]},{"player":"b","messages":[[3,0,0,0,1,8,9,0,0]],"spans":[[3,0,7,1,2,3,4,5,6]]}]}}`))
	f.Add([]byte(`{"tfec":{"players":[{"name":"a"}],"steps":[{"number":3}],"records":[{"player":"b","messages":[[3,0,0,0,0,8,5,0,0],[3,0,0,0,1,8,5,0,0]]}]}}`))
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
