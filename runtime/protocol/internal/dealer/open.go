package dealer

// Values out of shares.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Opening is what a server brings to an opening: what it knows, what the other server
// lacks to know the value, and the server's part of the value for anybody else.
type Opening struct{ Known, Lacking, Part []uint64 }

// Open opens a value at a server: a server gets what it lacks, 8 bytes; another player the
// parts of both servers, which they mask by a sharing of zero, 16 bytes, whatever the
// ring. Bits: 1 and 2 bits. One round.
func (k *Kernel) Open(net mpc.Net, x mpc.Share, to []int, o Opening) clear.Tensor {
	g := Opened(x)
	net.Stage()
	own := k.maskAbove(net, x, k.Seeded(k.Role), o.Lacking, g)
	k.openToOthers(net, x, o, own, to, g)
	peer := k.Roles[1-k.Role]
	if slices.Contains(to, peer) {
		net.Send(peer, g.Encode(own))
	}
	if !slices.Contains(to, k.Self) {
		return clear.Tensor{}
	}
	sum := Receive(net, peer, g)[0]
	g.Add(sum, sum, o.Known[:len(sum)])
	return mpc.Value(x.Elem, x.Shape, sum)
}

// openToOthers sends this server's part to the players of to that are no servers, under a
// sharing of zero; own is what the other server lacks, masked.
func (k *Kernel) openToOthers(net mpc.Net, x mpc.Share, o Opening, own []uint64, to []int, g Group) {
	others := slices.DeleteFunc(slices.Clone(to), func(p int) bool { return slices.Contains(k.Roles[:Dealer], p) })
	if len(others) == 0 {
		return
	}
	words := g.Words()
	part := make([]uint64, words)
	g.Sub(part, own, o.Lacking[:words]) // a multiple
	g.Add(part, part, o.Part[:words])
	zero := g.Draw(net.Stream(k.Servers(), zeros))
	if k.Role == 0 {
		g.Add(part, k.maskAbove(net, x, k.Servers(), part, g), zero)
	} else {
		g.Sub(part, part, zero)
	}
	message := g.Encode(part)
	for _, p := range others {
		net.Send(p, message)
	}
}

// maskAbove adds to a part of x a random multiple of 2^Bits, so that what is opened
// tells nothing beyond the declared element. Each server draws one with the dealer for its
// own, which the other server lacks; of what goes to others, the servers draw one,
// which the dealer lacks.
func (k *Kernel) maskAbove(net mpc.Net, x mpc.Share, set prg.Set, part []uint64, g Group) []uint64 {
	part = part[:g.Words()]
	if g.Packed || x.Elem.Bits == 64 {
		return part
	}
	out := make([]uint64, len(part))
	ring.SubShifted(out, part, g.Draw(net.Stream(set, above)), x.Elem.Bits)
	return out
}

// OpenElsewhere is Open at the dealer.
func (k *Kernel) OpenElsewhere(net mpc.Net, x mpc.Share, to []int) clear.Tensor {
	if slices.Contains(to, k.Self) {
		return k.Opened(net, x.Elem, x.Shape)
	}
	net.Stage()
	return clear.Tensor{}
}

// Opened is Open at a player that is no server.
func (k *Kernel) Opened(net mpc.Net, elem clear.Type, shape []int) clear.Tensor {
	g := Opened(mpc.Share{Elem: elem, Shape: shape})
	net.Stage()
	sum := Receive(net, k.Roles[0], g)[0]
	g.Add(sum, sum, Receive(net, k.Roles[1], g)[0])
	return mpc.Value(elem, shape, sum)
}
