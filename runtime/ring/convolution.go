package ring

// Convolutions as products of matrices, a block of results at a time, so that the
// windows of images, which are many times their size, stay in the cache.

import (
	"iter"
	"sync"
)

// A Convolution has a batch of images of some channels, and kernels with a number for
// each channel and place of a window. A window begins every Stride places; Padding
// zeros stand around an image. Images are x[batch, channel, height, width], kernels
// w[kernel, channel, tall, wide] and results y[batch, kernel, row, column].
type Convolution struct {
	Batch, Channels, Height, Width int
	Kernels, Tall, Wide            int
	Stride, Padding                int
}

// Rows is how many windows fit one above the other, Columns how many side by side.
func (c Convolution) Rows() int    { return (c.Height+2*c.Padding-c.Tall)/c.Stride + 1 }
func (c Convolution) Columns() int { return (c.Width+2*c.Padding-c.Wide)/c.Stride + 1 }

// Span is which of so many windows along an axis of n places have their i-th place
// within it.
func (c Convolution) Span(i, n, windows int) (lo, hi int) {
	if before := c.Padding - i; before > 0 {
		lo = (before + c.Stride - 1) / c.Stride
	}
	if last := n - 1 + c.Padding - i; last >= 0 {
		hi = min(windows, last/c.Stride+1)
	}
	return min(lo, hi), hi
}

// window is how many numbers a window has.
func (c Convolution) window() int { return c.Channels * c.Tall * c.Wide }

// blockElements is about how many numbers the windows of a block have.
const blockElements = 1 << 15

// blockRows is how many rows of results a block has at most.
func (c Convolution) blockRows() int {
	return max(1, min(c.Rows(), blockElements/max(1, c.window()*c.Columns())))
}

// An imageBlock is some rows of the results of one image, and memory of one core: for its
// windows, and for its results.
type imageBlock struct {
	Convolution
	ring            Modulus
	image, from, to int
	seen, part      []uint64
}

// results is how many the block has for a kernel.
func (b *imageBlock) results() int { return (b.to - b.from) * b.Columns() }

// split divides the blocks of all images over the cores: run is called with the
// blocks of one, where whole is true those of whole images.
func (c Convolution) split(r Modulus, whole bool, run func(blocks iter.Seq[*imageBlock])) {
	rows := c.blockRows()
	parts := (c.Rows() + rows - 1) / rows
	units, each := c.Batch*parts, 1
	if whole {
		units, each = c.Batch, parts
	}
	over(units, each*rows*c.Columns()*c.window()*c.Kernels, func(lo, hi int) {
		n := r.Planes() * rows * c.Columns()
		b := &imageBlock{Convolution: c, ring: r, seen: make([]uint64, n*c.window()), part: make([]uint64, n*c.Kernels)}
		run(func(yield func(*imageBlock) bool) {
			for at := lo * each; at < hi*each; at++ {
				b.image, b.from = at/parts, at%parts*rows
				b.to = min(b.from+rows, c.Rows())
				if !yield(b) {
					return
				}
			}
		})
	})
}

// Convolve sets y = y + the sums over the windows of x times w.
func (c Convolution) Convolve(r Modulus, y, x, w []uint64) {
	c.split(r, false, func(blocks iter.Seq[*imageBlock]) {
		for b := range blocks {
			n := b.results()
			part := b.part[:r.Planes()*c.Kernels*n]
			clear(part)
			r.matMul(part, w, b.byPlace(x), c.Kernels, c.window(), n)
			for k := range c.Kernels {
				r.addRun(y, b.at(k), 1, part, k*n, n)
			}
		}
	})
}

// ToKernels sets w = w + what Convolve makes of y by the kernels: at each place of a
// window the sum of what it meets in x, times y.
func (c Convolution) ToKernels(r Modulus, w, x, y []uint64) {
	var mu sync.Mutex
	c.split(r, false, func(blocks iter.Seq[*imageBlock]) {
		sums := make([]uint64, len(w))
		for b := range blocks {
			r.matMulTurned(sums, b.ofResults(y), b.byPlace(x), c.Kernels, b.results(), c.window())
		}
		mu.Lock()
		defer mu.Unlock()
		r.Add(w, w, sums)
	})
}

// ToImages sets x = x + what Convolve makes of y by the images: at each pixel the sum
// of y times w over the windows that it stands in.
func (c Convolution) ToImages(r Modulus, x, y, w []uint64) {
	turned := r.transposed(w, c.Kernels, c.window())
	c.split(r, true, func(blocks iter.Seq[*imageBlock]) {
		for b := range blocks {
			n := b.results()
			seen := b.seen[:r.Planes()*c.window()*n]
			clear(seen)
			r.matMul(seen, turned, b.ofResults(y), c.window(), c.Kernels, n)
			b.runs(func(pixel, place, n int) { r.addRun(x, b.image*c.pixels()+pixel, c.Stride, seen, place, n) })
		}
	})
}

// pixels is how many an image has, in all channels.
func (c Convolution) pixels() int { return c.Channels * c.Height * c.Width }

// at is where the block's results for a kernel begin.
func (b *imageBlock) at(kernel int) int {
	return ((b.image*b.Kernels+kernel)*b.Rows() + b.from) * b.Columns()
}

// ofResults is the block's part of y, a row a kernel.
func (b *imageBlock) ofResults(y []uint64) []uint64 {
	n, all := b.results(), len(y)/b.ring.Planes()
	part := b.part[:b.ring.Planes()*b.Kernels*n]
	for k := range len(part) / max(1, n) {
		copy(part[k*n:][:n], y[k/b.Kernels*all+b.at(k%b.Kernels):])
	}
	return part
}

// runs calls f for what stands side by side: n pixels of the image, from one on, every
// Stride of them, that n windows have at the same place, and where these stand in
// byPlace.
func (b *imageBlock) runs(f func(pixel, place, n int)) {
	columns := b.Columns()
	for at := range b.window() {
		channel, i, j := at/b.Wide/b.Tall, at/b.Wide%b.Tall, at%b.Wide
		lo, hi := b.Span(j, b.Width, columns)
		top, bottom := b.Span(i, b.Height, b.Rows())
		top, bottom = max(top, b.from), min(bottom, b.to)
		pixel := (channel*b.Height+top*b.Stride+i-b.Padding)*b.Width + lo*b.Stride + j - b.Padding
		place := (at*(b.to-b.from)+top-b.from)*columns + lo
		for range bottom - top {
			f(pixel, place, hi-lo)
			pixel, place = pixel+b.Stride*b.Width, place+columns
		}
	}
}

// byPlace is the numbers of the block's windows, a row a place of a window.
func (b *imageBlock) byPlace(x []uint64) []uint64 {
	planes := b.ring.Planes()
	n, pixels := b.window()*b.results(), len(x)/planes
	seen := b.cleared(planes * n)
	for p := range planes {
		image, to := x[p*pixels+b.image*b.pixels():][:b.pixels()], seen[p*n:][:n]
		b.runs(func(pixel, place, n int) {
			run, from := to[place:][:n], image[pixel:]
			if b.Stride == 1 {
				copy(run, from)
				return
			}
			for i := range run {
				run[i] = from[i*b.Stride]
			}
		})
	}
	return seen
}

// cleared is memory for n words of windows: zeros where there is padding.
func (b *imageBlock) cleared(n int) []uint64 {
	if b.Padding > 0 {
		clear(b.seen[:n])
	}
	return b.seen[:n]
}
