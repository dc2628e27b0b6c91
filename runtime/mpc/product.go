package mpc

// Products and quotients.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Mul returns x * y. Two fixed give the wider one, off by less than a unit in
// the last place while |x y| 2^2F < 2^62; where one operand is an integer,
// the result has the other's type and is exact modulo 2^64.
//
// Two shares: one Mul. A public operand: nothing, or one Truncate where both
// are fixed.
func (e *Engine) Mul(net Net, x, y Operand) Share {
	o := e.begin(net)
	t, shift := product(x.Type(), y.Type())
	if x, ok := x.(clear.Tensor); ok {
		return o.truncate(scaleBy(e.share(y), x), shift).as(t)
	}
	if y, ok := y.(clear.Tensor); ok {
		return o.truncate(scaleBy(e.share(x), y), shift).as(t)
	}
	shape := broadcast(x, y)
	return e.k.Mul(o.next(), e.share(x).widen(shape), e.share(y).widen(shape), shift).as(t)
}

// Dot returns the product of vectors and matrices, typed and rounded as Mul:
// each element of the result is truncated once. Costs are those of Mul for
// the elements of the result.
func (e *Engine) Dot(net Net, x, y Operand) Share {
	o := e.begin(net)
	t, shift := product(x.Type(), y.Type())
	shape, n, k, m := clear.DotShape(x.Dims(), y.Dims())
	if x, ok := x.(clear.Tensor); ok {
		z := lift(func(y ...clear.Tensor) clear.Tensor { return matMul(x, y[0], shape, n, k, m) }, e.share(y))
		return o.truncate(z, shift).as(t)
	}
	if y, ok := y.(clear.Tensor); ok {
		z := lift(func(x ...clear.Tensor) clear.Tensor { return matMul(x[0], y, shape, n, k, m) }, e.share(x))
		return o.truncate(z, shift).as(t)
	}
	return e.k.MatMul(o.next(), e.share(x), e.share(y), n, k, m, shift).as(t).in(shape)
}

func matMul(x, y clear.Tensor, shape []int, n, k, m int) clear.Tensor {
	z := clear.Zero(clear.Uint64, shape...)
	ring.MatMul(z.Data, x.Data, y.Data, n, k, m)
	return z
}

// Div returns x / y; by zero, 0.
//
// By a public y, fixed / fixed and fixed / integer: one DivPublic, error below
// two units in the last place for |x| < 2^62 (by a fixed: |x| 2^F < 2^62, as
// integer representations). Integers: exact, toward zero, for |x| < 2^62; one
// DivPublic, then three Negative and BitsToRing at once, and before it one
// Negative and BitsToRing where x is signed.
//
// By a shared y: see divideFixed and divideIntegers.
func (e *Engine) Div(net Net, x, y Operand) Share {
	o := e.begin(net)
	shape := broadcast(x, y)
	xs := e.share(x).widen(shape)
	t, _ := product(x.Type(), y.Type())
	if d, ok := y.(clear.Tensor); ok {
		return o.divideByPublic(xs, d).as(t)
	}
	if t.Kind == clear.FixedKind {
		return o.divideFixed(xs.as(t), y.(Share).widen(shape), y.Type().F).as(t)
	}
	return o.divideIntegers(xs, y.(Share).widen(shape), false)
}

// Mod returns the remainder of integers, with the sign of x; by zero, 0. By a
// public y, it costs what Div does.
func (e *Engine) Mod(net Net, x, y Operand) Share {
	o := e.begin(net)
	shape := broadcast(x, y)
	xs := e.share(x).widen(shape)
	d, ok := y.(clear.Tensor)
	if !ok {
		return o.divideIntegers(xs, y.(Share).widen(shape), true)
	}
	defined := clear.Convert(clear.Convert(d, clear.Bool), clear.Int64)
	return scaleBy(o.sub(xs, scaleBy(o.divideByPublic(xs, d), d)), defined).as(xs.Elem)
}

