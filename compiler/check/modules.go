package check

// Modules: what an import's name stands for, and names used qualified by it.

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

var identifier = regexp.MustCompile(`^[A-Za-z_]\w*$`)

// edition reports E108: rules that this compiler does not know.
func (c *checker) edition() {
	if e := c.file.Edition; e != nil && e.Text != "1" {
		d := c.errorf("E108", e, "unknown edition %s", e.Text)
		d.Label = "editions are 1"
		d.Hint = "`edition 1`"
	}
}

// imports defines the name of each import: the one written, or the last
// element of the path.
func (c *checker) imports() {
	for _, imp := range c.file.Imports {
		name := imp.As
		if name == nil {
			name = &ast.Ident{Span: imp.Path.Span, Name: path.Base(strings.Trim(imp.Path.Raw, `"`))}
		}
		if !identifier.MatchString(name.Name) {
			d := c.errorf("E107", imp.Path, "`%s` cannot be the name of a module", name.Name)
			d.Label = "not a name"
			d.Hint = "write a name before the path: `import m " + imp.Path.Raw + "`"
			continue
		}
		s := &symbol{name: name, decl: imp}
		if file := c.opt.Imports[imp]; file != nil {
			s.module = c.files[slices.IndexFunc(c.files, func(o *checker) bool { return o.file == file })]
		}
		c.define(s)
	}
}

// unused warns of imports that nothing in the file names (W805).
func (c *checker) unused() {
	for _, imp := range c.file.Imports {
		for _, s := range c.names {
			if s.decl == imp && s.module != nil && !s.used.Load() {
				c.errorf("W805", imp, "`%s` is imported and not used", s.name.Name).Label = "unused"
			}
		}
	}
}

// imported finds the import that a name stands for.
func (c *checker) imported(name string) (*symbol, bool) {
	s, ok := c.names[name]
	if !ok {
		return nil, false
	}
	if _, ok = s.decl.(*ast.Import); ok {
		s.used.Store(true)
	}
	return s, ok
}

// top finds what an expression names at the top level: `name` of this file, or
// `module.name`. A variable hides nothing: no shadowing.
func (f *frame) top(e ast.Expr) (*symbol, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		if f.scope.find(e.Name) == nil {
			s, ok := f.c.names[e.Name]
			return s, ok
		}
	case *ast.Field:
		if s, ok := f.moduleOf(e); ok && s.module != nil {
			return s.module.exported(e.Name.Name)
		}
	}
	return nil, false
}

// moduleOf is the import whose name stands before the dot.
func (f *frame) moduleOf(e *ast.Field) (*symbol, bool) {
	id, ok := e.X.(*ast.Ident)
	if !ok || f.scope.find(id.Name) != nil {
		return nil, false
	}
	return f.c.imported(id.Name)
}

// exported finds a name that the file itself declares: not one of its imports.
func (c *checker) exported(name string) (*symbol, bool) {
	s, ok := c.names[name]
	if !ok {
		return nil, false
	}
	_, imported := s.decl.(*ast.Import)
	return s, !imported
}

// moduleCall checks `module.name(…)`.
func (f *frame) moduleCall(e *ast.Call, q *ast.Field) value {
	imp, ok := f.moduleOf(q)
	if !ok {
		f.arguments(e)
		return f.noModule(q)
	}
	if imp.module == nil {
		f.arguments(e)
		return poison(e)
	}
	s, ok := imp.module.exported(q.Name.Name)
	if !ok {
		f.arguments(e)
		return f.notExported(imp, q.Name)
	}
	return f.callSymbol(e, q.Name, s)
}

// moduleValue is `module.name` as a value: only constants are.
func (f *frame) moduleValue(e *ast.Field, imp *symbol) value {
	if imp.module == nil {
		return poison(e)
	}
	s, ok := imp.module.exported(e.Name.Name)
	if !ok {
		return f.notExported(imp, e.Name)
	}
	v := f.symbolValue(e.Name, s)
	v.expr = e
	return v
}

// noModule says why what stands before the dot of a call is no module.
func (f *frame) noModule(q *ast.Field) value {
	id, ok := q.X.(*ast.Ident)
	if !ok {
		return f.fail(q, "E106", "not a function", "only a module has functions")
	}
	if f.scope.find(id.Name) != nil || f.c.names[id.Name] != nil {
		return f.fail(id, "E106", "not a module", "`%s` is not a module", id.Name)
	}
	d := f.errorf("E101", id, "unknown module `%s`", id.Name)
	d.Label = "not imported"
	d.Hint = fmt.Sprintf("begin the file with `import \"std/%s\"`, or with `import \"./%s\"` for a file beside this one", id.Name, id.Name)
	return poison(q)
}

func (f *frame) notExported(imp *symbol, name *ast.Ident) value {
	d := f.errorf("E101", name, "`%s` has no `%s`", imp.name.Name, name.Name)
	d.Label = "not defined in " + imp.module.file.Name
	var names []string
	for n := range imp.module.names {
		names = append(names, n)
	}
	if near := nearest(name.Name, names); near != "" {
		d.Label = "did you mean `" + near + "`?"
	}
	return poison(name)
}

// moduleElem is the element of `module.Type`.
func (f *frame) moduleElem(t *ast.Type) (types.Elem, bool) {
	bad := types.Of(types.Invalid)
	imp, ok := f.c.imported(t.Module.Name)
	switch {
	case !ok:
		d := f.errorf("E101", t.Module, "unknown module `%s`", t.Module.Name)
		d.Label = "not imported"
		return bad, false
	case imp.module == nil:
		return bad, true // the import says why
	}
	if _, ok := imp.module.exported(t.Name.Name); !ok {
		f.notExported(imp, t.Name)
		return bad, false
	}
	return imp.module.newFrame(f.unit).resolveElem(&ast.Type{Span: t.Span, Name: t.Name})
}

// line is where something stands, for a message about this file.
func (c *checker) line(n ast.Node) string { return lineFrom(c.file.Name, n) }

// lineFrom is where something stands, seen from a file: a line of it, or of
// another.
func lineFrom(file string, n ast.Node) string {
	pos := n.Extent().Pos
	if pos.Filename == file {
		return "line " + strconv.Itoa(pos.Line)
	}
	return fmt.Sprintf("%s:%d", pos.Filename, pos.Line)
}
