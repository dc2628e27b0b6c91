package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var token = regexp.MustCompile(`//[^\n]*|"[^"\n]*"|[A-Za-z_]\w*|[\d_]+(\.\d+)?|\.\.=?|[-+*/<>=!~]=?|->|\s+|.`)

// mutations are ways to damage a program at one token.
var mutations = []struct {
	name  string
	apply func(tokens []string, i int) []string
}{
	{"without", func(t []string, i int) []string { return splice(t, i, i+1) }},
	{"twice", func(t []string, i int) []string { return splice(t, i, i, " ", t[i], " ") }},
	{"swapped", func(t []string, i int) []string { return splice(t, i, i+3, t[i+2], t[i+1], t[i]) }},
	{"shared", func(t []string, i int) []string { return splice(t, i, i+1, " shared ") }},
	{"number", func(t []string, i int) []string { return splice(t, i, i+1, " 0 ") }},
	{"first", func(t []string, i int) []string { return splice(t, i, i+1, t[(i*7)%len(t)]) }},
}

func splice(t []string, from, to int, with ...string) []string {
	to = min(to, len(t))
	out := append([]string{}, t[:from]...)
	return append(append(out, with...), t[to:]...)
}

// TestMutations damages every program of the corpus and of testdata at many
// tokens: whatever is made of it, the checker must say something and stop.
func TestMutations(t *testing.T) {
	var files []string
	for _, pattern := range []string{"programs/*.tfe", "reject/*.tfe"} {
		found, err := filepath.Glob(filepath.Join(corpus, pattern))
		require.NoError(t, err)
		files = append(files, found...)
	}
	own, err := filepath.Glob("testdata/*.tfe")
	require.NoError(t, err)
	files = append(files, own...)
	require.NotEmpty(t, files)
	checked := 0
	for f, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		tokens := token.FindAllString(string(source), -1)
		stride := max(1, len(tokens)/8)
		for m, mutation := range mutations {
			for i := (f + m) % stride; i+2 < len(tokens); i += stride {
				mutant := strings.Join(mutation.apply(tokens, i), "")
				if program, list := load(file, mutant); program != nil && !list.HasErrors() {
					checked++
				}
			}
		}
	}
	require.NotZero(t, checked, "no mutant was well typed")
}

// FuzzCheck feeds arbitrary sources to the checker.
func FuzzCheck(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(corpus, "*", "*.tfe"))
	require.NoError(f, err)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(string(source))
	}
	f.Fuzz(func(t *testing.T, source string) { load("fuzz.tfe", source) })
}
