// Package parallel carries out the independent steps of a pass, such as the
// computations of a program, on all processors. A step writes to what is its
// own, by its number, so that nothing depends on the order in which they end.
package parallel

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Do carries out step for 0 to n-1 and returns when all have ended. A panic of
// a step is raised again here, with the stack on which it was; of several, that
// of the first step.
func Do(n int, step func(i int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers < 2 {
		for i := range n {
			step(i)
		}
		return
	}
	var started atomic.Int64
	var all sync.WaitGroup
	raised := make([]string, n)
	for range workers {
		all.Go(func() {
			for i := started.Add(1) - 1; i < int64(n); i = started.Add(1) - 1 {
				raised[i] = recovered(func() { step(int(i)) })
			}
		})
	}
	all.Wait()
	for _, r := range raised {
		if r != "" {
			panic(r)
		}
	}
}

// recovered is what f panics with and where, or "".
func recovered(f func()) (raised string) {
	defer func() {
		if r := recover(); r != nil {
			raised = fmt.Sprintf("%v\n\n%s", r, debug.Stack())
		}
	}()
	f()
	return ""
}
