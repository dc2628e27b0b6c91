package lsp

// Hover: the type of a value with its placement and why it is there, what a
// name of the prelude does, and what doc comments say.

import (
	"strings"

	"github.com/tfec-lang/tfec/compiler/explain"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/op"
)

func (s *server) hover(p positionParams) (any, error) {
	d := s.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	at := offset(d.text, p.Position)
	a, there, ok := d.view(at)
	if !ok {
		return nil, nil
	}
	id := a.names.at(d.path, there)
	if id == nil {
		return nil, nil
	}
	text := a.about(id)
	if text == "" {
		return nil, nil
	}
	start := at - (there - id.Pos.Offset)
	return hover{markup{"markdown", text}, span{positionAt(d.text, start), positionAt(d.text, start+len(id.Name))}}, nil
}

// about is what there is to say of a name; "" for nothing.
func (a *analysis) about(id *ast.Ident) string {
	var parts []string
	for _, v := range a.values(id) {
		parts = append(parts, code(strings.TrimSpace(v.String())))
	}
	s := a.names.of[id]
	switch {
	case s != nil:
		if text := signature(s); text != "" && len(parts) == 0 {
			parts = append(parts, code(text))
		}
		if doc := ast.DocOf(s.node); doc != nil {
			parts = append(parts, strings.Join(*doc, "\n"))
		}
	case len(parts) == 0:
		if o, ok := op.Lookup(id.Name); ok {
			parts = append(parts, code(o.Name+" : "+o.Form), o.Doc)
		}
	}
	return strings.Join(parts, "\n\n")
}

// values explains a name that is a value. Where the program has an error, what
// the checker found holds but was not counted.
func (a *analysis) values(id *ast.Ident) []explain.Value {
	if !a.whole() {
		return nil
	}
	return explain.At(a.unit.Checked, a.unit.Programs, id)
}

func code(text string) string { return "```tfe\n" + text + "\n```" }

// signature is a symbol as its declaration writes it, without a body.
func signature(s *symbol) string {
	switch n := s.node.(type) {
	case *ast.DocName:
		return "player " + s.def.Name
	case *ast.Param:
		return s.def.Name + ": " + format.Type(n.Type)
	case *ast.Output:
		return s.def.Name + ": " + format.Type(n.Type)
	case *ast.Disclosed:
		return "discloses " + s.def.Name + ": " + format.Type(n.Type)
	case *ast.Enum:
		if s.def != n.Name {
			return n.Name.Name + "." + s.def.Name
		}
		return source(s, n.Span)
	case *ast.Const:
		return source(s, n.Span)
	case *ast.Record:
		return source(s, n.Span)
	case *ast.Group:
		return source(s, n.Span)
	case *ast.Import:
		return source(s, n.Span)
	case *ast.Fn:
		return header(s, n.Span, n.Body)
	case *ast.Computation:
		return header(s, n.Span, n.Body)
	}
	return ""
}

// source is the text of a declaration, from its word on.
func source(s *symbol, at ast.Span) string {
	return undocumented(s.home.Source[at.Pos.Offset:at.EndPos.Offset])
}

func header(s *symbol, at ast.Span, body *ast.Block) string {
	return undocumented(s.home.Source[at.Pos.Offset:body.Pos.Offset])
}

// undocumented leaves the doc comments before a declaration out.
func undocumented(text string) string {
	for strings.HasPrefix(text, "///") {
		_, text, _ = strings.Cut(text, "\n")
		text = strings.TrimLeft(text, " \t\n")
	}
	return strings.TrimSpace(text)
}
