package mpc

// Operations that move elements: those of package clear, on each component.
// No communication.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Index returns x[s…].
func (e *Engine) Index(_ Net, x Operand, s ...clear.Slice) Share { return index(e.share(x), s...) }

func index(x Share, s ...clear.Slice) Share {
	if from, shape, ok := contiguous(x.Shape, s); ok {
		return x.part(from, shape)
	}
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Index(x[0], s...) }, x)
}

// contiguous reports whether x[s…] is elements of x that stand one after the other,
// and lie within it, and where they begin: indices, then one range, then all.
func contiguous(x []int, s []clear.Slice) (from int, shape []int, ok bool) {
	size := Count(x)
	for d, n := range x {
		c := clear.All()
		if d < len(s) {
			c = s[d]
		}
		to := c.From + 1
		if c.Range {
			to = c.To
			if to == -1 {
				to = n
			}
			shape = append(shape, to-c.From)
		}
		if c.From < 0 || to < c.From || to > n || len(shape) > 1 && to-c.From < n || !c.Range && len(shape) > 0 {
			return 0, nil, false
		}
		size /= max(1, n)
		from += c.From * size
	}
	return from, shape, true
}

// part returns the elements of x from one on, in a shape.
func (x Share) part(from int, shape []int) Share {
	n := Count(shape)
	return x.moved(shape, func(plane []uint64) []uint64 {
		if x.Elem == clear.Bool {
			return ring.BitRange(plane, from, n)
		}
		return plane[from : from+n : from+n]
	})
}

// replaced returns x with the elements of v from one on.
func (x Share) replaced(from int, v Share) Share {
	to := from + v.Len()
	return join(x.Shape, x.part(0, []int{from}), v, x.part(to, []int{x.Len() - to}))
}

// moved applies what moves elements to each plane of x.
func (x Share) moved(shape []int, f func(plane []uint64) []uint64) Share {
	out := Share{Elem: x.Elem, Shape: shape}
	planes := modulus(x).Planes()
	for c := range x.Comp {
		parts := make([][]uint64, planes)
		for i := range parts {
			parts[i] = f(x.plane(c, i))
		}
		out.Comp = append(out.Comp, together(parts))
	}
	return out
}

// modulus is the ring of shares, as far as their elements, of which there may
// be none, show it.
func modulus(x ...Share) ring.Modulus {
	for _, s := range x {
		if s.Elem != clear.Bool && len(s.Comp[0]) > s.Len() {
			return ring.Z128
		}
	}
	return ring.Z64
}

// plane is one of the planes of a component.
func (x Share) plane(c, i int) []uint64 {
	if x.Elem == clear.Bool {
		return x.Comp[c]
	}
	n := x.Len()
	return x.Comp[c][i*n : (i+1)*n : (i+1)*n]
}

// together are the planes of a component as one vector.
func together(planes [][]uint64) []uint64 {
	if len(planes) == 1 {
		return planes[0]
	}
	return slices.Concat(planes...)
}

// join returns the elements of all x, one tensor after the other, in a shape.
func join(shape []int, x ...Share) Share {
	if len(x) == 1 {
		return x[0].in(shape)
	}
	out := Share{Elem: x[0].Elem, Shape: shape}
	sizes := make([]int, len(x))
	for i, s := range x {
		sizes[i] = s.Len()
	}
	planes := modulus(x...).Planes()
	for c := range x[0].Comp {
		var parts [][]uint64
		for i := range planes {
			for _, s := range x {
				parts = append(parts, s.plane(c, i))
			}
		}
		joined := ring.BitJoin
		if out.Elem != clear.Bool {
			joined = func(parts [][]uint64, _ []int) []uint64 { return slices.Concat(parts...) }
		}
		out.Comp = append(out.Comp, joined(parts, sizes))
	}
	return out
}

// stack joins tensors of equal shape along a new first dimension.
func stack(x ...Share) Share { return join(append([]int{len(x)}, x[0].Shape...), x...) }

// rows are the parts of x along its first dimension: the inverse of stack.
func rows(x Share) []Share {
	out := make([]Share, x.Shape[0])
	for i := range out {
		out[i] = at(x, i)
	}
	return out
}

// Update returns x with x[s…] = v, which broadcasts.
func (e *Engine) Update(_ Net, x, v Operand, s ...clear.Slice) Share {
	if from, shape, ok := contiguous(x.Dims(), s); ok && slices.Equal(shape, v.Dims()) {
		return e.share(x).replaced(from, e.share(v))
	}
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Update(x[0], x[1], s...) }, e.share(x), e.share(v))
}

