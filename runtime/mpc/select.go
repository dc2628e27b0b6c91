package mpc

// Selection by indices that nobody knows, and the place of the least and the
// greatest element.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
)

// repeat lists each of 0..n-1 so many times.
func repeat(n, times int) []uint32 {
	out := make([]uint32, n*times)
	for i := range out {
		out[i] = uint32(i / times)
	}
	return out
}

// Lookup returns the row of x at each index; out of range, zeros. Of n rows of
// k elements, for each index: OneHot of n, then for numbers n BitsToRing and,
// where x is shared, k products; for bools n k And where x is shared. A public
// index: nothing.
func (e *Engine) Lookup(net Net, x, index Operand) Share {
	if i, ok := index.(clear.Tensor); ok {
		s := e.share(x)
		if s.Len() == 0 { // of which the shares do not say the ring
			return e.public(clear.Lookup(clear.Zero(s.Elem, s.Shape...), i))
		}
		return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Lookup(x[0], i) }, s)
	}
	o, shape := e.begin(net), x.Dims()
	n, k, m := shape[0], Count(shape[1:]), Count(index.Dims())
	hot := o.oneHot(index, n)
	out := append(append([]int{}, index.Dims()...), shape[1:]...)
	if x.Type() == clear.Bool {
		// Of the rows masked by hot, at most one is not zero.
		wide := rowsAt(hot, 1, repeat(m*n, k)).in([]int{m, n, k})
		return o.sum(o.and(wide, reshaped(x, []int{n, k})), 1).in(out)
	}
	number, f := o.k.BitsToRing(o.next(), hot, x.Type()), Matrices(e.k.Modulus(), 1, m, n, k)
	if x, ok := x.(clear.Tensor); ok {
		public := numbers(e.k.Modulus(), x)
		return e.byPublic(out, number, func(z, h []uint64) { f.Add(z, h, public) })
	}
	return o.k.Bilinear(o.next(), number, o.share(x), f, 0).in(out)
}

// reshaped returns an operand with another shape of as many elements.
func reshaped(x Operand, shape []int) Operand {
	if s, ok := x.(Share); ok {
		return s.in(shape)
	}
	return clear.Tensor{Elem: x.Type(), Shape: shape, Data: x.(clear.Tensor).Data}
}

// Store returns x with the row at an index replaced; out of range, x. Of n rows
// of k elements: OneHot of n, then n k SelectBits, or And of bools. A public
// index: nothing.
func (e *Engine) Store(net Net, x, index, row Operand) Share {
	s := e.share(x)
	if i, ok := index.(clear.Tensor); ok {
		return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Store(x[0], i, x[1]) }, s, e.share(row))
	}
	o, n := e.begin(net), s.Shape[0]
	hot := rowsAt(o.oneHot(index, n), 1, repeat(n, Count(s.Shape[1:]))).in(s.Shape)
	return o.choose(hot, row, s)
}

// ArgMin returns as int32 the lowest index of the least element over an axis,
// or of all with axis -1; of nothing, 0. A tree as in Min, of one Lt and one
// SelectBits of twice as many elements; of bools two And and a SelectBits.
func (e *Engine) ArgMin(net Net, x Operand, axis int) Share {
	return e.begin(net).argExtreme(e.share(x), axis, func(o *operation, x, y Share) Share { return o.less(y, x) })
}

// ArgMax returns the lowest index of the greatest element as ArgMin does of
// the least.
func (e *Engine) ArgMax(net Net, x Operand, axis int) Share {
	return e.begin(net).argExtreme(e.share(x), axis, func(o *operation, x, y Share) Share { return o.less(x, y) })
}

// argExtreme joins neighbours, so that the left one has all the lower indices,
// and takes the right one where that is better.
func (o *operation) argExtreme(x Share, axis int, better func(o *operation, left, right Share) Share) Share {
	if axis < 0 {
		x, axis = x.in([]int{x.Len()}), 0
	}
	outer, n, inner := Count(x.Shape[:axis]), x.Shape[axis], Count(x.Shape[axis+1:])
	rest := append(append([]int{}, x.Shape[:axis]...), x.Shape[axis+1:]...)
	if n == 0 {
		return o.public(clear.Zero(clear.Int32, rest...))
	}
	x = x.in([]int{outer, n, inner})
	place := o.public(clear.Tensor{Elem: clear.Int32, Shape: x.Shape, Data: positions(outer, n, inner)})
	for ; n > 1; n = x.Shape[1] {
		h := n / 2
		left, right := neighbours(outer, n)
		rowsOf := func(x Share, rows []uint32) Share {
			return rowsAt(x, inner, rows).in([]int{outer, len(rows) / max(1, outer), inner})
		}
		l, r := rowsOf(x, left), rowsOf(x, right)
		c := better(o, l, r)
		l, li := o.chooseBoth(c, r, l, rowsOf(place, right), rowsOf(place, left))
		last := []clear.Slice{clear.All(), clear.Range(int64(2*h), int64(n))}
		x, place = concat(1, l, index(x, last...)), concat(1, li, index(place, last...))
	}
	return place.in(rest)
}

// chooseBoth returns x where c is true and y elsewhere, and likewise i and j.
func (o *operation) chooseBoth(c, x, y, i, j Share) (Share, Share) {
	if x.Elem == clear.Bool {
		return o.choose(c, x, y), o.choose(c, i, j)
	}
	d := o.k.SelectBits(o.next(), stack(c, c), stack(o.sub(x, y), o.sub(i, j)))
	return o.add(y, index(d, clear.At(0))).as(x.Elem), o.add(j, index(d, clear.At(1))).as(i.Elem)
}

// neighbours lists the rows 2i and 2i + 1 of each of so many blocks of n.
func neighbours(blocks, n int) (left, right []uint32) {
	for b := range blocks {
		for i := 0; i+1 < n; i += 2 {
			left, right = append(left, uint32(b*n+i)), append(right, uint32(b*n+i+1))
		}
	}
	return left, right
}

// positions numbers the rows of each of so many blocks: n rows of k elements.
func positions(blocks, n, k int) []uint64 {
	out := make([]uint64, 0, blocks*n*k)
	for range blocks {
		for i := range n {
			for range k {
				out = append(out, uint64(i))
			}
		}
	}
	return out
}
