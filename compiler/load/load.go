// Package load reads a file and all that it imports, directly or not.
//
// "std/NAME" is a module of the standard library, embedded in the compiler;
// "./NAME" and "../NAME" are files beside the one that imports them, without
// their `.tfe`. Each file is read once. What cannot be imported is E107.
package load

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parse"
	"github.com/tfec-lang/tfec/stdlib"
)

// A Reader returns the text of a user's file: os.ReadFile, or an editor's
// unsaved buffers laid over it.
type Reader func(path string) ([]byte, error)

// Sources are the files of a program, each read without an error where the
// list that came with them has none.
type Sources struct {
	// Files starts with the file that was asked for; then come the modules, in
	// the order in which the text, read from the top, first imports them.
	Files []*ast.File
	// Imports finds what an import brings; one in error is not in it.
	Imports map[*ast.Import]*ast.File
}

// Main is the file that was asked for.
func (s *Sources) Main() *ast.File { return s.Files[0] }

// Load reads the file at a path, or a module of the standard library by the name
// that imports it, with its imports. The error is of reading that file alone.
func Load(path string, read Reader) (*Sources, diag.List, error) {
	text, err := mainText(path, read)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot read the program: %w", err)
	}
	l := &loader{read: read, byName: make(map[string]*ast.File), sources: &Sources{Imports: make(map[*ast.Import]*ast.File)}}
	l.add(path, filepath.Clean(path), text)
	l.diags.Sort()
	return l.sources, l.diags, nil
}

// mainText is the text of the file that was asked for.
func mainText(path string, read Reader) ([]byte, error) {
	if !Standard(path) {
		return read(path)
	}
	text, err := standard(path)
	if err != nil {
		err = fmt.Errorf("the standard library has %s", strings.Join(Library(), ", "))
	}
	return text, err
}

// standard is the text of a module of the standard library.
func standard(path string) ([]byte, error) {
	return stdlib.Files.ReadFile(strings.TrimPrefix(path, "std/") + ".tfe")
}

// A loader holds what was read. A file's key is its clean path or, of a module
// of the standard library, its import path.
type loader struct {
	read    Reader
	sources *Sources
	diags   diag.List
	byName  map[string]*ast.File
	open    []string // keys of the files whose imports are being read, outermost first
}

// add parses a file and then reads what it imports.
func (l *loader) add(name, key string, text []byte) *ast.File {
	f, errs := parse.File(name, text)
	l.diags = append(l.diags, errs...)
	l.byName[key] = f
	l.sources.Files = append(l.sources.Files, f)
	l.open = append(l.open, key)
	for _, imp := range f.Imports {
		if module := l.module(key, imp); module != nil {
			l.sources.Imports[imp] = module
		}
	}
	l.open = l.open[:len(l.open)-1]
	return f
}

// module is the file that an import names, or nil after an error.
func (l *loader) module(from string, imp *ast.Import) *ast.File {
	key, why := resolve(from, Path(imp))
	if why != "" {
		return l.refuse(imp, "cannot import %s: %s", imp.Path.Raw, why)
	}
	if i := slices.Index(l.open, key); i >= 0 {
		return l.refuse(imp, "cannot import %s: it imports itself: %s", imp.Path.Raw, strings.Join(append(slices.Clone(l.open[i:]), key), " -> "))
	}
	if f, ok := l.byName[key]; ok {
		return f
	}
	text, err := l.text(key)
	if err != nil {
		return l.unreadable(imp, key, err)
	}
	f := l.add(key, key, text)
	if word, ok := foreign(f); ok {
		return l.refuse(imp, "cannot import %s: a module has no `%s`", imp.Path.Raw, word)
	}
	return f
}

func (l *loader) refuse(imp *ast.Import, format string, args ...any) *ast.File {
	l.diags.Add(diag.Diagnostic{Code: "E107", Span: imp.Path.Span, Message: fmt.Sprintf(format, args...), Label: "not imported"})
	return nil
}

// unreadable says which file is missing and what there is.
func (l *loader) unreadable(imp *ast.Import, key string, err error) *ast.File {
	what := key + ": " + err.Error()
	if errors.Is(err, fs.ErrNotExist) {
		what = "there is no file " + key
		if Standard(key) {
			what = "the standard library has " + strings.Join(Library(), ", ")
		}
	}
	return l.refuse(imp, "cannot import %s: %s", imp.Path.Raw, what)
}

func (l *loader) text(key string) ([]byte, error) {
	if Standard(key) {
		return standard(key)
	}
	return l.read(key)
}

// Path is what an import names, without its quotes.
func Path(imp *ast.Import) string { return strings.Trim(imp.Path.Raw, `"`) }

// resolve finds the key of what a path names in the file of key from, or says
// why there is none. A module of the standard library cannot name the user's
// files.
func resolve(from, path string) (key, why string) {
	beside := strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../")
	switch {
	case strings.ContainsAny(path, "\\\x00") || strings.HasSuffix(path, "/"):
		return "", "a path has the parts of `./name`"
	case strings.HasSuffix(path, ".tfe"):
		return "", fmt.Sprintf("write it without its ending, %q", strings.TrimSuffix(path, ".tfe"))
	case Standard(path):
		return path, ""
	case !beside:
		return "", fmt.Sprintf("a file beside this one is %q, a module of the standard library \"std/…\"", "./"+path)
	case Standard(from):
		return "", "the standard library imports only itself"
	}
	return filepath.Join(filepath.Dir(from), filepath.FromSlash(path)) + ".tfe", ""
}

// Standard reports a module of the standard library. A user's file ends in
// `.tfe`, so no key is both.
func Standard(path string) bool {
	return strings.HasPrefix(path, "std/") && !strings.HasSuffix(path, ".tfe")
}

// Library lists the modules that there are.
func Library() []string {
	names, err := fs.Glob(stdlib.Files, "*.tfe")
	if err != nil {
		return nil
	}
	for i, n := range names {
		names[i] = "std/" + strings.TrimSuffix(n, ".tfe")
	}
	return names
}

// foreign finds a declaration that only a program may have.
func foreign(f *ast.File) (word string, found bool) {
	for _, d := range f.Decls {
		switch d.(type) {
		case *ast.Players:
			word = cmp.Or(word, "players")
		case *ast.Group:
			word = cmp.Or(word, "group")
		case *ast.Protocol:
			word = cmp.Or(word, "protocol")
		case *ast.Precision:
			word = cmp.Or(word, "precision")
		case *ast.Computation:
			word = cmp.Or(word, "computation")
		}
	}
	return word, word != ""
}
