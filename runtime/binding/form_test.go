package binding

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/date"
)

// The fields of record Sale { region: Region, amount: fixed in 0..1000, when: date, marks: int8[2] }.
var (
	regions = Form{Names: []string{"north", "south"}}
	region  = Input{Name: "t.region", Elem: clear.Int32, Form: regions, Dims: 1, Rows: 1, Range: &Range{High: 1, Text: "Region"}}
	amount  = Input{Name: "t.amount", Elem: money, Dims: 1, Rows: 1, Range: &Range{High: 1000 << 12, Text: "0.0..1000.0"}}
	when    = Input{Name: "t.when", Elem: clear.Int32, Form: Form{Date: true}, Dims: 1, Rows: 1, Range: &Range{Low: date.First, High: date.Last, Text: "the calendar"}}
	marks   = Input{Name: "t.marks", Elem: clear.Int8, Dims: 2, Rows: 1}
	nested  = Input{Name: "t.sale.amount", Elem: money, Dims: 1, Rows: 1}
)

// of is a field of one record instead of a table.
func of(in Input) Input {
	in.Dims, in.Rows = in.Dims-1, 0
	return in
}

// named is an input that is no field.
func named(in Input) Input {
	in.Name, in.Rows = "x", 0
	return in
}

// by is an array with a column for each value of the enum.
func by(in Input) Input {
	in.Columns = regions.Names
	return in
}

func TestRecordsAndForms(t *testing.T) {
	const table = "when,amount,region,marks[0],marks[1],other\n2024-02-29,3.5,south,1,2,x\n1969-12-31,0,north,3,-4,y\n"
	const objects = `[{"region": "south", "amount": 3.5, "when": "2024-02-29", "marks": [1, 2], "other": {"a": [1]}},
		{"marks": [3, -4], "when": "1969-12-31", "amount": 0, "region": "north"}]`
	lines := strings.NewReplacer("[{", "{", "}]", "}", "},", "}\n").Replace(objects)
	for _, c := range []struct {
		spec, text string
		in         Input
		want       string // or the error
	}{
		{"csv:FILE", table, region, "[1, 0]"},
		{"csv:FILE", table, amount, "[3.5, 0]"},
		{"csv:FILE", table, when, "[19782, -1]"},
		{"csv:FILE", table, marks, "[[1, 2], [3, -4]]"},
		{"csv:FILE#@2", table, of(when), "-1"},
		{"csv:FILE#@1", table, of(marks), "[1, 2]"},
		{"json:FILE", objects, region, "[1, 0]"},
		{"json:FILE", objects, amount, "[3.5, 0]"},
		{"json:FILE", objects, marks, "[[1, 2], [3, -4]]"},
		{"json:FILE", lines, when, "[19782, -1]"},
		{"json:FILE", lines, marks, "[[1, 2], [3, -4]]"},
		{"json:FILE", `{"marks": [1, 2]}`, of(marks), "[1, 2]"},
		{"json:FILE", "[]", amount, "[]"},
		{"json:FILE", `[{"sale": {"region": 1, "amount": 2}}, {"amount": 9, "sale": {"amount": 3}}]`, nested, "[2, 3]"},
		{`value:[{"region": "north"}]`, "", region, "[0]"},
		{`value:{"amount": 2}`, "", of(amount), "2"},
		{"value:south", "", named(of(region)), "1"},
		{`value:["south", "north"]`, "", named(region), "[1, 0]"},
		{"value:2024-02-29", "", named(of(when)), "19782"},
		{"csv:FILE#r", "r\nnorth\nsouth\n", named(region), "[0, 1]"},
		{"stdin", "north\nsouth\n", named(region), "[0, 1]"},
		{"csv:FILE", "other,marks[south],marks[north]\nx,1,2\n", by(marks), "[[2, 1]]"},
		{"csv:FILE", "marks[0],marks[1]\n1,2\n", by(marks), "[[1, 2]]"},
		{"csv:FILE", "south,other,north\n1,9,2\n3,9,4\n", named(by(marks)), "[[2, 1], [4, 3]]"},
		{"csv:FILE", "x[0],x[1]\n1,2\n", named(by(marks)), "[[1, 2]]"},
		{"csv:FILE#south,other", "south,other,north\n1,9,2\n", named(by(marks)), "[[1, 9]]"},

		{"csv:FILE", "region,amount\nnorth,1000.5\nsouth,\n", amount, "FILE:2: column amount: value 1000.5 is outside 0.0..1000.0\nFILE:3: column amount: the cell is empty"},
		{"csv:FILE", "region,amount\nnroth,1\n1,2\n", region, "FILE:2: column region: `nroth` is none of north, south (did you mean `north`?)\nFILE:3: column region: `1` is none of north, south"},
		{"csv:FILE", "region,amuont\nnorth,1\n", amount, "FILE: no column `amount` (did you mean `amuont`?): the columns are region, amuont"},
		{"csv:FILE", "marks\n1\n", marks, "FILE: no column `marks[0]` (did you mean `marks`?): the columns are marks"},
		{"csv:FILE", "north,soth\n1,2\n", named(by(marks)), "FILE: no column `south` (did you mean `soth`?): the columns are north, soth"},
		{"csv:FILE", "marks[south]\n1\n", by(marks), "FILE: no column `marks[north]` (did you mean `marks[south]`?): the columns are marks[south]"},
		{"csv:FILE#amount", table, amount, "FILE: the columns of the record t are named by its fields: leave `#amount` out"},
		{"csv:FILE", table, of(amount), "FILE: input t.amount is one value, and the file has 2 rows: add @ROW"},
		{"csv:FILE", "when\n2023-02-29\n", when, "FILE:2: column when: `2023-02-29` is no date: want year-month-day, such as 2024-02-29"},
		{"json:FILE", `[{"region": "north"}, {"amount": null}, {"amount": 2000}]`, amount,
			"FILE: input t.amount: [0]: no field `amount`\nFILE: input t.amount: [1]: null is not fixed(35, 12)\nFILE: input t.amount: [2]: value 2000 is outside 0.0..1000.0"},
		{"json:FILE", `[3]`, amount, "FILE: input t.amount: [0]: 3, want an object with the fields of the record"},
		{"json:FILE", `[{"region": 1}]`, region, "FILE: input t.region: [0]: `1` is none of north, south"},
		{"stdin", "1\n", amount, "input t is a record, which is not read from stdin: use a file"},
		{"csv:-", "amount\n1\n", amount, "input t is a record, which is not read from stdin: use a file"},
		{"csv:FILE", table, Input{Name: "t.deep", Elem: money, Dims: 3, Rows: 1},
			"FILE: csv has a row a record, and one column or several a field: input t.deep has more dimensions: use json"},
	} {
		path := filepath.Join(t.TempDir(), "f")
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
		source, err := ParseSource(strings.ReplaceAll(c.spec, "FILE", path))
		require.NoError(t, err, c.spec)
		x, err := source.Load(c.in, strings.NewReader(c.text))
		if err != nil {
			require.Equal(t, c.want, strings.ReplaceAll(err.Error(), path, "FILE"), c.spec)
			continue
		}
		require.Equal(t, c.want, x.String(), "%s %s", c.spec, c.text)
	}
}

