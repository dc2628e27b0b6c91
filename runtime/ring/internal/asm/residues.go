package main

// Residues modulo a prime below 2^8, bytes in rows of 64: see Field in ring.

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func residues(g *generator) {
	for _, emit := range []func(*generator){rowsToPlanes, planesToRows, chooseRows, zeros, bitsLess, blind} {
		g.both(func() { emit(g) })
	}
	g.isa = avx2
	below(g)
	g.isa = isa{"VBMI", 8}
	compress(g)
}

// rowSize is the number of bytes of a row.
const rowSize = 64

// The places of the constants of a field in ring, each a row.
const (
	primeConst = rowSize * iota
	oneConst
	primeWords // of 16 bits
	reciprocalWords
	limitConst
	multiplesConst // eight of them
)

// width is the number of bytes of a register.
func (g *generator) width() int { return 8 * g.lanes }

// parts emits body for each part of a row that a register holds: their offset.
func (g *generator) parts(body func(part string, at int)) {
	for at := 0; at < rowSize; at += g.width() {
		body(fmt.Sprint(at), at)
	}
}

// A lanes is a mask that the isa has for bytes: of AVX2 a vector.
type lanes = operand.Op

// spread are the tables by which AVX2 makes bytes of bits: which byte each lane takes,
// and its bit of that.
type spread struct{ byte, bit reg.VecVirtual }

func (g *generator) spread() (s spread) {
	if g.lanes == 8 {
		return s
	}
	from := make([]uint64, 4)
	for i := range from {
		from[i] = uint64(i) * 0x0101010101010101
	}
	return spread{g.load(g.localTable("from", from)), g.constant(0x8040201008040201)}
}

// localTable is a table of this function.
func (g *generator) localTable(name string, words []uint64) operand.Mem {
	g.tables++
	return g.table(fmt.Sprintf("%s%d", name, g.tables), words)
}

// set are the lanes whose bits are set, of a word of 64 of which the part begins at a lane.
func (g *generator) set(s spread, word operand.Mem, at int) lanes {
	word.Disp += at / 8
	if g.lanes == 8 {
		k := g.K()
		g.KMOVQ(word, k)
		return k
	}
	v := g.vec()
	g.VPBROADCASTD(word, v)
	g.VPSHUFB(s.byte, v, v)
	g.and(v, s.bit, v)
	g.VPCMPEQB(s.bit, v, v)
	return v
}

// ones are bytes of ones in some lanes.
func (g *generator) ones(m lanes) reg.VecVirtual {
	if g.lanes == 4 {
		return m.(reg.VecVirtual)
	}
	v := g.vec()
	g.VPMOVM2B(m, v)
	return v
}

// choose sets dst to yes in some lanes, and to no in the others.
func (g *generator) choose(m lanes, yes, no operand.Op, dst reg.Register) {
	if g.lanes == 8 {
		g.VPBLENDMB(yes, no, m, dst)
	} else {
		g.VPBLENDVB(m, yes, no, dst)
	}
}

// equal are the lanes where x is y.
func (g *generator) equal(x, y operand.Op) lanes {
	if g.lanes == 8 {
		k := g.K()
		g.VPCMPEQB(y, x, k)
		return k
	}
	v := g.vec()
	g.VPCMPEQB(y, x, v)
	return v
}

// atLeast are the lanes where x >= y.
func (g *generator) atLeast(x, y operand.Op) lanes {
	if g.lanes == 8 {
		k := g.K()
		g.VPCMPUB(operand.Imm(5), y, x, k)
		return k
	}
	v := g.vec()
	g.VPMAXUB(y, x, v)
	g.VPCMPEQB(x, v, v)
	return v
}

// A modulo is what sums and products are reduced with: the constants of a field.
type modulo struct {
	*generator
	constants   reg.Register
	prime, zero reg.VecVirtual
}

func (g *generator) modulo() modulo {
	c := g.word("constants")
	return modulo{g, c, g.load(field(c, primeConst)), g.zero()}
}

// plus is x + y, also where that is above a byte: x - (p - y), and p where x is less.
func (m modulo) plus(x, y operand.Op) reg.VecVirtual {
	rest, sum := m.vec(), m.vec()
	m.VPSUBB(y, m.prime, rest)
	at := m.atLeast(x, rest)
	m.VPSUBB(rest, x, sum)
	m.VPADDB(m.prime, sum, rest)
	m.choose(at, sum, rest, sum)
	return sum
}

// minus is -x.
func (m modulo) minus(x operand.Op) reg.VecVirtual {
	v := m.vec()
	at := m.equal(m.zero, x)
	m.VPSUBB(x, m.prime, v)
	m.choose(at, m.zero, v, v)
	return v
}

