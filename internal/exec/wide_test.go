package exec_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// TestWidestPrecision: on each protocol and ring, the most fractional bits that
// its products hold are computed as the reference does; one bit more is refused.
func TestWidestPrecision(t *testing.T) {
	for _, name := range capability.Names() {
		row, _ := capability.Lookup(name)
		for ring, width := range row.Width {
			for _, f := range []int{width / 4, min((width-1)/2, 62)} {
				i := min(width-1-2*f, 63-f)
				if i < 1 {
					i, f = i+2, f-1
				}
				t.Run(fmt.Sprintf("%s, ring %d, fixed(%d, %d)", name, ring, i, f), func(t *testing.T) {
					source := func(i, f int) string {
						return fmt.Sprintf(`players a, b, c, s0, s1, s2
protocol aby3(s0, s1, s2) with ring = %d
precision fixed(%d, %d)

computation f[n](x: fixed[n] @ a in -0.5..0.5, y: fixed[n] @ b in -0.5..0.5) -> (
  product: fixed[n] @ c,
  inner: fixed @ c,
  less: bool[n] @ c,
) where n >= 1, n <= 4 {
  return reveal(x * y) to c, reveal(dot(x, y)) to c, reveal(x < y) to c
}
`, ring, i, f)
					}
					path := filepath.Join(t.TempDir(), "f.tfe")
					require.NoError(t, os.WriteFile(path, []byte(source(i, f)), 0o600))
					p := load(t, path, name).Programs[0]
					r := rand.New(rand.NewPCG(uint64(i), uint64(f)))
					for range some(10) {
						in := randomInputs(r, p)
						agree(t, p, in, map[string]float64{"product": 1, "inner": 1})
						exactly(t, p, in)
					}
					if 1+i+f == 64 {
						return // as wide as a number is
					}
					require.NoError(t, os.WriteFile(path, []byte(source(i+1, f)), 0o600))
					_, diags, err := compiler.Load(path, compiler.Options{Protocol: name})
					require.NoError(t, err)
					require.True(t, diags.HasErrors())
					require.Equal(t, "E503", diags[0].Code)
				})
			}
		}
	}
}

// TestWideRing: on a ring of 128 bits, what 64 do not hold is computed as the
// reference does, and costs what is promised.
func TestWideRing(t *testing.T) {
	const source = `
players a, b, c, s0, s1, s2
protocol aby3(s0, s1, s2) with ring = 128
precision fixed(22, 40)

computation wide[n](
  x: fixed[n] @ a in -100.0..100.0,
  y: fixed[n] @ b in -100.0..100.0,
  k: int64[n] @ a,
  l: int64[n] @ b,
  u: uint64[n] @ a,
  v: uint64[n] @ b,
  m: int32[n] @ a,
  z: fixed[n] @ public in -9.0..9.0,
) -> (
  product: fixed[n] @ c,
  inner: fixed @ c,
  mean: fixed @ c,
  less: bool[n] @ c,
  below: bool[n] @ c,
  most: int64 @ c,
  size: int64[n] @ c,
  places: int32[n] @ c,
  wrapped: int64[n] @ c,
  sorted: int64[n] @ c,
  quotient: int64[n] @ c,
  divided: int64[n] @ c,
  rest: uint64[n] @ b,
  part: int32[n] @ c,
  picked: fixed @ c,
  total: int64 @ c,
)
  where n >= 1, n <= 9
{
  let w = k * l + k
  return reveal(x * y * z + x) to c, reveal(dot(x, y)) to c, reveal(mean(x + y)) to c,
    reveal(k < l) to c, reveal(u <= v) to c, reveal(max(k - l)) to c, reveal(abs(k)) to c, reveal(rank(w)) to c,
    reveal(w) to c, reveal(sort(w)) to c, reveal(w / 7) to c, reveal(div_or(k, l, 5)) to c, reveal(u % 10) to b,
    reveal(int32(x) + m) to c, reveal(if sum(m) > 0 then max(x) else x[0]) to c, reveal(sum(int64(m) * k)) to c
}
`
	path := filepath.Join(t.TempDir(), "wide.tfe")
	require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
	for _, protocol := range append(capability.Names(), "aby3(b, s1, a) with ring = 128", "pond(b, s1; a) with ring = 128") {
		p := load(t, path, protocol).Programs[0]
		require.Contains(t, p.String(), "ring 128")
		r := rand.New(rand.NewPCG(7, 11))
		for range some(10) {
			in := randomInputs(r, p)
			agree(t, p, in, map[string]float64{"product": 12, "inner": 1, "mean": 2})
			exactly(t, p, in)
		}
	}
}
