// What the grammar leaves open: comments, doc comments, and the kinds of
// placement that have no word of their own.

package parse

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
)

// finish completes a tree that was read from tokens.
func finish(file *ast.File, tokens []lexer.Token) {
	docs := attach(file, tokens)
	if len(file.Decls) == 0 || file.Pos != file.Decls[0].Extent().Pos || !opens(file.Decls[0]) {
		file.Doc = docs.take(file)
	}
	ast.Walk(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Placement:
			place(n)
		case *ast.DocName:
			n.Doc = docs.take(n)
		case *ast.Param:
			n.Doc = docs.take(n)
		case *ast.Output:
			n.Doc = docs.take(n)
		case *ast.Disclosed:
			n.Doc = docs.take(n)
		case ast.Decl:
			*docOf(n) = docs.take(n)
		}
		return true
	})
}

// place tells apart, by their extent, the placements that name somebody.
func place(n *ast.Placement) {
	switch {
	case n.Kind != 0:
	case n.Names[0].Pos == n.Pos:
		n.Kind = ast.One
	case n.Names[len(n.Names)-1].EndPos == n.EndPos:
		n.Kind = ast.EachOf
	default:
		n.Kind = ast.Set
	}
}

func docOf(d ast.Decl) *ast.Doc {
	switch d := d.(type) {
	case *ast.Players:
		return &d.Doc
	case *ast.Group:
		return &d.Doc
	case *ast.Protocol:
		return &d.Doc
	case *ast.Precision:
		return &d.Doc
	case *ast.Const:
		return &d.Doc
	case *ast.Enum:
		return &d.Doc
	case *ast.Record:
		return &d.Doc
	case *ast.Fn:
		return &d.Doc
	case *ast.Computation:
		return &d.Doc
	}
	return &d.(*ast.Test).Doc
}

// docComments are the `///` lines by the offset of the token after them.
type docComments map[int][]*ast.Comment

// take returns the doc comments that stand before n, and marks them.
func (d docComments) take(n ast.Node) ast.Doc {
	var doc ast.Doc
	at := n.Extent().Pos.Offset
	for _, c := range d[at] {
		c.Doc = true
		doc = append(doc, strings.TrimPrefix(strings.TrimPrefix(c.Text, "///"), " "))
	}
	delete(d, at)
	return doc
}

// attach collects the comments of the file.
func attach(file *ast.File, tokens []lexer.Token) docComments {
	docs := docComments{}
	var waiting []*ast.Comment
	own := true
	for i := range tokens {
		t := &tokens[i]
		switch t.Type {
		case docComment, comment:
			c := &ast.Comment{Span: extent(t), Text: t.Value, Own: own}
			file.Comments = append(file.Comments, c)
			if t.Type == docComment {
				waiting = append(waiting, c)
			}
		case space:
			own = own || strings.Contains(t.Value, "\n")
		default:
			own = false
			if t.Type != invalid {
				docs[t.Pos.Offset], waiting = waiting, nil
			}
		}
	}
	return docs
}

// opens reports whether d, where a file starts with it, takes the doc comments
// before it for itself; else they document the file.
func opens(d ast.Decl) bool {
	switch d.(type) {
	case *ast.Fn, *ast.Computation, *ast.Record, *ast.Enum, *ast.Const:
		return true
	}
	return false
}
