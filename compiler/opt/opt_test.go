package opt_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/opt"
)

const header = `computation f of "f.tfe"
players alice, bob
protocol plain(bob) ring 64
input a: int64 @ alice
output r: int64 @ bob

`

// run optimizes a program of the given instructions and returns those left.
func run(t *testing.T, body string) string { return runWith(t, header, body) }

func runWith(t *testing.T, header, body string) string {
	p, err := ir.Parse(header + body)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	optimize(t, p)
	_, text, _ := strings.Cut(p.String(), "\n\n")
	return text
}

// optimize runs the passes, all at once and each verified.
func optimize(t *testing.T, p *ir.Program) {
	again, err := ir.Parse(p.String())
	require.NoError(t, err)
	require.NoError(t, opt.Run(p))
	require.NoError(t, opt.RunVerified(again))
	require.Equal(t, again.String(), p.String())
}

func TestEqualOperationsAreCarriedOutOnce(t *testing.T) {
	got := run(t, `   1  a: int64 @ alice = input as a by alice line 1
   2  x: int64 @ alice = add a, a by alice line 2
   3  start by public line 2
   4  y: int64 @ alice = add a, a by alice line 3
   5  p: int64 @ shared = share x by public line 3
   6  q: int64 @ shared = share y by public line 4
   7  z: int64 @ shared = mul p, q by bob line 4
   8  o: int64 @ bob = open z to bob as r by bob line 5
   9  output o as r by bob line 5
`)
	assert.Equal(t, `   1  a: int64 @ alice = input as a by alice line 1
   2  x: int64 @ alice = add a, a by alice line 2
   3  start by public line 2
   4  p: int64 @ shared = share x by public line 3
   5  z: int64 @ shared = mul p, p by bob line 4
   6  o: int64 @ bob = open z to bob as r by bob line 5
   7  output o as r by bob line 5
`, got)
}

// TestMovesThatAreTakenBack holds that a transposition of a transposition, or a
// reshape of a reshape, is neither, or one.
func TestMovesThatAreTakenBack(t *testing.T) {
	const header = `computation f of "f.tfe"
players alice
protocol plain(alice) ring 64
input a: int64[2, 3] @ alice
output r: int64[2, 3] @ alice
output s: int64[3, 2] @ alice

`
	got := runWith(t, header, `   1  a: int64[2, 3] @ alice = input as a by alice line 1
   2  start by public line 1
   3  x: int64[6] @ alice = reshape a by alice line 2
   4  y: int64[2, 3] @ alice = reshape x by alice line 2
   5  z: int64[3, 2] @ alice = transpose y by alice line 3
   6  w: int64[2, 3] @ alice = transpose z by alice line 4
   7  v: int64[3, 2] @ alice = reshape x by alice line 5
   8  output w as r by alice line 6
   9  output v as s by alice line 6
`)
	assert.Equal(t, `   1  a: int64[2, 3] @ alice = input as a by public line 1
   2  start by public line 1
   3  v: int64[3, 2] @ alice = reshape a by public line 5
   4  output a as r by public line 6
   5  output v as s by public line 6
`, got)
}

func TestVariablesAreReadAnew(t *testing.T) {
	body := `   1  a: int64 @ alice = input as a by alice line 1
   2  start by public line 2
   3  var v: int64 @ alice = copy a by alice line 2
   4  x: int64 @ alice = add v, v by alice line 3
   5  v = copy x by alice line 3
   6  y: int64 @ alice = add v, v by alice line 4
   7  o: int64 @ public = reveal y to bob as r by public line 5
   8  output o as r by bob line 5
`
	assert.Equal(t, body, run(t, body))
}

func TestAResultInsideABranchIsNotKnownAfterIt(t *testing.T) {
	body := `   1  a: int64 @ alice = input as a by alice line 1
   2  t1: bool @ public = const 1 by public line 2
   3  start by public line 2
   4  var v: int64 @ alice = copy a by alice line 2
   5  if t1 by public line 3 {
   6    x: int64 @ alice = add a, a by alice line 3
   7    v = copy x by alice line 3
      }
   8  y: int64 @ alice = add a, a by alice line 4
   9  z: int64 @ alice = mul y, v by alice line 4
  10  o: int64 @ public = reveal z to bob as r by public line 5
  11  output o as r by bob line 5
`
	assert.Equal(t, body, run(t, body))
}

