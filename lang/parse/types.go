// Types, and what headers list by name and type.

package parse

import (
	"github.com/tfec-lang/tfec/lang/ast"
)

// typ = ( tuple | [ module "." ] name [ "(" numbers ")" ] ) [ "[" dims "]" ] [ "@" placement ]
func (p parser) typ() (*ast.Type, error) {
	start := p.start()
	n := &ast.Type{}
	err := p.element(n)
	if err == nil && p.at("[") {
		p.Next()
		n.Shape, err = some(p, "]", parser.dim)
	}
	if err == nil && p.at("@") {
		p.Next()
		n.Placement, err = p.placement()
	}
	if err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// element reads what one element of a type is: a tuple's types, or a name.
func (p parser) element(n *ast.Type) (err error) {
	if p.at("(") {
		p.Next()
		n.Tuple, err = some(p, ")", parser.typ)
		return err
	}
	if n.Name, err = p.name(); err != nil {
		return err
	}
	if p.at(".") {
		p.Next()
		n.Module = n.Name
		if n.Name, err = p.name(); err != nil {
			return err
		}
	}
	if p.at("(") {
		p.Next()
		n.Args, err = some(p, ")", parser.number)
	}
	return err
}

func (p parser) number() (*ast.Number, error) {
	t := p.Peek()
	if t.Type != intToken && t.Type != badNumber {
		return nil, p.wrong("an integer")
	}
	start := p.start()
	p.Next()
	return &ast.Number{Span: p.from(start), Text: t.Value}, nil
}

// dim = [ "upto" ] sum
func (p parser) dim() (*ast.Dim, error) {
	start := p.start()
	n := &ast.Dim{Upto: p.at("upto")}
	if n.Upto {
		p.Next()
	}
	var err error
	if n.Size, err = p.sum("an expression"); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// sum reads an expression without a comparison, which must follow.
func (p parser) sum(want string) (ast.Sum, error) {
	if !p.startsExpr() {
		return nil, p.wrong(want)
	}
	return p.binary(ast.SumLevel)
}

// placement = "public" | "shared" | "each" group | "{" names "}" | name
func (p parser) placement() (*ast.Placement, error) {
	start := p.start()
	n := &ast.Placement{}
	var err error
	switch {
	case p.at("public"):
		p.Next()
		n.Kind = ast.Public
	case p.at("shared"):
		p.Next()
		n.Kind = ast.Shared
	case p.at("{"):
		p.Next()
		n.Kind = ast.Set
		n.Names, err = some(p, "}", parser.name)
	default:
		err = p.oneOrEach(n)
	}
	if err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

func (p parser) oneOrEach(n *ast.Placement) error {
	n.Kind = ast.One
	switch {
	case p.at("each"):
		p.Next()
		n.Kind = ast.EachOf
	case !p.isName():
		return p.wrong("a player, a group, `public` or `shared`")
	}
	name, err := p.name()
	n.Names = []*ast.Ident{name}
	return err
}

// generic = name [ ":" class ]
func (p parser) generic() (*ast.Generic, error) {
	start := p.start()
	n := &ast.Generic{}
	var err error
	if n.Name, err = p.name(); err != nil {
		return nil, err
	}
	if p.at(":") {
		p.Next()
		if n.Class, err = p.name(); err != nil {
			return nil, err
		}
	}
	n.Span = p.from(start)
	return n, nil
}

// param = name ":" type [ "in" range ]
func (p parser) param() (*ast.Param, error) {
	start := p.start()
	n := &ast.Param{}
	var err error
	if n.Name, n.Type, err = p.typed(); err != nil {
		return nil, err
	}
	if p.at("in") {
		p.Next()
		if n.Range, err = p.bounds(); err != nil {
			return nil, err
		}
	}
	n.Span = p.from(start)
	return n, nil
}

// typed reads a name and its type.
func (p parser) typed() (*ast.Ident, *ast.Type, error) {
	name, err := p.name()
	if err != nil {
		return nil, nil, err
	}
	t, err := p.ofType()
	return name, t, err
}

// ofType reads a type after a colon.
func (p parser) ofType() (*ast.Type, error) {
	if err := p.expect(":", "`:`"); err != nil {
		return nil, err
	}
	return p.typ()
}

// bounds = sum ( ".." | "..=" ) sum
func (p parser) bounds() (*ast.Range, error) {
	start := p.start()
	n := &ast.Range{}
	var err error
	if n.Low, err = p.sum("a range"); err != nil {
		return nil, err
	}
	if n.Inclusive = p.at("..="); !n.Inclusive && !p.at("..") {
		return nil, p.wrong("`..` or `..=`")
	}
	p.Next()
	if n.High, err = p.sum("an expression"); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}

// output = name ":" type
func (p parser) output() (*ast.Output, error) {
	start := p.start()
	name, t, err := p.typed()
	return &ast.Output{Span: p.from(start), Name: name, Type: t}, err
}

// disclosed = name { "." name } ":" type
func (p parser) disclosed() (*ast.Disclosed, error) {
	start := p.start()
	n := &ast.Disclosed{}
	var err error
	if n.Label, err = separated(p, ".", parser.name); err != nil {
		return nil, err
	}
	if n.Type, err = p.ofType(); err != nil {
		return nil, err
	}
	n.Span = p.from(start)
	return n, nil
}
