// Package build writes generated programs beside their source and has the go
// tool make binaries of them: tfec generate and tfec build (running.md,
// section 2).
//
// Inside a Go module the files belong to that module. Outside one the binaries
// are built in a module of its own, in a temporary folder, from the same
// files. Only files that changed are written; what tfec did not write is
// neither changed nor removed.
package build

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"golang.org/x/mod/module"

	"github.com/tfec-lang/tfec/codegen"
	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
)

// A Result says what was written.
type Result struct {
	Dir      string   // the output folder
	Path     string   // its import path
	Written  []string // files that changed, relative to Dir
	Binaries []string // of Build, relative to Dir
	Notes    []string // what the user should know: a replace that was added
}

// Generate writes the packages of the computations of one source file into
// dir, or, where dir is empty, into the folder beside the source that has its
// name.
func Generate(source string, progs []*ir.Program, dir string) (*Result, error) {
	_, r, err := generate(source, progs, dir)
	return r, err
}

// Build is Generate, and then builds a static binary for each player, in
// folder bin of the output.
func Build(ctx context.Context, source string, progs []*ir.Program, dir string) (*Result, error) {
	files, r, err := generate(source, progs, dir)
	if err != nil {
		return nil, err
	}
	return r, binaries(ctx, files, r)
}

func generate(source string, progs []*ir.Program, dir string) ([]codegen.File, *Result, error) {
	r, err := place(source, dir)
	if err != nil {
		return nil, nil, err
	}
	files, err := codegen.Generate(codegen.Config{Path: r.Path, Compiler: compiler.Version}, progs)
	if err != nil {
		return nil, nil, err
	}
	r.Written, err = write(r.Dir, files)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot write the programs of %s: %w", source, err)
	}
	return files, r, nil
}

// ownModule begins the path of a module that exists for a build only: what is
// generated outside a Go module belongs to ownModule/<package>.
const ownModule = "tfec.local"

// place decides on the output folder and its import path.
func place(source, dir string) (*Result, error) {
	name := codegen.Package(filepath.Base(source))
	if dir == "" {
		dir = filepath.Join(filepath.Dir(source), name)
	}
	root, own, err := moduleOf(dir)
	if err != nil {
		return nil, err
	}
	if root == "" {
		return &Result{Dir: dir, Path: path.Join(ownModule, name)}, nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	rel, err := filepath.Rel(root, abs)
	if err != nil {
		return nil, err
	}
	r := &Result{Dir: dir, Path: path.Join(own, filepath.ToSlash(rel))}
	if err := module.CheckImportPath(r.Path); err != nil {
		return nil, hinted{fmt.Errorf("cannot generate code in %s: its Go import path would be invalid: %w", dir, err),
			"choose another folder with -o"}
	}
	return r, nil
}

// binaries builds the commands among files.
func binaries(ctx context.Context, files []codegen.File, r *Result) error {
	w, err := prepare(ctx, files, r)
	if err != nil {
		return err
	}
	defer w.close()
	bin, err := filepath.Abs(filepath.Join(r.Dir, "bin"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	ending, err := w.run(ctx, "env", "GOEXE")
	if err != nil {
		return err
	}
	players := commands(files)
	for _, group := range groups(players) {
		if err := w.build(ctx, bin, ending, group); err != nil {
			return fmt.Errorf("cannot build the programs in %s: %w", r.Dir, err)
		}
	}
	for _, p := range players {
		r.Binaries = append(r.Binaries, path.Join("bin", p+ending))
	}
	return nil
}

// commands lists the players that have a command.
func commands(files []codegen.File) []string {
	var out []string
	for _, f := range files {
		if dir := path.Dir(f.Path); path.Dir(dir) == "cmd" {
			out = append(out, path.Base(dir))
		}
	}
	return out
}

// version is a folder's name after which the go tool names no binary: it takes
// the name of the folder above.
var version = regexp.MustCompile(`^v[0-9]+$`)

// groups says which commands one call of the go tool builds: all of them, but
// for those that must be given their names one by one.
func groups(players []string) [][]string {
	var together []string
	var out [][]string
	for _, p := range players {
		if version.MatchString(p) {
			out = append(out, []string{p})
		} else {
			together = append(together, p)
		}
	}
	if together != nil {
		out = append(out, together)
	}
	return out
}

// A hinted error says what to do about it.
type hinted struct {
	error
	hint string
}

func (e hinted) Hint() string  { return e.hint }
func (e hinted) Unwrap() error { return e.error }
