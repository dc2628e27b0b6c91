// Package golden compares what a test produces with what is stored under
// version control: a tree, in both directions, so that a stored file that is no
// longer produced fails as well; a file; a part of a page. `go test ./golden
// ./codegen ./compiler/report -update` stores what is produced.
package golden

import (
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// File compares a text with the file at a path.
func File(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	assert.Equal(t, string(want), got, "%s: -update stores what is produced", path)
}

// Part compares a text with the part of the page at a path that stands between
// the lines `<!-- NAME: … -->` and `<!-- end of NAME -->`.
func Part(t testing.TB, path, name, got string) {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "\n<!-- "+name+": ", "<!-- end of "+name+" -->\n"
	before, rest, begins := strings.Cut(string(page), begin)
	head, rest, closes := strings.Cut(rest, " -->\n")
	part, after, ends := strings.Cut(rest, end)
	switch {
	case !begins || !closes || !ends:
		t.Fatalf("%s has no part %s", path, name)
	case *update:
		File(t, path, before+begin+head+" -->\n"+got+end+after)
	default:
		assert.Equal(t, part, got, "%s, %s: -update stores what is produced", path, name)
	}
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
