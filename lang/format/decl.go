// Declarations and types.

package format

import "github.com/tfec-lang/tfec/lang/ast"

func (p *printer) file(f *ast.File) {
	p.docs(f)
	if f.Edition != nil {
		p.start(f.Edition.Pos, false)
		p.write("edition ", f.Edition.Text)
		p.end()
	}
	for _, n := range f.Imports {
		p.start(n.Pos, false)
		p.imports(n)
		p.end()
	}
	for i, d := range f.Decls {
		apart := i > 0 && (tall(d) || tall(f.Decls[i-1])) || i == 0 && f.Edition != nil || i == 0 && len(f.Imports) > 0
		p.start(d.Extent().Pos, apart)
		p.docs(d)
		p.decl(d)
		p.end()
	}
	p.flush(len(f.Source)+1, false)
}

// tall reports whether blank lines set a declaration apart.
func tall(d ast.Decl) bool {
	switch d.(type) {
	case *ast.Record, *ast.Fn, *ast.Computation, *ast.Test:
		return true
	}
	return false
}

func (p *printer) imports(n *ast.Import) {
	p.write("import ")
	if n.As != nil {
		p.write(n.As.Name, " ")
	}
	p.write(n.Path.Raw)
}

func (p *printer) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.Players:
		p.write("players")
		list(p, " ", "", d.Names, func(n *ast.DocName) { p.name(n.Name) })
	case *ast.Group:
		p.write("group ", d.Name.Name, " =")
		list(p, " { ", " }", d.Members, p.name)
	case *ast.Protocol:
		p.protocol(d)
	case *ast.Precision:
		p.write("precision ")
		p.typ(d.Type)
	case *ast.Const:
		p.write("const ")
		p.binding(d.Name, d.Type, d.Value)
	case *ast.Enum:
		p.write("enum ", d.Name.Name)
		list(p, " { ", " }", d.Values, p.name)
	case *ast.Record:
		p.write("record ", d.Name.Name)
		list(p, " { ", " }", d.Fields, p.param)
	case *ast.Fn:
		p.fn(d)
	case *ast.Computation:
		p.computation(d)
	case *ast.Test:
		p.test(d)
	}
}

func (p *printer) name(n *ast.Ident) { p.write(n.Name) }

// binding prints what `let`, `var` and `const` share after the first word.
func (p *printer) binding(name *ast.Ident, t *ast.Type, value ast.Expr) {
	p.write(name.Name)
	p.value(t, value)
}

func (p *printer) value(t *ast.Type, value ast.Expr) {
	if t != nil {
		p.write(": ")
		p.typ(t)
	}
	p.write(" = ")
	p.expr(value, ast.CondLevel)
}

func (p *printer) protocol(d *ast.Protocol) {
	p.write("protocol ", d.Name.Name, "(")
	join(p, d.Roles, p.name)
	if len(d.Helpers) > 0 {
		p.write("; ")
		join(p, d.Helpers, p.name)
	}
	p.write(")")
	if len(d.Options) > 0 {
		list(p, " with ", "", d.Options, func(o *ast.Option) {
			p.write(o.Name.Name, " = ")
			p.expr(o.Value, ast.CondLevel)
		})
	}
}

func (p *printer) fn(d *ast.Fn) {
	p.write("fn ", d.Name.Name)
	p.header(d.Generics, d.Params)
	if d.Result != nil {
		p.write(" -> ")
		p.typ(d.Result)
	}
	p.clauses(d.Discloses, nil, d.Body)
}

func (p *printer) computation(d *ast.Computation) {
	p.write("computation ", d.Name.Name)
	p.header(d.Generics, d.Params)
	p.write(" ->")
	if d.Tuple {
		list(p, " (", ")", d.Outputs, p.output)
	} else {
		list(p, " ", "", d.Outputs, p.output)
	}
	p.clauses(d.Discloses, d.Where, d.Body)
}

func (p *printer) header(generics []*ast.Generic, params []*ast.Param) {
	if len(generics) > 0 {
		list(p, "[", "]", generics, func(n *ast.Generic) {
			p.write(n.Name.Name)
			if n.Class != nil {
				p.write(": ", n.Class.Name)
			}
		})
	}
	list(p, "(", ")", params, p.param)
}

