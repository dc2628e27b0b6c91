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

// The representations of a false and a true bool.
var zeroes, ones = []*big.Int{big.NewInt(0)}, []*big.Int{big.NewInt(1)}

var lastInt64 = new(big.Rat).SetInt64(math.MaxInt64)

func (l *lowerer) loop(s *ast.For) {
	if s.To == nil {
		for _, b := range l.frame.body.Members[s] {
			l.member(b, func() { l.pass(s, s.Body) })
		}
		return
	}
	i := &ir.Instr{Op: ir.OpFor, Axis: -1, Who: l.local, Checked: l.frame.body.Checked[s]}
	i.Args = []ir.Value{l.position(s.From), l.position(s.To)}
	if s.Inclusive {
		if k := l.frame.body.Const(s.To); k != nil && k.Num.Cmp(lastInt64) == 0 {
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
			l.fault(s, "a loop bound that not every player knows")
		}
	}
	l.ownAll(s, l.assignedIn(s.Body))
	body := l.within(loop, func() {
		i.Dst = l.define(s.Name.Name, types.Of(types.Int64), nil, l.held(l.local))
		if l.out.Values[i.Dst].Name != s.Name.Name {
			i.Name = s.Name.Name
		}
		l.values[l.frame.body.Vars[s.Name]] = leaf(i.Dst)
		l.pass(s, s.Body)
	})
	i.Body = body.block
	l.emit(i)
}

// while keeps its condition in a variable. The body assigns it last, ready for
// the next pass; a condition that discloses something is left out after the
// last one, so there the body begins with it.
func (l *lowerer) while(s *ast.While) {
	limit := l.position(s.Limit)
	l.ownAll(s, l.assignedIn(s.Body))
	i := &ir.Instr{Op: ir.OpWhile, Axis: -1, Who: l.local}
	var cond ir.Value
	if l.discloses(s.Cond) {
		cond = l.newVar("", l.constants(types.Of(types.Bool), nil, ones), l.held(l.local))
		i.Body = l.within(loop, func() { l.tested(s, cond) }).block
	} else {
		cond = l.newVar("", l.goesOn(s), l.held(l.local))
		i.Body = l.within(loop, func() {
			l.pass(s, s.Body)
			l.again(s, cond)
		}).block
	}
	i.Args = []ir.Value{cond, limit}
	l.emit(i)
}

// tested is a pass that begins with its condition.
func (l *lowerer) tested(s *ast.While, cond ir.Value) {
	l.copy(cond, l.goesOn(s))
	i := &ir.Instr{Op: ir.OpIf, Args: []ir.Value{cond}, Axis: -1, Who: l.local}
	i.Body = l.within(branch, func() {
		l.pass(s, s.Body)
		if l.frame.leaving != nil && leavesBody(s.Body) {
			l.copy(cond, l.op(ir.OpNot, types.Of(types.Bool), nil, l.frame.leaving.left))
		}
	}).block
	l.emit(i)
}

// again computes the condition of the next pass, if there can be one.
func (l *lowerer) again(s *ast.While, cond ir.Value) {
	if l.frame.leaving == nil || !leavesBody(s.Body) {
		l.copy(cond, l.goesOn(s))
		return
	}
	l.copy(cond, l.constants(types.Of(types.Bool), nil, zeroes))
	l.staying(func() { l.copy(cond, l.goesOn(s)) })
}

func (l *lowerer) goesOn(s *ast.While) ir.Value {
	c := l.value(s.Cond)
	if !l.known(c) {
		l.fault(s.Cond, "a loop condition that not every player knows")
	}
	return c
}

// discloses reports that an expression reveals something, itself or by a call.
func (l *lowerer) discloses(e ast.Expr) bool {
	found := false
	ast.Walk(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Reveal:
			found = true
		case *ast.Call:
			c := l.frame.body.Calls[n]
			found = found || c != nil && len(c.Body.Fn.Discloses) > 0
		}
		return !found
	})
	return found
}

// own makes sure that the name stands for variables that may be assigned by
// copying where we are, though it may be carried out many times or never.
func (l *lowerer) own(n ast.Node, v *check.Variable) {
	if cur := l.values[v]; !l.ownedAll(cur) {
		l.values[v] = l.newVars(n, v, cur)
	}
}

