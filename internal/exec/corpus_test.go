package exec_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/report"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
)

// The ladder on programs as people write them: their own test blocks, then
// random inputs. A division by a public number is the only rounding in them:
// two units in the last place.
func TestCorpusAndExamples(t *testing.T) {
	root := filepath.Join("..", "..")
	paths := examples(t)
	for _, name := range []string{"average", "staff_average", "millionaires", "auction", "groupby"} {
		paths = append(paths, filepath.Join(root, "corpus", "programs", name+".tfe"))
	}
	paths = append(paths, filepath.Join(root, "compiler", "testdata", "records.tfe"), filepath.Join("testdata", "kept_records.tfe"), filepath.Join("testdata", "indices.tfe"))
	for _, path := range paths {
		for _, protocol := range protocols(load(t, path, "")) {
			t.Run(filepath.Base(path)+" "+protocol, func(t *testing.T) { climb(t, load(t, path, protocol)) })
		}
	}
}

// protocols are the program's own and all others, with its players in other roles.
// In short tests, one that learns has its own alone.
func protocols(own *compiler.Unit) []string {
	if testing.Short() && learns(own) {
		return []string{""}
	}
	s := players(own.Programs[0])
	return []string{"", fmt.Sprintf("plain(%s)", s[0]), fmt.Sprintf("aby3(%s, %s, %s)", s[2], s[0], s[1]), fmt.Sprintf("pond(%s, %s; %s)", s[1], s[2], s[0]), fmt.Sprintf("securenn(%s, %s, %s)", s[0], s[2], s[1])}
}

// examples are the programs of the examples, without the digits: to train one of
// their networks takes too long for tests of many runs.
func examples(t *testing.T) []string {
	paths, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", "*.tfe"))
	require.NoError(t, err)
	paths = slices.DeleteFunc(paths, func(path string) bool { return filepath.Base(filepath.Dir(path)) == "digits" })
	require.NotEmpty(t, paths)
	return paths
}

func load(t testing.TB, path, protocol string) *compiler.Unit {
	t.Helper()
	unit, diags, err := compiler.Load(path, compiler.Options{Protocol: protocol})
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v", diags)
	require.NotEmpty(t, unit.Programs)
	return unit
}

// players names the computing players.
func players(p *ir.Program) []string {
	var out []string
	for _, i := range p.Protocol.Roles {
		out = append(out, p.Players[i].Name)
	}
	return out
}

// ownTests carries out a program's test blocks.
func ownTests(t *testing.T, unit *compiler.Unit) {
	for _, block := range unit.Tests {
		ownTest(t, block)
	}
}

// ownTest runs a test block in every way that `tfec test` has.
func ownTest(t *testing.T, block *ir.Test) {
	assert.Equal(t, interp.TestResult{}, verdict(interp.RunTest(block)), "in clear: %s", block.Title)
	assert.Equal(t, interp.TestResult{}, verdict(exec.RunTest(block)), "on %s: %s", block.Program.Protocol.Name, block.Title)
	audited, seen := exec.Audit(block)
	assert.Equal(t, interp.TestResult{}, verdict(audited), "audit on %s: %s", block.Program.Protocol.Name, block.Title)
	assert.NotEmpty(t, seen)
	assert.Equal(t, interp.TestResult{}, verdict(exec.Twin(block)), "twin on %s: %s", block.Program.Protocol.Name, block.Title)
}

func climb(t *testing.T, unit *compiler.Unit) {
	ownTests(t, unit)
	r := rand.New(rand.NewPCG(3, 5))
	for _, p := range unit.Programs {
		for range some(10) {
			if !learns(unit) {
				agree(t, p, randomInputs(r, p), units(p))
			}
		}
		refuse(t, r, p)
	}
}

// learns tells whether a program fits a model: to random cells nothing fits, and
// what comes out is rounding. Its own tests hold it.
func learns(unit *compiler.Unit) bool {
	return slices.Contains([]string{"cars.tfe", "credit.tfe", "curve.tfe", "tasting.tfe", "wineries.tfe"}, filepath.Base(unit.File.Name))
}

// refuse gives what the set-up must refuse: cells out of range, too few rows.
func refuse(t *testing.T, r *rand.Rand, p *ir.Program) {
	if len(p.Sizes) > 0 {
		alikeRefused(t, p, inputs(r, p, func(s ir.Size) int64 { return s.Min - 1 }))
	}
	for _, x := range p.Inputs {
		if x.Range == nil {
			continue
		}
		for _, beyond := range []*big.Int{
			new(big.Int).Sub(x.Range.Low, big.NewInt(1)), new(big.Int).Add(x.Range.High, big.NewInt(1)),
		} {
			in := randomInputs(r, p)
			in[ir.Key(x.Name, x.Member)].Data[0] = beyond
			alikeRefused(t, p, in)
		}
	}
}

// alikeRefused checks that the engine refuses in the reference's words.
func alikeRefused(t *testing.T, p *ir.Program, in map[string]interp.Tensor) {
	t.Helper()
	_, want := interp.Run(p, in)
	require.Error(t, want)
	_, err := exec.Run(p, in)
	require.Error(t, err)
	for _, line := range strings.Split(want.Error(), "\n") {
		assert.ErrorContains(t, err, line)
	}
}

// verdict is a result without the outputs.
func verdict(r interp.TestResult) interp.TestResult {
	r.Outputs = nil
	return r
}

// units is the tolerance of a program whose only rounding is one division. What is
// drawn is another number each time.
func units(p *ir.Program) map[string]float64 {
	most := 2.0
	if len(report.Of(p, report.Header{}).Randomness) > 0 {
		most = 1 << 24 // 60 scales of the noise in examples/survey
	}
	out := make(map[string]float64)
	for _, x := range p.Outputs {
		if x.Elem.Kind == types.Fixed {
			out[ir.Key(x.Name, x.Member)] = most
		}
	}
	return out
}

// randomInputs draws sizes, from the least upwards, and cells.
func randomInputs(r *rand.Rand, p *ir.Program) map[string]interp.Tensor {
	return inputs(r, p, func(s ir.Size) int64 { return s.Min + r.Int64N(4) })
}

// inputs draws cells within their range, for the sizes that measure gives.
func inputs(r *rand.Rand, p *ir.Program, measure func(ir.Size) int64) map[string]interp.Tensor {
	sizes := make(map[string]types.Size)
	for _, s := range p.Sizes {
		sizes[s.Name] = types.Int(measure(s))
	}
	in := make(map[string]interp.Tensor)
	for _, x := range p.Inputs {
		x.Shape = x.Shape.Subst(sizes)
		v := edges(r, x)
		first := r.IntN(3)
		for k, c := range v.Data {
			v.Data[k] = within(c, x.Range)
			if x.Elem.Kind == types.String { // names: each once, some of them in other inputs too
				v.Data[k] = ir.Word(fmt.Sprint("name ", first+k))
			}
		}
		in[ir.Key(x.Name, x.Member)] = v
	}
	return in
}

// within moves a number into a range, its ends often to its ends.
func within(v *big.Int, bounds *ir.Range) *big.Int {
	if bounds == nil {
		return v
	}
	if v.BitLen() > 30 {
		span := new(big.Int).Sub(bounds.High, bounds.Low)
		v = new(big.Int).Mod(v, span.Add(span, big.NewInt(1)))
		v.Add(v, bounds.Low)
	}
	switch {
	case v.Cmp(bounds.Low) < 0:
		return bounds.Low
	case v.Cmp(bounds.High) > 0:
		return bounds.High
	}
	return v
}
