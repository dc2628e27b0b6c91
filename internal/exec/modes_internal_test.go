package exec

// What an audit and a twin run must find: programs that do other than their
// report says, and programs whose trace depends on a secret.

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// descent discloses in each pass whether it goes on, and tells carol the rest.
const descent = `computation descent of "descent.tfe"
players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2) ring 64
size n >= 1
input a: int32[n] @ alice in 0..9 as "0..=9"
input b: int32 @ bob in 1..9 as "1..=9"
output left: int32 @ carol
disclose more: bool[upto 5] @ public line 1

   1  a: int32[n] @ alice = input as a by alice line 1
   2  b: int32 @ bob = input as b by bob line 1
   3  zero: int64 @ public = const 0 by public line 2
   4  five: int64 @ public = const 5 by public line 2
   5  t1: int64 @ alice = sum a by alice line 2
   6  t2: int32 @ alice = convert t1 by alice line 2
   7  yes: bool @ public = const 1 by public line 2
   8  start by public line 3
   9  t3: int32 @ shared = share t2 by {alice, s0, s1, s2} line 3
  10  t4: int32 @ shared = share b by {bob, s0, s1, s2} line 3
  11  var x: int32 @ shared = copy t3 by {s0, s1, s2} line 3
  12  var go: bool @ public = copy yes by public line 3
  13  while go, five by public line 4 {
  14    t5: int32 @ shared = sub x, t4 by {s0, s1, s2} line 5
  15    x = copy t5 by {s0, s1, s2} line 5
  16    t6: bool @ shared = gt x, t4 by {s0, s1, s2} line 6
  17    t7: bool @ public = open t6 to public as more by public line 6
  18    go = copy t7 by public line 6
      }
  19  t8: int32 @ carol = open x to carol as left by {carol, s0, s1, s2} line 7
  20  output t8 as left by carol line 7
`

func parsed(t *testing.T, text string) *ir.Program {
	t.Helper()
	p, err := ir.Parse(text)
	require.NoError(t, err)
	return p
}

func numbers(shape []int64, data ...int64) interp.Tensor {
	return fromRuntime(types.Of(types.Int32), clear.FromInts(clear.Int32, ints(shape), data...))
}

func ints(shape []int64) (out []int) {
	for _, d := range shape {
		out = append(out, int(d))
	}
	return out
}

func inputsOfDescent() map[string]interp.Tensor {
	return map[string]interp.Tensor{"a": numbers([]int64{3}, 9, 8, 7), "b": numbers(nil, 6)}
}

func TestAuditOfLoop(t *testing.T) {
	p := parsed(t, descent)
	require.NoError(t, ir.Verify(p))
	out, seen, err := RunAudited(p, inputsOfDescent())
	require.NoError(t, err)
	assert.Equal(t, "6", out["left"].String())
	assert.Equal(t, []string{"everybody learned n = 3", "everybody learned more: bool, 3 times", "carol learned left: int32",
		"nothing else was opened or revealed"}, seen)
}

