package onnx

// Reading a model file, which may be anything: sizes are compared with what is
// there before memory is taken, and files beside the model are opened within
// its folder alone.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/internal/onnx/onnxpb"
)

// maxFile is what a message of protobuf may have.
const maxFile = math.MaxInt32

// Opsets that are known; operators may mean something else in later ones.
var knownOpsets = map[string]int{"": 28, "ai.onnx.ml": 5}

// A Model is a model file that was read, and the folder it lies in, which may
// have files of weights.
type Model struct {
	name   string // of the file
	folder string
	pb     *onnxpb.ModelProto
	opset  map[string]int
}

// Read reads a model file.
func Read(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	m, err := Decode(data, filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	m.name = filepath.Base(path)
	return m, nil
}

// Decode reads a model that is in memory; files of weights lie in folder.
func Decode(data []byte, folder string) (*Model, error) {
	if len(data) > maxFile {
		return nil, errors.New("more than 2 GB: save the weights as external data")
	}
	m := &Model{folder: folder, pb: new(onnxpb.ModelProto), opset: make(map[string]int)}
	if err := proto.Unmarshal(data, m.pb); err != nil {
		return nil, errors.New("no ONNX model: the file is cut short, or of another kind")
	}
	if m.pb.Graph == nil || len(m.pb.Graph.Output) == 0 {
		return nil, errors.New("no ONNX model: it has no graph with outputs")
	}
	for _, o := range m.pb.OpsetImport {
		known, ok := knownOpsets[domain(o.GetDomain())]
		least := 1
		if domain(o.GetDomain()) == "" {
			least = firstOpset
		}
		if ok && (o.GetVersion() < int64(least) || o.GetVersion() > int64(known)) {
			return nil, fmt.Errorf("operators of version %d%s are not known: export it with one of %d to %d", o.GetVersion(), of(o.GetDomain()), least, known)
		}
		m.opset[domain(o.GetDomain())] = int(o.GetVersion())
	}
	return m, nil
}

// firstOpset is the version from which on operators broadcast as they do today.
const firstOpset = 7

func domain(name string) string {
	if name == "ai.onnx" {
		return ""
	}
	return name
}

func of(domain string) string {
	if domain == "" {
		return ""
	}
	return " of " + domain
}

// tensor reads a constant.
func (m *Model) tensor(t *onnxpb.TensorProto) (*tensor, error) {
	shape := make([]int, len(t.Dims))
	for k, d := range t.Dims {
		if d < 0 || d > maxElements {
			return nil, fmt.Errorf("a dimension of %d", d)
		}
		shape[k] = int(d)
	}
	n, err := counted(shape)
	if err != nil {
		return nil, err
	}
	if t.Segment != nil {
		return nil, errors.New("the tensor is a segment of another")
	}
	raw := t.RawData
	if t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL {
		if raw, err = m.external(t, n); err != nil {
			return nil, err
		}
	}
	out := &tensor{shape: shape}
	if err := out.fill(t, raw, n); err != nil {
		return nil, err
	}
	if out.len() != n {
		return nil, fmt.Errorf("%d elements, and its shape %v has %d", out.len(), shape, n)
	}
	return out, nil
}

// fill takes the elements, which stand as bytes or in a list of their type.
func (t *tensor) fill(pb *onnxpb.TensorProto, raw []byte, n int) error {
	kind := onnxpb.TensorProto_DataType(pb.GetDataType())
	size, known := elementSize[kind]
	if raw != nil && known && len(raw) != n*size {
		return fmt.Errorf("%d bytes, and its shape has %d elements of %d", len(raw), n, size)
	}
	switch kind {
	case onnxpb.TensorProto_FLOAT:
		t.floats = reals(raw, size, pb.FloatData, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) })
	case onnxpb.TensorProto_DOUBLE:
		t.floats = reals(raw, size, pb.DoubleData, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
	case onnxpb.TensorProto_FLOAT16:
		bits := func(v int32) float64 { return half(uint16(v)) }
		t.floats = elements(raw, size, pb.Int32Data, func(b []byte) float64 { return half(binary.LittleEndian.Uint16(b)) }, bits)
	case onnxpb.TensorProto_INT64:
		t.ints = integers(raw, size, pb.Int64Data, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
	case onnxpb.TensorProto_INT32:
		t.ints = integers(raw, size, pb.Int32Data, func(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) })
	case onnxpb.TensorProto_UINT8, onnxpb.TensorProto_BOOL:
		t.ints = integers(raw, size, pb.Int32Data, func(b []byte) int64 { return int64(b[0]) })
	case onnxpb.TensorProto_INT8:
		t.ints = integers(raw, size, pb.Int32Data, func(b []byte) int64 { return int64(int8(b[0])) })
	case onnxpb.TensorProto_STRING:
		t.texts = make([]string, len(pb.StringData))
		for k, s := range pb.StringData {
			t.texts[k] = string(s)
		}
	default:
		return fmt.Errorf("elements of type %s are not read: want float, double, float16, int32, int64, int8, uint8, bool or string", strings.ToLower(kind.String()))
	}
	return nil
}

