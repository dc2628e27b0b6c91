package onnx_test

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/internal/onnx"
	"github.com/tfec-lang/tfec/internal/onnx/onnxpb"
)

// A layer is a model of dense layers, to be spoilt.
func layer() *onnxpb.ModelProto {
	return &onnxpb.ModelProto{
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Version: proto.Int64(17)}},
		Graph: &onnxpb.GraphProto{
			Input: []*onnxpb.ValueInfoProto{edge("x", shapeOf(1, 2))}, Output: []*onnxpb.ValueInfoProto{edge("y", shapeOf(1, 2))},
			Initializer: []*onnxpb.TensorProto{floats("w", []int64{2, 2}, 1, 2, 3, 4)},
			Node:        []*onnxpb.NodeProto{operation("MatMul", "h", "x", "w"), operation("Relu", "y", "h")},
		},
	}
}

// edge declares an input or output of numbers.
func edge(name string, shape *onnxpb.TensorShapeProto) *onnxpb.ValueInfoProto {
	return &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
		TensorType: &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(1), Shape: shape}}}}
}

func shapeOf(sizes ...int64) *onnxpb.TensorShapeProto {
	shape := new(onnxpb.TensorShapeProto)
	for _, n := range sizes {
		shape.Dim = append(shape.Dim, &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: n}})
	}
	return shape
}

// openShape has a size without a number before the others.
func openShape(param string, sizes ...int64) *onnxpb.TensorShapeProto {
	s := shapeOf(append([]int64{0}, sizes...)...)
	s.Dim[0].Value = &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: param}
	return s
}

func floats(name string, shape []int64, x ...float32) *onnxpb.TensorProto {
	return &onnxpb.TensorProto{Name: &name, DataType: proto.Int32(1), Dims: shape, FloatData: x}
}

func operation(op, out string, in ...string) *onnxpb.NodeProto {
	return &onnxpb.NodeProto{OpType: &op, Input: in, Output: []string{out}}
}

// imported imports a model; files of weights lie in folder.
func imported(t *testing.T, pb *onnxpb.ModelProto, folder string) (*onnx.Program, error) {
	t.Helper()
	data, err := proto.Marshal(pb)
	require.NoError(t, err)
	m, err := onnx.Decode(data, folder)
	if err != nil {
		return nil, err
	}
	return onnx.Import(m, options())
}

