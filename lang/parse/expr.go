// Expressions, by precedence climbing. A function here returns NextMatch only
// before it has read a token: participle drops an error that made no progress.

package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/format"
)

func parseExpr(l *lexer.PeekingLexer) (ast.Expr, error) {
	p := parser{l}
	if !p.startsExpr() {
		return nil, participle.NextMatch
	}
	return p.expr()
}

func parseOptionValue(l *lexer.PeekingLexer) (ast.OptionValue, error) {
	p := parser{l}
	switch t := p.Peek(); {
	case p.at("local"):
		start := p.start()
		p.Next()
		return &ast.Ident{Span: p.from(start), Name: t.Value}, nil
	case p.at("true"), p.at("false"), t.Type == intToken, t.Type == badNumber,
		t.Type == floatToken, t.Type == stringToken, t.Type == ident:
		return p.primary()
	}
	return nil, participle.NextMatch
}

// startsExpr reports whether an expression can start with the next token.
func (p parser) startsExpr() bool {
	switch t := p.Peek(); t.Type {
	case floatToken, intToken, badNumber, stringToken, ident:
		return true
	case keyword:
		return exprWords[t.Value]
	case op:
		return t.Value == "(" || t.Value == "[" || t.Value == "-"
	}
	return false
}

var exprWords = words("if each not true false reveal local")

// expr = "if" expr "then" expr "else" expr | each | or
func (p parser) expr() (ast.Expr, error) {
	switch {
	case p.at("if"):
		return p.cond()
	case p.at("each"):
		return p.each()
	}
	return p.binary(ast.OrLevel)
}

// value reads an expression that must follow.
func (p parser) value() (ast.Expr, error) { return p.operand(p.expr) }

// operand is value, for a part of an expression.
func (p parser) operand(read func() (ast.Expr, error)) (ast.Expr, error) {
	if !p.startsExpr() {
		return nil, p.wrong("an expression")
	}
	return read()
}