func (o *operation) divideByPublic(x Share, d clear.Tensor) Share {
	size, sign := divisor(d)
	var q Share
	switch {
	case x.Elem.Kind != clear.FixedKind:
		q = o.divTowardZero(x, widen(size, x.Shape))
	case d.Elem.Kind == clear.FixedKind:
		q = o.divPublic(scale(x, 1<<d.Elem.F), size)
	default:
		q = o.divPublic(x, size)
	}
	return scaleBy(q, sign)
}

// divisor splits d into its size, at least 1, and its sign: -1, 1, or 0 where
// d is zero.
func divisor(d clear.Tensor) (size, sign clear.Tensor) {
	size = clear.Zero(clear.Uint64, d.Shape...)
	sign = clear.Zero(clear.Int64, d.Shape...)
	for i, v := range d.Data {
		switch {
		case v == 0:
			size.Data[i] = 1
		case d.Elem.Kind != clear.UnsignedKind && int64(v) < 0:
			size.Data[i], sign.Data[i] = -v, ^uint64(0)
		default:
			size.Data[i], sign.Data[i] = v, 1
		}
	}
	return size, sign
}

// divPublic divides by a positive d that broadcasts; a scalar stays one.
func (o *operation) divPublic(x Share, d clear.Tensor) Share {
	if len(d.Shape) > 0 {
		d = widen(d, x.Shape)
	}
	return o.k.DivPublic(o.next(), x, d.Data)
}

// divTowardZero divides integers exactly by d >= 1 of x's shape. A negative x
// is first moved up by d - 1, whence the floor of the quotient is its ceiling.
func (o *operation) divTowardZero(x Share, d clear.Tensor) Share {
	// Beyond 2^62 every divisor gives the quotients that 2^62 gives.
	size := clear.Zero(clear.Uint64, d.Shape...)
	for i, v := range d.Data {
		size.Data[i] = min(v, 1<<62)
	}
	if x.Elem.Kind == clear.SignedKind {
		less := clear.Zero(clear.Uint64, d.Shape...)
		ring.AddConst(less.Data, size.Data, ^uint64(0))
		x = o.add(x, scaleBy(o.negativeNumber(x, x.Elem.Bits), less)).as(x.Elem)
	}
	return o.divFloor(x, size)
}

// divFloor returns the floor of x / d. The kernel's quotient q is off by less
// than two, so the remainder r = x - q d lies in -2d..2d, and its place among
// -d, 0 and d tells the floor of r / d.
func (o *operation) divFloor(x Share, d clear.Tensor) Share {
	// 3d must fit: a larger d, at least 2^61, leaves x in -2d..2d as it is.
	fits := clear.Zero(clear.Uint64, d.Shape...)
	for i, v := range d.Data {
		if v < 1<<61 {
			fits.Data[i] = 1
		}
	}
	q := scaleBy(o.k.DivPublic(o.next(), x, d.Data), fits)
	r := o.sub(x, scaleBy(q, d))
	places := stack(o.addPublic(r, d), r, o.sub(r, d))
	below := sum(o.negativeNumber(places, min(64, x.Elem.Bits+3)), 0)
	return o.addConst(o.sub(q, below), 1)
}

// negativeNumber returns 1 where x < 0 and 0 elsewhere; x fits width bits.
func (o *operation) negativeNumber(x Share, width int) Share {
	return o.k.BitsToRing(o.next(), o.k.Negative(o.next(), x, width), x.Elem)
}

// truncate divides by 2^m; by 2^0, nothing happens.
func (o *operation) truncate(x Share, m int) Share {
	if m == 0 {
		return x
	}
	return o.k.Truncate(o.next(), x, m)
}

// product is the result type of x * y and x / y, and the fractional bits that
// a product has too many.
func product(t, u clear.Type) (clear.Type, int) {
	switch {
	case t.Kind == clear.FixedKind && u.Kind == clear.FixedKind:
		return wider(t, u), t.F
	case u.Kind == clear.FixedKind:
		return u, 0
	}
	return t, 0
}
