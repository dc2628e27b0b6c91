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
// where the token after stands.
func convert(err error, after lexer.Token) diag.Diagnostic {
	var mismatch *participle.UnexpectedTokenError
	if errors.As(err, &mismatch) {
		err = unexpected(&mismatch.Unexpected, wanted(mismatch))
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
	return d
}

func found(t *lexer.Token) string {
	if t.EOF() {
		return "the end of the file"
	}
	return "`" + t.Value + "`"
}

// extent is the span of a token; that of the end of a file is empty.
func extent(t *lexer.Token) ast.Span {
	end := t.Pos
	end.Advance(t.Value)
	return ast.Span{Pos: ast.Pos(t.Pos), EndPos: ast.Pos(end)}
}

// wanted reads what was expected off participle's message, which prints the
// rest of the production.
func wanted(err *participle.UnexpectedTokenError) string {
	rest, ok := strings.CutPrefix(err.Message(), fmt.Sprintf("unexpected token %q (expected ", err.Unexpected))
	if !ok {
		return "a declaration"
	}
	return rest
}
