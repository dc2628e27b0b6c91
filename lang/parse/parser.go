// The hand-written parts stand on a participle lexer: what they look at, what
// they expect.

package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
)

// A parser reads the tokens of one production by hand.
type parser struct{ *lexer.PeekingLexer }

// at reports whether the next token is the word or operator text.
func (p parser) at(text string) bool {
	t := p.Peek()
	return t.Value == text && t.Type != stringToken
}

// second is the token after the next one.
func (p parser) second() *lexer.Token {
	here := p.MakeCheckpoint()
	defer p.LoadCheckpoint(here)
	p.Next()
	return p.Peek()
}

// start is where the next token starts.
func (p parser) start() ast.Pos { return ast.Pos(p.Peek().Pos) }

// from is the span from start to the end of the token just read: every
// character belongs to a raw token, so the next one starts there.
func (p parser) from(start ast.Pos) ast.Span {
	return ast.Span{Pos: start, EndPos: ast.Pos(p.RawPeek().Pos)}
}

// expect reads the token text, which an error message calls want.
func (p parser) expect(text, want string) error {
	if !p.at(text) {
		return p.wrong(want)
	}
	p.Next()
	return nil
}

// isName reports whether the next token is a name.
func (p parser) isName() bool { return p.Peek().Type == ident }

func (p parser) name() (*ast.Ident, error) {
	if !p.isName() {
		return nil, p.wrong("a name")
	}
	return p.word(), nil
}

// isWord reports whether the next token can be a field's name, which may be a
// keyword.
func (p parser) isWord() bool { return p.isName() || p.Peek().Type == keyword }

// word reads a token as a name.
func (p parser) word() *ast.Ident {
	start, t := p.start(), p.Next()
	return &ast.Ident{Span: p.from(start), Name: t.Value}
}

func (p parser) text() (*ast.Text, error) {
	if p.Peek().Type != stringToken {
		return nil, p.wrong("a string")
	}
	start, t := p.start(), p.Next()
	return &ast.Text{Span: p.from(start), Raw: t.Value}, nil
}

// list reads elements up to the bracket closing, with commas between them and
// perhaps one after the last.
func list[T any](p parser, closing string, element func(parser) (T, error)) ([]T, error) {
	if p.at(closing) {
		p.Next()
		return nil, nil
	}
	return some(p, closing, element)
}

// some is a list of one element at least.
func some[T any](p parser, closing string, element func(parser) (T, error)) ([]T, error) {
	var elements []T
	for {
		x, err := element(p)
		if err != nil {
			return nil, err
		}
		elements = append(elements, x)
		if p.at(",") {
			p.Next()
		} else if !p.at(closing) {
			return nil, p.wrong("`,` or `" + closing + "`")
		}
		if p.at(closing) {
			p.Next()
			return elements, nil
		}
	}
}

// row reads one element or more, with commas between them.
func row[T any](p parser, element func(parser) (T, error)) ([]T, error) {
	return separated(p, ",", element)
}

// separated reads one element or more, with a separator between them.
func separated[T any](p parser, separator string, element func(parser) (T, error)) ([]T, error) {
	var elements []T
	for {
		x, err := element(p)
		if err != nil {
			return nil, err
		}
		elements = append(elements, x)
		if !p.at(separator) {
			return elements, nil
		}
		p.Next()
	}
}
