package dealer

// Bits: conjunction, as numbers, and as choices. A bit is b = D ^ β, of which both
// servers see D and the dealer knows β; over the integers b = D + (1 - 2 D) β. All
// results are a server's part, nil at the dealer.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// And is the conjunction of vectors; a bit dealt, to a server.
func (s *Step) And(to int, g Group, x, y [][]uint64) []uint64 {
	dealt := s.Dealt(to, func() [][]uint64 {
		both, other := make([]uint64, g.Words()), make([]uint64, g.Words())
		ring.Xor(both, x[0], x[1])
		ring.Xor(other, y[0], y[1])
		ring.And(both, both, other)
		return [][]uint64{both}
	}, g)
	if s.Role == Dealer {
		return nil
	}
	z := dealt[s.Role][0]
	if s.Role == 0 {
		ring.CrossBits(z, x[0], x[1], y[0], y[1])
	} else { // the same without the product of what both see
		t := make([]uint64, len(z))
		ring.And(t, x[0], y[1])
		ring.Xor(z, z, t)
		ring.And(t, x[1], y[0])
		ring.Xor(z, z, t)
	}
	return z
}

// Numbers converts bits to ring elements 0 and 1; an element dealt.
func (s *Step) Numbers(b mpc.Share) []uint64 {
	dealt := s.Dealt(0, func() [][]uint64 { return [][]uint64{s.numbers(b, s.Sum(b))} }, s.Elements(b.Len()))
	if s.Role == Dealer {
		return nil
	}
	part, open := dealt[s.Role][0], s.numbers(b, b.Comp[0])
	s.Ring.NegateIf(part, part, open)
	if s.Role == 0 {
		s.Ring.Add(part, part, open)
	}
	return part
}

// Selected is b x, for each element; two elements dealt. With x = E + a it is
// D x + (1 - 2 D) (β E + β a).
func (s *Step) Selected(b, x mpc.Share) []uint64 {
	g := s.GroupOf(x)
	dealt := s.Dealt(1, func() [][]uint64 {
		bit, product := s.numbers(b, s.Sum(b)), s.Sum(x)
		s.Ring.Mul(product, product, bit)
		return [][]uint64{bit, product}
	}, g, g)
	if s.Role == Dealer {
		return nil
	}
	bit, part := dealt[s.Role][0], dealt[s.Role][1]
	open := s.numbers(b, b.Comp[0])
	s.Ring.MulAdd(part, bit, x.Comp[0])
	s.Ring.NegateIf(part, part, open)
	s.Ring.MulAdd(part, open, s.Part(x))
	return part
}

// numbers are packed bits of b's shape as ring elements.
func (k *Kernel) numbers(b mpc.Share, packed []uint64) []uint64 {
	return k.Ring.Extend(ring.Elements(packed, b.Len()), false)
}
