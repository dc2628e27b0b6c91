package check

// Expressions: literals, names, operators, conditionals, arrays.

import (
	"math/big"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

func (f *frame) eval(e ast.Expr, want types.Elem) value {
	switch e := e.(type) {
	case *ast.Number:
		return f.numberLiteral(e)
	case *ast.Bool:
		return public(types.Of(types.Bool), &Const{Bool: e.Value})
	case *ast.Text:
		return f.textLiteral(e)
	case *ast.Ident:
		return f.ident(e)
	case *ast.Unary:
		return f.unary(e, want)
	case *ast.Binary:
		return f.binary(e, want)
	case *ast.Cond:
		return f.cond(e, want)
	case *ast.Each:
		return f.each(e, want)
	case *ast.Call:
		return f.call(e, want)
	case *ast.Index:
		return f.index(e, want)
	case *ast.Field:
		return f.field(e)
	case *ast.Reveal:
		return f.reveal(e)
	case *ast.LocalExpr:
		return f.localExpr(e)
	case *ast.Paren:
		return f.paren(e, want)
	case *ast.Array:
		return f.array(e, want)
	}
	return poison(e)
}

// textLiteral checks that the escapes of a text are known and give UTF-8.
func (f *frame) textLiteral(e *ast.Text) value {
	if text, err := strconv.Unquote(e.Raw); err != nil || !utf8.ValidString(text) {
		return f.fail(e, "E204", `a text has \n, \t, \", \\ and \u00e9`, "an escape that texts do not have")
	}
	return public(types.Of(types.String), nil)
}

// public is the value of a literal or another constant.
func public(e types.Elem, k *Const) value {
	offset := k == nil || k.Num == nil || k.Num.Sign() != 0
	return value{Type: types.Scalar(e, types.PublicPlace), konst: k, early: true, affine: &affine{offset: offset}}
}

func (f *frame) numberLiteral(e *ast.Number) value {
	if v, ok := f.unit.literals[e]; ok {
		return v
	}
	x, ok := parseNumber(e)
	if !ok || !e.Float && x.Num().BitLen() > 64 {
		return f.fail(e, "E502", "too large", "%s fits no type", e.Text)
	}
	elem := types.Of(types.Int64)
	if e.Float {
		elem = f.c.prog.Precision
	}
	v := public(elem, &Const{Num: x})
	v.untyped = true
	v.bounds = exactly(x)
	if !e.Float && x.Num().IsInt64() {
		k := types.Int(x.Num().Int64())
		v.lin = &k
	}
	f.unit.literals[e] = v
	return v
}

// ident is the use of a name as a value.
func (f *frame) ident(id *ast.Ident) value {
	if m := f.scope.find(id.Name); m != nil && m.Kind == MemberVar {
		return f.fail(id, "E106", "a player", "`%s` is a player, not a value", id.Name)
	}
	v := f.variable(id)
	if v.Place.Each != "" && !v.bad() {
		f.bundleAsArray(id, v)
		return poison(id)
	}
	if f.pc.local != nil && !v.bad() && !f.heldLocally(id, v) {
		return poison(id)
	}
	return v
}

// variable is the use of a name, bundles included.
func (f *frame) variable(id *ast.Ident) value {
	if v := f.scope.find(id.Name); v != nil {
		f.body.Vars[id] = v
		k := f.unit.known[v]
		k.expr = id
		if v.Kind == SizeName {
			k.bounds = f.value(*k.lin)
		}
		return k
	}
	if s, ok := f.c.names[id.Name]; ok {
		return f.symbolValue(id, s)
	}
	return f.unknownName(id)
}

// symbolValue is the use of a name of the top level: only constants are values.
func (f *frame) symbolValue(id *ast.Ident, s *symbol) value {
	switch s.decl.(type) {
	case *ast.Const:
		k := s.home.constant(s)
		f.body.Vars[id] = k.variable
		v := k.value
		v.expr = id
		return v
	case nil:
		if s.group != nil {
			return f.fail(id, "E106", "a group", "`%s` is a group of players, not a value", id.Name)
		}
		return f.fail(id, "E106", "a player", "`%s` is a player, not a value", id.Name)
	}
	return f.fail(id, "E106", "declared on "+f.c.line(s.name), "`%s` is not a value", id.Name)
}

func (f *frame) unknownName(id *ast.Ident) value {
	d := f.errorf("E101", id, "unknown name `%s`", id.Name)
	d.Label = "not defined"
	names := f.scope.names()
	for n := range f.c.names {
		names = append(names, n)
	}
	if near := nearest(id.Name, names); near != "" {
		d.Label = "did you mean `" + near + "`?"
	} else if Prelude(id.Name) {
		d.Label = "a function: call it"
	}
	return poison(id)
}

func (f *frame) unary(e *ast.Unary, want types.Elem) value {
	x := f.expr(e.X, want)
	if x.bad() {
		return x
	}
	place, met, ok := f.join(e, map[string]string{"-": "neg", "not": "not"}[e.Op], x)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, x.Shape, place, met, x)
	if e.Op == "not" {
		if x.Elem.Kind != types.Bool {
			return f.fail(e, "E204", f.c.plain(x.Type), "`not` takes a bool")
		}
		if x.konst != nil {
			out.konst = &Const{Bool: !x.konst.Bool}
		}
		return out
	}
	if x.Elem.Kind == types.Float {
		return out
	}
	if !x.Elem.IsNum() {
		return f.notNumber(e, "`-`", x)
	}
	out.untyped, out.flexible = x.untyped, x.flexible
	if x.konst != nil {
		out.konst = &Const{Num: new(big.Rat).Neg(x.konst.Num)}
	}
	if x.lin != nil {
		p := types.Int(0).Sub(*x.lin)
		out.lin = &p
	}
	out.affine = x.affine.scale(big.NewRat(-1, 1))
	out.bounds = x.bounds.neg()
	if out.bounds, ok = f.fitUnlessUntyped(e, out, x); !ok {
		return poison(e)
	}
	return out
}

