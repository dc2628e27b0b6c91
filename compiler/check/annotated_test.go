package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/diag"
)

var annotation = regexp.MustCompile(`//! ([EW0-9 ]+)`)

// TestAnnotated checks the programs of testdata: the codes after `//!` are
// what is reported on that line, and nothing else is.
func TestAnnotated(t *testing.T) {
	files, err := filepath.Glob("testdata/*.tfe")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			program, list := load(file, string(source))
			annotated(t, file, string(source), list)
			if program != nil {
				for _, m := range program.Modules {
					annotated(t, m.Name, m.Source, list)
				}
			}
			if t.Failed() {
				t.Log(show(file, string(source), list))
			}
		})
	}
}

// annotated compares what is reported in one file with its annotations.
func annotated(t *testing.T, file, source string, list diag.List) {
	got := make(map[int][]string)
	for _, d := range list {
		if d.Span.Pos.Filename == file {
			got[d.Span.Pos.Line] = append(got[d.Span.Pos.Line], d.Code)
		}
	}
	for i, line := range strings.Split(source, "\n") {
		var want []string
		if m := annotation.FindStringSubmatch(line); m != nil {
			want = strings.Fields(m[1])
		}
		have := got[i+1]
		slices.Sort(want)
		slices.Sort(have)
		assert.Equal(t, want, have, "%s:%d: %s", file, i+1, line)
	}
}

// unraised are codes that no program can bring about today.
var unraised = map[string]string{
	"E602": "every operation that is built has a secure implementation in every protocol",
}

// TestEveryCode holds that each code of the checker is brought about by some
// program of testdata or of corpus/reject.
func TestEveryCode(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	raised := make(map[string]bool)
	for _, file := range sources {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, code := range regexp.MustCompile(`"[EW]\d{3}"`).FindAllString(string(text), -1) {
			raised[strings.Trim(code, `"`)] = true
		}
	}
	covered := make(map[string]bool)
	programs, err := filepath.Glob("testdata/*.tfe")
	require.NoError(t, err)
	for _, file := range programs {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range annotation.FindAllStringSubmatch(string(text), -1) {
			for _, code := range strings.Fields(m[1]) {
				covered[code] = true
			}
		}
	}
	rejected, err := filepath.Glob(filepath.Join(corpus, "reject", "*.tfe"))
	require.NoError(t, err)
	for _, file := range rejected {
		covered[strings.TrimSuffix(filepath.Base(file), ".tfe")] = true
	}
	for code := range raised {
		_, known := unraised[code]
		assert.NotEqual(t, known, covered[code], "%s", code)
	}
}
