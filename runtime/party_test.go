package runtime

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var money = clear.Fixed(35, 12)

// average is corpus/programs/average.tfe, projected by hand.
func average() []*Program {
	players := []string{"alice", "bob", "carol", "s0", "s1", "s2"}
	servers := func(p *Party) {
		p.Start()
		total := p.Add(9, p.Shared(7, "alice", money), p.Shared(8, "bob", money))
		p.Open(11, p.Div(10, total, clear.Int(clear.Int64, p.Size("n")+p.Size("m"))), "carol")
	}
	steps := map[string]func(p *Party){
		"alice": func(p *Party) {
			t1 := clear.Sum(p.Input("a"), -1)
			p.Start()
			p.Share(7, t1)
		},
		"bob": func(p *Party) {
			t2 := clear.Sum(p.Input("b"), -1)
			p.Start()
			p.Share(8, t2)
		},
		"carol": func(p *Party) {
			p.Start()
			p.Output("avg", p.Opened(11, money))
		},
		"s0": servers, "s1": servers, "s2": servers,
	}
	salary := func(name, size string) []Input {
		return []Input{{Name: name, Elem: money, Shape: []Size{sizeOf(size)},
			Range: &Range{High: 100_000 << 12, Text: "0.0..100_000.0"}}}
	}
	inputs := map[string][]Input{"alice": salary("a", "n"), "bob": salary("b", "m")}
	var programs []*Program
	for _, name := range players {
		programs = append(programs, &Program{
			File: "average.tfe", Computation: "average", Digest: "00ff", Compiler: "0.1.0",
			Player: name, Players: players,
			Protocol: Protocol{Name: "aby3", Roles: players[3:], Ring: 64},
			Sizes:    []SizeName{{"n", 2}, {"m", 2}},
			Where: []Cond{{Text: "n + m <= 100_000", Left: slices.Concat(sizeOf("n"), sizeOf("m")), Rel: "<=",
				Right: Size{{Coef: 100_000}}}},
			Inputs: inputs[name],
			Steps:  []Step{{7, "share", 13}, {8, "share", 13}, {9, "add", 13}, {10, "divide", 14}, {11, "open", 14}},
			Run:    steps[name],
		})
	}
	programs[2].Outputs = []Output{{Name: "avg", Elem: money}}
	return programs
}

func sizeOf(name string) Size { return Size{{Coef: 1, Vars: []string{name}}} }

func salaries(t *testing.T, v ...float64) clear.Tensor {
	x, err := clear.FromFloats(money, []int{len(v)}, v)
	require.NoError(t, err)
	return x
}

func TestSimulate(t *testing.T) {
	in := Values{"a": salaries(t, 1000, 3000), "b": salaries(t, 2000, 2000, 7000)}
	r, err := Simulate(t.Context(), average(), in.Load)
	require.NoError(t, err)
	require.InDelta(t, 3000, r.Outputs["carol"]["avg"].Float(), 0.001)
	require.Len(t, r.Outputs, 1)
	require.Equal(t, 4, r.Stats[2].Rounds)
	t.Log(r.Stats)
}

var _ = errors.New
var _ = context.Background
var _ = local.Connect
