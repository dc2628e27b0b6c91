// Declarations: those without types are productions of participle.

package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
)

func parseDecl(l *lexer.PeekingLexer) (ast.Decl, error) {
	if read := decls[l.Peek().Value]; read != nil {
		return read(parser{l})
	}
	return nil, participle.NextMatch
}

// decls are the declarations by their first word; set in init, since the grammar
// contains them.
var decls map[string]func(parser) (ast.Decl, error)

func init() {
	decls = map[string]func(parser) (ast.Decl, error){
		"players":     production[ast.Players],
		"group":       production[ast.Group],
		"protocol":    production[ast.Protocol],
		"precision":   parser.precision,
		"const":       parser.constant,
		"enum":        production[ast.Enum],
		"record":      parser.record,
		"fn":          parser.fn,
		"computation": parser.computation,
		"test":        production[ast.Test],
	}
}

// production reads the production T of the grammar as a declaration.
func production[T any](p parser) (ast.Decl, error) {
	of, err := participle.ParserForProduction[T](grammar)
	if err != nil {
		return nil, err
	}
	n, err := of.ParseFromLexer(p.PeekingLexer, participle.AllowTrailing(true))
	if err != nil {
		return nil, err
	}
	return any(n).(ast.Decl), nil
}

// precision = "precision" type
func (p parser) precision() (ast.Decl, error) {
	start := p.start()
	p.Next()
	n := &ast.Precision{}
	var err error
	if n.Type, err = p.typ(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// constant = "const" name definition
func (p parser) constant() (ast.Decl, error) {
	start := p.start()
	p.Next()
	n := &ast.Const{}
	var err error
	if n.Name, n.Type, n.Value, err = p.definition(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// record = "record" name "{" params "}"
func (p parser) record() (ast.Decl, error) {
	start := p.start()
	p.Next()
	n := &ast.Record{}
	var err error
	if n.Name, err = p.name(); err != nil {
		return nil, err
	}
	if err = p.expect("{", "`{`"); err != nil {
		return nil, err
	}
	if n.Fields, err = some(p, "}", parser.param); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// fn = "fn" name parameters [ "->" type ] [ discloses ] block
func (p parser) fn() (ast.Decl, error) {
	start := p.start()
	p.Next()
	n := &ast.Fn{}
	var err error
	if n.Name, n.Generics, n.Params, err = p.header(); err != nil {
		return nil, err
	}
	if p.at("->") {
		p.Next()
		if n.Result, err = p.typ(); err != nil {
			return nil, err
		}
	}
	if n.Discloses, err = after(p, "discloses", parser.disclosed); err != nil {
		return nil, err
	}
	if n.Body, err = p.block(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// computation = "computation" name parameters "->" outputs [ discloses ] [ where ] block
func (p parser) computation() (ast.Decl, error) {
	start := p.start()
	p.Next()
	n := &ast.Computation{}
	var err error
	if n.Name, n.Generics, n.Params, err = p.header(); err != nil {
		return nil, err
	}
	if err = p.outputs(n); err != nil {
		return nil, err
	}
	if n.Discloses, err = after(p, "discloses", parser.disclosed); err != nil {
		return nil, err
	}
	if n.Where, err = after(p, "where", parser.value); err != nil {
		return nil, err
	}
	if n.Body, err = p.block(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// header = name [ "[" generics "]" ] "(" [ params ] ")"
func (p parser) header() (name *ast.Ident, generics []*ast.Generic, params []*ast.Param, err error) {
	if name, err = p.name(); err != nil {
		return
	}
	if p.at("[") {
		p.Next()
		if generics, err = some(p, "]", parser.generic); err != nil {
			return
		}
	}
	if err = p.expect("(", "`(`"); err != nil {
		return
	}
	if !p.isName() && !p.at(")") {
		return nil, nil, nil, p.wrong("a name or `)`")
	}
	params, err = list(p, ")", parser.param)
	return
}

// outputs = "->" ( "(" outputs ")" | output )
func (p parser) outputs(n *ast.Computation) (err error) {
	if err = p.expect("->", "`->`"); err != nil {
		return err
	}
	if n.Tuple = p.at("("); n.Tuple {
		p.Next()
		n.Outputs, err = some(p, ")", parser.output)
		return err
	}
	if !p.isName() {
		return p.wrong("`(` or a name")
	}
	output, err := p.output()
	n.Outputs = []*ast.Output{output}
	return err
}

// after reads what is listed after a word, if that is there.
func after[T any](p parser, word string, element func(parser) (T, error)) ([]T, error) {
	if !p.at(word) {
		return nil, nil
	}
	p.Next()
	return row(p, element)
}
