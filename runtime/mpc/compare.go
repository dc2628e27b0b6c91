package mpc

// Comparisons, choices and conversions.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Lt returns whether x < y, elementwise; operands of equal class whose values
// fit their types. Where the ring has more bits than the type: one Negative of the
// difference, at a width of one bit more than the type's. Else: the sign bits of x, y and the
// difference in one Negative (a public operand's is free), and one And. Within
// a width: one Negative.
func (e *Engine) Lt(net Net, x, y Operand) Share { return e.begin(net).less(x, y) }

// Gt, Le and Ge cost what Lt costs.
func (e *Engine) Gt(net Net, x, y Operand) Share { return e.begin(net).less(y, x) }
func (e *Engine) Le(net Net, x, y Operand) Share { return e.not(e.begin(net).less(y, x)) }
func (e *Engine) Ge(net Net, x, y Operand) Share { return e.not(e.begin(net).less(x, y)) }

// Eq returns whether x == y: one IsZero at the type's width; of bools nothing.
func (e *Engine) Eq(net Net, x, y Operand) Share {
	if x.Type() == clear.Bool {
		return e.not(e.xor(x, y))
	}
	return e.begin(net).isZero(e.sub(x, y))
}

// Ne costs what Eq costs.
func (e *Engine) Ne(net Net, x, y Operand) Share { return e.not(e.Eq(net, x, y)) }

// Not returns the negation of bools.
func (e *Engine) Not(_ Net, x Operand) Share { return e.not(e.share(x)) }

// And returns the conjunction of bools: one And, with a public one nothing.
func (e *Engine) And(net Net, x, y Operand) Share { return e.begin(net).and(x, y) }

// Or returns the disjunction of bools: x ^ y ^ (x & y), one And.
func (e *Engine) Or(net Net, x, y Operand) Share {
	return e.xor(e.xor(x, y), e.begin(net).and(x, y))
}

// Select returns x where c is true and y elsewhere; c, x and y broadcast.
// Numbers: one SelectBits of x - y, or one BitsToRing where both are public.
// Bools: one And. A public c: nothing.
func (e *Engine) Select(net Net, c, x, y Operand) Share { return e.begin(net).choose(c, x, y) }

// Abs returns |x|: one Negative and one SelectBits; unsigned nothing.
func (e *Engine) Abs(net Net, x Operand) Share {
	s, o := e.share(x), e.begin(net)
	if s.Elem.Kind == clear.UnsignedKind {
		return s
	}
	negative := e.k.Negative(o.next(), s, e.bits(s.Elem.Bits))
	return e.sub(s, scale(e.k.SelectBits(o.next(), negative, s), 2))
}

// Min2 and Max2 return the lesser and the greater: one Lt and one SelectBits;
// of bools one And.
func (e *Engine) Min2(net Net, x, y Operand) Share { return e.begin(net).min2(x, y) }
func (e *Engine) Max2(net Net, x, y Operand) Share { return e.begin(net).max2(x, y) }

// Min returns the least element over an axis, or of all with axis -1; of
// nothing, the greatest of the type. A tree of Min2: rounds for each halving.
func (e *Engine) Min(net Net, x Operand, axis int) Share {
	_, greatest := x.Type().Bounds()
	return e.begin(net).tree(e.share(x), axis, greatest, (*operation).min2)
}

// Max returns the greatest element as Min does the least.
func (e *Engine) Max(net Net, x Operand, axis int) Share {
	least, _ := x.Type().Bounds()
	return e.begin(net).tree(e.share(x), axis, least, (*operation).max2)
}

// Convert returns x as elements of t.
//
// Bool to number: one BitsToRing. Number to bool (x != 0): one IsZero. A fixed
// to fewer fractional bits: one Truncate. A fixed to an integer, toward zero,
// exact: one Truncate and twice Negative and BitsToRing. All others are
// local: the shares hold the true integer, which an opening reduces.
func (e *Engine) Convert(net Net, x Operand, t clear.Type) Share {
	s, o := e.share(x), e.begin(net)
	switch from := s.Elem; {
	case from == t:
		return s
	case from == clear.Bool:
		return scale(e.k.BitsToRing(o.next(), s, t), 1<<t.F)
	case t == clear.Bool:
		return e.not(o.isZero(s))
	case t.F == from.F:
		return s.as(t)
	case t.F > from.F:
		return scale(s, 1<<(t.F-from.F)).as(t)
	case t.Kind == clear.FixedKind:
		return o.truncate(s, from.F-t.F).as(t)
	default:
		return o.fixedToInteger(s).as(t)
	}
}

// fixedToInteger drops the fraction of x, toward zero. As in divTowardZero, a
// negative x is moved up; then the kernel's quotient is the floor or one more,
// and the sign of the remainder tells which.
func (o *operation) fixedToInteger(x Share) Share {
	f := x.Elem.F
	up := scale(o.negativeNumber(x, x.Elem.Bits), 1<<f-1)
	x = o.add(x, up)
	q := o.truncate(x, f)
	return o.sub(q, o.negativeNumber(o.sub(x, scale(q, 1<<f)), f+1))
}

func (e *Engine) not(x Share) Share {
	ones := make([]uint64, ring.Words(x.Len()))
	for i := range ones {
		ones[i] = ^uint64(0)
	}
	ring.ClearTail(ones, x.Len())
	return e.k.AddPublic(x, ones)
}

