package check

// Records and tables: declarations, construction, fields. A value of a record
// holds each field in the range that its declaration gives (E505), so that a
// field that is read has it.

import (
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// records resolves all declared records of a file.
func (c *checker) records() {
	for _, d := range c.file.Decls {
		if d, ok := d.(*ast.Record); ok {
			c.record(d)
		}
	}
}

// record resolves a record, those of its fields first.
func (c *checker) record(d *ast.Record) *Record {
	if r, ok := c.known[d]; ok {
		return r // nil while it is being resolved
	}
	c.known[d] = nil
	r := &Record{Decl: d, Name: c.unique(d.Name.Name)}
	f := c.newFrame(newUnit(d.Name.Name))
	for _, p := range d.Fields {
		if r.Field(p.Name.Name) >= 0 {
			f.errorf("E102", p.Name, "`%s` has two fields `%s`", r.Name, p.Name.Name).Label = "second time"
			continue
		}
		r.Fields = append(r.Fields, f.fieldDecl(d, p))
	}
	c.diags = append(c.diags, f.unit.diags...)
	c.known[d] = r
	c.prog.Records = append(c.prog.Records, r)
	return r
}

// fieldDecl resolves one field.
func (f *frame) fieldDecl(d *ast.Record, p *ast.Param) *Field {
	out := &Field{Decl: p, Name: p.Name.Name, Type: invalid}
	if p.Type.Tuple != nil {
		f.errorf("E208", p.Type, "a tuple is only the result of a function").Label = "write one field each"
		return out
	}
	if inner := f.c.recordNamed(p.Type); inner != nil && f.c.record(inner) == nil {
		f.errorf("E406", p.Type, "`%s` contains itself", d.Name.Name).Label = "cycle"
		return out
	}
	t, ok := f.resolve(p.Type)
	if ok && p.Type.Placement != nil {
		f.errorf("E204", p.Type.Placement, "a field is held by who holds the record").Label = "no placement"
		return out
	}
	if !ok || t.bad() {
		return out
	}
	out.Type, out.Columns = t.Type, f.columns(p.Type)
	if p.Range == nil {
		return out
	}
	if r, ok := f.rangeOf(p.Range, t.Elem); ok {
		out.Range = r
	}
	return out
}

// recordNamed is the declaration that a type names, or nil.
func (c *checker) recordNamed(t *ast.Type) *ast.Record {
	if t.Name == nil || t.Module != nil || c.names[t.Name.Name] == nil {
		return nil
	}
	d, _ := c.names[t.Name.Name].decl.(*ast.Record)
	return d
}

// depth is how many dimensions the deepest field of an element adds.
func (c *checker) depth(e types.Elem) int {
	most := 0
	if e.Kind == types.Record {
		for _, f := range c.prog.Record(e.Name).Fields {
			most = max(most, len(f.Type.Shape)+c.depth(f.Type.Elem))
		}
	}
	return most
}

// rank counts the dimensions of a value, those of its fields included.
func (c *checker) rank(t types.Type) int { return len(t.Shape) + c.depth(t.Elem) }

// leaves reports whether f holds of every element that a value is made of.
func (c *checker) leaves(e types.Elem, f func(types.Elem) bool) bool {
	if e.Kind != types.Record {
		return f(e)
	}
	return !slices.ContainsFunc(c.prog.Record(e.Name).Fields, func(field *Field) bool { return !c.leaves(field.Type.Elem, f) })
}

// shareable reports whether values of the element may be secret-shared.
func (c *checker) shareable(e types.Elem) bool { return c.leaves(e, types.Elem.Shareable) }

// bounds is what a field of any value may be.
func (f *Field) bounds() bounds {
	if f.Range != nil {
		return bounds{f.Range.Low, f.Range.High, true}
	}
	return whole(f.Type.Elem)
}

// field checks `x.name`: a value of an enum, or a field of a record.
func (f *frame) field(e *ast.Field) value {
	if imp, ok := f.moduleOf(e); ok {
		return f.moduleValue(e, imp)
	}
	if enum := f.enumOf(e.X); enum != nil {
		return f.enumValue(e, enum)
	}
	x := f.expr(e.X, types.Elem{})
	if x.bad() {
		return poison(e)
	}
	return f.column(e, x)
}

// column is the field of x that e names.
func (f *frame) column(e *ast.Field, x value) value {
	d := f.fieldOf(e, x)
	if d == nil || d.Type.Elem.Kind == types.Invalid {
		return poison(e)
	}
	shape := append(x.Shape[:len(x.Shape):len(x.Shape)], d.Type.Shape...)
	out := f.result(d.Type.Elem, shape, x.Place, x.met, x)
	out.early = x.early
	out.bounds = d.bounds()
	if d.Range == nil {
		out.gaps = joinGaps(out.gaps, []string{"no range at field " + d.Name})
	}
	out.affine = x.affine.column(d.Name)
	if x.fields != nil {
		part := x.fields[f.c.prog.Record(x.Elem.Name).Field(d.Name)]
		out.affine, out.deps, out.gaps, out.fields = part.affine, part.deps, part.gaps, part.fields
	}
	return out
}

// fieldOf finds the field of x that e names, or reports that there is none.
func (f *frame) fieldOf(e *ast.Field, x value) *Field {
	if x.Tuple != nil || x.Elem.Kind != types.Record {
		f.errorf("E204", e, "only a record has fields").Label = f.c.plain(x.Type)
		return nil
	}
	r := f.c.prog.Record(x.Elem.Name)
	if k := r.Field(e.Name.Name); k >= 0 {
		return r.Fields[k]
	}
	d := f.errorf("E101", e.Name, "`%s` has no field `%s`", r.Name, e.Name.Name)
	d.Label = r.suggest(e.Name.Name)
	return nil
}

// suggest is the label for a field that is not there.
func (r *Record) suggest(name string) string {
	if near := nearest(name, r.names()); near != "" {
		return "did you mean `" + near + "`?"
	}
	return "fields: " + strings.Join(r.names(), ", ")
}

func (r *Record) names() []string {
	var out []string
	for _, f := range r.Fields {
		out = append(out, f.Name)
	}
	return out
}

// construct checks `Sale(region: r, amount: a)`: a record or, of columns, a
// table.
func (f *frame) construct(e *ast.Call, r *Record) value {
	args, ok := f.fields(e, r)
	if !ok {
		return poison(e)
	}
	vs := make([]value, len(args))
	for i, a := range args {
		vs[i], ok = f.fieldValue(a, r.Fields[i], ok)
	}
	if !ok || !f.oneShape(r, vs) {
		return poison(e)
	}
	place, met, ok := f.join(e, "stack", vs...)
	if !ok {
		return poison(e)
	}
	shape := vs[0].Shape[:len(vs[0].Shape)-len(r.Fields[0].Type.Shape)]
	out := f.result(types.Elem{Kind: types.Record, Name: r.Name}, shape, place, met, vs...)
	out.fields = vs
	f.body.Constructs[e] = r
	return out
}

// fields puts the arguments in the order of the fields, which they all name.
func (f *frame) fields(e *ast.Call, r *Record) ([]*ast.Arg, bool) {
	out := make([]*ast.Arg, len(r.Fields))
	ok := true
	for _, a := range e.Args {
		if a.Name == nil {
			f.errorf("E208", a, "the fields of `%s` are given by name", r.Name).Label = "`" + r.Name + "(" + strings.Join(r.names(), ": …, ") + ": …)`"
			ok = false
			continue
		}
		k := r.Field(a.Name.Name)
		switch {
		case k < 0:
			f.errorf("E101", a.Name, "`%s` has no field `%s`", r.Name, a.Name.Name).Label = r.suggest(a.Name.Name)
			ok = false
		case out[k] != nil:
			f.errorf("E208", a, "field `%s` is given twice", a.Name.Name).Label = "second time"
			ok = false
		default:
			out[k] = a
		}
	}
	var lacks []string
	for k, a := range out {
		if a == nil {
			lacks = append(lacks, "`"+r.Fields[k].Name+"`")
		}
	}
	if ok && len(lacks) > 0 {
		f.errorf("E208", e, "`%s` needs %s", r.Name, and(lacks)).Label = times(len(e.Args), "field") + " given"
		ok = false
	}
	if !ok {
		f.arguments(e)
	}
	return out, ok
}

// fieldValue checks the value of one field.
func (f *frame) fieldValue(a *ast.Arg, d *Field, ok bool) (value, bool) {
	v := f.expr(a.Value, d.Type.Elem)
	if v.bad() || d.Type.Elem.Kind == types.Invalid {
		return v, false
	}
	v = f.convertTo(v, d.Type.Elem, "field `"+d.Name+"`")
	if v.bad() {
		return v, false
	}
	if len(v.Shape) < len(d.Type.Shape) {
		return v, f.declaredShape(v, d.Type.Shape, "field `"+d.Name+"`")
	}
	inner := v.Shape[len(v.Shape)-len(d.Type.Shape):]
	return v, f.sameShape(v.expr, d.Type.Shape, inner, f.plainOf(v), nil) && f.fieldRange(d, v) && ok
}

// fieldRange reports E505: a value that is not known to lie in its field's
// range.
func (f *frame) fieldRange(d *Field, v value) bool {
	if d.Range == nil || f.pc.given || v.bounds.within(d.bounds()) {
		return true
	}
	e := f.errorf("E505", v.expr, "field `%s` takes values in %s", d.Name, f.text(d.Decl.Range))
	e.Label = between(v.bounds, v.Elem)
	e.Notes = f.ranges([]value{v})
	e.Hint = "declare the ranges of the inputs that it is computed from"
	return false
}

// oneShape checks that all columns have the rows of the first.
func (f *frame) oneShape(r *Record, vs []value) bool {
	rows := func(k int) types.Shape { return vs[k].Shape[:len(vs[k].Shape)-len(r.Fields[k].Type.Shape)] }
	for k := range vs {
		label := f.operandsOf("`"+r.Name+"`", []value{vs[0], vs[k]})
		if len(rows(k)) != len(rows(0)) {
			f.errorf("E201", vs[k].expr, "field `%s` has %s of rows, field `%s` %s", r.Fields[k].Name, times(len(rows(k)), "dimension"),
				r.Fields[0].Name, times(len(rows(0)), "dimension")).Label = label()
			return false
		}
		if !f.sameShape(vs[k].expr, rows(0), rows(k), label, nil) {
			return false
		}
	}
	return f.c.rankFits(f, vs[0].expr, rows(0), r)
}

// rankFits reports a table whose columns would have too many dimensions.
func (c *checker) rankFits(f *frame, at ast.Node, rows types.Shape, r *Record) bool {
	n := c.rank(types.Type{Elem: types.Elem{Kind: types.Record, Name: r.Name}, Shape: rows})
	if n > 4 {
		f.errorf("E204", at, "an array has at most 4 dimensions").Label = times(n, "dimension") + " with those of its fields"
	}
	return n <= 4
}

// assignedField is the field that an assignment to x.f, x.f[…] or x[…].f
// changes, or nil.
func (f *frame) assignedField(e ast.Expr) *Field {
	for {
		switch x := e.(type) {
		case *ast.Index:
			e = x.X
			continue
		case *ast.Field:
			t := f.body.Type(x.X)
			if r := f.c.prog.Record(t.Elem.Name); t.Elem.Kind == types.Record && r.Field(x.Name.Name) >= 0 {
				return r.Fields[r.Field(x.Name.Name)]
			}
		}
		return nil
	}
}
