// Package golden holds what tfec generates for a few programs, under version
// control: a change of the generator shows as a change of these trees. They
// are ordinary packages of this module, so that whatever builds and vets the
// module builds and vets them.
package golden

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/codegen"
	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/internal/golden"
	"github.com/tfec-lang/tfec/lang/diag"
)

// cases lists the folders with a program.
func cases(t *testing.T) []string {
	t.Helper()
	programs, err := filepath.Glob("*/in.tfe")
	require.NoError(t, err)
	require.NotEmpty(t, programs)
	var names []string
	for _, p := range programs {
		names = append(names, filepath.Dir(p))
	}
	return names
}

// generate compiles the program of a case, which stands in root, under the
// name of the case, and generates its code as package golden/<case>/want/<case>
// of this module.
func generate(t *testing.T, root, name string) map[string][]byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name, "in.tfe"))
	require.NoError(t, err)
	source := filepath.Join(t.TempDir(), name+".tfe")
	require.NoError(t, os.WriteFile(source, text, 0o644))
	unit, list, err := compiler.Load(source, compiler.Options{})
	require.NoError(t, err)
	if list.HasErrors() {
		var b bytes.Buffer
		diag.Print(&b, list, unit.Source)
		t.Fatal(b.String())
	}
	files, err := codegen.Generate(codegen.Config{
		Path:     "github.com/tfec-lang/tfec/golden/" + name + "/want/" + name,
		Compiler: compiler.Version,
	}, unit.Programs)
	require.NoError(t, err)
	out := make(map[string][]byte)
	for _, f := range files {
		out[name+"/"+f.Path] = f.Data
	}
	return out
}

func TestGenerated(t *testing.T) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) { golden.Tree(t, filepath.Join(name, "want"), generate(t, ".", name)) })
	}
}

// The bytes are the same each time, wherever the source and the process are.
func TestGenerationIsDeterministic(t *testing.T) {
	root, err := filepath.Abs(".")
	require.NoError(t, err)
	names := cases(t)
	first := make(map[string]map[string][]byte)
	for _, name := range names {
		first[name] = generate(t, ".", name)
	}
	t.Chdir(t.TempDir())
	for _, name := range names {
		assert.Equal(t, first[name], generate(t, root, name), name)
	}
}

func TestGeneratedCodeVets(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go tool")
	}
	out, err := exec.Command("go", "vet", "./...").CombinedOutput()
	require.NoError(t, err, string(out))
}
