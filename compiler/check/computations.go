package check

// Computations: header, body, and what they return and disclose.

import (
	"fmt"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parallel"
	"github.com/tfec-lang/tfec/lang/types"
)

// computations checks every computation with the functions that it calls, all at
// the same time.
func (c *checker) computations() {
	var decls []*ast.Computation
	for _, d := range c.file.Decls {
		decl, ok := d.(*ast.Computation)
		switch {
		case !ok:
		case c.prog.Protocol == nil && !c.module() && !c.diags.HasErrors():
			c.errorf("E601", decl.Name, "a computation needs a `protocol` line").Label = "who computes?"
		default:
			decls = append(decls, decl)
		}
	}
	comps, units := make([]*Computation, len(decls)), make([]*unit, len(decls))
	parallel.Do(len(decls), func(i int) {
		comps[i], units[i] = c.computation(decls[i])
	})
	for i, decl := range decls {
		c.conclude(units[i])
		c.header[decl] = comps[i]
	}
	c.prog.Computations = comps
}

// computation checks one computation.
func (c *checker) computation(decl *ast.Computation) (*Computation, *unit) {
	u := newUnit(decl.Name.Name)
	comp := &Computation{Decl: decl, Players: c.participants(decl)}
	u.comp, u.everybody = comp, comp.Players
	header := c.newFrame(u)
	header.computationHeader(comp, decl)
	f := header.stableBody(decl.Name, func(f *frame) {
		if !f.block(decl.Body) {
			f.errorf("E409", decl.Name, "`%s` does not end in `return`", decl.Name.Name).Label = "on every path"
		}
		for _, o := range comp.Outputs {
			f.body.Result = append(f.body.Result, o.Type)
		}
		f.matchDisclosures(comp.Disclose)
	})
	comp.Body = f.body
	return comp, f.unit
}

func (f *frame) computationHeader(comp *Computation, decl *ast.Computation) {
	f.headerSizes(comp, decl)
	for _, p := range decl.Params {
		f.input(comp, p)
	}
	f.boundSizes(decl, comp)
	f.where(comp, decl.Where)
	f.inputRangesOverSizes(comp)
	f.countInputs(comp)
	for _, o := range decl.Outputs {
		f.output(comp, o)
	}
	comp.Disclose = f.disclosedList(decl.Discloses)
}

// participants is P: everybody that the computation names, by signature,
// roles, groups, local blocks and calls.
func (c *checker) participants(decl *ast.Computation) types.Set {
	var p types.Set
	if c.prog.Protocol != nil {
		p = types.SetOf(c.prog.Protocol.Roles...).Union(types.SetOf(c.prog.Protocol.Helpers...))
	}
	name := func(id *ast.Ident) {
		if s, ok := c.names[id.Name]; ok && s.group != nil {
			p = p.Union(types.SetOf(s.group.Members...))
		} else if ok && s.isPlayer() {
			p = p.With(s.player)
		}
	}
	placed := func(t *ast.Type) { placementsIn(t, name) }
	for _, in := range decl.Params {
		placed(in.Type)
	}
	for _, out := range decl.Outputs {
		placed(out.Type)
	}
	for _, d := range decl.Discloses {
		placed(d.Type)
	}
	c.namedIn(decl.Body, name, make(map[*ast.Fn]bool))
	return p
}

// placementsIn visits the names after `@` in a type.
func placementsIn(t *ast.Type, name func(*ast.Ident)) {
	if t == nil {
		return
	}
	if t.Placement != nil {
		for _, id := range t.Placement.Names {
			name(id)
		}
	}
	for _, u := range t.Tuple {
		placementsIn(u, name)
	}
}

// namedIn visits the players and groups that a body names, its calls included.
func (c *checker) namedIn(b *ast.Block, name func(*ast.Ident), seen map[*ast.Fn]bool) {
	walkBlock(b, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Let:
			placementsIn(n.Type, name)
		case *ast.Var:
			placementsIn(n.Type, name)
		case *ast.Local:
			name(n.Player)
		case *ast.LocalExpr:
			name(n.Player)
		case *ast.Reveal:
			for _, id := range n.To.Names {
				name(id)
			}
		case *ast.Each:
			name(n.Group)
		case *ast.For:
			if id, ok := n.From.(*ast.Ident); ok && n.To == nil {
				name(id)
			}
		case *ast.Call:
			c.namedByCall(n, name, seen)
		}
	})
}

