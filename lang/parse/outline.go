package parse

// What an editor asks of a text that need not be a program: its tokens.

import (
	"github.com/tfec-lang/tfec/lang/ast"
)

// A Token is a piece of a source file, comments included, white space not.
type Token struct {
	ast.Span
	Kind TokenKind
	Text string
}

// A TokenKind tells names from what else stands in a text.
type TokenKind int

// The kinds of token.
const (
	Name    TokenKind = iota + 1
	Word              // a keyword
	Comment           // a `//` or `///` line
	Literal           // a number or a string
	Sign              // an operator or a bracket
	Wrong             // no token of the language
)

// Tokens cuts a text into tokens; it never fails.
func Tokens(name, source string) []Token {
	var out []Token
	for _, t := range lex(name, source) {
		if t.EOF() || t.Type == space {
			continue
		}
		x := Token{Kind: Sign, Text: t.Value, Span: extent(&t)}
		switch t.Type {
		case ident:
			x.Kind = Name
		case keyword:
			x.Kind = Word
		case comment, docComment:
			x.Kind = Comment
		case stringToken, intToken, floatToken:
			x.Kind = Literal
		case badNumber, invalid:
			x.Kind = Wrong
		}
		out = append(out, x)
	}
	return out
}

// Declares reports a word that starts declarations.
func Declares(word string) bool { return decls[word] != nil }

// Keywords lists the words that are no names.
func Keywords() map[string]bool { return keywords }