// result is a value computed from others, nothing known but its type.
func (f *frame) result(e types.Elem, s types.Shape, place types.Place, met *meeting, from ...value) value {
	out := value{Type: types.Type{Elem: e, Shape: s, Place: place}, met: met, deps: joinDeps(from...), gaps: gapsOf(from)}
	out.early = allEarly(from...) && !place.IsShared()
	out.bounds = whole(e)
	return out
}

func (f *frame) notNumber(e ast.Node, what string, vs ...value) value {
	f.errorf("E204", e, "%s takes numbers", what).Label = f.operands(what, vs)
	return value{Type: invalid, early: true}
}

// fitUnlessUntyped checks the interval of a result whose type is settled.
func (f *frame) fitUnlessUntyped(at ast.Node, v value, from ...value) (bounds, bool) {
	if v.untyped {
		return v.bounds, true
	}
	return f.fit(at, v.Elem, v.bounds, from...)
}

func (f *frame) binary(e *ast.Binary, want types.Elem) value {
	switch e.Op {
	case "and", "or":
		return f.logical(e)
	case "==", "!=", "<", "<=", ">", ">=", "~=":
		return f.compare(e)
	}
	x := f.expr(e.X, want)
	y := f.expr(e.Y, want)
	if bad(x, y) {
		return poison(e)
	}
	return f.arithmetic(e, e.Op, x, y)
}

