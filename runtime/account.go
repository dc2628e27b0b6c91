package runtime

// What a networked player says of a run while it goes on: to the coordinator, and
// in its log.

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/session"
)

// An account is of one run at one player, and belongs to the run's goroutine.
type account struct {
	run    session.Run
	log    *slog.Logger
	view   *progress.View
	now    func() time.Time
	shown  time.Time     // when a line was last written, or the run began
	learnt progress.Book // all that this player learns
	public progress.Book // what everybody learns, and this player tells
}

func newAccount(prog *Program, r session.Run, log *slog.Logger, now func() time.Time) *account {
	return &account{run: r, log: log, view: prog.View(), now: now, shown: now()}
}

func (a *account) progress(at progress.Place) {
	a.run.Progress(at)
	a.view.At(at)
	if now := a.now(); now.Sub(a.shown) >= progress.LogEvery {
		a.shown = now
		a.log.Info("progress", "run", fmt.Sprintf("%x", a.run.ID), "at", a.view.Line(now))
	}
}

// disclosed keeps a value that this player learns; what everybody learns it tells
// those that watch the run.
func (a *account) disclosed(x Disclosed) {
	x.AddTo(&a.learnt)
	value, single := x.Number()
	if single {
		a.view.Disclosed(value)
	}
	if !x.Public || !x.Tells {
		return
	}
	x.AddTo(&a.public)
	if single {
		a.run.Disclosed(value)
	}
}

// end tells all that everybody has learned, if the client wants it.
func (a *account) end() {
	if a.run.Series && len(a.public.Series) > 0 {
		a.run.Listed(a.public.Encode())
	}
}
