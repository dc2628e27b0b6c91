package check

// Statements: let, var, assignment (R8), return (R7), yield, and calls that
// stand alone.

import (
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// block checks statements in a scope of their own and reports whether every
// path through them ends in return or yield.
func (f *frame) block(b *ast.Block) bool {
	defer f.open()()
	return f.stmts(b.Stmts)
}

func (f *frame) stmts(list []ast.Stmt) bool {
	ends := false
	for i, s := range list {
		f.following = list[i+1:]
		f.pc.late = f.pc.late || f.unit.left
		if f.stmt(s) {
			ends = true
		}
	}
	return ends
}

// stmt checks one statement and reports whether no path leads past it.
func (f *frame) stmt(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.Let:
		f.let(s)
	case *ast.Var:
		f.varStmt(s)
	case *ast.Assign:
		f.assign(s)
	case *ast.For:
		f.forStmt(s)
	case *ast.While:
		f.while(s)
	case *ast.If:
		return f.ifStmt(s)
	case *ast.BlockStmt:
		return f.block(s.Body)
	case *ast.Assert:
		f.assert(s)
	case *ast.Local:
		f.local(s, s.Player, s.Body)
	case *ast.ExprStmt:
		f.exprStmt(s)
	case *ast.Return:
		f.returnStmt(s)
		return true
	case *ast.Yield:
		f.yield(s)
		return true
	}
	return false
}

func (f *frame) let(s *ast.Let) {
	var want written
	var ok bool
	if s.Type != nil {
		if want, ok = f.resolve(s.Type); !ok {
			want = written{Type: invalid}
		}
	}
	f.naming = s.Names[0].Name
	v := f.exprOrBundle(s.Value, want.Elem)
	f.naming = ""
	if s.Tuple || len(s.Names) > 1 {
		f.letTuple(s, v)
		return
	}
	if v.Tuple != nil {
		if !v.bad() {
			f.errorf("E208", s.Value, "this is a tuple of %s", times(len(v.Tuple), "value")).Label = "write `let (a, b) = …`"
		}
		v = poison(s.Value)
	}
	if s.Type != nil {
		v = f.declaredAs(v, want, "`"+s.Names[0].Name+"`", s.Names[0])
	}
	f.letVar(s.Names[0], f.settle(v), s.Value)
}

// exprOrBundle evaluates what may be a bundle: a name of one, or `each`.
func (f *frame) exprOrBundle(e ast.Expr, want types.Elem) value {
	if _, ok := e.(*ast.Ident); ok {
		return f.bundle(e)
	}
	return f.expr(e, want)
}

func (f *frame) letVar(name *ast.Ident, v value, source ast.Expr) {
	variable := &Variable{Name: name.Name, Decl: name, Kind: LetVar, Type: v.Type, source: source}
	if v.Place.Each != "" {
		variable.Group = f.c.groupNamed(v.Place.Each)
	}
	v.konst, v.flexible, v.untyped = nil, false, false
	f.define(variable, v)
}

func (f *frame) letTuple(s *ast.Let, v value) {
	if s.Type != nil {
		f.errorf("E208", s.Type, "a tuple pattern has no type of its own").Label = "its parts have theirs"
	}
	if !v.bad() && len(v.parts) != len(s.Names) || v.Place.Each != "" {
		f.errorf("E208", s.Value, "%s for %s", times(max(len(v.Tuple), 1), "value"), times(len(s.Names), "name")).Label = f.c.plain(v.Type)
		v = poison(s.Value)
	}
	for i, n := range s.Names {
		part := poison(s.Value)
		if !v.bad() {
			part = v.parts[i]
		}
		f.letVar(n, part, s.Value)
	}
}

// declaredAs checks a value against the type written for it.
func (f *frame) declaredAs(v value, want written, what string, declared ast.Node) value {
	if v.bad() {
		v.Type = want.Type
		if !want.placed {
			v.Elem = invalid.Elem
		}
		return v
	}
	if want.bad() {
		return poison(v.expr)
	}
	if want.tuple != nil || v.Place.Each != "" {
		if want.tuple == nil && want.placed && want.Place == v.Place {
			return v
		}
		f.errorf("E204", v.expr, "%s is declared %s", what, f.c.plain(want.Type)).Label = f.c.full(v.Type)
		return poison(v.expr)
	}
	v = f.convertTo(v, want.Elem, what)
	if v.bad() || !f.declaredShape(v, want.Shape, what) {
		return poison(v.expr)
	}
	v.Elem = want.Elem
	v.Shape = withPadding(v.Shape, want.Shape)
	if !want.placed {
		return v
	}
	if !f.normal(v.Place).Flows(want.Place) {
		d := f.lost(v, want.Place, what, declared)
		d.Hint = "drop `@ " + f.c.place(want.Place) + "` (the placement is inferred)"
		return poison(v.expr)
	}
	return f.flow(v, want.Place)
}

