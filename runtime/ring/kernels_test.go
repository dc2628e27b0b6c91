package ring

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// loops are all loops of a variant over vectors, each of at most four operands.
var loops = []struct {
	name string
	run  func(k *kernels, dst []uint64, x [4][]uint64)
}{
	{"add", func(k *kernels, dst []uint64, x [4][]uint64) { k.add(dst, x[0], x[1]) }},
	{"sub", func(k *kernels, dst []uint64, x [4][]uint64) { k.sub(dst, x[0], x[1]) }},
	{"mul", func(k *kernels, dst []uint64, x [4][]uint64) { k.mul(dst, x[0], x[1]) }},
	{"mulAdd", func(k *kernels, dst []uint64, x [4][]uint64) { k.mulAdd(dst, x[0], x[1]) }},
	{"xor", func(k *kernels, dst []uint64, x [4][]uint64) { k.xor(dst, x[0], x[1]) }},
	{"and", func(k *kernels, dst []uint64, x [4][]uint64) { k.and(dst, x[0], x[1]) }},
	{"negateIf", func(k *kernels, dst []uint64, x [4][]uint64) {
		bit := make([]uint64, len(dst))
		plain.addShift(bit, x[1], 0, 63)
		k.negateIf(dst, x[0], bit)
	}},
	{"cross", func(k *kernels, dst []uint64, x [4][]uint64) { k.cross(dst, x[0], x[1], x[2], x[3]) }},
	{"crossBits", func(k *kernels, dst []uint64, x [4][]uint64) { k.crossBits(dst, x[0], x[1], x[2], x[3]) }},
	{"scale", func(k *kernels, dst []uint64, x [4][]uint64) { k.scale(dst, x[0], 0x9e3779b97f4a7c15) }},
	{"scaleAdd", func(k *kernels, dst []uint64, x [4][]uint64) { k.scaleAdd(dst, x[0], 0x9e3779b97f4a7c15) }},
	{"addConst", func(k *kernels, dst []uint64, x [4][]uint64) { k.addConst(dst, x[0], 0x9e3779b97f4a7c15) }},
	{"addShift", func(k *kernels, dst []uint64, x [4][]uint64) { k.addShift(dst, x[0], 1<<62, uint64(len(dst)%64)) }},
	{"shiftSigned", func(k *kernels, dst []uint64, x [4][]uint64) { k.shiftSigned(dst, x[0], uint64(len(dst)%64)) }},
	{"subShifted", func(k *kernels, dst []uint64, x [4][]uint64) { k.subShifted(dst, x[0], x[1], uint64(len(dst)%64)) }},
	{"expand", func(k *kernels, dst []uint64, x [4][]uint64) { k.expand(dst, slices.Clone(x[0])) }},
	{"bitsAt", func(k *kernels, dst []uint64, x [4][]uint64) {
		k.bitsAt(dst[:Words(len(dst))], slices.Clone(x[0]), uint64(len(dst)%64))
	}},
	{"dot", func(k *kernels, dst []uint64, x [4][]uint64) {
		if len(dst) > 0 {
			dst[0] = k.dot(x[0], x[1])
		}
	}},
}

// Every variant computes what plain Go does, on every length around the
// blocks, whether dst is an operand or not, and touches nothing else.
func TestVariants(t *testing.T) {
	for _, k := range variants() {
		for _, loop := range loops {
			t.Run(k.name+"/"+loop.name, func(t *testing.T) {
				for n := range 4*32 + 2 {
					for place := -1; place < 4; place++ {
						want, x := operands(n, place)
						loop.run(plain, want, x)
						got, y := operands(n, place)
						loop.run(k, got, y)
						equal(t, want, got, "%d elements, dst is operand %d", n, place)
						for i := range x {
							equal(t, x[i], y[i], "%d elements, dst is operand %d: operand %d", n, place, i)
						}
					}
				}
			})
		}
	}
}

// equal compares vectors with what follows them.
func equal(t *testing.T, want, got []uint64, format string, args ...any) {
	n := len(want)
	if !slices.Equal(append(want, guard), got[:n+1]) {
		require.Equalf(t, append(want, guard), got[:n+1], format, args...)
	}
}

