// A file is cut into its declarations, and each is read alone: at the same time,
// and so that an error in one hides none in another.

package parse

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parallel"
)

// declarations reads a file, its declarations at the same time. After a syntax
// error the file holds those without one, and the list the first error of each
// of the others; but not an error after one of known, the bad tokens, in the
// same declaration, from which it may follow.
func declarations(tokens []lexer.Token, known diag.List) (*ast.File, diag.List) {
	pieces := cut(tokens)
	parts, errors := make([]*ast.File, len(pieces)), make([]error, len(pieces))
	parallel.Do(len(pieces), func(i int) { parts[i], errors[i] = read[ast.File](pieces[i].tokens, pieces[i].after) })
	file, errs := &ast.File{}, diag.List{}
	whole := true // so that the pieces are the file
	for i, part := range parts {
		if errors[i] != nil {
			whole = false
			continue
		}
		if i == 0 {
			file.Edition, file.Imports = part.Edition, part.Imports
		} else if part.Edition != nil || part.Imports != nil {
			whole = false
		}
		file.Decls = append(file.Decls, part.Decls...)
	}
	if whole {
		return file, nil
	}
	end := tokens[len(tokens)-1]
	uncut, err := read[ast.File](tokens, end)
	if err == nil { // cut where no declaration starts
		return uncut, nil
	}
	for i, p := range pieces {
		if errors[i] == nil {
			continue
		}
		file.Broken = append(file.Broken, p.broken())
		if d := convert(errors[i], declaration, p.after); !anyWithin(known, p.tokens[0].Pos.Offset, d.Span.Pos.Offset) {
			errs.Add(d)
		}
	}
	if file.Broken == nil { // each is well formed alone, but not where it stands
		errs.Add(convert(err, declaration, end))
	}
	return file, errs
}

// anyWithin reports whether one of l starts between two offsets.
func anyWithin(l diag.List, from, to int) bool {
	for _, d := range l {
		if at := d.Span.Pos.Offset; from <= at && at <= to {
			return true
		}
	}
	return false
}

// A piece is a declaration's tokens, and the token after them.
type piece struct {
	tokens []lexer.Token
	after  lexer.Token
}

// broken names a declaration that cannot be read.
func (p piece) broken() ast.Broken {
	var words []string
	for _, t := range p.tokens {
		if !elides(t.Type) {
			words = append(words, t.Value)
		}
	}
	if len(words) < 2 || decls[words[0]] == nil {
		return ast.Broken{}
	}
	return ast.Broken{Word: words[0], Name: words[1]}
}

// cut splits tokens before every declaration word in column 1 that a name or
// a string follows.
func cut(tokens []lexer.Token) []piece {
	var pieces []piece
	start := 0
	for i, t := range tokens {
		if t.EOF() || i > start && t.Pos.Column == 1 && isDeclWord(t) && titled(tokens[i+1:]) {
			pieces, start = append(pieces, piece{tokens[start:i], t}), i
		}
	}
	return pieces
}

func isDeclWord(t lexer.Token) bool {
	return t.Type == ident && decls[t.Value] != nil
}

// titled reports whether a name or a string is the first of tokens.
func titled(tokens []lexer.Token) bool {
	for _, t := range tokens {
		if !elides(t.Type) {
			return t.Type == ident || t.Type == stringToken
		}
	}
	return false
}
