package diag_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/internal/golden"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/format"
)

// TestPrograms holds that the bad program of a page raises its code and no
// other, that the good one raises nothing, and that both are canonical.
func TestPrograms(t *testing.T) {
	for _, c := range diag.Codes {
		p, ok := c.Page()
		if !ok {
			continue
		}
		t.Run(c.Code, func(t *testing.T) {
			raises(t, p.Bad, c.Code)
			raises(t, p.Good)
		})
	}
}

func raises(t *testing.T, program string, want ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.tfe")
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(program, `\u202E`, "\u202E")), 0o644))
	unit, list, err := compiler.Load(path, compiler.Options{})
	require.NoError(t, err)
	var got []string
	for _, d := range list {
		got = append(got, d.Code)
	}
	var text strings.Builder
	diag.Print(&text, list, unit.Source)
	assert.Equal(t, want, got, "%s%s", program, &text)
	if unit.Checked != nil {
		assert.Equal(t, string(format.File(unit.File)), program, "not canonical")
	}
}

// TestPages holds that a page says something, in two to five sentences.
func TestPages(t *testing.T) {
	for _, c := range diag.Codes {
		if p, ok := c.Page(); ok {
			sentences := len(regexp.MustCompile(`[.?](\s|$)`).FindAllString(p.Rule, -1))
			assert.GreaterOrEqual(t, sentences, 2, "%s: %s", c.Code, p.Rule)
			assert.LessOrEqual(t, sentences, 5, "%s: %s", c.Code, p.Rule)
			for line := range strings.Lines(p.Rule) {
				assert.LessOrEqual(t, len([]rune(line)), 80, "%s: %s", c.Code, line)
			}
		}
	}
}

// unreachable are codes that the sources mention and that no program brings
// about.
var unreachable = map[string]string{
	"E602": "every operation that is built has a secure implementation in every protocol",
}

// TestEveryCode holds that the table, the pages and what the sources raise
// agree: each code is either raised, and has a page, or is said not to be.
func TestEveryCode(t *testing.T) {
	raised := raisedCodes(t)
	var known []string
	for _, c := range diag.Codes {
		assert.NotContains(t, known, c.Code)
		known = append(known, c.Code)
		_, hasPage := c.Page()
		assert.Equal(t, c.Raised(), hasPage, "%s: a code that is raised has a page, and no other", c.Code)
		assert.Equal(t, c.Raised(), raised[c.Code] && unreachable[c.Code] == "", "%s: listed as unraised, or raised by a source", c.Code)
	}
	for code := range raised {
		assert.Contains(t, known, code)
	}
	files, err := filepath.Glob("explain/*")
	require.NoError(t, err)
	for _, file := range files {
		assert.Contains(t, known, strings.TrimSuffix(filepath.Base(file), ".md"), "a page without a code")
	}
}

// raisedCodes are the codes that stand in a source of the compiler or of the
// command.
func raisedCodes(t *testing.T) map[string]bool {
	found := make(map[string]bool)
	literal := regexp.MustCompile(`"([EW]\d{3})"`)
	read := func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = true
		}
		return err
	}
	for _, folder := range []string{"../parse", "../../compiler", "../../cmd"} {
		require.NoError(t, filepath.WalkDir(folder, read))
	}
	require.NotEmpty(t, found)
	return found
}

// TestLanguage holds the table of lang/spec.md to this one.
func TestLanguage(t *testing.T) {
	var b strings.Builder
	b.WriteString("| code | refused because, or (W) warned of |\n|---|---|\n")
	for _, c := range diag.Codes {
		note := ""
		if !c.Raised() {
			note = " (not raised by this version)"
		}
		fmt.Fprintf(&b, "| %s | %s%s |\n", c.Code, c.Reason, note)
	}
	golden.Part(t, "../spec.md", "codes", b.String())
}

func TestLookup(t *testing.T) {
	for _, text := range []string{"E301", "e301"} {
		c, ok := diag.Lookup(text)
		assert.True(t, ok)
		assert.Equal(t, "E301", c.Code)
	}
	_, ok := diag.Lookup("E30")
	assert.False(t, ok)
}

// TestReference holds docs/diagnostics.md to the pages; -update writes it.
func TestReference(t *testing.T) {
	golden.File(t, "../../docs/diagnostics.md", reference())
}

// reference is docs/diagnostics.md.
func reference() string {
	var b strings.Builder
	b.WriteString(`# Diagnostics

Every error (E) and warning (W) of ` + "`tfec`" + ` by its code: the rule, a program that breaks it and one that keeps it.
` + "`tfec explain E301`" + ` prints the same. A test compiles all programs of this page.

<!-- Written by go test ./lang/diag -update. -->
`)
	for _, c := range diag.Codes {
		fmt.Fprintf(&b, "\n## %s\n\n**%s: %s.**\n", c.Code, c.Code, c.Reason)
		if p, ok := c.Page(); ok {
			fmt.Fprintf(&b, "\n%s\n\nBad:\n\n```tfe\n%s```\n\nGood:\n\n```tfe\n%s```\n", p.Rule, p.Bad, p.Good)
		} else {
			b.WriteString("\nNot raised by this version.\n")
		}
	}
	return b.String()
}
