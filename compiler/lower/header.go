package lower

// The signature: players, protocol, sizes, inputs, outputs, disclosures.

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/types"
)

func (l *lowerer) header(c *check.Computation) {
	sum := sha256.Sum256(format.Canonical(l.prog.File))
	p := l.out
	p.File, p.Name = filepath.Base(l.prog.File.Name), c.Decl.Name.Name
	p.Doc, p.Digest = c.Decl.Doc, hex.EncodeToString(sum[:])
	p.Protocol = l.protocol()
	l.servers = types.SetOf(p.Protocol.Roles...)
	for _, s := range c.Sizes {
		p.Sizes = append(p.Sizes, ir.Size{Name: s.Name, Min: s.Min})
		l.taken[s.Name] = true
	}
	for _, w := range c.Where {
		p.Where = append(p.Where, ir.Cond{
			Text: l.source(w.Expr), Left: w.Left, Right: w.Right, Rel: w.Rel, Pos: position(w.Expr),
		})
	}
	for _, d := range c.Disclose {
		t := l.typ(d.Type)
		p.Reveals = append(p.Reveals, ir.Disclosure{
			Label: d.Label, Elem: t.Elem, Shape: t.Shape, To: t.Place, Pos: position(d.Decl), Doc: d.Decl.Doc,
		})
	}
}

func position(n ast.Node) ir.Pos {
	pos := n.Extent().Pos
	return ir.Pos{Line: pos.Line, Col: pos.Column}
}

func (l *lowerer) protocol() ir.Protocol {
	q := l.prog.Protocol
	if q == nil {
		return ir.Protocol{}
	}
	out := ir.Protocol{Name: q.Capability.Name, Ring: q.Ring}
	for _, r := range q.Roles {
		out.Roles = append(out.Roles, l.index[r])
	}
	for _, h := range q.Helpers {
		out.Helpers = append(out.Helpers, l.index[h])
	}
	return out
}

// inputs writes one input instruction a value; a bundle is one a member.
func (l *lowerer) inputs(c *check.Computation) {
	for k, v := range c.Inputs {
		param := c.Decl.Params[k]
		l.at = param.Span
		if v.Kind != check.Bundle {
			l.values[v] = l.input(v, param, "", l.place(v.Type.Place))
			continue
		}
		for _, q := range v.Group.Members {
			at := l.held(types.SetOf(l.index[q]))
			l.bundles[v] = append(l.bundles[v], l.input(v, param, l.prog.Players[q].Name, at))
		}
	}
}

func (l *lowerer) input(v *check.Variable, param *ast.Param, member string, owner types.Place) ir.Value {
	t := l.typ(v.Type)
	if owner.IsShared() {
		l.notBuilt(param, "a `@ shared` input")
	}
	l.onlyBuilt(param, t.Elem)
	x := ir.Input{Name: v.Name, Member: member, Elem: t.Elem, Shape: t.Shape, Owner: owner, Doc: param.Doc}
	if v.Range != nil {
		x.Range = l.bounds(v, param, t.Elem)
	}
	x.Value = l.define(memberName(v.Name, member), t.Elem, t.Shape, owner)
	l.isInput[x.Value] = true
	l.emit(&ir.Instr{
		Op: ir.OpInput, Dst: x.Value, Name: x.Name, Member: member, Axis: -1, Who: owner.Set(l.everybody),
	})
	l.out.Inputs = append(l.out.Inputs, x)
	return x.Value
}

func memberName(name, member string) string {
	if member == "" {
		return name
	}
	return name + "_" + member
}

// onlyBuilt refuses elements that the ir does not carry.
func (l *lowerer) onlyBuilt(n ast.Node, e types.Elem) {
	if e.Kind != types.Bool && !e.IsNum() {
		l.notBuilt(n, "the type "+e.String())
	}
}

func (l *lowerer) bounds(v *check.Variable, param *ast.Param, e types.Elem) *ir.Range {
	low, high := e.Bounds()
	if v.Range.Low != nil {
		low = l.representation(param, &check.Const{Num: v.Range.Low}, e)
	}
	if v.Range.High != nil {
		high = l.representation(param, &check.Const{Num: v.Range.High}, e)
	}
	return &ir.Range{Low: low, High: high, Text: l.source(param.Range)}
}

// outputs writes what `return` gave, one instruction a receiver's value.
func (l *lowerer) outputs(c *check.Computation, results []result) {
	if len(results) != len(c.Outputs) {
		l.missing(c.Decl, "a computation whose `return` is not its last statement")
	}
	for k, o := range c.Outputs {
		t := l.typ(o.Type)
		l.at = results[k].at
		if t.Place.Each == "" {
			l.output(o, "", t, t.Place, results[k].values[0])
			continue
		}
		for m, q := range l.group(t.Place.Each).Members {
			at := l.held(types.SetOf(l.index[q]))
			l.output(o, l.prog.Players[q].Name, t, at, results[k].values[m])
		}
	}
}

func (l *lowerer) output(o *check.Output, member string, t types.Type, to types.Place, v ir.Value) {
	if to.IsShared() {
		l.notBuilt(o.Decl, "a `@ shared` output")
	}
	if !l.holders(v).Contains(to.Set(l.everybody)) {
		l.notBuilt(o.Decl, "an output that its receiver does not hold")
	}
	v = l.convert(v, t.Elem)
	l.emit(&ir.Instr{
		Op: ir.OpOutput, Args: []ir.Value{v}, Name: o.Decl.Name.Name, Member: member, Axis: -1, Who: to.Set(l.everybody),
	})
	l.out.Outputs = append(l.out.Outputs, ir.Output{
		Name: o.Decl.Name.Name, Member: member, Value: v, Elem: t.Elem, Shape: t.Shape, To: to, Doc: o.Decl.Doc,
	})
}

func (l *lowerer) group(name string) *check.Group {
	for _, g := range l.prog.Groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}