func (c *checker) namedByCall(n *ast.Call, name func(*ast.Ident), seen map[*ast.Fn]bool) {
	id, ok := n.Fn.(*ast.Ident)
	if !ok || c.names[id.Name] == nil {
		return
	}
	fn, ok := c.names[id.Name].decl.(*ast.Fn)
	if !ok || seen[fn] {
		return
	}
	seen[fn] = true
	for _, p := range fn.Params {
		placementsIn(p.Type, name)
	}
	placementsIn(fn.Result, name)
	c.namedIn(fn.Body, name, seen)
}

func (f *frame) headerSizes(comp *Computation, decl *ast.Computation) {
	for _, g := range decl.Generics {
		if g.Class != nil {
			f.errorf("E106", g, "a computation has sizes, not element types").Label = "write the type"
			continue
		}
		f.defineSize(g.Name, &sizeInfo{min: endAt(1), place: types.PublicPlace, early: true})
		comp.Sizes = append(comp.Sizes, &SizeVar{Name: g.Name.Name, Min: 1})
	}
}

// input defines one input: at one player, public, shared, or a bundle (R2).
func (f *frame) input(comp *Computation, p *ast.Param) {
	t, ok := f.resolve(p.Type)
	v := &Variable{Name: p.Name.Name, Decl: p.Name, Kind: InputVar, Type: t.Type, Columns: f.columns(p.Type)}
	comp.Inputs = append(comp.Inputs, v)
	switch {
	case ok && !t.placed:
		f.errorf("E105", p.Type, "input `%s` needs a placement", p.Name.Name).Label = "who holds it? `@ player`"
		ok = false
	case ok && p.Type.Tuple != nil:
		f.errorf("E208", p.Type, "a tuple is only the result of a function").Label = "write one input each"
		ok = false
	case ok && t.Place.Each == "" && !t.Place.Public && t.Place.Holders.Len() > 1:
		d := f.errorf("E104", p.Type.Placement, "input `%s` has several holders, whose copies nobody compares", p.Name.Name)
		d.Label = f.c.holders(t.Place)
		d.Hint = "name one player, or `@ public`, which is compared before anything is shared"
		ok = false
	}
	if !ok || !f.paddedInput(p, t.Type) {
		v.Type = invalid
		f.define(v, poison(p.Name))
		return
	}
	if t.Place.IsShared() && !f.c.shareable(t.Elem) && !t.bad() {
		f.clearOnly(p.Type, []value{{Type: t.Type}})
	}
	known := value{Type: t.Type, expr: p.Name, early: !t.Place.IsShared(), bounds: whole(t.Elem), deps: []*Variable{v}}
	if t.Elem.Kind == types.Date {
		known.bounds = calendar()
	}
	if p.Range != nil && t.Place.IsShared() {
		f.errorf("E505", p.Range, "nobody can check the range of a `@ shared` input").Label = "no player holds it in clear"
	} else if p.Range != nil {
		f.inputRange(p, v, &known)
	} else if t.Elem.IsNum() {
		known.gaps = []string{"no range at input " + v.Name}
	}
	if t.Place.Each != "" {
		v.Kind, v.Group = Bundle, f.c.groupNamed(t.Place.Each)
		known.parts = f.bundleParts(v, known)
	} else {
		known.affine = ofAtom(&atom{input: v, name: v.Name, place: t.Place})
	}
	f.define(v, known)
}

func (f *frame) bundleParts(v *Variable, known value) []value {
	parts := make([]value, len(v.Group.Members))
	for k, m := range v.Group.Members {
		parts[k] = known
		parts[k].Place = types.At(types.SetOf(m))
		parts[k].affine = ofAtom(&atom{input: v, name: fmt.Sprintf("%s[%s]", v.Name, f.c.prog.Players[m].Name), place: parts[k].Place})
	}
	return parts
}

// boundSizes checks that the data gives each size: an input has it as a
// dimension.
func (f *frame) boundSizes(decl *ast.Computation, comp *Computation) {
	for _, g := range decl.Generics {
		if g.Class != nil {
			continue
		}
		found := false
		for _, in := range comp.Inputs {
			found = found || in.Type.Elem.Kind == types.Invalid
			for _, d := range in.Type.Shape {
				name, ok := d.Var()
				found = found || ok && name == g.Name.Name
			}
		}
		if !found {
			f.errorf("E202", g, "size `%s` is not given by the data", g.Name.Name).Label = "no input has it alone as a dimension"
		}
	}
}

