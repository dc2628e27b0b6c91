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
	case found == "=" && (want == "`{`" || want == testEnd || want == afterCondition):
		d.Hint = "`==`"
	case found == ";":
		d.Notes = []string{"a new line is enough between statements"}
	}
}

// What is expected where a declaration, an item of a test, or `then` must
// follow.
const (
	declaration = "a declaration"
	testEnd     = "`given`, `expect` or `}`"

	afterCondition = "`then` after the condition"
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

// firsts names the first term of a production in participle's notation, or
// those of its alternatives: `"=" Expr`, `(("," ")") | ")") Block`.
func firsts(production string) []string {
	inner, grouped := strings.CutPrefix(production, "(")
	if !grouped {
		term, _, _ := strings.Cut(production, " ")
		return []string{termName(term)}
	}
	var names []string
	for _, alternative := range alternatives(inner) {
		names = append(names, firsts(alternative)...)
	}
	return names
}

// alternatives splits what follows an opening parenthesis, up to the closing
// one, at its bars.
func alternatives(inner string) []string {
	var found []string
	depth, start, quoted := 1, 0, false
	for i, c := range inner {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == '|' && depth == 1:
			found = append(found, strings.TrimSpace(inner[start:i]))
			start = i + 1
		case c == ')':
			if depth--; depth == 0 {
				return append(found, strings.TrimSpace(inner[start:i]))
			}
		}
	}
	return found
}

// termNames are productions as messages call them.
var termNames = map[string]string{
	"Ident": "a name", "<ident>": "a name", "Text": "a string", "<string>": "a string",
	"Number": "an integer", "DocName": "a player's name", "Option": "a name",
	"Expr": "an expression", "OptionValue": "a number, a string or a name",
}

func termName(term string) string {
	if literal, ok := strings.CutPrefix(term, "\""); ok {
		return "`" + strings.TrimSuffix(literal, "\"") + "`"
	}
	return termNames[term]
}
