package lower

// Test blocks: what is given and what is expected become programs in which
// everything is public, so that the interpreter can evaluate them.

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

// Test lowers a test block. Program is left to the caller, who lowers the
// computation.
func Test(p *check.Program, t *check.Test) (*ir.Test, diag.List) {
	out := &ir.Test{Title: t.Title, Pos: Position(p, t.Decl.Title)}
	var diags, more diag.List
	out.Given, diags = given(p, t)
	out.Expect, more = expect(p, t, out)
	if diags = append(diags, more...); diags.HasErrors() {
		return nil, diags
	}
	return out, diags
}

// newTest lowers a part of a test with f.
func newTest(p *check.Program, t *check.Test, f func(l *lowerer)) (*ir.Program, diag.List) {
	l := newLowerer(p, t.Of.Players)
	l.out.File, l.out.Name = p.File.Name, t.Of.Decl.Name.Name
	l.out.Protocol, l.out.Enums = l.protocol(), l.enums()
	l.frame = &frame{body: t.Body}
	f(l)
	return l.finish(t.Decl.Title, boundsOf(t.Of))
}

func given(p *check.Program, t *check.Test) (*ir.Program, diag.List) {
	return newTest(p, t, func(l *lowerer) {
		for _, g := range t.Decl.Givens {
			l.statement(g, func() {
				v, x := l.tree(g.Value), l.typeOf(g.Value)
				for _, in := range t.Of.Inputs {
					if in.Name == g.Name.Name {
						x.Elem = in.Type.Elem
					}
				}
				l.walk(x, g.Name.Name, l.converted(v, x), func(_ types.Type, at path, v ir.Value) {
					l.publish(at.name, memberOf(g), v)
				})
			})
		}
	})
}

func memberOf(g *ast.Given) string {
	if g.Member == nil {
		return ""
	}
	return g.Member.Name
}

// publish makes v an output to whoever has it: everybody, or one player what is in
// clear at one.
func (l *lowerer) publish(name, member string, v ir.Value) {
	l.write(ir.Output{Name: name, Member: member, Value: v, Elem: l.elem(v), Shape: l.shape(v), To: l.out.Values[v].Place})
}

func expect(p *check.Program, t *check.Test, out *ir.Test) (*ir.Program, diag.List) {
	return newTest(p, t, func(l *lowerer) {
		l.bindNames(t)
		for _, e := range t.Decl.Expects {
			if e.Abort {
				text := unquoted(e.Text)
				out.Abort = &text
				continue
			}
			out.Expects = append(out.Expects, ir.Expect{Text: l.source(e), Pos: Position(l.prog, e)})
			l.statement(e, func() {
				l.publish(fmt.Sprintf("expect%d", len(out.Expects)), "", l.holds(e))
				l.parts(e, out.Expects)
			})
		}
	})
}

func unquoted(t *ast.Text) string {
	if t == nil {
		return ""
	}
	s, err := strconv.Unquote(t.Raw)
	if err != nil {
		return t.Raw
	}
	return s
}

// bindNames makes outputs and givens inputs, and binds the names of the block to
// them. An output hides the input that bears its name.
func (l *lowerer) bindNames(t *check.Test) {
	inputs := make(map[string][]tree)
	for _, o := range t.Of.Outputs {
		inputs[o.Decl.Name.Name] = l.seen(t, o.Decl.Name.Name, o.Type, false)
	}
	for _, x := range t.Of.Inputs {
		if inputs[x.Name] == nil {
			inputs[x.Name] = l.seen(t, x.Name, x.Type, true)
		}
	}
	for _, v := range t.Body.Vars {
		if values := inputs[v.Name]; len(values) > 1 || v.Type.Place.Each != "" {
			l.bundles[v] = values
		} else if len(values) == 1 {
			l.values[v] = values[0]
		}
	}
	l.sizesOfInputs(t.Of)
}

