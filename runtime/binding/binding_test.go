package binding

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
)

var (
	money  = clear.Fixed(35, 12)
	salary = Input{Name: "a", Elem: money, Dims: 1, Range: &Range{High: 100_000 << 12, Text: "0.0..100_000.0"}}
	table2 = Input{Name: "x", Elem: clear.Int32, Dims: 2}
	number = Input{Name: "k", Elem: clear.Int32}
)

const payroll = "name, gross ,net\nann,1000.5,7\nalan,3000,8\n"

func TestLoad(t *testing.T) {
	deep := Input{Name: "t", Elem: clear.Int8, Dims: 3}
	flags := Input{Name: "f", Elem: clear.Bool, Dims: 1}
	tests := []struct {
		name string
		spec string // FILE is the path of the file; - is stdin
		text string
		in   Input
		want string // the tensor, or the error with FILE for the path
	}{
		{"a column", "csv:FILE#gross", payroll, salary, "[1000.5, 3000]"},
		{"byte order mark, CRLF", "csv:FILE#gross", "\ufeffgross,net\r\n1,2\r\n3,4\r\n", salary, "[1, 3]"},
		{"quotes", "csv:FILE#a, b", "\"a, b\",\"x\"\"y\"\n\"1\",2\n", salary, "[1]"},
		{"only column", "csv:FILE", "gross\n1\n2\n", salary, "[1, 2]"},
		{"no rows", "csv:FILE", "gross\n", salary, "[]"},
		{"no last newline", "csv:FILE", "gross\n1\n2", salary, "[1, 2]"},
		{"empty lines at the end", "csv:FILE", "gross\n1\n\n\n", salary, "[1]"},
		{"all columns", "csv:FILE", "a,b\n1,2\n3,4\n", table2, "[[1, 2], [3, 4]]"},
		{"listed columns", "csv:FILE#c, a", "a,b,c\n1,2,3\n4,5,6\n", table2, "[[3, 1], [6, 4]]"},
		{"a cell", "csv:FILE#b@2", "a,b\n1,2\n3,4\n", number, "4"},
		{"the only cell", "csv:FILE#a", "a,b\n1,2\n", number, "1"},
		{"a column with @", "csv:FILE#b@2", "a,b@2\n1,7\n", number, "7"},
		{"stdin as csv", "csv:-#gross", payroll, salary, "[1000.5, 3000]"},
		{"spaces around a cell", "csv:FILE", "gross\n 1 \n", salary, "[1]"},

		{"array", "json:FILE", "[1, 2.5,\n3e2]", salary, "[1, 2.5, 300]"},
		{"rows", "json:-", "[[1,2],[3,4]]", table2, "[[1, 2], [3, 4]]"},
		{"no rows in json", "json:-", "[]", table2, "[]"},
		{"three dimensions", "json:-", "[[[1],[2]],[[3],[4]]]", deep, "[[[1], [2]], [[3], [4]]]"},
		{"scalar", "json:-", " 7\n", number, "7"},
		{"bools", "json:-", "[true, false, 1]", flags, "[true, false, true]"},

		{"value", "value:5", "", number, "5"},
		{"value with _", "value:1_000", "", number, "1000"},
		{"values", "value:[2000,7000]", "", salary, "[2000, 7000]"},
		{"negative value", "value:-3", "", number, "-3"},

		{"lines", "stdin", "1\n2.5\n\n", salary, "[1, 2.5]"},
		{"rows of lines", "stdin", "1 2\n3, 4\n5\t6\n", table2, "[[1, 2], [3, 4], [5, 6]]"},
		{"one line", "stdin", "42\n", number, "42"},

		{"text", "csv:FILE#gross", "gross\n1\nabc\n2\n", salary, "FILE:3: column gross: `abc` is not a number"},
		{"range", "csv:FILE#gross", "gross\n1\n100001\n-0.5\n", salary,
			"FILE:3: column gross: value 100001 is outside 0.0..100_000.0\nFILE:4: column gross: value -0.5 is outside 0.0..100_000.0"},
		{"type", "csv:FILE", "k\n3000000000\n1.5\n", Input{Name: "k", Elem: clear.Int32, Dims: 1},
			"FILE:2: column k: value 3000000000 does not fit int32\nFILE:3: column k: `1.5` is not an integer"},
		{"truth", "csv:FILE", "f\nyes\n", flags, "FILE:2: column f: `yes` is not true or false"},
		{"empty cell", "csv:FILE#b", "a,b\n1,\n2, \n", salary, "FILE:2: column b: the cell is empty\nFILE:3: column b: the cell is empty"},
		{"empty line", "csv:FILE", "gross\n1\n\n\n2\n", salary, "FILE:3: column gross: the cell is empty\nFILE:4: column gross: the cell is empty"},
		{"ragged", "csv:FILE#a", "a,b\n1,2\n3\n4,5,6\n7,8\n", salary, "FILE:3: 1 fields, want 2\nFILE:4: 3 fields, want 2"},
		{"quote", "csv:FILE#a", "a,b\n1,2\n3,4\"5\n", salary, "FILE:3: bare \" in non-quoted-field"},
		{"line of a quoted cell", "csv:FILE#b", "a,b\n\"x\ny\",1\n2,no\n", salary, "FILE:4: column b: `no` is not a number"},
		{"missing column", "csv:FILE#gros", payroll, salary, "FILE: no column `gros` (did you mean `gross`?): the columns are name, gross, net"},
		{"missing columns", "csv:FILE#salary,net,pay", payroll, table2,
			"FILE: no column `salary`: the columns are name, gross, net\nFILE: no column `pay`: the columns are name, gross, net"},
		{"several columns", "csv:FILE", payroll, salary, "FILE: input a takes one column, not 3: add #COLUMN, one of name, gross, net"},
		{"column twice", "csv:FILE#a", "a,a\n1,2\n", salary, "FILE: column `a` stands twice"},
		{"several rows", "csv:FILE#a", "a\n1\n2\n", number, "FILE: input k is one value, and the file has 2 rows: add @ROW"},
		{"no such row", "csv:FILE#a@3", "a\n1\n2\n", number, "FILE: no row 3"},
		{"row no number", "csv:FILE#a@x", "a\n1\n", number, "FILE: row `x` is not a number from 1"},
		{"semicolons", "csv:FILE#a", "a;b\n1;2\n", salary, "FILE:1: columns must be separated by commas, found `a;b`"},
		{"UTF-16", "csv:FILE#a", "\xff\xfea\x00", salary, "FILE is UTF-16: want UTF-8"},
		{"empty file", "csv:FILE#a", "", salary, "FILE is empty: want a header with the names of the columns"},
		{"csv of three dimensions", "csv:FILE", "a\n", deep, "FILE: csv has two dimensions and input t 3: use json"},
		{"strange text", "csv:FILE", "gross\n\"\x1b[2J\"\n" + strings.Repeat("x", 50) + "\n", salary,
			"FILE:2: column gross: `\\x1b[2J` is not a number\nFILE:3: column gross: `" + strings.Repeat("x", 40) + "…` is not a number"},
		{"many errors", "csv:FILE", "gross\n" + strings.Repeat("x\n", 12), salary, manyErrors()},

		{"json text", "json:FILE", `[1, "2", null]`, salary, "FILE: input a: [1]: text `2` is not fixed(35, 12)\nFILE: input a: [2]: null is not fixed(35, 12)"},
		{"json range", "json:FILE", `[1, 100001]`, salary, "FILE: input a: [1]: value 100001 is outside 0.0..100_000.0"},
		{"json truth", "json:FILE", `[true]`, salary, "FILE: input a: [0]: `true` is not a number"},
		{"json object", "json:FILE", `{"a": 1}`, salary, "FILE: input a: an object, want an array of 1 dimensions"},
		{"json object inside", "json:FILE", `[{"a": 1}]`, salary, "FILE: input a: [0]: an object, want fixed(35, 12)"},
		{"json too deep", "json:FILE", `[[1]]`, salary, "FILE: input a: [0]: an array, want fixed(35, 12)"},
		{"json too flat", "json:FILE", `[1]`, table2, "FILE: input x: [0]: 1, want an array of 1 dimensions"},
		{"json ragged", "json:FILE", `[[1,2],[3]]`, table2, "FILE: input x: [1]: 1 elements, want 2 as in the first"},
		{"json end", "json:FILE", `[1, 2`, salary, "FILE: input a: the text ends too early"},
		{"json twice", "json:FILE", `[1] [2]`, salary, "FILE: input a: more than one value"},
		{"json syntax", "json:FILE", `[1, x]`, salary, "FILE: input a: invalid character 'x' looking for beginning of value"},
		{"no json", "json:FILE", ``, salary, "FILE: input a: the text ends too early"},

		{"value no number", "value:x", "", number, "input k: `x` is not a number"},
		{"value array", "value:[1,2.5]", "", Input{Name: "k", Elem: clear.Int8, Dims: 1}, "value: input k: [1]: `2.5` is not an integer"},

		{"line no number", "stdin", "1\nx\n", salary, "stdin:2: `x` is not a number"},
		{"empty line of stdin", "stdin", "1\n\n2\n", salary, "stdin:2: the line is empty"},
		{"ragged lines", "stdin", "1 2\n3\n", table2, "stdin:2: 1 values, want 2 as in the first row"},
		{"two lines", "stdin", "1\n2\n", number, "stdin: input k is one value, and there are 2 lines"},
		{"no line", "stdin", "", number, "stdin: input k is one value, and there are 0 lines"},
		{"lines of three dimensions", "stdin", "1\n", deep, "stdin: lines have two dimensions and input t 3: use json:-"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f")
			require.NoError(t, os.WriteFile(path, []byte(test.text), 0o600))
			s, err := ParseSource(strings.ReplaceAll(test.spec, "FILE", path))
			require.NoError(t, err)
			x, err := s.Load(test.in, strings.NewReader(test.text))
			if err != nil {
				require.Equal(t, test.want, strings.ReplaceAll(err.Error(), path, "FILE"))
				return
			}
			require.Equal(t, test.want, x.String())
			require.Equal(t, test.in.Elem, x.Elem)
			require.Len(t, x.Shape, test.in.Dims)
		})
	}
}

