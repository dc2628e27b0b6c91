package onnx

// Constants of a model: weights, and the whole numbers that shapes are computed
// from, among which sizes of the program may stand.

import (
	"fmt"
	"math"
	"slices"
)

// maxElements bounds an array.
const maxElements = 1 << 28

// A tensor is a constant. One of the three lists has its elements, row by row.
type tensor struct {
	shape  []int
	floats []float64
	ints   []dim
	texts  []string
}

func (t *tensor) len() int { return len(t.floats) + len(t.ints) + len(t.texts) }

// pick makes a tensor of the elements at places.
func (t *tensor) pick(shape []int, places []int) *tensor {
	return &tensor{shape, at(t.floats, places), at(t.ints, places), at(t.texts, places)}
}

func at[T any](x []T, places []int) []T {
	if x == nil {
		return nil
	}
	out := make([]T, len(places))
	for k, i := range places {
		out[k] = x[i]
	}
	return out
}

// shaped is the tensor in another shape of as many elements.
func (t *tensor) shaped(shape ...int) *tensor {
	u := *t
	u.shape = shape
	return &u
}

// numbers are the elements as floats.
func (t *tensor) numbers() ([]float64, bool) {
	if t.floats != nil || t.len() == 0 {
		return t.floats, t.texts == nil
	}
	out := make([]float64, len(t.ints))
	for k, d := range t.ints {
		if d.size != "" {
			return nil, false
		}
		out[k] = float64(d.count)
	}
	return out, t.texts == nil
}

// whole are the elements as integers.
func (t *tensor) whole() ([]int, error) {
	out, ok := shape(t.ints).fixed()
	if !ok || t.len() != len(t.ints) {
		return nil, fmt.Errorf("wants constant whole numbers")
	}
	return out, nil
}

func count(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// counted is count, of a shape that nobody has checked.
func counted(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > maxElements/d {
			return 0, fmt.Errorf("shape %v has more than 2^28 elements", shape)
		}
		n *= d
	}
	return n, nil
}

// permuted gives the places of the elements of a transposition.
func permuted(from []int, order []int) (to []int, places []int) {
	steps := make([]int, len(from))
	for k, step := len(from)-1, 1; k >= 0; k-- {
		steps[k], step = step, step*from[k]
	}
	for _, axis := range order {
		to = append(to, from[axis])
	}
	places = make([]int, 0, count(from))
	index := make([]int, len(to))
	for range count(to) {
		place := 0
		for k, axis := range order {
			place += index[k] * steps[axis]
		}
		places = append(places, place)
		for k := len(index) - 1; k >= 0; k-- {
			if index[k]++; index[k] < to[k] {
				break
			}
			index[k] = 0
		}
	}
	return to, places
}

// transposed exchanges the dimensions of a tensor.
func (t *tensor) transposed(order ...int) *tensor {
	to, places := permuted(t.shape, order)
	return t.pick(to, places)
}

// along are the places of a tensor at the given indices of an axis.
func along(from []int, axis int, indices []int) (to []int, places []int) {
	to = slices.Clone(from)
	to[axis] = len(indices)
	outer, inner := count(from[:axis]), count(from[axis+1:])
	for o := range outer {
		for _, i := range indices {
			for k := range inner {
				places = append(places, (o*from[axis]+i)*inner+k)
			}
		}
	}
	return to, places
}

// broadcasted gives the shape of an operation on two constants and, for each
// element of it, the places in both (ONNX, Broadcasting).
func broadcasted(a, b []int) (to []int, placesA, placesB []int, err error) {
	rank := max(len(a), len(b))
	aligned := func(s []int) []int { return slices.Concat(slices.Repeat([]int{1}, rank-len(s)), s) }
	a, b = aligned(a), aligned(b)
	for k := range rank {
		if a[k] != b[k] && a[k] != 1 && b[k] != 1 {
			return nil, nil, nil, fmt.Errorf("shapes %v and %v do not fit together", a, b)
		}
		if to = append(to, max(a[k], b[k])); a[k] == 0 || b[k] == 0 {
			to[k] = 0
		}
	}
	n, err := counted(to)
	if err != nil {
		return nil, nil, nil, err
	}
	return to, stretched(a, to, n), stretched(b, to, n), nil
}

func stretched(from, to []int, n int) []int {
	places := make([]int, n)
	for i := range places {
		rest, step := i, 1
		for k := len(to) - 1; k >= 0; k-- {
			places[i] += rest % to[k] % from[k] * step
			rest, step = rest/to[k], step*from[k]
		}
	}
	return places
}

// largest is the greatest absolute value; NaN where there is one.
func largest(x []float64) float64 {
	most := 0.0
	for _, v := range x {
		if math.IsNaN(v) {
			return v
		}
		most = max(most, math.Abs(v))
	}
	return most
}