func (f *frame) declaredShape(v value, want types.Shape, what string) bool {
	if len(v.Shape) != len(want) {
		d := f.errorf("E201", v.expr, "%s has %s, this value %s", what, times(len(want), "dimension"), times(len(v.Shape), "dimension"))
		d.Label = f.c.plain(v.Type)
		if len(v.Shape) == 0 {
			d.Hint = "`full(" + f.text(v.expr) + ", …)` repeats it"
		}
		return false
	}
	return f.sameShape(v.expr, want, v.Shape, f.plainOf(v), nil)
}

func (f *frame) varStmt(s *ast.Var) {
	var want written
	var ok bool
	if s.Type != nil {
		if want, ok = f.resolve(s.Type); !ok {
			want = written{Type: invalid}
		}
	}
	f.naming = s.Name.Name
	v := f.expr(s.Value, want.Elem)
	f.naming = ""
	if v.Tuple != nil || v.Place.Each != "" {
		v = f.fail(s.Value, "E204", f.c.full(v.Type), "a variable holds one value")
	}
	if s.Type != nil {
		plain := want
		plain.placed = false
		v = f.declaredAs(v, plain, "`"+s.Name.Name+"`", s.Name)
	}
	v = f.settle(v)
	variable := &Variable{Name: s.Name.Name, Decl: s.Name, Kind: VarVar, Type: v.Type, member: f.member}
	if want.placed && !v.bad() {
		variable.declared = s
		variable.Type.Place = want.Place
		if !f.normal(v.Place).Flows(want.Place) {
			f.lostVar(v, variable)
			v = poison(s.Value)
			variable.Type = invalid
		}
	}
	f.defineVar(variable, v, want)
}

// defineVar gives a variable the placement that all its assignments found so
// far leave it (R8).
func (f *frame) defineVar(variable *Variable, v value, want written) {
	key := stateKey{variable.Decl, f.member}
	now, known := f.unit.before.vars[key]
	if !known {
		now = state{place: types.PublicPlace, early: true}
	}
	if variable.declared != nil {
		now.place = want.Place
		if want.Place.IsShared() && !v.bad() {
			v = f.flow(v, want.Place)
		}
	}
	f.unit.next.vars[key] = state{place: now.place, early: now.early, met: now.met, deps: now.deps}
	if !v.bad() {
		v.konst, v.lin, v.quotients, v.total, v.flexible, v.untyped = nil, nil, nil, nil, false, false
		variable.Type.Place = now.place
	}
	f.define(variable, v)
	f.assigned(variable, v, v.Place)
}

// assigned records that v flows into a variable, at the holders that R8
// leaves, and what the variable holds from here on.
func (f *frame) assigned(variable *Variable, v value, place types.Place) {
	v.fields = nil // they may be assigned one by one
	key := stateKey{variable.Decl, variable.member}
	s := f.unit.next.vars[key]
	if variable.declared == nil && !v.bad() {
		before := s.place
		s.place = f.normal(s.place.Join(place))
		if s.place.IsShared() && s.met == nil {
			s.met = v.met
			if s.met == nil {
				s.met = &meeting{players: before.Holders.Union(place.Holders), expr: v.expr}
			}
		}
	}
	s.early = s.early && v.early && !f.pc.late
	s.deps = joinDeps(value{deps: s.deps}, v)
	f.unit.next.vars[key] = s
	if !v.bad() {
		v.Type = variable.Type
		v.early = s.early && !variable.Type.Place.IsShared()
		v.deps = s.deps
		if variable.Type.Place.IsShared() {
			v.met = s.met
			if !s.place.IsShared() || v.met == nil {
				v.met = f.unit.before.vars[key].met
			}
		}
		if f.pc.secret || f.pc.total {
			v.bounds = v.bounds.union(f.unit.known[variable].bounds)
			v.drift = v.drift.join(f.unit.known[variable].drift)
			v.gaps = joinGaps(v.gaps, f.unit.known[variable].gaps)
			v.affine = nil
		}
	}
	f.unit.known[variable] = v
}

