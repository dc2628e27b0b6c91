// E003: characters that make a reader see another program than the compiler.

package parse

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// refused reports whether r may stand nowhere in a source, not even in a
// comment or string.
func refused(r rune) bool { return r != '\n' && r != '\t' && diag.Hidden(r) }

// badByte reports whether s starts with a byte that is no UTF-8.
func badByte(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return r == utf8.RuneError && n == 1
}

// controls finds every refused character of source, tokens or not. A carriage
// return is refused unless it ends a line together with a newline.
func controls(filename, source string) diag.List {
	var found diag.List
	pos := lexer.Position{Filename: filename, Line: 1, Column: 1}
	for pos.Offset < len(source) {
		rest := source[pos.Offset:]
		r, n := utf8.DecodeRuneInString(rest)
		start := pos
		pos.Advance(rest[:n])
		lineEnd := r == '\r' && len(rest) > 1 && rest[1] == '\n'
		if what := describe(rest, r); what != "" && !lineEnd {
			found.Add(diag.Diagnostic{
				Code:    "E003",
				Span:    ast.Span{Pos: ast.Pos(start), EndPos: ast.Pos(pos)},
				Message: what + " in the source",
				Label:   "remove it",
			})
		}
	}
	return found
}

// describe names the refused character r at the start of rest; "" if it is
// none.
func describe(rest string, r rune) string {
	switch {
	case badByte(rest):
		return fmt.Sprintf("the byte 0x%02x, which is no UTF-8,", rest[0])
	case !refused(r):
		return ""
	case unicode.Is(unicode.Bidi_Control, r):
		return fmt.Sprintf("bidirectional character U+%04X", r)
	}
	return fmt.Sprintf("control character U+%04X", r)
}
