package exec_test

// Order and selection from the text on, in clear and on shares; long enough
// for a quicksort of several levels.

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
)

const orderHead = "players a, b, s0, s1, s2\nprotocol aby3(s0, s1, s2)\n\n"

// orderPrograms are programs without sizes in which few keys are distinct.
var orderPrograms = map[string]string{
	"sort": `computation f(x: int32[70] @ a in 0..9, y: int32[70] @ b in 0..9, z: int64[3, 40] @ a, u: uint64[40] @ b) -> (
  r: int32[70] @ a, s: int64[3, 40] @ a, t: uint64[40] @ a, k: int32[3, 40] @ b, q: bool[70] @ b) {
  let w: int64[3, 40] @ shared = z
  let v: uint64[40] @ shared = u
  return reveal(sort(x + y)) to a, reveal(sort(w)) to a, reveal(sort(v)) to a, reveal(rank(w)) to b, reveal(sort(x < y)) to b
}`,
	"rows by key": `computation f(x: int32[50] @ a in 0..5, y: int32[50] @ b in 0..5, m: fixed[50, 2] @ a in -9.0..9.0, c: bool[50] @ b) -> (
  r: fixed[50, 2] @ a, s: bool[50] @ a, t: int32[4] @ b, d: bool @ b, e: bool @ b) {
  let z = x * y
  let places = iota(50) + int64(z) - int64(z)
  return reveal(sort_by(z, m)) to a, reveal(sort_by(z, c)) to a, reveal(top_k(z, 4)) to b, reveal(distinct(z)) to b, reveal(distinct(places)) to b
}`,
	"rows by several keys": `record R {
  k: int32 in 0..3,
  v: fixed in -9.0..9.0,
}

computation f(x: int32[40] @ a in 0..3, c: bool[40] @ b, y: uint64[40] @ b, t: R[40] @ a, m: bool[40] @ b) -> (
  r: int32[40] @ a, s: R[40] @ a, u: R[40] @ b, own: R[40] @ a) {
  let z: int32[40] @ shared = x
  return reveal(sort_by(z, c, iota(40) % 7, x)) to a, reveal(sort_by(c, t.v, t, mask: m)) to a,
    reveal(sort_by(y % 3, -x, t)) to b, sort_by(t.k, -t.v, t)
}`,
	"partition": `record R {
  k: int32 in 0..5,
  c: bool,
}

computation f(t: R[30] @ a, y: int32[30] @ b in 0..5) -> (r: R[30] @ a, s: int32[30] @ b, u: R[1] @ b) {
  let out = t.k < y
  return reveal(sort_by(out, t)) to a, reveal(rank(out)) to b, reveal(sort_by(out[0..1], t[0..1])) to b
}`,
	"carried rows": `record R {
  k: int32 in 0..5,
  c: bool,
  m: int8[3],
}

computation f(t: R[37] @ a, y: fixed[37] @ a, c: bool[37] @ b, w: bool[64] @ b, one: bool[1] @ b) -> (
  r: R[37] @ a, s: fixed[37] @ a, u: R[37] @ a, v: bool[37] @ b, x: int32[1] @ a, z: R[37] @ b) {
  let every: R[37] @ shared = t
  return reveal(carry(t, c)) to a, reveal(carry(y, c and not w[0..37])) to a, carry(t, t.c),
    reveal(carry(y[0..37] > 0.0, c)[0..37] == full(true, 37)) to b, reveal(carry(t.k[3..4], one)) to a, reveal(carry(every, iota(37) % 5 == 2)) to b
}`,
	"tables by key": `record R {
  k: int32 in 0..5,
  v: fixed in -9.0..9.0,
  c: bool,
}

computation f(t: R[20] @ a, y: int32[20] @ b in 0..5) -> (r: fixed[20] @ a, s: bool[20] @ b) {
  let z = sort_by(t.k + y, t)
  return reveal(z.v) to a, reveal(z.c) to b
}`,
	"tables by index": `record R {
  k: int32 in 0..5,
  v: fixed in -9.0..9.0,
  c: bool,
  m: int8[3],
}

computation f(t: R[5] @ a, u: R[5] @ b, i: int32 @ b in -2..9, j: int32[3] @ b in -2..9, c: bool[5] @ b) -> (
  one: R @ a, some: R[3] @ a, stored: R[5] @ a, back: R[5] @ b, filled: R[4] @ b, chosen: R[5] @ a, either: R[5] @ a, own: R[5] @ a,
) {
  return reveal(lookup(t, i)) to a, reveal(lookup(t, j)) to a, reveal(store(t, i, u[2])) to a, reveal(reverse(store(t, i, u[0]))) to b,
    reveal(full(lookup(t, i), 4)) to b, reveal(if c then t else u) to a, reveal(if c then t[1] else u) to a, reverse(t)
}`,
	"merge": `computation f(x: fixed[13] @ a in -9.0..9.0, y: fixed[6] @ b in -9.0..9.0, p: bool[5] @ a, q: bool[9] @ b) -> (r: fixed[19] @ a, s: bool[14] @ b) {
  return reveal(merge(sort(x), sort(y))) to a, reveal(merge(sort(p), sort(q))) to b
}`,
	"least and greatest": `computation f(x: fixed[4, 7] @ a in -2.0..2.0, y: fixed[4, 7] @ b in -2.0..2.0) -> (r: int32[4] @ a, s: int32[7] @ a, t: int32 @ b, u: bool[4] @ b, v: bool @ b) {
  let d = fixed(int32(x - y))
  return reveal(argmax(d, axis: 1)) to a, reveal(argmin(d, axis: 0)) to a, reveal(argmax(d)) to b, reveal(any(x < y, axis: 1)) to b, reveal(all(x < y)) to b
}`,
	"read and write": `computation f(x: fixed[6, 2] @ a in -9.0..9.0, i: int32[5] @ b in -2..9, j: int64 @ b in -2..9, m: bool[6] @ b) -> (r: fixed[5, 2] @ a, s: fixed[6, 2] @ a, t: bool[5] @ a, h: bool[5, 6] @ b) {
  let n = not m
  let c: bool[6] @ shared = n
  let k: int32[5] @ shared = i
  return reveal(lookup(x, i)) to a, reveal(store(x, j, [1.5, -2.5])) to a, reveal(lookup(c, k)) to a, reveal(onehot(k, 6)) to b
}`,
	"short indices": `computation f(x: int32[300] @ a in 1..9, c: bool[300] @ a, i: int8[20] @ b, j: uint8 @ b, k: int8 @ b in -9..0) -> (r: int32[20] @ a, s: bool[20] @ a, t: int32[300] @ a, u: bool[300] @ b) {
  return reveal(lookup(x, i)) to a, reveal(lookup(c, i)) to a, reveal(store(x, j, 0)) to a, reveal(store(c, k, true)) to b
}`,
	"beyond the type": `computation f(x: fixed[12] @ a, y: fixed[12] @ b) -> (r: fixed[12] @ a, s: int32[12] @ a, t: fixed[3] @ b, u: fixed[12] @ b) {
  var z = x + y
  for k in 0..2 { z = z + y[k] }
  let w = [z, x + x]
  return reveal(sort(z)) to a, reveal(rank(w[1])) to a, reveal(top_k(-z, 3)) to b, reveal(sort_by(z, x)) to b
}`,
	"in clear": `computation f(x: int32[50] @ a in 0..9, y: fixed[50] @ a, i: int32 @ a in -2..60) -> (r: fixed[50] @ b, s: int32[3] @ b, t: bool @ b, u: int32 @ b, v: fixed @ b, w: fixed[50] @ b, k: int32[50] @ b, z: int32[100] @ b) {
  return reveal(sort_by(x, y)) to b, reveal(top_k(x, 3)) to b, reveal(distinct(x)) to b, reveal(argmin(x)) to b, reveal(lookup(y, i)) to b, reveal(store(y, i, 0.5)) to b, reveal(rank(x)) to b, reveal(merge(sort(x), sort(x))) to b
}`,
}

