package report_test

// Every claim of a report against a run: what moves between players in a
// simulated run is what the report lists, and the other way round.

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/report"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
)

func TestReportsMatchRuns(t *testing.T) {
	for name, path := range sources {
		for _, protocol := range []string{"", "plain(s1)"} {
			unit := load(t, path, protocol)
			for _, p := range unit.Programs {
				t.Run(fmt.Sprintf("%s %s %s", name, p.Name, p.Protocol.Name), func(t *testing.T) {
					matches(t, p, reportOf(unit, p), run(t, p))
				})
			}
		}
	}
}

// run runs a computation on the greatest inputs, and returns what each player
// counted.
func run(t *testing.T, p *ir.Program) []runtime.Stats {
	t.Helper()
	var stats []runtime.Stats
	_, err := exec.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
		r, err := runtime.Simulate(ctx, programs, load)
		if err == nil {
			stats = r.Stats
		}
		return r, err
	}, p, greatest(p))
	require.NoError(t, err)
	return stats
}

// greatest gives each size its least value and each cell the upper end of its
// range: no divisor is zero.
func greatest(p *ir.Program) map[string]interp.Tensor {
	sizes := make(map[string]int64)
	for _, s := range p.Sizes {
		sizes[s.Name] = s.Min
	}
	in := make(map[string]interp.Tensor)
	for _, x := range p.Inputs {
		v := interp.Tensor{Elem: x.Elem}
		count := int64(1)
		for _, d := range x.Shape {
			n, err := d.Eval(sizes)
			if err != nil {
				panic(err)
			}
			v.Shape = append(v.Shape, n)
			count *= n
		}
		for range count {
			v.Data = append(v.Data, upper(x))
		}
		in[ir.Key(x.Name, x.Member)] = v
	}
	return in
}

// matches compares, step by step, who received something with whom the report
// names. The computing players exchange shares among themselves; nobody else
// receives but what the report says, and everything that it says is received.
func matches(t *testing.T, p *ir.Program, r *report.Report, stats []runtime.Stats) {
	claims := claimed(t, r)
	transfers := make(map[int]*ir.Instr)
	each(p.Body, func(i *ir.Instr) {
		if i.Op == ir.OpOpen || i.Op == ir.OpReveal {
			transfers[i.Step] = i
			assert.NotEmpty(t, claims[i.Step], "step %d is not in the report", i.Step)
		}
	})
	for _, s := range stats {
		for step, c := range s.Steps {
			switch {
			case c.ReceivedMessages == 0:
			case transfers[step] != nil:
				assert.Contains(t, claims[step], s.Player, "step %d", step)
			default:
				assert.True(t, computes(r, s.Player), "%s receives in step %d, which the report does not list", s.Player, step)
			}
		}
	}
	for step, players := range claims {
		require.NotNil(t, transfers[step], "step %d discloses nothing", step)
		for _, name := range players {
			if transfers[step].Op == ir.OpOpen && r.Insecure && computes(r, name) {
				continue // has it in clear already
			}
			at := slices.Index(p.PlayerNames(), name)
			assert.NotZero(t, stats[at].Steps[step].ReceivedMessages, "%s learns nothing in step %d", name, step)
		}
	}
}

// claimed says, for each step that the report lists, who learns from it.
func claimed(t *testing.T, r *report.Report) map[int][]string {
	claims := make(map[int][]string)
	for _, d := range r.Disclosures {
		if d.Kind == "computed" || d.Kind == "admitted" {
			continue // nothing is sent
		}
		for _, step := range d.Steps {
			assert.Empty(t, claims[step], "one entry a step")
			claims[step] = d.To
		}
	}
	return claims
}

func computes(r *report.Report, name string) bool {
	return slices.ContainsFunc(r.Players, func(p report.Player) bool { return p.Name == name && p.Computes })
}

func each(b ir.Block, f func(*ir.Instr)) {
	for _, i := range b {
		f(i)
		each(i.Body, f)
		each(i.Else, f)
	}
}

// What a report does not list as a source has no influence: with the other
// inputs as they were, a disclosure stays what it was.
func TestNoOtherInputMatters(t *testing.T) {
	for name, path := range sources {
		unit := load(t, path, "")
		for _, p := range unit.Programs {
			t.Run(name+" "+p.Name, func(t *testing.T) { independent(t, p, reportOf(unit, p)) })
		}
	}
}

func independent(t *testing.T, p *ir.Program, r *report.Report) {
	before, err := interp.Run(p, greatest(p))
	require.NoError(t, err)
	for k, x := range p.Inputs {
		in := greatest(p)
		key := ir.Key(x.Name, x.Member)
		for c := range in[key].Data {
			in[key].Data[c] = other(x, k+c)
		}
		after, err := interp.Run(p, in)
		require.NoError(t, err)
		for _, d := range r.Disclosures {
			if d.Kind != "output" && d.Kind != "computed" || slices.ContainsFunc(d.From, func(s report.Source) bool { return s.Input == x.Name }) {
				continue
			}
			assert.True(t, before[d.Name].Equal(after[d.Name]), "%s depends on %s", d.Name, key)
		}
	}
}

// upper is the end of an input's range, or a number that any element holds.
func upper(x ir.Input) *big.Int {
	switch {
	case x.Range != nil:
		return x.Range.High
	case x.Elem.Kind == types.Bool:
		return big.NewInt(1)
	}
	return big.NewInt(7)
}

// other is another value for a cell, less by 1 to 7.
func other(x ir.Input, seed int) *big.Int {
	if x.Elem.Kind == types.Bool {
		return new(big.Int)
	}
	v := new(big.Int).Sub(upper(x), big.NewInt(int64(1+seed%7)))
	if x.Range != nil && v.Cmp(x.Range.Low) < 0 {
		return x.Range.Low
	}
	return v
}
