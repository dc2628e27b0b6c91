package lower

// What functions may be off by is in their intervals.

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

func TestFunctionIntervalsAllowForErrors(t *testing.T) {
	e := types.FixedOf(20, 20)
	a := interval{new(big.Int), new(big.Int).Lsh(big.NewInt(1), 40)} // a root of 2^30 units
	root := functionInterval(ir.OpSqrt, a, e)
	assert.GreaterOrEqual(t, root.high.Int64(), int64(1<<30+2+1<<3), "two units and 2^-27 of the result")
	for _, o := range []ir.Op{ir.OpSqrt, ir.OpExp, ir.OpSigmoid} {
		assert.LessOrEqual(t, functionInterval(o, a, e).low.Int64(), int64(-2), o)
	}
}
