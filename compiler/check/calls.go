package check

// Calls of functions (R15): each function is checked once per distinct tuple
// of what its arguments are.

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// An instance is a function checked for one tuple.
type instance struct {
	body      *Body
	unit      *unit
	params    []*atom // the forms that stand for its parameters
	results   []value
	disclosed []*disclosure
}

// instances are the functions checked for one computation or test, by the key of
// their tuple; nil: being checked.
type instances map[string]*instance

// A callSite is where a unit calls an instance, for the chain in messages.
type callSite struct {
	at   *ast.Call
	to   *instance
	args []value
}

// call checks a call: of a conversion, a primitive or a function.
func (f *frame) call(e *ast.Call, want types.Elem) value {
	if q, ok := e.Fn.(*ast.Field); ok {
		return f.moduleCall(e, q)
	}
	id, ok := e.Fn.(*ast.Ident)
	if !ok {
		f.arguments(e)
		return poison(e) // refused by the parser
	}
	outer := f.callee
	f.callee = id.Name
	defer func() { f.callee = outer }()
	if e.As != nil && Prelude(id.Name) {
		return f.fail(e.As, "E306", "no disclosure", "`%s` discloses nothing that `as` could name", id.Name)
	}
	if kind, ok := elemNames[id.Name]; ok {
		return f.conversion(e, kind)
	}
	if o, ok := op.Lookup(id.Name); ok {
		return f.primitive(e, o, want)
	}
	if s, ok := f.c.names[id.Name]; ok && f.scope.find(id.Name) == nil {
		return f.callSymbol(e, id, s)
	}
	if v := f.scope.find(id.Name); v != nil {
		f.arguments(e)
		return f.fail(id, "E106", "line "+strconv.Itoa(v.Decl.Pos.Line), "`%s` is not a function", id.Name)
	}
	f.arguments(e)
	return f.unknownFunction(id)
}

func (f *frame) callSymbol(e *ast.Call, id *ast.Ident, s *symbol) value {
	switch d := s.decl.(type) {
	case *ast.Fn:
		return f.callFn(e, d, s.home)
	case *ast.Record:
		return f.construct(e, s.home.record(d))
	}
	f.arguments(e)
	return f.fail(id, "E106", "declared on "+f.c.line(s.name), "`%s` is not a function", id.Name)
}

func (f *frame) unknownFunction(id *ast.Ident) value {
	d := f.errorf("E101", id, "unknown function `%s`", id.Name)
	d.Label = "not defined"
	var names []string
	for _, o := range op.Table() {
		names = append(names, o.Name)
	}
	for n := range elemNames {
		names = append(names, n)
	}
	for n, s := range f.c.names {
		switch s.decl.(type) {
		case *ast.Fn, *ast.Record:
			names = append(names, n)
		}
	}
	if near := nearest(id.Name, names); near != "" {
		d.Label = "did you mean `" + near + "`?"
	}
	return poison(id)
}

// arguments checks all arguments for their own errors.
func (f *frame) arguments(e *ast.Call) []value {
	vs := make([]value, len(e.Args))
	for i, a := range e.Args {
		vs[i] = f.expr(a.Value, types.Elem{})
	}
	return vs
}

// bind puts arguments in the order of the parameters, by position and name.
func (f *frame) bind(e *ast.Call, name string, params []string, required int) ([]*ast.Arg, bool) {
	out := make([]*ast.Arg, len(params))
	ok := true
	for i, a := range e.Args {
		k := i
		if a.Name != nil {
			k = slices.Index(params, a.Name.Name)
		}
		switch {
		case k < 0:
			f.errorf("E101", a.Name, "`%s` has no parameter `%s`", name, a.Name.Name).Label = "parameters: " + strings.Join(params, ", ")
			ok = false
		case k >= len(params):
			f.errorf("E208", a, "`%s` takes %s", name, times(len(params), "argument")).Label = "one too many"
			return nil, false
		case out[k] != nil:
			f.errorf("E208", a, "`%s` is given twice", params[k]).Label = "second time"
			ok = false
		default:
			out[k] = a
		}
	}
	for i, a := range out {
		if a == nil && i < required && ok {
			f.errorf("E208", e, "`%s` needs `%s`", name, params[i]).Label = times(len(e.Args), "argument") + " given"
			return nil, false
		}
	}
	return out, ok
}