func TestFloatsAndStrings(t *testing.T) {
	word := Input{Name: "s", Elem: clear.String}
	words := Input{Name: "s", Elem: clear.String, Dims: 1}
	grid := Input{Name: "s", Elem: clear.String, Dims: 2}
	name := Input{Name: "t.name", Elem: clear.String, Dims: 1, Rows: 1}
	float := Input{Name: "x", Elem: clear.Float}
	floats := Input{Name: "x", Elem: clear.Float, Dims: 1}
	for _, c := range []struct {
		spec, text string
		in         Input
		want       string // or the error
	}{
		{"csv:FILE#name", "name,w\n ann ,1\n\"b, c\n\",2\n", words, `[" ann ", "b, c\n"]`},
		{"csv:FILE", "name,w\nann,1\nbob,2\n", name, `["ann", "bob"]`},
		{"csv:FILE#a,b", "a,b\nann,1\n", grid, `[["ann", "1"]]`},
		{"csv:FILE#w", "w\n1e3\n-0.1\n0.30000000000000004\n", floats, "[1000, -0.1, 0.30000000000000004]"},
		{"json:FILE", `["ann", "", "<é>"]`, words, `["ann", "", "<é>"]`},
		{"json:FILE", `[{"name": "ann"}, {"name": "bob"}]`, name, `["ann", "bob"]`},
		{"json:FILE", `[1, 2.5, 1e-7]`, floats, "[1, 2.5, 1e-07]"},
		{"value: ann ", "", word, `" ann "`},
		{"value:-2.5e3", "", float, "-2500"},
		{"stdin", "ann\nbob smith\n", words, `["ann", "bob smith"]`},
		{"stdin", "1\n2.5\n", floats, "[1, 2.5]"},

		{"csv:FILE#name", "name\nann\n\"\"\n", words, "FILE:3: column name: the cell is empty"},
		{"csv:FILE#name", "name\n\xff\xfe\n", words, "FILE:2: column name: `\\xff\\xfe` is not UTF-8"},
		{"csv:FILE#w", "w\nnan\n1e999\n", floats, "FILE:2: column w: `nan` is not a number\nFILE:3: column w: value 1e999 does not fit float"},
		{"json:FILE", `["ann", 2, null, true]`, words,
			"FILE: input s: [1]: 2 is no string: want it in quotes\nFILE: input s: [2]: null is not string\nFILE: input s: [3]: true is no string: want it in quotes"},
		{"json:FILE", `["1"]`, floats, "FILE: input x: [0]: text `1` is not float"},
		{"value:", "", word, "input s: the cell is empty"},
	} {
		path := filepath.Join(t.TempDir(), "f")
		require.NoError(t, os.WriteFile(path, []byte(c.text), 0o600))
		source, err := ParseSource(strings.ReplaceAll(c.spec, "FILE", path))
		require.NoError(t, err, c.spec)
		x, err := source.Load(c.in, strings.NewReader(c.text))
		if err != nil {
			require.Equal(t, c.want, strings.ReplaceAll(err.Error(), path, "FILE"), c.spec)
			continue
		}
		require.Equal(t, c.want, x.String(), "%s %s", c.spec, c.text)
	}
}

