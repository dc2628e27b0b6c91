// Package pond is computation by two servers on additive shares, with a dealer
// that hands out randomness and holds no data: semi-honest, at most one of the
// three corrupt.
//
// Every value is kept in masked form (Patra et al. 2021, ABY2.0): a ring element
// is x = D + a0 + a1 modulo 2^64 or 2^128, a bit D ^ a0 ^ a1. Both servers have D,
// server i has a_i, and the dealer a0 and a1: so a value is masked and opened once,
// when it comes into being, and serves in any number of products. A Share is D and
// a_i at a server, a0 and a1 at the dealer, which carries out every operation on
// these alone.
//
// An operation is the same everywhere (package dealer): the servers add up their parts
// of the result, from what both see and what is dealt, and open the sum under a fresh
// mask. Masks cost nothing; what is dealt is drawn by one server, and corrected at the
// other, with what the dealer sends ahead.
//
// Bytes are stated for elements of 64 bits, those that the servers send and, apart, those
// that are dealt; elements of 128 bits take twice as many, but for openings, which
// concern the low words alone, and corrections of truncations. A dealer that gets
// to know a value, since it is public or decides how a sort goes on, waits for it: what it
// deals afterwards takes a round more.
//
// Why nobody learns anything: a message of one server to the other is masked by
// what it draws with the dealer alone, for this message alone; a correction by
// what the other server draws so. The dealer receives nothing but openings. An
// opening gives a server the other's part of the mask. Anybody else gets D + a0 and
// a1, to which the servers first add a sharing of zero that they alone draw: the
// dealer, which knows a0 and a1, and a receiver learn no more together than the
// value, but for the rounding of truncations and of divisions by public numbers.
//
// Sources: Beaver 1991 (triples), Patra et al. 2021 (masked form), Escudero et al. 2020 (truncation
// without wrap), Chase, Ghosh and Poburinnaya 2020 (shuffle), Mohassel and Rindal
// 2018 (carries of blocks of bits, as package aby3 has them).
package pond

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/dealer"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Kernel is one player's part of the protocol.
type Kernel struct{ *dealer.Kernel }

var _ mpc.Kernel = (*Kernel)(nil)

// New returns the kernel of a player, given the two servers and the dealer.
func New(r ring.Modulus, self int, roles []int) *Kernel {
	return &Kernel{dealer.New(r, self, roles)}
}

// KeySets returns the sets of players that need a common key: each two of the
// three, and each other owner with the dealer and a server.
func KeySets(roles []int, owners []int) []prg.Set {
	k := New(ring.Z64, -1, roles)
	sets := k.Kernel.KeySets()
	for _, o := range owners {
		if !slices.Contains(roles, o) {
			sets = append(sets, k.with(o, 0), k.with(o, 1))
		}
	}
	return sets
}

// with is the set of an owner, the dealer and a server.
func (k *Kernel) with(owner, server int) prg.Set {
	if slices.Contains(k.Roles[:], owner) {
		return k.Seeded(server)
	}
	return prg.Of(owner, k.Roles[dealer.Dealer], k.Roles[server])
}

// Components is 2.
func (k *Kernel) Components() int { return 2 }

// AddPublic adds c to D at both servers: no communication, no bytes (Patra et al. 2021).
func (k *Kernel) AddPublic(x mpc.Share, c []uint64) mpc.Share {
	if !k.Computes() {
		return x
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: [][]uint64{k.PlusPublic(x, x.Comp[0], c), x.Comp[1]}}
}
