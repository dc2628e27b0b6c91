package lower

// Draws: everything is made of random bits, which the ir has one instruction
// for, so that one player's own draw and a joint one have the same distribution.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// draw writes the instruction of random bits: shared, or of the player whose
// block this is.
func (c *primitiveCall) draw(s ...types.Size) ir.Value {
	i := &ir.Instr{Op: ir.OpDraw, Axis: -1, Who: c.servers, Name: c.Call.Fn.(*ast.Ident).Name}
	at := types.SharedPlace
	if c.local.Len() == 1 {
		i.Who, at = c.local, c.held(c.local)
	}
	i.Dst = c.define("", types.Of(types.Bool), s, at)
	c.emit(i)
	return i.Dst
}

// uniform is lo + (hi - lo) u, where u is each multiple of 2^-F from 0 to below 1
// with the same probability: F random bits. The product rounds by at most one
// unit in the last place.
func (c *primitiveCall) uniform() ir.Value {
	u := c.fraction(c.draw(c.t.Shape.Count(), types.Int(int64(c.t.Elem.F))))
	low, high := c.parameter(0), c.parameter(1)
	if width := new(big.Rat).Sub(high, low); width.Cmp(big.NewRat(1, 1)) != 0 {
		k := c.constants(c.t.Elem, nil, []*big.Int{scaled(width, c.t.Elem.F)})
		u = c.multiply(ir.OpMul, c.Call, u, k, c.t)
	}
	if low.Sign() == 0 {
		return u
	}
	return c.op(ir.OpAdd, c.t.Elem, c.t.Shape, u, c.constants(c.t.Elem, nil, []*big.Int{scaled(low, c.t.Elem.F)}))
}

// public is a fraction whose bits are drawn jointly and opened to everybody.
func (c *primitiveCall) public() ir.Value {
	bits := c.draw(types.Int(1), types.Int(int64(c.t.Elem.F)))
	i := &ir.Instr{Op: ir.OpOpen, Args: []ir.Value{bits}, To: types.PublicPlace, Axis: -1, Who: c.everybody}
	i.Dst = c.define("", types.Of(types.Bool), c.shape(bits), types.PublicPlace)
	c.emit(i)
	return c.fraction(i.Dst)
}

// fraction reads rows of F bits as numbers from 0 to below 1.
func (c *primitiveCall) fraction(bits ir.Value) ir.Value {
	var weights []*big.Int
	for k := range c.t.Elem.F {
		weights = append(weights, new(big.Int).Lsh(big.NewInt(1), uint(k)))
	}
	return c.weighed(bits, weights)
}

// weighed is the sum of the weights of the bits that are set, in each row: local
// but for the conversion of the bits.
func (c *primitiveCall) weighed(bits ir.Value, weights []*big.Int) ir.Value {
	w := c.constants(c.t.Elem, types.Shape{types.Int(int64(len(weights)))}, weights)
	rows := types.Type{Elem: c.t.Elem, Shape: c.shape(bits)[:1]}
	return c.reshaped(c.multiply(ir.OpDot, c.Call, c.convert(bits, types.Of(types.Int64)), w, rows), c.t.Shape...)
}

// coinBits is how exact the probability of a biased coin is.
const coinBits = 40

// laplace is the discrete Laplace distribution on the multiples of 2^-F: the
// difference of two geometric numbers. The bits of a geometric number are
// independent coins, the k-th is 1 with probability 1 / (1 + exp(2^k / scale))
// (Dwork, Kenthapadi, McSherry, Mironov, Naor 2006, section 4), and a coin is a
// random number of 40 bits compared with its probability. With 2 m coins the
// distribution is within (m + 1) 2^-39 of the exact one.
func (c *primitiveCall) laplace() ir.Value {
	scale := c.parameter(0)
	m := check.LaplaceBits(scale, c.t.Elem.F)
	units := new(big.Rat).Mul(scale, new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(c.t.Elem.F))))
	var odds, weights []*big.Int
	for k := range m {
		odds = append(odds, odd(new(big.Rat).Quo(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(k))), units)))
		weights = append(weights, new(big.Int).Lsh(big.NewInt(1), uint(k)))
	}
	for k := range m {
		odds = append(odds, odds[k])
		weights = append(weights, new(big.Int).Neg(weights[k]))
	}
	return c.weighed(c.coins(odds), weights)
}

// coins are rows of coins with the given odds of 2^40: whether a random number
// is less, from the lowest bit up. One conjunction a bit.
func (c *primitiveCall) coins(odds []*big.Int) ir.Value {
	boolean, row := types.Of(types.Bool), types.Int(int64(len(odds)))
	shape := types.Shape{c.t.Shape.Count(), row}
	var less ir.Value
	for k := range coinBits {
		digits := make([]*big.Int, len(odds))
		for j, p := range odds {
			digits[j] = big.NewInt(int64(p.Bit(k)))
		}
		digit := c.constants(boolean, types.Shape{row}, digits)
		zero := c.op(ir.OpNot, boolean, shape, c.draw(shape...))
		if less == 0 {
			less = c.op(ir.OpAnd, boolean, shape, zero, digit)
			continue
		}
		both := c.op(ir.OpAnd, boolean, shape, zero, less)
		either := c.op(ir.OpAnd, boolean, shape, c.op(ir.OpNe, boolean, shape, zero, less), digit)
		less = c.op(ir.OpNe, boolean, shape, both, either)
	}
	return less
}

// odd is 2^40 / (1 + exp(x)), x > 0, to nearest.
func odd(x *big.Rat) *big.Int {
	e := power(new(big.Float).SetPrec(256).SetRat(x))
	p := new(big.Float).SetPrec(256).SetMantExp(big.NewFloat(1), coinBits)
	p.Quo(p, e.Add(e, big.NewFloat(1)))
	n, _ := p.Add(p, big.NewFloat(0.5)).Int(nil)
	return n
}

// power is exp(x), x > 0: the series of x / 2^k, squared k times. Beyond 64 it
// counts as exp(64).
func power(x *big.Float) *big.Float {
	const halvings = 16
	if x.Cmp(big.NewFloat(64)) > 0 {
		x = new(big.Float).SetPrec(256).SetInt64(64)
	}
	y := new(big.Float).SetMantExp(x, -halvings)
	sum, term := new(big.Float).SetPrec(256).SetInt64(1), new(big.Float).SetPrec(256).SetInt64(1)
	for k := int64(1); k < 32; k++ {
		term.Mul(term, y)
		term.Quo(term, new(big.Float).SetInt64(k))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// parameter is a constant argument.
func (c *primitiveCall) parameter(k int) *big.Rat {
	x := c.frame.body.Consts[c.Call.Args[k].Value]
	if x == nil || x.Num == nil {
		c.notBuilt(c.Call, "a parameter that is not a constant")
	}
	return x.Num
}
