package interp_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

const average = `computation average of "average.tfe"
players alice, bob, carol, s
protocol plain(s) ring 64
size n >= 2
size m >= 2
where m + n <= 7 as "n + m <= 7" line 11
input a: fixed(35, 12)[n] @ alice in 0..409600000 as "0.0..100_000.0"
input b: fixed(35, 12)[m] @ bob in 0..409600000 as "0.0..100_000.0"
input c: fixed(35, 12)[m + 1] @ bob
output avg: fixed(35, 12) @ carol

   1  a: fixed(35, 12)[n] @ alice = input as a by alice line 8
   2  b: fixed(35, 12)[m] @ bob = input as b by bob line 9
   3  c: fixed(35, 12)[m + 1] @ bob = input as c by bob line 9
   4  t1: fixed(35, 12) @ alice = sum a by alice line 13
   5  t2: fixed(35, 12) @ bob = sum b by bob line 13
   6  start by public line 13
   7  t3: fixed(35, 12) @ shared = share t1 by {alice, s} line 13
   8  t4: fixed(35, 12) @ shared = share t2 by {bob, s} line 13
   9  total: fixed(35, 12) @ shared = add t3, t4 by s line 13
  10  t5: int64 @ public = sizeof m + n by public line 14
  11  t6: fixed(35, 12) @ shared = div total, t5 by s line 14
  12  t7: fixed(35, 12) @ carol = open t6 to carol as avg by {carol, s} line 14
  13  output t7 as avg by carol line 14
`

func program(t *testing.T, text string) *ir.Program {
	t.Helper()
	p, err := ir.Parse(text)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	return p
}

// tensor builds a tensor from representations.
func tensor(elem types.Elem, shape []int64, data ...int64) interp.Tensor {
	x := interp.Tensor{Elem: elem, Shape: shape}
	for _, v := range data {
		x.Data = append(x.Data, big.NewInt(v))
	}
	return x
}

func vector(elem types.Elem, data ...int64) interp.Tensor {
	return tensor(elem, []int64{int64(len(data))}, data...)
}

var fixed = types.FixedOf(35, 12)

func salaries() map[string]interp.Tensor {
	return map[string]interp.Tensor{
		"a": vector(fixed, 1000<<12, 3000<<12),
		"b": vector(fixed, 2000<<12, 2000<<12, 7000<<12),
		"c": vector(fixed, 0, 0, 0, 0),
	}
}

func TestRun(t *testing.T) {
	out, err := interp.Run(program(t, average), salaries())
	require.NoError(t, err)
	assert.Len(t, out, 1)
	assert.True(t, tensor(fixed, nil, 3000<<12).Equal(out["avg"]), "%v", out["avg"].Data)
}

func TestSetUp(t *testing.T) {
	for _, c := range []struct {
		change func(in map[string]interp.Tensor)
		want   string
	}{
		{func(in map[string]interp.Tensor) { delete(in, "a") }, "input a is missing"},
		{func(in map[string]interp.Tensor) { in["d"] = in["c"] }, "average has no input d"},
		{func(in map[string]interp.Tensor) { in["a"] = vector(types.FixedOf(35, 13), 1, 2) }, "input a: got fixed(35, 13), want fixed(35, 12)"},
		{func(in map[string]interp.Tensor) { in["a"] = tensor(fixed, nil, 1) }, "input a: got 0 dimensions, want 1"},
		{func(in map[string]interp.Tensor) { in["a"] = vector(fixed, 1, -2048) }, "input a: element 1: value -0.5 is outside 0.0..100_000.0"},
		{func(in map[string]interp.Tensor) { in["a"] = vector(fixed, 409600001, 1) }, "input a: element 0: value 100000.0002 is outside 0.0..100_000.0"},
		{func(in map[string]interp.Tensor) { in["a"] = vector(fixed, 1) }, "input a: size n is 1, and must be at least 2"},
		{func(in map[string]interp.Tensor) { in["a"] = vector(fixed, 1, 1, 1, 1, 1) }, "where n + m <= 7 does not hold: m = 3, n = 5"},
		{func(in map[string]interp.Tensor) { in["c"] = vector(fixed, 1) }, "input c: dimension 1 is 1, and must be 4"},
	} {
		in := salaries()
		c.change(in)
		_, err := interp.Run(program(t, average), in)
		assert.EqualError(t, err, c.want)
	}
}