func manyErrors() string {
	var b strings.Builder
	for line := 2; line < 12; line++ {
		b.WriteString("FILE:" + strconv.Itoa(line) + ": column gross: `x` is not a number\n")
	}
	return b.String() + "FILE: and 2 more"
}

func TestLoadMissingFile(t *testing.T) {
	dir := t.TempDir()
	for spec, want := range map[string]string{
		"csv:" + dir + "/none.csv#a": "cannot read " + dir + "/none.csv: no such file or directory",
		"json:" + dir + "/none":      "cannot read " + dir + "/none: no such file or directory",
		"csv:" + dir + "#a":          "cannot read " + dir + ": is a directory",
	} {
		s, err := ParseSource(spec)
		require.NoError(t, err)
		_, err = s.Load(salary, nil)
		require.EqualError(t, err, want)
	}
}

func TestParseSource(t *testing.T) {
	tests := []struct {
		spec string
		want Source
	}{
		{"csv:a#b.csv#c", Source{Kind: "csv", Path: "a#b.csv", Select: "c"}},
		{"csv:a.csv", Source{Kind: "csv", Path: "a.csv"}},
		{"parquet:a.parquet#b,c", Source{Kind: "parquet", Path: "a.parquet", Select: "b,c"}},
		{"npy:a.npy", Source{Kind: "npy", Path: "a.npy"}},
		{"json:-", Source{Kind: "json", Path: "-"}},
		{"value:", Source{Kind: "value"}},
		{"stdin", Source{Kind: "stdin"}},
	}
	for _, test := range tests {
		s, err := ParseSource(test.spec)
		require.NoError(t, err)
		require.Equal(t, test.want, s)
	}
	const use = "use csv:FILE#COLUMN, parquet:FILE#COLUMN, npy:FILE, json:FILE, value:X and stdin"
	for spec, want := range map[string]string{
		"npy:":          "`npy:` is no binding: " + use,
		"share:":        "`share:` is no binding: " + use,
		"parquet:-#c":   "parquet is not read from stdin: want a file",
		"payroll.csv":   "`payroll.csv` is no binding: write `csv:payroll.csv`",
		"csv:":          "`csv:` is no binding: " + use,
		"":              "`` is no binding: " + use,
		"stdin:":        "`stdin:` is no binding: " + use,
		"http://x/a.js": "`http://x/a.js` is no binding: " + use,
	} {
		_, err := ParseSource(spec)
		require.EqualError(t, err, want)
	}
}

