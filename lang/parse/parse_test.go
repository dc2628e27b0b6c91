package parse

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// printed is what a user sees of l.
func printed(l diag.List, source string) string {
	var out bytes.Buffer
	diag.Print(&out, l, func(string) string { return source })
	return out.String()
}

func parsed(t *testing.T, source string) *ast.File {
	t.Helper()
	file, errs := File("x.tfe", []byte(source))
	require.Empty(t, printed(errs, source), "%s", source)
	return file
}

func corpus(t testing.TB, pattern string) []string {
	paths, err := filepath.Glob("../../corpus/" + pattern)
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

func TestCorpus(t *testing.T) {
	for _, path := range corpus(t, "*/*.tfe") {
		name := filepath.Base(path)
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		file, errs := File(name, source)
		want := ""
		if strings.HasPrefix(name, "E00") {
			text, err := os.ReadFile(strings.TrimSuffix(path, ".tfe") + ".want")
			require.NoError(t, err)
			want = string(text)
		}
		require.Equal(t, want, printed(errs, string(source)), path)
		require.Equal(t, name, file.Name)
		require.Equal(t, string(source), file.Source)
		requireSpans(t, file)
	}
}

// requireSpans checks the span of every node: it starts and ends with a token
// (that of a file may end with characters that are none), lies in that of its parent, and follows that of the node before it.
func requireSpans(t testing.TB, file *ast.File) {
	t.Helper()
	ast.Walk(file, func(n ast.Node) bool {
		span, last := n.Extent(), n.Extent().Pos.Offset
		text := file.Source[span.Pos.Offset:span.EndPos.Offset]
		if n != ast.Node(file) && (text == "" || text != strings.TrimSpace(text)) {
			t.Fatalf("%T spans %q", n, text)
		}
		for _, child := range ast.Children(n) {
			inner := child.Extent()
			if inner.Pos.Offset < last || inner.EndPos.Offset > span.EndPos.Offset {
				t.Fatalf("%T in %T: %v, after %d, in %v", child, n, inner, last, span)
			}
			last = inner.EndPos.Offset
		}
		return true
	})
}

// tree writes what a tree says, without positions: a struct is its name and
// its fields that are set.
func tree(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		return tree(v.Elem())
	case reflect.Slice:
		var elems []string
		for i := range v.Len() {
			elems = append(elems, tree(v.Index(i)))
		}
		return "[" + strings.Join(elems, " ") + "]"
	case reflect.Struct:
		return structTree(v)
	}
	return fmt.Sprint(v)
}

func structTree(v reflect.Value) string {
	switch n := v.Interface().(type) {
	case ast.Ident:
		return n.Name
	case ast.Number:
		return n.Text
	case ast.Text:
		return n.Raw
	}
	var fields []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Name == "Span" || f.Name == "OpPos" || v.Field(i).IsZero() {
			continue
		}
		fields = append(fields, f.Name+":"+tree(v.Field(i)))
	}
	return v.Type().Name() + "(" + strings.Join(fields, " ") + ")"
}