// lostVar reports E309.
func (f *frame) lostVar(v value, variable *Variable) {
	s := variable.declared
	place := f.text(s.Type.Placement)
	d := f.lost(v, variable.Type.Place, "`"+variable.Name+"`", s.Name)
	d.Hint = "drop `@ " + place + "` (the placement is inferred)"
	if v.Place.IsShared() {
		plain := *s.Type
		plain.EndPos = s.Type.Placement.Pos
		text := f.text(&plain)
		d.Hint += ", or write `var " + variable.Name + ": " + strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "@")) + " @ shared = " + f.text(s.Value) + "`"
	}
}

// assign checks `target = value` and `target += value`.
func (f *frame) assign(s *ast.Assign) {
	id := TargetName(s.Target)
	if id == nil {
		f.errorf("E106", s.Target, "only a variable can be assigned").Label = "not a variable"
		return
	}
	variable := f.scope.find(id.Name)
	if variable == nil || variable.Kind != VarVar {
		f.notAssignable(id, variable)
		f.expr(s.Value, types.Elem{})
		return
	}
	f.body.Vars[id] = variable
	target, places := f.target(s.Target, variable)
	f.naming = id.Name
	v := f.expr(s.Value, target.Elem)
	f.naming = ""
	if !bad(target, v) {
		v = f.assignedValue(s, target, v)
	}
	if d := f.assignedField(s.Target); d != nil && !bad(target, v) && !f.fieldRange(d, v) {
		v = poison(s.Value)
	}
	if bad(target, v) || !f.assignable(s, v, target.Shape) || !f.store(s, variable, v, places) {
		f.unit.known[variable] = poison(id) // nothing follows from a wrong assignment
	}
}

// assignedValue is the new value, in the element of what is assigned.
func (f *frame) assignedValue(s *ast.Assign, target, v value) value {
	if v.Place.Each != "" {
		return f.fail(s.Value, "E310", f.c.full(v.Type), "a variable cannot hold a bundle")
	}
	if s.Op == "=" {
		return f.convertTo(v, target.Elem, "`"+f.text(s.Target)+"`")
	}
	v = f.arithmetic(s, s.Op[:1], target, v)
	v.expr = s.Value
	if f.body.Overflows[s] != nil {
		v.gaps = joinGaps(v.gaps, []string{noted})
	}
	if v.bad() {
		return v
	}
	return f.sameElem(v, target.Elem, s)
}

// sameElem checks that `v += x` keeps the element e of v.
func (f *frame) sameElem(v value, e types.Elem, s *ast.Assign) value {
	if v.Elem == e || v.Elem.Kind == types.Fixed && v.Elem.F == e.F && (v.Elem.I <= e.I || v.bounds.within(whole(e))) {
		return v
	}
	d := f.errorf("E204", s.Value, "`%s` is %s, the result of `%s` %s", f.text(s.Target), f.c.elem(e), s.Op[:1], f.c.elem(v.Elem))
	d.Label = f.c.plain(f.body.Type(s.Value))
	return poison(s.Value)
}

// assignable checks the shape: a whole variable keeps its own, elements take
// what broadcasts to them.
func (f *frame) assignable(s *ast.Assign, v value, want types.Shape) bool {
	if !f.keepsPadding(s, v, want) {
		return false
	}
	if _, whole := s.Target.(*ast.Ident); whole || len(v.Shape) > len(want) {
		return f.declaredShape(v, want, "`"+f.text(s.Target)+"`")
	}
	return f.sameShape(v.expr, want[len(want)-len(v.Shape):], v.Shape, f.plainOf(v), nil)
}

func (f *frame) notAssignable(id *ast.Ident, v *Variable) {
	if v == nil {
		if s, ok := f.c.names[id.Name]; ok {
			f.errorf("E106", id, "`%s` cannot be assigned", id.Name).Label = "declared on line " + strconv.Itoa(s.name.Pos.Line)
			return
		}
		f.unknownName(id)
		return
	}
	d := f.errorf("E106", id, "`%s` cannot be assigned: it is no variable", id.Name)
	d.Label = "defined on line " + strconv.Itoa(v.Decl.Pos.Line)
	if v.Kind == LetVar {
		d.Hint = "define it with `var`"
	}
}

