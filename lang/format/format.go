// Package format prints a syntax tree as canonical text.
//
// File keeps comments, single blank lines, and two choices of the author: a
// list whose first element stands on a line of its own keeps one element a
// line, and a block of at most one statement that was written on one line
// stays there. Everything else has one form. Comments at the ends of
// consecutive lines are aligned, two spaces after the longest of these lines.
// A comment inside an expression moves to the end of its line, and a `///`
// line that documents nothing becomes a `//` line.
//
// For every file x, parse(File(x)) is x but for positions, and File of that
// gives the same text again.
package format

import "github.com/tfec-lang/tfec/lang/ast"

// File returns the canonical text of f with its comments. The tree must be
// one that was read without an error: the text it was read from says where
// its author broke lines.
func File(f *ast.File) []byte {
	p := &printer{layout: byAuthor, source: f.Source, comments: f.Comments, ends: map[int]*ast.Comment{}}
	for _, c := range f.Comments {
		p.ends[c.EndPos.Offset] = c
	}
	p.file(f)
	return p.text()
}

// Canonical returns the text of f that a program's digest is made of: without
// `//` comments, with doc comments, and whatever the author's line breaks and
// blank lines, the same.
func Canonical(f *ast.File) []byte {
	p := &printer{layout: byTree}
	p.file(f)
	return p.text()
}

// Expr returns e on one line, with the parentheses that it needs.
func Expr(e ast.Expr) string { return onOneLine(func(p *printer) { p.expr(e, ast.CondLevel) }) }

// Type returns t on one line.
func Type(t *ast.Type) string { return onOneLine(func(p *printer) { p.typ(t) }) }

// Placement returns what stands after `@` or `to`.
func Placement(n *ast.Placement) string { return onOneLine(func(p *printer) { p.placement(n) }) }

func onOneLine(print func(*printer)) string {
	p := &printer{layout: onLine}
	print(p)
	return p.line.String()
}