func TestDeclarations(t *testing.T) {
	tests := []struct{ source, want string }{
		{"players a, b", "Players(Names:[DocName(Name:a) DocName(Name:b)])"},
		{"players\n/// one\na,\n/// two\n/// lines\nb", "Players(Names:[DocName(Doc:[one] Name:a) DocName(Doc:[two lines] Name:b)])"},
		{"group g = { a, b, }", "Group(Name:g Members:[a b])"},
		{"protocol aby3(a, b, c)", "Protocol(Name:aby3 Roles:[a b c])"},
		{"protocol pond(a, b; c, d,) with ring = 128, trunc = local, x = y, z = \"s\", t = true",
			"Protocol(Name:pond Roles:[a b] Helpers:[c d] Options:[Option(Name:ring Value:128) Option(Name:trunc Value:local)" +
				" Option(Name:x Value:y) Option(Name:z Value:\"s\") Option(Name:t Value:Bool(Value:true))])"},
		{"precision fixed(20, 12)", "Precision(Type:Type(Name:fixed Args:[20 12]))"},
		{"const c = 1", "Const(Name:c Value:1)"},
		{"const c: int32 = -1", "Const(Name:c Type:Type(Name:int32) Value:Unary(Op:- X:1))"},
		{"enum E { a, b }", "Enum(Name:E Values:[a b])"},
		{"record R { x: fixed in 0.0..1.0, /// d\n in: E, step: bool[2], }",
			"Record(Name:R Fields:[Param(Name:x Type:Type(Name:fixed) Range:Range(Low:0.0 High:1.0))" +
				" Param(Doc:[d] Name:in Type:Type(Name:E)) Param(Name:step Type:Type(Name:bool Shape:[Dim(Size:2)]))])"},
		{"fn f() { }", "Fn(Name:f Body:Block())"},
		{"fn f[n, T: ord,](x: T[n] @ shared, y: m.R,) -> (T, int32) discloses a.b: bool @ public, c: T { }",
			"Fn(Name:f Generics:[Generic(Name:n) Generic(Name:T Class:ord)]" +
				" Params:[Param(Name:x Type:Type(Name:T Shape:[Dim(Size:n)] Placement:Placement(Kind:2))) Param(Name:y Type:Type(Module:m Name:R))]" +
				" Result:Type(Tuple:[Type(Name:T) Type(Name:int32)])" +
				" Discloses:[Disclosed(Label:[a b] Type:Type(Name:bool Placement:Placement(Kind:1))) Disclosed(Label:[c] Type:Type(Name:T))] Body:Block())"},
		{"computation c(a: int32 @ each g in 0..=n - 1) -> o: T @ {a, b,} where n > 1, m == n { }",
			"Computation(Name:c Params:[Param(Name:a Type:Type(Name:int32 Placement:Placement(Kind:3 Names:[g]))" +
				" Range:Range(Low:0 Inclusive:true High:Binary(Op:- X:n Y:1)))]" +
				" Outputs:[Output(Name:o Type:Type(Name:T Placement:Placement(Kind:4 Names:[a b])))]" +
				" Where:[Binary(Op:> X:n Y:1) Binary(Op:== X:m Y:n)] Body:Block())"},
		{"computation c() -> (/// d\n a: T[upto 5, n * 2] @ p, b: U,) discloses a: T { }",
			"Computation(Name:c Tuple:true Outputs:[Output(Doc:[d] Name:a Type:Type(Name:T Shape:[Dim(Upto:true Size:5) Dim(Size:Binary(Op:* X:n Y:2))]" +
				" Placement:Placement(Kind:5 Names:[p]))) Output(Name:b Type:Type(Name:U))] Discloses:[Disclosed(Label:[a] Type:Type(Name:T))] Body:Block())"},
		{"test \"t\" of c { given a = 1 given b[p] = [2] expect a ~= b within 0.1 expect abort expect abort \"x\" }",
			"Test(Title:\"t\" Of:c Givens:[Given(Name:a Value:1) Given(Name:b Member:p Value:Array(Elems:[2]))]" +
				" Expects:[Expect(Cond:Binary(Op:~= X:a Y:b) Within:0.1) Expect(Abort:true) Expect(Abort:true Text:\"x\")])"},
	}
	for _, test := range tests {
		file := parsed(t, test.source)
		require.Len(t, file.Decls, 1)
		require.Equal(t, test.want, tree(reflect.ValueOf(file.Decls[0])), test.source)
		requireSpans(t, file)
	}
}

