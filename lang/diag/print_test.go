package diag

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/ast"
)

func printed(l List, source string) string {
	var out bytes.Buffer
	Print(&out, l, func(string) string { return source })
	return out.String()
}

var head = regexp.MustCompile(`^(\S+):(\d+):(\d+): (?:error|warning)\[(\w+)\]: (.*)$`)

// read takes the text of one diagnostic apart.
func read(t *testing.T, text string) Diagnostic {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	m := head.FindStringSubmatch(lines[0])
	require.NotNil(t, m, lines[0])
	line, err := strconv.Atoi(m[2])
	require.NoError(t, err)
	column, err := strconv.Atoi(m[3])
	require.NoError(t, err)
	width := strings.Count(lines[2], "^")
	_, label, _ := strings.Cut(lines[2], "^ ")
	d := Diagnostic{Code: m[4], Message: m[5], Label: label, Span: ast.Span{
		Pos:    ast.Pos{Filename: m[1], Line: line, Column: column},
		EndPos: ast.Pos{Filename: m[1], Line: line, Column: column + width},
	}}
	for _, text := range lines[3:] {
		if note, ok := strings.CutPrefix(text, "  note: "); ok {
			d.Notes = append(d.Notes, note)
		} else {
			d.Hint = strings.TrimPrefix(text, "  hint: ")
		}
	}
	return d
}

// Every diagnostic of the corpus is printed byte for byte.
func TestPrintCorpus(t *testing.T) {
	paths, err := filepath.Glob("../../corpus/reject/*.want")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		source, err := os.ReadFile(strings.TrimSuffix(path, ".want") + ".tfe")
		require.NoError(t, err)
		require.Equal(t, string(want), printed(List{read(t, string(want))}, string(source)), path)
	}
}

// span is from column a of a line to column b of another.
func span(line, a, endLine, b int) ast.Span {
	return ast.Span{
		Pos:    ast.Pos{Filename: "f.tfe", Line: line, Column: a},
		EndPos: ast.Pos{Filename: "f.tfe", Line: endLine, Column: b},
	}
}

func TestPrint(t *testing.T) {
	tests := []struct {
		name, source string
		d            Diagnostic
		want         string
	}{
		{"several lines", "let x = f(  \n  1,\n)\n", Diagnostic{Span: span(1, 9, 3, 2), Label: "here"},
			"f.tfe:1:9: error[E001]: m\n   1 | let x = f(\n     |         ^^ here\n"},
		{"nothing underlined", "a\n", Diagnostic{Span: span(1, 2, 1, 2)},
			"f.tfe:1:2: error[E001]: m\n   1 | a\n     |  ^\n"},
		{"tabs", "\tx\ty\n", Diagnostic{Span: span(1, 2, 1, 5), Label: "l"},
			"f.tfe:1:2: error[E001]: m\n   1 |  x y\n     |  ^^^ l\n"},
		{"characters", "é日 = ü\r\n", Diagnostic{Span: span(1, 6, 1, 7)},
			"f.tfe:1:6: error[E001]: m\n   1 | é日 = ü\n     |      ^\n"},
		{"hidden characters", "a\x1b[2Jb\u202ec\u2028\n", Diagnostic{Span: span(1, 2, 1, 3)},
			"f.tfe:1:2: error[E001]: m\n   1 | a\ufffd[2Jb\ufffdc\n     |  ^\n"},
		{"long file", strings.Repeat("\n", 12344) + "x", Diagnostic{Span: span(12345, 1, 12345, 2)},
			"f.tfe:12345:1: error[E001]: m\n12345 | x\n     | ^\n"},
		{"line that is not there", "a\n", Diagnostic{Span: span(7, 1, 7, 2)},
			"f.tfe:7:1: error[E001]: m\n"},
		{"long line, start", strings.Repeat("a", 100) + strings.Repeat("b", 100), Diagnostic{Span: span(1, 3, 1, 190), Label: "l"},
			"f.tfe:1:3: error[E001]: m\n   1 | " + strings.Repeat("a", 100) + strings.Repeat("b", 59) + "…\n     |   " + strings.Repeat("^", 158) + " l\n"},
		{"long line, middle", strings.Repeat("a", 1000) + "X" + strings.Repeat("b", 1000), Diagnostic{Span: span(1, 1001, 1, 1002), Label: "l"},
			"f.tfe:1:1001: error[E001]: m\n   1 | …" + strings.Repeat("a", 78) + "X" + strings.Repeat("b", 79) + "…\n     | " + strings.Repeat(" ", 79) + "^ l\n"},
		{"long line, end", strings.Repeat("a", 1000) + "X", Diagnostic{Span: span(1, 1001, 1, 1002)},
			"f.tfe:1:1001: error[E001]: m\n   1 | …" + strings.Repeat("a", 158) + "X\n     | " + strings.Repeat(" ", 159) + "^\n"},
		{"file only", "a\n", Diagnostic{Span: ast.Span{Pos: ast.Pos{Filename: "f.tfe"}}},
			"f.tfe: error[E001]: m\n"},
		{"no place", "a\n", Diagnostic{}, "error[E001]: m\n"},
		{"notes and a hint", "", Diagnostic{Notes: []string{"a", "b\x1b"}, Hint: "c\nd"},
			"error[E001]: m\n  note: a\n  note: b\ufffd\n  hint: c\ufffdd\n"},
	}
	for _, test := range tests {
		test.d.Code, test.d.Message = "E001", "m"
		require.Equal(t, test.want, printed(List{test.d}, test.source), test.name)
	}
}

// Diagnostics come in order of position, and warnings only for files without
// an error.
func TestPrintList(t *testing.T) {
	at := func(file string, offset int, code string) Diagnostic {
		return Diagnostic{Code: code, Message: fmt.Sprint(offset), Span: ast.Span{Pos: ast.Pos{Filename: file, Offset: offset}}}
	}
	l := List{at("b", 1, "W801"), at("a", 9, "E301"), at("a", 2, "W802"), at("a", 3, "E101"), at("a", 3, "E102")}
	require.Equal(t, "a: error[E101]: 3\na: error[E102]: 3\na: error[E301]: 9\nb: warning[W801]: 1\n", printed(l, ""))
	require.Equal(t, "W801", l[0].Code, "the list is as it was")
	require.True(t, l.HasErrors())
	require.False(t, l[:1].HasErrors())
}