func TestSources(t *testing.T) {
	s, _, err := Parse(nil, []string{"a=csv:a.csv#gross", "pay=value:5", "pay[e1]=stdin", "x=value:[1]=2"}, nil)
	require.NoError(t, err)
	for name, want := range map[string]string{"a": "csv", "pay[e0]": "value", "pay[e1]": "stdin", "x": "value"} {
		source, err := s.Of(name, false)
		require.NoError(t, err)
		require.Equal(t, want, source.Kind)
	}
	_, err = s.Of("b", false)
	require.EqualError(t, err, "input b has no binding: add --in b=csv:FILE#COLUMN")
	_, err = s.Of("won[e0]", false)
	require.EqualError(t, err, "input won[e0] has no binding: add --in 'won[e0]'=csv:FILE#COLUMN")
	require.NoError(t, s.Unused([]string{"a", "pay[e0]", "pay[e1]", "x"}))
	require.EqualError(t, s.Unused([]string{"a", "b"}), "no input is called pay: there is a, b\nno input is called pay[e1]: there is a, b\nno input is called x: there is a, b")
	_, _, err = Parse(nil, []string{"a", "b=foo", "c=stdin", "c=value:1"}, nil)
	require.EqualError(t, err, "`a` is no binding: want name=…\n"+
		"b: `foo` is no binding: use csv:FILE#COLUMN, parquet:FILE#COLUMN, npy:FILE, json:FILE, value:X and stdin\nc is bound twice")
	_, _, err = Parse(nil, []string{"a=stdin", "b=json:-"}, nil)
	require.EqualError(t, err, "inputs a and b both read stdin")
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	scalar := clear.Int(money, 3000<<12)
	vector := clear.FromInts(clear.Int8, []int{2}, 1, -2)
	matrix := clear.FromInts(clear.Int8, []int{2, 2}, 1, 2, 3, 4)
	tests := []struct {
		spec string // "" is no target
		x    clear.Tensor
		want string
	}{
		{"", scalar, "avg = 3000\n"},
		{"", vector, "avg = [1, -2]\n"},
		{"json:-", scalar, "3000\n"},
		{"json:FILE", matrix, "[[1, 2], [3, 4]]\n"},
		{"csv:FILE", scalar, "avg\n3000\n"},
		{"csv:FILE", vector, "avg\n1\n-2\n"},
		{"csv:FILE", matrix, "avg[0],avg[1]\n1,2\n3,4\n"},
		{"csv:-", vector, "avg\n1\n-2\n"},
	}
	for _, test := range tests {
		path := filepath.Join(dir, "out")
		var target Target
		if test.spec != "" {
			var err error
			target, err = ParseTarget(strings.ReplaceAll(test.spec, "FILE", path))
			require.NoError(t, err)
		}
		require.NoError(t, target.Check("avg", test.x.Elem, len(test.x.Shape), 0))
		var stdout bytes.Buffer
		require.NoError(t, target.Write([]Output{{Name: "avg", Value: test.x}}, &stdout))
		got := stdout.String()
		if strings.HasSuffix(test.spec, "FILE") {
			require.Empty(t, got)
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			got = string(b)
		}
		require.Equal(t, test.want, got, test.spec)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.LessOrEqual(t, len(left), 1, "nothing but the output is left")
	}
}

