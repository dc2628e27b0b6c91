package exec_test

// Scale: long columns of one owner, all players in this process.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// scaled are computations on a column s on shares.
var scaled = []struct{ name, result, output string }{
	{"sum", "int64", "sum(s)"},
	{"comparison", "int64", "count(s > 0)"},
	{"sort", "int64[n]", "sort(s)"},
}

// BenchmarkScale also reports the most memory that the process has had so far:
// of one computation and size alone, where -bench names it.
func BenchmarkScale(b *testing.B) {
	for _, c := range scaled {
		for _, n := range []int{100_000, 1_000_000, 10_000_000} {
			b.Run(fmt.Sprintf("%s/n=%d", c.name, n), func(b *testing.B) {
				programs := scaledPrograms(b, c.result, c.output)
				column := clear.Zero(clear.Int64, n)
				for i := range column.Data {
					column.Data[i] = uint64(int64(i*7919%n) - int64(n/2))
				}
				for b.Loop() {
					_, err := runtime.Simulate(context.Background(), programs, func(string, runtime.Input) (clear.Tensor, error) { return column, nil })
					require.NoError(b, err)
				}
				var used syscall.Rusage
				require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
				b.ReportMetric(float64(used.Maxrss)*1024/1e9, "GB-peak")
			})
		}
	}
}

func scaledPrograms(b *testing.B, result, output string) []*runtime.Program {
	path := filepath.Join(b.TempDir(), "scale.tfe")
	source := fmt.Sprintf(`players owner, receiver, s0, s1, s2
protocol aby3(s0, s1, s2)

computation f[n](x: int64[n] @ owner in -1_000_000_000..1_000_000_000) -> r: %s @ receiver {
  let s: int64[n] @ shared = x
  return reveal(%s) to receiver
}
`, result, output)
	require.NoError(b, os.WriteFile(path, []byte(source), 0o600))
	return exec.Programs(load(b, path, "").Programs[0])
}
