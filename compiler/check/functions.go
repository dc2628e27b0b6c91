package check

// Functions of fixed; sign, clamp, and division with a default. A result's
// interval allows for the error of the secure form.

import (
	"math/big"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// function checks sqrt, rsqrt, exp, log, sigmoid, tanh, relu and softmax.
func (f *frame) function(e *ast.Call, want types.Elem) value {
	name := f.callee
	parameters := []string{"x"}
	if name == "softmax" {
		parameters = []string{"x", "axis"}
	}
	args, ok := f.bind(e, name, parameters, len(parameters))
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	if x.bad() {
		return poison(e)
	}
	if !inClass(x.Elem, op.Fix) {
		return f.fail(args[0].Value, "E204", f.c.plain(x.Type), "`%s` takes %s", name, classText(op.Fix))
	}
	if len(args) == 2 {
		if _, ok := f.axis(args[1], x); !ok {
			return poison(e)
		}
	}
	place, met, ok := f.join(e, name, x)
	if !ok {
		return poison(e)
	}
	if !f.domain(e, name, x) {
		return poison(e)
	}
	out := f.result(x.Elem, x.Shape, place, met, x)
	if place.IsShared() {
		out.met = x.met
	}
	if out.bounds, ok = f.fit(e, x.Elem, f.functionBounds(name, x), x); !ok {
		return poison(e)
	}
	return out
}

// domain checks that a root is of what is not negative, a reciprocal root and a
// logarithm of what is positive, as divisor does for what is not zero.
func (f *frame) domain(e *ast.Call, name string, x value) bool {
	least, has, safe := new(big.Rat), "negative", "0.0"
	switch name {
	case "sqrt":
	case "rsqrt", "log":
		least, has, safe = step(x.Elem), "0 or negative", "0.01"
	default:
		return true
	}
	if x.bounds.known() && x.bounds.low.Cmp(least) >= 0 {
		return true
	}
	if x.konst != nil {
		f.errorf("E506", x.expr, "`%s` has no value here", name).Label = "always"
		return false
	}
	secure := x.Place.IsShared()
	if f.pc.total {
		if secure {
			f.body.Outside[e] = true
		}
		return true
	}
	what := "this value may be " + has
	hint := "`" + name + "(max(" + f.text(x.expr) + ", " + safe + "))`"
	if !secure {
		return f.partial(e, x.expr, what, hint, x)
	}
	d := f.errorf("E506", x.expr, "%s, and a secure `%s` of it returns garbage without an error", what, name)
	d.Label = f.c.full(x.Type) + ", range unknown"
	if x.bounds.known() && x.bounds.declared {
		d.Label = f.c.full(x.Type) + ", " + between(x.bounds, x.Elem)
	}
	d.Notes = f.ranges([]value{x})
	d.Hint = hint
	return false
}

func (f *frame) functionBounds(name string, x value) bounds {
	all := whole(x.Elem)
	if !x.bounds.known() {
		x.bounds = all
	}
	unit := func(low, high int64) bounds {
		return bounds{big.NewRat(low, 1), big.NewRat(high, 1), x.bounds.declared}.widened(x.Elem)
	}
	notNegative := func(b bounds) bounds {
		if b.low.Sign() < 0 {
			b.low = new(big.Rat)
		}
		return b
	}
	switch name {
	case "relu":
		return x.bounds.greatest(exactly(nought))
	case "sigmoid", "softmax":
		return inside(all, unit(0, 1))
	case "tanh":
		return inside(all, unit(-1, 1))
	case "exp":
		all.high = new(big.Rat).Mul(all.high, big.NewRat(1<<18-1, 1<<18))
		return inside(all, notNegative(bounds{exponential(x.bounds.low, false), exponential(x.bounds.high, true), x.bounds.declared}.widened(x.Elem)))
	case "sqrt":
		out := inside(all, notNegative(bounds{new(big.Rat), rootAbove(x.bounds.high), x.bounds.declared}))
		if x.Place.IsShared() {
			out.low = new(big.Rat).Mul(step(x.Elem), big.NewRat(-2, 1))
		}
		return out
	case "rsqrt":
		return inside(all, inverseRoots(x))
	}
	return all
}

// inverseRoots allow for an error of two units and 2^-27. What is too small counts as
// the least argument whose result the type holds.
func inverseRoots(x value) bounds {
	bits, f := x.Elem.Bits(), x.Elem.F
	least := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(capability.LeastRoot(bits, f))))
	least.Mul(least, step(x.Elem))
	of := func(y *big.Rat, root func(*big.Rat) *big.Rat, off int64) *big.Rat {
		if y.Cmp(least) < 0 {
			y = least
		}
		r := new(big.Rat).Inv(root(y))
		r.Mul(r, big.NewRat(1<<27+off, 1<<27))
		return r.Add(r, new(big.Rat).Mul(step(x.Elem), big.NewRat(2*off, 1)))
	}
	out := bounds{of(x.bounds.high, rootAbove, -1), of(x.bounds.low, rootBelow, 1), x.bounds.declared}
	if out.low.Sign() < 0 {
		out.low = new(big.Rat)
	}
	return out
}

