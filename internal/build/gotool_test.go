package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func skipIfShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the go tool")
	}
}

// helps reports that a binary exists and says what it is.
func helps(t *testing.T, binary string) {
	t.Helper()
	out, err := exec.Command(binary, "-h").CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, string(out), "--config")
}

func TestBuildOutsideAModule(t *testing.T) {
	skipIfShort(t)
	dir := t.TempDir()
	r, err := Build(t.Context(), filepath.Join(dir, "twice.tfe"), program(t, "vendor", "v2"), "")
	require.NoError(t, err)
	assert.Equal(t, []string{"bin/v2", "bin/vendor"}, r.Binaries)
	require.Len(t, r.Notes, 1)
	assert.Regexp(t, `^the module of this build replaces github.com/tfec-lang/tfec by .*, the sources of this tfec$`, r.Notes[0])
	for _, b := range r.Binaries {
		helps(t, filepath.Join(r.Dir, b))
	}
	assert.NoFileExists(t, filepath.Join(r.Dir, "go.mod"))
}

func TestBuildInsideAModule(t *testing.T) {
	skipIfShort(t)
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n"})
	source := filepath.Join(dir, "sub", "twice.tfe")
	require.NoError(t, os.Mkdir(filepath.Dir(source), 0o755))
	r, err := Build(t.Context(), source, program(t, "alice", "bob"), "")
	require.NoError(t, err)
	assert.Equal(t, "example.com/m/sub/twice", r.Path)
	assert.Len(t, r.Notes, 1)
	helps(t, filepath.Join(r.Dir, "bin", "alice"))

	// The module is complete now: the go tool alone builds it.
	c := exec.Command("go", "vet", "./...")
	c.Dir = dir
	out, err := c.CombinedOutput()
	require.NoError(t, err, string(out))

	r, err = Build(t.Context(), source, program(t, "alice", "bob"), "")
	require.NoError(t, err)
	assert.Empty(t, r.Notes)
	assert.Empty(t, r.Written)

	writeFiles(t, r.Dir, map[string]string{"p_bob/broken.go": "package p_bob\n\nvar x int = true\n"})
	_, err = Build(t.Context(), source, program(t, "alice", "bob"), "")
	assert.ErrorContains(t, err, "cannot build the programs in "+r.Dir+": go build: exit status 1\n")
	assert.ErrorContains(t, err, "broken.go:3:13: cannot use true")
}
