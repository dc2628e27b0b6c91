package ir_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// average is corpus/programs/average.tfe in the text form.
const average = `computation average of "average.tfe" digest "1f"
players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2) ring 64
size n >= 2
size m >= 2
where m + n <= 100000 as "n + m <= 100_000" line 11
input a: fixed(35, 12)[n] @ alice in 0..409600000 as "0.0..100_000.0"
input b: fixed(35, 12)[m] @ bob in 0..409600000 as "0.0..100_000.0"
output avg: fixed(35, 12) @ carol

   1  a: fixed(35, 12)[n] @ alice = input as a by alice line 8
   2  b: fixed(35, 12)[m] @ bob = input as b by bob line 9
   3  t1: fixed(35, 12) @ alice = sum a by alice line 13
   4  t2: fixed(35, 12) @ bob = sum b by bob line 13
   5  start by public line 13
   6  t3: fixed(35, 12) @ shared = share t1 by {alice, s0, s1, s2} line 13
   7  t4: fixed(35, 12) @ shared = share t2 by {bob, s0, s1, s2} line 13
   8  total: fixed(35, 12) @ shared = add t3, t4 by {s0, s1, s2} line 13
   9  t5: int64 @ public = sizeof m + n by public line 14
  10  t6: fixed(35, 12) @ shared = div total, t5 by {s0, s1, s2} line 14
  11  t7: fixed(35, 12) @ carol = open t6 to carol as avg by {carol, s0, s1, s2} line 14
  12  output t7 as avg by carol line 14
`

// everything uses each attribute and block of the text form.
const everything = `computation f of "f.tfe"
players alice, bob
protocol plain(alice; bob) ring 64
size n >= 1
where 2 * n <= 10 as "2 * n <= 10" line 4
input pay[alice]: fixed(24, 16)[n, 3] @ alice
output won[bob]: fixed(24, 16) @ bob
disclose fit.l: bool[4] @ public line 7

   1  pay: fixed(24, 16)[n, 3] @ alice = input as pay[alice] by alice line 5
   2  t1: int64 @ public = const 0 by public line 6
   3  t2: int64 @ public = const 3 by public line 6
   4  t3: int64[2] @ public = const -1, 2 by public line 6
   5  t4: bool @ public = lt t1, t2 checked by public line 6
   6  assert t4 "zero is \"small\"" by public line 6
   7  t0: fixed(24, 16)[n] @ alice = sum pay axis 1 by alice line 6
   8  var x: fixed(24, 16)[n] @ alice = copy t0 by alice line 6
   9  t5: fixed(24, 16)[n] @ alice = mul x, x shift 16 by alice line 6
  10  start by public line 7
  11  i: int64 @ public = for t1, t2, t2 by public line 8 {
  12    if t4 by public line 9 {
  13      t6: fixed(24, 16)[n] @ alice = index pay [: len n, i] by alice line 10
  14      x = copy t6 by alice line 10
        } else {
  15      t7: fixed(24, 16)[1] @ alice = index t5 [t1:t2 len 1] by alice line 11
  16      x = update x, t7 [t1:t2 len 1] by alice line 12
        }
      }
  17  t8: fixed(24, 16) @ alice = sum x by alice line 13
  18  t9: fixed(24, 16) @ {alice, bob} = reveal t8 to bob as fit.l by public line 14
  19  output t9 as won[bob] by bob line 15
`

func TestTextIsReadBack(t *testing.T) {
	for _, text := range []string{average, everything} {
		p, err := ir.Parse(text)
		require.NoError(t, err)
		assert.Equal(t, text, p.String())
	}
}

func TestParseLinksInputsAndOutputs(t *testing.T) {
	p, err := ir.Parse(everything)
	require.NoError(t, err)
	assert.Equal(t, "pay", p.Values[p.Inputs[0].Value].Name)
	assert.Equal(t, "t9", p.Values[p.Outputs[0].Value].Name)
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"nonsense", `line 1: unknown line "nonsense"`},
		{"players a\nprotocol plain(b) ring 64", `line 2: unknown player "b"`},
		{"players a\n1 x: int32 @ public = neg y by public line 1", `line 2: "y" is not defined`},
		{"players a\n1 x: int31 @ public = const 1 by public line 1", `line 2: unknown element "int31"`},
		{"players a\n1 x: int32 @ public = const 1 by public line 1 2", `line 2: unexpected "2"`},
		{"players a\n1 x: int32 @ public = const 1 line 1", `line 2: got "line", want "by"`},
		{"players a\n1 if x by public line 1 {", `line 2: "x" is not defined`},
		{"players a\n}", "line 2: `}` without a block"},
		{"players a\n1 c: bool @ public = const 1 by public line 1\n2 if c by public line 1 {", "line 3: a block is not closed"},
		{"size n >= 99999999999999999999x", `line 1: unexpected "x"`},
	} {
		_, err := ir.Parse(c.text)
		assert.EqualError(t, err, c.want, c.text)
	}
}
