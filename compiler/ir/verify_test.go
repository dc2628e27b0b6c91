package ir_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/lang/types"
)

// replace parses text after replacing each old by its new, all of which must
// occur.
func replace(t *testing.T, text string, pairs ...string) *ir.Program {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		require.Contains(t, text, pairs[i])
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	p, err := ir.Parse(text)
	require.NoError(t, err)
	return p
}

func TestVerifyAccepts(t *testing.T) {
	for _, text := range []string{average, everything, operations} {
		p, err := ir.Parse(text)
		require.NoError(t, err)
		assert.NoError(t, ir.Verify(p))
		for _, q := range project.All(p) {
			assert.NoError(t, ir.Verify(q), "projection for %s of %s", p.Players[q.Player].Name, p.Name)
		}
	}
}

// operations has every operation once, clear or secure.
const operations = `computation all of "all.tfe"
players p, q, s
protocol plain(s) ring 64
size n >= 1
size m >= 1
where n == m as "n == m" line 1
input x: fixed(24, 16)[n] @ p
input y: fixed(20, 16)[m] @ q
input i: int32[3, 4] @ p
input u: uint32[4, 2] @ q
output r: fixed(24, 16) @ p

   1  x: fixed(24, 16)[n] @ p = input as x by p line 1
   2  y: fixed(20, 16)[m] @ q = input as y by q line 1
   3  i: int32[3, 4] @ p = input as i by p line 1
   4  u: uint32[4, 2] @ q = input as u by q line 1
   5  zero: int64 @ public = const 0 by public line 1
   6  two: int64 @ public = const 2 by public line 1
   7  half: fixed(24, 16) @ public = const 32768 by public line 1
   8  i2: int32[3, 2] @ p = index i [: len 3, zero:two len 2] checked by p line 1
   9  m1: int32[3, 4] @ p = mod i, i checked by p line 1
  10  it: int32[4, 3] @ p = transpose i by p line 1
  11  ii: int32[3, 3] @ p = dot i, it by p line 1
  12  si: int64[4] @ p = sum i axis 0 by p line 1
  13  su: uint64 @ q = sum u by q line 1
  14  cu: int32[4, 2] @ q = convert u by q line 1
  15  start by public line 2
  16  xs: fixed(24, 16)[n] @ shared = share x by {p, s} line 2
  17  ys: fixed(20, 16)[m] @ shared = share y by {q, s} line 2
  18  yc: fixed(24, 16)[m] @ shared = convert ys by s line 2
  19  a: fixed(24, 16)[n] @ shared = add xs, yc by s line 2
  20  b: fixed(24, 16)[n] @ shared = sub a, half by s line 2
  21  c: fixed(24, 16)[n] @ shared = mul b, ys shift 16 by s line 2
  22  d: fixed(24, 16)[n] @ shared = mul c, two by s line 2
  23  e: fixed(24, 16)[n] @ shared = div d, two by s line 2
  24  f: fixed(24, 16) @ shared = dot e, e shift 16 by s line 2
  25  g: bool[n] @ shared = lt e, half by s line 2
  26  h: bool[n] @ shared = not g by s line 2
  27  j: bool[n] @ shared = and g, h by s line 2
  28  k: fixed(24, 16)[n] @ shared = select j, e, half by s line 2
  29  l: fixed(24, 16)[n] @ shared = min k, half by s line 2
  30  o: fixed(24, 16) @ shared = max l by s line 2
  31  ab: fixed(24, 16) @ shared = abs o by s line 2
  32  st: fixed(24, 16)[2] @ shared = stack ab, f by s line 2
  33  co: fixed(24, 16)[n + 2] @ shared = concat st, l axis 0 by s line 2
  34  fi: fixed(24, 16)[n] @ shared = fill ab by s line 2
  35  var v: fixed(24, 16)[n] @ shared = copy fi by s line 2
  36  v = update v, ab [zero] by s line 2
  37  ne: fixed(24, 16)[n] @ shared = neg v by s line 2
  38  w: fixed(24, 16) @ shared = sum ne by s line 2
  39  r: fixed(24, 16) @ p = open w to p as r by {p, s} line 2
  40  output r as r by p line 2
`

