// Package check finds out what a program means: what its names stand for, the
// element, shape and placement of every value, what is disclosed to whom, and
// whether all of that obeys the rules of the language (spec.md, R1 to
// R19).
//
// The contract with the passes after it is info.go: a Program with side tables
// for every body, once per tuple of argument types (R15) and once per member
// of a loop over a group. The syntax tree is not touched.
//
// Values are checked in one walk over each body, in order of the text
// (exprs.go, stmts.go, control.go). Variables make one walk too few: the
// placement of a variable is what all its assignments leave it (R8), so a body
// is walked again, with what was found, until nothing changes. Errors belong to
// the last walk. An expression in error has the element Invalid, which causes
// no further error.
package check

// The entry of the pass: the order in which a file is checked, and what of
// all that was found is reported.

import (
	"fmt"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parallel"
	"github.com/tfec-lang/tfec/lang/types"
)

// Options change what a file is checked against.
type Options struct {
	// Protocol replaces the file's protocol line (--protocol); nil: none.
	Protocol *ast.Protocol
	// Modules are the files that the program imports, directly or not, and
	// Imports says which one an import brings. What an import that is not in
	// it would have named raises nothing more.
	Modules []*ast.File
	Imports map[*ast.Import]*ast.File
	// SkipTests leaves the test blocks out: what is wrong with them is not said.
	SkipTests bool
}

// notBuilt is the code of what the language has and this version refuses.
const notBuilt = "E901"

// Check finds the meaning of a parsed file and its modules, or all their
// errors in order of position. Without errors the list may hold warnings; with
// any, the Program must not be used.
//
// A module's functions are checked for the calls that the program makes; those
// that it does not call are the concern of a check of the module itself.
func Check(f *ast.File, opt Options) (*Program, diag.List) {
	s := &session{opt: opt, prog: &Program{File: f, Modules: opt.Modules}, header: make(map[*ast.Computation]*Computation),
		cyclic: make(map[*ast.Fn]bool), checked: make(map[*ast.Fn]bool),
		enums: make(map[*ast.Enum]*Enum), known: make(map[*ast.Record]*Record)}
	for _, file := range s.prog.Files() {
		s.files = append(s.files, &checker{session: s, file: file, names: make(map[string]*symbol)})
	}
	c := s.files[0]
	s.each((*checker).declare)
	c.groups()
	c.protocol()
	c.precision()
	s.each((*checker).enumDecls)
	s.each((*checker).constants)
	s.each((*checker).records)
	s.each((*checker).recursion)
	parallel.Do(2, func(step int) {
		if step == 0 {
			c.computations()
		} else {
			s.prog.Digest = digest(s.prog)
		}
	})
	c.uncalled()
	c.tests()
	c.unused()
	return s.prog, s.report()
}

// A session is the state of one program's check. Bodies, which are checked at the
// same time, only read it.
type session struct {
	opt     Options
	prog    *Program
	files   []*checker // the program's file first
	diags   diag.List
	enums   map[*ast.Enum]*Enum
	known   map[*ast.Record]*Record // nil: a record that is being resolved
	cyclic  map[*ast.Fn]bool        // functions on a cycle of calls: not entered
	checked map[*ast.Fn]bool        // functions that some call was checked for
	header  map[*ast.Computation]*Computation
}

// each carries out a step for every file.
func (s *session) each(step func(*checker)) {
	for _, c := range s.files {
		step(c)
	}
}

// A checker is the state of one file: what its names stand for.
type checker struct {
	*session
	file  *ast.File
	names map[string]*symbol // the file's top level
}

// errorf adds a diagnostic of the top level and returns it for label, notes
// and hint.
func (c *checker) errorf(code string, at ast.Node, format string, args ...any) *diag.Diagnostic {
	return add(&c.diags, code, at, format, args...)
}

func add(l *diag.List, code string, at ast.Node, format string, args ...any) *diag.Diagnostic {
	l.Add(diag.Diagnostic{Code: code, Span: at.Extent(), Message: fmt.Sprintf(format, args...)})
	return &(*l)[len(*l)-1]
}

// report drops what follows from something else: doubles (a function is
// checked more than once), what is merely not built where the program has
// errors, and warnings where it has any.
func (s *session) report() diag.List {
	type place struct {
		code    string
		file    string
		offset  int
		message string
	}
	var wrong, unbuilt, warnings diag.List
	seen := make(map[place]bool)
	for _, d := range s.diags {
		key := place{d.Code, d.Span.Pos.Filename, d.Span.Pos.Offset, d.Message}
		switch {
		case seen[key]:
		case d.Warning():
			warnings.Add(d)
		case d.Code == notBuilt:
			unbuilt.Add(d)
		default:
			wrong.Add(d)
		}
		seen[key] = true
	}
	for _, l := range []diag.List{wrong, unbuilt, warnings} {
		if len(l) > 0 {
			l.Sort()
			return l
		}
	}
	return nil
}

// everybody is the set of all players of the file.
func (c *checker) everybody() types.Set {
	var s types.Set
	for i := range c.prog.Players {
		s = s.With(i)
	}
	return s
}

// module reports that the file names no players.
func (c *checker) module() bool { return c.playersLine() == 0 }
