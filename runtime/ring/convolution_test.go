package ring

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Convolutions of several strides, paddings and sizes, of one block and of several,
// against sums over each place of each window.
func TestConvolutions(t *testing.T) {
	draws := rand.New(rand.NewPCG(7, 8))
	for _, c := range []Convolution{
		{1, 1, 1, 1, 1, 1, 1, 1, 0},
		{2, 3, 5, 4, 2, 3, 2, 1, 0},
		{3, 2, 6, 7, 5, 3, 3, 2, 1},
		{2, 1, 4, 4, 9, 3, 3, 3, 2},
		{1, 2, 3, 3, 1, 5, 5, 1, 4},
		{17, 3, 20, 30, 6, 5, 5, 1, 2},
		{2, 12, 40, 40, 17, 5, 3, 1, 1},
		{2, 0, 3, 3, 2, 2, 2, 1, 0},
		{0, 1, 3, 3, 2, 2, 2, 1, 0},
	} {
		for _, r := range []Modulus{Z64, Z128} {
			t.Run(fmt.Sprintf("%+v/%d", c, r), func(t *testing.T) { testConvolution(t, c, r, draws) })
		}
	}
}

func testConvolution(t *testing.T, c Convolution, r Modulus, draws *rand.Rand) {
	random := func(n int) []uint64 {
		x := make([]uint64, r.Planes()*n)
		for i := range x {
			x[i] = draws.Uint64()
		}
		return x
	}
	x, w := random(c.Batch*c.pixels()), random(c.Kernels*c.window())
	y := random(c.Batch * c.Kernels * c.Rows() * c.Columns())
	gotX, gotW, gotY := append([]uint64{}, x...), append([]uint64{}, w...), append([]uint64{}, y...)
	wantX, wantW, wantY := append([]uint64{}, x...), append([]uint64{}, w...), append([]uint64{}, y...)
	c.Convolve(r, gotY, x, w)
	c.ToKernels(r, gotW, x, y)
	c.ToImages(r, gotX, y, w)
	add := func(dst []uint64, i int, a []uint64, j int, b []uint64, k int) {
		n := len(dst) / r.Planes()
		product := r.number(a, j).Mul(r.number(b, k))
		sum := r.number(dst, i).Add(product)
		dst[i] = sum.Low
		if r == Z128 {
			dst[n+i] = sum.High
		}
	}
	c.eachProduct(func(pixel, place, result int) {
		add(wantY, result, x, pixel, w, place)
		add(wantW, place, x, pixel, y, result)
		add(wantX, pixel, y, result, w, place)
	})
	require.Equal(t, wantY, gotY)
	require.Equal(t, wantW, gotW)
	require.Equal(t, wantX, gotX)
}

// number is element i of a vector.
func (r Modulus) number(x []uint64, i int) Number {
	if r == Z64 {
		return Number{Low: x[i]}
	}
	return at(x, i, len(x)/2)
}

// eachProduct calls f for all that a pixel, a place of a kernel and a result have to do
// with each other.
func (c Convolution) eachProduct(f func(pixel, place, result int)) {
	for result := range c.Batch * c.Kernels * c.Rows() * c.Columns() {
		column, row := result%c.Columns(), result/c.Columns()%c.Rows()
		kernel, image := result/c.Columns()/c.Rows()%c.Kernels, result/c.Columns()/c.Rows()/c.Kernels
		for place := range c.window() {
			y := row*c.Stride + place/c.Wide%c.Tall - c.Padding
			x := column*c.Stride + place%c.Wide - c.Padding
			if y >= 0 && y < c.Height && x >= 0 && x < c.Width {
				channel := image*c.Channels + place/c.Wide/c.Tall
				f((channel*c.Height+y)*c.Width+x, kernel*c.window()+place, result)
			}
		}
	}
}

// BenchmarkConvolution is of the layers of the networks of SecureNN's evaluation, a batch
// of 128.
func BenchmarkConvolution(b *testing.B) {
	for _, c := range []Convolution{
		{128, 1, 28, 28, 5, 5, 5, 2, 2},
		{128, 1, 28, 28, 16, 5, 5, 1, 2},
		{128, 16, 14, 14, 16, 5, 5, 1, 2},
		{128, 20, 12, 12, 50, 5, 5, 1, 0},
	} {
		x, w := random(c.Batch*c.pixels(), 1), random(c.Kernels*c.window(), 2)
		y := random(c.Batch*c.Kernels*c.Rows()*c.Columns(), 3)
		for name, f := range map[string]func(){
			"Convolve":  func() { c.Convolve(Z64, y, x, w) },
			"ToKernels": func() { c.ToKernels(Z64, w, x, y) },
			"ToImages":  func() { c.ToImages(Z64, x, y, w) },
		} {
			b.Run(fmt.Sprintf("%dx%dx%d/%s", c.Channels, c.Height, c.Kernels, name), func(b *testing.B) {
				for range b.N {
					f()
				}
				b.ReportMetric(float64(len(y)*c.window())*float64(b.N)/b.Elapsed().Seconds()/1e9, "10⁹multiply-adds/s")
			})
		}
	}
}