var secureNames = map[string]string{"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod",
	"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "and": "and", "or": "or"}

// arithmetic checks x op y; at is the *ast.Binary or *ast.Assign.
func (f *frame) arithmetic(at ast.Node, op string, x, y value) value {
	what := "`" + op + "`"
	if x.Elem.Kind == types.Date || y.Elem.Kind == types.Date {
		return f.dateArithmetic(at, op, x, y)
	}
	if x.Elem.Kind == types.Float || y.Elem.Kind == types.Float {
		return f.floatArithmetic(at, op, x, y)
	}
	if !x.Elem.IsNum() || !y.Elem.IsNum() {
		return f.notNumber(at, what, x, y)
	}
	x, y, e, ok := f.arithmeticElem(at, op, x, y)
	if !ok {
		return poison(nil)
	}
	return f.elementwise(at, op, e, x, y)
}

// elementwise is x op y of element e.
func (f *frame) elementwise(at ast.Node, op string, e types.Elem, x, y value) value {
	what := "`" + op + "`"
	shape, ok := f.broadcast(at, what, x, y)
	if !ok {
		return poison(nil)
	}
	if op == "/" || op == "%" {
		if !f.divisor(at, op, x, y) {
			return poison(nil)
		}
	}
	place, met, ok := f.join(at, secureNames[op], x, y)
	if !ok {
		return poison(nil)
	}
	out := f.result(e, shape, place, met, x, y)
	out.untyped = x.untyped && y.untyped
	out.flexible = !out.untyped && (x.untyped || x.flexible) && (y.untyped || y.flexible) && op != "/" && op != "%"
	f.fold(op, x, y, &out)
	f.linear(op, x, y, &out)
	out.affine = combineAffine(op, x, y)
	out.bounds = f.arithmeticBounds(op, x, y, e)
	if out.konst != nil {
		out.bounds = exactly(out.konst.Num)
	} else if out.lin != nil {
		out.bounds = f.value(*out.lin)
	}
	sum := totals(op, x, y)
	if sum != nil {
		out.bounds = out.bounds.meet(sum.bounds(f.facts))
	}
	exact := out.bounds
	if out.bounds, ok = f.fitUnlessUntyped(at, out, x, y); !ok {
		return poison(nil)
	}
	if exact.within(whole(out.Elem)) {
		out.drift, out.total = drifts(op, x, y), sum
	}
	if out.Elem.Kind != types.Int64 && !exact.within(whole(out.Elem)) {
		out.lin, out.quotients = nil, nil // it may wrap
	}
	return out
}

// arithmeticElem finds the element of x op y. A whole number beside a fixed
// stays one in products and as a divisor, which is exact and costs no
// truncation.
func (f *frame) arithmeticElem(at ast.Node, op string, x, y value) (value, value, types.Elem, bool) {
	if (op == "*" || op == "/") && !(x.untyped && y.untyped) {
		if x.Elem.Kind == types.Fixed && y.Elem.IsInt() {
			return f.settle(x), f.settle(y), x.Elem, true
		}
		if op == "*" && x.Elem.IsInt() && y.Elem.Kind == types.Fixed {
			return f.settle(x), f.settle(y), y.Elem, true
		}
	}
	vs, e, ok := f.unify(at, "`"+op+"`", x, y)
	if !ok {
		return x, y, e, false
	}
	return vs[0], vs[1], e, true
}

// fold computes constants exactly; whole numbers divide as integers.
func (f *frame) fold(op string, x, y value, out *value) {
	if x.konst == nil || y.konst == nil {
		return
	}
	a, b, z := x.konst.Num, y.konst.Num, new(big.Rat)
	integers := x.Elem.IsInt() && y.Elem.IsInt()
	switch {
	case op == "+":
		z.Add(a, b)
	case op == "-":
		z.Sub(a, b)
	case op == "*":
		z.Mul(a, b)
	case b.Sign() == 0:
		return
	case op == "/" && integers:
		z.Set(truncate(z.Quo(a, b)))
	case op == "/":
		z.Quo(a, b)
	default:
		q := truncate(new(big.Rat).Quo(a, b))
		z.Sub(a, q.Mul(q, b))
	}
	out.konst = &Const{Num: z}
}

// linear computes sizes in normal form.
func (f *frame) linear(op string, x, y value, out *value) {
	if out.konst != nil && out.konst.Num.IsInt() && out.Elem.IsInt() {
		if n := out.konst.Num.Num(); n.IsInt64() {
			k := types.Int(n.Int64())
			out.lin = &k
		}
		return
	}
	a, b := x.polynomial(), y.polynomial()
	if a == nil || b == nil || !out.Elem.IsInt() {
		return
	}
	var p types.Size
	switch op {
	case "+":
		p = a.Add(*b)
	case "-":
		p = a.Sub(*b)
	case "*":
		p = a.Mul(*b)
	case "/":
		if k, ok := b.Const(); ok && k >= 1 && f.nonneg(*a) {
			q := f.quotient(*a, k)
			out.quotients = &q
		}
		return
	default:
		return
	}
	switch {
	case p.Overflows():
	case x.lin != nil && y.lin != nil:
		out.lin = &p
	default:
		out.quotients = &p
	}
}

// sameVariable reports that two expressions are one name.
func sameVariable(x, y ast.Expr) bool {
	a, ok := x.(*ast.Ident)
	b, same := y.(*ast.Ident)
	return ok && same && a.Name == b.Name
}

func (f *frame) arithmeticBounds(op string, x, y value, e types.Elem) bounds {
	twoFixed := x.Elem.Kind == types.Fixed && y.Elem.Kind == types.Fixed
	switch op {
	case "+":
		return x.bounds.add(y.bounds)
	case "-":
		return x.bounds.sub(y.bounds)
	case "*":
		b := x.bounds.mul(y.bounds)
		if twoFixed {
			b = b.widened(e)
		}
		if b.known() && b.low.Sign() < 0 && sameVariable(x.expr, y.expr) {
			b.low = new(big.Rat) // rounding leaves a square 0 at least
		}
		return b
	case "/":
		if e.IsInt() {
			return x.bounds.div(y.bounds).truncated()
		}
		return x.bounds.div(y.bounds).widened(e)
	}
	// the remainder is smaller than the divisor, with the sign of the dividend
	most := y.bounds.abs()
	if !most.known() {
		return most
	}
	out := bounds{new(big.Rat).Neg(most.high), most.high, most.declared}
	if x.bounds.known() && x.bounds.low.Sign() >= 0 {
		out.low = new(big.Rat)
	}
	return out
}

// divisor checks that y is not zero where that matters: a secret divisor
// (E504), and an operation in clear that could fail (R14).
func (f *frame) divisor(at ast.Node, op string, x, y value) bool {
	if y.konst != nil && y.konst.Num.Sign() == 0 {
		f.errorf("E504", y.expr, "this divisor is 0").Label = "always"
		return false
	}
	secure := !y.Place.Public && x.Place.Join(y.Place).IsShared()
	zero := y.bounds.hasZero()
	switch {
	case secure && zero && !f.pc.total:
		d := f.errorf("E504", y.expr, "this divisor may be 0, and a secure division by 0 returns garbage without an error")
		d.Label = f.c.full(y.Type) + ", range unknown"
		if y.bounds.declared {
			d.Label = f.c.full(y.Type) + ", " + between(y.bounds, y.Elem)
		}
		f.divisorHint(d, op, x, y)
		return false
	case secure, !zero, f.pc.total:
		return true
	}
	hint := "bound it by a range that excludes 0, or write `div_or`"
	if y.lin != nil && f.isSize(*y.lin) && f.unit.comp != nil {
		hint = "add `where " + y.lin.String() + " >= 1`"
	}
	return f.partial(at, y.expr, "this divisor may be 0", hint, x, y)
}

// compare checks a comparison.
func (f *frame) compare(e *ast.Binary) value {
	x := f.expr(e.X, types.Elem{})
	y := f.expr(e.Y, types.Elem{})
	if bad(x, y) {
		return poison(e)
	}
	if e.Op == "~=" && !f.pc.expect {
		return f.fail(e, "E204", "only in `expect`", "`~=` stands only in `expect`")
	}
	if !f.comparable(e, x, y) {
		return poison(e)
	}
	x, y, ok := f.comparableElems(e, x, y)
	if !ok {
		return poison(e)
	}
	shape, ok := f.broadcast(e, "`"+e.Op+"`", x, y)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, secureNames[e.Op], x, y)
	if !ok {
		return poison(e)
	}
	out := f.result(types.Of(types.Bool), shape, place, met, x, y)
	if x.konst != nil && y.konst != nil && x.konst.Num != nil && y.konst.Num != nil && e.Op != "~=" {
		out.konst = &Const{Bool: holds(e.Op, x.konst.Num.Cmp(y.konst.Num))}
	}
	return out
}

