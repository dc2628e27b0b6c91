package main

// Matrix products over Z_2^128.

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wide emits the innermost loop of products over Z_2^128 by fused products of
// 52 bits: elements are limbs of 52, 52 and 24 bits, and the sums of products
// of equal weight do not carry for 800 steps.
func wide(g *generator) {
	g.isa = isa{"IFMA", 8}
	g.begin("wideTile", "sums, a, b *uint64, k int", "sets sums, three for each of 8 rows, of 8 elements each, to a tile of a matrix product over Z_2^128. k > 0.")
	const rows, limbs = 8, 3
	sums, a, b, k := g.word("sums"), g.word("a"), g.word("b"), g.word("k")
	var sum [rows][limbs]reg.VecVirtual
	for i := range sum {
		for w := range sum[i] {
			sum[i][w] = g.zero()
		}
	}
	g.Label("inner")
	var y [limbs]reg.VecVirtual
	for i := range y {
		y[i] = g.load(operand.Mem{Base: b, Disp: 64 * i})
	}
	for r := range rows {
		for i := range limbs {
			x := g.vec()
			g.VPBROADCASTQ(operand.Mem{Base: a, Disp: 8 * (r*limbs + i)}, x)
			for j := range limbs - i {
				g.VPMADD52LUQ(y[j], x, sum[r][i+j])
				if i+j+1 < limbs {
					g.VPMADD52HUQ(y[j], x, sum[r][i+j+1])
				}
			}
		}
	}
	g.ADDQ(operand.U32(8*rows*limbs), a)
	g.ADDQ(operand.U32(64*limbs), b)
	g.DECQ(k)
	g.JNE(operand.LabelRef("inner"))
	for r := range rows {
		for w := range limbs {
			g.store(sum[r][w], operand.Mem{Base: sums, Disp: 64 * (r*limbs + w)})
		}
	}
	g.finish()
}
