package codegen

// Operations: in clear a function of the runtime's package clear, on shares a
// method of the same name of the player's Party.

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// functions are the operations whose arguments are their operands.
var functions = map[ir.Op]string{
	ir.OpRefresh: "Refresh", ir.OpNeg: "Neg", ir.OpNot: "Not", ir.OpAbs: "Abs", ir.OpReduce: "Reduce", ir.OpTranspose: "Transpose",
	ir.OpReverse: "Reverse", ir.OpCumSum: "CumSum", ir.OpFilter: "Filter", ir.OpUnique: "Unique",
	ir.OpAdd: "Add", ir.OpSub: "Sub", ir.OpMul: "Mul", ir.OpDiv: "Div", ir.OpMod: "Mod",
	ir.OpEq: "Eq", ir.OpNe: "Ne", ir.OpLt: "Lt", ir.OpLe: "Le", ir.OpGt: "Gt", ir.OpGe: "Ge",
	ir.OpAnd: "And", ir.OpOr: "Or", ir.OpSelect: "Select", ir.OpDot: "Dot", ir.OpStack: "Stack",
	ir.OpSqrt: "Sqrt", ir.OpExp: "Exp", ir.OpLog: "Log", ir.OpSigmoid: "Sigmoid", ir.OpTanh: "Tanh",
	ir.OpMin: "Min2", ir.OpMax: "Max2",
	ir.OpSort: "Sort", ir.OpRank: "Rank", ir.OpPermute: "Permute", ir.OpCarry: "Carry", ir.OpMerge: "Merge", ir.OpDistinct: "Distinct",
	ir.OpShuffle: "Shuffle", ir.OpLookup: "Lookup", ir.OpStore: "Store",
}

// reductions are the operations over one operand and an axis.
var reductions = map[ir.Op]string{
	ir.OpSum: "Sum", ir.OpMin: "Min", ir.OpMax: "Max", ir.OpArgMin: "ArgMin", ir.OpArgMax: "ArgMax",
}

// operation writes an operation; one that may fail is checked before.
func (b *body) operation(g *jen.Group, in *ir.Instr) {
	if in.Op == ir.OpHash64 || in.Op == ir.OpParse {
		b.ofParty(g, in)
		return
	}
	if in.Op == ir.OpRefresh && b.proj.Helper(b.proj.Player) {
		b.define(g, in, b.step(in, "Refreshed", b.described(in.Dst)...), b.remark(in))
		return
	}
	if in.Checked {
		b.check(g, in)
	}
	name, args := b.call(in)
	if secure(b.proj, in) {
		if in.Width > 0 {
			name = fmt.Sprintf("Within(%d).%s", in.Width, name)
		}
		b.define(g, in, b.step(in, name, args...), b.remark(in))
	} else if b.reads[in.Dst] {
		b.define(g, in, b.from("clear", name).Call(args...), b.place(in.Dst))
	}
}

// remark says what a secure operation works on: a helper has masks alone.
func (b *body) remark(in *ir.Instr) string {
	if b.proj.Helper(b.proj.Player) {
		return fmt.Sprintf("step %d: on masks", in.Step)
	}
	return fmt.Sprintf("step %d: on shares", in.Step)
}

// ofParty writes an operation in clear that needs more than its operands: the
// key of the run, or what ends the run where a text is no number.
func (b *body) ofParty(g *jen.Group, in *ir.Instr) {
	x := b.operand(in.Args[0])
	switch {
	case in.Op == ir.OpParse:
		b.define(g, in, b.step(in, "Parse", x, b.elem(b.proj.Values[in.Dst].Elem)), b.place(in.Dst))
	case b.reads[in.Dst]:
		b.define(g, in, b.party("Hash64", x), b.place(in.Dst))
	}
}

// check writes what keeps a partial operation from failing late.
func (b *body) check(g *jen.Group, in *ir.Instr) {
	switch in.Op {
	case ir.OpDiv, ir.OpMod:
		b.fail(g, in, b.from("clear", "AnyZero").Call(b.operand(in.Args[1])))
	case ir.OpSqrt:
		b.fail(g, in, b.from("clear", "AnyBelow").Call(b.operand(in.Args[0]), jen.Lit(0)))
	case ir.OpRsqrt, ir.OpLog:
		b.fail(g, in, b.from("clear", "AnyBelow").Call(b.operand(in.Args[0]), jen.Lit(1)))
	case ir.OpIndex, ir.OpUpdate:
		args := append([]jen.Code{b.operand(in.Args[0])}, b.sliced(in.Slices)...)
		b.fail(g, in, jen.Op("!").Add(b.from("clear", "Inside").Call(args...)))
	case ir.OpPad:
		rows := b.operand(in.Args[0]).Dot("Shape").Index(jen.Lit(0))
		b.fail(g, in, rows.Op(">").Add(b.dims(b.proj.Values[in.Dst].Shape[:1])...))
	default:
		b.fault("%s cannot be checked", in.Op)
	}
}

