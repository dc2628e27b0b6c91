package exec_test

// What recorded runs show, to whom.

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/examples/embed/waiting/p_council"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// collatz has code in clear whose passes, branches and sizes depend on alice's
// and bob's inputs, before the first message and between two.
const collatz = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)

computation f(a: int64 @ alice in 1..1_000_000, b: int64[50] @ bob in 0..10) -> r: int64 @ carol
  discloses total: int64 @ alice
{
  let steps = local alice {
    var x = a
    var n: int64 = 0
    while x != 1 limit 1000 {
      x = if x % 2 == 0 then x / 2 else 3 * x + 1
      n = n + 1
    }
    yield n % 256
  }
  let some = local bob {
    let few = filter(b, b > 4)
    yield sum(few) % 512
  }
  let total = steps + some
  let seen = reveal(total) to alice as total
  let mine = local alice {
    var k: int64 = 0
    var y = seen
    while y > 0 limit 1000 {
      y = y - 7
      k = k + 1
    }
    yield k % 256
  }
  return reveal(mine + some) to carol
}
`

// recorded runs collatz and returns the records of all players.
func recorded(t *testing.T, p *ir.Program, a int64, large int64) *trace.Run {
	t.Helper()
	b := make([]int64, 50)
	for k := range large {
		b[k] = 9
	}
	in := map[string]interp.Tensor{"a": tensor(int64s, nil, a), "b": tensor(int64s, []int64{50}, b...)}
	var run *trace.Run
	_, err := exec.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
		run = programs[0].Traced("")
		run.Steps = exec.Graph(p)
		return runtime.SimulateObserved(ctx, programs, load, runtime.Observer{Record: trace.Spans, Recorded: run.Add})
	}, p, in)
	require.NoError(t, err)
	return run
}

// timeless is a record without its times, which others see by its messages.
func timeless(x *trace.Record) trace.Record {
	out := *x
	out.SetUp, out.Body, out.End = 0, 0, 0
	out.Began = out.Began.Truncate(1 << 62)
	out.Steps, out.Spans, out.Messages = nil, nil, nil
	for _, t := range x.Steps {
		t.Time, t.Waited = 0, 0
		out.Steps = append(out.Steps, t)
	}
	for _, s := range x.Spans {
		s.Begin, s.Duration, s.Waited = 0, 0, 0
		out.Spans = append(out.Spans, s)
	}
	for _, m := range x.Messages {
		m.At = 0
		out.Messages = append(out.Messages, m)
	}
	return out
}

// What leaves a player is the same whatever it computed in clear, and has no
// step of it; its own record has.
func TestRecordsKeepCodeInClear(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.tfe")
	require.NoError(t, os.WriteFile(path, []byte(collatz), 0o600))
	p := load(t, path, "").Programs[0]
	few, many := recorded(t, p, 1, 0), recorded(t, p, 837_799, 40) // 0 passes, and 524
	sends := make(map[int]bool)
	for _, x := range few.Records {
		for _, m := range x.Messages {
			sends[m.Step] = true
		}
	}
	for i, player := range few.Players {
		one, other := reread(t, few, &few.Records[i]), reread(t, many, &many.Records[i])
		assert.Equal(t, timeless(one), timeless(other), player.Name)
		assert.NotEmpty(t, one.Spans)
		for _, x := range one.Steps {
			assert.True(t, sends[x.Step], "%s shows step %d", player.Name, x.Step)
		}
		for _, s := range one.Spans {
			assert.True(t, sends[s.Step], "%s shows a span of step %d", player.Name, s.Step)
		}
		for k, s := range one.Spans[1:] {
			assert.LessOrEqual(t, s.Begin, one.Spans[k].Begin+one.Spans[k].Duration, "%s: no time stands between what it shows", player.Name)
		}
	}
	own := func(player string) (ops []string) {
		for _, x := range few.Record(player).Steps {
			if s := few.Step(x.Step); x.Step > 0 && !sends[x.Step] && len(s.Players) == 1 {
				ops = append(ops, s.Op)
			}
		}
		return ops
	}
	assert.Contains(t, own("alice"), "while")
	assert.Contains(t, own("bob"), "filter")
	assert.Empty(t, own("carol"))
}

// reread is what a client has of a record.
func reread(t *testing.T, run *trace.Run, x *trace.Record) *trace.Record {
	t.Helper()
	back, err := run.Decode(x.Player, x.Shared(trace.Spans).Encode())
	require.NoError(t, err)
	return back
}

// The graph has the players, the operands and the places of each step.
func TestGraph(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.tfe")
	require.NoError(t, os.WriteFile(path, []byte(collatz), 0o600))
	steps := exec.Graph(load(t, path, "").Programs[0])
	number := make(map[int]trace.Step)
	ops := make(map[string]trace.Step)
	last := 0
	for _, s := range steps {
		assert.Greater(t, s.Number, last, "ascending")
		last = s.Number
		for _, u := range s.Uses {
			assert.Contains(t, number, u, "step %d uses what was made before", s.Number)
		}
		number[s.Number] = s
		if _, seen := ops[s.Op]; !seen {
			ops[s.Op] = s
		}
	}
	filter := ops["filter"]
	assert.Equal(t, []string{"bob"}, filter.Players)
	assert.Equal(t, "bob", filter.Place)
	assert.Equal(t, types.Elem{Kind: types.Int64}.String(), filter.Result)
	assert.Len(t, filter.Shape, 1)
	assert.Equal(t, "shared", ops["share"].Place)
	assert.Equal(t, []string{"alice", "s0", "s1", "s2"}, ops["share"].Players)
	within := false
	for _, s := range steps {
		within = within || s.Within == ops["while"].Number
	}
	assert.True(t, within, "the loop holds steps")
}

// A generated program has the graph that an interpreted one has.
func TestGeneratedGraph(t *testing.T) {
	programs := exec.Programs(load(t, "../../examples/embed/waiting.tfe", "").Programs[0])
	generated := p_council.Programs()[0]
	i := slices.IndexFunc(programs, func(p *runtime.Program) bool { return p.Player == generated.Player })
	require.Equal(t, programs[i].Steps, generated.Steps)
	for k, s := range exec.Graph(load(t, "../../examples/embed/waiting.tfe", "").Programs[0]) {
		got := generated.Traced("").Steps[k]
		require.Equal(t, []any{s.Number, s.Players, s.Uses, s.Within}, []any{got.Number, got.Players, got.Uses, got.Within})
	}
}
