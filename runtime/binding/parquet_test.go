package binding

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
)

const hrColumns = "the columns are id, gross, net, small, level, rate, full, name, since, tags"

// A file that pyarrow wrote, in two row groups: testdata/make.py.
func TestPyarrow(t *testing.T) {
	vector := func(elem clear.Type) Input { return Input{Name: "a", Elem: elem, Dims: 1} }
	wide := vector(clear.Fixed(50, 8))
	tests := []struct {
		columns string
		in      Input
		want    string
	}{
		{"id", vector(clear.Int8), "[1, 2, 3]"},
		{"level", vector(clear.Uint8), "[1, 200, 255]"},
		{"rate", wide, "[0.5, 0.25, -0.125]"},
		{"small", wide, "[1.5, -2.5, 0]"},
		{"net", wide, "[700.25, -0.01, 99999999999999.99]"},
		{"full", vector(clear.Bool), "[true, false, true]"},
		{"id,level", table2, "[[1, 1], [2, 200], [3, 255]]"},
		{"level, id", table2, "[[1, 1], [200, 2], [255, 3]]"},
		{"level@3", number, "255"},
		{"gross@3", Input{Name: "k", Elem: money}, "3000"},

		{"gross", salary, "FILE: row 2: column gross: the cell is null"},
		{"gross@2", Input{Name: "k", Elem: money}, "FILE: row 2: column gross: the cell is null"},
		{"net", salary, "FILE: row 2: column net: value -0.01 is outside 0.0..100_000.0\nFILE: row 3: column net: value 99999999999999.99 does not fit fixed(35, 12)"},
		{"net", vector(clear.Int64), "FILE: row 1: column net: `700.25` is not an integer\nFILE: row 2: column net: `-0.01` is not an integer\nFILE: row 3: column net: `99999999999999.99` is not an integer"},
		{"level", vector(clear.Int8), "FILE: row 2: column level: value 200 does not fit int8\nFILE: row 3: column level: value 255 does not fit int8"},
		{"rate", vector(clear.Int8), "FILE: row 1: column rate: `0.5` is not an integer\nFILE: row 2: column rate: `0.25` is not an integer\nFILE: row 3: column rate: `-0.125` is not an integer"},
		{"full", salary, "FILE: row 1: column full: `true` is not a number\nFILE: row 2: column full: `false` is not a number\nFILE: row 3: column full: `true` is not a number"},
		{"gros", salary, "FILE: no column `gros` (did you mean `gross`?): " + hrColumns},
		{"salary,ids", table2, "FILE: no column `salary`: " + hrColumns + "\nFILE: no column `ids` (did you mean `id`?): " + hrColumns},
		{"", salary, "FILE: input a takes one column, not 10: add #COLUMN, one of " + strings.TrimPrefix(hrColumns, "the columns are ")},
		{"name", salary, "FILE: column name: type STRING, want numbers"},
		{"since,tags", table2, "FILE: column since: type DATE, want numbers\nFILE: column tags: a column within a column, want numbers"},
		{"id@4", number, "FILE: no row 4"},
		{"id", number, "FILE: input k is one value, and the file has 3 rows: add @ROW"},
		{"id", Input{Name: "t", Elem: clear.Int8, Dims: 3}, "FILE: parquet has two dimensions and input t 3: use npy or json"},
	}
	for _, test := range tests {
		t.Run(test.columns+" as "+test.in.Elem.String(), func(t *testing.T) {
			s, err := ParseSource("parquet:testdata/hr.parquet#" + test.columns)
			require.NoError(t, err)
			x, err := s.Load(test.in, nil)
			if err != nil {
				require.Equal(t, test.want, strings.ReplaceAll(err.Error(), "testdata/hr.parquet", "FILE"))
				return
			}
			require.Equal(t, test.want, x.String())
			require.Equal(t, test.in.Elem, x.Elem)
			require.Len(t, x.Shape, test.in.Dims)
		})
	}
}

// pages writes rows in groups of five.
func pages[T any](t *testing.T, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, append(options, parquet.MaxRowsPerRowGroup(5))...)
	_, err := w.Write(rows)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func readBytes(in Input, b []byte, columns string) (clear.Tensor, error) {
	return readParquet(in, bytes.NewReader(b), int64(len(b)), "f", columns)
}