// holds reports whether a comparison holds, given the order of its operands.
func holds(op string, order int) bool {
	switch op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// comparable reports E204 for elements that do not compare.
func (f *frame) comparable(e *ast.Binary, x, y value) bool {
	kind := func(v value) string {
		switch {
		case v.untyped && (x.Elem.Kind == types.Float || y.Elem.Kind == types.Float):
			return types.Float.String()
		case v.Elem.IsNum():
			return "number"
		case v.Elem.Kind == types.Enum:
			return v.Elem.Name
		}
		return v.Elem.Kind.String()
	}
	if x.Elem.Kind == types.Record || y.Elem.Kind == types.Record {
		d := f.errorf("E204", e, "records have no `%s`", e.Op)
		d.Label = f.operands("`"+e.Op+"`", []value{x, y})
		d.Hint = "compare their fields"
		return false
	}
	ordered := e.Op != "==" && e.Op != "!="
	if kind(x) == kind(y) && !(ordered && x.Elem.Kind == types.String) {
		return true
	}
	f.errorf("E204", e, "`%s` cannot compare these types", e.Op).Label = f.operands("`"+e.Op+"`", []value{x, y})
	return false
}

// comparableElems gives literals the type of the other side. Integers of all
// widths compare by value, so a literal that does not fit stays int64.
func (f *frame) comparableElems(e *ast.Binary, x, y value) (value, value, bool) {
	if x.Elem.IsInt() && y.Elem.IsInt() {
		return f.fittingLiteral(x, y), f.fittingLiteral(y, x), true
	}
	vs, _, ok := f.unify(e, "`"+e.Op+"`", x, y)
	if !ok {
		return x, y, false
	}
	return f.settle(vs[0]), f.settle(vs[1]), true
}

// fittingLiteral gives v the type of other if it fits.
func (f *frame) fittingLiteral(v, other value) value {
	if (v.untyped || v.flexible) && !other.untyped && !other.flexible && v.bounds.within(whole(other.Elem)) {
		v, _ = f.retype(v, other.Elem)
		return v
	}
	return f.settle(v)
}

// logical checks `and` and `or`, which are conditionals (R10).
func (f *frame) logical(e *ast.Binary) value {
	x := f.expr(e.X, types.Elem{})
	var y value
	f.within(func(pc *context) { f.enterArm(pc, x) }, func() { y = f.expr(e.Y, types.Elem{}) })
	if bad(x, y) {
		return poison(e)
	}
	if x.Elem.Kind != types.Bool || y.Elem.Kind != types.Bool {
		return f.fail(e, "E204", f.operands("`"+e.Op+"`", []value{x, y}), "`%s` takes bools", e.Op)
	}
	shape, ok := f.broadcast(e, "`"+e.Op+"`", x, y)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, e.Op, x, y)
	if !ok {
		return poison(e)
	}
	out := f.result(types.Of(types.Bool), shape, place, met, x, y)
	if x.konst != nil && y.konst != nil {
		out.konst = &Const{Bool: x.konst.Bool && y.konst.Bool}
		if e.Op == "or" {
			out.konst.Bool = x.konst.Bool || y.konst.Bool
		}
	}
	return out
}