func TestVerifyRefuses(t *testing.T) {
	for _, c := range []struct {
		text, old, new, want string
	}{
		// Structure.
		{average, "   4  t2", "   3  t2", "step 3 (sum): step numbers must ascend: 3 after 3"},
		{average, "   5  start by public line 13\n", "", "step 6 (share): stands before start"},
		{average, "   5  start by public line 13\n", "", "header: no start"},
		{average, "start by public line 13\n", "start by public line 13\n   5  start by public line 13\n", "a second start"},
		{average, "start by public", "start by alice", "participants are alice, want {alice, bob, carol, s0, s1, s2}"},
		{average, "add t3, t4", "add t3", "step 8 (add): wrong number of operands: 1"},
		{average, "add t3, t4", "plus t3, t4", "step 8 (plus): unknown operation"},
		{average, "div total, t5", "div total, t5 checked", "may fail stands after start"},
		{average, "   4  t2: fixed(35, 12) @ bob = sum b by bob line 13\n", "   4  t2: fixed(35, 12) @ bob = sum b by bob line 13\n   4  t2 = sum b by bob line 13\n", "t2 is defined twice"},
		{average, "  12  output t7 as avg by carol line 14\n", "", "header: no instruction for output avg"},
		{average, "output t7 as avg by", "output t7 as other by", "step 12 (output): no output other"},
		{everything, "x = copy t6", "t5 = copy t6", "t5 is defined twice"},
		{everything, "line 8 {\n", "line 8 {\n  12 start by public line 8\n", "start inside a loop or branch"},
		{everything, "= copy t0", "= neg t0", "step 8 (neg): variable x is defined by neg"},
		{everything, "sum x by", "sum t6 by", "step 17 (sum): t6 is used before it is defined"},
		{everything, "if t4 by public", "while t4, t1 by public", "the body does not assign the condition"},

		// Placements.
		{average, "sum a by alice", "sum b by alice", "step 3 (sum): alice does not have b"},
		{average, "share t1 by {alice, s0, s1, s2}", "share t1 by {alice, bob, s0, s1, s2}", "step 6 (share): participants are {alice, bob, s0, s1, s2}, want {alice, s0, s1, s2}"},
		{average, "add t3, t4", "add t3, t2", "operand t2 is neither shared nor public"},
		{average, "t3: fixed(35, 12) @ shared", "t3: fixed(35, 12) @ alice", "step 6 (share): t3 is not shared"},
		{average, "t4 by {s0, s1, s2}", "t4 by {s0, s1}", "participants are {s0, s1}, want {s0, s1, s2}"},
		{average, "@ carol = open t6 to carol", "@ carol = open t6 to bob", "t7 is at carol, want bob"},
		{average, "@ carol = open t6 to", "@ carol = open t1 to", "step 11 (open): t1 is not shared"},
		{average, "share t1 by", "share t3 by", "step 6 (share): t3 is held by nobody"},
		{average, "output t7 as avg by carol", "output t2 as avg by carol", "carol does not have t2"},
		{average, "output t7 as avg by carol", "output t6 as avg by carol", "t6 and the output must both be shared"},
		{average, "input as a by alice", "input as a by bob", "participants are bob, want alice"},
		{average, "= input as a by", "= input as b by", "step 1 (input): a is at alice, want bob"},
		{everything, "reveal t8 to bob as fit.l by public", "reveal t8 to bob as fit.l by alice", "participants are alice, want {alice, bob}"},
		{everything, "for t1, t2, t2 by public", "for t1, t2, t2 by bob", "alice take part in step 12 inside, but not in the for"},
		{operations, "add xs, yc by s", "sqrt xs, yc by s", "wrong number of operands: 2"},
		{operations, "= abs o by", "= rsqrt o least 40 by", "step 31 (rsqrt): is of what is at least 2^40 units, want 2^0 to 2^39"},
		{operations, "update v, ab [zero]", "update v, ab [f]", "the index f is shared"},

		// Types.
		{average, "sum a by", "neg a by", "step 3 (neg): t1 is fixed(35, 12), want fixed(35, 12)[n]"},
		{average, "sizeof m + n", "sizeof m + k", "unknown size k"},
		{average, "input a: fixed(35, 12)[n]", "input a: fixed(35, 12)[m]", "a is fixed(35, 12)[n], want fixed(35, 12)[m]"},
		{average, "output avg: fixed(35, 12)", "output avg: fixed(24, 12)", "t7 is fixed(35, 12), the header has fixed(24, 12)"},
		{everything, "const -1, 2 by", "const -1 by", "1 elements for int64[2]"},
		{everything, "t2: int64 @ public = const 3", "t2: int8 @ public = const 300", "300 is no int8"},
		{everything, "if t4 by", "if t1 by", "t1 is int64, want a scalar bool"},
		{everything, "mul x, x shift 16", "mul x, x", "shift is 0, want 16"},
		{everything, "mul x, x shift 16", "add x, x shift 16", "has a shift"},
		{everything, "sum pay axis 1", "sum pay axis 2", "no axis 2 in [n, 3]"},
		{everything, "[: len n, i]", "[: len n, i, i]", "3 positions for [n, 3]"},
		{everything, "index t5 [t1:t2 len 1]", "index t5 [t1:t2 len 2]", "t7 is fixed(24, 16)[1], want fixed(24, 16)[2]"},
		{everything, "update x, t7 [t1:t2 len 1]", "update x, t7 [t1]", "t7 is fixed(24, 16)[1], which does not broadcast to the shape"},
		{everything, "var x:", "x:", "x is defined twice"},
		{everything, "pay: fixed(24, 16)[n, 3] @ alice = input", "pay: string[n, 3] @ shared = input", "pay is shared, but string exists in clear only"},
		{operations, `where n == m as "n == m" line 1`, "", "shapes [m] and [n] do not broadcast"},
		{operations, "add xs, yc", "add xs, ys", "operands are fixed(24, 16) and fixed(20, 16)"},
		{operations, "and g, h", "and g, e", "operands are bool and fixed(24, 16)"},
		{operations, "and g, h", "and e, e", "operands are fixed(24, 16), want bool"},
		{operations, "select j, e", "select e, e", "the condition e is fixed(24, 16)"},
		{operations, "not g by", "neg g by", "g is bool, want a number"},
		{operations, "dot i, it", "dot i, i", "inner dimensions of [3, 4] and [3, 4] differ"},
		{operations, "transpose i by", "transpose x by", "x has 1 dimensions, want 2"},
		{operations, "stack ab, f", "stack ab, e", "e is fixed(24, 16)[n], want the shape"},
		{operations, "st, l axis 0", "st, l", "no axis -1 in [2]"},
		{operations, "concat st, l", "concat st, ab", "shapes [2] and  do not fit together"},
		{operations, "fill ab", "fill l", "l is fixed(24, 16)[n], want a scalar fixed"},
		{operations, "su: uint64 @ q", "su: int64 @ q", "su is int64, want uint64"},
	} {
		err := ir.Verify(replace(t, c.text, c.old, c.new))
		assert.ErrorContains(t, err, c.want, "%s for %s", c.new, c.old)
	}
}

