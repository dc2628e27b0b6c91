package exec_test

// Functions: tests of those of the standard library, and programs with theirs.

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	modules "github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// TestLibrary runs the modules' own tests, in clear and on all protocols, on two of them
// audited and with other inputs, too. Each
// function of the library says what it does and has a test, which tfec doc shows
// as its example.
func TestLibrary(t *testing.T) {
	for _, name := range modules.Library() {
		t.Run(name, func(t *testing.T) {
			for _, protocol := range capability.Names() {
				unit, diags, err := compiler.Load(name, compiler.Options{Protocol: protocol})
				require.NoError(t, err)
				require.Empty(t, diags)
				for _, block := range unit.Tests[:some(uint64(len(unit.Tests)))] {
					t.Run(protocol+" "+block.Title, func(t *testing.T) {
						t.Parallel()
						require.Equal(t, protocol, block.Program.Protocol.Name)
						if protocol == "aby3" || protocol == "plain" {
							ownTest(t, block)
						} else {
							assert.Equal(t, interp.TestResult{}, verdict(exec.RunTest(block)))
						}
					})
				}
				documented(t, unit)
				if protocol == "aby3" {
					stated(t, unit)
				}
			}
		})
	}
}

// documented asks for what is said of a module and each of its functions, and for
// an example of these.
func documented(t *testing.T, unit *compiler.Unit) {
	assert.NotEmpty(t, unit.File.Doc, "of the module")
	for _, d := range unit.File.Decls {
		if fn, ok := d.(*ast.Fn); ok {
			assert.NotEmpty(t, fn.Doc, "of %s", fn.Name.Name)
			tested := slices.ContainsFunc(unit.Tests, func(x *ir.Test) bool { return x.Program.Name == fn.Name.Name })
			assert.True(t, tested, "%s has no test", fn.Name.Name)
		}
	}
}

// stated holds what docs say of rounds, about, to those of the function's first example.
func stated(t *testing.T, unit *compiler.Unit) {
	for _, d := range unit.File.Decls {
		fn, ok := d.(*ast.Fn)
		if !ok {
			continue
		}
		said := aboutRounds.FindStringSubmatch(strings.Join(strings.Fields(strings.Join(fn.Doc, " ")), " "))
		if said == nil {
			continue
		}
		want, err := strconv.ParseFloat(said[1], 64)
		require.NoError(t, err)
		i := slices.IndexFunc(unit.Tests, func(x *ir.Test) bool { return x.Program.Name == fn.Name.Name })
		r, err := cost.Of(unit.Tests[i].Program, nil)
		require.NoError(t, err)
		got, err := strconv.ParseFloat(r.Rounds.Text, 64)
		require.NoError(t, err)
		assert.InEpsilon(t, want, got, 0.15, "rounds of %s: %v, not %v", fn.Name.Name, got, want)
	}
}

var aboutRounds = regexp.MustCompile(`About (\d+) rounds`)

// TestFunctions runs the test blocks of programs with functions and modules.
func TestFunctions(t *testing.T) {
	paths, err := filepath.Glob("testdata/functions/*.tfe")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		for _, protocol := range []string{"", "plain(s0)"} {
			t.Run(filepath.Base(path)+" "+protocol, func(t *testing.T) {
				unit, diags, err := compiler.Load(path, compiler.Options{Protocol: protocol})
				require.NoError(t, err)
				require.False(t, diags.HasErrors(), "%v", diags)
				require.NotEmpty(t, unit.Tests)
				ownTests(t, unit)
			})
		}
	}
}

// TestArgumentsOfTests holds that the arguments of a tested function are shared
// unless they are pinned.
func TestArgumentsOfTests(t *testing.T) {
	unit, diags, err := compiler.Load("testdata/functions/tested.tfe", compiler.Options{})
	require.NoError(t, err)
	require.Empty(t, diags)
	for _, x := range unit.Tests {
		for _, in := range x.Program.Inputs {
			pinned := slices.Contains([]string{"bins", "hi"}, in.Name) || x.Program.Name == "several"
			assert.Equal(t, !pinned, in.Owner.IsShared(), "%s of %s", in.Name, x.Program.Name)
		}
	}
}
