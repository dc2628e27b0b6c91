package format_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/parse"
)

func parsed(t testing.TB, source string) *ast.File {
	t.Helper()
	file, errs := parse.File("x.tfe", []byte(source))
	require.Empty(t, errs, "%s", source)
	return file
}

// erase makes trees comparable: it removes positions, the source and comments.
func erase(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			erase(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			erase(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[ast.Span]() || v.Type() == reflect.TypeFor[ast.Pos]() {
			v.SetZero()
			return
		}
		for i := range v.NumField() {
			erase(v.Field(i))
		}
	}
}

func erased(f *ast.File) *ast.File {
	f.Source, f.Comments = "", nil
	erase(reflect.ValueOf(f))
	return f
}

func comments(f *ast.File) []string {
	var texts []string
	for _, c := range f.Comments {
		texts = append(texts, strings.Trim(c.Text, "/ "))
	}
	return texts
}

// requireLaws checks what formatting promises, for a source without errors.
func requireLaws(t testing.TB, source string) string {
	t.Helper()
	file := parsed(t, source)
	text := string(format.File(file))
	again := parsed(t, text)
	require.Equal(t, text, string(format.File(again)), "formatted twice:\n%s", source)
	require.Equal(t, comments(file), comments(again), "%s", text)

	canonical := string(format.Canonical(file))
	require.Equal(t, canonical, string(format.Canonical(again)), "canonical text of\n%s", source)
	bare := parsed(t, canonical)
	require.Equal(t, canonical, string(format.Canonical(bare)), "canonical twice:\n%s", source)

	want := erased(file)
	require.Equal(t, want, erased(again), "%s", text)
	require.Equal(t, want, erased(bare), "%s", canonical)
	return text
}

var inside = regexp.MustCompile(`(\S) +`)

// The programs that must work are canonical: formatting changes nothing.
func TestCorpusIsCanonical(t *testing.T) {
	paths, err := filepath.Glob("../../corpus/programs/*.tfe")
	require.NoError(t, err)
	require.Len(t, paths, 9)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(text), requireLaws(t, string(text)), path)
	}
}

// Those that are refused are, but for the columns that their authors aligned
// and a blank line before a test.
func TestRefusedCorpus(t *testing.T) {
	paths, err := filepath.Glob("../../corpus/reject/*.tfe")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if strings.HasPrefix(filepath.Base(path), "E00") {
			continue
		}
		source := string(text)
		want := strings.ReplaceAll(source, "}\ntest", "}\n\ntest")
		got := requireLaws(t, source)
		require.Equal(t, inside.ReplaceAllString(want, "$1 "), inside.ReplaceAllString(got, "$1 "), path)
	}
}

