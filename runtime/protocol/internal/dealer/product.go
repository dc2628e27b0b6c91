package dealer

// Products: (D + a) (E + b) = D E + D b + E a + a b, of which the dealer hands out
// shares of a b (Beaver 1991).

import "github.com/tfec-lang/tfec/runtime/mpc"

// A Factoring is a product: of so many words, by a function that adds the product of
// its operands to its result.
type Factoring struct {
	Words int
	Add   func(z, x, y []uint64)
}

// Elementwise is the product of each two elements of x and y.
func (k *Kernel) Elementwise(x mpc.Share) Factoring {
	return Factoring{len(x.Comp[0]), k.Ring.MulAdd}
}

// Inner adds up products along the first dimension of x and y.
func (k *Kernel) Inner(x mpc.Share) Factoring {
	n := mpc.Count(x.Shape[1:])
	return Factoring{k.Ring.Planes() * n, func(z, x, y []uint64) {
		products := make([]uint64, len(x))
		k.Ring.Mul(products, x, y)
		k.Ring.Add(z, z, k.Ring.Sum(products, 1, len(x)/max(1, len(z)), n))
	}}
}

// Factoring is a bilinear map as a product.
func (k *Kernel) Factoring(f mpc.Bilinear) Factoring {
	return Factoring{k.Ring.Planes() * mpc.Count(f.Shape), f.Add}
}

// Product is a server's part of a product, nil at the dealer; a correction for server 0.
func (s *Step) Product(f Factoring, x, y mpc.Share) []uint64 {
	dealt := s.Dealt(0, func() [][]uint64 {
		masks := make([]uint64, f.Words)
		f.Add(masks, s.Sum(x), s.Sum(y))
		return [][]uint64{masks}
	}, s.Elements(f.Words/s.Ring.Planes()))
	if s.Role == Dealer {
		return nil
	}
	z := dealt[s.Role][0]
	f.Add(z, x.Comp[0], s.Part(y))
	f.Add(z, x.Comp[1], y.Comp[0])
	return z
}
