package clear

// Constructors and accessors of tensors.

import (
	"fmt"
	"math"
	"slices"
)

// Zero returns the tensor of zeros (false) of a shape.
func Zero(t Type, shape ...int) Tensor {
	return Tensor{t, shape, make([]uint64, count(shape))}
}

// Int returns a scalar of the integer representation v, wrapped to t: of
// fixed(35, 12), 4096 is the number 1.
func Int(t Type, v int64) Tensor { return FromInts(t, nil, v) }

// FromInts returns a tensor from integer representations, row by row, each
// wrapped to t. A uint64 stands as the int64 of equal bits.
func FromInts(t Type, shape []int, v ...int64) Tensor {
	x := Zero(t, shape...)
	for i := range x.Data {
		x.Data[i] = t.wrap(uint64(v[i]))
	}
	return x
}

// FromWords returns a tensor over v, whose words are wrapped to t in place.
func FromWords(t Type, shape []int, v []uint64) Tensor {
	for i := range v {
		v[i] = t.wrap(v[i])
	}
	return Tensor{t, shape, v}
}

// Bools returns a tensor of bools, row by row.
func Bools(shape []int, v ...bool) Tensor {
	x := Zero(Bool, shape...)
	for i := range x.Data {
		x.Data[i] = bit(v[i])
	}
	return x
}

// FromFloats converts numbers to t, rounding to nearest, ties to even. A
// number that t does not hold is an error that names its index.
func FromFloats(t Type, shape []int, v []float64) (Tensor, error) {
	if n := count(shape); n != len(v) {
		return Tensor{}, fmt.Errorf("got %d numbers, want %d", len(v), n)
	}
	x := Zero(t, shape...)
	for i, f := range v {
		r, ok := t.fromFloat(f)
		if !ok {
			return Tensor{}, fmt.Errorf("element %d: %v does not fit %s", i, f, t)
		}
		x.Data[i] = r
	}
	return x, nil
}

// Round returns the value of t nearest to f, ties to even. As with Parse, it is
// an error where t has whole numbers only and f is none.
func Round(t Type, f float64) (uint64, error) {
	switch {
	case t.Kind == BoolKind && f != 0 && f != 1:
		return 0, ErrBool
	case math.IsNaN(f) || math.IsInf(f, 0):
		return 0, ErrSyntax
	case t.Kind != FixedKind && t != Float && f != math.Trunc(f):
		return 0, ErrFraction
	}
	v, ok := t.fromFloat(f)
	if !ok {
		return 0, ErrRange
	}
	return v, nil
}

// fromFloat scales by a power of two, which is exact but for overflow, and
// rounds once.
func (t Type) fromFloat(f float64) (uint64, bool) {
	if t == Float {
		return math.Float64bits(f), true
	}
	r := math.RoundToEven(math.Ldexp(f, t.F))
	low, end := 0.0, math.Ldexp(1, t.Bits)
	if t.signed() {
		low, end = -math.Ldexp(1, t.Bits-1), math.Ldexp(1, t.Bits-1)
	}
	switch {
	case !(r >= low && r < end): // NaN as well
		return 0, false
	case r < 0:
		return uint64(int64(r)), true
	}
	return uint64(r), true
}

// Ints returns the elements' integer representations; a uint64 as the int64
// of equal bits.
func (x Tensor) Ints() []int64 {
	v := make([]int64, len(x.Data))
	for i, a := range x.Data {
		v[i] = int64(a)
	}
	return v
}

// Floats returns the elements as numbers, to the nearest float64.
func (x Tensor) Floats() []float64 {
	v := make([]float64, len(x.Data))
	for i, a := range x.Data {
		if x.Elem == Float {
			v[i] = math.Float64frombits(a)
		} else if x.Elem.signed() {
			v[i] = math.Ldexp(float64(int64(a)), -x.Elem.F)
		} else {
			v[i] = float64(a)
		}
	}
	return v
}

// Bools returns the elements as truth values: not zero.
func (x Tensor) Bools() []bool {
	v := make([]bool, len(x.Data))
	for i, a := range x.Data {
		v[i] = a != 0
	}
	return v
}

// Bool, Int and Float return the first element: that of a scalar.
func (x Tensor) Bool() bool     { return x.Data[0] != 0 }
func (x Tensor) Int() int64     { return int64(x.Data[0]) }
func (x Tensor) Float() float64 { return x.Floats()[0] }

// AnyZero reports whether an element is zero: a divisor that is refused.
func AnyZero(x Tensor) bool {
	for _, a := range x.Data {
		if a == 0 {
			return true
		}
	}
	return false
}

// AnyBelow reports whether the representation of an element of a signed type is
// below low: an operand outside a function's domain, which is refused.
func AnyBelow(x Tensor, low int64) bool {
	return slices.ContainsFunc(x.Data, func(a uint64) bool { return int64(a) < low })
}

// Bounds returns the least and the greatest value of a type, as integer
// representations in their canonical form.
func (t Type) Bounds() (low, high uint64) {
	if t.signed() {
		high = 1<<(t.Bits-1) - 1
		return ^high, high
	}
	return 0, ^uint64(0) >> (64 - t.Bits)
}

// signed reports that representations are sign-extended.
func (t Type) signed() bool { return t.Kind == SignedKind || t.Kind == FixedKind }

// wrap reduces v modulo 2^Bits to the canonical representation.
func (t Type) wrap(v uint64) uint64 {
	s := 64 - t.Bits
	if t.signed() {
		return uint64(int64(v<<s) >> s)
	}
	return v << s >> s
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// count is the number of elements of a shape.
func count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
