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
// An operation is the same everywhere: what is wanted is a sum of products of what
// both servers see and of functions of the masks; the dealer hands out shares of
// these functions (dealt), the servers add up their parts and open the sum under a
// fresh mask (masked). The dealer shares a seed with each server: masks cost
// nothing, and of what is dealt one server draws its share while the other gets a
// correction, the servers taking turns in the steps of a call. Corrections depend on no data; the
// dealer runs ahead with them.
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

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The purposes of the random streams of one call.
const (
	working prg.Purpose = iota // the first step of a call, and what follows
	zeros
	above
	permuting
	dividing
	tree // and one more for each level
)

// dealer is the role after those of the servers.
const dealer = 2

// Kernel is one player's part of the protocol.
type Kernel struct {
	self  int
	role  int    // 0 or 1 at a server, dealer, or -1 at any other player
	roles [3]int // the player of each
	ring  ring.Modulus
}

var _ mpc.Kernel = (*Kernel)(nil)

// New returns the kernel of a player, given the two servers and the dealer.
func New(r ring.Modulus, self int, roles []int) *Kernel {
	return &Kernel{self: self, role: slices.Index(roles, self), roles: [3]int(roles), ring: r}
}

// KeySets returns the sets of players that need a common key: each two of the
// three, and each other owner with the dealer and a server.
func KeySets(roles []int, owners []int) []prg.Set {
	k := New(ring.Z64, -1, roles)
	sets := []prg.Set{k.servers(), k.seeded(0), k.seeded(1)}
	for _, o := range owners {
		if !slices.Contains(roles, o) {
			sets = append(sets, k.with(o, 0), k.with(o, 1))
		}
	}
	return sets
}

// servers is the set of the two servers.
func (k *Kernel) servers() prg.Set { return prg.Of(k.roles[0], k.roles[1]) }

// seeded is the set of the dealer and a server.
func (k *Kernel) seeded(server int) prg.Set { return prg.Of(k.roles[dealer], k.roles[server]) }

// with is the set of an owner, the dealer and a server.
func (k *Kernel) with(owner, server int) prg.Set {
	if slices.Contains(k.roles[:], owner) {
		return k.seeded(server)
	}
	return prg.Of(owner, k.roles[dealer], k.roles[server])
}

// Modulus is the ring.
func (k *Kernel) Modulus() ring.Modulus { return k.ring }

// Components is 2.
func (k *Kernel) Components() int { return 2 }

// Players are the servers and the dealer: what an operation opens for itself
// decides how much there is to deal, too.
func (k *Kernel) Players() []int { return k.roles[:] }

// computes tells a server from the dealer.
func (k *Kernel) computes() bool { return k.role == 0 || k.role == 1 }

// AddPublic adds c to D; no communication.
func (k *Kernel) AddPublic(x mpc.Share, c []uint64) mpc.Share {
	if !k.computes() {
		return x
	}
	sum := make([]uint64, len(x.Comp[0]))
	if one := k.ring.Planes(); len(c) == one && x.Elem != clear.Bool {
		k.ring.AddConst(sum, x.Comp[0], ring.Number{Low: c[0], High: c[one-1]})
	} else {
		k.groupOf(x).Add(sum, x.Comp[0], c)
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: [][]uint64{sum, x.Comp[1]}}
}

// sum adds up the components: at a server D + a_i, at the dealer a0 + a1.
func (k *Kernel) sum(x mpc.Share) []uint64 {
	out := make([]uint64, len(x.Comp[0]))
	k.groupOf(x).Add(out, x.Comp[0], x.Comp[1])
	return out
}

// part is a server's part of x, of which the two add up to it.
func (k *Kernel) part(x mpc.Share) []uint64 {
	if k.role == 0 {
		return k.sum(x)
	}
	return x.Comp[1]
}

// A step is one stage of a call: what is dealt, and one exchange.
type step struct {
	*Kernel
	net     mpc.Net
	streams [2]*prg.Stream // of the dealer and each server: those that this player has
}

// begin begins a stage.
func (k *Kernel) begin(net mpc.Net, p prg.Purpose) *step {
	net.Stage()
	s := &step{Kernel: k, net: net}
	for server := range s.streams {
		if k.role == server || k.role == dealer {
			s.streams[server] = net.Stream(k.seeded(server), p)
		}
	}
	return s
}

// dealt hands out shares of vectors that the dealer computes, each in a group:
// server to gets corrections, in one message, the other draws its shares. It returns
// the shares by server, those that this player has.
func (s *step) dealt(to int, compute func() [][]uint64, gs ...group) (shares [2][][]uint64) {
	if s.role != to {
		for _, g := range gs {
			shares[1-to] = append(shares[1-to], g.Draw(s.streams[1-to]))
		}
	}
	switch s.role {
	case dealer:
		var message [][]byte
		for i, v := range compute() {
			rest := make([]uint64, gs[i].Words())
			gs[i].Sub(rest, v, shares[1-to][i])
			shares[to] = append(shares[to], rest)
			message = append(message, gs[i].Encode(rest))
		}
		s.net.SendAhead(s.roles[to], message...)
	case to:
		shares[to] = decodeAll(s.net.RecvAhead(s.roles[dealer], size(gs)), gs)
	}
	return shares
}

// masked makes a value of the sum of the servers' parts, nil at the dealer.
func (s *step) masked(g group, part []uint64) [][]uint64 {
	return s.maskedAll([]group{g}, [][]uint64{part})[0]
}

// maskedAll is masked for several values, in one message: under fresh masks, the
// servers tell each other what remains. The parts are used up.
func (s *step) maskedAll(gs []group, parts [][]uint64) [][][]uint64 {
	out := make([][][]uint64, len(gs))
	var message [][]byte
	for i, g := range gs {
		if s.role == dealer {
			out[i] = [][]uint64{g.Draw(s.streams[0]), g.Draw(s.streams[1])}
			continue
		}
		mask := g.Draw(s.streams[s.role])
		g.Sub(parts[i], parts[i], mask)
		message = append(message, g.Encode(parts[i]))
		out[i] = [][]uint64{nil, mask}
	}
	if s.role == dealer {
		return out
	}
	peer := s.roles[1-s.role]
	s.net.Send(peer, message...)
	for i, open := range receive(s.net, peer, gs...) {
		gs[i].Add(open, open, parts[i])
		out[i][0] = open
	}
	return out
}

// receive takes one message of several vectors.
func receive(net mpc.Net, from int, gs ...group) [][]uint64 {
	return decodeAll(net.Recv(from, size(gs)), gs)
}

// size is that of a message of several vectors.
func size(gs []group) (n int) {
	for _, g := range gs {
		n += g.Size()
	}
	return n
}

func decodeAll(message []byte, gs []group) [][]uint64 {
	out := make([][]uint64, len(gs))
	for i, g := range gs {
		out[i], message = g.Decode(message[:g.Size()]), message[g.Size():]
	}
	return out
}
