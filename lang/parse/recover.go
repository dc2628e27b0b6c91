// Several syntax errors: a file that has one is cut into its declarations,
// and each is read alone.

package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

var declWords = words("players group protocol precision const enum record fn computation test")

// pieces reads the declarations of a file one by one. The file holds those
// without an error, the list the first error of each of the others.
func pieces(tokens []lexer.Token) (*ast.File, diag.List) {
	file := &ast.File{Span: ast.Span{EndPos: ast.Pos(tokens[len(tokens)-1].Pos)}}
	var errs diag.List
	for i, p := range cut(tokens) {
		part, err := read[ast.File](p.tokens)
		if err != nil {
			errs.Add(convert(err, p.after))
			continue
		}
		if i == 0 {
			file.Edition, file.Imports = part.Edition, part.Imports
		}
		file.Decls = append(file.Decls, part.Decls...)
	}
	return file, errs
}

// A piece is a declaration's tokens, with an EOF where the token after them
// stands.
type piece struct {
	tokens []lexer.Token
	after  lexer.Token
}

// cut splits tokens before every declaration word in column 1 that a name or
// a string follows.
func cut(tokens []lexer.Token) []piece {
	var cuts []piece
	start := 0
	for i, t := range tokens {
		starts := t.Pos.Column == 1 && t.Type == ident && declWords[t.Value] && opensDecl(tokens[i+1:])
		if i > start && (starts || t.EOF()) {
			part := append(tokens[start:i:i], lexer.EOFToken(t.Pos))
			cuts, start = append(cuts, piece{part, t}), i
		}
	}
	return cuts
}

// opensDecl reports whether a name or a string is the first of tokens.
func opensDecl(tokens []lexer.Token) bool {
	for _, t := range tokens {
		if !elides(t.Type) {
			return t.Type == ident || t.Type == stringToken
		}
	}
	return false
}
