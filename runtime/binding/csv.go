package binding

// csv: a header, then a row a line; columns by name.

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// A table reads the cells of some columns of a csv file.
type table struct {
	selection
	r    *csv.Reader
	line int // where the last record ended
}

func loadCSV(in Input, r io.Reader, file, columns string) (clear.Tensor, error) {
	if err := flat(in, file, "csv", "json"); err != nil {
		return clear.Tensor{}, err
	}
	t := &table{selection: selection{file: file}}
	if err := t.readHeader(r); err != nil {
		return clear.Tensor{}, err
	}
	if t.find(in, columns); t.errs != nil {
		return clear.Tensor{}, t.err(file)
	}
	return t.tensor(in, t.cells(in))
}

func (t *table) readHeader(r io.Reader) error {
	b := bufio.NewReaderSize(r, 1<<16)
	start, err := b.Peek(3)
	switch {
	case err != nil && err != io.EOF:
		return unreadable(t.file, err)
	case len(start) == 0:
		return fmt.Errorf("%s is empty: want a header with the names of the columns", t.file)
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return fmt.Errorf("%s is UTF-16: want UTF-8", t.file)
	case string(start) == "\ufeff":
		b.Discard(3)
	}
	t.r = csv.NewReader(b)
	t.r.ReuseRecord = true
	record, err := t.r.Read()
	if err != nil {
		return t.syntax(err)
	}
	for _, name := range record {
		t.header = append(t.header, strings.TrimSpace(name))
	}
	t.line, _ = t.r.FieldPos(0)
	if one := t.header[0]; len(t.header) == 1 && strings.ContainsAny(one, ";\t") {
		return fmt.Errorf("%s:1: columns must be separated by commas, found %s", t.file, quoted(one))
	}
	return nil
}

// cells reads the rows to the end, whatever is wrong with some of them.
func (t *table) cells(in Input) []uint64 {
	var data []uint64
	for row := 1; ; row++ {
		record, err := t.r.Read()
		if err == io.EOF {
			return data
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			t.add("%w", t.syntax(err))
			return data
		}
		line, _ := t.r.FieldPos(0)
		t.checkGap(record, line)
		switch {
		case err != nil:
			t.add("%s:%d: %d fields, want %d", t.file, line, len(record), len(t.header))
		case t.row == 0 || t.row == row:
			data = t.appendRow(in, data, record)
		}
	}
}

func (t *table) appendRow(in Input, data []uint64, record []string) []uint64 {
	for _, c := range t.columns {
		v, err := in.cell(record[c])
		if err != nil {
			line, _ := t.r.FieldPos(c)
			t.add("%s:%d: column %s: %w", t.file, line, t.header[c], err)
		}
		data = append(data, v)
	}
	return data
}

// checkGap refuses an empty line between rows of one column: it is a cell that
// is missing, which the csv reader passes over.
func (t *table) checkGap(record []string, line int) {
	if len(t.header) > 1 {
		return
	}
	for t.line++; t.line < line; t.line++ {
		t.add("%s:%d: column %s: the cell is empty", t.file, t.line, t.header[0])
	}
	t.line = line + strings.Count(record[0], "\n")
}

func (t *table) syntax(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("%s:%d: %w", t.file, p.Line, p.Err)
	}
	return unreadable(t.file, err)
}
