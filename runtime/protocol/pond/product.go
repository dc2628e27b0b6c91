package pond

// Products: (D + a) (E + b) = D E + D b + E a + a b, of which the dealer hands out
// shares of a b.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// Mul multiplies elementwise: 16 bytes and one round, 8 dealt; with truncation by m
// bits 32 bytes and two rounds, 16 + m/8 dealt; |x y| < 2^R, R the ring's Room, is
// then off by less than one.
func (k *Kernel) Mul(net mpc.Net, x, y mpc.Share, shift int) mpc.Share {
	z := k.product(net, len(x.Comp[0]), x, y, mpc.Share{}, func(z, x, y []uint64) { k.ring.MulAdd(z, x, y) })
	return k.shifted(net, mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: z}, shift)
}

// Inner adds up products: an element of the result costs what one of Mul does,
// whatever the number of products.
func (k *Kernel) Inner(net mpc.Net, x, y, c mpc.Share, shift int) mpc.Share {
	n := mpc.Count(x.Shape[1:])
	z := k.product(net, k.ring.Planes()*n, x, y, c, func(z, x, y []uint64) {
		products := make([]uint64, len(x))
		k.ring.Mul(products, x, y)
		k.ring.Add(z, z, k.ring.Sum(products, 1, len(x)/max(1, len(z)), n))
	})
	return k.shifted(net, mpc.Share{Elem: x.Elem, Shape: x.Shape[1:], Comp: z}, shift)
}

// MatMul is a matrix product: an element of the result costs what one of Mul
// does, whatever the inner dimension.
func (k *Kernel) MatMul(net mpc.Net, x, y mpc.Share, n, inner, m, shift int) mpc.Share {
	z := k.product(net, k.ring.Planes()*n*m, x, y, mpc.Share{}, func(z, x, y []uint64) { k.ring.MatMul(z, x, y, n, inner, m) })
	return k.shifted(net, mpc.Share{Elem: x.Elem, Shape: []int{n, m}, Comp: z}, shift)
}

// product is c, which may be nothing, and a product of so many words. add adds the
// product of its operands to its result.
func (k *Kernel) product(net mpc.Net, words int, x, y, c mpc.Share, add func(z, x, y []uint64)) [][]uint64 {
	s, g := k.begin(net, working), k.elements(words/k.ring.Planes())
	dealt := s.dealt(0, func() [][]uint64 {
		masks := make([]uint64, words)
		add(masks, k.sum(x), k.sum(y))
		return [][]uint64{masks}
	}, g)
	if k.role == dealer {
		return s.masked(g, nil)
	}
	z := dealt[k.role][0]
	add(z, x.Comp[0], k.part(y))
	add(z, x.Comp[1], y.Comp[0])
	if len(c.Comp) > 0 {
		g.Add(z, z, k.part(c))
	}
	return s.masked(g, z)
}

// shifted divides by 2^m; by 2^0, nothing happens.
func (k *Kernel) shifted(net mpc.Net, x mpc.Share, m int) mpc.Share {
	if m == 0 {
		return x
	}
	return k.divide(net, x, powerOfTwo{k.ring, m})
}
