package main

// The progress of a simulated run that takes long.

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/tfec-lang/tfec/runtime"
)

// A watch knows the step that was begun last, by whichever player.
type watch struct {
	program *runtime.Program
	step    atomic.Int64
}

func newWatch(p *runtime.Program) *watch { return &watch{program: p} }

func (w *watch) progress(_ string, step int) { w.step.Store(int64(step)) }

// print writes a line every now and then until stop is called: none for a run
// that ends soon.
func (w *watch) print(out io.Writer) (stop func()) {
	began, done, ended := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(progressEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				fmt.Fprintf(out, "INFO  %s, %.0f s\n", w, time.Since(began).Seconds())
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// String says where the run is: "at step 10 of 14 (divide, average.tfe:14)".
func (w *watch) String() string {
	at := int(w.step.Load())
	steps := w.program.Steps
	for _, s := range steps {
		if s.Number == at {
			return fmt.Sprintf("at step %d of %d (%s, %s)", at, steps[len(steps)-1].Number, s.Op, s.Source(w.program))
		}
	}
	return "in the set-up"
}
