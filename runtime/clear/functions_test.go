package clear_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// Against float64, which has bits to spare but where results are large: there
// 2^-51 of the result is allowed.
func TestFunctions(t *testing.T) {
	for _, elem := range []clear.Type{clear.Fixed(24, 16), clear.Fixed(20, 18), clear.Fixed(35, 12), clear.Fixed(31, 8), clear.Fixed(10, 10), clear.Fixed(2, 28), clear.Fixed(50, 1)} {
		for _, c := range []struct {
			name string
			f    func(clear.Tensor) clear.Tensor
			want func(float64) float64
			low  float64
		}{
			{"sqrt", clear.Sqrt, math.Sqrt, 0},
			{"rsqrt", func(x clear.Tensor) clear.Tensor { return clear.Rsqrt(x, 0) }, func(x float64) float64 { return 1 / math.Sqrt(x) }, math.SmallestNonzeroFloat64},
			{"log", clear.Log, math.Log, math.SmallestNonzeroFloat64},
			{"exp", clear.Exp, math.Exp, math.Inf(-1)},
			{"sigmoid", clear.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, math.Inf(-1)},
			{"tanh", clear.Tanh, math.Tanh, math.Inf(-1)},
		} {
			t.Run(fmt.Sprintf("%s of %v", c.name, elem), func(t *testing.T) {
				unit := math.Ldexp(1, -elem.F)
				x := arguments(elem)
				got := c.f(x)
				_, top := elem.Bounds()
				checked := 0
				for i, v := range x.Data {
					a := float64(int64(v)) * unit
					exact := c.want(a) / unit
					if a < c.low || math.Abs(exact) > float64(top-top>>18) {
						continue
					}
					checked++
					slack := 1e-2 + math.Abs(exact)*0x1p-51
					off := exact - float64(int64(got.Data[i])) // 0 <= off < 1, rounded down
					require.True(t, -slack <= off && off <= 1+slack, "of %g: got %v, want %g", a, int64(got.Data[i]), exact)
				}
				require.Greater(t, checked, 50)
			})
		}
	}
}

func arguments(elem clear.Type) clear.Tensor {
	r := rand.New(rand.NewPCG(3, uint64(elem.Bits)))
	_, top := elem.Bounds()
	x := clear.Zero(elem, 0)
	add := func(v int64) {
		if v <= int64(top) && v >= ^int64(top) {
			x.Data = append(x.Data, uint64(v))
		}
	}
	for i := range int64(64) {
		add(i)
		add(-i)
		add(int64(top) - i)
		add(^int64(top) + i)
		add(1<<elem.F + i - 32)
	}
	for i := range int64(2000) {
		add((i - 1000) << elem.F / 50)
		add(int64(r.Uint64()) >> r.IntN(64) % (int64(top) + 1))
	}
	x.Shape[0] = len(x.Data)
	return x
}

// Exact results are not rounded; outside the domain there is some value.
func TestFunctionsExactly(t *testing.T) {
	e := clear.Fixed(24, 16)
	unit := int64(1 << 16)
	x := clear.FromInts(e, []int{4}, 0, unit, 4*unit, -unit)
	require.Equal(t, []int64{0, unit, 2 * unit, 0}, clear.Sqrt(x).Ints())
	require.Equal(t, []int64{0, 0}, append(clear.Log(x).Ints()[1:2], clear.Log(x).Ints()[0]))
	require.Equal(t, []int64{1 << 24, unit, unit / 2, 1 << 24}, clear.Rsqrt(x, 0).Ints())
	require.Equal(t, []int64{1 << 21, unit, unit / 2, 1 << 21}, clear.Rsqrt(x, 6).Ints())
	require.Equal(t, unit, clear.Exp(x).Ints()[0])
	require.Equal(t, unit/2, clear.Sigmoid(x).Ints()[0])
	require.Equal(t, int64(0), clear.Tanh(x).Ints()[0])
	far := clear.FromInts(e, []int{2}, 1000*unit, -1000*unit)
	require.Equal(t, []int64{1<<40 - 1<<22, 0}, clear.Exp(far).Ints())
	require.Equal(t, []int64{unit - 1, 0}, clear.Sigmoid(far).Ints())
	require.Equal(t, []int64{unit - 1, -unit}, clear.Tanh(far).Ints())
}
