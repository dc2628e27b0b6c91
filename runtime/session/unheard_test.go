package session

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/progress"
)

// However often players report: a player that coordinates leaves the progress to its
// own account, any other coordinator has a line now and then. Both log the rest.
func TestLogEvents(t *testing.T) {
	for _, c := range []struct {
		player bool
		lines  int
	}{{true, 0}, {false, 10}} {
		var log bytes.Buffer
		clock := time.Now()
		tell := logEvents(slog.New(slog.NewTextHandler(&log, nil)), c.player, func() time.Time { return clock })
		for range 1000 {
			clock = clock.Add(progress.LogEvery / 100)
			tell(Event{Kind: EventProgress, Player: "s0", Step: 91, Text: "step 91 (sigmoid, std/ml:150)"})
		}
		require.Equal(t, c.lines, strings.Count(log.String(), `msg="progress s0" step=91 text="step 91 (sigmoid, std/ml:150)"`))
		tell(Event{Kind: EventDone, Player: "s0", Text: "has finished"})
		require.Contains(t, log.String(), `msg="done s0"`)
		require.Equal(t, c.lines+1, strings.Count(log.String(), "\n"))
	}
}
