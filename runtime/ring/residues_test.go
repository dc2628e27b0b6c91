package ring

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// fields are some with few bits, those of the greatest differences, and one whose sums
// exceed a byte.
var fields = []Field{NewField(3, 2), NewField(5, 3), NewField(67, 7), NewField(127, 7), NewField(131, 8), NewField(251, 8)}

// randomRows are elements below a bound, and rows after them that nobody may touch.
func randomRows(r *rand.Rand, rows, bound int) []byte {
	out := make([]byte, (rows+1)*Lanes)
	for i := range out {
		out[i] = byte(r.IntN(bound))
	}
	return out
}

// Every variant computes on rows what plain Go does, on any number of them, and touches
// nothing else.
func TestResidueVariants(t *testing.T) {
	for _, k := range variants() {
		for _, f := range fields {
			t.Run(fmt.Sprintf("%s/%d", k.name, f.Prime), func(t *testing.T) {
				for rows := 1; rows <= 130; rows += 1 + rows/9 {
					seed := uint64(rows)
					both := func(run func(k *kernels, r *rand.Rand) any) {
						t.Helper()
						want, got := run(plain, rand.New(rand.NewPCG(seed, 1))), run(k, rand.New(rand.NewPCG(seed, 1)))
						require.Equal(t, want, got, "%d rows", rows)
					}
					n := rows * Lanes
					both(func(k *kernels, r *rand.Rand) any {
						x, planes := randomRows(r, rows, 1<<f.Bits), random((rows+1)*f.Bits, seed)
						k.rowsToPlanes(planes, x[:n], f.Bits)
						k.planesToRows(x[:n], planes, f)
						return []any{x, planes}
					})
					both(func(k *kernels, r *rand.Rand) any {
						x, y := randomRows(r, rows, 256), randomRows(r, rows, 256)
						k.chooseRows(x[:n], x, y, r.Uint64())
						k.chooseRows(y[:n], x, y, r.Uint64())
						return [][]byte{x, y}
					})
					both(func(k *kernels, r *rand.Rand) any {
						x, y := randomRows(r, rows, f.Prime), random(rows+1, seed)
						k.bitsLess(x[:n], y, f)
						return x
					})
					both(func(k *kernels, r *rand.Rand) any {
						x, y := randomRows(r, rows, f.Prime), randomRows(r, rows, f.Prime)
						x[7], y[7], x[n-1], y[n-1] = 0, 0, 1, byte(f.Prime-1)
						return k.zeros(x[:n], y, f)
					})
					both(func(k *kernels, r *rand.Rand) any {
						dst := randomRows(r, rows, f.Prime)
						k.blind(dst[:n], &Blinding{X: randomRows(r, rows, f.Prime), Factor: randomRows(r, rows, f.Prime-1),
							Zero: randomRows(r, rows, f.Prime), Bound: random(rows, seed), One: -(seed & 1), Below: r.Uint64(), Exists: r.Uint64()}, f)
						return dst
					})
				}
			})
		}
	}
}

// All elements, on planes and back; and all sums and products that occur in blinding.
func TestResidues(t *testing.T) {
	for _, k := range variants() {
		for _, f := range fields {
			p := f.Prime
			var x, y []byte
			for v := range p {
				for u := range p {
					x, y = append(x, byte(v)), append(y, byte(u))
				}
			}
			for len(x)%Lanes != 0 {
				x, y = append(x, 0), append(y, 0)
			}
			for i := 0; i < len(x); i += Lanes {
				row, other := x[i:i+Lanes], y[i:i+Lanes]
				var sum uint64
				for lane := range row {
					if (int(row[lane])+int(other[lane]))%p == 0 {
						sum |= 1 << lane
					}
				}
				require.Equal(t, sum, k.zeros(row, other, f), "%s modulo %d", k.name, p)
				planes, back := make([]uint64, f.Bits), make([]byte, Lanes)
				k.rowsToPlanes(planes, row, f.Bits)
				k.planesToRows(back, planes, f)
				require.Equal(t, row, back)
				// Of server 0, and one bit: -x times a factor.
				got, factor := make([]byte, Lanes), make([]byte, Lanes)
				for lane, v := range other {
					factor[lane] = byte(max(0, int(v)-1))
				}
				k.blind(got, &Blinding{X: row, Factor: factor, Zero: other, Bound: []uint64{0}, Exists: ^uint64(0)}, f)
				for lane := range got {
					want := ((p-int(row[lane]))*(int(factor[lane])+1) + int(other[lane])) % p
					require.EqualValues(t, want, got[lane], "%s: %d modulo %d", k.name, row[lane], p)
				}
			}
		}
	}
}

