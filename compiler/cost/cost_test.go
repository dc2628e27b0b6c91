package cost

// The polynomials against the numbers of the same program; internal/exec holds
// the numbers to what runs measure.

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

const header = `computation f of "f.tfe"
players a, b, s0, s1, s2
protocol aby3(s0, s1, s2) ring 64
size n >= 1
input x: int32[n] @ a
input y: int32[n] @ b
input k: int64 @ public
input c: bool @ public
output r: int32 @ b

   1  x: int32[n] @ a = input as x by a line 1
   2  y: int32[n] @ b = input as y by b line 1
   3  k: int64 @ public = input as k by public line 1
   4  c: bool @ public = input as c by public line 1
   5  zero: int64 @ public = const 0 by public line 1
   6  one: int64 @ public = const 1 by public line 1
   7  two: int64 @ public = const 2 by public line 1
   8  n: int64 @ public = sizeof n by public line 1
   9  start by public line 1
  10  xs: int32[n] @ shared = share x by {a, s0, s1, s2} line 2
  11  first: int32 @ shared = index xs [zero] by {s0, s1, s2} line 2
  12  var acc: int32 @ shared = copy first by {s0, s1, s2} line 2
`

const footer = `  90  r: int32 @ b = open acc to b as r by {b, s0, s1, s2} line 9
  91  output r as r by b line 9
`

// program makes a program of the steps between header and footer.
func program(t *testing.T, steps string) *ir.Program {
	t.Helper()
	p, err := ir.Parse(header + steps + footer)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	return p
}

// Loops and reductions whose passes the sizes decide.
var symbolic = map[string]string{
	"straight": `
  20  p: int32[n] @ shared = mul xs, xs by {s0, s1, s2} line 3
`,
	"tree": `
  20  m: int32 @ shared = max xs by {s0, s1, s2} line 3
  21  q: bool @ shared = lt m, acc by {s0, s1, s2} line 3
`,
	"tree of 64 bits": `
  20  w: int64[n] @ shared = convert xs by {s0, s1, s2} line 3
  21  m: int64 @ shared = min w by {s0, s1, s2} line 3
`,
	"loop": `
  20  i: int64 @ public = for zero, n, one by public line 3 {
  21    e: int32 @ shared = index xs [i] by {s0, s1, s2} line 3
  22    p: int32 @ shared = mul acc, e by {s0, s1, s2} line 3
  23    acc = copy p by {s0, s1, s2} line 3
      }
`,
	"loop from one by two": `
  20  i: int64 @ public = for one, n, two by public line 3 {
  21    p: int32 @ shared = mul acc, acc by {s0, s1, s2} line 3
  22    acc = copy p by {s0, s1, s2} line 3
      }
`,
	"loops in loops": `
  20  i: int64 @ public = for zero, n, one by public line 3 {
  21    j: int64 @ public = for zero, n, one by public line 3 {
  22      q: bool @ shared = lt acc, first by {s0, s1, s2} line 3
  23      z: int32 @ shared = select q, acc, first by {s0, s1, s2} line 3
  24      acc = copy z by {s0, s1, s2} line 3
        }
  25    p: int32 @ shared = mul acc, acc by {s0, s1, s2} line 3
  26    acc = copy p by {s0, s1, s2} line 3
      }
`,
	"an owner deals in each pass": `
  20  i: int64 @ public = for zero, n, one by public line 3 {
  21    e: int32 @ b = index y [i] by b line 3
  22    s: int32 @ shared = share e by {b, s0, s1, s2} line 3
  23    p: int32 @ shared = mul acc, s by {s0, s1, s2} line 3
  24    acc = copy p by {s0, s1, s2} line 3
      }
`,
	"an owner learns and deals in each pass": `
  20  i: int64 @ public = for zero, n, one by public line 3 {
  21    v: int32 @ b = open acc to b as l by {b, s0, s1, s2} line 3
  22    s: int32 @ shared = share v by {b, s0, s1, s2} line 3
  23    p: int32 @ shared = mul acc, s by {s0, s1, s2} line 3
  24    acc = copy p by {s0, s1, s2} line 3
      }
`,
	"dealing after a loop": `
  20  i: int64 @ public = for zero, n, one by public line 3 {
  21    p: int32 @ shared = mul acc, acc by {s0, s1, s2} line 3
  22    acc = copy p by {s0, s1, s2} line 3
      }
  23  ys: int32[n] @ shared = share y by {b, s0, s1, s2} line 3
  24  m: int32[n] @ shared = max xs, ys by {s0, s1, s2} line 3
`,
}