func TestUnusedOperationsGo(t *testing.T) {
	got := run(t, `   1  a: int64 @ alice = input as a by alice line 1
   2  t1: int64 @ public = const 0 by public line 2
   3  q: int64 @ alice = div a, t1 checked by alice line 2
   4  start by public line 2
   5  x: int64 @ alice = add a, a by alice line 2
   6  s: int64 @ shared = share x by public line 2
   7  var v: int64 @ alice = copy a by alice line 2
   8  i: int64 @ public = for t1, t1, t1 by public line 3 {
   9    v = copy x by alice line 3
      }
  10  o: int64 @ public = reveal a to bob as r by public line 5
  11  output o as r by bob line 5
`)
	assert.Equal(t, `   1  a: int64 @ alice = input as a by alice line 1
   2  t1: int64 @ public = const 0 by public line 2
   3  q: int64 @ alice = div a, t1 checked by alice line 2
   4  start by public line 2
   5  o: int64 @ public = reveal a to bob as r by public line 5
   6  output o as r by bob line 5
`, got)
}

// An update that may fail stays, and its variable with it.
func TestAnUnusedUpdateThatIsCheckedStays(t *testing.T) {
	body := `   1  a: int64 @ alice = input as a by alice line 1
   2  w: int64[2] @ alice = fill a by alice line 2
   3  var v: int64[2] @ alice = copy w by alice line 2
   4  v = update v, a [a] checked by alice line 3
   5  start by public line 3
   6  p: int64 @ shared = share a by public line 4
   7  o: int64 @ bob = open p to bob as r by bob line 5
   8  output o as r by bob line 5
`
	assert.Equal(t, body, run(t, body))
}

func TestInvariantsLeaveLoops(t *testing.T) {
	matrices := strings.NewReplacer("a: int64", "a: int64[2, 3]", "r: int64", "r: int64[2, 2]").Replace(header)
	got := runWith(t, matrices, `   1  a: int64[2, 3] @ alice = input as a by alice line 1
   2  from: int64 @ public = const 0 by public line 1
   3  to: int64 @ public = const 4 by public line 1
   4  by1: int64 @ public = const 1 by public line 1
   5  start by public line 2
   6  p: int64[2, 3] @ shared = share a by public line 2
   7  z: int64[2, 2] @ public = const 0, 0, 0, 0 by public line 2
   8  zs: int64[2, 2] @ shared = convert z by bob line 2
   9  var v: int64[2, 2] @ shared = copy zs by bob line 2
  10  i: int64 @ public = for from, to, by1 by public line 3 {
  11    x: int64[3, 2] @ alice = transpose a by alice line 4
  12    q: int64[3, 2] @ shared = share x by public line 4
  13    y: int64[2, 2] @ shared = dot p, q by bob line 4
  14    w: int64[2, 2] @ shared = add v, y by bob line 4
  15    v = copy w by bob line 4
      }
  16  o: int64[2, 2] @ bob = open v to bob as r by bob line 5
  17  output o as r by bob line 5
`)
	assert.Equal(t, `   1  a: int64[2, 3] @ alice = input as a by alice line 1
   2  from: int64 @ public = const 0 by public line 1
   3  to: int64 @ public = const 4 by public line 1
   4  by1: int64 @ public = const 1 by public line 1
   5  start by public line 2
   6  p: int64[2, 3] @ shared = share a by public line 2
   7  z: int64[2, 2] @ public = const 0, 0, 0, 0 by public line 2
   8  zs: int64[2, 2] @ shared = convert z by bob line 2
   9  var v: int64[2, 2] @ shared = copy zs by bob line 2
  10  q: int64[3, 2] @ shared = transpose p by bob line 4
  11  y: int64[2, 2] @ shared = dot p, q by bob line 4
  12  i: int64 @ public = for from, to, by1 by public line 3 {
  13    w: int64[2, 2] @ shared = add v, y by bob line 4
  14    v = copy w by bob line 4
      }
  15  o: int64[2, 2] @ bob = open v to bob as r by bob line 5
  16  output o as r by bob line 5
`, got)
}

