package check

// Types as written: element, shape and placement.

import (
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A written type is a type with the knowledge of whether it has a placement.
type written struct {
	types.Type
	placed bool
	tuple  []written
}

// resolve finds the meaning of a type. Where it reports an error, and where
// the element is not built, the element is invalid; ok is false for errors.
func (f *frame) resolve(t *ast.Type) (written, bool) {
	if t.Tuple != nil {
		return f.resolveTuple(t)
	}
	elem, ok := f.resolveElem(t)
	out := written{Type: types.Type{Elem: elem}}
	for _, d := range t.Shape {
		size, good := f.dimension(d)
		ok = ok && good
		out.Shape = append(out.Shape, size)
	}
	if n := f.c.rank(out.Type); n > 4 {
		f.errorf("E204", t, "an array has at most 4 dimensions").Label = times(n, "dimension")
		ok = false
	}
	if t.Placement != nil {
		hint := "leave the placement out: a function takes values of any placement"
		if f.unit.comp != nil {
			hint = "begin the file with the line `players …`"
		}
		place, good := f.placement(t.Placement, hint)
		ok = ok && good
		out.Place, out.placed = place, good
	}
	if !ok {
		out.Elem = types.Of(types.Invalid)
	}
	return out, ok
}

func (f *frame) resolveTuple(t *ast.Type) (written, bool) {
	var out written
	ok := true
	for _, u := range t.Tuple {
		w, good := f.resolve(u)
		ok = ok && good
		out.tuple = append(out.tuple, w)
		out.Tuple = append(out.Tuple, w.Type)
	}
	if t.Placement != nil || len(t.Shape) > 0 {
		f.errorf("E208", t, "a tuple has no shape and no placement of its own").Label = "write them at its parts"
		ok = false
	}
	return out, ok
}

func (f *frame) resolveElem(t *ast.Type) (types.Elem, bool) {
	bad := types.Of(types.Invalid)
	if t.Module != nil {
		return f.moduleElem(t)
	}
	name := t.Name.Name
	if kind, ok := elemNames[name]; ok {
		if kind == types.Fixed {
			return f.c.fixed(&f.unit.diags, t)
		}
		if len(t.Args) > 0 {
			f.errorf("E208", t, "%s takes no arguments", name).Label = "only fixed(I, F) does"
			return bad, false
		}
		return types.Of(kind), true
	}
	if e, ok := f.unit.typeArgs[name]; ok {
		return e, true
	}
	if s, ok := f.c.names[name]; ok {
		switch d := s.decl.(type) {
		case *ast.Enum:
			return enumElem(f.c.enums[d]), true
		case *ast.Record:
			return types.Elem{Kind: types.Record, Name: f.c.record(d).Name}, true
		}
	}
	d := f.errorf("E101", t.Name, "unknown type `%s`", name)
	d.Label = "not defined"
	var names []string
	for n := range elemNames {
		names = append(names, n)
	}
	for n, s := range f.c.names {
		switch s.decl.(type) {
		case *ast.Enum, *ast.Record:
			names = append(names, n)
		}
	}
	if near := nearest(name, names); near != "" {
		d.Label = "did you mean `" + near + "`?"
	}
	return bad, false
}

// dimension evaluates one dimension: an expression over constants and sizes.
func (f *frame) dimension(d *ast.Dim) (types.Size, bool) {
	n, ok := f.size(d.Size)
	if d.Upto && !f.disclosing {
		n = types.Upto(n)
	}
	return n, ok
}

// size evaluates an expression that must be a size.
func (f *frame) size(e ast.Expr) (types.Size, bool) {
	v := f.expr(e, types.Elem{})
	if v.bad() {
		return types.Size{}, false
	}
	return f.sizeOfValue(e, v)
}

func (f *frame) sizeOfValue(e ast.Expr, v value) (types.Size, bool) {
	if v.lin == nil || len(v.Shape) > 0 {
		f.errorf("E202", e, "a dimension is made of constants and sizes").Label = f.c.full(v.Type)
		return types.Size{}, false
	}
	if !f.nonneg(*v.lin) && f.positive(types.Int(0).Sub(*v.lin)) {
		f.errorf("E201", e, "a dimension cannot be negative").Label = v.lin.String()
		return types.Size{}, false
	}
	return *v.lin, true
}

// placement resolves what stands after `@`, and after `to`; hint is for
// modules, which know no players.
func (f *frame) placement(p *ast.Placement, hint string) (types.Place, bool) {
	switch p.Kind {
	case ast.Public:
		return types.PublicPlace, true
	case ast.Shared:
		return types.SharedPlace, true
	case ast.EachOf:
		if s, ok := f.c.names[p.Names[0].Name]; ok && s.group != nil {
			return types.Place{Each: s.group.Name}, true
		}
		f.c.unknownPlayer(&f.unit.diags, p.Names[0], hint)
		return types.Place{}, false
	}
	var set types.Set
	ok := true
	for _, id := range p.Names {
		s, good := f.playerSet(id, hint)
		ok = ok && good
		set = set.Union(s)
	}
	return f.normal(types.At(set)), ok
}

// playerSet resolves a member variable, a player or a group.
func (f *frame) playerSet(id *ast.Ident, hint string) (types.Set, bool) {
	if v := f.scope.find(id.Name); v != nil && v.Kind == MemberVar {
		f.body.Vars[id] = v
		return types.SetOf(v.Member), true
	}
	if s, ok := f.c.names[id.Name]; ok && s.group != nil {
		return types.SetOf(s.group.Members...), true
	} else if ok && s.isPlayer() {
		return types.SetOf(s.player), true
	}
	f.c.unknownPlayer(&f.unit.diags, id, hint)
	return types.Set{}, false
}

// normal writes a placement at everybody of the computation as public.
func (f *frame) normal(p types.Place) types.Place {
	if p.Each == "" && !p.Public && !f.unit.everybody.Empty() && p.Holders.Contains(f.unit.everybody) {
		return types.PublicPlace
	}
	return p
}