func TestStatements(t *testing.T) {
	tests := []struct{ source, want string }{
		{"let x = 1", "Let(Names:[x] Value:1)"},
		{"let (x, y,): T = f()", "Let(Tuple:true Names:[x y] Type:Type(Name:T) Value:Call(Fn:f))"},
		{"var x: fixed[2] = 1", "Var(Name:x Type:Type(Name:fixed Shape:[Dim(Size:2)]) Value:1)"},
		{"for p in g { }", "For(Name:p From:g Body:Block())"},
		{"for i in 0..n step 2 { }", "For(Name:i From:0 To:n Step:2 Body:Block())"},
		{"for i in 0..=n { f(i) }", "For(Name:i From:0 Inclusive:true To:n Body:Block(Stmts:[ExprStmt(Call:Call(Fn:f Args:[Arg(Value:i)]))]))"},
		{"while not c limit 5 { }", "While(Cond:Unary(Op:not X:c) Limit:5 Body:Block())"},
		{"if a { } else if b { } else { x = 1 }", "If(Cond:a Then:Block() Else:If(Cond:b Then:Block() Else:BlockStmt(Body:Block(Stmts:[Assign(Target:x Op:= Value:1)]))))"},
		{"assert a", "Assert(Cond:a)"},
		{"assert l: a > 1, \"t\"", "Assert(Label:l Cond:Binary(Op:> X:a Y:1) Text:\"t\")"},
		{"local p { print(x) }", "Local(Player:p Body:Block(Stmts:[ExprStmt(Call:Call(Fn:print Args:[Arg(Value:x)]))]))"},
		{"x[i, 0..2].f *= 2", "Assign(Target:Field(X:Index(X:x Slices:[Slice(From:i) Slice(Range:true From:0 To:2)]) Name:f) Op:*= Value:2)"},
		{"step = 1", "Assign(Target:step Op:= Value:1)"},
		{"m.f(x) as l", "ExprStmt(Call:Call(Fn:Field(X:m Name:f) Args:[Arg(Value:x)] As:l))"},
		{"return", "Return()"},
		{"return a, b", "Return(Values:[a b])"},
		{"yield a", "Yield(Values:[a])"},
	}
	for _, test := range tests {
		file := parsed(t, "fn f() {\n  "+test.source+"\n}")
		require.Equal(t, "Block(Stmts:["+test.want+"])", tree(reflect.ValueOf(file.Decls[0].(*ast.Fn).Body)), test.source)
		requireSpans(t, file)
	}
}

func TestExpressions(t *testing.T) {
	tests := []struct{ source, want string }{
		{"0x1F", "0x1F"},
		{"1_0.5", "1_0.5"},
		{`"a\"b"`, `"a\"b"`},
		{"true", "Bool(Value:true)"},
		{"false", "Bool()"},
		{"a + b * -c", "Binary(Op:+ X:a Y:Binary(Op:* X:b Y:Unary(Op:- X:c)))"},
		{"a - b - c", "Binary(Op:- X:Binary(Op:- X:a Y:b) Y:c)"},
		{"a / b % c", "Binary(Op:% X:Binary(Op:/ X:a Y:b) Y:c)"},
		{"a or b and not c == d + 1", "Binary(Op:or X:a Y:Binary(Op:and X:b Y:Unary(Op:not X:Binary(Op:== X:c Y:Binary(Op:+ X:d Y:1)))))"},
		{"not a and b", "Binary(Op:and X:Unary(Op:not X:a) Y:b)"},
		{"(a < b) == c", "Binary(Op:== X:Paren(Elems:[Binary(Op:< X:a Y:b)]) Y:c)"},
		{"-x[0].y", "Unary(Op:- X:Field(X:Index(X:x Slices:[Slice(From:0)]) Name:y))"},
		{"if a then b else if c then d else e", "Cond(If:a Then:b Else:Cond(If:c Then:d Else:e))"},
		{"each p in g: x[p] + 1", "Each(Name:p Group:g Body:Binary(Op:+ X:Index(X:x Slices:[Slice(From:p)]) Y:1))"},
		{"f(1, axis: 0, in: 2,)", "Call(Fn:f Args:[Arg(Value:1) Arg(Name:axis Value:0) Arg(Name:in Value:2)])"},
		{"f(g(x) as a) as b", "Call(Fn:f Args:[Arg(Value:Call(Fn:g Args:[Arg(Value:x)] As:a))] As:b)"},
		{"x.true", "Field(X:x Name:true)"},
		{"E.a", "Field(X:E Name:a)"},
		{"x[:, 1..2, ..3, 4.., 5,]", "Index(X:x Slices:[Slice(Range:true) Slice(Range:true From:1 To:2) Slice(Range:true To:3) Slice(Range:true From:4) Slice(From:5)])"},
		{"()", ""},
		{"(a, b,)", "Paren(Elems:[a b])"},
		{"[]", "Array()"},
		{"[[1, 2], []]", "Array(Elems:[Array(Elems:[1 2]) Array()])"},
		{"reveal(a) to public", "Reveal(X:a To:Placement(Kind:1))"},
		{"reveal(f(a) as l) to {p, q} as m", "Reveal(X:Call(Fn:f Args:[Arg(Value:a)] As:l) To:Placement(Kind:4 Names:[p q]) As:m)"},
		{"reveal(a) to each g", "Reveal(X:a To:Placement(Kind:3 Names:[g]))"},
		{"1 + reveal(a) to p + 2", "Binary(Op:+ X:Binary(Op:+ X:1 Y:Reveal(X:a To:Placement(Kind:5 Names:[p]))) Y:2)"},
		{"local p { let y = 1 yield y }", "LocalExpr(Player:p Body:Block(Stmts:[Let(Names:[y] Value:1) Yield(Values:[y])]))"},
	}
	for _, test := range tests {
		source := "const c = " + test.source
		if test.want == "" {
			_, errs := File("x.tfe", []byte(source))
			require.NotEmpty(t, errs, source)
			continue
		}
		file := parsed(t, source)
		require.Equal(t, test.want, tree(reflect.ValueOf(file.Decls[0].(*ast.Const).Value)), test.source)
		requireSpans(t, file)
	}
}

