package exec_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

const average = `computation average of "average.tfe" digest "1f"
players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2) ring 64
size n >= 2
size m >= 2
where m + n <= 100000 as "n + m <= 100_000" line 11
input a: fixed(35, 12)[n] @ alice in 0..409600000 as "0.0..100_000.0"
input b: fixed(35, 12)[m] @ bob
input rate: uint64 @ public in 1..18446744073709551615 as "1..=18446744073709551615"
output avg: fixed(35, 12) @ carol

   1  a: fixed(35, 12)[n] @ alice = input as a by alice line 8
   2  b: fixed(35, 12)[m] @ bob = input as b by bob line 9
   3  rate: uint64 @ public = input as rate by public line 10
   4  t1: fixed(35, 12) @ alice = sum a by alice line 13
   5  t2: fixed(35, 12) @ bob = sum b by bob line 13
   6  start by public line 13
   7  t3: fixed(35, 12) @ shared = share t1 by {alice, s0, s1, s2} line 13
   8  t4: fixed(35, 12) @ shared = share t2 by {bob, s0, s1, s2} line 13
   9  total: fixed(35, 12) @ shared = add t3, t4 by {s0, s1, s2} line 13
  10  t5: int64 @ public = sizeof m + n by public line 14
  11  t6: fixed(35, 12) @ shared = div total, t5 by {s0, s1, s2} line 14
  12  t7: fixed(35, 12) @ carol = open t6 to carol as avg by {carol, s0, s1, s2} line 14
  13  output t7 as avg by carol line 14
`

func parse(t *testing.T, text string) *ir.Program {
	t.Helper()
	p, err := ir.Parse(text)
	require.NoError(t, err)
	verify(t, p)
	return p
}

func TestDescriptor(t *testing.T) {
	programs := exec.Programs(parse(t, average))
	require.Len(t, programs, 6)
	got := *programs[0]
	require.NotNil(t, got.Run)
	got.Run = nil
	n, m := runtime.Size{{Coef: 1, Vars: []string{"n"}}}, runtime.Size{{Coef: 1, Vars: []string{"m"}}}
	e := clear.Fixed(35, 12)
	everybody := []int{0, 1, 2, 3, 4, 5}
	assert.Equal(t, runtime.Program{
		Discloses: []string{"avg: fixed(35, 12) @ carol"},
		File:      "average.tfe", Computation: "average", Digest: "1f", Compiler: got.Compiler,
		Player: "alice", Players: []string{"alice", "bob", "carol", "s0", "s1", "s2"},
		Protocol: runtime.Protocol{Name: "aby3", Roles: []string{"s0", "s1", "s2"}, Ring: 64},
		Sizes:    []runtime.SizeName{{Name: "n", Min: 2}, {Name: "m", Min: 2}},
		Where: []runtime.Cond{{
			Text: "n + m <= 100_000", Left: append(m, n...), Rel: "<=", Right: runtime.Size{{Coef: 100000}},
		}},
		Inputs: []runtime.Input{
			{Name: "a", Elem: e, Shape: []runtime.Size{n}, Range: &runtime.Range{High: 409600000, Text: "0.0..100_000.0"}},
			{Name: "rate", Elem: clear.Uint64, Public: true,
				Range: &runtime.Range{Low: 1, High: -1, Unsigned: true, Text: "1..=18446744073709551615"}},
		},
		Steps: []runtime.Step{
			{Number: 1, Op: "input", Line: 8, Who: []int{0}},
			{Number: 2, Op: "input", Line: 9, Who: []int{1}},
			{Number: 3, Op: "input", Line: 10, Who: everybody},
			{Number: 4, Op: "sum", Line: 13, Who: []int{0}, Uses: []int{1}},
			{Number: 5, Op: "sum", Line: 13, Who: []int{1}, Uses: []int{2}},
			{Number: 6, Op: "start", Line: 13, Who: everybody},
			{Number: 7, Op: "share", Line: 13, Who: []int{0, 3, 4, 5}, Uses: []int{4}},
			{Number: 8, Op: "share", Line: 13, Who: []int{1, 3, 4, 5}, Uses: []int{5}},
			{Number: 9, Op: "add", Line: 13, Who: []int{3, 4, 5}, Uses: []int{7, 8}},
			{Number: 10, Op: "size", Line: 14, Who: everybody},
			{Number: 11, Op: "divide", Line: 14, Who: []int{3, 4, 5}, Uses: []int{9, 10}},
			{Number: 12, Op: "open", Line: 14, Who: []int{2, 3, 4, 5}, Uses: []int{11}},
			{Number: 13, Op: "output", Line: 14, Who: []int{2}, Uses: []int{12}},
		},
	}, got)
	assert.Empty(t, programs[3].Outputs)
	assert.Equal(t, []runtime.Output{{Name: "avg", Elem: e}}, programs[2].Outputs)
	for _, p := range programs {
		assert.Equal(t, programs[0].Steps, p.Steps, "everybody can name everybody's steps")
	}
}

