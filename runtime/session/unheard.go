// What is logged of a run that no client hears of.

package session

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/tfec-lang/tfec/runtime/progress"
)

// logEvents is what takes the events of a run without a client: into the log,
// progress now and then. A coordinator that is a player logs its own, with the
// names that its program has, and not what others report of the same.
func logEvents(log *slog.Logger, player bool, now func() time.Time) func(Event) {
	var mu sync.Mutex // events are told by anybody
	shown := now()
	return func(e Event) {
		if e.Kind == EventProgress {
			mu.Lock()
			defer mu.Unlock()
			if player || now().Sub(shown) < progress.LogEvery {
				return
			}
			shown = now()
		}
		log.Info(strings.TrimSpace(e.Kind+" "+e.Player), "step", e.Step, "text", e.Text)
	}
}
