package exec_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/capability"
)

// TestExactTruncation: with trunc = exact, on every protocol and ring, all that is cut off is rounded down,
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
	for _, ring := range []string{"", ", ring = 128"} {
		path := filepath.Join(t.TempDir(), "round.tfe")
		text := strings.Replace(source, "trunc = exact", "trunc = exact"+ring, 1)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		for _, protocol := range capability.Names() {
			p := load(t, path, protocol).Programs[0]
			require.Regexp(t, "ring (64|128) exact", p.String())
			r := rand.New(rand.NewPCG(7, 11))
			for range 10 {
				in := randomInputs(r, p)
				agree(t, p, in, nil)
				exactly(t, p, in)
			}
		}
	}
}
