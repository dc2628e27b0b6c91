// Expressions.

package format

import "github.com/tfec-lang/tfec/lang/ast"

// Levels of binding, from the loosest. What binds more loosely than its place
// admits is put in parentheses; a tree that was read has them already.
const (
	loosest = iota // if, each
	orLevel
	andLevel
	notLevel
	compareLevel
	sumLevel
	termLevel
	negateLevel
	postfixLevel
)

func level(e ast.Expr) int {
	switch e := e.(type) {
	case *ast.Cond, *ast.Each:
		return loosest
	case *ast.Binary:
		return binaryLevel(e.Op)
	case *ast.Unary:
		if e.Op == "not" {
			return notLevel
		}
		return negateLevel
	}
	return postfixLevel
}

func binaryLevel(op string) int {
	switch op {
	case "or":
		return orLevel
	case "and":
		return andLevel
	case "+", "-":
		return sumLevel
	case "*", "/", "%":
		return termLevel
	}
	return compareLevel
}

// expr prints e where an operand of level min or tighter may stand.
func (p *printer) expr(e ast.Expr, min int) {
	if level(e) < min {
		p.write("(")
		p.expr(e, loosest)
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
		p.expr(e.If, loosest)
		p.write(" then ")
		p.expr(e.Then, loosest)
		p.write(" else ")
		p.expr(e.Else, loosest)
	case *ast.Each:
		p.write("each ", e.Name.Name, " in ", e.Group.Name, ": ")
		p.expr(e.Body, loosest)
	default:
		p.primary(e)
	}
}

func (p *printer) primary(e ast.Expr) {
	switch e := e.(type) {
	case *ast.Call:
		p.expr(e.Fn, postfixLevel)
		list(p, "(", ")", e.Args, p.arg)
		p.label(e.As)
	case *ast.Index:
		p.expr(e.X, postfixLevel)
		p.write("[")
		join(p, e.Slices, p.slice)
		p.write("]")
	case *ast.Field:
		p.expr(e.X, postfixLevel)
		p.write(".", e.Name.Name)
	case *ast.Reveal:
		p.write("reveal(")
		p.expr(e.X, loosest)
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
		p.expr(e.X, compareLevel)
		return
	}
	p.write(e.Op)
	p.expr(e.X, postfixLevel)
}

func (p *printer) binary(e *ast.Binary) {
	here := binaryLevel(e.Op)
	left := here
	if here == compareLevel {
		left++ // comparisons do not chain
	}
	p.expr(e.X, left)
	p.write(" ", e.Op, " ")
	p.expr(e.Y, here+1)
}

func (p *printer) elements(opening, closing string, elems []ast.Expr) {
	list(p, opening, closing, elems, func(e ast.Expr) { p.expr(e, loosest) })
}

func (p *printer) arg(n *ast.Arg) {
	if n.Name != nil {
		p.write(n.Name.Name, ": ")
	}
	p.expr(n.Value, loosest)
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
		p.expr(n.From, loosest)
	}
	if n.Range {
		p.write("..")
	}
	if n.To != nil {
		p.expr(n.To, loosest)
	}
}
