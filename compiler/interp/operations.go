package interp

// The operations, each by its definition.

import (
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// An operation is an instruction with its operands and the type of its result.
type operation struct {
	*ir.Instr
	elem   types.Elem
	shape  []int64
	args   []Tensor
	slices []slice
	window []int64
}

// operations computes each operation's result; elements are wrapped to the
// result's type by tensor.
var operations = map[ir.Op]func(*operation) Tensor{
	ir.OpNeg: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return new(big.Int).Neg(x[0]) }),
	ir.OpAbs: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return new(big.Int).Abs(x[0]) }),
	ir.OpAdd: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return new(big.Int).Add(x[0], x[1]) }),
	ir.OpSub: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return new(big.Int).Sub(x[0], x[1]) }),
	ir.OpMul: elementwise(func(o *operation, x ...*big.Int) *big.Int { return o.shifted(new(big.Int).Mul(x[0], x[1])) }),
	ir.OpDiv: elementwise(quotient),
	ir.OpMod: elementwise(remainder),

	ir.OpEq: comparison(func(order int) bool { return order == 0 }),
	ir.OpNe: comparison(func(order int) bool { return order != 0 }),
	ir.OpLt: comparison(func(order int) bool { return order < 0 }),
	ir.OpLe: comparison(func(order int) bool { return order <= 0 }),
	ir.OpGt: comparison(func(order int) bool { return order > 0 }),
	ir.OpGe: comparison(func(order int) bool { return order >= 0 }),

	ir.OpAnd: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return new(big.Int).And(x[0], x[1]) }),
	ir.OpOr:  elementwise(func(_ *operation, x ...*big.Int) *big.Int { return new(big.Int).Or(x[0], x[1]) }),
	ir.OpNot: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return bit(x[0].Sign() == 0) }),
	ir.OpSelect: elementwise(func(_ *operation, x ...*big.Int) *big.Int {
		if x[0].Sign() != 0 {
			return x[1]
		}
		return x[2]
	}),
	ir.OpConvert: elementwise(conversion),
	ir.OpReduce:  elementwise(func(_ *operation, x ...*big.Int) *big.Int { return x[0] }),

	ir.OpSqrt: function(root), ir.OpRsqrt: elementwise(inverseRoot), ir.OpExp: function(exponential), ir.OpLog: function(logarithm),
	ir.OpSigmoid: function(sigmoid), ir.OpTanh: function(tanh),

	ir.OpSum: reduction(sum),
	ir.OpMin: extreme(func(o *operation, x ...*big.Int) *big.Int { return o.best(-1, x) }),
	ir.OpMax: extreme(func(o *operation, x ...*big.Int) *big.Int { return o.best(1, x) }),
	ir.OpDot: dot,

	ir.OpConvolve: convolution(
		func(x, y, out []int64) (images, kernels, results []int64) { return x, y, out },
		func(pixel, place, result int64) (x, y, out int64) { return pixel, place, result }),
	ir.OpConvolveToKernels: convolution(
		func(x, y, out []int64) (images, kernels, results []int64) { return x, out, y },
		func(pixel, place, result int64) (x, y, out int64) { return pixel, result, place }),
	ir.OpConvolveToImages: convolution(
		func(x, y, out []int64) (images, kernels, results []int64) { return out, y, x },
		func(pixel, place, result int64) (x, y, out int64) { return result, place, pixel }),

	ir.OpIndex: index, ir.OpUpdate: update, ir.OpStack: stack, ir.OpConcat: concat,
	ir.OpFill: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return x[0] }),
	ir.OpSort: sorted, ir.OpRank: rank, ir.OpPermute: permute, ir.OpCarry: carry, ir.OpTopK: topK, ir.OpMerge: merge, ir.OpDistinct: distinct,
	ir.OpShuffle: func(o *operation) Tensor { return o.args[0] }, // one order of many
	ir.OpArgMin:  reduction(func(_ *operation, x ...*big.Int) *big.Int { return firstOf(-1, x) }),
	ir.OpArgMax:  reduction(func(_ *operation, x ...*big.Int) *big.Int { return firstOf(1, x) }),
	ir.OpLookup:  lookup, ir.OpStore: store,
	ir.OpTranspose: func(o *operation) Tensor {
		d := len(o.shape)
		n, m := int(o.shape[d-2]), int(o.shape[d-1])
		return o.tensor(func(k int) *big.Int { return o.args[0].Data[k/(n*m)*(n*m)+k%m*n+k/m%n] })
	},
	ir.OpReshape: elementwise(func(_ *operation, x ...*big.Int) *big.Int { return x[0] }),
	ir.OpReverse: func(o *operation) Tensor {
		n := int(o.shape[len(o.shape)-1])
		return o.tensor(func(k int) *big.Int { return o.args[0].Data[k/n*n+n-1-k%n] })
	},
	ir.OpCumSum: func(o *operation) Tensor {
		n := int(o.shape[len(o.shape)-1])
		return o.tensor(func(k int) *big.Int { return sum(o, o.args[0].Data[k/n*n:k+1]...) })
	},
	ir.OpIota:    func(o *operation) Tensor { return o.tensor(func(k int) *big.Int { return big.NewInt(int64(k)) }) },
	ir.OpWindows: windows,
	ir.OpOneHot: func(o *operation) Tensor {
		n := int(o.shape[len(o.shape)-1])
		return o.tensor(func(k int) *big.Int { return bit(o.args[0].Data[k/n].Cmp(big.NewInt(int64(k%n))) == 0) })
	},
	ir.OpLength: func(o *operation) Tensor {
		return o.tensor(func(int) *big.Int { return big.NewInt(o.args[0].Shape[o.Axis]) })
	},
	ir.OpFilter: filter,
	ir.OpUnique: unique,
	ir.OpHash64: elementwise(hash64),
	ir.OpFormat: elementwise(formatted),
	ir.OpParse:  elementwise(parsed),
	ir.OpPad: func(o *operation) Tensor {
		return o.tensor(func(k int) *big.Int {
			if k < len(o.args[0].Data) {
				return o.args[0].Data[k]
			}
			return new(big.Int)
		})
	},
}

