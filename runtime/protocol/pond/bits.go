package pond

// Bits: conjunction, as numbers, and as choices. A bit is b = D ^ β, of which both
// servers see D and the dealer knows β; over the integers b = D + (1 - 2 D) β.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// And is the conjunction of bits: 2 bits, one round; a bit dealt.
func (k *Kernel) And(net mpc.Net, x, y mpc.Share) mpc.Share {
	z := k.and(net, working, 0, k.groupOf(x), x.Comp, y.Comp)
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: z}
}

// and is the conjunction of vectors, whose correction goes to a server.
func (k *Kernel) and(net mpc.Net, p prg.Purpose, to int, g group, x, y [][]uint64) [][]uint64 {
	s := k.begin(net, p)
	dealt := s.dealt(to, func() [][]uint64 {
		both, other := make([]uint64, g.Words()), make([]uint64, g.Words())
		ring.Xor(both, x[0], x[1])
		ring.Xor(other, y[0], y[1])
		ring.And(both, both, other)
		return [][]uint64{both}
	}, g)
	if k.role == dealer {
		return s.masked(g, nil)
	}
	z := dealt[k.role][0]
	if k.role == 0 {
		ring.CrossBits(z, x[0], x[1], y[0], y[1])
	} else { // the same without the product of what both see
		t := make([]uint64, len(z))
		ring.And(t, x[0], y[1])
		ring.Xor(z, z, t)
		ring.And(t, x[1], y[0])
		ring.Xor(z, z, t)
	}
	return s.masked(g, z)
}

// BitsToRing converts bits to numbers 0 and 1: 16 bytes, one round; 8 dealt.
func (k *Kernel) BitsToRing(net mpc.Net, b mpc.Share, elem clear.Type) mpc.Share {
	s, g := k.begin(net, working), k.elements(b.Len())
	dealt := s.dealt(0, func() [][]uint64 { return [][]uint64{k.numbers(b, k.sum(b))} }, g)
	var part []uint64
	if k.computes() {
		part = dealt[k.role][0]
		open := k.numbers(b, b.Comp[0])
		k.ring.NegateIf(part, part, open)
		if k.role == 0 {
			k.ring.Add(part, part, open)
		}
	}
	return mpc.Share{Elem: elem, Shape: b.Shape, Comp: s.masked(g, part)}
}

// SelectBits returns b x: 16 bytes, one round; 16 dealt. With x = E + a it is
// D x + (1 - 2 D) (β E + β a).
func (k *Kernel) SelectBits(net mpc.Net, b, x mpc.Share) mpc.Share {
	s, g := k.begin(net, working), k.groupOf(x)
	dealt := s.dealt(1, func() [][]uint64 {
		bit, product := k.numbers(b, k.sum(b)), k.sum(x)
		k.ring.Mul(product, product, bit)
		return [][]uint64{bit, product}
	}, g, g)
	var part []uint64
	if k.computes() {
		bit, product := dealt[k.role][0], dealt[k.role][1]
		open := k.numbers(b, b.Comp[0])
		part = product
		k.ring.MulAdd(part, bit, x.Comp[0])
		k.ring.NegateIf(part, part, open)
		k.ring.MulAdd(part, open, k.part(x))
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: s.masked(g, part)}
}

// numbers are packed bits of b's shape as ring elements.
func (k *Kernel) numbers(b mpc.Share, packed []uint64) []uint64 {
	return k.ring.Extend(ring.Elements(packed, b.Len()), false)
}
