package check

// Units: a computation, or a function for one tuple, from its header to the
// end of its body, repeated until the placements of variables are stable (R8).

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

// enoughPasses bounds the passes over a unit, each of which takes a holder from
// some variable or widens a loop's.
const enoughPasses = 1000

// stable runs pass over the unit that bears a name until no variable loses a
// holder any more. Placements only shrink, so this ends; a unit of which that
// is not true, or that is too large, is refused.
func stable(name *ast.Ident, pass func(before findings) *unit) *unit {
	before := newFindings()
	for range enoughPasses {
		u := pass(before)
		if before.equal(u.next) {
			return u
		}
		before = u.next
	}
	u := pass(before)
	u.diags.Add(diag.Diagnostic{Code: "E901", Span: name.Span, Message: fmt.Sprintf("the variables of `%s` have no stable holders", name.Name),
		Label: "too many depend on one another"})
	return u
}

// stableBody checks the body of the unit that bears a name, whose header f has
// read, pass after pass, and returns the frame of the last.
func (f *frame) stableBody(name *ast.Ident, body func(f *frame)) *frame {
	last := &frame{body: newBody(f.unit.name)}
	stable(name, func(before findings) *unit {
		last = f.again(before, last.body)
		body(last)
		return last.unit
	})
	return last
}

// again is the state that a header left, for one more pass over the body, with
// tables that nobody needs any more.
func (f *frame) again(before findings, tables *Body) *frame {
	u := *f.unit
	u.before, u.next = before, newFindings()
	u.known, u.idle = maps.Clone(u.known), maps.Clone(u.idle)
	u.diags, u.calls, u.disclosed = slices.Clip(u.diags), slices.Clip(u.calls), slices.Clip(u.disclosed)
	g := *f
	g.unit, g.facts = &u, f.facts.clone()
	g.body = tables
	g.body.startFrom(f.body)
	g.scope = &scope{vars: maps.Clone(f.scope.vars)}
	g.purposes = make(map[*ast.Reveal]*Output)
	return &g
}

// findings is what a pass over a unit finds that the next one begins with: of
// variables, and of loops.
type findings struct {
	vars  map[stateKey]state
	loops map[loopKey]loopState
}

func newFindings() findings {
	return findings{make(map[stateKey]state), make(map[loopKey]loopState)}
}

func (a findings) equal(b findings) bool {
	return maps.EqualFunc(a.vars, b.vars, state.equal) && maps.EqualFunc(a.loops, b.loops, loopState.equal)
}

func (x state) equal(y state) bool {
	return x.place == y.place && x.early == y.early && len(x.deps) == len(y.deps)
}

// checkFn checks a function for arguments that are already of its types, where
// caller calls it.
func (c *checker) checkFn(fn *ast.Fn, vs []value, sizes passedSizes, elems map[string]types.Elem, caller *frame) *instance {
	u, pc := newUnit(fn.Name.Name), caller.pc
	u.fn, u.typeArgs, u.everybody, u.instances = fn, elems, caller.unit.everybody, caller.unit.instances
	header := c.newFrame(u)
	header.body.Fn = fn
	header.pc = context{local: pc.local, player: pc.player, secret: pc.secret, cond: pc.cond, late: pc.late, total: pc.total,
		test: pc.test, reason: pc.reason, reasonAt: pc.reasonAt}
	params := header.fnHeader(fn, vs, sizes)
	declared := header.disclosedList(fn.Discloses)
	f := header.stableBody(fn.Name, func(f *frame) {
		f.fnBody(fn)
		f.matchDisclosures(declared)
	})
	return &instance{body: f.body, unit: f.unit, params: params, results: f.unit.results, disclosed: f.unit.disclosed}
}

