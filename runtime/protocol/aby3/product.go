package aby3

// Products, and products with truncation.

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Mul multiplies elementwise: 24 bytes and one round, or with truncation by m
// bits 24 + 3m/8 bytes and two rounds; |x y| < 2^R, R the ring's Room, is then
// off by less than one. It relies on sharings of zero drawn from the common keys (Araki
// et al. 2016), and for the truncation on Truncate.
func (k *Kernel) Mul(net mpc.Net, x, y mpc.Share, shift int) mpc.Share {
	x0, x1, y0, y1 := x.Comp[0], x.Comp[1], y.Comp[0], y.Comp[1]
	z := k.zeros(net, product, k.groupOf(x), func(z []uint64, lo, hi int) {
		k.ring.Cross(z, x0[lo:hi], x1[lo:hi], y0[lo:hi], y1[lo:hi])
	})
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: k.reduce(net, z, shift)}
}

// Inner adds up products: an element of the result costs the rounds and bytes of one of
// Mul, whatever the number of products (Mohassel and Rindal 2018): parts are added up
// before they are masked. It relies on what Mul does.
func (k *Kernel) Inner(net mpc.Net, x, y, c mpc.Share, shift int) mpc.Share {
	x0, x1, y0, y1 := x.Comp[0], x.Comp[1], y.Comp[0], y.Comp[1]
	n := mpc.Count(x.Shape[1:])
	z := k.zeros(net, product, k.elements(n), func(z []uint64, lo, hi int) {
		if k.ring != ring.Z64 {
			products := make([]uint64, len(x0))
			k.ring.Cross(products, x0, x1, y0, y1)
			k.ring.Add(z, z, k.ring.Sum(products, 1, x.Shape[0], n))
			return
		}
		for row := 0; row < len(x0); row += n {
			ring.Cross(z, x0[row+lo:row+hi], x1[row+lo:row+hi], y0[row+lo:row+hi], y1[row+lo:row+hi])
		}
	})
	if len(c.Comp) > 0 { // the first components of all roles add up to it
		k.ring.Add(z, z, c.Comp[0])
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape[1:], Comp: k.reduce(net, z, shift)}
}

// Bilinear adds up products, as those of matrices are: an element of the result costs the
// rounds and bytes of one of Mul, whatever the number of products (Mohassel and Rindal
// 2018). It relies on what Mul does.
func (k *Kernel) Bilinear(net mpc.Net, x, y mpc.Share, f mpc.Bilinear, shift int) mpc.Share {
	z := k.zeros(net, product, k.elements(mpc.Count(f.Shape)), nothing)
	sum := loan(len(y.Comp[0]))
	defer loans.Put(sum)
	both := *sum
	k.ring.Add(both, y.Comp[0], y.Comp[1])
	f.Add(z, x.Comp[0], both)
	f.Add(z, x.Comp[1], y.Comp[0])
	return mpc.Share{Elem: x.Elem, Shape: f.Shape, Comp: k.reduce(net, z, shift)}
}

func nothing([]uint64, int, int) {}

// reduce makes replicated shares of the sum of z over the roles, divided by
// 2^shift. Without a shift the parts rotate. With one, roles 1 and 2 tell each
// other their parts, and what they then know together is divided against what
// role 0 knows.
func (k *Kernel) reduce(net mpc.Net, z []uint64, shift int) [][]uint64 {
	g := k.elements(len(z) / k.ring.Planes())
	if shift == 0 {
		return k.rotate(net, z, g)
	}
	net.Stage()
	switch k.role {
	case 1:
		z = k.exchange(net, 1, z, g)
	case 2:
		z = k.exchange(net, -1, z, g)
	}
	return k.divide(net, 2, z, powerOfTwo(shift))
}
