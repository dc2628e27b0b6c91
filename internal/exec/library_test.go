package exec_test

// Tests of functions: those of the standard library, and of a program.

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/ast"
)

// TestLibrary runs the modules' own tests, in clear and on the protocols. Each
// function of the library has one.
func TestLibrary(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "stdlib", "*.tfe"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		for _, protocol := range []string{"", "plain(s)"} {
			t.Run(filepath.Base(path)+" "+protocol, func(t *testing.T) {
				unit, diags, err := compiler.Load(path, compiler.Options{Protocol: protocol})
				require.NoError(t, err)
				require.Empty(t, diags)
				ownTests(t, unit)
				for _, d := range unit.File.Decls {
					if fn, ok := d.(*ast.Fn); ok {
						tested := slices.ContainsFunc(unit.Tests, func(x *ir.Test) bool { return x.Program.Name == fn.Name.Name })
						assert.True(t, tested, "%s has no test", fn.Name.Name)
					}
				}
			})
		}
	}
}

func TestFunctionTests(t *testing.T) {
	unit, diags, err := compiler.Load(filepath.Join("testdata", "test_functions.tfe"), compiler.Options{})
	require.NoError(t, err)
	require.Empty(t, diags)
	require.NotEmpty(t, unit.Tests)
	ownTests(t, unit)
	for _, x := range unit.Tests {
		for _, in := range x.Program.Inputs {
			pinned := slices.Contains([]string{"bins", "hi"}, in.Name) || x.Program.Name == "several"
			assert.Equal(t, !pinned, in.Owner.IsShared(), "%s of %s", in.Name, x.Program.Name)
		}
	}
}
