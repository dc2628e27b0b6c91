package binding

// json, values of the command line, and lines of stdin.

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// loadValue reads `5` as it is, an array as json.
func loadValue(in Input, text string) (clear.Tensor, error) {
	if in.Dims > 0 && field(in.Name) == "" && !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return clear.Tensor{}, fmt.Errorf("value: input %s is an array: write `value:[%s]`", in.Name, text)
	}
	if in.Dims > 0 || field(in.Name) != "" {
		return loadJSON(in, strings.NewReader(text), "value")
	}
	v, err := in.cell(text)
	if err != nil {
		return clear.Tensor{}, fmt.Errorf("input %s: %w", in.Name, err)
	}
	return clear.Tensor{Elem: in.Elem, Data: []uint64{v}}, nil
}

// An array reads nested json arrays of as many dimensions as the input has.
// Numbers stay text until they are cells.
type array struct {
	in    Input
	file  string
	d     *json.Decoder
	data  []uint64
	shape []int    // -1: not yet known
	at    []int    // the indices of the element being read
	path  []string // of a field: the names that lead to it, from here on
	report
}

func loadJSON(in Input, r io.Reader, file string) (clear.Tensor, error) {
	text := bufio.NewReader(r)
	a := &array{in: in, file: file, d: json.NewDecoder(text), shape: slices.Repeat([]int{-1}, in.Dims)}
	a.d.UseNumber()
	if path := field(in.Name); path != "" {
		a.path = strings.Split(path, ".")
	}
	read := a.read
	if a.path != nil && in.Rows == 1 && startsObject(text) {
		read = a.readLines
	}
	err := read()
	if err == nil {
		_, err = a.d.Token()
		if err == nil {
			err = errors.New("more than one value")
		} else if err == io.EOF {
			err = nil
		}
	}
	if err != nil {
		a.add("%s: input %s: %w", file, in.Name, syntax(err))
	}
	if err := a.err(file); err != nil {
		return clear.Tensor{}, err
	}
	for d := range a.shape {
		a.shape[d] = max(a.shape[d], 0) // within an empty array
	}
	return clear.Tensor{Elem: in.Elem, Shape: a.shape, Data: a.data}, nil
}

// read reads the element at a.at. An error ends the reading: what follows
// could not be told apart.
func (a *array) read() error {
	token, err := a.d.Token()
	if err != nil {
		return err
	}
	depth := len(a.at)
	open := token == json.Delim('[')
	switch {
	case a.path != nil && depth == a.in.Rows:
		return a.readField(token)
	case open && depth == a.in.Dims:
		return fmt.Errorf("%san array, want %s", a.place(), a.in.Elem)
	case open:
		return a.readElements(depth)
	case depth < a.in.Dims:
		return fmt.Errorf("%s%s, want an array of %d dimensions", a.place(), jsonText(token), a.in.Dims-depth)
	}
	return a.readCell(token)
}

// startsObject reports that json begins with an object.
func startsObject(r *bufio.Reader) bool {
	for n := 1; ; n++ {
		b, err := r.Peek(n)
		if err != nil {
			return false
		}
		if c := b[n-1]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c == '{'
		}
	}
}

// readLines reads a table as objects, one after the other.
func (a *array) readLines() error {
	a.at = []int{0}
	for ; a.d.More(); a.at[0]++ {
		if err := a.read(); err != nil {
			return err
		}
	}
	a.shape[0] = a.at[0]
	a.at = nil
	return nil
}

