package parse

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/diag"
)

// marked writes source with « and » around the spans of l, and lists what l
// says there.
func marked(source string, l diag.List) (string, []string) {
	var said []string
	for i := len(l) - 1; i >= 0; i-- {
		from, to := l[i].Span.Pos.Offset, l[i].Span.EndPos.Offset
		source = source[:from] + "«" + source[from:to] + "»" + source[to:]
	}
	for _, d := range l {
		text := d.Code + " " + d.Message
		for _, note := range d.Notes {
			text += "; " + note
		}
		if d.Hint != "" {
			text += "; hint: " + d.Hint
		}
		said = append(said, text)
	}
	return source, said
}

// Each source marks, with « and », the spans of the errors that it has.
func TestErrors(t *testing.T) {
	tests := []struct {
		source string
		want   string // of each error, after its code E001 and "expected "
	}{
		{"players«»", "a player's name, found the end of the file"},
		{"players a «b»", "a declaration, found `b`"},
		{"players a,\n«protocol» p(a)", "a player's name, found `protocol`"},
		{"group g «{» a }", "`=`, found `{`"},
		{"group g = { a «b» }", "`,` or `}`, found `b`"},
		{"group g = { a, b«»", "`,` or `}`, found the end of the file"},
		{"protocol aby3(s0 «s1»)", "`,` or `)`, found `s1`"},
		{"protocol aby3(s0; «)»", "a name, found `)`"},
		{"protocol aby3(s0) with ring «128»", "`=`, found `128`"},
		{"protocol aby3(s0) with ring = «(»1)", "a number, a string or a name, found `(`"},
		{"precision fixed(«a», 3)", "an integer, found `a`"},
		{"const «for» = 5", "a name, found the keyword `for`"},
		{"const x: «=» 5", "a name, found `=`"},
		{"const x =«»\n// the end\n", "an expression, found the end of the file"},
		{"enum E { «}»", "a name, found `}`"},
		{"record R { x «fixed» }", "`:`, found `fixed`"},
		{"record R { x: fixed «y»: fixed }", "`,` or `}`, found `y`"},
		{"fn f(«let»: fixed) { }", "a name or `)`, found the keyword `let`"},
		{"fn f(«5») { }", "a name or `)`, found `5`"},
		{"fn f[n «m»](x: fixed) { }", "`,` or `]`, found `m`"},
		{"fn f() -> «{» }", "a name, found `{`"},
		{"fn f() «fixed» { }", "`{`, found `fixed`"},
		{"computation f() «{» }", "`->`, found `{`"},
		{"computation f() -> «5»: T { }", "`(` or a name, found `5`"},
		{"computation f() -> x: fixed @ «5» { }", "a player, a group, `public` or `shared`, found `5`"},
		{"computation f() -> x: fixed where n >= 2, «{» }", "an expression, found `{`"},
		{"computation f(x: fixed in «)» -> x: fixed { }", "a range, found `)`"},
		{"computation f(x: fixed in 0«)» -> x: fixed { }", "`..` or `..=`, found `)`"},
		{"computation f(x: fixed in 0..1 «<» 2) -> x: fixed { }", "`,` or `)`, found `<`"},
		{"computation f(x: fixed[«not» n]) -> x: fixed { }", "an operand, found the keyword `not`; hint: put `not …` in parentheses"},

		{"fn f() { let x «1» }", "`=`, found `1`"},
		{"fn f() { let x = 1 «5» }", "a statement or `}`, found `5`"},
		{"fn f() { «reveal»(x) to p }", "a statement or `}`, found the keyword `reveal`"},
		{"fn f() { x «}»", "`=` or `(` after `x`, found `}`"},
		{"fn f() { x[0] «}»", "`=` after `x[0]`, found `}`"},
		{"fn f() { x «==» 1 }", "`=` or `(` after `x`, found `==`; hint: `x = …`"},
		{"fn f() { f(1) «=» 2 }", "a statement, found `=`; only a variable, an element, a slice or a field can be assigned to"},
		{"fn f() { f(1)[0] «=» 2 }", "a statement, found `=`; only a variable, an element, a slice or a field can be assigned to"},
		{"fn f() { x[0]«(»1) }", "an operator or the end of the expression, found `(`; only a name can be called"},
		{"fn f() { a.b.c«(»1) }", "an operator or the end of the expression, found `(`; only a name can be called"},
		{"fn f() { return 1 «let» x = 2 }", "`}` after `return`, which ends its block, found the keyword `let`"},
		{"fn f() { return 1«;» }", "`}` after `return`, which ends its block, found `;`; a new line is enough between statements"},
		{"fn f() { if x { } else «y» }", "`if` or `{`, found `y`"},
		{"fn f() { if x «=» 1 { } }", "`{`, found `=`; hint: `==`"},
		{"fn f() { for x in 1.. «{» } }", "an expression, found `{`"},
		{"fn f() { while x «{» } }", "`limit`, found `{`; a `while` loop says how often it may run at most: `while c limit 100 { … }`"},
		{"fn f() { assert a: b, «c» }", "a string, found `c`"},
		{"fn f() { let x = 1«»", "`}`, found the end of the file"},

		{"const x = if a then b«»", "`else` (a conditional expression has two arms), found the end of the file"},
		{"const x = if a «{» }", "`then` after the condition, found `{`"},
		{"const x = if a «b» else c + 1", "`then` after the condition, found `b`; hint: `if a then b else c + 1`"},
		{"const x = 1 + «)»", "an expression, found `)`"},
		{"const x = (1, 2 «]»", "`,` or `)`, found `]`"},
		{"const x = («)»", "an expression, found `)`"},
		{"const x = a[«]»", "an index after `[`, found `]`"},
		{"const x = a[1 «2»]", "`,` or `]`, found `2`"},
		{"const x = a[..«]»", "an expression, found `]`"},
		{"const x = a.«1»", "a field's name, found `1`"},
		{"const x = f(a: 1, b: «)»", "an expression, found `)`"},
		{"const x = f(axis «=» 1)", "`,` or `)`, found `=`; hint: `axis: …`"},
		{"const x = if a «=» b then 1 else 2", "`then` after the condition, found `=`; hint: `==`"},
		{"const x = f(x) as «1»", "a name, found `1`"},
		{"const x = reveal «x» to p", "`(` after `reveal`, found `x`"},
		{"const x = reveal(x)«»", "`to` and who learns the value, found the end of the file"},
		{"const x = reveal(x) to «+»", "a player, a group, `public` or `shared`, found `+`"},
		{"const x = each p «g»: 1", "`in`, found `g`"},
		{"const x = a + «if» b then c else d", "an operand, found the keyword `if`; hint: put `if …` in parentheses"},
		{"const x = - «-»a", "an operand, found `-`; hint: put `- …` in parentheses"},
		{"const x = local p «y»", "`{`, found `y`"},

		{"test «x» of f { }", "a string, found `x`"},
		{"test \"x\" of f { given a[x «=» 5 }", "`]`, found `=`"},
		{"test \"x\" of f { given a = 1 expect a «given» b = 2 }", "`given`, `expect` or `}`, found `given`; every `given` stands before the first `expect`"},
		{"test \"x\" of f { expect «}»", "`abort` or an expression, found `}`"},
		{"test \"x\" of f { expect a «=» 1 }", "`given`, `expect` or `}`, found `=`; hint: `==`"},

		{"«let» x = 1", "a declaration, found the keyword `let`; hint: `const`"},
		{"«func» f() { }", "a declaration, found `func`; hint: `fn`"},
		{"players a\n«import» \"b\"", "a declaration, found `import`; `edition` and the imports stand before the declarations"},
		{"import a«»", "a string, found the end of the file"},
		{"edition «x»", "an integer, found `x`"},
		{"fn f() { }\n«}»", "a declaration, found `}`"},

		{"const x = «010»", "a number, found `010`; hint: `10`"},
		{"const x = «0_0»", "a number, found `0_0`; hint: `0`"},
		{"const x = «1abc»", "a number, found `1abc`"},
		{"const x = a «&&» b", "a token, found `&&`; hint: `and`"},
		{"const x = «ü»", "a token, found `ü` (U+00FC)"},
		{"const x = «\"abc»\nplayers p", "`\"` before the end of the line, found a string without an end"},
	}
	for _, test := range tests {
		source := strings.NewReplacer("«", "", "»", "").Replace(test.source)
		_, errs := File("x.tfe", []byte(source))
		got, said := marked(source, errs)
		require.Equal(t, test.source, got, "%v", said)
		require.Equal(t, []string{"E001 expected " + test.want}, said, test.source)
	}
}

