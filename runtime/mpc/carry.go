package mpc

// Rows that are carried on.

import "github.com/tfec-lang/tfec/runtime/clear"

// Carry returns the rows of x, those where known is false as the last one before
// where it is true; those before the first stay. In level l a row that is not
// known takes the one 2^l before, if that is known by then (Hillis and Steele
// 1986, Data parallel algorithms): ⌈log2 n⌉ levels, each of an And of a bit a row
// and a SelectBits of all elements, or And of bools. A public known: nothing.
func (e *Engine) Carry(net Net, x, known Operand) Share {
	s := e.share(x)
	if k, ok := known.(clear.Tensor); ok {
		return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Carry(x[0], k) }, s)
	}
	o, done, n := e.begin(net), known.(Share), s.Shape[0]
	row := Count(s.Shape[1:])
	for step := 1; step < n; step *= 2 {
		from := before(n, step)
		// A row before which there are fewer is taken from itself, so it stays.
		take := o.k.And(o.next(), o.not(done), rowsAt(done, 1, from).in(done.Shape))
		s = o.choose(rowsAt(take, 1, repeat(n, row)).in(s.Shape), rowsAt(s, row, from).in(s.Shape), s)
		done = o.xor(done, take)
	}
	return s
}

// before lists the rows so many before each, a row itself where there are fewer.
func before(n, step int) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = uint32(i)
		if i >= step {
			out[i] -= uint32(step)
		}
	}
	return out
}