// callFn checks a call of a function that the file home declares.
func (f *frame) callFn(e *ast.Call, fn *ast.Fn, home *checker) value {
	names := make([]string, len(fn.Params))
	for i, p := range fn.Params {
		names[i] = p.Name.Name
	}
	args, ok := f.bind(e, fn.Name.Name, names, len(names))
	if !ok {
		f.arguments(e)
		return poison(e)
	}
	vs := make([]value, len(args))
	for i, a := range args {
		vs[i] = f.expr(a.Value, f.paramElem(fn.Params[i]))
	}
	if bad(vs...) || f.c.cyclic[fn] {
		return poison(e)
	}
	in, sizes, ok := f.instantiate(e, fn, home, vs)
	if !ok || in == nil {
		return poison(e)
	}
	f.body.Calls[e] = &Call{Body: in.body, Sizes: sizes}
	f.unit.calls = append(f.unit.calls, callSite{e, in, vs})
	f.discloseCall(e, fn, in)
	return f.callResult(e, fn, in, sizes, vs)
}

func (f *frame) paramElem(p *ast.Param) types.Elem {
	if p.Type.Name == nil {
		return types.Elem{}
	}
	if kind, ok := elemNames[p.Type.Name.Name]; ok {
		if kind == types.Fixed {
			return f.c.prog.Precision
		}
		return types.Of(kind)
	}
	return types.Elem{}
}

// text is what a call is made with: "x @ alice, hi @ bob".
func (s callSite) text(c *checker) string {
	parts := make([]string, len(s.args))
	for i, v := range s.args {
		parts[i] = s.to.unit.fn.Params[i].Name.Name + " @ " + c.place(v.Place)
	}
	return strings.Join(parts, ", ")
}

// A matcher binds a function's sizes and element types to a call's arguments.
type matcher struct {
	f    *frame
	fn   *ast.Fn
	home *checker // of the function's file
	// header is a frame for the types of the function's header: they are written
	// in the names of its own file, without the caller's variables. Their errors
	// count for the caller.
	header *frame
	sizes  map[string]types.Size
	elems  map[string]types.Elem
}

// instantiate matches arguments with parameters and checks the function for
// what they are, unless that was done before.
func (f *frame) instantiate(e *ast.Call, fn *ast.Fn, home *checker, vs []value) (*instance, map[string]types.Size, bool) {
	m := &matcher{f, fn, home, home.newFrame(f.unit), make(map[string]types.Size), make(map[string]types.Elem)}
	m.numbers(vs)
	ok := true
	for i, p := range fn.Params {
		vs[i], ok = m.match(p, vs[i], ok)
	}
	if !ok {
		return nil, nil, false
	}
	for _, g := range fn.Generics {
		_, size := m.sizes[g.Name.Name]
		_, elem := m.elems[g.Name.Name]
		switch {
		case size || elem:
			continue
		case g.Class == nil:
			f.errorf("E202", e, "size `%s` of `%s` is not given by an argument", g.Name.Name, fn.Name.Name).Label = "unknown size"
		default:
			f.errorf("E204", e, "type `%s` of `%s` is not given by an argument", g.Name.Name, fn.Name.Name).Label = "unknown type"
		}
		return nil, nil, false
	}
	if !m.inRanges(vs) {
		return nil, nil, false
	}
	in := home.instance(f, fn, vs, m)
	return in, m.sizes, in != nil
}

// numbers binds the parameters that are sizes of the caller: whole numbers, pinned
// `@ public`, where the argument is made of constants and sizes.
func (m *matcher) numbers(vs []value) {
	for i, p := range m.fn.Params {
		pinned := p.Type.Placement != nil && p.Type.Placement.Kind == ast.Public
		if v := vs[i]; pinned && len(p.Type.Shape) == 0 && m.f.paramElem(p).IsInt() && v.lin != nil && m.f.isSize(*v.lin) {
			m.sizes[p.Name.Name] = v.lin.Unpadded()
		}
	}
}

// match checks one argument against its parameter: element, rank, dimensions,
// placement.
func (m *matcher) match(p *ast.Param, v value, ok bool) (value, bool) {
	f, what := m.f, "parameter `"+p.Name.Name+"`"
	if p.Type.Tuple != nil {
		f.errorf("E208", p.Type, "a tuple is only the result of a function").Label = "write one parameter each"
		return v, false
	}
	v, good := m.matchElem(p, v)
	if !good {
		return v, false
	}
	if len(v.Shape) != len(p.Type.Shape) {
		f.errorf("E201", v.expr, "%s of `%s` has %s, this value %s", what, m.fn.Name.Name,
			times(len(p.Type.Shape), "dimension"), times(len(v.Shape), "dimension")).Label = f.c.plain(v.Type)
		return v, false
	}
	for i, d := range p.Type.Shape {
		if !m.matchDim(d, v, i) {
			return v, false
		}
	}
	if p.Type.Placement != nil {
		place, good := m.header.placement(p.Type.Placement, "leave the placement out: a function takes values of any placement")
		if !good {
			return v, false
		}
		if !f.normal(v.Place).Flows(place) {
			f.lost(v, place, what, p)
			return v, false
		}
		w := f.flow(v, place)
		return w, ok && !w.bad()
	}
	return v, ok
}

