//go:build !purego

package ring

// The variants of amd64. The assembly takes whole blocks, plain Go the rest.

import "golang.org/x/sys/cpu"

//go:generate go run ./internal/asm .

// block is the number of elements that the assembly takes at a time.
const block = 32

// variants are those that this machine can run, the best last. The features
// are those that the operating system saves, too.
func variants() []*kernels {
	all := []*kernels{plain}
	if cpu.X86.HasAVX2 {
		all = append(all, avx2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
		all = append(all, avx512)
	}
	return all
}

var avx2 = &kernels{
	name:        "AVX2",
	add:         ofBlocks(addAVX2, plain.add),
	sub:         ofBlocks(subAVX2, plain.sub),
	mul:         ofBlocks(mulAVX2, plain.mul),
	mulAdd:      ofBlocks(mulAddAVX2, plain.mulAdd),
	negateIf:    ofBlocks(negateIfAVX2, plain.negateIf),
	xor:         ofBlocks(xorAVX2, plain.xor),
	and:         ofBlocks(andAVX2, plain.and),
	cross:       crossOfBlocks(crossAVX2, plain.cross),
	crossBits:   crossOfBlocks(crossBitsAVX2, plain.crossBits),
	scale:       constOfBlocks(scaleAVX2, plain.scale),
	scaleAdd:    constOfBlocks(scaleAddAVX2, plain.scaleAdd),
	addConst:    constOfBlocks(addConstAVX2, plain.addConst),
	addShift:    addShiftOfBlocks(addShiftAVX2),
	shiftSigned: constOfBlocks(shiftSignedAVX2, plain.shiftSigned),
	subShifted:  subShiftedOfBlocks(subShiftedAVX2),
	dot:         dotOfBlocks(dotAVX2),
	tiling:      tiling{4, 4, tileAVX2},
}

var avx512 = &kernels{
	name:        "AVX-512",
	add:         ofBlocks(addAVX512, plain.add),
	sub:         ofBlocks(subAVX512, plain.sub),
	mul:         ofBlocks(mulAVX512, plain.mul),
	mulAdd:      ofBlocks(mulAddAVX512, plain.mulAdd),
	negateIf:    ofBlocks(negateIfAVX512, plain.negateIf),
	xor:         ofBlocks(xorAVX512, plain.xor),
	and:         ofBlocks(andAVX512, plain.and),
	cross:       crossOfBlocks(crossAVX512, plain.cross),
	crossBits:   crossOfBlocks(crossBitsAVX512, plain.crossBits),
	scale:       constOfBlocks(scaleAVX512, plain.scale),
	scaleAdd:    constOfBlocks(scaleAddAVX512, plain.scaleAdd),
	addConst:    constOfBlocks(addConstAVX512, plain.addConst),
	addShift:    addShiftOfBlocks(addShiftAVX512),
	shiftSigned: constOfBlocks(shiftSignedAVX512, plain.shiftSigned),
	subShifted:  subShiftedOfBlocks(subShiftedAVX512),
	dot:         dotOfBlocks(dotAVX512),
	tiling:      tiling{8, 16, tileAVX512},
}

// whole is the number of elements in whole blocks.
func whole(n int) int { return n &^ (block - 1) }

func ofBlocks(blocks func(dst, x, y *uint64, n int), rest ofTwo) ofTwo {
	return func(dst, x, y []uint64) {
		x, y = x[:len(dst)], y[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			blocks(&dst[0], &x[0], &y[0], n)
		}
		rest(dst[n:], x[n:], y[n:])
	}
}

func constOfBlocks(blocks func(dst, x *uint64, n int, c uint64), rest ofConst) ofConst {
	return func(dst, x []uint64, c uint64) {
		x = x[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			blocks(&dst[0], &x[0], n, c)
		}
		rest(dst[n:], x[n:], c)
	}
}

func crossOfBlocks(blocks func(dst, x0, x1, y0, y1 *uint64, n int), rest func(dst, x0, x1, y0, y1 []uint64)) func(dst, x0, x1, y0, y1 []uint64) {
	return func(dst, x0, x1, y0, y1 []uint64) {
		x0, x1, y0, y1 = x0[:len(dst)], x1[:len(dst)], y0[:len(dst)], y1[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			blocks(&dst[0], &x0[0], &x1[0], &y0[0], &y1[0], n)
		}
		rest(dst[n:], x0[n:], x1[n:], y0[n:], y1[n:])
	}
}

func addShiftOfBlocks(blocks func(dst, x *uint64, n int, c, m uint64)) func(dst, x []uint64, c, m uint64) {
	return func(dst, x []uint64, c, m uint64) {
		x = x[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			blocks(&dst[0], &x[0], n, c, m)
		}
		plain.addShift(dst[n:], x[n:], c, m)
	}
}

func subShiftedOfBlocks(blocks func(dst, x, y *uint64, n int, m uint64)) func(dst, x, y []uint64, m uint64) {
	return func(dst, x, y []uint64, m uint64) {
		x, y = x[:len(dst)], y[:len(dst)]
		n := whole(len(dst))
		if n > 0 {
			blocks(&dst[0], &x[0], &y[0], n, m)
		}
		plain.subShifted(dst[n:], x[n:], y[n:], m)
	}
}

func dotOfBlocks(blocks func(sums, x, y *uint64, n int)) func(x, y []uint64) uint64 {
	return func(x, y []uint64) uint64 {
		y = y[:len(x)]
		n := whole(len(x))
		var sums [8]uint64
		if n > 0 {
			blocks(&sums[0], &x[0], &y[0], n)
		}
		sum := plain.dot(x[n:], y[n:])
		for _, s := range sums {
			sum += s
		}
		return sum
	}
}
