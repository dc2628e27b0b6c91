// Expressions.

package format

import "github.com/tfec-lang/tfec/lang/ast"

// expr prints e where an operand of level min or tighter may stand, in
// parentheses if it binds more loosely; a tree that was read has them already.
func (p *printer) expr(e ast.Expr, min int) {
	if ast.Level(e) < min {
		p.write("(")
		p.expr(e, ast.CondLevel)
		p.write(")")
		return
	}
	switch e := e.(type) {
	case *ast.Number:
		p.write(e.Text)
	case *ast.Text:
		p.write(e.Raw)
	case *ast.Bool:
		p.boolean(e.Value)
	case *ast.Ident:
		p.name(e)
	case *ast.Unary:
		p.unary(e)
	case *ast.Binary:
		p.binary(e)
	case *ast.Cond:
		p.write("if ")
		p.expr(e.If, ast.CondLevel)
		p.write(" then ")
		p.expr(e.Then, ast.CondLevel)
		p.write(" else ")
		p.expr(e.Else, ast.CondLevel)
	case *ast.Each:
		p.write("each ", e.Name.Name, " in ", e.Group.Name, ": ")
		p.expr(e.Body, ast.CondLevel)
	default:
		p.primary(e)
	}
}

func (p *printer) primary(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Call:
		p.expr(e.Fn, ast.PrimaryLevel)
		list(p, "(", ")", e.Args, p.arg)
		p.label(e.As)
	case *ast.Index:
		p.expr(e.X, ast.PrimaryLevel)
		p.write("[")
		join(p, e.Slices, p.slice)
		p.write("]")
	case *ast.Field:
		p.expr(e.X, ast.PrimaryLevel)
		p.write(".", e.Name.Name)
	case *ast.Reveal:
		p.write("reveal(")
		p.expr(e.X, ast.CondLevel)
		p.write(") to ")
		p.placement(e.To)
		p.label(e.As)
	case *ast.LocalExpr:
		p.write("local ", e.Player.Name, " ")
		p.block(e.Body)
	case *ast.Paren:
		p.elements("(", ")", e.Elems)
	case *ast.Array:
		p.elements("[", "]", e.Elems)
	}
}

func (p *printer) boolean(value bool) {
	if value {
		p.write("true")
	} else {
		p.write("false")
	}
}

func (p *printer) unary(e *ast.Unary) {
	if e.Op == "not" {
		p.write("not ")
		p.expr(e.X, ast.CompareLevel)
		return
	}
	p.write(e.Op)
	p.expr(e.X, ast.PrimaryLevel)
}

func (p *printer) binary(e *ast.Binary) {
	here := ast.Level(e)
	left := here
	if here == ast.CompareLevel {
		left++ // comparisons do not chain
	}
	p.expr(e.X, left)
	p.write(" ", e.Op, " ")
	p.expr(e.Y, here+1)
}

func (p *printer) elements(opening, closing string, elems []ast.Expr) {
	list(p, opening, closing, elems, func(e ast.Expr) { p.expr(e, ast.CondLevel) })
}

func (p *printer) arg(n *ast.Arg) {
	if n.Name != nil {
		p.write(n.Name.Name, ": ")
	}
	p.expr(n.Value, ast.CondLevel)
}

func (p *printer) label(n *ast.Ident) {
	if n != nil {
		p.write(" as ", n.Name)
	}
}

func (p *printer) slice(n *ast.Slice) {
	if n.Range && n.From == nil && n.To == nil {
		p.write(":")
		return
	}
	if n.From != nil {
		p.expr(n.From, ast.CondLevel)
	}
	if n.Range {
		p.write("..")
	}
	if n.To != nil {
		p.expr(n.To, ast.CondLevel)
	}
}
