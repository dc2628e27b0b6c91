package main

// Matrix products: the innermost loop of a blocked product.

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// shapes of the tile of the result that stays in registers.
var tileRows = map[string]int{"AVX2": 4, "AVX512": 8}
var tileVectors = map[string]int{"AVX2": 1, "AVX512": 2}

func matrices(g *generator) {
	g.both(func() { tile(g) })
	g.both(func() { dot(g) })
}

// tile emits dst += a b for packed a (k columns of the tile's rows) and b, k rows of
// the tile's columns; rows of dst and of b are so many elements apart.
func tile(g *generator) {
	g.begin("tile", "dst *uint64, stride int, a, b *uint64, bStride, k int", "adds a tile of a matrix product to dst, whose rows are stride elements apart, those of b bStride. k > 0.")
	rows, vectors := tileRows[g.name], tileVectors[g.name]
	dst, stride, a, b, bStride, k := g.word("dst"), g.word("stride"), g.word("a"), g.word("b"), g.word("bStride"), g.word("k")
	g.SHLQ(operand.Imm(3), stride)
	g.SHLQ(operand.Imm(3), bStride)
	low, cross := make([][]reg.VecVirtual, rows), make([][]reg.VecVirtual, rows)
	for i := range rows {
		for range vectors {
			low[i] = append(low[i], g.zero())
			if g.lanes == 4 {
				cross[i] = append(cross[i], g.zero())
			}
		}
	}
	g.Label("inner")
	step(g, a, b, rows, vectors, low, cross)
	g.ADDQ(operand.Imm(uint64(8*rows)), a)
	g.ADDQ(bStride, b)
	g.DECQ(k)
	g.JNE(operand.LabelRef("inner"))
	for i := range rows {
		for j := range vectors {
			place := operand.Mem{Base: dst, Disp: 8 * j * g.lanes}
			sum := low[i][j]
			if g.lanes == 4 {
				g.joinProduct(low[i][j], cross[i][j], sum)
			}
			g.VPADDQ(place, sum, sum)
			g.store(sum, place)
		}
		if i+1 < rows {
			g.ADDQ(stride, dst)
		}
	}
	g.finish()
}

// step adds a column of a times a row of b. AVX2 keeps apart the sums of the
// low products and of the crossed ones, of which 32 bits matter.
func step(g *generator, a, b reg.Register, rows, vectors int, low, cross [][]reg.VecVirtual) {
	var y, swapped []reg.VecVirtual
	for j := range vectors {
		y = append(y, g.load(operand.Mem{Base: b, Disp: 8 * j * g.lanes}))
		if g.lanes == 4 {
			s := g.vec()
			g.VPSHUFD(operand.Imm(0xb1), y[j], s)
			swapped = append(swapped, s)
		}
	}
	for i := range rows {
		x := g.vec()
		g.VPBROADCASTQ(operand.Mem{Base: a, Disp: 8 * i}, x)
		for j := range vectors {
			product := g.vec()
			if g.lanes == 8 {
				g.VPMULLQ(x, y[j], product)
				g.VPADDQ(product, low[i][j], low[i][j])
				continue
			}
			g.VPMULUDQ(x, y[j], product)
			g.VPADDQ(product, low[i][j], low[i][j])
			crossed := g.vec()
			g.VPMULLD(x, swapped[j], crossed)
			g.VPADDD(crossed, cross[i][j], cross[i][j])
		}
	}
}

// dot emits the inner product of vectors, lane by lane.
func dot(g *generator) {
	g.begin("dot", "sums, x, y *uint64, n int", "sets sums, 8 of AVX-512 and 4 of AVX2, that add up to the inner product of x and y.")
	sums, x, y, n := g.word("sums"), g.word("x"), g.word("y"), g.word("n")
	const parts = 2
	var sum [parts]reg.VecVirtual
	for i := range sum {
		sum[i] = g.zero()
	}
	g.loop(n, block, func(at reg.Register) {
		for i := 0; i < block; i += g.lanes {
			a := g.load(operand.Mem{Base: x, Index: at, Scale: 8, Disp: 8 * i})
			b := g.load(operand.Mem{Base: y, Index: at, Scale: 8, Disp: 8 * i})
			g.mul(a, b, a)
			s := sum[i/g.lanes%parts]
			g.VPADDQ(a, s, s)
		}
	})
	g.VPADDQ(sum[0], sum[1], sum[0])
	g.store(sum[0], operand.Mem{Base: sums})
	g.finish()
}