// Every production that must follow another has a name in messages.
func TestTermNames(t *testing.T) {
	optional := words("File Decl Import Players Group Protocol Enum Test Given Expect")
	for _, line := range strings.Split(grammar.String(), "\n")[1:] {
		_, production, _ := strings.Cut(line, " = ")
		for _, name := range regexp.MustCompile(`\b[A-Z]\w*`).FindAllString(production, -1) {
			require.True(t, optional[name] || termName(name) != "", "%s in %s", name, line)
		}
	}
}

// Every declaration tells of its first error, and what is free of errors is
// in the tree.
func TestSeveralErrors(t *testing.T) {
	source := `import "m"
players a, b
fn f() {
  let x = 1
/// two
«fn» g() {
  let y = «}»
  let z = ]
}
const ok = 1
const bad = «09» + «1x»
const worse = ok ok2 «&&» 3
const chain = 1 < 2 «<» 3
test "t" of f { given a = 1 expect a == 1 }
`
	plain := strings.NewReplacer("«", "", "»", "", "ok ok2", "ok").Replace(source)
	source = strings.ReplaceAll(source, "ok ok2", "ok")
	file, errs := File("x.tfe", []byte(plain))
	got, said := marked(plain, errs)
	require.Equal(t, source, got)
	require.Equal(t, []string{
		"E001 expected `}`, found `fn`",
		"E001 expected an expression, found `}`",
		"E001 expected a number, found `09`; hint: `9`",
		"E001 expected a number, found `1x`",
		"E001 expected a token, found `&&`; hint: `and`",
		"E002 comparisons do not chain; hint: `1 < 2 and 2 < 3`",
	}, said)
	require.Len(t, file.Imports, 1)
	var kinds []string
	for _, d := range file.Decls {
		word, _, _ := strings.Cut(plain[d.Extent().Pos.Offset:], " ")
		kinds = append(kinds, word)
	}
	require.Equal(t, []string{"players", "const", "const", "test"}, kinds)
}