// What is written to a file reads back as the same.
func TestRoundTrip(t *testing.T) {
	x := clear.FromInts(money, []int{2, 3}, 1, -1, 4096, 123456789, -987654321, 0)
	for _, kind := range []string{"csv:", "json:", "npy:"} {
		path := filepath.Join(t.TempDir(), "x")
		target, err := ParseTarget(kind + path)
		require.NoError(t, err)
		require.NoError(t, target.Write([]Output{{Name: "x", Value: x}}, nil))
		source, err := ParseSource(kind + path)
		require.NoError(t, err)
		back, err := source.Load(Input{Name: "x", Elem: money, Dims: 2}, nil)
		require.NoError(t, err)
		require.Equal(t, x, back)
	}
}

func TestTargets(t *testing.T) {
	dir := t.TempDir()
	_, _, err := Parse(nil, nil, []string{"a=json:x.json", "b=csv:./x.json"})
	require.EqualError(t, err, "outputs a and b go to one file, x.json")
	_, _, err = Parse(nil, nil, []string{"a=share:", "b=x", "c=parquet:x"})
	require.EqualError(t, err, "a: `share:` is no output: use json:-, json:FILE, csv:FILE and npy:FILE\n"+
		"b: `x` is no output: use json:-, json:FILE, csv:FILE and npy:FILE\nc: parquet is read only: use json:-, json:FILE, csv:FILE and npy:FILE")
	_, targets, err := Parse(nil, nil, []string{"a=json:-", "b=json:-", "won=csv:w"})
	require.NoError(t, err)
	require.Equal(t, Target{Kind: "csv", Path: "w"}, targets.Of("won[b1]"))
	require.Equal(t, Target{}, targets.Of("other"))
	require.EqualError(t, targets.Unused(nil), "no output is called a: there are none here\nno output is called b: there are none here\nno output is called won: there are none here")

	require.EqualError(t, Target{Kind: "json", Path: dir}.Check("avg", clear.Int8, 0, 0), "cannot write output avg: "+dir+" is a directory")
	require.ErrorContains(t, Target{Kind: "json", Path: dir + "/none/x"}.Check("avg", clear.Int8, 0, 0), "cannot write output avg: open ")
	require.EqualError(t, Target{Kind: "csv", Path: dir + "/x"}.Check("avg", clear.Int8, 3, 0), "output avg has 3 dimensions and csv two: use json")
	require.ErrorContains(t, Target{Kind: "json", Path: dir + "/none/x"}.Write([]Output{{Name: "avg", Value: clear.Int(clear.Int8, 1)}}, nil), "cannot write output avg to "+dir+"/none/x: ")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestRange(t *testing.T) {
	u := &Range{Low: 1, High: -1, Unsigned: true} // 1 to the greatest uint64
	require.True(t, u.Holds(1<<63))
	require.False(t, u.Holds(0))
	s := &Range{Low: -2, High: 2}
	require.True(t, s.Holds(^uint64(0)))
	require.False(t, s.Holds(3))
	require.False(t, s.Holds(^uint64(2)))
}

// A million rows are read as a stream.
func TestLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("a million rows")
	}
	const rows = 1_000_000
	text := "id,gross\n" + strings.Repeat("1,1234.5\n", rows)
	x, err := loadCSV(salary, strings.NewReader(text), "f", "gross")
	require.NoError(t, err)
	require.Equal(t, []int{rows}, x.Shape)
	require.Equal(t, clear.Int(money, 1_234_500_000<<12), clear.Sum(x, -1))
}

