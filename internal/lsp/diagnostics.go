package lsp

// Diagnostics: what the compiler says about the open documents, file by file.

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/diag"
)

// publish sends what has changed since it was last sent. A module has what its
// own check found, and what the programs that are open found in it.
func (s *server) publish(ctx context.Context) {
	now := make(map[string][]diagnostic)
	for _, d := range s.documents {
		s.compile(d)
		if d.found == nil {
			continue
		}
		for _, x := range d.found.diags {
			file := x.Span.Pos.Filename
			said := convert(d.found, x)
			same := func(y diagnostic) bool { return reflect.DeepEqual(said, y) }
			if !slices.ContainsFunc(now[file], same) {
				now[file] = append(now[file], said)
			}
		}
	}
	for file := range s.published {
		if _, still := now[file]; !still {
			now[file] = []diagnostic{}
		}
	}
	for file, list := range now {
		slices.SortStableFunc(list, func(a, b diagnostic) int { return a.Range.Start.compare(b.Range.Start) })
		if before, known := s.published[file]; !known && len(list) > 0 || known && !reflect.DeepEqual(before, list) {
			if s.conn.Notify(ctx, "textDocument/publishDiagnostics", publishParams{s.uri(file), list}) != nil {
				return
			}
			s.published[file] = list
		}
	}
}

// uri is how the editor calls a file.
func (s *server) uri(file string) string {
	if d := s.documents[file]; d != nil {
		return d.uri
	}
	return uriOf(file)
}

func (p position) compare(q position) int {
	if p.Line != q.Line {
		return p.Line - q.Line
	}
	return p.Character - q.Character
}

// convert writes a diagnostic as the terminal shows it, but for the excerpt.
func convert(a *analysis, x diag.Diagnostic) diagnostic {
	lines := []string{x.Message}
	if x.Label != "" {
		lines[0] += " (" + x.Label + ")"
	}
	for _, n := range x.Notes {
		lines = append(lines, "note: "+n)
	}
	if x.Hint != "" {
		lines = append(lines, "hint: "+x.Hint)
	}
	severity := 1
	if x.Warning() {
		severity = 2
	}
	return diagnostic{
		Range: spanOf(a.text(x.Span.Pos.Filename), x.Span), Severity: severity, Code: x.Code, Source: "tfec",
		Message: strings.Join(lines, "\n"),
	}
}
