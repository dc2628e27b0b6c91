package codegen

// The steps of one player, as statements that read like the program. A shared
// value is an mpc.Share in Go and every other one a clear.Tensor, except that
// sizes, loop variables and literals are written where they are used.

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
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
	line     int                    // the source line whose comment was written last
}

// steps writes the function that carries out a projection.
func (f *file) steps(name string, proj *ir.Program) *jen.Statement {
	b := &body{
		file: f, liveness: live(proj), players: proj.PlayerNames(),
		scope: newScope(append([]string{"p", "context", "runtime", "clear"}, predeclared...)...),
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
	if in.Pos.Line == b.line || in.Op == ir.OpStart {
		return
	}
	b.line = in.Pos.Line
	if !first {
		g.Line()
	}
	g.Comment(comment(fmt.Sprintf("%s:%d  %s", b.proj.File, in.Pos.Line, in.Text)))
}

func (b *body) instr(g *jen.Group, in *ir.Instr) {
	switch in.Op {
	case ir.OpInput:
		b.define(g, in, b.party("Input", jen.Lit(ir.Key(in.Name, in.Member))), b.place(in.Dst))
	case ir.OpOutput:
		g.Add(b.party("Output", jen.Lit(ir.Key(in.Name, in.Member)), b.operand(in.Args[0])))
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
	case ir.OpAssert:
		b.fail(g, in, jen.Op("!").Add(b.operand(in.Args[0])).Dot("Bool").Call())
	case ir.OpFor:
		b.forLoop(g, in)
	case ir.OpWhile:
		b.whileLoop(g, in)
	case ir.OpIf:
		b.branch(g, in)
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

func (b *body) share(g *jen.Group, in *ir.Instr) {
	from := dealer(b.proj, in)
	if from != b.proj.Player {
		remark := fmt.Sprintf("step %d: from %s", in.Step, b.players[from])
		b.define(g, in, b.step(in, "Shared", b.received(in, from)...), remark)
		return
	}
	to := b.proj.Servers().Minus(types.SetOf(from))
	b.define(g, in, b.step(in, "Share", b.operand(in.Args[0])), fmt.Sprintf("step %d: to %s", in.Step, b.list(to)))
}

func (b *body) open(g *jen.Group, in *ir.Instr) {
	to := in.To.Set(b.proj.Everybody())
	if !b.proj.Servers().Has(b.proj.Player) {
		remark := fmt.Sprintf("step %d: from %s", in.Step, b.list(b.proj.Servers()))
		b.define(g, in, b.step(in, "Opened", b.described(in.Dst)...), remark)
		return
	}
	args := append([]jen.Code{b.operand(in.Args[0])}, b.quoted(to)...)
	b.define(g, in, b.step(in, "Open", args...), fmt.Sprintf("step %d: to %s", in.Step, b.list(to)))
}

// reveal writes the sending of a value in clear; its holders keep it.
func (b *body) reveal(g *jen.Group, in *ir.Instr) {
	from, to := dealer(b.proj, in), receivers(b.proj, in).Holders
	if to.Has(b.proj.Player) {
		remark := fmt.Sprintf("step %d: in clear from %s", in.Step, b.players[from])
		b.define(g, in, b.step(in, "Revealed", b.received(in, from)...), remark)
		return
	}
	if from == b.proj.Player {
		args := append([]jen.Code{b.operand(in.Args[0])}, b.quoted(to)...)
		g.Add(b.step(in, "Reveal", args...)).Comment(fmt.Sprintf("// step %d: in clear to %s", in.Step, b.list(to)))
	}
	if b.reads[in.Dst] {
		b.define(g, in, b.operand(in.Args[0]), b.place(in.Dst))
	}
}

// received are the arguments for a value that another player sends.
func (b *body) received(in *ir.Instr, from int) []jen.Code {
	return append([]jen.Code{jen.Lit(b.players[from])}, b.described(in.Dst)...)
}

// described are a value's element and dimensions as arguments.
func (b *body) described(v ir.Value) []jen.Code {
	info := b.proj.Values[v]
	return append([]jen.Code{b.elem(info.Elem)}, b.dims(info.Shape)...)
}

func (b *body) list(s types.Set) string {
	return join(s.Members(), func(i int) string { return b.players[i] })
}

func (b *body) quoted(s types.Set) []jen.Code {
	var out []jen.Code
	for _, i := range s.Members() {
		out = append(out, jen.Lit(b.players[i]))
	}
	return out
}

// forLoop writes a Go loop. Its bounds are evaluated once, as in the program.
func (b *body) forLoop(g *jen.Group, in *ir.Instr) {
	b.inline[in.Dst] = in
	from, to, by := in.Args[0], in.Args[1], in.Args[2]
	i := jen.Id(b.ids[in.Dst])
	if b.isLiteral(from, 0) && b.isLiteral(by, 1) {
		head := jen.Range().Add(b.int64(to))
		if b.reads[in.Dst] {
			head = i.Op(":=").Add(head)
		}
		g.For(head).BlockFunc(func(g *jen.Group) { b.inside(g, in.Body) })
		return
	}
	step := b.index(by)
	if !b.isConst(by) || b.inline[by].Const[0].Sign() <= 0 {
		name := jen.Id(b.scope.take("step"))
		g.Add(name.Clone().Op(":=").Add(b.int64(by)))
		b.fail(g, in, name.Clone().Op("<").Lit(1))
		step = name
	}
	init, end := b.counter(i, b.int64(from), to, "end")
	g.For(init, i.Clone().Op("<").Add(end), i.Clone().Op("+=").Add(step)).
		BlockFunc(func(g *jen.Group) { b.inside(g, in.Body) })
}

func (b *body) whileLoop(g *jen.Group, in *ir.Instr) {
	pass := jen.Id(b.scope.take("pass"))
	init, limit := b.counter(pass, jen.Int64().Call(jen.Lit(0)), in.Args[1], "limit")
	cond := b.operand(in.Args[0]).Dot("Bool").Call()
	g.For(init, pass.Clone().Op("<").Add(limit).Op("&&").Add(cond), pass.Clone().Op("++")).
		BlockFunc(func(g *jen.Group) { b.inside(g, in.Body) })
}

// counter starts a loop's counter, and returns what it is compared with: the
// bound as it was before the loop.
func (b *body) counter(i, from *jen.Statement, bound ir.Value, name string) (init, end *jen.Statement) {
	if _, fixed := b.inline[bound]; fixed {
		return i.Clone().Op(":=").Add(from), b.index(bound)
	}
	end = jen.Id(b.scope.take(name))
	return jen.List(i, end).Op(":=").List(from, b.index(bound)), end
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
	b.line = 0
}

// isInline reports whether an instruction defines what is written where it is
// used: a size, or a literal that is no fixed.
func (b *body) isInline(in *ir.Instr) bool {
	info := b.proj.Values[in.Dst]
	inline := in.Op == ir.OpSizeOf ||
		in.Op == ir.OpConst && len(info.Shape) == 0 && !info.Var && info.Elem.Kind != types.Fixed
	if inline {
		b.inline[in.Dst] = in
	}
	return inline
}

func (b *body) isConst(v ir.Value) bool {
	in, ok := b.inline[v]
	return ok && in.Op == ir.OpConst
}

func (b *body) isLiteral(v ir.Value, k int64) bool {
	return b.isConst(v) && b.inline[v].Const[0].IsInt64() && b.inline[v].Const[0].Int64() == k
}

// id is the variable of a value, which an earlier statement has defined.
func (b *body) id(v ir.Value) *jen.Statement {
	if !b.declared[v] {
		b.fault("%s uses %s, which it does not hold", b.players[b.proj.Player], b.proj.Values[v].Name)
	}
	return jen.Id(b.ids[v])
}

// operand is a value as an operand: a share or a tensor.
func (b *body) operand(v ir.Value) *jen.Statement {
	in, ok := b.inline[v]
	switch {
	case !ok:
		return b.id(v)
	case in.Op == ir.OpConst:
		return b.constant(in)
	}
	return b.from("clear", "Int").Call(b.elem(b.proj.Values[v].Elem), b.index(v))
}

// index is a scalar int64 value as a Go integer; a literal stays untyped.
func (b *body) index(v ir.Value) *jen.Statement {
	in, ok := b.inline[v]
	switch {
	case !ok:
		return b.id(v).Dot("Int").Call()
	case in.Op == ir.OpConst:
		return representation(in.Const[0])
	case in.Op == ir.OpSizeOf:
		return b.sizeOf(in.Size)
	}
	return jen.Id(b.ids[v])
}

// int64 is a scalar int64 value as a Go int64.
func (b *body) int64(v ir.Value) *jen.Statement {
	in, ok := b.inline[v]
	if ok && (in.Op == ir.OpConst || in.Op == ir.OpSizeOf && len(in.Size.Vars()) == 0) {
		return jen.Int64().Call(b.index(v))
	}
	return b.index(v)
}

// sizeOf is a size as a Go integer; a constant stays untyped.
func (b *body) sizeOf(s types.Size) *jen.Statement {
	out := jen.Null()
	terms := s.Terms()
	if len(terms) == 0 {
		return jen.Lit(0)
	}
	for i, t := range terms {
		coef := t.Coef
		switch {
		case i > 0 && coef < 0:
			out.Op("-")
			coef = -coef
		case i > 0:
			out.Op("+")
		}
		out.Add(b.term(coef, t.Vars))
	}
	return out
}

func (b *body) term(coef int64, vars []string) *jen.Statement {
	var factors []jen.Code
	if coef != 1 || len(vars) == 0 {
		factors = append(factors, number(coef))
	}
	for _, v := range vars {
		b.used[v] = true
		factors = append(factors, jen.Id(b.sizes[v]))
	}
	return jen.Custom(jen.Options{Separator: "*"}, factors...)
}

// dims are dimensions as Go ints.
func (b *body) dims(s types.Shape) []jen.Code {
	var out []jen.Code
	for _, d := range s {
		if k, ok := d.Const(); ok {
			out = append(out, number(k))
		} else {
			out = append(out, jen.Int().Call(b.sizeOf(d)))
		}
	}
	return out
}

// constant is a literal as a tensor.
func (b *body) constant(in *ir.Instr) *jen.Statement {
	info := b.proj.Values[in.Dst]
	if len(info.Shape) == 0 && info.Elem.Kind != types.Bool {
		return b.from("clear", "Int").Call(b.elem(info.Elem), representation(in.Const[0]))
	}
	shape := jen.Nil()
	if len(info.Shape) > 0 {
		shape = jen.Index().Int().Values(b.dims(info.Shape)...)
	}
	if info.Elem.Kind == types.Bool {
		args := []jen.Code{shape}
		for _, c := range in.Const {
			args = append(args, jen.Lit(c.Sign() != 0))
		}
		return b.from("clear", "Bools").Call(args...)
	}
	args := []jen.Code{b.elem(info.Elem), shape}
	for _, c := range in.Const {
		args = append(args, representation(c))
	}
	return b.from("clear", "FromInts").Call(args...)
}

// sliced are the positions of an index.
func (b *body) sliced(slices []ir.Slice) []jen.Code {
	var out []jen.Code
	for _, s := range slices {
		out = append(out, b.slice(s))
	}
	return out
}

func (b *body) slice(s ir.Slice) *jen.Statement {
	switch {
	case !s.Range:
		return b.from("clear", "At").Call(b.index(s.From))
	case s.From == 0 && s.To == 0:
		return b.from("clear", "All").Call()
	}
	from, to := jen.Lit(0), jen.Lit(-1) // -1: the end of the dimension
	if s.From != 0 {
		from = b.index(s.From)
	}
	if s.To != 0 {
		to = b.index(s.To)
	}
	return b.from("clear", "Range").Call(from, to)
}
