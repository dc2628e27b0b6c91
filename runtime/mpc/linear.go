package mpc

// Linear operations, on each component: no communication, but where a public
// factor or a conversion truncates.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Neg returns -x.
func (e *Engine) Neg(_ Net, x Operand) Share { return scale(e.share(x), ^uint64(0)) }

// Add returns x + y; of two fixed with equal F, the wider type.
func (e *Engine) Add(_ Net, x, y Operand) Share { return e.add(x, y) }

// Sub returns x - y, typed as Add.
func (e *Engine) Sub(_ Net, x, y Operand) Share { return e.sub(x, y) }

// Sum adds up over an axis, or everything with axis -1: signed integers as
// int64, unsigned as uint64, fixed as itself.
func (e *Engine) Sum(_ Net, x Operand, axis int) Share {
	s := e.sum(e.share(x), axis)
	switch s.Elem.Kind {
	case clear.SignedKind:
		s.Elem = clear.Int64
	case clear.UnsignedKind:
		s.Elem = clear.Uint64
	}
	return s
}

// CumSum returns the running sums along the last axis.
func (e *Engine) CumSum(_ Net, x Operand) Share {
	s := e.share(x)
	out := Share{Elem: s.Elem, Shape: s.Shape}
	for _, c := range s.Comp {
		out.Comp = append(out.Comp, e.k.Modulus().CumSum(c, s.Shape[len(s.Shape)-1]))
	}
	return out
}

// sum adds up over an axis, or everything with axis -1; bools modulo 2.
func (e *Engine) sum(x Share, axis int) Share {
	if x.Elem == clear.Bool {
		return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Sum(x[0], axis) }, x)
	}
	before, n, after := []int{}, x.Len(), []int{}
	if axis >= 0 {
		before, n, after = x.Shape[:axis], x.Shape[axis], x.Shape[axis+1:]
	}
	out := Share{Elem: x.Elem, Shape: slices.Concat(before, after)}
	for _, c := range x.Comp {
		out.Comp = append(out.Comp, e.k.Modulus().Sum(c, Count(before), n, Count(after)))
	}
	return out
}

func (e *Engine) add(x, y Operand) Share {
	t, shape := wider(x.Type(), y.Type()), broadcast(x, y)
	if x, ok := x.(clear.Tensor); ok {
		return e.addPublic(e.share(y).widen(shape), x).as(t)
	}
	if y, ok := y.(clear.Tensor); ok {
		return e.addPublic(e.share(x).widen(shape), y).as(t)
	}
	a, b := e.share(x), e.share(y)
	if a.Len() < b.Len() {
		a, b = b, a
	}
	return e.eachRow(e.k.Modulus().Add, a, b, shape).as(t)
}

func (e *Engine) sub(x, y Operand) Share {
	t, shape, r := wider(x.Type(), y.Type()), broadcast(x, y), e.k.Modulus()
	if x, ok := x.(clear.Tensor); ok {
		return e.addPublic(scale(e.share(y).widen(shape), ^uint64(0)), x).as(t)
	}
	if y, ok := y.(clear.Tensor); ok {
		return e.addNumbers(e.share(x).widen(shape), y, func(y []uint64) []uint64 { return r.Scaled(y, ring.Integer(-1)) }).as(t)
	}
	return e.eachRow(r.Sub, e.share(x), e.share(y), shape).as(t)
}

// xor returns the exclusive or of bools.
func (e *Engine) xor(x, y Operand) Share {
	shape := broadcast(x, y)
	return each(ring.Xor, e.share(x).widen(shape), e.share(y).widen(shape))
}

// addPublic adds a public value that broadcasts to x's shape.
func (e *Engine) addPublic(x Share, y clear.Tensor) Share {
	return e.addNumbers(x, y, func(y []uint64) []uint64 { return y })
}

// addNumbers adds to x what of makes of a public value that broadcasts to its shape:
// nothing of zero.
func (e *Engine) addNumbers(x Share, y clear.Tensor, of func([]uint64) []uint64) Share {
	switch {
	case len(y.Data) != 1:
		y = widen(y, x.Shape)
	case y.Data[0] == 0:
		return x
	}
	return e.k.AddPublic(x, of(numbers(e.k.Modulus(), y)))
}

// addConst adds the same public number, an int64, to every element.
func (e *Engine) addConst(x Share, c uint64) Share { return e.addNumber(x, ring.Integer(int64(c))) }

// addNumber adds the same public number to every element.
func (e *Engine) addNumber(x Share, c ring.Number) Share {
	return e.k.AddPublic(x, e.k.Modulus().Fill(c, 1))
}

// scale multiplies by a public number, an int64, in the ring.
func scale(x Share, c uint64) Share { return scaleNumber(x, ring.Integer(int64(c))) }

// scaleNumber multiplies by a public number in the ring.
func scaleNumber(x Share, c ring.Number) Share {
	if c == ring.Natural(1) {
		return x
	}
	r := modulus(x)
	return each(func(dst, a, _ []uint64) { r.Scale(dst, a, c) }, x, x)
}

// scaleBy multiplies by a public value that broadcasts, in the ring.
func (e *Engine) scaleBy(x Share, y clear.Tensor) Share {
	shape, r := broadcast(x, y), e.k.Modulus()
	if len(y.Data) == 1 && len(y.Shape) == 0 {
		v := numbers(r, y)
		return scaleNumber(x, ring.Number{Low: v[0], High: v[len(v)-1]})
	}
	return scaleVector(x.widen(shape), numbers(r, widen(y, shape)))
}

// scaleVector multiplies by a public vector.
func scaleVector(x Share, y []uint64) Share {
	r := modulus(x)
	return each(func(dst, a, _ []uint64) { r.Mul(dst, a, y) }, x, x)
}

// mask returns the bits of b where those of the public bool y are set.
func mask(b Share, y clear.Tensor) Share {
	shape := broadcast(b, y)
	data := ring.Bits(widen(y, shape).Data)
	b = b.widen(shape)
	return each(func(dst, a, _ []uint64) { ring.And(dst, a, data) }, b, b)
}

// each applies f to the components of x and y, of equal shape.
func each(f func(dst, x, y []uint64), x, y Share) Share {
	out := Share{x.Elem, x.Shape, make([][]uint64, len(x.Comp))}
	for c := range x.Comp {
		out.Comp[c] = make([]uint64, len(x.Comp[c]))
		f(out.Comp[c], x.Comp[c], y.Comp[c])
	}
	return out
}

// eachRow applies f to the components of x and of y, which broadcast to a shape: where
// that is x's, without copies of y, if its rows are long enough.
func (e *Engine) eachRow(f func(dst, x, y []uint64), x, y Share, shape []int) Share {
	const least = 64
	n := y.Len()
	if n < least || n == x.Len() || e.k.Modulus() != ring.Z64 || !slices.Equal(x.Shape, shape) {
		return each(f, x.widen(shape), y.widen(shape))
	}
	out := Share{x.Elem, shape, make([][]uint64, len(x.Comp))}
	for c := range x.Comp {
		out.Comp[c] = make([]uint64, len(x.Comp[c]))
		for lo := 0; lo < x.Len(); lo += n {
			f(out.Comp[c][lo:lo+n], x.Comp[c][lo:lo+n], y.Comp[c])
		}
	}
	return out
}

// wider is the result type of an operation on two elements of equal class:
// the fixed with more integer bits.
func wider(t, u clear.Type) clear.Type {
	if u.Kind == clear.FixedKind && u.Bits > t.Bits {
		return u
	}
	return t
}
