package lsp

// Names: what each name in the files of a program stands for, found from the
// tree alone, so that a type error hides nothing. A name is defined once where
// it can be used (R19), in its block or at the top level; outputs, labels, enum
// values and record fields are name spaces of their own.

import (
	"cmp"
	"slices"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A symbol is something that has a name.
type symbol struct {
	def  *ast.Ident
	node ast.Node // that defines it
	home *ast.File
	uses []*ast.Ident // the definition first
}

// An index finds the symbol of a name.
type index struct {
	unit    *compiler.Unit
	of      map[*ast.Ident]*symbol
	tops    map[*ast.File]names
	members map[ast.Node]names      // enum values and record fields, by declaration
	labels  map[ast.Node]names      // of a fn or computation
	outputs map[ast.Node]names      // of a computation
	types   map[ast.Expr]types.Type // of values that may be records
	modules map[*ast.File]map[string]*ast.File
}

type names map[string]*symbol

func newIndex(u *compiler.Unit) *index {
	x := &index{unit: u, of: make(map[*ast.Ident]*symbol), tops: make(map[*ast.File]names), members: make(map[ast.Node]names),
		labels: make(map[ast.Node]names), outputs: make(map[ast.Node]names), types: make(map[ast.Expr]types.Type),
		modules: make(map[*ast.File]map[string]*ast.File)}
	if u.Checked != nil {
		u.Checked.Bodies(x.records)
	}
	for _, f := range u.Sources.Files {
		x.tops[f] = make(names)
		x.declare(f)
	}
	for _, f := range u.Sources.Files {
		for _, d := range f.Decls {
			w := &resolver{x, f, d, &block{names: x.tops[f]}}
			w.decl(d)
		}
	}
	return x
}

// records remembers the types of record values.
func (x *index) records(b *check.Body) {
	for e, known := range b.Exprs {
		if known.Type.Elem.Kind == types.Record {
			x.types[e] = known.Type
		}
	}
}

// at finds the name at a byte of a file.
func (x *index) at(file string, offset int) *ast.Ident {
	for _, f := range x.unit.Sources.Files {
		if f.Name == file {
			return identAt(f, offset)
		}
	}
	return nil
}

func identAt(n ast.Node, offset int) (found *ast.Ident) {
	ast.Walk(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if ok && id.Pos.Offset <= offset && offset <= id.EndPos.Offset {
			found = id
		}
		return true
	})
	return found
}

// declare enters the top level of a file.
func (x *index) declare(f *ast.File) {
	top := x.tops[f]
	x.modules[f] = make(map[string]*ast.File)
	for _, imp := range f.Imports {
		name := importName(imp)
		x.modules[f][name] = x.unit.Sources.Imports[imp]
		if imp.As != nil {
			x.define(top, imp.As, imp, f)
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Players:
			for _, n := range d.Names {
				x.define(top, n.Name, n, f)
			}
		case *ast.Enum:
			x.define(top, d.Name, d, f)
			x.members[d] = make(names)
			for _, v := range d.Values {
				x.define(x.members[d], v, d, f)
			}
		case *ast.Record:
			x.define(top, d.Name, d, f)
			x.members[d] = make(names)
			for _, p := range d.Fields {
				x.define(x.members[d], p.Name, p, f)
			}
		default:
			if name := nameOf(d); name != nil {
				x.define(top, name, d, f)
			}
			x.header(d, f)
		}
	}
}

// header enters the labels and outputs of a declaration.
func (x *index) header(d ast.Decl, f *ast.File) {
	var disclosed []*ast.Disclosed
	switch d := d.(type) {
	case *ast.Fn:
		disclosed = d.Discloses
	case *ast.Computation:
		disclosed = d.Discloses
		x.outputs[d] = make(names)
		for _, o := range d.Outputs {
			x.define(x.outputs[d], o.Name, o, f)
		}
	}
	x.labels[d] = make(names)
	for _, l := range disclosed {
		if len(l.Label) == 1 {
			x.define(x.labels[d], l.Label[0], l, f)
		}
	}
}

// nameOf is the name that a declaration gives.
func nameOf(d ast.Node) *ast.Ident {
	switch d := d.(type) {
	case *ast.Group:
		return d.Name
	case *ast.Const:
		return d.Name
	case *ast.Enum:
		return d.Name
	case *ast.Record:
		return d.Name
	case *ast.Fn:
		return d.Name
	case *ast.Computation:
		return d.Name
	}
	return nil
}

