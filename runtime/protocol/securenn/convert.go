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
	r, part := v.uniform(common), v.uniform(common)
	rest, above := v.all(), ones(v.count)
	v.add(rest, r, v.minus(part), above) // r - r0; 1 - α
	if k.Role == 1 {
		part = rest
	}
	shifted, wraps := v.all(), make([]uint64, v.count)
	v.add(shifted, x, part, wraps)
	net.Send(k.Roles[helper], v.encode(shifted)...)

	mask := k.compare(net, comparing, v, k.sharesOfSum(net, v), r, false)
	delta, eta := k.sharesOfWraps(net, v)
	v.negateIf(eta, mask)

	// x - β - δ - η + (1 + α), of which η'' and 1 + α, which is 2 - above, are parts of
	// server 0 alone.
	plus := [][]uint64{x}
	if k.Role == 0 {
		alone := ring.Elements(mask, v.count)
		for i, b := range alone {
			alone[i] = 2 - above[i] - b
		}
		plus = append(plus, alone)
	}
	return v.sumOdd(plus, wraps, delta, eta)
}

// assistConversion is convert at server 2.
func (k *Kernel) assistConversion(net mpc.Net, v numbers) {
	net.Stage()
	sum, wraps := v.decode(net.Recv(k.Roles[0], v.size())), make([]uint64, v.count)
	v.add(sum, sum, v.decode(net.Recv(k.Roles[1], v.size())), wraps)
	net.Send(k.Roles[1], k.correctBits(k.Begin(net, sharing), 1, v, sum))
	found := k.learn(net, v)
	s, both := k.Begin(net, compared), v.twice()
	known := append(wraps, ring.Elements(found, v.count)...)
	net.Send(k.Roles[0], both.encode(both.sumOdd([][]uint64{known}, both.uniformOdd(s.Streams[1])))...)
}

// sharesOfSum are this server's shares of the bits of the sum.
func (k *Kernel) sharesOfSum(net mpc.Net, v numbers) source {
	s := k.Begin(net, sharing)
	if k.Role == 0 {
		return v.draw(s.Streams[0], v.rows(), fieldOf(v.bits).Prime).rows
	}
	return v.receive(net.Recv, k.Roles[helper]).read
}

// sharesOfWraps are this server's shares modulo L - 1 of δ and η.
func (k *Kernel) sharesOfWraps(net mpc.Net, v numbers) (delta, eta []uint64) {
	s, both := k.Begin(net, compared), v.twice()
	var shares []uint64
	if k.Role == 1 {
		shares = both.uniformOdd(s.Streams[1])
	} else {
		shares = both.decode(net.Recv(k.Roles[helper], both.size()))
	}
	for p := range v.planes() {
		plane := both.plane(shares, p)
		delta, eta = append(delta, plane[:v.count]...), append(eta, plane[v.count:]...)
	}
	return delta, eta
}

// twice as many numbers.
func (v numbers) twice() numbers { return numbers{2 * v.count, v.bits} }

// correctBits is what remains for server to of the bits of numbers, modulo p.
func (k *Kernel) correctBits(s *dealer.Step, to int, v numbers, x []uint64) []byte {
	e := v.elements()
	shares := v.draw(s.Streams[1-to], v.rows(), e.field.Prime)
	v.inTiles(func(first, end int) {
		w, n := v.work(), v.rows()
		for tile := first; tile < end; tile++ {
			for p := range v.planes() {
				copy(w.words[p][:], v.plane(x, p)[tile*ring.Lanes:][:v.lanes(tile)])
			}
			v.slices(w)
			shares.rows(w, w.x[:n], tile)
			e.field.BitsLess(w.x[:n], w.bits)
			e.set(tile, w.x[:n])
		}
	})
	return e.message()
}

// ones are words 1.
func ones(n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
