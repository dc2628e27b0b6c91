package binding

// Outputs: to a file, written whole or not at all, or to stdout.

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// A Target is where one output goes. The zero Target prints `name = value`.
type Target struct {
	Kind string // "", json, csv or npy
	Path string // "-" is stdout
	Line string // where a toml file says so, "alice.toml:3"; empty for a flag
}

// ParseTarget reads what stands after the `=` of --out.
func ParseTarget(spec string) (Target, error) {
	const supported = "json:-, json:FILE, csv:FILE and npy:FILE"
	switch kind, path, _ := strings.Cut(spec, ":"); {
	case path != "" && (kind == "json" || kind == "csv" || kind == "npy" || kind == "share"):
		return Target{Kind: kind, Path: path}, nil
	case kind == "parquet":
		return Target{}, fmt.Errorf("parquet is read only: use %s", supported)
	}
	return Target{}, fmt.Errorf("`%s` is no output: use %s", spec, supported)
}

// Folder is where the shares of a `@ shared` output go; "" for any other
// target.
func (t Target) Folder() string { return folder(t.Kind, t.Path) }

// Targets are targets by the name of their output.
type Targets map[string]Target

// checkFiles refuses two outputs in one file.
func (t Targets) checkFiles() error {
	files := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(t)) {
		if t[name].Kind == "share" {
			continue // a file for each
		}
		path := filepath.Clean(t[name].Path)
		if other := files[path]; other != "" && path != "-" {
			return fmt.Errorf("outputs %s and %s go to one file, %s", other, name, path)
		}
		files[path] = name
	}
	return nil
}

// Of returns the target of an output. Several members of a bundle cannot go to
// one file: their name must be given in full.
func (t Targets) Of(name string) Target {
	target, _ := lookup(t, name)
	return target
}

// Unused returns an error for targets whose name is none of names.
func (t Targets) Unused(names []string) error {
	return unused("output", t, names, func(t Target) string { return t.Line })
}

// An Output is a value to be written, or a field of one.
type Output struct {
	Name string // "avg", "slip[e0]", "sales.amount"
	Form
	Rows  int // of a field: how many dimensions are the record's, which is a table
	Value clear.Tensor
}

// shape is that of a value, of a field that of its record.
func (o Output) shape() []int {
	if field(o.Name) == "" {
		return o.Value.Shape
	}
	return o.Value.Shape[:o.Rows]
}

// Records splits outputs into values: fields of one record stand together.
func Records[T any](outputs []T, name func(T) string) [][]T {
	var out [][]T
	for k, o := range outputs {
		if k > 0 && field(name(o)) != "" && Root(name(o)) == Root(name(outputs[k-1])) {
			out[len(out)-1] = append(out[len(out)-1], o)
		} else {
			out = append(out, []T{o})
		}
	}
	return out
}

// Check finds out, before a run, whether an output of a type and dims
// dimensions could be written; of a field, inner of them are the field's own.
// It leaves nothing behind.
func (t Target) Check(name string, elem clear.Type, dims, inner int) error {
	if t.Kind == "csv" && field(name) == "" && dims > 2 {
		return fmt.Errorf("output %s has %d dimensions and csv two: use json", name, dims)
	}
	if t.Kind == "csv" && field(name) != "" && (inner > 1 || dims-inner > 1) {
		return fmt.Errorf("output %s has more dimensions than a row a record has room for: use json", name)
	}
	if t.Kind == "npy" && strings.Contains(field(name), ".") {
		return fmt.Errorf("output %s is a field of a record in a record, which npy is not written with: use json", name)
	}
	if err := checkNPY(elem); t.Kind == "npy" && err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	if t.Kind == "" || t.Path == "-" {
		return nil
	}
	if info, err := os.Stat(t.Path); err == nil && info.IsDir() {
		return fmt.Errorf("cannot write output %s: %s is a directory", Root(name), t.Path)
	}
	f, err := t.temporary()
	if err != nil {
		return fmt.Errorf("cannot write output %s: %w", Root(name), err)
	}
	f.Close()
	return os.Remove(f.Name())
}