func TestFileParts(t *testing.T) {
	file := parsed(t, "/// the file\nedition 1\nimport \"std/ml\"\nimport s \"./score\"\n/// who\nplayers a")
	require.Equal(t, ast.Doc{"the file"}, file.Doc)
	require.Equal(t, "1", file.Edition.Text)
	require.Equal(t, "[Import(Path:\"std/ml\") Import(As:s Path:\"./score\")]", tree(reflect.ValueOf(file.Imports)))
	require.Equal(t, ast.Doc{"who"}, file.Decls[0].(*ast.Players).Doc)

	for _, empty := range []string{"", "\n", "// only a comment", "/// only a doc"} {
		require.Empty(t, parsed(t, empty).Decls)
	}
}

// Words that only start declarations or clauses are names elsewhere.
func TestSoftWords(t *testing.T) {
	for _, word := range strings.Fields(`players group protocol with precision const enum record fn computation discloses
		where test of given expect within import limit step to edition`) {
		file := parsed(t, fmt.Sprintf("fn f(%[1]s: int32) -> int32 {\n  let x = %[1]s + 1\n  return x.%[1]s\n}", word))
		requireSpans(t, file)
	}
}

func TestDocs(t *testing.T) {
	tests := []struct{ source, file, decl string }{
		{"/// a\nplayers p", "a", ""},
		{"/// a\n\n// b\n///c  \n///\nfn f() { }", "", "a|c|"},
		{"/// a\nrecord R { x: T }", "", "a"},
		{"/// a\ntest \"t\" of c { }", "a", ""},
		{"edition 1\n/// a\nplayers p", "", "a"},
		{"/// a\nimport \"m\"\n/// b\nfn f() { }", "a", "b"},
		{"/// a\r\nconst c = 1", "", "a"},
		{"players p /// a", "", ""},
	}
	for _, test := range tests {
		file := parsed(t, test.source)
		require.Equal(t, test.file, strings.Join(file.Doc, "|"), test.source)
		require.Equal(t, test.decl, strings.Join(*ast.DocOf(file.Decls[0]), "|"), test.source)
	}
}

func TestComments(t *testing.T) {
	file := parsed(t, "// a\nplayers p, // b\n  /// c\n  q /// d  \n")
	var got []string
	for _, c := range file.Comments {
		got = append(got, fmt.Sprintf("%d:%d %s own=%t doc=%t", c.Pos.Line, c.Pos.Column, c.Text, c.Own, c.Doc))
	}
	require.Equal(t, []string{
		"1:1 // a own=true doc=false",
		"2:12 // b own=false doc=false",
		"3:3 /// c own=true doc=true",
		"4:5 /// d own=false doc=false",
	}, got)
}

