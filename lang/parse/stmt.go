// Statements.

package parse

import (
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
)

// block = "{" { stmt } "}"
func (p parser) block() (*ast.Block, error) {
	start := p.start()
	if err := p.expect("{", "`{`"); err != nil {
		return nil, err
	}
	n := &ast.Block{}
	for !p.at("}") {
		s, err := p.stmt()
		if err != nil {
			return nil, err
		}
		n.Stmts = append(n.Stmts, s)
	}
	p.Next()
	n.Span = p.from(start)
	return n, nil
}

func (p parser) stmt() (ast.Stmt, error) {
	t := p.Peek()
	switch {
	case t.Type == ident:
		return p.assign()
	case t.Type == keyword && statements[t.Value] != nil:
		return statements[t.Value](p)
	case t.EOF():
		return nil, p.wrong("`}`")
	}
	return nil, p.wrong("a statement or `}`")
}

// statements by their first word; set in init, since they contain statements.
var statements map[string]func(parser) (ast.Stmt, error)

func init() {
	statements = map[string]func(parser) (ast.Stmt, error){
		"let":    parser.let,
		"var":    parser.variable,
		"for":    parser.loop,
		"while":  parser.while,
		"if":     parser.branch,
		"assert": parser.assert,
		"local":  parser.local,
		"return": parser.result,
		"yield":  parser.yield,
	}
}

// let = "let" ( name | "(" names ")" ) [ ":" type ] "=" expr
func (p parser) let() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.Let{Tuple: p.at("(")}
	var err error
	switch {
	case n.Tuple:
		p.Next()
		n.Names, err = some(p, ")", parser.name)
	case p.isName():
		n.Names = []*ast.Ident{p.word()}
	default:
		err = p.wrong("`(` or a name")
	}
	if err == nil {
		n.Type, n.Value, err = p.typedValue()
	}
	if err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// variable = "var" definition
func (p parser) variable() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.Var{}
	var err error
	if n.Name, n.Type, n.Value, err = p.definition(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// definition = name [ ":" type ] "=" expr
func (p parser) definition() (name *ast.Ident, t *ast.Type, value ast.Expr, err error) {
	if name, err = p.name(); err == nil {
		t, value, err = p.typedValue()
	}
	return name, t, value, err
}

// typedValue = [ ":" type ] "=" expr
func (p parser) typedValue() (t *ast.Type, value ast.Expr, err error) {
	if p.at(":") {
		if t, err = p.ofType(); err != nil {
			return nil, nil, err
		}
	}
	if err = p.expect("=", "`=`"); err != nil {
		return nil, nil, err
	}
	value, err = p.value()
	return t, value, err
}

// loop = "for" name "in" expr [ ( ".." | "..=" ) expr [ "step" expr ] ] block
func (p parser) loop() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.For{}
	var err error
	if n.Name, err = p.name(); err != nil {
		return nil, err
	}
	if err = p.expect("in", "`in`"); err != nil {
		return nil, err
	}
	if err = p.passes(n); err != nil {
		return nil, err
	}
	if n.Body, err = p.block(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// passes reads what a loop is over.
func (p parser) passes(n *ast.For) (err error) {
	if n.From, err = p.value(); err != nil {
		return err
	}
	if n.Inclusive = p.at("..="); !n.Inclusive && !p.at("..") {
		return nil
	}
	p.Next()
	if n.To, err = p.value(); err != nil {
		return err
	}
	if p.at("step") {
		p.Next()
		n.Step, err = p.value()
	}
	return err
}

// while = "while" expr "limit" expr block
func (p parser) while() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.While{}
	var err error
	if n.Cond, err = p.value(); err != nil {
		return nil, err
	}
	if err = p.expect("limit", "`limit`"); err != nil {
		return nil, err
	}
	if n.Limit, err = p.value(); err != nil {
		return nil, err
	}
	if n.Body, err = p.block(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// branch = "if" expr block [ "else" ( branch | block ) ]
func (p parser) branch() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.If{}
	var err error
	if n.Cond, err = p.value(); err != nil {
		return nil, err
	}
	if n.Then, err = p.block(); err != nil {
		return nil, err
	}
	if p.at("else") {
		p.Next()
		if n.Else, err = p.otherwise(); err != nil {
			return nil, err
		}
	}
	n.Span = p.from(start)
	return n, nil
}

// otherwise reads what follows `else`.
func (p parser) otherwise() (ast.Else, error) {
	start := p.start()
	switch {
	case p.at("if"):
		return p.branch()
	case !p.at("{"):
		return nil, p.wrong("`if` or `{`")
	}
	body, err := p.block()
	return &ast.BlockStmt{Span: p.from(start), Body: body}, err
}

// assert = "assert" [ name ":" ] expr [ "," text ]
func (p parser) assert() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.Assert{}
	if p.isName() && p.second().Value == ":" {
		n.Label = p.word()
		p.Next()
	}
	var err error
	if n.Cond, err = p.value(); err != nil {
		return nil, err
	}
	if p.at(",") {
		p.Next()
		if n.Text, err = p.text(); err != nil {
			return nil, err
		}
	}
	n.Span = p.from(start)
	return n, nil
}

// local = "local" name block
func (p parser) local() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.Local{}
	var err error
	if n.Player, err = p.name(); err != nil {
		return nil, err
	}
	if n.Body, err = p.block(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// result = "return" [ expr { "," expr } ]
func (p parser) result() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.Return{}
	if p.startsExpr() {
		var err error
		if n.Values, err = row(p, parser.value); err != nil {
			return nil, err
		}
	}
	n.Span = p.from(start)
	return n, p.endsBlock("return")
}

// yield = "yield" expr { "," expr }
func (p parser) yield() (ast.Stmt, error) {
	start := p.start()
	p.Next()
	n := &ast.Yield{}
	var err error
	if n.Values, err = row(p, parser.value); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, p.endsBlock("yield")
}

// endsBlock holds that a statement of the word given is its block's last.
func (p parser) endsBlock(word string) error {
	if p.at("}") {
		return nil
	}
	return p.wrong("`}` after `" + word + "`, which ends its block")
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
	if n.Value, err = p.value(); err != nil {
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
