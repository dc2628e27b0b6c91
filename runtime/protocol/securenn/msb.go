package securenn

// ComputeMSB (Algorithm 5) and DReLU (Algorithm 6).

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Negative returns the sign bits of x at a width w: DReLU, but for the negation. It
// doubles the shares, which makes them shares modulo L = 2^l, l = w + 1, of a number other
// than L - 1, with the sign of x as its highest bit; converts them; and takes that bit.
// Seven rounds; with q the bits of an element of Z_p, 6 l + 5 l q + 2 bits and l q dealt: at w = 64,
// 333.4 bytes and 56.9 dealt; at w = 33, 153.3 and 25.5.
func (k *Kernel) Negative(net mpc.Net, x mpc.Share, width int) mpc.Share {
	v := numbers{x.Len(), width + 1}
	var share []uint64
	if k.Computes() {
		share = v.doubled(k.Ring, k.Part(x))
	}
	return mpc.Share{Elem: clear.Bool, Shape: x.Shape, Comp: k.highest(net, v, k.convert(net, v, share))}
}

// highest returns the highest bits of numbers, in masked form, given this server's shares
// modulo L - 1, which is odd: of y it is the lowest bit of 2 y, which exceeds the modulus
// if y has it. Server 2 hands out a random number, modulo L - 1, and its bits; the servers
// open r = 2 y + that. So the lowest bit is that of r, that of the random number, and
// whether the random number exceeds r, which a private compare says.
//
// Three rounds; 2 l + 2 l q + 2 bits and l q dealt, where the paper has 13 l + 4 l q, since it
// sends shares of the random number and of its lowest bit, and multiplies numbers to
// join the bits. Here server 2 masks what it knows of the result, and sends it to both.
func (k *Kernel) highest(net mpc.Net, v numbers, y []uint64) [][]uint64 {
	g := vector.Bits(1, v.count)
	if k.Role == helper {
		low, found := k.assistHighest(net, v)
		s := k.Begin(net, comparedOdd)
		masks := [][]uint64{g.Draw(s.Streams[0]), g.Draw(s.Streams[1])}
		g.Add(found, found, low)
		for _, mask := range masks {
			g.Add(found, found, mask)
		}
		message := g.Encode(found)
		net.Send(k.Roles[0], message)
		net.Send(k.Roles[1], message)
		return masks
	}
	r, known := k.shifted(net, v, y)
	s := k.Begin(net, comparedOdd)
	open := g.Decode(net.Recv(k.Roles[helper], g.Size()))
	g.Add(open, open, known)
	g.Add(open, open, ring.Bits(v.plane(r, 0)))
	return [][]uint64{open, g.Draw(s.Streams[k.Role])}
}

// shifted opens 2 y + the random number to both servers, and compares; it returns that,
// and the bit that masks the comparison.
func (k *Kernel) shifted(net mpc.Net, v numbers, y []uint64) (r, mask []uint64) {
	s := k.Begin(net, shifting)
	part := v.sumOdd([][]uint64{y, y, v.uniformOdd(s.Streams[k.Role])})
	var bits source
	if k.Role == 1 {
		bits = v.draw(s.Streams[1], v.rows(), fieldOf(v.bits).Prime).rows
	} else {
		bits = v.receive(net.RecvAhead, k.Roles[helper]).read
	}
	peer := k.Roles[1-k.Role]
	net.Send(peer, v.encode(part)...)
	r = v.sumOdd([][]uint64{part, v.decode(net.Recv(peer, v.size()))})
	return r, k.compare(net, comparingOdd, v, bits, r, true)
}

// assistHighest returns at server 2 the lowest bits of the random numbers, and what the
// private compare tells.
func (k *Kernel) assistHighest(net mpc.Net, v numbers) (low, found []uint64) {
	s := k.Begin(net, shifting)
	x := v.sumOdd([][]uint64{v.uniformOdd(s.Streams[0]), v.uniformOdd(s.Streams[1])})
	net.SendAhead(k.Roles[0], k.correctBits(s, 0, v, x))
	return ring.Bits(v.plane(x, 0)), k.learn(net, v)
}