// times is x y: even and odd bytes as words, the quotient from the reciprocal, which is
// off by at most one.
func (m modulo) times(x, y reg.VecVirtual) reg.VecVirtual {
	low := m.constant(0x00ff00ff00ff00ff)
	even := m.vec()
	m.and(x, low, even)
	m.and(y, low, low)
	m.VPMULLW(low, even, even)
	odd, other := m.vec(), m.vec()
	m.VPSRLW(operand.Imm(8), x, odd)
	m.VPSRLW(operand.Imm(8), y, other)
	m.VPMULLW(other, odd, odd)
	for _, v := range []reg.VecVirtual{even, odd} {
		q := m.vec()
		m.VPMULHUW(field(m.constants, reciprocalWords), v, q)
		m.VPMULLW(field(m.constants, primeWords), q, q)
		m.VPSUBW(q, v, v)
		m.VPSUBW(field(m.constants, primeWords), v, q)
		m.VPMINUW(q, v, v)
	}
	m.VPSLLW(operand.Imm(8), odd, odd)
	m.or(even, odd, odd)
	return odd
}

func (g *generator) copy(x, dst reg.Register) {
	if g.lanes == 8 {
		g.VMOVDQA64(x, dst)
	} else {
		g.VMOVDQA(x, dst)
	}
}

func (g *generator) or(x, y operand.Op, dst reg.Register) {
	if g.lanes == 8 {
		g.VPORQ(x, y, dst)
	} else {
		g.VPOR(x, y, dst)
	}
}

// rowsToPlanes emits: the highest bit first, as that of a byte. Nothing is shifted from one
// byte into the next, since elements have no more bits.
func rowsToPlanes(g *generator) {
	g.begin("rowsToPlanes", "dst *uint64, x *byte, rows, bits int", "sets dst to words, of each row one for each of its lowest bits, which has that bit of 64 bytes.")
	dst, x, rows, bits := g.word("dst"), g.word("x"), g.word("rows"), g.word("bits")
	left, places := g.GP64(), g.XMM()
	g.MOVQ(operand.U32(8), left)
	g.SUBQ(bits, left)
	g.VMOVQ(left, places)
	g.Label("row")
	place, bit := g.GP64(), g.GP64()
	g.LEAQ(operand.Mem{Base: dst, Index: bits, Scale: 8}, dst)
	g.MOVQ(dst, place)
	g.MOVQ(bits, bit)
	var v []reg.VecVirtual
	g.parts(func(_ string, at int) {
		part := g.load(field(x, at))
		g.VPSLLQ(places, part, part)
		v = append(v, part)
	})
	g.Label("bit")
	g.SUBQ(operand.Imm(8), place)
	for i, part := range v {
		if g.lanes == 8 {
			k := g.K()
			g.VPMOVB2M(part, k)
			g.KMOVQ(k, field(place, 0))
		} else {
			word := g.GP32()
			g.VPMOVMSKB(part, word)
			g.MOVL(word, field(place, 4*i))
		}
		g.VPADDB(part, part, part)
	}
	g.DECQ(bit)
	g.JNE(operand.LabelRef("bit"))
	g.ADDQ(operand.Imm(rowSize), x)
	g.DECQ(rows)
	g.JNE(operand.LabelRef("row"))
	g.finish()
}

// planesToRows emits the inverse.
func planesToRows(g *generator) {
	g.begin("planesToRows", "dst *byte, x *uint64, rows, bits int, constants *byte", "sets rows of dst to elements of planes, less p where they are p or more.")
	dst, x, rows, bits := g.word("dst"), g.word("x"), g.word("rows"), g.word("bits")
	prime := g.load(field(g.word("constants"), primeConst))
	s := g.spread()
	g.Label("row")
	place, bit := g.GP64(), g.GP64()
	g.LEAQ(operand.Mem{Base: x, Index: bits, Scale: 8}, x)
	g.MOVQ(x, place)
	g.MOVQ(bits, bit)
	var v []reg.VecVirtual
	g.parts(func(string, int) { v = append(v, g.zero()) })
	g.Label("bit")
	g.SUBQ(operand.Imm(8), place)
	for i, part := range v {
		g.VPADDB(part, part, part)
		g.VPSUBB(g.ones(g.set(s, field(place, 0), i*g.width())), part, part)
	}
	g.DECQ(bit)
	g.JNE(operand.LabelRef("bit"))
	for i, part := range v {
		less := g.vec()
		g.VPSUBB(prime, part, less)
		g.VPMINUB(less, part, part)
		g.store(part, field(dst, i*g.width()))
	}
	g.ADDQ(operand.Imm(rowSize), dst)
	g.DECQ(rows)
	g.JNE(operand.LabelRef("row"))
	g.finish()
}

