package lower

// The signature: players, protocol, sizes, inputs, outputs, disclosures.

import (
	"math/big"
	"path/filepath"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/date"
)

func (l *lowerer) header(c *check.Computation) {
	p := l.out
	p.File, p.Name = filepath.Base(l.prog.File.Name), c.Decl.Name.Name
	p.Doc, p.Digest = c.Decl.Doc, l.prog.Digest
	p.Protocol = l.protocol()
	l.computing = p.Computing()
	p.Enums = l.enums()
	for _, s := range c.Sizes {
		p.Sizes = append(p.Sizes, ir.Size{Name: s.Name, Min: s.Min})
		l.taken[s.Name] = true
	}
	for _, w := range c.Where {
		p.Where = append(p.Where, ir.Cond{
			Text: w.Text, Left: w.Left, Right: w.Right, Rel: w.Rel, Pos: Position(l.prog, w.At),
		})
	}
	for _, d := range c.Disclose {
		t := l.typ(d.Type)
		for k, upto := range d.Upto {
			if upto {
				t.Shape[k] = types.Upto(t.Shape[k])
			}
		}
		l.made(t, path{name: d.Label}, func(u types.Type, at path) ir.Value {
			p.Reveals = append(p.Reveals, ir.Disclosure{
				Label: at.name, Elem: u.Elem, Shape: u.Shape, To: t.Place, Pos: Position(l.prog, d.Decl), Doc: d.Decl.Doc,
			})
			return 0
		})
	}
}

func (l *lowerer) enums() []ir.Enum {
	var out []ir.Enum
	for _, e := range l.prog.Enums {
		out = append(out, ir.Enum{Name: e.Name, Values: e.Values})
	}
	return out
}

// Position is where a node stands: a module by its path from the program's
// folder, so that it is the same wherever the program is.
func Position(p *check.Program, n ast.Node) ir.Pos {
	pos, main := n.Extent().Pos, p.File.Name
	out := ir.Pos{Line: pos.Line, Col: pos.Column}
	if pos.Filename == main {
		return out
	}
	out.File = pos.Filename
	if rel, err := filepath.Rel(filepath.Dir(main), pos.Filename); err == nil && !load.Standard(pos.Filename) {
		out.File = filepath.ToSlash(rel)
	}
	return out
}

func (l *lowerer) protocol() ir.Protocol {
	q := l.prog.Protocol
	if q == nil {
		return ir.Protocol{}
	}
	out := ir.Protocol{Name: q.Capability.Name, Ring: q.Ring, Exact: q.Exact}
	for _, r := range q.Roles {
		out.Roles = append(out.Roles, l.index[r])
	}
	for _, h := range q.Helpers {
		out.Helpers = append(out.Helpers, l.index[h])
	}
	return out
}

