package pond

// Operations: the servers' parts of a result, masked anew.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/dealer"
)

// masked ends a step: the value of which this server has a part.
func masked(s *dealer.Step, elem clear.Type, shape []int, part []uint64) mpc.Share {
	x := mpc.Share{Elem: elem, Shape: shape}
	x.Comp = s.Masked(s.GroupOf(x), part)
	return x
}

// Mul multiplies elementwise: 16 bytes and one round, 8 dealt; with truncation by m
// bits 32 bytes and two rounds, 16 + m/8 dealt; |x y| < 2^R, R the ring's Room, is
// then off by less than one. It relies on dealt products of masks (Beaver 1991, in the
// masked form of Patra et al. 2021), and on a fresh mask of what is opened.
func (k *Kernel) Mul(net mpc.Net, x, y mpc.Share, shift int) mpc.Share {
	return k.product(net, k.Elementwise(x), x.Shape, x, y, mpc.Share{}, shift)
}

// Inner adds up products: an element of the result costs the rounds and bytes of one of
// Mul, whatever the number of products, and relies on the same (Patra et al. 2021).
func (k *Kernel) Inner(net mpc.Net, x, y, c mpc.Share, shift int) mpc.Share {
	return k.product(net, k.Kernel.Inner(x), x.Shape[1:], x, y, c, shift)
}

// Bilinear adds up products, as those of matrices are: an element of the result costs the
// rounds and bytes of one of Mul, whatever the number of products, and relies on the same
// (Patra et al. 2021).
func (k *Kernel) Bilinear(net mpc.Net, x, y mpc.Share, f mpc.Bilinear, shift int) mpc.Share {
	return k.product(net, k.Factoring(f), f.Shape, x, y, mpc.Share{}, shift)
}

// product is a product and c, which may be nothing, divided by 2^shift.
func (k *Kernel) product(net mpc.Net, f dealer.Factoring, shape []int, x, y, c mpc.Share, shift int) mpc.Share {
	s := k.Begin(net, dealer.Working)
	part := s.Product(f, x, y)
	if k.Computes() && len(c.Comp) > 0 {
		k.Ring.Add(part, part, k.Part(c))
	}
	z := masked(s, x.Elem, shape, part)
	if shift == 0 {
		return z
	}
	return k.Truncate(net, z, shift)
}

// Truncate divides by 2^m, 0 < m < R, the ring's Room: floor or ceiling, |x| <
// 2^R. 16 bytes, one round; 8 + m/8 dealt. It relies on |x| < 2^R, so that the carry of D
// and the mask shows in their highest bits, which are dealt (Escudero et al. 2020).
func (k *Kernel) Truncate(net mpc.Net, x mpc.Share, m int) mpc.Share {
	return k.divide(net, x, k.PowerOfTwo(m))
}

// DivPublic divides by positive public numbers, one for all or one an
// element: error below two units, |x| < 2^R. 16 bytes, one round; 16 dealt. It relies on
// what Truncate does (after Escudero et al. 2020).
func (k *Kernel) DivPublic(net mpc.Net, x mpc.Share, d []uint64) mpc.Share {
	return k.divide(net, x, k.PublicNumbers(d))
}

func (k *Kernel) divide(net mpc.Net, x mpc.Share, d dealer.Divisor) mpc.Share {
	s := k.Begin(net, dealer.Dividing)
	return masked(s, x.Elem, x.Shape, s.Quotient(x, d))
}

// And is the conjunction of bits: 2 bits, one round; a bit dealt. It relies on dealt
// conjunctions of masks (Beaver 1991, Patra et al. 2021).
func (k *Kernel) And(net mpc.Net, x, y mpc.Share) mpc.Share {
	s := k.Begin(net, dealer.Working)
	return masked(s, x.Elem, x.Shape, s.And(0, k.GroupOf(x), x.Comp, y.Comp))
}

// BitsToRing converts bits to numbers 0 and 1: 16 bytes, one round; 8 dealt. It relies on
// the mask of the bit dealt as a number, which D negates (Patra et al. 2021).
func (k *Kernel) BitsToRing(net mpc.Net, b mpc.Share, elem clear.Type) mpc.Share {
	s := k.Begin(net, dealer.Working)
	return masked(s, elem, b.Shape, s.Numbers(b))
}

// SelectBits returns b x: 16 bytes, one round; 16 dealt. It relies on the mask of the bit
// dealt as a number, and its product with that of x (Patra et al. 2021).
func (k *Kernel) SelectBits(net mpc.Net, b, x mpc.Share) mpc.Share {
	s := k.Begin(net, dealer.Working)
	return masked(s, x.Elem, x.Shape, s.Selected(b, x))
}

// Tables looks up numbers of k bits in tables of m functions: 16 m bytes a number, of
// all tables together, one round; 8 (2^k - 1) dealt, or with a sign 8 2^k. It relies on
// the values of the mask dealt one by one, which D permutes (one-time tables, as in Beaver
// 1991 for a bit).
func (k *Kernel) Tables(net mpc.Net, elem clear.Type, tables ...mpc.Table) []mpc.Share {
	s := k.Begin(net, dealer.Working)
	return k.Split(s.Masked(k.Elements(dealer.Functions(tables)), s.LookUp(tables)), elem, tables)
}

// Shuffle permutes the rows of blocks, of n rows each, by uniform permutations
// that no role knows, the same for all tensors of x. Two rounds; of a row of k
// ring elements 24 k bytes, of a row of k bits 3 k/8; 16 k and k/4 dealt. It relies on
// three permutations, each unknown to one role (Chase, Ghosh and Poburinnaya 2020).
func (k *Kernel) Shuffle(net mpc.Net, blocks, n int, x []mpc.Share) []mpc.Share {
	s := k.Begin(net, dealer.Working)
	var groups []dealer.Group
	for _, t := range x {
		groups = append(groups, k.GroupOf(t))
	}
	parts := s.Permuted(blocks, n, x)
	net.Stage()
	out := make([]mpc.Share, len(x))
	for i, comp := range s.MaskedAll(groups, parts) {
		out[i] = mpc.Share{Elem: x[i].Elem, Shape: x[i].Shape, Comp: comp}
	}
	return out
}
