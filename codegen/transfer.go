package codegen

// Transfers: what passes between this player and others. Each player of a
// transfer writes its own side of it.

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

func (b *body) share(g *jen.Group, in *ir.Instr) {
	from := b.proj.Dealer(in)
	if from != b.proj.Player {
		remark := fmt.Sprintf("step %d: from %s", in.Step, b.players[from])
		if b.proj.Helper(b.proj.Player) {
			remark = fmt.Sprintf("step %d: masks, with %s", in.Step, b.players[from])
		}
		b.define(g, in, b.step(in, "Shared", b.received(in, from)...), remark)
		return
	}
	to := b.proj.Servers().Minus(types.SetOf(from))
	b.define(g, in, b.step(in, "Share", b.operand(in.Args[0])), fmt.Sprintf("step %d: to %s", in.Step, b.list(to)))
}

func (b *body) open(g *jen.Group, in *ir.Instr) {
	to := in.To.Set(b.proj.Everybody())
	if !b.proj.Computing().Has(b.proj.Player) {
		remark := fmt.Sprintf("step %d: from %s", in.Step, b.list(b.proj.Servers()))
		b.define(g, in, b.step(in, "Opened", b.described(in.Dst)...), remark)
		return
	}
	args := append([]jen.Code{b.operand(in.Args[0])}, b.quoted(to)...)
	b.define(g, in, b.step(in, "Open", args...), fmt.Sprintf("step %d: to %s", in.Step, b.list(to)))
}

// reveal writes the sending of a value in clear; its holders keep it.
func (b *body) reveal(g *jen.Group, in *ir.Instr) {
	from, to := b.proj.Dealer(in), b.proj.Receivers(in)
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
