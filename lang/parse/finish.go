// What the grammar leaves open: comments, doc comments and the depth of the
// tree.

package parse

import (
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// maxTree limits the depth of a declaration's tree, so that walking it
// recursively is safe: an expression may be a long row of operators.
const maxTree = 10 * maxDepth

// finish completes a tree that was read from tokens. It drops declarations
// that are too deep.
func finish(file *ast.File, tokens []lexer.Token) diag.List {
	f := finisher{docs: attach(file, tokens)}
	if len(file.Decls) == 0 || file.Pos != file.Decls[0].Extent().Pos || !opens(file.Decls[0]) {
		file.Doc = f.take(file)
	}
	var errs diag.List
	file.Decls = slices.DeleteFunc(file.Decls, func(d ast.Decl) bool {
		deep := f.visit(d, 0)
		if deep != nil {
			errs.Add(nestedTooDeep(deep.Extent()))
		}
		return deep != nil
	})
	return errs
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

type finisher struct {
	docs map[int][]*ast.Comment // `///` lines by the offset of the token after them
}

// visit completes n and what is below it. It returns a node that is too deep,
// if there is one.
func (f *finisher) visit(n ast.Node, depth int) ast.Node {
	if depth > maxTree {
		return n
	}
	if doc := ast.DocOf(n); doc != nil {
		*doc = f.take(n)
	}
	for _, child := range ast.Children(n) {
		if deep := f.visit(child, depth+1); deep != nil {
			return deep
		}
	}
	return nil
}

// take returns the doc comments that stand before n, and marks them.
func (f *finisher) take(n ast.Node) ast.Doc {
	var doc ast.Doc
	at := n.Extent().Pos.Offset
	for _, c := range f.docs[at] {
		c.Doc = true
		doc = append(doc, strings.TrimPrefix(strings.TrimPrefix(c.Text, "///"), " "))
	}
	delete(f.docs, at)
	return doc
}

// attach collects the comments of the file, and returns its `///` lines by
// the offset of the token after them.
func attach(file *ast.File, tokens []lexer.Token) map[int][]*ast.Comment {
	docs := map[int][]*ast.Comment{}
	var waiting []*ast.Comment
	own := true
	for i := range tokens {
		t := &tokens[i]
		switch t.Type {
		case docComment, comment:
			c := &ast.Comment{Span: extent(t), Text: strings.TrimRight(t.Value, " \t"), Own: own}
			file.Comments = append(file.Comments, c)
			if t.Type == docComment {
				waiting = append(waiting, c)
			}
		case space:
			own = own || strings.Contains(t.Value, "\n")
		default:
			own = false
			if waiting != nil && t.Type != invalid {
				docs[t.Pos.Offset], waiting = waiting, nil
			}
		}
	}
	return docs
}