// A share stays in a loop with an assert.
func TestNoShareLeavesAnAssert(t *testing.T) {
	body := `   1  a: int64 @ alice = input as a by alice line 1
   2  from: int64 @ public = const 0 by public line 1
   3  to: int64 @ public = const 4 by public line 1
   4  by1: int64 @ public = const 1 by public line 1
   5  start by public line 2
   6  z: int64 @ shared = convert from by bob line 2
   7  var v: int64 @ shared = copy z by bob line 2
   8  true: bool @ public = const 1 by public line 2
   9  i: int64 @ public = for from, to, by1 by public line 3 {
  10    p: int64 @ shared = share a by public line 4
  11    assert true "yes" by public line 4
  12    w: int64 @ shared = add v, p by bob line 4
  13    v = copy w by bob line 4
      }
  14  o: int64 @ bob = open v to bob as r by bob line 5
  15  output o as r by bob line 5
`
	assert.Equal(t, body, run(t, body))
}

const three = `computation f of "f.tfe"
players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2) ring 64
input a: int64 @ alice
input b: int64 @ bob
output r: bool @ alice
output s: int64 @ public

`

// together optimizes a program over a and b in shares, x and y, and returns
// what it became after the shares.
func together(t *testing.T, body string) string {
	p, err := ir.Parse(three + `   1  a: int64 @ alice = input as a by alice line 1
   2  b: int64 @ bob = input as b by bob line 1
   3  start by public line 2
   4  x: int64 @ shared = share a by {alice, s0, s1, s2} line 3
   5  y: int64 @ shared = share b by {bob, s0, s1, s2} line 3
` + body)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	optimize(t, p)
	_, text, _ := strings.Cut(p.String(), "   6  ")
	again, err := ir.Parse(p.String())
	require.NoError(t, err)
	require.NoError(t, ir.Verify(again))
	require.Equal(t, p.String(), again.String())
	return "   6  " + text
}

// A short chain stands beside a long operation, and what needs both after them;
// openings are sent together.
func TestRounds(t *testing.T) {
	assert.Equal(t, `   6  together by {s0, s1, s2} line 4 {
   7    c: bool @ shared = lt x, y by {s0, s1, s2} line 4
   8    chain by {s0, s1, s2} line 5 {
   9      m: int64 @ shared = mul x, y by {s0, s1, s2} line 5
  10      n: int64 @ shared = mul m, y by {s0, s1, s2} line 5
        }
      }
  11  z: int64 @ shared = select c, n, x by {s0, s1, s2} line 6
  12  together by public line 7 {
  13    o: bool @ alice = open c to alice as r by {alice, s0, s1, s2} line 7
  14    k: int64 @ public = open z to public as s by public line 7
      }
  15  output o as r by alice line 7
  16  output k as s by public line 7
`, together(t, `   6  c: bool @ shared = lt x, y by {s0, s1, s2} line 4
   7  m: int64 @ shared = mul x, y by {s0, s1, s2} line 5
   8  n: int64 @ shared = mul m, y by {s0, s1, s2} line 5
   9  z: int64 @ shared = select c, n, x by {s0, s1, s2} line 6
  10  o: bool @ alice = open c to alice as r by {alice, s0, s1, s2} line 7
  11  k: int64 @ public = open z to public as s by public line 7
  12  output o as r by alice line 7
  13  output k as s by public line 7
`))
}

// A print waits for what could be in its round, and for no later print.
func TestPrintsDoNotPartRounds(t *testing.T) {
	assert.Equal(t, `   6  together by public line 4 {
   7    chain by {s0, s1, s2} line 4 {
   8      together by {s0, s1, s2} line 4 {
   9        c: bool @ shared = lt x, y by {s0, s1, s2} line 4
  10        d: bool @ shared = lt y, x by {s0, s1, s2} line 6
          }
  11      k: bool @ shared = and c, d by {s0, s1, s2} line 6
        }
  12    z: int64 @ public = open x to public as s by public line 9
      }
  13  o: bool @ alice = open k to alice as r by {alice, s0, s1, s2} line 7
  14  print a text "first", "" by alice line 5
  15  print o text "second", "" by alice line 8
  16  output o as r by alice line 10
  17  output z as s by public line 10
`, together(t, `   6  c: bool @ shared = lt x, y by {s0, s1, s2} line 4
   7  print a text "first", "" by alice line 5
   8  d: bool @ shared = lt y, x by {s0, s1, s2} line 6
   9  k: bool @ shared = and c, d by {s0, s1, s2} line 6
  10  o: bool @ alice = open k to alice as r by {alice, s0, s1, s2} line 7
  11  print o text "second", "" by alice line 8
  12  z: int64 @ public = open x to public as s by public line 9
  13  output o as r by alice line 10
  14  output z as s by public line 10
`))
}
