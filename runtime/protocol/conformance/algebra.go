package conformance

// Results against arithmetic on big integers, with rounds and bytes against
// the cost expressions of package capability.

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// algebra runs every case on edge values in all combinations and on random
// ones, and on short vectors for the costs.
func algebra(t *testing.T, p Protocol) {
	for i, c := range p.cases() {
		if p.Exact && !slices.ContainsFunc(c.calls, truncates) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			in := c.samples(rand.New(rand.NewPCG(uint64(i), 2)))
			for _, n := range lengths(len(in[0].Data)) {
				c.check(t, p, uint64(i), prefix(in, min(n, len(in[0].Data))))
			}
		})
	}
}

// prefix is the first n elements of each operand.
func prefix(in []clear.Tensor, n int) []clear.Tensor {
	out := make([]clear.Tensor, len(in))
	for i, x := range in {
		out[i] = clear.Tensor{Elem: x.Elem, Shape: []int{n}, Data: x.Data[:n]}
	}
	return out
}

func (c testCase) check(t *testing.T, p Protocol, seed uint64, in []clear.Tensor) {
	t.Helper()
	n := len(in[0].Data)
	got, players := p.compute(t, run{seed: seed}, in, func(q *Player, x []mpc.Share) mpc.Share { return c.op(q, x, in) })
	if len(got.Data) != n {
		t.Fatalf("got %d elements, want %d", len(got.Data), n)
	}
	for i, v := range got.Data {
		low, high := c.want(values(in, i))
		if p.Exact && len(c.calls) == 1 && truncates(c.calls[0]) {
			high = low
		}
		if g := value(got.Elem, v); !between(got.Elem, g, low, high) {
			t.Errorf("of %v: got %v, want %v to %v", values(in, i), g, low, high)
		}
	}
	p.checkCost(t, players, n, c.calls)
}

// truncates says whether a call drops bits.
func truncates(p capability.Part) bool {
	return p.Param > 0 && (p.Action == capability.Truncate || p.Action == capability.Product)
}

// checkCost compares what the links and clocks of each player saw with the
// protocol's cost expressions, for calls one after the other.
func (p Protocol) checkCost(t *testing.T, players []*Player, n int, calls []capability.Part) {
	t.Helper()
	protocol, ok := capability.Lookup(p.Name)
	if !ok {
		t.Fatalf("no cost expressions for %s", p.Name)
	}
	if p.Exact {
		protocol = protocol.Exact()
	}
	clocks, bytes, stages := make([]int, len(players)), make([][]uint64, len(players)), 0
	for i := range bytes {
		bytes[i] = make([]uint64, len(players))
	}
	for _, c := range calls {
		c.Ring = int(p.ring)
		for _, s := range protocol.Messages(c.Call) {
			p.send(s, c.Times*n, clocks, bytes)
			stages++
		}
	}
	for i, q := range players {
		if slices.Contains(p.roles(), i) && q.took != stages {
			t.Errorf("%d elements: player %d took %d stages, want %d", n, i, q.took, stages)
		}
		if q.rounds != clocks[i] || !slices.Equal(q.bytes, bytes[i]) {
			t.Errorf("%d elements: player %d took %d rounds and sent %d bytes to each, want %d and %d", n, i, q.rounds, q.bytes, clocks[i], bytes[i])
		}
	}
}

// send adds the messages of a stage to each player's clock, and to the bytes of
// each link.
func (p Protocol) send(s capability.Stage, n int, clocks []int, bytes [][]uint64) {
	before := slices.Clone(clocks)
	for _, m := range s {
		if from, to := p.player(m.From), p.player(m.To); m.Ahead && clocks[from] > 0 {
			before[to] = max(before[to], clocks[from]+1)
		}
	}
	copy(clocks, before)
	for _, m := range s {
		from, to := p.player(m.From), p.player(m.To)
		if !m.Ahead {
			clocks[to] = max(clocks[to], before[from]+1)
		}
		bytes[from][to] += uint64(m.Bytes(n))
	}
}

// player is the index of a player in capability's numbers: role r is player r
// + 1, and the others are numbered from the last role on. number is its
// inverse.
func (p Protocol) player(number int) int {
	if number < p.Roles {
		return number + 1
	}
	return number - p.Roles
}

func (p Protocol) number(player int) int {
	if 0 < player && player <= p.Roles {
		return player - 1
	}
	return player + p.Roles
}

// value is an integer representation as a number.
func value(t clear.Type, v uint64) *big.Int {
	if t.Kind == clear.UnsignedKind || t.Kind == clear.BoolKind {
		return new(big.Int).SetUint64(v)
	}
	return big.NewInt(int64(v))
}

func values(in []clear.Tensor, i int) []*big.Int {
	v := make([]*big.Int, len(in))
	for k, x := range in {
		v[k] = value(x.Elem, x.Data[i])
	}
	return v
}

// between reports whether an integer from low to high is v modulo 2^Bits.
func between(t clear.Type, v, low, high *big.Int) bool {
	above := new(big.Int).Sub(v, low)
	return above.Mod(above, pow2(t.Bits)).Cmp(new(big.Int).Sub(high, low)) <= 0
}

// samples are operands: edge values in all valid combinations, shuffled, and
// random ones of random lengths in bits.
func (c testCase) samples(r *rand.Rand) []clear.Tensor {
	var rows [][]int64
	c.combine(nil, &rows)
	for range 300 {
		row := make([]int64, len(c.in))
		for i, d := range c.in {
			row[i] = d.random(r)
		}
		rows = append(rows, row)
	}
	rows = slices.DeleteFunc(rows, func(row []int64) bool { return c.valid != nil && !c.valid(c.numbers(row)) })
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	rows = rows[:min(len(rows), 700)]
	in := make([]clear.Tensor, len(c.in))
	for i, d := range c.in {
		in[i] = clear.Zero(d.elem, len(rows))
		for k, row := range rows {
			in[i].Data[k] = uint64(row[i])
		}
	}
	return in
}

// combine lists all combinations of edges.
func (c testCase) combine(row []int64, rows *[][]int64) {
	if len(row) == len(c.in) {
		*rows = append(*rows, slices.Clone(row))
		return
	}
	for _, e := range c.in[len(row)].edges() {
		c.combine(append(row, e), rows)
	}
}

func (c testCase) numbers(row []int64) []*big.Int {
	v := make([]*big.Int, len(row))
	for i, x := range row {
		v[i] = value(c.in[i].elem, uint64(x))
	}
	return v
}

// edges are 0, 1, 2, -1 (all ones), -2, both ends and their neighbours, and
// powers of two around the middle, as far as the domain has them.
func (d domain) edges() []int64 {
	all := []int64{d.low, d.low + 1, d.top - 1, d.top, 0, 1, 2, -1, -2, 1 << 16, -1 << 16, 1 << 31, -1 << 31, 1<<31 - 1, 1 << 46}
	all = slices.DeleteFunc(all, func(v int64) bool { return v < d.low || v > d.top })
	slices.Sort(all)
	return slices.Compact(all)
}

// random draws a value, half of them small.
func (d domain) random(r *rand.Rand) int64 {
	for {
		v := int64(r.Uint64()) >> r.IntN(64)
		if d.low >= 0 && v < 0 {
			v = ^v
		}
		if v >= d.low && v <= d.top {
			return v
		}
	}
}
