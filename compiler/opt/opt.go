// Package opt makes a lowered computation shorter without changing what
// anybody learns: passes only remove instructions that have no effect and no
// message of their own. What they leave is verified; tests do so after each.
package opt

import "github.com/tfec-lang/tfec/compiler/ir"

// A pass changes a program in place.
type pass struct {
	name string
	run  func(p *ir.Program)
}

var passes = []pass{
	{"invariants of loops", hoistInvariants},
	{"common subexpressions", shareResults},
	{"arrangements of shares", arrangeShares},
	{"dead code", removeUnused},
	{"rounds", shareRounds},
}

// Run carries out all passes on p, in place; the error is that of a pass, whose
// result breaks the rules of the ir.
func Run(p *ir.Program) error {
	for _, q := range passes {
		q.run(p)
	}
	p.Number()
	return ir.Verify(p)
}

// pure are the operations whose result depends on nothing but their operands,
// and which do nothing else. Sharing, opening, inputs and control are not.
var pure = map[ir.Op]bool{
	ir.OpConst: true, ir.OpValid: true, ir.OpSizeOf: true, ir.OpConvert: true, ir.OpNeg: true, ir.OpAdd: true, ir.OpSub: true,
	ir.OpMul: true, ir.OpDiv: true, ir.OpMod: true, ir.OpEq: true, ir.OpNe: true, ir.OpLt: true, ir.OpLe: true,
	ir.OpSqrt: true, ir.OpRsqrt: true, ir.OpExp: true, ir.OpLog: true, ir.OpSigmoid: true, ir.OpTanh: true,
	ir.OpGt: true, ir.OpGe: true, ir.OpAnd: true, ir.OpOr: true, ir.OpNot: true, ir.OpSelect: true,
	ir.OpSum: true, ir.OpMin: true, ir.OpMax: true, ir.OpAbs: true, ir.OpReduce: true, ir.OpDot: true, ir.OpConvolve: true, ir.OpConvolveToKernels: true, ir.OpConvolveToImages: true, ir.OpIndex: true,
	ir.OpStack: true, ir.OpConcat: true, ir.OpFill: true, ir.OpTranspose: true, ir.OpReshape: true,
	ir.OpReverse: true, ir.OpCumSum: true, ir.OpIota: true, ir.OpWindows: true,
	ir.OpSort: true, ir.OpRank: true, ir.OpPermute: true, ir.OpCarry: true, ir.OpTopK: true, ir.OpMerge: true, ir.OpDistinct: true,
	ir.OpArgMin: true, ir.OpArgMax: true, ir.OpOneHot: true, ir.OpLookup: true, ir.OpStore: true,
	ir.OpFilter: true, ir.OpUnique: true, ir.OpLength: true, ir.OpPad: true, ir.OpHash64: true, ir.OpFormat: true, ir.OpParse: true,
}
