// The lexer: tokens of section 2 of lang/spec.md, white space and comments
// included, so that every node's end is exact. It never fails: what is no
// token is a BadNumber or an Invalid.

package parse

import (
	"io"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// Kinds of token.
const (
	docComment lexer.TokenType = iota + 1
	comment
	space
	invalid // the last of the elided
	stringToken
	floatToken
	intToken
	badNumber
	keyword
	ident
	op
)

// elided are the kinds that the grammar does not see. An Invalid is reported
// by the parser and then left out, so that it hides no other error.
var elided = []lexer.TokenType{docComment, comment, space, invalid}

var keywords = words(`let var for in while if then else return yield assert abort local reveal
	each as and or not true false public shared upto`)

// operators, each before its own prefixes.
var operators = []string{
	"..=", "->", "..", "==", "!=", "<=", ">=", "~=", "+=", "-=", "*=", "/=",
	"+", "-", "*", "/", "%", "@", "<", ">", "=", "(", ")", "{", "}", "[", "]", ",", ".", ":", ";",
}

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

// definition is the lexer as participle wants it.
type definition struct{}

func (definition) Symbols() map[string]lexer.TokenType {
	return map[string]lexer.TokenType{
		"EOF": lexer.EOF, "DocComment": docComment, "Comment": comment, "Space": space, "Invalid": invalid,
		"String": stringToken, "Float": floatToken, "Int": intToken, "BadNumber": badNumber,
		"Keyword": keyword, "Ident": ident, "Op": op,
	}
}

func (d definition) Lex(filename string, r io.Reader) (lexer.Lexer, error) {
	source, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return &tokenList{tokens: lex(filename, string(source))}, nil
}

// A tokenList hands out tokens that exist already, and then an EOF where the
// token after them stands.
type tokenList struct {
	tokens []lexer.Token
	after  lexer.Token
}

func (l *tokenList) Next() (lexer.Token, error) {
	if len(l.tokens) == 0 {
		return lexer.EOFToken(l.after.Pos), nil
	}
	t := l.tokens[0]
	l.tokens = l.tokens[1:]
	return t, nil
}

// lex cuts source into tokens that, laid end to end, give source again. The
// EOF stands right after the last token that is no comment, where an error about
// the end of the file is best shown.
func lex(filename, source string) []lexer.Token {
	pos := lexer.Position{Filename: filename, Line: 1, Column: 1}
	end := pos
	tokens := make([]lexer.Token, 0, len(source)/2+1)
	for pos.Offset < len(source) {
		kind, n := next(source[pos.Offset:])
		token := lexer.Token{Type: kind, Value: source[pos.Offset : pos.Offset+n], Pos: pos}
		tokens = append(tokens, token)
		pos.Advance(token.Value)
		if kind > space {
			end = pos
		}
	}
	return append(tokens, lexer.EOFToken(end))
}

func elides(kind lexer.TokenType) bool { return kind <= invalid && kind > 0 }

// next returns the kind and the length of the first token of s.
func next(s string) (lexer.TokenType, int) {
	c := s[0]
	switch {
	case strings.HasPrefix(s, "///"):
		return docComment, lineLength(s)
	case strings.HasPrefix(s, "//"):
		return comment, lineLength(s)
	case c == '"':
		return text(s)
	case isDigit(c):
		return number(s)
	case isWord(c):
		n := span(s, isWord)
		if keywords[s[:n]] {
			return keyword, n
		}
		return ident, n
	}
	if n := spaceLength(s); n > 0 {
		return space, n
	}
	if n := operator(s); n > 0 {
		return op, n
	}
	return invalid, invalidLength(s)
}

// lineLength is the length of s up to the end of its line, without the
// carriage return of a file from Windows.
func lineLength(s string) int {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	return len(strings.TrimSuffix(s, "\r"))
}

// text scans a string literal; one that is not closed on its line is invalid.
func text(s string) (lexer.TokenType, int) {
	end := lineLength(s)
	for i := 1; i < end; i++ {
		switch s[i] {
		case '"':
			return stringToken, i + 1
		case '\\':
			i++
		}
	}
	return invalid, end
}

// number scans an Int or a Float; what a letter, or a zero that means
// nothing, makes neither of them is a BadNumber.
func number(s string) (lexer.TokenType, int) {
	kind, n := digits(s)
	if n < len(s) && isWord(s[n]) {
		return badNumber, n + span(s[n:], isWord)
	}
	if kind == intToken && n > 1 && s[0] == '0' && s[1] != 'x' {
		return badNumber, n
	}
	return kind, n
}

// digits scans the longest Int or Float.
func digits(s string) (lexer.TokenType, int) {
	if strings.HasPrefix(s, "0x") && len(s) > 2 && isHex(s[2]) {
		return intToken, 2 + span(s[2:], func(c byte) bool { return isHex(c) || c == '_' })
	}
	kind, n := intToken, span(s, isDigitOrRule)
	if n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		kind, n = floatToken, n+1+span(s[n+1:], isDigitOrRule)
	}
	if e := exponent(s[n:]); e > 0 {
		kind, n = floatToken, n+e
	}
	return kind, n
}

// exponent is the length of the exponent that s starts with, or 0.
func exponent(s string) int {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return 0
	}
	n := 1
	if n < len(s) && (s[n] == '-' || s[n] == '+') {
		n++
	}
	if d := span(s[n:], isDigit); d > 0 {
		return n + d
	}
	return 0
}

func operator(s string) int {
	for _, o := range operators {
		if strings.HasPrefix(s, o) {
			return len(o)
		}
	}
	return 0
}

// spaceLength counts the control and bidirectional characters in: they are
// refused as E003, and not a second time as Invalid.
func spaceLength(s string) int {
	for i, r := range s {
		if r != ' ' && r != '\t' && r != '\n' && r != '\r' && !refusedAt(s[i:]) {
			return i
		}
	}
	return len(s)
}

// invalidLength is the length of the run of characters that start no token.
func invalidLength(s string) int {
	for i, r := range s {
		if r < utf8.RuneSelf && (isWord(byte(r)) || r == '"') || spaceLength(s[i:]) > 0 || operator(s[i:]) > 0 {
			return i
		}
	}
	return len(s)
}

// span is the length of the run of bytes at the start of s that are in class.
func span(s string, class func(byte) bool) int {
	for i := range len(s) {
		if !class(s[i]) {
			return i
		}
	}
	return len(s)
}

func isDigit(c byte) bool       { return '0' <= c && c <= '9' }
func isDigitOrRule(c byte) bool { return isDigit(c) || c == '_' }
func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
func isWord(c byte) bool {
	return isDigitOrRule(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
