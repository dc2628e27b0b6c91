// Statements: those that start with a keyword are productions of participle,
// the others are assignments and calls.

package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
)

func parseStmt(l *lexer.PeekingLexer) (ast.Stmt, error) {
	p := parser{l}
	t := p.Peek()
	switch {
	case t.Type == ident:
		return p.assign()
	case t.Type == keyword && statements[t.Value] != nil:
		return statements[t.Value](l)
	case p.at("}"), t.EOF():
		return nil, participle.NextMatch
	}
	p.Next()
	return nil, unexpected(t, "a statement or `}`")
}

// statements by their first word; set in init, since they contain statements.
var statements map[string]func(*lexer.PeekingLexer) (ast.Stmt, error)

func init() {
	statements = map[string]func(*lexer.PeekingLexer) (ast.Stmt, error){
		"let":    statement[ast.Let],
		"var":    statement[ast.Var],
		"for":    statement[ast.For],
		"while":  statement[ast.While],
		"if":     statement[ast.If],
		"assert": statement[ast.Assert],
		"local":  statement[ast.Local],
		"return": lastStatement[ast.Return],
		"yield":  lastStatement[ast.Yield],
	}
}

// statement reads the production T as a statement.
func statement[T any](l *lexer.PeekingLexer) (ast.Stmt, error) {
	n, err := production[T](l)
	if err != nil {
		return nil, err
	}
	return any(n).(ast.Stmt), nil
}

// lastStatement reads a statement that ends its block.
func lastStatement[T any](l *lexer.PeekingLexer) (ast.Stmt, error) {
	word := l.Peek().Value
	n, err := statement[T](l)
	if p := (parser{l}); err == nil && !p.at("}") {
		err = p.wrong("`}` after `" + word + "`, which ends its block")
	}
	return n, err
}

// parseElse reads what may follow `else`.
func parseElse(l *lexer.PeekingLexer) (ast.Else, error) {
	p := parser{l}
	start := p.start()
	switch {
	case p.at("if"):
		return production[ast.If](l)
	case p.at("{"):
		body, err := production[ast.Block](l)
		return &ast.BlockStmt{Span: p.from(start), Body: body}, err
	}
	return nil, participle.NextMatch
}

var assignOps = words("= += -= *= /=")

// assign = ident { suffix } [ ( "=" | "+=" | … ) expr ]
func (p parser) assign() (ast.Stmt, error) {
	start := p.start()
	target, err := p.postfix()
	if err != nil {
		return nil, err
	}
	call, isCall := target.(*ast.Call)
	switch {
	case isCall && !assignOps[p.Peek().Value]:
		return &ast.ExprStmt{Span: p.from(start), Call: call}, nil
	case !assignOps[p.Peek().Value]:
		return nil, p.noAssign(target)
	case !assignable(target):
		err := p.wrong("a statement")
		err.Notes = []string{"only a variable, an element, a slice or a field can be assigned to"}
		return nil, err
	}
	n := &ast.Assign{Target: target, Op: p.Next().Value}
	if n.Value, err = p.operand(p.expr); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// noAssign is the error of a statement that ends, or goes on with something
// else, after target.
func (p parser) noAssign(target ast.Expr) error {
	want := "`=`"
	if callable(target) {
		want = "`=` or `(`"
	}
	err := p.wrong(want + " after `" + format.Expr(target) + "`")
	if p.at("==") {
		err.Hint = "`" + format.Expr(target) + " = …`"
	}
	return err
}

// assignable reports whether x is a variable, or an element, slice or field
// of one.
func assignable(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return true
	case *ast.Index:
		return assignable(x.X)
	case *ast.Field:
		return assignable(x.X)
	}
	return false
}
