package check

// Convolution and pooling: operations on the windows of images, arrays of
// batch, channel, height and width.

import (
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// parameter evaluates an argument that must be a constant of at least that;
// without it, it has its default.
func (f *frame) parameter(a *ast.Arg, what string, least, otherwise int) (int, bool) {
	if a == nil {
		return otherwise, true
	}
	k, ok := f.constantInt(a, what)
	if ok && k < least {
		f.errorf("E201", a.Value, "%s is at least %d", what, least).Label = "less"
		return 0, false
	}
	return k, ok
}

// A convolution is a call with two operands of 4 dimensions, and constants.
type convolution struct {
	*ast.Call
	args                           []*ast.Arg
	a, b                           value
	elem                           types.Elem
	height, width, stride, padding int
}

// convolution checks the operands and constants of a call; with sized, these are a
// height and width too.
func (f *frame) convolution(e *ast.Call, want types.Elem, sized bool, params ...string) (c convolution, ok bool) {
	if sized {
		params = append(params, "height", "width")
	}
	least := len(params)
	c.Call = e
	if c.args, ok = f.bind(e, f.callee, append(params, "stride", "padding"), least); !ok {
		return c, false
	}
	c.a, c.b = f.argument(c.args, 0, want), f.argument(c.args, 1, want)
	ok1, ok2 := true, true
	if sized {
		c.height, ok1 = f.parameter(c.args[2], "a height", 1, 1)
		c.width, ok2 = f.parameter(c.args[3], "a width", 1, 1)
	}
	var ok3, ok4 bool
	c.stride, ok3 = f.parameter(c.args[least], "a stride", 1, 1)
	c.padding, ok4 = f.parameter(c.args[least+1], "a padding", 0, 0)
	if bad(c.a, c.b) || !ok1 || !ok2 || !ok3 || !ok4 {
		return c, false
	}
	if len(c.a.Shape) != 4 || len(c.b.Shape) != 4 {
		f.fail(e, "E201", f.operands("", []value{c.a, c.b}), "`%s` takes two arrays of 4 dimensions: batch, channel, height, width", f.callee)
		return c, false
	}
	c.a, c.b, c.elem, ok = f.dotElem(e, c.a, c.b)
	return c, ok
}

// results are how many windows fit images.
func (f *frame) results(c convolution, images value, height, width types.Size) (rows, columns types.Size, ok bool) {
	rows, ok1 := f.windows(c.Call, images, 2, height, c.stride, c.padding)
	columns, ok2 := f.windows(c.Call, images, 3, width, c.stride, c.padding)
	return rows, columns, ok1 && ok2
}

// agree compares dimensions of the two operands.
func (f *frame) agree(c convolution, a, b types.Shape) bool {
	return f.sameShape(c.args[1].Value, a, b, f.plainOf(c.b), nil)
}

// convolved is an array of sums of at most n products.
func (f *frame) convolved(c convolution, shape types.Shape, n types.Size) value {
	if c.padding > 0 {
		c.a.bounds = c.a.bounds.union(exactly(nought))
	}
	return f.products(c.Call, "dot", c.elem, shape, n, c.a, c.b)
}

// conv2d checks conv2d(x, w, stride: s, padding: p): x has batch, channel,
// height and width, w has the channels of the result, those of x, height and
// width.
func (f *frame) conv2d(e *ast.Call, want types.Elem) value {
	c, ok := f.convolution(e, want, false, "x", "w")
	if !ok {
		return poison(e)
	}
	x, w := c.a.Shape, c.b.Shape
	if !f.agree(c, types.Shape{x[1]}, types.Shape{w[1]}) {
		return poison(e)
	}
	rows, columns, ok := f.results(c, c.a, w[2], w[3])
	if !ok {
		return poison(e)
	}
	return f.convolved(c, types.Shape{x[0], w[0], rows, columns}, w[1:].Count())
}

// conv2dKernels checks conv2d_kernels(x, y, height: h, width: w, stride: s, padding: p):
// images, and what has the shape of the result of their convolution.
func (f *frame) conv2dKernels(e *ast.Call, want types.Elem) value {
	c, ok := f.convolution(e, want, true, "x", "y")
	if !ok {
		return poison(e)
	}
	x, y := c.a.Shape, c.b.Shape
	height, width := types.Int(int64(c.height)), types.Int(int64(c.width))
	rows, columns, ok := f.results(c, c.a, height, width)
	if !ok || !f.agree(c, types.Shape{x[0], rows, columns}, types.Shape{y[0], y[2], y[3]}) {
		return poison(e)
	}
	return f.convolved(c, types.Shape{y[1], x[1], height, width}, y[0].Mul(y[2]).Mul(y[3]))
}

// conv2dImages checks conv2d_images(y, w, height: h, width: w, stride: s, padding: p):
// what has the shape of the result of a convolution, and its kernels.
func (f *frame) conv2dImages(e *ast.Call, want types.Elem) value {
	c, ok := f.convolution(e, want, true, "y", "w")
	if !ok {
		return poison(e)
	}
	y, w := c.a.Shape, c.b.Shape
	images := c.a
	images.Shape = types.Shape{y[0], w[1], types.Int(int64(c.height)), types.Int(int64(c.width))}
	rows, columns, ok := f.results(c, images, w[2], w[3])
	if !ok || !f.agree(c, types.Shape{y[1], y[2], y[3]}, types.Shape{w[0], rows, columns}) {
		return poison(e)
	}
	// A pixel may stand in fewer windows than a window has places.
	c.a.bounds = c.a.bounds.union(exactly(nought))
	return f.convolved(c, images.Shape, w[0].Mul(w[2]).Mul(w[3]))
}

// windowsCall checks windows(x, height: h, width: w, stride: s, padding: p).
func (f *frame) windowsCall(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "windows", []string{"x", "height", "width", "stride", "padding"}, 3)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	height, ok1 := f.parameter(args[1], "the height of a window", 1, 1)
	width, ok2 := f.parameter(args[2], "the width of a window", 1, 1)
	stride, ok3 := f.parameter(args[3], "a stride", 1, 1)
	padding, ok4 := f.parameter(args[4], "a padding", 0, 0)
	if x.bad() || !ok1 || !ok2 || !ok3 || !ok4 {
		return poison(e)
	}
	if len(x.Shape) != 4 || !x.Elem.IsNum() {
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`windows` takes an array of numbers of 4 dimensions: batch, channel, height, width")
	}
	tall, wide := types.Int(int64(height)), types.Int(int64(width))
	rows, ok1 := f.windows(e, x, 2, tall, stride, padding)
	columns, ok2 := f.windows(e, x, 3, wide, stride, padding)
	if !ok1 || !ok2 {
		return poison(e)
	}
	if padding > 0 {
		x.bounds = x.bounds.union(exactly(nought))
	}
	out := moved(x, types.Shape{x.Shape[0], rows.Mul(columns), x.Shape[1], tall.Mul(wide)})
	f.ofHolders(&out)
	return out
}