// counted is a plan of a program with its tally and clocks.
func counted(t *testing.T, p *ir.Program, set map[string]int64) (*tally, *clock) {
	t.Helper()
	protocol, _ := capability.Lookup("aby3")
	b := newPlanner(p, protocol, set)
	plan, err := b.block(p.Body)
	require.NoError(t, err)
	sums := newTally(len(p.Players), b.bounds)
	sums.block(plan, multiple{times: types.Int(1), messages: types.Int(1)})
	c := newClock(len(p.Players), b.bounds)
	c.block(plan)
	slow := newClock(len(p.Players), b.bounds)
	if slow.block(flat(plan)); slow.err == nil {
		require.Equal(t, slow.now, c.now, "pass by pass")
		require.Equal(t, slow.lines, c.lines, "pass by pass")
	}
	return sums, c
}

// flat writes out the passes of loops that run so many times.
func flat(plan []node) []node {
	var out []node
	for _, n := range plan {
		loop, ok := n.(passes)
		trip, known := loop.trip.Const()
		if !ok || !known {
			out = append(out, n)
			continue
		}
		for range trip {
			out = append(out, flat(loop.body)...)
		}
	}
	return out
}

// numbersOnly are loops in which parts go round: their clocks differ after
// three, four and five passes, and no polynomial says that.
var numbersOnly = []string{"loop", "loop from one by two", "an owner deals in each pass", "dealing after a loop", "tree of 64 bits"}

func TestPolynomialsEqualNumbers(t *testing.T) {
	for name, steps := range symbolic {
		t.Run(name, func(t *testing.T) {
			p := program(t, steps)
			sums, c := counted(t, p, nil)
			require.Equal(t, slices.Contains(numbersOnly, name), c.err != nil)
			from := int64(1)
			if len(c.where) > 0 {
				from = 4 // the least sizes are left out
			}
			for n := from; n < 40; n++ {
				env := map[string]int64{"n": n, "⌈log2(n)⌉": log2(n), "⌈(n - 1) / 2⌉": n / 2}
				eval := func(s types.Size) int64 {
					v, err := s.Eval(env)
					require.NoError(t, err)
					return v
				}
				exact, clocks := counted(t, p, map[string]int64{"n": n})
				for k := range p.Players {
					if c.err == nil {
						assert.Equal(t, number(t, clocks.now[k]), eval(c.now[k]), "rounds of player %d, n = %d", k, n)
					}
					x, y := sums.players[k], exact.players[k]
					messages := number(t, y.sentMessages)
					assert.Equal(t, messages, eval(x.sentMessages))
					low, got := 8*eval(x.sent.whole)+eval(x.sent.rounded), 8*number(t, y.sent.whole)
					assert.LessOrEqual(t, low, got, "bits of player %d, n = %d", k, n)
					assert.Less(t, got, low+8*messages+1)
				}
			}
		})
	}
}

func number(t *testing.T, s types.Size) int64 {
	t.Helper()
	v, ok := s.Const()
	require.True(t, ok, s)
	return v
}

