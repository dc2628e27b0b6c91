package aby3

// The shuffle of Araki et al. 2021 (Secure graph analysis at scale, section 4):
// three permutations, each known to the two holders of a component and unknown
// to the third role. Role 0 has x0 + x1 and role 1 has x2; they carry their
// parts through the permutations of components 1 and 0, masked by what only the
// holders of each know, and hand them on to roles 1 and 2, which both know the
// permutation of component 2 and then reshare.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
)

// Players are those of the three roles.
func (k *Kernel) Players() []int { return k.roles[:] }

// Shuffle permutes the rows of blocks, of n rows each, by uniform permutations
// that no role knows, the same for all tensors of x. Two rounds; of a row of k
// ring elements 32 k bytes, of a row of k bits k/2 (Araki et al. 2021).
//
// It relies on permutations that each two roles draw from their common key.
// Role 1 sees a message masked by what roles 0 and 2 draw, role 2 one masked by
// what roles 0 and 1 draw, and both the other's part of a fresh component.
func (k *Kernel) Shuffle(net mpc.Net, blocks, n int, x []mpc.Share) []mpc.Share {
	s := &shuffle{Kernel: k, net: net, blocks: blocks, rows: n}
	for _, t := range x {
		s.groups = append(s.groups, s.groupOf(t))
	}
	net.Stage()
	var part [][]uint64
	switch k.role {
	case 0:
		part = s.pass(s.pass(s.sum(x), 1, group.Add), 0, group.Add)
		s.sendAll(1, part)
	case 1:
		s.sendAll(1, s.pass(s.component(x, 2), 1, group.Sub))
		part = s.pass(k.receive(net, -1, s.groups), 2, group.Add)
	case 2:
		part = s.pass(s.pass(k.receive(net, -1, s.groups), 0, group.Sub), 2, group.Sub)
	}
	return s.reshared(x, part)
}

type shuffle struct {
	*Kernel
	net          mpc.Net
	blocks, rows int
	groups       []group // of each tensor
}

func (s *shuffle) sum(x []mpc.Share) [][]uint64 {
	out := make([][]uint64, len(x))
	for i, t := range x {
		out[i] = make([]uint64, s.groups[i].Words())
		s.groups[i].Add(out[i], t.Comp[0], t.Comp[1])
	}
	return out
}

func (s *shuffle) component(x []mpc.Share, c int) [][]uint64 {
	out := make([][]uint64, len(x))
	for i, t := range x {
		out[i] = t.Comp[s.place(c)]
	}
	return out
}

// pass masks a part and then permutes it, by what the holders of component c
// have in common.
func (s *shuffle) pass(part [][]uint64, c int, mask func(g group, dst, x, y []uint64)) [][]uint64 {
	masks := s.masks(c, masking)
	at := s.net.Stream(s.holders(c), permuting).Permutations(s.blocks, s.rows)
	out := make([][]uint64, len(part))
	for i, g := range s.groups {
		mask(g, masks[i], part[i], masks[i])
		out[i] = g.Permute(masks[i], at)
	}
	return out
}

// masks draws a mask for each tensor.
func (s *shuffle) masks(c int, p prg.Purpose) [][]uint64 {
	stream := s.net.Stream(s.holders(c), p)
	out := make([][]uint64, len(s.groups))
	for i, g := range s.groups {
		out[i] = g.draw(stream)
	}
	return out
}

func (s *shuffle) sendAll(distance int, part [][]uint64) {
	var message [][]byte
	for i, g := range s.groups {
		message = append(message, g.Encode(part[i]))
	}
	s.send(s.net, distance, message...)
}

// reshared is Kernel.reshare for component 2 of all tensors at once: roles 1
// and 2 mask their parts by the components that role 0 gets, and exchange them.
func (s *shuffle) reshared(x []mpc.Share, part [][]uint64) []mpc.Share {
	s.net.Stage()
	var comps [2][][]uint64
	switch s.role {
	case 0:
		comps = [2][][]uint64{s.masks(0, resharing), s.masks(1, resharing)}
	case 1:
		mask := s.masks(1, resharing)
		comps = [2][][]uint64{mask, s.exchangeAll(1, part, mask)}
	case 2:
		mask := s.masks(0, resharing)
		comps = [2][][]uint64{s.exchangeAll(-1, part, mask), mask}
	}
	out := make([]mpc.Share, len(x))
	for i, t := range x {
		out[i] = mpc.Share{Elem: t.Elem, Shape: t.Shape, Comp: [][]uint64{comps[0][i], comps[1][i]}}
	}
	return out
}

// exchangeAll sends part - mask and adds to it what the other has.
func (s *shuffle) exchangeAll(distance int, part, mask [][]uint64) [][]uint64 {
	for i, g := range s.groups {
		g.Sub(part[i], part[i], mask[i])
	}
	s.sendAll(distance, part)
	out := s.receive(s.net, distance, s.groups)
	for i, g := range s.groups {
		sum := make([]uint64, g.Words())
		g.Add(sum, part[i], out[i])
		out[i] = sum
	}
	return out
}