// readField reads the field of an object that the path leads to, and passes
// over the others.
func (a *array) readField(open json.Token) error {
	if open != json.Delim('{') {
		return fmt.Errorf("%s%s, want an object with the fields of the record", a.place(), jsonText(open))
	}
	name, rest := a.path[0], a.path[1:]
	found := false
	for a.d.More() {
		key, err := a.d.Token()
		if err != nil {
			return err
		}
		if key != name || found {
			var skipped json.RawMessage
			if err := a.d.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		found = true
		if err := a.readInside(rest); err != nil {
			return err
		}
	}
	if !found {
		a.add("%s: input %s: %sno field %s", a.file, a.in.Name, a.place(), quoted(name))
	}
	_, err := a.d.Token() // the closing brace
	return err
}

// readInside reads what stands in a field: the record that the rest of the path
// is of, or a value.
func (a *array) readInside(rest []string) error {
	outer := a.path
	defer func() { a.path = outer }()
	a.path = rest
	if len(rest) > 0 {
		open, err := a.d.Token()
		if err != nil {
			return err
		}
		return a.readField(open)
	}
	a.path = nil
	return a.read()
}

func (a *array) readElements(depth int) error {
	n := 0
	a.at = append(a.at, 0)
	for ; a.d.More(); n++ {
		a.at[depth] = n
		if err := a.read(); err != nil {
			return err
		}
	}
	a.at = a.at[:depth]
	if a.shape[depth] < 0 {
		a.shape[depth] = n
	}
	if a.shape[depth] != n {
		a.add("%s: input %s: %s%d elements, want %d as in the first", a.file, a.in.Name, a.place(), n, a.shape[depth])
	}
	_, err := a.d.Token() // the closing bracket
	return err
}

func (a *array) readCell(token json.Token) error {
	text := jsonText(token)
	var v uint64
	var err error
	switch t := token.(type) {
	case json.Number, bool:
		if v, err = a.in.cell(text); a.in.Elem == clear.String {
			err = fmt.Errorf("%s is no string: want it in quotes", text)
		}
	case string:
		err = fmt.Errorf("%s is not %s", text, a.in.Elem)
		if !a.in.plain() {
			v, err = a.in.cell(t)
		} else if a.in.Elem == clear.String {
			v, err = clear.Word(t), nil
		}
	case json.Delim:
		return fmt.Errorf("%s%s, want %s", a.place(), text, a.in.Elem)
	default:
		err = fmt.Errorf("%s is not %s", text, a.in.Elem)
	}
	if err != nil {
		a.add("%s: input %s: %s%w", a.file, a.in.Name, a.place(), err)
	}
	a.data = append(a.data, v)
	return nil
}

// place writes the indices of the element being read: "[3][1]: ".
func (a *array) place() string { return place(a.at) }

// jsonText says what a token is.
func jsonText(token json.Token) string {
	switch v := token.(type) {
	case json.Delim:
		return "an object"
	case string:
		return "text " + quoted(v)
	case nil:
		return "null"
	}
	return fmt.Sprint(token)
}

// syntax says where json ends too early.
func syntax(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("the text ends too early")
	}
	return err
}

// loadLines reads one value a line, or one row of values a line, separated by
// commas or spaces.
func loadLines(in Input, r io.Reader) (clear.Tensor, error) {
	if in.Dims > 2 {
		return clear.Tensor{}, fmt.Errorf("stdin: lines have two dimensions and input %s %d: use json:-", in.Name, in.Dims)
	}
	var l lines
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, 1<<24)
	empty := 0
	for line := 1; scanner.Scan(); line++ {
		text := strings.TrimSpace(strings.TrimPrefix(scanner.Text(), "\ufeff"))
		if text == "" {
			empty++
			continue
		}
		if empty > 0 {
			l.add("stdin:%d: the line is empty", line-1)
		}
		empty = 0
		l.read(in, line, text)
	}
	if err := scanner.Err(); err != nil {
		l.add("%w", unreadable("stdin", err))
	}
	return l.tensor(in)
}

// lines are the rows read so far.
type lines struct {
	data       []uint64
	rows, cols int
	report
}

func (l *lines) read(in Input, line int, text string) {
	fields := []string{text}
	if in.Dims == 2 {
		fields = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	}
	if l.rows == 0 {
		l.cols = len(fields)
	}
	l.rows++
	if len(fields) != l.cols {
		l.add("stdin:%d: %d values, want %d as in the first row", line, len(fields), l.cols)
		return
	}
	for _, f := range fields {
		v, err := in.cell(f)
		if err != nil {
			l.add("stdin:%d: %w", line, err)
		}
		l.data = append(l.data, v)
	}
}

func (l *lines) tensor(in Input) (clear.Tensor, error) {
	if in.Dims == 0 && l.rows != 1 {
		l.add("stdin: input %s is one value, and there are %d lines", in.Name, l.rows)
	}
	if err := l.err("stdin"); err != nil {
		return clear.Tensor{}, err
	}
	shape := [][]int{nil, {l.rows}, {l.rows, l.cols}}[in.Dims]
	return clear.Tensor{Elem: in.Elem, Shape: shape, Data: l.data}, nil
}
