package mpc

// Functions of fixed, by polynomials of their normalised argument. What is
// said of an error counts in units in the last place of the result's type, and
// r is the result. Arguments outside a domain give any value, the same shares
// of it everywhere.

import (
	"math/bits"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
)

const (
	log2e    = 6653256548922161246  // log2 e, at 62 bits
	ln2      = 12786308645202655660 // ln 2, at 64 bits
	sqrt2    = 6521908912666391106  // √2, at 62 bits
	logScale = 40
)

// Sqrt returns the square root of x >= 0: error below two units and |r| 2^-27.
// The length of x, mantissa and an evaluation of degree 10, and two Product.
func (e *Engine) Sqrt(net Net, x Operand) Share {
	o, s := e.begin(net), e.share(x)
	longest, n := s.Elem.Bits-1, s.Elem.Bits-1+s.Elem.F
	code := capability.Lengths(longest)
	// The root of 2^(length + F) is that of 2^(even - low), 30 bits or so, by
	// 16^(top - high) and a power of two.
	even, top := 60-n%2, longest>>code.Low
	low, high := o.byLength(s, code,
		func(low int) []uint64 { return []uint64{1 << low, rootOfPower(even - low)} },
		func(high int) []uint64 { return []uint64{1 << (high << code.Low), 1 << (4 * (top - high))} })
	r := o.evaluate(root, o.mantissa(s, o.k.Mul(o.next(), at(low, 0), at(high, 0), 0), longest), scaleBits)
	r = o.k.Mul(o.next(), r, at(low, 1), scaleBits)
	return o.k.Mul(o.next(), r, at(high, 1), (even-n)/2+4*top).as(s.Elem)
}

// rootOfPower is the root of 2^n, n < 62, rounded.
func rootOfPower(n int) uint64 {
	if n%2 == 0 {
		return 1 << (n / 2)
	}
	return (sqrt2>>(61-n/2) + 1) / 2
}

// Rsqrt returns 1 / sqrt(x): error below two units and |r| 2^-27. What is less than
// 2^least units, 0 and negative values too, counts as that, which the type must hold
// the result of.
//
// x is brought to 1/4..1 by a power of four, which its length in pairs of bits says; the
// root of that brings the result back. The bits of x, an And that pairs them, and the
// code of the length; one Tables of three functions; two Product and an evaluation,
// of a degree that the greatest result asks for: 4, 8, 12 or 16.
func (e *Engine) Rsqrt(net Net, x Operand, least int) Share {
	o, s := e.begin(net), e.share(x)
	p, longest := capability.RootPlan(s.Elem.Bits, s.Elem.F, least), s.Elem.Bits-1
	b := rows(o.k.Bits(o.next(), s, p.Width))
	code := o.coded(append(o.pairs(b[least:longest]), b[longest]), 1, p.LengthCode)
	by := o.k.Tables(o.next(), clear.Int64, Table{Bits: stack(code...), Functions: columns(p.Low, func(c int) []uint64 { return rootFactors(p, c) })})[0]
	// The mantissa has a scale of 31 bits, and is half of what lies between -3/4 and
	// 3/4, but for 5/4.
	const bits = scaleBits + 1
	u := o.k.Mul(o.next(), s, at(by, 0), max(0, longest-bits))
	u = o.addConst(o.add(scale(u, 1<<max(0, bits-longest)), at(by, 1)), minus(5<<(scaleBits-2)))
	r := o.evaluate(inverseRoots[p.Degree/blockPowers-1], u, scaleBits)
	return o.k.Mul(o.next(), r, at(by, 2), p.Shift).as(s.Elem)
}

// rootFactors are the functions of a code: what brings a number to the longest pair,
// or else the mantissa of the least one; and what brings the result back.
func rootFactors(p capability.Root, code int) []uint64 {
	back := func(pair int) uint64 {
		// Twice the bits that the result has over those of its mantissa.
		return rootOfPower(3*p.F - (p.Width - 1) + 2*pair + 2*(p.Shift-scaleBits))
	}
	if code >= p.Size {
		return []uint64{0, 1 << (scaleBits + 1 + p.Least - p.Lowest), back(p.Size - 1)}
	}
	return []uint64{1 << (2 * code), 0, back(code)}
}

