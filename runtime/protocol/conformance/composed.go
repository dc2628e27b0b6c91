package conformance

// What a role receives, and sees opened, in operations that are made of others.

import (
	"testing"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The views of so many runs with each of two secrets are counted by bit. That two
// counts of a bit which is distributed alike differ by more than apart has a
// probability of at most 2 exp(-apart² / repeated) = 4e-22, by Hoeffding's bound; there are
// fewer than 10^7 bits in all, so that a sound protocol fails with one of at most 4e-15.
const (
	repeated = 200
	apart    = 100
)

// A composition is an operation on five numbers.
type composition struct {
	name   string
	op     func(q *Player, x mpc.Share)
	kernel func(mpc.Kernel) mpc.Kernel
	tells  bool // the secrets, which must be found
	// chance decides how much is sent, and a helper may be told what is opened.
	randomised bool
}

// unshuffled sabotages a kernel: rows stay where they are.
type unshuffled struct{ mpc.Kernel }

func (unshuffled) Shuffle(_ mpc.Net, _, _ int, x []mpc.Share) []mpc.Share { return x }

func compositions() []composition {
	sort := func(q *Player, x mpc.Share) { q.Engine.Sort(q, x) }
	less := func(q *Player, x mpc.Share) mpc.Share { return q.Engine.Lt(q, x, clear.Int(x.Elem, 2<<16)) }
	return []composition{
		{name: "sort", op: sort, randomised: true},
		{name: "less", op: func(q *Player, x mpc.Share) { less(q, x) }},
		{name: "divide", op: func(q *Player, x mpc.Share) { q.Engine.Div(q, x, x) }},
		{name: "square root", op: func(q *Player, x mpc.Share) { q.Engine.Sqrt(q, x) }},
		{name: "reciprocal square root", op: func(q *Player, x mpc.Share) { q.Engine.Rsqrt(q, x, 8) }},
		{name: "sigmoid", op: func(q *Player, x mpc.Share) { q.Engine.Sigmoid(q, x) }},
		{name: "the greatest", op: func(q *Player, x mpc.Share) { q.Engine.Max(q, x, 0) }},
		{name: "opened", op: func(q *Player, x mpc.Share) { q.Engine.Open(q, x, q.roles...) }, tells: true},
		{name: "a comparison opened", op: func(q *Player, x mpc.Share) {
			b := less(q, x)
			q.Engine.Open(q.At(operationStep, 1), b, q.roles...)
		}, tells: true},
		{name: "sort without a shuffle", op: sort, kernel: func(k mpc.Kernel) mpc.Kernel { return unshuffled{k} }, tells: true, randomised: true},
	}
}

// composed has no bit of what a role receives and sees opened tell two secrets
// apart; but what opens them, or sorts without a shuffle, is found. A helper that is
// silent receives nothing, but what a sort opens to it.
func composed(t *testing.T, p Protocol) {
	if p.ring != ring.Z64 {
		return
	}
	fixed := clear.Fixed(24, 16)
	secrets := [2]clear.Tensor{
		clear.FromInts(fixed, []int{5}, 1<<16, 2<<16, 3<<16, 4<<16, 5<<16),
		clear.FromInts(fixed, []int{5}, 99<<16, 7, 640<<16, 5<<10, 3<<16),
	}
	for _, c := range compositions() {
		t.Run(c.name, func(t *testing.T) {
			x, y := p.counts(t, c, 0, secrets[0]), p.counts(t, c, 1, secrets[1])
			most := 0
			for i := range x {
				most = max(most, differs(x[i], y[i]))
			}
			for helper := p.Roles - p.Helpers; helper < p.Roles && p.Silent && !c.randomised; helper++ {
				if len(x[helper])+len(y[helper]) > 0 {
					t.Errorf("role %d receives something", helper)
				}
			}
			if (most > apart) != c.tells {
				t.Errorf("the counts of a bit differ by %d", most)
			}
		})
	}
}

// counts counts, over runs with fresh keys, how often each bit is set of what each
// role receives, and then of what each sees opened; bits that a run does not have are
// not.
func (p Protocol) counts(t *testing.T, c composition, salt int, x clear.Tensor) [][]int {
	ones := make([][]int, 2*p.Roles)
	for seed := range repeated {
		r := run{seed: uint64(2*seed + salt), watch: true, kernel: c.kernel}
		_, players := p.compute(t, r, []clear.Tensor{x}, func(q *Player, s []mpc.Share) mpc.Share {
			c.op(q, s[0])
			return s[0]
		})
		for i, role := range p.roles() {
			count(&ones[i], players[role].inbox)
			count(&ones[p.Roles+i], players[role].opened)
		}
	}
	return ones
}

func count(ones *[]int, view []byte) {
	for len(*ones) < 8*len(view) {
		*ones = append(*ones, 0)
	}
	for k, b := range view {
		for bit := range 8 {
			(*ones)[8*k+bit] += int(b >> bit & 1)
		}
	}
}

// differs is the greatest difference of two counts of one bit.
func differs(x, y []int) (most int) {
	at := func(counts []int, k int) int {
		if k < len(counts) {
			return counts[k]
		}
		return 0
	}
	for k := range max(len(x), len(y)) {
		d := at(x, k) - at(y, k)
		most = max(most, d, -d)
	}
	return most
}