// Of two servers' rows, the sums have one zero where x is above the bound, or below it, else
// none.
func TestBlind(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range fields[2:] {
		for _, rows := range []int{1, 3, 65} {
			for _, below := range []uint64{0, ^uint64(0)} {
				b := Blinding{Factor: randomRows(r, rows, f.Prime-1), Zero: randomRows(r, rows, f.Prime), Bound: random(rows, 3), Below: below, Exists: ^uint64(1)}
				number := random(rows, 4)
				if rows == 65 {
					copy(number[2:], b.Bound[2:]) // which differ below only
				}
				var parts [2][]byte
				for server := range parts {
					b.X, b.One = randomRows(rand.New(rand.NewPCG(5, 6)), rows, f.Prime), -uint64(server)
					if server == 1 {
						f.BitsLess(b.X[:rows*Lanes], number)
					}
					parts[server] = make([]byte, rows*Lanes)
					f.Blind(parts[server], &b)
				}
				for lane := range Lanes {
					greater, less, zeros := false, false, 0
					for row := rows - 1; row >= 0 && !greater && !less; row-- {
						x, t := number[row]>>lane&1, b.Bound[row]>>lane&1
						greater, less = x > t, x < t
					}
					for row := range rows {
						if (int(parts[0][row*Lanes+lane])+int(parts[1][row*Lanes+lane]))%f.Prime == 0 {
							zeros++
						}
					}
					want := 0
					if lane == 0 || below == 0 && greater || below != 0 && less {
						want = 1
					}
					require.Equal(t, want, zeros, "lane %d of %d rows modulo %d", lane, rows, f.Prime)
				}
			}
		}
	}
}

func TestTurn(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, rows := range []int{1, 2, 3, 34, 65, 129} {
		x, by := randomRows(r, rows, 256)[:rows*Lanes], randomRows(r, 0, rows)
		want, got := make([]byte, len(x)), make([]byte, len(x))
		for row := range rows {
			for lane := range Lanes {
				want[(row+int(by[lane]))%rows*Lanes+lane] = x[row*Lanes+lane]
			}
		}
		Turn(got, x, by)
		require.Equal(t, want, got, "%d rows", rows)
	}
}

// What is kept of random bytes is the same for all variants, stops where there is no room,
// and has each number as often.
func TestBelow(t *testing.T) {
	random := make([]byte, 256)
	for i, v := range rand.New(rand.NewPCG(9, 10)).Perm(256) {
		random[i] = byte(v)
	}
	for _, k := range variants() {
		for bound := 1; bound <= 256; bound++ {
			b, got := NewBound(bound), make([]byte, 512)
			n := k.below(got, random, len(random), b)
			require.Equal(t, b.Fits(), n, "%s: below %d", k.name, bound)
			at := 0
			counts := make([]int, bound)
			for _, v := range random {
				if int(v) < b.Fits() {
					require.EqualValues(t, int(v)%bound, got[at], "%s: below %d", k.name, bound)
					counts[got[at]]++
					at++
				}
			}
			for _, c := range counts {
				require.Equal(t, b.Fits()/bound, c)
			}
			room := k.below(make([]byte, 512), random, 10, b)
			require.Equal(t, bits.OnesCount64(fitting(random[:Lanes], b)), room)
		}
	}
	require.Zero(t, NewBound(5).Below(make([]byte, 2*Lanes), random))
}

func fitting(row []byte, b Bound) (mask uint64) {
	for i, v := range row {
		if int(v) < b.Fits() {
			mask |= 1 << i
		}
	}
	return mask
}

// BenchmarkResidues is of 64 comparisons of numbers of 65 bits.
func BenchmarkResidues(b *testing.B) {
	const rows = 65
	r, f := rand.New(rand.NewPCG(1, 2)), NewField(67, 7)
	x, y, z := randomRows(r, rows, 67), randomRows(r, rows, 66), randomRows(r, rows, 67)
	planes, dst, random := random(rows*7, 1), make([]byte, rows*Lanes), randomRows(r, 82, 256)
	blinding := &Blinding{X: x, Factor: y, Zero: z, Bound: planes, Below: 5, Exists: 7}
	for _, k := range variants() {
		for _, c := range []struct {
			name string
			run  func()
		}{
			{"planes", func() { k.rowsToPlanes(planes, dst, 7) }},
			{"rows", func() { k.planesToRows(dst, planes, f) }},
			{"choose", func() { k.chooseRows(dst, dst, y, 5) }},
			{"bitsLess", func() { k.bitsLess(x, planes, f) }},
			{"zeros", func() { k.zeros(dst, z, f) }},
			{"blind", func() { k.blind(dst, blinding, f) }},
			{"below", func() { k.below(dst, random[:81*Lanes], len(dst)-128, NewBound(67)) }},
		} {
			b.Run(c.name+"/"+k.name, func(b *testing.B) {
				for range b.N {
					c.run()
				}
			})
		}
	}
}
