package mpc

// Polynomials on -1..1, and what brings an argument there: the length of a
// number, and shifts by a number of places that nobody knows.
//
// Everything here stays below 2^62, where a truncation does not wrap: factors
// have a scale of 30 bits, so that a product of two has 60 and a bit for what
// lies between 1 and 2.

import (
	"slices"

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
	// inverseRoots are of (5 + 4u) / 8, in 1/4..1 for u in -3/4..3/4, by a quarter of
	// their degree, less one.
	inverseRoots = []polynomial{
		{1358187913, -526393572, 313460375, -327994808, 233973741},
		{1358187913, -542995434, 325750932, -223776147, 157066751, -70891069, 50758859, -137552580, 104271395},
		{1358187913, -543271017, 325961881, -217514040, 152275297, -106710734, 78135184, -75867276, 57315250, 9458917, -7851498, -68988867, 53287777},
		{1358187913, -543275107, 325965053, -217315025, 152120921, -109403000, 80223038, -60979580, 45775899, -26382166, 19892492, -42754277, 33113134, 27274231, -21409314, -37003711, 28843078},
	}
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
	down := func(block int) int {
		if block == 0 {
			return 2*scaleBits - out
		}
		return scaleBits
	}
	block := func(i int) Share {
		first := 1 + i*blockPowers
		b := o.combined(integers(p[first:min(first+blockPowers, len(p))]), powers)
		if i == 0 {
			return o.addConst(b, uint64(p[0])<<scaleBits)
		}
		return b
	}
	top := (degree - 1) / blockPowers
	sum := o.truncate(block(top), down(top))
	for i := top - 1; i >= 0; i-- {
		sum = o.k.Inner(o.next(), stack(sum), stack(powers[blockPowers-1]), block(i), down(i))
	}
	return sum
}

// blockPowers is how many powers make a block.
const blockPowers = 4

// powers returns x, x^2, … x^n, by doubling: in all n - 1 Product.
func (o *operation) powers(x Share, n int) []Share {
	all := []Share{x}
	for have := 1; have < n; have = len(all) {
		more := min(have, n-have)
		highest := slices.Repeat(all[have-1:have], more)
		all = append(all, rows(o.k.Mul(o.next(), stack(all[:more]...), stack(highest...), scaleBits))...)
	}
	return all
}

// combined adds up public multiples of the first tensors, which have one shape.
func (e *Engine) combined(c []ring.Number, x []Share) Share {
	r := e.k.Modulus()
	out := Share{Elem: x[0].Elem, Shape: x[0].Shape}
	for i, first := range x[0].Comp {
		vectors := make([][]uint64, len(c))
		for k := range c {
			vectors[k] = x[k].Comp[i]
		}
		sum := make([]uint64, len(first))
		r.Combine(sum, c, vectors)
		out.Comp = append(out.Comp, sum)
	}
	return out
}

// at is x[i].
func at(x Share, i int) Share { return index(x, clear.At(int64(i))) }

// minus is -c modulo 2^64.
func minus(c uint64) uint64 { return -c }

func integers(c []int64) []ring.Number {
	out := make([]ring.Number, len(c))
	for i, v := range c {
		out[i] = ring.Integer(v)
	}
	return out
}

// code returns the code of the length of each element of x, which fits in width
// bits, a bit after the other. Of a signed one, it says whether it is negative, too;
// then its length is that of |x| - 1, and not that of 0.
//
// One Bits, and for each bit of the code one And that merges groups of lengths.
func (o *operation) code(x Share, width int, signed bool, c capability.LengthCode) (code []Share, negative Share) {
	b := rows(o.k.Bits(o.next(), x, width))
	if signed {
		// The complement of a negative x is |x| - 1. Its sign stands below its bits,
		// so that -1, too, has a length.
		negative = b[width-1]
		below := []Share{negative}
		for _, bit := range b[:width-1] {
			below = append(below, o.xor(bit, negative))
		}
		b = below
	}
	return o.coded(b, capability.Shortest(signed), c), negative
}

// coded returns the code of the length of numbers, given bits, the first of which
// makes a number as long as the shortest.
func (o *operation) coded(b []Share, shortest int, c capability.LengthCode) []Share {
	known := c.Size + 1 - shortest // bits that are of lengths with a code
	code := o.merged(b[:known], shortest, c)
	if known < len(b) {
		longer := o.any(stack(b[known:]...))
		shape := longer.Shape
		code = rows(o.or(stack(code...), longer.in(append([]int{1}, shape...)).widen(append([]int{len(code)}, shape...))))
	}
	return code
}

// pairs returns whether a bit of each pair is set, the highest two being one; of an
// odd number of bits, the lowest is alone. One And.
func (o *operation) pairs(b []Share) []Share {
	alone := slices.Clone(b[:len(b)%2])
	if b = b[len(alone):]; len(b) == 0 {
		return alone
	}
	var lower, upper []Share
	for i := 0; i < len(b); i += 2 {
		lower, upper = append(lower, b[i]), append(upper, b[i+1])
	}
	return append(alone, rows(o.or(stack(lower...), stack(upper...)))...)
}

// A group is of lengths whose codes begin alike: whether a number has a bit that
// makes it as long as one of them, and then the last bits of its code, which are
// all set otherwise.
type group struct {
	any  Share
	last []Share
}

// merged returns the codes of the lengths of numbers, given bits, the first of which
// makes a number as long as the shortest. The codes of two groups that differ in a
// bit are one group: its last bits are those of the longer numbers, if there are any,
// and the bit says whether there are none.
func (o *operation) merged(b []Share, shortest int, c capability.LengthCode) []Share {
	slices.Reverse(b) // the codes of longer numbers come first
	groups := make([]group, len(b))
	for i := range b {
		groups[i].any = b[i]
	}
	for bit := range c.Bits() {
		from, to := c.Groups(shortest, bit)
		var next, longs, shorts []group
		for i := from &^ 1; i <= to; i += 2 {
			switch {
			case i < from: // no longer ones
				g := groups[i+1-from]
				next = append(next, group{g.any, append(g.last, o.not(scale(g.any, 0)))})
			case i == to: // no shorter ones
				g := groups[i-from]
				next = append(next, group{g.any, append(g.last, o.not(g.any))})
			default:
				next = append(next, group{})
				longs, shorts = append(longs, groups[i-from]), append(shorts, groups[i+1-from])
			}
		}
		if len(longs) > 0 {
			both := o.mergeAll(longs, shorts)
			for i := range next {
				if next[i].last == nil {
					next[i], both = both[0], both[1:]
				}
			}
		}
		groups = next
	}
	return groups[0].last
}

// mergeAll merges groups of longer numbers with those of shorter ones: one And.
func (o *operation) mergeAll(longs, shorts []group) []group {
	var x, y []Share
	for i, long := range longs {
		x, y = append(x, long.any), append(y, shorts[i].any)
		for j, bit := range long.last {
			x, y = append(x, long.any), append(y, o.xor(bit, shorts[i].last[j]))
		}
	}
	z := rows(o.k.And(o.next(), stack(x...), stack(y...)))
	merged := make([]group, len(longs))
	for i, long := range longs {
		merged[i].any = o.xor(o.xor(long.any, shorts[i].any), z[0])
		for j, bit := range shorts[i].last {
			merged[i].last = append(merged[i].last, o.xor(bit, z[1+j]))
		}
		merged[i].last = append(merged[i].last, o.not(long.any))
		z = z[1+len(long.last):]
	}
	return merged
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
