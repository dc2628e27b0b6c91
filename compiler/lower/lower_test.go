package lower_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/lower"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parse"
)

var update = flag.Bool("update", false, "write the golden files")

// checked parses and checks a program. The checker may still refuse as not
// built what lowering does already: control flow is tested here ahead of it.
func checked(t *testing.T, name, src string) *check.Program {
	f, diags := parse.File(name, []byte(src))
	require.Empty(t, diags)
	p, diags := check.Check(f, check.Options{})
	for _, d := range diags {
		require.True(t, d.Warning() || d.Code == "E901", text(diags, src))
	}
	return p
}

func text(l diag.List, src string) string {
	var b strings.Builder
	diag.Print(&b, l, func(string) string { return src })
	return b.String()
}

func lowered(t *testing.T, p *check.Program, c *check.Computation) *ir.Program {
	q, diags := lower.Lower(p, c)
	require.False(t, diags.HasErrors(), text(diags, p.File.Source))
	require.NoError(t, ir.Verify(q))
	return q
}

func TestControlFlow(t *testing.T) {
	files, err := filepath.Glob("testdata/*.tfe")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			src, err := os.ReadFile(path)
			require.NoError(t, err)
			p := checked(t, path, string(src))
			q := lowered(t, p, p.Computations[0])
			compareGolden(t, strings.TrimSuffix(path, ".tfe")+".ir", q.String())
			for _, b := range p.Tests {
				t.Run(b.Title, func(t *testing.T) { runBlock(t, p, b, q) })
			}
		})
	}
}