func TestParquetStored(t *testing.T) {
	type row struct {
		Tiny  int8   `parquet:"tiny"`
		Big   uint64 `parquet:"big,dict"`
		Word  uint32 `parquet:"word,delta"`
		Cents int32  `parquet:"cents,decimal(2:9)"`
		Mills int64  `parquet:"mills,decimal(3:18)"`
		Maybe *int16 `parquet:"maybe,optional"`
		Old   [12]byte
	}
	var rows []row
	for i := range 12 {
		v := int16(i)
		rows = append(rows, row{int8(-i), 1<<64 - 1 - uint64(i), 1<<32 - 1, int32(-i), int64(1000 * i), &v, [12]byte{}})
	}
	b := pages(t, rows, parquet.Compression(&parquet.Snappy))
	read := func(columns string, in Input) string {
		x, err := readBytes(in, b, columns)
		if err != nil {
			return err.Error()
		}
		return x.String()
	}
	vector := func(elem clear.Type) Input { return Input{Name: "a", Elem: elem, Dims: 1} }
	require.Equal(t, "[0, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11]", read("tiny", vector(clear.Int8)))
	require.Equal(t, "18446744073709551604", read("big@12", Input{Name: "k", Elem: clear.Uint64}))
	require.Equal(t, "4294967295", read("word@6", Input{Name: "k", Elem: clear.Uint32}))
	require.Equal(t, "-0.05", read("cents@6", Input{Name: "k", Elem: clear.Fixed(8, 10)}))
	require.Equal(t, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]", read("mills", vector(clear.Int8)))
	require.Equal(t, "[[0, 0], [1, -1], [2, -2], [3, -3], [4, -4], [5, -5], [6, -6], [7, -7], [8, -8], [9, -9], [10, -10], [11, -11]]", read("maybe,tiny", table2))
	require.Equal(t, "f: column Old: type FIXED_LEN_BYTE_ARRAY(12), want numbers", read("Old", salary))

	rows[3].Maybe, rows[10].Maybe = nil, nil
	b = pages(t, rows)
	require.Equal(t, "f: row 4: column maybe: the cell is null\nf: row 11: column maybe: the cell is null", read("maybe", vector(clear.Int8)))
	require.Equal(t, "f: row 1: column big: value 18446744073709551615 does not fit int64", strings.Split(read("big", vector(clear.Int64)), "\n")[0])

	b = pages(t, rows[:0])
	require.Equal(t, "[]", read("tiny", vector(clear.Int8)))
	x, err := readBytes(table2, b, "tiny,word")
	require.NoError(t, err)
	require.Equal(t, []int{0, 2}, x.Shape)
}

func TestDecimal(t *testing.T) {
	for _, test := range []struct {
		v     parquet.Value
		scale int
		want  string
	}{
		{parquet.ValueOf(int32(-5)), 2, "-0.05"},
		{parquet.ValueOf(int64(12345)), 2, "123.45"},
		{parquet.ValueOf(int64(12345)), 0, "12345"},
		{parquet.ValueOf([]byte{0xff, 0x00}), 1, "-25.6"},
		{parquet.ValueOf([]byte{0x00, 0xff}), 3, "0.255"},
		{parquet.ValueOf([]byte{}), 1, "0.0"},
	} {
		require.Equal(t, test.want, decimal(test.v, test.scale))
	}
}

// Broken files give errors, whatever is broken.
func TestParquetBroken(t *testing.T) {
	whole, err := os.ReadFile("testdata/hr.parquet")
	require.NoError(t, err)
	_, err = readBytes(salary, []byte(payroll), "gross")
	require.ErrorContains(t, err, "f is no parquet file: ")
	_, err = loadParquet(salary, filepath.Join(t.TempDir(), "none"), "gross")
	require.ErrorContains(t, err, "none: no such file or directory")
	_, err = loadParquet(salary, t.TempDir(), "gross")
	require.Error(t, err)
	in := Input{Name: "a", Elem: clear.Int8, Dims: 1}
	for i := 0; i < len(whole); i += 7 {
		broken := bytes.Clone(whole)
		broken[i] ^= 0x5a
		if x, err := readBytes(in, broken, "id"); err == nil {
			require.Len(t, x.Data, x.Shape[0])
		}
		if i%50 == 0 {
			_, err := readBytes(in, whole[:i], "id")
			require.Error(t, err)
		}
	}
}

// A reader that fails is an error as well.
func TestParquetReader(t *testing.T) {
	_, err := readParquet(salary, failingReader{}, 1000, "f", "gross")
	require.ErrorContains(t, err, io.ErrClosedPipe.Error())
}

type failingReader struct{}

func (failingReader) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

// A file that is no parquet, or a broken one, is an error and nothing else.
func FuzzParquet(f *testing.F) {
	whole, err := os.ReadFile("testdata/hr.parquet")
	require.NoError(f, err)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"))
	path := filepath.Join(f.TempDir(), "fuzz.parquet")
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o600))
		s, err := ParseSource("parquet:" + path + "#id")
		require.NoError(t, err)
		x, err := s.Load(Input{Name: "a", Elem: clear.Int8, Dims: 1}, nil)
		if err == nil {
			require.Len(t, x.Data, x.Shape[0])
		}
	})
}
