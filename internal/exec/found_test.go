package exec_test

// Programs that random ones showed to be wrong once.

import (
	"math/rand/v2"
	"testing"
)

var found = map[string]string{
	"rows are put into every row of a slice": `computation f[n](x: fixed[n, 3] @ a in -9.0..9.0, y: fixed[3] @ b in -9.0..9.0, u: bool[n, 3] @ a, v: bool[3] @ b) -> (
  r: fixed[n, 3] @ b, s: bool[n, 3] @ b, t: fixed[n, 3] @ a) where n >= 2 {
  var z = x
  z[0..2] = y
  var w = u
  w[..2] = v
  var own = x
  own[..2] = x[1]
  return reveal(z) to b, reveal(w) to b, own
}`,
	"arms of bools have different shapes": `enum E { red, green, blue }
computation f[n](u: bool[n, 3] @ a, v: bool[3] @ b, c: bool @ b, e: E[n] @ a, g: E @ b, k: int32 @ public in 0..2) -> (
  r: bool[n, 3] @ b, s: bool[n, 3] @ b, t: E[n] @ b, q: bool[n, 3] @ b) {
  return reveal(if c then u else v) to b, reveal(u and v or v) to b, reveal(if c then e else g) to b, reveal(if k > 0 then v else u) to b
}`,
	"a variable that nobody reads has an early check": `computation f[n](x: fixed[n] @ a in -9.0..9.0, k: int32 @ a in 0..2) -> r: fixed @ b where n >= 2 {
  var z = x
  z[local a { yield n - 1 }] = 1.0
  return reveal(x[k]) to b
}`,
}

func TestFound(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 5))
	for name, text := range found {
		t.Run(name, func(t *testing.T) {
			for _, protocol := range []string{"", "plain(s0)"} {
				p := source(t, orderHead+text+"\n", protocol)
				for range 3 {
					agree(t, p, randomInputs(r, p), nil)
				}
			}
		})
	}
}