func TestOrder(t *testing.T) {
	for name, text := range orderPrograms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "f.tfe")
			require.NoError(t, os.WriteFile(path, []byte(orderHead+text+"\n"), 0o600))
			r := rand.New(rand.NewPCG(23, 5))
			for _, protocol := range []string{"", "plain(s0)", "aby3(s2, a, s1)", "pond(s2, a; s1)", "securenn(a, s1, s2)"} {
				p := load(t, path, protocol).Programs[0]
				for range 3 {
					in := randomInputs(r, p)
					agree(t, p, in, nil)
					withinBound(t, p, in)
				}
			}
		})
	}
}

// withinBound compares a run with what is promised: exactly, or of a randomised
// operation at most the bound.
func withinBound(t *testing.T, p *ir.Program, in map[string]interp.Tensor) {
	t.Helper()
	report, err := cost.Of(p, known(p, in))
	require.NoError(t, err)
	if report.Bound == nil {
		exactly(t, p, in)
		return
	}
	atMost(t, report.Bound, measured(t, p, in))
	if p.Protocol.Name == "aby3" { // in plain, comparisons are free
		assert.Less(t, report.Bytes.Value, report.Bound.Bytes.Value)
		assert.Less(t, report.Rounds.Value, report.Bound.Rounds.Value)
	}
}