// What is carried out is another program than the one that was reported.
func TestAuditFindsSabotage(t *testing.T) {
	const openTotal = "  14    t5: int32 @ shared"
	for name, c := range map[string]struct{ from, to, want string }{
		"another opening":       {openTotal, "  91    t9: int32 @ public = open x to public by public line 5\n" + openTotal, "alice, bob, carol, s0, s1, s2 learned int32 at step 91, which is not in the report"},
		"a value in clear":      {"  10  t4", "  92    t9: int32[n] @ {alice, bob} = reveal a to bob by {alice, bob} line 3\n  10  t4", "bob learned int32[3] at step 92, which is not in the report"},
		"another receiver":      {"t8: int32 @ carol = open x to carol as left by {carol, s0, s1, s2}", "t8: int32 @ {bob, carol} = open x to {bob, carol} as left by {bob, carol, s0, s1, s2}", "left was opened to bob, carol, the report says to carol"},
		"the wrong receiver":    {"t8: int32 @ carol = open x to carol as left by {carol, s0, s1, s2} line 7\n  20  output t8 as left by carol", "t8: int32 @ bob = open x to bob as left by {bob, s0, s1, s2} line 7\n  20  output b as left by bob", "left was opened to bob, the report says to carol"},
		"another type":          {"  19  t8: int32 @ carol = open x to", "  93  t9: bool @ shared = lt x, t4 by {s0, s1, s2} line 7\n  19  t8: bool @ carol = open t9 to", "left was opened as bool, the report says int32"},
		"another shape":         {"  19  t8: int32 @ carol = open x to", "  93  t9: int32[2] @ shared = stack x, x by {s0, s1, s2} line 7\n  19  t8: int32[2] @ carol = open t9 to", "left was opened as int32[2], the report says int32"},
		"too often":             {"const 5", "const 7", "more was opened 7 times, the report says at most 5 times"},
		"never":                 {"  19  t8: int32 @ carol = open x to carol as left by {carol, s0, s1, s2} line 7\n  20  output t8", "  20  output five", "left was opened 0 times, the report says once"},
		"another value":         {"  20  output t8", "  94  t9: int32 @ carol = neg t8 by carol line 7\n  20  output t9", "carol got another value as output left than step 19 (open, descent.tfe:7) opened"},
		"another output":        {"output t8 as left by carol line 7\n", "output t8 as left by carol line 7\n  95  output b as b by bob line 8\n", "bob got the output b, which is not in the report"},
		"an output in the dark": {"as left by carol line 7\n", "as rest by carol line 7\n", "carol got the output rest, which is not in the report"},
	} {
		t.Run(name, func(t *testing.T) {
			in := inputsOfDescent()
			if name == "too often" {
				in["a"], in["b"] = numbers([]int64{6}, 9, 9, 9, 9, 9, 9), numbers(nil, 1)
			}
			require.Contains(t, descent, c.from)
			run := parsed(t, strings.Replace(descent, c.from, c.to, 1))
			rec := record(run, nil)
			_, err := rec.run(run, in)
			require.NoError(t, err)
			_, wrong := audit(parsed(t, descent), rec)
			require.ErrorContains(t, wrong, c.want)
		})
	}
}

// What is learned without any opening: a message, a size.
func TestAuditFindsMessages(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ir.Program, []*runtime.Program)
		want   string
	}{
		"shares for carol": {func(p *ir.Program, all []*runtime.Program) {
			p.Protocol.Roles = []int{2, 4, 5}
		}, "s0 receives"},
		"another size": {func(p *ir.Program, all []*runtime.Program) {
			p.Sizes = append(p.Sizes, ir.Size{Name: "m"})
		}, "alice learned the sizes [n], the report says [m n]"},
	} {
		t.Run(name, func(t *testing.T) {
			run, reported := parsed(t, descent), parsed(t, descent)
			rec := record(run, nil)
			_, err := rec.run(run, inputsOfDescent())
			require.NoError(t, err)
			c.change(reported, nil)
			_, wrong := audit(reported, rec)
			require.ErrorContains(t, wrong, c.want)
		})
	}
}

// The number of passes is disclosed: without the values that the first run
// disclosed, a second one has another trace.
func TestTwinKeepsWhatIsDisclosed(t *testing.T) {
	p := parsed(t, descent)
	first := record(p, nil)
	_, err := first.run(p, inputsOfDescent())
	require.NoError(t, err)
	require.NoError(t, first.compare(p, inputsOfDescent()))

	other := map[string]interp.Tensor{"a": numbers([]int64{3}, 1, 2, 3), "b": numbers(nil, 1)}
	for replay, want := range map[*recording]string{first: "", nil: "alice begins pass 1 at step 13"} {
		second := record(p, replay)
		_, err = second.run(p, other)
		require.NoError(t, err)
		if want == "" {
			assert.NoError(t, first.difference(p, second))
			assert.NotEqual(t, first.openings["carol"], second.openings["carol"])
			continue
		}
		assert.Error(t, first.difference(p, second))
	}
}

