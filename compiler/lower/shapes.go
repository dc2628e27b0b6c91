package lower

// Shapes, and products and reductions of windows: moves of elements around
// products of matrices and reductions over an axis.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

var (
	ofImages  = []string{"x", "w", "stride", "padding"}
	ofKernels = []string{"x", "y", "height", "width", "stride", "padding"}
	ofResults = []string{"y", "w", "height", "width", "stride", "padding"}
	ofPooling = []string{"x", "size", "stride"}
	ofWindows = []string{"x", "height", "width", "stride", "padding"}
)

// reshaped returns v in another shape.
func (l *lowerer) reshaped(v ir.Value, s ...types.Size) ir.Value {
	if l.shape(v).Equal(s) {
		return v
	}
	return l.op(ir.OpReshape, l.elem(v), s, v)
}

// transposed exchanges the last two dimensions.
func (l *lowerer) transposed(v ir.Value) ir.Value {
	s := append(types.Shape{}, l.shape(v)...)
	n := len(s)
	s[n-2], s[n-1] = s[n-1], s[n-2]
	return l.op(ir.OpTranspose, l.elem(v), s, v)
}

// rows flattens all dimensions but the last.
func (l *lowerer) rows(v ir.Value) ir.Value {
	s := l.shape(v)
	if len(s) <= 2 {
		return v
	}
	n := len(s) - 1
	return l.reshaped(v, s[:n].Count(), s[n])
}

// matrices flattens all dimensions but the last two.
func (l *lowerer) matrices(v ir.Value) ir.Value {
	s := l.shape(v)
	n := len(s) - 2
	return l.reshaped(v, s[:n].Count(), s[n], s[n+1])
}

// dot multiplies the last dimension of x with the inner one of y.
func (c *primitiveCall) dot() ir.Value {
	x, y := c.value(c.args[0]), c.value(c.args[1])
	if c.args[2] != nil {
		x = c.kept(x, c.value(c.args[2]), len(c.shape(x))-1, new(big.Int))
	}
	if len(c.shape(y)) > 2 {
		x, y = c.matrices(x), c.matrices(y)
	} else {
		x = c.rows(x)
	}
	return c.reshaped(c.product(x, y, c.t.Elem), c.t.Shape...)
}

// product is the inner product of vectors, matrices, or arrays of matrices.
func (c *primitiveCall) product(x, y ir.Value, e types.Elem) ir.Value {
	s, t := c.shape(x), c.shape(y)
	shape := append(append(types.Shape{}, s[:len(s)-1]...), t[t.Inner()+1:]...)
	return c.multiply(ir.OpDot, c.Call, x, y, types.Type{Elem: e, Shape: shape})
}

// outer is the product of a column and a row.
func (c *primitiveCall) outer() ir.Value {
	x, y := c.value(c.args[0]), c.value(c.args[1])
	one := types.Int(1)
	return c.product(c.reshaped(x, c.shape(x)[0], one), c.reshaped(y, one, c.shape(y)[0]), c.t.Elem)
}

// windows are those of the images x, so many, every stride places.
func (c *primitiveCall) windows(x ir.Value, count, height, width, stride, padding types.Size) ir.Value {
	s := c.shape(x)
	i := ir.Instr{Op: ir.OpWindows, Axis: -1, Window: types.Shape{height, width, stride, padding}}
	return c.operate(i, c.elem(x), types.Shape{s[0], count, s[1], height.Mul(width)}, x)
}

func (c *primitiveCall) windowed() ir.Value {
	one := types.Int(1)
	return c.windows(c.value(c.args[0]), c.t.Shape[1], c.number(1, one), c.number(2, one), c.number(3, one), c.number(4, types.Int(0)))
}

// pixels is how many places the images of the result have.
func (c *primitiveCall) pixels() types.Size { return c.t.Shape[2].Mul(c.t.Shape[3]) }

// images returns values a window and channel [b, rows · columns, c] as images.
func (c *primitiveCall) images(v ir.Value) ir.Value {
	return c.reshaped(c.transposed(v), c.t.Shape...)
}

// number is the k-th argument, a constant, or what stands for it.
func (c *primitiveCall) number(k int, otherwise types.Size) types.Size {
	if c.args[k] == nil {
		return otherwise
	}
	return types.Int(int64(c.axisOf(c.args[k], 0)))
}

// conv2d is the sums over the windows of x times the kernels.
func (c *primitiveCall) conv2d() ir.Value {
	w := c.shape(c.value(c.args[1]))
	return c.convolution(ir.OpConvolve, w[2], w[3], 2)
}

func (c *primitiveCall) toKernels() ir.Value {
	return c.convolution(ir.OpConvolveToKernels, c.t.Shape[2], c.t.Shape[3], 4)
}

func (c *primitiveCall) toImages() ir.Value {
	w := c.shape(c.value(c.args[1]))
	return c.convolution(ir.OpConvolveToImages, w[2], w[3], 4)
}

// convolution has windows of a height and width; stride and padding are the arguments
// from one on.
func (c *primitiveCall) convolution(o ir.Op, height, width types.Size, at int) ir.Value {
	i := ir.Instr{Op: o, Axis: -1, Window: types.Shape{height, width, c.number(at, types.Int(1)), c.number(at+1, types.Int(0))}}
	return c.multiplied(i, c.Call, c.value(c.args[0]), c.value(c.args[1]), c.t)
}

// squares are the windows of pooling.
func (c *primitiveCall) squares() ir.Value {
	k := c.number(1, types.Int(1))
	return c.windows(c.value(c.args[0]), c.pixels(), k, k, c.number(2, k), types.Int(0))
}

func (c *primitiveCall) maxPool() ir.Value { return c.images(c.reduceOver(ir.OpMax, c.squares(), 3)) }

func (c *primitiveCall) avgPool() ir.Value { return c.images(c.meanOver(c.squares(), 3)) }
