// What the tokens alone show: characters and numbers that are no tokens,
// nesting that no program needs, and keywords that are names.

package parse

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/diag"
)

// checkTokens reports every BadNumber and Invalid.
func checkTokens(tokens []lexer.Token) diag.List {
	var errs diag.List
	for i := range tokens {
		switch t := &tokens[i]; t.Type {
		case badNumber:
			errs.Add(wrongNumber(t))
		case invalid:
			errs.Add(wrongCharacters(t))
		}
	}
	return errs
}

func wrongNumber(t *lexer.Token) diag.Diagnostic {
	d := diag.Diagnostic{
		Code:    "E001",
		Span:    extent(t),
		Message: "expected a number, found `" + t.Value + "`",
		Label:   "here",
	}
	if kind, n := digits(t.Value); kind == intToken && n == len(t.Value) {
		d.Label = "a number has no leading zeros"
		d.Hint = "`" + strings.TrimLeft(t.Value[:n-1], "0_") + t.Value[n-1:] + "`"
	}
	return d
}

// meant is what writers of other languages mean by characters that start no
// token.
var meant = map[string]string{
	"&": "`and`", "&&": "`and`", "|": "`or`", "||": "`or`", "!": "`not`", "#": "`//`",
	"'": "`\"`", "`": "`\"`", "“": "`\"`", "”": "`\"`", "‘": "`\"`", "’": "`\"`", "−": "`-`", "–": "`-`", "×": "`*`",
}

func wrongCharacters(t *lexer.Token) diag.Diagnostic {
	d := diag.Diagnostic{Code: "E001", Span: extent(t), Label: "here", Hint: meant[t.Value]}
	first, _ := utf8.DecodeRuneInString(t.Value)
	switch {
	case first == '"':
		d.Message = "expected `\"` before the end of the line, found a string without an end"
		d.Label = "starts here"
	case first < utf8.RuneSelf:
		d.Message = "expected a token, found `" + t.Value + "`"
	default:
		d.Message = fmt.Sprintf("expected a token, found `%s` (U+%04X)", t.Value, first)
	}
	return d
}

// maxDepth limits how deeply brackets, `if` and `each` nest, and with it the
// stack that a parse takes.
const maxDepth = 1000

// tooDeep reports where nesting exceeds maxDepth. It counts brackets and, in
// each, the `if` and `each` that follow one another as parts of one another.
func tooDeep(tokens []lexer.Token) (diag.Diagnostic, bool) {
	chains := []int{0}
	depth := 0
	var last lexer.Token
	for _, t := range tokens {
		if elides(t.Type) {
			continue
		}
		top := len(chains) - 1
		switch {
		case opensBracket(t):
			chains = append(chains, 0)
			depth++
		case closesBracket(t) && top > 0:
			depth -= chains[top] + 1
			chains = chains[:top]
		case t.Type == keyword && (t.Value == "if" || t.Value == "each"):
			if !continues(last) {
				depth -= chains[top]
				chains[top] = 0
			}
			chains[top]++
			depth++
		}
		if depth > maxDepth {
			return nestedTooDeep(extent(&t)), true
		}
		last = t
	}
	return diag.Diagnostic{}, false
}

// freeFields makes names of the keywords that name the fields of a record:
// those between a brace, or a comma in braces, and a colon.
func freeFields(tokens []lexer.Token) {
	var open []string
	var word, before lexer.Token // the last two that the grammar sees
	at := 0                      // where word stands
	for i, t := range tokens {
		if elides(t.Type) {
			continue
		}
		inBraces := len(open) > 0 && open[len(open)-1] == "{"
		if t.Value == ":" && inBraces && word.Type == keyword && (before.Value == "{" || before.Value == ",") {
			tokens[at].Type = ident
		}
		switch {
		case opensBracket(t):
			open = append(open, t.Value)
		case closesBracket(t) && len(open) > 0:
			open = open[:len(open)-1]
		}
		before, word, at = word, t, i
	}
}

func opensBracket(t lexer.Token) bool  { return t.Type == op && strings.Contains("([{", t.Value) }
func closesBracket(t lexer.Token) bool { return t.Type == op && strings.Contains(")]}", t.Value) }

// continues reports whether an `if` or `each` after t is part of another.
func continues(t lexer.Token) bool {
	return t.Value == "if" || t.Value == "then" || t.Value == "else" || t.Value == ":"
}
