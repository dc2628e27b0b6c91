package mpc

// Polynomials on -1..1, and what brings an argument there: the length of a
// number, and shifts by a number of places that nobody knows.
//
// Everything here stays below 2^62, where a truncation does not wrap: factors
// have a scale of 30 bits, so that a product of two has 60 and a bit for what
// lies between 1 and 2.

import "github.com/tfec-lang/tfec/runtime/clear"

// scaleBits is the scale of arguments, powers and coefficients.
const scaleBits = 30

// A polynomial has its coefficients at scaleBits, from the constant on. All
// are interpolations at Chebyshev's points; a test holds them to their
// functions.
type polynomial []int64

var (
	// reciprocal, logarithm and root are of (3 + u) / 4, in 1/2..1.
	reciprocal = polynomial{1431655765, -477218584, 159072857, -53024406, 17674849, -5890657, 1963350, -657738, 219637, -67732, 22230, -11795, 4047}
	logarithm  = polynomial{-308896273, 357913941, -59652323, 13256078, -3314022, 883687, -245457, 70309, -20530, 5785, -1715, 758, -238}
	root       = polynomial{929887697, 154981283, -12915107, 2152506, -448435, 104701, -26187, 6708, -1803, 651, -190}
	// exponential is 2^u.
	exponential = polynomial{1073741824, 744261118, 257941247, 59597083, 10327393, 1431680, 165377, 16376, 1438, 111}
)

// evaluate returns p(u), u in -1..1, at a scale of out bits. The powers by
// doubling: ⌈log2 degree⌉ Product, in all of degree - 1, and one Truncate.
func (o *operation) evaluate(p polynomial, u Share, out int) Share {
	powers := u.in(append([]int{1}, u.Shape...)) // powers[i] is u^(i+1)
	for n := 1; n < len(p)-1; n = powers.Shape[0] {
		more := min(n, len(p)-1-n)
		top := index(powers, clear.At(int64(n-1)))
		next := o.k.Mul(o.next(), index(powers, clear.Range(0, int64(more))), top.widen(append([]int{more}, u.Shape...)), scaleBits)
		powers = concat(0, powers, next)
	}
	row := clear.Zero(clear.Int64, 1, len(p)-1)
	for i, c := range p[1:] {
		row.Data[i] = uint64(c)
	}
	sum := o.addConst(rows(row, powers), uint64(p[0])<<scaleBits)
	return o.truncate(index(sum, clear.At(0)), 2*scaleBits-out)
}

// rows multiplies a public matrix by x, seen as a matrix of its first
// dimension by all others.
func rows(m clear.Tensor, x Share) Share {
	n, rest := m.Shape[0], x.Shape[1:]
	return lift(func(x ...clear.Tensor) clear.Tensor {
		return matMul(m, x[0], append([]int{n}, rest...), n, m.Shape[1], Count(rest))
	}, x)
}

// at is x[i].
func at(x Share, i int) Share { return index(x, clear.At(int64(i))) }

// minus is -c modulo 2^64.
func minus(c uint64) uint64 { return -c }

// times multiplies, modulo 2^64, x by y, which is repeated along x's first
// dimension.
func (o *operation) times(x, y Share) Share { return o.k.Mul(o.next(), x, y.widen(x.Shape), 0) }

// lengths says of each element of x, which fits in width bits, how long it is:
// at place i of a new first dimension, 1 if |x| has a bit i or a higher one and
// else 0. Of a signed one, it says whether it is negative, too; then its length
// is that of |x| - 1, but at least 1.
//
// One Bits; ⌈log2 width⌉ And, which spread each bit to those below; one
// BitsToRing of width bits.
func (o *operation) lengths(x Share, width int, signed bool) (p, negative Share) {
	b := o.k.Bits(o.next(), x, width)
	if !signed {
		return o.k.BitsToRing(o.next(), o.spread(b), clear.Int64), Share{}
	}
	last := int64(width - 1)
	sign := index(b, clear.Range(last, last+1))
	// The complement of a negative x is |x| - 1. Its sign stands below its bits,
	// so that -1, too, has a length.
	p = o.spread(concat(0, sign, o.xor(index(b, clear.Range(0, last)), at(sign, 0))))
	p = concat(0, index(p, clear.Range(0, 1)), index(p, clear.Range(2, last+1)), sign)
	p = o.k.BitsToRing(o.next(), p, clear.Int64)
	return index(p, clear.Range(0, last)), at(p, width-1)
}

// spread sets each bit along the first dimension that has a set one after it.
func (o *operation) spread(b Share) Share {
	n := b.Shape[0]
	for d := 1; d < n; d *= 2 {
		low, high := index(b, clear.Range(0, int64(n-d))), index(b, clear.Range(int64(d), int64(n)))
		either := o.xor(o.xor(low, high), o.k.And(o.next(), low, high))
		b = concat(0, either, index(b, clear.Range(int64(n-d), int64(n))))
	}
	return b
}

// byLength returns functions of the length of a number, given its lengths up
// to a longest one; 0 for 0 and for what is longer. No communication.
func byLength(lengths Share, longest int, functions ...func(length int) uint64) Share {
	m := clear.Zero(clear.Int64, len(functions), lengths.Shape[0])
	for r, f := range functions {
		row := m.Data[r*lengths.Shape[0]:]
		before := uint64(0)
		for i := range min(longest, lengths.Shape[0]) {
			row[i] = f(i+1) - before
			before = f(i + 1)
		}
		if longest < lengths.Shape[0] {
			row[longest] = -before
		}
	}
	return rows(m, lengths)
}

// mantissa returns u, with (3 + u) / 4 = x 2^-longest in 1/2..1, of an x that
// was scaled to that length.
func (o *operation) mantissa(x Share, longest int) Share {
	const bits = scaleBits + 2
	if longest > bits {
		x = o.truncate(x, longest-bits)
	} else {
		x = scale(x, 1<<(bits-longest))
	}
	return o.addConst(x, minus(3<<scaleBits))
}

// power returns 2^z for a z at zBits: with n and f the whole part and the rest
// of z (rounded down or up, f in -1..1), g = 2^(f + t mod 32) at 29 bits for t =
// n + offset, which must lie in 0..2^tBits; and t.
func (o *operation) power(z Share, offset, tBits int) (g, t Share) {
	z = o.truncate(z, zBits-scaleBits)
	n := o.truncate(z, scaleBits)
	f := o.sub(z, scale(n, 1<<scaleBits))
	t = o.k.Bits(o.next(), o.addConst(n, uint64(offset)), tBits)
	low := o.k.BitsToRing(o.next(), index(t, clear.Range(0, 5)), clear.Int64)
	factors := make([]Share, 5) // 2^(2^i) where bit i is set
	for i := range factors {
		factors[i] = o.addConst(scale(at(low, i), 1<<(1<<i)-1), 1)
	}
	p := stack(factors...)
	for p.Shape[0] > 1 {
		h := int64(p.Shape[0] / 2)
		rest := index(p, clear.Range(2*h, int64(p.Shape[0])))
		p = concat(0, o.k.Mul(o.next(), index(p, clear.Range(0, h)), index(p, clear.Range(h, 2*h)), 0), rest)
	}
	// 2^f < 2^30 at 29 bits, and 2^31 at most: below 2^61.
	return o.k.Mul(o.next(), o.evaluate(exponential, f, scaleBits-1), at(p, 0), 0), t
}

// zBits is the scale of exponents: below 2^6, so that they stay below 2^61.
const zBits = 54
