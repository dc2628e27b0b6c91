package exec_test

// What tfec cost promises is what a run measures: rounds, payload bytes and
// messages of every player, exactly.

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// A measure is what passed at one player.
type measure struct {
	rounds, sentBytes, receivedBytes, sentMessages, receivedMessages, aheadSent, aheadReceived int64
}

// measured runs a program and counts.
func measured(t *testing.T, p *ir.Program, in map[string]interp.Tensor) []measure {
	t.Helper()
	return inspected(t, p, in, new(trace.Run))
}

// inspected is measured; run gets what the players noted, which must be the same.
func inspected(t *testing.T, p *ir.Program, in map[string]interp.Tensor, run *trace.Run) []measure {
	t.Helper()
	var result *runtime.Result
	_, err := exec.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (r *runtime.Result, err error) {
		*run = *programs[0].Traced("")
		run.Steps = exec.Graph(p)
		r, err = runtime.SimulateObserved(ctx, programs, load, runtime.Observer{Record: trace.Totals, Recorded: run.Add})
		result = r
		return
	}, p, in)
	require.NoError(t, err, "%s", p)
	for i, s := range result.Stats {
		x := run.Records[i]
		assert.Equal(t, s.Player, x.Player)
		assert.Equal(t, s.Body, x.Traffic().Counter, "%s, by the link and by the recorder", s.Player)
		assert.Equal(t, []int{s.Rounds, s.Rounds}, []int{x.Rounds, x.Traffic().Rounds}, "%s: rounds of the steps add up", s.Player)
	}
	var out []measure
	for _, s := range result.Stats {
		b := s.Body
		out = append(out, measure{int64(s.Rounds), int64(b.SentBytes), int64(b.ReceivedBytes), int64(b.SentMessages), int64(b.ReceivedMessages),
			int64(s.Ahead.SentBytes), int64(s.Ahead.ReceivedBytes)})
		others := uint64(len(p.Players) - 1)
		assert.Equal(t, cost.SetUpRounds*others, s.SetUp.SentMessages)
	}
	return out
}

// promised is what the cost report says, all sizes set.
func promised(t *testing.T, p *ir.Program, in map[string]interp.Tensor) []measure {
	t.Helper()
	protocol, ok := p.Protocol.Capability()
	require.True(t, ok)
	return promisedBy(t, protocol, p, in)
}

func promisedBy(t *testing.T, protocol *capability.Protocol, p *ir.Program, in map[string]interp.Tensor) []measure {
	t.Helper()
	r, err := cost.OfProtocol(p, protocol, known(p, in))
	require.NoError(t, err, "%s", p)
	require.NotNil(t, r.Rounds, "%s\n%s", r.Missing, p)
	require.Empty(t, r.AtMost, "%s", p)
	var out []measure
	var bytes, lineBytes, lineRounds, ahead, lineAhead int64
	value := func(f *cost.Figure) int64 {
		if f == nil {
			return 0
		}
		require.True(t, f.Known)
		return f.Value
	}
	for _, c := range r.Players {
		for _, f := range []cost.Figure{*c.Rounds, c.SentBytes, c.ReceivedBytes, c.SentMessages, c.ReceivedMessages} {
			require.True(t, f.Known, "%s: %s\n%s", c.Player, f, p)
		}
		out = append(out, measure{c.Rounds.Value, c.SentBytes.Value, c.ReceivedBytes.Value, c.SentMessages.Value, c.ReceivedMessages.Value, value(c.AheadSent), value(c.AheadReceived)})
		bytes += c.SentBytes.Value
		ahead += value(c.AheadSent)
	}
	for _, l := range r.Lines {
		lineBytes += l.Bytes.Value
		lineRounds += l.Rounds.Value
		lineAhead += value(l.Ahead)
	}
	assert.Equal(t, []int64{bytes, bytes, r.Rounds.Value, ahead, ahead}, []int64{r.Bytes.Value, lineBytes, lineRounds, value(r.Ahead), lineAhead}, "the lines add up")
	return out
}

