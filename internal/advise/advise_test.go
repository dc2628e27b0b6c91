package advise

// Advice against what it replaces: the program with it compiles, costs what is
// said, and gives the same results.

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
)

const head = `players a, b, c, s0, s1, s2
protocol aby3(s0, s1, s2)

fn larger[n](x: int32[n], y: int32[n]) -> int64 {
  var k: int64 = 0
  for i in 0..n { if x[i] > y[i] { k += 1 } }
  return k
}

record Row { key: int32 in 0..9, amount: fixed in 0.0..9.0 }

computation f[n](
  x: int32[n] @ a in 0..9, y: int32[n] @ b in 0..9, u: fixed[n] @ a in 0.0..9.0, v: fixed[n, 2] @ b in -4.0..4.0, t: Row[n] @ a, w: int32[n] @ a in 0..9,
) -> (r: int64 @ c, q: fixed @ c, e: int32 @ c, o: bool @ c, z: int32[n] @ c) where n >= 5, n <= 1000 {
  var r: int64 = 0
  var q = 0.0
  var e: int32 = 3
  var o = false
  var z = x + y
  let same = y[0]
`

const foot = `
  return reveal(r + int64(same)) to c, reveal(q + u[0]) to c, reveal(e + same) to c, reveal(o or same == 3) to c, reveal(z) to c
}
`

// compiled is a program with these statements, and options that read it.
func compiled(t *testing.T, stmts string) (*compiler.Unit, compiler.Options, *ir.Program) {
	t.Helper()
	o := compiler.Options{Read: func(string) ([]byte, error) { return []byte(head + stmts + foot), nil }}
	u, diags, err := compiler.Load("f.tfe", o)
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v", diags)
	return u, o, u.Programs[0]
}

