package lsp

// Quick fixes: hints that can be typed in, typed in.
//
// A hint says what to write, not where. So each piece of program in it is tried
// where it could be meant, and the fix is offered only if the program with it
// lacks the error and has no new one.

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parse"
)

// pieces of program stand between backticks.
var pieces = regexp.MustCompile("`([^`]+)`")

// An edit replaces a stretch of a text.
type edit struct {
	from, to int
	text     string
}

func (e edit) apply(text string) string { return text[:e.from] + e.text + text[e.to:] }

func (s *server) codeActions(p codeActionParams) (any, error) {
	actions := []codeAction{}
	d := s.document(p.TextDocument.URI)
	if d == nil || d.found == nil {
		return actions, nil
	}
	for _, x := range d.found.diags {
		said := convert(d.found, x)
		if x.Span.Pos.Filename != d.path || said.Range.End.compare(p.Range.Start) < 0 || p.Range.End.compare(said.Range.Start) < 0 {
			continue
		}
		for _, piece := range pieces.FindAllStringSubmatch(x.Hint+" "+suggestion(x), -1) {
			if e, ok := s.fix(d, x, piece[1]); ok {
				change := textEdit{span{positionAt(d.text, e.from), positionAt(d.text, e.to)}, e.text}
				actions = append(actions, codeAction{
					Title: "Write `" + piece[1] + "`", Kind: "quickfix", Diagnostics: []diagnostic{said},
					Edit: workspaceEdit{map[string][]textEdit{d.uri: {change}}},
				})
			}
		}
	}
	return actions, nil
}

// suggestion is a label that names another name.
func suggestion(x diag.Diagnostic) string {
	if strings.HasPrefix(x.Label, "did you mean ") {
		return x.Label
	}
	return ""
}

// fix finds where a piece of program mends a diagnostic.
func (s *server) fix(d *document, x diag.Diagnostic, piece string) (edit, bool) {
	if strings.Contains(piece, "…") || strings.Contains(piece, "...") {
		return edit{}, false
	}
	for _, e := range candidates(d.found, x, piece) {
		b := s.buffers()
		after, err := b.with(d.path, e.apply(d.text)).analyse(d.path)
		if err == nil && mends(d.found.diags, after.diags, x) {
			return e, true
		}
	}
	return edit{}, false
}

// mends reports that x is gone and nothing came. What the checker says after
// the last error of a kind is gone, E901 and warnings, does not count.
func mends(before, after diag.List, x diag.Diagnostic) bool {
	has := func(l diag.List, y diag.Diagnostic) bool {
		return slices.ContainsFunc(l, func(z diag.Diagnostic) bool { return y.Code == z.Code && y.Message == z.Message })
	}
	return len(after) <= len(before) && !has(after, x) &&
		!slices.ContainsFunc(after, func(y diag.Diagnostic) bool { return !y.Warning() && !has(before, y) })
}

// candidates are the edits that a piece may mean, the narrowest first: in place
// of what is underlined, of the statement or declaration around that starts with
// the same word, of a stretch of the line that starts and ends like it, or as a
// clause of the header.
func candidates(a *analysis, x diag.Diagnostic, piece string) []edit {
	at := x.Span
	out := []edit{{at.Pos.Offset, at.EndPos.Offset, piece}}
	word, rest, _ := strings.Cut(piece, " ")
	around := enclosing(a, at)
	for k := len(around) - 1; k >= 0; k-- {
		n := around[k].Extent()
		if first, _, _ := strings.Cut(a.text(at.Pos.Filename)[n.Pos.Offset:n.EndPos.Offset], " "); first == word {
			out = append(out, edit{n.Pos.Offset, n.EndPos.Offset, piece})
		}
	}
	out = append(out, stretches(a.text(at.Pos.Filename), at, piece)...)
	if len(around) > 1 && (word == "where" || word == "discloses") {
		out = append(out, clause(around[1], word, rest)...)
	}
	if strings.HasPrefix(x.Hint, "drop `"+piece) {
		out = append(out, dropped(a, around, piece)...)
	}
	return out
}

// stretches are those around a span, on its lines, that have the first and the
// last token of a piece: a syntax error leaves no tree to look in.
func stretches(text string, at ast.Span, piece string) (out []edit) {
	ends := parse.Tokens("", piece)
	var from []int
	for _, t := range parse.Tokens("", text) {
		switch {
		case len(ends) == 0 || t.Pos.Line < at.Pos.Line || t.Pos.Line > at.EndPos.Line:
			continue
		case t.Pos.Offset <= at.Pos.Offset && t.Text == ends[0].Text:
			from = append(from, t.Pos.Offset)
		}
		if t.EndPos.Offset >= at.EndPos.Offset && t.Text == ends[len(ends)-1].Text {
			for _, start := range slices.Backward(from) {
				out = append(out, edit{start, t.EndPos.Offset, piece})
			}
		}
	}
	return out
}

// enclosing are the nodes around a span, from the file inwards.
func enclosing(a *analysis, at ast.Span) (out []ast.Node) {
	for _, f := range a.unit.Sources.Files {
		if f.Name != at.Pos.Filename {
			continue
		}
		ast.Walk(f, func(n ast.Node) bool {
			s := n.Extent()
			_, file := n.(*ast.File)
			inside := file || s.Pos.Offset <= at.Pos.Offset && at.EndPos.Offset <= s.EndPos.Offset
			if inside {
				out = append(out, n)
			}
			return inside
		})
	}
	return out
}

// clause adds to what a header discloses or demands.
func clause(header ast.Node, word, rest string) []edit {
	var list []ast.Node
	var body *ast.Block
	before := -1
	switch d := header.(type) {
	case *ast.Computation:
		body = d.Body
		if len(d.Where) > 0 && word == "discloses" {
			before = d.Outputs[len(d.Outputs)-1].EndPos.Offset
		}
		for _, c := range d.Where {
			if word == "where" {
				list = append(list, c)
			}
		}
		for _, c := range d.Discloses {
			if word == "discloses" {
				list = append(list, c)
			}
		}
		if d.Tuple && before >= 0 {
			before = -1 // the closing parenthesis is no node
		}
	case *ast.Fn:
		body = d.Body
		for _, c := range d.Discloses {
			if word == "discloses" {
				list = append(list, c)
			}
		}
	default:
		return nil
	}
	switch {
	case len(list) > 0:
		end := list[len(list)-1].Extent().EndPos.Offset
		return []edit{{end, end, ", " + rest}}
	case before >= 0:
		return []edit{{before, before, "\n  " + word + " " + rest}}
	}
	at := body.Pos.Offset
	return []edit{{at, at, "\n  " + word + " " + rest + "\n"}}
}

// dropped takes a placement out of one of the definitions of the declaration
// around.
func dropped(a *analysis, around []ast.Node, piece string) (out []edit) {
	if len(around) < 2 {
		return nil
	}
	ast.Walk(around[1], func(n ast.Node) bool {
		var t *ast.Type
		switch n := n.(type) {
		case *ast.Let:
			t = n.Type
		case *ast.Var:
			t = n.Type
		}
		if t == nil {
			return true
		}
		text := a.text(t.Pos.Filename)[t.Pos.Offset:t.EndPos.Offset]
		if rest, ok := strings.CutSuffix(text, piece); ok {
			out = append(out, edit{t.Pos.Offset + len(strings.TrimRight(rest, " ")), t.EndPos.Offset, ""})
		}
		return true
	})
	return out
}
