package build

// The Go module that generated code belongs to, and the module of this tfec,
// whose runtime it imports.

import (
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"

	"golang.org/x/mod/modfile"
)

// runtimeModule is the module that generated code imports.
const runtimeModule = "github.com/tfec-lang/tfec"

// moduleOf returns root and path of the Go module that dir lies in, which need
// not exist yet; an empty root for none.
func moduleOf(dir string) (root, path string, err error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	for at := abs; ; at = filepath.Dir(at) {
		file := filepath.Join(at, "go.mod")
		if data, err := os.ReadFile(file); err == nil && at != filepath.Clean(os.TempDir()) { // the go tool ignores one there
			if path = modfile.ModulePath(data); path == "" {
				return "", "", fmt.Errorf("%s does not name its module", file)
			}
			return at, path, nil
		}
		if at == filepath.Dir(at) {
			return "", "", nil
		}
	}
}

// An origin is where this tfec comes from: a released version, or a tree of
// sources.
type origin struct{ version, tree string }

// sourceTree may be set when tfec is linked, by
// -ldflags "-X github.com/tfec-lang/tfec/internal/build.sourceTree=DIR",
// for a tfec that is built from sources with -trimpath.
var sourceTree string

// released returns the version of this module that a program was built with,
// if it was downloaded: it has a checksum then, and none where it was built
// from sources, or replaced.
func released(info *debug.BuildInfo) (version string, ok bool) {
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == runtimeModule && m.Replace == nil && m.Sum != "" {
			return m.Version, true
		}
	}
	return "", false
}

// self finds the origin of the running program.
func self() (origin, error) {
	if info, ok := debug.ReadBuildInfo(); ok {
		if version, ok := released(info); ok {
			return origin{version: version}, nil
		}
	}
	tree := sourceTree
	if tree == "" {
		_, file, _, _ := goruntime.Caller(0)
		tree = filepath.Dir(filepath.Dir(filepath.Dir(file)))
	}
	data, err := os.ReadFile(filepath.Join(tree, "go.mod"))
	if err != nil || modfile.ModulePath(data) != runtimeModule {
		return origin{}, hinted{
			fmt.Errorf("cannot find the source tree that this tfec was built from, which has the runtime: %s is not it", tree),
			fmt.Sprintf("`go install %s/cmd/tfec@latest`, or build tfec again where its sources are", runtimeModule),
		}
	}
	return origin{tree: tree}, nil
}
