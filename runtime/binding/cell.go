package binding

// One cell: text to a representation, and what is wrong with it.

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// cell reads one value and checks its range. The error is for a place that the
// caller names.
func (in Input) cell(text string) (uint64, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, errors.New("the cell is empty")
	}
	v, err := clear.Parse(in.Elem, text)
	switch {
	case errors.Is(err, clear.ErrRange):
		return 0, fmt.Errorf("value %s does not fit %s", shown(text), in.Elem)
	case err != nil:
		return 0, fmt.Errorf("%s is %w", quoted(text), err)
	case in.Range != nil && !in.Range.Holds(v):
		return 0, fmt.Errorf("value %s is outside %s", shown(text), in.Range.Text)
	}
	return v, nil
}

// shown cuts a long text, and escapes what no terminal should print.
func shown(s string) string {
	const limit = 40
	if utf8.RuneCountInString(s) > limit {
		s = string([]rune(s)[:limit]) + "…"
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

func quoted(s string) string { return "`" + shown(s) + "`" }

// maxErrors is how many errors of one input are shown.
const maxErrors = 10

// A report collects the errors of one input.
type report struct {
	errs []error
	more int
}

func (r *report) add(format string, args ...any) {
	if len(r.errs) == maxErrors {
		r.more++
		return
	}
	r.errs = append(r.errs, fmt.Errorf(format, args...))
}

// err returns all of them, with the name of the input at the count.
func (r *report) err(file string) error {
	if r.more > 0 {
		return errors.Join(append(r.errs, fmt.Errorf("%s: and %d more", file, r.more))...)
	}
	return errors.Join(r.errs...)
}
