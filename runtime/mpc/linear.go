package mpc

// Linear operations, on each component: no communication, but where a public
// factor or a conversion truncates.

import (
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
	s := sum(e.share(x), axis)
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
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.CumSum(x[0]) }, e.share(x))
}

func sum(x Share, axis int) Share {
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Sum(x[0], axis) }, x)
}

func (e *Engine) add(x, y Operand) Share {
	t, shape := wider(x.Type(), y.Type()), broadcast(x, y)
	if x, ok := x.(clear.Tensor); ok {
		return e.addPublic(e.share(y).widen(shape), x).as(t)
	}
	if y, ok := y.(clear.Tensor); ok {
		return e.addPublic(e.share(x).widen(shape), y).as(t)
	}
	return each(ring.Add, e.share(x).widen(shape), e.share(y).widen(shape)).as(t)
}

func (e *Engine) sub(x, y Operand) Share {
	if y, ok := y.(clear.Tensor); ok {
		return e.add(x, clear.Tensor{Elem: y.Elem, Shape: y.Shape, Data: negated(y.Data)})
	}
	shape := broadcast(x, y)
	return each(ring.Sub, e.share(x).widen(shape), e.share(y).widen(shape)).as(wider(x.Type(), y.Type()))
}

// xor returns the exclusive or of bools.
func (e *Engine) xor(x, y Operand) Share {
	shape := broadcast(x, y)
	return each(ring.Xor, e.share(x).widen(shape), e.share(y).widen(shape))
}

// addPublic adds a public value that broadcasts to x's shape.
func (e *Engine) addPublic(x Share, y clear.Tensor) Share {
	if len(y.Data) == 1 {
		return e.addConst(x, y.Data[0])
	}
	return e.k.AddPublic(x, widen(y, x.Shape).Data)
}

// addConst adds the same public number to every element.
func (e *Engine) addConst(x Share, c uint64) Share {
	return e.k.AddPublic(x, []uint64{c})
}

// scale multiplies by a public number, modulo 2^64.
func scale(x Share, c uint64) Share {
	if c == 1 {
		return x
	}
	return each(func(dst, a, _ []uint64) { ring.Scale(dst, a, c) }, x, x)
}

// scaleBy multiplies by a public value that broadcasts, modulo 2^64.
func scaleBy(x Share, y clear.Tensor) Share {
	if len(y.Data) == 1 && len(y.Shape) == 0 {
		return scale(x, y.Data[0])
	}
	shape := broadcast(x, y)
	data := widen(y, shape).Data
	x = x.widen(shape)
	return each(func(dst, a, _ []uint64) { ring.Mul(dst, a, data) }, x, x)
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

func negated(x []uint64) []uint64 {
	out := make([]uint64, len(x))
	ring.Scale(out, x, ^uint64(0))
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