// chooseRows emits the choice between rows, by lane.
func chooseRows(g *generator) {
	g.begin("chooseRows", "dst, x, y *byte, rows int, mask *uint64", "sets rows of dst to those of y in the lanes of mask, else to those of x.")
	dst, x, y, rows := g.word("dst"), g.word("x"), g.word("y"), g.word("rows")
	word, s := g.word("mask"), g.spread()
	var masks []lanes
	g.parts(func(_ string, at int) { masks = append(masks, g.set(s, field(word, 0), at)) })
	g.Label("row")
	g.parts(func(_ string, at int) {
		v := g.load(field(x, at))
		w := g.load(field(y, at))
		g.choose(masks[at/g.width()], w, v, v)
		g.store(v, field(dst, at))
	})
	for _, p := range []reg.Register{dst, x, y} {
		g.ADDQ(operand.Imm(rowSize), p)
	}
	g.DECQ(rows)
	g.JNE(operand.LabelRef("row"))
	g.finish()
}

// zeros emits the search for elements whose sum is 0: x = p - y, or both are 0.
func zeros(g *generator) {
	g.begin("zeros", "found *uint64, x, y *byte, rows int, constants *byte", "sets found to the lanes in which x + y is 0 modulo p in any row.")
	found, x, y, rows, m := g.word("found"), g.word("x"), g.word("y"), g.word("rows"), g.modulo()
	var sums []reg.VecVirtual
	g.parts(func(string, int) { sums = append(sums, g.zero()) })
	g.Label("row")
	for i, sum := range sums {
		a, b := g.load(field(x, i*g.width())), g.load(field(y, i*g.width()))
		g.or(g.ones(g.equal(a, m.minus(b))), sum, sum)
	}
	g.ADDQ(operand.Imm(rowSize), x)
	g.ADDQ(operand.Imm(rowSize), y)
	g.DECQ(rows)
	g.JNE(operand.LabelRef("row"))
	for i, sum := range sums {
		if g.lanes == 8 {
			k := g.K()
			g.VPMOVB2M(sum, k)
			g.KMOVQ(k, field(found, 0))
		} else {
			word := g.GP32()
			g.VPMOVMSKB(sum, word)
			g.MOVL(word, field(found, 4*i))
		}
	}
	g.finish()
}

// bitsLess emits differences of bits and elements.
func bitsLess(g *generator) {
	g.begin("bitsLess", "dst *byte, bits *uint64, rows int, constants *byte", "sets rows of dst to bits, a word a row, less dst, modulo p.")
	dst, bits, rows, m := g.word("dst"), g.word("bits"), g.word("rows"), g.modulo()
	one, s := g.load(field(m.constants, oneConst)), g.spread()
	g.Label("row")
	g.parts(func(_ string, at int) {
		bit := g.vec()
		g.and(g.ones(g.set(s, field(bits, 0), at)), one, bit)
		g.store(m.plus(m.minus(g.load(field(dst, at))), bit), field(dst, at))
	})
	g.ADDQ(operand.Imm(rowSize), dst)
	g.ADDQ(operand.Imm(8), bits)
	g.DECQ(rows)
	g.JNE(operand.LabelRef("row"))
	g.finish()
}

// blind emits what blindPlain in ring computes, from the highest row on.
func blind(g *generator) {
	g.begin("blind", "dst, x, factor, zero *byte, bound *uint64, rows int, masks *uint64, constants *byte",
		"sets dst to what a server sends of 64 private compares; see Blinding. masks are one, for server 1, below and exists.")
	constants, masks, s := g.word("constants"), g.word("masks"), g.spread()
	m := modulo{g, constants, g.load(field(constants, primeConst)), g.zero()}
	g.parts(func(part string, at int) {
		rows := g.word("rows")
		offset, word := g.GP64(), g.word("bound")
		g.MOVQ(rows, offset)
		g.SHLQ(operand.Imm(6), offset)
		g.LEAQ(operand.Mem{Base: word, Index: rows, Scale: 8}, word)
		one, sum := g.vec(), g.vec()
		g.and(g.ones(g.set(s, field(masks, 0), at)), g.load(field(constants, oneConst)), one)
		g.copy(one, sum)
		row := func(name string) operand.Mem {
			return operand.Mem{Base: g.word(name), Index: offset, Scale: 1, Disp: at}
		}
		g.Label("row" + part)
		g.SUBQ(operand.Imm(rowSize), offset)
		g.SUBQ(operand.Imm(8), word)
		x := g.load(row("x"))
		minus := m.minus(x)
		other := m.plus(minus, one) // one - x
		t := g.set(s, field(word, 0), at)
		down, up, differs := g.vec(), g.vec(), g.vec()
		g.choose(t, m.minus(other), x, down)
		g.choose(t, other, minus, up)
		g.choose(t, other, x, differs)
		c := g.vec()
		g.choose(g.set(s, field(masks, 8), at), down, up, c)
		c = m.plus(c, sum)
		next := m.plus(sum, differs)
		g.copy(next, sum)
		// Where there is no bound, a zero in the lowest row, and ones.
		single := g.vec()
		g.copy(one, single)
		g.TESTQ(offset, offset)
		g.JNE(operand.LabelRef("higher" + part))
		g.xor(single, single, single)
		g.Label("higher" + part)
		g.choose(g.set(s, field(masks, 16), at), c, single, c)
		factor := g.load(row("factor"))
		g.VPADDB(field(constants, oneConst), factor, factor)
		c = m.times(c, factor)
		zero, z := g.load(row("zero")), g.vec()
		g.choose(g.set(s, field(masks, 0), at), m.minus(zero), zero, z)
		g.store(m.plus(c, z), row("dst"))
		g.TESTQ(offset, offset)
		g.JNE(operand.LabelRef("row" + part))
	})
	g.finish()
}

