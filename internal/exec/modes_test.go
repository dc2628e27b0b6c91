package exec_test

// Audits and twin runs of random programs, and of programs that open values
// within operations.

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
)

// watched runs a program audited and twice.
func watched(t *testing.T, p *ir.Program, in map[string]interp.Tensor) {
	t.Helper()
	_, seen, err := exec.RunAudited(p, in)
	require.NoError(t, err, "%s", p)
	require.NotEmpty(t, seen)
	_, err = exec.RunTwin(p, in)
	require.NoError(t, err, "%s", p)
}

func TestModesOfRandomPrograms(t *testing.T) {
	for _, c := range []struct {
		protocol string
		roles    []int
	}{{"plain", []int{0}}, {"aby3", []int{3, 4, 5}}, {"aby3", []int{0, 5, 1}}, {"pond", []int{3, 4, 5}}, {"pond", []int{5, 0, 1}}, {"securenn", []int{5, 0, 1}}} {
		t.Run(fmt.Sprint(c.protocol, c.roles), func(t *testing.T) {
			t.Parallel()
			for seed := range some(60) {
				p, in, _ := randomProgram(seed, c.protocol, c.roles...)
				watched(t, p, in)
			}
		})
	}
}

// What sorts and permutations open for themselves is no disclosure, and what
// they exchange is left to chance.
func TestModesOfRandomisedOperations(t *testing.T) {
	for name, text := range orderPrograms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "f.tfe")
			require.NoError(t, os.WriteFile(path, []byte(orderHead+text+"\n"), 0o600))
			r := rand.New(rand.NewPCG(29, 5))
			for _, protocol := range []string{"", "plain(s0)", "aby3(s2, a, s1)", "pond(s2, a; s1)", "securenn(s1, a, s2)"} {
				p := load(t, path, protocol).Programs[0]
				for range 3 {
					watched(t, p, randomInputs(r, p))
				}
			}
		})
	}
}

// Draws, padded rows, branches that one player alone follows, lengths that
// nobody else learns.
func TestModesOfPrograms(t *testing.T) {
	const head = "players a, b, c, s0, s1, s2\nprotocol aby3(s0, s1, s2)\n\n"
	for name, text := range map[string]string{
		"draws": `computation f(x: fixed @ a in 0.0..9.0) -> (r: fixed @ b, s: bool @ c) {
  let toss = random_public()
  var y = x
  if toss > 0 { y = x + 1.0 }
  return reveal(y + random_laplace_shared(1.0)) to b, reveal(random_bit_shared()) to c
}`,
		"padded rows": `computation f(x: int32[upto 20] @ a in 0..100, y: int32[upto 7] @ b in 0..100) -> r: int64 @ c {
  return reveal(sum(x, mask: valid(x)) + sum(y, mask: valid(y))) to c
}`,
		"a branch of one player": `computation f(x: int32[9] @ a in 0..9, y: int32 @ b in 0..9) -> r: int64 @ c {
  let z = local a {
    var n: int32 = 0
    while n < x[0] limit 9 { n += 2 }
    yield if x[1] > 4 then n else -n
  }
  return reveal(int64(z) + sum(x) * int64(y)) to c
}`,
		"passes that everybody learns": `computation f(x: int32 @ a in 0..9, y: int32 @ b in 1..9) -> r: int32 @ c
  discloses more: bool[upto 12] @ public
{
  var z = x
  var go = true
  while go limit 12 {
    z -= y
    go = reveal(z > 0) to public as more
  }
  return reveal(z) to c
}`,
		"a column that everybody learns": `computation f[n](x: int32[n] @ a in 0..9, y: int32[n] @ b in 1..9) -> r: int64 @ c
  discloses less: bool[n] @ public, rows: int32[n] @ b
{
  var z: int64 = 0
  for i in 0..n {
    let below = reveal(x[i] < y[i]) to public as less
    if below { z += int64(x[i]) }
  }
  let copied = reveal(x) to b as rows
  return reveal(z + sum(copied)) to c
}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.tfe")
			require.NoError(t, os.WriteFile(path, []byte(head+text+"\n"), 0o600))
			r := rand.New(rand.NewPCG(31, 5))
			for _, protocol := range []string{"", "plain(s0)", "aby3(s2, a, s1)", "pond(s2, a; s1)", "securenn(s1, a, s2)"} {
				p := load(t, path, protocol).Programs[0]
				for range 3 {
					watched(t, p, randomInputs(r, p))
				}
			}
		})
	}
}
