// Package codegen writes a computation's plan as Go: one package a player,
// which holds what that player does and nothing else, a command for each, and
// a package that starts all of them (design/running.md, section 2).
//
// Generate is pure and deterministic: the same programs give the same bytes,
// whoever calls it, wherever. The generated code is meant to be read by the
// player's own reviewer: a header says what the player learns and sends, each
// step stands under the source line that it comes from, and names are the
// program's names. It imports the runtime, which this package knows by its
// import path only.
package codegen

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/dave/jennifer/jen"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// Config says where the output belongs.
type Config struct {
	Path     string // import path of the output folder: example.com/m/average
	Compiler string // version of the compiler
}

// A File is one file of the output; Path is relative, with slashes.
type File struct {
	Path string
	Data []byte
}

// Generate writes the computations of one source file, sorted by path. It
// fails where a player or source name cannot be a folder's, and where a
// program uses what cannot be generated.
func Generate(cfg Config, progs []*ir.Program) ([]File, error) {
	g := &generator{Config: cfg, progs: progs}
	if err := g.check(); err != nil {
		return nil, err
	}
	g.name()
	g.add(fileName(g.source), g.root())
	for _, player := range g.players {
		g.add("p_"+player+"/player.go", g.player(player))
		g.add("cmd/"+player+"/main.go", g.command(player))
	}
	slices.SortFunc(g.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return g.files, g.err
}

// A generator writes the files of one source.
type generator struct {
	Config
	progs []*ir.Program

	// found by check
	source  string   // base name of the source file
	players []string // of all computations, in order

	// given by name: the Go names of each computation
	names []names

	files []File
	err   error // the first failure
}

// names are the Go names that a computation has in the generated packages.
type names struct {
	call, inputs, outputs, remote string // in the root package
	program, run, steps           string // in a player's package
}

func (g *generator) check() error {
	if len(g.progs) == 0 {
		return fmt.Errorf("cannot generate code: the file has no computation")
	}
	g.source = g.progs[0].File
	if strings.ContainsFunc(g.source, unicode.IsControl) {
		return fmt.Errorf("cannot generate code: the file's name %q has a control character", g.source)
	}
	for _, p := range g.progs {
		for _, q := range p.Players {
			if !slices.Contains(g.players, q.Name) {
				g.players = append(g.players, q.Name)
			}
		}
		for _, v := range p.Values[1:] {
			if v.Elem.Kind == types.Record {
				return fmt.Errorf("cannot generate code: %s: a value of type %s is not built yet", p.Name, v.Elem)
			}
		}
	}
	return checkPlayers(g.players)
}

// name gives every computation its Go names. A file with one computation has
// plain names; its root package has them beside the long ones.
func (g *generator) name() {
	root := newScope("Digest", "Players", "Inputs", "Outputs", "Local", "Remote")
	own := newScope("Program", "Programs", "Run")
	for _, p := range g.progs {
		n := exported(p.Name)
		ns := names{program: "Program", run: "Run", steps: "run"}
		for ns.call = n; root[ns.call] || root[ns.call+"Inputs"] || root[ns.call+"Outputs"] || root["Remote"+ns.call]; {
			ns.call += "_"
		}
		ns.inputs, ns.outputs, ns.remote = root.take(ns.call+"Inputs"), root.take(ns.call+"Outputs"), root.take("Remote"+ns.call)
		root.take(ns.call)
		if len(g.progs) > 1 {
			ns.program, ns.run = own.take(n+"Program"), own.take("Run"+n)
			ns.steps = strings.ToLower(ns.run[:1]) + ns.run[1:]
		}
		g.names = append(g.names, ns)
	}
}

// The packages that generated code imports, by the names it knows them by.
var packages = map[string]string{
	"context": "context",
	"runtime": "github.com/tfec-lang/tfec/runtime",
	"clear":   "github.com/tfec-lang/tfec/runtime/clear",
	"mpc":     "github.com/tfec-lang/tfec/runtime/mpc",
	"typed":   "github.com/tfec-lang/tfec/runtime/typed",
}

// A file is one Go file in the making. It writes its imports itself: jennifer
// would rename `clear`, which hides a function of Go that no generated code
// calls.
type file struct {
	name  string // of the package
	doc   []string
	uses  map[string]bool // import paths
	decls []jen.Code
	err   error // the first thing that has no Go form
}

func newFile(pkg string, doc ...string) *file {
	return &file{name: pkg, doc: doc, uses: make(map[string]bool)}
}

// from is a name of one of the packages above.
func (f *file) from(pkg, name string) *jen.Statement {
	return f.imported(packages[pkg], pkg, name)
}

// imported is a name of a package by its path.
func (f *file) imported(path, pkg, name string) *jen.Statement {
	f.uses[path] = true
	return jen.Id(pkg).Dot(name)
}

// fault records that a program uses what cannot be generated.
func (f *file) fault(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("cannot generate code: "+format, args...)
	}
}

// declare adds a declaration with its doc comment.
func (f *file) declare(code jen.Code, doc ...string) {
	s := jen.Line()
	for _, line := range doc {
		s.Comment(comment(line)).Line()
	}
	f.decls = append(f.decls, s.Add(code))
}

// comment writes one line of a comment. The text is the program's and may say
// anything: the space keeps it from being a directive of the go tool.
func comment(line string) string {
	if strings.HasPrefix(line, "\t") {
		return "//" + line
	}
	return strings.TrimRight("// "+line, " ")
}

// imports lists the imports, those of the standard library first.
func (f *file) imports(g *jen.Group) {
	paths := slices.Sorted(maps.Keys(f.uses))
	for _, standard := range []bool{true, false} {
		for _, p := range paths {
			if standard == !strings.Contains(p, "/") {
				g.Lit(p)
			}
		}
		g.Line()
	}
}

// add renders a file.
func (g *generator) add(path string, f *file) {
	out := jen.NewFile(f.name)
	out.HeaderComment(fmt.Sprintf("// Code generated by tfec from %s; DO NOT EDIT.", g.source))
	for _, line := range f.doc {
		out.PackageComment(comment(line))
	}
	out.Id("import").DefsFunc(f.imports)
	out.Add(f.decls...)
	var b bytes.Buffer
	if err := errors.Join(f.err, out.Render(&b)); err != nil && g.err == nil {
		g.err = fmt.Errorf("%s: %w", path, err)
	}
	g.files = append(g.files, File{path, b.Bytes()})
}