func TestFile(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"empty", "\n\n", ""},
		{"only comments", "\n// a\n\n\n// b\n/// c", "// a\n\n// b\n/// c\n"},
		{"spaces", "players  a ,b\nprotocol p ( a;b )with x=1 , y = z\nprecision fixed( 1,2 )",
			"players a, b\nprotocol p(a; b) with x = 1, y = z\nprecision fixed(1, 2)\n"},
		{"file parts", "/// d\nedition 1\nimport \"a\"\nimport b \"c\"\nplayers p", "/// d\nedition 1\nimport \"a\"\nimport b \"c\"\n\nplayers p\n"},
		{"blank lines", "const a = 1\n\n\n\nconst b = 2\nconst c = 3\nfn f() { }\nconst d = 4",
			"const a = 1\n\nconst b = 2\nconst c = 3\n\nfn f() { }\n\nconst d = 4\n"},
		{"blank lines in a block", "fn f() {\n\n  let a = 1\n\n\n  let b = 2\n\n}", "fn f() {\n  let a = 1\n\n  let b = 2\n}\n"},
		{"two statements on a line", "fn f() { let a = 1 let b = 2 }", "fn f() {\n  let a = 1\n  let b = 2\n}\n"},
		{"short blocks", "fn f() { if a { b = 1 } else { c() } }\nfn g() {\n  local p { for i in 0..1 { x = i } }\n}",
			"fn f() { if a { b = 1 } else { c() } }\n\nfn g() {\n  local p { for i in 0..1 { x = i } }\n}\n"},
		{"broken lists", "computation c[\n n, m](\n  a: T[n,] @ p, b: U) -> (x: T, y: T,) where\n n > 1,\n m > 1 { return f(\n 1, [2, 3], [\n 4], axis: 0) }",
			`computation c[
  n,
  m,
](
  a: T[n] @ p,
  b: U,
) -> (x: T, y: T)
  where
    n > 1,
    m > 1
{
  return f(
    1,
    [2, 3],
    [
      4,
    ],
    axis: 0,
  )
}
`},
		{"clauses", "fn f() -> T discloses a: T @ public, b.c: U { }\ncomputation g() -> (x: T) discloses a: T where n > 1 { return }",
			"fn f() -> T\n  discloses a: T @ public, b.c: U\n{ }\n\ncomputation g() -> (x: T)\n  discloses a: T\n  where n > 1\n{\n  return\n}\n"},
		{"docs break lists", "players /// one\na,\n/// two\nb\nfn f(x: T, /// y\ny: T) -> T { }\ncomputation c() -> /// o\nx: T @ p { }",
			"players\n  /// one\n  a,\n  /// two\n  b\n\nfn f(\n  x: T,\n  /// y\n  y: T,\n) -> T { }\n\ncomputation c() ->\n  /// o\n  x: T @ p { }\n"},
		{"comments at ends are aligned", "fn f() {\n  let a = 1 // x\n  let long = 2 // y\n  let b = 3\n  let c = 4 // z\n}",
			"fn f() {\n  let a = 1     // x\n  let long = 2  // y\n  let b = 3\n  let c = 4  // z\n}\n"},
		{"comments of a block", "fn f() { // a\n  // b\n\n  // c\n  let x = 1 // d\n\n  // e\n} // f\n\n// g",
			"fn f() {  // a\n  // b\n\n  // c\n  let x = 1  // d\n\n  // e\n}  // f\n\n// g\n"},
		{"comments inside an expression", "const a = 1 + // x\n  // y\n  2 // z\nconst b = f(1, // one\n  2, // two\n)",
			"const a = 1 + 2  // x\n// y\n// z\nconst b = f(\n  1,  // one\n  2,  // two\n)\n"},
		{"comments around clauses", "computation c() -> x: T // a\n  // b\n  discloses y: T // c\n  where n > 1 // d\n  // e\n{ }",
			"computation c() -> x: T  // a\n  // b\n  discloses y: T  // c\n  where n > 1     // d\n// e\n{ }\n"},
		{"docs of nothing", "fn f() {\n  /// a\n  let x = 1 //// b\n}\n///c", "fn f() {\n  // a\n  let x = 1  // / b\n}\n//c\n"},
		{"empty block with a comment", "fn f() {\n  // a\n}\ntest \"t\" of f { // b\n}", "fn f() {\n  // a\n}\n\ntest \"t\" of f {  // b\n}\n"},
		{"carriage returns", "/// d\r\nplayers a,\r\n  b // c\r\n\r\n\r\nprotocol p(a)\r\n", "/// d\nplayers a, b  // c\n\nprotocol p(a)\n"},
	}
	for _, test := range tests {
		require.Equal(t, test.want, requireLaws(t, test.source), test.name)
	}
}

// Canonical depends on the tree alone.
func TestCanonical(t *testing.T) {
	want := `/// d
players a, b

fn f(x: T) -> T {
  if x {
    y = [1, 2]
  }
}

record R {
  /// e
  x: T,
  y: U,
}
`
	for _, source := range []string{
		"/// d\nplayers a, b // c\n// c\n\nfn f(x: T) -> T { if x { y = [1, 2] } }\nrecord R { /// e\n x: T, y: U }",
		"/// d\n\nplayers a,\n b\nfn f(\n  x: T,\n) -> T {\n\n  if x\n  {\n    y = [\n  1, 2]\n }\n}\nrecord R {\n\n  /// e\n  x: T,\n\n  y: U,\n}",
	} {
		require.Equal(t, want, string(format.Canonical(parsed(t, source))))
	}
}

