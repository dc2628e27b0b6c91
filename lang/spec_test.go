package lang

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	modules "github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/internal/golden"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/parse"
)

// The programs of spec.md. A block without `players` has the declarations of
// header; one with a file's name is that module. What must be refused has its code after
// `//!`, on the line where the error stands.

const header = "players alice, bob, carol, s0, s1, s2\nprotocol aby3(s0, s1, s2)\nprecision fixed(35, 12)\n"

var (
	block      = regexp.MustCompile("(?ms)^```tfe(?: (\\S+))?\n(.*?)^```$")
	annotation = regexp.MustCompile(`//! ([EW0-9 ]+)`)
	players    = regexp.MustCompile(`(?m)^players `)
)

// A program is a block of the page.
type program struct {
	file string // of a module, else main.tfe
	line int
	text string
}

func programs(t *testing.T) []program {
	page, err := os.ReadFile("spec.md")
	require.NoError(t, err)
	var out []program
	for _, m := range block.FindAllSubmatchIndex(page, -1) {
		p := program{file: "main.tfe", line: 1 + strings.Count(string(page[:m[4]]), "\n"), text: string(page[m[4]:m[5]])}
		if m[2] >= 0 {
			p.file = string(page[m[2]:m[3]])
		}
		out = append(out, p)
	}
	require.NotEmpty(t, out)
	return out
}

func TestPrograms(t *testing.T) {
	modules := make(map[string]string)
	for _, p := range programs(t) {
		if p.file != "main.tfe" {
			modules[p.file] = p.text
		}
		t.Run(fmt.Sprintf("line %d", p.line), func(t *testing.T) {
			files := map[string]string{"main.tfe": completed(p)}
			for name, text := range modules {
				files[name] = text
			}
			unit, diags := load(t, p.file, files)
			text := files[p.file]
			var shown strings.Builder
			diag.Print(&shown, diags, unit.Source)
			assert.Equal(t, wanted(text), raised(diags), "%s", &shown)
		})
	}
}

// TestFormatted holds that the programs are canonical.
func TestFormatted(t *testing.T) {
	page, err := os.ReadFile("spec.md")
	require.NoError(t, err)
	golden.File(t, "spec.md", block.ReplaceAllStringFunc(string(page), func(b string) string {
		first, text, _ := strings.Cut(b, "\n")
		file, errs := parse.File("main.tfe", []byte(strings.TrimSuffix(text, "```")))
		require.Empty(t, errs)
		return first + "\n" + string(format.File(file)) + "```"
	}))
}

// completed is a block as a whole file.
func completed(p program) string {
	if p.file != "main.tfe" || players.MatchString(p.text) {
		return p.text
	}
	return p.text + header // in any order, but after the imports
}

func load(t *testing.T, path string, files map[string]string) (*compiler.Unit, diag.List) {
	read := func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	unit, diags, err := compiler.Load(path, compiler.Options{Read: read})
	require.NoError(t, err)
	return unit, diags
}

// wanted are the annotations of a text, as LINE:CODE.
func wanted(text string) []string {
	var out []string
	for i, line := range strings.Split(text, "\n") {
		if m := annotation.FindStringSubmatch(line); m != nil {
			for _, code := range strings.Fields(m[1]) {
				out = append(out, fmt.Sprintf("%d:%s", i+1, code))
			}
		}
	}
	return out
}

func raised(diags diag.List) []string {
	var out []string
	for _, d := range diags {
		out = append(out, fmt.Sprintf("%d:%s", d.Span.Pos.Line, d.Code))
	}
	return out
}

// example is what the examples of the primitives stand in; those of one player
// alone stand in a `local` block.
const example = `players e0, e1, s0, s1, s2
protocol aby3(s0, s1, s2)
precision fixed(20, 16)
group staff = {e0, e1}
enum Region { north, south }

computation c[n, k, p](
  x: fixed[n] @ e0 in -9.0..9.0,
  y: fixed[n] @ e1 in -9.0..9.0,
  m: fixed[n, k] @ e1 in -9.0..9.0,
  i: int32[n] @ e0 in 0..4,
  b: bool[n] @ e1,
  own: fixed[p] @ e0 in 0.0..9.0,
  padded: fixed[upto 8] @ e0 in 0.0..9.0,
  pay: fixed @ each staff in 0.0..9.0,
) -> r: int32 @ e0
  where n >= 5, k >= 2
{
  %s
  return 1
}
`

func TestExamples(t *testing.T) {
	for _, o := range op.Table() {
		if o.TestOnly {
			continue
		}
		t.Run(o.Name, func(t *testing.T) {
			statement := "let z = " + o.Example()
			switch {
			case o.Name == "print":
				statement = "local e0 { " + o.Example() + " }"
			case o.Name == "pad":
				statement = "local e0 { let (z, valid_z) = " + o.Example() + " }"
			case o.ClearOnly:
				statement = "local e0 { " + statement + " }"
			}
			text := fmt.Sprintf(example, statement)
			unit, diags := load(t, "main.tfe", map[string]string{"main.tfe": text})
			var shown strings.Builder
			diag.Print(&shown, diags, unit.Source)
			assert.False(t, diags.HasErrors(), "%s", &shown)
		})
	}
}

// TestLibrary holds that the page names each module of the standard library.
func TestLibrary(t *testing.T) {
	page, err := os.ReadFile("spec.md")
	require.NoError(t, err)
	for _, name := range modules.Library() {
		assert.Contains(t, string(page), "`"+name+"`")
	}
}