// owned reports a variable that was made under the same conditions.
func (l *lowerer) owned(v ir.Value) bool { return l.out.Values[v].Var && l.armOf[v] == l.arm }

func (l *lowerer) ownedAll(x tree) bool {
	for _, v := range x.leaves() {
		if !l.owned(v) {
			return false
		}
	}
	return true
}

func (l *lowerer) ownAll(n ast.Node, vars []*check.Variable) {
	for _, v := range vars {
		l.own(n, v)
		for _, x := range l.values[v].leaves() {
			l.forget(x)
		}
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
		if id := check.TargetName(s.Target); id != nil {
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
	l.either(s, then, otherwise)
}

// either carries out one of two blocks, or both arms under a condition that
// not everybody who takes part knows.
func (l *lowerer) either(s *ast.If, then, otherwise *ast.Block) {
	if k := l.frame.body.Const(s.Cond); k != nil {
		if !k.Bool {
			then = otherwise
		}
		l.block(then)
		return
	}
	c := l.value(s.Cond)
	if !l.known(c) {
		l.secretIf(s, c, then, otherwise)
		return
	}
	l.ownAll(s, l.assignedIn(then, otherwise))
	i := &ir.Instr{Op: ir.OpIf, Args: []ir.Value{c}, Axis: -1, Who: l.local}
	i.Body = l.within(branch, func() { l.block(then) }).block
	i.Else = l.within(branch, func() { l.block(otherwise) }).block
	l.emit(i)
}

// secretIf carries out both arms and selects each variable's value.
func (l *lowerer) secretIf(s *ast.If, c ir.Value, then, otherwise *ast.Block) {
	vars := l.assignedIn(then, otherwise)
	before := l.current(vars)
	l.arm++
	l.block(then)
	x := l.current(vars)
	l.restore(vars, before)
	l.block(otherwise)
	y := l.current(vars)
	l.restore(vars, before)
	l.arm--
	after := make([]tree, len(vars))
	for k := range vars {
		after[k] = l.chosen(c, x[k], y[k])
	}
	for k, v := range vars {
		l.values[v] = zip(before[k], after[k], func(cur, x ir.Value) ir.Value {
			if cur == x {
				return cur
			}
			return l.set(s, v, cur, x)
		})
	}
}

// chosen is x where c holds, else y; where both are one value, that.
func (l *lowerer) chosen(c ir.Value, x, y tree) tree {
	return zip(x, y, func(x, y ir.Value) ir.Value {
		if x == y {
			return x
		}
		return l.op(ir.OpSelect, l.elem(x), l.shape(x), c, x, y)
	})
}

func (l *lowerer) current(vars []*check.Variable) []tree {
	out := make([]tree, len(vars))
	for k, v := range vars {
		out[k] = l.values[v]
	}
	return out
}

func (l *lowerer) restore(vars []*check.Variable, to []tree) {
	for k, v := range vars {
		l.values[v] = to[k]
	}
}

// conditional is `if c then a else b`.
func (l *lowerer) conditional(e *ast.Cond, t types.Type) tree {
	if k := l.frame.body.Const(e.If); k != nil {
		if k.Bool {
			return l.tree(e.Then)
		}
		return l.tree(e.Else)
	}
	c := l.value(e.If)
	arm := func(x ast.Expr) func() tree {
		return func() tree { return l.converted(l.tree(x), t) }
	}
	if l.known(c) && len(l.shape(c)) == 0 {
		return l.choose(e, c, l.branchArm(arm(e.Then)), l.branchArm(arm(e.Else)), t)
	}
	l.arm++
	x, y := arm(e.Then)(), arm(e.Else)()
	l.arm--
	return l.selected(t, c, x, y)
}

// selected is a select of two values of type t, column by column.
func (l *lowerer) selected(t types.Type, c ir.Value, x, y tree) tree {
	return l.columnwise(t, func(of types.Type, v []ir.Value) ir.Value {
		return l.op(ir.OpSelect, of.Elem, of.Shape, l.perRow(c, t.Shape, of.Shape), v[0], v[1])
	}, x, y)
}

// perRow is a condition of the rows of a table as one of a column whose fields
// have dimensions of their own.
func (l *lowerer) perRow(c ir.Value, table, column types.Shape) ir.Value {
	own := column[len(table):].Count()
	if len(l.shape(c)) == 0 || len(table) == len(column) {
		return c
	}
	every := types.Type{Elem: types.Of(types.Bool), Shape: append(types.Shape{own}, table...)}
	rows := l.op(ir.OpAnd, every.Elem, every.Shape, l.same(1, every), c)
	return l.reshaped(l.transposed(l.reshaped(rows, own, table.Count())), column...)
}

// An arm is one side of a conditional expression that stands in a branch.
type arm struct {
	*region
	value tree
}

func (l *lowerer) branchArm(f func() tree) arm {
	var a arm
	a.region = l.within(branch, func() { a.value = f() })
	return a
}

// choose is a conditional expression that all who take part follow: a select
// where both arms are trifles, else a branch, so that only one is carried out.
func (l *lowerer) choose(e ast.Expr, c ir.Value, a, b arm, t types.Type) tree {
	at := l.held(l.meet(append(a.value.leaves(), b.value.leaves()...)...))
	if !at.IsShared() && l.trifle(a.block) && l.trifle(b.block) {
		l.splice(a.region)
		l.splice(b.region)
		return l.selected(t, c, a.value, b.value)
	}
	if l.first(a, at) {
		a, b, c = b, a, l.op(ir.OpNot, l.elem(c), nil, c)
	}
	var v tree
	assign := func(x arm) func() {
		return func() {
			l.columnwise(t, func(t types.Type, x []ir.Value) ir.Value {
				l.copy(x[0], l.flow(e, l.spread(x[1], t), at))
				return 0
			}, v, x.value)
		}
	}
	fresh := func(f func(t types.Type, x []ir.Value) ir.Value, x ...tree) tree {
		return l.columnwise(t, func(t types.Type, x []ir.Value) ir.Value {
			return l.newVar("", l.flow(e, f(t, x), at), at)
		}, x...)
	}
	i := &ir.Instr{Op: ir.OpIf, Args: []ir.Value{c}, Axis: -1, Who: l.local}
	if l.first(b, at) {
		l.splice(b.region)
		v = fresh(func(t types.Type, x []ir.Value) ir.Value { return l.spread(x[0], t) }, b.value)
	} else {
		v = fresh(func(t types.Type, _ []ir.Value) ir.Value { return l.same(0, t) })
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
	return l.trifle(a.block) && (!at.IsShared() || l.public(a.value))
}

func (l *lowerer) public(x tree) bool {
	for _, v := range x.leaves() {
		if !l.out.Values[v].Place.Public {
			return false
		}
	}
	return true
}

// spread broadcasts to the shape of t; rows by an operation that changes
// nothing and that no player sends anything for.
func (l *lowerer) spread(x ir.Value, t types.Type) ir.Value {
	if len(l.shape(x)) == len(t.Shape) {
		return x
	}
	if len(l.shape(x)) == 0 {
		return l.filled(x, t.Shape)
	}
	zero := l.same(0, types.Type{Elem: t.Elem, Shape: t.Shape})
	if t.Elem.IsNum() {
		return l.op(ir.OpAdd, t.Elem, t.Shape, zero, x)
	}
	return l.op(ir.OpSelect, t.Elem, t.Shape, l.same(1, types.Type{Elem: types.Of(types.Bool)}), x, zero)
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
	second := l.branchArm(func() tree { return l.tree(e.Y) })
	if l.trifle(second.block) {
		l.splice(second.region)
		return l.op(o, t.Elem, t.Shape, x, second.value.leaf)
	}
	decided := l.branchArm(func() tree { return leaf(l.constant(e, &check.Const{Bool: o == ir.OpOr}, t.Elem)) })
	if o == ir.OpOr {
		return l.choose(e, x, decided, second, t).leaf
	}
	return l.choose(e, x, second, decided, t).leaf
}