// What is not known before a run is given, bounded, or refused.
func TestUnknown(t *testing.T) {
	loop := program(t, `
  20  i: int64 @ public = for zero, k, one by public line 3 {
  21    p: int32 @ shared = mul acc, acc by {s0, s1, s2} line 3
  22    acc = copy p by {s0, s1, s2} line 3
      }
`)
	_, err := Of(loop, nil)
	assert.EqualError(t, err, "f.tfe:3: cannot state the cost: how often this loop runs is not known before the run: set the public input k")
	r, err := Of(loop, map[string]int64{"k": 7})
	require.NoError(t, err)
	assert.Equal(t, "9", r.Rounds.Text)

	branch := program(t, `
  20  if c by public line 3 {
  21    p: int32 @ shared = mul acc, acc by {s0, s1, s2} line 3
  22    acc = copy p by {s0, s1, s2} line 3
      }
`)
	r, err = Of(branch, nil)
	require.NoError(t, err)
	assert.Equal(t, []ir.Line{{Number: 3}}, r.AtMost)
	assert.Equal(t, "3", r.Rounds.Text)
	r, err = Of(branch, map[string]int64{"c": 0})
	require.NoError(t, err)
	assert.Empty(t, r.AtMost)
	assert.Equal(t, "2", r.Rounds.Text)

	while := program(t, `
  20  var more: bool @ public = copy c by public line 3
  21  while more, two by public line 3 {
  22    q: bool @ shared = lt acc, first by {s0, s1, s2} line 4
  23    again: bool @ public = open q to public as l by public line 4
  24    more = copy again by public line 4
      }
`)
	r, err = Of(while, nil)
	require.NoError(t, err)
	assert.Equal(t, []ir.Line{{Number: 3}}, r.AtMost)

	for set, want := range map[string]string{
		"m": "cannot set m: f has c, k, n", "n": "cannot set n to 0: it is at least 1",
	} {
		_, err := Of(loop, map[string]int64{set: 0})
		assert.EqualError(t, err, want)
	}
	_, err = Of(branch, map[string]int64{"c": 2})
	assert.EqualError(t, err, "cannot set c to 2: it is no bool")
}

// What no set-up would admit is not given a cost.
func TestGiven(t *testing.T) {
	n, m := types.Name("n"), types.Name("m")
	p := &ir.Program{
		Name:  "f",
		Sizes: []ir.Size{{Name: "n", Min: 1}, {Name: "m", Min: 5}},
		Inputs: []ir.Input{
			{Name: "k", Elem: types.Of(types.Int64), Owner: types.PublicPlace, Range: &ir.Range{Low: big.NewInt(0), High: big.NewInt(9), Text: "0..10"}},
		},
		Where: []ir.Cond{
			{Text: "n <= 100", Left: n, Rel: "<=", Right: types.Int(100)},
			{Text: "n + m < 50", Left: n.Add(m), Rel: "<", Right: types.Int(50)},
			{Text: "n * m > 20", Left: n.Mul(m), Rel: ">", Right: types.Int(20)},
			{Text: "m != 7", Left: m, Rel: "!=", Right: types.Int(7)},
			{Text: "2 * n == m", Left: n.Mul(types.Int(2)), Rel: "==", Right: m},
		},
	}
	for _, c := range []struct {
		set  map[string]int64
		want string
	}{
		{map[string]int64{"n": 101}, "cannot set n to 101: `where n <= 100` does not hold"},
		{map[string]int64{"n": 46}, "cannot set n to 46: `where n + m < 50` does not hold"},
		{map[string]int64{"n": 20, "m": 30}, "cannot set m to 30, n to 20: `where n + m < 50` does not hold"},
		{map[string]int64{"n": 2, "m": 10}, "cannot set m to 10, n to 2: `where n * m > 20` does not hold"},
		{map[string]int64{"m": 7}, "cannot set m to 7: `where m != 7` does not hold"},
		{map[string]int64{"n": 6, "m": 13}, "cannot set m to 13, n to 6: `where 2 * n == m` does not hold"},
		{map[string]int64{"k": 10}, "cannot set k to 10: it is in 0..10"},
		{map[string]int64{"x": 10}, "cannot set x: f has k, m, n"},
		{map[string]int64{"n": 6, "m": 12, "k": 9}, ""},
		{map[string]int64{"n": 44}, ""},
	} {
		if err := Accept(p, c.set); c.want == "" {
			assert.NoError(t, err, c.set)
		} else {
			assert.EqualError(t, err, c.want)
		}
	}
}

