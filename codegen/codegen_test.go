package codegen

import (
	goast "go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/golden"
	"github.com/tfec-lang/tfec/lang/types"
)

func read(t *testing.T, name string) *ir.Program {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	p, err := ir.Parse(string(text))
	require.NoError(t, err)
	return p
}

func generate(t *testing.T, progs ...*ir.Program) map[string][]byte {
	t.Helper()
	files, err := Generate(Config{Path: "example.com/m/average", Compiler: "1"}, progs)
	require.NoError(t, err)
	out := make(map[string][]byte)
	for _, f := range files {
		out[f.Path] = f.Data
	}
	return out
}

// The program has what folder golden cannot have yet: what no source compiles
// to so far.
func TestGolden(t *testing.T) {
	files := generate(t, read(t, "control.ir"))
	golden.Tree(t, "testdata/control", files)
	for path, data := range files {
		formatted, err := format.Source(data)
		require.NoError(t, err, path)
		assert.Equal(t, string(formatted), string(data), path)
	}
}

// Whatever is generated is the same a second time.
func TestDeterministic(t *testing.T) {
	p := read(t, "control.ir")
	assert.Equal(t, generate(t, p), generate(t, p))
}

// A player is told what the columns of its outputs are called.
func TestColumns(t *testing.T) {
	p := read(t, "average.ir")
	p.Enums = append(p.Enums, ir.Enum{Name: "Region", Values: []string{"north", "south"}})
	p.Outputs[0].Columns = "Region"
	var all []byte
	for _, data := range generate(t, p) {
		all = append(all, data...)
	}
	assert.Contains(t, string(all), `runtime.Form{Columns: []string{"north", "south"}}`)
}

// A file with several computations gives each its own names; names of the
// program never collide with those that every package has.
func TestSeveralComputations(t *testing.T) {
	var progs []*ir.Program
	for _, name := range []string{"train", "train_inputs", "local", "inputs", "remote_train"} {
		p := read(t, "average.ir")
		p.Name = name
		progs = append(progs, p)
	}
	files := generate(t, progs...)
	root := string(files["average.go"])
	for _, call := range []string{"Train", "TrainInputs_", "Local_", "Inputs_", "RemoteTrain_"} {
		assert.Contains(t, root, "\nfunc "+call+"(ctx context.Context, in "+call+"Inputs) ("+call+"Outputs, error) {")
	}
	checkDeclarations(t, files)
	assert.NotContains(t, root, "\nfunc Local(")
	alice := string(files["p_alice/player.go"])
	assert.Contains(t, alice, "return []*runtime.Program{TrainProgram, TrainInputsProgram, LocalProgram, InputsProgram, RemoteTrainProgram}")
}

// checkDeclarations finds names that are declared twice in a package.
func checkDeclarations(t *testing.T, files map[string][]byte) {
	t.Helper()
	for path, data := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, data, 0)
		require.NoError(t, err)
		seen := make(map[string]bool)
		declare := func(name string) {
			assert.False(t, seen[name], "%s declares %s twice", path, name)
			seen[name] = true
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *goast.FuncDecl:
				declare(d.Name.Name)
			case *goast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *goast.TypeSpec:
						declare(s.Name.Name)
					case *goast.ValueSpec:
						declare(s.Names[0].Name)
					}
				}
			}
		}
	}
}

// Text of the program stands in comments only.
func TestCommentsAreHarmless(t *testing.T) {
	p := read(t, "average.ir")
	p.Doc = []string{"go:build ignore", "//go:generate rm -rf /", "*/ package evil"}
	p.Inputs[0].Doc = []string{"go:embed secret"}
	for _, in := range p.Body {
		in.Text = "go:noinline /* \" ` */"
	}
	for path, data := range generate(t, p) {
		f, err := parser.ParseFile(token.NewFileSet(), path, data, parser.ParseComments)
		require.NoError(t, err)
		assert.NotEqual(t, "evil", f.Name.Name)
		assert.NotRegexp(t, `(?m)^\s*//(go:|\s*\+build)`, string(data))
	}
}

func TestRefused(t *testing.T) {
	change := func(f func(*ir.Program)) []*ir.Program {
		p := read(t, "average.ir")
		f(p)
		return []*ir.Program{p}
	}
	for want, progs := range map[string][]*ir.Program{
		"the file has no computation":                        nil,
		"players alice and ALICE differ only in case":        change(func(p *ir.Program) { p.Players[1].Name = "ALICE" }),
		`the file's name "a\nb.tfe" has a control character`: change(func(p *ir.Program) { p.File = "a\nb.tfe" }),
		"average: a value of type r is not built yet":        change(func(p *ir.Program) { p.Values[1].Elem = types.Elem{Kind: types.Record, Name: "r"} }),
		"the operation wish has no Go form":                  change(func(p *ir.Program) { p.Body[3].Op = "wish" }),
		"sum cannot be checked":                              change(func(p *ir.Program) { p.Body[3].Checked = true }),
		"carol uses total, which it does not hold":           change(func(p *ir.Program) { p.Body[11].Args[0] = p.Body[7].Dst }),
	} {
		_, err := Generate(Config{Path: "example.com/x", Compiler: "1"}, progs)
		assert.ErrorContains(t, err, "cannot generate code: "+want)
	}
}