// Stack joins tensors of equal shape along a new first dimension.
func (e *Engine) Stack(_ Net, x ...Operand) Share { return stack(e.shares(x)...) }

// Concat joins tensors along an axis.
func (e *Engine) Concat(_ Net, axis int, x ...Operand) Share { return concat(axis, e.shares(x)...) }

func concat(axis int, x ...Share) Share {
	if axis == 0 {
		shape := slices.Clone(x[0].Shape)
		for _, s := range x[1:] {
			shape[0] += s.Shape[0]
		}
		return join(shape, x...)
	}
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Concat(axis, x...) }, x...)
}

// Fill returns the scalar x at every place of a shape.
func (e *Engine) Fill(_ Net, x Operand, shape ...int) Share {
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Fill(x[0], shape...) }, e.share(x))
}

// Transpose exchanges the last two dimensions.
func (e *Engine) Transpose(_ Net, x Operand) Share {
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Transpose(x[0]) }, e.share(x))
}

// Reshape returns the elements of x, row by row, in another shape.
func (e *Engine) Reshape(_ Net, x Operand, shape ...int) Share {
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Reshape(x[0], shape...) }, e.share(x))
}

// Reverse returns x backwards along the last axis.
func (e *Engine) Reverse(_ Net, x Operand) Share {
	return lift(func(x ...clear.Tensor) clear.Tensor { return clear.Reverse(x[0]) }, e.share(x))
}

// Windows returns the windows of images as clear.Windows does.
func (e *Engine) Windows(_ Net, x Operand, height, width, stride, padding int) Share {
	return lift(func(x ...clear.Tensor) clear.Tensor {
		return clear.Windows(x[0], height, width, stride, padding)
	}, e.share(x))
}

// OneHot returns whether each element of x is 0, 1, … n-1, in a last dimension
// of n: one IsZero at the type's width for each place. The type holds them.
func (e *Engine) OneHot(net Net, x Operand, n int) Share { return e.begin(net).oneHot(x, n) }

func (o *operation) oneHot(x Operand, n int) Share {
	s := lift(func(x ...clear.Tensor) clear.Tensor { return clear.Spread(x[0], n) }, o.share(x))
	return o.isZero(o.sub(s, clear.Places(s.Elem, n)))
}

func (e *Engine) shares(x []Operand) []Share {
	out := make([]Share, len(x))
	for i := range x {
		out[i] = e.share(x[i])
	}
	return out
}

// lift applies a function that moves elements to each plane of each component.
// Its result has the element type of the first operand.
func lift(f func(...clear.Tensor) clear.Tensor, x ...Share) Share {
	out := Share{Elem: x[0].Elem}
	part := make([]clear.Tensor, len(x))
	planes := make([][]uint64, modulus(x...).Planes())
	for c := range x[0].Comp {
		for p := range planes {
			for i, s := range x {
				part[i] = s.words(c, p)
			}
			z := f(part...)
			out.Shape = z.Shape
			if out.Elem == clear.Bool {
				z.Data = ring.Bits(z.Data)
			}
			planes[p] = z.Data
		}
		out.Comp = append(out.Comp, together(planes))
	}
	return out
}

// words is a plane of a component, a word an element.
func (x Share) words(c, plane int) clear.Tensor {
	data := x.plane(c, plane)
	if x.Elem == clear.Bool {
		data = ring.Elements(data, x.Len())
	}
	return clear.Tensor{Elem: clear.Uint64, Shape: x.Shape, Data: data}
}

// broadcast returns the shape of an operation on x and y: one is a suffix of
// the other.
func broadcast(x, y Operand) []int {
	if len(x.Dims()) < len(y.Dims()) {
		return y.Dims()
	}
	return x.Dims()
}

// widen repeats x to a shape that ends with its own.
func (x Share) widen(shape []int) Share {
	if slices.Equal(x.Shape, shape) {
		return x
	}
	if n := x.Len(); n >= 64 {
		return join(shape, slices.Repeat([]Share{x}, Count(shape)/n)...)
	}
	return lift(func(x ...clear.Tensor) clear.Tensor { return widen(x[0], shape) }, x)
}

func widen(x clear.Tensor, shape []int) clear.Tensor {
	n := Count(shape)
	if len(x.Data) == n {
		return clear.Tensor{Elem: x.Elem, Shape: shape, Data: x.Data}
	}
	return clear.Tensor{Elem: x.Elem, Shape: shape, Data: slices.Repeat(x.Data, n/max(1, len(x.Data)))}
}
