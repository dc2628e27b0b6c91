// Package binding reads a player's inputs and writes its outputs: csv, json,
// text on stdin and, for simulated runs, values on the command line.
//
// Cells are read exactly, rounded once to their type, and checked against the
// range that the program declares. An error names file, row, column, value
// and rule; it is for the terminal of the data's owner and for nobody else.
// All errors of an input are reported together, up to a limit.
package binding

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// An Input says what a binding must yield.
type Input struct {
	Name  string // "a", or "pay[e0]" for a member's part of a bundle
	Elem  clear.Type
	Dims  int // number of dimensions
	Range *Range
}

// A Range bounds the cells of an input, both ends included, as their integer
// representation; Text is how the program says it.
type Range struct {
	Low, High int64
	// Unsigned says that Low and High are to be read as uint64.
	Unsigned bool
	Text     string
}

// Holds reports whether a representation lies within the range.
func (r *Range) Holds(v uint64) bool {
	if r.Unsigned {
		return v >= uint64(r.Low) && v <= uint64(r.High)
	}
	return int64(v) >= r.Low && int64(v) <= r.High
}

// A Source is where one input comes from.
type Source struct {
	Kind string // csv, json, value or stdin
	Path string // of a file; "-" is stdin. The text of a value
	// Select is what follows `#`: columns, or column@row; row 1 is the first
	// below the header.
	Select string
}

const supported = "csv:FILE#COLUMN, json:FILE, value:X and stdin"

// ParseSource reads what stands after the `=` of --in.
func ParseSource(spec string) (Source, error) {
	kind, rest, colon := strings.Cut(spec, ":")
	switch {
	case spec == "stdin":
		return Source{Kind: "stdin"}, nil
	case colon && kind == "value":
		return Source{Kind: kind, Path: rest}, nil
	case colon && rest != "" && kind == "json":
		return Source{Kind: kind, Path: rest}, nil
	case colon && rest != "" && kind == "csv":
		path, columns := rest, ""
		if i := strings.LastIndex(rest, "#"); i >= 0 {
			path, columns = rest[:i], rest[i+1:]
		}
		return Source{kind, path, columns}, nil
	case slices.Contains([]string{"npy", "parquet", "toml", "share"}, kind):
		return Source{}, fmt.Errorf("`%s` bindings are not built yet: use %s", kind, supported)
	}
	return Source{}, fmt.Errorf("`%s` is no binding: use %s", spec, supported)
}

// Load reads an input. stdin may be read once only, by whichever source.
func (s Source) Load(in Input, stdin io.Reader) (clear.Tensor, error) {
	if s.Kind == "value" {
		return loadValue(in, s.Path)
	}
	r, name, err := s.open(stdin)
	if err != nil {
		return clear.Tensor{}, err
	}
	defer r.Close()
	switch s.Kind {
	case "csv":
		return loadCSV(in, r, name, s.Select)
	case "json":
		return loadJSON(in, r, name)
	}
	return loadLines(in, r)
}

func (s Source) open(stdin io.Reader) (r io.ReadCloser, name string, err error) {
	if s.stdin() {
		return io.NopCloser(stdin), "stdin", nil
	}
	f, err := os.Open(s.Path)
	if err != nil {
		return nil, "", unreadable(s.Path, err)
	}
	return f, s.Path, nil
}

// unreadable leaves out what an error of the system repeats.
func unreadable(path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("cannot read %s: %w", path, err)
}

// Sources are bindings by the name of their input.
type Sources map[string]Source

// ParseSources reads the values of --in flags, `name=spec`.
func ParseSources(flags []string) (Sources, error) {
	sources := make(Sources)
	if err := parseFlags(flags, sources, ParseSource); err != nil {
		return nil, err
	}
	reader := ""
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if !sources[name].stdin() {
			continue
		}
		if reader != "" {
			return nil, fmt.Errorf("inputs %s and %s both read stdin", reader, name)
		}
		reader = name
	}
	return sources, nil
}

// stdin reports whether the source reads stdin.
func (s Source) stdin() bool { return s.Kind == "stdin" || s.Kind != "value" && s.Path == "-" }

// parseFlags reads `name=spec` into a map; all errors at once.
func parseFlags[T any](flags []string, into map[string]T, parse func(string) (T, error)) error {
	var errs []error
	for _, flag := range flags {
		name, spec, ok := strings.Cut(flag, "=")
		bound, err := parse(spec)
		_, twice := into[name]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("`%s` is no binding: want name=…", flag))
		case err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		case twice:
			errs = append(errs, fmt.Errorf("%s is bound twice", name))
		default:
			into[name] = bound
		}
	}
	return errors.Join(errs...)
}

// Of returns the source of an input. A binding of a bundle's name stands for
// every member's part that has none of its own.
func (s Sources) Of(name string) (Source, error) {
	if source, ok := lookup(s, name); ok {
		return source, nil
	}
	return Source{}, fmt.Errorf("input %s has no binding: add --in %s=csv:FILE#COLUMN", name, flagName(name))
}

// Unused returns an error for bindings whose name is none of names.
func (s Sources) Unused(names []string) error { return unused("input", s, names) }

func unused[T any](what string, bound map[string]T, names []string) error {
	known := slices.Clone(names)
	for _, n := range names {
		known = append(known, bundle(n))
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(bound)) {
		if slices.Contains(known, name) {
			continue
		}
		if len(names) == 0 {
			errs = append(errs, fmt.Errorf("no %s is called %s: there are none here", what, name))
			continue
		}
		errs = append(errs, fmt.Errorf("no %s is called %s: there is %s", what, name, strings.Join(names, ", ")))
	}
	return errors.Join(errs...)
}

func lookup[T any](bound map[string]T, name string) (T, bool) {
	if v, ok := bound[name]; ok {
		return v, true
	}
	v, ok := bound[bundle(name)]
	return v, ok
}

// bundle returns "pay" of "pay[e0]", and any other name as it is.
func bundle(name string) string {
	base, _, _ := strings.Cut(name, "[")
	return base
}

// flagName quotes a name that a shell would take for a pattern.
func flagName(name string) string {
	if strings.Contains(name, "[") {
		return "'" + name + "'"
	}
	return name
}
