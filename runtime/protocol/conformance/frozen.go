package conformance

// The links refer to messages until a run ends, and one component may be in several
// shares: nothing changes what it was given, sent or returned.

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// frozen is memory, and what it held.
type frozen struct {
	what string
	now  func() [sha256.Size]byte
	then [sha256.Size]byte
}

func (p *Player) freeze(what string, parts [][]byte) {
	if p.run.freeze {
		p.hold(what, func() [sha256.Size]byte { return sha256.Sum256(slices.Concat(parts...)) })
	}
}

func (p *Player) freezeShare(what string, x mpc.Share) {
	p.hold(what, func() [sha256.Size]byte { return sha256.Sum256(fmt.Append(nil, x)) })
}

func (p *Player) hold(what string, now func() [sha256.Size]byte) {
	p.frozen = append(p.frozen, frozen{what, now, now()})
}

// nothingChanges carries out operations of every kind one after the other, and then
// looks at all that they were given, sent and returned. Packed bits travel without
// a copy at multiples of 64.
func nothingChanges(t *testing.T, p Protocol) {
	for _, n := range []int{1, 64, 65, 128} {
		for _, f := range p.changes(t, n, handed(n), nil) {
			t.Errorf("%d elements: %s has changed", n, f)
		}
	}
}

// detectsChange: an operation that adds to its operand in place is found.
func detectsChange(t *testing.T, p Protocol) {
	inPlace := func(q *Player, s []mpc.Share) mpc.Share {
		s[0].Comp[0][0]++
		return s[0]
	}
	if len(p.changes(t, 1, nil, inPlace)) == 0 {
		t.Error("not found")
	}
}

// changes are what has changed at the end of a run of operations, and of one more.
func (p Protocol) changes(t *testing.T, n int, operations []func(*Player, []mpc.Share, mpc.Share) mpc.Share, more func(*Player, []mpc.Share) mpc.Share) (found []string) {
	x, y, b := clear.Zero(clear.Fixed(24, 16), n), clear.Zero(clear.Uint64, n), clear.Zero(clear.Bool, n)
	for i := range n {
		x.Data[i], y.Data[i], b.Data[i] = uint64(i-7)<<16, uint64(i)<<57, uint64(i)&1
	}
	_, players := p.compute(t, run{seed: uint64(n), freeze: true}, []clear.Tensor{x, y, b}, func(q *Player, s []mpc.Share) mpc.Share {
		for i, x := range s {
			q.freezeShare(fmt.Sprintf("operand %d", i), x)
		}
		tiny := q.Engine.Convert(q.At(2000, 0), s[2], clear.Uint8)
		for i, operation := range operations {
			z := operation(q.At(2001+2*uint32(i), 0), s, tiny)
			q.freezeShare(fmt.Sprintf("result %d", i), z)
			q.Engine.Open(q.At(2002+2*uint32(i), 0), z, q.roles...)
		}
		if more != nil {
			more(q, s)
		}
		return s[0]
	})
	for _, q := range players {
		for _, f := range q.frozen {
			if f.now() != f.then {
				found = append(found, fmt.Sprintf("at player %d, %s", q.Self(), f.what))
			}
		}
	}
	return found
}

// handed are operations on a fixed, a uint64, bits and a uint8 of n elements.
func handed(n int) []func(q *Player, s []mpc.Share, tiny mpc.Share) mpc.Share {
	return []func(*Player, []mpc.Share, mpc.Share) mpc.Share{
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Mul(q, s[0], s[0]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Mul(q, s[1], s[1]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Dot(q, s[0], s[0]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share {
			return q.Engine.Div(q, s[0], clear.Int(clear.Int64, 3))
		},
		func(q *Player, _ []mpc.Share, tiny mpc.Share) mpc.Share {
			return q.Engine.Div(q, tiny, clear.Int(clear.Uint8, 3))
		},
		func(q *Player, s []mpc.Share, tiny mpc.Share) mpc.Share { return q.Engine.Div(q, s[0], tiny) },
		func(q *Player, _ []mpc.Share, tiny mpc.Share) mpc.Share { return q.Engine.Mod(q, tiny, tiny) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Sqrt(q, s[0]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Rsqrt(q, s[0], 8) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Exp(q, s[0]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Sigmoid(q, s[0]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Lt(q, s[0], s[0]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Lt(q, s[1], s[1]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Eq(q, s[0], s[0]) },
		func(q *Player, _ []mpc.Share, tiny mpc.Share) mpc.Share { return q.Engine.Eq(q, tiny, tiny) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Max(q, s[0], 0) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Select(q, s[2], s[0], s[0]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Or(q, s[2], s[2]) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Engine.Convert(q, s[0], clear.Int32) },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share {
			return q.Engine.Add(q, s[0], clear.Int(clear.Fixed(24, 16), 5))
		},
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Kernel.Shuffle(q, 1, n, s[:1])[0] },
		func(q *Player, s []mpc.Share, _ mpc.Share) mpc.Share { return q.Kernel.Refresh(q, s[0]) },
	}
}
