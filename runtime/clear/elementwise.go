package clear

// Elementwise operations. One shape must be a suffix of the other, which the
// compiler has proved; the shorter operand is repeated. Results wrap to their
// type.

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/tfec-lang/tfec/runtime/ring"
)

// Add returns x + y, Sub x - y: of the wider fixed, else of x's type.
func Add(x, y Tensor) Tensor {
	if x.Elem == Float {
		return zipFloats(x, y, func(a, b float64) float64 { return a + b })
	}
	return zip(wider(x.Elem, y.Elem), x, y, func(a, b uint64) uint64 { return a + b })
}

func Sub(x, y Tensor) Tensor {
	if x.Elem == Float {
		return zipFloats(x, y, func(a, b float64) float64 { return a - b })
	}
	return zip(wider(x.Elem, y.Elem), x, y, func(a, b uint64) uint64 { return a - b })
}

// Neg returns -x.
func Neg(x Tensor) Tensor {
	if x.Elem == Float {
		return each(Float, x, func(a uint64) uint64 { return a ^ 1<<63 })
	}
	return each(x.Elem, x, func(a uint64) uint64 { return -a })
}

// Mul returns x * y. A product of two fixed is rounded toward minus infinity;
// where one operand is an integer or a bool, nothing is rounded.
func Mul(x, y Tensor) Tensor {
	if x.Elem == Float {
		return zipFloats(x, y, func(a, b float64) float64 { return a * b })
	}
	t, shift := product(x.Elem, y.Elem)
	if shift == 0 {
		return zip(t, x, y, func(a, b uint64) uint64 { return a * b })
	}
	return zip(t, x, y, func(a, b uint64) uint64 {
		hi, lo := mulSigned(a, b)
		return hi<<(64-shift) | lo>>shift
	})
}

// Div returns x / y: of integers toward zero, of a fixed by a fixed or an
// integer toward minus infinity. Division by zero gives 0, of floats what IEEE
// 754 says.
func Div(x, y Tensor) Tensor {
	if x.Elem == Float {
		return zipFloats(x, y, func(a, b float64) float64 { return a / b })
	}
	t, shift := product(x.Elem, y.Elem)
	down := t.Kind == FixedKind
	sx, sy := x.Elem.signed(), y.Elem.signed()
	return zip(t, x, y, func(a, b uint64) uint64 {
		if b == 0 {
			return 0
		}
		na, ma := magnitude(a, sx)
		nb, mb := magnitude(b, sy)
		hi, lo := ma>>(64-shift), ma<<shift
		q, r := bits.Div64(hi%mb, lo, mb)
		switch {
		case na == nb:
			return q
		case down && r != 0:
			return -q - 1
		}
		return -q
	})
}

// Mod returns the remainder of the division toward zero, with the sign of x;
// of a division by zero, 0.
func Mod(x, y Tensor) Tensor {
	sx, sy := x.Elem.signed(), y.Elem.signed()
	return zip(x.Elem, x, y, func(a, b uint64) uint64 {
		if b == 0 {
			return 0
		}
		negative, ma := magnitude(a, sx)
		_, mb := magnitude(b, sy)
		if negative {
			return -(ma % mb)
		}
		return ma % mb
	})
}

// Comparisons are of the values, whatever the widths; fixed need equal F. NaN
// is unlike everything. Of strings there is Eq and Ne.
func Eq(x, y Tensor) Tensor { return compare(x, y, func(c int) bool { return c == 0 }) }
func Ne(x, y Tensor) Tensor { return compare(x, y, func(c int) bool { return c != 0 }) }
func Lt(x, y Tensor) Tensor { return compare(x, y, func(c int) bool { return c < 0 }) }
func Le(x, y Tensor) Tensor { return compare(x, y, func(c int) bool { return c <= 0 }) }
func Gt(x, y Tensor) Tensor { return compare(x, y, func(c int) bool { return c == 1 }) }
func Ge(x, y Tensor) Tensor { return compare(x, y, func(c int) bool { return c == 0 || c == 1 }) }

func compare(x, y Tensor, holds func(int) bool) Tensor {
	cmp := order(x.Elem, y.Elem)
	return zip(Bool, x, y, func(a, b uint64) uint64 { return bit(holds(cmp(a, b))) })
}

// And, Or and Not are of bools.
func And(x, y Tensor) Tensor {
	return zip(Bool, x, y, func(a, b uint64) uint64 { return a & b })
}

func Or(x, y Tensor) Tensor {
	return zip(Bool, x, y, func(a, b uint64) uint64 { return a | b })
}