func TestAdvice(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	for stmts, want := range map[string]string{
		"for i in 0..n { if x[i] > y[i] { r += 1 } }":                                     "r += count(x > y)",
		"r = larger(x, y)":                                                                "k += count(x > y)",
		"for i in 0..n - 1 { if x[i] > y[i + 0] { r += 1 } }":                             "", // no element i
		"for i in 1..n { if x[i] > same { r += 1 } }":                                     "r += count(x[1..n] > same)",
		"for i in 1..=3 { if x[i] > y[i] { r += 1 } }":                                    "r += count(x[1..3 + 1] > y[1..3 + 1])",
		"for i in 0..n { if x[i] > y[i] { q += u[i] * v[i, 1] } }":                        "q += sum(if x > y then u * v[:, 1] else 0.0)",
		"for i in 0..n { if x[i] > y[i] { r += int64(x[i] * y[i]) } }":                    "r += sum(if x > y then int64(x * y) else 0)",
		"for i in 0..n { let p = x[i] > y[i]\n    if p { r += 1 } }":                      "let p = x > y\nr += count(p)",
		"for i in 0..n { if not (x[i] > y[i]) and x[i] != same { r -= 1 } }":              "r -= count(not (x > y) and x != same)",
		"for i in 0..n { q += if x[i] > y[i] then u[i] else v[i, 0] }":                    "q += sum(if x > y then u else v[:, 0])",
		"for i in 0..n { q = q + abs(v[i, 0] - u[i]) }":                                   "q = q + sum(abs(v[:, 0] - u))",
		"for i in 0..n { e = max(e, abs(x[i] - y[i])) }":                                  "e = max(e, max(abs(x - y)))",
		"for i in 0..n { if x[i] + y[i] < e { e = x[i] + y[i] } }":                        "e = min(e, min(x + y))",
		"for i in 0..n { o = o or x[i] == y[i] }":                                         "o = o or any(x == y)",
		"for i in 0..n { z[i] = min(x[i], y[i]) }":                                        "z = min(x, y)",
		"for i in 0..3 { z[i] = min(x[i], y[i]) }":                                        "z[0..3] = min(x[0..3], y[0..3])",
		"for i in 0..n { if t[i].amount > v[i, 0] { q += t[i].amount } }":                 "q += sum(if t.amount > v[:, 0] then t.amount else 0.0)",
		"for i in 0..n {\n    z[i] = max(x[i], y[i])\n    if x[i] > y[i] { r += 1 }\n  }": "z = max(x, y)\nr += count(x > y)",

		"for i in 0..n { r += int64(x[i] + y[i]) }":                                  "", // no rounds to save
		"for i in 0..n { if x[i] > w[i] { r += 1 } }":                                "", // in clear at a
		"for i in 0..n { if x[i] > e { e = y[i] } }":                                 "", // what a pass compares with is left by the one before
		"for i in 0..n { if x[i] > y[i] { e = x[i] } }":                              "", // the last, not the greatest
		"for i in 0..n { if x[i] > y[i] { r += 1 } else { r += 2 } }":                "",
		"for i in 1..n { z[i] = max(z[i - 1], y[i]) }":                               "",
		"for i in 0..n { z[i] = max(z[0], y[i]) }":                                   "",
		"for i in 0..n { z[0] = max(x[i], y[i]) }":                                   "",
		"for i in 0..n { if x[i] > y[i] { r += r } }":                                "",
		"for i in 0..n { if x[i] > y[i] { r += 1 }\n    if r > 3 { q += 1.0 } }":     "",
		"for i in 0..n { if x[i] > y[i] { r += 1 }\n    r -= int64(x[i]) }":          "",
		"for i in 0..n { let p = x[i] > y[i]\n    if p { r += 1 } }\n  let p = true": "",
		"for i in 7..n { if x[i] > y[i] { r += 1 } }":                                "", // without a pass, x[7..n] is none
		"for i in 0..n { e = min(x[i], max(e, y[i])) }":                              "",
		"for i in 0..n { if x[i] > y[i] { e += x[i] } }":                             "", // a sum of int32 is an int64
		"for i in 0..n { if int64(x[i]) > int64(i) { r += 1 } }":                     "", // a position is no element
	} {
		t.Run(stmts, func(t *testing.T) {
			u, o, p := compiled(t, stmts)
			set := map[string]int64{"n": 100}
			costs, err := cost.Of(p, set)
			require.NoError(t, err)
			Add(costs, u, o, p, set)
			if want == "" {
				require.Empty(t, costs.Advice)
				return
			}
			require.Len(t, costs.Advice, 1)
			got := costs.Advice[0]
			require.Equal(t, want, strings.Join(got.Instead, "\n"))
			found := loops(u, p.Name)
			after, ok := with(u, o, p.Name, found[0])
			require.True(t, ok)
			again, err := cost.Of(after, set)
			require.NoError(t, err)
			assert.Equal(t, *again.Rounds, got.Rounds)
			assert.Less(t, got.Rounds.Value, costs.Rounds.Value)
			for range 10 {
				in := inputs(r, p)
				before, err := interp.Run(p, in)
				require.NoError(t, err)
				now, err := interp.Run(after, in)
				require.NoError(t, err)
				assert.Equal(t, before, now, "%v", in)
			}
		})
	}
}

// inputs are cells within their ranges, for 5 to 8 rows.
func inputs(r *rand.Rand, p *ir.Program) map[string]interp.Tensor {
	n := 5 + r.Int64N(4)
	in := make(map[string]interp.Tensor)
	for _, x := range p.Inputs {
		v := interp.Tensor{Elem: x.Elem, Shape: []int64{n}}
		count := n
		for _, d := range x.Shape[1:] {
			k, _ := d.Const()
			v.Shape, count = append(v.Shape, k), count*k
		}
		span := new(big.Int).Sub(x.Range.High, x.Range.Low)
		for range count {
			v.Data = append(v.Data, new(big.Int).Add(x.Range.Low, big.NewInt(r.Int64N(span.Int64()+1))))
		}
		in[ir.Key(x.Name, x.Member)] = v
	}
	return in
}

// Without sizes the rounds are polynomials, and text and JSON have them.
func TestAdviceOverSizes(t *testing.T) {
	u, o, p := compiled(t, "for i in 0..n { if x[i] > y[i] { r += 1 } }")
	costs, err := cost.Of(p, nil)
	require.NoError(t, err)
	Add(costs, u, o, p, nil)
	require.Contains(t, costs.String(), "Advice: the passes of the loop of line 21 do not depend on each other. "+
		"With `r += count(x > y)` instead of it, the computation takes 4 rounds, not 2 * n + 2.\n")
	text, err := json.Marshal(costs.Advice)
	require.NoError(t, err)
	require.JSONEq(t, `[{"line": 21, "instead": ["r += count(x > y)"], "rounds": 4}]`, string(text))
}