const guard = 0x0123456789abcdef

// operands returns four vectors, and a fifth as dst unless it is one of them.
// After each stands an element that nobody may touch.
func operands(n, place int) (dst []uint64, x [4][]uint64) {
	for i := range x {
		x[i] = guarded(n, uint64(i))
	}
	if place < 0 {
		return guarded(n, 4), x
	}
	return x[place], x
}

func guarded(n int, seed uint64) []uint64 { return append(random(n, seed), guard)[:n] }

func TestTransposeVariants(t *testing.T) {
	for _, k := range variants() {
		for seed := range uint64(20) {
			x, got := [64]uint64(random(64, seed)), [64]uint64{}
			k.transpose(&got, &x)
			for i := range 64 {
				for j := range 64 {
					require.Equal(t, x[i]>>j&1, got[j]>>i&1, "%s: bit %d of word %d", k.name, j, i)
				}
			}
		}
	}
}

func TestPackVariants(t *testing.T) {
	for _, k := range variants() {
		t.Run(k.name, func(t *testing.T) {
			for m := 1; m < 64; m++ {
				for _, n := range []int{0, 1, 7, 63, 64, 65, 128, 191, 1024} {
					x, words := random(n, uint64(m)), Words(n*m)
					want, got := guarded(words, 1), guarded(words, 1)
					plain.pack(want, x, m)
					k.pack(got, x, m)
					equal(t, want, got, "pack %d elements of %d bits", n, m)
					for i := range x {
						x[i] &= 1<<m - 1
					}
					back := guarded(n, 2)
					k.unpack(back, got, m)
					equal(t, x, back, "unpack %d elements of %d bits", n, m)
				}
			}
		})
	}
}

func TestCarriesVariants(t *testing.T) {
	for _, k := range variants() {
		t.Run(k.name, func(t *testing.T) {
			for b := 1; b <= CarryBits; b++ {
				for _, n := range []int{0, 1, 7, 8, 9, 63, CarryWords - 1, CarryWords} {
					s := Sums{random((1<<b-1)*(n+3), 1), n + 3, random(b*(n+5), 2), n + 5, ^uint64(0), b}
					var want, got Carries
					plain.carries(&want, s, n)
					k.carries(&got, s, n)
					require.True(t, want == got, "%d words of %d bits", n, b)
				}
			}
		})
	}
}

// The carries are those of sums, where the parts are the monomials.
func TestCarries(t *testing.T) {
	for b := 1; b <= CarryBits; b++ {
		for e := range 1 << b {
			for f := range 1 << b {
				s := Sums{make([]uint64, 1<<b-1), 1, make([]uint64, b), 1, 1, b}
				for set := 1; set < 1<<b; set++ {
					if set&e == set {
						s.In[set-1] = 1
					}
				}
				for i := range b {
					s.F[i] = uint64(f >> i & 1)
				}
				var out Carries
				s.Carries(&out, 1)
				for i := range b {
					low := 2<<i - 1
					require.EqualValues(t, (e&low+f&low)>>(i+1), out[i][0], "carry out of bit %d of %b + %b", i, e, f)
					require.Equal(t, (e^f)&low == low, out[b+i][0] == 1, "bits to %d of %b + %b", i, e, f)
				}
			}
		}
	}
}

func TestMatMulVariants(t *testing.T) {
	for _, k := range variants() {
		t.Run(k.name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33} {
				for _, inner := range []int{1, 2, 5, depth - 1, depth, depth + 1} {
					for _, m := range []int{1, 2, 4, 5, 15, 16, 17, 33} {
						testMatMul(t, k, n, inner, m, 0, m)
					}
				}
			}
			testMatMul(t, k, 9, depth+2, width+5, 0, width+5)
			testMatMul(t, k, 9, 3, 40, 8, 40)
			testMatMul(t, k, 2, 3, 40, 8, 24)
		})
	}
}

