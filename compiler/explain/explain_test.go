package explain_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/explain"
)

const header = `players alice, bob, carol, s0, s1, s2
group pair = { alice, bob }
protocol aby3(s0, s1, s2)
precision fixed(20, 12)
`

// explained is what is said of a name on the line that ends in `// here`.
func explained(t *testing.T, program, name string) string {
	t.Helper()
	read := func(string) ([]byte, error) { return []byte(program), nil }
	u, diags, err := compiler.Load("p.tfe", compiler.Options{Read: read})
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v", diags)
	line := 1 + strings.Count(program[:strings.Index(program, "// here")], "\n")
	var texts []string
	for _, v := range explain.Name(u.Checked, u.Programs, "p.tfe", line, name) {
		texts = append(texts, v.String())
	}
	return strings.Join(texts, "\n")
}

// TestReference holds the example of language.md, section 3, to the letter.
func TestReference(t *testing.T) {
	text, err := os.ReadFile("../../corpus/programs/groupby.tfe")
	require.NoError(t, err)
	program := strings.Replace(string(text), "// shared: 4", "// here", 1)
	assert.Equal(t, "shown : bool[4] @ shared\n  defined on line 29\n"+
		"  ca @ alice   (by_region(left), line 27: left is an input of alice)\n"+
		"  cb @ bob     (by_region(right), line 28: right is an input of bob)\n"+
		"  alice and bob meet in `ca + cb`, line 29: 4 elements shared by each, 4 secure comparisons\n", explained(t, program, "shown"))
}

func TestExplain(t *testing.T) {
	for _, c := range []struct{ title, program, name, want string }{
		{"an input", `computation c(a: int32 @ alice, // here
b: int32 @ bob) -> o: bool @ carol { return reveal(a > b) to carol }`,
			"a", "a : int32 @ alice\n  an input of alice, line 5\n"},
		{"in clear", `computation c(a: int32 @ alice, b: int32 @ bob) -> o: bool @ carol {
let x = a * 2 // here
return reveal(x > b) to carol }`,
			"x", "x : int32 @ alice\n  defined on line 6\n  a @ alice   (an input of alice, line 5)\n"},
		{"at its use", `computation c(a: int32 @ alice, b: int32 @ bob) -> o: bool @ carol {
let x = a < b
return reveal(not x) to carol // here
}`,
			"x", "x : bool @ shared\n  defined on line 6\n  a @ alice   (an input of alice, line 5)\n  b @ bob     (an input of bob, line 5)\n" +
				"  alice and bob meet in `a < b`, line 6: 1 element shared by each, 1 secure comparison\n"},
		{"on shares already", `computation c(a: fixed @ alice in 0.0..9.0, b: fixed @ bob in 0.0..9.0) -> o: fixed @ carol {
let x = a * b
let y = x * x // here
return reveal(y) to carol }`,
			"y", "y : fixed @ shared\n  defined on line 7\n  x @ shared   (a * b, line 6: a is an input of alice, b is an input of bob)\n" +
				"  on shares, line 7: 1 secure multiplication\n"},
		{"shared on purpose", `computation c(a: int32 @ alice) -> o: int32 @ carol {
let y: int32 @ shared = a // here
return reveal(y) to carol }`,
			"y", "y : int32 @ shared\n  defined on line 6\n  a @ alice   (an input of alice, line 5)\n" +
				"  alice shares what is in `y`, line 6: 1 element shared by alice\n"},
		{"a variable under a condition", `computation c(a: bool @ alice, b: int32 @ bob) -> o: int32 @ carol {
var y = b // here
if a { y = 0 }
return reveal(y) to carol }`,
			"y", "y : int32 @ shared\n  defined on line 6\n  b @ bob     (an input of bob, line 5)\n  a @ alice   (an input of alice, line 5)\n" +
				"  alice and bob meet in `y`, line 6"},
		{"a variable in a loop", `computation c(a: int32[4] @ alice in 0..9, b: int32 @ bob in 0..9) -> o: int32 @ carol {
var y: int32 = 0 // here
for i in 0..4 {
if a[i] > b { y = a[i] }
}
return reveal(y) to carol }`,
			"y", "y : int32 @ shared\n  defined on line 6\n  a @ alice   (an input of alice, line 5)\n  b @ bob     (an input of bob, line 5)\n" +
				"  alice and bob meet in `a[i] > b`, line 8: 1 element shared by bob, 4 elements shared by alice, 4 secure comparisons, 4 secure selections\n"},
		{"an output", `computation c(a: int32 @ alice, b: int32 @ bob) -> o: bool @ carol { // here
return reveal(a > b) to carol }`,
			"o", "o : bool @ carol\n  an output: `reveal(a > b) to carol`, line 5\n  a @ alice   (an input of alice, line 5)\n  b @ bob     (an input of bob, line 5)\n"},
		{"a bundle", `computation c(a: int32 @ each pair) -> o: int32 @ carol {
let y = gather(a) // here
return reveal(max(y)) to carol }`,
			"y", "y : int32[2] @ shared\n  defined on line 6\n  a @ each pair   (one input of each of pair, line 5)\n" +
				"  alice and bob meet in `gather(a)`, line 6: 1 element shared by each\n"},
		{"a function in two ways", `fn f(x: int32) -> int32 { let y = x - 1 // here
return y }
computation c(a: int32 @ alice in 0..9, b: int32 @ bob in 0..9) -> o: int32 @ carol { return reveal(f(a) + f(b)) to carol }`,
			"y", "y : int32 @ alice\n  defined on line 5\n  x @ alice   (a parameter of f, line 5)\n\ny : int32 @ bob\n  defined on line 5\n  x @ bob   (a parameter of f, line 5)\n"},
	} {
		t.Run(c.title, func(t *testing.T) {
			got := explained(t, header+c.program, c.name)
			assert.Truef(t, strings.HasPrefix(got, c.want), "got:\n%s\nwant:\n%s", got, c.want)
		})
	}
}
