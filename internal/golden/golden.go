// Package golden compares what a test produces with what is stored under
// version control, in both directions: a stored file that is no longer
// produced fails as well. `go test ./golden ./codegen ./compiler/report -update`
// stores what is produced.
package golden

import (
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

var update = flag.Bool("update", false, "store what the tests produce as what they want")

// Tree compares files, by slash-separated path, with those under dir.
func Tree(t testing.TB, dir string, got map[string][]byte) {
	t.Helper()
	if *update {
		if err := store(dir, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	compare(t, dir, got)
}

func compare(t testing.TB, dir string, got map[string][]byte) {
	t.Helper()
	want, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	assert.Empty(t, missing(got, want), "produced, but not stored")
	assert.Empty(t, missing(want, got), "stored, but not produced")
	for path := range want {
		if g, ok := got[path]; ok {
			assert.Equal(t, string(want[path]), string(g), "%s: -update stores what is produced", path)
		}
	}
}

// missing lists the paths of a that b lacks.
func missing(a, b map[string][]byte) []string {
	var out []string
	for _, path := range slices.Sorted(maps.Keys(a)) {
		if _, ok := b[path]; !ok {
			out = append(out, path)
		}
	}
	return out
}

// load reads the files under dir; there are none where it does not exist.
func load(dir string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return files, nil
	}
	tree := os.DirFS(dir)
	return files, fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = fs.ReadFile(tree, path)
		return err
	})
}

// store replaces what is under dir.
func store(dir string, files map[string][]byte) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for path, data := range files {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
