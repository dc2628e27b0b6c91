package exec_test

// Random source programs: the ladder from the text on.

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/random"
)

var (
	firstSource = flag.Uint64("source", 0, "the seed of the first random source program")
	sources     = flag.Uint64("sources", 1200, "how many random source programs to run")
)

// TestRandomSources runs each program once: on aby3, with computing players of
// their own or that have inputs, or on one player that computes in clear.
func TestRandomSources(t *testing.T) {
	var refused atomic.Uint64
	t.Cleanup(func() {
		assert.LessOrEqual(t, refused.Load()*100, *sources, "few may be refused")
	})
	workers := uint64(runtime.GOMAXPROCS(0))
	for w := range workers {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "f.tfe")
			for k := w; k < some(*sources) && !t.Failed(); k += workers {
				if !runSource(t, *firstSource+k, path) {
					refused.Add(1)
				}
			}
		})
	}
}

// runSource reports whether a program is accepted, and runs it.
func runSource(t *testing.T, seed uint64, path string) bool {
	source := random.Program(seed)
	protocol := []string{"", "aby3(s0, s1, s2) with ring = 128", "plain(s0)", "aby3(b, s1, a)", "", "aby3(s0, s1, s2) with trunc = exact", "plain(s0) with ring = 128", "aby3(b, s1, a) with ring = 128",
		"pond(s0, s1; s2)", "pond(b, s1; a)", "pond(s0, s2; s1) with ring = 128", "pond(s0, a; s1) with trunc = exact",
		"securenn(s1, s0, s2)", "securenn(b, s1, a) with ring = 128"}[seed%14]
	defer func() {
		if t.Failed() {
			t.Logf("seed %d on %q:\n%s", seed, protocol, source.Text)
		}
	}()
	require.NoError(t, os.WriteFile(path, []byte(source.Text), 0o600))
	unit, diags, err := compiler.Load(path, compiler.Options{Protocol: protocol})
	require.NoError(t, err)
	if diags.HasErrors() {
		t.Logf("seed %d on %q is refused: %v", seed, protocol, diags)
		return false
	}
	p := unit.Programs[0]
	r := rand.New(rand.NewPCG(seed, 13))
	in := fewer(r, p, randomInputs(r, p))
	agree(t, p, in, source.Tolerance)
	if seed%8 == 0 {
		costs(t, p, in)
	}
	return true
}

// costs compares what a program costs with what is promised, unless that hangs
// on what is disclosed.
func costs(t *testing.T, p *ir.Program, in map[string]interp.Tensor) {
	report, err := cost.Of(p, known(p, in))
	require.NoError(t, err)
	if report.Rounds != nil && report.Rounds.Known && len(report.AtMost) == 0 && report.Bound == nil {
		exactly(t, p, in)
	}
}
