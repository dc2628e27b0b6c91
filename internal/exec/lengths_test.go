package exec_test

import (
	"testing"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/lang/types"
)

// Arrays that are made of a length that data decides: none, some and all rows.
func TestLengthsOfData(t *testing.T) {
	fixed, ints := types.FixedOf(24, 16), types.Of(types.Int32)
	for _, protocol := range []string{"plain(s0)", "aby3(s1, alice, s2)", "pond(s1, alice; s2)", "securenn(s2, alice, s1)", ""} {
		unit := load(t, "testdata/lengths.tfe", protocol)
		ownTests(t, unit)
		for _, x := range [][]int64{{10, 60, 70}, {1, 2, 3}, {99, 98, 97}} {
			for _, k := range []int64{0, 1, 44} {
				in := map[string]interp.Tensor{
					"x": tensor(ints, []int64{3}, x...), "k": tensor(types.Of(types.Int64), nil, k), "b": tensor(fixed, nil, 1<<15),
					"t.amount": tensor(fixed, []int64{3}, 1<<16, 2<<16, 3<<16), "t.marks": tensor(ints, []int64{3, 2}, 1, 2, 3, 4, 5, 6),
				}
				agree(t, unit.Programs[0], in, nil)
				exactly(t, unit.Programs[0], in)
			}
		}
	}
}