// inRanges reports E505: an argument is not known to lie in the range that its
// parameter declares.
func (m *matcher) inRanges(vs []value) bool {
	if !slices.ContainsFunc(m.fn.Params, func(p *ast.Param) bool { return p.Range != nil }) {
		return true
	}
	header := m.home.newFrame(newUnit(m.fn.Name.Name)) // an error of the range itself is the callee's
	header.generics(m.fn.Generics, nil)
	all := true
	for i, p := range m.fn.Params {
		if p.Range == nil {
			continue
		}
		r, ok := header.rangeOf(p.Range, vs[i].Elem)
		if !ok || m.f.inRange(vs[i], r, m.sizes) {
			continue
		}
		all = false
		d := m.f.errorf("E505", vs[i].expr, "parameter `%s` of `%s` takes values in %s", p.Name.Name, m.fn.Name.Name, m.f.text(p.Range))
		d.Label = between(vs[i].bounds, vs[i].Elem)
		d.Notes = m.f.ranges([]value{vs[i]})
		d.Hint = "declare the ranges of the inputs that it is computed from"
	}
	return all
}

func (m *matcher) matchElem(p *ast.Param, v value) (value, bool) {
	f, what := m.f, "parameter `"+p.Name.Name+"`"
	i := slices.IndexFunc(m.fn.Generics, func(g *ast.Generic) bool {
		return g.Class != nil && p.Type.Name != nil && p.Type.Module == nil && g.Name.Name == p.Type.Name.Name
	})
	if i < 0 {
		elem, ok := m.header.resolveElem(p.Type)
		if !ok || elem.Kind == types.Invalid {
			return v, false
		}
		if v = f.convertTo(v, elem, what); v.bad() {
			return v, false
		}
		v.Elem = elem // a narrower fixed is converted at the call
		return v, true
	}
	g := m.fn.Generics[i]
	if e, bound := m.elems[g.Name.Name]; bound {
		v = f.convertTo(v, e, what)
		return v, !v.bad()
	}
	v = f.settle(v)
	if v.bad() {
		return v, false
	}
	if !inClass(v.Elem, op.Class(g.Class.Name)) {
		f.errorf("E204", v.expr, "%s of `%s` takes %s", what, m.fn.Name.Name, g.Class.Name).Label = f.c.plain(v.Type)
		return v, false
	}
	m.elems[g.Name.Name] = v.Elem
	return v, true
}

// matchDim binds a size at its first use, and compares afterwards.
func (m *matcher) matchDim(d *ast.Dim, v value, i int) bool {
	f := m.f
	if id, ok := d.Size.(*ast.Ident); ok {
		_, bound := m.sizes[id.Name]
		if slices.ContainsFunc(m.fn.Generics, func(g *ast.Generic) bool { return g.Class == nil && g.Name.Name == id.Name }) && !bound {
			m.sizes[id.Name] = v.Shape[i].Unpadded()
			return true
		}
	}
	want, ok := m.dim(d.Size)
	if !ok {
		return true // the callee's own check reports it
	}
	switch f.same(v.Shape[i], want) {
	case refuted:
		f.errorf("E201", v.expr, "dimensions differ, %s and %s", v.Shape[i], want).Label = f.c.plain(v.Type)
		return false
	case unknown:
		f.unproved(v.expr, v.Shape[i], want, f.c.plain(v.Type), nil)
		return false
	}
	return true
}

// dim evaluates a dimension of the header in the caller's sizes.
func (m *matcher) dim(e ast.Expr) (types.Size, bool) {
	in := m.home.newFrame(newUnit(m.fn.Name.Name))
	for _, g := range m.fn.Generics {
		if g.Class == nil {
			in.defineSize(g.Name, &sizeInfo{place: types.PublicPlace, early: true})
		}
	}
	for _, p := range m.fn.Params {
		if _, size := m.sizes[p.Name.Name]; size {
			in.defineSize(p.Name, &sizeInfo{place: types.PublicPlace, early: true})
		}
	}
	v := in.expr(e, types.Elem{})
	if v.lin == nil {
		return types.Size{}, false
	}
	for _, name := range v.lin.Vars() {
		if _, bound := m.sizes[name]; !bound {
			return types.Size{}, false
		}
	}
	return v.lin.Subst(m.sizes), true
}