// The corpus programs whose random inputs need not satisfy what they ask for.
func TestOrderInCorpus(t *testing.T) {
	for _, name := range []string{"median", "psi_size", "mlp", "groupby"} {
		path := filepath.Join("..", "..", "corpus", "programs", name+".tfe")
		for _, protocol := range []string{"", "plain(s0)"} {
			unit := load(t, path, protocol)
			require.NotEmpty(t, unit.Tests)
			ownTests(t, unit)
		}
	}
}

// A shuffle, joint or of one player, of an array or a table, keeps rows together
// and loses none.
func TestShuffle(t *testing.T) {
	for _, returned := range []string{
		"reveal(shuffle_shared(x)) to b", "reveal(local a { yield shuffle(x) }) to b", "reveal(both(shuffle_shared(rows(x)))) to b",
		"reveal(both(local a { yield shuffle(rows(x)) })) to b",
	} {
		t.Run(returned, func(t *testing.T) { shuffles(t, returned) })
	}
}

func shuffles(t *testing.T, returned string) {
	text := `record Row {
  low: int32,
  high: int64,
}

fn rows(x: int32[40, 2]) -> Row[40] { return Row(low: x[:, 0], high: int64(x[:, 1])) }

fn both(r: Row[40]) -> int32[40, 2] { return transpose([r.low, int32(r.high)]) }

computation f(x: int32[40, 2] @ a) -> (r: int32[40, 2] @ b) {
  return ` + returned + `
}`
	path := filepath.Join(t.TempDir(), "f.tfe")
	require.NoError(t, os.WriteFile(path, []byte(orderHead+text+"\n"), 0o600))
	for _, protocol := range []string{"", "plain(s0)"} {
		p := load(t, path, protocol).Programs[0]
		in := map[string]interp.Tensor{"x": {Elem: p.Inputs[0].Elem, Shape: []int64{40, 2}}}
		want := make(map[string]int)
		for i := range int64(40) {
			row := tensor(p.Inputs[0].Elem, nil, i, 1000-i)
			in["x"] = interp.Tensor{Elem: row.Elem, Shape: []int64{40, 2}, Data: append(in["x"].Data, row.Data...)}
			want[fmt.Sprint(i, 1000-i)]++
		}
		results, err := exec.Run(p, in)
		require.NoError(t, err)
		got := results["r"]
		rows, inOrder := make(map[string]int), 0
		for i := range 40 {
			rows[fmt.Sprint(got.Data[2*i], got.Data[2*i+1])]++
			if got.Data[2*i].Int64() == int64(i) {
				inOrder++
			}
		}
		assert.Equal(t, want, rows, protocol)
		assert.Less(t, inOrder, 15, "a shuffle leaves one row in place on average")
		exactly(t, p, in)
	}
}