func (o *operation) and(x, y Operand) Share {
	if x, ok := x.(clear.Tensor); ok {
		return mask(o.share(y), x)
	}
	if y, ok := y.(clear.Tensor); ok {
		return mask(o.share(x), y)
	}
	shape := broadcast(x, y)
	return o.k.And(o.next(), o.share(x).widen(shape), o.share(y).widen(shape))
}

// isZero compares modulo 2^Bits, which tells values of the type apart.
func (o *operation) isZero(x Share) Share { return o.k.IsZero(o.next(), x, o.bits(x.Elem.Bits)) }

func (o *operation) less(x, y Operand) Share {
	t := wider(x.Type(), y.Type())
	if t == clear.Bool {
		if x, ok := x.(clear.Tensor); ok {
			return o.and(clear.Not(x), y)
		}
		return o.and(o.not(o.share(x)), y)
	}
	d := o.sub(x, y)
	if t.Bits < int(o.k.Modulus()) || o.width > 0 {
		return o.k.Negative(o.next(), d, o.bits(t.Bits+1))
	}
	return o.lessWide(x, y, d, t.Kind == clear.UnsignedKind)
}

// lessWide compares where d = x - y may not fit. If x and y have the same
// sign bit, d does, and its sign decides. Else the sign of x does or, without
// signs, the highest bit of y: x < y = d ^ ((h ^ d) & (sx ^ sy)) over the sign
// bits, h that which decides.
func (o *operation) lessWide(x, y Operand, d Share, unsigned bool) Share {
	sign := o.signs(d.Shape, d, x, y)
	h := sign[1]
	if unsigned {
		h = sign[2]
	}
	return o.xor(sign[0], o.and(o.xor(h, sign[0]), o.xor(sign[1], sign[2])))
}

// signs returns the sign bits of values as wide as the ring, 64 bits, broadcast
// to a shape; those of shares with one Negative.
func (o *operation) signs(shape []int, xs ...Operand) []Operand {
	var shared []Share
	for _, x := range xs {
		if s, ok := x.(Share); ok {
			shared = append(shared, s.widen(shape))
		}
	}
	bits := o.k.Negative(o.next(), stack(shared...), 64)
	out := make([]Operand, len(xs))
	next := int64(0)
	for i, x := range xs {
		if p, ok := x.(clear.Tensor); ok {
			out[i] = clear.Lt(clear.Tensor{Elem: clear.Int64, Shape: p.Shape, Data: p.Data}, clear.Int(clear.Int64, 0))
			continue
		}
		out[i] = index(bits, clear.At(next))
		next++
	}
	return out
}

func (o *operation) choose(c, x, y Operand) Share {
	px, xPublic := x.(clear.Tensor)
	py, yPublic := y.(clear.Tensor)
	bothPublic := xPublic && yPublic
	t, shape := wider(x.Type(), y.Type()), broadcast(c, shaped(broadcast(x, y)))
	switch {
	case t == clear.Bool && bothPublic:
		return o.xor(o.and(c, clear.Ne(px, py)), y)
	case t == clear.Bool:
		return o.xor(o.and(c, o.xor(x, y)), y)
	case bothPublic:
		return o.choosePublic(o.share(c), px, py, shape).as(t)
	}
	d := o.sub(x, y).widen(shape)
	if c, ok := c.(clear.Tensor); ok {
		return o.add(o.scaleBy(d, c), y).as(t)
	}
	return o.add(o.k.SelectBits(o.next(), o.share(c).widen(shape), d), y).as(t)
}

// choosePublic chooses between public numbers: c (x - y) + y.
func (o *operation) choosePublic(c Share, x, y clear.Tensor, shape []int) Share {
	number, r := o.k.BitsToRing(o.next(), c, x.Elem).widen(shape), o.k.Modulus()
	d := r.Scaled(numbers(r, widen(y, shape)), ring.Integer(-1))
	r.Add(d, d, numbers(r, widen(x, shape)))
	return o.addPublic(scaleVector(number, d), y)
}

// shaped is an Operand that has a shape only.
type shaped []int

func (s shaped) Type() clear.Type { return clear.Type{} }
func (s shaped) Dims() []int      { return s }

func (o *operation) min2(x, y Operand) Share {
	if x.Type() == clear.Bool {
		return o.and(x, y)
	}
	return o.choose(o.less(x, y), x, y)
}

func (o *operation) max2(x, y Operand) Share {
	if x.Type() == clear.Bool {
		return o.xor(o.xor(x, y), o.and(x, y))
	}
	return o.choose(o.less(x, y), y, x)
}

// tree folds f over an axis by halves, each halving in one message; of
// nothing, it is the neutral element.
func (o *operation) tree(x Share, axis int, neutral uint64, f func(o *operation, x, y Operand) Share) Share {
	if axis < 0 {
		x, axis = x.in([]int{x.Len()}), 0
	}
	part := func(lo, hi int) Share {
		s := make([]clear.Slice, axis+1)
		for d := range s {
			s[d] = clear.All()
		}
		s[axis] = clear.Range(int64(lo), int64(hi))
		return index(x, s...)
	}
	if x.Shape[axis] == 0 {
		rest := append(append([]int{}, x.Shape[:axis]...), x.Shape[axis+1:]...)
		return o.public(clear.Fill(clear.Tensor{Elem: x.Elem, Data: []uint64{neutral}}, rest...))
	}
	for n := x.Shape[axis]; n > 1; n = x.Shape[axis] {
		h := n / 2
		x = concat(axis, f(o, part(0, h), part(h, 2*h)), part(2*h, n))
	}
	rest := append(append([]int{}, x.Shape[:axis]...), x.Shape[axis+1:]...)
	return x.in(rest)
}
