package mpc

// What the operations compute is tested with each protocol (package
// conformance); here is what stands around them.

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

func TestValue(t *testing.T) {
	for _, x := range []clear.Tensor{
		clear.FromInts(clear.Int8, []int{2, 2}, 127, -128, 0, -1),
		clear.FromInts(clear.Uint64, nil, -1),
		clear.FromInts(clear.Fixed(3, 4), []int{2}, 127, -128),
		clear.Bools([]int{3}, true, false, true),
		clear.Zero(clear.Bool, 0),
	} {
		for _, r := range []ring.Modulus{ring.Z64, ring.Z128} {
			require.Equal(t, x, Value(x.Elem, x.Shape, Vector(r, x)))
		}
	}
	wide := []uint64{0x1ff, 0x180, 0x17f}
	require.Equal(t, []int64{-1, -128, 127}, Value(clear.Int8, []int{3}, wide).Ints())
	require.Equal(t, []int64{255, 128, 127}, Value(clear.Uint8, []int{3}, wide).Ints())
	require.Equal(t, []int64{-1, -128, 127}, Value(clear.Fixed(3, 4), []int{3}, wide).Ints())
}

// recorder notes the purposes that it is asked for.
type recorder struct {
	Net
	purposes map[prg.Purpose]bool
}

func (r recorder) Stream(_ prg.Set, p prg.Purpose) *prg.Stream {
	if r.purposes[p] {
		panic("a purpose comes twice")
	}
	r.purposes[p] = true
	return nil
}

// The kernel calls of an operation have streams of their own, apart from those
// of a call outside any; an operation of too many calls ends the run.
func TestPurposes(t *testing.T) {
	r := recorder{purposes: map[prg.Purpose]bool{}}
	ask := func(net Net) {
		for p := range MaxPurpose {
			net.Stream("", p)
		}
	}
	ask(r)
	err := func() (err error) {
		defer abort.Catch(&err)
		o := New(nil).begin(r)
		for range 3 {
			ask(o.next())
		}
		o.calls = prg.Purposes/MaxPurpose - 2
		for {
			ask(o.next())
		}
	}()
	require.ErrorContains(t, err, "too many calls")
	require.Len(t, r.purposes, 5*int(MaxPurpose))
	require.Contains(t, r.purposes, prg.Purposes-1)
	require.NotContains(t, r.purposes, prg.Purposes)
}

// A shape whose elements no int counts, or no machine holds, ends the run and
// is not taken for a small one.
func TestCount(t *testing.T) {
	require.Equal(t, 1, Count(nil))
	require.Equal(t, 42, Count([]int{6, 7}))
	require.Equal(t, 0, Count([]int{1 << 31, 1 << 31, 4, 0}))
	require.EqualValues(t, uint64(maxElements), Count([]int{1 << 30, 4}))
	for _, shape := range [][]int{{1 << 30, 4, 2}, {1 << 30, 1 << 30, 16}, {1 << 30, 1 << 30, 8}, {-1}} {
		err := func() (err error) {
			defer abort.Catch(&err)
			Count(shape)
			return nil
		}()
		require.ErrorContains(t, err, "cannot hold a tensor", "%v", shape)
	}
}