// elementSize is how many bytes an element takes as raw data.
var elementSize = map[onnxpb.TensorProto_DataType]int{
	onnxpb.TensorProto_FLOAT: 4, onnxpb.TensorProto_FLOAT16: 2, onnxpb.TensorProto_DOUBLE: 8, onnxpb.TensorProto_INT64: 8, onnxpb.TensorProto_INT32: 4,
	onnxpb.TensorProto_UINT8: 1, onnxpb.TensorProto_BOOL: 1, onnxpb.TensorProto_INT8: 1,
}

// half is a number of 16 bits (IEEE 754, binary16).
func half(b uint16) float64 {
	sign, exponent, digits := 1-2*float64(b>>15), int(b>>10&31), float64(b&1023)
	switch exponent {
	case 0:
		return sign * math.Ldexp(digits, -24)
	case 31:
		return sign * math.Inf(1) // or NaN: neither is a weight
	}
	return sign * math.Ldexp(1024+digits, exponent-25)
}

func reals[T float32 | float64](raw []byte, size int, list []T, read func([]byte) float64) []float64 {
	return elements(raw, size, list, read, func(v T) float64 { return float64(v) })
}

func integers[T int32 | int64](raw []byte, size int, list []T, read func([]byte) int64) []dim {
	whole := func(v int64) dim { return dim{int(v), ""} }
	return elements(raw, size, list, func(b []byte) dim { return whole(read(b)) }, func(v T) dim { return whole(int64(v)) })
}

func elements[T, U any](raw []byte, size int, list []T, read func([]byte) U, convert func(T) U) []U {
	if raw != nil {
		out := make([]U, len(raw)/size)
		for k := range out {
			out[k] = read(raw[k*size:][:size])
		}
		return out
	}
	out := make([]U, len(list))
	for k, v := range list {
		out[k] = convert(v)
	}
	return out
}

// external reads the bytes of n elements from a file in the model's folder.
func (m *Model) external(t *onnxpb.TensorProto, n int) ([]byte, error) {
	entries := make(map[string]string)
	for _, e := range t.ExternalData {
		entries[e.GetKey()] = e.GetValue()
	}
	location := entries["location"]
	size, known := elementSize[onnxpb.TensorProto_DataType(t.GetDataType())]
	offset, err := strconv.ParseInt("0"+entries["offset"], 10, 64)
	if !known || err != nil {
		return nil, errors.New("its external data are not described as they should be")
	}
	root, err := os.OpenRoot(m.folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(location)
	if err != nil {
		return nil, fmt.Errorf("external data %q cannot be read: they must be a file in the model's folder", location)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || offset > info.Size() || int64(n*size) > info.Size()-offset {
		return nil, fmt.Errorf("external data %q have not the %d bytes of the tensor", location, n*size)
	}
	raw := make([]byte, n*size)
	_, err = f.ReadAt(raw, offset)
	return raw, err
}