// A float or a string is written as it is read.
func TestFloatsAndStringsWritten(t *testing.T) {
	texts := []string{"ann", "", "zoë 🙂", "a\"b"}
	for _, x := range []clear.Tensor{
		clear.FromStrings([]int{4}, texts...),
		clear.FromStrings([]int{2, 2}, texts...),
		clear.FromStrings(nil, "ann"),
		clear.FromStrings([]int{0}),
		{Elem: clear.Float, Shape: []int{2}, Data: []uint64{math.Float64bits(0.1), math.Float64bits(-1e300)}},
	} {
		in := Input{Name: "x", Elem: x.Elem, Dims: len(x.Shape)}
		for _, kind := range []string{"npy", "json"} {
			path := filepath.Join(t.TempDir(), "x")
			target := Target{Kind: kind, Path: path}
			require.NoError(t, target.Check("x", x.Elem, len(x.Shape), 0))
			require.NoError(t, target.Write([]Output{{Name: "x", Value: x}}, nil))
			back, err := Source{Kind: kind, Path: path}.Load(in, nil)
			require.NoError(t, err)
			require.Equal(t, x.String(), back.String(), kind)
		}
	}
	var csv bytes.Buffer
	x := clear.FromStrings([]int{2}, "ann", "b, \"c\"")
	require.NoError(t, Target{Kind: "csv", Path: "-"}.Write([]Output{{Name: "x", Value: x}}, &csv))
	require.Equal(t, "x\nann\n\"b, \"\"c\"\"\"\n", csv.String())
}

// The columns that an enum counts are written with the names of its values, by
// which they are read.
func TestColumnsOfAnEnum(t *testing.T) {
	x := clear.Tensor{Elem: clear.Int8, Shape: []int{2, 2}, Data: []uint64{1, 2, 3, 4}}
	for _, c := range []struct {
		in   Input
		rows int
		want string
	}{
		{named(by(marks)), 0, "north,south\n1,2\n3,4\n"},
		{by(marks), 1, "marks[north],marks[south]\n1,2\n3,4\n"},
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		require.NoError(t, Target{Kind: "csv", Path: path}.Write([]Output{{Name: c.in.Name, Form: c.in.Form, Rows: c.rows, Value: x}}, nil))
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, c.want, string(text))
		back, err := Source{Kind: "csv", Path: path}.Load(c.in, nil)
		require.NoError(t, err)
		require.Equal(t, x.String(), back.String())
	}
}

