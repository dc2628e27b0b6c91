package build

// The go tool: where it runs, what it is told, and what it says.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/tfec-lang/tfec/codegen"
)

// A workspace is the folder that the go tool builds in: the output itself, or
// a temporary copy with a module of its own.
type workspace struct {
	goTool string
	dir    string
	env    []string // beside the process's own
	flags  []string // of go build
	own    bool
}

func (w *workspace) close() {
	if w.own {
		os.RemoveAll(w.dir)
	}
}

// prepare makes the workspace of a build. Its module requires the runtime
// afterwards; a requirement that it has already stays as it is.
func prepare(ctx context.Context, files []codegen.File, r *Result) (*workspace, error) {
	goTool, err := findGo()
	if err != nil {
		return nil, err
	}
	root, _, err := moduleOf(r.Dir)
	if err != nil {
		return nil, err
	}
	if root == "" {
		return ownWorkspace(ctx, goTool, files, r)
	}
	w := &workspace{goTool: goTool, dir: r.Dir}
	if err := w.requireRuntime(ctx, root, r); err != nil {
		return nil, err
	}
	return w, w.allowUpdates(ctx, root)
}

func findGo() (string, error) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		return "", hinted{errors.New("cannot build binaries: the go tool is not in PATH"),
			"install Go from https://go.dev/dl; `tfec generate` and `tfec run` need none"}
	}
	return goTool, nil
}

// ownWorkspace copies the files into a module that exists for this build only.
func ownWorkspace(ctx context.Context, goTool string, files []codegen.File, r *Result) (*workspace, error) {
	dir, err := os.MkdirTemp("", "tfec-build-")
	if err != nil {
		return nil, err
	}
	w := &workspace{goTool: goTool, dir: dir, env: []string{"GOWORK=off"}, flags: []string{"-mod=mod"}, own: true}
	if err := w.fill(ctx, files, r); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *workspace) fill(ctx context.Context, files []codegen.File, r *Result) error {
	if _, err := write(w.dir, files); err != nil {
		return err
	}
	if _, err := w.run(ctx, "mod", "init", r.Path); err != nil {
		return err
	}
	return w.requireRuntime(ctx, w.dir, r)
}

// requireRuntime adds this tfec's own module to the requirements of the module
// in root, unless that has it already, is it, or stands beside it in a
// workspace of the go tool.
func (w *workspace) requireRuntime(ctx context.Context, root string, r *Result) error {
	path := filepath.Join(root, "go.mod")
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	mod, err := modfile.ParseLax(path, data, nil)
	if err != nil {
		return err
	}
	for _, require := range mod.Require {
		if require.Mod.Path == runtimeModule {
			return nil
		}
	}
	if _, err := w.run(ctx, "list", "-m", runtimeModule); err == nil {
		return nil
	}
	from, err := self()
	if err != nil {
		return err
	}
	if from.tree == "" {
		if !w.own {
			r.Notes = append(r.Notes, fmt.Sprintf("%s now requires %s %s", path, runtimeModule, from.version))
		}
		_, err = w.run(ctx, "mod", "edit", "-require="+runtimeModule+"@"+from.version)
		return err
	}
	if w.own {
		path = "the module of this build"
	}
	r.Notes = append(r.Notes, fmt.Sprintf("%s replaces %s by %s, the sources of this tfec", path, runtimeModule, from.tree))
	if err := addSums(filepath.Join(root, "go.sum"), filepath.Join(from.tree, "go.sum")); err != nil {
		return err
	}
	_, err = w.run(ctx, "mod", "edit", "-require="+runtimeModule+"@v0.0.0", "-replace="+runtimeModule+"="+from.tree)
	return err
}

// addSums adds the checksums of one go.sum to another, so that what the tree
// was built with need not be looked up again.
func addSums(to, from string) error {
	more, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(to)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	known := make(map[string]bool)
	for line := range strings.Lines(string(sums)) {
		known[line] = true
	}
	for line := range strings.Lines(string(more)) {
		if !known[line] {
			sums = append(sums, line...)
		}
	}
	return os.WriteFile(to, sums, 0o644)
}

// allowUpdates lets go build complete go.mod and go.sum with what the
// generated imports need, where the go tool admits that: not in a workspace
// of several modules, nor where the sources are vendored.
func (w *workspace) allowUpdates(ctx context.Context, root string) error {
	work, err := w.run(ctx, "env", "GOWORK")
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(root, "vendor")); err != nil && (work == "" || work == "off") {
		w.flags = append(w.flags, "-mod=mod")
	}
	return nil
}

// build makes static binaries of the players' commands in bin.
func (w *workspace) build(ctx context.Context, bin, ending string, players []string) error {
	out := bin + string(filepath.Separator)
	if len(players) == 1 {
		out = filepath.Join(bin, players[0]+ending)
	}
	var packages []string
	for _, p := range players {
		packages = append(packages, "./cmd/"+p)
	}
	return w.link(ctx, out, packages...)
}

// link makes binaries that are the same wherever they are built, without what
// only a debugger reads.
func (w *workspace) link(ctx context.Context, out string, packages ...string) error {
	args := append([]string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", out}, w.flags...)
	_, err := w.run(ctx, append(args, packages...)...)
	return err
}

// run runs the go tool and returns what it prints; its complaints are the
// error.
func (w *workspace) run(ctx context.Context, args ...string) (string, error) {
	c := exec.CommandContext(ctx, w.goTool, args...)
	c.Dir = w.dir
	c.Env = append(append(c.Environ(), "CGO_ENABLED=0"), w.env...)
	var complaints bytes.Buffer
	c.Stderr = &complaints
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, strings.TrimSpace(complaints.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
