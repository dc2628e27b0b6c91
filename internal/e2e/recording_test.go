package e2e

// What recording costs a networked run: its players and its client in this
// process, over TLS, with all that TFE_TRACE and TFE_EVENTS have them do, from the
// first note to the files.

import (
	"context"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"os"
	gc "runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	simulated "github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
)

// BenchmarkRecording compares the processor time of runs without a record, with
// one, and once more without: the last is what chance makes of it. It has the
// median of the ratios of the turns, and with ± half the width of the interval in
// which that is with a probability of 95 %.
func BenchmarkRecording(b *testing.B) {
	test := func(title string) func(*compiler.Unit) (*ir.Program, map[string]interp.Tensor) {
		return func(unit *compiler.Unit) (*ir.Program, map[string]interp.Tensor) {
			block := unit.Tests[slices.IndexFunc(unit.Tests, func(t *ir.Test) bool { return t.Title == title })]
			in, err := interp.Run(block.Given, nil)
			require.NoError(b, err)
			return block.Program, in
		}
	}
	for _, run := range []struct {
		name, file string
		turns      int // in each pass of the benchmark: the shorter a run, the more has chance a part in it
		of         func(*compiler.Unit) (*ir.Program, map[string]interp.Tensor)
	}{
		{"average", "../../corpus/programs/average.tfe", 15, test("two small payrolls")},
		{"auction", "../../corpus/programs/auction.tfe", 8, test("second price")},
		{"training", "../../runtime/bench/testdata/sgd.tfe", 2, func(unit *compiler.Unit) (*ir.Program, map[string]interp.Tensor) {
			return unit.Programs[0], trainingInputs(2)
		}},
	} {
		b.Run(run.name, func(b *testing.B) {
			unit := compiled(b, abs(b, run.file))
			p, in := run.of(unit)
			_, err := simulated.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
				compareRecords(b, newCast(b, unit, ""), programs, load, run.turns)
				return nil, errMeasured
			}, p, in)
			require.ErrorIs(b, err, errMeasured)
		})
	}
}

var errMeasured = errors.New("measured")

// compareRecords serves the programs, and asks for runs of them in turns, each of
// which has every variant once, in an order of its own: none always follows the same.
func compareRecords(b *testing.B, c *cast, programs []*runtime.Program, load runtime.Loader, turns int) {
	ask := serveHere(b, c, programs, load)
	variants := []struct{ name, variable string }{{"off", ""}, {"off-again", ""}, {"trace", "TFE_TRACE"}, {"events", "TFE_EVENTS"}}
	took := make([][]float64, len(variants)) // nanoseconds
	for b.Loop() {
		for range turns {
			for _, v := range rand.Perm(len(variants)) {
				took[v] = append(took[v], float64(ask(variants[v].variable)))
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(took[0])/1e6, "cpu-ms-off")
	for v := 1; v < len(variants); v++ {
		all := ratios(took[v], took[0])
		b.ReportMetric(median(all), variants[v].name+"×off")
		b.ReportMetric(doubt(all), variants[v].name+"±")
	}
}

// ratios are by turns: what changes slowly on the machine cancels.
func ratios(a, b []float64) []float64 {
	var all []float64
	for n := range a {
		all = append(all, a[n]/b[n])
	}
	return all
}

func median(list []float64) float64 { return slices.Sorted(slices.Values(list))[len(list)/2] }

// doubt is half the width of the interval that has the median of all there could be
// with a probability of 95 %: so many of n are below that as of n tosses are heads.
func doubt(list []float64) float64 {
	sorted, n := slices.Sorted(slices.Values(list)), float64(len(list))
	below := max(0, int(math.Floor(n/2-0.98*math.Sqrt(n))))
	return (sorted[len(list)-1-below] - sorted[below]) / 2
}

// serveHere has each program served until the benchmark ends. What it returns
// asks for a run with a variable set, and tells the processor time of all of it: the
// players' part ends after the client's, and all of it is waited for.
func serveHere(b *testing.B, c *cast, programs []*runtime.Program, load runtime.Loader) (ask func(variable string) time.Duration) {
	s := newStage(b, programs[0].Players...)
	b.Setenv("TFE_EVENTS_DIR", s.path("events"))
	hosts, err := runtime.LoadHostmap(s.path("config.json"))
	require.NoError(b, err)
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, prog := range programs {
		address, _ := hosts.Address(prog.Player)
		l, err := net.Listen("tcp", address)
		require.NoError(b, err)
		o := runtime.ServeOptions{Config: s.path("config.json"), Listener: l, Runs: -1, Stdout: io.Discard, Stderr: io.Discard}
		flags := pflag.NewFlagSet(prog.Player, pflag.ContinueOnError)
		flags.StringArrayVar(&o.In, "in", nil, "")
		flags.StringArrayVar(&o.Out, "out", nil, "")
		require.NoError(b, flags.Parse(slices.Concat(c.inputs(s, prog, load), c.outputs(s, prog))))
		wg.Go(func() { require.NoError(b, runtime.Serve(ctx, o, prog)) })
	}
	b.Cleanup(func() {
		stop()
		wg.Wait()
	})
	run := func() { require.NoError(b, runtime.Remote(ctx, hosts, runtime.Credentials{}, programs[0])) }
	run()
	time.Sleep(100 * time.Millisecond) // that run has ended everywhere
	idle := gc.NumGoroutine()
	return func(variable string) time.Duration {
		if variable != "" {
			require.NoError(b, os.Setenv(variable, "1"))
			defer os.Unsetenv(variable)
		}
		gc.GC() // what earlier runs left is no part of this one
		began := processorTime(b)
		run()
		for gc.NumGoroutine() > idle {
			time.Sleep(time.Millisecond)
		}
		return processorTime(b) - began
	}
}

// processorTime is what this process has used: wall time says little where
// others use the machine, too.
func processorTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
