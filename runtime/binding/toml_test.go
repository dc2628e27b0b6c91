package binding

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// writeFile writes a toml file and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestParseFile(t *testing.T) {
	path := writeFile(t, "alice.toml", `# alice
[in]
a = "csv:payroll.csv#gross"
"pay[e0]" = 'json:/data/pay.json'
"pay[e1]" = "stdin"
k = "value:x/y"
b = "npy:sub/../b.npy"

[out]
avg = "json:-"
all = "csv:all.csv"
`)
	dir := filepath.Dir(path)
	in, out, err := Parse([]string{path}, nil, nil)
	require.NoError(t, err)
	require.Equal(t, Sources{
		"a":       {Kind: "csv", Path: dir + "/payroll.csv", Select: "gross", Line: path + ":3"},
		"pay[e0]": {Kind: "json", Path: "/data/pay.json", Line: path + ":4"},
		"pay[e1]": {Kind: "stdin", Line: path + ":5"},
		"k":       {Kind: "value", Path: "x/y", Line: path + ":6"},
		"b":       {Kind: "npy", Path: dir + "/b.npy", Line: path + ":7"},
	}, in)
	require.Equal(t, Targets{
		"avg": {Kind: "json", Path: "-", Line: path + ":10"},
		"all": {Kind: "csv", Path: dir + "/all.csv", Line: path + ":11"},
	}, out)
	require.EqualError(t, in.Unused([]string{"a", "pay[e0]", "pay[e1]", "b"}), path+":6: no input is called k: there is a, pay[e0], pay[e1], b")

	// A flag takes the place of an entry, and that of a bundle of all its members.
	in, out, err = Parse([]string{path}, []string{"a=json:x.json", "pay=value:1"}, []string{"all=json:all.json"})
	require.NoError(t, err)
	require.Equal(t, Source{Kind: "json", Path: "x.json"}, in["a"])
	require.Equal(t, []string{"a", "b", "k", "pay"}, slices.Sorted(maps.Keys(in)))
	require.Equal(t, Target{Kind: "json", Path: "all.json"}, out["all"])

	_, _, err = Parse([]string{path}, []string{"b=npy:-"}, nil)
	require.EqualError(t, err, "inputs b and pay[e1] both read stdin")
}

func TestParseFileErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"syntax", "[in]\na = csv:x\n", "FILE:2: expected value but found \"csv\" instead"},
		{"twice", "[in]\na = \"stdin\"\na = \"stdin\"\n", "FILE:3: Key 'in.a' has already been defined."},
		{"unknown keys", "x = 1\n[int]\na = \"stdin\"\nb = \"stdin\"\n[out]\n[zz.yy]\n",
			"FILE:1: unknown key `x`: want the tables [in] and [out]\nFILE:2: unknown key `int`: want the tables [in] and [out]\nFILE:6: unknown key `zz`: want the tables [in] and [out]"},
		{"arrays of tables", "[[in]]\na = \"stdin\"\n[[x]]\ny = 1\n", "FILE:1: `in` is no table: want [in]\nFILE:3: unknown key `x`: want the tables [in] and [out]"},
		{"no table", "in = \"stdin\"\n", "FILE:1: `in` is no table: want [in]"},
		{"no text", "[in]\na = 5\n[out]\nb = [\"json:-\"]\n", "FILE:2: `in.a` is no text: want a = \"…\"\nFILE:4: `out.b` is no text: want b = \"…\""},
		{"inner table", "[in]\npay.e0 = \"stdin\"\n", "FILE:2: unknown key `in.pay.e0`: a name with a dot or a bracket stands in quotes"},
		{"all at once", "[in]\na = \"foo\"\nb = \"\"\n[out]\nc = \"\"\nd = \"bar:x\"\n",
			"FILE:2: a: `foo` is no binding: use " + supported + "\nFILE:3: b is not filled in\n" +
				"FILE:5: c is not filled in\nFILE:6: d: `bar:x` is no output: use json:-, json:FILE, csv:FILE and npy:FILE"},
		{"no UTF-8", "[in]\na = \"\xff\"\n", "FILE:2: invalid UTF-8 byte: 0xff"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := writeFile(t, "alice.toml", test.text)
			_, _, err := Parse([]string{path}, nil, nil)
			require.Error(t, err)
			require.Equal(t, test.want, strings.ReplaceAll(err.Error(), path, "FILE"))
		})
	}
	_, _, err := Parse([]string{"none.toml"}, nil, nil)
	require.EqualError(t, err, "cannot read none.toml: no such file or directory")

	one, two := writeFile(t, "one.toml", "[in]\na = \"stdin\"\n"), writeFile(t, "two.toml", "[in]\na = \"stdin\"\n")
	_, _, err = Parse([]string{one, one}, nil, nil)
	require.NoError(t, err, "files of several players may bind a public input alike")
	_, _, err = Parse([]string{one, two}, nil, nil)
	require.EqualError(t, err, two+":2: a is bound twice")

	// What a flag replaces need not be filled in.
	path := writeFile(t, "alice.toml", "[in]\na = \"\"\n")
	_, _, err = Parse([]string{path}, []string{"a=stdin"}, nil)
	require.NoError(t, err)
}

func FuzzTOML(f *testing.F) {
	for _, seed := range []string{"[in]\na = \"csv:x#y\"\n[out]\nb = 'json:-'\n", "in.a = 1\n", "[[in]]\na = 1\n", "in = {a = \"stdin\"}\n", "[in.a]\n[in.\"b.c\"]\nd = []\n", "in = [[1]]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b entries
		if err := b.parse("f", text); err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "f:"), err.Error())
			return
		}
		for _, e := range slices.Concat(b.in, b.out) {
			require.Regexp(t, `^f:[0-9]+$`, e.line)
		}
	})
}
