package binding

// What is bound to what: flags, and a player's toml files.
// A flag takes the place of a file's entry of the same name.

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Parse reads the bindings of toml files, and those of --in and --out flags,
// `name=spec`, which take the place of what files say. It reports all errors.
func Parse(files, in, out []string) (Sources, Targets, error) {
	var fromFiles entries
	if err := fromFiles.readAll(files); err != nil {
		return nil, nil, err
	}
	sources, inErr := bind(fromFiles.in, in, source)
	targets, outErr := bind(fromFiles.out, out, target)
	if err := errors.Join(inErr, outErr); err != nil {
		return nil, nil, err
	}
	return sources, targets, errors.Join(Sources(sources).checkStdin(), Targets(targets).checkFiles())
}

// An entry binds a name.
type entry struct {
	name, spec string
	line       string // "alice.toml:3", or "" of a flag
	dir        string // that the paths of the file are relative to
}

func source(e entry) (Source, error) {
	s, err := ParseSource(e.spec)
	if s.Kind != "value" {
		s.Path = e.path(s.Path)
	}
	s.Line = e.line
	return s, err
}

func target(e entry) (Target, error) {
	t, err := ParseTarget(e.spec)
	t.Path, t.Line = e.path(t.Path), e.line
	return t, err
}

func (e entry) path(path string) string {
	if path == "" || path == "-" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(e.dir, path)
}

// bind parses the entries of flags, and those of files that no flag replaces.
func bind[T any](file []entry, flags []string, parse func(entry) (T, error)) (map[string]T, error) {
	entries, err := splitFlags(flags)
	replaced := func(e entry) bool {
		return slices.ContainsFunc(entries, func(f entry) bool { return f.name == e.name || f.name == bundle(e.name) })
	}
	bound, fileErr := parseEach(slices.DeleteFunc(file, replaced), parse)
	over, flagErr := parseEach(entries, parse)
	maps.Copy(bound, over)
	return bound, errors.Join(fileErr, err, flagErr)
}

func splitFlags(flags []string) (entries []entry, err error) {
	var errs []error
	for _, flag := range flags {
		name, spec, ok := strings.Cut(flag, "=")
		if !ok {
			errs = append(errs, fmt.Errorf("`%s` is no binding: want name=…", flag))
			continue
		}
		entries = append(entries, entry{name: name, spec: spec})
	}
	return entries, errors.Join(errs...)
}

// parseEach parses entries of distinct names; all errors at once. Files of
// several players may say the same of what all of them hold.
func parseEach[T any](entries []entry, parse func(entry) (T, error)) (map[string]T, error) {
	bound := make(map[string]T)
	first := make(map[string]entry)
	var errs []error
	for _, e := range entries {
		x, err := parse(e)
		other, twice := first[e.name]
		switch {
		case twice && e.line != "" && e.spec == other.spec && e.dir == other.dir:
			continue
		case e.spec == "" && e.line != "":
			err = fmt.Errorf("%s is not filled in", e.name)
		case err != nil:
			err = fmt.Errorf("%s: %w", e.name, err)
		case twice:
			err = fmt.Errorf("%s is bound twice", e.name)
		default:
			bound[e.name], first[e.name] = x, e
			continue
		}
		errs = append(errs, at(e.line, err))
	}
	return bound, errors.Join(errs...)
}