func (p parser) cond() (ast.Expr, error) {
	start := p.start()
	p.Next()
	n := &ast.Cond{}
	var err error
	if n.If, err = p.value(); err != nil {
		return nil, err
	}
	if !p.at("then") {
		return nil, p.noThen(n)
	}
	p.Next()
	if err := p.arms(n); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// arms reads what follows `then`.
func (p parser) arms(n *ast.Cond) (err error) {
	if n.Then, err = p.value(); err != nil {
		return err
	}
	if err = p.expect("else", "`else` (a conditional expression has two arms)"); err != nil {
		return err
	}
	n.Else, err = p.value()
	return err
}

// noThen is the error of a conditional without `then`; the hint is what it
// would be with it.
func (p parser) noThen(n *ast.Cond) error {
	err := p.wrong(afterCondition)
	if p.arms(n) == nil {
		err.Hint = "`" + format.Expr(n) + "`"
	}
	return err
}

func (p parser) each() (ast.Expr, error) {
	start := p.start()
	p.Next()
	n := &ast.Each{}
	var err error
	if n.Name, err = p.name(); err != nil {
		return nil, err
	}
	if err = p.expect("in", "`in`"); err != nil {
		return nil, err
	}
	if n.Group, err = p.name(); err != nil {
		return nil, err
	}
	if err = p.expect(":", "`:`"); err != nil {
		return nil, err
	}
	if n.Body, err = p.value(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// binary reads operators that bind at least as tightly as min.
func (p parser) binary(min int) (ast.Expr, error) {
	start := p.start()
	x, err := p.prefix(min)
	for err == nil {
		t := p.Peek()
		at, ok := ast.BinaryLevel(t.Value)
		if !ok || at < min {
			break
		}
		p.Next()
		var y ast.Expr
		y, err = p.operand(func() (ast.Expr, error) { return p.binary(at + 1) })
		if err == nil {
			if left, ok := x.(*ast.Binary); ok && at == ast.CompareLevel && ast.Level(x) == at {
				return nil, chain(t, left, y)
			}
			x = &ast.Binary{Span: p.from(start), Op: t.Value, OpPos: ast.Pos(t.Pos), X: x, Y: y}
		}
	}
	return x, err
}

// chain is E002, for the second comparison operator t.
func chain(t *lexer.Token, left *ast.Binary, y ast.Expr) error {
	both := &ast.Binary{Op: "and", X: left, Y: &ast.Binary{Op: t.Value, X: left.Y, Y: y}}
	return &syntaxError{Diagnostic: diag.Diagnostic{
		Code:    "E002",
		Span:    extent(t),
		Message: "comparisons do not chain",
		Label:   "second comparison",
		Hint:    "`" + format.Expr(both) + "`",
	}}
}

// prefix reads an operand of binary: `not` stands between `and` and the
// comparisons, `-` before everything else.
func (p parser) prefix(min int) (ast.Expr, error) {
	switch {
	case p.at("not") && min <= ast.NotLevel:
		return p.unary(func() (ast.Expr, error) { return p.binary(ast.CompareLevel) })
	case p.at("-"):
		return p.unary(p.postfix)
	}
	return p.postfix()
}

func (p parser) unary(read func() (ast.Expr, error)) (ast.Expr, error) {
	start, sign := p.start(), p.Next().Value
	x, err := p.operand(read)
	if err != nil {
		return nil, err
	}
	return &ast.Unary{Span: p.from(start), Op: sign, X: x}, nil
}

// postfix reads a primary with its suffixes.
func (p parser) postfix() (ast.Expr, error) {
	if p.at("-") || p.at("not") || p.at("if") || p.at("each") {
		err := p.wrong("an operand")
		err.Hint = "put `" + p.Peek().Value + " …` in parentheses"
		p.Next()
		return nil, err
	}
	start := p.start()
	x, err := p.primary()
	for err == nil {
		switch {
		case p.at("("):
			x, err = p.call(start, x)
		case p.at("["):
			x, err = p.index(start, x)
		case p.at("."):
			x, err = p.field(start, x)
		default:
			return x, nil
		}
	}
	return nil, err
}

// call reads the arguments of fn and the `as` that the nearest call takes.
func (p parser) call(start ast.Pos, fn ast.Expr) (ast.Expr, error) {
	if !callable(fn) {
		err := p.wrong("an operator or the end of the expression")
		err.Notes = []string{"only a name can be called"}
		p.Next()
		return nil, err
	}
	p.Next()
	n := &ast.Call{Fn: fn}
	var err error
	if n.Args, err = list(p, ")", parser.arg); err != nil {
		return nil, err
	}
	if n.As, err = p.label(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// callable reports whether x is a name or a name of a module.
func callable(x ast.Expr) bool {
	if f, ok := x.(*ast.Field); ok {
		x = f.X
	}
	_, ok := x.(*ast.Ident)
	return ok
}

func (p parser) arg() (*ast.Arg, error) {
	start := p.start()
	n := &ast.Arg{}
	if p.isWord() && p.second().Value == ":" {
		n.Name = p.word()
		p.Next()
	}
	var err error
	if n.Value, err = p.value(); err != nil {
		return nil, err
	}
	if name, ok := n.Value.(*ast.Ident); ok && p.at("=") {
		err := p.wrong("`,` or `)`")
		err.Hint = "`" + name.Name + ": …`"
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// label reads `as name`, if it is there.
func (p parser) label() (*ast.Ident, error) {
	if !p.at("as") {
		return nil, nil
	}
	p.Next()
	return p.name()
}

func (p parser) index(start ast.Pos, x ast.Expr) (ast.Expr, error) {
	open := p.Next()
	if p.at("]") {
		return nil, p.wrong("an index after `" + open.Value + "`")
	}
	n := &ast.Index{X: x}
	var err error
	if n.Slices, err = some(p, "]", parser.slice); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// slice = ":" | ".." expr | expr [ ".." [ expr ] ]
func (p parser) slice() (*ast.Slice, error) {
	start := p.start()
	n := &ast.Slice{}
	var err error
	switch {
	case p.at(":"):
		p.Next()
		n.Range = true
		n.Span = p.from(start)
		return n, nil
	case !p.at(".."):
		if n.From, err = p.value(); err != nil {
			return nil, err
		}
	}
	if p.at("..") {
		p.Next()
		n.Range = true
		if n.From == nil || p.startsExpr() {
			n.To, err = p.value()
		}
	}
	n.Span = p.from(start)
	return n, err
}

func (p parser) field(start ast.Pos, x ast.Expr) (ast.Expr, error) {
	p.Next()
	if !p.isWord() {
		return nil, p.wrong("a field's name")
	}
	n := &ast.Field{X: x, Name: p.word()}
	n.Span = p.from(start)
	return n, nil
}

func (p parser) primary() (ast.Expr, error) {
	start := p.start()
	switch t := p.Peek(); t.Type {
	case intToken, badNumber, floatToken:
		p.Next()
		return &ast.Number{Span: p.from(start), Text: t.Value, Float: t.Type == floatToken}, nil
	case stringToken:
		p.Next()
		return &ast.Text{Span: p.from(start), Raw: t.Value}, nil
	case ident:
		return p.name()
	}
	switch {
	case p.at("true"), p.at("false"):
		value := p.Next().Value == "true"
		return &ast.Bool{Span: p.from(start), Value: value}, nil
	case p.at("("):
		return p.paren()
	case p.at("["):
		return p.array()
	case p.at("reveal"):
		return p.reveal()
	}
	return p.localExpr()
}

func (p parser) paren() (ast.Expr, error) {
	start := p.start()
	p.Next()
	n := &ast.Paren{}
	var err error
	if n.Elems, err = some(p, ")", parser.value); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

func (p parser) array() (ast.Expr, error) {
	start := p.start()
	p.Next()
	n := &ast.Array{}
	var err error
	if n.Elems, err = list(p, "]", parser.value); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

func (p parser) reveal() (ast.Expr, error) {
	start := p.start()
	p.Next()
	n := &ast.Reveal{}
	err := p.expect("(", "`(` after `reveal`")
	if err != nil {
		return nil, err
	}
	if n.X, err = p.value(); err != nil {
		return nil, err
	}
	if err = p.expect(")", "`)`"); err != nil {
		return nil, err
	}
	if err = p.expect("to", "`to` and who learns the value"); err != nil {
		return nil, err
	}
	if n.To, err = p.placement(); err != nil {
		return nil, err
	}
	if n.As, err = p.label(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

func (p parser) localExpr() (ast.Expr, error) {
	start := p.start()
	if err := p.expect("local", "an expression"); err != nil {
		return nil, err
	}
	n := &ast.LocalExpr{}
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
