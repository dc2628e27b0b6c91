package exec_test

// Padded inputs: the engine gives what the interpreter gives whatever the true
// number of rows is, and nothing that others see depends on it.

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
)

const paddedSource = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)

fn spread[n](x: fixed[n], m: bool[n]) -> fixed { return max(x, mask: m) - min(x, mask: m) }

computation padded[n](
  x: fixed[upto n] @ alice in 1.0..5.0,
  y: fixed[upto n] @ bob in -5.0..5.0,
  z: fixed[upto 4, 3] @ alice in 0.0..1.0,
  b: bool[upto n] @ bob,
  k: int32[upto 5] @ bob in -7..-3,
  w: fixed[n] @ alice in 0.0..1.0,
) -> (
  total: fixed @ carol, width: fixed @ carol, average: fixed @ carol, above: int64 @ carol, columns: fixed[3] @ carol,
  product: fixed @ carol, entries: fixed @ carol, twice: fixed[n] @ carol, low: int32 @ carol, own: fixed @ alice,
  running: fixed[4] @ carol, best: fixed[3] @ carol, rows: fixed[4] @ carol, fill: int32[5] @ carol,
)
  where n <= 20
{
  let m = valid(x)
  let both = m and valid(y)
  return reveal(sum(x + y, mask: both)) to carol,
    reveal(spread(x * y, both)) to carol,
    reveal(mean(x, mask: m) + sum(w)) to carol,
    reveal(count(b, mask: valid(b))) to carol,
    reveal(sum(z, axis: 0, mask: valid(z))) to carol,
    reveal(dot(x, y, mask: both)) to carol,
    reveal(mean(z, mask: valid(z))) to carol,
    reveal(x * 2 + w) to carol,
    reveal(min(k, mask: valid(k))) to carol,
    mean(x, mask: m),
    reveal(cumsum(z[:, 0] + y[0] * 0.0, mask: valid(z))) to carol,
    reveal(max(z + y[0] * 0.0, axis: 0, mask: valid(z))) to carol,
    reveal(sum(z, axis: 1)) to carol,
    reveal(k) to carol
}
`

const orderedSource = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)

computation ordered[n](
  x: int32[upto n] @ alice in 1..6,
  y: int32[upto n] @ bob in 1..6,
  q: bool[upto n] @ bob,
  w: int64[upto n] @ alice,
  z: fixed[upto 4, 3] @ alice in 0.0..1.0,
  c: bool[3] @ bob,
  v: fixed[2, 3, 5] @ bob in -1.0..1.0,
  d: bool[5] @ alice,
  e: bool[n] @ alice,
) -> (
  sorted: int32[n] @ carol, places: int32[n] @ carol, three: int32[3] @ carol, rows: bool[n] @ carol, least: int32 @ carol, greatest: int32 @ carol,
  coin: int32 @ carol, wide: int32 @ carol, tails: int64[n] @ carol, column: int32[3] @ carol, row: int32[4] @ carol, cell: int32 @ carol,
  some: bool @ carol, every: bool @ carol, matrix: fixed[4, 3] @ carol, ranked: int32[4, 3] @ carol, deep: int32[2, 5] @ carol, last: int32[2, 3] @ carol,
  outermost: fixed @ carol, middle: fixed[2, 5] @ carol, own: int32[n] @ alice, own_least: int32 @ alice,
)
  where n >= 3, n <= 20
{
  let m = valid(x)
  let both = m and valid(y)
  let s = x * y
  let f: fixed[4, 3] @ shared = z
  let g: fixed[2, 3, 5] @ shared = v
  let wide: int64[n] @ shared = w
  let coins = q and e and s > 0
  return reveal(sort(s, mask: both)) to carol,
    reveal(rank(s, mask: both)) to carol,
    reveal(top_k(s, 3, mask: both)) to carol,
    reveal(sort_by(s, q, mask: both)) to carol,
    reveal(argmin(s, mask: both)) to carol,
    reveal(argmax(s, mask: both)) to carol,
    reveal(argmin(coins, mask: valid(q))) to carol,
    reveal(argmax(wide, mask: m)) to carol,
    reveal(sort(wide, mask: valid(w))) to carol,
    reveal(argmax(f, axis: 0, mask: valid(z))) to carol,
    reveal(argmin(f, axis: 1, mask: c)) to carol,
    reveal(argmax(f, mask: valid(z))) to carol,
    reveal(any(coins, mask: valid(q))) to carol,
    reveal(all(coins, mask: valid(q))) to carol,
    reveal(sort(f, mask: c)) to carol,
    reveal(rank(f, mask: c)) to carol,
    reveal(argmax(g, axis: 1, mask: c)) to carol,
    reveal(argmin(g, axis: 2, mask: d)) to carol,
    reveal(max(g, axis: 0, mask: [true, false])[1, 2] + sum(g, mask: [false, true])) to carol,
    reveal(max(g, axis: 1, mask: c)) to carol,
    sort(x, mask: m),
    argmin(x, mask: m)
}
`

