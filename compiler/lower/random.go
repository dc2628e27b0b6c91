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
	i := &ir.Instr{Op: ir.OpDraw, Args: c.dataLengths(ir.OpDraw, s), Axis: -1, Who: c.computing, Name: c.Call.Fn.(*ast.Ident).Name}
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

// public are fractions whose bits are drawn jointly and opened to everybody.
func (c *primitiveCall) public() ir.Value {
	bits := c.draw(c.t.Shape.Count(), types.Int(int64(c.t.Elem.F)))
	if !c.out.Values[bits].Place.IsShared() { // there is but one player
		return c.fraction(bits)
	}
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

// coins are rows of coins with the given odds of 2^40, each of a number of its
// own.
func (c *primitiveCall) coins(odds []*big.Int) ir.Value {
	shape := types.Shape{c.t.Shape.Count(), types.Int(int64(len(odds)))}
	return c.below(coinBits, shape, shape, func(k int) ir.Value { return c.digits(odds, k) })
}

// digits are the k-th bits of numbers.
func (l *lowerer) digits(xs []*big.Int, k int) ir.Value {
	digits := make([]*big.Int, len(xs))
	for j, x := range xs {
		digits[j] = big.NewInt(int64(x.Bit(k)))
	}
	return l.constants(types.Of(types.Bool), types.Shape{types.Int(int64(len(xs)))}, digits)
}

// below is whether random numbers of so many bits are less than others, whose
// digits are given, from the lowest bit up. One conjunction a bit. The numbers
// that are drawn broadcast to the shape of the result.
func (c *primitiveCall) below(bits int, drawn, shape types.Shape, digits func(k int) ir.Value) ir.Value {
	boolean := types.Of(types.Bool)
	var less ir.Value
	for k := range bits {
		digit := digits(k)
		zero := c.op(ir.OpNot, boolean, drawn, c.draw(drawn...))
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

// normalBits is how exact the probabilities of a part of a normal draw are.
const normalBits = 48

// normal is the discrete Gaussian distribution on the multiples of 2^-F, as the
// sum of 2^k times independent discrete Gaussians of one small variance of at
// least 8 (Pöppelmann, Ducas and Güneysu 2014, for two; Micciancio and Walter
// 2017, for many): at each k that adds less than 2^-43, since the square of the
// smoothing parameter of the integers for 2^-44 is below 2 pi 8 / 5.
// A part is a sign, and the number of odds that one random number of 48 bits
// falls below: 52 roundings of 2^-49. Together, within 2^-36.
func (c *primitiveCall) normal() ir.Value {
	levels, variance := check.NormalLevels(c.parameter(0), c.t.Elem.F)
	odds := beyond(variance)
	rows := c.t.Shape.Count().Mul(types.Int(int64(levels)))
	parts, weights := c.signed(c.falls(odds, rows), c.draw(rows), len(odds))
	var all []*big.Int
	for _, w := range weights {
		for k := range levels {
			all = append(all, new(big.Int).Lsh(w, uint(k)))
		}
	}
	return c.weighed(c.transposed(c.reshaped(parts, types.Int(int64(len(all))), c.t.Shape.Count())), all)
}

// falls says, of each of the odds, in which rows it exceeds the row's random
// number.
func (c *primitiveCall) falls(odds []*big.Int, rows types.Size) ir.Value {
	boolean, n := types.Of(types.Bool), types.Int(int64(len(odds)))
	none := c.same(0, types.Type{Elem: boolean, Shape: types.Shape{rows, n}})
	return c.below(normalBits, types.Shape{rows}, types.Shape{n, rows}, func(k int) ir.Value {
		return c.transposed(c.op(ir.OpNe, boolean, types.Shape{rows, n}, none, c.digits(odds, k)))
	})
}

// signed is how many of n rows are true, the first ones of them, negated where
// the sign says so: bits, and their weights. The k-th bit of a count is the
// parity of every 2^k-th row; a negative number is its complement plus one.
func (l *lowerer) signed(falls, sign ir.Value, n int) (digits ir.Value, weights []*big.Int) {
	boolean, s := types.Of(types.Bool), l.shape(sign)
	var rows, out []ir.Value
	for j := range n {
		i := ir.Instr{Op: ir.OpIndex, Axis: -1, Slices: []ir.Slice{{From: l.integer(int64(j))}}}
		rows = append(rows, l.operate(i, boolean, s, falls))
	}
	weight := big.NewInt(1)
	for ; weight.Int64() <= int64(n); weight = new(big.Int).Lsh(weight, 1) {
		digit := sign
		for j := int(weight.Int64()); j <= n; j += int(weight.Int64()) {
			digit = l.op(ir.OpNe, boolean, s, digit, rows[j-1])
		}
		out, weights = append(out, digit), append(weights, weight)
	}
	out, weights = append(out, sign), append(weights, new(big.Int).Sub(big.NewInt(1), weight))
	shape := append(types.Shape{types.Int(int64(len(out)))}, s...)
	return l.op(ir.OpStack, boolean, shape, out...), weights
}

// beyond are the odds of 2^48 that a discrete Gaussian of a variance is at least
// 1, 2 and so on from 0, to nearest, as far as they are not 0, and one at least.
func beyond(variance *big.Rat) (odds []*big.Int) {
	var weights []*big.Float
	total := new(big.Float).SetPrec(256).SetInt64(1)
	for j := int64(1); ; j++ {
		x := new(big.Rat).Quo(big.NewRat(j*j, 2), variance)
		if x.Cmp(big.NewRat(60, 1)) > 0 {
			break
		}
		w := new(big.Float).SetPrec(256).Quo(big.NewFloat(2), power(new(big.Float).SetPrec(256).SetRat(x)))
		weights = append(weights, w)
		total.Add(total, w)
	}
	rest := new(big.Float).SetPrec(256).Sub(total, big.NewFloat(1))
	for _, w := range weights {
		p := new(big.Float).SetPrec(256).Quo(rest, total)
		n, _ := p.Add(p.SetMantExp(p, normalBits), big.NewFloat(0.5)).Int(nil)
		if n.Sign() == 0 {
			break
		}
		odds = append(odds, n)
		rest.Sub(rest, w)
	}
	if odds == nil {
		odds = []*big.Int{new(big.Int)}
	}
	return odds
}

// shuffle moves the rows of each column alike, to places that are a shuffle of
// all places.
func (c *primitiveCall) shuffle() tree {
	x := c.operand(0)
	if c.t.Place.IsShared() {
		x = x.each(c.share)
	}
	shuffled := func(v ir.Value) ir.Value { return c.op(ir.OpShuffle, c.elem(v), c.shape(v), v) }
	if x.columns == nil {
		return x.each(shuffled)
	}
	n := c.t.Shape[:1]
	places := c.convert(c.op(ir.OpIota, types.Of(types.Int64), n), types.Of(types.Int32))
	if c.t.Place.IsShared() {
		places = c.share(places)
	}
	places = shuffled(places)
	return x.each(func(v ir.Value) ir.Value { return c.permute(places, v) })
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
	x := c.frame.body.Const(c.Call.Args[k].Value)
	if x == nil || x.Num == nil {
		c.fault(c.Call, "a parameter that is not a constant")
	}
	return x.Num
}
