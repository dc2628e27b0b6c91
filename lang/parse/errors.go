// What a syntax error says: what was expected, and what was found.

package parse

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// A syntaxError passes through participle unchanged. One that is about a
// missing or wrong token gets its message where it is known what follows the
// piece of the file that was read.
type syntaxError struct {
	diag.Diagnostic
	want  string // "": the diagnostic is whole
	token lexer.Token
}

func (e *syntaxError) Error() string { return e.Message }

// wrong is the error of a next token that is not want.
func (p parser) wrong(want string) *syntaxError { return unexpected(p.Peek(), want) }

func unexpected(t *lexer.Token, want string) *syntaxError {
	return &syntaxError{want: want, token: *t}
}

// convert makes a diagnostic of an error in a piece of the file that ends
// where the token after stands, and that rest could be part of.
func convert(err error, rest string, after lexer.Token) diag.Diagnostic {
	var mismatch *participle.UnexpectedTokenError
	if errors.As(err, &mismatch) {
		err = unexpected(&mismatch.Unexpected, wanted(mismatch, rest))
	}
	var e *syntaxError
	if !errors.As(err, &e) {
		return diag.Diagnostic{Code: "E001", Span: extent(&after), Message: err.Error()}
	}
	if e.want == "" {
		return e.Diagnostic
	}
	if e.token.EOF() {
		e.token = after
	}
	d := e.Diagnostic
	d.Code, d.Span, d.Label = "E001", extent(&e.token), "here"
	d.Message = "expected " + e.want + ", found " + found(&e.token)
	advise(&d, e.want, e.token.Value)
	return d
}

// advise adds a note or a hint where a habit from elsewhere, or a rule that is
// easily forgotten, explains the error.
func advise(d *diag.Diagnostic, want, found string) {
	switch {
	case len(d.Notes) > 0 || d.Hint != "":
	case want == "`limit`":
		d.Notes = []string{"a `while` loop says how often it may run at most: `while c limit 100 { … }`"}
	case want == testEnd && found == "given":
		d.Notes = []string{"every `given` stands before the first `expect`"}
	case want == declaration && (found == "import" || found == "edition"):
		d.Notes = []string{"`edition` and the imports stand before the declarations"}
	case want == declaration && otherDecl[found] != "":
		d.Hint = "`" + otherDecl[found] + "`"
	case found == "=":
		d.Hint = "`==`"
	case found == ";":
		d.Notes = []string{"a new line is enough between statements"}
	}
}

// What wanted says where a declaration, or an item of a test, must follow.
const (
	declaration = "a declaration"
	testEnd     = "`given`, `expect` or `}`"
)

// otherDecl is what words of other languages, at the start of a declaration,
// most likely stand for.
var otherDecl = map[string]string{
	"func": "fn", "function": "fn", "def": "fn", "compute": "computation", "struct": "record", "class": "record",
	"type": "record", "let": "const", "var": "const", "player": "players", "parties": "players", "party": "players",
}

func found(t *lexer.Token) string {
	switch {
	case t.EOF():
		return "the end of the file"
	case t.Type == keyword:
		return "the keyword `" + t.Value + "`"
	}
	return "`" + t.Value + "`"
}

// extent is the span of a token; that of the end of a file is empty.
func extent(t *lexer.Token) ast.Span {
	end := t.Pos
	end.Advance(t.Value)
	return ast.Span{Pos: ast.Pos(t.Pos), EndPos: ast.Pos(end)}
}

func nestedTooDeep(at ast.Span) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "E001",
		Span:    ast.Span{Pos: at.Pos, EndPos: at.Pos},
		Message: fmt.Sprintf("expected at most %d levels of nesting, found more", maxDepth),
		Label:   "here",
	}
}

// wanted reads what was expected off participle's message, which prints the
// remainder of the production; at the end of the whole, there is only rest.
func wanted(err *participle.UnexpectedTokenError, rest string) string {
	remainder, ok := strings.CutPrefix(err.Message(), fmt.Sprintf("unexpected token %q (expected ", err.Unexpected))
	if !ok {
		return rest
	}
	names := firsts(strings.TrimSuffix(remainder, ")"))
	if len(names) == 1 && names[0] == "`}`" && !err.Unexpected.EOF() {
		return testEnd // the end of a test; blocks and lists see to theirs
	}
	return strings.Join(names, " or ")
}

// firsts are the first terms of a production in participle's notation, one
// for each of its alternatives: "\"=\" Expr", "(\",\" \")\" | \")\") Block".
func firsts(rest string) []string {
	if !strings.HasPrefix(rest, "(") {
		term, _, _ := strings.Cut(rest, " ")
		return []string{termName(term)}
	}
	var names []string
	depth, fresh := 0, true
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return names
			}
		case c == '|' && depth == 1:
			fresh = true
		case c == ' ':
		default:
			end := i + termLength(rest[i:])
			if fresh {
				names = append(names, termName(rest[i:end]))
			}
			fresh, i = false, end-1
		}
	}
	return names
}

// termLength is the length of the literal or name that s starts with.
func termLength(s string) int {
	if s[0] == '"' {
		return strings.IndexByte(s[1:], '"') + 2
	}
	if n := strings.IndexAny(s, " ()|"); n > 0 {
		return n
	}
	return len(s)
}

// termNames are productions as messages call them.
var termNames = map[string]string{
	"Ident": "a name", "<ident>": "a name", "Text": "a string", "<string>": "a string",
	"Number": "an integer", "DocName": "a player's name", "Param": "a name", "Output": "a name",
	"Disclosed": "a name", "Generic": "a name", "Option": "a name", "Dim": "a size", "Type": "a type",
	"Placement": "a player, a group, `public` or `shared`", "Block": "`{`", "Else": "`if` or `{`",
	"Expr": "an expression", "Sum": "an expression", "OptionValue": "a number, a string or a name",
}

func termName(term string) string {
	if literal, ok := strings.CutPrefix(term, "\""); ok {
		return "`" + strings.TrimSuffix(literal, "\"") + "`"
	}
	return termNames[term]
}