// tensor makes the result from its elements, row by row.
func (o *operation) tensor(element func(k int) *big.Int) Tensor {
	out := Tensor{o.elem, o.shape, make([]*big.Int, count(o.shape))}
	for k := range out.Data {
		out.Data[k] = wrap(element(k), o.elem)
	}
	return out
}

func elementwise(f func(*operation, ...*big.Int) *big.Int) func(*operation) Tensor {
	return func(o *operation) Tensor {
		return o.tensor(func(k int) *big.Int {
			x := make([]*big.Int, len(o.args))
			for i, a := range o.args {
				x[i] = a.at(k)
			}
			return f(o, x...)
		})
	}
}

func comparison(f func(order int) bool) func(*operation) Tensor {
	return elementwise(func(_ *operation, x ...*big.Int) *big.Int { return bit(f(x[0].Cmp(x[1]))) })
}

func bit(b bool) *big.Int {
	if b {
		return big.NewInt(1)
	}
	return new(big.Int)
}

// shifted drops Shift fractional bits, toward minus infinity.
func (o *operation) shifted(v *big.Int) *big.Int { return v.Rsh(v, uint(o.Shift)) }

// quotient is 0 for a divisor of 0: the total form.
func quotient(o *operation, x ...*big.Int) *big.Int {
	a, b := x[0], x[1]
	switch {
	case b.Sign() == 0:
		return new(big.Int)
	case o.elem.Kind != types.Fixed:
		return new(big.Int).Quo(a, b)
	case o.args[1].Elem.Kind == types.Fixed:
		a = new(big.Int).Lsh(a, uint(o.elem.F))
	}
	return floor(a, b)
}

// floor is a / b toward minus infinity.
func floor(a, b *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if r.Sign() != 0 && r.Sign() != b.Sign() {
		q.Sub(q, big.NewInt(1))
	}
	return q
}

// remainder has the sign of the dividend, and is 0 for a divisor of 0.
func remainder(_ *operation, x ...*big.Int) *big.Int {
	if x[1].Sign() == 0 {
		return new(big.Int)
	}
	return new(big.Int).Rem(x[0], x[1])
}

// conversion: to bool, not zero; from fixed to an integer, toward zero; to
// fewer fractional bits, toward minus infinity.
func conversion(o *operation, x ...*big.Int) *big.Int {
	from := o.args[0].Elem
	more := o.elem.F - from.F
	switch {
	case o.elem == from:
		return x[0]
	case o.elem.Kind == types.Float:
		return toFloat(x[0], from)
	case from.Kind == types.Float:
		return fromFloat(x[0], o.elem)
	case o.elem.Kind == types.Bool:
		return bit(x[0].Sign() != 0)
	case from.Kind == types.Fixed && o.elem.Kind != types.Fixed:
		return new(big.Int).Quo(x[0], new(big.Int).Lsh(big.NewInt(1), uint(from.F)))
	case more >= 0:
		return new(big.Int).Lsh(x[0], uint(more))
	}
	return new(big.Int).Rsh(x[0], uint(-more))
}