// testMatMul compares the columns from from to to of a product, and that no
// others change.
func testMatMul(t *testing.T, k *kernels, n, inner, m, from, to int) {
	x, y, want, got := random(n*inner, 1), random(inner*m, 2), random(n*m, 3), guarded(n*m, 3)
	for i := range n {
		for j := from; j < to; j++ {
			for l := range inner {
				want[i*m+j] += x[i*inner+l] * y[l*m+j]
			}
		}
	}
	k.matMul(product{got, x, y, n, inner, m, from, to, false})
	equal(t, want, got, "%d×%d by %d×%d, columns %d to %d", n, inner, inner, m, from, to)
	got = guarded(n*m, 3)
	k.matMul(product{got, x, Z64.transposed(y, inner, m), n, inner, m, from, to, true})
	equal(t, want, got, "%d×%d by %d×%d by its columns, %d to %d", n, inner, inner, m, from, to)
}

// What runs on one core does not allocate.
func TestAllocations(t *testing.T) {
	const n = 64
	x, y, dst := random(n*n, 1), random(n*n, 2), make([]uint64, n*n)
	for name, f := range map[string]func(){
		"Add":              func() { Add(dst, x, y) },
		"Cross":            func() { Cross(dst, x, y, x, y) },
		"CrossBits":        func() { CrossBits(dst, x, y, x, y) },
		"Scale":            func() { Scale(dst, x, 3) },
		"AddShift":         func() { AddShift(dst, x, 3, 4) },
		"SubShifted":       func() { SubShifted(dst, x, y, 4) },
		"ShiftRightSigned": func() { ShiftRightSigned(dst, x, 4) },
		"MatMul":           func() { MatMul(dst, x, y, n, n, n) },
	} {
		assert.Zero(t, testing.AllocsPerRun(10, f), name)
	}
}

// BenchmarkLoops runs on vectors that stay in the first cache, and on long ones
// beside a copy of them: what memory allows.
func BenchmarkLoops(b *testing.B) {
	for _, n := range []int{1 << 10, 1 << 20} {
		_, x := operands(n, -1)
		dst := make([]uint64, n)
		b.Run(fmt.Sprintf("copy/%d", n), func(b *testing.B) {
			b.SetBytes(int64(8 * n))
			for range b.N {
				copy(dst, x[0])
			}
		})
		for _, loop := range loops {
			for _, k := range variants() {
				b.Run(fmt.Sprintf("%s/%d/%s", loop.name, n, k.name), func(b *testing.B) {
					b.SetBytes(int64(8 * n))
					for range b.N {
						loop.run(k, dst, x)
					}
				})
			}
		}
	}
}

// BenchmarkBits is of 1024 elements of 16 bits, of a block of 64×64 bits, and
// of 64 CarryWords sums of four bits.
func BenchmarkBits(b *testing.B) {
	x, packed := random(1024, 1), random(256, 2)
	block := (*[64]uint64)(random(64, 3))
	sums := Sums{random(15*CarryWords, 4), CarryWords, random(4*CarryWords, 5), CarryWords, 0, 4}
	out := new(Carries)
	for _, k := range variants() {
		for _, f := range []struct {
			name string
			run  func()
		}{
			{"pack", func() { k.pack(packed, x, 16) }},
			{"unpack", func() { k.unpack(x, packed, 16) }},
			{"transpose", func() { k.transpose(block, block) }},
			{"carries", func() { k.carries(out, sums, CarryWords) }},
		} {
			b.Run(f.name+"/"+k.name, func(b *testing.B) {
				for range b.N {
					f.run()
				}
			})
		}
	}
}

func BenchmarkMatMul(b *testing.B) {
	for _, k := range variants() {
		for _, s := range [][3]int{{512, 512, 512}, {128, 784, 128}, {128, 128, 10}, {1, 512, 512}} {
			n, inner, m := s[0], s[1], s[2]
			b.Run(fmt.Sprintf("%s/%d×%d×%d", k.name, n, inner, m), func(b *testing.B) {
				x, y, dst := random(n*inner, 1), random(inner*m, 2), make([]uint64, n*m)
				for range b.N {
					k.matMul(newProduct(dst, x, y, n, inner, m))
				}
				b.ReportMetric(float64(n*inner*m)*float64(b.N)/b.Elapsed().Seconds()/1e9, "10⁹multiply-adds/s")
			})
		}
	}
}
