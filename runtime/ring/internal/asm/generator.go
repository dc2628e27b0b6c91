package main

// What the topics have in common: functions in two instruction sets.

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// block is the number of elements that loops over vectors take at a time; the
// callers see to the rest. ring knows it, too.
const block = 32

type generator struct {
	*build.Context
	isa
	tables int // those that have numbers for names
}

// An isa is an instruction set.
type isa struct {
	name  string
	lanes int // 64-bit elements a register
}

var (
	avx2   = isa{"AVX2", 4}
	avx512 = isa{"AVX512", 8}
)

// both emits a function in both instruction sets.
func (g *generator) both(emit func()) {
	for _, g.isa = range []isa{avx2, avx512} {
		emit()
	}
}

// begin starts a function of the instruction set, name and parameters in Go.
func (g *generator) begin(name, params, doc string) {
	g.Function(name + g.name)
	g.Pragma("noescape")
	g.SignatureExpr("func(" + params + ")")
	g.Doc(name + g.name + " " + doc)
}

// vec is a new vector register.
func (g *generator) vec() reg.VecVirtual {
	if g.lanes == 8 {
		return g.ZMM()
	}
	return g.YMM()
}

// word loads a parameter.
func (g *generator) word(name string) reg.Register { return g.Load(g.Param(name), g.GP64()) }

// broadcast loads a parameter into all lanes.
func (g *generator) broadcast(name string) reg.VecVirtual {
	v := g.vec()
	x := g.XMM()
	g.VMOVQ(g.word(name), x)
	g.VPBROADCASTQ(x, v)
	return v
}

// constant is a value in all lanes.
func (g *generator) constant(c uint64) reg.VecVirtual {
	r, x, v := g.GP64(), g.XMM(), g.vec()
	g.MOVQ(operand.U64(c), r)
	g.VMOVQ(r, x)
	g.VPBROADCASTQ(x, v)
	return v
}

// count loads a parameter as a number of places to shift by.
func (g *generator) count(name string) reg.VecVirtual {
	x := g.XMM()
	g.VMOVQ(g.word(name), x)
	return x
}

// load reads a vector.
func (g *generator) load(m operand.Op) reg.VecVirtual {
	v := g.vec()
	if g.lanes == 8 {
		g.VMOVDQU64(m, v)
	} else {
		g.VMOVDQU(m, v)
	}
	return v
}

// store writes a vector.
func (g *generator) store(v reg.Register, m operand.Op) {
	if g.lanes == 8 {
		g.VMOVDQU64(v, m)
	} else {
		g.VMOVDQU(v, m)
	}
}

func (g *generator) zero() reg.VecVirtual {
	v := g.vec()
	g.xor(v, v, v)
	return v
}

func (g *generator) xor(x, y operand.Op, dst reg.Register) {
	if g.lanes == 8 {
		g.VPXORQ(x, y, dst)
	} else {
		g.VPXOR(x, y, dst)
	}
}

func (g *generator) and(x, y operand.Op, dst reg.Register) {
	if g.lanes == 8 {
		g.VPANDQ(x, y, dst)
	} else {
		g.VPAND(x, y, dst)
	}
}

// mul sets dst = x y modulo 2^64. AVX2 has products of 32 bits only: the low
// one in full, of the crossed ones the low halves.
func (g *generator) mul(x, y reg.VecVirtual, dst reg.Register) {
	if g.lanes == 8 {
		g.VPMULLQ(x, y, dst)
		return
	}
	cross, low := g.vec(), g.vec()
	g.VPSHUFD(operand.Imm(0xb1), y, cross)
	g.VPMULLD(x, cross, cross)
	g.VPMULUDQ(x, y, low)
	g.joinProduct(low, cross, dst)
}

// joinProduct sets dst = low + (the sum of cross' halves) 2^32.
func (g *generator) joinProduct(low, cross reg.VecVirtual, dst reg.Register) {
	upper := g.vec()
	g.VPSRLQ(operand.Imm(32), cross, upper)
	g.VPADDD(upper, cross, upper)
	g.VPSLLQ(operand.Imm(32), upper, upper)
	g.VPADDQ(low, upper, dst)
}

// loop runs body on n elements, step at a time; at is the index register.
func (g *generator) loop(n reg.Register, step int, body func(at reg.Register)) {
	at := g.GP64()
	g.XORQ(at, at)
	label := fmt.Sprintf("loop%d", step)
	g.Label(label)
	body(at)
	g.ADDQ(operand.Imm(uint64(step)), at)
	g.CMPQ(at, n)
	g.JLT(operand.LabelRef(label))
}

// finish ends a function.
func (g *generator) finish() {
	g.VZEROUPPER()
	g.RET()
}

// pointers declares parameters that are vectors.
func pointers(names ...string) string { return strings.Join(names, ", ") + " *uint64" }
