package binding

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// npyFile composes a file of format 1.
func npyFile(header string, order binary.ByteOrder, elements any) string {
	var b bytes.Buffer
	b.WriteString(npyMagic + "\x01\x00")
	binary.Write(&b, binary.LittleEndian, uint16(len(header)))
	b.WriteString(header)
	binary.Write(&b, order, elements)
	return b.String()
}

func npyHeaderOf(dtype, order, shape string) string {
	return "{'descr': '" + dtype + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }     \n"
}

func TestLoadNPY(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	file := func(dtype, order, shape string, elements any) string {
		var bytes binary.ByteOrder = le
		if dtype[0] == '>' {
			bytes = be
		}
		return npyFile(npyHeaderOf(dtype, order, shape), bytes, elements)
	}
	ints := Input{Name: "a", Elem: clear.Int8, Dims: 1}
	words := Input{Name: "a", Elem: clear.Uint64, Dims: 1}
	coarse := Input{Name: "a", Elem: clear.Fixed(10, 1), Dims: 1}
	flags := Input{Name: "f", Elem: clear.Bool, Dims: 1}
	deep := Input{Name: "t", Elem: clear.Int8, Dims: 3}
	doubles := func(v ...float64) string { return file("<f8", "False", "(4,)", v) }
	v2 := strings.Replace(file("|i1", "False", "(1,)", []int8{7}), "\x01\x00", "\x02\x00", 1)
	v2 = v2[:10] + "\x00\x00" + v2[10:]
	tests := []struct {
		name string
		text string
		in   Input
		want string
	}{
		{"float64", doubles(1, 2.5, 100000, 0), salary, "[1, 2.5, 100000, 0]"},
		{"float64 big-endian", file(">f8", "False", "(2,)", []float64{1000.5, 3000}), salary, "[1000.5, 3000]"},
		{"float32", file("<f4", "False", "(2,)", []float32{0.5, 16777216}), Input{Name: "a", Elem: money, Dims: 1}, "[0.5, 16777216]"},
		{"float16", file("<f2", "False", "(6,)", []uint16{0x3c00, 0xc000, 0x3800, 0x0001, 0x7bff, 0x8000}), Input{Name: "a", Elem: clear.Fixed(20, 24), Dims: 1},
			"[1, -2, 0.5, 0.00000006, 65504, 0]"},
		// Halves: ties go to even, and nothing is rounded twice.
		{"half-even", file("<f8", "False", "(6,)", []float64{0.25, 0.75, -0.25, 1.25, math.Nextafter(0.25, 1), math.Nextafter(0.75, 0)}), coarse, "[0, 1, 0, 1, 0.5, 0.5]"},
		{"integers as fixed", file(">i4", "False", "(2,)", []int32{-3, 70000}), Input{Name: "a", Elem: money, Dims: 1}, "[-3, 70000]"},
		{"whole floats as integers", file("<f8", "False", "(2,)", []float64{-128, 127}), ints, "[-128, 127]"},
		{"int8", file("|i1", "False", "(2,)", []int8{-128, 127}), ints, "[-128, 127]"},
		{"int16 big-endian", file(">i2", "False", "(2,)", []int16{-128, 127}), ints, "[-128, 127]"},
		{"int64", file("<i8", "False", "(1,)", []int64{-1}), ints, "[-1]"},
		{"uint8", file("|u1", "False", "(1,)", []uint8{255}), words, "[255]"},
		{"uint64", file(">u8", "False", "(1,)", []uint64{math.MaxUint64}), words, "[18446744073709551615]"},
		{"bool", file("|b1", "False", "(2,)", []bool{true, false}), flags, "[true, false]"},
		{"integers as bool", file("|u1", "False", "(2,)", []uint8{1, 0}), flags, "[true, false]"},
		{"floats as bool", file("<f4", "False", "(2,)", []float32{1, 0}), flags, "[true, false]"},
		{"scalar", file("<i4", "False", "()", int32(7)), number, "7"},
		{"no elements", file("<i4", "False", "(0,)", []int32{}), ints, "[]"},
		{"no rows", file("<i4", "True", "(0, 3)", []int32{}), table2, "[]"},
		{"rows", file("<i4", "False", "(2, 3)", []int32{1, 2, 3, 4, 5, 6}), table2, "[[1, 2, 3], [4, 5, 6]]"},
		{"columns first", file("<i4", "True", "(2, 3)", []int32{1, 4, 2, 5, 3, 6}), table2, "[[1, 2, 3], [4, 5, 6]]"},
		{"three dimensions", file("|i1", "True", "(2, 1, 2)", []int8{1, 3, 2, 4}), deep, "[[[1, 2]], [[3, 4]]]"},
		{"format 2", v2, ints, "[7]"},
		{"other order of entries", npyFile(`{"shape": (1,), "fortran_order": False, "descr": "|i1"}`, le, int8(7)), ints, "[7]"},

		{"no numbers", doubles(1, math.NaN(), math.Inf(1), math.Inf(-1)), salary,
			"f: input a: [1]: `NaN` is not a number\nf: input a: [2]: `+Inf` is not a number\nf: input a: [3]: `-Inf` is not a number"},
		{"float16 infinite", file("<f2", "False", "(2,)", []uint16{0x7c00, 0x7c01}), salary, "f: input a: [0]: `+Inf` is not a number\nf: input a: [1]: `NaN` is not a number"},
		{"range", doubles(1, 100001, -0.5, 1e300), salary,
			"f: input a: [1]: value 100001 is outside 0.0..100_000.0\nf: input a: [2]: value -0.5 is outside 0.0..100_000.0\nf: input a: [3]: value 1e+300 does not fit fixed(35, 12)"},
		{"place in columns", file("<i8", "True", "(2, 2)", []int64{1, 1 << 40, 3, 4}), table2, "f: input x: [1][0]: value 1099511627776 does not fit int32"},
		{"fraction", file("<f8", "False", "(2,)", []float64{1.5, 1e10}), ints, "f: input a: [0]: `1.5` is not an integer\nf: input a: [1]: value 1e+10 does not fit int8"},
		{"least uint64", file("<i8", "False", "(1,)", []int64{-1}), words, "f: input a: [0]: value -1 does not fit uint64"},
		{"not exact as uint64", file("<f8", "False", "(1,)", []float64{1 << 63 * 2}), words, "f: input a: [0]: value 1.8446744073709552e+19 does not fit uint64"},
		{"truth", file("<f8", "False", "(2,)", []float64{0.5, math.NaN()}), flags, "f: input f: [0]: `0.5` is not true or false\nf: input f: [1]: `NaN` is not true or false"},
		{"bool as number", file("|b1", "False", "(1,)", []bool{true}), ints, "f: input a: [0]: `true` is not a number"},
		{"blocks", file("|u1", "False", "(300000,)", append(make([]byte, 299_999), 200)), Input{Name: "a", Elem: clear.Int8, Dims: 1}, "f: input a: [299999]: value 200 does not fit int8"},
		{"many errors", file("<f4", "False", "(12,)", [12]float32{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}), Input{Name: "a", Elem: clear.Uint8, Dims: 1}, manyBytes()},

		{"dimensions", file("<f8", "False", "(1, 1)", 1.0), salary, "f: an array of 2 dimensions, and input a has 1"},
		{"fields", npyFile("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }\n", le, 1.0), salary, "f: elements of several fields are not read: want one number each"},
		{"text", file("<U5", "False", "(0,)", []byte{}), salary, "f: elements of type `<U5` are not read: want bool, integers, float16, float32 or float64"},
		{"objects", file("|O", "False", "(0,)", []byte{}), salary, "f: elements of type `|O` are not read: want bool, integers, float16, float32 or float64"},
		{"short", file("<f8", "False", "(3,)", []float64{1, 2}), salary, "f ends after 2 of 3 elements"},
		{"long", file("<f8", "False", "(1,)", []float64{1, 2}), salary, "f: more than the 1 elements of its shape"},
		{"huge", file("<f8", "False", "(4611686018427387904,)", 1.0), salary, "f: shape (4611686018427387904,) is too large"},
		{"huge product", file("<f8", "False", "(1000000000, 1000000000, 1000)", 1.0), salary, "f: shape (1000000000, 1000000000, 1000) is too large"},
		{"short in a later block", file("<f8", "False", "(20000,)", make([]float64, 15_000)), salary, "f ends after 15000 of 20000 elements"},
		{"claims much", file("<f8", "False", "(1000000000000,)", 1.0), salary, "f ends after 1 of 1000000000000 elements"},
		{"no header", npyFile("{}", le, 1.0), salary, "f: header `{}` is not of npy's form"},
		{"long header", npyMagic + "\x02\x00\x00\x00\x01\x10", salary, "f: a header of 268500992 bytes is too long"},
		{"cut header", npyMagic + "\x01\x00\x10\x00{", salary, "f is no npy file"},
		{"other format", npyMagic + "\x04\x00\x00\x00", salary, "f: npy format 4 is not known: want 1 to 3"},
		{"csv", payroll, salary, "f is no npy file"},
		{"empty", "", salary, "f is no npy file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x, err := loadNPY(test.in, strings.NewReader(test.text), "f")
			if err != nil {
				require.Equal(t, test.want, err.Error())
				return
			}
			require.Equal(t, test.want, x.String())
			require.Equal(t, test.in.Elem, x.Elem)
			require.Len(t, x.Shape, test.in.Dims)
		})
	}
}

