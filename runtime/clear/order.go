package clear

// Order and selection. Vectors are sorted along the last axis, each row on its
// own, by stable sorts in n log n; ties go by position.

import (
	"cmp"
	"slices"

	"github.com/tfec-lang/tfec/runtime/ring"
)

// Sort returns x ascending along the last axis.
func Sort(x Tensor) Tensor {
	out := Tensor{x.Elem, x.Shape, slices.Clone(x.Data)}
	compare := order(x.Elem, x.Elem)
	eachRow(x.Shape, func(lo, hi int) { slices.SortFunc(out.Data[lo:hi], compare) })
	return out
}

// Rank returns as int32 the place of each element in the sorted order along the
// last axis. Of several keys of one shape the first is the most significant.
func Rank(keys ...Tensor) Tensor {
	out := Zero(Int32, keys[0].Shape...)
	eachRow(keys[0].Shape, func(lo, hi int) {
		for place, i := range sortedRow(keys, lo, hi) {
			out.Data[i] = uint64(place)
		}
	})
	return out
}

// sortedRow lists the positions lo..hi in the order of the keys.
func sortedRow(keys []Tensor, lo, hi int) []int {
	at := make([]int, hi-lo)
	for i := range at {
		at[i] = lo + i
	}
	slices.SortFunc(at, func(i, j int) int {
		for _, k := range keys {
			if c := order(k.Elem, k.Elem)(k.Data[i], k.Data[j]); c != 0 {
				return c
			}
		}
		return cmp.Compare(i, j)
	})
	return at
}

// eachRow calls f with the part of the data that each row along the last axis
// takes.
func eachRow(shape []int, f func(lo, hi int)) {
	n := shape[len(shape)-1]
	for lo := 0; n > 0 && lo < count(shape); lo += n {
		f(lo, lo+n)
	}
}

// Permute moves row i of x to row place[i]; place is a permutation.
func Permute(place, x Tensor) Tensor {
	out := Zero(x.Elem, x.Shape...)
	n := count(x.Shape[1:])
	for i, to := range place.Data {
		copy(out.Data[int(to)*n:(int(to)+1)*n], x.Data[i*n:])
	}
	return out
}

// Carry returns the rows of x, those where known is false as the last one before
// where it is true; those before the first stay.
func Carry(x, known Tensor) Tensor {
	out := Zero(x.Elem, x.Shape...)
	n := count(x.Shape[1:])
	last := 0
	for i := range known.Data {
		if known.Data[i] != 0 {
			last = i
		}
		from := i
		if known.Data[last] != 0 {
			from = last
		}
		copy(out.Data[i*n:(i+1)*n], x.Data[from*n:])
	}
	return out
}

// TopK returns the k greatest elements of a vector, descending.
func TopK(x Tensor, k int) Tensor {
	sorted := Sort(x)
	slices.Reverse(sorted.Data)
	return Tensor{x.Elem, []int{k}, sorted.Data[:k]}
}

// Merge returns two sorted vectors as one. Vectors that are not sorted are
// sorted as well.
func Merge(x, y Tensor) Tensor { return Sort(Concat(0, x, y)) }

// Distinct reports whether no element of a vector stands twice.
func Distinct(x Tensor) Tensor {
	sorted := Sort(x).Data
	return Bools(nil, len(slices.Compact(sorted)) == len(x.Data))
}

// ArgMin returns as int32 the lowest index of the least element over an axis,
// or of all with axis -1; of nothing, 0.
func ArgMin(x Tensor, axis int) Tensor { return argExtreme(x, axis, -1) }

// ArgMax returns the lowest index of the greatest element as ArgMin does of
// the least.
func ArgMax(x Tensor, axis int) Tensor { return argExtreme(x, axis, 1) }

func argExtreme(x Tensor, axis, sign int) Tensor {
	shape, outer, n, inner := without(x.Shape, axis)
	out := Zero(Int32, shape...)
	compare := order(x.Elem, x.Elem)
	ring.Split(outer, func(lo, hi int) {
		for o := lo; o < hi; o++ {
			for i := range inner {
				best := 0
				for k := range n {
					if compare(x.Data[(o*n+k)*inner+i], x.Data[(o*n+best)*inner+i]) == sign {
						best = k
					}
				}
				out.Data[o*inner+i] = uint64(best)
			}
		}
	})
	return out
}

// Lookup returns the row of x at each index; out of range, zeros.
func Lookup(x, index Tensor) Tensor {
	out := Zero(x.Elem, append(slices.Clone(index.Shape), x.Shape[1:]...)...)
	n := count(x.Shape[1:])
	for i, at := range index.Data {
		if at < uint64(x.Shape[0]) {
			copy(out.Data[i*n:(i+1)*n], x.Data[int(at)*n:])
		}
	}
	return out
}

// Store returns x with the row at an index replaced; out of range, x.
func Store(x, index, row Tensor) Tensor {
	out := Tensor{x.Elem, x.Shape, slices.Clone(x.Data)}
	if at := index.Data[0]; at < uint64(x.Shape[0]) {
		copy(out.Data[int(at)*count(x.Shape[1:]):], row.Data)
	}
	return out
}
