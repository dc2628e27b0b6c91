// Package parse reads a .tfe file into a syntax tree.
//
// The grammar is that of lang/spec.md: declarations, statements and types are
// participle productions, tagged on the structs of lang/ast, and expressions
// are read by precedence climbing. All syntax errors of a file are reported,
// one a declaration; what a File holds after an error is what could be read.
// Input is hostile: no source makes the parser panic or exhaust the stack.
package parse

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// productions makes every production known that is read from a hand-written
// function.
type productions struct {
	File      *ast.File      `parser:"@@"`
	Protocol  *ast.Protocol  `parser:"| @@"`
	Placement *ast.Placement `parser:"| @@"`
	Block     *ast.Block     `parser:"| @@"`
	Let       *ast.Let       `parser:"| @@"`
	Var       *ast.Var       `parser:"| @@"`
	For       *ast.For       `parser:"| @@"`
	While     *ast.While     `parser:"| @@"`
	If        *ast.If        `parser:"| @@"`
	Assert    *ast.Assert    `parser:"| @@"`
	Local     *ast.Local     `parser:"| @@"`
	Return    *ast.Return    `parser:"| @@"`
	Yield     *ast.Yield     `parser:"| @@"`
}

var grammar *participle.Parser[productions]

func init() {
	grammar = participle.MustBuild[productions](
		participle.Lexer(definition{}),
		participle.UseLookahead(0), // a branch that fails later is an error there
		participle.Union[ast.Decl](
			&ast.Players{}, &ast.Group{}, &ast.Protocol{}, &ast.Precision{}, &ast.Const{},
			&ast.Enum{}, &ast.Record{}, &ast.Fn{}, &ast.Computation{}, &ast.Test{}),
		participle.ParseTypeWith(parseStmt),
		participle.ParseTypeWith(parseElse),
		participle.ParseTypeWith(parseExpr),
		participle.ParseTypeWith(parseSum),
		participle.ParseTypeWith(parseOptionValue),
	)
}

// production reads the production T and leaves l after it.
func production[T any](l *lexer.PeekingLexer) (*T, error) {
	p, err := participle.ParserForProduction[T](grammar)
	if err != nil {
		return nil, err
	}
	return p.ParseFromLexer(l, participle.AllowTrailing(true))
}

// File reads a source file; name is the path as it was typed.
func File(name string, src []byte) (*ast.File, diag.List) {
	tokens := lex(name, string(src))
	var errs diag.List
	file, err := read[ast.File](tokens)
	if err != nil {
		file, errs = pieces(tokens)
		if len(errs) == 0 {
			errs.Add(convert(err, tokens[len(tokens)-1]))
		}
	}
	file.Name, file.Source = name, string(src)
	finish(file, tokens)
	errs.Sort()
	return file, errs
}

// read reads all of tokens as the production T.
func read[T any](tokens []lexer.Token) (*T, error) {
	l, err := lexer.Upgrade(&tokenList{tokens}, elided...)
	if err != nil {
		return nil, err
	}
	p, err := participle.ParserForProduction[T](grammar)
	if err != nil {
		return nil, err
	}
	return p.ParseFromLexer(l)
}
