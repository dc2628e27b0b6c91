package clear

// Reductions over one axis or, with axis -1, over all elements; products of
// vectors and matrices.

import (
	"math/bits"

	"github.com/tfec-lang/tfec/runtime/ring"
)

// Sum adds up: signed integers and bools as int64, unsigned as uint64, fixed
// as itself. Sums wrap; that of nothing is 0.
func Sum(x Tensor, axis int) Tensor {
	t := x.Elem
	switch t.Kind {
	case SignedKind, BoolKind:
		t = Int64
	case UnsignedKind:
		t = Uint64
	}
	return reduce(t, x, axis, 0, func(s, a uint64) uint64 { return s + a })
}

// CumSum returns the running sums along the last axis; they wrap.
func CumSum(x Tensor) Tensor {
	out := Zero(x.Elem, x.Shape...)
	n := last(x)
	ring.Split(len(out.Data)/n, func(lo, hi int) {
		for at := lo * n; at < hi*n; at += n {
			s := uint64(0)
			for i := at; i < at+n; i++ {
				s += x.Data[i]
				out.Data[i] = x.Elem.wrap(s)
			}
		}
	})
	return out
}

// Min returns the least element; of nothing, the greatest of the type.
func Min(x Tensor, axis int) Tensor {
	_, start := x.Elem.Bounds()
	cmp := order(x.Elem, x.Elem)
	return reduce(x.Elem, x, axis, start, func(s, a uint64) uint64 {
		if cmp(a, s) < 0 {
			return a
		}
		return s
	})
}

// Max returns the greatest element; of nothing, the least of the type.
func Max(x Tensor, axis int) Tensor {
	start, _ := x.Elem.Bounds()
	cmp := order(x.Elem, x.Elem)
	return reduce(x.Elem, x, axis, start, func(s, a uint64) uint64 {
		if cmp(a, s) > 0 {
			return a
		}
		return s
	})
}

// reduce folds f along an axis; f is associative, and start its neutral
// element. x is read as outer × n × inner.
func reduce(t Type, x Tensor, axis int, start uint64, f func(s, a uint64) uint64) Tensor {
	shape, outer, n, inner := without(x.Shape, axis)
	out := Zero(t, shape...)
	ring.Split(outer, func(lo, hi int) {
		for o := lo; o < hi; o++ {
			for i := range inner {
				s := start
				for k := range n {
					s = f(s, x.Data[(o*n+k)*inner+i])
				}
				out.Data[o*inner+i] = t.wrap(s)
			}
		}
	})
	return out
}

// without is a shape less one axis, and the elements before, along and after it.
func without(shape []int, axis int) (rest []int, outer, n, inner int) {
	if axis < 0 {
		return nil, 1, count(shape), 1
	}
	rest = append(rest, shape[:axis]...)
	rest = append(rest, shape[axis+1:]...)
	return rest, count(shape[:axis]), shape[axis], count(shape[axis+1:])
}

// Dot is the product of vector·vector, matrix·vector, vector·matrix, matrix·matrix, or
// of two arrays of as many matrices, of the type of Mul. Products of two fixed are added
// up exactly and rounded once, toward minus infinity.
func Dot(x, y Tensor) Tensor {
	t, shift := product(x.Elem, y.Elem)
	shape, b, n, k, m := DotShape(x.Shape, y.Shape)
	out := Zero(t, shape...)
	ring.Split(b*n*m, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row, col := i/m*k, i/(n*m)*k*m+i%m
			out.Data[i] = t.wrap(dot(x.Data[row:row+k], y.Data[min(col, len(y.Data)):], m, shift))
		}
	})
	return out
}

// dot multiplies a row by every m-th element of y, with a 128-bit sum.
func dot(x, y []uint64, m, shift int) uint64 {
	var hi, lo uint64
	for i, a := range x {
		ph, pl := mulSigned(a, y[i*m])
		var carry uint64
		lo, carry = bits.Add64(lo, pl, 0)
		hi, _ = bits.Add64(hi, ph, carry)
	}
	return hi<<(64-shift) | lo>>shift
}

// DotShape reads the shapes of the operands of a dot product as b matrices of n × k and
// b of k × m, of which a vector is one; shape is that of the result.
func DotShape(x, y []int) (shape []int, b, n, k, m int) {
	b, n, m = 1, 1, 1
	if len(y) == 3 {
		b, x, y = y[0], x[1:], y[1:]
		shape = append(shape, b)
	}
	if len(x) == 2 {
		n = x[0]
		shape = append(shape, n)
	}
	if len(y) == 2 {
		m = y[1]
		shape = append(shape, m)
	}
	return shape, b, n, x[len(x)-1], m
}
