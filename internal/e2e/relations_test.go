package e2e

// The time of a join and of a group-by, in this process and as processes.

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	simulated "github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
)

// BenchmarkRelations joins a table of so many rows with another of as many, and
// groups two tables of half as many each; `memory` has all players in this process,
// `tls` a process a player. The most memory is of this process, or of the largest
// other, so far: of one case alone, where -bench names it.
func BenchmarkRelations(b *testing.B) {
	const file = "../../runtime/bench/testdata/relations.tfe"
	unit := compiled(b, abs(b, file))
	for _, p := range unit.Programs {
		for _, n := range []int64{1_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("%s/n=%d/memory", p.Name, n), func(b *testing.B) {
				benchmarkRelation(b, p, n, runtime.Simulate, syscall.RUSAGE_SELF, nil)
			})
			b.Run(fmt.Sprintf("%s/n=%d/tls", p.Name, n), func(b *testing.B) {
				c := newCast(b, unit, buildPlayers(b, file))
				c.inputKind = "npy"
				benchmarkRelation(b, p, n, c.run, syscall.RUSAGE_CHILDREN, &c.took)
			})
		}
	}
}

// benchmarkRelation reports the least time of a run on the backend, of its client
// where it is measured there, and memory.
func benchmarkRelation(b *testing.B, p *ir.Program, n int64, backend simulated.Backend, who int, took *time.Duration) {
	in := relationInputs(p, n)
	var seconds []float64
	for b.Loop() {
		begin := time.Now()
		_, err := simulated.RunOn(backend, p, in)
		require.NoError(b, err)
		elapsed := time.Since(begin)
		if took != nil {
			elapsed = *took
		}
		seconds = append(seconds, elapsed.Seconds())
	}
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(who, &used))
	b.ReportMetric(slices.Min(seconds), "s/run")
	b.ReportMetric(float64(used.Maxrss)*1024/1e9, "GB-peak")
}

// relationInputs are n rows a table of a join, in which the others' keys are
// distinct and half of them found, and n rows in all of a group-by, of n / 100 keys.
func relationInputs(p *ir.Program, n int64) map[string]interp.Tensor {
	r := rand.New(rand.NewPCG(1, 2))
	column := func(e types.Elem, rows int64, value func(i int64) int64) interp.Tensor {
		x := interp.Tensor{Elem: e, Shape: []int64{rows}}
		for i := range rows {
			x.Data = append(x.Data, big.NewInt(value(i)))
		}
		return x
	}
	below := func(k int64) func(int64) int64 { return func(int64) int64 { return r.Int64N(k) } }
	paid, key := types.FixedOf(31, 8), types.Of(types.Int64)
	if p.Name == "join" {
		return map[string]interp.Tensor{
			"customer": column(key, n, below(2*n)), "amount": column(paid, n, below(1000<<8)),
			"id": column(key, n, func(i int64) int64 { return 2 * i }), "discount": column(paid, n, below(1<<8)),
		}
	}
	key = types.Of(types.Int32)
	return map[string]interp.Tensor{
		"left": column(key, n/2, below(n/100)), "paid_left": column(paid, n/2, below(1000<<8)),
		"right": column(key, n/2, below(n/100)), "paid_right": column(paid, n/2, below(1000<<8)),
	}
}