// target is the part of a variable that an assignment changes, and who knows
// which part that is.
func (f *frame) target(e ast.Expr, variable *Variable) (value, types.Place) {
	switch e := e.(type) {
	case *ast.Ident:
		v := f.unit.known[variable]
		v.expr = e
		f.body.expr(e).Type = v.Type
		return v, types.PublicPlace
	case *ast.Index:
		x, places := f.target(e.X, variable)
		if x.bad() {
			f.sliceErrors(e)
			return x, places
		}
		v := f.sliced(e, e.Slices, x)
		v.expr = e
		f.body.expr(e).Type = v.Type
		for _, s := range e.Slices {
			for _, b := range []ast.Expr{s.From, s.To} {
				if b != nil {
					places = places.Join(f.body.Type(b).Place)
				}
			}
		}
		return v, places
	case *ast.Field:
		x, places := f.target(e.X, variable)
		if x.bad() {
			return poison(e), places
		}
		v := f.column(e, x)
		v.expr = e
		f.body.expr(e).Type = v.Type
		return v, places
	}
	return poison(e), types.PublicPlace
}

// store is R8 for one assignment.
func (f *frame) store(s *ast.Assign, variable *Variable, v value, places types.Place) bool {
	place := f.normal(v.Place.Join(places).Join(f.pc.cond))
	if f.pc.local != nil {
		p := types.At(types.SetOf(f.pc.player))
		if !variable.outside(f) {
			place = place.Join(p)
		} else if variable.Type.Place != p {
			f.assignedFromLocal(s, variable)
			return false
		}
	}
	if place.IsShared() && !v.Place.IsShared() {
		if met, ok := f.share(s, v); !ok {
			return false
		} else if v.met == nil {
			v.met = met
		}
	}
	if variable.declared != nil && !place.Flows(variable.Type.Place) {
		v.Place = place
		f.lostVar(v, variable)
		return false
	}
	if _, whole := s.Target.(*ast.Ident); !whole {
		old := f.unit.known[variable]
		v.bounds = v.bounds.union(old.bounds)
		v.drift = v.drift.join(old.drift)
		v.deps, v.gaps = joinDeps(v, old), joinGaps(v.gaps, old.gaps)
		v.affine, v.parts = nil, nil
		if v.met == nil {
			v.met = old.met
		}
		v.Shape = variable.Type.Shape
	}
	v.konst, v.lin, v.quotients, v.total, v.flexible, v.untyped = nil, nil, nil, nil, false, false
	v.deps = joinDeps(v, value{deps: f.pc.on})
	f.computed(variable.Type.Place)
	f.assigned(variable, v, place)
	return true
}

// outside reports that a variable was defined outside the `local` block.
func (v *Variable) outside(f *frame) bool {
	for s := f.localScope; s != nil; s = s.outer {
		if s.vars[v.Name] == v {
			return true
		}
	}
	return false
}

func (f *frame) assignedFromLocal(s *ast.Assign, variable *Variable) {
	d := f.errorf("E303", s.Target, "`%s` is `@ %s`: `local %s` cannot assign it", variable.Name, f.c.place(variable.Type.Place), f.pc.local.Name)
	d.Label = "defined on line " + strconv.Itoa(variable.Decl.Pos.Line)
	d.Hint = "yield the value: `let x = local " + f.pc.local.Name + " { … yield … }`"
}

// exprStmt checks a call that stands alone.
func (f *frame) exprStmt(s *ast.ExprStmt) {
	v := f.expr(s.Call, types.Elem{})
	if v.bad() || v.Tuple != nil && len(v.Tuple) == 0 {
		return
	}
	f.errorf("E208", s.Call, "the value of this call is not used").Label = f.c.full(v.Type)
}

// returnStmt checks return: under a public condition, in number, type and
// placement as declared.
func (f *frame) returnStmt(s *ast.Return) {
	switch {
	case f.pc.local != nil && f.inLocalBlock:
		f.errorf("E404", s, "`return` cannot stand in `local %s`", f.pc.local.Name).Label = "one player runs this alone"
		return
	case f.midway() && f.pc.secret:
		f.secretReturn(s, "return")
		return
	}
	f.leave()
	if f.unit.comp != nil {
		f.returnOutputs(s)
		return
	}
	f.returnResults(s)
}