func TestControlCharacters(t *testing.T) {
	source := "// a\u202eb\nconst s = \"\x07\"\r\nconst\u0000 c\r = \xff1 // \u2028 é\tok\n"
	file, errs := File("x.tfe", []byte(source))
	require.Len(t, file.Decls, 2)
	var said []string
	for _, d := range errs {
		require.Equal(t, "E003", d.Code)
		said = append(said, d.Span.Pos.Filename+" "+d.Message)
		require.Equal(t, 1, d.Span.EndPos.Column-d.Span.Pos.Column)
	}
	require.Equal(t, []string{
		"x.tfe bidirectional character U+202E in the source",
		"x.tfe control character U+0007 in the source",
		"x.tfe control character U+0000 in the source",
		"x.tfe control character U+000D in the source",
		"x.tfe byte 0xFF, which is not UTF-8, in the source",
		"x.tfe control character U+2028 in the source",
	}, said)
	require.Equal(t, 5, errs[0].Span.Pos.Column)
	require.Equal(t, 3, errs[5].Span.Pos.Line)
}

func TestDepth(t *testing.T) {
	deep := func(n int, before, middle, after string) string {
		return strings.Repeat(before, n) + middle + strings.Repeat(after, n)
	}
	within := []string{
		"const x = " + deep(999, "(", "1", ")"),
		"const x = " + deep(999, "if a then b else ", "1", ""),
		"const x = 1" + deep(5000, " + 1", "", ""),
		"fn f() { " + deep(900, "if a { } else ", "{ }", "") + " }",
		"const x = [" + deep(5000, "if a then b else c, ", "1", "") + "]",
		"fn f() { " + deep(5000, "let x = if a then b else c ", "", "") + "}",
	}
	for _, source := range within {
		_, errs := File("x", []byte(source))
		require.Empty(t, errs, source[:40])
	}
	beyond := []string{
		"const x = " + deep(1001, "(", "1", ")"),
		"const x = " + deep(100_000, "[", "", ""),
		"const x = " + deep(1001, "if a then b else ", "1", ""),
		"const x = " + deep(1001, "if ", "a", " then b else c"),
		"const x = " + deep(1001, "each p in g: ", "1", ""),
		"const x = 1" + deep(20_000, " + 1", "", ""),
		"const x = a" + deep(20_000, ".b", "", ""),
		"fn f() { " + deep(1001, "if a { } else ", "{ }", "") + " }",
		"fn f(x: " + deep(1001, "(", "T", ")") + ") { }",
	}
	for _, source := range beyond {
		file, errs := File("x", []byte(source))
		require.Len(t, errs, 1, source[:40])
		require.Equal(t, "expected at most 1000 levels of nesting, found more", errs[0].Message)
		require.Empty(t, file.Decls)
	}
}
