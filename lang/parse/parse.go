// Package parse reads a .tfe file into a syntax tree.
//
// The grammar is that of lang/spec.md: a file, and its declarations without
// types, are participle productions, tagged on the structs of lang/ast; types,
// statements and, by precedence climbing, expressions are read by hand. All syntax errors of a file are reported,
// one a declaration; what a File holds after an error is what could be read.
// Input is hostile: no source makes the parser panic or exhaust the stack.
package parse

import (
	"slices"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// productions are what participle reads: a file, and the declarations that are
// read from parseDecl.
type productions struct {
	File     *ast.File     `parser:"@@"`
	Players  *ast.Players  `parser:"| @@"`
	Group    *ast.Group    `parser:"| @@"`
	Protocol *ast.Protocol `parser:"| @@"`
	Enum     *ast.Enum     `parser:"| @@"`
	Test     *ast.Test     `parser:"| @@"`
}

// grammar is built in init, since its functions use it.
var grammar *participle.Parser[productions]

func init() {
	grammar = participle.MustBuild[productions](
		participle.Lexer(definition{}),
		participle.UseLookahead(0), // a branch that fails later is an error there
		participle.ParseTypeWith(parseDecl),
		participle.ParseTypeWith(parseExpr),
		participle.ParseTypeWith(parseOptionValue),
	)
}

// File reads a source file; name is the path as it was typed. The tree holds
// what is free of syntax errors.
func File(name string, src []byte) (*ast.File, diag.List) {
	source := string(src)
	tokens := lex(name, source)
	freeFields(tokens)
	file, errs := &ast.File{}, checkTokens(tokens)
	if deep, ok := tooDeep(tokens); ok {
		errs.Add(deep)
	} else {
		var syntax diag.List
		file, syntax = declarations(tokens, errs)
		errs = append(errs, syntax...)
	}
	file.Span, file.Name, file.Source = whole(tokens), name, source
	errs = append(errs, finish(file, tokens)...)
	errs = append(errs, controls(name, source)...)
	errs.Sort()
	return file, errs
}

// whole is the span of what the grammar sees of a file.
func whole(tokens []lexer.Token) ast.Span {
	first := slices.IndexFunc(tokens, func(t lexer.Token) bool { return !elides(t.Type) })
	return ast.Span{Pos: ast.Pos(tokens[first].Pos), EndPos: ast.Pos(tokens[len(tokens)-1].Pos)}
}

// Protocol reads the value of --protocol: a protocol line without its first
// word, or a name alone, which has no roles. Its positions are in a file of the
// name "--protocol".
func Protocol(text string) (*ast.Protocol, diag.List) {
	tokens := lex("--protocol", text)
	if seen := slices.DeleteFunc(slices.Clone(tokens), func(t lexer.Token) bool { return elides(t.Type) }); len(seen) == 2 && seen[0].Type == ident {
		name := &ast.Ident{Span: ast.Span{Pos: ast.Pos(seen[0].Pos), EndPos: ast.Pos(seen[1].Pos)}, Name: seen[0].Value}
		return &ast.Protocol{Span: name.Span, Name: name}, nil
	}
	word := lexer.Token{Type: ident, Value: "protocol", Pos: lexer.Position{Filename: "--protocol", Line: 1, Column: 1}}
	errs := append(checkTokens(tokens), controls("--protocol", text)...)
	end := tokens[len(tokens)-1]
	protocol, err := read[ast.Protocol](append([]lexer.Token{word}, tokens...), end)
	if err != nil && len(errs) == 0 {
		errs.Add(convert(err, "`with` or the end", end))
	}
	errs.Sort()
	if len(errs) > 0 {
		return nil, errs
	}
	return protocol, nil
}

// read reads all of tokens, which end where another stands, as the production T.
func read[T any](tokens []lexer.Token, after lexer.Token) (*T, error) {
	l, err := lexer.Upgrade(&tokenList{tokens, after}, elided...)
	if err != nil {
		return nil, err
	}
	p, err := participle.ParserForProduction[T](grammar)
	if err != nil {
		return nil, err
	}
	return p.ParseFromLexer(l)
}