// midway reports that a statement stands in a loop or branch.
func (f *frame) midway() bool { return f.branched || len(f.pc.loops) > 0 }

// leave notes that what follows may not be carried out.
func (f *frame) leave() { f.unit.left = f.unit.left || f.midway() && f.pc.late }

// secretReturn reports E404, with the conditional expression that is meant.
func (f *frame) secretReturn(s ast.Node, what string) {
	d := f.errorf("E404", s, "`%s` cannot stand under a secret condition", what)
	d.Label = "condition " + f.secretCondition()
	if f.otherReturn != nil && f.pc.reason != nil {
		if r, ok := s.(*ast.Return); ok && len(r.Values) == 1 && len(f.otherReturn.Values) == 1 {
			d.Hint = "`return if " + f.text(f.pc.reason) + " then " + f.text(r.Values[0]) + " else " + f.text(f.otherReturn.Values[0]) + "`"
		}
	}
}

// returnResults is the return of a function.
func (f *frame) returnResults(s *ast.Return) {
	want := f.declared
	if len(want) != len(s.Values) {
		f.errorf("E208", s, "`%s` returns %s, this statement %s", f.unit.name, times(len(want), "value"), times(len(s.Values), "value")).Label = "return"
		for _, e := range s.Values {
			f.settle(f.expr(e, types.Elem{}))
		}
		return
	}
	results := make([]value, len(s.Values))
	for i, e := range s.Values {
		v := f.declaredAs(f.expr(e, want[i].Elem), want[i], "the result of `"+f.unit.name+"`", f.unit.fn)
		results[i] = f.leaving(v)
	}
	f.unit.results = merged(f.unit.results, results)
}

// leaving is a value that one `return` or `yield` gives.
func (f *frame) leaving(v value) value {
	v.konst, v.lin, v.quotients, v.total, v.flexible, v.untyped, v.drift = nil, nil, nil, nil, false, false, nil
	v.early = v.early && !f.pc.late
	return v
}

// merged joins the values of one more `return` or `yield` with those before.
func merged(before, now []value) []value {
	if before == nil {
		return now
	}
	for i, v := range now {
		r := &before[i]
		if r.bad() || v.bad() {
			*r = poison(v.expr)
			continue
		}
		r.Place = r.Place.Join(v.Place)
		r.early = r.early && v.early
		r.bounds = r.bounds.union(v.bounds)
		r.deps, r.gaps = joinDeps(*r, v), joinGaps(r.gaps, v.gaps)
		r.affine = nil
		if r.met == nil {
			r.met = v.met
		}
	}
	return before
}

// yield ends a local expression.
func (f *frame) yield(s *ast.Yield) {
	var vs []value
	if f.pc.local == nil || f.yields == nil {
		f.errorf("E404", s, "`yield` stands only in `local p { … }` as an expression").Label = "nothing takes this value"
		for _, e := range s.Values {
			f.settle(f.expr(e, types.Elem{}))
		}
		return
	}
	f.leave()
	before := *f.yields
	for _, e := range s.Values {
		var want types.Elem
		if len(vs) < len(before) {
			want = before[len(vs)].Elem
		}
		v := f.settle(f.expr(e, want))
		if v.Tuple == nil {
			v.parts = []value{v}
		}
		for _, v := range v.parts {
			v = f.leaving(v)
			v.Place, v.affine = types.At(types.SetOf(f.pc.player)), nil
			if i := len(vs); i < len(before) && !bad(before[i], v) {
				v = f.alike(before[i], v)
			}
			vs = append(vs, v)
		}
	}
	if before != nil && len(before) != len(vs) {
		f.errorf("E208", s, "this block yields %s on another path", times(len(before), "value")).Label = times(len(vs), "value")
		return
	}
	*f.yields = merged(before, vs)
}

// alike checks that what is yielded on two paths has one type.
func (f *frame) alike(first, v value) value {
	v = f.convertTo(v, first.Elem, "what the block yields")
	if v.bad() || !f.declaredShape(v, first.Shape, "what the block yields") {
		return poison(v.expr)
	}
	return v
}
