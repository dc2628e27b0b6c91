package binding

// csv: a header, then a row a line; columns by name.

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// A table reads the cells of some columns of a csv file.
type table struct {
	file    string
	r       *csv.Reader
	header  []string
	columns []int
	row     int // the only row wanted, from 1, or 0
	line    int // where the last record ended
	report
}

func loadCSV(in Input, r io.Reader, file, selection string) (clear.Tensor, error) {
	if in.Dims > 2 {
		return clear.Tensor{}, fmt.Errorf("%s: csv has two dimensions and input %s %d: use json", file, in.Name, in.Dims)
	}
	t := &table{file: file}
	if err := t.readHeader(r); err != nil {
		return clear.Tensor{}, err
	}
	if t.selectColumns(in, selection); t.errs != nil {
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

// selectColumns finds the columns of `#a`, `#a,b` or `#a@3`. A column that
// bears the whole text as its name comes first.
func (t *table) selectColumns(in Input, selection string) {
	names := []string{selection}
	switch i := strings.LastIndex(selection, "@"); {
	case selection == "":
		names = t.header
	case slices.Contains(t.header, selection):
	case in.Dims == 0 && i >= 0:
		names = []string{selection[:i]}
		t.selectRow(selection[i+1:])
	default:
		names = strings.Split(selection, ",")
	}
	if in.Dims < 2 && len(names) > 1 {
		t.add("%s: input %s takes one column, not %d: add #COLUMN, one of %s", t.file, in.Name, len(names), strings.Join(t.header, ", "))
		return
	}
	for _, name := range names {
		t.selectColumn(strings.TrimSpace(name))
	}
}

func (t *table) selectRow(text string) {
	row, err := strconv.Atoi(text)
	if err != nil || row < 1 {
		t.add("%s: row %s is not a number from 1", t.file, quoted(text))
	}
	t.row = row
}

func (t *table) selectColumn(name string) {
	first := slices.Index(t.header, name)
	switch {
	case first < 0:
		t.add("%s: no column %s%s: the columns are %s", t.file, quoted(name), didYouMean(name, t.header), strings.Join(t.header, ", "))
	case slices.Contains(t.header[first+1:], name):
		t.add("%s: column %s stands twice", t.file, quoted(name))
	}
	t.columns = append(t.columns, first)
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

// tensor gives the cells their shape.
func (t *table) tensor(in Input, data []uint64) (clear.Tensor, error) {
	rows := len(data) / len(t.columns)
	switch {
	case len(t.errs) > 0:
	case in.Dims > 0:
	case t.row > 0 && rows == 0:
		t.add("%s: no row %d", t.file, t.row)
	case rows != 1:
		t.add("%s: input %s is one value, and the file has %d rows: add @ROW", t.file, in.Name, rows)
	}
	if err := t.err(t.file); err != nil {
		return clear.Tensor{}, err
	}
	shape := [][]int{nil, {rows}, {rows, len(t.columns)}}[in.Dims]
	return clear.Tensor{Elem: in.Elem, Shape: shape, Data: data}, nil
}

func (t *table) syntax(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("%s:%d: %w", t.file, p.Line, p.Err)
	}
	return unreadable(t.file, err)
}

// didYouMean suggests the nearest of names, if one is near.
func didYouMean(name string, names []string) string {
	best, least := "", len(name)/3+1
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d <= least {
			best, least = n, d-1
		}
	}
	if best == "" {
		return ""
	}
	return " (did you mean " + quoted(best) + "?)"
}

// distance is the edit distance of Levenshtein.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
