package interp

// Floats: IEEE 754 binary64, as Go has it.

import (
	"math"
	"math/big"
	"strconv"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// floats are the operations that floats have of their own.
var floats = map[ir.Op]func(x ...float64) *big.Int{
	ir.OpNeg: func(x ...float64) *big.Int { return ir.FloatBits(-x[0]) },
	ir.OpAdd: func(x ...float64) *big.Int { return ir.FloatBits(x[0] + x[1]) },
	ir.OpSub: func(x ...float64) *big.Int { return ir.FloatBits(x[0] - x[1]) },
	ir.OpMul: func(x ...float64) *big.Int { return ir.FloatBits(x[0] * x[1]) },
	ir.OpDiv: func(x ...float64) *big.Int { return ir.FloatBits(x[0] / x[1]) },

	ir.OpEq: func(x ...float64) *big.Int { return bit(x[0] == x[1]) },
	ir.OpNe: func(x ...float64) *big.Int { return bit(x[0] != x[1]) },
	ir.OpLt: func(x ...float64) *big.Int { return bit(x[0] < x[1]) },
	ir.OpLe: func(x ...float64) *big.Int { return bit(x[0] <= x[1]) },
	ir.OpGt: func(x ...float64) *big.Int { return bit(x[0] > x[1]) },
	ir.OpGe: func(x ...float64) *big.Int { return bit(x[0] >= x[1]) },
}

// ofFloats is the form that an operation has on floats, nil for one that only
// moves its operands.
func (o *operation) ofFloats() func(*operation) Tensor {
	if len(o.args) == 0 || o.args[0].Elem.Kind != types.Float {
		return nil
	}
	f, ok := floats[o.Op]
	if !ok {
		return nil
	}
	return elementwise(func(_ *operation, x ...*big.Int) *big.Int {
		values := make([]float64, len(x))
		for k, v := range x {
			values[k] = ir.BitsFloat(v)
		}
		return f(values...)
	})
}

// floatText has an exponent from 1e21 on, and below 1e-6.
func floatText(f float64) string {
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// toFloat is the nearest float.
func toFloat(v *big.Int, from types.Elem) *big.Int {
	f, _ := new(big.Rat).SetFrac(v, new(big.Int).Lsh(big.NewInt(1), uint(from.F))).Float64()
	return ir.FloatBits(f)
}

// fromFloat rounds to nearest, ties to even, for a fixed, and toward zero for
// an integer; what e does not hold becomes its end, NaN becomes 0.
func fromFloat(v *big.Int, e types.Elem) *big.Int {
	low, high := e.Bounds()
	f := ir.BitsFloat(v)
	switch {
	case math.IsNaN(f):
		return new(big.Int)
	case math.IsInf(f, 1):
		return high
	case math.IsInf(f, -1):
		return low
	}
	r := new(big.Rat).SetFloat64(f)
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(e.F))))
	n := new(big.Int).Quo(r.Num(), r.Denom())
	if e.Kind == types.Fixed {
		n = nearest(r)
	}
	switch {
	case n.Cmp(low) < 0:
		return low
	case n.Cmp(high) > 0:
		return high
	}
	return n
}

// nearest rounds to the nearest integer, ties to even.
func nearest(r *big.Rat) *big.Int {
	n := floor(new(big.Int).Set(r.Num()), r.Denom())
	rest := new(big.Rat).Sub(r, new(big.Rat).SetInt(n))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && n.Bit(0) == 1 {
		n.Add(n, big.NewInt(1))
	}
	return n
}
