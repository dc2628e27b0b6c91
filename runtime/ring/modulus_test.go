package ring

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
)

// element is an element of a vector, without sign.
func (r Modulus) element(x []uint64, i int) *big.Int {
	v := new(big.Int)
	for plane := r.Planes() - 1; plane >= 0; plane-- {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(x[plane*len(x)/r.Planes()+i]))
	}
	return v
}

// signed is it in two's complement.
func (r Modulus) signed(v *big.Int) *big.Int {
	if v.Bit(int(r)-1) == 1 {
		return new(big.Int).Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(r)))
	}
	return v
}

func (c Number) big() *big.Int { return Z128.element([]uint64{c.Low, c.High}, 0) }

// vector draws elements, some of them with all bits set or clear.
func (r Modulus) vector(n int, seed uint64) []uint64 {
	x := random(r.Planes()*n, seed)
	for i := range x {
		switch i % 7 {
		case 3:
			x[i] = ^uint64(0)
		case 5:
			x[i] = 0
		}
	}
	return x
}

// Every function agrees with big integers, whether dst is an operand or not,
// below and above the length that goes over the cores.
func TestModulus(t *testing.T) {
	c := Number{0x9e3779b97f4a7c15, 0xd1b54a32d192ed03}
	type numbers = []*big.Int
	big2 := func(f func(z, x, y *big.Int) *big.Int) func(numbers) *big.Int {
		return func(v numbers) *big.Int { return f(new(big.Int), v[0], v[1]) }
	}
	for _, r := range []Modulus{Z64, Z128} {
		bit := func(v *big.Int) int64 { return int64(v.Bit(0)) }
		shift := uint(int(r) - 5)
		loops := map[string]struct {
			run  func(dst []uint64, x [][]uint64)
			want func(v numbers) *big.Int
		}{
			"Add": {func(dst []uint64, x [][]uint64) { r.Add(dst, x[0], x[1]) }, big2((*big.Int).Add)},
			"Sub": {func(dst []uint64, x [][]uint64) { r.Sub(dst, x[0], x[1]) }, big2((*big.Int).Sub)},
			"Mul": {func(dst []uint64, x [][]uint64) { r.Mul(dst, x[0], x[1]) }, big2((*big.Int).Mul)},
			"Cross": {func(dst []uint64, x [][]uint64) {
				clear(dst)
				r.Cross(dst, x[0], x[1], x[2], x[3])
			}, func(v numbers) *big.Int {
				z := new(big.Int).Mul(v[0], new(big.Int).Add(v[2], v[3]))
				return z.Add(z, new(big.Int).Mul(v[1], v[2]))
			}},
			"Combine": {func(dst []uint64, x [][]uint64) {
				sum := make([]uint64, len(dst)) // which is none of the operands
				r.Combine(sum, []Number{c, Integer(-3), Natural(1)}, x[1:4])
				copy(dst, sum)
			}, func(v numbers) *big.Int {
				z := new(big.Int).Mul(v[1], c.big())
				return z.Sub(z, new(big.Int).Mul(v[2], big.NewInt(3))).Add(z, v[3])
			}},
			"MulAdd": {func(dst []uint64, x [][]uint64) {
				copy(dst, x[2])
				r.MulAdd(dst, x[0], x[1])
			}, func(v numbers) *big.Int { return new(big.Int).Add(v[2], new(big.Int).Mul(v[0], v[1])) }},
			"NegateIf": {func(dst []uint64, x [][]uint64) {
				y := make([]uint64, len(dst)/r.Planes())
				for i := range y {
					y[i] = x[1][i] & 1
				}
				r.NegateIf(dst, x[0], y)
			}, func(v numbers) *big.Int { return new(big.Int).Mul(v[0], big.NewInt(1-2*bit(v[1]))) }},
			"Scale":    {func(dst []uint64, x [][]uint64) { r.Scale(dst, x[0], c) }, func(v numbers) *big.Int { return new(big.Int).Mul(v[0], c.big()) }},
			"AddConst": {func(dst []uint64, x [][]uint64) { r.AddConst(dst, x[0], c) }, func(v numbers) *big.Int { return new(big.Int).Add(v[0], c.big()) }},
			"AddShift": {func(dst []uint64, x [][]uint64) { r.AddShift(dst, x[0], c, int(shift)) }, func(v numbers) *big.Int {
				z := new(big.Int).Add(v[0], c.big())
				return z.Rsh(z.Mod(z, new(big.Int).Lsh(big.NewInt(1), uint(r))), shift)
			}},
			"ShiftRightSigned": {func(dst []uint64, x [][]uint64) { r.ShiftRightSigned(dst, x[0], 17) }, func(v numbers) *big.Int {
				return new(big.Int).Rsh(r.signed(v[0]), 17)
			}},
			"SubShifted": {func(dst []uint64, x [][]uint64) { r.SubShifted(dst, x[0], x[1], int(shift)) }, func(v numbers) *big.Int {
				return new(big.Int).Sub(v[0], new(big.Int).Lsh(v[1], shift))
			}},
		}
		for name, loop := range loops {
			for _, n := range []int{0, 1, 9, 2*grain + 100} {
				x := make([][]uint64, 4)
				for k := range x {
					x[k] = r.vector(n, uint64(k))
				}
				dst := make([]uint64, r.Planes()*n)
				loop.run(dst, x)
				for i := 0; i < n; i += 1 + n/500 {
					v := make(numbers, len(x))
					for k := range x {
						v[k] = r.element(x[k], i)
					}
					want := loop.want(v)
					want.Mod(want, new(big.Int).Lsh(big.NewInt(1), uint(r)))
					require.Equal(t, want.String(), r.element(dst, i).String(), "%s modulo 2^%d, element %d of %d", name, r, i, n)
				}
				if name != "Cross" && name != "MulAdd" {
					loop.run(x[0], x)
					require.Equal(t, dst, x[0], "%s modulo 2^%d in place", name, r)
				}
			}
		}
	}
}