// seen makes an input of what the block calls name: a given value or an output.
func (l *lowerer) seen(t *check.Test, name string, typ types.Type, given bool) []tree {
	for _, v := range t.Body.Vars {
		if v.Name == name && given == (v.Kind == check.InputVar || v.Kind == check.Bundle) {
			typ.Elem, typ.Shape = v.Type.Elem, v.Type.Shape
		}
	}
	members := []string{""}
	if g := l.group(typ.Place.Each); g != nil {
		members = nil
		for _, q := range g.Members {
			members = append(members, l.prog.Players[q].Name)
		}
	}
	var out []tree
	for _, m := range members {
		out = append(out, l.made(typ, path{name: name}, func(t types.Type, at path) ir.Value {
			return l.load(ir.Input{Name: at.name, Member: m, Elem: t.Elem, Shape: t.Shape, Owner: types.PublicPlace})
		}))
	}
	return out
}

// sizesOfInputs declares the sizes that the inputs bind.
func (l *lowerer) sizesOfInputs(c *check.Computation) {
	bound := make(map[string]bool)
	for _, x := range l.out.Inputs {
		for _, d := range x.Shape {
			for _, n := range d.Vars() {
				bound[n] = true
			}
		}
	}
	for _, s := range c.Sizes {
		if bound[s.Name] {
			l.out.Sizes = append(l.out.Sizes, ir.Size{Name: s.Name, Min: s.Min})
		}
	}
}

// holds is whether an expectation holds everywhere.
func (l *lowerer) holds(e *ast.Expect) ir.Value {
	c := l.condition(e)
	if len(l.shape(c)) == 0 {
		return c
	}
	return l.none(l.op(ir.OpNot, l.elem(c), l.shape(c), c))
}

// parts publishes what the last expectation compares.
func (l *lowerer) parts(e *ast.Expect, lines []ir.Expect) {
	line := &lines[len(lines)-1]
	for _, x := range l.compared(e.Cond) {
		line.Parts = append(line.Parts, l.source(x))
		l.publish(ir.PartName(len(lines), len(line.Parts)), "", l.value(x))
	}
}

// compared is the sides of a comparison, but for what is written down, else the
// plain values that a condition names.
func (l *lowerer) compared(cond ast.Expr) []ast.Expr {
	var out []ast.Expr
	if b, ok := cond.(*ast.Binary); ok && b.Op != "and" && b.Op != "or" {
		for _, x := range []ast.Expr{b.X, b.Y} {
			if _, written := l.literal(x, l.typeOf(x).Elem); !written {
				out = append(out, x)
			}
		}
		return out
	}
	seen := make(map[*check.Variable]bool)
	ast.Walk(cond, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		v := l.frame.body.Vars[id]
		if v == nil || seen[v] || v.Kind == check.Bundle || l.values[v].columns != nil || l.values[v].leaf == 0 {
			return true
		}
		seen[v] = true
		out = append(out, id)
		return true
	})
	return out
}

// condition lowers `x ~= y within t` as |x - y| <= t, anything else as it is.
func (l *lowerer) condition(e *ast.Expect) ir.Value {
	b, ok := e.Cond.(*ast.Binary)
	if !ok || b.Op != "~=" {
		return l.value(e.Cond)
	}
	x, y := l.alike(b, l.value(b.X), l.value(b.Y))
	elem, shape := l.elem(x), l.shape(x)
	if len(l.shape(y)) > len(shape) {
		shape = l.shape(y)
	}
	tolerance := l.constants(elem, nil, []*big.Int{new(big.Int)})
	if e.Within != nil {
		tolerance = l.convert(l.value(e.Within), elem)
	}
	d := l.op(ir.OpAbs, elem, shape, l.op(ir.OpSub, elem, shape, x, y))
	return l.op(ir.OpLe, types.Of(types.Bool), shape, d, tolerance)
}

// grid writes down the values from one end to the other, row by row.
func (c *primitiveCall) grid() ir.Value {
	count, _ := c.t.Shape.Count().Const()
	low, high := c.frame.body.Const(c.args[2]).Num, c.frame.body.Const(c.args[3]).Num
	step := new(big.Rat).Sub(high, low)
	step.Mul(step, big.NewRat(1, max(1, count-1)))
	data := make([]*big.Int, count)
	for k := range data {
		x := new(big.Rat).Mul(step, big.NewRat(int64(k), 1))
		data[k] = scaled(x.Add(x, low), c.t.Elem.F)
	}
	return c.constants(c.t.Elem, c.t.Shape, data)
}