func decoded(t *testing.T, pb *onnxpb.ModelProto, folder string) *onnx.Model {
	t.Helper()
	data, err := proto.Marshal(pb)
	require.NoError(t, err)
	m, err := onnx.Decode(data, folder)
	require.NoError(t, err)
	return m
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*onnxpb.ModelProto)
		want  []string
	}{
		"as it is": {func(*onnxpb.ModelProto) {}, nil},
		"unknown operators are listed": {func(m *onnxpb.ModelProto) {
			m.Graph.Node = append(m.Graph.Node[:1], operation("LSTM", "a", "h"), operation("NonZero", "b", "h"), operation("Add", "c", "a", "b"), operation("Add", "y", "c", "h"))
		}, []string{
			"LSTM `a`: the operator is not imported; write the steps out, or use convolutions",
			"NonZero `b`: the operator is not imported; express it by operators that are: `tfec import -h` lists them",
		}},
		"and those behind them, once each": {func(m *onnxpb.ModelProto) {
			m.Graph.Node = append(m.Graph.Node[:1], operation("LSTM", "a", "h"), operation("NonZero", "b", "a"), operation("Add", "c", "a", "b"), operation("NonZero", "d", "c"), operation("LSTM", "y", "d"))
		}, []string{
			"LSTM `a` and 1 more: the operator is not imported; write the steps out, or use convolutions",
			"NonZero `b` and 1 more: the operator is not imported; express it by operators that are: `tfec import -h` lists them",
		}},
		"a kernel larger than the image": {func(m *onnxpb.ModelProto) {
			m.Graph.Input[0].Type.GetTensorType().Shape = shapeOf(1, 1, 2, 2)
			m.Graph.Initializer[0] = floats("w", []int64{1, 1, 3, 3}, make([]float32, 9)...)
			m.Graph.Node = []*onnxpb.NodeProto{operation("Conv", "y", "x", "w")}
		}, []string{"Conv `y`: a kernel of 3 over 2 places"}},
		"shapes": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].Dims = []int64{4, 1} },
			[]string{"MatMul `h`: 2 columns, and the weights [4 1]"}},
		"too few elements": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].Dims = []int64{3, 2} },
			[]string{"weights `w`: 4 elements, and its shape [3 2] has 6"}},
		"too few bytes": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].RawData = []byte{1, 2, 3} },
			[]string{"weights `w`: 3 bytes, and its shape has 4 elements of 4"}},
		"a shape that no memory holds": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].Dims = []int64{1 << 20, 1 << 20, 1 << 20} },
			[]string{"weights `w`: shape [1048576 1048576 1048576] has more than 2^28 elements"}},
		"a negative dimension": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].Dims = []int64{-2, -2} },
			[]string{"weights `w`: a dimension of -2"}},
		"brain floats": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].DataType = proto.Int32(16) },
			[]string{"weights `w`: elements of type bfloat16 are not read: want float, double, float16, int32, int64, int8, uint8, bool or string"}},
		"weights that do not fit": {func(m *onnxpb.ModelProto) { m.Graph.Initializer[0].FloatData[2] = 3e6 },
			[]string{"MatMul `h`: a weight of 3e+06 does not fit fixed(21, 20): want a --precision with more bits before the point"}},
		"an attribute that might matter": {func(m *onnxpb.ModelProto) {
			m.Graph.Node[1].Attribute = []*onnxpb.AttributeProto{{Name: proto.String("slope")}}
		}, []string{"Relu `y`: the attribute slope is not imported"}},
		"a quotient by a root without the root": {func(m *onnxpb.ModelProto) {
			m.Graph.Node = append(m.Graph.Node[:1], operation("Sqrt", "r", "h"), operation("Div", "y", "r"))
		}, []string{"Div `y`: 1 inputs; want 2"}},
		"a missing input": {func(m *onnxpb.ModelProto) { m.Graph.Node[0].Input = []string{"x"} },
			[]string{"MatMul `h`: 1 inputs; want 2"}},
		"an output of nothing": {func(m *onnxpb.ModelProto) { m.Graph.Output[0].Name = proto.String("z") },
			[]string{"output `z` is computed by no node"}},
		"five dimensions": {func(m *onnxpb.ModelProto) {
			s := m.Graph.Input[0].Type.GetTensorType().Shape
			s.Dim = append(s.Dim, s.Dim[0], s.Dim[0], s.Dim[0])
		}, []string{"input `x`: 5 dimensions; want 1 to 4"}},
		"later operators": {func(m *onnxpb.ModelProto) { m.OpsetImport[0].Version = proto.Int64(999) },
			[]string{"operators of version 999 are not known: export it with one of 7 to 28"}},
		"no graph": {func(m *onnxpb.ModelProto) { m.Graph = nil },
			[]string{"no ONNX model: it has no graph with outputs"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := layer()
			c.spoil(m)
			_, err := imported(t, m, t.TempDir())
			assert.Equal(t, c.want, messages(err))
		})
	}
}

