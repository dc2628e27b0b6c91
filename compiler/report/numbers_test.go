package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/report"
)

// program compiles a text whose one computation is reported on.
func program(t *testing.T, text string) (*compiler.Unit, *report.Report) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.tfe")
	require.NoError(t, os.WriteFile(path, []byte("players alice, bob, carol, s0, s1, s2\nprotocol aby3(s0, s1, s2)\nprecision fixed(24, 12)\n"+text), 0o644))
	unit := load(t, path, "")
	return unit, reportOf(unit, unit.Programs[0])
}

// What declared bounds do not exclude is said once, where an interval first
// leaves its type, with the bounds that are missing.
func TestNumbers(t *testing.T) {
	const none = "all within their types"
	for _, c := range []struct{ name, inputs, where, body, want string }{
		{"all proved", "a: fixed[n] @ alice in 0.0..9.0", "n <= 9", "reveal(sum(a)) to carol", none},
		{"no range", "a: fixed[n] @ alice", "n <= 9", "reveal(sum(a)) to carol", "sum(a) (no range at input a), line 7"},
		{"no bound of a size", "a: fixed[n] @ alice in 0.0..9.0", "n >= 9", "reveal(sum(a)) to carol", "sum(a) (no upper bound of n), line 7"},
		{"both", "a: fixed[n] @ alice", "n >= 9", "reveal(sum(a)) to carol", "sum(a) (no range at input a, no upper bound of n), line 7"},
		{"only the first", "a: fixed[n] @ alice in 0.0..9.0", "n >= 9", "reveal(sum(a) * 2.0 + 1.0) to carol", "sum(a) (no upper bound of n), line 7"},
		{"a comparison", "a: fixed[n] @ alice", "n <= 9", "reveal(if a[0] > a[n - 1] then 1.0 else 0.0) to carol", none},
		{"a choice of rows", "a: fixed[n] @ alice in 0.0..9.0, b: fixed[n] @ bob", "n <= 9", "reveal(dot(a, b > 1.0)) to carol", none},
		{"a loop that adds", "a: fixed[n] @ alice in 0.0..9.0", "n <= 9", "reveal(added(a)) to carol", none},
		{"a loop that multiplies", "a: fixed[n] @ alice in 0.0..9.0", "n <= 9", "reveal(grown(a)) to carol",
			"t (no bound found for the loop variable t), line 12"},
		{"a loop that passes on", "a: fixed[n] @ alice in 0.0..9.0", "n <= 9", "reveal(passed(a)) to carol", none},
		{"a parameter", "a: fixed[n] @ alice", "n <= 9", "reveal(added(a)) to carol", "t (no bound found for the loop variable t, no bound of parameter x), line 16"},
		{"two calls", "a: fixed[n] @ alice, b: fixed[n] @ bob in 0.0..9.0", "n <= 9", "reveal(added(b) + added(a)) to carol", "t (no bound found for the loop variable t, no bound of parameter x), line 16"},
		{"an unknown divisor", "a: fixed[n] @ alice in 0.0..9.0, b: fixed @ alice in 0.0..1.0", "n <= 9", "reveal(a[0] / b) to carol", "a[0] / b (no bound is known), line 7"},
	} {
		_, r := program(t, "computation f[n]("+c.inputs+") -> r: fixed @ carol\n  where "+c.where+"\n{\n  return "+c.body+`
}
fn grown[n](x: fixed[n]) -> fixed {
  var t: fixed = 1.0
  for i in 0..n {
    t *= x[i]
  }
  return t
}
fn added[n](x: fixed[n]) -> fixed { var t: fixed = 0.0 for i in 0..n { t += x[i] } return t }
fn passed[n](x: fixed[n]) -> fixed {
  var r: fixed = 0.0 var s: fixed = 0.0 var t: fixed = 0.0 var u: fixed = 0.0 var v: fixed = 0.0 var w: fixed = 0.0
  for i in 0..n { r = s s = t t = u u = v v = w w = x[i] }
  return 2.0 * r
}
`)
		_, lines, _ := strings.Cut(r.String(), "\nnumbers")
		lines, _, _ = strings.Cut(lines, "\ncoordinator")
		want := c.want
		if want != none {
			want = "overflow not excluded for " + want
		}
		assert.Equal(t, want, strings.TrimSpace(lines), c.name)
	}
}