func sum(_ *operation, x ...*big.Int) *big.Int {
	s := new(big.Int)
	for _, v := range x {
		s.Add(s, v)
	}
	return s
}

// best is the least (sign -1) or greatest (sign 1) of x; of nothing, the far
// end of the type.
func (o *operation) best(sign int, x []*big.Int) *big.Int {
	lo, hi := o.elem.Bounds()
	best := lo
	if sign < 0 {
		best = hi
	}
	for k, v := range x {
		if k == 0 || v.Cmp(best) == sign {
			best = v
		}
	}
	return best
}

// reduction collects the elements along Axis, or all of them, for each
// element of the result.
func reduction(f func(*operation, ...*big.Int) *big.Int) func(*operation) Tensor {
	return func(o *operation) Tensor {
		x := o.args[0]
		if o.Axis < 0 {
			return o.tensor(func(int) *big.Int { return f(o, x.Data...) })
		}
		n, inner := int(x.Shape[o.Axis]), count(x.Shape[o.Axis+1:])
		return o.tensor(func(k int) *big.Int {
			line := make([]*big.Int, n)
			for j := range line {
				line[j] = x.Data[(k/inner*n+j)*inner+k%inner]
			}
			return f(o, line...)
		})
	}
}

// extreme is a reduction of one operand, elementwise for two.
func extreme(f func(*operation, ...*big.Int) *big.Int) func(*operation) Tensor {
	return func(o *operation) Tensor {
		if len(o.args) == 1 {
			return reduction(f)(o)
		}
		return elementwise(f)(o)
	}
}

// dot sums exact products and truncates once.
func dot(o *operation) Tensor {
	x, y := o.args[0], o.args[1]
	lead := max(0, len(y.Shape)-2)
	inner, cols := int(y.Shape[lead]), count(y.Shape[lead+1:])
	results := count(o.shape[lead:]) // of a pair of operands
	return o.tensor(func(k int) *big.Int {
		s, first := new(big.Int), k/results*inner*cols
		for j := range inner {
			s.Add(s, new(big.Int).Mul(x.Data[k/cols*inner+j], y.Data[first+j*cols+k%cols]))
		}
		return o.shifted(s)
	})
}

// convolution goes through all results and places of a kernel: each pair has to do
// with one pixel, unless it lies outside the image. Two of the three are operands, and
// the third is the result; exact products are added up and truncated once.
func convolution(shapes func(x, y, out []int64) (images, kernels, results []int64), indices func(pixel, place, result int64) (x, y, out int64)) func(*operation) Tensor {
	return func(o *operation) Tensor {
		x, y := o.args[0], o.args[1]
		images, kernels, results := shapes(x.Shape, y.Shape, o.shape)
		sums := o.tensor(func(int) *big.Int { return new(big.Int) })
		for result := range int64(count(results)) {
			at := split(result, results)
			for place := range int64(count(kernels[1:])) {
				of := split(place, kernels[1:])
				row, column := at[2]*o.window[2]+of[1]-o.window[3], at[3]*o.window[2]+of[2]-o.window[3]
				if row < 0 || row >= images[2] || column < 0 || column >= images[3] {
					continue
				}
				pixel := ((at[0]*images[1]+of[0])*images[2]+row)*images[3] + column
				i, j, to := indices(pixel, at[1]*int64(count(kernels[1:]))+place, result)
				sums.Data[to] = new(big.Int).Add(sums.Data[to], new(big.Int).Mul(x.Data[i], y.Data[j]))
			}
		}
		return o.tensor(func(k int) *big.Int { return o.shifted(sums.Data[k]) })
	}
}

// split is the index of the k-th element of a shape.
func split(k int64, shape []int64) []int64 {
	out := make([]int64, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		k, out[d] = k/shape[d], k%shape[d]
	}
	return out
}