// countInputs has the set-up compare with maxCount how many elements an input
// has, where the declared bounds do not say it. A size alone is compared in any
// case.
func (f *frame) countInputs(comp *Computation) {
	for i, in := range comp.Inputs {
		n, at := in.Type.Shape.Count().Unpadded(), comp.Decl.Params[i].Type
		if _, alone := n.Var(); alone || in.Type.Elem.Kind == types.Invalid || f.counted(n) {
			continue
		}
		f.counts = append(f.counts, n)
		most := types.Int(maxCount)
		comp.Where = append(comp.Where, Condition{At: at, Text: fmt.Sprintf("%s <= %s", n, most), Left: n, Right: most, Rel: "<="})
	}
}

// where reads the conditions on sizes.
func (f *frame) where(comp *Computation, list []ast.Expr) {
	// `where n >= 0` lifts the default of 1, so it is read before all else
	for _, e := range list {
		f.lift(comp, e)
	}
	for _, e := range list {
		f.condition(comp, e)
	}
	alone := make(map[string][]Condition)
	for _, c := range comp.Where {
		if vars := c.Left.Sub(c.Right).Vars(); len(vars) == 1 {
			alone[vars[0]] = append(alone[vars[0]], c)
		}
	}
	for _, s := range comp.Sizes {
		s.bound(alone[s.Name])
	}
}

// lift lowers the least value of a size to 0 where a condition says so.
func (f *frame) lift(comp *Computation, e ast.Expr) {
	b, ok := e.(*ast.Binary)
	if !ok || b.Op != ">=" || f.text(b.Y) != "0" {
		return
	}
	id, ok := b.X.(*ast.Ident)
	if !ok {
		return
	}
	if v := f.scope.find(id.Name); v != nil && v.Kind == SizeName {
		f.infos[id.Name].min = endAt(0)
		for _, s := range comp.Sizes {
			if s.Name == id.Name {
				s.Min = 0
			}
		}
	}
}

func (f *frame) condition(comp *Computation, e ast.Expr) {
	switch x := e.(type) {
	case *ast.Paren:
		if len(x.Elems) == 1 {
			f.condition(comp, x.Elems[0])
			return
		}
	case *ast.Binary:
		if x.Op == "and" {
			f.condition(comp, x.X)
			f.condition(comp, x.Y)
			return
		}
		if holdsOrder(x.Op) {
			f.comparison(comp, x)
			return
		}
	}
	f.publicCondition(comp, e)
}

// publicCondition is a condition of `where` that is no comparison of sizes: one
// bool that everybody knows before all else.
func (f *frame) publicCondition(comp *Computation, e ast.Expr) {
	v := f.expr(e, types.Elem{})
	switch {
	case v.bad():
	case v.Elem.Kind != types.Bool || len(v.Shape) > 0:
		f.errorf("E204", e, "a condition of `where` is a comparison").Label = f.c.plain(v.Type)
	case !v.Place.Public || !v.early:
		f.errorf("E204", e, "`where` speaks of constants, sizes and public inputs").Label = f.c.full(v.Type)
	default:
		comp.Public = append(comp.Public, e)
	}
}

func holdsOrder(op string) bool {
	switch op {
	case "==", "!=", "<", "<=", ">", ">=":
		return true
	}
	return false
}

func (f *frame) comparison(comp *Computation, e *ast.Binary) {
	x, y := f.expr(e.X, types.Elem{}), f.expr(e.Y, types.Elem{})
	if bad(x, y) {
		return
	}
	if x.lin == nil || y.lin == nil {
		if !x.Elem.IsNum() || !y.Elem.IsNum() || !x.Place.Public || !y.Place.Public {
			f.errorf("E204", e, "`where` speaks of constants, sizes and public inputs").Label = f.operands("`"+e.Op+"`", []value{x, y})
			return
		}
		f.publicCondition(comp, e)
		return
	}
	f.settle(x)
	f.settle(y)
	f.body.expr(e).Type = types.Scalar(types.Of(types.Bool), types.PublicPlace)
	comp.Where = append(comp.Where, Condition{At: e, Text: f.text(e), Left: *x.lin, Right: *y.lin, Rel: e.Op})
	f.assume(*x.lin, *y.lin, e.Op)
}

