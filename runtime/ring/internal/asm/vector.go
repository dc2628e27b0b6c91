package main

// Functions of vectors, element by element.

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// An elementwise function sets dst of operands, vectors, and of parameters,
// numbers. once emits what comes before the loop; each returns an element of
// the result.
type elementwise struct {
	name, doc   string
	dst         bool // whether each reads dst, too, as its first operand
	operands    []string
	parameters  []string
	declaration string // of the parameters
	once        func(g *generator, p []reg.VecVirtual) []reg.VecVirtual
	each        func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual
}

// vectors emits all of them.
func vectors(g *generator) {
	for _, f := range functions {
		g.both(func() { f.emit(g) })
	}
}

func (f elementwise) emit(g *generator) {
	names := append([]string{"dst"}, f.operands...)
	g.begin(f.name, pointers(names...)+", n int"+f.declaration, f.doc)
	base := make([]reg.Register, len(names))
	for i, name := range names {
		base[i] = g.word(name)
	}
	n := g.word("n")
	var p []reg.VecVirtual
	for _, name := range f.parameters {
		if name == "m" {
			p = append(p, g.count(name))
		} else {
			p = append(p, g.broadcast(name))
		}
	}
	if f.once != nil {
		p = f.once(g, p)
	}
	g.loop(n, block, func(at reg.Register) {
		for i := 0; i < block; i += g.lanes {
			place := func(b reg.Register) operand.Mem { return operand.Mem{Base: b, Index: at, Scale: 8, Disp: 8 * i} }
			var x []reg.VecVirtual
			for k, b := range base {
				if k > 0 || f.dst {
					x = append(x, g.load(place(b)))
				}
			}
			g.store(f.each(g, x, p), place(base[0]))
		}
	})
	g.finish()
}

var functions = []elementwise{
	{name: "add", doc: "sets dst = x + y.", operands: []string{"x", "y"}, each: add},
	{name: "sub", doc: "sets dst = x - y.", operands: []string{"x", "y"}, each: sub},
	{name: "mul", doc: "sets dst = x y.", operands: []string{"x", "y"}, each: mul},
	{name: "xor", doc: "sets dst = x ^ y.", operands: []string{"x", "y"}, each: xor},
	{name: "and", doc: "sets dst = x & y.", operands: []string{"x", "y"}, each: and},
	{name: "mulAdd", doc: "sets dst = dst + x y.", dst: true, operands: []string{"x", "y"},
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			g.VPADDQ(x[0], mul(g, x[1:], p), x[0])
			return x[0]
		}},
	{name: "cross", doc: "sets dst = dst + x0 (y0 + y1) + x1 y0.", dst: true, operands: []string{"x0", "x1", "y0", "y1"},
		each: func(g *generator, x, _ []reg.VecVirtual) reg.VecVirtual {
			g.VPADDQ(x[3], x[4], x[4])
			g.mul(x[1], x[4], x[1])
			g.mul(x[2], x[3], x[2])
			g.VPADDQ(x[1], x[0], x[0])
			g.VPADDQ(x[2], x[0], x[0])
			return x[0]
		}},
	{name: "crossBits", doc: "sets dst = dst ^ x0 & (y0 ^ y1) ^ x1 & y0.", dst: true, operands: []string{"x0", "x1", "y0", "y1"},
		each: func(g *generator, x, _ []reg.VecVirtual) reg.VecVirtual {
			g.xor(x[3], x[4], x[4])
			g.and(x[1], x[4], x[1])
			g.and(x[2], x[3], x[2])
			g.xor(x[1], x[0], x[0])
			g.xor(x[2], x[0], x[0])
			return x[0]
		}},
	{name: "negateIf", doc: "sets dst = (1 - 2 y) x, y of 0 and 1.", operands: []string{"x", "y"},
		once: func(g *generator, _ []reg.VecVirtual) []reg.VecVirtual { return []reg.VecVirtual{g.zero()} },
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			g.VPSUBQ(x[1], p[0], x[1])
			g.xor(x[0], x[1], x[0])
			g.VPSUBQ(x[1], x[0], x[0])
			return x[0]
		}},
	{name: "scale", doc: "sets dst = c x.", operands: []string{"x"}, parameters: []string{"c"}, declaration: ", c uint64",
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			return mul(g, []reg.VecVirtual{x[0], p[0]}, p)
		}},
	{name: "scaleAdd", doc: "sets dst = dst + c x.", dst: true, operands: []string{"x"}, parameters: []string{"c"}, declaration: ", c uint64",
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			g.VPADDQ(x[0], mul(g, []reg.VecVirtual{x[1], p[0]}, p), x[0])
			return x[0]
		}},
	{name: "addConst", doc: "sets dst = x + c.", operands: []string{"x"}, parameters: []string{"c"}, declaration: ", c uint64",
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			return add(g, []reg.VecVirtual{x[0], p[0]}, p)
		}},
	{name: "addShift", doc: "sets dst = (x + c) >> m, without sign.", operands: []string{"x"}, parameters: []string{"c", "m"}, declaration: ", c, m uint64",
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			g.VPADDQ(p[0], x[0], x[0])
			g.VPSRLQ(p[1], x[0], x[0])
			return x[0]
		}},
	// AVX2 has no arithmetic shift of 64 bits: the sign comes down by a
	// logical one, and spreads by exclusive or and difference.
	{name: "shiftSigned", doc: "sets dst = x >> m, with sign.", operands: []string{"x"}, parameters: []string{"m"}, declaration: ", m uint64",
		once: func(g *generator, p []reg.VecVirtual) []reg.VecVirtual {
			sign := g.constant(1 << 63)
			g.VPSRLQ(p[0], sign, sign)
			return append(p, sign)
		},
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			if g.lanes == 8 {
				g.VPSRAQ(p[0], x[0], x[0])
				return x[0]
			}
			g.VPSRLQ(p[0], x[0], x[0])
			g.xor(x[0], p[1], x[0])
			g.VPSUBQ(p[1], x[0], x[0])
			return x[0]
		}},
	{name: "subShifted", doc: "sets dst = x - y << m.", operands: []string{"x", "y"}, parameters: []string{"m"}, declaration: ", m uint64",
		each: func(g *generator, x, p []reg.VecVirtual) reg.VecVirtual {
			g.VPSLLQ(p[0], x[1], x[1])
			g.VPSUBQ(x[1], x[0], x[0])
			return x[0]
		}},
}

func add(g *generator, x, _ []reg.VecVirtual) reg.VecVirtual {
	g.VPADDQ(x[0], x[1], x[0])
	return x[0]
}

func sub(g *generator, x, _ []reg.VecVirtual) reg.VecVirtual {
	g.VPSUBQ(x[1], x[0], x[0])
	return x[0]
}

func mul(g *generator, x, _ []reg.VecVirtual) reg.VecVirtual {
	g.mul(x[0], x[1], x[0])
	return x[0]
}

func xor(g *generator, x, _ []reg.VecVirtual) reg.VecVirtual {
	g.xor(x[0], x[1], x[0])
	return x[0]
}

func and(g *generator, x, _ []reg.VecVirtual) reg.VecVirtual {
	g.and(x[0], x[1], x[0])
	return x[0]
}
