package clear

// Order, selection and shuffles, against what their definitions say: on random
// vectors with few distinct values, and by hand at the ends.

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// few draws a tensor in which values stand several times, often the ends of the
// type.
func few(r *rapid.T, t Type, name string, shape ...int) Tensor {
	low, high := t.Bounds()
	x := Zero(t, shape...)
	for i := range x.Data {
		x.Data[i] = rapid.SampledFrom([]uint64{low, high, 0, 1, t.wrap(^uint64(0))}).Draw(r, name)
	}
	return x
}

// greater compares exactly, then by position.
func greater(t Type, data []uint64, i, j int) int {
	return cmp.Or(t.integer(data[i]).Cmp(t.integer(data[j])), cmp.Compare(i, j))
}

func TestSortRankPermute(t *testing.T) {
	for _, e := range append([]Type{Bool}, numbers...) {
		t.Run(e.String(), func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				n := rapid.IntRange(1, 9).Draw(r, "n")
				x := few(r, e, "x", 2, n)
				rank, sorted := Rank(x), Sort(x)
				for row := range 2 {
					data, place := x.Data[row*n:(row+1)*n], rank.Data[row*n:(row+1)*n]
					for i := range data {
						before := 0
						for j := range data {
							if greater(e, data, i, j) > 0 {
								before++
							}
						}
						assert.Equal(r, uint64(before), place[i])
						assert.Equal(r, data[i], sorted.Data[row*n+before])
					}
				}
				first := Tensor{e, []int{n}, x.Data[:n]}
				moved := Permute(Rank(first), first)
				assert.Equal(r, sorted.Data[:n], moved.Data)
				descending := slices.Clone(moved.Data)
				slices.Reverse(descending)
				k := rapid.IntRange(0, n).Draw(r, "k")
				assert.Equal(r, descending[:k], TopK(first, k).Data)
				half := rapid.IntRange(0, n).Draw(r, "half")
				left, right := Sort(Tensor{e, []int{half}, first.Data[:half]}), Sort(Tensor{e, []int{n - half}, first.Data[half:]})
				assert.Equal(r, moved.Data, Merge(left, right).Data)
				assert.Equal(r, len(Unique(first).Data) == n, Distinct(first).Bool())
			})
		})
	}
}

// A second key decides among equal first ones, and position among equal both.
func TestRankOfKeys(t *testing.T) {
	major := Bools([]int{6}, true, false, true, false, true, false)
	minor := FromInts(Int8, []int{6}, 3, -1, -128, -1, 3, -2)
	assert.Equal(t, []uint64{4, 1, 3, 2, 5, 0}, Rank(major, minor).Data)
}

func TestArgExtremes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := rapid.SampledFrom(numbers).Draw(r, "e")
		x := few(r, e, "x", 2, 4, 3)
		least, greatest := ArgMin(x, 1), ArgMax(x, 1)
		assert.Equal(r, []int{2, 3}, least.Shape)
		for o := range 2 {
			for i := range 3 {
				at := func(k int) uint64 { return x.Data[(o*4+k)*3+i] }
				low, high := 0, 0
				for k := range 4 {
					if e.integer(at(k)).Cmp(e.integer(at(low))) < 0 {
						low = k
					}
					if e.integer(at(k)).Cmp(e.integer(at(high))) > 0 {
						high = k
					}
				}
				assert.Equal(r, [2]uint64{uint64(low), uint64(high)}, [2]uint64{least.Data[o*3+i], greatest.Data[o*3+i]})
			}
		}
	})
	assert.Equal(t, []uint64{0}, ArgMax(Zero(Int32, 0), -1).Data, "of nothing")
}

func TestLookupAndStore(t *testing.T) {
	x := FromInts(Int32, []int{3, 2}, 1, 2, 3, 4, 5, 6)
	read := Lookup(x, FromInts(Int8, []int{2, 2}, 2, -1, 3, 0))
	assert.Equal(t, []int{2, 2, 2}, read.Shape)
	assert.Equal(t, FromInts(Int32, []int{2, 2, 2}, 5, 6, 0, 0, 0, 0, 1, 2), read)
	for at, want := range map[int64][]int64{1: {1, 2, 8, 9, 5, 6}, 3: {1, 2, 3, 4, 5, 6}, -1: {1, 2, 3, 4, 5, 6}} {
		got := Store(x, Int(Int64, at), FromInts(Int32, []int{2}, 8, 9))
		assert.Equal(t, FromInts(Int32, []int{3, 2}, want...), got, "at %d", at)
	}
	assert.Equal(t, FromInts(Int32, []int{3, 2}, 1, 2, 3, 4, 5, 6), x, "the operand stays")
}

// Each of the six orders of three rows comes up about as often: bounds of six
// standard errors.
func TestShuffle(t *testing.T) {
	x := FromInts(Int8, []int{3, 2}, 1, 10, 2, 20, 3, 30)
	const times = 6000
	seen := make(map[string]int)
	for range times {
		seen[fmt.Sprint(Shuffle(x).Data)]++
	}
	assert.Len(t, seen, 6)
	for order, n := range seen {
		assert.InDelta(t, times/6, n, 6*29, order)
	}
	assert.Empty(t, Shuffle(Zero(Bool, 0, 2)).Data)
	assert.Equal(t, Int8.wrap(3), Shuffle(Tensor{Int8, []int{1}, []uint64{3}}).Data[0])
}