// cond checks `if c then a else b`.
func (f *frame) cond(e *ast.Cond, want types.Elem) value {
	c := f.expr(e.If, types.Elem{})
	var x, y value
	run := &arm{holders: types.PublicPlace}
	f.within(func(pc *context) { f.enterArm(pc, c); f.enter(pc, run) }, func() {
		x = f.expr(e.Then, want)
		y = f.expr(e.Else, want)
	})
	if bad(c, x, y) {
		return poison(e)
	}
	f.body.Runs[e] = f.runsAt(c, run)
	return f.selection(e, "the arms of `if`", c, x, y)
}

// selection is the value of a conditional expression and of select(c, x, y).
func (f *frame) selection(e ast.Expr, what string, c, x, y value) value {
	if c.Elem.Kind != types.Bool {
		return f.fail(c.expr, "E204", f.c.plain(c.Type), "a condition is a bool")
	}
	vs, elem, ok := f.unify(e, what, x, y)
	if !ok {
		return poison(e)
	}
	x, y = vs[0], vs[1]
	shape, ok := f.broadcast(e, what, c, x, y)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, "select", c, x, y)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, shape, place, met, c, x, y)
	out.untyped = x.untyped && y.untyped
	out.flexible = !out.untyped && (x.untyped || x.flexible) && (y.untyped || y.flexible)
	out.bounds = x.bounds.union(y.bounds)
	out.drift = x.drift.join(y.drift)
	return out
}

