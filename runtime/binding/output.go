package binding

// Outputs: to a file, written whole or not at all, or to stdout.

import (
	"bufio"
	"encoding/csv"
	"errors"
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
	case path != "" && (kind == "json" || kind == "csv" || kind == "npy"):
		return Target{Kind: kind, Path: path}, nil
	case kind == "parquet":
		return Target{}, fmt.Errorf("parquet is read only: use %s", supported)
	case kind == "share":
		return Target{}, fmt.Errorf("`share` outputs are not built yet: use %s", supported)
	}
	return Target{}, fmt.Errorf("`%s` is no output: use %s", spec, supported)
}

// Targets are targets by the name of their output.
type Targets map[string]Target

// checkFiles refuses two outputs in one file.
func (t Targets) checkFiles() error {
	files := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(t)) {
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

// Check finds out, before a run, whether an output of a type and dims
// dimensions could be written. It leaves nothing behind.
func (t Target) Check(name string, elem clear.Type, dims int) error {
	if t.Kind == "csv" && dims > 2 {
		return fmt.Errorf("output %s has %d dimensions and csv two: use json", name, dims)
	}
	if err := checkNPY(elem); t.Kind == "npy" && err != nil {
		return fmt.Errorf("output %s: %w", name, err)
	}
	if t.Kind == "" || t.Path == "-" {
		return nil
	}
	if info, err := os.Stat(t.Path); err == nil && info.IsDir() {
		return fmt.Errorf("cannot write output %s: %s is a directory", name, t.Path)
	}
	f, err := t.temporary()
	if err != nil {
		return fmt.Errorf("cannot write output %s: %w", name, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

// temporary creates a file beside the target, to be renamed.
func (t Target) temporary() (*os.File, error) {
	return os.CreateTemp(filepath.Dir(t.Path), "."+filepath.Base(t.Path)+".*")
}

// Write writes an output, to stdout or to its file; a file appears whole.
func (t Target) Write(name string, x clear.Tensor, stdout io.Writer) error {
	if t.Kind == "" {
		_, err := fmt.Fprintf(stdout, "%s = %s\n", name, x)
		return err
	}
	if t.Path == "-" {
		return t.encode(name, x, stdout)
	}
	if err := t.writeFile(name, x); err != nil {
		return fmt.Errorf("cannot write output %s to %s: %w", name, t.Path, err)
	}
	return nil
}

func (t Target) writeFile(name string, x clear.Tensor) error {
	f, err := t.temporary()
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	err = errors.Join(t.encode(name, x, w), w.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), t.Path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

func (t Target) encode(name string, x clear.Tensor, w io.Writer) error {
	switch t.Kind {
	case "csv":
		return encodeCSV(name, x, w)
	case "npy":
		return encodeNPY(x, w)
	}
	_, err := fmt.Fprintln(w, x)
	return err
}

// encodeCSV writes a header and a row an element, or a row a row: what csv
// inputs read.
func encodeCSV(name string, x clear.Tensor, w io.Writer) error {
	columns, header := 1, []string{name}
	if len(x.Shape) == 2 {
		columns, header = x.Shape[1], nil
		for i := range columns {
			header = append(header, fmt.Sprintf("%s[%d]", name, i))
		}
	}
	c := csv.NewWriter(w)
	c.Write(header)
	for row := range slices.Chunk(x.Data, max(columns, 1)) {
		record := make([]string, len(row))
		for i, v := range row {
			record[i] = x.Elem.Text(v)
		}
		c.Write(record)
	}
	c.Flush()
	return c.Error()
}