// inClass reports whether an element belongs to a class.
func inClass(e types.Elem, c op.Class) bool {
	switch c {
	case op.Num:
		return e.IsNum()
	case op.Ord:
		return e.IsNum() || e.Kind == types.Bool || e.Kind == types.Date || e.Kind == types.Enum
	case op.Bool:
		return e.Kind == types.Bool
	case op.Fix:
		return e.Kind == types.Fixed
	}
	return true
}

// passedSizes are what a function knows of its sizes at a call: of each alone,
// and what is not negative of several together.
type passedSizes struct {
	infos map[string]*sizeInfo
	joint []types.Size
}

// instance checks fn for the arguments, once per distinct tuple.
func (c *checker) instance(f *frame, fn *ast.Fn, vs []value, m *matcher) *instance {
	sizes := passedSizes{make(map[string]*sizeInfo), f.carried(m.sizes)}
	for name, size := range m.sizes {
		sizes.infos[name] = f.sizeOf(size)
	}
	for i, v := range vs {
		vs[i].counted = f.counted(v.Shape.Count())
	}
	key := f.instanceKey(fn, vs, sizes, m)
	if in, ok := f.unit.instances[key]; ok {
		return in
	}
	f.unit.instances[key] = nil // a cycle would end here; it is reported elsewhere
	in := c.checkFn(fn, vs, sizes, m.elems, f)
	f.unit.instances[key] = in
	return in
}

// sizeOf is what a callee knows of a size that is bound to its dimension.
func (f *frame) sizeOf(s types.Size) *sizeInfo {
	info := &sizeInfo{place: types.PublicPlace, early: true}
	info.min, info.max = f.span(s)
	_, info.constant = s.Const()
	if place, private := f.data(types.Shape{s}); private {
		info.place, info.data = place, true
	}
	return info
}

// instanceKey is equal for equal tuples: placements, early or late, element
// types, context, and what is known of ranges and sizes.
func (f *frame) instanceKey(fn *ast.Fn, vs []value, sizes passedSizes, m *matcher) string {
	var b strings.Builder
	fmt.Fprint(&b, fn.Pos.Filename, ":", fn.Name.Name, f.pc.secret, f.pc.late, f.pc.total, f.pc.test, f.pc.cond)
	if f.pc.local != nil {
		fmt.Fprint(&b, f.pc.local.Name)
	}
	for _, v := range vs {
		_, constant := v.wholeConstant()
		fmt.Fprint(&b, ";", v.Elem, v.Place, v.early, v.counted, v.bounds.key(), constant, slices.Contains(v.gaps, noted))
		for _, d := range v.Shape {
			fmt.Fprint(&b, d.Padded())
		}
	}
	for _, g := range fn.Generics {
		if i := sizes.infos[g.Name.Name]; i != nil {
			fmt.Fprint(&b, ";", i.min, i.max, i.place, i.data, i.constant)
		} else {
			fmt.Fprint(&b, ";", m.elems[g.Name.Name])
		}
	}
	for _, p := range fn.Params {
		if i := sizes.infos[p.Name.Name]; i != nil {
			fmt.Fprint(&b, ";", p.Name.Name, i.min, i.max, i.constant)
		}
	}
	fmt.Fprint(&b, ";", sizes.joint)
	return b.String()
}

// callResult is the value of a call.
func (f *frame) callResult(e *ast.Call, fn *ast.Fn, in *instance, sizes map[string]types.Size, vs []value) value {
	if len(in.results) == 0 {
		return value{Type: types.Type{Tuple: []types.Type{}}, early: true}
	}
	parts := make([]value, len(in.results))
	lengths := make(map[string]types.Size)
	f.body.Calls[e].Lengths = lengths
	for i, r := range in.results {
		parts[i] = r
		parts[i].expr = e
		parts[i].Shape = f.calleeShape(r.Shape, sizes, lengths, vs)
		parts[i].deps, parts[i].gaps = joinDeps(vs...), gapsOf(vs)
		if slices.Contains(r.gaps, noted) {
			parts[i].gaps = joinGaps(parts[i].gaps, []string{noted})
		}
		parts[i].lin, parts[i].quotients, parts[i].total, parts[i].konst = nil, nil, nil, nil
		parts[i].affine = substitute(r.affine, in.params, vs)
		if r.Place.IsShared() {
			parts[i].met = f.meetingOf(e, vs)
		}
		if r.bad() {
			return poison(e)
		}
	}
	if len(parts) == 1 && (fn.Result == nil || fn.Result.Tuple == nil) {
		return parts[0]
	}
	out := value{parts: parts, early: allEarly(parts...)}
	for _, p := range parts {
		out.Tuple = append(out.Tuple, p.Type)
	}
	return out
}

