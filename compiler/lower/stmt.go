package lower

// Statements. Variables are values that are assigned by copying; inside the
// arms of a non-public conditional an assignment only changes what the name
// stands for, and control.go selects at the end.

import (
	"strconv"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// block lowers statements and returns what its `return` or `yield` gives.
func (l *lowerer) block(b *ast.Block) []result {
	var out []result
	for k, s := range b.Stmts {
		if l.frame.leaving != nil && mayLeave(s) {
			l.statement(s, func() { l.midway(s, b.Stmts[k+1:]) })
			break
		}
		l.statement(s, func() {
			switch s := s.(type) {
			case *ast.Return:
				out = l.given(s, s.Values)
			case *ast.Yield:
				out = l.given(s, s.Values)
			default:
				l.stmt(s)
			}
		})
	}
	return out
}

// given is what a `return` or `yield` gives, unless the body keeps it.
func (l *lowerer) given(s ast.Stmt, values []ast.Expr) []result {
	if l.frame.leaving == nil {
		return l.resultList(values)
	}
	l.leave(s, values)
	return nil
}

func (l *lowerer) resultList(values []ast.Expr) []result {
	var out []result
	for _, e := range values {
		out = append(out, l.results(e)...)
	}
	return out
}

func (l *lowerer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Let:
		l.let(s)
	case *ast.Var:
		l.variableDecl(s)
	case *ast.Assign:
		l.assign(s)
	case *ast.For:
		l.loop(s)
	case *ast.While:
		l.while(s)
	case *ast.If:
		l.ifStmt(s)
	case *ast.Assert:
		l.assert(s)
	case *ast.Local:
		l.inLocal(s.Player, func() { l.block(s.Body) })
	case *ast.ExprStmt:
		l.results(s.Call)
	case *ast.BlockStmt:
		l.block(s.Body)
	default:
		l.fault(s, "this statement")
	}
}

func (l *lowerer) let(s *ast.Let) {
	results := l.results(s.Value)
	for k, id := range s.Names {
		v := l.frame.body.Vars[id]
		if v.Type.Place.Each != "" {
			l.bundles[v] = results[k].values
			for m, x := range results[k].values {
				l.name(v.Type, memberName(v.Name, l.prog.Players[l.group(v.Type.Place.Each).Members[m]].Name), x)
			}
			continue
		}
		at := l.place(v.Type.Place)
		l.values[v] = l.converted(results[k].values[0], v.Type).each(func(x ir.Value) ir.Value {
			return l.snapshot(l.weaken(s.Value, x, at))
		})
		l.name(v.Type, v.Name, l.values[v])
	}
}

// snapshot is the value of x now: a copy where x is a variable that may be
// assigned again before the value is used.
func (l *lowerer) snapshot(x ir.Value) ir.Value {
	if info := l.out.Values[x]; l.owned(x) && !info.Temp {
		return l.copied(x, info.Place)
	}
	return x
}

func (l *lowerer) variableDecl(s *ast.Var) {
	v := l.frame.body.Vars[s.Name]
	l.values[v] = l.newVars(s.Value, v, l.converted(l.tree(s.Value), v.Type))
}

// newVars makes the variables that v stands for, with the values of x.
func (l *lowerer) newVars(n ast.Node, v *check.Variable, x tree) tree {
	at, rest := l.place(v.Type.Place), x.leaves()
	return l.made(v.Type, path{name: v.Name}, func(_ types.Type, to path) ir.Value {
		x := rest[0]
		rest = rest[1:]
		return l.newVar(identifier(to.name), l.flow(n, x, at), at)
	})
}

// newVar makes a variable with the value of x.
func (l *lowerer) newVar(name string, x ir.Value, at types.Place) ir.Value {
	info := l.out.Values[x]
	v := l.define(name, info.Elem, info.Shape, at)
	l.out.Values[v].Var = true
	l.armOf[v] = l.arm
	l.copy(v, x)
	return v
}

// set assigns x to cur, which is a leaf of v, and returns what v stands for
// from here on.
func (l *lowerer) set(n ast.Node, v *check.Variable, cur, x ir.Value) ir.Value {
	if !l.owned(cur) {
		return l.snapshot(x)
	}
	l.copy(cur, l.flow(n, x, l.place(v.Type.Place)))
	l.forget(cur)
	return cur
}

func (l *lowerer) assign(s *ast.Assign) {
	if id, ok := s.Target.(*ast.Ident); ok {
		l.assignVariable(s, id)
		return
	}
	l.assignPart(s)
}

func (l *lowerer) assignVariable(s *ast.Assign, id *ast.Ident) {
	v, cur := l.frame.body.Vars[id], l.variable(id)
	x := l.assigned(s, func() tree { return cur }, l.typ(v.Type))
	l.values[v] = zip(cur, x, func(cur, x ir.Value) ir.Value { return l.set(s.Value, v, cur, x) })
}

// assigned is the new value of type t: that of the right side, or old op it.
func (l *lowerer) assigned(s *ast.Assign, old func() tree, t types.Type) tree {
	if s.Op == "=" {
		return l.converted(l.tree(s.Value), t)
	}
	op := s.Op[:1]
	x := old().leaf
	return leaf(l.convert(l.arithmetic(s, op, x, l.value(s.Value), t), t.Elem))
}

