package clear

// Strings. A process numbers the texts that it meets, in the order in which it
// meets them, and an element is its text's number: so strings are moved,
// selected and compared for equality as words are, by the same operations. The
// numbers mean nothing to another process, and strings never leave their
// player. The numbering lasts as long as the process, and grows with the
// different texts that it has met.

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/tfec-lang/tfec/runtime/date"
)

// texts is the numbering. Number 0 is the empty text: what zero is to numbers.
var texts = struct {
	sync.RWMutex
	numbers map[string]uint64
	list    []string
}{numbers: map[string]uint64{"": 0}, list: []string{""}}

// Word returns the number of a text.
func Word(text string) uint64 {
	texts.RLock()
	n, ok := texts.numbers[text]
	texts.RUnlock()
	if ok {
		return n
	}
	texts.Lock()
	defer texts.Unlock()
	if n, ok := texts.numbers[text]; ok {
		return n
	}
	n = uint64(len(texts.list))
	texts.numbers[text] = n
	texts.list = append(texts.list, text)
	return n
}

// wordText returns the text of a number.
func wordText(n uint64) string {
	texts.RLock()
	defer texts.RUnlock()
	return texts.list[n]
}

// FromStrings returns a tensor of strings, row by row.
func FromStrings(shape []int, v ...string) Tensor {
	x := Zero(String, shape...)
	for i := range x.Data {
		x.Data[i] = Word(v[i])
	}
	return x
}

// Strings returns the elements of a tensor of strings.
func (x Tensor) Strings() []string {
	v := make([]string, len(x.Data))
	for i, n := range x.Data {
		v[i] = wordText(n)
	}
	return v
}

// Format returns the text of each element, FormatDates of days since 1970-01-01
// as year-month-day.
func Format(x Tensor) Tensor { return formatted(x, x.Elem.Text) }

func FormatDates(x Tensor) Tensor {
	return formatted(x, func(v uint64) string { return date.Text(int64(v)) })
}

func formatted(x Tensor, text func(uint64) string) Tensor {
	out := Zero(String, x.Shape...)
	for i, v := range x.Data {
		out.Data[i] = Word(text(v))
	}
	return out
}

// ParseStrings reads each text as a value of type t. The error names the first
// that is none, with its row, from 1.
func ParseStrings(x Tensor, t Type) (Tensor, error) {
	out := Zero(t, x.Shape...)
	for i, text := range x.Strings() {
		v, err := Parse(t, text)
		if err != nil {
			return Tensor{}, fmt.Errorf("%s%s is %w", x.rowOf(i), quoted(text), err)
		}
		out.Data[i] = v
	}
	return out, nil
}

// rowOf names the row of an element; a scalar has none.
func (x Tensor) rowOf(i int) string {
	if len(x.Shape) == 0 {
		return ""
	}
	return fmt.Sprintf("row %d: ", i/count(x.Shape[1:])+1)
}

// quoted cuts a long text.
func quoted(text string) string {
	const limit = 40
	if r := []rune(text); len(r) > limit {
		text = string(r[:limit]) + "…"
	}
	return strconv.Quote(text)
}