// inside cuts an interval at the ends of what a function can give, where no
// bound is declared that would exceed them.
func inside(all, b bounds) bounds {
	if !b.declared && b.high.Cmp(all.high) > 0 {
		b.high = all.high
	}
	return b
}

// exponential bounds e^x from below or above: (1 + x/n)^n < e^x for n > |x|, and
// 1 / e^-x. Beyond 64, it is what it is there.
func exponential(x *big.Rat, above bool) *big.Rat {
	limit := big.NewRat(64, 1)
	if x.Cmp(limit) > 0 {
		x = limit
	} else if limit.Neg(limit); x.Cmp(limit) < 0 {
		x = limit
	}
	if above {
		return new(big.Rat).Inv(exponential(new(big.Rat).Neg(x), false))
	}
	const doublings, precision = 24, 80
	y := new(big.Float).SetPrec(precision).SetMode(big.ToNegativeInf).SetRat(x)
	y.SetMantExp(y, -doublings).Add(y, big.NewFloat(1))
	for range doublings {
		y.Mul(y, y)
	}
	out, _ := y.Rat(nil)
	return out
}

// rootAbove is not below the root of x, and 0 of what is negative.
func rootAbove(x *big.Rat) *big.Rat {
	if x.Sign() <= 0 {
		return new(big.Rat)
	}
	r := rootBelow(x)
	return r.Add(r, big.NewRat(1, 1<<rootPrecision))
}

// rootBelow is not above the root of x >= 0.
func rootBelow(x *big.Rat) *big.Rat {
	r := new(big.Int).Lsh(x.Num(), 2*rootPrecision)
	r.Sqrt(r.Quo(r, x.Denom()))
	return new(big.Rat).SetFrac(r, new(big.Int).Lsh(big.NewInt(1), rootPrecision))
}

const rootPrecision = 40

// sign checks sign(x).
func (f *frame) sign(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "sign", []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	if x.bad() {
		return poison(e)
	}
	if !x.Elem.IsNum() {
		return f.notNumber(e, "`sign`", x)
	}
	place, met, ok := f.join(e, "sign", x)
	if !ok {
		return poison(e)
	}
	out := f.result(types.Of(types.Int32), x.Shape, place, met, x)
	out.bounds = bounds{big.NewRat(-1, 1), big.NewRat(1, 1), true}
	if x.bounds.known() && x.bounds.low.Sign() >= 0 {
		out.bounds.low = new(big.Rat)
	}
	return out
}

// clamp checks clamp(x, lo, hi), which is min(max(x, lo), hi).
func (f *frame) clamp(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "clamp", []string{"x", "lo", "hi"}, 3)
	if !ok {
		return poison(e)
	}
	vs := []value{f.settle(f.argument(args, 0, want)), f.argument(args, 1, want), f.argument(args, 2, want)}
	if bad(vs...) {
		return poison(e)
	}
	for _, v := range vs {
		if !inClass(v.Elem, op.Ord) {
			return f.fail(e, "E204", f.operands("", vs), "`clamp` takes values that are ordered")
		}
	}
	vs, elem, ok := f.unify(e, "`clamp`", vs...)
	if !ok {
		return poison(e)
	}
	shape, ok := f.broadcast(e, "", vs...)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, "clamp", vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, shape, place, met, vs...)
	out.bounds = vs[0].bounds.greatest(vs[1].bounds).least(vs[2].bounds)
	return out
}

// divisionOr checks div_or(a, b, d) and mod_or: d where b is zero.
func (f *frame) divisionOr(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, f.callee, []string{"a", "b", "d"}, 3)
	if !ok {
		return poison(e)
	}
	operator := "/"
	if f.callee == "mod_or" {
		operator = "%"
	}
	x, y := f.argument(args, 0, want), f.argument(args, 1, want)
	d := f.argument(args, 2, want)
	if bad(x, y, d) {
		return poison(e)
	}
	if x.untyped && y.untyped {
		x, y = f.settle(x), f.settle(y)
	}
	total := f.pc.total
	f.pc.total = true
	q := f.arithmetic(e, operator, x, y)
	f.pc.total = total
	if q.bad() {
		return poison(e)
	}
	q.expr, q.konst, q.affine = e, nil, nil
	zero := q
	zero.Elem, zero.expr = types.Of(types.Bool), e
	return f.selection(e, "`"+f.callee+"`", zero, d, q)
}
