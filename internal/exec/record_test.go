package exec_test

// What recording a run costs.

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	gc "runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/trace"
)

const inThree = "players a, s0, s1, s2\nprotocol aby3(s0, s1, s2)\n\n"

// BenchmarkRecording compares the least processor time of runs that record
// nothing, totals (--stats) and spans (TFE_TRACE): of programs that do little in
// each step, where noting it shows most, and of one that does much.
func BenchmarkRecording(b *testing.B) {
	for name, text := range map[string]string{
		"products of one number": `computation f(x: int32[500] @ a in 0..2, y: int32 @ s0 in 0..2) -> r: int32 @ public {
  var p = y
  for i in 0..500 { p = max(p, x[i] * y) }
  return reveal(p) to public
}`,
		"products of a thousand": `computation f(x: int32[40, 1000] @ a in 0..2, y: int32[1000] @ s0 in 0..2) -> r: int32[1000] @ public {
  var p = y
  for i in 0..40 { p = max(p, x[i] * y) }
  return reveal(p) to public
}`,
		"a loop in clear": `computation f(x: int32[2000] @ a in 0..2, y: int32 @ s0 in 0..2) -> r: int32 @ public {
  var p: int32 = 0
  for i in 0..2000 { p = max(p, x[i] - p) }
  return reveal(min(p, y)) to public
}`,
		"a matrix": `computation f(x: fixed[200, 200] @ a in -1.0..1.0, y: fixed[200, 200] @ s0 in -1.0..1.0) -> r: fixed @ public {
  return reveal(sum(dot(x, y))) to public
}`,
	} {
		path := filepath.Join(b.TempDir(), "f.tfe")
		require.NoError(b, os.WriteFile(path, []byte(inThree+text+"\n"), 0o600))
		p := load(b, path, "").Programs[0]
		in := randomInputs(rand.New(rand.NewPCG(1, 2)), p)
		b.Run(name, func(b *testing.B) {
			var least [trace.Spans + 1]time.Duration
			for b.Loop() {
				for level := range least {
					gc.GC()
					began := processorTime(b)
					_, err := exec.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
						return runtime.SimulateObserved(ctx, programs, load, runtime.Observer{Record: trace.Level(level)})
					}, p, in)
					require.NoError(b, err)
					if took := processorTime(b) - began; least[level] == 0 || took < least[level] {
						least[level] = took
					}
				}
			}
			off := least[trace.Counters]
			b.ReportMetric(float64(off.Microseconds()), "cpu-µs-off")
			b.ReportMetric(float64(least[trace.Totals])/float64(off), "stats×off")
			b.ReportMetric(float64(least[trace.Spans])/float64(off), "trace×off")
		})
	}
}

// processorTime is what this process has used: wall time says little where
// others use the machine, too.
func processorTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
