package main

// The progress of a run that takes long.

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/link"
)

// How often progress is shown: on a terminal one line changes, once the run has
// taken as long as two lines elsewhere are apart.
const (
	progressEvery = 2 * time.Second
	changeEvery   = 200 * time.Millisecond
)

// A watch knows how far a run is, and writes what is to be seen of it while it
// goes on. All of its methods may be called by anybody.
type watch struct {
	program  *runtime.Program
	terminal bool
	began    time.Time
	meters   []*link.Meter // of a simulated run

	mu            sync.Mutex
	out           io.Writer
	step          int // begun last, by whichever player
	rounds, bytes uint64
	bar           *progressbar.ProgressBar
	shown         time.Time
}

func newWatch(p *runtime.Program, out io.Writer) *watch {
	file, ok := out.(*os.File)
	return &watch{program: p, out: out, terminal: ok && term.IsTerminal(int(file.Fd())), began: time.Now()}
}

// at notes where the run is.
func (w *watch) at(step int, rounds, bytes uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step, w.rounds, w.bytes = step, rounds, bytes
}

// progress notes the step that a simulated player begins.
func (w *watch) progress(_ string, step int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.step = step
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
	switch {
	case now.Sub(w.began) < progressEvery, !w.terminal && now.Sub(w.shown) < progressEvery:
	case !w.terminal:
		w.shown = now
		fmt.Fprintf(w.out, "INFO  %s, %.0f s\n", w, now.Sub(w.began).Seconds())
	default:
		if w.bar == nil {
			w.bar = progressbar.NewOptions(w.steps(), progressbar.OptionSetWriter(w.out), progressbar.OptionSetWidth(10),
				progressbar.OptionSetElapsedTime(false), progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
		}
		w.bar.Describe(fmt.Sprintf("%s, %.0f s", w, now.Sub(w.began).Seconds()))
		_ = w.bar.Set(max(0, min(w.step, w.steps()-1))) // all of them would end the bar
	}
}

// clear removes the line that changes.
func (w *watch) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.bar != nil {
		_ = w.bar.Finish()
	}
}

// steps is the number of the last step.
func (w *watch) steps() int {
	if n := len(w.program.Steps); n > 0 {
		return w.program.Steps[n-1].Number
	}
	return 1
}

// String says where the run is: "at step 10 of 14 (divide, average.tfe:14),
// 12 rounds, 34567 bytes".
func (w *watch) String() string {
	rounds, bytes := w.rounds, w.bytes
	for _, m := range w.meters {
		_, sent, chain := m.Passed()
		rounds, bytes = max(rounds, chain), bytes+sent
	}
	for _, s := range w.program.Steps {
		if s.Number == w.step {
			return fmt.Sprintf("at step %d of %d (%s, %s), %d rounds, %d bytes", w.step, w.steps(), s.Op, s.Source(w.program), rounds, bytes)
		}
	}
	return "in the set-up"
}
