package clear

// Operations that move elements and compute nothing.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/ring"
)

// A Slice is one position of an index: the element From, which drops the
// dimension, or with Range the elements From to To (exclusive); a To of -1 is
// the end of the dimension.
type Slice struct {
	Range    bool
	From, To int
}

// At is the slice of one element, Range that of several, All of every one.
func At(i int64) Slice           { return Slice{From: int(i)} }
func Range(from, to int64) Slice { return Slice{Range: true, From: int(from), To: int(to)} }
func All() Slice                 { return Slice{Range: true, To: -1} }

// Inside reports whether every index and range lies within x: what is checked
// before a partial Index or Update.
func Inside(x Tensor, s ...Slice) bool {
	for d, c := range s {
		n := x.Shape[d]
		to := c.end(n)
		if c.From < 0 || to > n || c.From > to || !c.Range && c.From >= n {
			return false
		}
	}
	return true
}

// end is the end of a slice of a dimension of n elements, exclusive.
func (s Slice) end(n int) int {
	switch {
	case !s.Range:
		return s.From + 1
	case s.To == -1:
		return n
	}
	return s.To
}

// Index returns x[s…]; dimensions without a slice are taken whole. What lies
// outside x is zero.
func Index(x Tensor, s ...Slice) Tensor {
	rest := x.Shape[len(s):]
	shape, at := places(x.Shape[:len(s)], s)
	out := Zero(x.Elem, append(shape, rest...)...)
	k := count(rest)
	for i, from := range at {
		if from >= 0 {
			copy(out.Data[i*k:(i+1)*k], x.Data[from*k:(from+1)*k])
		}
	}
	return out
}

// Update returns x with x[s…] = v, which broadcasts; what lies outside x is
// not written.
func Update(x, v Tensor, s ...Slice) Tensor {
	shape, at := places(x.Shape, s)
	out := Tensor{x.Elem, x.Shape, slices.Clone(x.Data)}
	vd := v.repeat(shape)
	for i, to := range at {
		if to >= 0 {
			out.Data[to] = vd[i]
		}
	}
	return out
}

// places returns the shape of x[s…] and, row by row, the position in x of
// each of its elements; -1 is outside.
func places(x []int, s []Slice) (shape, at []int) {
	at = []int{0}
	for d, n := range x {
		c := All()
		if d < len(s) {
			c = s[d]
		}
		to := max(c.From, c.end(n))
		if c.Range {
			shape = append(shape, to-c.From)
		}
		next := make([]int, 0, len(at)*(to-c.From))
		for _, base := range at {
			for i := c.From; i < to; i++ {
				p := base*n + i
				if base < 0 || i < 0 || i >= n {
					p = -1
				}
				next = append(next, p)
			}
		}
		at = next
	}
	return shape, at
}

// Stack returns one tensor of tensors of equal type and shape, along a new
// first dimension.
func Stack(x ...Tensor) Tensor {
	out := Tensor{Elem: x[0].Elem, Shape: append([]int{len(x)}, x[0].Shape...)}
	for _, a := range x {
		out.Data = append(out.Data, a.Data...)
	}
	return out
}

// Concat joins tensors along an axis; their other dimensions are equal.
func Concat(axis int, x ...Tensor) Tensor {
	shape := slices.Clone(x[0].Shape)
	for _, a := range x[1:] {
		shape[axis] += a.Shape[axis]
	}
	out := Tensor{x[0].Elem, shape, make([]uint64, 0, count(shape))}
	for o := range count(shape[:axis]) {
		for _, a := range x {
			n := count(a.Shape[axis:])
			out.Data = append(out.Data, a.Data[o*n:(o+1)*n]...)
		}
	}
	return out
}

// Fill returns the scalar x at every place of a shape.
func Fill(x Tensor, shape ...int) Tensor {
	return Tensor{x.Elem, shape, slices.Repeat(x.Data, count(shape))}
}

// OneHot returns whether each element of x is 0, 1, … n-1, in a last dimension
// of n; x's type holds them.
func OneHot(x Tensor, n int) Tensor { return Eq(Spread(x, n), Places(x.Elem, n)) }

// Spread repeats each element n times, in a last dimension.
func Spread(x Tensor, n int) Tensor {
	out := Tensor{x.Elem, append(slices.Clone(x.Shape), n), make([]uint64, 0, n*len(x.Data))}
	for _, v := range x.Data {
		for range n {
			out.Data = append(out.Data, v)
		}
	}
	return out
}

// Places returns 0, 1, … n-1, which the type must hold.
func Places(t Type, n int) Tensor {
	out := Zero(t, n)
	for i := range out.Data {
		out.Data[i] = uint64(i)
	}
	return out
}

// Transpose exchanges the last two dimensions.
func Transpose(x Tensor) Tensor {
	d := len(x.Shape)
	shape := slices.Clone(x.Shape)
	n, m := shape[d-2], shape[d-1]
	shape[d-2], shape[d-1] = m, n
	out := Zero(x.Elem, shape...)
	ring.Split(count(shape[:d-1]), func(lo, hi int) {
		// As many rows at a time as stay in the cache while all of them are written.
		for next := lo; lo < hi; lo = next {
			matrix, j := lo/m*n*m, lo%m
			next = min(hi, lo+m-j, lo+64)
			for i := range n {
				for k, v := range x.Data[matrix+i*m+j:][:next-lo] {
					out.Data[(lo+k)*n+i] = v
				}
			}
		}
	})
	return out
}

// Reshape returns the elements of x, row by row, in another shape.
func Reshape(x Tensor, shape ...int) Tensor { return Tensor{x.Elem, shape, x.Data} }

// Reverse returns x backwards along the last axis.
func Reverse(x Tensor) Tensor {
	out := Tensor{x.Elem, x.Shape, slices.Clone(x.Data)}
	n := last(x)
	for at := 0; at < len(out.Data); at += n {
		slices.Reverse(out.Data[at : at+n])
	}
	return out
}

// last is the length of the last axis, at least 1.
func last(x Tensor) int { return max(1, x.Shape[len(x.Shape)-1]) }

// Iota returns 0, 1, … below n.
func Iota(n int) Tensor {
	out := Zero(Int64, n)
	for i := range out.Data {
		out.Data[i] = uint64(i)
	}
	return out
}

// Windows returns the windows of images x[b, c, h, w] as [b, rows · columns,
// c, height · width], from left to right and from top to bottom, every stride
// places, with padding zeros around each image.
func Windows(x Tensor, height, width, stride, padding int) Tensor {
	b, c, h, w := x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]
	rows, columns := (h+2*padding-height)/stride+1, (w+2*padding-width)/stride+1
	out := Zero(x.Elem, b, rows*columns, c, height*width)
	ring.Split(b*rows*columns, func(lo, hi int) {
		for at := lo; at < hi; at++ {
			image, top, left := at/(rows*columns), at/columns%rows*stride-padding, at%columns*stride-padding
			for k := range c * height {
				channel, y := k/height, top+k%height
				if y < 0 || y >= h {
					continue
				}
				from := x.Data[((image*c+channel)*h+y)*w:][:w]
				to := out.Data[(at*c*height+k)*width:][:width]
				for j := max(0, -left); j < width && left+j < w; j++ {
					to[j] = from[left+j]
				}
			}
		}
	})
	return out
}
