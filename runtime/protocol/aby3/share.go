package aby3

// Values into shares, and back.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Deal shares x. From a player without a role: components 0 and 1 are masks
// that it draws with their holders, component 2 goes to its two; 16 bytes.
// From a role: one input, 8 bytes. Bits: 2 and 1 bits. One round. It relies on keys of
// the owner with the holders of each mask (Araki et al. 2016).
func (k *Kernel) Deal(net mpc.Net, x clear.Tensor) mpc.Share {
	g, data := k.groupOf(x), mpc.Vector(k.ring, x)
	if k.role < 0 {
		rest := make([]uint64, g.Words())
		g.Sub(rest, data, g.draw(net.Stream(k.with(k.self, 0), dealing)))
		g.Sub(rest, rest, g.draw(net.Stream(k.with(k.self, 1), dealing)))
		message := g.Encode(rest)
		net.Stage()
		net.Send(k.player(2), message)
		net.Send(k.player(1), message)
		return mpc.Share{}
	}
	comp := k.input(net, k.role, []group{g}, data)[0]
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: comp}
}

// Dealt is Deal at the roles that do not deal.
func (k *Kernel) Dealt(net mpc.Net, from int, elem clear.Type, shape []int) mpc.Share {
	x := mpc.Share{Elem: elem, Shape: shape}
	g := k.groupOf(x)
	if dealer := k.roleOf(from); dealer >= 0 {
		x.Comp = k.input(net, dealer, []group{g}, nil)[0]
		x.Comp[k.place(dealer+2)] = make([]uint64, g.Words())
		return x
	}
	net.Stage()
	x.Comp = make([][]uint64, 2)
	for i := range x.Comp {
		if c := mod3(k.role + i); c < 2 {
			x.Comp[i] = g.draw(net.Stream(k.with(from, c), dealing))
		} else {
			x.Comp[i] = g.Decode(net.Recv(from, g.Size()))
		}
	}
	return x
}

// Value adds up the components of all roles' shares, in order: the low words.
func Value(shares []mpc.Share) []uint64 {
	g := opened(shares[0])
	out := make([]uint64, g.Words())
	for _, s := range shares {
		g.Add(out, out, s.Comp[0][:len(out)])
	}
	return out
}

// opened is the group in which a tensor is opened. Its elements have at most 64
// bits, so that the low words, which are shares modulo 2^64, are enough.
func opened(x mpc.Share) group {
	if x.Elem == clear.Bool {
		return bits(1, x.Len())
	}
	return elements(x.Len(), 64)
}

// Refresh adds a sharing of zero, on whose keys it relies: one round, an element a role,
// 24 bytes (Araki et al. 2016).
func (k *Kernel) Refresh(net mpc.Net, x mpc.Share) mpc.Share {
	g := k.groupOf(x)
	z := k.zeros(net, resharing, g, func(z []uint64, lo, hi int) { g.Add(z, z, x.Comp[0][lo:hi]) })
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.rotate(net, z, g)}
}

// Open opens x. A role gets the component that it lacks from the role before
// it, 8 bytes; another player gets x0 + x1 from role 0 and x2 from role 1, 16
// bytes, whatever the ring. Bits: 1 and 2 bits. One round (Araki et al. 2016). Where the
// ring is wider than the type it relies on a multiple of 2^Bits that masks each
// component, and that the role which lacks the component does not know.
func (k *Kernel) Open(net mpc.Net, x mpc.Share, to []int) clear.Tensor {
	g := opened(x)
	comp := k.maskAbove(net, x, g)
	net.Stage()
	for _, p := range to {
		switch receiver := k.roleOf(p); {
		case receiver < 0:
			k.openOutside(net, p, comp, g)
		case receiver == mod3(k.role+1):
			k.send(net, 1, g.Encode(comp[0]))
		}
	}
	if !slices.Contains(to, k.self) {
		return clear.Tensor{}
	}
	sum := make([]uint64, g.Words())
	g.Add(sum, comp[0], comp[1])
	g.Add(sum, sum, g.Decode(k.recv(net, -1, g.Size())))
	return mpc.Value(x.Elem, x.Shape, sum)
}

func (k *Kernel) openOutside(net mpc.Net, to int, comp [][]uint64, g group) {
	switch k.role {
	case 0:
		sum := make([]uint64, g.Words())
		g.Add(sum, comp[0], comp[1])
		net.Send(to, g.Encode(sum))
	case 1:
		net.Send(to, g.Encode(comp[1]))
	}
}

// Opened is Open at a player without a role.
func (k *Kernel) Opened(net mpc.Net, elem clear.Type, shape []int) clear.Tensor {
	g := opened(mpc.Share{Elem: elem, Shape: shape})
	sum := make([]uint64, g.Words())
	net.Stage()
	first := g.Decode(net.Recv(k.player(0), g.Size()))
	g.Add(sum, first, g.Decode(net.Recv(k.player(1), g.Size())))
	return mpc.Value(elem, shape, sum)
}

// maskAbove adds a random multiple of 2^Bits, so that what is opened tells
// nothing beyond the declared element. Each holder of a component draws the
// same part of it.
func (k *Kernel) maskAbove(net mpc.Net, x mpc.Share, g group) [][]uint64 {
	comp := [][]uint64{x.Comp[0][:g.Words()], x.Comp[1][:g.Words()]}
	if g.Packed || x.Elem.Bits == 64 {
		return comp
	}
	for i := range comp {
		comp[i] = k.mask(net, k.role+i, opening, g)
		ring.SubShifted(comp[i], x.Comp[i], comp[i], x.Elem.Bits)
	}
	return comp
}