// A branch that depends on the pass unrolls its loop; so does a loop whose
// length does.
func TestUnrolled(t *testing.T) {
	p := program(t, `
  19  four: int64 @ public = const 4 by public line 3
  20  i: int64 @ public = for zero, four, one by public line 3 {
  21    odd: bool @ public = eq i, one by public line 3
  22    if odd by public line 3 {
  23      p: int32 @ shared = mul acc, acc by {s0, s1, s2} line 4
  24      acc = copy p by {s0, s1, s2} line 4
        }
  25    j: int64 @ public = for zero, i, one by public line 5 {
  26      q: int32 @ shared = mul acc, acc by {s0, s1, s2} line 6
  27      acc = copy q by {s0, s1, s2} line 6
        }
      }
`)
	r, err := Of(p, map[string]int64{"n": 2})
	require.NoError(t, err)
	assert.Empty(t, r.AtMost)
	assert.Equal(t, "9", r.Rounds.Text, "share, 1 + 0 + 1 + 2 + 3 products, open")
}

// What the text says is the same in every run of the pass.
func TestDeterministic(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "testdata", "*.ir"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		p, err := ir.Parse(string(text))
		require.NoError(t, err)
		first, err := Of(p, nil)
		require.NoError(t, err, path)
		second, err := Of(p, nil)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprint(first), fmt.Sprint(second))
	}
}

func TestEighths(t *testing.T) {
	n := types.Name("n")
	for want, s := range map[string]types.Size{
		"46.625 * n":         n.Mul(types.Int(373)),
		"n * n":              n.Mul(n).Mul(types.Int(8)),
		"-0.5 * n + 2":       n.Mul(types.Int(-4)).Add(types.Int(16)),
		"0.125 * n - 10.375": n.Sub(types.Int(83)),
	} {
		assert.Equal(t, want, eighths(s))
	}
}

// A pass of a loop costs what one more pass adds, and the loop what the steps
// in it do.
func TestCostOfAPass(t *testing.T) {
	for _, name := range []string{"loop", "loops in loops", "an owner deals in each pass", "an owner learns and deals in each pass"} {
		t.Run(name, func(t *testing.T) {
			at := func(n int64) (*Report, Loop) {
				r, err := Of(program(t, symbolic[name]), map[string]int64{"n": n})
				require.NoError(t, err)
				require.NotEmpty(t, r.Loops)
				return r, r.Loops[0]
			}
			r, now := at(20)
			_, more := at(21)
			inner := name == "loops in loops" // whose passes depend on n
			require.Equal(t, inner, len(r.Loops) == 2)
			require.NotNil(t, now.RoundsAPass)
			assert.Equal(t, int64(20), now.Passes.Value)
			assert.Equal(t, now.Bytes.Value, now.Passes.Value*now.BytesAPass.Value)
			var bytes, rounds int64
			for _, l := range r.Lines {
				if l.Step > 20 && l.Step < 90 {
					bytes += l.Bytes.Value
					rounds += l.Rounds.Value
				}
			}
			assert.Equal(t, []int64{bytes, rounds}, []int64{now.Bytes.Value, now.Rounds.Value})
			if !inner {
				assert.Equal(t, now.RoundsAPass.Value, more.Rounds.Value-now.Rounds.Value)
				assert.Equal(t, now.BytesAPass, more.BytesAPass)
			}
		})
	}
}

// A row of the text is all steps of one operation at one line of the program.
func TestRows(t *testing.T) {
	for name, steps := range symbolic {
		t.Run(name, func(t *testing.T) {
			r, err := Of(program(t, steps), map[string]int64{"n": 20})
			require.NoError(t, err)
			type place struct {
				op   string
				line ir.Line
			}
			want, got := make(map[place][3]int64), make(map[place][3]int64)
			for _, l := range r.Lines {
				w := want[place{l.Op, l.Line}]
				want[place{l.Op, l.Line}] = [3]int64{w[0] + l.Elements.Value, w[1] + l.Rounds.Value, w[2] + l.Bytes.Value}
			}
			for _, x := range r.rows {
				require.NotContains(t, got, place{x.op, x.line})
				elements, _ := x.elements.Const()
				rounds, _ := x.rounds.Const()
				got[place{x.op, x.line}] = [3]int64{elements, rounds, x.bytes.figure().Value}
			}
			assert.Equal(t, want, got)
		})
	}
}