// bound sets the bounds that conditions on the size alone give it.
func (s *SizeVar) bound(alone []Condition) {
	own := newFacts()
	own.infos[s.Name] = &sizeInfo{min: endAt(s.Min)}
	for _, c := range alone {
		own.assume(c.Left, c.Right, c.Rel)
	}
	info := own.infos[s.Name]
	if v, ok := own.equal[s.Name]; ok {
		if k, ok := v.Const(); ok {
			info.min, info.max = endAt(k), endAt(k)
		}
	}
	if info.min.long == nil {
		s.Min = max(s.Min, info.min.word)
	}
	if info.max.bounded && info.max.long == nil {
		s.Max = &info.max.word
	}
}

func (f *frame) output(comp *Computation, o *ast.Output) {
	t, ok := f.resolve(o.Type)
	if ok && !t.placed {
		f.errorf("E105", o.Type, "output `%s` needs a placement", o.Name.Name).Label = "who receives it? `@ player`"
		t.Elem = invalid.Elem
	}
	if ok && !t.bad() && t.tuple == nil && t.placed && t.Place.IsShared() && !f.c.shareable(t.Elem) {
		f.clearOnly(o.Type, []value{{Type: t.Type}})
		t.Elem = invalid.Elem
	}
	if ok && !t.bad() && t.tuple == nil && t.placed && t.Place.IsShared() && isPadded(t.Shape) {
		f.unownedRows(o.Type, o.Name.Name, t.Type)
		t.Elem = invalid.Elem
	}
	if t.tuple != nil {
		f.errorf("E208", o.Type, "a tuple is only the result of a function").Label = "write one output each"
		t = written{Type: invalid}
	}
	for _, other := range comp.Outputs {
		if other.Decl.Name.Name == o.Name.Name {
			alreadyDefined(&f.unit.diags, o.Name, other.Decl.Name.Pos.Line)
		}
	}
	comp.Outputs = append(comp.Outputs, &Output{Decl: o, Type: t.Type, Columns: f.columns(o.Type)})
}

// returnOutputs is R7: each value for its output.
func (f *frame) returnOutputs(s *ast.Return) {
	outs := f.unit.comp.Outputs
	if len(outs) != len(s.Values) {
		f.errorf("E208", s, "`%s` has %s, this statement returns %s", f.unit.name, times(len(outs), "output"), times(len(s.Values), "value")).Label = "return"
		for _, e := range s.Values {
			f.settle(f.exprOrBundle(e, types.Elem{}))
		}
		return
	}
	for i, e := range s.Values {
		f.returnOutput(e, outs[i], len(outs) == 1)
	}
}

func (f *frame) returnOutput(e ast.Expr, o *Output, sole bool) {
	want := o.Type
	switch direct := e.(type) {
	case *ast.Reveal:
		f.purposes[direct] = o
	case *ast.Each:
		f.eachOutput = o
	}
	v := f.exprOrBundle(e, want.Elem)
	f.eachOutput = nil
	if v.bad() || want.Elem.Kind == types.Invalid {
		if !v.bad() && v.Place.Each == "" {
			f.settle(v)
		}
		return
	}
	what := "output `" + o.Decl.Name.Name + "`"
	if v.Tuple != nil {
		f.errorf("E208", e, "this is a tuple of %s", times(len(v.Tuple), "value")).Label = "write `let (a, b) = …`"
		return
	}
	if want.Place.Each != v.Place.Each {
		f.wrongBundle(e, o, v)
		return
	}
	if v.Place.Each == "" {
		v = f.convertTo(v, want.Elem, what)
	} else if v.Elem != want.Elem {
		f.errorf("E204", e, "%s is %s, these values %s", what, f.c.elem(want.Elem), f.c.elem(v.Elem)).Label = f.c.full(v.Type)
		return
	}
	if v.bad() || !f.outputShape(v, o) || v.Place.Each != "" {
		return
	}
	f.received(e, o, v, sole)
}

func (f *frame) wrongBundle(e ast.Expr, o *Output, v value) {
	d := f.errorf("E310", e, "output `%s` is declared `@ %s`", o.Decl.Name.Name, f.c.place(o.Type.Place))
	d.Label = f.c.full(v.Type)
	if o.Type.Place.Each != "" && v.Place.Each == "" {
		how := f.text(e)
		if !v.Place.Public {
			how = "reveal(" + how + ") to p"
		}
		d.Hint = fmt.Sprintf("`each p in %s: %s` gives every member its value", o.Type.Place.Each, how)
	}
}

