package lower

// Control flow. What every player follows is a loop or branch of the ir; what
// not every player may know becomes both arms and a select.

import (
	"math"
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// known reports whether all who take part here hold the value, so that it may
// decide what they do.
func (l *lowerer) known(v ir.Value) bool { return l.holders(v).Contains(l.local) }

var lastInt64 = new(big.Rat).SetInt64(math.MaxInt64)

func (l *lowerer) loop(s *ast.For) {
	if s.To == nil {
		for _, b := range l.frame.body.Members[s] {
			l.member(b, func() { l.block(s.Body) })
		}
		return
	}
	i := &ir.Instr{Op: ir.OpFor, Axis: -1, Who: l.local, Checked: l.frame.body.Checked[s]}
	i.Args = []ir.Value{l.position(s.From), l.position(s.To)}
	if s.Inclusive {
		if k := l.frame.body.Consts[s.To]; k != nil && k.Num.Cmp(lastInt64) == 0 {
			l.notBuilt(s.To, "a loop up to the largest int64") // there is no end after it
		}
		i.Args[1] = l.op(ir.OpAdd, types.Of(types.Int64), nil, i.Args[1], l.integer(1))
	}
	if s.Step != nil {
		i.Args = append(i.Args, l.position(s.Step))
	} else {
		i.Args = append(i.Args, l.integer(1))
	}
	for _, v := range i.Args {
		if !l.known(v) {
			l.notBuilt(s, "a loop bound that not every player knows")
		}
	}
	l.ownAll(s, l.assignedIn(s.Body))
	body := l.within(loop, func() {
		i.Dst = l.define(s.Name.Name, types.Of(types.Int64), nil, l.held(l.local))
		l.values[l.frame.body.Vars[s.Name]] = i.Dst
		l.block(s.Body)
	})
	i.Body = body.block
	l.emit(i)
}

// while keeps its condition in a variable that the body assigns last.
func (l *lowerer) while(s *ast.While) {
	limit := l.position(s.Limit)
	l.ownAll(s, l.assignedIn(s.Body))
	first := l.value(s.Cond)
	if !l.known(first) {
		l.notBuilt(s.Cond, "a loop condition that not every player knows")
	}
	cond := l.newVar("", first, l.held(l.local))
	i := &ir.Instr{Op: ir.OpWhile, Args: []ir.Value{cond, limit}, Axis: -1, Who: l.local}
	i.Body = l.within(loop, func() {
		l.block(s.Body)
		l.copy(cond, l.value(s.Cond))
	}).block
	l.emit(i)
}

// own makes sure that the name stands for a variable that may be assigned by
// copying where we are, though it may be carried out many times or never.
func (l *lowerer) own(n ast.Node, v *check.Variable) {
	if cur := l.values[v]; !l.owned(cur) {
		at := l.place(v.Type.Place)
		l.values[v] = l.newVar(v.Name, l.flow(n, cur, at), at)
	}
}

// owned reports a variable that was made under the same conditions.
func (l *lowerer) owned(v ir.Value) bool { return l.out.Values[v].Var && l.armOf[v] == l.arm }

func (l *lowerer) ownAll(n ast.Node, vars []*check.Variable) {
	for _, v := range vars {
		l.own(n, v)
		l.forget(l.values[v])
	}
}

// assignedIn lists the variables from outside of a block that it assigns, in
// order of the text.
func (l *lowerer) assignedIn(blocks ...*ast.Block) []*check.Variable {
	var out []*check.Variable
	walkAssigns(l.frame.body, blocks, func(v *check.Variable) {
		inside := func(b *ast.Block) bool {
			return b.Pos.Offset <= v.Decl.Pos.Offset && v.Decl.Pos.Offset < b.EndPos.Offset
		}
		if !slices.ContainsFunc(blocks, inside) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	})
	return out
}

func walkAssigns(b *check.Body, blocks []*ast.Block, found func(*check.Variable)) {
	for _, block := range blocks {
		for _, s := range block.Stmts {
			walkStmt(b, s, found)
		}
	}
}

func walkStmt(b *check.Body, s ast.Stmt, found func(*check.Variable)) {
	switch s := s.(type) {
	case *ast.Assign:
		target := s.Target
		for {
			x, ok := target.(*ast.Index)
			if !ok {
				break
			}
			target = x.X
		}
		if id, ok := target.(*ast.Ident); ok {
			found(b.Vars[id])
		}
	case *ast.For:
		if s.To != nil {
			walkAssigns(b, []*ast.Block{s.Body}, found)
		}
		for _, m := range b.Members[s] {
			walkAssigns(m, []*ast.Block{s.Body}, found)
		}
	case *ast.While:
		walkAssigns(b, []*ast.Block{s.Body}, found)
	case *ast.If:
		walkAssigns(b, []*ast.Block{s.Then}, found)
		if s.Else != nil {
			walkStmt(b, s.Else, found)
		}
	case *ast.BlockStmt:
		walkAssigns(b, []*ast.Block{s.Body}, found)
	case *ast.Local:
		walkAssigns(b, []*ast.Block{s.Body}, found)
	}
}

// arms are the two blocks of a statement.
func arms(s *ast.If) (then, otherwise *ast.Block) {
	switch e := s.Else.(type) {
	case *ast.BlockStmt:
		return s.Then, e.Body
	case *ast.If:
		return s.Then, &ast.Block{Span: e.Span, Stmts: []ast.Stmt{e}}
	}
	return s.Then, &ast.Block{Span: s.Span}
}

func (l *lowerer) ifStmt(s *ast.If) {
	then, otherwise := arms(s)
	if k, ok := l.frame.body.Consts[s.Cond]; ok {
		if !k.Bool {
			then = otherwise
		}
		l.noResults(s, then)
		return
	}
	c := l.value(s.Cond)
	if !l.known(c) {
		l.secretIf(s, c, then, otherwise)
		return
	}
	l.ownAll(s, l.assignedIn(then, otherwise))
	i := &ir.Instr{Op: ir.OpIf, Args: []ir.Value{c}, Axis: -1, Who: l.local}
	i.Body = l.within(branch, func() { l.noResults(s, then) }).block
	i.Else = l.within(branch, func() { l.noResults(s, otherwise) }).block
	l.emit(i)
}

// noResults lowers a block that must not return.
func (l *lowerer) noResults(s *ast.If, b *ast.Block) {
	if l.block(b) != nil {
		l.notBuilt(s, "`return` or `yield` inside `if`")
	}
}

// secretIf carries out both arms and selects each variable's value.
func (l *lowerer) secretIf(s *ast.If, c ir.Value, then, otherwise *ast.Block) {
	vars := l.assignedIn(then, otherwise)
	before := l.current(vars)
	l.arm++
	l.noResults(s, then)
	x := l.current(vars)
	l.restore(vars, before)
	l.noResults(s, otherwise)
	y := l.current(vars)
	l.restore(vars, before)
	l.arm--
	after := make([]ir.Value, len(vars))
	for k := range vars {
		if after[k] = before[k]; x[k] != y[k] {
			after[k] = l.op(ir.OpSelect, l.elem(before[k]), l.shape(before[k]), c, x[k], y[k])
		}
	}
	for k, v := range vars {
		if after[k] != before[k] {
			l.set(s, v, after[k])
		}
	}
}

func (l *lowerer) current(vars []*check.Variable) []ir.Value {
	out := make([]ir.Value, len(vars))
	for k, v := range vars {
		out[k] = l.values[v]
	}
	return out
}

func (l *lowerer) restore(vars []*check.Variable, to []ir.Value) {
	for k, v := range vars {
		l.values[v] = to[k]
	}
}

// conditional is `if c then a else b`.
func (l *lowerer) conditional(e *ast.Cond, t types.Type) ir.Value {
	if k, ok := l.frame.body.Consts[e.If]; ok {
		if k.Bool {
			return l.value(e.Then)
		}
		return l.value(e.Else)
	}
	c := l.value(e.If)
	arm := func(x ast.Expr) func() ir.Value {
		return func() ir.Value { return l.convert(l.value(x), t.Elem) }
	}
	if l.known(c) && len(l.shape(c)) == 0 {
		return l.choose(e, c, l.branchArm(arm(e.Then)), l.branchArm(arm(e.Else)), t)
	}
	l.arm++
	x, y := arm(e.Then)(), arm(e.Else)()
	l.arm--
	return l.op(ir.OpSelect, t.Elem, t.Shape, c, x, y)
}

// An arm is one side of a conditional expression that stands in a branch.
type arm struct {
	*region
	value ir.Value
}

func (l *lowerer) branchArm(f func() ir.Value) arm {
	var a arm
	a.region = l.within(branch, func() { a.value = f() })
	return a
}

// choose is a conditional expression that all who take part follow: a select
// where both arms are trifles, else a branch, so that only one is carried out.
func (l *lowerer) choose(e ast.Expr, c ir.Value, a, b arm, t types.Type) ir.Value {
	at := l.held(l.meet(a.value, b.value))
	if !at.IsShared() && l.trifle(a.block) && l.trifle(b.block) {
		l.splice(a.region)
		l.splice(b.region)
		return l.op(ir.OpSelect, t.Elem, t.Shape, c, a.value, b.value)
	}
	if l.first(a, at) {
		a, b, c = b, a, l.op(ir.OpNot, l.elem(c), nil, c)
	}
	var v ir.Value
	assign := func(x arm) func() {
		return func() { l.copy(v, l.flow(e, l.spread(x.value, t), at)) }
	}
	i := &ir.Instr{Op: ir.OpIf, Args: []ir.Value{c}, Axis: -1, Who: l.local}
	if l.first(b, at) {
		l.splice(b.region)
		v = l.newVar("", l.flow(e, l.spread(b.value, t), at), at)
	} else {
		v = l.newVar("", l.flow(e, l.same(0, t), at), at)
		l.inside(b.region, assign(b))
		i.Else = b.block
	}
	l.inside(a.region, assign(a))
	i.Body = a.block
	l.emit(i)
	return v
}

// first reports that an arm costs nothing, so that it is carried out before
// the branch, which then only holds the other.
func (l *lowerer) first(a arm, at types.Place) bool {
	return l.trifle(a.block) && (!at.IsShared() || !l.holders(a.value).Empty() && l.out.Values[a.value].Place.Public)
}

// spread broadcasts a scalar to the shape of t.
func (l *lowerer) spread(x ir.Value, t types.Type) ir.Value {
	if len(l.shape(x)) == len(t.Shape) {
		return x
	}
	if len(l.shape(x)) > 0 {
		zero := l.same(0, types.Type{Elem: t.Elem, Shape: t.Shape})
		return l.op(ir.OpAdd, t.Elem, t.Shape, zero, x)
	}
	return l.filled(x, t.Shape)
}

// trifle reports that a block holds only scalar operations in clear that
// cannot fail.
func (l *lowerer) trifle(b ir.Block) bool {
	for _, i := range b {
		if i.Dst == 0 || len(i.Slices) > 0 || l.out.Values[i.Dst].Var || len(l.shape(i.Dst)) > 0 ||
			l.holders(i.Dst).Empty() || !trifles[i.Op] {
			return false
		}
	}
	return true
}

var trifles = map[ir.Op]bool{
	ir.OpConst: true, ir.OpSizeOf: true, ir.OpConvert: true, ir.OpNeg: true, ir.OpAdd: true, ir.OpSub: true,
	ir.OpMul: true, ir.OpEq: true, ir.OpNe: true, ir.OpLt: true, ir.OpLe: true, ir.OpGt: true, ir.OpGe: true,
	ir.OpAnd: true, ir.OpOr: true, ir.OpNot: true, ir.OpSelect: true,
}

// logic is `and` and `or`: `if a then b else false`, `if a then true else b`.
// Its second operand is an arm, and is left out where a public first one
// decides.
func (l *lowerer) logic(e *ast.Binary, t types.Type) ir.Value {
	o := ir.OpAnd
	if e.Op == "or" {
		o = ir.OpOr
	}
	x := l.value(e.X)
	if !l.known(x) || len(l.shape(x)) > 0 {
		l.arm++
		y := l.value(e.Y)
		l.arm--
		return l.op(o, t.Elem, t.Shape, x, y)
	}
	second := l.branchArm(func() ir.Value { return l.value(e.Y) })
	if l.trifle(second.block) {
		l.splice(second.region)
		return l.op(o, t.Elem, t.Shape, x, second.value)
	}
	decided := l.branchArm(func() ir.Value { return l.constant(e, &check.Const{Bool: o == ir.OpOr}, t.Elem) })
	if o == ir.OpOr {
		return l.choose(e, x, decided, second, t)
	}
	return l.choose(e, x, second, decided, t)
}