func TestModulusReductions(t *testing.T) {
	for _, r := range []Modulus{Z64, Z128} {
		mod := new(big.Int).Lsh(big.NewInt(1), uint(r))
		for _, s := range [][3]int{{1, 1, 1}, {3, 5, 7}, {17, 130, 9}, {2, 0, 3}, {1, 300, 1}, {70, 40, 90}} {
			n, k, m := s[0], s[1], s[2]
			x, y, z := r.vector(n*k, 1), r.vector(k*m, 2), r.vector(n*m, 3)
			got := append([]uint64{}, z...)
			r.MatMul(got, x, y, n, k, m)
			for i := range n {
				for j := range m {
					want := r.element(z, i*m+j)
					for l := range k {
						want.Add(want, new(big.Int).Mul(r.element(x, i*k+l), r.element(y, l*m+j)))
					}
					require.Equal(t, want.Mod(want, mod).String(), r.element(got, i*m+j).String(), "product of %v modulo 2^%d", s, r)
				}
			}
			x = r.vector(n*k*m, 4)
			sums, running := r.Sum(x, n, k, m), r.CumSum(x, m)
			for o := range n {
				for i := range m {
					want := new(big.Int)
					for l := range k {
						want.Add(want, r.element(x, (o*k+l)*m+i))
					}
					require.Equal(t, want.Mod(want, mod).String(), r.element(sums, o*m+i).String(), "sum of %v modulo 2^%d", s, r)
				}
			}
			for row := range n * k {
				want := new(big.Int)
				for i := row * m; i < (row+1)*m; i++ {
					want.Add(want, r.element(x, i))
					require.Equal(t, want.Mod(want, mod).String(), r.element(running, i).String(), "running sums of %v modulo 2^%d", s, r)
				}
			}
		}
	}
}

func TestNumber(t *testing.T) {
	mod := new(big.Int).Lsh(big.NewInt(1), 128)
	for _, c := range []Number{{}, {1, 0}, {^uint64(0), ^uint64(0)}, {0x9e3779b97f4a7c15, 0xd1b54a32d192ed03}, {5, 1 << 63}} {
		for k := range 128 {
			b, signed := c.big(), Z128.signed(c.big())
			shifted := new(big.Int).Lsh(b, uint(k))
			require.Equal(t, shifted.Mod(shifted, mod).String(), c.Shift(k).big().String())
			require.Equal(t, new(big.Int).Rsh(b, uint(k)).String(), c.RightShift(k).big().String())
			require.Equal(t, new(big.Int).Rsh(signed, uint(k)).String(), Z128.signed(c.SignedShift(k).big()).String())
		}
		for _, n := range []uint64{1, 3, 1 << 40, ^uint64(0)} {
			require.Equal(t, new(big.Int).Quo(c.big(), new(big.Int).SetUint64(n)).String(), c.Div(n).big().String())
		}
	}
	require.Equal(t, Number{^uint64(6), ^uint64(0)}, Integer(-7))
	require.Equal(t, Number{0, 1 << 36}, Power(100))
}

func TestPlanes(t *testing.T) {
	for _, n := range []int{0, 1, 70} {
		x := random(n, 6)
		for i, v := range x {
			wide := Z128.Extend(x, true)
			require.Equal(t, Integer(int64(v)), at(wide, i, n))
			require.Equal(t, Natural(v), at(Z128.Extend(x, false), i, n))
			require.Equal(t, x, Z128.Low(wide))
		}
		wide := random(2*n, 7)
		for _, k := range []int{1, 64, 65, 128} {
			slices := Z128.SlicesOf(wide, k)
			require.Len(t, slices, k*Words(n))
			for j := range k {
				plane := wide[j/64*n:][:n]
				require.Equal(t, BitsAt(plane, j%64), slices[j*Words(n):(j+1)*Words(n)])
			}
		}
	}
}