// importName is the name under which a file uses an import.
func importName(imp *ast.Import) string {
	if imp.As != nil {
		return imp.As.Name
	}
	path := load.Path(imp)
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

func (x *index) define(in names, id *ast.Ident, n ast.Node, f *ast.File) {
	if in[id.Name] != nil {
		return // E102: the first one stands
	}
	in[id.Name] = &symbol{def: id, node: n, home: f, uses: []*ast.Ident{id}}
	x.of[id] = in[id.Name]
}

// use says what a name stands for, if anything does.
func (x *index) use(id *ast.Ident, s *symbol) {
	if s != nil && id != nil && x.of[id] == nil {
		x.of[id] = s
		s.uses = append(s.uses, id)
	}
}

// A block is the names of one block of a body.
type block struct {
	outer *block
	names names
}

func (b *block) find(name string) *symbol {
	for ; b != nil; b = b.outer {
		if s := b.names[name]; s != nil {
			return s
		}
	}
	return nil
}

// A resolver walks one declaration.
type resolver struct {
	*index
	file  *ast.File
	unit  ast.Decl
	scope *block
}

func (w *resolver) name(id *ast.Ident) {
	if id != nil {
		w.use(id, w.scope.find(id.Name))
	}
}

func (w *resolver) let(id *ast.Ident, n ast.Node) { w.define(w.scope.names, id, n, w.file) }

// inside resolves what stands in a block of its own.
func (w *resolver) inside(walk func()) {
	w.scope = &block{w.scope, make(names)}
	walk()
	w.scope = w.scope.outer
}

func (w *resolver) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.Fn:
		w.inside(func() {
			w.signature(d.Generics, d.Params, d)
			w.node(d.Result)
			w.disclosed(d.Discloses)
			w.node(d.Body)
		})
	case *ast.Computation:
		w.inside(func() {
			w.signature(d.Generics, d.Params, d)
			for _, o := range d.Outputs {
				w.node(o.Type)
			}
			w.disclosed(d.Discloses)
			w.nodes(d.Where...)
			w.node(d.Body)
		})
	case *ast.Test:
		w.test(d)
	case *ast.Record:
		for _, p := range d.Fields {
			w.param(p)
		}
	case *ast.Protocol:
		for _, id := range slices.Concat(d.Roles, d.Helpers) {
			w.name(id)
		}
	case *ast.Group:
		for _, id := range d.Members {
			w.name(id)
		}
	case *ast.Const:
		w.node(d.Type)
		w.node(d.Value)
	case *ast.Precision:
		w.node(d.Type)
	}
}

func (w *resolver) signature(generics []*ast.Generic, params []*ast.Param, d ast.Node) {
	for _, g := range generics {
		w.let(g.Name, g)
	}
	for _, p := range params {
		w.param(p)
	}
	for _, p := range params {
		w.let(p.Name, p)
	}
}

func (w *resolver) param(p *ast.Param) {
	w.node(p.Type)
	if p.Range != nil {
		w.children(p.Range)
	}
}

// disclosed resolves `f.l`: a label of a function that is called.
func (w *resolver) disclosed(list []*ast.Disclosed) {
	for _, d := range list {
		if n := len(d.Label); n > 1 {
			if fn := w.callee(d.Label[:n-1]); fn != nil {
				w.use(d.Label[n-2], fn)
				w.use(d.Label[n-1], w.labels[fn.node][d.Label[n-1].Name])
			}
		}
		w.node(d.Type)
	}
}

// callee is the function that `f` or `m.f` names.
func (w *resolver) callee(parts []*ast.Ident) *symbol {
	if len(parts) == 1 {
		return w.scope.find(parts[0].Name)
	}
	w.name(parts[0])
	return w.tops[w.modules[w.file][parts[0].Name]][parts[len(parts)-1].Name]
}

// test gives a test the inputs and outputs of what it is of.
func (w *resolver) test(d *ast.Test) {
	w.name(d.Of)
	of := w.tops[w.file][d.Of.Name]
	given, seen := make(names), make(names)
	if of != nil {
		for _, p := range params(of.node) {
			given[p.Name.Name] = w.of[p.Name]
		}
		for name, s := range w.outputs[of.node] {
			seen[name] = s
		}
	}
	for _, g := range d.Givens {
		w.use(g.Name, given[g.Name.Name])
		w.name(g.Member)
		w.node(g.Value)
	}
	w.scope = &block{&block{w.scope, given}, seen}
	for _, e := range d.Expects {
		w.nodes(e.Cond, e.Within)
	}
}