// Order of padded rows: those that a mask leaves out sort last.
func TestPaddedRowsInOrder(t *testing.T) {
	for _, protocol := range []string{"plain(s0)", ""} {
		p := source(t, orderedSource, protocol)
		r := rand.New(rand.NewPCG(7, 8))
		for range 3 {
			all := inputs(r, p, func(ir.Size) int64 { return 6 })
			for range 4 {
				in := fewer(r, p, all)
				agree(t, p, in, nil)
				withinBound(t, p, in)
			}
		}
	}
}

// What the reductions of order give, by hand: padding is 1 for x, whose range
// has no 0, and an element that takes part may be the greatest of its type.
func TestOrderOfRealRows(t *testing.T) {
	p := source(t, `players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2)

computation f(x: int8[upto 5] @ alice in 1..=127, q: bool[upto 5] @ alice, m: bool[5] @ bob) -> (
  sorted: int8[5] @ bob, places: int32[5] @ bob, top: int8[3] @ bob, low: int32 @ bob, coin: int32 @ bob, some: bool @ bob, every: bool @ bob, none: int32 @ bob,
) {
  let real = valid(x) and m
  return reveal(sort(x, mask: real)) to bob, reveal(rank(x, mask: real)) to bob, reveal(top_k(x, 3, mask: real)) to bob, reveal(argmin(x, mask: real)) to bob,
    reveal(argmin(q, mask: real)) to bob, reveal(any(q, mask: real)) to bob, reveal(all(q, mask: real)) to bob, reveal(argmax(x, mask: real and x > 127)) to bob
}
`, "")
	in := map[string]interp.Tensor{
		"x": tensor(types.Of(types.Int8), []int64{3}, 9, 127, 127), "q": tensor(types.Of(types.Bool), []int64{3}, 0, 1, 1),
		"m": tensor(types.Of(types.Bool), []int64{5}, 0, 1, 1, 1, 1),
	}
	for _, run := range []interp.Runner{interp.Run, exec.Run} {
		out, err := run(p, in)
		require.NoError(t, err)
		assert.Equal(t, "[127, 127, 127, 127, 127]", out["sorted"].String())
		assert.Equal(t, "[4, 0, 1, 2, 3]", out["places"].String(), "padding, 1, before the row that the mask leaves out")
		assert.Equal(t, "[127, 127, -128]", out["top"].String())
		assert.Equal(t, "1", out["low"].String())
		assert.Equal(t, "1", out["coin"].String())
		assert.Equal(t, []string{"true", "true"}, []string{out["some"].String(), out["every"].String()})
		assert.Equal(t, "0", out["none"].String())
	}
}

func source(t *testing.T, text, protocol string) *ir.Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.tfe")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	unit, diags, err := compiler.Load(path, compiler.Options{Protocol: protocol})
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v", diags)
	return unit.Programs[0]
}

// fewer returns inputs of which those that may be are cut to random lengths.
func fewer(r *rand.Rand, p *ir.Program, all map[string]interp.Tensor) map[string]interp.Tensor {
	in := make(map[string]interp.Tensor)
	for _, x := range p.Inputs {
		key := ir.Key(x.Name, x.Member)
		in[key] = all[key]
		if x.Padded() {
			in[key] = first(all[key], r.Int64N(all[key].Shape[0]+1))
		}
	}
	return in
}

func first(x interp.Tensor, rows int64) interp.Tensor {
	cells := len(x.Data) / int(x.Shape[0])
	shape := append([]int64{rows}, x.Shape[1:]...)
	return interp.Tensor{Elem: x.Elem, Shape: shape, Data: x.Data[:int(rows)*cells]}
}

func TestPaddedRows(t *testing.T) {
	tolerance := map[string]float64{"total": 0, "width": 2, "average": 2, "product": 1, "entries": 2, "own": 0, "best": 1, "running": 4, "twice": 0}
	for _, protocol := range []string{"plain(s0)", ""} {
		p := source(t, paddedSource, protocol)
		again, err := ir.Parse(p.String())
		require.NoError(t, err)
		assert.Equal(t, p.String(), again.String())
		r := rand.New(rand.NewPCG(1, 2))
		for range 4 {
			all := inputs(r, p, func(ir.Size) int64 { return 6 })
			trace := measured(t, p, all)
			assert.Equal(t, trace, promised(t, p, all))
			for range 4 {
				in := fewer(r, p, all)
				agree(t, p, in, tolerance)
				assert.Equal(t, trace, measured(t, p, in), "what passes depends on how many rows there are")
			}
		}
	}
}

