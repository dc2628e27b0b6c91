package exec_test

// Memory: a player holds its live tensors, and nothing of those before.

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/progress"
)

const (
	memoryElements = 1 << 16
	memoryValues   = 40
)

// memoryBodies are computations on a long tensor x: many named values, of which
// few are needed at a time, and a loop of as many passes.
var memoryBodies = map[string]func() string{
	"values": func() string {
		var b strings.Builder
		fmt.Fprintln(&b, "let z0: int64[n] @ shared = x")
		for k := range memoryValues {
			fmt.Fprintf(&b, "  let z%d = z%d * z%d - %d\n", k+1, k, k, k)
		}
		fmt.Fprintf(&b, "  return reveal(sum(z%d)) to a", memoryValues)
		return b.String()
	},
	"loop": func() string {
		return fmt.Sprintf(`var z: int64[n] @ shared = x
  for k in 0..%d {
    let y = z * z
    z = y - k
  }
  return reveal(sum(z)) to a`, memoryValues)
	},
}

// TestMemoryFollowsLiveTensors looks at what is reachable whenever a computing
// player comes to a step: the input at its owner, and, of tensors on shares, a
// few at each player. All of them together would be more by far.
func TestMemoryFollowsLiveTensors(t *testing.T) {
	for name, body := range memoryBodies {
		for protocol, words := range map[string]int{"plain(s0)": 1, "aby3(s0, s1, s2)": 6} {
			t.Run(name+" on "+protocol, func(t *testing.T) {
				tensor := uint64(8 * memoryElements * words) // at all players
				most := peak(t, body(), protocol)
				t.Logf("%.1f tensors", float64(most)/float64(tensor))
				assert.Less(t, most, memoryValues/4*tensor)
			})
		}
	}
}

// peak runs a computation, and returns the most memory that was reachable at a
// step of s0, without what was before the run.
func peak(t *testing.T, body, protocol string) (most uint64) {
	path := filepath.Join(t.TempDir(), "memory.tfe")
	source := fmt.Sprintf("players a, s0, s1, s2\nprotocol %s\n\ncomputation f[n](x: int64[n] @ a) -> r: int64 @ a {\n  %s\n}\n", protocol, body)
	require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
	programs := exec.Programs(load(t, path, "").Programs[0])
	input := func(string, runtime.Input) (clear.Tensor, error) {
		return clear.Zero(clear.Int64, memoryElements), nil
	}
	before, steps := reachable(), 0
	watch := func(player string, _ progress.Place) {
		if player == "s0" {
			steps++
			now := reachable()
			most = max(most, now-min(before, now))
		}
	}
	_, err := runtime.SimulateObserved(context.Background(), programs, input, runtime.Observer{Progress: watch})
	require.NoError(t, err)
	require.Greater(t, steps, memoryValues)
	return most
}

// reachable is how many bytes a collection leaves.
func reachable() uint64 {
	goruntime.GC()
	var m goruntime.MemStats
	goruntime.ReadMemStats(&m)
	return m.HeapAlloc
}
