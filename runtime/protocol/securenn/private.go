package securenn

// PrivateCompare (Algorithm 3 of the paper): the servers hold shares modulo p of the bits of
// numbers x, and both know numbers t; server 2 learns x >= t, masked by a bit β of both
// servers.
//
// Where β is 0, the servers look for a zero that says x > T, T = t - 1: with w_k = x_k ^
// T_k, there is one among c_i = T_i - x_i + 1 + w_(i+1) + … + w_l, where x and T differ for
// the first time from above and x is the greater, and only there. Where β is 1, for one that
// says x < T, T = t, among c_i = x_i - T_i + 1 + …. No sum exceeds l + 1 < p. Where t is
// 0, nothing is below it, and the servers put a single zero in the place of the first case;
// the paper has that case at the other end, for x > r, and compares with r - 1 in
// ShareConvert, which fails where r is 0.
//
// Each sum is multiplied by a random number other than 0, and they are permuted; so server 2
// sees random numbers other than 0 and at most one zero, in a random place. Of each
// comparison, the places are moved round by a random number of places: that takes the zero
// to any place alike, and the others are alike anyway, so that no other permutation hides
// more. To what each server sends comes its part of a sharing of zero: without it, server 2,
// which knows the shares of the bits, would find T from the quotient of both messages.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// compare is PrivateCompare at a server: one stage, l elements of Z_p sent to server 2. x
// are shares of the bits, those of a number together. It returns β, packed.
func (k *Kernel) compare(net mpc.Net, p prg.Purpose, v numbers, x []byte, t []uint64) []uint64 {
	net.Stage()
	common := net.Stream(k.Servers(), p)
	masks := vector.Bits(1, v.count).Draw(common)
	b := &blinding{numbers: v, field: fieldOf(v.bits), server: uint32(k.Role), x: x, bound: v.all(), below: ring.Elements(masks, v.count)}
	b.factor, b.zero = uniform(common, len(x), b.field.p-1), uniform(common, len(x), b.field.p)
	b.turn = uniform(common, v.count, uint32(v.bits))
	// T is t - 1 + β, unless that is below 0.
	b.exists = v.add(b.bound, t, v.complement(v.all()), b.below)
	out := make([]byte, len(x))
	ring.Split(v.count, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			b.one(out[i*v.bits:(i+1)*v.bits], i)
		}
	})
	net.Send(k.Roles[helper], b.field.encode(out))
	return masks
}

// A blinding is what a server makes of its shares.
type blinding struct {
	numbers numbers
	field   field
	server  uint32   // 0 or 1: its part of 1
	x       []byte   // shares of bits
	bound   []uint64 // T
	below   []uint64 // β: 1 for x < T, 0 for x > T
	exists  []uint64 // 0 where nothing is below t, and β is 0
	// Of both servers: less 1, what a sum is multiplied by; sharings of zero; how far
	// the places are moved.
	factor, zero, turn []byte
}

// one sets out to what server 2 gets of one comparison, from the highest bit on.
func (b *blinding) one(out []byte, i int) {
	l, p, one := b.numbers.bits, b.field.p, b.server
	bound, below, exists := b.numbers.at(b.bound, i), uint32(b.below[i]), uint32(b.exists[i])
	sum := uint32(0)
	for j := l - 1; j >= 0; j-- {
		at := i*l + j
		x, t := uint32(b.x[at]), uint32(bit(bound, j))
		difference := t*one + p - x // or its negative:
		c := difference + below*(2*p-2*difference) + one + sum
		sum = b.field.mod(sum + x + t*(one+p-2*x))
		// Where there is no T, 0 for the lowest bit and 1 for the others.
		c = exists*c + (1-exists)*one*uint32(min(1, j))
		c = b.field.mod(b.field.mod(c) * (uint32(b.factor[at]) + 1))
		z := uint32(b.zero[at])
		c = b.field.mod(c + z + one*(p-2*z))
		place := j + int(b.turn[i])
		if place >= l {
			place -= l
		}
		out[place] = byte(c)
	}
}

// learn is PrivateCompare at server 2: whether there is a zero, packed.
func (k *Kernel) learn(net mpc.Net, v numbers) []uint64 {
	net.Stage()
	f, n := fieldOf(v.bits), v.count*v.bits
	d0 := f.decode(net.Recv(k.Roles[0], f.size(n)), n)
	d1 := f.decode(net.Recv(k.Roles[1], f.size(n)), n)
	found := make([]uint64, v.count)
	ring.Split(v.count, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			for at := i * v.bits; at < (i+1)*v.bits; at++ {
				found[i] |= (uint64(f.mod(uint32(d0[at])+uint32(d1[at]))) - 1) >> 63
			}
		}
	})
	return ring.Bits(found)
}