func (p *printer) param(n *ast.Param) {
	p.write(n.Name.Name, ": ")
	p.typ(n.Type)
	if n.Range != nil {
		p.write(" in ")
		p.expr(n.Range.Low, ast.SumLevel)
		p.dots(n.Range.Inclusive)
		p.expr(n.Range.High, ast.SumLevel)
	}
}

func (p *printer) dots(inclusive bool) {
	p.write("..")
	if inclusive {
		p.write("=")
	}
}

func (p *printer) output(n *ast.Output) {
	p.write(n.Name.Name, ": ")
	p.typ(n.Type)
}

// clauses prints `discloses` and `where`, a line each, and the body, whose
// brace then has a line of its own.
func (p *printer) clauses(discloses []*ast.Disclosed, where []ast.Expr, body *ast.Block) {
	clause(p, "discloses", discloses, func(n *ast.Disclosed) {
		p.path(n.Label)
		p.write(": ")
		p.typ(n.Type)
	})
	clause(p, "where", where, func(e ast.Expr) { p.expr(e, ast.CondLevel) })
	if len(discloses)+len(where) == 0 {
		p.write(" ")
		p.block(body)
		return
	}
	p.end()
	p.flush(body.Pos.Offset, false)
	p.tallBlock(body)
}

// clause starts a line with word, which stands in the source before the first
// element.
func clause[T ast.Node](p *printer, word string, elems []T, print func(T)) {
	if len(elems) == 0 {
		return
	}
	p.end()
	p.depth++
	if p.layout == byAuthor {
		p.flush(p.tokenBefore(elems[0].Extent().Pos.Offset)-len(word), false)
	}
	p.write(word)
	list(p, " ", "", elems, print)
	p.depth--
}

func (p *printer) path(names []*ast.Ident) {
	for i, n := range names {
		if i > 0 {
			p.write(".")
		}
		p.name(n)
	}
}

func (p *printer) typ(n *ast.Type) {
	switch {
	case n.Tuple != nil:
		p.write("(")
		join(p, n.Tuple, p.typ)
		p.write(")")
	case n.Module != nil:
		p.write(n.Module.Name, ".", n.Name.Name)
	default:
		p.write(n.Name.Name)
	}
	if len(n.Args) > 0 {
		p.write("(")
		join(p, n.Args, func(n *ast.Number) { p.write(n.Text) })
		p.write(")")
	}
	if len(n.Shape) > 0 {
		p.write("[")
		join(p, n.Shape, p.dim)
		p.write("]")
	}
	if n.Placement != nil {
		p.write(" @ ")
		p.placement(n.Placement)
	}
}

func (p *printer) dim(n *ast.Dim) {
	if n.Upto {
		p.write("upto ")
	}
	p.expr(n.Size, ast.SumLevel)
}

func (p *printer) placement(n *ast.Placement) {
	switch n.Kind {
	case ast.Public:
		p.write("public")
	case ast.Shared:
		p.write("shared")
	case ast.EachOf:
		p.write("each ", n.Names[0].Name)
	case ast.Set:
		p.write("{")
		join(p, n.Names, p.name)
		p.write("}")
	case ast.One:
		p.write(n.Names[0].Name)
	}
}

func (p *printer) test(d *ast.Test) {
	p.write("test ", d.Title.Raw, " of ", d.Of.Name, " ")
	var items []ast.Node
	for _, n := range d.Givens {
		items = append(items, n)
	}
	for _, n := range d.Expects {
		items = append(items, n)
	}
	body(p, items, ast.Span{Pos: d.Of.EndPos, EndPos: d.EndPos}, func(n ast.Node) {
		if given, ok := n.(*ast.Given); ok {
			p.given(given)
		} else {
			p.expect(n.(*ast.Expect))
		}
	})
}

func (p *printer) given(n *ast.Given) {
	p.write("given ", n.Name.Name)
	if n.Member != nil {
		p.write("[", n.Member.Name, "]")
	}
	p.write(" = ")
	p.expr(n.Value, ast.CondLevel)
}

func (p *printer) expect(n *ast.Expect) {
	p.write("expect ")
	if n.Abort {
		p.write("abort")
		if n.Text != nil {
			p.write(" ", n.Text.Raw)
		}
		return
	}
	p.expr(n.Cond, ast.CondLevel)
	if n.Within != nil {
		p.write(" within ")
		p.expr(n.Within, ast.CondLevel)
	}
}
