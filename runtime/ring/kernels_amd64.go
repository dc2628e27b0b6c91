//go:build !purego

package ring

// The variants of amd64. The assembly takes whole blocks, plain Go the rest.

import (
	"sync"

	"golang.org/x/sys/cpu"
)

//go:generate go run ./internal/asm .

// block is the number of elements that the assembly takes at a time.
const block = 32

// variants are those that this machine can run, the best last. The features
// are those that the operating system saves, too.
func variants() []*kernels {
	all := []*kernels{plain}
	if cpu.X86.HasAVX2 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT {
		all = append(all, avx2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
		all = append(all, avx512)
		if cpu.X86.HasAVX512VBMI && cpu.X86.HasAVX512VBMI2 && cpu.X86.HasAVX512GFNI && cpu.X86.HasAVX512IFMA {
			all = append(all, vbmi)
		}
	}
	return all
}

var avx2 = &kernels{
	name:         "AVX2",
	add:          ofBlocks(addAVX2, plain.add),
	sub:          ofBlocks(subAVX2, plain.sub),
	mul:          ofBlocks(mulAVX2, plain.mul),
	mulAdd:       ofBlocks(mulAddAVX2, plain.mulAdd),
	negateIf:     ofBlocks(negateIfAVX2, plain.negateIf),
	xor:          ofBlocks(xorAVX2, plain.xor),
	and:          ofBlocks(andAVX2, plain.and),
	cross:        crossOfBlocks(crossAVX2, plain.cross),
	crossBits:    crossOfBlocks(crossBitsAVX2, plain.crossBits),
	scale:        constOfBlocks(scaleAVX2, plain.scale),
	scaleAdd:     constOfBlocks(scaleAddAVX2, plain.scaleAdd),
	addConst:     constOfBlocks(addConstAVX2, plain.addConst),
	addShift:     addShiftOfBlocks(addShiftAVX2),
	shiftSigned:  constOfBlocks(shiftSignedAVX2, plain.shiftSigned),
	subShifted:   subShiftedOfBlocks(subShiftedAVX2),
	expand:       expandOfBlocks(expandAVX2),
	bitsAt:       bitsAtOfBlocks(bitsAtAVX2),
	transpose:    transpose,
	pack:         pack,
	unpack:       unpack,
	carries:      carriesOfBlocks([...]carriesBlocks{carries1AVX2, carries2AVX2, carries3AVX2, carries4AVX2}),
	rowsToPlanes: planesOfRows(rowsToPlanesAVX2),
	planesToRows: rowsOfPlanes(planesToRowsAVX2),
	chooseRows:   chooseOfRows(chooseRowsAVX2),
	bitsLess:     bitsLessOfRows(bitsLessAVX2),
	zeros:        zerosOfRows(zerosAVX2),
	blind:        blindOfRows(blindAVX2),
	below:        belowOfRows(belowAVX2),
	dot:          dotOfBlocks(dotAVX2),
	tiling:       tiling{4, 4, tileAVX2},
}

var avx512 = &kernels{
	name:         "AVX-512",
	add:          ofBlocks(addAVX512, plain.add),
	sub:          ofBlocks(subAVX512, plain.sub),
	mul:          ofBlocks(mulAVX512, plain.mul),
	mulAdd:       ofBlocks(mulAddAVX512, plain.mulAdd),
	negateIf:     ofBlocks(negateIfAVX512, plain.negateIf),
	xor:          ofBlocks(xorAVX512, plain.xor),
	and:          ofBlocks(andAVX512, plain.and),
	cross:        crossOfBlocks(crossAVX512, plain.cross),
	crossBits:    crossOfBlocks(crossBitsAVX512, plain.crossBits),
	scale:        constOfBlocks(scaleAVX512, plain.scale),
	scaleAdd:     constOfBlocks(scaleAddAVX512, plain.scaleAdd),
	addConst:     constOfBlocks(addConstAVX512, plain.addConst),
	addShift:     addShiftOfBlocks(addShiftAVX512),
	shiftSigned:  constOfBlocks(shiftSignedAVX512, plain.shiftSigned),
	subShifted:   subShiftedOfBlocks(subShiftedAVX512),
	expand:       expandOfBlocks(expandAVX512),
	bitsAt:       bitsAtOfBlocks(bitsAtAVX512),
	transpose:    transpose,
	pack:         pack,
	unpack:       unpack,
	carries:      carriesOfBlocks([...]carriesBlocks{carries1AVX512, carries2AVX512, carries3AVX512, carries4AVX512}),
	rowsToPlanes: planesOfRows(rowsToPlanesAVX512),
	planesToRows: rowsOfPlanes(planesToRowsAVX512),
	chooseRows:   chooseOfRows(chooseRowsAVX512),
	bitsLess:     bitsLessOfRows(bitsLessAVX512),
	zeros:        zerosOfRows(zerosAVX512),
	blind:        blindOfRows(blindAVX512),
	below:        belowOfRows(belowAVX2),
	dot:          dotOfBlocks(dotAVX512),
	tiling:       tiling{8, 16, tileAVX512},
}

// vbmi is AVX-512 with permutations of bytes, affine maps of their bits, and
// fused products of 52 bits.
var vbmi = func() *kernels {
	k := *avx512
	k.name = "AVX-512 VBMI GFNI IFMA"
	k.transpose = func(dst, x *[64]uint64) { transposeVBMI(&dst[0], &x[0]) }
	k.pack, k.unpack = packOfBlocks, unpackOfBlocks
	k.below = belowOfRows(belowVBMI)
	k.wideTile = wideTileIFMA
	return &k
}()

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

func expandOfBlocks(blocks func(dst, bits *uint64, words int)) func(dst, bits []uint64) {
	return func(dst, bits []uint64) {
		bits = bits[:Words(len(dst))]
		words := len(dst) / 64
		if words > 0 {
			blocks(&dst[0], &bits[0], words)
		}
		plain.expand(dst[64*words:], bits[words:])
	}
}

func bitsAtOfBlocks(blocks func(dst, x *uint64, words int, k uint64)) ofConst {
	return func(dst, x []uint64, k uint64) {
		dst = dst[:Words(len(x))]
		words := len(x) / 64
		if words > 0 {
			blocks(&dst[0], &x[0], words, k&63)
		}
		plain.bitsAt(dst[words:], x[64*words:], k)
	}
}

type carriesBlocks = func(out, in *uint64, stride int, f *uint64, fStride int, one uint64, n int)

func carriesOfBlocks(blocks [CarryBits]carriesBlocks) func(out *Carries, s Sums, n int) {
	return func(out *Carries, s Sums, n int) {
		whole := min(n, CarryWords) &^ 7
		if whole > 0 {
			_ = s.In[(1<<s.Bits-2)*s.Stride+whole-1]
			_ = s.F[(s.Bits-1)*s.FStride+whole-1]
			blocks[s.Bits-1](&out[0][0], &s.In[0], s.Stride, &s.F[0], s.FStride, s.One, whole)
		}
		s.carries(out, whole, n)
	}
}

func planesOfRows(rows func(dst *uint64, x *byte, rows, bits int)) func(dst []uint64, x []byte, bits int) {
	return func(dst []uint64, x []byte, bits int) { rows(&dst[0], &x[0], len(x)/Lanes, bits) }
}

func rowsOfPlanes(rows func(dst *byte, x *uint64, rows, bits int, c *byte)) func(dst []byte, planes []uint64, f Field) {
	return func(dst []byte, planes []uint64, f Field) {
		rows(&dst[0], &planes[0], len(dst)/Lanes, f.Bits, &f.constants[0][0])
	}
}

func chooseOfRows(rows func(dst, x, y *byte, rows int, mask *uint64)) func(dst, x, y []byte, mask uint64) {
	return func(dst, x, y []byte, mask uint64) { rows(&dst[0], &x[0], &y[0], len(dst)/Lanes, &mask) }
}

func bitsLessOfRows(rows func(dst *byte, bits *uint64, rows int, c *byte)) func(dst []byte, bits []uint64, f Field) {
	return func(dst []byte, bits []uint64, f Field) {
		rows(&dst[0], &bits[0], len(dst)/Lanes, &f.constants[0][0])
	}
}

func zerosOfRows(rows func(found *uint64, x, y *byte, rows int, c *byte)) func(x, y []byte, f Field) uint64 {
	return func(x, y []byte, f Field) (found uint64) {
		rows(&found, &x[0], &y[0], len(x)/Lanes, &f.constants[0][0])
		return found
	}
}

func blindOfRows(rows func(dst, x, factor, zero *byte, bound *uint64, rows int, masks *uint64, c *byte)) func(dst []byte, b *Blinding, f Field) {
	return func(dst []byte, b *Blinding, f Field) {
		masks := [...]uint64{b.One, b.Below, b.Exists}
		rows(&dst[0], &b.X[0], &b.Factor[0], &b.Zero[0], &b.Bound[0], len(dst)/Lanes, &masks[0], &f.constants[0][0])
	}
}

func belowOfRows(rows func(dst, x *byte, n, room int, c *byte) int) func(dst, random []byte, room int, b Bound) int {
	return func(dst, random []byte, room int, b Bound) int {
		return rows(&dst[0], &random[0], len(random), room, &b.constants[0][0])
	}
}

// A layout says where eight elements of m bits are in m bytes: tables of the
// assembly, in vectors of eight words. Which byte an element begins in, the
// places by which it is shifted there, a mask of m bits; for packing, which
// byte of the even and of the odd elements comes to each byte, and to which
// one does; m ones, and m.
type layout [44]uint64

const (
	firstField     = 0
	shiftField     = 8
	maskField      = 16
	evenField      = 24 // and odd after it
	evenBytesField = 40 // and odd after it
	bytesField     = 42
	sizeField      = 43
)

// From minPacked to maxPacked bits, a byte is of two elements at most, and an
// element with its shift in eight bytes.
const minPacked, maxPacked = 8, 57

var layouts = sync.OnceValue(func() *[maxPacked + 1]layout {
	all := new([maxPacked + 1]layout)
	for m := minPacked; m <= maxPacked; m++ {
		all[m] = newLayout(m)
	}
	return all
})

func newLayout(m int) (l layout) {
	setByte := func(field, i, v int) { l[field+i/8] |= uint64(v&63) << (i % 8 * 8) }
	for i := range 8 {
		l[shiftField+i] = uint64(i * m % 8)
		l[maskField+i] = 1<<m - 1
		for b := range 8 {
			setByte(firstField, 8*i+b, i*m/8+b)
		}
	}
	for b := range m {
		l[bytesField] |= 1 << b
		first, last := 8*b/m, (8*b+7)/m
		for i := first; i <= last; i++ {
			setByte(evenField+8*(i%2), b, 8*i+b-i*m/8)
			l[evenBytesField+i%2] |= 1 << b
		}
	}
	l[sizeField] = uint64(m)
	return l
}

func packOfBlocks(dst, x []uint64, m int) {
	n := len(x) &^ 63
	if m < minPacked || m > maxPacked || n == 0 {
		plain.pack(dst, x, m)
		return
	}
	dst = dst[:Words(len(x)*m)]
	packVBMI(&dst[0], &x[0], n, &layouts()[m][0])
	plain.pack(dst[n/64*m:], x[n:], m)
}

func unpackOfBlocks(dst, x []uint64, m int) {
	n := len(dst) &^ 63
	if m < minPacked || m > maxPacked || n == 0 {
		plain.unpack(dst, x, m)
		return
	}
	x = x[:Words(len(dst)*m)]
	unpackVBMI(&dst[0], &x[0], n, &layouts()[m][0])
	plain.unpack(dst[n:], x[n/64*m:], m)
}
