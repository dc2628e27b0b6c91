// Package dealer is what protocols share in which two servers compute and a third role
// deals them randomness: operations on values in masked form, whose results are
// parts that the two servers add up.
//
// In masked form (Patra et al. 2021, ABY2.0) a ring element is x = D + a0 + a1
// modulo 2^64 or 2^128, a bit D ^ a0 ^ a1. Both servers have D, server i has a_i, and
// the dealer a0 and a1: the components of a Share at each. An operation is the same
// everywhere: what is wanted is a sum of products of what both servers see and of
// functions of the masks; the dealer hands out shares of these functions (Dealt), and
// the servers add up. Under a fresh mask, that is a value in masked form again.
//
// The dealer shares a seed with each server: masks cost nothing, and of what is dealt
// one server draws its share while the other gets a correction, the servers taking turns
// in the steps of a call. Corrections depend on no data: the dealer runs ahead with them.
package dealer

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The purposes of the random streams of one call. Those from Further on are a
// protocol's own.
const (
	Working prg.Purpose = iota // the first step of a call, and what follows
	zeros
	above
	permuting
	Dividing
	tree    // and one more for each level: at most 6
	Further = tree + 6
)

// Dealer is the role after those of the servers.
const Dealer = 2

// A Group says how a vector is added and how it travels.
type Group = vector.Group

// A Kernel is one player's part in what the protocols share.
type Kernel struct {
	Self  int
	Role  int    // 0 or 1 at a server, Dealer, or -1 at any other player
	Roles [3]int // the player of each
	Ring  ring.Modulus
}

// New returns the part of a player, given the two servers and the dealer.
func New(r ring.Modulus, self int, roles []int) *Kernel {
	return &Kernel{Self: self, Role: slices.Index(roles, self), Roles: [3]int(roles), Ring: r}
}

// KeySets are those of each two of the three.
func (k *Kernel) KeySets() []prg.Set { return []prg.Set{k.Servers(), k.Seeded(0), k.Seeded(1)} }

// Servers is the set of the two servers.
func (k *Kernel) Servers() prg.Set { return prg.Of(k.Roles[0], k.Roles[1]) }

// Seeded is the set of the dealer and a server.
func (k *Kernel) Seeded(server int) prg.Set { return prg.Of(k.Roles[Dealer], k.Roles[server]) }

// Computes tells a server from the dealer.
func (k *Kernel) Computes() bool { return k.Role == 0 || k.Role == 1 }

// Modulus is the ring.
func (k *Kernel) Modulus() ring.Modulus { return k.Ring }

// Players are the servers and the dealer: what an operation opens for itself
// decides how much there is to deal, too.
func (k *Kernel) Players() []int { return k.Roles[:] }

// Sum adds up the components of masked form: at a server D + a_i, at the dealer a0 + a1.
func (k *Kernel) Sum(x mpc.Share) []uint64 {
	out := make([]uint64, len(x.Comp[0]))
	k.GroupOf(x).Add(out, x.Comp[0], x.Comp[1])
	return out
}

// Part is a server's part of a value in masked form, of which the two add up to it.
func (k *Kernel) Part(x mpc.Share) []uint64 {
	if k.Role == 0 {
		return k.Sum(x)
	}
	return x.Comp[1]
}

// PlusPublic adds a public c, or its one element to all, to a component of x.
func (k *Kernel) PlusPublic(x mpc.Share, component, c []uint64) []uint64 {
	sum := make([]uint64, len(component))
	if one := k.Ring.Planes(); len(c) == one && x.Elem != clear.Bool {
		k.Ring.AddConst(sum, component, ring.Number{Low: c[0], High: c[one-1]})
	} else {
		k.GroupOf(x).Add(sum, component, c)
	}
	return sum
}

// A Step is one stage of a call: what is dealt, and one exchange.
type Step struct {
	*Kernel
	Net     mpc.Net
	Streams [2]*prg.Stream // of the dealer and each server: those that this player has
}

// Begin begins a stage.
func (k *Kernel) Begin(net mpc.Net, p prg.Purpose) *Step {
	net.Stage()
	s := &Step{Kernel: k, Net: net}
	for server := range s.Streams {
		if k.Role == server || k.Role == Dealer {
			s.Streams[server] = net.Stream(k.Seeded(server), p)
		}
	}
	return s
}

// Dealt hands out shares of vectors that the dealer computes, each in a group:
// server to gets corrections, in one message, the other draws its shares. It returns
// the shares by server, those that this player has.
func (s *Step) Dealt(to int, compute func() [][]uint64, gs ...Group) (shares [2][][]uint64) {
	if s.Role != to {
		for _, g := range gs {
			shares[1-to] = append(shares[1-to], g.Draw(s.Streams[1-to]))
		}
	}
	switch s.Role {
	case Dealer:
		var message [][]byte
		for i, v := range compute() {
			rest := make([]uint64, gs[i].Words())
			gs[i].Sub(rest, v, shares[1-to][i])
			shares[to] = append(shares[to], rest)
			message = append(message, gs[i].Encode(rest))
		}
		s.Net.SendAhead(s.Roles[to], message...)
	case to:
		shares[to] = decodeAll(s.Net.RecvAhead(s.Roles[Dealer], size(gs)), gs)
	}
	return shares
}

// Masked makes masked form of a value of the sum of the servers' parts, nil at the
// dealer.
func (s *Step) Masked(g Group, part []uint64) [][]uint64 {
	return s.MaskedAll([]Group{g}, [][]uint64{part})[0]
}

// MaskedAll is Masked for several values, in one message: under fresh masks, the
// servers tell each other what remains. The parts are used up.
func (s *Step) MaskedAll(gs []Group, parts [][]uint64) [][][]uint64 {
	out := make([][][]uint64, len(gs))
	var message [][]byte
	for i, g := range gs {
		if s.Role == Dealer {
			out[i] = [][]uint64{g.Draw(s.Streams[0]), g.Draw(s.Streams[1])}
			continue
		}
		mask := g.Draw(s.Streams[s.Role])
		g.Sub(parts[i], parts[i], mask)
		message = append(message, g.Encode(parts[i]))
		out[i] = [][]uint64{nil, mask}
	}
	if s.Role == Dealer {
		return out
	}
	peer := s.Roles[1-s.Role]
	s.Net.Send(peer, message...)
	for i, open := range Receive(s.Net, peer, gs...) {
		gs[i].Add(open, open, parts[i])
		out[i][0] = open
	}
	return out
}

// Receive takes one message of several vectors.
func Receive(net mpc.Net, from int, gs ...Group) [][]uint64 {
	return decodeAll(net.Recv(from, size(gs)), gs)
}

// size is that of a message of several vectors.
func size(gs []Group) (n int) {
	for _, g := range gs {
		n += g.Size()
	}
	return n
}

func decodeAll(message []byte, gs []Group) [][]uint64 {
	out := make([][]uint64, len(gs))
	for i, g := range gs {
		out[i], message = g.Decode(message[:g.Size()]), message[g.Size():]
	}
	return out
}
