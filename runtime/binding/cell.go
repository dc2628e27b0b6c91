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

// cell reads one value and checks its range; of a string, all that stands there.
// The error is for a place that the caller names.
func (in Input) cell(text string) (uint64, error) {
	if in.Elem != clear.String {
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return 0, errors.New("the cell is empty")
	}
	v, err := in.parse(in.Elem, text)
	if err == nil && in.holds(v) {
		return v, nil
	}
	return 0, in.refusal(text, err)
}

// number reads an integer: of an enum or a date, how it is represented.
func (in Input) number(text string) (uint64, error) {
	in.Form = Form{}
	return in.cell(text)
}

// float rounds a number once and checks its range.
func (in Input) float(f float64) (uint64, error) {
	v, err := clear.Round(in.Elem, f)
	if err == nil && in.holds(v) {
		return v, nil
	}
	return 0, in.refusal(strconv.FormatFloat(f, 'g', -1, 64), err)
}

// signed is number for an integer.
func (in Input) signed(v int64) (uint64, error) { return in.number(strconv.FormatInt(v, 10)) }

func (in Input) holds(v uint64) bool { return in.Range == nil || in.Range.Holds(v) }

// refusal says why a value is refused: for err, or for the range.
func (in Input) refusal(text string, err error) error {
	switch {
	case err == nil:
		return fmt.Errorf("value %s is outside %s", shown(text), in.Range.Text)
	case !in.plain():
		return err
	case errors.Is(err, clear.ErrRange):
		return fmt.Errorf("value %s does not fit %s", shown(text), in.Elem)
	}
	return fmt.Errorf("%s is %w", quoted(text), err)
}

// place writes the indices of an element: "[3][1]: ".
func place(at []int) string {
	if len(at) == 0 {
		return ""
	}
	var b strings.Builder
	for _, i := range at {
		fmt.Fprintf(&b, "[%d]", i)
	}
	return b.String() + ": "
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
