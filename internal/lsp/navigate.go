package lsp

// From a name to its definition and its uses; renaming; the outline of a file;
// formatting.

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/format"
	"github.com/tfec-lang/tfec/lang/parse"
)

// symbol finds what the name at a position stands for.
func (s *server) symbol(p positionParams) (d *document, a *analysis, id *ast.Ident, found *symbol) {
	if d = s.document(p.TextDocument.URI); d == nil {
		return nil, nil, nil, nil
	}
	a, there, ok := d.view(offset(d.text, p.Position))
	if !ok {
		return d, nil, nil, nil
	}
	if id = a.names.at(d.path, there); id != nil {
		found = a.names.of[id]
	}
	return d, a, id, found
}

func (s *server) definition(p positionParams) (any, error) {
	d, a, id, found := s.symbol(p)
	if id == nil {
		return nil, nil
	}
	if found == nil {
		if f := a.names.modules[main(a, d.path)][id.Name]; f != nil && !load.Standard(f.Name) {
			return location{s.uri(f.Name), span{}}, nil
		}
		return nil, nil
	}
	if load.Standard(found.def.Pos.Filename) {
		return nil, nil // embedded in the compiler: no file to go to
	}
	return s.place(a, found.def), nil
}

func main(a *analysis, file string) *ast.File {
	k := slices.IndexFunc(a.unit.Sources.Files, func(f *ast.File) bool { return f.Name == file })
	if k < 0 {
		return nil
	}
	return a.unit.Sources.Files[k]
}

// place is where a name is now, if the text has changed since.
func (s *server) place(a *analysis, id *ast.Ident) location {
	file, text, at := id.Pos.Filename, a.text(id.Pos.Filename), id.Pos.Offset
	if d := s.documents[file]; d != nil {
		if there, ok := across(text, d.text, at); ok {
			text, at = d.text, there
		}
	}
	return location{s.uri(file), span{positionAt(text, at), positionAt(text, at+len(id.Name))}}
}

func (s *server) references(p positionParams) (any, error) {
	out := []location{}
	_, a, _, found := s.symbol(p)
	if found != nil {
		for _, id := range found.sorted() {
			out = append(out, s.place(a, id))
		}
	}
	return out, nil
}

// prepareRename says which name would be renamed.
func (s *server) prepareRename(p positionParams) (any, error) {
	_, a, id, found := s.symbol(p)
	if found == nil || load.Standard(found.def.Pos.Filename) {
		return nil, nil
	}
	return s.place(a, id).Range, nil
}

// rename changes every use of a name, in all programs that the editor knows of.
// The new name is refused where the programs with it have an error that they
// had not: a name that is taken, above all.
func (s *server) rename(p renameParams) (any, error) {
	d, a, id, found := s.symbol(p.positionParams)
	switch {
	case id == nil:
		return nil, errors.New("there is no name here")
	case found == nil && check.Prelude(id.Name):
		return nil, fmt.Errorf("`%s` is a name of the language", id.Name)
	case found == nil:
		return nil, fmt.Errorf("nothing is known of `%s`", id.Name)
	case load.Standard(found.def.Pos.Filename):
		return nil, fmt.Errorf("`%s` belongs to the standard library", id.Name)
	case a.unit.File.Source != d.text || len(a.unit.File.Broken) > 0:
		return nil, errors.New("the file has a syntax error")
	}
	if err := possible(p.NewName); err != nil {
		return nil, err
	}
	programs := s.programs(found)
	edits := make(map[string]map[int]bool) // by file: offsets of uses
	for _, program := range programs {
		for _, x := range program.same(found) {
			if edits[x.Pos.Filename] == nil {
				edits[x.Pos.Filename] = make(map[int]bool)
			}
			edits[x.Pos.Filename][x.Pos.Offset] = true
		}
	}
	return s.renamed(programs, edits, found.def.Name, p.NewName)
}

// possible refuses what can be no name, or only the language's.
func possible(name string) error {
	tokens := parse.Tokens("", name)
	if len(tokens) != 1 || tokens[0].Kind != parse.Name || tokens[0].Text != name {
		return fmt.Errorf("`%s` can be no name", name)
	}
	if check.Prelude(name) {
		return fmt.Errorf("`%s` is a name of the language", name)
	}
	return nil
}

