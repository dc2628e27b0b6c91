package binding

// Columns of a file with a header, chosen by name: csv and parquet.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// A selection is the columns of a file that an input takes.
type selection struct {
	file    string
	header  []string
	columns []int // indices into header
	row     int   // the only row wanted, from 1, or 0
	report
}

// find finds the columns of `#a`, `#a,b` or `#a@3`. A column that bears the
// whole text as its name comes first.
func (s *selection) find(in Input, text string) {
	if field(in.Name) != "" {
		s.findField(in, text)
		return
	}
	names := []string{text}
	switch i := strings.LastIndex(text, "@"); {
	case text == "":
		names = s.header
		if in.Dims == 2 && s.named(in) {
			names = in.Columns
		}
	case slices.Contains(s.header, text):
	case in.Dims == 0 && i >= 0:
		names = []string{text[:i]}
		s.findRow(text[i+1:])
	default:
		names = strings.Split(text, ",")
	}
	if in.Dims < 2 && len(names) > 1 {
		s.add("%s: input %s takes one column, not %d: add #COLUMN, one of %s", s.file, in.Name, len(names), strings.Join(s.header, ", "))
		return
	}
	for _, name := range names {
		s.findColumn(strings.TrimSpace(name))
	}
}

// named reports that the columns of an input bear the names of an enum's values:
// one of them does.
func (s *selection) named(in Input) bool {
	for k := range in.Columns {
		if slices.Contains(s.header, in.column(in.Name, k)) {
			return true
		}
	}
	return false
}

// findField finds the column that bears a field's name; an array is `name[0]`,
// `name[1]` and so on, or `name[north]`. The text may say a row.
func (s *selection) findField(in Input, text string) {
	if text != "" {
		at, ok := strings.CutPrefix(text, "@")
		if !ok || in.Rows > 0 {
			s.add("%s: the columns of the record %s are named by its fields: leave `#%s` out", s.file, Root(in.Name), text)
			return
		}
		s.findRow(at)
	}
	name := field(in.Name)
	if in.Dims == in.Rows {
		s.findColumn(name)
		return
	}
	if !s.named(in) {
		in.Columns = nil
	}
	for i := 0; in.Columns == nil || i < len(in.Columns); i++ {
		column := in.column(in.Name, i)
		if in.Columns == nil && i > 0 && !slices.Contains(s.header, column) {
			return
		}
		s.findColumn(column)
	}
}

// flat reports an input that a table has no room for.
func flat(in Input, file, kind, others string) error {
	if field(in.Name) == "" && in.Dims > 2 {
		return fmt.Errorf("%s: %s has two dimensions and input %s %d: use %s", file, kind, in.Name, in.Dims, others)
	}
	if field(in.Name) != "" && (in.Rows > 1 || in.Dims > in.Rows+1) {
		return fmt.Errorf("%s: %s has a row a record, and one column or several a field: input %s has more dimensions: use json", file, kind, in.Name)
	}
	return nil
}

func (s *selection) findRow(text string) {
	row, err := strconv.Atoi(text)
	if err != nil || row < 1 {
		s.add("%s: row %s is not a number from 1", s.file, quoted(text))
	}
	s.row = row
}

func (s *selection) findColumn(name string) {
	first := slices.Index(s.header, name)
	switch {
	case first < 0:
		s.add("%s: no column %s%s: the columns are %s", s.file, quoted(name), didYouMean(name, s.header), strings.Join(s.header, ", "))
	case slices.Contains(s.header[first+1:], name):
		s.add("%s: column %s stands twice", s.file, quoted(name))
	}
	s.columns = append(s.columns, first)
}

// tensor gives the cells, row by row, their shape.
func (s *selection) tensor(in Input, data []uint64) (clear.Tensor, error) {
	rows := len(data) / len(s.columns)
	one := in.Dims == 0 || field(in.Name) != "" && in.Rows == 0
	switch {
	case len(s.errs) > 0:
	case !one:
	case s.row > 0 && rows == 0:
		s.add("%s: no row %d", s.file, s.row)
	case rows != 1:
		s.add("%s: input %s is one value, and the file has %d rows: add @ROW", s.file, in.Name, rows)
	}
	if err := s.err(s.file); err != nil {
		return clear.Tensor{}, err
	}
	shape := [][]int{nil, {rows}, {rows, len(s.columns)}}[in.Dims]
	if one && in.Dims == 1 {
		shape = []int{len(s.columns)}
	}
	return clear.Tensor{Elem: in.Elem, Shape: shape, Data: data}, nil
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
