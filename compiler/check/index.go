package check

// Indices and slices (R12, R14), and the members of bundles.

import (
	"fmt"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// index checks `x[i, a..b, :]` and `bundle[p]`.
func (f *frame) index(e *ast.Index, want types.Elem) value {
	if id, ok := e.X.(*ast.Ident); ok {
		if v := f.scope.find(id.Name); v != nil && v.Type.Place.Each != "" {
			return f.bundleMember(e, id)
		}
	}
	x := f.settle(f.expr(e.X, want))
	if x.bad() {
		f.sliceErrors(e)
		return poison(e)
	}
	v := f.sliced(e, e.Slices, x)
	if f.body.Total[e] && !f.zeroed(e, x) {
		return poison(e)
	}
	return v
}

// sliceErrors checks the bounds for their own errors where x has no type. It
// may be a bundle, so a player is none.
func (f *frame) sliceErrors(e *ast.Index) {
	for _, s := range e.Slices {
		for _, x := range []ast.Expr{s.From, s.To} {
			if x != nil && !f.namesPlayer(x) {
				f.settle(f.expr(x, types.Elem{}))
			}
		}
	}
}

func (f *frame) namesPlayer(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	if !ok {
		return false
	}
	if v := f.scope.find(id.Name); v != nil {
		return v.Kind == MemberVar
	}
	s := f.c.names[id.Name]
	return s != nil && s.isPlayer()
}

// sliced is the value of x[…]; of e, the first index may be a bundle's member.
func (f *frame) sliced(e *ast.Index, slices []*ast.Slice, x value) value {
	if len(slices) > len(x.Shape) {
		f.sliceErrors(e)
		return f.fail(e, "E201", f.c.plain(x.Type), "a value of %s with %d in brackets", times(len(x.Shape), "dimension"), len(slices))
	}
	vs := []value{x}
	var shape types.Shape
	var unproved *position
	for i, s := range slices {
		p, ok := f.position(s, x, i)
		if !ok {
			return poison(e)
		}
		vs = append(vs, p.parts...)
		if s.Range || s.From == nil {
			shape = append(shape, p.length)
		}
		if !p.proved && (unproved == nil || s.Range && !unproved.at.Range) {
			unproved = &p
		}
	}
	shape = append(shape, x.Shape[len(slices):]...)
	if unproved != nil && !f.bounded(e, unproved, vs) {
		return poison(e)
	}
	place, met, ok := f.join(e, "index", vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, shape, place, met, vs...)
	out.bounds, out.drift = x.bounds, x.drift
	if f.body.Total[e] {
		out.bounds, out.drift = x.bounds.union(exactly(nought)), nil
	}
	if place.IsShared() {
		out.met = x.met
		if out.met == nil {
			out.met = met
		}
	}
	return out
}

// bounded is R14 for bounds that were not proved. In an arm, an index out of range
// gives zero, as `lookup` does, and writes nothing; a slice has no such form.
func (f *frame) bounded(e *ast.Index, p *position, vs []value) bool {
	switch {
	case !f.pc.total:
		return f.partial(e, p.at, "this index may be out of range", p.hint, vs...)
	case p.at.Range:
		d := f.errorf("E408", p.at, "this slice may be out of range")
		d.Label = "under a condition that is not public"
		d.Hint = p.hint
		return false
	}
	f.body.Total[e] = true
	return true
}

// zeroed reports E505 for rows of which a field does not admit zero, which they
// are out of range.
func (f *frame) zeroed(at ast.Node, x value) bool {
	return x.Elem.Kind != types.Record || f.admitsZero(at, f.c.prog.Record(x.Elem.Name))
}

func (f *frame) admitsZero(at ast.Node, r *Record) bool {
	for _, d := range r.Fields {
		switch {
		case d.Type.Elem.Kind == types.Record:
			if !f.admitsZero(at, f.c.prog.Record(d.Type.Elem.Name)) {
				return false
			}
		case !d.bounds().hasZero():
			e := f.errorf("E505", at, "out of range, a row is zero, and field `%s` takes values in %s", d.Name, f.text(d.Decl.Range))
			e.Label = "may be out of range"
			e.Hint = "bound the index by the size of the array"
			return false
		}
	}
	return true
}

// A position is one checked index or slice.
type position struct {
	at     *ast.Slice
	parts  []value // its bounds
	length types.Size
	proved bool
	hint   string // what would prove it
	data   bool   // the length is not public
}

func (f *frame) position(s *ast.Slice, x value, axis int) (position, bool) {
	n := x.Shape[axis]
	if !s.Range {
		i, ok := f.bound(s.From, x)
		if !ok {
			return position{}, false
		}
		if !f.pc.total && f.outside(s, i, n) {
			return position{}, false
		}
		p := position{at: s, parts: []value{i}, proved: f.atLeastZero(i) && f.below(i, n.Sub(types.Int(1)))}
		p.hint = "bound it by the size of the array, or write `lookup`, which gives zero out of range"
		if !p.proved && i.lin != nil && f.isSize(*i.lin) && f.atLeastZero(i) && f.unit.comp != nil {
			p.hint = fmt.Sprintf("add `where %s >= %s`", n, i.lin.Add(types.Int(1)))
		}
		return p, true
	}
	from, to := types.Int(0), n
	low, high := value{lin: &from, early: true, bounds: exactly(nought)}, value{lin: &to, early: true}
	low.Place, high.Place = types.PublicPlace, types.PublicPlace
	high.bounds = f.value(n)
	var parts []value
	ok := true
	if s.From != nil {
		low, ok = f.bound(s.From, x)
		parts = append(parts, low)
	}
	if s.To != nil && ok {
		high, ok = f.bound(s.To, x)
		parts = append(parts, high)
	}
	if !ok {
		return position{}, false
	}
	p := position{at: s, parts: parts, hint: "bound it by the size of the array"}
	p.proved = (s.From == nil || f.atLeastZero(low)) && (s.To == nil || f.below(high, n)) && f.ordered(low, high)
	p.length, p.data, ok = f.length(s, low, high, n)
	return p, ok
}

// outside reports an index that is never in range.
func (f *frame) outside(s *ast.Slice, i value, n types.Size) bool {
	if i.lin == nil || !f.isSize(*i.lin) {
		return false
	}
	last := n.Sub(types.Int(1))
	switch {
	case f.positive(types.Int(0).Sub(*i.lin)):
		d := f.errorf("E408", s, "this index is below 0: nothing counts from the end")
		d.Label = i.lin.String()
		d.Hint = "`" + last.String() + "` is the last"
	case f.positive(i.lin.Sub(last)):
		f.errorf("E408", s, "this index is out of range").Label = "0.." + n.String()
	default:
		return false
	}
	return true
}

// length is the number of elements of a slice.
func (f *frame) length(s *ast.Slice, low, high value, n types.Size) (types.Size, bool, bool) {
	if low.lin != nil && high.lin != nil {
		length := high.lin.Sub(*low.lin)
		if n.Padded() {
			length = types.Upto(length)
		}
		return length, false, true
	}
	place := low.Place.Join(high.Place)
	if !place.Public {
		length := f.freshLength(place, n, low.early && high.early)
		f.body.Lengths[s] = length
		return length, true, true
	}
	d := f.errorf("E202", s, "the length of this slice is no expression over sizes")
	d.Label = "public, but not fixed by the sizes"
	d.Hint = "use constants and sizes as bounds, as in `x[k..k + 3]`"
	return types.Size{}, false, false
}

// bound checks one index or bound of x: a whole number that the holders of x
// know (E403).
func (f *frame) bound(e ast.Expr, x value) (value, bool) {
	v := f.settle(f.expr(e, types.Elem{}))
	if v.bad() {
		return v, false
	}
	if !v.Elem.IsInt() || len(v.Shape) > 0 {
		f.errorf("E204", e, "an index is a whole number").Label = f.c.plain(v.Type)
		return v, false
	}
	if v.Place.Public || !v.Place.Join(x.Place).IsShared() {
		return v, true
	}
	what := "this index is shared"
	if !v.Place.IsShared() {
		what = "this index is known to " + f.c.holders(v.Place) + " only"
	}
	d := f.errorf("E403", e, "%s, but `%s` is `@ %s`", what, f.text(x.expr), f.c.place(x.Place))
	d.Label = f.c.full(v.Type)
	d.Hint = "`lookup(" + f.text(x.expr) + ", " + f.text(e) + ")` reads without telling which"
	return v, false
}

func (f *frame) atLeastZero(v value) bool { return f.above(v, types.Int(0)) }

func (f *frame) ordered(low, high value) bool {
	if low.lin != nil && high.lin != nil {
		return f.nonneg(high.lin.Sub(*low.lin))
	}
	return low.bounds.known() && high.bounds.known() && low.bounds.high.Cmp(high.bounds.low) <= 0
}

// bundleMember is `bundle[p]` (R2).
func (f *frame) bundleMember(e *ast.Index, id *ast.Ident) value {
	b := f.variable(id)
	f.body.expr(id).Type = b.Type
	g := f.c.groupNamed(b.Place.Each)
	var p *ast.Ident
	if len(e.Slices) > 0 && !e.Slices[0].Range {
		p, _ = e.Slices[0].From.(*ast.Ident)
	}
	if p == nil {
		f.bundleAsArray(id, b)
		return poison(e)
	}
	k, ok := f.memberOf(g, p)
	if !ok {
		return poison(e)
	}
	v := b.parts[k]
	v.expr = e
	if len(e.Slices) > 1 {
		part := f.sliced(e, e.Slices[1:], v)
		if f.body.Total[e] && !f.zeroed(e, v) {
			return poison(e)
		}
		return part
	}
	if f.pc.local != nil && !v.Place.Public && !v.Place.Holders.Has(f.pc.player) {
		d := f.errorf("E303", e, "`%s` is held by %s: `local %s` cannot use it", f.text(e), f.c.holders(v.Place), f.pc.local.Name)
		d.Label = f.c.full(v.Type)
		return poison(e)
	}
	return v
}

// memberOf resolves p in `bundle[p]` to its position in the group.
func (f *frame) memberOf(g *Group, p *ast.Ident) (int, bool) {
	player := -1
	if v := f.scope.find(p.Name); v != nil {
		if v.Kind != MemberVar {
			f.errorf("E310", p, "a bundle is read by a member of %s", g.Name).Label = "not a member"
			return 0, false
		}
		f.body.Vars[p] = v
		player = v.Member
	} else if s, ok := f.c.names[p.Name]; ok && s.isPlayer() {
		player = s.player
	} else {
		f.c.unknownPlayer(&f.unit.diags, p, "")
		return 0, false
	}
	for k, m := range g.Members {
		if m == player {
			return k, true
		}
	}
	f.errorf("E310", p, "`%s` is no member of %s", f.c.prog.Players[player].Name, g.Name).Label = "members: " + and(f.c.members(types.SetOf(g.Members...)))
	return 0, false
}
