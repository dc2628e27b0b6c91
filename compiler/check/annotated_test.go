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
			_, list := load(file, string(source))
			got := make(map[int][]string)
			for _, d := range list {
				got[d.Span.Pos.Line] = append(got[d.Span.Pos.Line], d.Code)
			}
			for i, line := range strings.Split(string(source), "\n") {
				var want []string
				if m := annotation.FindStringSubmatch(line); m != nil {
					want = strings.Fields(m[1])
				}
				have := got[i+1]
				slices.Sort(want)
				slices.Sort(have)
				assert.Equal(t, want, have, "%s:%d: %s", file, i+1, line)
			}
			if t.Failed() {
				t.Log(show(file, string(source), list))
			}
		})
	}
}
