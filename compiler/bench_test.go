package compiler_test

// What `tfec check` costs: a program of a thousand lines, as people write them.

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
)

// unit is a function and a computation with loops, selects, disclosures and a
// test; %[1]d tells one from the next.
const unit = `
fn gradient%[1]d[n, d](x: fixed[n, d], err: fixed[n]) -> fixed[d] {
  return dot(transpose(x), err) / n
}

/// One of many computations over the rows of two owners.
computation train%[1]d[n, d](
  /// the features, scaled
  x: fixed[n, d] @ alice in -4.0..4.0,
  y: fixed[n] @ bob in -4.0..4.0,
  offer: int32 @ alice in 0..1_000_000,
  reserve: int32 @ bob in 1..1_000_000,
) -> (
  model: fixed[d] @ carol,
  price: int32 @ {alice, bob},
)
  discloses sold: bool @ public
  where n >= 50, n <= 100_000
{
  var w: fixed[d] = zeros(d)
  for e in 0..10 {
    w -= 0.1 * gradient%[1]d(x, dot(x, w) - y)
  }
  let won = offer >= reserve
  let pay = if won then max(offer, reserve) else 0
  let open = reveal(won) to public as sold
  let level = (sum(x) + sum(y)) / n    // in clear where they are
  let rows = count(y > 0.5)
  let scale = if level > 0.25 and rows > 3 then 2.0 else 1.0
  let checked = if open then pay else 0
  return reveal(w * scale) to carol, reveal(checked) to {alice, bob}
}
`

func thousandLines() []byte {
	var b bytes.Buffer
	b.WriteString("/// A long program.\nplayers alice, bob, carol, s0, s1, s2\nprotocol aby3(s0, s1, s2)\nprecision fixed(24, 12)\n")
	for i := 0; bytes.Count(b.Bytes(), []byte("\n")) < 1000; i++ {
		fmt.Fprintf(&b, unit, i)
	}
	return b.Bytes()
}

func BenchmarkCheck(b *testing.B) {
	path := filepath.Join(b.TempDir(), "long.tfe")
	require.NoError(b, os.WriteFile(path, thousandLines(), 0o600))
	for b.Loop() {
		_, diags, err := compiler.Load(path, compiler.Options{})
		require.NoError(b, err)
		require.Empty(b, diags)
	}
}
