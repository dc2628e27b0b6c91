package main

// The progress of a run that takes long.

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/progress"
)

// How often progress is shown: on a terminal one line changes, once the run has
// taken as long as two lines elsewhere are apart.
const (
	progressEvery = 2 * time.Second
	changeEvery   = 200 * time.Millisecond
)

// The bar of the line that changes: its ends, and what it takes of the width.
const (
	barEnd  = 1000
	barTook = 20
)

// A watch knows how far a run is, and writes what is to be seen of it while it
// goes on. All of its methods may be called by anybody.
type watch struct {
	terminal bool
	width    func() int // of the terminal
	began    time.Time
	meters   []*link.Meter // of a simulated run

	mu            sync.Mutex
	out           io.Writer
	view          *progress.View // from whichever computing player
	computing     []string       // who only gives inputs may be far ahead of these; none: all count
	rounds, bytes uint64
	bar           *progressbar.ProgressBar
	shown         time.Time
}

func newWatch(p *runtime.Program, out io.Writer) *watch {
	w := &watch{view: p.View(), computing: p.Protocol.Roles, out: out, began: time.Now()}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		w.terminal = true
		w.width = func() int {
			width, _, _ := term.GetSize(int(file.Fd()))
			return width
		}
	}
	return w
}

// at notes where a player of a networked run is, and what all have sent.
func (w *watch) at(player string, p progress.Place, rounds, bytes uint64) {
	w.progress(player, p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rounds, w.bytes = rounds, bytes
}

// progress notes where a player is.
func (w *watch) progress(player string, p progress.Place) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.computing) == 0 || slices.Contains(w.computing, player) {
		w.view.At(p)
	}
}

// disclosed notes a value that a simulated player has learned.
func (w *watch) disclosed(x runtime.Disclosed) {
	if value, ok := x.Number(); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.view.Disclosed(value)
	}
}

// told notes what was disclosed to everybody in a networked run.
func (w *watch) told(values []progress.Value) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, x := range values {
		w.view.Disclosed(x)
	}
}

// meter counts what passes through the link of a simulated player.
func (w *watch) meter(l link.Link) link.Link {
	m := link.Metered(l)
	w.meters = append(w.meters, m)
	return m
}

// println writes a line that stays.
func (w *watch) println(args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bar != nil {
		_ = w.bar.Clear()
	}
	fmt.Fprintln(w.out, args...)
}

// start shows progress until stop is called: none of a run that ends soon.
func (w *watch) start() (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(changeEvery)
		defer ticker.Stop()
		for {
			select {
			case now := <-ticker.C:
				w.show(now)
			case <-done:
				w.clear()
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// show writes how far the run is, if it is time to.
func (w *watch) show(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch line := w.line(now); {
	case now.Sub(w.began) < progressEvery, !w.terminal && now.Sub(w.shown) < progressEvery:
	case !w.terminal:
		w.shown = now
		fmt.Fprintf(w.out, "INFO  %s\n", line)
	default:
		if w.bar == nil {
			w.bar = progressbar.NewOptions(barEnd, progressbar.OptionSetWriter(w.out), progressbar.OptionSetWidth(10),
				progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
		}
		w.bar.Describe(w.fit(line))
		_ = w.bar.Set(min(int(w.view.Done()*barEnd), barEnd-1)) // all of it would end the bar
	}
}

// fit cuts a line off, so that it can be wiped out.
func (w *watch) fit(line string) string {
	if room := w.width() - barTook; room > 0 && len(line) > room {
		return line[:room]
	}
	return line
}

// clear removes the line that changes.
func (w *watch) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bar != nil {
		_ = w.bar.Finish()
	}
}

// line says where the run is: "epoch 2 of 5, 48s left, loss 0.34, at step 10 of 14
// (divide, average.tfe:14), 12 rounds, 34567 bytes, 35 s".
func (w *watch) line(now time.Time) string {
	rounds, bytes := w.rounds, w.bytes
	for _, m := range w.meters {
		_, sent, chain := m.Passed()
		rounds, bytes = max(rounds, chain), bytes+sent
	}
	return fmt.Sprintf("%s, %d rounds, %d bytes, %.0f s", w.view.Line(now), rounds, bytes, now.Sub(w.began).Seconds())
}
