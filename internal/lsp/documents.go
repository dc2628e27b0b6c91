package lsp

// Open documents: their unsaved texts laid over the files, and what the
// compiler finds in each.

import (
	"fmt"
	"os"
	"slices"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
)

// A document is a file that the editor shows.
type document struct {
	uri, path string
	text      string
	stale     bool // changed, or one of its modules, since it was compiled
	found     *analysis
	checked   *analysis // the last one that the checker saw whole
}

// An analysis is a file as the compiler sees it.
type analysis struct {
	unit  *compiler.Unit
	diags diag.List
	names *index
}

// text is the source of a file of the analysis.
func (a *analysis) text(file string) string { return a.unit.Source(file) }

func (a *analysis) whole() bool { return a.unit.Checked != nil }

// A buffers is the texts of open documents by path, and of the rest what the
// disk has.
type buffers map[string]string

func (b buffers) read(path string) ([]byte, error) {
	if text, ok := b[path]; ok {
		return []byte(text), nil
	}
	return os.ReadFile(path)
}

// with is b with another text for one file.
func (b buffers) with(path, text string) buffers {
	out := buffers{path: text}
	for p, t := range b {
		if p != path {
			out[p] = t
		}
	}
	return out
}

// analyse compiles a file; a defect of the compiler is an error like that of
// reading it.
func (b buffers) analyse(path string) (a *analysis, err error) {
	defer func() {
		if p := recover(); p != nil {
			a, err = nil, fmt.Errorf("cannot compile %s: %v", path, p)
		}
	}()
	unit, diags, err := compiler.Load(path, compiler.Options{Read: b.read})
	if err != nil {
		return nil, err
	}
	return &analysis{unit, diags, newIndex(unit)}, nil
}

func (s *server) buffers() buffers {
	b := make(buffers)
	for _, d := range s.documents {
		b[d.path] = d.text
	}
	return b
}

// document finds an open one, compiled as it now is; nil: it is not open.
func (s *server) document(uri string) *document {
	d := s.documents[path(uri)]
	if d != nil {
		s.compile(d)
	}
	return d
}

func (s *server) compile(d *document) {
	if !d.stale {
		return
	}
	d.stale = false
	a, err := s.buffers().analyse(d.path)
	if err != nil {
		return
	}
	d.found = a
	if a.whole() {
		d.checked = a
	}
}

// changed marks every document that is made of the file.
func (s *server) changed(file string) {
	for _, d := range s.documents {
		d.stale = d.stale || d.path == file || d.found == nil ||
			slices.ContainsFunc(d.found.unit.Sources.Files, func(f *ast.File) bool { return f.Name == file }) ||
			d.found.diags.HasErrors() // an import that was missing may be there now
	}
}

// view is where a place of a document is in what the checker last saw whole:
// while a text is broken, what stands before and after the change. ok is false
// inside the change.
func (d *document) view(at int) (a *analysis, there int, ok bool) {
	if d.checked == nil {
		return d.found, at, d.found != nil
	}
	old := d.checked.text(d.path)
	there, ok = across(d.text, old, at)
	return d.checked, there, ok
}

// across is where a place in one text is in another that differs from it at
// one place.
func across(from, to string, at int) (there int, ok bool) {
	before, after, short := 0, 0, min(len(from), len(to))
	for before < short && from[before] == to[before] {
		before++
	}
	for after < short-before && from[len(from)-1-after] == to[len(to)-1-after] {
		after++
	}
	switch {
	case at <= before:
		return at, true
	case at >= len(from)-after:
		return at + len(to) - len(from), true
	}
	return 0, false
}