// fnHeader defines sizes and parameters.
func (f *frame) fnHeader(fn *ast.Fn, vs []value, sizes passedSizes) []*atom {
	f.generics(fn.Generics, sizes.infos)
	for _, p := range fn.Params {
		if info := sizes.infos[p.Name.Name]; info != nil {
			f.infos[p.Name.Name] = info
		}
	}
	for _, p := range sizes.joint {
		f.atLeast(p)
	}
	var atoms []*atom
	for i, p := range fn.Params {
		v := vs[i]
		t, _ := f.resolve(p.Type)
		if !t.bad() {
			t.Type.Place = v.Place
			t.Type.Shape = withPadding(t.Type.Shape, v.Shape)
			v.Type = t.Type
		}
		if v.counted {
			f.counts = append(f.counts, t.Shape.Count().Unpadded())
		}
		variable := &Variable{Name: p.Name.Name, Decl: p.Name, Kind: ParamVar, Type: v.Type}
		a := &atom{name: p.Name.Name, place: v.Place}
		atoms = append(atoms, a)
		known := value{Type: v.Type, early: v.early, bounds: v.bounds, deps: []*Variable{variable}, met: v.met, affine: ofAtom(a)}
		if n, ok := v.wholeConstant(); ok && p.Type.Placement != nil && p.Type.Placement.Kind == ast.Public {
			known = known.constant(n)
		} else if sizes.infos[variable.Name] != nil {
			variable.Size = types.Name(variable.Name)
			known.lin = &variable.Size
		}
		switch {
		case slices.Contains(v.gaps, noted):
			known.gaps = []string{noted}
		case !v.bounds.declared:
			known.gaps = []string{"no bound of parameter " + variable.Name}
		}
		if p.Range != nil {
			if r, ok := f.rangeOf(p.Range, v.Elem); ok {
				variable.Range = r
				known.bounds, known.gaps = f.ranged(r)
				known.bounds = known.bounds.narrowed(v.bounds)
			}
		}
		f.body.Params = append(f.body.Params, variable)
		f.define(variable, known)
	}
	return atoms
}

// wholeConstant is the number that an integer is known to be, such as a stride:
// what a function is called with for a parameter that is pinned `@ public` is a
// constant in it.
func (v value) wholeConstant() (int64, bool) {
	if !v.Elem.IsInt() || v.lin == nil {
		return 0, false
	}
	return v.lin.Const()
}

// constant is an integer that is known to be n.
func (v value) constant(n int64) value {
	lin := types.Int(n)
	v.konst, v.lin = &Const{Num: new(big.Rat).SetInt64(n)}, &lin
	return v
}

func (w written) bad() bool { return w.Elem.Kind == types.Invalid && w.tuple == nil }

// generics defines size names.
func (f *frame) generics(list []*ast.Generic, infos map[string]*sizeInfo) {
	for _, g := range list {
		if g.Class == nil {
			info := infos[g.Name.Name]
			if info == nil {
				info = &sizeInfo{place: types.PublicPlace, early: true}
			}
			f.defineSize(g.Name, info)
			continue
		}
		if f.c.taken(&f.unit.diags, g.Name) {
			continue
		}
		switch g.Class.Name {
		case "num", "ord", "any":
		default:
			f.errorf("E101", g.Class, "unknown class `%s`", g.Class.Name).Label = "classes are num, ord and any"
		}
	}
}

func (f *frame) defineSize(name *ast.Ident, info *sizeInfo) *Variable {
	s := types.Name(name.Name)
	v := &Variable{Name: name.Name, Decl: name, Kind: SizeName, Type: types.Scalar(types.Of(types.Int64), info.place), Size: s}
	f.infos[name.Name] = info
	known := value{Type: v.Type, flexible: true, lin: &s, early: info.early, affine: &affine{offset: true}}
	if info.constant {
		known = known.constant(info.min.word)
		v.Size = *known.lin
	}
	f.define(v, known)
	return v
}

// fnBody checks the body, and its results against the declared type.
func (f *frame) fnBody(fn *ast.Fn) {
	if fn.Result != nil {
		f.declared = f.resultTypes(fn)
	}
	ends := f.block(fn.Body)
	if fn.Result != nil && !ends {
		f.errorf("E409", fn.Name, "`%s` does not end in `return`", fn.Name.Name).Label = "on every path"
	}
	for _, r := range f.unit.results {
		f.body.Result = append(f.body.Result, r.Type)
	}
}

func (f *frame) resultTypes(fn *ast.Fn) []written {
	t, _ := f.resolve(fn.Result)
	if t.tuple != nil {
		return t.tuple
	}
	return []written{t}
}

// disclosedList resolves what a header declares under `discloses`.
func (f *frame) disclosedList(list []*ast.Disclosed) []*Disclosed {
	var out []*Disclosed
	f.disclosing = true
	defer func() { f.disclosing = false }()
	for _, d := range list {
		label := d.Label[0].Name
		for _, part := range d.Label[1:] {
			label += "." + part.Name
		}
		if slices.ContainsFunc(out, func(o *Disclosed) bool { return o.Label == label }) {
			f.errorf("E102", d, "`%s` is already disclosed", label).Label = "second time"
			continue
		}
		t, ok := f.resolve(d.Type)
		if ok && !t.placed {
			f.errorf("E105", d.Type, "a disclosure names its audience").Label = "add `@ public` or a player"
			t.Elem = invalid.Elem
		}
		if ok && t.placed && t.Place.IsShared() {
			f.errorf("E306", d.Type, "nobody learns a value `@ shared`").Label = "name an audience"
			t.Elem = invalid.Elem
		}
		upto := make([]bool, len(d.Type.Shape))
		for i, dim := range d.Type.Shape {
			upto[i] = dim.Upto
		}
		out = append(out, &Disclosed{Decl: d, Label: label, Type: t.Type, Upto: upto})
	}
	return out
}