// Every construct has one form, which is a fixed point.
func TestFixedPoints(t *testing.T) {
	declarations := []string{
		"group g = { a, b }",
		"protocol aby3(a, b, c) with ring = 128, trunc = local",
		"enum E { a, b }",
		"record R { x: fixed in 0.0..1.0, in: E }",
		"fn f[n, T: ord](x: T[n] @ shared, y: m.R) -> (T, int32)[2]\n  discloses a.b: bool[upto 5] @ public\n{ }",
		"fn f() { return }",
		"fn f() { return 1, (2, 3) }",
		"computation c(a: int32 @ each g in 0..=n - 1) -> o: fixed(3, 4) @ {a, b} { }",
		"test \"t\" of c {\n  given a[p] = 1\n  expect a ~= b within 0.1\n  expect abort\n  expect abort \"x\"\n}",
	}
	for _, text := range declarations {
		require.Equal(t, text+"\n", requireLaws(t, text))
	}
	statements := []string{
		"let x: T[2] = 1", "let (x, y): T = f()", "var x = 1", "x[i, 0..2].f *= 2", "m.f(x) as l",
		"for p in g { }", "for i in 0..=n step 2 { }", "while not c limit 5 { }",
		"if a { } else if b { x = 1 } else { x = 2 }", "assert l: a > 1, \"t\"", "local p { print(x) }", "yield a, b",
		"return\n    a,\n    b",
	}
	for _, text := range statements {
		source := "fn f() {\n  " + text + "\n}\n"
		require.Equal(t, source, requireLaws(t, source))
	}
	expressions := []string{
		"0x1F", "1_0.5", `"a\"b"`, "true", "a + b * -c", "a - (b - c)", "a or b and not c == d + 1", "not (a and b)",
		"if a then b else if c then d else e", "each p in g: x[p] + 1", "f(1, axis: 0, in: 2)", "f(g(x) as a) as b",
		"x.true[:, 1..2, ..3, 4.., 5]", "(a, b)", "[[1, 2], []]", "reveal(f(a) as l) to {p, q} as m", "reveal(a) to each g",
		"local p { yield x }", "f(\n  1,\n  2,\n)", "[\n  [1],\n]", "(\n  1,\n  2,\n)", "f()",
	}
	for _, text := range expressions {
		source := "const c = " + text + "\n"
		require.Equal(t, source, requireLaws(t, source))
	}
}

func name(text string) *ast.Ident { return &ast.Ident{Name: text} }

// A tree that no text was read for gets the parentheses that it needs.
func TestExpr(t *testing.T) {
	binary := func(x ast.Expr, op string, y ast.Expr) ast.Expr { return &ast.Binary{Op: op, X: x, Y: y} }
	not := func(x ast.Expr) ast.Expr { return &ast.Unary{Op: "not", X: x} }
	minus := func(x ast.Expr) ast.Expr { return &ast.Unary{Op: "-", X: x} }
	a, b, c := name("a"), name("b"), name("c")
	tests := []struct {
		want string
		e    ast.Expr
	}{
		{"(a + b) * c", binary(binary(a, "+", b), "*", c)},
		{"a + b - c", binary(binary(a, "+", b), "-", c)},
		{"a - (b - c)", binary(a, "-", binary(b, "-", c))},
		{"(a < b) == c", binary(binary(a, "<", b), "==", c)},
		{"not a == b", not(binary(a, "==", b))},
		{"not (a and b)", not(binary(a, "and", b))},
		{"not (not a)", not(not(a))},
		{"(not a) + b", binary(not(a), "+", b)},
		{"-(-a)", minus(minus(a))},
		{"-(a + b)", minus(binary(a, "+", b))},
		{"a and (b or c)", binary(a, "and", binary(b, "or", c))},
		{"a + (if a then b else c)", binary(a, "+", &ast.Cond{If: a, Then: b, Else: c})},
		{"(a + b)[c].d", &ast.Field{X: &ast.Index{X: binary(a, "+", b), Slices: []*ast.Slice{{From: c}}}, Name: name("d")}},
		{"local a { let b = c yield b }", &ast.LocalExpr{Player: a, Body: &ast.Block{Stmts: []ast.Stmt{
			&ast.Let{Names: []*ast.Ident{b}, Value: c}, &ast.Yield{Values: []ast.Expr{b}},
		}}}},
	}
	for _, test := range tests {
		require.Equal(t, test.want, format.Expr(test.e))
		parsed(t, "const x = "+test.want)
	}
}

