package exec_test

// The statistics of the library over real data, against what NumPy, SciPy and
// statsmodels compute: stdlib/testdata/stats.py made the values and the errors,
// which are those that the functions' doc comments state.

import (
	"encoding/json"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A statistic is a computation with what it must give.
type statistic struct {
	Precision   string // "": that of the text
	Computation string
	Inputs      map[string]json.RawMessage // a column's name, several names, or an array
	Outputs     map[string]struct{ Value, Error []float64 }
}

// The precisions at which the functions are held to what they state.
const (
	fine     = "fixed(21, 20)"
	standard = "fixed(24, 16)"
)

// TestStatistics holds every function to what the doc comments state.
func TestStatistics(t *testing.T) { overWines(t, "stats", fine, everyFunction) }

// TestStandardPrecision holds the moments and tests to it where a unit is 16 times as
// large.
func TestStandardPrecision(t *testing.T) {
	overWines(t, "stats", standard, func(*testing.T, *compiler.Unit, string) {})
}

// TestLearning holds clusters and trees to scikit-learn: learning.py.
func TestLearning(t *testing.T) {
	overWines(t, "learning", "", func(*testing.T, *compiler.Unit, string) {})
}

// overWines runs the computations of a file that have a case at a precision, over all
// rows, in clear and on shares.
func overWines(t *testing.T, name, precision string, complete func(*testing.T, *compiler.Unit, string)) {
	folder := filepath.Join("..", "..", "stdlib", "testdata")
	var data struct {
		Columns map[string][]float64
		Cases   []statistic
	}
	text, err := os.ReadFile(filepath.Join(folder, name+".json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &data))
	source, err := os.ReadFile(filepath.Join(folder, name+".tfe"))
	require.NoError(t, err)
	cases := slices.DeleteFunc(data.Cases, func(c statistic) bool { return c.Precision != precision })
	clear := at(string(source), precision, cases)
	for where, text := range map[string]string{"in clear": clear, "on shares": strings.ReplaceAll(clear, "@ alice", "@ shared")} {
		t.Run(where, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "statistics.tfe")
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			unit := load(t, path, "")
			complete(t, unit, text)
			for _, p := range unit.Programs[:some(uint64(len(unit.Programs)))] {
				i := slices.IndexFunc(cases, func(c statistic) bool { return c.Computation == p.Name })
				require.GreaterOrEqual(t, i, 0, p.Name)
				cases[i].compare(t, p, data.Columns)
			}
		})
	}
}

// at is a text at another precision than its own, with the computations alone that
// have a case there.
func at(text, precision string, cases []statistic) string {
	if precision == "" || precision == fine {
		return text
	}
	parts := strings.Split(strings.ReplaceAll(text, fine, precision), "\ncomputation ")
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool {
		name, _, isFunc := strings.Cut(part, "[")
		return isFunc && part != parts[0] && !slices.ContainsFunc(cases, func(c statistic) bool { return c.Computation == name })
	}), "\ncomputation ")
}

// everyFunction holds that the text calls each function of what it imports that
// is more than a short form for others.
func everyFunction(t *testing.T, unit *compiler.Unit, text string) {
	for _, module := range unit.Sources.Files[1:] {
		for _, d := range module.Decls {
			if fn, ok := d.(*ast.Fn); ok && len(fn.Generics) > 0 {
				assert.Contains(t, text, "."+fn.Name.Name+"(")
			}
		}
	}
}

// compare runs the case's computation.
func (c statistic) compare(t *testing.T, p *ir.Program, columns map[string][]float64) {
	in := make(map[string]interp.Tensor)
	for _, x := range p.Inputs {
		in[x.Name] = c.input(t, x.Elem, c.Inputs[x.Name], columns)
	}
	got, err := exec.Run(p, in)
	require.NoError(t, err)
	for name, want := range c.Outputs {
		scale := math.Exp2(float64(got[name].Elem.F))
		for i, v := range want.Value {
			x, _ := new(big.Float).SetInt(got[name].Data[i]).Float64()
			assert.InDelta(t, v, x/scale, want.Error[i], "%s of %s, element %d", name, c.Computation, i)
		}
	}
}

// input is what a case gives an input: a column, several, or an array.
func (c statistic) input(t *testing.T, e types.Elem, spec json.RawMessage, columns map[string][]float64) interp.Tensor {
	var name string
	if json.Unmarshal(spec, &name) == nil {
		return held(e, []int64{int64(len(columns[name]))}, columns[name])
	}
	var names []string
	if json.Unmarshal(spec, &names) == nil {
		var rows []float64
		for i := range columns[names[0]] {
			for _, name := range names {
				rows = append(rows, columns[name][i])
			}
		}
		return held(e, []int64{int64(len(columns[names[0]])), int64(len(names))}, rows)
	}
	var array struct {
		Shape []int64
		Data  []float64
	}
	require.NoError(t, json.Unmarshal(spec, &array))
	return held(e, array.Shape, array.Data)
}

// held are numbers as an element has them.
func held(e types.Elem, shape []int64, data []float64) interp.Tensor {
	out := interp.Tensor{Elem: e, Shape: shape}
	for _, x := range data {
		out.Data = append(out.Data, big.NewInt(int64(math.RoundToEven(math.Ldexp(x, e.F)))))
	}
	return out
}