// numpy's texts: code points in either byte order, or bytes; zeros fill them up.
func TestTextNPY(t *testing.T) {
	words := Input{Name: "s", Elem: clear.String, Dims: 1}
	type two struct{ A, B [2]uint32 }
	load := func(dtype string, order binary.ByteOrder, data any) (clear.Tensor, error) {
		return loadNPY(words, strings.NewReader(npyFile(npyHeaderOf(dtype, "False", "(2,)"), order, data)), "f")
	}
	points := []two{{[2]uint32{'a', 0x1f642}, [2]uint32{'b', 0}}}
	for dtype, order := range map[string]binary.ByteOrder{"<U2": binary.LittleEndian, ">U2": binary.BigEndian} {
		x, err := load(dtype, order, points)
		require.NoError(t, err)
		require.Equal(t, `["a🙂", "b"]`, x.String())
	}
	x, err := load("|S3", binary.LittleEndian, []byte("ab\x00cde"))
	require.NoError(t, err)
	require.Equal(t, `["ab", "cde"]`, x.String())
	_, err = load("<U2", binary.LittleEndian, []two{{[2]uint32{1 << 30, 0}, [2]uint32{}}})
	require.EqualError(t, err, "f: input s: [0]: not UTF-8")
	for _, dtype := range []string{"<f8", "<U0", "<U9999999", "<i4"} {
		_, err = load(dtype, binary.LittleEndian, points)
		require.EqualError(t, err, "f: elements of type `"+dtype+"` are not read: want texts, of type U or S")
	}
}

func TestStructuredNPY(t *testing.T) {
	header := "{'descr': [('region', '<i4'), ('amount', '<f8'), ('when', '<M8[D]'), ('marks', '|i1', (2,))], 'fortran_order': False, 'shape': (2,), }"
	type sale struct {
		Region int32
		Amount float64
		When   int64
		Marks  [2]int8
	}
	text := npyFile(header, binary.LittleEndian, []sale{{1, 3.5, 19782, [2]int8{1, 2}}, {0, 0, -1, [2]int8{3, -4}}})
	for want, in := range map[string]Input{"[1, 0]": region, "[3.5, 0]": amount, "[19782, -1]": when, "[[1, 2], [3, -4]]": marks} {
		x, err := loadNPY(in, strings.NewReader(text), "f")
		require.NoError(t, err)
		require.Equal(t, want, x.String())
	}
	bad := npyFile(header, binary.LittleEndian, []sale{{2, 3.5, 1 << 40, [2]int8{}}, {0, 2000, -1, [2]int8{}}})
	for want, in := range map[string]Input{
		"f: input t.region: [0]: value 2 is outside Region":                                      region,
		"f: input t.amount: [1]: value 2000 is outside 0.0..1000.0":                              amount,
		"f: input t.when: [0]: value 1099511627776 does not fit int32":                           when,
		"f: no field `mark` (did you mean `marks`?): the fields are region, amount, when, marks": {Name: "t.mark", Elem: clear.Int8, Dims: 1, Rows: 1},
		"f: an array of 2 dimensions, and input t.marks has 1":                                   of(marks),
		"f: elements of several fields are not read: want one number each":                       named(amount),
	} {
		_, err := loadNPY(in, strings.NewReader(bad), "f")
		require.EqualError(t, err, want)
	}
	_, err := loadNPY(amount, strings.NewReader(npyFile(npyHeaderOf("<f8", "False", "(2,)"), binary.LittleEndian, []float64{1, 2})), "f")
	require.EqualError(t, err, "f: elements without fields, and input t is a record")
	dates := npyFile(npyHeaderOf("<M8[D]", "False", "(2,)"), binary.LittleEndian, []int64{19782, -1})
	x, err := loadNPY(named(when), strings.NewReader(dates), "f")
	require.NoError(t, err)
	require.Equal(t, "[19782, -1]", x.String())
}

func TestRecordsOfParquet(t *testing.T) {
	type sale struct {
		Region string   `parquet:"region,dict"`
		Amount *float64 `parquet:"amount,optional"`
		When   int32    `parquet:"when,date"`
	}
	path := filepath.Join(t.TempDir(), "f")
	write := func(rows ...sale) {
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, parquet.Write(f, rows))
		require.NoError(t, f.Close())
	}
	some, many := 3.5, 2000.0
	write(sale{"south", &some, 19782}, sale{"north", &some, -1})
	for want, in := range map[string]Input{"[1, 0]": region, "[3.5, 3.5]": amount, "[19782, -1]": when} {
		x, err := Source{Kind: "parquet", Path: path}.Load(in, nil)
		require.NoError(t, err)
		require.Equal(t, want, x.String())
	}
	write(sale{"up", nil, 0}, sale{"north", &many, 0})
	for want, in := range map[string]Input{
		"FILE: row 1: column region: `up` is none of north, south":                                                    region,
		"FILE: row 1: column amount: the cell is null\nFILE: row 2: column amount: value 2000 is outside 0.0..1000.0": amount,
	} {
		_, err := Source{Kind: "parquet", Path: path}.Load(in, nil)
		require.EqualError(t, err, strings.ReplaceAll(want, "FILE", path))
	}
}