// inputs writes one input instruction a value: a bundle is one a member, a
// record one a field.
func (l *lowerer) inputs(c *check.Computation) {
	for k, v := range c.Inputs {
		param := c.Decl.Params[k]
		l.at = param
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

func (l *lowerer) input(v *check.Variable, param *ast.Param, member string, owner types.Place) tree {
	return l.made(l.typ(v.Type), path{name: v.Name}, func(t types.Type, at path) ir.Value {
		l.onlyBuilt(param, t.Elem)
		x := ir.Input{Name: at.name, Member: member, Columns: at.columns(t, v.Columns), Elem: t.Elem, Shape: t.Shape, Owner: owner, Doc: param.Doc}
		if !owner.IsShared() {
			x.Range = l.inputRange(v, param, at.field, t.Elem)
		}
		if len(v.Type.Shape) > 0 && v.Type.Shape[0].Padded() {
			x.Shape = append(types.Shape{types.Upto(t.Shape[0])}, t.Shape[1:]...)
		}
		if at.field != nil {
			x.Doc, x.Rows = at.field.Decl.Doc, len(v.Type.Shape)
		}
		loaded := l.load(x)
		l.withinSizes(v, x, loaded)
		return loaded
	})
}

// withinSizes compares an input with the ends of its range that are over sizes:
// they are known once the sizes are, so that it is an early assert. Rows that
// pad it are not compared.
func (l *lowerer) withinSizes(v *check.Variable, x ir.Input, loaded ir.Value) {
	if v.Range == nil || !v.Range.OverSizes() {
		return
	}
	out := l.constants(types.Of(types.Bool), nil, []*big.Int{new(big.Int)})
	for _, end := range []struct {
		size   *types.Size
		beyond ir.Op
	}{{v.Range.Least, ir.OpLt}, {v.Range.Most, ir.OpGt}} {
		if end.size == nil {
			continue
		}
		limit, e := l.size(nil, *end.size), x.Elem
		if e.Kind != types.Fixed && e.Kind != types.Uint64 {
			e = types.Of(types.Int64)
		}
		beyond := l.op(end.beyond, types.Of(types.Bool), l.shape(loaded), l.convert(loaded, e), l.convert(limit, e))
		out = l.op(ir.OpOr, types.Of(types.Bool), l.shape(loaded), out, beyond)
	}
	if x.Padded() {
		out = l.kept(out, l.validRows(x), 0, new(big.Int))
	}
	l.emit(&ir.Instr{Op: ir.OpAssert, Args: []ir.Value{l.none(out)}, Name: "input " + ir.Key(x.Name, x.Member) + " is in " + x.Range.Text, Axis: -1, Who: l.holders(loaded)})
}

// none is whether no element of bools is true.
func (l *lowerer) none(x ir.Value) ir.Value {
	e := types.Of(types.Bool)
	if len(l.shape(x)) == 0 {
		return l.op(ir.OpNot, e, nil, x)
	}
	integer := types.Of(types.Int64)
	return l.op(ir.OpEq, e, nil, l.op(ir.OpSum, integer, nil, l.convert(x, integer)), l.integer(0))
}

// publicConditions are those of `where` on public inputs: asserts, and early
// like all that is public from the start.
func (l *lowerer) publicConditions(c *check.Computation) {
	for _, e := range c.Public {
		l.at = e
		text := "where " + l.source(e) + " does not hold"
		l.emit(&ir.Instr{Op: ir.OpAssert, Args: []ir.Value{l.value(e)}, Name: text, Axis: -1, Who: l.everybody})
	}
}

// load writes the instruction of an input.
func (l *lowerer) load(x ir.Input) ir.Value {
	x.Value = l.define(memberName(identifier(x.Name), x.Member), x.Elem, x.Shape.Unpadded(), x.Owner)
	l.isInput[x.Value] = true
	l.emit(&ir.Instr{
		Op: ir.OpInput, Dst: x.Value, Name: x.Name, Member: x.Member, Axis: -1, Who: l.out.Keepers(x.Owner),
	})
	l.out.Inputs = append(l.out.Inputs, x)
	if x.Owner.IsShared() {
		return l.refreshed(x)
	}
	return x.Value
}

// refreshed makes fresh shares of what a file holds, so that two runs over one
// file compute on different shares.
func (l *lowerer) refreshed(x ir.Input) ir.Value {
	v := l.define("", x.Elem, x.Shape, types.SharedPlace)
	l.emit(&ir.Instr{Op: ir.OpRefresh, Dst: v, Args: []ir.Value{x.Value}, Axis: -1, Who: l.computing})
	return v
}

// inputRange is the declared range of an input, or of a field in one; that of
// an enum is its values, that of a date the calendar.
func (l *lowerer) inputRange(v *check.Variable, param *ast.Param, f *check.Field, e types.Elem) *ir.Range {
	switch {
	case f != nil && f.Range != nil:
		return l.bounds(f.Range, f.Decl, e)
	case v.Range != nil:
		return l.bounds(v.Range, param, e)
	case e.Kind == types.Enum:
		low, high := e.Bounds()
		return &ir.Range{Low: low, High: high, Text: e.Name}
	case e.Kind == types.Date:
		return &ir.Range{Low: big.NewInt(date.First), High: big.NewInt(date.Last),
			Text: date.Text(date.First) + "..=" + date.Text(date.Last)}
	}
	return nil
}

func memberName(name, member string) string {
	if member == "" {
		return name
	}
	return name + "_" + member
}

// onlyBuilt refuses elements that the ir does not carry.
func (l *lowerer) onlyBuilt(n ast.Node, e types.Elem) {
	if e.Kind == types.Record {
		l.fault(n, "the type "+e.String())
	}
}

func (l *lowerer) bounds(r *check.Interval, param *ast.Param, e types.Elem) *ir.Range {
	low, high := e.Bounds()
	if r.Low != nil {
		low = l.representation(param, &check.Const{Num: r.Low}, e)
	}
	if r.High != nil {
		high = l.representation(param, &check.Const{Num: r.High}, e)
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

func (l *lowerer) output(o *check.Output, member string, t types.Type, to types.Place, x tree) {
	rows := 0
	if l.compound(t) {
		rows = len(t.Shape)
	}
	l.walk(t, o.Decl.Name.Name, x, func(t types.Type, at path, v ir.Value) {
		if !l.holders(v).Contains(to.Set(l.everybody)) {
			l.fault(o.Decl, "an output that its receiver does not hold")
		}
		v = l.convert(v, t.Elem)
		if to.IsShared() {
			v = l.share(v)
		}
		l.write(ir.Output{Name: at.name, Member: member, Rows: rows, Columns: at.columns(t, o.Columns), Value: v, Elem: t.Elem, Shape: l.shape(v), To: to, Doc: o.Decl.Doc})
	})
}

// write writes the instruction of an output.
func (l *lowerer) write(x ir.Output) {
	l.emit(&ir.Instr{
		Op: ir.OpOutput, Args: []ir.Value{x.Value}, Name: x.Name, Member: x.Member, Axis: -1, Who: l.out.Keepers(x.To),
	})
	l.out.Outputs = append(l.out.Outputs, x)
}

func (l *lowerer) group(name string) *check.Group {
	for _, g := range l.prog.Groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}