// Log returns the natural logarithm of x > 0: error below two units and 2^-27.
// The length of x, mantissa and an evaluation of degree 12.
func (e *Engine) Log(net Net, x Operand) Share {
	o, s := e.begin(net), e.share(x)
	longest := s.Elem.Bits - 1
	code := capability.Lengths(longest)
	low, high := o.byLength(s, code,
		func(low int) []uint64 { return []uint64{1 << low, multipleOfLn2(-low)} },
		func(high int) []uint64 {
			return []uint64{1 << (high << code.Low), multipleOfLn2(longest - s.Elem.F - high<<code.Low)}
		})
	u := o.mantissa(s, o.k.Mul(o.next(), at(low, 0), at(high, 0), 0), longest)
	log := o.add(o.evaluate(logarithm, u, logScale), o.add(at(low, 1), at(high, 1)))
	return o.truncate(log, logScale-s.Elem.F).as(s.Elem)
}

// byLength returns functions of the low and of the high bits of the code of x's
// length, x not negative; those of the high bits are 0 where x is 0. The code,
// and one Tables.
func (o *operation) byLength(x Share, c capability.LengthCode, low, high func(v int) []uint64) (l, h Share) {
	code, _ := o.code(x, c.Longest, false, c)
	t := o.k.Tables(o.next(), clear.Int64,
		Table{Bits: stack(code[:c.Low]...), Functions: columns(c.Low, low)},
		Table{Bits: stack(code[c.Low:]...), Functions: columns(c.High, func(v int) []uint64 {
			if v > c.Longest>>c.Low {
				return make([]uint64, len(high(0)))
			}
			return high(v)
		})})
	return t[0], t[1]
}

// columns are the values of functions at all numbers of so many bits.
func columns(bits int, f func(v int) []uint64) [][]uint64 {
	out := make([][]uint64, len(f(0)))
	for v := range 1 << bits {
		for i, y := range f(v) {
			out[i] = append(out[i], y)
		}
	}
	return out
}

// multipleOfLn2 is n ln 2 at logScale, |n| < 64, rounded.
func multipleOfLn2(n int) uint64 {
	if n < 0 {
		return -multipleOfLn2(-n)
	}
	high, low := bits.Mul64(uint64(n), ln2)
	return (high<<(logScale+1) | low>>(63-logScale) + 1) / 2
}

// Exp returns e^x: error below two units and |r| 2^-26, and |r| 2^(F-49) where
// that is more. A result is at least 0. Where it would exceed 2^I (1 - 2^-17)
// less four units, it is that of the last x of which it does not, and so at most
// 2^I (1 - 2^-18).
// One Negative and one SelectBits of two, which keep x between, one power, one
// Truncate and one SelectBits.
func (e *Engine) Exp(net Net, x Operand) Share {
	o, s := e.begin(net), e.share(x)
	f, i := s.Elem.F, s.Elem.Bits-1-s.Elem.F
	low := multipleOfLn2(f+2) >> (logScale - f)
	high := uint64(int64(multipleOfLn2(i)-1<<(logScale-17)-4<<logScale>>(i+f)) >> (logScale - f))
	beyond := stack(o.addConst(s, low), o.addConst(scale(s, minus(1)), high))
	beyond = o.k.SelectBits(o.next(), o.k.Negative(o.next(), beyond, boundedWidth(s.Elem)), beyond)
	s = o.add(o.sub(s, at(beyond, 0)), at(beyond, 1))
	// The result is g / 2^32, or g where t has the bit that g leaves out.
	g, t := o.power(scale(s, log2e>>(62-zBits+f)), f+3, 6)
	r := o.truncate(g, 32)
	return o.add(r, o.k.SelectBits(o.next(), at(t, 5), o.sub(g, r))).as(s.Elem)
}

// boundedWidth holds the distance of a value to a bound below 2^5.
func boundedWidth(t clear.Type) int { return max(t.Bits, t.F+6) + 1 }