// tensor builds a vector, or a scalar of one number with shape nil.
func tensor(e types.Elem, shape []int64, data ...int64) interp.Tensor {
	x := interp.Tensor{Elem: e, Shape: shape}
	for _, v := range data {
		x.Data = append(x.Data, big.NewInt(v))
	}
	return x
}

func TestRun(t *testing.T) {
	e := types.FixedOf(35, 12)
	in := map[string]interp.Tensor{
		"a":    tensor(e, []int64{2}, 1000<<12, 3000<<12),
		"b":    tensor(e, []int64{3}, 2000<<12, 2000<<12, 7000<<12),
		"rate": tensor(types.Of(types.Uint64), nil, 1),
	}
	p := parse(t, average)
	agree(t, p, in, map[string]float64{"avg": 2})

	in["a"] = tensor(e, []int64{2}, 0, -1)
	_, err := exec.Run(p, in)
	assert.ErrorContains(t, err, "input a: element 1: value -0.0002 is outside 0.0..100_000.0")
	_, reference := interp.Run(p, in)
	assert.ErrorContains(t, err, reference.Error())

	delete(in, "a")
	_, err = exec.Run(p, in)
	assert.ErrorContains(t, err, "input a is missing")
}

// paths has a loop, a while, branches, a reveal that keeps a holder and an
// early check.
const paths = `computation paths of "paths.tfe"
players a, b, c, s
protocol plain(s) ring 64
input x: int64[3] @ a
input d: int64 @ a
output r: int64[3] @ {a, b, c}
output n: int64 @ c
output q: int64 @ b

   1  x: int64[3] @ a = input as x by a line 1
   2  d: int64 @ a = input as d by a line 1
   3  zero: int64 @ public = const 0 by public line 2
   4  three: int64 @ public = const 3 by public line 2
   5  one: int64 @ public = const 1 by public line 2
   6  top: int64 @ a = index x [d] checked by a line 3
   7  part: int64 @ a = div top, d checked by a line 4
   8  fine: bool @ a = lt d, three by a line 5
   9  assert fine "d is small" by a line 5
  10  start by public line 6
  11  ab: int64[3] @ {a, b} = reveal x to b by {a, b} line 7
  12  abc: int64[3] @ {a, b, c} = reveal ab to {b, c} by {a, b, c} line 7
  13  ps: int64 @ shared = share part by {a, s} line 7
  14  var acc: int64 @ shared = copy zero by s line 8
  15  var n: int64 @ public = copy zero by public line 8
  16  i: int64 @ public = for zero, three, one by public line 9 {
  17    odd: bool @ public = eq i, one by public line 10
  18    if odd by public line 10 {
  19      u: int64 @ shared = mul ps, three by s line 11
  20      acc = copy u by s line 11
        } else {
  21      v: int64 @ shared = add acc, ps by s line 12
  22      acc = copy v by s line 12
        }
      }
  23  q: int64 @ b = open acc to b as q by {b, s} line 13
  24  lone: bool @ public = lt n, one by public line 14
  25  var more: bool @ public = copy lone by public line 14
  26  while more, three by public line 14 {
  27    n1: int64 @ public = add n, one by public line 15
  28    n = copy n1 by public line 15
  29    m1: bool @ public = le n, one by public line 16
  30    more = copy m1 by public line 16
      }
  31  output abc as r by {a, b, c} line 17
  32  output n as n by c line 17
  33  output q as q by b line 17
`

func TestPaths(t *testing.T) {
	p := parse(t, paths)
	i64 := types.Of(types.Int64)
	in := map[string]interp.Tensor{
		"x": tensor(i64, []int64{3}, 10, 20, 30),
		"d": tensor(i64, nil, 2),
	}
	agree(t, p, in, nil)
	out, err := exec.Run(p, in)
	require.NoError(t, err)
	assert.Equal(t, "[10, 20, 30]", out["r"].String())
	assert.Equal(t, "2", out["n"].String())
	assert.Equal(t, "60", out["q"].String()) // part = 30 / 2; 15, then 45, then 60
}

func TestEarlyFailures(t *testing.T) {
	p := parse(t, paths)
	i64 := types.Of(types.Int64)
	for _, c := range []struct {
		d    int64
		want string
	}{
		{-1, "a: index out of range, at step 6 (index, paths.tfe:3)"},
		{3, "a: index out of range, at step 6 (index, paths.tfe:3)"},
		{0, "a: division by zero, at step 7 (divide, paths.tfe:4)"},
	} {
		in := map[string]interp.Tensor{"x": tensor(i64, []int64{3}, 10, 20, 30), "d": tensor(i64, nil, c.d)}
		_, err := exec.Run(p, in)
		assert.EqualError(t, err, c.want)
		_, reference := interp.Run(p, in)
		assert.EqualError(t, reference, strings.TrimPrefix(c.want, "a: "))
	}
	p = parse(t, strings.Replace(paths, "lt d, three", "gt d, three", 1))
	_, err := exec.Run(p, map[string]interp.Tensor{"x": tensor(i64, []int64{3}, 10, 20, 30), "d": tensor(i64, nil, 1)})
	assert.EqualError(t, err, "a: d is small, at step 9 (assert, paths.tfe:5)")
}