// No rows at all: the reductions of nothing.
func TestNoRows(t *testing.T) {
	p := source(t, paddedSource, "")
	all := inputs(rand.New(rand.NewPCG(3, 4)), p, func(ir.Size) int64 { return 3 })
	for key, v := range all {
		if key != "w" {
			all[key] = first(v, 0)
		}
	}
	out, err := exec.Run(p, all)
	require.NoError(t, err)
	assert.Equal(t, "0", out["total"].String())
	assert.Equal(t, "0", out["own"].String())
	assert.Equal(t, "0", out["above"].String())
	assert.Equal(t, "[0, 0, 0]", out["columns"].String())
	assert.Equal(t, "2147483647", out["low"].String())
	assert.Equal(t, "[-7, -7, -7, -7, -7]", out["fill"].String(), "a range without 0 is filled with its lower end")
}

func TestTooManyRows(t *testing.T) {
	p := source(t, paddedSource, "")
	in := inputs(rand.New(rand.NewPCG(5, 6)), p, func(ir.Size) int64 { return 2 })
	in["z"] = tensor(in["z"].Elem, []int64{5, 3}, make([]int64, 15)...)
	in["x"] = tensor(types.FixedOf(24, 16), []int64{3}, 1<<16, 1<<16, 1<<16)
	_, want := interp.Run(p, in)
	require.ErrorContains(t, want, "input x: got 3 rows, and there may be at most 2")
	_, err := exec.Run(p, in)
	require.ErrorContains(t, err, "alice: input x: got 3 rows, and there may be at most 2")
	require.ErrorContains(t, err, "alice: input z: got 5 rows, and there may be at most 4")
}

const tableSource = `players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2)

enum Region { north, south }

record Place { region: Region, day: date }

record Sale {
  place: Place,
  amount: fixed in 1.0..9.0,
  marks: int32[2] in 0..9,
}

computation tables(t: Sale[upto 5] @ alice, y: fixed[upto 5] @ bob in 0.0..1.0) -> (
  total: fixed @ bob, north: fixed @ bob, marks: int64[2] @ bob, best: Sale[2] @ bob, padded: fixed[5] @ bob,
  own: fixed[upto 5] @ alice, mine: Sale[upto 5] @ alice, days: date[upto 5] @ alice,
) {
  let m = valid(t)
  let both = m and valid(y)
  let s = sort_by(t.amount + y, t, mask: both)
  return reveal(sum(t.amount + y, mask: both)) to bob,
    reveal(sum(t.amount, mask: m and t.place.region == Region.north)) to bob,
    reveal(sum(t.marks, axis: 0, mask: m)) to bob,
    reveal(s[0..2]) to bob,
    reveal(t.amount) to bob,
    filter(t.amount, m and t.amount > 2.0), filter(t, m), unique(filter(t.place.day, m))
}
`

// Tables whose number of rows is private: by hand, and what others see.
func TestPaddedTables(t *testing.T) {
	for _, protocol := range []string{"plain(s0)", ""} {
		p := source(t, tableSource, protocol)
		again, err := ir.Parse(p.String())
		require.NoError(t, err)
		assert.Equal(t, p.String(), again.String())
		r := rand.New(rand.NewPCG(9, 10))
		all := inputs(r, p, nil)
		for rows := range int64(6) {
			in := map[string]interp.Tensor{"y": first(all["y"], 5-rows)}
			for _, x := range p.Inputs {
				if x.Rows > 0 {
					in[x.Name] = first(all[x.Name], rows)
				}
			}
			agree(t, p, in, nil)
			withinBound(t, p, in)
			out, err := exec.Run(p, in)
			require.NoError(t, err)
			assert.Equal(t, in["t.amount"], out["mine.amount"])
			assert.Equal(t, in["t.marks"].Data, out["mine.marks"].Data)
		}
	}
}

func TestColumnsOfOneTable(t *testing.T) {
	p := source(t, tableSource, "")
	in := inputs(rand.New(rand.NewPCG(11, 12)), p, nil)
	in["t.marks"] = first(in["t.marks"], 3)
	const want = "table t: 5 rows in t.place.region and 3 in t.marks"
	for _, run := range []interp.Runner{interp.Run, exec.Run} {
		_, err := run(p, in)
		require.ErrorContains(t, err, want)
	}
}