func TestSizesOfTwoInputsDiffer(t *testing.T) {
	p := program(t, `computation f of "f.tfe"
players alice, bob
protocol plain(bob) ring 64
size n >= 1
size m >= 1
input a: int32[n] @ alice
input b: int32[n] @ bob

   1  a: int32[n] @ alice = input as a by alice line 8
   2  b: int32[n] @ bob = input as b by bob line 9
   3  start by public line 13
`)
	i32 := types.Of(types.Int32)
	in := map[string]interp.Tensor{"a": vector(i32, 1, 2), "b": vector(i32, 1, 2, 3)}
	_, err := interp.Run(p, in)
	assert.EqualError(t, err, "size n is 2 in a and 3 in b\nsize m is bound by no input")
}

// one runs a single operation on operands x0, x1, …, each written as
// `int32[2] = 1 2`.
func one(t *testing.T, op, result string, operands ...string) (interp.Tensor, error) {
	t.Helper()
	header := "computation f of \"f.tfe\"\nplayers p\nprotocol plain(p) ring 64\n"
	body := ""
	in := make(map[string]interp.Tensor)
	for k, o := range operands {
		typ, values, _ := strings.Cut(o, " = ")
		name := fmt.Sprintf("x%d", k)
		in[name] = literal(t, typ, values)
		header += fmt.Sprintf("input %s: %s @ p\n", name, typ)
		body += fmt.Sprintf("%d %s: %s @ p = input as %s by p line 1\n", k+1, name, typ, name)
	}
	header += fmt.Sprintf("output r: %s @ p\n", result)
	body += fmt.Sprintf("7 r: %s @ p = %s by p line 3\n", result, op)
	out, err := interp.Run(program(t, header+body+"8 start by p line 4\n9 output r as r by p line 4\n"), in)
	return out["r"], err
}

// literal reads `int32[2, 2]` and `1 2 3 4`.
func literal(t *testing.T, typ, values string) interp.Tensor {
	t.Helper()
	p, err := ir.Parse("players p\ninput x: " + typ + " @ p\n")
	require.NoError(t, err)
	x := interp.Tensor{Elem: p.Inputs[0].Elem}
	for _, d := range p.Inputs[0].Shape {
		n, _ := d.Const()
		x.Shape = append(x.Shape, n)
	}
	for _, s := range strings.Fields(values) {
		v, ok := new(big.Int).SetString(s, 0)
		require.True(t, ok, s)
		x.Data = append(x.Data, v)
	}
	return x
}

