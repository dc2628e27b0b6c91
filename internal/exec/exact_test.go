package exec_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestExactTruncation: with trunc = exact, all that is cut off is rounded down,
// as the reference does, and costs what is promised.
func TestExactTruncation(t *testing.T) {
	const source = `players a, b, c, s0, s1, s2
protocol aby3(s0, s1, s2) with trunc = exact
precision fixed(20, 8)

computation round[n](
  x: fixed[n] @ a in -100.0..100.0,
  y: fixed[n] @ b in -100.0..100.0,
  z: fixed[n] @ public in -9.0..9.0,
) -> (
  product: fixed[n] @ c,
  chain: fixed[n] @ c,
  inner: fixed @ c,
  scaled: fixed[n] @ c,
) {
  let p = x * y
  return reveal(p) to c, reveal(p * z + x) to c, reveal(dot(x, y)) to c, reveal(x * z * 0.3 + y * 0.0) to c
}
`
	path := filepath.Join(t.TempDir(), "round.tfe")
	require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
	p := load(t, path, "").Programs[0]
	require.Contains(t, p.String(), "ring 64 exact")
	r := rand.New(rand.NewPCG(7, 11))
	for range 20 {
		in := randomInputs(r, p)
		agree(t, p, in, nil)
		exactly(t, p, in)
	}
}
