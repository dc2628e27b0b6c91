// Statements.

package format

import "github.com/tfec-lang/tfec/lang/ast"

// block prints b on one line where it may stand on one.
func (p *printer) block(b *ast.Block) {
	if !p.short(b) {
		p.tallBlock(b)
		return
	}
	p.write("{ ")
	for _, s := range b.Stmts {
		p.stmt(s)
		p.write(" ")
	}
	p.write("}")
}

// tallBlock prints b with a line for each statement.
func (p *printer) tallBlock(b *ast.Block) { body(p, b.Stmts, b.Span, p.stmt) }

// short reports whether b stays on one line: it was written so, and neither it
// nor a block in it has two statements.
func (p *printer) short(b *ast.Block) bool {
	if p.layout != byAuthor {
		return p.layout == onLine
	}
	short := b.Pos.Line == b.EndPos.Line
	ast.Walk(b, func(n ast.Node) bool {
		inner, ok := n.(*ast.Block)
		short = short && (!ok || len(inner.Stmts) <= 1)
		return short
	})
	return short
}

func (p *printer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Let:
		p.let(s)
	case *ast.Var:
		p.write("var ")
		p.binding(s.Name, s.Type, s.Value)
	case *ast.For:
		p.loop(s)
	case *ast.While:
		p.write("while ")
		p.expr(s.Cond, ast.CondLevel)
		p.write(" limit ")
		p.expr(s.Limit, ast.CondLevel)
		p.write(" ")
		p.block(s.Body)
	case *ast.If:
		p.branch(s)
	case *ast.BlockStmt:
		p.block(s.Body)
	case *ast.Assert:
		p.assert(s)
	case *ast.Local:
		p.write("local ", s.Player.Name, " ")
		p.block(s.Body)
	case *ast.Assign:
		p.expr(s.Target, ast.PrimaryLevel)
		p.write(" ", s.Op, " ")
		p.expr(s.Value, ast.CondLevel)
	case *ast.ExprStmt:
		p.expr(s.Call, ast.PrimaryLevel)
	case *ast.Return:
		p.write("return")
		p.values(s.Values)
	case *ast.Yield:
		p.write("yield")
		p.values(s.Values)
	}
}

func (p *printer) values(values []ast.Expr) {
	if len(values) > 0 {
		list(p, " ", "", values, func(e ast.Expr) { p.expr(e, ast.CondLevel) })
	}
}

func (p *printer) let(s *ast.Let) {
	p.write("let ")
	if !s.Tuple {
		p.binding(s.Names[0], s.Type, s.Value)
		return
	}
	p.write("(")
	join(p, s.Names, p.name)
	p.write(")")
	p.value(s.Type, s.Value)
}

func (p *printer) loop(s *ast.For) {
	p.write("for ", s.Name.Name, " in ")
	p.expr(s.From, ast.CondLevel)
	if s.To != nil {
		p.dots(s.Inclusive)
		p.expr(s.To, ast.CondLevel)
	}
	if s.Step != nil {
		p.write(" step ")
		p.expr(s.Step, ast.CondLevel)
	}
	p.write(" ")
	p.block(s.Body)
}

func (p *printer) branch(s *ast.If) {
	p.write("if ")
	p.expr(s.Cond, ast.CondLevel)
	p.write(" ")
	p.block(s.Then)
	if s.Else != nil {
		p.write(" else ")
		p.stmt(s.Else)
	}
}

func (p *printer) assert(s *ast.Assert) {
	p.write("assert ")
	if s.Label != nil {
		p.write(s.Label.Name, ": ")
	}
	p.expr(s.Cond, ast.CondLevel)
	if s.Text != nil {
		p.write(", ", s.Text.Raw)
	}
}
