package aby3

// Bits: conjunction, as numbers, and as choices.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Draw returns random bits: each component is a stream of its two holders, so
// that the third role's view says nothing of it. No communication.
func (k *Kernel) Draw(net mpc.Net, shape []int) mpc.Share {
	g := bits(1, mpc.Count(shape))
	return mpc.Share{Elem: clear.Bool, Shape: shape, Comp: [][]uint64{k.mask(net, k.role, drawing, g), k.mask(net, k.role+1, drawing, g)}}
}

// And is the conjunction of bits: 3 bits, one round.
func (k *Kernel) And(net mpc.Net, x, y mpc.Share) mpc.Share {
	z := k.and(net, product, x.Comp, y.Comp, groupOf(x))
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: z}
}

func (k *Kernel) and(net mpc.Net, p prg.Purpose, x, y [][]uint64, g group) [][]uint64 {
	x0, x1, y0, y1 := x[0], x[1], y[0], y[1]
	z := k.zeros(net, p, g, func(z []uint64, lo, hi int) {
		ring.CrossBits(z, x0[lo:hi], x1[lo:hi], y0[lo:hi], y1[lo:hi])
	})
	return k.rotate(net, z, g)
}

// Role 0 knows e = b0 ^ b1 and roles 1 and 2 know b2: b = e ^ b2 = b2 + (1 -
// 2 b2) e over the integers, where role 0 gives e as an input.

// BitsToRing converts bits to numbers 0 and 1: 24 bytes, two rounds.
func (k *Kernel) BitsToRing(net mpc.Net, b mpc.Share, elem clear.Type) mpc.Share {
	n := b.Len()
	g := elements(n, 64)
	known := k.place(2)
	e := k.input(net, 0, []group{g}, k.half(b, known))[0]
	var part []uint64
	if known >= 0 {
		part = e[1-known]
		flip(part, part, k.half(b, known))
		if k.role == 1 {
			ring.Add(part, part, k.half(b, known))
		}
	}
	return mpc.Share{Elem: elem, Shape: b.Shape, Comp: k.reshare(net, 2, resharing, part, g)}
}

// SelectBits returns b x: 32 bytes, two rounds. Role 0 also gives e (x0 + x1)
// as an input, whence e x, to which roles 1 and 2 add e x2.
func (k *Kernel) SelectBits(net mpc.Net, b, x mpc.Share) mpc.Share {
	g := groupOf(x)
	known := k.place(2)
	half := k.half(b, known)
	var product []uint64
	if k.role == 0 {
		product = make([]uint64, g.words())
		ring.Add(product, x.Comp[0], x.Comp[1])
		ring.Mul(product, product, half)
	}
	in := k.input(net, 0, []group{g, g}, half, product)
	var part []uint64
	if known >= 0 {
		part = in[1][1-known]
		ring.MulAdd(part, in[0][1-known], x.Comp[known])
		flip(part, part, half)
		ring.MulAdd(part, half, x.Comp[1-known])
		if k.role == 1 {
			ring.MulAdd(part, half, x.Comp[known])
		}
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.reshare(net, 2, resharing, part, g)}
}

// half returns what this role knows of b as numbers: component 2, or at role
// 0 the exclusive or of the others.
func (k *Kernel) half(b mpc.Share, known int) []uint64 {
	if known >= 0 {
		return ring.Elements(b.Comp[known], b.Len())
	}
	e := make([]uint64, len(b.Comp[0]))
	ring.Xor(e, b.Comp[0], b.Comp[1])
	return ring.Elements(e, b.Len())
}

// flip sets dst = (1 - 2 bit) x.
func flip(dst, x, bit []uint64) {
	ring.Split(len(dst), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			dst[i] = x[i] * (1 - 2*bit[i])
		}
	})
}