// An expression is over inputs: enums and dates by name, numbers as written,
// what the program names by its definition, passes of loops by their index.
func TestExpressions(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"in place", "computation f(a: fixed @ alice, b: fixed @ bob in 1.0..9.0) -> r: fixed @ carol { return reveal(0.1 * (a + b)) to carol }",
			"r = 0.1 * (a + b)\n"},
		{"a name", "computation f(a: int64 @ alice, b: int64 @ bob) -> r: bool @ carol { let g = a * b return reveal(g > 3) to carol }",
			"r = g > 3\ng = a * b\n"},
		{"the name of the output", "computation f(a: int64 @ alice, b: int64 @ bob) -> r: int64 @ carol { let r = a * b return reveal(r) to carol }",
			"r = a * b\n"},
		{"enums and dates", "enum E { x, y }\ncomputation f(a: E @ alice, b: date @ bob) -> r: bool @ carol { return reveal(a == E.y and b > date(\"2024-02-29\")) to carol }",
			"r = (a == E.y) and (b > date(\"2024-02-29\"))\n"},
		{"a while", `computation f(a: int64 @ alice in 0..9, b: int64 @ bob in 0..9) -> r: int64 @ public
  discloses more: bool[upto 5] @ public
{
  var t: int64 = 0
  var on = true
  while on limit 5 {
    on = reveal(a * b > t) to public as more
    t += 1
  }
  return t
}`, "more_k = (a * b) > t_(k-1)\nr = last(t_k)\nt = 0\nt_(k-1) = t, before the first pass\nt_k = t_(k-1) + 1\n"},
		{"a branch", `computation f(a: int64 @ alice, b: int64 @ bob) -> r: int64 @ carol
  discloses c: bool @ public
{
  var t = a
  if reveal(a > b) to public as c { t = b }
  return reveal(t * b) to carol
}`, "c = a > b\nr = t'' * b\nt = a\nt' = b\nt'' = if c then t' else t\n"},
		{"an output that is computed", "computation f(a: int64 @ alice, b: int64 @ alice) -> r: int64 @ alice { return a + b }", "r = a + b\n"},
	} {
		unit, r := program(t, c.text)
		r.Express(unit.Programs[0])
		var got strings.Builder
		for _, e := range r.Expressions {
			got.WriteString(e.Name + " = " + e.Text + "\n")
		}
		assert.Equal(t, c.want, got.String(), c.name)
		data, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Contains(t, string(data), `"expressions":[{"name":`)
	}
}

// Sums that double with each line stay as long as the program.
func TestExpressionsAreBounded(t *testing.T) {
	body := "let t0 = a * b\n"
	text := "computation f(a: fixed @ alice in 0.0..1.0, b: fixed @ bob in 0.0..1.0) -> r: fixed @ carol {\n" + body
	last := "t0"
	for k := range 30 {
		next := "t" + strings.Repeat("x", k%9+1) + strings.Repeat("y", k/9)
		text += "let " + next + " = (" + last + " * " + last + " + " + last + " * a) / 4.0\n"
		last = next
	}
	unit, r := program(t, text+"return reveal("+last+") to carol }")
	r.Express(unit.Programs[0])
	assert.Len(t, r.Expressions, 32)
	for _, e := range r.Expressions {
		assert.Less(t, len(e.Text), 200)
	}
}

// What is drawn is said to be, alone or beside inputs.
func TestRandomDisclosures(t *testing.T) {
	_, r := program(t, `computation f(a: fixed @ alice in 0.0..9.0) -> (r: fixed @ public, s: fixed @ carol) {
  let coin = random_public()
  return coin, reveal(a + random_laplace_shared(1.0)) to carol
}`)
	text := r.String()
	assert.Contains(t, text, "\n  random_public() bool[1, 12]         from randomness                               line ", "in the columns")
	assert.Contains(t, text, "from randomness ")
	assert.Contains(t, text, "from a (alice) and randomness ")
	assert.NotContains(t, text, "from sizes and constants")
	assert.Contains(t, text, "random_laplace_shared (drawn jointly, within 2^-33 of its distribution, line ")
	assert.Contains(t, text, "random_public (drawn jointly, line ")
}

// A long reason to stop stands behind the columns.
func TestLongReason(t *testing.T) {
	_, r := program(t, `computation f(a: fixed @ alice in 0.0..9.0, b: fixed @ alice in 1.0..2.0) -> (s: fixed @ carol) {
  local alice {
    assert a < 5.0, "a reason that is longer than a column of the report is wide"
  }
  return reveal(a * b) to carol
}`)
	assert.Contains(t, r.String(), "\n  abort        one bit a player       from a (alice)                                before sharing: a reason that is longer than")
}
