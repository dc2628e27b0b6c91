package main

// Packed bits: between bits and elements, and the carries of sums.

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func packedBits(g *generator) {
	g.both(func() { expand(g) })
	g.both(func() { bitsAt(g) })
	for b := 1; b <= 4; b++ {
		g.both(func() { carries(g, b) })
	}
	g.isa = isa{"VBMI", 8}
	transpose(g)
	unpack(g)
	pack(g)
}

// expand emits elements 0 and 1 from bits: a word in all lanes, shifted by
// the number of the lane.
func expand(g *generator) {
	g.begin("expand", "dst, bits *uint64, words int", "sets dst to elements 0 and 1, 64 a word of bits.")
	dst, bits, words := g.word("dst"), g.word("bits"), g.word("words")
	lanes := make([]uint64, g.lanes)
	for i := range lanes {
		lanes[i] = uint64(i)
	}
	number := g.load(g.table("lanes"+g.name, lanes))
	one := g.constant(1)
	g.Label("word")
	word := g.vec()
	g.VPBROADCASTQ(operand.Mem{Base: bits}, word)
	g.VPSRLVQ(number, word, word)
	for i := 0; i < 64; i += g.lanes {
		bit := g.vec()
		g.and(word, one, bit)
		g.store(bit, operand.Mem{Base: dst, Disp: 8 * i})
		if i+g.lanes < 64 {
			g.VPSRLQ(operand.Imm(uint64(g.lanes)), word, word)
		}
	}
	g.ADDQ(operand.Imm(8), bits)
	g.ADDQ(operand.U32(512), dst)
	g.DECQ(words)
	g.JNE(operand.LabelRef("word"))
	g.finish()
}