// enter makes run the innermost arm.
func (f *frame) enter(pc *context, run *arm) {
	run.outer = pc.arm
	pc.arm = run
}

// enterArm is the context of what runs only if c holds, or does not.
func (f *frame) enterArm(pc *context, c value) {
	pc.late = pc.late || !c.early
	if c.Place.Public {
		pc.loops = slices.Clone(pc.loops)
		for i := range pc.loops {
			pc.loops[i].upto = true // no pass need take this branch
		}
		return
	}
	pc.total = true
	pc.cond, pc.on = pc.cond.Join(c.Place), joinDeps(value{deps: pc.on}, c)
	if pc.local == nil {
		pc.secret = true
		pc.reason, pc.reasonAt = c.expr, c.Place
	}
}

func (f *frame) paren(e *ast.Paren, want types.Elem) value {
	if len(e.Elems) != 1 {
		for _, x := range e.Elems {
			f.settle(f.expr(x, types.Elem{}))
		}
		return f.fail(e, "E208", "a tuple", "a tuple is only the result of a function")
	}
	return f.expr(e.Elems[0], want)
}

// array checks `[a, b, …]`: elements of one type and shape.
func (f *frame) array(e *ast.Array, want types.Elem) value {
	if len(e.Elems) == 0 {
		return f.fail(e, "E204", "no elements", "an empty array has no type")
	}
	vs := make([]value, len(e.Elems))
	for i, x := range e.Elems {
		vs[i] = f.expr(x, want)
	}
	if bad(vs...) {
		return poison(e)
	}
	vs, elem, ok := f.unify(e, "an array", vs...)
	if !ok {
		return poison(e)
	}
	for _, v := range vs[1:] {
		if len(v.Shape) != len(vs[0].Shape) {
			return f.fail(v.expr, "E201", f.c.plain(v.Type), "the elements of an array have one shape; the first is %s", f.c.plain(vs[0].Type))
		}
		if !f.sameShape(v.expr, vs[0].Shape, v.Shape, f.operandsOf("an array", []value{vs[0], v}), nil) {
			return poison(e)
		}
	}
	if f.c.rank(vs[0].Type) == 4 {
		return f.fail(e, "E204", f.c.plain(vs[0].Type), "an array has at most 4 dimensions")
	}
	place, met, ok := f.join(e, "stack", vs...)
	if !ok {
		return poison(e)
	}
	rows := vs[0].Shape
	for _, v := range vs[1:] {
		rows = withPadding(rows, v.Shape)
	}
	shape := append(types.Shape{types.Int(int64(len(vs)))}, rows...)
	out := f.result(elem, shape, place, met, vs...)
	out.untyped, out.flexible = true, true
	out.bounds = vs[0].bounds
	for _, v := range vs {
		out.untyped = out.untyped && v.untyped
		out.flexible = out.flexible && (v.untyped || v.flexible)
		out.bounds = out.bounds.union(v.bounds)
	}
	out.flexible = out.flexible && !out.untyped
	return out
}

// divisorHint is the hint of E504.
func (f *frame) divisorHint(d *diag.Diagnostic, op string, x, y value) {
	low, high, none, function := "0.01", "1000.0", "0.0", "div_or"
	if y.Elem.IsInt() {
		low, high, none = "1", "1000", "0"
	}
	if op == "%" {
		function = "mod_or"
	}
	var names []string
	for _, in := range y.deps {
		names = append(names, in.Name)
	}
	if len(names) > 0 && !f.isCount(y.expr) {
		d.Hint = "declare the range of " + and(names) + " (`in " + low + ".." + high + "`), or "
	}
	d.Hint += "`" + function + "(" + f.text(x.expr) + ", " + f.text(y.expr) + ", " + none + ")`"
}

// isCount reports a number of rows, which no range of an input bounds.
func (f *frame) isCount(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Call:
		id, ok := e.Fn.(*ast.Ident)
		return ok && id.Name == "count"
	case *ast.Ident:
		v := f.body.Vars[e]
		return v != nil && v.source != nil && f.isCount(v.source)
	}
	return false
}
