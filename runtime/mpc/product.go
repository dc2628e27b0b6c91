package mpc

// Products and quotients.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Mul returns x * y. Two fixed give the wider one, off by less than a unit in
// the last place while |x y| 2^2F < 2^R, R the ring's Room; where one operand is an integer,
// the result has the other's type and is exact in the ring.
//
// Two shares: one Mul. A public operand: nothing, or one Truncate where both
// are fixed.
func (e *Engine) Mul(net Net, x, y Operand) Share {
	o := e.begin(net)
	t, shift := product(x.Type(), y.Type())
	if x, ok := x.(clear.Tensor); ok {
		return o.truncate(o.scaleBy(e.share(y), x), shift).as(t)
	}
	if y, ok := y.(clear.Tensor); ok {
		return o.truncate(o.scaleBy(e.share(x), y), shift).as(t)
	}
	shape := broadcast(x, y)
	return e.k.Mul(o.next(), e.share(x).widen(shape), e.share(y).widen(shape), shift).as(t)
}

// Dot returns the product of vectors, matrices, or two arrays of as many matrices, typed
// and rounded as Mul: each element of the result is truncated once. Costs are those of
// Mul for the elements of the result.
func (e *Engine) Dot(net Net, x, y Operand) Share {
	shape, b, n, k, m := clear.DotShape(x.Dims(), y.Dims())
	return e.bilinear(net, x, y, Matrices(e.k.Modulus(), b, n, k, m)).in(shape)
}

// Matrices is the products of b n×k with b k×m matrices.
func Matrices(r ring.Modulus, b, n, k, m int) Bilinear {
	return Bilinear{[]int{b, n, m}, func(z, x, y []uint64) { r.MatMuls(z, x, y, b, n, k, m) }}
}

// Convolve returns the convolution of images by kernels, as clear.Convolve does. Costs
// are those of Mul for the elements of the result, as of the two that follow.
func (e *Engine) Convolve(net Net, x, kernels Operand, stride, padding int) Share {
	c, r := clear.Convolution(x.Dims(), kernels.Dims(), stride, padding), e.k.Modulus()
	return e.bilinear(net, x, kernels, Bilinear{clear.ResultShape(c), func(z, x, w []uint64) { c.Convolve(r, z, x, w) }})
}

// ConvolveToKernels returns what a convolution of the images x makes of y by its
// kernels, as clear.ConvolveToKernels does.
func (e *Engine) ConvolveToKernels(net Net, x, y Operand, height, width, stride, padding int) Share {
	s, r := []int{y.Dims()[1], x.Dims()[1], height, width}, e.k.Modulus()
	c := clear.Convolution(x.Dims(), s, stride, padding)
	return e.bilinear(net, x, y, Bilinear{s, func(z, x, y []uint64) { c.ToKernels(r, z, x, y) }})
}

// ConvolveToImages returns what a convolution of images of a height and width makes of
// y by the images, as clear.ConvolveToImages does.
func (e *Engine) ConvolveToImages(net Net, y, kernels Operand, height, width, stride, padding int) Share {
	s, r := []int{y.Dims()[0], kernels.Dims()[1], height, width}, e.k.Modulus()
	c := clear.Convolution(s, kernels.Dims(), stride, padding)
	return e.bilinear(net, y, kernels, Bilinear{s, func(z, y, w []uint64) { c.ToImages(r, z, y, w) }})
}

// bilinear applies a bilinear map to operands of which one may be public.
func (e *Engine) bilinear(net Net, x, y Operand, f Bilinear) Share {
	o, r := e.begin(net), e.k.Modulus()
	t, shift := product(x.Type(), y.Type())
	if x, ok := x.(clear.Tensor); ok {
		public := numbers(r, x)
		return o.truncate(e.byPublic(f.Shape, e.share(y), func(z, y []uint64) { f.Add(z, public, y) }), shift).as(t)
	}
	if y, ok := y.(clear.Tensor); ok {
		public := numbers(r, y)
		return o.truncate(e.byPublic(f.Shape, e.share(x), func(z, x []uint64) { f.Add(z, x, public) }), shift).as(t)
	}
	return e.k.Bilinear(o.next(), e.share(x), e.share(y), f, shift).as(t)
}

// byPublic applies a product with a public operand to the components of x: f adds it
// to a result of the shape.
func (e *Engine) byPublic(shape []int, x Share, f func(z, x []uint64)) Share {
	out, r := Share{Elem: x.Elem, Shape: shape}, e.k.Modulus()
	for _, c := range x.Comp {
		z := make([]uint64, r.Planes()*Count(shape))
		f(z, c)
		out.Comp = append(out.Comp, z)
	}
	return out
}

// Div returns x / y; by zero, 0.
//
// By a public y, fixed / fixed and fixed / integer: one DivPublic, error below
// two units in the last place for |x| < 2^R, R the ring's Room (by a fixed: |x|
// 2^F < 2^R, as integer representations). Integers: exact, toward zero, for |x| < 2^R; one
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
	return o.scaleBy(o.sub(xs, o.scaleBy(o.divideByPublic(xs, d), d)), defined).as(xs.Elem)
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
	return o.scaleBy(q, sign)
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
	// Beyond 2^Room every divisor gives the quotients that 2^Room gives.
	size := clear.Zero(clear.Uint64, d.Shape...)
	for i, v := range d.Data {
		size.Data[i] = min(v, largestDivisor(o.k.Modulus()))
	}
	if x.Elem.Kind == clear.SignedKind {
		less := clear.Zero(clear.Uint64, d.Shape...)
		ring.AddConst(less.Data, size.Data, ^uint64(0))
		x = o.add(x, o.scaleBy(o.negativeNumber(x, x.Elem.Bits), less)).as(x.Elem)
	}
	return o.divFloor(x, size)
}

// largestDivisor is 2^Room, as far as a word holds it.
func largestDivisor(r ring.Modulus) uint64 {
	if r == ring.Z64 {
		return 1 << r.Room()
	}
	return ^uint64(0)
}

// divFloor returns the floor of x / d. The kernel's quotient q is off by less
// than two, so the remainder r = x - q d lies in -2d..2d, and its place among
// -d, 0 and d tells the floor of r / d.
func (o *operation) divFloor(x Share, d clear.Tensor) Share {
	// 3d must fit: a larger d, at least 2^61 in a ring of 64 bits, leaves x in
	// -2d..2d as it is.
	fits := clear.Zero(clear.Uint64, d.Shape...)
	for i, v := range d.Data {
		if o.k.Modulus() != ring.Z64 || v < 1<<61 {
			fits.Data[i] = 1
		}
	}
	q := o.scaleBy(o.k.DivPublic(o.next(), x, d.Data), fits)
	r := o.sub(x, o.scaleBy(q, d))
	places := stack(o.addPublic(r, d), r, o.sub(r, d))
	below := o.sum(o.negativeNumber(places, min(int(o.k.Modulus()), x.Elem.Bits+3)), 0)
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
