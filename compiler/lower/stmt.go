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
	for _, s := range b.Stmts {
		l.statement(s, func() {
			switch s := s.(type) {
			case *ast.Return:
				out = l.resultList(s.Values)
			case *ast.Yield:
				out = l.resultList(s.Values)
			default:
				l.stmt(s)
			}
		})
	}
	return out
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
		l.notBuilt(s, "this statement")
	}
}

func (l *lowerer) let(s *ast.Let) {
	results := l.results(s.Value)
	for k, id := range s.Names {
		v := l.frame.body.Vars[id]
		if v.Type.Place.Each != "" {
			l.bundles[v] = results[k].values
			for m, x := range results[k].values {
				l.name(x, memberName(v.Name, l.prog.Players[l.group(v.Type.Place.Each).Members[m]].Name))
			}
			continue
		}
		x := l.convert(results[k].values[0], v.Type.Elem)
		l.values[v] = l.snapshot(l.weaken(s.Value, x, l.place(v.Type.Place)))
		l.name(l.values[v], v.Name)
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
	x, at := l.convert(l.value(s.Value), v.Type.Elem), l.place(v.Type.Place)
	l.values[v] = l.newVar(v.Name, l.flow(s.Value, x, at), at)
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

// set assigns x.
func (l *lowerer) set(n ast.Node, v *check.Variable, x ir.Value) {
	if cur := l.values[v]; l.owned(cur) {
		l.copy(cur, l.flow(n, x, l.place(v.Type.Place)))
		l.forget(cur)
		return
	}
	l.values[v] = l.snapshot(x)
}

func (l *lowerer) assign(s *ast.Assign) {
	switch target := s.Target.(type) {
	case *ast.Ident:
		l.assignVariable(s, target)
	case *ast.Index:
		l.assignElement(s, target)
	default:
		l.notBuilt(s.Target, "assignment to a field")
	}
}

func (l *lowerer) assignVariable(s *ast.Assign, id *ast.Ident) {
	v, cur := l.frame.body.Vars[id], l.variable(id)
	x := l.assigned(s, func() ir.Value { return cur }, types.Type{Elem: l.elem(cur), Shape: l.shape(cur)})
	l.set(s.Value, v, x)
}

// assigned is the new value of type t: that of the right side, or old op it.
func (l *lowerer) assigned(s *ast.Assign, old func() ir.Value, t types.Type) ir.Value {
	if s.Op == "=" {
		return l.convert(l.value(s.Value), t.Elem)
	}
	op := s.Op[:1]
	x := old()
	return l.convert(l.arithmetic(s, op, x, l.value(s.Value), t), t.Elem)
}

// assignElement is x[…] = e.
func (l *lowerer) assignElement(s *ast.Assign, target *ast.Index) {
	id, ok := target.X.(*ast.Ident)
	if !ok {
		l.notBuilt(target, "assignment to an element of an element")
	}
	l.variable(id)
	v := l.frame.body.Vars[id]
	l.own(target, v)
	cur := l.values[v]
	t := l.typeOf(target)
	t.Elem = l.elem(cur)
	i := ir.Instr{Op: ir.OpUpdate, Axis: -1, Slices: l.slices(target.Slices, l.shape(cur), t.Shape)}
	i.Checked = l.frame.body.Checked[target]
	old := func() ir.Value {
		read := i
		read.Op = ir.OpIndex
		return l.operate(read, t.Elem, t.Shape, cur)
	}
	x := l.assigned(s, old, t)
	if len(l.shape(x)) < len(t.Shape) {
		x = l.filled(x, t.Shape)
	}
	i.Dst, i.Who = cur, l.writers(l.out.Values[cur].Place)
	i.Args = []ir.Value{cur, x}
	if l.out.Values[cur].Place.IsShared() {
		i.Args = l.sharedOperands(i.Args)
	}
	if !l.meet(append(indices(i.Slices), i.Args[1])...).Contains(l.holders(cur)) {
		l.notBuilt(target, "an assignment of what not every holder of the variable knows")
	}
	l.emit(&i)
	l.forget(cur)
}

func (l *lowerer) assert(s *ast.Assert) {
	if s.Label != nil {
		l.notBuilt(s, "an assert with a label")
	}
	c := l.value(s.Cond)
	at := l.meet(c)
	if at.Empty() {
		l.notBuilt(s, "an assert on a shared value")
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
		out = l.block(e.Body)
		for _, r := range out {
			for k, v := range r.values {
				r.values[k] = l.weaken(e, v, l.held(l.local))
			}
		}
	})
	return out
}
