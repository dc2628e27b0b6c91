package aby3

// Bits: conjunction, as numbers, and as choices.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Draw returns random bits: each component is a stream of its two holders, so
// that the third role's view says nothing of it. No communication, no bytes (Araki
// et al. 2016).
func (k *Kernel) Draw(net mpc.Net, shape []int) mpc.Share {
	g := bits(1, mpc.Count(shape))
	return mpc.Share{Elem: clear.Bool, Shape: shape, Comp: [][]uint64{k.mask(net, k.role, drawing, g), k.mask(net, k.role+1, drawing, g)}}
}

// And is the conjunction of bits: 3 bits, one round (Araki et al. 2016). It relies on a
// sharing of zero, which masks each role's part, and of which the receiver lacks a key.
func (k *Kernel) And(net mpc.Net, x, y mpc.Share) mpc.Share {
	z := k.and(net, product, k.groupOf(x), func(int) (a, b [][]uint64) { return x.Comp, y.Comp })
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: z}
}

// and is the conjunction of pairs of vectors, of which factors returns the
// components of the i-th.
func (k *Kernel) and(net mpc.Net, p prg.Purpose, g group, factors func(i int) (x, y [][]uint64)) [][]uint64 {
	w := ring.Words(g.Width)
	z := k.zeros(net, p, g, func(z []uint64, lo, hi int) {
		for len(z) > 0 {
			at := lo % w
			n := min(len(z), w-at)
			x, y := factors(lo / w)
			ring.CrossBits(z[:n], x[0][at:at+n], x[1][at:at+n], y[0][at:at+n], y[1][at:at+n])
			z, lo = z[n:], lo+n
		}
	})
	return k.rotate(net, z, g)
}

// Role 0 knows e = b0 ^ b1 and roles 1 and 2 know b2: b = e ^ b2 = b2 + (1 -
// 2 b2) e over the integers, where role 0 gives e as an input.

// BitsToRing converts bits to numbers 0 and 1: 24 bytes, two rounds. Role 0 knows e =
// b0 ^ b1 and gives it as an input, roles 1 and 2 know b2 and negate by it what is
// reshared (the aim is that of Mohassel and Rindal 2018, the way needs no oblivious
// transfer). It relies on fresh masks of the input and of the resharing.
func (k *Kernel) BitsToRing(net mpc.Net, b mpc.Share, elem clear.Type) mpc.Share {
	g, known := k.elements(b.Len()), k.place(2)
	var e []uint64
	if k.role == 0 {
		e = k.half(b, known)
	}
	part := k.hand(net, g, e)[0]
	if known >= 0 {
		k.eachBit(b, known, func(bit []uint64, lo, hi int) {
			part := part[lo:hi]
			k.ring.NegateIf(part, part, bit)
			if k.role == 1 {
				k.ring.Add(part, part, bit)
			}
		})
	}
	return mpc.Share{Elem: elem, Shape: b.Shape, Comp: k.reshare(net, 2, resharing, part, g)}
}

// SelectBits returns b x: 32 bytes, two rounds. Role 0 also gives e (x0 + x1)
// as an input, whence e x, to which roles 1 and 2 add e x2. As BitsToRing, it relies on
// fresh masks of the inputs and of the resharing (after Mohassel and Rindal 2018).
func (k *Kernel) SelectBits(net mpc.Net, b, x mpc.Share) mpc.Share {
	g := k.groupOf(x)
	known := k.place(2)
	var half, product []uint64
	if k.role == 0 {
		half, product = make([]uint64, g.Words()), make([]uint64, g.Words())
		k.eachBit(b, known, func(bit []uint64, lo, hi int) {
			copy(half[lo:hi], bit)
			p := product[lo:hi]
			k.ring.Add(p, x.Comp[0][lo:hi], x.Comp[1][lo:hi])
			k.ring.Mul(p, p, bit)
		})
	}
	in := k.hand(net, g, half, product)
	part := in[1]
	if known >= 0 {
		k.eachBit(b, known, func(bit []uint64, lo, hi int) {
			part := part[lo:hi]
			k.ring.MulAdd(part, in[0][lo:hi], x.Comp[known][lo:hi])
			k.ring.NegateIf(part, part, bit)
			k.ring.MulAdd(part, bit, x.Comp[1-known][lo:hi])
			if k.role == 1 {
				k.ring.MulAdd(part, bit, x.Comp[known][lo:hi])
			}
		})
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.reshare(net, 2, resharing, part, g)}
}

// half returns what this role knows of b as numbers: component 2, or at role
// 0 the exclusive or of the others.
func (k *Kernel) half(b mpc.Share, known int) []uint64 {
	out := make([]uint64, k.ring.Planes()*b.Len())
	k.eachBit(b, known, func(bit []uint64, lo, hi int) { copy(out[lo:hi], bit) })
	return out
}

// eachBit goes through what half returns, tile by tile; of a ring of 128 bits,
// in one piece.
func (k *Kernel) eachBit(b mpc.Share, known int, use func(bit []uint64, lo, hi int)) {
	part := func(bits []uint64, from int) {
		if known >= 0 {
			copy(bits, b.Comp[known][from:])
		} else {
			ring.Xor(bits, b.Comp[0][from:], b.Comp[1][from:])
		}
	}
	if k.ring != ring.Z64 {
		bits := make([]uint64, ring.Words(b.Len()))
		part(bits, 0)
		bit := k.ring.Extend(ring.Elements(bits, b.Len()), false)
		use(bit, 0, len(bit))
		return
	}
	pass(b.Len(), func(int) func(s *scratch, lo, hi int) {
		return func(s *scratch, lo, hi int) {
			bits := s.packed[:ring.Words(hi-lo)]
			part(bits, lo/64)
			bit := s.of(0, lo, hi)
			ring.ElementsTo(bit, bits)
			use(bit, lo, hi)
		}
	})
}