// received reports E301 and E302: the receivers do not hold the value.
func (f *frame) received(e ast.Expr, o *Output, v value, sole bool) {
	to := o.Type.Place
	place := f.normal(v.Place)
	if to.IsShared() {
		f.flow(v, to)
		return
	}
	if place.Flows(to) {
		if place != f.normal(to) {
			f.publicLength(v)
		}
		return
	}
	prefix := ""
	if sole {
		prefix = "return "
	}
	name := o.Decl.Name.Name
	if place.IsShared() {
		d := f.errorf("E301", e, "this value is shared, but output `%s` is declared `@ %s`", name, f.c.place(to))
		d.Label = f.c.full(v.Type)
		d.Notes = f.dependsOn(v)
		d.Hint = fmt.Sprintf("declassify it where it leaves: `%sreveal(%s) to %s`", prefix, f.text(e), f.c.place(to))
		return
	}
	f.heldByOther(e, o, v)
}

// heldByOther reports E302.
func (f *frame) heldByOther(e ast.Expr, o *Output, v value) {
	to, text := f.c.place(o.Type.Place), f.text(e)
	d := f.errorf("E302", e, "`%s` is held in clear by %s only; it cannot become output `%s`, declared `@ %s`",
		text, f.c.holders(v.Place), o.Decl.Name.Name, to)
	d.Label = f.c.full(v.Type)
	what := "this value"
	if id, ok := e.(*ast.Ident); ok {
		if in := f.scope.find(id.Name); in != nil && in.Kind == InputVar {
			what = f.c.holders(v.Place) + "'s input"
			if len(v.Shape) > 0 {
				what = fmt.Sprintf("all %s values of %s", v.Shape.Count(), what)
			}
		}
	}
	d.Hint = fmt.Sprintf("`reveal(%s) to %s` would give %s %s; write it only if that is intended", text, to, to, what)
}

// dependsOn notes which inputs a shared value depends on.
func (f *frame) dependsOn(v value) []string {
	var parts []string
	for _, d := range v.deps {
		parts = append(parts, fmt.Sprintf("%s (%s)", d.Name, f.c.place(d.Type.Place)))
	}
	note := "no player holds it in clear"
	if len(parts) > 0 {
		note += "; it depends on " + and(parts)
	}
	return []string{note}
}

// commonName is the hint of E201: one size name for both dimensions.
func (f *frame) commonName(d *diag.Diagnostic, x, y value) {
	a, ok1 := f.inputOf(x)
	b, ok2 := f.inputOf(y)
	if !ok1 || !ok2 || a == b {
		return
	}
	d.Notes = []string{fmt.Sprintf("%s: %s (line %d), %s: %s (line %d)", a.Name, f.c.plain(a.Type), a.Decl.Pos.Line, b.Name, f.c.plain(b.Type), b.Decl.Pos.Line)}
	fresh := f.freshSize()
	if fresh == "" {
		return
	}
	one, two := a.Type, b.Type
	one.Shape = append(types.Shape{}, a.Type.Shape...)
	two.Shape = append(types.Shape{}, b.Type.Shape...)
	one.Shape[len(one.Shape)-1] = types.Name(fresh)
	two.Shape[0] = types.Name(fresh)
	var sizes []string
	for _, s := range f.unit.comp.Sizes {
		sizes = append(sizes, s.Name)
	}
	d.Hint = fmt.Sprintf("use one name for both, so that the data decides: `%s[%s](%s: %s, %s: %s)`", f.unit.name,
		strings.Join(append(sizes, fresh), ", "), a.Name, f.c.full(one), b.Name, f.c.full(two))
}

func (f *frame) inputOf(v value) (*Variable, bool) {
	id, ok := v.expr.(*ast.Ident)
	if !ok || f.unit.comp == nil {
		return nil, false
	}
	in := f.scope.find(id.Name)
	return in, in != nil && in.Kind == InputVar
}

// freshSize is a name for a new size.
func (f *frame) freshSize() string {
	for _, name := range []string{"d", "k", "m", "h"} {
		if f.scope.find(name) == nil && f.c.names[name] == nil {
			return name
		}
	}
	return ""
}
