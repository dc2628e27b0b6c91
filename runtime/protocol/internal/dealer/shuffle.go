package dealer

// The shuffle: three permutations, each known to two of the three players and
// unknown to the third. The dealer hands what the first two do to masks
// (Chase, Ghosh and Poburinnaya 2020, Secret-shared shuffle, with the dealer in the
// place of their oblivious transfers); of the third it does not know, so that what is
// opened of shuffled keys tells it nothing of their order before.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// Permuted returns the servers' parts of the tensors of x with the rows of blocks, of n
// rows each, permuted by uniform permutations that no role knows, the same for all
// tensors. One message of server 0, as long as x; as much is dealt to each server.
//
// With x = D + a, and π of server 0 and ρ of server 1, both known to the dealer:
// server 0 gets π(a) - b1, and sends π(D) + π(a) - b1 - b0, masked by b0, which it
// draws with the dealer. Server 1, which drew b1, permutes that by ρ and adds
// ρ(b0 + b1) - c0, which it gets: now it has ρπ(x) - c0, and server 0 draws c0. Both
// permute their parts by what they alone draw. Whoever opens them masks them anew.
func (s *Step) Permuted(blocks, n int, x []mpc.Share) [][]uint64 {
	t := &shuffle{Step: s, blocks: blocks, rows: n}
	for _, v := range x {
		t.groups = append(t.groups, s.GroupOf(v))
	}
	parts := t.first(x)
	if s.Computes() {
		common := s.Net.Stream(s.Servers(), permuting).Permutations(blocks, n)
		for i, g := range t.groups {
			parts[i] = g.Permute(parts[i], common)
		}
	}
	return parts
}

type shuffle struct {
	*Step
	blocks, rows int
	groups       []Group // of each tensor
}

// order is the permutation of a server, at it and the dealer.
func (s *shuffle) order(server int) []uint32 {
	return s.Net.Stream(s.Seeded(server), permuting).Permutations(s.blocks, s.rows)
}

// drawn is a mask of each tensor, at a server and the dealer.
func (s *shuffle) drawn(server int) [][]uint64 {
	out := make([][]uint64, len(s.groups))
	for i, g := range s.groups {
		out[i] = g.Draw(s.Streams[server])
	}
	return out
}

// first returns the servers' parts of ρπ(x), of each tensor.
func (s *shuffle) first(x []mpc.Share) [][]uint64 {
	switch s.Role {
	case 0:
		return s.pass(x)
	case 1:
		return s.passed()
	}
	s.deal(x)
	return make([][]uint64, len(x))
}

// pass is first at server 0, whose part is c0.
func (s *shuffle) pass(x []mpc.Share) [][]uint64 {
	b0, c0, order := s.drawn(0), s.drawn(0), s.order(0)
	correction := decodeAll(s.Net.RecvAhead(s.Roles[Dealer], size(s.groups)), s.groups)
	var message [][]byte
	for i, g := range s.groups {
		masked := g.Permute(x[i].Comp[0], order)
		g.Add(masked, masked, correction[i])
		g.Sub(masked, masked, b0[i])
		message = append(message, g.Encode(masked))
	}
	s.Net.Send(s.Roles[1], message...)
	return c0
}

// passed is first at server 1. What it draws first is in the correction of server 0.
func (s *shuffle) passed() [][]uint64 {
	s.drawn(1)
	order := s.order(1)
	correction := decodeAll(s.Net.RecvAhead(s.Roles[Dealer], size(s.groups)), s.groups)
	part := Receive(s.Net, s.Roles[0], s.groups...)
	for i, g := range s.groups {
		part[i] = g.Permute(part[i], order)
		g.Add(part[i], part[i], correction[i])
	}
	return part
}

// deal is first at the dealer.
func (s *shuffle) deal(x []mpc.Share) {
	b0, c0, b1 := s.drawn(0), s.drawn(0), s.drawn(1)
	orders := [2][]uint32{s.order(0), s.order(1)}
	var messages [2][][]byte
	for i, g := range s.groups {
		toFirst := g.Permute(s.Sum(x[i]), orders[0])
		g.Sub(toFirst, toFirst, b1[i])
		g.Add(b1[i], b1[i], b0[i])
		toSecond := g.Permute(b1[i], orders[1])
		g.Sub(toSecond, toSecond, c0[i])
		messages[0], messages[1] = append(messages[0], g.Encode(toFirst)), append(messages[1], g.Encode(toSecond))
	}
	for server, m := range messages {
		s.Net.SendAhead(s.Roles[server], m...)
	}
}