// What is written of a table and of a record, and that it reads back.
func TestWriteRecords(t *testing.T) {
	columns := []Output{
		{Name: "t.region", Form: regions, Rows: 1, Value: clear.FromInts(clear.Int32, []int{2}, 1, 0)},
		{Name: "t.amount", Rows: 1, Value: clear.FromInts(money, []int{2}, 3<<12, 0)},
		{Name: "t.when", Form: when.Form, Rows: 1, Value: clear.FromInts(clear.Int32, []int{2}, 19782, -1)},
		{Name: "t.marks", Rows: 1, Value: clear.FromInts(clear.Int8, []int{2, 2}, 1, 2, 3, -4)},
	}
	inputs := []Input{region, amount, when, marks}
	for kind, want := range map[string]string{
		"":     `t = [{"region": "south", "amount": 3, "when": "2024-02-29", "marks": [1, 2]}, {"region": "north", "amount": 0, "when": "1969-12-31", "marks": [3, -4]}]` + "\n",
		"json": `[{"region": "south", "amount": 3, "when": "2024-02-29", "marks": [1, 2]}, {"region": "north", "amount": 0, "when": "1969-12-31", "marks": [3, -4]}]` + "\n",
		"csv":  "region,amount,when,marks[0],marks[1]\nsouth,3,2024-02-29,1,2\nnorth,0,1969-12-31,3,-4\n",
		"npy":  "",
	} {
		path := filepath.Join(t.TempDir(), "t")
		target := Target{Kind: kind, Path: path}
		var stdout bytes.Buffer
		for _, c := range columns {
			require.NoError(t, target.Check(c.Name, c.Value.Elem, len(c.Value.Shape), len(c.Value.Shape)-c.Rows))
		}
		require.NoError(t, target.Write(columns, &stdout))
		if kind == "" {
			require.Equal(t, want, stdout.String())
			continue
		}
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		if want != "" {
			require.Equal(t, want, string(text))
		}
		for k, in := range inputs {
			x, err := Source{Kind: kind, Path: path}.Load(in, nil)
			require.NoError(t, err, kind)
			require.Equal(t, columns[k].Value, x)
		}
	}
	var out bytes.Buffer
	pair := []Output{{Name: "r.sale.a", Value: clear.Int(clear.Int8, 1)}, {Name: "r.sale.b", Value: clear.Int(clear.Int8, 2)}, {Name: "r.c", Value: clear.Int(clear.Int8, 3)}}
	require.NoError(t, Target{Kind: "json", Path: "-"}.Write(pair, &out))
	require.Equal(t, `{"sale": {"a": 1, "b": 2}, "c": 3}`+"\n", out.String())
	require.EqualError(t, Target{Kind: "npy", Path: "-"}.Check("r.sale.a", clear.Int8, 0, 0), "output r.sale.a is a field of a record in a record, which npy is not written with: use json")
	require.EqualError(t, Target{Kind: "csv", Path: "-"}.Check("r.a", clear.Int8, 3, 2), "output r.a has more dimensions than a row a record has room for: use json")
}

func TestBindingOfARecord(t *testing.T) {
	s := Sources{"t": {Kind: "json", Path: "t"}, "pay": {Kind: "json", Path: "pay"}}
	for name, path := range map[string]string{"t.amount": "t", "t.sale.amount": "t", "pay[e0].amount": "pay", "pay[e1]": "pay"} {
		got, err := s.Of(name, false)
		require.NoError(t, err)
		require.Equal(t, path, got.Path)
	}
	_, err := s.Of("u.amount", false)
	require.EqualError(t, err, "input u has no binding: add --in u=csv:FILE")
	require.NoError(t, s.Unused([]string{"t.amount", "t.region", "pay[e0].amount"}))
	require.EqualError(t, s.Unused([]string{"t.amount", "t.region"}), "no input is called pay: there is t")
	require.Equal(t, [][]string{{"a"}, {"t.x", "t.y"}, {"b"}, {"p[e0].x"}, {"p[e1].x"}},
		Records([]string{"a", "t.x", "t.y", "b", "p[e0].x", "p[e1].x"}, func(s string) string { return s }))
}