// A part is what an assignment to fields and elements changes: a column of a
// variable, or several, at a place.
type part struct {
	columns tree
	slices  []*ast.Slice
	checked bool
	total   bool
}

// part resolves x[…], x.f and what they are made of.
func (l *lowerer) part(e ast.Expr) part {
	switch e := e.(type) {
	case *ast.Index:
		p := l.part(e.X)
		for _, s := range p.slices {
			if s.Range {
				l.notBuilt(e, "assignment to an element of a slice")
			}
		}
		p.slices = append(p.slices, e.Slices...)
		p.checked = p.checked || l.frame.body.Checked[e]
		p.total = p.total || l.frame.body.Total[e]
		return p
	case *ast.Field:
		p := l.part(e.X)
		p.columns = l.field(e, p.columns)
		return p
	case *ast.Ident:
		l.variable(e)
		l.own(e, l.frame.body.Vars[e])
		return part{columns: l.values[l.frame.body.Vars[e]]}
	}
	l.fault(e, "this assignment")
	return part{}
}

// assignPart is x[…] = e, x.f = e and their combinations.
func (l *lowerer) assignPart(s *ast.Assign) {
	p := l.part(s.Target)
	positions := l.slices(p.slices)
	l.assignedLengths(p.slices, positions, l.shape(p.columns.leaves()[0]))
	t := l.typeOf(s.Target)
	if !l.compound(t) {
		t.Elem = l.elem(p.columns.leaf) // the checker's may have fewer integer bits
	}
	old := func() tree {
		if len(positions) == 0 {
			return p.columns
		}
		old := l.elements(p.columns.leaf, positions, p.checked, t.Shape)
		l.orZero[old] = p.total
		return leaf(old)
	}
	x := l.assigned(s, old, t)
	l.columnwise(t, func(t types.Type, v []ir.Value) ir.Value {
		l.update(s, v[0], v[1], positions, p.checked, t.Shape)
		return 0
	}, p.columns, x)
}

// update writes cur[positions] = x, where that part has the shape given.
func (l *lowerer) update(n *ast.Assign, cur, x ir.Value, positions []ir.Slice, checked bool, s types.Shape) {
	x = l.spread(x, types.Type{Elem: l.elem(x), Shape: s})
	if len(positions) == 0 {
		l.copy(cur, l.flow(n, x, l.out.Values[cur].Place))
		l.forget(cur)
		return
	}
	i := ir.Instr{Op: ir.OpUpdate, Axis: -1, Slices: spanning(positions, l.shape(cur), s), Checked: checked}
	i.Dst, i.Who = cur, l.writers(l.out.Values[cur].Place)
	i.Args = []ir.Value{cur, x}
	if l.out.Values[cur].Place.IsShared() {
		i.Args = l.sharedOperands(i.Args)
	}
	if !l.meet(append(indices(i.Slices), i.Args[1])...).Contains(l.holders(cur)) {
		l.fault(n.Target, "an assignment of what not every holder of the variable knows")
	}
	l.emit(&i)
	l.forget(cur)
}

func (l *lowerer) assert(s *ast.Assert) {
	c := l.value(s.Cond)
	if s.Label != nil {
		c = l.revealed(c, &check.RevealInfo{Audience: types.PublicPlace}, l.frame.label(s.Label.Name))
	}
	at := l.meet(c)
	if at.Empty() {
		l.fault(s, "an assert on a shared value")
	}
	text := l.source(s.Cond)
	if s.Text != nil {
		if t, err := strconv.Unquote(s.Text.Raw); err == nil {
			text = t
		}
	}
	l.emit(&ir.Instr{Op: ir.OpAssert, Args: []ir.Value{c}, Name: text, Axis: -1, Who: at})
	for r := l.region; r != nil; r = r.parent {
		r.asserted = true
	}
}

// inLocal lowers what only one player follows.
func (l *lowerer) inLocal(player *ast.Ident, f func()) {
	outer := l.local
	for q, p := range l.prog.Players {
		if p.Name == player.Name {
			l.local = outer.Intersect(types.SetOf(l.index[q]))
		}
	}
	f()
	l.local = outer
}

func (l *lowerer) localExpr(e *ast.LocalExpr) []result {
	var out []result
	l.inLocal(e.Player, func() {
		out = l.body(e, e.Body, l.resultTypes(l.frame.body.Type(e)))
		for _, r := range out {
			for k, x := range r.values {
				r.values[k] = x.each(func(v ir.Value) ir.Value { return l.weaken(e, v, l.held(l.local)) })
			}
		}
	})
	return out
}

// resultTypes are the types of an expression's results, as lowering has them.
func (l *lowerer) resultTypes(ts ...types.Type) []types.Type {
	var out []types.Type
	for _, t := range ts {
		if t.Tuple != nil {
			out = append(out, l.resultTypes(t.Tuple...)...)
			continue
		}
		out = append(out, l.typ(t))
	}
	return out
}
