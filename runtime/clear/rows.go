package clear

// Rows: operations whose result has a length that the data decides, and the
// way back to a public length. They run in one player's own program only.

import (
	"slices"
)

// Filter returns the rows of x where the bool vector m is true.
func Filter(x, m Tensor) Tensor {
	n := count(x.Shape[1:])
	out := Tensor{Elem: x.Elem, Shape: append([]int{0}, x.Shape[1:]...)}
	for row, keep := range m.Data {
		if keep != 0 {
			out.Data = append(out.Data, x.Data[row*n:(row+1)*n]...)
			out.Shape[0]++
		}
	}
	return out
}

// Unique returns each element of a vector once, ascending.
func Unique(x Tensor) Tensor {
	data := slices.Clone(x.Data)
	slices.SortFunc(data, order(x.Elem, x.Elem))
	data = slices.Compact(data)
	return Tensor{x.Elem, []int{len(data)}, data}
}

// Length returns the length of x along an axis.
func Length(x Tensor, axis int) Tensor { return Int(Int64, int64(x.Shape[axis])) }

// Pad returns the rows of x, and then zeros, n rows in all.
func Pad(x Tensor, n int) Tensor {
	shape := append([]int{n}, x.Shape[1:]...)
	out := Zero(x.Elem, shape...)
	copy(out.Data, x.Data)
	return out
}