func TestOperations(t *testing.T) {
	for _, c := range []struct {
		op, result string
		operands   []string
		want       string
	}{
		// Integers wrap to their type.
		{"neg x0", "int8[3]", []string{"int8[3] = 1 -128 0"}, "-1 -128 0"},
		{"abs x0", "int8[3]", []string{"int8[3] = -1 -128 5"}, "1 -128 5"},
		{"add x0, x1", "uint8[2]", []string{"uint8[2] = 255 7", "uint8 = 2"}, "1 9"},
		{"sub x0, x1", "uint8[2]", []string{"uint8[2] = 1 7", "uint8[2] = 2 7"}, "255 0"},
		{"mul x0, x1", "int64", []string{"int64 = 0x7fffffffffffffff", "int64 = 2"}, "-2"},
		{"div x0, x1", "int32[6]", []string{"int32[6] = 7 -7 7 -7 -2147483648 5", "int32[6] = 2 2 -2 -2 -1 0"}, "3 -3 -3 3 -2147483648 0"},
		{"mod x0, x1", "int32[5]", []string{"int32[5] = 7 -7 7 -7 7", "int32[5] = 2 2 -2 -2 0"}, "1 -1 1 -1 0"},

		// Fixed products and quotients round toward minus infinity.
		{"mul x0, x1 shift 2", "fixed(5, 2)[3]", []string{"fixed(5, 2)[3] = 3 -3 -1", "fixed(3, 2) = 3"}, "2 -3 -1"},
		{"mul x0, x1 shift 2", "fixed(5, 2)", []string{"fixed(5, 2) = 127", "fixed(5, 2) = 127"}, "-64"}, // 31.75² wraps modulo 64
		{"mul x0, x1", "fixed(5, 2)[2]", []string{"fixed(5, 2)[2] = 3 -5", "int32 = 4"}, "12 -20"},
		{"div x0, x1", "fixed(5, 2)[4]", []string{"fixed(5, 2)[4] = 7 -7 7 -7", "fixed(5, 2)[4] = 12 12 -12 -12"}, "2 -3 -3 2"},
		{"div x0, x1", "fixed(5, 2)[3]", []string{"fixed(5, 2)[3] = 7 -7 7", "int64[3] = 2 2 0"}, "3 -4 0"},

		// Comparisons are exact.
		{"lt x0, x1", "bool[3]", []string{"uint64[3] = 0xffffffffffffffff 0 1", "uint64 = 1"}, "0 1 0"},
		{"le x0, x1", "bool[3]", []string{"int64[3] = -1 0 1", "int64 = 0"}, "1 1 0"},
		{"gt x0, x1", "bool", []string{"int64 = 0x7fffffffffffffff", "int64 = -0x8000000000000000"}, "1"},
		{"ge x0, x1", "bool[2]", []string{"bool[2] = 0 1", "bool = 1"}, "0 1"},
		{"eq x0, x1", "bool[2]", []string{"date[2] = 3 4", "date = 4"}, "0 1"},
		{"ne x0, x1", "bool[2]", []string{"int8[2] = 3 4", "int8 = 4"}, "1 0"},

		{"and x0, x1", "bool[4]", []string{"bool[4] = 0 0 1 1", "bool[4] = 0 1 0 1"}, "0 0 0 1"},
		{"or x0, x1", "bool[4]", []string{"bool[4] = 0 0 1 1", "bool[4] = 0 1 0 1"}, "0 1 1 1"},
		{"not x0", "bool[2]", []string{"bool[2] = 0 1"}, "1 0"},
		{"select x0, x1, x2", "int8[2, 2]", []string{"bool[2] = 0 1", "int8[2, 2] = 1 2 3 4", "int8 = 9"}, "9 2 9 4"},

		{"convert x0", "int32[4]", []string{"fixed(9, 2)[4] = 7 -7 4 -3"}, "1 -1 1 0"},
		{"convert x0", "fixed(5, 2)[2]", []string{"int64[2] = 3 33"}, "12 -124"},
		{"convert x0", "fixed(9, 1)[3]", []string{"fixed(9, 2)[3] = 7 -7 4"}, "3 -4 2"},
		{"convert x0", "fixed(9, 4)[2]", []string{"fixed(9, 2)[2] = 7 -7"}, "28 -28"},
		{"convert x0", "uint8[2]", []string{"int64[2] = -1 257"}, "255 1"},
		{"convert x0", "bool[2]", []string{"int64[2] = 0 -4"}, "0 1"},
		{"convert x0", "fixed(9, 4)[2]", []string{"bool[2] = 0 1"}, "0 16"},

		// Reductions.
		{"sum x0", "int64", []string{"int8[3] = 127 127 127"}, "381"},
		{"sum x0", "uint64", []string{"uint64[2] = 0xffffffffffffffff 2"}, "1"},
		{"sum x0", "fixed(5, 2)", []string{"fixed(5, 2)[2] = 127 1"}, "-128"},
		{"sum x0 axis 0", "int64[3]", []string{"int32[2, 3] = 1 2 3 4 5 6"}, "5 7 9"},
		{"sum x0 axis 1", "int64[2]", []string{"int32[2, 3] = 1 2 3 4 5 6"}, "6 15"},
		{"sum x0 axis 1", "int64[2, 2]", []string{"int32[2, 2, 2] = 1 2 3 4 5 6 7 8"}, "4 6 12 14"},
		{"min x0", "int8", []string{"int8[3] = 4 -2 9"}, "-2"},
		{"max x0 axis 0", "int8[2]", []string{"int8[2, 2] = 4 -2 -9 7"}, "4 7"},
		{"min x0, x1", "fixed(5, 2)[2]", []string{"fixed(5, 2)[2] = 4 -2", "fixed(5, 2) = 1"}, "1 -2"},
		{"max x0, x1", "uint64[2]", []string{"uint64[2] = 0xffffffffffffffff 0", "uint64 = 1"}, "0xffffffffffffffff 1"},

		{"dot x0, x1", "int32", []string{"int32[3] = 1 2 3", "int32[3] = 4 5 6"}, "32"},
		{"dot x0, x1 shift 2", "fixed(5, 2)", []string{"fixed(5, 2)[2] = 3 3", "fixed(5, 2)[2] = 1 -2"}, "-1"}, // one truncation
		{"dot x0, x1", "int32[2]", []string{"int32[2, 2] = 1 2 3 4", "int32[2] = 5 6"}, "17 39"},
		{"dot x0, x1", "int32[2]", []string{"int32[2] = 5 6", "int32[2, 2] = 1 2 3 4"}, "23 34"},
		{"dot x0, x1", "int32[2, 2]", []string{"int32[2, 3] = 1 2 3 4 5 6", "int32[3, 2] = 1 0 0 1 1 1"}, "4 5 10 11"},

		// Elements moved.
		{"index x0 [x1]", "int8[2]", []string{"int8[2, 2] = 1 2 3 4", "int64 = 1"}, "3 4"},
		{"index x0 [: len 2, x1]", "int8[2]", []string{"int8[2, 2] = 1 2 3 4", "int64 = 0"}, "1 3"},
		{"index x0 [x1:x2 len 2]", "int8[2]", []string{"int8[4] = 1 2 3 4", "int64 = 1", "int64 = 3"}, "2 3"},
		{"index x0 [x1: len 3]", "int8[3]", []string{"int8[4] = 1 2 3 4", "int64 = 1"}, "2 3 4"},
		{"index x0 [x1]", "int8", []string{"int8[2] = 1 2", "int64 = -1"}, "0"},
		{"index x0 [x1, x1]", "int8", []string{"int8[2, 2] = 1 2 3 4", "int64 = 2"}, "0"},
		{"stack x0, x1", "int8[2, 2]", []string{"int8[2] = 1 2", "int8[2] = 3 4"}, "1 2 3 4"},
		{"concat x0, x1 axis 0", "int8[3]", []string{"int8[2] = 1 2", "int8[1] = 3"}, "1 2 3"},
		{"concat x0, x1 axis 1", "int8[2, 3]", []string{"int8[2, 2] = 1 2 3 4", "int8[2, 1] = 5 6"}, "1 2 5 3 4 6"},
		{"fill x0", "int8[2, 2]", []string{"int8 = 7"}, "7 7 7 7"},
		{"transpose x0", "int8[3, 2]", []string{"int8[2, 3] = 1 2 3 4 5 6"}, "1 4 2 5 3 6"},
	} {
		got, err := one(t, c.op, c.result, c.operands...)
		require.NoError(t, err, c.op)
		want := literal(t, c.result, c.want)
		assert.True(t, want.Equal(got), "%s of %v: got %v, want %s", c.op, c.operands, got.Data, c.want)
	}
}

