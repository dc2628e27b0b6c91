package securenn

// ShareConvert (Algorithm 4): from shares modulo L = 2^l to shares modulo L - 1 of a
// number other than L - 1.
//
// Two numbers below L add up to one of L less L for each wrap. So of shares x0 + x1 = x + θ L
// modulo L - 1, what is too much is θ; and θ = β0 + β1 - α + δ - (1 - η), where the servers
// shift x by r = r0 + r1 - α L: β_i says whether x_i + r_i wraps, and η whether x + r does
// not, which is, whether x + r modulo L is at least r. Server 2 adds the shifted shares up:
// δ says whether that wraps. It hands out the bits of the sum, for the private compare
// with r.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/dealer"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// convert returns this server's share modulo L - 1. Four rounds; with q the bits of an
// element of Z_p, 4 l + 3 l q bits, where the paper has 6 l + 4 l q: both servers tell
// server 2 their shifted shares; it corrects those of the bits at server 1; both servers
// tell it what they compare; it corrects those of δ and η at server 0.
func (k *Kernel) convert(net mpc.Net, v numbers, x []uint64) []uint64 {
	if k.Role == helper {
		k.assistConversion(net, v)
		return nil
	}
	net.Stage()
	common := net.Stream(k.Servers(), converting)
	r, part := v.group().Draw(common), v.group().Draw(common)
	rest, one := v.all(), ones(v.count)
	above := v.add(rest, r, v.complement(part), one) // r - r0; 1 - α
	if k.Role == 1 {
		part = rest
	}
	shifted := v.all()
	wraps := v.add(shifted, x, part, nil)
	net.Send(k.Roles[helper], v.group().Encode(shifted))

	mask := ring.Elements(k.compare(net, comparing, v, k.sharesOfSum(net, v), r), v.count)
	delta, eta := k.sharesOfWraps(net, v)
	v.negate(eta, mask)

	// y = x - β - δ - η + (1 + α)
	y := v.all()
	v.addOdd(y, x, v.complement(v.of(wraps)))
	v.addOdd(y, y, v.complement(delta))
	v.addOdd(y, y, v.complement(eta))
	if k.Role == 0 {
		// η'' and 1 + α, which is 2 - above, are parts of server 0 alone.
		alone := make([]uint64, v.count)
		for i := range alone {
			alone[i] = 2 - above[i] - mask[i]
		}
		v.addOdd(y, y, v.of(alone))
	}
	return y
}

// assistConversion is convert at server 2.
func (k *Kernel) assistConversion(net mpc.Net, v numbers) {
	net.Stage()
	g := v.group()
	sum := dealer.Receive(net, k.Roles[0], g)[0]
	wraps := v.add(sum, sum, dealer.Receive(net, k.Roles[1], g)[0], nil)
	net.Send(k.Roles[1], k.correctBits(k.Begin(net, sharing), 1, v, sum))
	found := ring.Elements(k.learn(net, v), v.count)
	s, both := k.Begin(net, compared), v.twice()
	rest := both.of(append(wraps, found...))
	both.addOdd(rest, rest, both.complement(both.drawOdd(s.Streams[1])))
	net.Send(k.Roles[0], both.group().Encode(rest))
}

// sharesOfSum are this server's shares of the bits of the sum.
func (k *Kernel) sharesOfSum(net mpc.Net, v numbers) []byte {
	s, f, n := k.Begin(net, sharing), fieldOf(v.bits), v.count*v.bits
	if k.Role == 0 {
		return uniform(s.Streams[0], n, f.p)
	}
	return f.decode(net.Recv(k.Roles[helper], f.size(n)), n)
}

// sharesOfWraps are this server's shares modulo L - 1 of δ and η.
func (k *Kernel) sharesOfWraps(net mpc.Net, v numbers) (delta, eta []uint64) {
	s, both := k.Begin(net, compared), v.twice()
	var shares []uint64
	if k.Role == 1 {
		shares = both.drawOdd(s.Streams[1])
	} else {
		shares = dealer.Receive(net, k.Roles[helper], both.group())[0]
	}
	half := len(shares) / 2
	return shares[:half], shares[half:]
}

// correctBits is what remains for server to of the bits of numbers, modulo p.
func (k *Kernel) correctBits(s *dealer.Step, to int, v numbers, x []uint64) []byte {
	f := fieldOf(v.bits)
	rest := uniform(s.Streams[1-to], v.count*v.bits, f.p)
	ring.Split(v.count, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			for j := range v.bits {
				at := i*v.bits + j
				rest[at] = byte(f.mod(uint32(bit(v.at(x, i), j)) + f.p - uint32(rest[at])))
			}
		}
	})
	return f.encode(rest)
}

// ones are words 1.
func ones(n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// twice as many numbers.
func (v numbers) twice() numbers { return numbers{2 * v.count, v.bits} }

// negate replaces numbers by their negatives modulo L - 1 where y is 1.
func (v numbers) negate(x, y []uint64) {
	minus := v.complement(x)
	for i, b := range y {
		for k := i * v.words(); k < (i+1)*v.words(); k++ {
			x[k] ^= (x[k] ^ minus[k]) & -b
		}
	}
}