// same are the uses in this program of a symbol of another analysis.
func (a *analysis) same(s *symbol) []*ast.Ident {
	if id := a.names.at(s.def.Pos.Filename, s.def.Pos.Offset); id != nil && a.names.of[id] != nil && a.names.of[id].def == id {
		return a.names.of[id].uses
	}
	return nil
}

// programs are the analyses that may use a symbol: of open documents and of the
// files in the editor's folders.
func (s *server) programs(of *symbol) []*analysis {
	var out []*analysis
	seen := make(map[string]bool)
	b := s.buffers()
	add := func(file string) {
		if seen[file] {
			return
		}
		seen[file] = true
		if a, err := b.analyse(file); err == nil && main(a, of.def.Pos.Filename) != nil {
			out = append(out, a)
		}
	}
	for file := range s.documents {
		add(file)
	}
	for _, root := range s.roots {
		// What cannot be read is no program.
		_ = filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
			if err == nil && e.IsDir() && strings.HasPrefix(e.Name(), ".") && file != root {
				return filepath.SkipDir
			}
			if err == nil && !e.IsDir() && filepath.Ext(file) == ".tfe" {
				add(file)
			}
			return nil
		})
	}
	return out
}

// renamed makes the edits and looks whether the programs bear them.
func (s *server) renamed(programs []*analysis, edits map[string]map[int]bool, from, to string) (any, error) {
	after := s.buffers()
	out := workspaceEdit{make(map[string][]textEdit)}
	for file, offsets := range edits {
		text, err := after.read(file)
		if err != nil {
			return nil, err
		}
		var sorted []int
		for at := range offsets {
			sorted = append(sorted, at)
		}
		slices.Sort(sorted)
		changed := string(text)
		for _, at := range slices.Backward(sorted) {
			changed = edit{at, at + len(from), to}.apply(changed)
		}
		for _, at := range sorted {
			place := span{positionAt(string(text), at), positionAt(string(text), at+len(from))}
			out.Changes[s.uri(file)] = append(out.Changes[s.uri(file)], textEdit{place, to})
		}
		after[file] = changed
	}
	for _, p := range programs {
		a, err := after.analyse(p.unit.File.Name)
		if err != nil {
			return nil, err
		}
		if x := added(p.diags, a.diags); x != nil {
			return nil, fmt.Errorf("cannot rename `%s` to `%s`: line %d would be wrong: %s", from, to, x.Span.Pos.Line, x.Message)
		}
	}
	return out, nil
}

// added is an error of after whose like, by code and line, before has not.
func added(before, after diag.List) *diag.Diagnostic {
	for _, x := range after {
		if !x.Warning() && !slices.ContainsFunc(before, func(y diag.Diagnostic) bool {
			return x.Code == y.Code && x.Span.Pos.Line == y.Span.Pos.Line && x.Span.Pos.Filename == y.Span.Pos.Filename
		}) {
			return &x
		}
	}
	return nil
}

// symbols is the outline of a file.
func (s *server) symbols(p documentParams) (any, error) {
	out := []documentSymbol{}
	d := s.document(p.TextDocument.URI)
	if d == nil || d.found == nil {
		return out, nil
	}
	for _, decl := range d.found.unit.File.Decls {
		name, detail := nameOf(decl), ""
		var at ast.Span
		var label string
		switch x := decl.(type) {
		case *ast.Test:
			at, label = x.Title.Span, strings.Trim(x.Title.Raw, `"`)
			detail = "test of " + x.Of.Name
		default:
			if name == nil {
				continue
			}
			at, label = name.Span, name.Name
		}
		out = append(out, documentSymbol{label, detail, symbolKind(decl), spanOf(d.text, decl.Extent()), spanOf(d.text, at)})
	}
	return out, nil
}

// symbolKind is the protocol's number for a declaration.
func symbolKind(d ast.Decl) int {
	switch d.(type) {
	case *ast.Enum:
		return 10
	case *ast.Record:
		return 23
	case *ast.Const:
		return 14
	case *ast.Group:
		return 18
	case *ast.Test:
		return 6
	}
	return 12 // a function
}

// format replaces the text by its canonical form; one with a syntax error
// stays.
func (s *server) format(p documentParams) (any, error) {
	d := s.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	f, errs := parse.File(d.path, []byte(d.text))
	if errs.HasErrors() {
		return nil, nil
	}
	text := string(format.File(f))
	if text == d.text {
		return []textEdit{}, nil
	}
	return []textEdit{{span{position{}, positionAt(d.text, len(d.text))}, text}}, nil
}