// temporary creates a file beside the target, to be renamed.
func (t Target) temporary() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(t.Path), "."+filepath.Base(t.Path)+".*")
}

// Write writes a value, which is one output or those of a record's fields, to
// stdout or to its file; a file appears whole.
func (t Target) Write(value []Output, stdout io.Writer) error {
	name := Root(value[0].Name)
	if t.Kind == "" {
		_, err := fmt.Fprintf(stdout, "%s = %s\n", name, encodeJSON(value))
		return err
	}
	if t.Path == "-" {
		return t.encode(value, stdout)
	}
	if err := t.writeFile(value); err != nil {
		return fmt.Errorf("cannot write output %s to %s: %w", name, t.Path, err)
	}
	return nil
}

func (t Target) writeFile(value []Output) error {
	f, err := t.temporary()
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = cmp.Or(t.encode(value, w), w.Flush(), f.Sync(), f.Close()) // the first is the reason of the others
	if err == nil {
		err = os.Rename(f.Name(), t.Path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func (t Target) encode(value []Output, w io.Writer) error {
	switch t.Kind {
	case "csv":
		return encodeCSV(value, w)
	case "npy":
		return encodeNPY(value, w)
	}
	_, err := fmt.Fprintln(w, encodeJSON(value))
	return err
}

// encodeJSON writes a value on one line: of a record an object, of a table an
// array of them.
func encodeJSON(value []Output) string {
	first := value[0]
	if field(first.Name) == "" {
		return first.json(first.Value)
	}
	if first.Rows == 0 {
		return object(value, 0)
	}
	rows := make([]string, first.Value.Shape[0])
	for i := range rows {
		of := slices.Clone(value)
		for k, c := range of {
			of[k].Value, of[k].Rows = row(c.Value, i), c.Rows-1
		}
		rows[i] = encodeJSON(of)
	}
	return "[" + strings.Join(rows, ", ") + "]"
}

// object writes fields, with the dots that come after the first depth of them
// as objects within.
func object(value []Output, depth int) string {
	part := func(o Output) string { return strings.Split(field(o.Name), ".")[depth] }
	var parts []string
	for len(value) > 0 {
		n := 1
		for n < len(value) && part(value[n]) == part(value[0]) {
			n++
		}
		text := value[0].json(value[0].Value)
		if strings.Count(field(value[0].Name), ".") > depth {
			text = object(value[:n], depth+1)
		}
		parts = append(parts, fmt.Sprintf("%q: %s", part(value[0]), text))
		value = value[n:]
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// encodeCSV writes a header and a row an element, a row a row, or a row a
// record: what csv inputs read.
func encodeCSV(value []Output, w io.Writer) error {
	c := csv.NewWriter(w)
	c.Write(csvHeader(value))
	for i := range csvRows(value[0]) {
		var record []string
		for _, o := range value {
			n := o.columns()
			for _, v := range o.Value.Data[i*n : (i+1)*n] {
				record = append(record, o.text(o.Value.Elem, v))
			}
		}
		c.Write(record)
	}
	c.Flush()
	return c.Error()
}

// columns is how many cells of a row are the output's.
func (o Output) columns() int {
	if field(o.Name) != "" {
		return product(o.Value.Shape[o.Rows:])
	}
	if len(o.Value.Shape) == 2 {
		return o.Value.Shape[1]
	}
	return 1
}

func csvRows(o Output) int {
	switch {
	case field(o.Name) != "":
		return product(o.shape())
	case len(o.Value.Shape) > 0:
		return o.Value.Shape[0]
	}
	return 1
}

func csvHeader(value []Output) []string {
	var header []string
	for _, o := range value {
		name := o.Name
		single := len(o.Value.Shape) < 2
		if field(o.Name) != "" {
			name, single = field(o.Name), len(o.Value.Shape) == o.Rows
		}
		if single {
			header = append(header, name)
			continue
		}
		for i := range o.columns() {
			header = append(header, o.column(o.Name, i))
		}
	}
	return header
}