// recursion finds functions that call themselves, also through others (E406).
func (c *checker) recursion() {
	for _, d := range c.file.Decls {
		fn, ok := d.(*ast.Fn)
		if !ok || c.cyclic[fn] || c.names[fn.Name.Name] == nil || c.names[fn.Name.Name].decl != d {
			continue
		}
		if path := c.cycle(fn, fn, nil, make(map[*ast.Fn]bool)); path != nil {
			c.reportCycle(fn, path)
		}
	}
}

// cycle finds calls that lead from `from` back to start.
func (c *checker) cycle(start, from *ast.Fn, path []*ast.Call, seen map[*ast.Fn]bool) []*ast.Call {
	if seen[from] {
		return nil
	}
	seen[from] = true
	for _, call := range callsIn(from.Body) {
		id, ok := call.Fn.(*ast.Ident)
		if !ok || c.names[id.Name] == nil {
			continue
		}
		to, ok := c.names[id.Name].decl.(*ast.Fn)
		if !ok {
			continue
		}
		next := append(slices.Clone(path), call)
		if to == start {
			return next
		}
		if found := c.cycle(start, to, next, seen); found != nil {
			return found
		}
	}
	return nil
}

func (c *checker) reportCycle(fn *ast.Fn, path []*ast.Call) {
	names := fn.Name.Name
	for _, call := range path {
		id := call.Fn.(*ast.Ident)
		c.cyclic[c.names[id.Name].decl.(*ast.Fn)] = true
		names += " -> " + id.Name
	}
	message := "`%s` calls itself; recursion is not allowed"
	if len(path) > 1 {
		message = "`%s` calls itself through others; recursion is not allowed"
	}
	d := c.errorf("E406", path[0].Fn, message, fn.Name.Name)
	d.Label = "cycle: " + names
	d.Hint = c.loopInstead(fn)
}

// loopInstead is the hint of E406, spelt out where the function is of the
// form `if k == 0 then base else x * f(x, k - 1)`.
func (c *checker) loopInstead(fn *ast.Fn) string {
	const general = "use a loop with a public bound"
	if len(fn.Body.Stmts) != 1 || fn.Result == nil {
		return general
	}
	ret, ok := fn.Body.Stmts[0].(*ast.Return)
	if !ok || len(ret.Values) != 1 {
		return general
	}
	cond, ok := ret.Values[0].(*ast.Cond)
	if !ok {
		return general
	}
	test, ok1 := cond.If.(*ast.Binary)
	step, ok2 := cond.Else.(*ast.Binary)
	if !ok1 || !ok2 || test.Op != "==" || c.text(test.Y) != "0" || step.Op != "*" && step.Op != "+" {
		return general
	}
	if _, recursive := step.Y.(*ast.Call); !recursive {
		return general
	}
	return general + ": `var r: " + c.text(fn.Result) + " = " + c.text(cond.Then) + "` and `for i in 0.." + c.text(test.X) +
		" { r " + step.Op + "= " + c.text(step.X) + " }`"
}

// uncalled checks functions that no call was checked for, once with all
// arguments public, once with all shared: first those that nothing calls, since
// these may call others.
func (c *checker) uncalled() {
	called := c.calledFunctions()
	for _, wanted := range []bool{false, true} {
		for _, d := range c.file.Decls {
			if fn, ok := d.(*ast.Fn); ok && called[fn] == wanted && !c.checked[fn] && !c.cyclic[fn] {
				c.checkUncalled(fn)
			}
		}
	}
}

// tested reports that the file has a test of a function, which calls it.
func (c *checker) tested(fn *ast.Fn) bool {
	return slices.ContainsFunc(c.file.Decls, func(d ast.Decl) bool {
		t, ok := d.(*ast.Test)
		return ok && t.Of.Name == fn.Name.Name
	})
}

