package load_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/lang/diag"
)

// files reads from a map, as an editor would lay its buffers over the disk.
func files(texts map[string]string) load.Reader {
	return func(path string) ([]byte, error) {
		text, ok := texts[path]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
}

// TestOrder holds that each file is read once, in the order in which the texts
// import them.
func TestOrder(t *testing.T) {
	s, list, err := load.Load("dir/main.tfe", files(map[string]string{
		"dir/main.tfe":  `import "./a" import "./sub/b" import "std/linalg"`,
		"dir/a.tfe":     `import "./sub/b"`,
		"dir/sub/b.tfe": `import "../c"`,
		"dir/c.tfe":     "const one = 1",
	}))
	require.NoError(t, err)
	require.Empty(t, list)
	var names []string
	for _, f := range s.Files {
		names = append(names, f.Name)
	}
	assert.Equal(t, []string{"dir/main.tfe", "dir/a.tfe", "dir/sub/b.tfe", "dir/c.tfe", "std/linalg"}, names)
	main := s.Main().Imports
	assert.Same(t, s.Files[2], s.Imports[main[1]])
	assert.Same(t, s.Files[2], s.Imports[s.Files[1].Imports[0]])
}

// TestRefused holds what is said about imports that cannot be followed.
func TestRefused(t *testing.T) {
	texts := map[string]string{
		"loop.tfe":    `import "./loop"`,
		"a.tfe":       `import "./b"`,
		"b.tfe":       `import "./a"`,
		"program.tfe": "players p, q",
		"precise.tfe": "precision fixed(8, 8)",
		"bad.tfe":     "fn (",
	}
	for path, want := range map[string]string{
		"./none":         "main.tfe:1:8: error[E107]: cannot import \"./none\": there is no file none.tfe",
		"std/none":       "main.tfe:1:8: error[E107]: cannot import \"std/none\": the standard library has std/",
		"std/../a":       "main.tfe:1:8: error[E107]: cannot import \"std/../a\":",
		"a":              `a file beside this one is "./a"`,
		"./a.tfe":        `write it without its ending, "./a"`,
		"std/stats.tfe":  `write it without its ending, "std/stats"`,
		"/etc/passwd":    "a file beside this one is",
		"./main":         "it imports itself: main.tfe -> main.tfe",
		"./loop":         "loop.tfe:1:8: error[E107]: cannot import \"./loop\": it imports itself: loop.tfe -> loop.tfe",
		"./a":            "b.tfe:1:8: error[E107]: cannot import \"./a\": it imports itself: a.tfe -> b.tfe -> a.tfe",
		"./program":      "a module has no `players`",
		"./precise":      "a module has no `precision`",
		"./bad":          "bad.tfe:1:4: error[E001]",
		"./sub/../a/../": "a path has the parts of",
	} {
		t.Run(path, func(t *testing.T) {
			texts["main.tfe"] = "import \"" + path + "\"\n"
			_, list, err := load.Load("main.tfe", files(texts))
			require.NoError(t, err)
			require.Len(t, list, 1)
			var b strings.Builder
			diag.Print(&b, list, func(string) string { return "" })
			assert.Contains(t, b.String(), want)
		})
	}
}

// TestMissing holds that the error of the file itself is no diagnostic.
func TestMissing(t *testing.T) {
	_, _, err := load.Load("main.tfe", files(nil))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// TestStandard holds that each module of the standard library is read by the
// name that imports it, from nobody's files.
func TestStandard(t *testing.T) {
	require.NotEmpty(t, load.Library())
	for _, name := range load.Library() {
		sources, list, err := load.Load(name, files(nil))
		require.NoError(t, err)
		assert.Empty(t, list)
		assert.Equal(t, name, sources.Main().Name)
	}
	_, _, err := load.Load("std/none", files(nil))
	assert.ErrorContains(t, err, "the standard library has "+strings.Join(load.Library(), ", "))
}