// everybodyHolds has a secret in every player's hand, so that hand-made steps
// can depend on it.
const everybodyHolds = `computation leak of "leak.tfe"
players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2) ring 64
input x: int32 @ {alice, bob, s0, s1, s2} in 0..9 as "0..=9"
output y: int32 @ bob

   1  x: int32 @ public = input as x by public line 1
   2  four: int32 @ public = const 4 by public line 2
   3  c: bool @ public = lt x, four by public line 3
   4  t1: int64 @ public = convert x by public line 3
   5  one: int64 @ public = const 1 by public line 3
   6  zero: int64 @ public = const 0 by public line 3
   7  start by public line 4
   8  z: int32 @ shared = share x by {alice, s0, s1, s2} line 4
%s
  20  t2: int32 @ bob = open z to bob as y by {bob, s0, s1, s2} line 9
  21  output t2 as y by bob line 9
`

func TestTwinFindsSabotage(t *testing.T) {
	servers := []string{"s0", "s1", "s2"}
	serves := func(player string) bool { return slices.Contains(servers, player) }
	// body makes every player's part by hand: what is shown depends on x.
	body := func(step func(p *runtime.Party, x int64, player string)) func(*ir.Program, []*runtime.Program) {
		return func(_ *ir.Program, all []*runtime.Program) {
			for _, prog := range all {
				prog.Run = func(p *runtime.Party) {
					x := p.Input("x").Int()
					p.Start()
					step(p, x, prog.Player)
					p.Output("y", clear.Int(clear.Int32, x))
				}
			}
		}
	}
	for name, c := range map[string]struct {
		steps  string
		change func(*ir.Program, []*runtime.Program)
		want   string
	}{
		"a branch": {steps: "   9  if c by public line 5 {\n  10    w: int32 @ shared = neg z by {s0, s1, s2} line 6\n      }",
			want: "s0 decides 1 at step 9 (if, leak.tfe:5), with other inputs it decides 0 at step 9"},
		"passes": {steps: "   9  i: int64 @ public = for zero, t1, one by public line 5 {\n  10    w: int32 @ shared = neg z by {s0, s1, s2} line 6\n      }",
			want: "with other inputs it begins pass 4 at step 9 (for, leak.tfe:5)"},
		"a size": {change: body(func(p *runtime.Party, x int64, player string) {
			if serves(player) {
				p.Open(8, p.Draw(9, 8*int(1+x)), servers...)
			}
		}), want: "s0 sends 4 bytes to s1 at step 8 (share, leak.tfe:4), with other inputs it sends 7 bytes to s1 at step 8"},
		"peers": {change: body(func(p *runtime.Party, x int64, player string) {
			to := []string{"alice", "bob"}[x%2]
			if serves(player) {
				p.Open(8, p.Draw(9, 8), to)
			} else if player == to {
				p.Opened(8, clear.Bool, 8)
			}
		}), want: "with other inputs it receives 1 bytes from s0 at step 8"},
		"order": {change: body(func(p *runtime.Party, x int64, player string) {
			if serves(player) {
				p.Open(8+int(x%2), p.Draw(1, 8), servers...)
				p.Open(9-int(x%2), p.Draw(2, 8), servers...)
			}
		}), want: "with other inputs it sends 1 bytes to s1 at step 8"},
	} {
		t.Run(name, func(t *testing.T) {
			p := parsed(t, strings.Replace(everybodyHolds, "%s\n", c.steps+"\n", 1))
			var runs []*recording
			var errs []error
			for _, x := range []int64{3, 6} {
				rec := record(p, nil)
				all := rec.programs(p)
				if c.change != nil {
					c.change(p, all)
				}
				_, err := runPrograms(rec.simulate, p, all, map[string]interp.Tensor{"x": numbers(nil, x)})
				runs, errs = append(runs, rec), append(errs, err)
			}
			require.NoError(t, errs[0])
			require.NoError(t, errs[1])
			require.ErrorContains(t, runs[0].difference(p, runs[1]), c.want)
		})
	}
}