func TestCheckedOperationsEndTheRun(t *testing.T) {
	for _, c := range []struct {
		op       string
		operands []string
		want     string
	}{
		{"div x0, x1 checked", []string{"int32 = 1", "int32 = 0"}, "division by zero, at step 7 (divide, f.tfe:3)"},
		{"mod x0, x1 checked", []string{"int32 = 1", "int32 = 0"}, "division by zero, at step 7 (remainder, f.tfe:3)"},
		{"index x0 [x1] checked", []string{"int32[2] = 1 2", "int64 = 2"}, "index out of range, at step 7 (index, f.tfe:3)"},
		{"index x0 [x1] checked", []string{"int32[2] = 1 2", "int64 = -1"}, "index out of range, at step 7 (index, f.tfe:3)"},
	} {
		_, err := one(t, c.op, "int32", c.operands...)
		assert.EqualError(t, err, c.want)
	}
}

const control = `computation f of "f.tfe"
players p
protocol plain(p) ring 64
input x: int64[3] @ p
output r: int64[3] @ p
output n: int64 @ p

   1  x: int64[3] @ p = input as x by p line 1
   2  zero: int64 @ public = const 0 by public line 2
   3  three: int64 @ public = const 3 by public line 2
   4  one: int64 @ public = const 1 by public line 2
   5  x0: int64 @ p = index x [zero] checked by p line 2
   6  small: bool @ p = lt x0, three by p line 2
   7  assert small "x[0] is small" by p line 2
   8  start by public line 3
   9  var r: int64[3] @ p = copy x by p line 3
  10  i: int64 @ public = for zero, three, x0 by p line 4 {
  11    a: int64 @ p = index r [i] by p line 5
  12    big: bool @ p = gt a, three by p line 6
  13    if big by p line 6 {
  14      b: int64 @ p = mul a, a by p line 7
  15      r = update r, b [i] by p line 7
        } else {
  16      c: int64 @ p = neg a by p line 8
  17      r = update r, c [i] by p line 8
        }
      }
  18  var n: int64 @ p = copy zero by p line 9
  19  t: bool @ p = ge x0, zero by p line 10
  20  var more: bool @ p = copy t by p line 10
  21  while more, three by p line 10 {
  22    d: int64 @ p = add n, one by p line 11
  23    n = copy d by p line 11
  24    e: bool @ p = lt n, x0 by p line 12
  25    more = copy e by p line 12
      }
  26  output r as r by p line 13
  27  output n as n by p line 13
`

