package ring

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every variant multiplies matrices modulo 2^128, around the sizes of tiles
// and panels and where limbs are full.
func TestWideMatMulVariants(t *testing.T) {
	for _, k := range variants() {
		for _, s := range [][3]int{{1, 1, 1}, {1, 9, 5}, {4, 1, 3}, {7, 5, 8}, {8, depth, 8}, {9, depth + 1, 17}, {5, 2, wideWidth + 3}} {
			n, inner, m := s[0], s[1], s[2]
			t.Run(fmt.Sprint(k.name, s), func(t *testing.T) {
				x, y := Z128.vector(n*inner, 1), Z128.vector(inner*m, 2)
				want, got := random(2*n*m, 3), guarded(2*n*m, 3)
				for i := range n {
					for j := range m {
						sum := at(want, i*m+j, n*m)
						for l := range inner {
							sum = sum.Add(at(x, i*inner+l, n*inner).Mul(at(y, l*m+j, inner*m)))
						}
						put(want, i*m+j, n*m, sum)
					}
				}
				k.wideMatMul(newWideProduct(got, x, y, 1, 0, n, inner, m))
				equal(t, want, got, "product")
			})
		}
	}
}

// The parts of the cores make up the whole.
func TestWideMatMulSplit(t *testing.T) {
	for _, s := range [][3]int{{70, 20, 30}, {30, 20, 70}, {2, 39, 3190}, {0, 3, 4}, {3, 0, 4}, {3, 4, 0}} {
		n, k, m := s[0], s[1], s[2]
		x, y, want, got := random(2*n*k, 1), random(2*k*m, 2), random(2*n*m, 3), random(2*n*m, 3)
		plain.wideMatMul(newWideProduct(want, x, y, 1, 0, n, k, m))
		Z128.MatMul(got, x, y, n, k, m)
		require.Equal(t, want, got)
	}
}

func BenchmarkWideMatMul(b *testing.B) {
	const n = 256
	for _, k := range variants() {
		b.Run(k.name, func(b *testing.B) {
			x, y, dst := random(2*n*n, 1), random(2*n*n, 2), make([]uint64, 2*n*n)
			p := newWideProduct(dst, x, y, 1, 0, n, n, n)
			for range b.N {
				k.wideMatMul(p)
			}
			b.ReportMetric(n*n*n*float64(b.N)/b.Elapsed().Seconds()/1e9, "10⁹multiply-adds/s")
		})
	}
}
