package mpc

// Sigmoid and tanh, by polynomials on pieces of length 1.

import (
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// Sigmoid returns 1 / (1 + e^-x): error below two units and 2^-28. The pieces
// and the degree d are those that the precision of x needs, 16 pieces and degree
// 4 for 16 fractional bits. One Bits; And that tell whether |x| is beyond the
// pieces, and take the last piece there; one Tables of d + 3 functions; one Product;
// the powers up to the half of d, a Product each but the first; two Inner.
func (e *Engine) Sigmoid(net Net, x Operand) Share {
	o, s := e.begin(net), e.share(x)
	return o.logistic(s, capability.LogisticPlan(s.Elem.Bits, s.Elem.F, 0), 1<<59).as(s.Elem)
}

// Tanh returns the hyperbolic tangent, 2 / (1 + e^-2x) - 1: error below two
// units and 2^-27. It costs what Sigmoid does with one more fractional bit.
func (e *Engine) Tanh(net Net, x Operand) Share {
	o, s := e.begin(net), e.share(x)
	return o.logistic(scale(s, 2), capability.LogisticPlan(s.Elem.Bits, s.Elem.F, 1), 0).as(s.Elem)
}

// logistic returns 1 / (1 + e^-x) - 1/2, an odd function, times 2^Double, with
// start at 60 bits more. The whole part of |x| says which piece it is in; what |x|
// - 1 has, the complement of a negative x, differs only where two pieces meet.
func (o *operation) logistic(x Share, l capability.Logistic, start uint64) Share {
	b := o.k.Bits(o.next(), x, l.Width)
	negative := at(b, l.Width-1)
	whole := o.xor(index(b, clear.Range(int64(l.F), int64(l.F+l.Index))), negative)
	if l.Above > 0 {
		from := int64(l.F + l.Index)
		beyond := o.any(o.xor(index(b, clear.Range(from, from+int64(l.Above))), negative))
		whole = o.or(whole, beyond.widen(whole.Shape))
	}
	pieces := Table{Bits: whole, Sign: negative, Functions: columns(l.Index, func(piece int) []uint64 { return logisticPiece(l, piece) })}
	t := o.k.Tables(o.next(), clear.Int64, pieces)[0]
	unit, middle, constant, coefficients := at(t, 0), at(t, 1), at(t, 2), index(t, clear.Range(3, int64(3+l.Degree)))
	// From -1 to 1 on the piece of |x|: the sign of x goes out.
	u := o.k.Mul(o.next(), unit, o.sub(scale(x, 2), middle), 0)
	return o.evaluateSecret(coefficients, u, o.addConst(constant, start), 2*scaleBits-l.F-l.Double)
}

// evaluateSecret returns a polynomial of u, in -1..1, whose coefficients are on
// shares: those of the powers from the first on along the first dimension, and the
// constant at twice the scale; shift as in Inner. The upper half of the powers are
// the lower ones times the highest of these: two Inner, and the powers.
func (o *operation) evaluateSecret(coefficients, u, constant Share, shift int) Share {
	degree := coefficients.Shape[0]
	half := (degree + 1) / 2
	powers := stack(o.powers(u, half)...)
	upper := o.k.Inner(o.next(), index(coefficients, clear.Range(int64(half), int64(degree))), index(powers, clear.Range(0, int64(degree-half))), Share{}, scaleBits)
	lower := concat(0, index(coefficients, clear.Range(0, int64(half-1))), stack(o.add(at(coefficients, half-1), upper)))
	return o.k.Inner(o.next(), lower, powers, constant, shift)
}

// any is the disjunction along the first dimension, by halves.
func (o *operation) any(b Share) Share {
	for n := b.Shape[0]; n > 1; n = b.Shape[0] {
		h := int64(n / 2)
		b = concat(0, o.or(index(b, clear.Range(0, h)), index(b, clear.Range(h, 2*h))), index(b, clear.Range(2*h, int64(n))))
	}
	return at(b, 0)
}

// or is the disjunction of bools on shares.
func (o *operation) or(x, y Share) Share { return o.xor(o.xor(x, y), o.k.And(o.next(), x, y)) }

// logisticPiece is, of a piece, what brings F bits to 30, twice its middle at F
// bits, and its polynomial: the constant at 60 bits, the others at 30. The last piece stands for all that is
// beyond, too, and is constant if there is any; as are those where e^-x is below
// 2^-30.
func logisticPiece(l capability.Logistic, piece int) []uint64 {
	out := make([]uint64, 3+l.Degree)
	out[0], out[1] = 1<<(scaleBits-l.F), uint64(2*piece+1)<<l.F
	if piece >= len(logisticPieces) || l.Above > 0 && piece == 1<<l.Index-1 {
		out[2] = 1 << 59
		return out
	}
	p := monomials(logisticPieces[piece][:l.Degree+1])
	out[2] = uint64(p[0]) << 20
	for k, c := range p[1:] {
		out[3+k] = uint64((c + 1<<9) >> 10)
	}
	return out
}

// monomials are the coefficients of the powers in a sum of Chebyshev's
// polynomials, by T(n) = 2 u T(n-1) - T(n-2).
func monomials(a []int64) []int64 {
	out, t := make([]int64, len(a)), make([][]int64, len(a))
	for n, c := range a {
		t[n] = make([]int64, len(a))
		if n < 2 {
			t[n][n] = 1
		} else {
			t[n][0] = -t[n-2][0]
			for k := range n {
				t[n][k+1] = 2*t[n-1][k] - t[n-2][k+1]
			}
		}
		for k := range out {
			out[k] += c * t[n][k]
		}
	}
	return out
}

// logisticPieces has, for i = 0, 1, …, the coefficients of Chebyshev's
// polynomials in 1 / (1 + e^-x) - 1/2 from i to i + 1, at 40 bits. Left out
// after degree 7 is less than 2^-29.
var logisticPieces = [][8]int64{
	{130799824280, 127563258908, -3809555141, -539826850, 35801618, 2372652, -275666, -7762},
	{342747284243, 82242391223, -6402802956, 79278061, 26733264, -2069878, -9438, 11191},
	{462252762391, 39231187905, -4099162186, 229325015, -2998396, -660703, 63223, -2325},
	{515667170111, 16048788616, -1865775986, 135721581, -6262055, 116846, 8757, -1030},
	{536935275693, 6149618648, -743590003, 58837759, -3326006, 133440, -3011, -57},
	{545000228430, 2297061269, -281802171, 22969176, -1382746, 64251, -2288, 55},
	{548000964260, 849821968, -104812629, 8635411, -531368, 25853, -1021, 33},
	{549109511040, 313282951, -38714517, 3202223, -198608, 9820, -401, 14},
	{549517953430, 115338648, -14263470, 1181490, -73490, 3655, -151, 5},
	{549668296519, 42442676, -5250109, 435115, -27093, 1350, -56, 2},
	{549723616234, 15615407, -1931796, 160133, -9975, 497, -21, 1},
	{549743968787, 5744806, -710721, 58918, -3671, 183, -8, 0},
	{549751456286, 2113426, -261467, 21676, -1350, 67, -3, 0},
	{549754210811, 777490, -96189, 7974, -497, 25, -1, 0},
	{549755224148, 286023, -35386, 2934, -183, 9, 0, 0},
	{549755596935, 105222, -13018, 1079, -67, 3, 0, 0},
	{549755734075, 38709, -4789, 397, -25, 1, 0, 0},
	{549755784527, 14240, -1762, 146, -9, 0, 0, 0},
	{549755803087, 5239, -648, 54, -3, 0, 0, 0},
	{549755809914, 1927, -238, 20, -1, 0, 0, 0},
	{549755812426, 709, -88, 7, 0, 0, 0, 0},
}