func manyBytes() string {
	var b strings.Builder
	for i := range 10 {
		b.WriteString("f: input a: [" + string(rune('0'+i)) + "]: value -1 does not fit uint8\n")
	}
	return b.String() + "f: and 2 more"
}

// Files that numpy wrote: testdata/make.py.
func TestNumpy(t *testing.T) {
	for path, in := range map[string]Input{"gross": {Name: "a", Elem: money, Dims: 1}, "grid": table2} {
		s, err := ParseSource("npy:testdata/" + path + ".npy")
		require.NoError(t, err)
		x, err := s.Load(in, nil)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"gross": "[1000.5, 3000, 0.1]", "grid": "[[1, 2, 3], [-4, 5, 6]]"}[path], x.String())
	}
}

// What is written is, byte for byte, what numpy writes.
func TestWriteNPY(t *testing.T) {
	dir := t.TempDir()
	target := Target{Kind: "npy", Path: filepath.Join(dir, "x.npy")}
	x, err := clear.FromFloats(clear.Fixed(20, 30), []int{3}, []float64{1000.5, 3000, 0.125})
	require.NoError(t, err)
	require.NoError(t, target.Write([]Output{{Name: "x", Value: x}}, nil))
	got, err := os.ReadFile(target.Path)
	require.NoError(t, err)
	want, err := os.ReadFile("testdata/gross.npy")
	require.NoError(t, err)
	require.Equal(t, want[:len(want)-8], got[:len(got)-8], "all but the last number, 0.1")

	for _, elem := range []clear.Type{clear.Bool, clear.Int8, clear.Uint8, clear.Int16, clear.Uint32, clear.Int64, clear.Uint64, clear.Fixed(40, 13)} {
		for _, shape := range [][]int{{}, {4}, {2, 2}, {0}} {
			low, high := elem.Bounds()
			x := clear.FromWords(elem, shape, []uint64{low, high, 0, 1}[:product(shape)])
			var b bytes.Buffer
			require.NoError(t, Target{Kind: "npy", Path: "-"}.Write([]Output{{Name: "x", Value: x}}, &b))
			back, err := loadNPY(Input{Name: "x", Elem: elem, Dims: len(shape)}, &b, "f")
			require.NoError(t, err)
			require.Equal(t, x.String(), back.String())
		}
	}
	require.EqualError(t, target.Check("x", clear.Fixed(40, 14), 1, 0), "output x: fixed(40, 14) does not fit the float64 of npy: use csv or json")
}

