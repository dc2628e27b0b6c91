package exec_test

import (
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
)

// Each construct of control flow, from the text on: the test blocks of the
// programs in testdata, then random inputs, in clear and on the protocols.
func TestControl(t *testing.T) {
	paths, err := filepath.Glob("testdata/control/*.tfe")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		for _, protocol := range []string{"", "plain(s0)", "aby3(s2, s0, s1)", "pond(s2, s0; s1)", "securenn(s1, s0, s2)"} {
			t.Run(filepath.Base(path)+" "+protocol, func(t *testing.T) {
				unit := load(t, path, protocol)
				for _, block := range unit.Tests {
					assert.Equal(t, interp.TestResult{}, verdict(interp.RunTest(block)), "in clear: %s", block.Title)
					assert.Equal(t, interp.TestResult{}, verdict(exec.RunTest(block)), "on %s: %s", block.Program.Protocol.Name, block.Title)
				}
				r := rand.New(rand.NewPCG(7, 5))
				for range some(10) {
					alike(t, unit.Programs[0], randomInputs(r, unit.Programs[0]))
				}
			})
		}
	}
}

// alike checks that the engine gives what the reference gives, be it outputs
// or a failure, and sends no more than is promised.
func alike(t *testing.T, p *ir.Program, in map[string]interp.Tensor) {
	t.Helper()
	verify(t, p)
	if _, err := interp.Run(p, in); err != nil {
		alikeRefused(t, p, in)
		return
	}
	agree(t, p, in, units(p))
	protocol, ok := p.Protocol.Capability()
	require.True(t, ok)
	promise, err := cost.OfProtocol(p, protocol, known(p, in))
	require.NoError(t, err)
	var sent int64
	for _, m := range measured(t, p, in) {
		sent += m.sentBytes
		assert.LessOrEqual(t, m.rounds, promise.Rounds.Value)
	}
	assert.LessOrEqual(t, sent, promise.Bytes.Value)
	if len(promise.AtMost) == 0 {
		assert.Equal(t, promise.Bytes.Value, sent)
	}
}

// TestDerivedDimensions gives each input whose dimensions follow from sizes a
// row too many: its owner refuses it, as the reference does.
func TestDerivedDimensions(t *testing.T) {
	p := load(t, "testdata/control/dimensions.tfe", "").Programs[0]
	for k, x := range p.Inputs {
		if _, binds := x.Shape[0].Var(); binds {
			continue
		}
		in := randomInputs(rand.New(rand.NewPCG(7, uint64(k))), p)
		v := in[x.Name]
		v.Shape[0]++
		v.Data = append(v.Data, big.NewInt(0))
		in[x.Name] = v
		t.Run(x.Name, func(t *testing.T) { alikeRefused(t, p, in) })
	}
}