// pool checks max_pool(x, size: k, stride: s) and avg_pool; a window is a
// square, and without a stride the next begins where it ends.
func (f *frame) pool(e *ast.Call, want types.Elem) value {
	name := f.callee
	args, ok := f.bind(e, name, []string{"x", "size", "stride"}, 2)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	size, ok1 := f.parameter(args[1], "the size of a window", 1, 1)
	stride, ok2 := f.parameter(args[2], "a stride", 1, size)
	if x.bad() || !ok1 || !ok2 {
		return poison(e)
	}
	if len(x.Shape) != 4 {
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`%s` takes an array of 4 dimensions: batch, channel, height, width", name)
	}
	k := types.Int(int64(size))
	rows, ok1 := f.windows(e, x, 2, k, stride, 0)
	columns, ok2 := f.windows(e, x, 3, k, stride, 0)
	if !ok1 || !ok2 {
		return poison(e)
	}
	shape := types.Shape{x.Shape[0], x.Shape[1], rows, columns}
	if name == "max_pool" {
		return f.pooled(e, "max", x, x.Elem, shape, k.Mul(k))
	}
	return f.pooled(e, "mean", x, f.reducedElem("mean", x.Elem), shape, k.Mul(k))
}

// pooled is the reduction of windows of n elements to the shape.
func (f *frame) pooled(e *ast.Call, reduction string, x value, elem types.Elem, shape types.Shape, n types.Size) value {
	if o := map[string]bool{"max": !inClass(x.Elem, "ord"), "mean": !x.Elem.IsNum()}; o[reduction] {
		return f.notNumber(e, "`"+f.callee+"`", x)
	}
	place, met, ok := f.join(e, reduction, x)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, shape, place, met, x)
	if place.IsShared() {
		out.met = x.met
	}
	if reduction == "max" {
		out.bounds = x.bounds
		return out
	}
	return f.reducedBounds(e, reduction, x, n, out)
}

// windows is how many windows of k places fit an axis of x. It is a size, so a
// stride above 1 must divide what depends on sizes: constants always do, of
// `where h == 2 * m` h does by 2.
func (f *frame) windows(e *ast.Call, x value, axis int, k types.Size, stride, padding int) (types.Size, bool) {
	n := x.Shape[axis]
	room := n.Add(types.Int(2 * int64(padding))).Sub(k)
	switch {
	case f.nonneg(room):
	case f.positive(types.Int(0).Sub(room)):
		f.errorf("E201", e, "a window of %s does not fit an axis of %s", k, n).Label = f.c.plain(x.Type)
		return types.Size{}, false
	default:
		d := f.errorf("E202", e, "cannot prove that a window of %s fits an axis of %s", k, n)
		d.Label = f.c.plain(x.Type)
		d.Hint = "add `where " + n.String() + " >= " + k.Sub(types.Int(2*int64(padding))).String() + "`"
		return types.Size{}, false
	}
	for _, h := range []types.Size{n, n.Subst(f.equal)} {
		if out, ok := types.Windows(h, k, int64(stride), int64(padding)); ok {
			return out, true
		}
	}
	d := f.errorf("E202", e, "a stride of %d does not divide %s, so the size of the result is no expression over sizes", stride, n)
	d.Label = f.c.plain(x.Type)
	d.Hint = "use constants, or a size that the stride divides: with a size m of another input, `where " + n.String() + " == " + types.Int(int64(stride)).String() + " * m`"
	return types.Size{}, false
}
