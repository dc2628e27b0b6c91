package binding

// What is no number: values of enums, by name, and dates. And records, which
// are one input or output a field: `sales.amount`, `pay[e0].amount`.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/date"
)

// A Form says how the elements of an int32 are written where they are no
// numbers, and what the columns of a value are called.
type Form struct {
	Names   []string // of an enum: its values, 0, 1 and so on
	Date    bool     // days since 1970-01-01, written as ISO 8601 does
	Columns []string // where the last dimension counts the values of an enum: those
}

// column is what column k of a value or field is called: `hot[0]`, and `hot[north]`
// or, of a value that is no field, `north` where it is that of a value of an enum.
func (f Form) column(of string, k int) string {
	name, path := strconv.Itoa(k), field(of)
	if f.Columns != nil {
		name = f.Columns[k]
	}
	switch {
	case path != "":
		return path + "[" + name + "]"
	case f.Columns != nil:
		return name
	}
	return of + "[" + name + "]"
}

func (f Form) plain() bool { return f.Names == nil && !f.Date }

// parse reads an element.
func (f Form) parse(t clear.Type, text string) (uint64, error) {
	switch {
	case f.Names != nil:
		if k := slices.Index(f.Names, text); k >= 0 {
			return uint64(k), nil
		}
		return 0, fmt.Errorf("%s is none of %s%s", quoted(text), strings.Join(f.Names, ", "), didYouMean(text, f.Names))
	case f.Date:
		days, ok := date.Parse(text)
		if !ok {
			return 0, fmt.Errorf("%s is no date: want year-month-day, such as 2024-02-29", quoted(text))
		}
		return uint64(days), nil
	}
	return clear.Parse(t, text)
}

// text writes an element.
func (f Form) text(t clear.Type, v uint64) string {
	switch {
	case f.Date:
		return date.Text(int64(v))
	case v < uint64(len(f.Names)):
		return f.Names[v]
	}
	return t.Text(v)
}

// json writes a tensor as json does: text is quoted.
func (f Form) json(x clear.Tensor) string {
	if f.plain() {
		return x.String()
	}
	if len(x.Shape) == 0 {
		return strconv.Quote(f.text(x.Elem, x.Data[0]))
	}
	parts := make([]string, x.Shape[0])
	for i := range parts {
		parts[i] = f.json(row(x, i))
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// row is x[i].
func row(x clear.Tensor, i int) clear.Tensor {
	n := product(x.Shape[1:])
	return clear.Tensor{Elem: x.Elem, Shape: x.Shape[1:], Data: x.Data[i*n : (i+1)*n]}
}

// Root is the name that a binding gives: of a field, its record's.
func Root(name string) string {
	root, _, _ := strings.Cut(name, ".")
	return root
}

// field is the path to a field within its record, "" for what is no field.
func field(name string) string {
	_, path, _ := strings.Cut(name, ".")
	return path
}