// Every construct underlines what it is, and no more.
func TestSpans(t *testing.T) {
	file := parsed(t, `computation c(
  e: fixed[n] @ alice in 0.0..1.0  , // note
) -> o : T @ {a, b} where n > 1 {
  let x = ( f ( a ) as l ) + reveal( y ) to p   // end
  return if e then - a [ 1 .. ] else [ 2 , ]
}
`)
	var got []string
	ast.Walk(file.Decls[0], func(n ast.Node) bool {
		text := file.Source[n.Extent().Pos.Offset:n.Extent().EndPos.Offset]
		if _, isName := n.(*ast.Ident); !isName && !strings.Contains(text, "\n") {
			got = append(got, fmt.Sprintf("%T %s", n, text))
		}
		return true
	})
	require.Equal(t, []string{
		"*ast.Param e: fixed[n] @ alice in 0.0..1.0",
		"*ast.Type fixed[n] @ alice",
		"*ast.Dim n",
		"*ast.Placement alice",
		"*ast.Range 0.0..1.0",
		"*ast.Number 0.0",
		"*ast.Number 1.0",
		"*ast.Output o : T @ {a, b}",
		"*ast.Type T @ {a, b}",
		"*ast.Placement {a, b}",
		"*ast.Binary n > 1",
		"*ast.Number 1",
		"*ast.Let let x = ( f ( a ) as l ) + reveal( y ) to p",
		"*ast.Binary ( f ( a ) as l ) + reveal( y ) to p",
		"*ast.Paren ( f ( a ) as l )",
		"*ast.Call f ( a ) as l",
		"*ast.Arg a",
		"*ast.Reveal reveal( y ) to p",
		"*ast.Placement p",
		"*ast.Return return if e then - a [ 1 .. ] else [ 2 , ]",
		"*ast.Cond if e then - a [ 1 .. ] else [ 2 , ]",
		"*ast.Unary - a [ 1 .. ]",
		"*ast.Index a [ 1 .. ]",
		"*ast.Slice 1 ..",
		"*ast.Number 1",
		"*ast.Array [ 2 , ]",
		"*ast.Number 2",
	}, got)
}

func TestProtocol(t *testing.T) {
	p, errs := Protocol("pond(s0, s1; s2) with ring = 64")
	require.Empty(t, errs)
	require.Equal(t, "Protocol(Name:pond Roles:[s0 s1] Helpers:[s2] Options:[Option(Name:ring Value:64)])", tree(reflect.ValueOf(p)))
	require.Equal(t, ast.Pos{Filename: "--protocol", Offset: 5, Line: 1, Column: 6}, p.Roles[0].Pos)
	p, errs = Protocol("pond")
	require.Empty(t, errs)
	require.Equal(t, "Protocol(Name:pond)", tree(reflect.ValueOf(p)))

	for text, want := range map[string]string{
		"plain(s0":   "--protocol:1:9: error[E001]: expected `,` or `)`, found the end of the file\n",
		"":           "--protocol:1:1: error[E001]: expected a name, found the end of the file\n",
		"plain(s0!)": "--protocol:1:9: error[E001]: expected a token, found `!`\n  hint: `not`\n",
		"p(a) p(b)":  "--protocol:1:6: error[E001]: expected `with` or the end, found `p`\n",
	} {
		p, errs := Protocol(text)
		require.Nil(t, p)
		require.Equal(t, want, printed(errs, ""), text)
	}
}

func FuzzFile(f *testing.F) {
	for _, path := range corpus(f, "*/*.tfe") {
		source, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(string(source))
	}
	for _, source := range []string{
		"record R { in: a.b(1)[upto 2] @ {p}, }", "fn f[n: T,]() -> (a, b) discloses x.y: T { return }",
		"protocol p(a; b) with c = local", "const c = each p in g: local p { yield x.if[:, ..2] }",
		"edition 1\nimport a \"b\"", "\xff\u202e\"\\\"\n0x 1e 010 && ü", "\x18\"open", "fn f() { a\nfn g() { 1 }",
	} {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		hung := time.AfterFunc(10*time.Second, func() { panic("the parser does not end") })
		defer hung.Stop()
		requireTiling(t, source, lex("x", source))
		file, errs := File("x", []byte(source))
		requireSpans(t, file)
		for _, d := range errs {
			if d.Message == "" || d.Span.Pos.Filename != "x" || d.Span.Pos.Offset > len(source) || d.Span.EndPos.Offset > len(source) || d.Span.Pos.Line < 1 {
				t.Fatalf("%s stands outside of the source: %v", d.Message, d.Span)
			}
		}
		printed(errs, source)
	})
}

func BenchmarkFile(b *testing.B) {
	var thousand bytes.Buffer
	for bytes.Count(thousand.Bytes(), []byte("\n")) < 1000 {
		for _, path := range corpus(b, "programs/*.tfe") {
			source, err := os.ReadFile(path)
			require.NoError(b, err)
			thousand.Write(source)
		}
	}
	lines := bytes.SplitAfter(thousand.Bytes(), []byte("\n"))[:1000]
	source := bytes.Join(lines, nil)
	b.SetBytes(int64(len(source)))
	for b.Loop() {
		File("x", source)
	}
}
