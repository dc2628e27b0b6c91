package onnx_test

// Models with inputs and what onnxruntime makes of them, in the form of ONNX's own
// test sets: a folder a model, with model.onnx and test_data_set_0/input_0.pb,
// output_0.pb and so on. testdata/models.py writes those that are here.

import (
	"flag"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/internal/onnx"
	"github.com/tfec-lang/tfec/internal/onnx/onnxpb"
	"github.com/tfec-lang/tfec/lang/types"
)

var sets = flag.String("models", "testdata/models", "the folder of the models, which may be one of ONNX's own")

const fraction = 20

func options() onnx.Options {
	return onnx.Options{Name: "net", Owner: "vendor", Client: "client", Receiver: "reader", Protocol: "aby3(s0, s1, s2)", Whole: 21, Fraction: fraction}
}

// tolerance is what a prediction may be off by: absolutely, and in proportion
// where it is large.
const tolerance = 2e-5

func TestModels(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(*sets, "*"))
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			model, err := onnx.Read(filepath.Join(folder, "model.onnx"))
			require.NoError(t, err)
			program, err := onnx.Import(model, options())
			require.NoError(t, err)
			p := compiled(t, program)
			in, want := inputs(t, folder, p, program), tensors(t, folder, "output")
			for name, run := range map[string]func(*ir.Program, map[string]interp.Tensor) (map[string]interp.Tensor, error){"clear": interp.Run, "aby3": exec.Run} {
				out, err := run(p, in)
				require.NoError(t, err, name)
				for k, o := range p.Outputs {
					near(t, name+" "+o.Name, want[k], out[o.Name])
				}
			}
		})
	}
}

func compiled(t *testing.T, program *onnx.Program) *ir.Program {
	t.Helper()
	texts := program.Texts(options())
	unit, diags, err := compiler.Load(onnx.Compute, compiler.Options{Read: func(path string) ([]byte, error) { return texts[path], nil }})
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v\n%s", diags, program.Module)
	return unit.Programs[0]
}

// An array is the tensor of a file.
type array struct {
	shape   []int
	numbers []float64
}

func tensors(t *testing.T, folder, kind string) []array {
	var out []array
	for k := 0; ; k++ {
		data, err := os.ReadFile(filepath.Join(folder, "test_data_set_0", fmt.Sprintf("%s_%d.pb", kind, k)))
		if os.IsNotExist(err) {
			require.NotEmpty(t, out)
			return out
		}
		require.NoError(t, err)
		pb := new(onnxpb.TensorProto)
		require.NoError(t, proto.Unmarshal(data, pb))
		shape, numbers, err := onnx.Numbers(pb)
		require.NoError(t, err)
		out = append(out, array{shape, numbers})
	}
}

func inputs(t *testing.T, folder string, p *ir.Program, program *onnx.Program) map[string]interp.Tensor {
	in := make(map[string]interp.Tensor)
	for _, w := range program.Weights {
		in["weights."+w.Name] = bound(w)
	}
	for k, a := range tensors(t, folder, "input")[:len(program.Inputs)] {
		in[program.Inputs[k]] = fixed(a)
	}
	return in
}

// bound is the input that a weight is.
func bound(w onnx.Weight) interp.Tensor {
	if w.Whole() {
		return whole(array{w.Shape, w.Data})
	}
	return fixed(array{w.Shape, w.Data})
}

func fixed(a array) interp.Tensor {
	out := interp.Tensor{Elem: types.FixedOf(21, fraction)}
	for _, d := range a.shape {
		out.Shape = append(out.Shape, int64(d))
	}
	for _, v := range a.numbers {
		out.Data = append(out.Data, big.NewInt(int64(math.RoundToEven(math.Ldexp(v, fraction)))))
	}
	return out
}

func whole(a array) interp.Tensor {
	out := interp.Tensor{Elem: types.Of(types.Int64)}
	for _, d := range a.shape {
		out.Shape = append(out.Shape, int64(d))
	}
	for _, v := range a.numbers {
		out.Data = append(out.Data, big.NewInt(int64(v)))
	}
	return out
}

func near(t *testing.T, name string, want array, got interp.Tensor) {
	t.Helper()
	// A dimension of 1 may be left out.
	var shape []int64
	for _, d := range want.shape {
		shape = append(shape, int64(d))
	}
	squeeze := func(s []int64) []int64 {
		return slices.DeleteFunc(slices.Clone(s), func(n int64) bool { return n == 1 })
	}
	assert.Equal(t, squeeze(shape), squeeze(got.Shape), name)
	require.Len(t, got.Data, len(want.numbers), name)
	worst := 0.0
	for k, w := range want.numbers {
		v, _ := new(big.Float).SetInt(got.Data[k]).Float64()
		if got.Elem.Kind == types.Fixed {
			v = math.Ldexp(v, -fraction)
		}
		worst = max(worst, math.Abs(v-w)/max(1, math.Abs(w)))
	}
	assert.LessOrEqual(t, worst, tolerance, name)
	if strings.HasPrefix(name, "aby3") {
		t.Logf("%s: off by %.1e", name, worst)
	}
}