func TestControl(t *testing.T) {
	p := program(t, control)
	i64 := types.Of(types.Int64)
	for _, c := range []struct {
		x, r []int64
		n    int64
	}{
		{[]int64{1, 5, 2}, []int64{-1, 25, -2}, 1},
		{[]int64{2, 5, 7}, []int64{-2, 5, 49}, 2},
	} {
		out, err := interp.Run(p, map[string]interp.Tensor{"x": vector(i64, c.x...)})
		require.NoError(t, err)
		assert.True(t, vector(i64, c.r...).Equal(out["r"]), "%v", out["r"].Data)
		assert.True(t, tensor(i64, nil, c.n).Equal(out["n"]), "%v", out["n"].Data)
	}
	_, err := interp.Run(p, map[string]interp.Tensor{"x": vector(i64, 3, 0, 0)})
	assert.EqualError(t, err, "x[0] is small, at step 7 (assert, f.tfe:2)")
	_, err = interp.Run(p, map[string]interp.Tensor{"x": vector(i64, 0, 0, 0)})
	assert.EqualError(t, err, "the step of a loop must be at least 1, at step 10 (for, f.tfe:4)")
}

func TestWhileEndsAfterItsLimit(t *testing.T) {
	p := program(t, strings.Replace(control, "lt n, x0", "ge n, zero", 1))
	out, err := interp.Run(p, map[string]interp.Tensor{"x": vector(types.Of(types.Int64), 1, 1, 1)})
	require.NoError(t, err)
	assert.Equal(t, big.NewInt(3), out["n"].Data[0])
}

func TestReductionsOfNothing(t *testing.T) {
	for _, c := range []struct {
		op, result, want string
	}{
		{"sum x", "int64", "0"},
		{"min x", "int8", "127"},
		{"max x", "int8", "-128"},
		{"max x axis 1", "int8[2]", "-128 -128"},
	} {
		shape, n := "n", []int64{0}
		if strings.Contains(c.op, "axis") {
			shape, n = "2, n", []int64{2, 0}
		}
		p := program(t, `computation f of "f.tfe"
players p
protocol plain(p) ring 64
size n >= 0
input x: int8[`+shape+`] @ p
output r: `+c.result+` @ p

   1  x: int8[`+shape+`] @ p = input as x by p line 1
   2  r: `+c.result+` @ p = `+c.op+` by p line 1
   3  start by public line 1
   4  output r as r by p line 1
`)
		out, err := interp.Run(p, map[string]interp.Tensor{"x": tensor(types.Of(types.Int8), n)})
		require.NoError(t, err)
		assert.True(t, literal(t, c.result, c.want).Equal(out["r"]), "%s: %v", c.op, out["r"].Data)
	}
}

func TestString(t *testing.T) {
	for _, c := range []struct {
		x    interp.Tensor
		want string
	}{
		{tensor(types.Of(types.Bool), nil, 1), "true"},
		{vector(types.Of(types.Bool), 0, 1), "[false, true]"},
		{vector(types.Of(types.Int8)), "[]"},
		{tensor(types.Of(types.Int8), []int64{2, 2}, 1, -2, 3, 4), "[[1, -2], [3, 4]]"},
		{vector(types.FixedOf(24, 16), 3000<<16, -1<<15, 6554, 1), "[3000, -0.5, 0.1, 0.00002]"},
	} {
		assert.Equal(t, c.want, c.x.String())
	}
}

func TestProjectionsAreRefused(t *testing.T) {
	p := program(t, average)
	p.Player = 0
	_, err := interp.Run(p, salaries())
	assert.EqualError(t, err, "cannot interpret a projection: it is one player's part")
}