// known is the sizes and public inputs of a run.
func known(p *ir.Program, in map[string]interp.Tensor) map[string]int64 {
	set := make(map[string]int64)
	for _, x := range p.Inputs {
		v := in[ir.Key(x.Name, x.Member)]
		for k, d := range x.Shape {
			if name, ok := d.Var(); ok {
				set[name] = v.Shape[k]
			}
		}
		if x.Owner.Public && len(x.Shape) == 0 && (x.Elem.IsInt() || x.Elem.Kind == types.Bool) && v.Data[0].IsInt64() {
			set[x.Name] = v.Data[0].Int64()
		}
	}
	return set
}

// exactly compares promise and measurement.
func exactly(t *testing.T, p *ir.Program, in map[string]interp.Tensor) {
	t.Helper()
	var run trace.Run
	require.Equal(t, inspected(t, p, in, &run), promised(t, p, in), "rounds, bytes and messages of each player\n%s", p)
	asPromised(t, p, in, &run)
}

// asPromised compares what `tfec run --stats` shows with what `tfec cost` says:
// bytes of each line, and the sums over all lines.
func asPromised(t *testing.T, p *ir.Program, in map[string]interp.Tensor, run *trace.Run) {
	t.Helper()
	r, err := cost.Of(p, known(p, in))
	require.NoError(t, err)
	promise := make(map[string]int64)
	for _, l := range r.Lines {
		if l.Bytes.Value > 0 {
			promise[l.Line.String()] += l.Bytes.Value
		}
	}
	shown, rounds := make(map[string]int64), 0
	for _, l := range run.Lines() {
		line := ir.Line{Number: l.Number}
		if l.File != p.File {
			line.File = l.File
		}
		assert.Equal(t, l.All.SentBytes, l.All.ReceivedBytes, "%s", line)
		if l.All.SentBytes > 0 && l.Number > 0 {
			shown[line.String()] = int64(l.All.SentBytes)
		}
		rounds += l.Rounds
	}
	assert.Equal(t, promise, shown, "bytes by line\n%s", p)
	assert.Equal(t, []int64{r.Rounds.Value, r.Rounds.Value}, []int64{int64(rounds), int64(run.Rounds())}, "rounds\n%s", p)
}

func TestCostOfCorpusAndExamples(t *testing.T) {
	root := filepath.Join("..", "..")
	paths := examples(t)
	for _, name := range []string{"average", "staff_average", "millionaires", "auction"} {
		paths = append(paths, filepath.Join(root, "corpus", "programs", name+".tfe"))
	}
	paths = append(paths, filepath.Join(root, "runtime", "bench", "testdata", "sgd.tfe"))
	more, err := filepath.Glob(filepath.Join(root, "compiler", "testdata", "*.tfe"))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(17, 5))
	for _, path := range append(append(paths, more...), filepath.Join("testdata", "kept_records.tfe"), filepath.Join("testdata", "indices.tfe")) {
		for _, protocol := range protocols(load(t, path, "")) {
			t.Run(filepath.Base(path)+" "+protocol, func(t *testing.T) {
				for _, p := range load(t, path, protocol).Programs {
					exactly(t, p, randomInputs(r, p))
				}
			})
		}
	}
}