func TestTypeAndPlacement(t *testing.T) {
	for _, text := range []string{
		"fixed(20, 12)[n, upto 5 + m] @ {a, b}", "(m.R, bool[2])", "T @ each g", "T @ public", "T @ shared", "T @ a",
	} {
		n := parsed(t, "const x: "+text+" = 1").Decls[0].(*ast.Const).Type
		require.Equal(t, text, format.Type(n))
		if n.Placement != nil {
			_, want, _ := strings.Cut(text, "@ ")
			require.Equal(t, want, format.Placement(n.Placement))
		}
	}
}

// scatter inserts white space and comments where nodes of f start and end.
func scatter(f *ast.File, seed uint64) string {
	trivia := []string{" ", "\n", "\n\n\n", " // c\n", "\n  // c\n", "\n/// d\n", "/// d\n// c\n\n/// e\n"}
	random := rand.New(rand.NewPCG(seed, 0))
	var offsets []int
	ast.Walk(f, func(n ast.Node) bool {
		if random.IntN(8) == 0 {
			offsets = append(offsets, n.Extent().Pos.Offset)
		}
		if random.IntN(16) == 0 {
			offsets = append(offsets, n.Extent().EndPos.Offset)
		}
		return true
	})
	slices.Sort(offsets)
	var out strings.Builder
	last := 0
	for _, offset := range offsets {
		out.WriteString(f.Source[last:offset] + trivia[random.IntN(len(trivia))])
		last = offset
	}
	return out.String() + f.Source[last:]
}

func sources(t testing.TB) []string {
	paths, err := filepath.Glob("../../corpus/programs/*.tfe")
	require.NoError(t, err)
	all := []string{
		"/// a\n// b\n\n/// c\nfn f( // d\n  x: T, /// e\n y: T) // f\n  discloses // g\n a: T // h\n{ // i\n return // j\n} // k\n",
		"players /// a\n a, // b\n b // c\n, c //// d\n", "const x = [ // a\n 1 // b\n, 2 ]\n",
		"test \"t\" of f // a\n{ // b\n given a = 1 // c\n\n\n expect abort }", "record R { // a\n in: T // b\n,\n /// c\n x: U, // d\n}",
		"fn f() { if a { } // b\n else { // c\n } local p { let x = 1 // d\n } for i in a..b { c = f(1, // e\n 2) } }",
		"edition 1\nimport \"a\"\nimport b \"c\"\nprotocol p(a, b; c,) with d = 1, e = local\ngroup g = { a, b }\nenum E { a, b }\nprecision fixed(1, 2)",
		"computation c[n, m](x: T, y: U in 0..=1) -> (a: T, b: m.T(1)[upto n] @ {p, q}) discloses a.b: T, c: U where n > 1, m > 2 { return a, b }",
		"fn f() { let (a, b): T = (1, 2) var c = local p { yield x[:, 1.., ..2] } while not a limit 3 { } assert l: a, \"t\" return }",
		"const c = if a then each p in g: -b else (reveal(f(x: 1, y: [])) to each g as l)",
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		all = append(all, string(text))
	}
	return all
}

// The laws hold wherever comments and line breaks stand.
func TestLaws(t *testing.T) {
	for _, source := range sources(t) {
		for seed := range uint64(20) {
			requireLaws(t, scatter(parsed(t, source), seed))
		}
	}
}

func FuzzLaws(f *testing.F) {
	for _, source := range sources(f) {
		f.Add(source, uint64(1))
	}
	f.Fuzz(func(t *testing.T, source string, seed uint64) {
		hung := time.AfterFunc(10*time.Second, func() { panic("formatting does not end") })
		defer hung.Stop()
		file, errs := parse.File("x", []byte(source))
		if len(errs) > 0 {
			return
		}
		requireLaws(t, source)
		requireLaws(t, scatter(file, seed))
	})
}

// What people read first, the library and the examples, is as the formatter writes it.
func TestLibraryAndExamplesAreFormatted(t *testing.T) {
	for _, pattern := range []string{"../../stdlib/*.tfe", "../../examples/*/*.tfe"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			source, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(source), string(format.File(parsed(t, string(source)))), "%s: tfec fmt writes it", name)
		}
	}
}