func compareGolden(t *testing.T, path, got string) {
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// runBlock evaluates a test block with the reference interpreter.
func runBlock(t *testing.T, p *check.Program, b *check.Test, q *ir.Program) {
	x, diags := lower.Test(p, b)
	require.Empty(t, diags, text(diags, p.File.Source))
	given, err := interp.Run(x.Given, nil)
	require.NoError(t, err)
	outputs, err := interp.Run(q, given)
	if x.Abort != nil {
		require.ErrorContains(t, err, *x.Abort)
		return
	}
	require.NoError(t, err)
	for k, v := range given {
		outputs[k] = v
	}
	held, err := interp.Run(x.Expect, outputs)
	require.NoError(t, err)
	for k, e := range x.Expects {
		assert.Equal(t, int64(1), held[fmt.Sprintf("expect%d", k+1)].Data[0].Int64(), "%s: %v", e.Text, outputs)
	}
}

// header is the first part of every small program here.
const header = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)
precision fixed(20, 16)
`

func instructions(b ir.Block, op ir.Op) []*ir.Instr {
	var out []*ir.Instr
	for _, i := range b {
		if i.Op == op {
			out = append(out, i)
		}
		out = append(out, instructions(i.Body, op)...)
		out = append(out, instructions(i.Else, op)...)
	}
	return out
}

func TestSharesAreFew(t *testing.T) {
	for _, c := range []struct {
		name, body string
		shares     int
	}{
		{"once for two uses", "return reveal(a * b + a) to carol", 2},
		{"not for public operands", "return reveal(a * 2 + b / 4) to carol", 2},
		{"a clear operation before", "return reveal((a + a) * b) to carol", 2},
		{"once for all passes of a loop", "var s: fixed = 0.0 for i in 0..9 { s += a * b } return reveal(s) to carol", 2},
		{"not for one owner", "return reveal(a * a) to carol", 0},
		{"again after an assignment", "var v: fixed @ alice = a var s = v * b v = 2.0 s += v * b return reveal(s) to carol", 3},
		{"a copy of a variable stays", "var v: fixed @ alice = a let w = v v = 2.0 return reveal(w * b + v) to carol", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := checked(t, "f.tfe", header+`computation f(a: fixed @ alice in 0.0..9.0, b: fixed @ bob in 0.0..9.0) -> r: fixed @ carol {`+c.body+`}`)
			q := lowered(t, p, p.Computations[0])
			assert.Len(t, instructions(q.Body, ir.OpShare), c.shares, q.String())
		})
	}
}

// An integer of less than 64 bits on shares is reduced where more than its
// lowest bits matters, unless it provably fits.
func TestSharedIntegersAreReducedWhereTheirWidthMatters(t *testing.T) {
	for _, c := range []struct {
		name, ranges, result, expr string
		reductions                 int
	}{
		{"a sum of whole ranges is compared", "", "bool", "a + b > 5", 1},
		{"bounded inputs", " in 0..1000", "bool", "a + b > 5", 0},
		{"a product of whole ranges", "", "bool", "a * b > 5", 1},
		{"both sides", "", "bool", "a * b > a - b", 2},
		{"equal modulo the type", "", "bool", "a * b == a - b", 0},
		{"a difference of bounded inputs", " in 0..2_000_000_000", "bool", "a - b > 5", 0},
		{"compared as they are", "", "bool", "a > b", 0},
		{"64 bits wrap in the ring", "", "bool", "int64(a) * int64(b) > 5", 0},
		{"a wider type", "", "int64", "int64(a * b)", 1},
		{"a narrower type", "", "int8", "int8(a * b)", 0},
		{"a bool", "", "bool", "bool(a * b)", 0},
		{"a quotient", "", "int32", "(a - b) / 3", 1},
		{"the least", "", "int32", "min(a + b, a)", 1},
		{"opened as it is", "", "int32", "a * b", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := checked(t, "f.tfe", header+`computation f(a: int32 @ alice`+c.ranges+`, b: int32 @ bob`+c.ranges+`) -> r: `+c.result+` @ carol {
  return reveal(`+c.expr+`) to carol
}`)
			q := lowered(t, p, p.Computations[0])
			assert.Len(t, instructions(q.Body, ir.OpReduce), c.reductions, q.String())
		})
	}
}

// The dot product of narrow integers is narrow; its length says how far it may
// leave its type.
func TestDotProductsOfNarrowIntegersAreReduced(t *testing.T) {
	for _, c := range []struct {
		elem, where, result, expr string
		reductions                int
	}{
		{"int32", "n >= 1", "bool", "dot(a, b) < 0", 1},
		{"int8", "n >= 1", "int64", "int64(dot(a, b))", 1},
		{"int8", "n <= 10", "int64", "int64(dot(a, b))", 1},
		{"int32", "n >= 1", "int32", "dot(a, b)", 0},
		{"int64", "n >= 1", "bool", "dot(a, b) < 0", 0},
	} {
		t.Run(c.elem+" "+c.expr+" "+c.where, func(t *testing.T) {
			p := checked(t, "f.tfe", header+`computation f[n](a: `+c.elem+`[n] @ alice, b: `+c.elem+`[n] @ bob) -> r: `+c.result+` @ carol where `+c.where+` {
  return reveal(`+c.expr+`) to carol
}`)
			q := lowered(t, p, p.Computations[0])
			assert.Len(t, instructions(q.Body, ir.OpReduce), c.reductions, q.String())
		})
	}
}

// What a sort opens tells nothing only of numbers within their type.
func TestFixedThatMayOverflowAreReducedBeforeTheyAreSorted(t *testing.T) {
	for _, c := range []struct {
		name, ranges, body, result string
		reductions                 int
	}{
		{"an input", "", "sort(a)", "fixed[9]", 0},
		{"a sum of bounded inputs", " in -9.0..9.0", "sort(a + b)", "fixed[9]", 0},
		{"a sum", "", "sort(a + b)", "fixed[9]", 1},
		{"a part of a product", "", "top_k((a * b)[1..5], 2)", "fixed[2]", 1},
		{"chosen", "", "sort(if a > b then a else a + b)", "fixed[9]", 1},
		{"a whole number of it", "", "sort(int32(a + b))", "int32[9]", 1},
		{"as a payload", "", "sort_by(a, a + b)", "fixed[9]", 0},
		{"sorted again", "", "rank(sort(a + b))", "int32[9]", 1},
		{"a place", "", "sort(rank(a + b))", "int32[9]", 1},
		{"not sorted", "", "a + b", "fixed[9]", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := checked(t, "f.tfe", header+`computation f(a: fixed[9] @ alice`+c.ranges+`, b: fixed[9] @ bob`+c.ranges+`) -> r: `+c.result+` @ carol {
  return reveal(`+c.body+`) to carol
}`)
			q := lowered(t, p, p.Computations[0])
			assert.Len(t, instructions(q.Body, ir.OpReduce), c.reductions, q.String())
		})
	}
	t.Run("kept, and in a loop", func(t *testing.T) {
		p := checked(t, "f.tfe", header+`computation f(a: fixed[9] @ shared, b: fixed[9] @ bob in 0.0..1.0) -> (r: fixed[9] @ carol, s: fixed[9] @ carol) {
  var x: fixed[9] @ shared = b
  var y: fixed[9] @ shared = b
  var z: fixed[9] @ shared = b
  for i in 0..7 {
    z = sort(x)
    x = y
    y = y * y + y
  }
  return reveal(z) to carol, reveal(sort(a)) to carol
}`)
		q := lowered(t, p, p.Computations[0])
		assert.Len(t, instructions(q.Body, ir.OpReduce), 2, q.String())
	})
}

func TestVariablesThatGrowInLoopsAreBounded(t *testing.T) {
	for _, c := range []struct {
		name, body string
		reductions int
	}{
		{"a maximum stays", "m = max(m, a[i])", 0},
		{"a sum grows by as much a pass", "m += a[i]", 0},
		{"either way", "if a[i] > 3 { m += a[i] } else { m -= 1 }", 0},
		{"in a loop in a loop", "for j in 0..i { m = m + a[j] - 2 }", 0},
		{"of elements", "w[i] = w[0] + a[i] m = w[1]", 0},
		{"a count", "m += int32(a[i] > 3)", 0},
		{"a power", "m = m * a[i]", 1},
		{"two that feed each other", "let k = m m = v v = k + 1_000", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := checked(t, "f.tfe", header+`computation f[n](a: int32[n] @ alice in 0..100, b: int32 @ bob in 0..100) -> r: bool @ carol where n >= 2, n <= 1000 {
  var m: int32 @ shared = b
  var v: int32 @ shared = b
  var w: int32[n] @ shared = a
  for i in 0..n { `+c.body+` }
  return reveal(m > 7) to carol
}`)
			q := lowered(t, p, p.Computations[0])
			assert.Len(t, instructions(q.Body, ir.OpReduce), c.reductions, q.String())
		})
	}
}

// What may fail in a loop that needs shared data is checked before, in a copy of
// the loop that holds nothing else.
func TestWhatMayFailInsideAMixedLoopIsCheckedBefore(t *testing.T) {
	p := checked(t, "f.tfe", header+`computation f[n](a: int32[n] @ alice in 0..100, b: int32 @ bob in 0..100) -> r: int32 @ carol {
  var m: int32 @ shared = b
  var k: int32 @ alice = 3
  for i in 0..n {
    local alice { assert k < 90, "too much" }
    m = max(m, 100 / a[i])
    k = k + a[i]
  }
  local alice { assert k > 4 }
  return reveal(m + k) to carol
}`)
	q := lowered(t, p, p.Computations[0])
	start := slices.IndexFunc(q.Body, func(i *ir.Instr) bool { return i.Op == ir.OpStart })
	early, late := q.Body[:start], q.Body[start:]
	assert.Len(t, instructions(early, ir.OpAssert), 2)
	assert.Empty(t, instructions(late, ir.OpAssert))
	assert.True(t, instructions(early, ir.OpDiv)[0].Checked)
	assert.False(t, instructions(late, ir.OpDiv)[0].Checked)
	assert.Empty(t, instructions(early, ir.OpMax))
	assert.Empty(t, instructions(early, ir.OpShare))
}

func TestALoopEndsBeforeTheLargestInteger(t *testing.T) {
	for end, ok := range map[string]bool{"9_223_372_036_854_775_806": true, "9_223_372_036_854_775_807": false} {
		p := checked(t, "f.tfe", header+`computation f(a: int64 @ alice, b: int64 @ bob) -> r: int64 @ carol {
  var t: int64 = 0
  for i in 9_223_372_036_854_775_805..=`+end+` { t += 1 }
  return reveal(a + b + t) to carol
}`)
		_, diags := lower.Lower(p, p.Computations[0])
		assert.Equal(t, ok, !diags.HasErrors(), text(diags, p.File.Source))
	}
}

func TestDisclosuresOfFunctionsAreNamedByTheCall(t *testing.T) {
	p := checked(t, "f.tfe", header+`fn peek(x: fixed) -> fixed discloses seen: bool @ public {
  let s = reveal(x > 1.0) to public as seen
  return if s then x else 0.0
}
computation f(a: fixed @ alice in 0.0..9.0) -> r: fixed @ carol
  discloses peek.seen: bool @ public, second: bool @ public
{
  let y: fixed @ shared = peek(a)
  let z = peek(a + 1.0) as second
  return reveal(y + z) to carol
}`)
	q := lowered(t, p, p.Computations[0])
	var names []string
	for _, i := range append(instructions(q.Body, ir.OpReveal), instructions(q.Body, ir.OpOpen)...) {
		names = append(names, i.Name)
	}
	assert.Equal(t, []string{"peek.seen", "second", "r"}, names)
	assert.Equal(t, 5, q.Reveals[0].Pos.Line)
}

func TestWhatFollowsFromAnErrorIsNotReported(t *testing.T) {
	for _, body := range []string{"return reveal(a < b) to carol", "let c = a < b return reveal(c) to carol", "return reveal(less(a, b)) to carol"} {
		p := checked(t, "f.tfe", header+`fn less(x: uint64, y: int64) -> bool { return x < y }
