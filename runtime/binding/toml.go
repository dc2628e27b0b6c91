package binding

// toml files of bindings:
//
//	[in]
//	a = "csv:payroll.csv#gross"
//
//	[out]
//	avg = "json:avg.json"
//
// Nothing else may stand in them. Paths are relative to the file.

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/BurntSushi/toml"
)

// entries are what files bind, in their order.
type entries struct {
	in, out []entry
}

func (b *entries) readAll(files []string) error {
	var errs []error
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			errs = append(errs, unreadable(path, err))
			continue
		}
		errs = append(errs, b.parse(path, string(text)))
	}
	return errors.Join(errs...)
}

// parse reads one file, key by key, so that every wrong one is reported.
func (b *entries) parse(path, text string) error {
	f := tomlFile{path: path, refused: make(map[string]bool)}
	var err error
	if f.meta, err = toml.Decode(text, &f.top); err != nil {
		return f.syntax(err)
	}
	tables := map[string]*[]entry{"in": &b.in, "out": &b.out}
	for _, key := range f.meta.Keys() {
		f.read(key, tables[key[0]])
	}
	return errors.Join(f.errs...)
}

// A tomlFile is a file that is being read.
type tomlFile struct {
	path    string
	meta    toml.MetaData
	top     map[string]toml.Primitive
	refused map[string]bool // outermost keys that an error was reported of
	errs    []error
}

// read reads one key into its table, which is nil if there is none.
func (f *tomlFile) read(key toml.Key, table *[]entry) {
	if f.refused[key[0]] {
		return
	}
	value, line := f.lookup(key)
	spec, isText := value.(string)
	_, isTable := value.(map[string]any)
	switch {
	case table == nil:
		f.refused[key[0]] = true
		f.add(line, "unknown key %s: want the tables [in] and [out]", quoted(key[0]))
	case len(key) == 1 && !isTable:
		f.refused[key[0]] = true
		f.add(line, "%s is no table: want [%s]", quoted(key[0]), key[0])
	case len(key) == 1:
	case len(key) > 2:
		f.add(line, "unknown key %s: a name with a dot or a bracket stands in quotes", quoted(key.String()))
	case isText:
		*table = append(*table, entry{name: key[1], spec: spec, line: f.line(line), dir: filepath.Dir(f.path)})
	default:
		f.add(line, "%s is no text: want %s = \"…\"", quoted(key.String()), key[1:])
	}
}

func (f *tomlFile) add(line int, format string, args ...any) {
	f.errs = append(f.errs, at(f.line(line), fmt.Errorf(format, args...)))
}

func (f *tomlFile) line(n int) string {
	if n == 0 {
		return f.path
	}
	return fmt.Sprintf("%s:%d", f.path, n)
}

// lookup returns the value of a key and its line. Of what lies in an array,
// which is refused as a whole, there is neither.
func (f *tomlFile) lookup(key toml.Key) (any, int) {
	table := f.top
	for _, name := range key[:len(key)-1] {
		var inner map[string]toml.Primitive
		if err := f.meta.PrimitiveDecode(table[name], &inner); err != nil {
			return nil, 0
		}
		table = inner
	}
	var p probe
	var where toml.ParseError
	errors.As(f.meta.PrimitiveDecode(table[key[len(key)-1]], &p), &where)
	return p.value, where.Position.Line
}

// A probe takes any value and refuses it: the library tells the lines of what
// is refused only.
type probe struct{ value any }

var errProbe = errors.New("refused to learn its line")

func (p *probe) UnmarshalTOML(value any) error {
	p.value = value
	return errProbe
}

func (f *tomlFile) syntax(err error) error {
	var p toml.ParseError
	if errors.As(err, &p) {
		return at(f.line(p.Position.Line), errors.New(p.Message))
	}
	return at(f.path, err)
}
