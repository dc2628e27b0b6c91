package exec

// Operations: in clear a function of package clear, on shares the method of
// the same name of the party.

import (
	"fmt"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// The two forms of an operation on one operand, on two, and over an axis.
type (
	unary struct {
		clear  func(x clear.Tensor) clear.Tensor
		shared func(p *runtime.Party, step int, x mpc.Operand) mpc.Share
	}
	binary struct {
		clear  func(x, y clear.Tensor) clear.Tensor
		shared func(p *runtime.Party, step int, x, y mpc.Operand) mpc.Share
	}
	reduction struct {
		clear  func(x clear.Tensor, axis int) clear.Tensor
		shared func(p *runtime.Party, step int, x mpc.Operand, axis int) mpc.Share
	}
)

var unaries = map[ir.Op]unary{
	ir.OpRefresh:   {nil, (*runtime.Party).Refresh},
	ir.OpNeg:       {clear.Neg, (*runtime.Party).Neg},
	ir.OpNot:       {clear.Not, (*runtime.Party).Not},
	ir.OpAbs:       {clear.Abs, (*runtime.Party).Abs},
	ir.OpReduce:    {shared: (*runtime.Party).Reduce},
	ir.OpTranspose: {clear.Transpose, (*runtime.Party).Transpose},
	ir.OpSqrt:      {clear.Sqrt, (*runtime.Party).Sqrt},
	ir.OpExp:       {clear.Exp, (*runtime.Party).Exp},
	ir.OpLog:       {clear.Log, (*runtime.Party).Log},
	ir.OpSigmoid:   {clear.Sigmoid, (*runtime.Party).Sigmoid},
	ir.OpTanh:      {clear.Tanh, (*runtime.Party).Tanh},
	ir.OpReverse:   {clear.Reverse, (*runtime.Party).Reverse},
	ir.OpCumSum:    {clear.CumSum, (*runtime.Party).CumSum},
	ir.OpSort:      {clear.Sort, (*runtime.Party).Sort},
	ir.OpUnique:    {clear: clear.Unique},
	ir.OpDistinct:  {clear: clear.Distinct},
	ir.OpShuffle:   {clear.Shuffle, (*runtime.Party).Shuffle},
}

var binaries = map[ir.Op]binary{
	ir.OpAdd: {clear.Add, (*runtime.Party).Add},
	ir.OpSub: {clear.Sub, (*runtime.Party).Sub},
	ir.OpMul: {clear.Mul, (*runtime.Party).Mul},
	ir.OpDiv: {clear.Div, (*runtime.Party).Div},
	ir.OpMod: {clear.Mod, (*runtime.Party).Mod},
	ir.OpEq:  {clear.Eq, (*runtime.Party).Eq},
	ir.OpNe:  {clear.Ne, (*runtime.Party).Ne},
	ir.OpLt:  {clear.Lt, (*runtime.Party).Lt},
	ir.OpLe:  {clear.Le, (*runtime.Party).Le},
	ir.OpGt:  {clear.Gt, (*runtime.Party).Gt},
	ir.OpGe:  {clear.Ge, (*runtime.Party).Ge},
	ir.OpAnd: {clear.And, (*runtime.Party).And},
	ir.OpOr:  {clear.Or, (*runtime.Party).Or},
	ir.OpMin: {clear.Min2, (*runtime.Party).Min2},
	ir.OpMax: {clear.Max2, (*runtime.Party).Max2},
	ir.OpDot: {clear.Dot, (*runtime.Party).Dot},

	ir.OpPermute: {clear.Permute, (*runtime.Party).Permute},
	ir.OpCarry:   {clear.Carry, (*runtime.Party).Carry},
	ir.OpMerge:   {clear.Merge, (*runtime.Party).Merge},
	ir.OpLookup:  {clear.Lookup, (*runtime.Party).Lookup},
	ir.OpFilter:  {clear: clear.Filter},
}

var reductions = map[ir.Op]reduction{
	ir.OpSum: {clear.Sum, (*runtime.Party).Sum},
	ir.OpMin: {clear.Min, (*runtime.Party).Min},
	ir.OpMax: {clear.Max, (*runtime.Party).Max},

	ir.OpArgMin: {clear.ArgMin, (*runtime.Party).ArgMin},
	ir.OpArgMax: {clear.ArgMax, (*runtime.Party).ArgMax},
}

// operation returns an operation, behind the check of one that may fail.
func (t *translator) operation(i *ir.Instr) action {
	var do action
	if t.shared(i.Dst) {
		do = t.secure(i)
	} else {
		do = t.inClear(i)
	}
	if i.Checked && i.Op != ir.OpParse {
		return t.checked(i, do)
	}
	return do
}

func (t *translator) checked(i *ir.Instr, do action) action {
	var defined func(f *frame) bool
	switch i.Op {
	case ir.OpDiv, ir.OpMod:
		defined = func(f *frame) bool { return !clear.AnyZero(f.clear(i.Args[1])) }
	case ir.OpIndex, ir.OpUpdate:
		defined = func(f *frame) bool { return clear.Inside(f.clear(i.Args[0]), f.slices(i)...) }
	case ir.OpSqrt:
		defined = func(f *frame) bool { return !clear.AnyBelow(f.clear(i.Args[0]), 0) }
	case ir.OpRsqrt, ir.OpLog:
		defined = func(f *frame) bool { return !clear.AnyBelow(f.clear(i.Args[0]), 1) }
	case ir.OpPad:
		n := t.Values[i.Dst].Shape
		defined = func(f *frame) bool { return f.clear(i.Args[0]).Shape[0] <= f.dims(i.Step, n)[0] }
	}
	return func(f *frame) {
		if !defined(f) {
			f.Fail(i.Step, i.Failure())
		}
		do(f)
	}
}

// slices are the positions of an index; the end of a dimension is -1.
func (f *frame) slices(i *ir.Instr) []clear.Slice {
	out := make([]clear.Slice, len(i.Slices))
	for k, s := range i.Slices {
		out[k] = clear.Slice{Range: s.Range, To: -1}
		if s.From != 0 {
			out[k].From = int(f.int(s.From))
		}
		if s.To != 0 {
			out[k].To = int(f.int(s.To))
		}
	}
	return out
}

func (t *translator) inClear(i *ir.Instr) action {
	compute := t.clearForm(i)
	return func(f *frame) { f.values[i.Dst] = compute(f) }
}

func (t *translator) clearForm(i *ir.Instr) func(*frame) clear.Tensor {
	info, e := t.Values[i.Dst], elem(t.Values[i.Dst].Elem)
	x, y, z := operand(i, 0), operand(i, 1), operand(i, 2)
	if op, ok := reductions[i.Op]; ok && len(i.Args) == 1 {
		return func(f *frame) clear.Tensor { return op.clear(f.clear(x), i.Axis) }
	}
	if op, ok := unaries[i.Op]; ok {
		return func(f *frame) clear.Tensor { return op.clear(f.clear(x)) }
	}
	if op, ok := binaries[i.Op]; ok {
		return func(f *frame) clear.Tensor { return op.clear(f.clear(x), f.clear(y)) }
	}
	switch i.Op {
	case ir.OpRank:
		return func(f *frame) clear.Tensor { return clear.Rank(f.clears(i)...) }
	case ir.OpTopK:
		return func(f *frame) clear.Tensor { return clear.TopK(f.clear(x), f.dims(i.Step, info.Shape)[0]) }
	case ir.OpStore:
		return func(f *frame) clear.Tensor { return clear.Store(f.clear(x), f.clear(y), f.clear(z)) }
	case ir.OpSelect:
		return func(f *frame) clear.Tensor { return clear.Select(f.clear(x), f.clear(y), f.clear(z)) }
	case ir.OpRsqrt:
		return func(f *frame) clear.Tensor { return clear.Rsqrt(f.clear(x), i.Least) }
	case ir.OpConvert:
		return func(f *frame) clear.Tensor { return clear.Convert(f.clear(x), e) }
	case ir.OpIndex:
		return func(f *frame) clear.Tensor { return clear.Index(f.clear(x), f.slices(i)...) }
	case ir.OpUpdate:
		return func(f *frame) clear.Tensor { return clear.Update(f.clear(x), f.clear(y), f.slices(i)...) }
	case ir.OpStack:
		return func(f *frame) clear.Tensor { return clear.Stack(f.clears(i)...) }
	case ir.OpConcat:
		return func(f *frame) clear.Tensor { return clear.Concat(i.Axis, f.clears(i)...) }
	case ir.OpFill:
		return func(f *frame) clear.Tensor { return clear.Fill(f.clear(x), f.shape(i, info.Shape)...) }
	case ir.OpReshape:
		return func(f *frame) clear.Tensor { return clear.Reshape(f.clear(x), f.shape(i, info.Shape)...) }
	case ir.OpLength:
		return func(f *frame) clear.Tensor { return clear.Length(f.clear(x), i.Axis) }
	case ir.OpPad:
		return func(f *frame) clear.Tensor { return clear.Pad(f.clear(x), f.dims(i.Step, info.Shape)[0]) }
	case ir.OpHash64:
		return func(f *frame) clear.Tensor { return f.Hash64(f.clear(x)) }
	case ir.OpFormat:
		if t.Values[x].Elem.Kind == types.Date {
			return func(f *frame) clear.Tensor { return clear.FormatDates(f.clear(x)) }
		}
		return func(f *frame) clear.Tensor { return clear.Format(f.clear(x)) }
	case ir.OpParse:
		return func(f *frame) clear.Tensor { return f.Parse(i.Step, f.clear(x), e) }
	case ir.OpDraw:
		return func(f *frame) clear.Tensor { return clear.RandomBits(f.shape(i, info.Shape)...) }
	case ir.OpIota:
		return func(f *frame) clear.Tensor { return clear.Iota(f.shape(i, info.Shape)[0]) }
	case ir.OpConvolve:
		return func(f *frame) clear.Tensor {
			w := f.dims(i.Step, i.Window)
			return clear.Convolve(f.clear(x), f.clear(y), w[2], w[3])
		}
	case ir.OpConvolveToKernels:
		return func(f *frame) clear.Tensor {
			w := f.dims(i.Step, i.Window)
			return clear.ConvolveToKernels(f.clear(x), f.clear(y), w[0], w[1], w[2], w[3])
		}
	case ir.OpConvolveToImages:
		return func(f *frame) clear.Tensor {
			w, s := f.dims(i.Step, i.Window), f.dims(i.Step, info.Shape)
			return clear.ConvolveToImages(f.clear(x), f.clear(y), s[2], s[3], w[2], w[3])
		}
	case ir.OpWindows:
		return func(f *frame) clear.Tensor {
			w := f.dims(i.Step, i.Window)
			return clear.Windows(f.clear(x), w[0], w[1], w[2], w[3])
		}
	case ir.OpOneHot:
		return func(f *frame) clear.Tensor { return clear.OneHot(f.clear(x), f.last(i.Step, info.Shape)) }
	}
	return func(f *frame) clear.Tensor {
		f.Fail(i.Step, unknown(i))
		return clear.Tensor{}
	}
}

func (t *translator) secure(i *ir.Instr) action {
	compute := t.secureForm(i)
	if i.Width > 0 {
		return func(f *frame) {
			f.Within(i.Width)
			f.values[i.Dst] = compute(f)
		}
	}
	return func(f *frame) { f.values[i.Dst] = compute(f) }
}

func (t *translator) secureForm(i *ir.Instr) func(*frame) mpc.Share {
	info, e := t.Values[i.Dst], elem(t.Values[i.Dst].Elem)
	x, y, z := operand(i, 0), operand(i, 1), operand(i, 2)
	if op, ok := reductions[i.Op]; ok && len(i.Args) == 1 {
		return func(f *frame) mpc.Share { return op.shared(f.Party, i.Step, f.values[x], i.Axis) }
	}
	if op, ok := unaries[i.Op]; ok && op.shared != nil {
		return func(f *frame) mpc.Share { return op.shared(f.Party, i.Step, f.values[x]) }
	}
	if op, ok := binaries[i.Op]; ok && op.shared != nil {
		return func(f *frame) mpc.Share { return op.shared(f.Party, i.Step, f.values[x], f.values[y]) }
	}
	switch i.Op {
	case ir.OpRank:
		return func(f *frame) mpc.Share { return f.Rank(i.Step, f.operands(i)...) }
	case ir.OpTopK:
		return func(f *frame) mpc.Share { return f.TopK(i.Step, f.values[x], f.dims(i.Step, info.Shape)[0]) }
	case ir.OpStore:
		return func(f *frame) mpc.Share { return f.Store(i.Step, f.values[x], f.values[y], f.values[z]) }
	case ir.OpSelect:
		return func(f *frame) mpc.Share { return f.Select(i.Step, f.values[x], f.values[y], f.values[z]) }
	case ir.OpDraw:
		return func(f *frame) mpc.Share { return f.Draw(i.Step, f.dims(i.Step, info.Shape)...) }
	case ir.OpRsqrt:
		return func(f *frame) mpc.Share { return f.Rsqrt(i.Step, f.values[x], i.Least) }
	case ir.OpConvert:
		return func(f *frame) mpc.Share { return f.Convert(i.Step, f.values[x], e) }
	case ir.OpIndex:
		return func(f *frame) mpc.Share { return f.Index(i.Step, f.values[x], f.slices(i)...) }
	case ir.OpUpdate:
		return func(f *frame) mpc.Share { return f.Update(i.Step, f.values[x], f.values[y], f.slices(i)...) }
	case ir.OpStack:
		return func(f *frame) mpc.Share { return f.Stack(i.Step, f.operands(i)...) }
	case ir.OpConcat:
		return func(f *frame) mpc.Share { return f.Concat(i.Step, i.Axis, f.operands(i)...) }
	case ir.OpFill:
		return func(f *frame) mpc.Share { return f.Fill(i.Step, f.values[x], f.dims(i.Step, info.Shape)...) }
	case ir.OpReshape:
		return func(f *frame) mpc.Share { return f.Reshape(i.Step, f.values[x], f.dims(i.Step, info.Shape)...) }
	case ir.OpConvolve:
		return func(f *frame) mpc.Share {
			w := f.dims(i.Step, i.Window)
			return f.Convolve(i.Step, f.values[x], f.values[y], w[2], w[3])
		}
	case ir.OpConvolveToKernels:
		return func(f *frame) mpc.Share {
			w := f.dims(i.Step, i.Window)
			return f.ConvolveToKernels(i.Step, f.values[x], f.values[y], w[0], w[1], w[2], w[3])
		}
	case ir.OpConvolveToImages:
		return func(f *frame) mpc.Share {
			w, s := f.dims(i.Step, i.Window), f.dims(i.Step, info.Shape)
			return f.ConvolveToImages(i.Step, f.values[x], f.values[y], s[2], s[3], w[2], w[3])
		}
	case ir.OpWindows:
		return func(f *frame) mpc.Share {
			w := f.dims(i.Step, i.Window)
			return f.Windows(i.Step, f.values[x], w[0], w[1], w[2], w[3])
		}
	case ir.OpOneHot:
		return func(f *frame) mpc.Share { return f.OneHot(i.Step, f.values[x], f.last(i.Step, info.Shape)) }
	}
	return func(f *frame) mpc.Share {
		f.Fail(i.Step, unknown(i))
		return mpc.Share{}
	}
}

func unknown(i *ir.Instr) string { return fmt.Sprintf("cannot carry out %s", i.Op) }

// operand is an operand's value, or 0 where the operation has fewer.
func operand(i *ir.Instr, k int) ir.Value {
	if k < len(i.Args) {
		return i.Args[k]
	}
	return 0
}

// last is the last dimension of a shape.
func (f *frame) last(step int, s types.Shape) int {
	d := f.dims(step, s)
	return d[len(d)-1]
}

func (f *frame) clears(i *ir.Instr) []clear.Tensor {
	out := make([]clear.Tensor, len(i.Args))
	for k, v := range i.Args {
		out[k] = f.clear(v)
	}
	return out
}

func (f *frame) operands(i *ir.Instr) []mpc.Operand {
	out := make([]mpc.Operand, len(i.Args))
	for k, v := range i.Args {
		out[k] = f.values[v]
	}
	return out
}
