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
func run(t *testing.T, body string) string {
	p, err := ir.Parse(header + body)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	require.NoError(t, opt.Run(p))
	_, text, _ := strings.Cut(p.String(), "\n\n")
	return text
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
