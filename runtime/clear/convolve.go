package clear

// Convolutions and their adjoints, rounded as Dot rounds.

import (
	"math/bits"

	"github.com/tfec-lang/tfec/runtime/ring"
)

// Convolution is that of images x[b, c, h, w] by kernels[k, c, i, j]: a window begins
// every stride places, and padding zeros stand around.
func Convolution(images, kernels []int, stride, padding int) ring.Convolution {
	return ring.Convolution{
		Batch: images[0], Channels: images[1], Height: images[2], Width: images[3],
		Kernels: kernels[0], Tall: kernels[2], Wide: kernels[3], Stride: stride, Padding: padding,
	}
}

// ResultShape is [b, k, rows, columns].
func ResultShape(c ring.Convolution) []int { return []int{c.Batch, c.Kernels, c.Rows(), c.Columns()} }

// Convolve is the sums over the windows of x times the kernels.
func Convolve(x, kernels Tensor, stride, padding int) Tensor {
	c := Convolution(x.Shape, kernels.Shape, stride, padding)
	return sums(x, kernels, ResultShape(c), c.Batch, c.Kernels, c.Channels, func(s sum, image, kernel, channel int) {
		met(c, image, kernel, channel, func(pixel, place, result int) { s.add(result, pixel, place) })
	})
}

// ConvolveToKernels is what Convolve makes of y by kernels of a height and width: at each
// place of a window the sum of what it meets in x, times y.
func ConvolveToKernels(x, y Tensor, height, width, stride, padding int) Tensor {
	s := []int{y.Shape[1], x.Shape[1], height, width}
	c := Convolution(x.Shape, s, stride, padding)
	return sums(x, y, s, c.Kernels, c.Channels, c.Batch, func(s sum, kernel, channel, image int) {
		met(c, image, kernel, channel, func(pixel, place, result int) { s.add(place, pixel, result) })
	})
}

// ConvolveToImages is what Convolve makes of y by images of a height and width: at each
// pixel the sum of y times the kernels over the windows that it stands in.
func ConvolveToImages(y, kernels Tensor, height, width, stride, padding int) Tensor {
	s := []int{y.Shape[0], kernels.Shape[1], height, width}
	c := Convolution(s, kernels.Shape, stride, padding)
	return sums(y, kernels, s, c.Batch, c.Channels, c.Kernels, func(s sum, image, channel, kernel int) {
		met(c, image, kernel, channel, func(pixel, place, result int) { s.add(pixel, result, place) })
	})
}

// A sum is of products of x and y, an element of a plane of the result each, of 128
// bits.
type sum struct {
	x, y    []uint64
	hi, lo  []uint64
	element int // the first one of the plane
}

func (s sum) add(to, i, j int) {
	high, low := mulSigned(s.x[i], s.y[j])
	var carry uint64
	s.lo[to-s.element], carry = bits.Add64(s.lo[to-s.element], low, 0)
	s.hi[to-s.element], _ = bits.Add64(s.hi[to-s.element], high, carry)
}

// sums returns a result of so many planes, n times m, each the sum of what f adds for
// 0..inner.
func sums(x, y Tensor, shape []int, n, m, inner int, f func(s sum, i, j, k int)) Tensor {
	t, shift := product(x.Elem, y.Elem)
	out := Zero(t, shape...)
	plane := shape[2] * shape[3]
	ring.Split(n*m*plane, func(lo, hi int) {
		for at := (lo + plane - 1) / plane; at*plane < hi; at++ { // those that begin here
			s := sum{x.Data, y.Data, make([]uint64, plane), make([]uint64, plane), at * plane}
			for k := range inner {
				f(s, at/m, at%m, k)
			}
			for i, lo := range s.lo {
				out.Data[s.element+i] = t.wrap(s.hi[i]<<(64-shift) | lo>>shift)
			}
		}
	})
	return out
}

// met calls f for all that pixels of a channel of an image, places of a kernel in
// that channel, and results have to do with each other.
func met(c ring.Convolution, image, kernel, channel int, f func(pixel, place, result int)) {
	for i := range c.Tall {
		top, bottom := c.Span(i, c.Height, c.Rows())
		for j := range c.Wide {
			left, right := c.Span(j, c.Width, c.Columns())
			place := ((kernel*c.Channels+channel)*c.Tall+i)*c.Wide + j
			for row := top; row < bottom; row++ {
				pixels := ((image*c.Channels+channel)*c.Height+row*c.Stride+i-c.Padding)*c.Width + j - c.Padding
				results := ((image*c.Kernels+kernel)*c.Rows() + row) * c.Columns()
				for column := left; column < right; column++ {
					f(pixels+column*c.Stride, place, results+column)
				}
			}
		}
	}
}
