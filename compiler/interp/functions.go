package interp

// Functions of fixed: their values in 320 bits, rounded toward minus infinity.
// Outside its domain a function gives 0; an exponential is at most 2^I (1 - 2^-18).

import (
	"math"
	"math/big"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// function rounds f of a representation; nil is outside of its domain.
func function(f func(*big.Float) *big.Float) func(*operation) Tensor {
	return elementwise(func(o *operation, x ...*big.Int) *big.Int {
		y := f(number(0).SetMantExp(number(0).SetInt(x[0]), -o.elem.F))
		if y == nil {
			return new(big.Int)
		}
		y.SetMantExp(y, o.elem.F)
		z, _ := y.Int(nil) // toward zero
		if y.Sign() < 0 && !y.IsInt() {
			z.Sub(z, big.NewInt(1))
		}
		if _, greatest := o.elem.Bounds(); o.Op == ir.OpExp {
			return least(z, greatest.Sub(greatest, new(big.Int).Rsh(greatest, 18)))
		}
		return z
	})
}

func least(x, y *big.Int) *big.Int {
	if x.Cmp(y) < 0 {
		return x
	}
	return y
}

func number(x float64) *big.Float { return new(big.Float).SetPrec(320).SetFloat64(x) }

func root(x *big.Float) *big.Float {
	if x.Sign() < 0 {
		return nil
	}
	return number(0).Sqrt(x)
}

// inverseRoot is exact: the integer part of the root of 2^3F / x.
func inverseRoot(o *operation, x ...*big.Int) *big.Int {
	y := new(big.Int).Lsh(big.NewInt(1), uint(o.Least))
	if x[0].Cmp(y) > 0 {
		y = x[0]
	}
	square := new(big.Int).Lsh(big.NewInt(1), uint(3*o.elem.F))
	return square.Sqrt(square.Quo(square, y))
}

// exponential is by Taylor's series of x / 2^16, squared. What lies beyond 100 is
// beyond every type, on either side.
func exponential(x *big.Float) *big.Float {
	if x.Cmp(number(100)) > 0 {
		x = number(100)
	} else if x.Cmp(number(-100)) < 0 {
		x = number(-100)
	}
	const halvings, terms = 16, 40
	x = number(0).SetMantExp(x, -halvings)
	sum := number(1)
	for k := terms; k > 0; k-- {
		sum.Mul(sum, x).Quo(sum, number(float64(k))).Add(sum, number(1))
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// logarithm is by Halley's iteration for e^y = x, each step of which triples the
// digits.
func logarithm(x *big.Float) *big.Float {
	if x.Sign() <= 0 {
		return nil
	}
	start, _ := x.Float64()
	y := number(math.Log(start))
	for range 3 {
		e := exponential(y)
		step := number(0).Quo(number(0).Sub(x, e), number(0).Add(x, e))
		y.Add(y, step.Mul(step, number(2)))
	}
	return y
}

func sigmoid(x *big.Float) *big.Float {
	e := exponential(number(0).Neg(x))
	return e.Quo(number(1), e.Add(e, number(1)))
}

func tanh(x *big.Float) *big.Float {
	e := exponential(number(0).Mul(x, number(-2)))
	return number(0).Quo(number(0).Sub(number(1), e), number(0).Add(number(1), e))
}