// TestOptions holds what is said of who takes part, of outputs and of sizes.
func TestOptions(t *testing.T) {
	for name, c := range map[string]struct {
		choose func(*onnx.Options)
		want   string
	}{
		"no name":            {func(o *onnx.Options) { o.Owner = "al ice" }, "`al ice` is no name of a player: want letters, digits and _"},
		"a keyword":          {func(o *onnx.Options) { o.Client = "let" }, "`let` is no name of a player: want letters, digits and _"},
		"alone":              {func(o *onnx.Options) { o.Client = "vendor" }, "vendor has both the weights and the input, and needs nobody else: want two players, --owner and --client"},
		"an output twice":    {func(o *onnx.Options) { o.Outputs = []string{"y", "y"} }, "the output `y` is wanted twice"},
		"an unknown size":    {func(o *onnx.Options) { o.Sizes = map[string]int{"q": 8} }, "no size of an input is called `q`; open are b"},
		"a size by its name": {func(o *onnx.Options) { o.Sizes = map[string]int{"b": 8} }, ""},
		"a size of the text": {func(o *onnx.Options) { o.Sizes = map[string]int{"n": 8} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := layer()
			m.Graph.Input[0] = edge("x", openShape("b", 2))
			o := options()
			c.choose(&o)
			_, err := onnx.Import(decoded(t, m, t.TempDir()), o)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
}

// TestComplement holds that erfc, which tf2onnx writes for Keras's GELU though ONNX has no
// such operator, is what it is elsewhere.
func TestComplement(t *testing.T) {
	m := layer()
	m.Graph.Node[1] = operation("Erfc", "y", "h")
	p, err := imported(t, m, t.TempDir())
	require.NoError(t, err)
	assert.Contains(t, string(p.Module), "= reshape(1.0 - special.erf(reshape(dense1, 2)), 1, 2)")
}

// TestTwoBatches holds that sizes of different names are not taken for one.
func TestTwoBatches(t *testing.T) {
	m := layer()
	m.Graph.Input = []*onnxpb.ValueInfoProto{edge("x", openShape("b", 2)), edge("z", openShape("c", 2)), edge("v", openShape("b", 2))}
	m.Graph.Output = append(m.Graph.Output, edge("u", nil))
	m.Graph.Node = []*onnxpb.NodeProto{operation("Add", "h", "x", "v"), operation("MatMul", "y", "h", "w"), operation("MatMul", "u", "z", "w")}
	p, err := imported(t, m, t.TempDir())
	require.NoError(t, err)
	assert.Contains(t, string(p.Module), "fn predict[n, c](x: fixed[n, 2], z: fixed[c, 2], v: fixed[n, 2], weights: Weights)")
}

// messages are the errors of a join.
func messages(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func TestCutShort(t *testing.T) {
	data, err := proto.Marshal(layer())
	require.NoError(t, err)
	_, err = onnx.Decode(data[:len(data)-1], t.TempDir())
	assert.EqualError(t, err, "no ONNX model: the file is cut short, or of another kind")
	_, err = onnx.Read(filepath.Join(t.TempDir(), "none.onnx"))
	assert.True(t, errors.Is(err, os.ErrNotExist))
}

// TestExternalData holds that weights are read from files in the model's folder,
// and from nowhere else.
func TestExternalData(t *testing.T) {
	top := t.TempDir()
	folder := filepath.Join(top, "model")
	require.NoError(t, os.Mkdir(folder, 0o755))
	var raw []byte
	for _, v := range []uint32{0, 0x3f800000, 0x40000000, 0x40400000, 0x40800000} {
		raw = binary.LittleEndian.AppendUint32(raw, v)
	}
	for _, path := range []string{filepath.Join(folder, "w.bin"), filepath.Join(top, "w.bin")} {
		require.NoError(t, os.WriteFile(path, raw, 0o644))
	}
	require.NoError(t, os.Symlink("../w.bin", filepath.Join(folder, "link.bin")))
	outside := func(location string) string {
		return "weights `w`: external data \"" + location + "\" cannot be read: they must be a file in the model's folder"
	}
	for name, c := range map[string]struct{ location, offset, want string }{
		"beside":    {"w.bin", "4", ""},
		"above":     {"../w.bin", "4", outside("../w.bin")},
		"linked":    {"link.bin", "4", outside("link.bin")},
		"absolute":  {filepath.Join(top, "w.bin"), "4", outside(filepath.Join(top, "w.bin"))},
		"missing":   {"none.bin", "4", outside("none.bin")},
		"too short": {"w.bin", "8", "weights `w`: external data \"w.bin\" have not the 16 bytes of the tensor"},
		"negative":  {"w.bin", "-4", "weights `w`: its external data are not described as they should be"},
		"a folder":  {".", "0", "weights `w`: external data \".\" have not the 16 bytes of the tensor"},
	} {
		t.Run(name, func(t *testing.T) {
			m := layer()
			w := m.Graph.Initializer[0]
			w.FloatData, w.DataLocation = nil, onnxpb.TensorProto_EXTERNAL.Enum()
			for key, value := range map[string]string{"location": c.location, "offset": c.offset} {
				w.ExternalData = append(w.ExternalData, &onnxpb.StringStringEntryProto{Key: &key, Value: &value})
			}
			p, err := imported(t, m, folder)
			if c.want != "" {
				assert.EqualError(t, err, c.want)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, []float64{1, 2, 3, 4}, p.Weights[0].Data)
		})
	}
}

// FuzzImport holds that no file stops the importer otherwise than by an error.
func FuzzImport(f *testing.F) {
	paths, err := filepath.Glob("testdata/models/*/model.onnx")
	require.NoError(f, err)
	require.NotEmpty(f, paths)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
	folder := f.TempDir()
	f.Fuzz(func(_ *testing.T, data []byte) {
		if m, err := onnx.Decode(data, folder); err == nil {
			_, _ = onnx.Import(m, options())
		}
	})
}
