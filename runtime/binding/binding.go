// Package binding reads a player's inputs and writes its outputs: csv, npy,
// parquet, json, text on stdin and, for simulated runs, values on the command
// line. What is bound to what stands in flags, or in a toml file.
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
	"path/filepath"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// An Input says what a binding must yield.
type Input struct {
	Name  string // "a", "pay[e0]" for a member's part of a bundle, "sales.amount" for a field
	Elem  clear.Type
	Form      // of what is no number
	Dims  int // number of dimensions
	Rows  int // of a field: how many of them are the record's, which is a table
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
	Kind string // csv, npy, parquet, json, value or stdin
	Path string // of a file; "-" is stdin. The text of a value
	// Select is what follows `#`: columns, or column@row; row 1 is the first
	// below the header.
	Select string
	// Line is where a toml file says so, "alice.toml:3"; empty for a flag.
	Line string
}

const supported = "csv:FILE#COLUMN, parquet:FILE#COLUMN, npy:FILE, json:FILE, value:X and stdin"

// ParseSource reads what stands after the `=` of --in.
func ParseSource(spec string) (Source, error) {
	kind, rest, colon := strings.Cut(spec, ":")
	switch {
	case spec == "stdin":
		return Source{Kind: "stdin"}, nil
	case colon && kind == "value":
		return Source{Kind: kind, Path: rest}, nil
	case colon && rest != "" && (kind == "json" || kind == "npy"):
		return Source{Kind: kind, Path: rest}, nil
	case colon && rest != "" && (kind == "csv" || kind == "parquet"):
		path, columns := rest, ""
		if i := strings.LastIndex(rest, "#"); i >= 0 {
			path, columns = rest[:i], rest[i+1:]
		}
		if kind == "parquet" && path == "-" {
			return Source{}, errors.New("parquet is not read from stdin: want a file")
		}
		return Source{Kind: kind, Path: path, Select: columns}, nil
	case colon && rest != "" && kind == "share":
		return Source{Kind: kind, Path: rest}, nil
	}
	if kind := ofFile(spec); kind != "" {
		return Source{}, fmt.Errorf("`%[2]s` is no binding: write `%[1]s:%[2]s`", kind, spec)
	}
	return Source{}, fmt.Errorf("`%s` is no binding: use %s", spec, supported)
}

// ofFile is the kind of a binding that is a file alone, by the file's ending.
func ofFile(spec string) string {
	path, _, _ := strings.Cut(spec, "#")
	switch ending := strings.TrimPrefix(filepath.Ext(path), "."); ending {
	case "csv", "parquet", "npy", "json":
		return ending
	}
	return ""
}

// Folder is where the share files of a `@ shared` input lie; "" for any other
// source.
func (s Source) Folder() string { return folder(s.Kind, s.Path) }

func folder(kind, path string) string {
	if kind == "share" {
		return path
	}
	return ""
}

// Load reads an input. stdin may be read once only, by whichever source.
func (s Source) Load(in Input, stdin io.Reader) (clear.Tensor, error) {
	if field(in.Name) != "" && s.stdin() {
		return clear.Tensor{}, fmt.Errorf("input %s is a record, which is not read from stdin: use a file", Root(in.Name))
	}
	if s.Kind == "share" {
		return clear.Tensor{}, fmt.Errorf("input %s is no `@ shared` input: use %s", in.Name, supported)
	}
	if s.Kind == "value" {
		return loadValue(in, s.Path)
	}
	if s.Kind == "parquet" {
		return loadParquet(in, s.Path, s.Select)
	}
	s, in = s.ofField(in)
	r, name, err := s.open(stdin)
	if err != nil {
		return clear.Tensor{}, err
	}
	defer r.Close()
	switch s.Kind {
	case "csv":
		return loadCSV(in, r, name, s.Select)
	case "npy":
		return loadNPY(in, r, name)
	case "json":
		return loadJSON(in, r, name)
	}
	return loadLines(in, r)
}

// ofField is the file of a field where a record is bound to a folder of npy files:
// the one of the field's name, an array without fields.
func (s Source) ofField(in Input) (Source, Input) {
	name := field(in.Name)
	if name == "" || s.Kind != "npy" || s.stdin() {
		return s, in
	}
	if info, err := os.Stat(s.Path); err == nil && info.IsDir() {
		s.Path = filepath.Join(s.Path, name+".npy")
		in.Name, in.Rows = Root(in.Name), 0
	}
	return s, in
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

// checkStdin refuses a second reader of stdin, which has one content.
func (s Sources) checkStdin() error {
	reader := ""
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if !s[name].stdin() {
			continue
		}
		if reader != "" {
			return fmt.Errorf("inputs %s and %s both read stdin", reader, name)
		}
		reader = name
	}
	return nil
}

// stdin reports whether the source reads stdin.
func (s Source) stdin() bool { return s.Kind == "stdin" || s.Kind != "value" && s.Path == "-" }

// Of returns the source of an input, which may be kept as shares, of a field that of
// its record. A binding of a bundle's name stands for
// every member's part that has none of its own.
func (s Sources) Of(name string, shared bool) (Source, error) {
	if source, ok := lookup(s, name); ok {
		return source, nil
	}
	file := "csv:FILE#COLUMN"
	switch {
	case shared:
		file = "share:DIR"
	case field(name) != "":
		file = "csv:FILE"
	}
	return Source{}, fmt.Errorf("input %s has no binding: add --in %s=%s", Root(name), flagName(Root(name)), file)
}

// Unused returns an error for bindings whose name is none of names.
func (s Sources) Unused(names []string) error {
	return unused("input", s, names, func(s Source) string { return s.Line })
}

func unused[T any](what string, bound map[string]T, names []string, line func(T) string) error {
	var roots, known []string
	for _, n := range names {
		if !slices.Contains(roots, Root(n)) {
			roots = append(roots, Root(n))
		}
		known = append(known, Root(n), bundle(n))
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(bound)) {
		if slices.Contains(known, name) {
			continue
		}
		there := "there are none here"
		if len(names) > 0 {
			there = "there is " + strings.Join(roots, ", ")
		}
		errs = append(errs, at(line(bound[name]), fmt.Errorf("no %s is called %s: %s", what, name, there)))
	}
	return errors.Join(errs...)
}

// at puts the line of a toml file, if there is one, before an error.
func at(line string, err error) error {
	if line == "" {
		return err
	}
	return fmt.Errorf("%s: %w", line, err)
}

func lookup[T any](bound map[string]T, name string) (T, bool) {
	if v, ok := bound[Root(name)]; ok {
		return v, true
	}
	v, ok := bound[bundle(name)]
	return v, ok
}

// bundle returns "pay" of "pay[e0]" and of its fields, and any other name as
// it is.
func bundle(name string) string {
	base, _, _ := strings.Cut(Root(name), "[")
	return base
}

// flagName quotes a name that a shell would take for a pattern.
func flagName(name string) string {
	if strings.Contains(name, "[") {
		return "'" + name + "'"
	}
	return name
}