func BenchmarkCSV(b *testing.B) {
	text := "id,gross\n" + strings.Repeat("1,1234.5\n", 100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_, err := loadCSV(salary, strings.NewReader(text), "f", "gross")
		require.NoError(b, err)
	}
}

// fuzz holds for any text: an error or a tensor of the input's type and shape,
// within its range.
func fuzz(f *testing.F, seeds []string, load func(in Input, text string) (clear.Tensor, error)) {
	for _, s := range seeds {
		for dims := range 3 {
			f.Add(s, uint8(dims))
		}
	}
	f.Fuzz(func(t *testing.T, text string, dims uint8) {
		in := Input{Name: "a", Elem: money, Dims: int(dims % 4), Range: salary.Range}
		x, err := load(in, text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		n := 1
		for _, d := range x.Shape {
			n *= d
		}
		require.Len(t, x.Shape, in.Dims)
		require.Len(t, x.Data, n)
		for _, v := range x.Data {
			require.True(t, in.Range.Holds(v))
		}
	})
}

func FuzzCSV(f *testing.F) {
	fuzz(f, []string{payroll, "a\n1\n\n2\n", "\ufeffa,b\r\n\"1\",2\r\n", "a,b\n1\n2,3,4\n", "a\n\"1\n2\"\n3\n"},
		func(in Input, text string) (clear.Tensor, error) {
			return loadCSV(in, strings.NewReader(text), "f", "")
		})
}

func FuzzJSON(f *testing.F) {
	fuzz(f, []string{"[1,2]", "[[1],[2]]", "5", "[[],[]]", "[[1],[2,3]]", "{}", "[1e999]", "[\"a\""},
		func(in Input, text string) (clear.Tensor, error) { return loadJSON(in, strings.NewReader(text), "f") })
}

func FuzzValue(f *testing.F) {
	fuzz(f, []string{"5", "[2000,7000]", "-1", "1_000", "[[1]]"}, loadValue)
}

func FuzzLines(f *testing.F) {
	fuzz(f, []string{"1\n2\n", "1 2\n3,4\n", "\n\n1", "1\n\n2"},
		func(in Input, text string) (clear.Tensor, error) { return loadLines(in, strings.NewReader(text)) })
}
