package parse

import (
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
	"github.com/stretchr/testify/require"
)

// shown writes tokens without white space as `Kind(text)`.
func shown(tokens []lexer.Token) string {
	names := lexer.SymbolsByRune(definition{})
	var out []string
	for _, t := range tokens {
		if t.Type != space && !t.EOF() {
			out = append(out, names[t.Type]+"("+t.Value+")")
		}
	}
	return strings.Join(out, " ")
}

func TestLex(t *testing.T) {
	tests := []struct{ source, want string }{
		{"", ""},
		{"a_1 _ players", "Ident(a_1) Ident(_) Ident(players)"},
		{"let limit public step", "Keyword(let) Ident(limit) Keyword(public) Ident(step)"},
		{"/// doc\n// not\n//// too", "DocComment(/// doc) Comment(// not) DocComment(//// too)"},
		{"a // b\r\nc", "Ident(a) Comment(// b) Ident(c)"},

		{"0 7 1_000 0x1F 0xa_b 0_1x", "Int(0) Int(7) Int(1_000) Int(0x1F) Int(0xa_b) BadNumber(0_1x)"},
		{"1.5 0.25 1_0.2_5 1e3 1.5E-2 00.5", "Float(1.5) Float(0.25) Float(1_0.2_5) Float(1e3) Float(1.5E-2) Float(00.5)"},
		{"0..n 1.0..2.0 1..=5", "Int(0) Op(..) Ident(n) Float(1.0) Op(..) Float(2.0) Int(1) Op(..=) Int(5)"},
		{"1.x 1. 2", "Int(1) Op(.) Ident(x) Int(1) Op(.) Int(2)"},
		{"010 1abc 1.5x 1e 0x 0xg 1e+", "BadNumber(010) BadNumber(1abc) BadNumber(1.5x) BadNumber(1e) BadNumber(0x) BadNumber(0xg) BadNumber(1e) Op(+)"},

		{`"" "a b" "\"" "\\" "="`, `String("") String("a b") String("\"") String("\\") String("=")`},
		{`"é // no comment"`, `String("é // no comment")`},
		{"\"open\nx", "Invalid(\"open) Ident(x)"},
		{`"open\"`, `Invalid("open\")`},
		{"\"open\\\nx", "Invalid(\"open\\) Ident(x)"},

		{"-> ..= .. == != <= >= ~= += -= *= /=", "Op(->) Op(..=) Op(..) Op(==) Op(!=) Op(<=) Op(>=) Op(~=) Op(+=) Op(-=) Op(*=) Op(/=)"},
		{"+-*/%@< > =(){}[],.:;", "Op(+) Op(-) Op(*) Op(/) Op(%) Op(@) Op(<) Op(>) Op(=) Op(() Op()) Op({) Op(}) Op([) Op(]) Op(,) Op(.) Op(:) Op(;)"},
		{"a->b<-c", "Ident(a) Op(->) Ident(b) Op(<) Op(-) Ident(c)"},
		{"x==-1", "Ident(x) Op(==) Op(-) Int(1)"},

		{"a && b ! c ~ ü#1", "Ident(a) Invalid(&&) Ident(b) Invalid(!) Ident(c) Invalid(~) Invalid(ü#) Int(1)"},
		{"a\x00b\u202ec\xffd", "Ident(a) Ident(b) Ident(c) Ident(d)"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, shown(lex("x", test.source)), "%q", test.source)
	}
}

// Laid end to end, tokens are the source, and positions count characters.
func TestLexPositions(t *testing.T) {
	source := "é = \"日本\" // ü\n\t/// d\r\n  b\n"
	tokens := lex("x", source)
	requireTiling(t, source, tokens)
	var at []string
	for _, token := range tokens {
		if token.Type != space {
			at = append(at, token.Pos.String())
		}
	}
	require.Equal(t, "x:1:1 x:1:3 x:1:5 x:1:10 x:2:2 x:3:3 x:3:4", strings.Join(at, " "))
}

func requireTiling(t *testing.T, source string, tokens []lexer.Token) {
	t.Helper()
	pos := lexer.Position{Filename: "x", Line: 1, Column: 1}
	for _, token := range tokens[:len(tokens)-1] {
		require.Equal(t, pos, token.Pos)
		require.NotEmpty(t, token.Value)
		pos.Advance(token.Value)
	}
	require.Equal(t, len(source), pos.Offset)
	require.True(t, tokens[len(tokens)-1].EOF())
}

func TestLexAsParticipleWantsIt(t *testing.T) {
	l, err := definition{}.Lex("x", strings.NewReader("a b"))
	require.NoError(t, err)
	tokens, err := lexer.ConsumeAll(l)
	require.NoError(t, err)
	require.Equal(t, lex("x", "a b"), tokens)
}
