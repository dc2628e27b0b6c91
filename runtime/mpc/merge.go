package mpc

// The merge of two sorted vectors.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// Merge returns two sorted vectors of n and m elements as one, by Batcher's
// odd-even merge: ⌈log2 max(n, m)⌉ + 1 levels, each of one Lt and one SelectBits
// of its pairs; of bools one And. Of vectors that are not sorted the result is
// unspecified, with the same messages.
func (e *Engine) Merge(net Net, x, y Operand) Share {
	o := e.begin(net)
	z := concat(0, e.share(x), e.share(y))
	levels, order := capability.Exchanges(x.Dims()[0], y.Dims()[0])
	for _, level := range levels {
		low, high := make([]uint32, len(level)), make([]uint32, len(level))
		for i, pair := range level {
			low[i], high[i] = pair[0], pair[1]
		}
		z = o.exchange(z, low, high)
	}
	return rowsAt(z, 1, order).in(z.Shape)
}

// exchange puts the lesser of each pair at its low place.
func (o *operation) exchange(x Share, low, high []uint32) Share {
	shape := []int{len(low)}
	a, b := rowsAt(x, 1, low).in(shape), rowsAt(x, 1, high).in(shape)
	if x.Elem == clear.Bool {
		least := o.and(a, b)
		return put(put(x, low, least), high, o.xor(o.xor(a, b), least))
	}
	least := o.choose(o.less(b, a), b, a)
	return put(put(x, low, least), high, o.sub(o.add(a, b), least))
}

// put replaces the elements at places.
func put(x Share, places []uint32, v Share) Share {
	return lift(func(x ...clear.Tensor) clear.Tensor {
		data := slices.Clone(x[0].Data)
		for i, p := range places {
			data[p] = x[1].Data[i]
		}
		return clear.Tensor{Shape: x[0].Shape, Data: data}
	}, x, v)
}