// calleeShape translates a result's shape into the caller's sizes. A length
// that data decides inside the callee gets a name here, in lengths.
func (f *frame) calleeShape(s types.Shape, sizes, lengths map[string]types.Size, vs []value) types.Shape {
	for _, d := range s {
		for _, name := range d.Vars() {
			_, bound := sizes[name]
			if _, known := lengths[name]; bound || known || !strings.HasPrefix(name, "?") {
				continue
			}
			place := types.PublicPlace
			for _, v := range vs {
				place = place.Join(v.Place)
			}
			f.unit.lengths++
			fresh := fmt.Sprintf("?%d", f.unit.lengths)
			f.infos[fresh] = &sizeInfo{min: endAt(0), place: place, early: allEarly(vs...) && !f.pc.late, data: true}
			lengths[name] = types.Name(fresh)
		}
	}
	all := maps.Clone(sizes)
	if all == nil {
		all = make(map[string]types.Size)
	}
	maps.Copy(all, lengths)
	return s.Subst(all)
}

func (f *frame) meetingOf(e ast.Expr, vs []value) *meeting {
	var players types.Set
	for _, v := range vs {
		if v.met != nil {
			return v.met
		}
		players = players.Union(v.Place.Holders)
	}
	return &meeting{players: players, expr: e}
}

// substitute replaces a callee's parameters by the forms of the arguments.
func substitute(a *affine, params []*atom, vs []value) *affine {
	if a == nil {
		return nil
	}
	out := &affine{offset: a.offset}
	for _, t := range a.terms {
		form := t.atom.substitute(params, vs)
		if form == nil {
			return nil
		}
		out = out.plus(form.scale(t.factor))
		if out == nil {
			return nil
		}
	}
	return out
}

// substitute is the form of the argument, or of its column, that an atom of
// the callee stands for.
func (a *atom) substitute(params []*atom, vs []value) *affine {
	if a.of != nil {
		return a.of.substitute(params, vs).column(a.field)
	}
	if i := slices.Index(params, a); i >= 0 {
		return vs[i].affine
	}
	return nil
}

// discloseCall adds a callee's disclosures to the caller's (R15), under the
// call as written or its `as`.
func (f *frame) discloseCall(e *ast.Call, fn *ast.Fn, in *instance) {
	if e.As != nil && len(in.disclosed) == 0 {
		f.errorf("E306", e.As, "`%s` discloses nothing that `as` could name", fn.Name.Name).Label = "no disclosure"
		return
	}
	name := f.text(e.Fn)
	if e.As != nil {
		name = e.As.Name
	}
	for _, r := range in.disclosed {
		if r.elem.Kind == types.Invalid {
			continue
		}
		label := name + "." + r.label
		if e.As != nil && len(in.disclosed) == 1 {
			label = name
		}
		inner := disclosure{loops: r.loops}
		sizes := f.body.Calls[e].Sizes
		for _, d := range r.dims {
			d.size = d.size.Subst(sizes)
			inner.dims = append(inner.dims, d)
		}
		f.disclose(e, e, label, types.Type{Elem: r.elem}, r.to, inner)
	}
}

// conclude adds what the check of a computation, test or uncalled function has
// found: by units with the same instances.
func (c *checker) conclude(units ...*unit) {
	seen := make(map[*unit]bool)
	for _, u := range units {
		c.chain(u, nil, seen)
	}
	for _, in := range units[0].instances {
		c.checked[in.unit.fn] = true
	}
}

// chain adds the diagnostics of a unit and of all that it calls, with the
// calls that lead there.
func (c *checker) chain(u *unit, calls []string, seen map[*unit]bool) {
	for _, d := range u.diags {
		if len(calls) > 0 && dependsOnCall(d) {
			d.Notes = append(slices.Clone(d.Notes), calls...)
		}
		c.diags.Add(d)
	}
	for _, s := range u.calls {
		if seen[s.to.unit] {
			continue
		}
		seen[s.to.unit] = true
		note := fmt.Sprintf("called from %s at %s", u.name, lineFrom(s.to.unit.fn.Pos.Filename, s.at))
		if len(s.args) > 0 {
			note += " with " + s.text(c)
		}
		c.chain(s.to.unit, append([]string{note}, calls...), seen)
	}
}

// dependsOnCall reports errors that another call might not raise.
func dependsOnCall(d diag.Diagnostic) bool {
	switch d.Code[:2] {
	case "E1", "W8", "E6", "E9":
		return false
	}
	return d.Code != "E406" && d.Code != "E501"
}