func TestVerifyListsAll(t *testing.T) {
	err := ir.Verify(replace(t, average, "sum a by", "neg a by", "add t3, t4 by", "neg t3 by", "open t6 to", "open t1 to"))
	require.Error(t, err)
	assert.Equal(t, []string{
		"step 3 (neg): t1 is fixed(35, 12), want fixed(35, 12)[n]",
		"step 11 (open): t1 is not shared",
		"step 11 (open): {s0, s1, s2} does not have t1",
	}, strings.Split(err.Error(), "\n"))
}

// A receiver of a reveal that skipped a holder would leave it without the
// value that its placement promises.
func TestVerifyRevealReachesEveryUser(t *testing.T) {
	text := `computation f of "f.tfe"
players a, b, c, s
protocol plain(s) ring 64
output r: int32 @ b

   1  k: int32 @ public = const 1 by public line 1
   2  x: int32 @ {a, b} = copy k by {a, b} line 1
   3  start by public line 1
   4  y: int32 @ {a, b, c} = reveal x to c by {a, c} line 1
   5  output y as r by b line 1
`
	assert.ErrorContains(t, ir.Verify(replace(t, text)), "step 5 (output): b does not have y")
	assert.NoError(t, ir.Verify(replace(t, text, "to c by {a, c}", "to c by {a, b, c}")))
}

func TestVerifyValuesThatDoNotExist(t *testing.T) {
	p := replace(t, average)
	p.Body[2].Args[0] = 99
	assert.ErrorContains(t, ir.Verify(p), "step 3 (sum): value 99 does not exist")
	p = replace(t, average)
	p.Body[2].Args[0] = 0
	assert.ErrorContains(t, ir.Verify(p), "step 3 (sum): an operand is missing")
	p = replace(t, average)
	p.Values[1].Place = types.At(types.SetOf(77))
	assert.ErrorContains(t, ir.Verify(p), "header: a is placed outside the computation's players")
}
