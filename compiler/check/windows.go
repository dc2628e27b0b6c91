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

// conv2d checks conv2d(x, w, stride: s, padding: p): x has batch, channel,
// height and width, w has the channels of the result, those of x, height and
// width.
func (f *frame) conv2d(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "conv2d", []string{"x", "w", "stride", "padding"}, 2)
	if !ok {
		return poison(e)
	}
	x, w := f.argument(args, 0, want), f.argument(args, 1, want)
	stride, ok1 := f.parameter(args[2], "a stride", 1, 1)
	padding, ok2 := f.parameter(args[3], "a padding", 0, 0)
	if bad(x, w) || !ok1 || !ok2 {
		return poison(e)
	}
	if len(x.Shape) != 4 || len(w.Shape) != 4 {
		return f.fail(e, "E201", f.operands("", []value{x, w}), "`conv2d` takes two arrays of 4 dimensions: batch, channel, height, width")
	}
	if !f.sameShape(args[1].Value, types.Shape{x.Shape[1]}, types.Shape{w.Shape[1]}, f.plainOf(w), nil) {
		return poison(e)
	}
	x, w, elem, ok := f.dotElem(e, x, w)
	if !ok {
		return poison(e)
	}
	rows, ok1 := f.windows(e, x, 2, w.Shape[2], stride, padding)
	columns, ok2 := f.windows(e, x, 3, w.Shape[3], stride, padding)
	if !ok1 || !ok2 {
		return poison(e)
	}
	if padding > 0 {
		x.bounds = x.bounds.union(exactly(nought))
	}
	shape := types.Shape{x.Shape[0], w.Shape[0], rows, columns}
	return f.products(e, "dot", elem, shape, w.Shape[1:].Count(), x, w)
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
