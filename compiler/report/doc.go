package report

// A file's signatures with their doc comments and examples, as Markdown.

import (
	"fmt"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/parse"
)

// Doc documents a file: who takes part, and then, in order of the text, each
// constant, enum, record, function and computation, with its header in
// canonical form and its test blocks as examples. Bodies are left out.
func Doc(title string, f *ast.File) string {
	// Headers are cut out of the canonical text.
	f, _ = parse.File(f.Name, format.File(f))
	w := &manual{source: f.Source, tests: testsOf(f)}
	w.line("# %s", title)
	w.paragraph(f.Doc)
	w.parties(f)
	for _, d := range f.Decls {
		w.decl(d)
	}
	return w.b.String()
}

// Summary is the first sentence of what is said of a file.
func Summary(f *ast.File) string {
	first, _, more := strings.Cut(strings.Join(f.Doc, " "), ". ")
	if more {
		first += "."
	}
	return first
}

type manual struct {
	b      strings.Builder
	source string
	tests  map[string][]*ast.Test
}

// testsOf finds the test blocks of each function and computation by its name.
func testsOf(f *ast.File) map[string][]*ast.Test {
	out := make(map[string][]*ast.Test)
	for _, d := range f.Decls {
		if t, ok := d.(*ast.Test); ok {
			out[t.Of.Name] = append(out[t.Of.Name], t)
		}
	}
	return out
}

func (w *manual) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

func (w *manual) paragraph(doc ast.Doc) {
	if len(doc) > 0 {
		w.line("\n%s", strings.Join(doc, "\n"))
	}
}

// parties writes what stands above the declarations: imports, players, groups,
// protocol and precision, and what is said of them.
func (w *manual) parties(f *ast.File) {
	var lines []string
	for _, imp := range f.Imports {
		lines = append(lines, w.text(imp))
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.Players:
			w.paragraph(d.Doc)
			for _, p := range d.Names {
				if len(p.Doc) > 0 {
					w.line("\n- `%s`: %s", p.Name.Name, strings.Join(p.Doc, " "))
				}
			}
			lines = append(lines, "players "+list(identifiers(d.Names)))
		case *ast.Group, *ast.Protocol, *ast.Precision:
			lines = append(lines, w.text(d))
		}
	}
	if len(lines) > 0 {
		w.code(strings.Join(lines, "\n"))
	}
}

func identifiers(players []*ast.DocName) []string {
	var out []string
	for _, p := range players {
		out = append(out, p.Name.Name)
	}
	return out
}

func (w *manual) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.Const:
		w.entry("const", d.Name, d.Doc, w.text(d))
	case *ast.Enum:
		w.entry("enum", d.Name, d.Doc, w.text(d))
	case *ast.Record:
		w.entry("record", d.Name, d.Doc, w.text(d))
	case *ast.Fn:
		w.entry("fn", d.Name, d.Doc, w.header(d, d.Body))
	case *ast.Computation:
		w.entry("computation", d.Name, d.Doc, w.header(d, d.Body))
	}
}

func (w *manual) entry(word string, name *ast.Ident, doc ast.Doc, code string) {
	w.line("\n## %s %s", word, name.Name)
	w.paragraph(doc)
	w.code(code)
	var examples []string
	for _, t := range w.tests[name.Name] {
		examples = append(examples, w.text(t))
	}
	if len(examples) > 0 {
		w.line("\n```tfe\n%s\n```", strings.Join(examples, "\n\n"))
	}
}

func (w *manual) code(text string) { w.line("\n```text\n%s\n```", text) }

// text is the source of a node.
func (w *manual) text(n ast.Node) string {
	return w.source[n.Extent().Pos.Offset:n.Extent().EndPos.Offset]
}

// header is the source of a declaration up to its body.
func (w *manual) header(d ast.Node, body *ast.Block) string {
	return strings.TrimSpace(w.source[d.Extent().Pos.Offset:body.Pos.Offset])
}