// checkUncalled checks a function for public and for shared arguments; one that
// has what is for one player alone, for those of one player instead. A module
// names none: there it waits for the calls. What its arguments decide is said of
// a tested function where its tests are checked.
func (c *checker) checkUncalled(fn *ast.Fn) {
	before := len(c.diags)
	c.checkAt(fn, types.PublicPlace, types.SharedPlace)
	if c.tested(fn) {
		c.diags = append(c.diags[:before], slices.DeleteFunc(slices.Clone(c.diags[before:]), dependsOnCall)...)
	}
	found := slices.Clone(c.diags[before:])
	if !slices.ContainsFunc(found, ofOneAlone) {
		return
	}
	c.diags = c.diags[:before]
	if len(c.prog.Players) > 0 {
		c.checkAt(fn, types.At(types.SetOf(c.firstLocal(fn))))
		return
	}
	c.diags = append(c.diags, slices.DeleteFunc(found, ofOneAlone)...)
}

// ofOneAlone reports an error that arguments of one player might not raise.
func ofOneAlone(d diag.Diagnostic) bool {
	return d.Code == "E206" || d.Code == "E304" || d.Code == "E312"
}

// firstLocal is the player of the first `local` block, else the first of all.
func (c *checker) firstLocal(fn *ast.Fn) int {
	var found []*ast.Ident
	walkBlock(fn.Body, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Local:
			found = append(found, n.Player)
		case *ast.LocalExpr:
			found = append(found, n.Player)
		}
	})
	if len(found) == 0 {
		return 0
	}
	return max(0, slices.IndexFunc(c.prog.Players, func(p *Player) bool { return p.Name == found[0].Name }))
}

func (c *checker) checkAt(fn *ast.Fn, places ...types.Place) {
	calls, units := make(instances), make([]*unit, len(places))
	for i, place := range places {
		in := c.uncalledAt(fn, place, calls)
		c.prog.Uncalled = append(c.prog.Uncalled, in.body)
		units[i] = in.unit
	}
	c.conclude(units...)
}

// calledFunctions are the functions that some body calls by name.
func (c *checker) calledFunctions() map[*ast.Fn]bool {
	called := make(map[*ast.Fn]bool)
	for _, d := range c.file.Decls {
		var calls []*ast.Call
		switch d := d.(type) {
		case *ast.Fn:
			calls = callsIn(d.Body)
		case *ast.Computation:
			calls = callsIn(d.Body)
		}
		for _, call := range calls {
			if id, ok := call.Fn.(*ast.Ident); ok && c.names[id.Name] != nil {
				if fn, ok := c.names[id.Name].decl.(*ast.Fn); ok {
					called[fn] = true
				}
			}
		}
	}
	return called
}

func (c *checker) uncalledAt(fn *ast.Fn, place types.Place, calls instances) *instance {
	f := c.newFrame(newUnit(fn.Name.Name))
	f.unit.everybody, f.unit.instances = c.everybody(), calls
	elems := make(map[string]types.Elem)
	infos := make(map[string]*sizeInfo)
	for _, g := range fn.Generics {
		if g.Class != nil {
			elems[g.Name.Name] = c.prog.Precision
		} else {
			infos[g.Name.Name] = &sizeInfo{min: endAt(1), place: types.PublicPlace, early: true}
		}
	}
	f.unit.typeArgs = elems
	var vs []value
	for _, p := range fn.Params {
		w := f.uncalledParam(p, place)
		vs = append(vs, w)
	}
	return c.checkFn(fn, vs, passedSizes{infos: infos}, elems, f)
}

// uncalledParam is an argument that is all its parameter admits. Errors of
// its type are reported by the check of the header.
func (f *frame) uncalledParam(p *ast.Param, place types.Place) value {
	if p.Type.Tuple != nil || p.Type.Name == nil {
		return value{Type: invalid}
	}
	elem, _ := f.resolveElem(p.Type)
	v := value{Type: types.Type{Elem: elem, Place: place}, early: !place.IsShared(), bounds: whole(elem), counted: true}
	if p.Type.Placement != nil {
		if pinned, ok := f.placement(p.Type.Placement, ""); ok {
			v.Place = pinned
			v.early = !pinned.IsShared()
		}
	}
	if p.Range != nil {
		if r, ok := f.rangeOf(p.Range, elem); ok && !r.OverSizes() {
			v.bounds, _ = f.ranged(r)
		}
	}
	if v.Place.IsShared() && elem.Kind != types.Invalid && !f.c.shareable(elem) {
		v.Place = types.PublicPlace
	}
	return v
}
