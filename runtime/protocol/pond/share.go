package pond

// Values into shares, and back.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/dealer"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
)

// Deal shares x: both servers get x less the mask, of which the owner draws a
// part with the dealer and each server; 16 bytes. A server that owns x masks it
// by its own part alone, and tells the other; 8 bytes. Bits: 2 and 1 bits. One
// round. It relies on keys of the owner with the dealer and each server (Patra et al. 2021).
func (k *Kernel) Deal(net mpc.Net, x clear.Tensor) mpc.Share {
	g, open := k.GroupOf(x), slices.Clone(mpc.Vector(k.Ring, x))
	net.Stage()
	var masks [2][]uint64
	for server := range masks {
		switch {
		case k.Computes() && k.Role != server:
			masks[server] = make([]uint64, g.Words())
		default:
			masks[server] = g.Draw(net.Stream(k.with(k.Self, server), dealer.Working))
		}
		g.Sub(open, open, masks[server])
	}
	message := g.Encode(open)
	for server := range masks {
		if k.Role != server {
			net.Send(k.Roles[server], message)
		}
	}
	switch k.Role {
	case dealer.Dealer:
		return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: masks[:]}
	case 0, 1:
		return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: [][]uint64{open, masks[k.Role]}}
	}
	return mpc.Share{}
}

// Dealt is Deal at the other computing players.
func (k *Kernel) Dealt(net mpc.Net, from int, elem clear.Type, shape []int) mpc.Share {
	x := mpc.Share{Elem: elem, Shape: shape}
	g, owner := k.GroupOf(x), slices.Index(k.Roles[:], from)
	net.Stage()
	mask := func(server int) []uint64 {
		if owner == 1-server { // a server owns x
			return make([]uint64, g.Words())
		}
		return g.Draw(net.Stream(k.with(from, server), dealer.Working))
	}
	if k.Role == dealer.Dealer {
		x.Comp = [][]uint64{mask(0), mask(1)}
	} else {
		own := mask(k.Role)
		x.Comp = [][]uint64{dealer.Receive(net, from, g)[0], own}
	}
	return x
}

// Value adds up D and the servers' parts of the mask, given the shares of all
// roles in order: the low words.
func Value(shares []mpc.Share) []uint64 {
	g := dealer.Opened(shares[0])
	out := make([]uint64, g.Words())
	for _, part := range [][]uint64{shares[0].Comp[0], shares[0].Comp[1], shares[1].Comp[1]} {
		g.Add(out, out, part[:len(out)])
	}
	return out
}

// Refresh masks x anew: 16 bytes, one round. The dealer's share of x is not
// asked for: it keeps no files. It relies on fresh masks that each server draws with the
// dealer (Patra et al. 2021).
func (k *Kernel) Refresh(net mpc.Net, x mpc.Share) mpc.Share {
	s := k.Begin(net, dealer.Working)
	var part []uint64
	if k.Computes() {
		part = slices.Clone(k.Part(x))
	}
	return masked(s, x.Elem, x.Shape, part)
}

// Draw returns random bits: the servers draw D, of which the dealer does not know,
// and the dealer and each server a part of the mask. No communication, no bytes (Patra
// et al. 2021).
func (k *Kernel) Draw(net mpc.Net, shape []int) mpc.Share {
	g := vector.Bits(1, mpc.Count(shape))
	draw := func(set prg.Set) []uint64 { return g.Draw(net.Stream(set, dealer.Working)) }
	x := mpc.Share{Elem: clear.Bool, Shape: shape}
	if k.Role == dealer.Dealer {
		x.Comp = [][]uint64{draw(k.Seeded(0)), draw(k.Seeded(1))}
	} else {
		x.Comp = [][]uint64{draw(k.Servers()), draw(k.Seeded(k.Role))}
	}
	return x
}

// Open opens x. A server gets the other's part of the mask, 8 bytes; another
// player the parts of both servers, which they mask by a sharing of zero, 16 bytes,
// whatever the ring. Bits: 1 and 2 bits. One round (Patra et al. 2021). It relies on that
// sharing, which the dealer lacks, and on multiples of 2^Bits where the ring is wider.
func (k *Kernel) Open(net mpc.Net, x mpc.Share, to []int) clear.Tensor {
	if !k.Computes() {
		return k.OpenElsewhere(net, x, to)
	}
	return k.Kernel.Open(net, x, to, dealer.Opening{Known: k.Sum(x), Lacking: x.Comp[1], Part: k.Part(x)})
}
