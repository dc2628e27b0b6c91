package ring

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// sizes are around words, and around where vectors are split over the cores.
var sizes = []int{0, 1, 2, 63, 64, 65, 200, 2*grain - 1, 2 * grain, 3*grain + 17}

func random(n int, seed uint64) []uint64 {
	r := rand.New(rand.NewPCG(seed, 1))
	x := make([]uint64, n)
	for i := range x {
		x[i] = r.Uint64()
	}
	return x
}

func TestSplit(t *testing.T) {
	for _, n := range append(sizes, 1<<20) {
		hits := make([]byte, n)
		Split(n, func(lo, hi int) {
			if lo%64 != 0 {
				t.Errorf("a part of %d begins at %d", n, lo)
			}
			for i := lo; i < hi; i++ {
				hits[i]++
			}
		})
		require.Equal(t, bytes.Repeat([]byte{1}, n), hits)
	}
}

func TestElementwise(t *testing.T) {
	const c, m = 0x9e3779b97f4a7c15, 13
	modulus := new(big.Int).Lsh(big.NewInt(1), 64)
	word := func(v *big.Int) uint64 { return v.Mod(v, modulus).Uint64() }
	b := func(v uint64) *big.Int { return new(big.Int).SetUint64(v) }
	for _, op := range []struct {
		name string
		f    func(dst, x, y []uint64)
		want func(x, y uint64) uint64
	}{
		{"Add", Add, func(x, y uint64) uint64 { return word(b(0).Add(b(x), b(y))) }},
		{"Sub", Sub, func(x, y uint64) uint64 { return word(b(0).Sub(b(x), b(y))) }},
		{"Mul", Mul, func(x, y uint64) uint64 { return word(b(0).Mul(b(x), b(y))) }},
		{"Xor", Xor, func(x, y uint64) uint64 { return b(0).Xor(b(x), b(y)).Uint64() }},
		{"And", And, func(x, y uint64) uint64 { return b(0).And(b(x), b(y)).Uint64() }},
		{"MulAdd", func(dst, x, y []uint64) { copy(dst, y); MulAdd(dst, x, y) },
			func(x, y uint64) uint64 { return word(b(0).Mul(b(y), b(0).Add(b(x), b(1)))) }},
		{"Scale", func(dst, x, _ []uint64) { Scale(dst, x, c) }, func(x, _ uint64) uint64 { return word(b(0).Mul(b(x), b(c))) }},
		{"AddConst", func(dst, x, _ []uint64) { AddConst(dst, x, c) }, func(x, _ uint64) uint64 { return word(b(0).Add(b(x), b(c))) }},
		{"ShiftRightSigned", func(dst, x, _ []uint64) { ShiftRightSigned(dst, x, m) },
			func(x, _ uint64) uint64 { return word(b(0).Rsh(big.NewInt(int64(x)), m)) }},
		{"SubShifted", func(dst, x, y []uint64) { SubShifted(dst, x, y, m) },
			func(x, y uint64) uint64 { return word(b(0).Sub(b(x), b(0).Lsh(b(y), m))) }},
	} {
		t.Run(op.name, func(t *testing.T) {
			for _, n := range sizes {
				x, y, dst := random(n, 1), random(n, 2), make([]uint64, n)
				op.f(dst, x, y)
				require.Equal(t, random(n, 1), x, "an operand changed")
				for i := 0; i < n; i += 1 + n/1000 {
					require.Equal(t, op.want(x[i], y[i]), dst[i], "element %d of %d", i, n)
				}
			}
		})
	}
}

func TestMatMul(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {3, 0, 2}, {0, 4, 2}, {2, 4, 0}, {5, 7, 1}, {1, 9, 5}, {3, 130, 6}, {70, 65, 67}, {300, 3, 40}, {2, 39, 3190}} {
		n, k, m := s[0], s[1], s[2]
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			x, y, dst, want := random(n*k, 1), random(k*m, 2), random(n*m, 3), random(n*m, 3)
			MatMul(dst, x, y, n, k, m)
			for i := range n {
				for j := range m {
					for l := range k {
						want[i*m+j] += x[i*k+l] * y[l*m+j]
					}
				}
			}
			require.Equal(t, want, dst)
		})
	}
}

func TestBits(t *testing.T) {
	for _, n := range sizes {
		x := random(n, 4)
		for _, k := range []int{0, 17, 63} {
			bits := BitsAt(x, k)
			require.Len(t, bits, Words(n))
			elements, want := Elements(bits, n), make([]uint64, n)
			for i := range x {
				want[i] = x[i] >> k & 1
			}
			require.Equal(t, want, elements)
			require.Equal(t, bits, Bits(elements))
		}
		slices := Slices(x, 64)
		for k := range 64 {
			require.Equal(t, BitsAt(x, k), slices[k*Words(n):(k+1)*Words(n)], "slice %d of %d elements", k, n)
		}
	}
}

func TestPack(t *testing.T) {
	for m := 1; m <= 64; m++ {
		for _, n := range []int{0, 1, 3, 64, 65, 2*grain + 5} {
			x := random(n, uint64(m))
			b := Pack(x, m)
			require.Len(t, b, (n*m+7)/8)
			for i := range x {
				x[i] = x[i] << (64 - m) >> (64 - m)
			}
			require.Equal(t, x, Unpack(b, n, m), "%d elements of %d bits", n, m)
		}
	}
	// Bit i of element j stands at bit j m + i of the bytes.
	require.Equal(t, []byte{0b10_001_101, 0b1}, Pack([]uint64{0b101, 0b001, 0b110}, 3))
}

func TestPackBits(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 63, 64, 65, 128, 200} {
		for _, k := range []int{0, 1, 2, 17} {
			x := random(k*Words(n), uint64(n))
			want := make([]byte, PackedSize(k, n))
			for j := range k {
				ClearTail(x[j*Words(n):(j+1)*Words(n)], n)
				for i := range n {
					at := j*n + i
					want[at/8] |= byte(x[j*Words(n)+i/64] >> (i % 64) & 1 << (at % 8))
				}
			}
			require.Equal(t, want, append([]byte{}, PackBits(x, n)...), "%d vectors of %d bits", k, n)
			require.Equal(t, x, append([]uint64{}, UnpackBits(want, k, n)...))
		}
	}
}

func TestBytes(t *testing.T) {
	x := random(9, 5)
	want := make([]byte, 72)
	for i, v := range x {
		binary.LittleEndian.PutUint64(want[8*i:], v)
	}
	require.Equal(t, want, Bytes(x))
	require.Equal(t, x, FromBytes(want))
	shifted := append([]byte{0}, want...)
	require.Equal(t, x, FromBytes(shifted[1:]), "bytes at an odd address")
	require.Empty(t, Bytes(nil))
	require.Empty(t, FromBytes(nil))
	y := make([]uint64, 9)
	FillBytes(y, func(b []byte) { copy(b, want) })
	require.Equal(t, x, y)
}
