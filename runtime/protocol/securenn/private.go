package securenn

// PrivateCompare (Algorithm 3 of the paper): the servers hold shares modulo p of the bits of
// numbers x, and both know numbers t; server 2 learns x >= t, or x > t, masked by a bit β of
// both servers.
//
// Where β is 0, the servers look for a zero that says x > T, T = t - 1, or t: with
// w_k = x_k ^ T_k, there is one among c_i = T_i - x_i + 1 + w_(i+1) + … + w_l, where x and T
// differ for the first time from above and x is the greater, and only there. Where β is 1,
// for one that says x < T, T one more, among c_i = x_i - T_i + 1 + …. No sum exceeds
// l + 1 < p. Where t is 0, nothing is below it, and the servers put a single zero in the
// place of the first case; the paper has that case at the other end, for x > r, and compares
// with r - 1 in ShareConvert, which fails where r is 0.
//
// Each sum is multiplied by a random number other than 0, and they are permuted; so server 2
// sees random numbers other than 0 and at most one zero, in a random place. Of each
// comparison, the places are moved round by a random number of places: that takes the zero
// to any place alike, and the others are alike anyway, so that no other permutation hides
// more. To what each server sends comes its part of a sharing of zero: without it, server 2,
// which knows the shares of the bits, would find T from the quotient of both messages.

import (
	"math/bits"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// compare is PrivateCompare at a server, of x > t if strict, else of x >= t: one stage, l
// elements of Z_p sent to server 2. x are shares of the bits; for strict, t is not L - 1. It
// returns β, packed.
func (k *Kernel) compare(net mpc.Net, p prg.Purpose, v numbers, x source, t []uint64, strict bool) []uint64 {
	net.Stage()
	common, out := net.Stream(k.Servers(), p), v.elements()
	masks := vector.Bits(1, v.count).Draw(common)
	prime := out.field.Prime
	factor, zero, turn := v.draw(common, v.rows(), prime-1), v.draw(common, v.rows(), prime), v.draw(common, ring.Lanes, v.bits)
	v.inTiles(func(first, end int) {
		w, n := v.work(), v.rows()
		b := ring.Blinding{X: w.x[:n], Factor: w.factor[:n], Zero: w.zero[:n], Bound: w.bits, One: -uint64(k.Role)}
		for tile := first; tile < end; tile++ {
			x(w, b.X, tile)
			factor.rows(w, b.Factor, tile)
			zero.rows(w, b.Zero, tile)
			turn.rows(w, w.turn[:ring.Lanes], tile)
			b.Below = masks[tile]
			b.Exists = v.bound(w, t, tile, b.Below, strict)
			out.field.Blind(w.y[:n], &b)
			ring.Turn(b.X, w.y[:n], w.turn)
			out.set(tile, b.X)
		}
	})
	net.Send(k.Roles[helper], out.message())
	return masks
}

// bound sets w.bits to those of T for a tile: t - 1 + β, or one more if strict; it returns the
// lanes in which that is not below 0.
func (v numbers) bound(w *work, t []uint64, tile int, below uint64, strict bool) (exists uint64) {
	first, lanes := tile*ring.Lanes, v.lanes(tile)
	var borrows, carries [ring.Lanes]uint64
	for lane := range lanes {
		beta := below >> lane & 1
		if strict {
			carries[lane] = beta
		} else {
			borrows[lane] = 1 - beta
		}
	}
	for p := range v.planes() {
		for lane, word := range v.plane(t, p)[first : first+lanes] {
			word, carries[lane] = bits.Add64(word, 0, carries[lane])
			w.words[p][lane], borrows[lane] = bits.Sub64(word, 0, borrows[lane])
		}
	}
	for lane := range lanes {
		exists |= (1 - borrows[lane]) << lane
	}
	v.slices(w)
	return exists
}

// learn is PrivateCompare at server 2: whether there is a zero, packed.
func (k *Kernel) learn(net mpc.Net, v numbers) []uint64 {
	net.Stage()
	d0, d1 := v.receive(net.Recv, k.Roles[0]), v.receive(net.Recv, k.Roles[1])
	found := make([]uint64, v.tiles())
	v.inTiles(func(first, end int) {
		w, n := v.work(), v.rows()
		for tile := first; tile < end; tile++ {
			d0.read(w, w.x[:n], tile)
			d1.read(w, w.y[:n], tile)
			found[tile] = d0.field.Zeros(w.x[:n], w.y[:n])
		}
	})
	ring.ClearTail(found, v.count)
	return found
}
