package lower

// Records. A value of the language is a tree: a leaf is a value of the ir, a
// record is its columns, one a field. A table is a record whose columns are
// arrays. What works by field is carried out once a column.

import (
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

type tree struct {
	leaf    ir.Value
	columns []tree // of a record, in the order of its fields
}

func leaf(v ir.Value) tree { return tree{leaf: v} }

// leaves lists the values of the ir, in order.
func (x tree) leaves() []ir.Value {
	if x.columns == nil {
		return []ir.Value{x.leaf}
	}
	var out []ir.Value
	for _, c := range x.columns {
		out = append(out, c.leaves()...)
	}
	return out
}

// each carries out f for every leaf.
func (x tree) each(f func(ir.Value) ir.Value) tree {
	if x.columns == nil {
		return leaf(f(x.leaf))
	}
	out := tree{columns: make([]tree, len(x.columns))}
	for k, c := range x.columns {
		out.columns[k] = c.each(f)
	}
	return out
}

// zip carries out f for every pair of leaves of two trees of one type.
func zip(x, y tree, f func(x, y ir.Value) ir.Value) tree {
	rest := y.leaves()
	return x.each(func(v ir.Value) ir.Value {
		w := rest[0]
		rest = rest[1:]
		return f(v, w)
	})
}

// record is the declaration behind a type, or nil.
func (l *lowerer) record(t types.Type) *check.Record {
	if t.Elem.Kind != types.Record {
		return nil
	}
	return l.prog.Record(t.Elem.Name)
}

// column is the type of a field of a value of type t: its own dimensions come
// after those of the table.
func column(t types.Type, f *check.Field) types.Type {
	t.Elem = f.Type.Elem
	t.Shape = append(t.Shape[:len(t.Shape):len(t.Shape)], f.Type.Shape...)
	return t
}

// columnwise makes a value of type t, where f makes each leaf from those of xs.
func (l *lowerer) columnwise(t types.Type, f func(t types.Type, xs []ir.Value) ir.Value, xs ...tree) tree {
	r := l.record(t)
	if r == nil {
		var values []ir.Value
		for _, x := range xs {
			values = append(values, x.leaf)
		}
		return leaf(f(t, values))
	}
	out := tree{columns: make([]tree, len(r.Fields))}
	for k, field := range r.Fields {
		inner := make([]tree, len(xs))
		for j, x := range xs {
			inner[j] = x.columns[k]
		}
		out.columns[k] = l.columnwise(column(t, field), f, inner...)
	}
	return out
}

// rowwise is what f makes of a column whose fields have dimensions of their own
// after those of the table: f is given one that has those of the table last.
func (l *lowerer) rowwise(x ir.Value, table types.Shape, f func(ir.Value) ir.Value) ir.Value {
	s := l.shape(x)
	own := s[len(table):]
	if len(own) == 0 {
		return f(x)
	}
	rows := l.transposed(l.reshaped(x, table.Count(), own.Count()))
	y := f(l.reshaped(rows, append(types.Shape{own.Count()}, table...)...))
	return l.reshaped(l.transposed(l.reshaped(y, own.Count(), table.Count())), s...)
}

// construct makes a record of its fields, at the place of the whole.
func (l *lowerer) construct(e *ast.Call, r *check.Record, t types.Type) tree {
	out := tree{columns: make([]tree, len(r.Fields))}
	for _, a := range e.Args {
		k := r.Field(a.Name.Name)
		out.columns[k] = l.converted(l.tree(a.Value), r.Fields[k].Type).each(func(v ir.Value) ir.Value {
			return l.flow(a, v, t.Place)
		})
	}
	return out
}

// A path is a leaf's place in a value: the value's name and those of the
// fields that lead to it, `left.amount`, with the last field.
type path struct {
	name  string
	field *check.Field // nil: no record
}

// made makes a value of type t, where f makes the leaf at each path.
func (l *lowerer) made(t types.Type, at path, f func(t types.Type, at path) ir.Value) tree {
	r := l.record(t)
	if r == nil {
		return leaf(f(t, at))
	}
	out := tree{columns: make([]tree, len(r.Fields))}
	for k, field := range r.Fields {
		out.columns[k] = l.made(column(t, field), path{at.name + "." + field.Name, field}, f)
	}
	return out
}

// walk visits the leaves of a value of type t.
func (l *lowerer) walk(t types.Type, name string, x tree, f func(t types.Type, at path, v ir.Value)) {
	rest := x.leaves()
	l.made(t, path{name: name}, func(t types.Type, at path) ir.Value {
		v := rest[0]
		rest = rest[1:]
		f(t, at, v)
		return v
	})
}

// columns names the enum whose values are the columns of a leaf of type t, "" for
// none: of a field it is the field's, else that of the value. A vector is one
// column.
func (at path) columns(t types.Type, whole *check.Enum) string {
	switch {
	case at.field != nil:
		whole = at.field.Columns
	case len(t.Shape) < 2:
		return ""
	}
	if whole == nil {
		return ""
	}
	return whole.Name
}

// identifier is a path as a name of the ir.
func identifier(name string) string { return strings.ReplaceAll(name, ".", "_") }
