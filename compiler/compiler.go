// Package compiler is the list of passes that a .tfe file goes through, and
// nothing else.
package compiler

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/compiler/lower"
	"github.com/tfec-lang/tfec/compiler/opt"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parallel"
	"github.com/tfec-lang/tfec/lang/parse"
)

// Options change how a file is compiled.
type Options struct {
	// Protocol replaces the file's protocol line: `pond(s0, s1; s2)`; "": the
	// file's own.
	Protocol string
	// Read returns the text of a file; nil: what the disk has. An editor lays
	// its unsaved buffers over that.
	Read load.Reader
	// SkipTests leaves the test blocks out, for who needs the computations only.
	SkipTests bool
}

// A Unit is a compiled file with its imports. Programs are in the order of the
// text.
type Unit struct {
	File     *ast.File
	Sources  *load.Sources
	Checked  *check.Program
	Programs []*ir.Program
	Tests    []*ir.Test
}

// Load compiles the file at a path. Where the list has errors the Unit holds
// what the passes before them made; the error is of reading the file alone.
func Load(path string, o Options) (*Unit, diag.List, error) {
	u, diags, err := Check(path, o)
	if err == nil && !diags.HasErrors() {
		diags = append(diags, u.optimize()...)
	}
	return u, diags, err
}

// Check finds everything that is wrong with the file at a path: it is Load, but
// for the programs, which are not optimized.
func Check(path string, o Options) (*Unit, diag.List, error) {
	if o.Read == nil {
		o.Read = os.ReadFile
	}
	sources, read, err := load.Load(path, o.Read)
	if err != nil {
		return nil, nil, err
	}
	u := &Unit{File: sources.Main(), Sources: sources}
	passes := []func() diag.List{
		func() diag.List { return u.readable(read, o) },
		func() diag.List { return u.check(o) },
		u.lower,
		u.tests,
	}
	var diags diag.List
	for _, pass := range passes {
		if diags = append(diags, pass()...); diags.HasErrors() {
			break
		}
	}
	return u, diags, nil
}

// Source returns the text of a file of the unit, for diag.Print.
func (u *Unit) Source(filename string) string {
	for _, f := range u.Sources.Files {
		if f.Name == filename {
			return f.Source
		}
	}
	return ""
}

// readable passes on what reading the files found. A syntax error of the
// program, or a file that cannot be imported, hides no error of the
// declarations without one: those are checked here.
func (u *Unit) readable(diags diag.List, o Options) diag.List {
	if diags.HasErrors() && independent(u.File.Broken) && u.modulesParse(diags) {
		diags = append(diags, besides(u.File, u.check(o))...)
		diags.Sort()
		u.Checked = nil // what could be read is not the program
	}
	return diags
}

// modulesParse reports that no module has a syntax error.
func (u *Unit) modulesParse(diags diag.List) bool {
	return !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool {
		return strings.HasPrefix(d.Code, "E0") && d.Span.Pos.Filename != u.File.Name
	})
}

// independent reports whether a file without its broken declarations means
// what it would with them, but for their names.
func independent(broken []ast.Broken) bool {
	return !slices.ContainsFunc(broken, func(b ast.Broken) bool {
		return !slices.Contains([]string{"fn", "computation", "const", "test"}, b.Word)
	})
}

// besides keeps the errors that do not follow from a broken declaration: a
// name that it would have given is no unknown one.
func besides(f *ast.File, found diag.List) diag.List {
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool {
		if d.Code != "E101" || d.Span.Pos.Filename != f.Name {
			return d.Warning() || d.Code == "E901"
		}
		name := f.Source[d.Span.Pos.Offset:d.Span.EndPos.Offset]
		return slices.ContainsFunc(f.Broken, func(b ast.Broken) bool { return b.Name == name })
	})
}

func (u *Unit) check(o Options) (diags diag.List) {
	var p *ast.Protocol
	if o.Protocol != "" {
		if p, diags = parse.Protocol(o.Protocol); diags.HasErrors() {
			return diags
		}
	}
	u.Checked, diags = check.Check(u.File, check.Options{Protocol: p, Modules: u.Sources.Files[1:], Imports: u.Sources.Imports, SkipTests: o.SkipTests})
	return diags
}

func (u *Unit) lower() (diags diag.List) {
	u.Programs, diags = each(u.Checked.Computations, func(c *check.Computation) (*ir.Program, diag.List) { return lower.Lower(u.Checked, c) })
	return diags
}

// each carries out a pass for all xs at the same time. It returns what the pass
// makes of them, where that is not nil, and what it finds, in the order of xs.
func each[X, Y any](xs []X, pass func(X) (*Y, diag.List)) ([]*Y, diag.List) {
	made, found := make([]*Y, len(xs)), make([]diag.List, len(xs))
	parallel.Do(len(xs), func(i int) { made[i], found[i] = pass(xs[i]) })
	return slices.DeleteFunc(made, func(y *Y) bool { return y == nil }), slices.Concat(found...)
}

func (u *Unit) tests() (diags diag.List) {
	of := make(map[*check.Computation]*ir.Program)
	for k, c := range u.Checked.Computations {
		of[c] = u.Programs[k]
	}
	u.Tests, diags = each(u.Checked.Tests, func(t *check.Test) (*ir.Test, diag.List) {
		x, found := lower.Test(u.Checked, t)
		if x == nil {
			return nil, found
		}
		if x.Program = of[t.Of]; x.Program == nil { // a test of a function
			var more diag.List
			x.Program, more = lower.Lower(u.Checked, t.Of)
			found = append(found, more...)
		}
		return x, found
	})
	return diags
}

// optimize shortens the programs of computations, and of tests of functions.
func (u *Unit) optimize() (diags diag.List) {
	type job struct {
		of      *check.Computation
		program *ir.Program
	}
	var jobs []job
	for k, c := range u.Checked.Computations {
		jobs = append(jobs, job{c, u.Programs[k]})
	}
	for k, t := range u.Checked.Tests {
		if p := u.Tests[k].Program; !slices.Contains(u.Programs, p) {
			jobs = append(jobs, job{t.Of, p})
		}
	}
	_, diags = each(jobs, func(j job) (*ir.Program, diag.List) {
		if err := opt.Run(j.program); err != nil {
			return nil, diag.List{{Code: "E901", Span: j.of.Decl.Name.Span,
				Message: fmt.Sprintf("a fault of this compiler, please report it: it cannot optimize this computation: %v", err)}}
		}
		return j.program, nil
	})
	return diags
}
