package compiler_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/diag"
)

var update = flag.Bool("update", false, "write the golden files")

// corpus are the programs of the corpus that are built so far.
var corpus = []string{"average", "staff_average", "millionaires", "auction", "groupby"}

// programs returns the files of the tests: the corpus, and one small program
// for each construct.
func programs(t *testing.T) []string {
	files, err := filepath.Glob("testdata/*.tfe")
	require.NoError(t, err)
	for _, name := range corpus {
		files = append(files, filepath.Join("..", "corpus", "programs", name+".tfe"))
	}
	return files
}

func load(t *testing.T, path string) *compiler.Unit {
	u, diags, err := compiler.Load(path, compiler.Options{})
	require.NoError(t, err)
	var text strings.Builder
	diag.Print(&text, diags, u.Source)
	require.False(t, diags.HasErrors(), text.String())
	return u
}

func TestGolden(t *testing.T) {
	for _, path := range programs(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".tfe")
		t.Run(name, func(t *testing.T) {
			var got strings.Builder
			for _, p := range load(t, path).Programs {
				require.NoError(t, ir.Verify(p))
				got.WriteString(p.String())
			}
			golden := filepath.Join("testdata", name+".ir")
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got.String()), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, string(want), got.String())
		})
	}
}

func TestGoldenFilesHavePrograms(t *testing.T) {
	golden, err := filepath.Glob("testdata/*.ir")
	require.NoError(t, err)
	assert.Len(t, golden, len(programs(t)))
}

// TestBlocksInClear runs every test block with the reference interpreter.
func TestBlocksInClear(t *testing.T) {
	for _, path := range programs(t) {
		for _, b := range load(t, path).Tests {
			t.Run(filepath.Base(path)+"/"+b.Title, func(t *testing.T) { runTest(t, b) })
		}
	}
}

func runTest(t *testing.T, b *ir.Test) {
	given, err := interp.Run(b.Given, nil)
	require.NoError(t, err)
	outputs, err := interp.Run(b.Program, given)
	if b.Abort != nil {
		require.ErrorContains(t, err, *b.Abort)
		return
	}
	require.NoError(t, err)
	for k, v := range given {
		outputs[k] = v
	}
	held, err := interp.Run(b.Expect, outputs)
	require.NoError(t, err)
	require.NotEmpty(t, b.Expects)
	for k, e := range b.Expects {
		key := fmt.Sprintf("expect%d", k+1)
		assert.Equal(t, int64(1), held[key].Data[0].Int64(), "%s (line %d): %v", e.Text, e.Pos.Line, outputs)
	}
}

func TestLoadReportsAFileThatCannotBeRead(t *testing.T) {
	_, _, err := compiler.Load("testdata/absent.tfe", compiler.Options{})
	assert.ErrorContains(t, err, "cannot read the program")
}

// TestEveryProgramCompilesOrIsRefused: with a diagnostic, whatever the
// program, and what is not refused has all its computations.
func TestEveryProgramCompilesOrIsRefused(t *testing.T) {
	var files []string
	for _, pattern := range []string{
		"testdata/*.tfe", "*/testdata/*.tfe", "../corpus/*/*.tfe", "../examples/*/*.tfe", "../golden/*/*.tfe",
	} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		files = append(files, found...)
	}
	require.Greater(t, len(files), 40)
	for _, path := range files {
		t.Run(path, func(t *testing.T) {
			u, diags, err := compiler.Load(path, compiler.Options{})
			require.NoError(t, err)
			if !diags.HasErrors() {
				assert.Len(t, u.Programs, len(u.Checked.Computations))
				assert.Len(t, u.Tests, len(u.Checked.Tests))
			}
			for _, d := range diags {
				assert.NotContains(t, d.Message, "this computation is not built yet", d.Notes)
			}
		})
	}
}

// A syntax error hides no error of another declaration, and what is unknown
// only because of it is no error.
func TestSyntaxErrorsHideNothing(t *testing.T) {
	const header = "players alice, bob, s0, s1, s2\nprotocol aby3(s0, s1, s2)\n"
	const sound = "computation g(a: fixed @ alice, b: fixed @ bob) -> r: fixed @ alice { return reveal(half(a) * b) to alice }\n"
	for _, c := range []struct {
		name, source string
		want         []string
	}{
		{"a broken computation and an unknown player", header +
			"computation f(a: fixed @ alice -> r: fixed @ bob { return a }\n" +
			"computation g(a: fixed @ carl, b: fixed @ bob) -> r: fixed @ bob { return b }\n", []string{"3:E001", "4:E101"}},
		{"a call of a broken function", header + "fn half(x: fixed -> fixed { return x / 2 }\n" + sound, []string{"3:E001"}},
		{"a call of a function that is not there", header + "const k = = 1\n" + sound, []string{"3:E001", "4:E101"}},
		{"broken players", "players alice, , bob\nprotocol aby3(s0, s1, s2)\n" + sound, []string{"1:E001"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.tfe")
			require.NoError(t, os.WriteFile(path, []byte(c.source), 0o644))
			_, diags, err := compiler.Load(path, compiler.Options{})
			require.NoError(t, err)
			var got []string
			for _, d := range diags {
				got = append(got, fmt.Sprintf("%d:%s", d.Span.Pos.Line, d.Code))
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// TestDigest holds that the digest covers what is imported, and no comments.
func TestDigest(t *testing.T) {
	texts := map[string]string{"main.tfe": `import "./m" players p, s0, s1, s2 protocol aby3(s0, s1, s2)
computation c(x: fixed @ p) -> r: fixed @ p { return x * m.half }`}
	digest := func(module string) string {
		texts["m.tfe"] = module
		u, diags, err := compiler.Load("main.tfe", compiler.Options{Read: func(path string) ([]byte, error) { return []byte(texts[path]), nil }})
		require.NoError(t, err)
		require.Empty(t, diags)
		return u.Programs[0].Digest
	}
	first := digest("const half: fixed = 0.5")
	assert.Equal(t, first, digest("const half: fixed   = 0.5 // a comment"))
	assert.NotEqual(t, first, digest("const half: fixed = 0.25"))
}
