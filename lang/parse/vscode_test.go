package parse

// The extension of editors/vscode knows the words that the compiler knows.

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	prelude "github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

const extension = "../../editors/vscode"

// A textMateRule is a rule of a TextMate grammar, or all of it.
type textMateRule struct {
	Include    string
	Match      string
	Begin, End string
	Patterns   []textMateRule
	Repository map[string]textMateRule
}

func readJSON[T any](t *testing.T, path string) (v T) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(extension, path))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &v), path)
	return v
}

// walk calls f on r and on all rules inside.
func (r textMateRule) walk(f func(textMateRule)) {
	f(r)
	for _, p := range r.Patterns {
		p.walk(f)
	}
	for _, p := range r.Repository {
		p.walk(f)
	}
}

var wordList = regexp.MustCompile(`\(([a-z]\w*(?:\|[a-z]\w*)+)\)`)

// words are what r matches literally, sorted: the lists `(let|var)` of its
// expressions.
func (r textMateRule) words() []string {
	var out []string
	r.walk(func(r textMateRule) {
		for _, m := range wordList.FindAllStringSubmatch(r.Match, -1) {
			out = append(out, strings.Split(m[1], "|")...)
		}
	})
	slices.Sort(out)
	return out
}

func TestExtensionWords(t *testing.T) {
	rules := readJSON[textMateRule](t, "syntaxes/tfe.tmLanguage.json").Repository
	var elements, names []string
	for k := types.Bool; k <= types.String; k++ {
		if k != types.Enum && k != types.Record {
			elements = append(elements, k.String())
		}
	}
	for _, o := range prelude.Table() {
		names = append(names, o.Name)
	}
	assert.Equal(t, slices.Sorted(maps.Keys(keywords)), rules["keyword"].words())
	assert.Equal(t, sorted(append(slices.Collect(maps.Keys(decls)), "import", "edition")), rules["declaration"].words())
	assert.Equal(t, sorted(elements), rules["type"].words())
	assert.Equal(t, sorted(names), rules["prelude"].words())

	contextual := append(rules["declaration"].words(), rules["clause"].words()...)
	contextual = append(contextual, "to") // with the placements
	assert.Equal(t, contextualWords(t), sorted(contextual))
}

// contextualWords are the words that spec.md says to stay identifiers;
// the productions know no other.
func contextualWords(t *testing.T) []string {
	page, err := os.ReadFile("../spec.md")
	require.NoError(t, err)
	m := regexp.MustCompile("Words that only start declarations or clauses stay identifiers \\(`([^`]+)`\\)").FindSubmatch(page)
	require.NotNil(t, m)
	listed := sorted(strings.Fields(string(m[1])))
	for _, m := range regexp.MustCompile(`"([a-z]\w+)"`).FindAllStringSubmatch(grammar.String(), -1) {
		if !keywords[m[1]] {
			assert.Contains(t, listed, m[1])
		}
	}
	return listed
}

func sorted(words []string) []string { return slices.Sorted(slices.Values(words)) }

// TestExtension holds that the parts of the extension are there, and that the
// expressions and references of its grammar are sound.
func TestExtension(t *testing.T) {
	manifest := readJSON[struct {
		Contributes struct {
			Languages []struct{ ID, Configuration string }
			Grammars  []struct{ Language, ScopeName, Path string }
		}
	}](t, "package.json").Contributes
	require.Len(t, manifest.Languages, 1)
	require.Len(t, manifest.Grammars, 1)
	assert.Equal(t, manifest.Languages[0].ID, manifest.Grammars[0].Language)
	require.NotEmpty(t, readJSON[map[string]any](t, manifest.Languages[0].Configuration))

	grammar := readJSON[textMateRule](t, manifest.Grammars[0].Path)
	require.NotEmpty(t, grammar.Patterns)
	grammar.walk(func(r textMateRule) {
		for _, e := range []string{r.Match, r.Begin, r.End} {
			// Go's expressions are those of the editor but for the look ahead.
			_, err := regexp.Compile(strings.ReplaceAll(e, "(?=", "(?:"))
			assert.NoError(t, err)
		}
		if r.Include != "" {
			assert.Contains(t, grammar.Repository, strings.TrimPrefix(r.Include, "#"))
		}
	})
}
