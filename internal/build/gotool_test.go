package build

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
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

// Inside a module that requires a released tfec, the runtime comes from there.
func TestBuildAgainstARelease(t *testing.T) {
	skipIfShort(t)
	serveRelease(t, "v0.0.1-test")
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n\nrequire github.com/tfec-lang/tfec v0.0.1-test\n"})
	r, err := Build(t.Context(), filepath.Join(dir, "twice.tfe"), program(t, "alice", "bob"), "")
	require.NoError(t, err)
	assert.Empty(t, r.Notes)
	helps(t, filepath.Join(r.Dir, "bin", "bob"))
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	assert.Contains(t, string(mod), "require github.com/tfec-lang/tfec v0.0.1-test")
	assert.NotContains(t, string(mod), "replace")
}

// serveRelease makes a version of this tree known to the go tool, from a
// module proxy in a folder; what the tree itself needs comes from the module
// cache that it was built with, if it is there.
func serveRelease(t *testing.T, version string) {
	t.Helper()
	from, err := self()
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(from.tree, "go.mod"))
	require.NoError(t, err)
	proxy := t.TempDir()
	writeFiles(t, filepath.Join(proxy, runtimeModule, "@v"), map[string]string{
		"list":            version + "\n",
		version + ".info": `{"Version": "` + version + `"}`,
		version + ".mod":  string(mod),
	})
	archive, err := os.Create(filepath.Join(proxy, runtimeModule, "@v", version+".zip"))
	require.NoError(t, err)
	require.NoError(t, zip.CreateFromDir(archive, module.Version{Path: runtimeModule, Version: version}, from.tree))
	require.NoError(t, archive.Close())

	out, err := exec.Command("go", "env", "GOMODCACHE", "GOPROXY").Output()
	require.NoError(t, err)
	env := strings.Split(strings.TrimSpace(string(out)), "\n")
	downloads := filepath.Join(env[0], "cache", "download")
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy)+",file://"+filepath.ToSlash(downloads)+","+env[1])
	t.Setenv("GOSUMDB", "off")
	t.Setenv("GOFLAGS", "-mod=mod -modcacherw")
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "mod"))
}
