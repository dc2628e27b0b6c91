package onnx

// The files of a program.

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	// Compute is the file of the computation.
	Compute = "predict.tfe"
	// Folder has the weights.
	Folder = "weights"
)

// Operators are those that are imported, in order, without their domain.
func Operators() []string {
	var names []string
	for name := range maps.Keys(operators) {
		names = append(names, strings.TrimPrefix(name, "ai.onnx.ml."))
	}
	slices.Sort(names)
	return names
}

// Texts are the files of a program that are no weights, by name.
func (p *Program) Texts(o Options) map[string][]byte {
	files := map[string][]byte{o.Name + ".tfe": p.Module, Compute: p.Compute}
	if len(p.Weights) > 0 {
		files[o.Owner+".toml"] = fmt.Appendf(nil, "# The weights of %s, which stay with %s.\n[in]\n%s = \"npy:%s\"\n", o.Name, o.Owner, weightsName, Folder)
	}
	return files
}

// Write writes all files of a program to a folder that is new or empty; the weights
// can be read by the user alone.
func (p *Program) Write(folder string, o Options) error {
	weights := filepath.Join(folder, Folder)
	if err := empty(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := os.Mkdir(weights, 0o700); err != nil {
		return err
	}
	for name, text := range p.Texts(o) {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	for _, w := range p.Weights {
		if err := w.save(filepath.Join(weights, w.Name+".npy"), o.Fraction); err != nil {
			return err
		}
	}
	return nil
}

// empty refuses a folder that has anything in it: programs are edited, and weights of
// another model would be bound with those of this one.
func empty(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot write %s: %w", folder, err)
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty, and nothing is overwritten: remove it, or name another folder with -o", folder)
	}
	return nil
}

func (w Weight) save(path string, fraction int) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := w.encode(f, fraction); err != nil {
		return err
	}
	return f.Close()
}

// encode writes an npy file, of 32-bit floats where these are as near to the
// weights as a quarter of a unit in the last place of the program's numbers.
func (w Weight) encode(out io.Writer, fraction int) error {
	b := bufio.NewWriterSize(out, 1<<16)
	short := !slices.ContainsFunc(w.Data, func(v float64) bool { return math.Abs(float64(float32(v))-math.Abs(v)) > math.Ldexp(1, -fraction-2) })
	dtype, dims := "<f8", sizes(w.Shape).list()
	switch {
	case w.Whole():
		dtype = "|i1"
	case short:
		dtype = "<f4"
	}
	if len(w.Shape) == 1 {
		dims += ","
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", dtype, dims)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	fmt.Fprintf(b, "\x93NUMPY\x01\x00%s%s", binary.LittleEndian.AppendUint16(nil, uint16(len(header))), header)
	word := make([]byte, 0, 8)
	for _, v := range w.Data {
		switch {
		case w.Whole():
			word = append(word[:0], byte(int8(v)))
		case short:
			word = binary.LittleEndian.AppendUint32(word[:0], math.Float32bits(float32(v)))
		default:
			word = binary.LittleEndian.AppendUint64(word[:0], math.Float64bits(v))
		}
		b.Write(word)
	}
	return b.Flush()
}