// Loops, branches and placements as programs have them.
func TestCostOfControl(t *testing.T) {
	const head = "players a, b, c, s0, s1, s2\nprotocol aby3(s0, s1, s2)\n\n"
	r := rand.New(rand.NewPCG(19, 5))
	for name, text := range map[string]string{
		"a product in each pass": `computation f(x: int32[40] @ a in 0..2, y: int32[40] @ b in 0..2) -> r: int64 @ c {
  var p: int64 = 0
  for i in 0..40 { p = p * int64(x[i]) + int64(y[i]) }
  return reveal(p) to c
}`,
		"one pass is another": `computation f[n](x: int32[n] @ a in 0..9, y: int32[n] @ b in 0..9) -> r: int32 @ {b, c} where n >= 3 {
  var p: int32 = 0
  for i in 0..n {
    if i == 1 { p = max(p, x[i] * y[i]) } else { p = max(p, x[i] + y[i]) }
  }
  return reveal(p) to {b, c}
}`,
		"loops in loops": `computation f(x: int32[4] @ a in 0..9, y: int32[4] @ s1 in 0..9) -> r: int32[4] @ public {
  var p = x + y
  for i in 0..4 { for j in 0..3 { p[j] = min(p[j], p[j + 1]) } }
  return reveal(p) to public
}`,
		"servers that own and learn": `computation f[n](x: fixed[n] @ s0 in 0.0..9.0, y: fixed[n] @ s2 in 0.0..9.0) -> (r: fixed[n] @ s1, m: bool[n] @ {a, s0}) {
  return reveal(x * y) to s1, reveal(x < y) to {a, s0}
}`,
		"in clear": `computation f[n](x: int32[n] @ a in 0..9) -> (r: int32[n] @ {b, s1}, e: bool[n] @ c) {
  return reveal(x + 1) to {b, s1}, reveal(x == 3) to c
}`,
		"matrices": `computation f[n, m](x: fixed[n, m] @ a in 0.0..2.0, y: fixed[m, 3] @ b in 0.0..2.0) -> r: fixed[n, 3] @ c where m <= 9 {
  return reveal(dot(x, y)) to c
}`,
		"arrays of matrices": `computation f[n](x: fixed[2, 3, n, 4] @ a in 0.0..2.0, y: fixed[2, 3, 4, 2] @ b in 0.0..2.0) -> r: fixed[2, 3, n, 2] @ c {
  return reveal(dot(x, y)) to c
}`,
		"many passes": `computation f(x: int32 @ a in 0..9, y: int32 @ b in 0..9) -> r: int32 @ c {
  var p = x
  for i in 0..100 { p = if p < y then y else p }
  return reveal(p) to c
}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.tfe")
			require.NoError(t, os.WriteFile(path, []byte(head+text+"\n"), 0o600))
			for _, protocol := range []string{"", "plain(s0)", "aby3(s2, s0, s1)", "pond(s0, s2; s1)", "pond(s1, a; s2)", "pond(s0, s1; b)", "securenn(s2, s0, s1)", "securenn(s1, a, b)"} {
				for range 4 {
					p := load(t, path, protocol).Programs[0]
					exactly(t, p, randomInputs(r, p))
				}
			}
		})
	}
	p := parse(t, paths)
	exactly(t, p, map[string]interp.Tensor{"x": tensor(int64s, []int64{3}, 10, 20, 30), "d": tensor(int64s, nil, 2)})
}

// Every operation on every element, each operand shared or public.
func TestCostOfOperations(t *testing.T) {
	for _, protocol := range []string{"plain(s0)", "aby3(s0, s1, s2)", "pond(s0, s1; s2)", "securenn(s0, s1; s2)"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			for _, c := range someCases() {
				if c.name() == "mod" {
					continue // in clear only
				}
				for public := -1; public < len(c.args); public++ {
					p := c.onShares(t, protocol, public)
					in := make(map[string]interp.Tensor)
					for _, x := range p.Inputs {
						in[x.Name] = edges(r, x)
					}
					exactly(t, p, in)
				}
			}
		})
	}
}

// Random programs: loops, branches, all placements, roles that own inputs.
func TestCostOfRandomPrograms(t *testing.T) {
	for _, c := range []struct {
		protocol string
		roles    []int
	}{{"plain", []int{3}}, {"plain", []int{0}}, {"aby3", []int{3, 4, 5}}, {"aby3", []int{0, 5, 1}}, {"pond", []int{3, 4, 5}}, {"pond", []int{5, 0, 1}}, {"securenn", []int{4, 3, 5}}, {"securenn", []int{5, 1, 0}}} {
		t.Run(fmt.Sprint(c.protocol, c.roles), func(t *testing.T) {
			t.Parallel()
			for seed := range some(60) {
				p, in, _ := randomProgram(seed, c.protocol, c.roles...)
				r, err := cost.Of(p, nil)
				require.NoError(t, err)
				if len(r.AtMost) > 0 {
					atMost(t, r, measured(t, p, in))
					continue
				}
				exactly(t, p, in)
			}
		})
	}
}

// atMost checks a report that is a bound.
func atMost(t *testing.T, r *cost.Report, got []measure) {
	t.Helper()
	for k, c := range r.Players {
		assert.LessOrEqual(t, got[k].rounds, c.Rounds.Value, c.Player)
		assert.LessOrEqual(t, got[k].sentBytes, c.SentBytes.Value, c.Player)
		assert.LessOrEqual(t, got[k].receivedBytes, c.ReceivedBytes.Value, c.Player)
		assert.LessOrEqual(t, got[k].sentMessages, c.SentMessages.Value, c.Player)
		assert.LessOrEqual(t, got[k].receivedMessages, c.ReceivedMessages.Value, c.Player)
	}
}

// A formula that is off by one bit an element, or by a message, is found: the
// test above has programs for each of them.
func TestCostFindsWrongFormulas(t *testing.T) {
	aby3, _ := capability.Lookup("aby3")
	wrong := map[string]func(capability.Stage) capability.Stage{
		"a byte more": func(s capability.Stage) capability.Stage {
			s[0].Bits += 8
			return s
		},
		"a byte less": func(s capability.Stage) capability.Stage {
			s[0].Bits -= 8
			return s
		},
		"another sender": func(s capability.Stage) capability.Stage {
			s[0].From = 3 - s[0].From - s[0].To
			return s
		},
		"another message": func(s capability.Stage) capability.Stage { return append(s, s[0]) },
	}
	for action, c := range map[capability.Action]operationCase{
		capability.Deal:       {"add", "int8", []string{"int8", "int8"}},
		capability.Open:       {"add", "int8", []string{"int8", "int8"}},
		capability.Product:    {"mul", "int8", []string{"int8", "int8"}},
		capability.Truncate:   {"convert", "fixed(5, 2)", []string{"fixed(5, 4)"}},
		capability.DivPublic:  {"div", "fixed(5, 2)", []string{"fixed(5, 2)", "int64"}},
		capability.And:        {"and", "bool", []string{"bool", "bool"}},
		capability.Negative:   {"lt", "bool", []string{"int8", "int8"}},
		capability.IsZero:     {"eq", "bool", []string{"int8", "int8"}},
		capability.BitsToRing: {"convert", "int8", []string{"bool"}},
		capability.SelectBits: {"select", "int8", []string{"bool", "int8", "int8"}},
	} {
		p := c.onShares(t, "aby3(s0, s1, s2)", -1)
		in := make(map[string]interp.Tensor)
		r := rand.New(rand.NewPCG(1, 2))
		for _, x := range p.Inputs {
			in[x.Name] = edges(r, x)
		}
		got := measured(t, p, in)
		require.Equal(t, got, promised(t, p, in))
		for name, change := range wrong {
			if name == "another sender" && (action == capability.Deal || action == capability.Open) {
				continue // between a role and the owner there is no third
			}
			sabotaged := *aby3
			sabotaged.Messages = func(c capability.Call) []capability.Stage {
				stages := aby3.Messages(c)
				if c.Action == action {
					stages[0] = change(stages[0])
				}
				return stages
			}
			assert.NotEqual(t, got, promisedBy(t, &sabotaged, p, in), "%s: %s", action, name)
		}
	}
}