// table is constant data.
func (g *generator) table(name string, words []uint64) operand.Mem {
	m := g.StaticGlobal(name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i, w := range words {
		g.AddDatum(8*i, operand.U64(w))
	}
	return m
}

// bitsAt emits the collection of one bit of each element.
func bitsAt(g *generator) {
	g.begin("bitsAt", "dst, x *uint64, words int, k uint64", "sets the words of dst to bit k of each of 64 elements of x.")
	dst, x, words := g.word("dst"), g.word("x"), g.word("words")
	if g.lanes == 8 {
		k, bit, one := g.word("k"), g.GP64(), g.XMM()
		g.MOVQ(k, reg.RCX)
		g.MOVQ(operand.U32(1), bit)
		g.SHLQ(reg.CL, bit)
		g.VMOVQ(bit, one)
		mask := g.vec()
		g.VPBROADCASTQ(one, mask)
		g.Label("word")
		for i := 0; i < 64; i += 8 {
			set := g.K()
			v := g.load(operand.Mem{Base: x, Disp: 8 * i})
			g.VPTESTMQ(mask, v, set)
			g.KMOVB(set, operand.Mem{Base: dst, Disp: i / 8})
		}
	} else {
		// The bit moves to where VMOVMSKPD finds a sign.
		left, places := g.GP64(), g.XMM()
		g.MOVQ(operand.U32(63), left)
		g.SUBQ(g.word("k"), left)
		g.VMOVQ(left, places)
		g.Label("word")
		sum := g.GP64()
		g.XORQ(sum, sum)
		for i := 0; i < 64; i += 4 {
			v, four := g.vec(), g.GP32()
			g.VPSLLQ(places, g.load(operand.Mem{Base: x, Disp: 8 * i}), v)
			g.VMOVMSKPD(v, four)
			g.SHLQ(operand.Imm(uint64(i)), four.As64())
			g.ORQ(four.As64(), sum)
		}
		g.MOVQ(sum, operand.Mem{Base: dst})
	}
	g.ADDQ(operand.Imm(8), dst)
	g.ADDQ(operand.U32(512), x)
	g.DECQ(words)
	g.JNE(operand.LabelRef("word"))
	g.finish()
}

// carryWords is the length of a vector of the result of carries; ring knows it.
const carryWords = 504

// carries emits what carriesPlain in ring computes, of blocks of b bits, depth
// first, so that few intermediates are alive.
func carries(g *generator, b int) {
	g.begin(fmt.Sprintf("carries%d", b), "out, in *uint64, stride int, f *uint64, fStride int, one uint64, n int",
		fmt.Sprintf("sets out to the carries, and what passes one on, of blocks of %d bits; see carriesPlain. n is a multiple of 8.", b))
	out, n := g.word("out"), g.word("n")
	in, f := newVectors(g, "in", "stride", 1<<b-1), newVectors(g, "f", "fStride", b)
	one := g.broadcast("one")
	e := carry{g, in, f, out, one, b}
	g.Label("words")
	e.generates(b-1, 0)
	e.passes(b-1, 0)
	for _, p := range append(in.base, f.base...) {
		g.ADDQ(operand.Imm(uint64(8*g.lanes)), p)
	}
	g.ADDQ(operand.Imm(uint64(8*g.lanes)), out)
	g.SUBQ(operand.Imm(uint64(g.lanes)), n)
	g.JNE(operand.LabelRef("words"))
	g.finish()
}

type carry struct {
	*generator
	in, f equidistant
	out   reg.Register
	one   reg.VecVirtual
	b     int
}

// part is a part of the monomial of a set of bits: in memory, but for 1.
func (e carry) part(set int) operand.Op {
	if set == 0 {
		return e.one
	}
	return e.in.at(set - 1)
}

// generates computes g[t] after bit i, as fold in ring has it.
func (e carry) generates(i, t int) reg.VecVirtual {
	bit := 1 << i
	v := e.vec()
	if i == 0 {
		e.and(e.part(t|bit), e.bit(0), v)
	} else {
		e.xor(e.part(t|bit), e.generates(i-1, t), v)
		e.andXor(v, e.bit(i), e.generates(i-1, t|bit))
	}
	return e.keep(v, i, t, 0)
}

// passes computes p[t] after bit i.
func (e carry) passes(i, t int) reg.VecVirtual {
	bit := 1 << i
	var v reg.VecVirtual
	if i == 0 {
		v = e.vec()
		e.and(e.part(t), e.bit(0), v)
		e.xor(e.part(t|bit), v, v)
	} else {
		v = e.passes(i-1, t)
		e.andXor(v, e.bit(i), e.passes(i-1, t|bit))
	}
	return e.keep(v, i, t, e.b)
}

// keep stores what holds at bit i: after all higher bits were dropped.
func (e carry) keep(v reg.VecVirtual, i, t, first int) reg.VecVirtual {
	if t == 0 {
		e.store(v, operand.Mem{Base: e.out, Disp: 8 * carryWords * (first + i)})
	}
	return v
}

func (e carry) bit(i int) reg.VecVirtual { return e.load(e.f.at(i)) }

// andXor sets x = x & y ^ z.
func (e carry) andXor(x, y, z reg.VecVirtual) {
	if e.lanes == 8 {
		e.VPTERNLOGQ(operand.U8(0x6a), z, y, x)
		return
	}
	e.and(x, y, x)
	e.xor(x, z, x)
}

// Equidistant vectors are addressed by every third and the distance.
type equidistant struct {
	base   []reg.Register
	stride reg.Register
}

func newVectors(g *generator, first, stride string, count int) equidistant {
	v := equidistant{stride: g.word(stride)}
	g.SHLQ(operand.Imm(3), v.stride)
	for i := 0; i < count; i += 3 {
		p := g.GP64()
		if i == 0 {
			g.Load(g.Param(first), p)
		} else {
			g.LEAQ(operand.Mem{Base: v.base[i/3-1], Index: v.stride, Scale: 2}, p)
			g.ADDQ(v.stride, p)
		}
		v.base = append(v.base, p)
	}
	return v
}

func (v equidistant) at(i int) operand.Mem {
	if i%3 == 0 {
		return operand.Mem{Base: v.base[i/3]}
	}
	return operand.Mem{Base: v.base[i/3], Index: v.stride, Scale: uint8(i % 3)}
}

// transpose emits the transposition of 64 words as a matrix of bits. The bytes
// of eight words become blocks of 8×8 bits, their rows downwards; an affine
// map of the unit vectors by a block is its transpose; then blocks change
// places, and their rows become bytes again.
func transpose(g *generator) {
	g.begin("transpose", "dst, x *uint64", "sets bit i of word j of dst to bit j of word i of x, of 64 words.")
	dst, x := g.word("dst"), g.word("x")
	toBlocks := g.load(g.bytes("toBlocks", func(block, row int) int { return 8*(7-row) + block }))
	toWords := g.load(g.bytes("toWords", func(row, block int) int { return 8*block + row }))
	unit := g.constant(0x8040201008040201)
	var z [8]reg.VecVirtual
	for i := range z {
		z[i] = g.load(operand.Mem{Base: x, Disp: 64 * i})
		g.VPERMB(z[i], toBlocks, z[i])
		g.VGF2P8AFFINEQB(operand.Imm(0), z[i], unit, z[i])
	}
	for i, v := range g.exchange(z) {
		g.VPERMB(v, toWords, v)
		g.store(v, operand.Mem{Base: dst, Disp: 64 * i})
	}
	g.finish()
}

// bytes is a table of 64 byte positions.
func (g *generator) bytes(name string, at func(i, j int) int) operand.Mem {
	words := make([]uint64, 8)
	for i := range words {
		for j := range 8 {
			words[i] |= uint64(at(i, j)) << (8 * j)
		}
	}
	return g.table(name, words)
}

// exchange transposes 8×8 words: pairs of words, then pairs of pairs.
func (g *generator) exchange(z [8]reg.VecVirtual) [8]reg.VecVirtual {
	var out [8]reg.VecVirtual
	for odd := range 2 {
		var t [4]reg.VecVirtual
		for i := range t {
			t[i] = g.vec()
			if odd == 0 {
				g.VPUNPCKLQDQ(z[2*i+1], z[2*i], t[i])
			} else {
				g.VPUNPCKHQDQ(z[2*i+1], z[2*i], t[i])
			}
		}
		for half, lanes := range []uint64{0x44, 0xee} {
			u, v := g.vec(), g.vec()
			g.VSHUFI64X2(operand.U8(lanes), t[1], t[0], u)
			g.VSHUFI64X2(operand.U8(lanes), t[3], t[2], v)
			for i, lanes := range []uint64{0x88, 0xdd} {
				w := g.vec()
				g.VSHUFI64X2(operand.U8(lanes), v, u, w)
				out[4*half+2*i+odd] = w
			}
		}
	}
	return out
}

// Eight elements of m bits are m bytes. The tables of a width are in ring.

// unpack emits: bytes to where an element begins, a shift, a mask.
func unpack(g *generator) {
	g.begin("unpack", "dst, x *uint64, n int, l *uint64", "sets dst to n elements, a multiple of 8, of packed ones.")
	dst, x, n, l := g.word("dst"), g.word("x"), g.word("n"), g.word("l")
	size, bytes := g.size(l)
	first, shift, mask := g.load(field(l, firstField)), g.load(field(l, shiftField)), g.load(field(l, maskField))
	g.Label("eight")
	v := g.vec()
	g.VMOVDQU8_Z(operand.Mem{Base: x}, bytes, v)
	g.VPERMB(v, first, v)
	g.VPSRLVQ(shift, v, v)
	g.and(v, mask, v)
	g.store(v, operand.Mem{Base: dst})
	g.ADDQ(size, x)
	g.ADDQ(operand.Imm(64), dst)
	g.SUBQ(operand.Imm(8), n)
	g.JNE(operand.LabelRef("eight"))
	g.finish()
}

// pack emits: a mask, a shift, then bytes from even and from odd elements.
func pack(g *generator) {
	g.begin("pack", "dst, x *uint64, n int, l *uint64", "sets dst to n packed elements, a multiple of 8, of x.")
	dst, x, n, l := g.word("dst"), g.word("x"), g.word("n"), g.word("l")
	size, bytes := g.size(l)
	shift, mask := g.load(field(l, shiftField)), g.load(field(l, maskField))
	even, odd := g.load(field(l, evenField)), g.load(field(l, oddField))
	evenBytes, oddBytes := g.K(), g.K()
	g.KMOVQ(field(l, evenBytesField), evenBytes)
	g.KMOVQ(field(l, oddBytesField), oddBytes)
	g.Label("eight")
	v, w := g.vec(), g.vec()
	g.and(operand.Mem{Base: x}, mask, v)
	g.VPSLLVQ(shift, v, v)
	g.VPERMB_Z(v, odd, oddBytes, w)
	g.VPERMB_Z(v, even, evenBytes, v)
	g.VPORQ(v, w, v)
	g.VMOVDQU8(v, bytes, operand.Mem{Base: dst})
	g.ADDQ(size, dst)
	g.ADDQ(operand.Imm(64), x)
	g.SUBQ(operand.Imm(8), n)
	g.JNE(operand.LabelRef("eight"))
	g.finish()
}

// The places of the fields of a layout in ring.
const (
	firstField     = 0
	shiftField     = 64
	maskField      = 128
	evenField      = 192
	oddField       = 256
	evenBytesField = 320
	oddBytesField  = 328
	bytesField     = 336
	sizeField      = 344
)

func field(l reg.Register, disp int) operand.Mem { return operand.Mem{Base: l, Disp: disp} }

// size loads how many bytes eight elements have, as a number and as a mask.
func (g *generator) size(l reg.Register) (size reg.Register, bytes reg.OpmaskVirtual) {
	size, bytes = g.GP64(), g.K()
	g.MOVQ(field(l, sizeField), size)
	g.KMOVQ(field(l, bytesField), bytes)
	return size, bytes
}
