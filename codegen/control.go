package codegen

// Control: public loops and branches, which every player of them writes alike.

import (
	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// forLoop writes a loop over the values of its variable. Its bounds are evaluated
// once, as in the program.
func (b *body) forLoop(g *jen.Group, in *ir.Instr) {
	b.inline[in.Dst] = in
	by, head := b.by(g, in), jen.Null()
	if b.reads[in.Dst] {
		head = jen.Id(b.ids[in.Dst]).Op(":=")
	}
	over := b.step(in, "Passes", b.index(in.Args[0]), b.index(in.Args[1]), by)
	g.For(head.Range().Add(over)).BlockFunc(func(g *jen.Group) { b.inside(g, in.Body) })
}

// by is the step of a loop, which must be positive.
func (b *body) by(g *jen.Group, in *ir.Instr) *jen.Statement {
	by := in.Args[2]
	if b.isConst(by) && b.inline[by].Const[0].Sign() > 0 {
		return b.index(by)
	}
	name := jen.Id(b.scope.take("step"))
	g.Add(name.Clone().Op(":=").Add(b.int64(by)))
	b.fail(g, in, name.Clone().Op("<").Lit(1))
	return name
}

func (b *body) whileLoop(g *jen.Group, in *ir.Instr) {
	over := b.step(in, "Passes", jen.Lit(0), b.index(in.Args[1]), jen.Lit(1))
	g.For(jen.Range().Add(over)).BlockFunc(func(g *jen.Group) {
		g.If(jen.Op("!").Add(b.operand(in.Args[0])).Dot("Bool").Call()).Block(jen.Break())
		b.inside(g, in.Body)
	})
}

func (b *body) branch(g *jen.Group, in *ir.Instr) {
	cond := b.operand(in.Args[0]).Dot("Bool").Call()
	if !b.any(in.Body) {
		g.If(jen.Op("!").Add(cond)).BlockFunc(func(g *jen.Group) { b.inside(g, in.Else) })
		return
	}
	s := g.If(cond).BlockFunc(func(g *jen.Group) { b.inside(g, in.Body) })
	if b.any(in.Else) {
		s.Else().BlockFunc(func(g *jen.Group) { b.inside(g, in.Else) })
	}
}

// inside writes a nested block; what comes after it shows its line again.
func (b *body) inside(g *jen.Group, block ir.Block) {
	b.block(g, block)
	b.line = ir.Line{}
}

// together writes branches that share their rounds, each a function; what they
// define is declared before.
func (b *body) together(g *jen.Group, in *ir.Instr) {
	b.declare(g, ir.Block{in}.Defines())
	if !b.sameLine(in.Body) {
		b.line = ir.Line{} // each branch shows its own
	}
	var branches []jen.Code
	for _, branch := range in.Body {
		if b.written(branch) {
			branches = append(branches, jen.Func().Params().BlockFunc(func(g *jen.Group) { b.block(g, ir.Block{branch}) }))
		}
	}
	g.Add(b.party("Together", branches...))
	b.line = ir.Line{}
}

// sameLine reports that all of a block comes from one line of the source.
func (b *body) sameLine(block ir.Block) bool {
	for _, in := range block {
		if in.Pos.At() != block[0].Pos.At() || !b.sameLine(in.Body) {
			return false
		}
	}
	return true
}

// declare declares the values that something reads, those of one type in one
// line.
func (b *body) declare(g *jen.Group, values []ir.Value) {
	var shares, tensors []jen.Code
	for _, v := range values {
		switch {
		case !b.reads[v] || b.declared[v]:
			continue
		case b.proj.Values[v].Place.IsShared():
			shares = append(shares, jen.Id(b.ids[v]))
		default:
			tensors = append(tensors, jen.Id(b.ids[v]))
		}
		b.declared[v] = true
	}
	if len(shares) > 0 {
		g.Var().List(shares...).Add(b.from("mpc", "Share"))
	}
	if len(tensors) > 0 {
		g.Var().List(tensors...).Add(b.from("clear", "Tensor"))
	}
}
