package codegen

// The steps of one player, as statements that read like the program. A shared
// value is an mpc.Share in Go and every other one a clear.Tensor, except that
// sizes, loop variables and literals are written where they are used.

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// A body writes the instructions of one projection.
type body struct {
	*file
	liveness
	players []string

	scope scope             // Go names taken in the function
	ids   []string          // Go names by value
	sizes map[string]string // Go names of the sizes
	used  map[string]bool   // sizes that a statement mentions

	inline   map[ir.Value]*ir.Instr // literals, sizes and loops: what defines a value written where it is used
	declared map[ir.Value]bool      // variables that exist already
	line     ir.Line                // the source line whose comment was written last
}

// steps writes the function that carries out a projection.
func (f *file) steps(name string, proj *ir.Program) *jen.Statement {
	b := &body{
		file: f, liveness: live(proj), players: proj.PlayerNames(),
		scope: newScope(append([]string{"p", "context", "runtime", "clear", "mpc"}, predeclared...)...),
		sizes: make(map[string]string), used: make(map[string]bool),
		inline: make(map[ir.Value]*ir.Instr), declared: make(map[ir.Value]bool),
	}
	b.nameSizes()
	b.nameValues()
	return jen.Func().Id(name).Params(jen.Id("p").Op("*").Add(f.from("runtime", "Party"))).BlockFunc(func(g *jen.Group) {
		sizes := g.Null()
		b.block(g, proj.Body)
		b.measure(sizes)
	})
}

func (b *body) nameSizes() {
	for _, s := range b.proj.Sizes {
		b.sizes[s.Name] = b.scope.take(identifier(s.Name))
	}
}

// nameValues gives every value its name in Go: the program's own wherever
// that is free, so the others come second.
func (b *body) nameValues() {
	b.ids = make([]string, len(b.proj.Values))
	for _, plain := range []bool{true, false} {
		for v, info := range b.proj.Values {
			if v > 0 && plain == (identifier(info.Name) == info.Name) {
				b.ids[v] = b.scope.take(identifier(info.Name))
			}
		}
	}
}

// measure defines the sizes that the statements mention.
func (b *body) measure(s *jen.Statement) {
	for _, size := range b.proj.Sizes {
		if b.used[size.Name] {
			s.Id(b.sizes[size.Name]).Op(":=").Add(b.party("Size", jen.Lit(size.Name))).Line()
		}
	}
}

func (b *body) block(g *jen.Group, block ir.Block) {
	first := true
	for _, in := range block {
		if !b.written(in) || b.isInline(in) {
			continue
		}
		b.source(g, in, first)
		b.instr(g, in)
		first = false
	}
}

// source writes the source line of an instruction, once for all that come
// from it.
func (b *body) source(g *jen.Group, in *ir.Instr, first bool) {
	if in.Op == ir.OpStart && !first {
		g.Line()
	}
	if in.Pos.At() == b.line || in.Op == ir.OpStart || in.Op.Joint() && !b.sameLine(in.Body) {
		return
	}
	b.line = in.Pos.At()
	if !first {
		g.Line()
	}
	g.Comment(comment(fmt.Sprintf("%s  %s", in.Pos.At().In(b.proj.File), in.Text)))
}

func (b *body) instr(g *jen.Group, in *ir.Instr) {
	switch in.Op {
	case ir.OpInput:
		method := "Input"
		if b.proj.Values[in.Dst].Place.IsShared() {
			method = "Kept"
		}
		b.define(g, in, b.party(method, jen.Lit(ir.Key(in.Name, in.Member))), b.place(in.Dst))
	case ir.OpValid:
		b.define(g, in, b.party("Valid", jen.Lit(ir.Key(in.Name, in.Member))), b.place(in.Dst))
	case ir.OpOutput:
		method := "Output"
		if b.proj.Values[in.Args[0]].Place.IsShared() {
			method = "Keep"
		}
		g.Add(b.party(method, jen.Lit(ir.Key(in.Name, in.Member)), b.operand(in.Args[0])))
	case ir.OpConst:
		b.define(g, in, b.constant(in), literalComment(b.proj.Values[in.Dst].Elem, in.Const))
	case ir.OpCopy:
		b.copied(g, in)
	case ir.OpStart:
		g.Add(b.party("Start")).Comment("// everybody is ready: values are shared from here on")
	case ir.OpShare:
		b.share(g, in)
	case ir.OpOpen:
		b.open(g, in)
	case ir.OpReveal:
		b.reveal(g, in)
	case ir.OpPrint:
		g.Add(b.party("Print", b.printed(in)...))
	case ir.OpAssert:
		b.fail(g, in, jen.Op("!").Add(b.operand(in.Args[0])).Dot("Bool").Call())
	case ir.OpFor:
		b.forLoop(g, in)
	case ir.OpWhile:
		b.whileLoop(g, in)
	case ir.OpIf:
		b.branch(g, in)
	case ir.OpTogether:
		b.together(g, in)
	case ir.OpChain:
		b.block(g, in.Body)
	default:
		b.operation(g, in)
	}
}

// define writes `x := value`, or `x = value` for a variable that exists; a
// value that nothing reads is dropped.
func (b *body) define(g *jen.Group, in *ir.Instr, value *jen.Statement, remark string) {
	s := jen.Null()
	if b.reads[in.Dst] {
		op := ":="
		if b.declared[in.Dst] {
			op = "="
		}
		b.declared[in.Dst] = true
		s.Id(b.ids[in.Dst]).Op(op)
	}
	s.Add(value)
	if remark != "" {
		s.Comment("// " + remark)
	}
	g.Add(s)
}

// party is a call of the player's Party.
func (b *body) party(method string, args ...jen.Code) *jen.Statement {
	return jen.Id("p").Dot(method).Call(args...)
}

// step is a call of the player's Party for a numbered step.
func (b *body) step(in *ir.Instr, method string, args ...jen.Code) *jen.Statement {
	return b.party(method, append([]jen.Code{jen.Lit(in.Step)}, args...)...)
}

// place says where a value is in clear.
func (b *body) place(v ir.Value) string {
	place := b.proj.Values[v].Place
	if place.Public {
		return "public"
	}
	return "in clear at " + place.Format(b.players)
}

// fail writes the check of an early step, which ends the run.
func (b *body) fail(g *jen.Group, in *ir.Instr, cond jen.Code) {
	g.If(cond).Block(b.step(in, "Fail", jen.Lit(in.Failure())))
}

// copied writes an assignment. A public value that a shared variable takes
// becomes shares of itself, without communication.
func (b *body) copied(g *jen.Group, in *ir.Instr) {
	dst, from := b.proj.Values[in.Dst], b.proj.Values[in.Args[0]]
	switch {
	case in.Dst == in.Args[0]:
	case !dst.Place.IsShared():
		b.define(g, in, b.operand(in.Args[0]), b.place(in.Dst))
	case from.Place.IsShared():
		b.define(g, in, b.operand(in.Args[0]), "")
	default:
		b.define(g, in, b.step(in, "Convert", b.operand(in.Args[0]), b.elem(dst.Elem)), fmt.Sprintf("step %d: on shares", in.Step))
	}
}