// windows reads each place of each window; those outside are zero.
func windows(o *operation) Tensor {
	h, w := o.args[0].Shape[2], o.args[0].Shape[3]
	height, width, stride, padding := o.window[0], o.window[1], o.window[2], o.window[3]
	columns := (w+2*padding-width)/stride + 1
	return o.tensor(func(k int) *big.Int {
		at := int64(k)
		place, at := at%(height*width), at/(height*width)
		channel, at := at%o.shape[2], at/o.shape[2]
		window, image := at%o.shape[1], at/o.shape[1]
		row := window/columns*stride + place/width - padding
		column := window%columns*stride + place%width - padding
		if row < 0 || row >= h || column < 0 || column >= w {
			return new(big.Int)
		}
		return o.args[0].Data[((image*o.shape[2]+channel)*h+row)*w+column]
	})
}

// filter keeps rows; its shape is what it keeps.
func filter(o *operation) Tensor {
	x := o.args[0]
	n := count(x.Shape[1:])
	out := Tensor{Elem: x.Elem, Shape: append([]int64{0}, x.Shape[1:]...)}
	for row, keep := range o.args[1].Data {
		if keep.Sign() != 0 {
			out.Data = append(out.Data, x.Data[row*n:(row+1)*n]...)
			out.Shape[0]++
		}
	}
	return out
}

func unique(o *operation) Tensor {
	data := slices.Clone(o.args[0].Data)
	slices.SortFunc(data, (*big.Int).Cmp)
	data = slices.CompactFunc(data, func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
	return Tensor{o.elem, []int64{int64(len(data))}, data}
}

// A slice is an index, or (whole) the range from..to; to = -1 is the end.
type slice struct {
	whole    bool
	from, to int64
}

// span is the positions that the slice takes in a dimension of n.
func (s slice) span(n int64) (from, to int64) {
	switch {
	case !s.whole:
		return s.from, s.from + 1
	case s.to < 0:
		return s.from, n
	}
	return s.from, s.to
}

// places returns, row by row, the position in x of each element of
// x[slices]; -1 is outside.
func (o *operation) places() []int64 {
	at := []int64{0}
	for d, n := range o.args[0].Shape {
		s := slice{whole: true, to: -1}
		if d < len(o.slices) {
			s = o.slices[d]
		}
		from, to := s.span(n)
		var next []int64
		for _, base := range at {
			for k := from; k < to; k++ {
				p := base*n + k
				if base < 0 || k < 0 || k >= n {
					p = -1
				}
				next = append(next, p)
			}
		}
		at = next
	}
	return at
}

// index gives zero outside: the total form.
func index(o *operation) Tensor {
	at := o.places()
	return o.tensor(func(k int) *big.Int {
		if at[k] < 0 {
			return new(big.Int)
		}
		return o.args[0].Data[at[k]]
	})
}

// update writes nothing outside.
func update(o *operation) Tensor {
	out := slices.Clone(o.args[0].Data)
	for k, p := range o.places() {
		if p >= 0 {
			out[p] = o.args[1].at(k)
		}
	}
	return Tensor{o.elem, o.shape, out}
}

func stack(o *operation) Tensor {
	var data []*big.Int
	for _, x := range o.args {
		data = append(data, x.Data...)
	}
	return Tensor{o.elem, o.shape, data}
}

func concat(o *operation) Tensor {
	var data []*big.Int
	for outer := range count(o.shape[:o.Axis]) {
		for _, x := range o.args {
			n := count(x.Shape[o.Axis:])
			data = append(data, x.Data[outer*n:(outer+1)*n]...)
		}
	}
	return Tensor{o.elem, o.shape, data}
}

// defined reports whether a partial operation has a value.
func (o *operation) defined() bool {
	switch o.Op {
	case ir.OpDiv, ir.OpMod:
		return !slices.ContainsFunc(o.args[1].Data, func(v *big.Int) bool { return v.Sign() == 0 })
	case ir.OpSqrt:
		return !slices.ContainsFunc(o.args[0].Data, func(v *big.Int) bool { return v.Sign() < 0 })
	case ir.OpRsqrt, ir.OpLog:
		return !slices.ContainsFunc(o.args[0].Data, func(v *big.Int) bool { return v.Sign() <= 0 })
	case ir.OpPad:
		return o.args[0].Shape[0] <= o.shape[0]
	case ir.OpIndex, ir.OpUpdate:
		for d, s := range o.slices {
			n := o.args[0].Shape[d]
			if from, to := s.span(n); from < 0 || from > to || to > n {
				return false
			}
		}
	}
	return true
}
