package clear

// Floats: IEEE 754 binary64 with its infinities and NaN, at one player alone,
// so that no copies need agree. A quotient by zero is one of these.

import "math"

// zipFloats maps f over x and y.
func zipFloats(x, y Tensor, f func(a, b float64) float64) Tensor {
	return zip(Float, x, y, func(a, b uint64) uint64 {
		return math.Float64bits(f(math.Float64frombits(a), math.Float64frombits(b)))
	})
}

// unordered is the outcome of a comparison with NaN: neither less, equal nor
// greater.
const unordered = 2

// orderFloats compares values, so that 0 and -0 are equal.
func orderFloats(a, b uint64) int {
	switch x, y := math.Float64frombits(a), math.Float64frombits(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return unordered
}

// fromFloats converts floats: to fixed to nearest, ties to even, to an integer
// toward zero. What t does not hold becomes the end of t, NaN becomes 0.
func fromFloats(x Tensor, t Type) Tensor {
	low, high := t.Bounds()
	return each(t, x, func(a uint64) uint64 {
		f := math.Float64frombits(a)
		if t.Kind != FixedKind {
			f = math.Trunc(f)
		}
		v, ok := t.fromFloat(f)
		switch {
		case ok:
			return v
		case f > 0:
			return high
		case f < 0:
			return low
		}
		return 0
	})
}

// toFloats converts numbers and bools to the nearest float.
func toFloats(x Tensor) Tensor {
	out := Zero(Float, x.Shape...)
	for i, f := range x.Floats() {
		out.Data[i] = math.Float64bits(f)
	}
	return out
}
