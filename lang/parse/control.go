// E003: characters that make a reader see another program than the compiler.

package parse

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// refusedAt reports whether s starts with a character that may stand nowhere
// in a source, not even in a comment or string, or with a byte that is no
// UTF-8. A carriage return may end a line together with a newline.
func refusedAt(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	switch r {
	case '\n', '\t':
		return false
	case '\r':
		return !strings.HasPrefix(s, "\r\n")
	case utf8.RuneError:
		return n == 1
	}
	return diag.Hidden(r)
}

// controls finds every refused character of source, in tokens or not.
func controls(filename, source string) diag.List {
	var found diag.List
	pos := lexer.Position{Filename: filename, Line: 1, Column: 1}
	for i := range source {
		if !refusedAt(source[i:]) {
			continue
		}
		pos.Advance(source[pos.Offset:i])
		_, n := utf8.DecodeRuneInString(source[i:])
		end := pos
		end.Advance(source[i : i+n])
		found.Add(diag.Diagnostic{
			Code:    "E003",
			Span:    ast.Span{Pos: ast.Pos(pos), EndPos: ast.Pos(end)},
			Message: describe(source[i:i+n]) + " in the source",
			Label:   "remove it",
		})
	}
	return found
}

// describe names the refused character s.
func describe(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case r == utf8.RuneError && n == 1:
		return fmt.Sprintf("byte 0x%02X, which is not UTF-8,", s[0])
	case unicode.Is(unicode.Bidi_Control, r):
		return fmt.Sprintf("bidirectional character U+%04X", r)
	}
	return fmt.Sprintf("control character U+%04X", r)
}
