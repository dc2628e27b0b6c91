package mpc

// Polynomials on -1..1, and what brings an argument there: the length of a
// number, and shifts by a number of places that nobody knows.
//
// Everything here stays below 2^62, where a truncation does not wrap: factors
// have a scale of 30 bits, so that a product of two has 60 and a bit for what
// lies between 1 and 2.

import (
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/ring"
)

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

// evaluate returns p(u), u in -1..1, at a scale of out bits, by blocks of four
// powers (Paterson and Stockmeyer 1973): the powers up to u^4; beyond degree 4,
// one Truncate of the highest block, and from there for each block below one Inner,
// which multiplies by u^4; else one Truncate.
func (o *operation) evaluate(p polynomial, u Share, out int) Share {
	degree := len(p) - 1
	powers := o.powers(u, min(blockPowers, degree))
	blocks := clear.Zero(clear.Int64, (degree+blockPowers-1)/blockPowers, powers.Shape[0])
	for i, c := range p[1:] {
		blocks.Data[i/blockPowers*powers.Shape[0]+i%blockPowers] = uint64(c)
	}
	b := o.combined(blocks, powers)
	down := func(block int) int {
		if block == 0 {
			return 2*scaleBits - out
		}
		return scaleBits
	}
	block := func(i int) Share {
		if i == 0 {
			return o.addConst(at(b, 0), uint64(p[0])<<scaleBits)
		}
		return at(b, i)
	}
	top := b.Shape[0] - 1
	sum := o.truncate(block(top), down(top))
	for i := top - 1; i >= 0; i-- {
		sum = o.k.Inner(o.next(), stack(sum), stack(at(powers, blockPowers-1)), block(i), down(i))
	}
	return sum
}

// blockPowers is how many powers make a block.
const blockPowers = 4

// powers returns x, x^2, … x^n along a new first dimension, by doubling: in all
// n - 1 Product.
func (o *operation) powers(x Share, n int) Share {
	all := x.in(append([]int{1}, x.Shape...))
	for have := 1; have < n; have = all.Shape[0] {
		more := min(have, n-have)
		top := at(all, have-1).widen(append([]int{more}, x.Shape...))
		all = concat(0, all, o.k.Mul(o.next(), index(all, clear.Range(0, int64(more))), top, scaleBits))
	}
	return all
}

// combined multiplies a public matrix by x, seen as a matrix of its first
// dimension by all others.
func (e *Engine) combined(m clear.Tensor, x Share) Share {
	n, rest := m.Shape[0], x.Shape[1:]
	return e.byPublic(append([]int{n}, rest...), x, func(dst, x []uint64, r ring.Modulus) {
		r.MatMul(dst, numbers(r, m), x, n, m.Shape[1], Count(rest))
	})
}

// at is x[i].
func at(x Share, i int) Share { return index(x, clear.At(int64(i))) }

// minus is -c modulo 2^64.
func minus(c uint64) uint64 { return -c }

// lengths says of each element of x, which fits in width bits, how long it is:
// bit i along a new first dimension is whether |x| has a bit i or a higher one.
// Of a signed one, it says whether it is negative, too; then its length is that
// of |x| - 1, but at least 1.
//
// One Bits, and the And that spread each bit to those below.
func (o *operation) lengths(x Share, width int, signed bool) (p, negative Share) {
	b := o.k.Bits(o.next(), x, width)
	if !signed {
		return o.spread(b), Share{}
	}
	last := int64(width - 1)
	sign := index(b, clear.Range(last, last+1))
	// The complement of a negative x is |x| - 1. Its sign stands below its bits,
	// so that -1, too, has a length.
	p = o.spread(concat(0, sign, o.xor(index(b, clear.Range(0, last)), at(sign, 0))))
	return concat(0, index(p, clear.Range(0, 1)), index(p, clear.Range(2, last+1))), at(sign, 0)
}

// spread sets each bit along the first dimension that has a set one after it,
// by the prefix tree of Sklansky 1960: at each level, a bit of the lower half of
// a group takes the lowest of the upper half, which stands for all of that.
func (o *operation) spread(b Share) Share {
	rows := make([]Share, b.Shape[0])
	for i := range rows {
		rows[i] = at(b, i)
	}
	for half := 1; half < len(rows); half *= 2 {
		var low, high []Share
		var places []int
		for i := range rows {
			if from := (i/half + 1) * half; i/half%2 == 0 && from < len(rows) {
				low, high, places = append(low, rows[i]), append(high, rows[from]), append(places, i)
			}
		}
		x, y := stack(low...), stack(high...)
		either := o.xor(o.xor(x, y), o.k.And(o.next(), x, y))
		for k, i := range places {
			rows[i] = at(either, k)
		}
	}
	return stack(rows...)
}

// encoded returns the code of the length that lengths gave, and then further
// bits. No communication: from one length to the next, a bit of the code changes
// or does not.
func (o *operation) encoded(lengths Share, c capability.LengthCode, further ...Share) Share {
	out := make([]Share, c.Low+c.High)
	for j := range out {
		bit := func(length int) int { return c.Of(length) >> j & 1 }
		out[j] = scale(at(lengths, 0), 0)
		for i := range lengths.Shape[0] {
			if bit(i+1) != bit(i) {
				out[j] = o.xor(out[j], at(lengths, i))
			}
		}
		if bit(0) == 1 {
			out[j] = o.not(out[j])
		}
	}
	return stack(append(out, further...)...)
}

// table lists a function of a number of so many bits.
func table(bits int, f func(v int) uint64) []uint64 {
	out := make([]uint64, 1<<bits)
	for v := range out {
		out[v] = f(v)
	}
	return out
}

// mantissa returns u, with (3 + u) / 4 = x v 2^-longest in 1/2..1, of an x that
// a factor v scales to that length: one Product, which truncates what is longer
// than the scale.
func (o *operation) mantissa(x, v Share, longest int) Share {
	const bits = scaleBits + 2
	x = o.k.Mul(o.next(), x, v, max(0, longest-bits))
	return o.addConst(scale(x, 1<<max(0, bits-longest)), minus(3<<scaleBits))
}

// power returns 2^z for a z at zBits: with n and f the whole part and the rest
// of z (rounded down or up, f in -1..1), g = 2^(f + t mod 32) at 29 bits for t =
// n + offset, which must lie in 0..2^tBits; and t. Two Truncate, one Bits, one
// Tables of 3 and 2 bits, two Product and an evaluation of degree 9.
func (o *operation) power(z Share, offset, tBits int) (g, t Share) {
	z = o.truncate(z, zBits-scaleBits)
	n := o.truncate(z, scaleBits)
	f := o.sub(z, scale(n, 1<<scaleBits))
	t = o.k.Bits(o.next(), o.addConst(n, uint64(offset)), tBits)
	factors := o.k.Tables(o.next(), clear.Int64,
		Table{Bits: index(t, clear.Range(0, 3)), Functions: [][]uint64{table(3, func(v int) uint64 { return 1 << v })}},
		Table{Bits: index(t, clear.Range(3, 5)), Functions: [][]uint64{table(2, func(v int) uint64 { return 1 << (8 * v) })}})
	p := o.k.Mul(o.next(), at(factors[0], 0), at(factors[1], 0), 0)
	// 2^f < 2^30 at 29 bits, and 2^31 at most: below 2^61.
	return o.k.Mul(o.next(), o.evaluate(exponential, f, scaleBits-1), p, 0), t
}

// zBits is the scale of exponents: below 2^6, so that they stay below 2^61.
const zBits = 54