func params(n ast.Node) []*ast.Param {
	switch n := n.(type) {
	case *ast.Fn:
		return n.Params
	case *ast.Computation:
		return n.Params
	case *ast.Record:
		return n.Fields
	}
	return nil
}

func (w *resolver) nodes(list ...ast.Expr) {
	for _, e := range list {
		w.node(e)
	}
}

// node resolves the names in a statement, a type or an expression.
func (w *resolver) node(n ast.Node) {
	switch n := n.(type) {
	case nil:
		return
	case *ast.Block:
		if n != nil {
			w.inside(func() { w.children(n) })
		}
		return
	case *ast.Ident:
		w.name(n)
	case *ast.Type:
		if n != nil {
			w.typ(n)
		}
		return
	case *ast.Let:
		w.node(n.Type)
		w.node(n.Value)
		for _, id := range n.Names {
			w.let(id, n)
		}
		return
	case *ast.Var:
		w.node(n.Type)
		w.node(n.Value)
		w.let(n.Name, n)
		return
	case *ast.For:
		w.nodes(n.From, n.To, n.Step)
		w.inside(func() { w.let(n.Name, n); w.node(n.Body) })
		return
	case *ast.Each:
		w.name(n.Group)
		w.inside(func() { w.let(n.Name, n); w.node(n.Body) })
		return
	case *ast.Call:
		w.call(n)
		return
	case *ast.Field:
		w.field(n)
		return
	case *ast.Reveal:
		w.node(n.X)
		w.node(n.To)
		w.label(n.As)
		return
	case *ast.Assert:
		w.label(n.Label)
		w.node(n.Cond)
		return
	}
	w.children(n)
}

func (w *resolver) children(n ast.Node) {
	if n == nil {
		return
	}
	for _, c := range ast.Children(n) {
		w.node(c)
	}
}

func (w *resolver) label(id *ast.Ident) {
	if id != nil {
		w.use(id, w.labels[w.unit][id.Name])
	}
}

func (w *resolver) typ(t *ast.Type) {
	for _, u := range t.Tuple {
		w.typ(u)
	}
	switch {
	case t.Module != nil:
		w.name(t.Module)
		w.use(t.Name, w.tops[w.modules[w.file][t.Module.Name]][t.Name.Name])
	default:
		w.name(t.Name)
	}
	for _, d := range t.Shape {
		w.node(d.Size)
	}
	if t.Placement != nil {
		w.children(t.Placement)
	}
}

// call resolves names of arguments too: those of a record's fields.
func (w *resolver) call(c *ast.Call) {
	w.node(c.Fn)
	var made names
	if id := last(c.Fn); id != nil && w.of[id] != nil {
		made = w.members[w.of[id].node]
	}
	for _, a := range c.Args {
		if a.Name != nil {
			w.use(a.Name, made[a.Name.Name])
		}
		w.node(a.Value)
	}
}

func last(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.Field:
		return e.Name
	}
	return nil
}

// field resolves a name after a dot: of a module, an enum or a record.
func (w *resolver) field(f *ast.Field) {
	w.node(f.X)
	if id := last(f.X); id != nil {
		if m, ok := w.modules[w.file][id.Name]; ok && w.scope.find(id.Name) == w.tops[w.file][id.Name] {
			w.use(f.Name, w.tops[m][f.Name.Name])
			return
		}
		if s := w.of[id]; s != nil {
			if _, enum := s.node.(*ast.Enum); enum {
				w.use(f.Name, w.members[s.node][f.Name.Name])
				return
			}
		}
	}
	for _, d := range w.declarations() {
		if r, ok := d.(*ast.Record); ok && r.Name.Name == w.types[f.X].Elem.Name {
			w.use(f.Name, w.members[r][f.Name.Name])
		}
	}
}

// declarations are those of all files.
func (x *index) declarations() (all []ast.Decl) {
	for _, f := range x.unit.Sources.Files {
		all = append(all, f.Decls...)
	}
	return all
}

// sorted are the uses of a symbol in order of file and text.
func (s *symbol) sorted() []*ast.Ident {
	return slices.SortedFunc(slices.Values(s.uses), func(a, b *ast.Ident) int {
		return cmp.Or(cmp.Compare(a.Pos.Filename, b.Pos.Filename), cmp.Compare(a.Pos.Offset, b.Pos.Offset))
	})
}