// call is the name of an operation in the runtime, and its arguments.
func (b *body) call(in *ir.Instr) (string, []jen.Code) {
	var args []jen.Code
	for _, v := range in.Args {
		args = append(args, b.operand(v))
	}
	info := b.proj.Values[in.Dst]
	if name, ok := reductions[in.Op]; ok && len(args) == 1 {
		return name, append(args, jen.Lit(in.Axis))
	}
	switch in.Op {
	case ir.OpConvert:
		return "Convert", append(args, b.elem(info.Elem))
	case ir.OpRsqrt:
		return "Rsqrt", append(args, jen.Lit(in.Least))
	case ir.OpIndex:
		return "Index", append(args, b.sliced(in.Slices)...)
	case ir.OpUpdate:
		return "Update", append(args, b.sliced(in.Slices)...)
	case ir.OpTopK:
		return "TopK", append(args, b.dims(info.Shape)...)
	case ir.OpFill:
		return "Fill", append(args[:1:1], b.shape(in)...)
	case ir.OpReshape:
		return "Reshape", append(args[:1:1], b.shape(in)...)
	case ir.OpLength:
		return "Length", append(args, jen.Lit(in.Axis))
	case ir.OpFormat:
		if b.proj.Values[in.Args[0]].Elem.Kind == types.Date {
			return "FormatDates", args
		}
		return "Format", args
	case ir.OpPad:
		return "Pad", append(args, b.dims(info.Shape[:1])...)
	case ir.OpDraw:
		if secure(b.proj, in) {
			return "Draw", b.dims(info.Shape)
		}
		return "RandomBits", b.shape(in)
	case ir.OpIota:
		return "Iota", b.shape(in)
	case ir.OpConvolve:
		return "Convolve", append(args, b.dims(in.Window[2:])...)
	case ir.OpConvolveToKernels:
		return "ConvolveToKernels", append(args, b.dims(in.Window)...)
	case ir.OpConvolveToImages:
		return "ConvolveToImages", append(args, append(b.dims(info.Shape[2:]), b.dims(in.Window[2:])...)...)
	case ir.OpWindows:
		return "Windows", append(args, b.dims(in.Window)...)
	case ir.OpOneHot:
		return "OneHot", append(args, b.dims(info.Shape[len(info.Shape)-1:])...)
	case ir.OpConcat:
		return "Concat", append([]jen.Code{jen.Lit(in.Axis)}, args...)
	}
	name, ok := functions[in.Op]
	if !ok {
		b.fault("the operation %s has no Go form", in.Op)
	}
	return name, args
}

// printed is what a print writes: its texts, and the values between them.
func (b *body) printed(in *ir.Instr) []jen.Code {
	var out []jen.Code
	for k, text := range in.Parts {
		if text != "" {
			out = append(out, jen.Lit(text))
		}
		if k < len(in.Args) {
			out = append(out, b.operand(in.Args[k]))
		}
	}
	return out
}

// literalComment shows a fixed or float literal as the number that it is.
func literalComment(e types.Elem, v []*big.Int) string {
	if e.Kind == types.Float && len(v) == 1 {
		return "public: " + strconv.FormatFloat(ir.BitsFloat(v[0]), 'g', -1, 64)
	}
	if e.Kind != types.Fixed || len(v) != 1 {
		return "public"
	}
	return "public: " + decimal(v[0], e.F)
}

// decimal is the shortest decimal that rounds to v / 2^f.
func decimal(v *big.Int, f int) string {
	unit := new(big.Int).Lsh(big.NewInt(1), uint(f))
	exact := new(big.Rat).SetFrac(v, unit)
	half := big.NewRat(1, 2)
	for digits := 0; ; digits++ {
		text := exact.FloatString(digits)
		near, _ := new(big.Rat).SetString(text)
		off := near.Sub(near, exact)
		off.Abs(off).Mul(off, new(big.Rat).SetInt(unit))
		if off.Cmp(half) < 0 {
			return text
		}
	}
}
