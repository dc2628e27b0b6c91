package exec_test

// Optimized programs give what they gave before, in fewer rounds, and what
// they send stays on its side of every assert.

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/opt"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
)

func TestOptimizedRandomPrograms(t *testing.T) {
	for _, c := range []struct {
		protocol string
		roles    []int
	}{{"plain", []int{3}}, {"aby3", []int{3, 4, 5}}, {"aby3", []int{0, 5, 1}}, {"pond", []int{3, 4, 5}}, {"pond", []int{5, 0, 1}}, {"securenn", []int{5, 0, 1}}} {
		t.Run(fmt.Sprint(c.protocol, c.roles), func(t *testing.T) {
			t.Parallel()
			var before, after int64
			for seed := range some(80) {
				p, in, tolerance := randomProgram(seed, c.protocol, c.roles...)
				want, err := interp.Run(p, in)
				require.NoError(t, err)
				before += rounds(t, p)
				require.NoError(t, opt.Run(p), "seed %d", seed)
				after += rounds(t, p)
				got, err := interp.Run(p, in)
				require.NoError(t, err)
				require.Equal(t, want, got, "seed %d", seed)
				agree(t, p, in, tolerance)
				if r, err := cost.Of(p, nil); assert.NoError(t, err) && len(r.AtMost) == 0 {
					exactly(t, p, in)
				}
			}
			if c.protocol == "aby3" {
				assert.Less(t, after, before*2/3, "rounds of all programs")
			}
		})
	}
}

func rounds(t *testing.T, p *ir.Program) int64 {
	t.Helper()
	r, err := cost.Of(p, nil)
	require.NoError(t, err)
	require.True(t, r.Rounds.Known)
	return r.Rounds.Value
}

// What is sent before an assert is sent before it, and what is sent after it is
// sent only if it holds.
func TestNothingIsSentAcrossAnAssert(t *testing.T) {
	for seed := range uint64(60) {
		p, in, _ := randomProgram(seed, "aby3", 3, 4, 5)
		for k := range p.Values {
			p.Values[k].Name, p.Values[k].Temp = fmt.Sprintf("v%d", k), false
		}
		withAsserts(p)
		require.NoError(t, ir.Verify(p))
		want, err := interp.Run(p, in)
		require.NoError(t, err)
		before := segments(p)
		require.NoError(t, opt.Run(p))
		got, err := interp.Run(p, in)
		require.NoError(t, err)
		require.Equal(t, want, got)
		after := segments(p)
		for name, where := range after {
			assert.Equal(t, before[name], where, "seed %d: %s", seed, name)
		}
		assert.NotEmpty(t, after)
	}
}

// withAsserts puts an assert that holds after every fifth instruction of the
// body.
func withAsserts(p *ir.Program) {
	p.Values = append(p.Values, ir.Info{Name: "holds", Elem: types.Of(types.Bool), Place: types.PublicPlace})
	holds := ir.Value(len(p.Values) - 1)
	body := ir.Block{{Op: ir.OpConst, Dst: holds, Const: []*big.Int{big.NewInt(1)}, Who: p.Everybody(), Axis: -1}}
	started := false
	for k, i := range p.Body {
		body = append(body, i)
		if started = started || i.Op == ir.OpStart; started && k%5 == 0 {
			body = append(body, &ir.Instr{Op: ir.OpAssert, Args: []ir.Value{holds}, Who: p.Everybody(), Axis: -1})
		}
	}
	p.Body = body
	p.Number()
}

// segments says of each share, opening, reveal and operation on shares how many
// asserts stand before it.
func segments(p *ir.Program) map[string]int {
	out, asserts := make(map[string]int), 0
	var walk func(b ir.Block)
	walk = func(b ir.Block) {
		for _, i := range b {
			if i.Op == ir.OpAssert {
				asserts++
			}
			transfer := i.Op == ir.OpOpen || i.Op == ir.OpReveal
			if i.Dst != 0 && !p.Values[i.Dst].Var && (transfer || p.Values[i.Dst].Place.IsShared()) {
				out[p.Values[i.Dst].Name] = asserts
			}
			walk(i.Body)
			walk(i.Else)
		}
	}
	walk(p.Body)
	return out
}

// An assert that does not hold ends the run at all players before anything
// after it, branches that share rounds included.
func TestAFailedAssertEndsAnOptimizedRun(t *testing.T) {
	p, in, _ := randomProgram(3, "aby3", 3, 4, 5)
	withAsserts(p)
	p.Body[0].Const[0].SetInt64(0)
	require.NoError(t, opt.Run(p))
	_, err := exec.Run(p, in)
	require.ErrorContains(t, err, "assertion does not hold")
}
