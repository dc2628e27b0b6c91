package exec_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/lang/types"
)

// Ranges over sizes: what lies in them runs, what lies next to an end is refused
// by reference and engine alike.
func TestRangesOverSizes(t *testing.T) {
	for _, protocol := range []string{"plain(s0)", ""} {
		unit := load(t, "testdata/ranges.tfe", protocol)
		ownTests(t, unit)
		p := unit.Programs[0]
		given := func() map[string]interp.Tensor {
			fixed := types.FixedOf(24, 16)
			x := tensor(fixed, []int64{6}, 1<<16, 2<<16, 3<<16, 4<<16, 5<<16, 6<<16)
			return map[string]interp.Tensor{
				"x": x, "y": x, "i": tensor(types.Of(types.Int32), nil, 5), "j": tensor(types.Of(types.Uint8), []int64{5}, 1, 2, 3, 12, 11),
				"k": tensor(types.Of(types.Int64), []int64{3}, 6, 10, 7), "h": tensor(fixed, nil, 6<<16), "u": tensor(types.Of(types.Uint64), nil, 6),
			}
		}
		agree(t, p, given(), nil)
		exactly(t, p, given())
		for name, beyond := range map[string]int64{"i": 6, "j": 13, "k": 11, "h": 6<<16 + 1, "u": 7} {
			in := given()
			in[name].Data[0] = big.NewInt(beyond)
			alikeRefused(t, p, in)
		}
		in := given()
		in["k"].Data[2] = big.NewInt(5)
		_, err := interp.Run(p, in)
		require.Error(t, err)
		assert.ErrorContains(t, err, "input k is in n..n + m")
	}
}