func FuzzNPY(f *testing.F) {
	fuzz(f, []string{
		npyFile(npyHeaderOf("<f8", "False", "(2,)"), binary.LittleEndian, []float64{1, 2}),
		npyFile(npyHeaderOf(">i2", "True", "(2, 1)"), binary.BigEndian, []int16{1, 2}),
		npyFile(npyHeaderOf("|b1", "False", "()"), binary.BigEndian, true),
		npyMagic + "\x02\x00\x00\x00\x00\x00",
	}, func(in Input, text string) (clear.Tensor, error) { return loadNPY(in, strings.NewReader(text), "f") })
}

// TestFolderOfNPY holds that a record may be bound to a folder: a file a field,
// whose elements have no fields.
func TestFolderOfNPY(t *testing.T) {
	folder := t.TempDir()
	text := npyFile(npyHeaderOf("<f8", "False", "(2, 1)"), binary.LittleEndian, []float64{1, 2.5})
	require.NoError(t, os.WriteFile(filepath.Join(folder, "bias.npy"), []byte(text), 0o600))
	bias := Input{Name: "weights.bias", Elem: clear.Fixed(8, 4), Dims: 2}
	got, err := Source{Kind: "npy", Path: folder}.Load(bias, nil)
	require.NoError(t, err)
	require.Equal(t, clear.FromInts(bias.Elem, []int{2, 1}, 16, 40), got)

	bias.Dims = 1
	_, err = Source{Kind: "npy", Path: folder}.Load(bias, nil)
	require.EqualError(t, err, filepath.Join(folder, "bias.npy")+": an array of 2 dimensions, and input weights has 1")
	bias.Name = "weights.slope"
	_, err = Source{Kind: "npy", Path: folder}.Load(bias, nil)
	require.EqualError(t, err, "cannot read "+filepath.Join(folder, "slope.npy")+": no such file or directory")
}