computation f(a: uint64 @ alice, b: int64 @ bob) -> r: bool @ carol { `+body+` }`)
		_, diags := lower.Lower(p, p.Computations[0])
		require.Len(t, diags, 1, text(diags, p.File.Source))
		assert.Contains(t, diags[0].Message, "a comparison of uint64 and int64")
	}
}

// A value over rows of others is warned of where nothing says that they are
// many (W802).
func TestSmallGroups(t *testing.T) {
	const inputs = "a: fixed[n] @ alice in 0.0..9.0, b: fixed[m] @ bob in 0.0..9.0, w: fixed[n, d] @ alice in 0.0..9.0, p: fixed[upto 90] @ alice in 0.0..9.0, q: fixed[upto 90] @ bob in 0.0..9.0, c: Kind[n] @ alice"
	for _, c := range []struct {
		name, outputs, where, body string
		warned                     int
	}{
		{"a sum", "r: fixed @ carol", "n >= 4", "return reveal(sum(a)) to carol", 1},
		{"enough rows", "r: fixed @ carol", "n >= 5", "return reveal(sum(a)) to carol", 0},
		{"rows of two", "r: fixed @ carol", "n >= 2, m >= 3", "return reveal(sum(a) + sum(b)) to carol", 0},
		{"rows of two together", "r: fixed @ carol", "n + m >= 5", "return reveal(sum(a) + sum(b)) to carol", 0},
		{"to one of two", "r: fixed @ bob", "n >= 2, m >= 3", "return reveal(sum(a) + sum(b)) to bob", 1},
		{"to the holder", "r: fixed @ bob", "m >= 1", "return sum(b)", 0},
		{"a row by itself", "r: fixed @ carol", "m >= 1", "return reveal(b[0] * a[0]) to carol", 0},
		{"an order", "r: fixed @ carol", "m >= 1", "return reveal(sort(b)[0]) to carol", 1},
		{"a greatest", "r: bool @ carol", "m >= 1", "return reveal(max(b) > a[0]) to carol", 1},
		{"columns", "r: fixed[n] @ carol", "d >= 1", "return reveal(sum(w, axis: 1)) to carol", 0},
		{"rows by columns", "r: fixed[d] @ carol", "n >= 1", "return reveal(dot(transpose(w), a)) to carol", 1},
		{"a select on a count", "r: fixed @ carol", "n >= 1", "return reveal(if count(a > 1.0) >= 5 then sum(a) else 0.0) to carol", 0},
		{"a count and more", "r: fixed @ carol", "n >= 1", "return reveal(if a[0] > 1.0 and 4 < count(a > 1.0) then sum(a) else 0.0) to carol", 0},
		{"a select on too few", "r: fixed @ carol", "n >= 1", "return reveal(if count(a > 1.0) > 3 then sum(a) else 0.0) to carol", 1},
		{"a select on a sum", "r: fixed @ carol", "n >= 1", "return reveal(if sum(a) >= 5.0 then sum(a) else 0.0) to carol", 1},
		{"private rows", "r: fixed @ carol", "n >= 9", "return reveal(sum(p, mask: valid(p))) to carol", 1},
		{"private rows that are counted", "r: fixed @ carol", "n >= 9", "return reveal(if count(valid(p)) >= 5 then sum(p, mask: valid(p)) else 0.0) to carol", 0},
		{"joined private rows", "r: fixed @ carol", "n >= 9", "let both = concat(p, q) return reveal(mean(both, mask: concat(valid(p), valid(q)))) to carol", 1},
		{"a part of private rows", "r: fixed @ carol", "n >= 9", "return reveal(sum(p[0..50], mask: valid(p)[0..50])) to carol", 1},
		{"joined private rows that are counted", "r: fixed @ carol", "n >= 9",
			"let both = concat(p, q) let real = concat(valid(p), valid(q)) return reveal(if count(real) >= 5 then sum(both, mask: real) else 0.0) to carol", 0},
		{"groups of rows", "r: fixed[4] @ carol", "n >= 9", "return reveal(dot(a, onehot(c))) to carol", 1},
		{"groups that are counted", "r: fixed[4] @ carol", "n >= 9", "let hot = onehot(c) return reveal(if count(hot, axis: 0) >= 5 then dot(a, hot) else 0.0) to carol", 0},
		{"counts of groups", "r: int64[4] @ carol", "n >= 9", "return reveal(count(onehot(c), axis: 0)) to carol", 0},
		{"rows under a mask", "r: fixed @ carol", "n >= 9", "return reveal(mean(a, mask: w[:, 0] > 1.0)) to carol", 1},
		{"rows under a mask, counted", "r: fixed @ carol", "n >= 9", "let big = w[:, 0] > 1.0 return reveal(if count(big) >= 5 then mean(a, mask: big) else 0.0) to carol", 0},
		{"rows under a select", "r: fixed @ carol", "n >= 9", "return reveal(max(if a > 1.0 then a else 0.0)) to carol", 1},
		{"rows by a product", "r: fixed @ carol", "n >= 9", "return reveal(sum(a * fixed(a > 1.0))) to carol", 1},
		{"rows that are filtered", "r: fixed @ carol", "n >= 9", "let some = local alice { yield sum(filter(a, a > 1.0)) } return reveal(some) to carol", 1},
		{"rows under a mask, among others", "r: fixed @ carol", "n >= 1, m >= 5", "return reveal(sum(concat(if a > 1.0 then a else 0.0, b))) to carol", 0},
		{"rows under a mask, among the receiver's", "r: fixed @ bob", "n >= 9, m >= 5", "return reveal(sum(concat(if a > 1.0 then a else 0.0, b))) to bob", 1},
		{"one of two a row", "r: fixed @ carol", "n >= 9", "return reveal(sum(if a > 1.0 then a else a * 0.5)) to carol", 0},
		{"a scalar condition", "r: fixed @ carol", "n >= 9", "return reveal(sum(if b[0] > 1.0 then a else 0.0)) to carol", 0},
		{"in a loop", "r: fixed @ carol", "n >= 1", "var t = 0.0 for i in 0..3 { t = min(t + sum(a), 9.0) } return reveal(t) to carol", 1},
	} {
		p := checked(t, "f.tfe", header+"enum Kind { k0, k1, k2, k3 }\ncomputation f[n, m, d]("+inputs+") -> "+c.outputs+"\n  where n <= 90, m <= 90, "+c.where+"\n{ "+c.body+" }")
		_, diags := lower.Lower(p, p.Computations[0])
		assert.Len(t, diags, c.warned, "%s: %s", c.name, text(diags, p.File.Source))
		for _, d := range diags {
			assert.Equal(t, "W802", d.Code, c.name)
		}
	}
}

// TestTooLong doubles calls until what is written out would take minutes.
func TestTooLong(t *testing.T) {
	src := "players alice, s0, s1, s2\nprotocol aby3(s0, s1, s2)\nfn f0(x: int64) -> int64 { return x + 1 }\n"
	for k := range 40 {
		src += fmt.Sprintf("fn f%d(x: int64) -> int64 { return f%d(x) + f%d(x) }\n", k+1, k, k)
	}
	src += "computation c(x: int64 @ alice) -> r: int64 @ alice { return f40(x) }\n"
	p := checked(t, "long.tfe", src)
	_, diags := lower.Lower(p, p.Computations[0])
	require.Len(t, diags, 1)
	assert.Contains(t, diags[0].Message, "a computation of more than 262144 instructions")
}