// below emits the choice of bytes by eight: what is kept of them moves together by PEXT.
func below(g *generator) {
	g.begin("below", "dst, x *byte, n, room int, constants *byte) (count int", "sets dst to those of n bytes, a multiple of 64, that are below the limit, modulo the bound, until it has room of them or more; it writes up to 64 bytes beyond.")
	dst, x, n, constants := g.word("dst"), g.word("x"), g.word("n"), g.word("constants")
	begin, end := g.GP64(), g.word("room")
	g.MOVQ(dst, begin)
	g.ADDQ(dst, end)
	limit := g.load(field(constants, limitConst))
	g.Label("row")
	g.parts(func(_ string, at int) {
		v := g.load(field(x, at))
		fits := g.atLeast(limit, v).(reg.VecVirtual)
		v = g.reduce(v, constants)
		for half := range uint8(2) {
			values, kept := g.XMM(), g.XMM()
			g.VEXTRACTI128(operand.U8(half), v, values)
			g.VEXTRACTI128(operand.U8(half), fits, kept)
			for word := range uint8(2) {
				value, mask, count := g.GP64(), g.GP64(), g.GP64()
				g.VPEXTRQ(operand.U8(word), values, value)
				g.VPEXTRQ(operand.U8(word), kept, mask)
				g.PEXTQ(mask, value, value)
				g.MOVQ(value, field(dst, 0))
				g.POPCNTQ(mask, count)
				g.SHRQ(operand.Imm(3), count)
				g.ADDQ(count, dst)
			}
		}
	})
	g.more(dst, x, n, end)
	g.done(dst, begin)
}

// reduce is v modulo the bound, by its multiples by powers of two.
func (g *generator) reduce(v reg.VecVirtual, constants reg.Register) reg.VecVirtual {
	for i := range 8 {
		less := g.vec()
		g.VPSUBB(field(constants, multiplesConst+rowSize*i), v, less)
		g.VPMINUB(less, v, v)
	}
	return v
}

// more goes on with the next row while there is one, and room.
func (g *generator) more(dst, x, n, end reg.Register) {
	g.ADDQ(operand.Imm(rowSize), x)
	g.CMPQ(dst, end)
	g.JGE(operand.LabelRef("end"))
	g.SUBQ(operand.Imm(rowSize), n)
	g.JNE(operand.LabelRef("row"))
	g.Label("end")
}

// done returns how far dst has come.
func (g *generator) done(dst, begin reg.Register) {
	g.SUBQ(begin, dst)
	g.Store(dst, g.ReturnIndex(0))
	g.finish()
}

// compress emits below with VPCOMPRESSB.
func compress(g *generator) {
	g.begin("below", "dst, x *byte, n, room int, constants *byte) (count int", "is belowAVX2.")
	dst, x, n, constants := g.word("dst"), g.word("x"), g.word("n"), g.word("constants")
	begin, end := g.GP64(), g.word("room")
	g.MOVQ(dst, begin)
	g.ADDQ(dst, end)
	limit := g.load(field(constants, limitConst))
	g.Label("row")
	v, count := g.load(field(x, 0)), g.GP64()
	fits := g.atLeast(limit, v).(reg.OpmaskVirtual)
	v = g.reduce(v, constants)
	g.VPCOMPRESSB_Z(v, fits, v)
	g.store(v, field(dst, 0))
	g.KMOVQ(fits, count)
	g.POPCNTQ(count, count)
	g.ADDQ(count, dst)
	g.more(dst, x, n, end)
	g.done(dst, begin)
}