func Not(x Tensor) Tensor {
	return each(Bool, x, func(a uint64) uint64 { return a ^ 1 })
}

// Select returns x where c is true and y elsewhere; all three broadcast.
func Select(c, x, y Tensor) Tensor {
	shape := common(c.Shape, common(x.Shape, y.Shape))
	out := Zero(wider(x.Elem, y.Elem), shape...)
	cd, xd, yd := c.repeat(shape), x.repeat(shape), y.repeat(shape)
	ring.Split(len(out.Data), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out.Data[i] = yd[i]
			if cd[i] != 0 {
				out.Data[i] = xd[i]
			}
		}
	})
	return out
}

// Abs returns the absolute value; that of the least integer wraps to itself.
func Abs(x Tensor) Tensor {
	return each(x.Elem, x, func(a uint64) uint64 {
		_, m := magnitude(a, x.Elem.signed())
		return m
	})
}

// Min2 and Max2 return the lesser and the greater of two elements.
func Min2(x, y Tensor) Tensor {
	cmp := order(x.Elem, y.Elem)
	return zip(wider(x.Elem, y.Elem), x, y, func(a, b uint64) uint64 {
		if cmp(a, b) <= 0 {
			return a
		}
		return b
	})
}

func Max2(x, y Tensor) Tensor {
	cmp := order(x.Elem, y.Elem)
	return zip(wider(x.Elem, y.Elem), x, y, func(a, b uint64) uint64 {
		if cmp(a, b) >= 0 {
			return a
		}
		return b
	})
}

// wider is the type of a sum: of two fixed, that with the larger I.
func wider(t, u Type) Type {
	if u.Kind == FixedKind && u.Bits > t.Bits {
		return u
	}
	return t
}

// product is the type of x * y and x / y, and by how many bits a product is
// shifted down, or a dividend up: by F for two fixed, else not at all.
func product(t, u Type) (Type, int) {
	switch {
	case t.Kind == FixedKind && u.Kind == FixedKind:
		return wider(t, u), t.F
	case u.Kind == FixedKind, t.Kind == BoolKind:
		return u, 0
	}
	return t, 0
}

// order returns the comparison of values of two types: -1, 0 or 1.
func order(t, u Type) func(a, b uint64) int {
	if t == Float {
		return orderFloats
	}
	st, su := t.signed(), u.signed()
	return func(a, b uint64) int {
		na, nb := st && int64(a) < 0, su && int64(b) < 0
		switch {
		case na != nb && na:
			return -1
		case na != nb:
			return 1
		case a < b: // of equal sign: as in two's complement
			return -1
		case a > b:
			return 1
		}
		return 0
	}
}

// mulSigned is the 128-bit product of two 64-bit signed numbers.
func mulSigned(a, b uint64) (hi, lo uint64) {
	hi, lo = bits.Mul64(a, b)
	hi -= uint64(int64(a)>>63) & b
	hi -= uint64(int64(b)>>63) & a
	return hi, lo
}

// magnitude splits a representation into sign and absolute value.
func magnitude(a uint64, signed bool) (negative bool, m uint64) {
	if signed && int64(a) < 0 {
		return true, -a
	}
	return false, a
}

// each maps f over x, wrapping to t.
func each(t Type, x Tensor, f func(uint64) uint64) Tensor {
	out := Zero(t, x.Shape...)
	ring.Split(len(out.Data), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out.Data[i] = t.wrap(f(x.Data[i]))
		}
	})
	return out
}

// zip maps f over x and y, wrapping to t.
func zip(t Type, x, y Tensor, f func(a, b uint64) uint64) Tensor {
	out := Zero(t, common(x.Shape, y.Shape)...)
	xd, yd := x.repeat(out.Shape), y.repeat(out.Shape)
	ring.Split(len(out.Data), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out.Data[i] = t.wrap(f(xd[i], yd[i]))
		}
	})
	return out
}

// common is the shape that two operands broadcast to. Shapes that do not are
// a fault of the compiler, which checks them.
func common(s, u []int) []int {
	if len(s) < len(u) {
		s, u = u, s
	}
	if !slices.Equal(s[len(s)-len(u):], u) {
		panic(fmt.Sprintf("clear: shapes %v and %v do not match", s, u))
	}
	return s
}

// repeat returns the elements of x broadcast to shape.
func (x Tensor) repeat(shape []int) []uint64 {
	n := count(shape)
	if len(x.Data) == n || len(x.Data) == 0 {
		return x.Data
	}
	return slices.Repeat(x.Data, n/len(x.Data))
}
