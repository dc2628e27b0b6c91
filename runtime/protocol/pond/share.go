package pond

// Values into shares, and back.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Deal shares x: both servers get x less the mask, of which the owner draws a
// part with the dealer and each server; 16 bytes. A server that owns x masks it
// by its own part alone, and tells the other; 8 bytes. Bits: 2 and 1 bits. One
// round.
func (k *Kernel) Deal(net mpc.Net, x clear.Tensor) mpc.Share {
	g, open := k.groupOf(x), slices.Clone(mpc.Vector(k.ring, x))
	net.Stage()
	var masks [2][]uint64
	for server := range masks {
		switch {
		case k.computes() && k.role != server:
			masks[server] = make([]uint64, g.Words())
		default:
			masks[server] = g.Draw(net.Stream(k.with(k.self, server), working))
		}
		g.Sub(open, open, masks[server])
	}
	message := g.Encode(open)
	for server := range masks {
		if k.role != server {
			net.Send(k.roles[server], message)
		}
	}
	switch k.role {
	case dealer:
		return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: masks[:]}
	case 0, 1:
		return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: [][]uint64{open, masks[k.role]}}
	}
	return mpc.Share{}
}

// Dealt is Deal at the other computing players.
func (k *Kernel) Dealt(net mpc.Net, from int, elem clear.Type, shape []int) mpc.Share {
	x := mpc.Share{Elem: elem, Shape: shape}
	g, owner := k.groupOf(x), slices.Index(k.roles[:], from)
	net.Stage()
	mask := func(server int) []uint64 {
		if owner == 1-server { // a server owns x
			return make([]uint64, g.Words())
		}
		return g.Draw(net.Stream(k.with(from, server), working))
	}
	if k.role == dealer {
		x.Comp = [][]uint64{mask(0), mask(1)}
	} else {
		own := mask(k.role)
		x.Comp = [][]uint64{receive(net, from, g)[0], own}
	}
	return x
}

// Value adds up D and the servers' parts of the mask, given the shares of all
// roles in order: the low words.
func Value(shares []mpc.Share) []uint64 {
	g := opened(shares[0])
	out := make([]uint64, g.Words())
	for _, part := range [][]uint64{shares[0].Comp[0], shares[0].Comp[1], shares[1].Comp[1]} {
		g.Add(out, out, part[:len(out)])
	}
	return out
}

// Refresh masks x anew: 16 bytes, one round. The dealer's share of x is not
// asked for: it keeps no files.
func (k *Kernel) Refresh(net mpc.Net, x mpc.Share) mpc.Share {
	s := k.begin(net, working)
	var part []uint64
	if k.computes() {
		part = slices.Clone(k.part(x))
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: s.masked(k.groupOf(x), part)}
}

// Draw returns random bits: the servers draw D, of which the dealer does not know,
// and the dealer and each server a part of the mask. No communication.
func (k *Kernel) Draw(net mpc.Net, shape []int) mpc.Share {
	g := bits(1, mpc.Count(shape))
	draw := func(set prg.Set) []uint64 { return g.Draw(net.Stream(set, working)) }
	x := mpc.Share{Elem: clear.Bool, Shape: shape}
	if k.role == dealer {
		x.Comp = [][]uint64{draw(k.seeded(0)), draw(k.seeded(1))}
	} else {
		x.Comp = [][]uint64{draw(k.servers()), draw(k.seeded(k.role))}
	}
	return x
}

// Open opens x. A server gets the other's part of the mask, 8 bytes; another
// player the parts of both servers, which they mask by a sharing of zero, 16 bytes,
// whatever the ring. Bits: 1 and 2 bits. One round.
func (k *Kernel) Open(net mpc.Net, x mpc.Share, to []int) clear.Tensor {
	if !k.computes() {
		if slices.Contains(to, k.self) {
			return k.Opened(net, x.Elem, x.Shape)
		}
		net.Stage()
		return clear.Tensor{}
	}
	g := opened(x)
	net.Stage()
	own := k.maskAbove(net, x, k.seeded(k.role), x.Comp[1], g)
	k.openToOthers(net, x, own, to, g)
	peer := k.roles[1-k.role]
	if slices.Contains(to, peer) {
		net.Send(peer, g.Encode(own))
	}
	if !slices.Contains(to, k.self) {
		return clear.Tensor{}
	}
	rest := receive(net, peer, g)[0]
	for _, c := range x.Comp {
		g.Add(rest, rest, c[:len(rest)])
	}
	return mpc.Value(x.Elem, x.Shape, rest)
}

// openToOthers sends this server's part, of the mask its own, to the players of to
// that are none, under a sharing of zero.
func (k *Kernel) openToOthers(net mpc.Net, x mpc.Share, own []uint64, to []int, g group) {
	others := slices.DeleteFunc(slices.Clone(to), func(p int) bool { return slices.Contains(k.roles[:dealer], p) })
	if len(others) == 0 {
		return
	}
	part := make([]uint64, g.Words())
	zero := g.Draw(net.Stream(k.servers(), zeros))
	if k.role == 0 {
		g.Add(part, k.maskAbove(net, x, k.servers(), x.Comp[0], g), own)
		g.Add(part, part, zero)
	} else {
		g.Sub(part, own, zero)
	}
	message := g.Encode(part)
	for _, p := range others {
		net.Send(p, message)
	}
}

// maskAbove adds to a component of x a random multiple of 2^Bits, so that what is
// opened tells nothing beyond the declared element. Each server draws one with the
// dealer for its own, which the other server lacks; of what goes to others, the
// servers draw one for D, which the dealer lacks.
func (k *Kernel) maskAbove(net mpc.Net, x mpc.Share, set prg.Set, part []uint64, g group) []uint64 {
	part = part[:g.Words()]
	if g.Packed || x.Elem.Bits == 64 {
		return part
	}
	out := make([]uint64, len(part))
	ring.SubShifted(out, part, g.Draw(net.Stream(set, above)), x.Elem.Bits)
	return out
}

// Opened is Open at a player that is no server.
func (k *Kernel) Opened(net mpc.Net, elem clear.Type, shape []int) clear.Tensor {
	g := opened(mpc.Share{Elem: elem, Shape: shape})
	net.Stage()
	sum := receive(net, k.roles[0], g)[0]
	g.Add(sum, sum, receive(net, k.roles[1], g)[0])
	return mpc.Value(elem, shape, sum)
}
