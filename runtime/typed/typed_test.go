package typed

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

func TestRoundTrip(t *testing.T) {
	fixed := clear.Fixed(20, 8)
	var in Inputs
	Scalar(&in, "b", clear.Bool, true)
	Scalar(&in, "i", clear.Int8, int8(-128))
	Scalar(&in, "u", clear.Uint64, uint64(1<<63+1))
	Vector(&in, "v", fixed, []float64{0.5, -1.25})
	Matrix(&in, "m", clear.Int32, [][]int32{{1, -2, 3}, {4, 5, -6}})
	Array3(&in, "c", clear.Uint8, [][][]uint8{{{1, 2}}, {{3, 255}}})
	Array4(&in, "d", clear.Bool, [][][][]bool{{{{true}, {false}}}})
	Tensor(&in, "w", clear.Fixed(40, 20), clear.Int(clear.Fixed(40, 20), 7))
	v := in.tensors
	require.Empty(t, in.errs)

	assert.Equal(t, true, ToScalar[bool](v["b"]))
	assert.Equal(t, int8(-128), ToScalar[int8](v["i"]))
	assert.Equal(t, uint64(1<<63+1), ToScalar[uint64](v["u"]))
	assert.Equal(t, []float64{0.5, -1.25}, ToVector[float64](v["v"]))
	assert.Equal(t, [][]int32{{1, -2, 3}, {4, 5, -6}}, ToMatrix[int32](v["m"]))
	assert.Equal(t, [][][]uint8{{{1, 2}}, {{3, 255}}}, ToArray3[uint8](v["c"]))
	assert.Equal(t, [][][][]bool{{{{true}, {false}}}}, ToArray4[bool](v["d"]))
	assert.Equal(t, clear.Tensor{Elem: clear.Int32, Shape: []int{2, 3}, Data: v["m"].Data}, v["m"])
	assert.Equal(t, []int{1, 1, 2, 1}, v["d"].Shape)
	assert.Equal(t, int64(7), v["w"].Int())
}

func TestEmpty(t *testing.T) {
	var in Inputs
	Vector(&in, "v", clear.Int8, []int8(nil))
	Matrix(&in, "m", clear.Int8, [][]int8(nil))
	Array3(&in, "c", clear.Int8, [][][]int8{{}})
	v := in.tensors
	require.Empty(t, in.errs)
	assert.Equal(t, []int{0}, v["v"].Shape)
	assert.Equal(t, []int{0, 0}, v["m"].Shape)
	assert.Equal(t, []int{1, 0, 0}, v["c"].Shape)
	assert.Empty(t, ToMatrix[int8](v["m"]))
	assert.Zero(t, ToScalar[int8](clear.Tensor{}))
}

func TestErrors(t *testing.T) {
	var in Inputs
	Matrix(&in, "m", clear.Int8, [][]int8{{1, 2}, {3}})
	Vector(&in, "f", clear.Fixed(2, 8), []float64{1, 4})
	Tensor(&in, "w", clear.Fixed(40, 20), clear.Int(clear.Int64, 7))
	Array3(&in, "c", clear.Int8, [][][]int8{{{1}}, {{1}, {2, 3}}})
	Scalar(&in, "pay[e9]", clear.Bool, true)
	_, err := in.Simulate(t.Context(), program("m", "f", "w", "c", "x"))
	assert.EqualError(t, err, `alice: input x is missing
input c: row 1: row 1 has the shape [2], row 0 has [1]
input f: element 1: 4 does not fit fixed(2, 8)
input m: row 1 has the shape [1], row 0 has [2]
no player has an input pay[e9]
input w: got int64, want fixed(40, 20)`)
}

// program is a program with inputs of these names.
func program(names ...string) *runtime.Program {
	p := &runtime.Program{Player: "alice", Players: []string{"alice"}}
	for _, name := range names {
		p.Inputs = append(p.Inputs, runtime.Input{Name: name})
	}
	return p
}
