package binding

// npy: the array files of numpy, formats 1 to 3 (numpy.lib.format): a header
// that is the text of a Python dict, then the elements. Both byte orders and
// both orders of elements are read; what is written is little-endian and row
// by row. Floats are taken for exactly what they are, and rounded once.

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tfec-lang/tfec/runtime/clear"
)

const (
	npyMagic = "\x93NUMPY"
	// npyHeader bounds the header, which holds no data.
	npyHeader = 1 << 16
	// npyElement bounds an element with fields, which is held in memory whole.
	npyElement = 1 << 20
)

// An npy is an array file that is being read.
type npy struct {
	in      Input
	file    string
	r       *bufio.Reader
	dtype   string // "<f8"
	stride  int    // bytes of an element, all its fields
	offset  int    // where in it the field begins
	inner   []int  // the shape of the field in each element
	fortran bool   // the first index runs fastest
	shape   []int
	report
}

func loadNPY(in Input, r io.Reader, file string) (clear.Tensor, error) {
	a := &npy{in: in, file: file, r: bufio.NewReaderSize(r, 1<<16)}
	if err := a.readHeader(); err != nil {
		return clear.Tensor{}, err
	}
	if len(a.shape)+len(a.inner) != in.Dims || field(in.Name) != "" && len(a.shape) != in.Rows {
		return clear.Tensor{}, fmt.Errorf("%s: an array of %d dimensions, and input %s has %d", file, len(a.shape)+len(a.inner), in.Name, in.Dims)
	}
	data, err := a.readCells()
	if err = errors.Join(a.err(file), err); err != nil {
		return clear.Tensor{}, err
	}
	return clear.Tensor{Elem: in.Elem, Shape: slices.Concat(a.shape, a.inner), Data: a.byRows(data)}, nil
}

func (a *npy) readHeader() error {
	start := make([]byte, len(npyMagic)+4)
	if _, err := io.ReadFull(a.r, start); err != nil || string(start[:len(npyMagic)]) != npyMagic {
		return a.noNPY(err)
	}
	version, length := start[6], int(binary.LittleEndian.Uint16(start[8:]))
	switch version {
	case 1:
	case 2, 3:
		high := make([]byte, 2)
		if _, err := io.ReadFull(a.r, high); err != nil {
			return a.noNPY(err)
		}
		length |= int(binary.LittleEndian.Uint16(high)) << 16
	default:
		return fmt.Errorf("%s: npy format %d is not known: want 1 to 3", a.file, version)
	}
	if length > npyHeader {
		return fmt.Errorf("%s: a header of %d bytes is too long", a.file, length)
	}
	header := make([]byte, length)
	if _, err := io.ReadFull(a.r, header); err != nil {
		return a.noNPY(err)
	}
	return a.parseHeader(string(header))
}

func (a *npy) noNPY(err error) error {
	if err == nil || err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%s is no npy file", a.file)
	}
	return unreadable(a.file, err)
}

// The three entries of a header, in any order.
var (
	npyDtype = regexp.MustCompile(`['"]descr['"]: *['"]([^'"]*)['"]`)
	npyOrder = regexp.MustCompile(`['"]fortran_order['"]: *(True|False)`)
	npyShape = regexp.MustCompile(`['"]shape['"]: *\(([0-9, ]*)\)`)
)

// Those of elements with fields: a list of names with types and, of an array,
// its shape.
var (
	npyFields = regexp.MustCompile(`['"]descr['"]: *\[(.*)\], *['"]`)
	npyField  = regexp.MustCompile(`\(['"]([^'"]*)['"], *['"]([^'"]*)['"](?:, *\(([0-9, ]*)\))?\)`)
)

func (a *npy) parseHeader(text string) error {
	dtype, order, shape := npyDtype.FindStringSubmatch(text), npyOrder.FindStringSubmatch(text), npyShape.FindStringSubmatch(text)
	switch {
	case order == nil || shape == nil:
		return fmt.Errorf("%s: header %s is not of npy's form", a.file, quoted(strings.TrimSpace(text)))
	case dtype == nil && field(a.in.Name) == "":
		return fmt.Errorf("%s: elements of several fields are not read: want one number each", a.file)
	case dtype != nil && field(a.in.Name) != "":
		return fmt.Errorf("%s: elements without fields, and input %s is a record", a.file, Root(a.in.Name))
	case dtype != nil:
		a.dtype = dtype[1]
	default:
		if err := a.findField(text); err != nil {
			return err
		}
	}
	a.fortran = order[1] == "True"
	if a.in.npyReader(a.dtype) == nil {
		want := "bool, integers, float16, float32 or float64"
		if a.in.Elem == clear.String {
			want = "texts, of type U or S"
		}
		return fmt.Errorf("%s: elements of type %s are not read: want %s", a.file, quoted(a.dtype), want)
	}
	if a.stride == 0 {
		a.stride = npySize(a.dtype)
	}
	var err error
	a.shape, err = a.parseShape(shape[1], product(a.inner))
	if err == nil && a.fortran && a.inner != nil && len(a.shape) > 1 {
		return fmt.Errorf("%s: elements with fields are read row by row only: save it with order C", a.file)
	}
	return err
}

// findField finds the field of a structured type.
func (a *npy) findField(header string) error {
	list := npyFields.FindStringSubmatch(header)
	if list == nil {
		return fmt.Errorf("%s: header %s is not of npy's form", a.file, quoted(strings.TrimSpace(header)))
	}
	var names []string
	for _, f := range npyField.FindAllStringSubmatch(list[1], -1) {
		inner, err := a.parseShape(f[3], 1)
		if err != nil {
			return err
		}
		size := npySize(f[2])
		if size == 0 || size > math.MaxInt32/max(1, product(inner)) {
			return fmt.Errorf("%s: field %s is of type %s, whose size is not known", a.file, quoted(f[1]), quoted(f[2]))
		}
		if f[1] == field(a.in.Name) {
			a.dtype, a.offset, a.inner = f[2], a.stride, inner
		}
		if a.stride += size * product(inner); a.stride > npyElement {
			return fmt.Errorf("%s: elements of more than %d bytes are too long", a.file, npyElement)
		}
		names = append(names, f[1])
	}
	if name := field(a.in.Name); a.dtype == "" {
		return fmt.Errorf("%s: no field %s%s: the fields are %s", a.file, quoted(name), didYouMean(name, names), strings.Join(names, ", "))
	}
	return nil
}

// npySize is how many bytes a dtype takes; 0 where that is not known.
func npySize(dtype string) int {
	kind := strings.TrimLeft(strings.TrimSuffix(dtype, "[D]"), "<>|=")
	n, err := strconv.Atoi(strings.TrimLeft(kind, "biufMVSU"))
	if err != nil || n > npyElement/4 {
		return 0
	}
	if strings.HasPrefix(kind, "U") {
		n *= 4 // code points
	}
	return n
}

// parseShape reads "3, 2" or "3,", and refuses what no memory holds, each
// element being several.
func (a *npy) parseShape(text string, each int) ([]int, error) {
	var shape []int
	total := each
	for field := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(field)
		if err != nil || n > math.MaxInt/8/max(total, 1) {
			return nil, fmt.Errorf("%s: shape (%s) is too large", a.file, shown(text))
		}
		shape = append(shape, n)
		total *= n
	}
	return shape, nil
}

// npyBlock is about how many bytes of elements are read at a time.
const npyBlock = 1 << 16

// readCells reads the elements as they lie in the file, whatever is wrong
// with some of them. Memory grows with what is there, not with what the
// header says.
func (a *npy) readCells() ([]uint64, error) {
	total, each := product(a.shape), product(a.inner)
	block := max(1, npyBlock/max(1, a.stride))
	b, appendCells := make([]byte, block*a.stride), a.cellReader()
	var data []uint64
	for at := 0; at < total; at += block {
		n := min(block, total-at)
		if got, err := io.ReadFull(a.r, b[:n*a.stride]); err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, fmt.Errorf("%s ends after %d of %d elements", a.file, at+got/a.stride, total)
		} else if err != nil {
			return nil, unreadable(a.file, err)
		}
		data = grown(data, n*each, total*each)
		for i := range n {
			data = appendCells(data, b[i*a.stride:][:a.stride], at+i)
		}
	}
	if _, err := a.r.Peek(1); err != io.EOF {
		return nil, fmt.Errorf("%s: more than the %d elements of its shape", a.file, total)
	}
	return data, nil
}

// grown has room for n more cells of so many in all: four times as much each time, so
// that little is moved twice.
func grown(data []uint64, n, total int) []uint64 {
	if cap(data)-len(data) >= n {
		return data
	}
	return append(make([]uint64, 0, min(total, 4*(len(data)+n))), data...)
}

// cellReader returns what appends the cells of the at-th element of the file.
func (a *npy) cellReader() func(data []uint64, element []byte, at int) []uint64 {
	size, each, read := npySize(a.dtype), product(a.inner), a.in.npyReader(a.dtype)
	if size == 1 {
		read = remembering(read)
	}
	return func(data []uint64, element []byte, at int) []uint64 {
		for k := range each {
			v, err := read(element[a.offset+k*size:][:size])
			if err != nil {
				a.add("%s: input %s: %s%w", a.file, a.in.Name, place(a.index(at)), err)
			}
			data = append(data, v)
		}
		return data
	}
}

// index returns the indices of the i-th element of the file.
func (a *npy) index(i int) []int {
	at := make([]int, len(a.shape))
	for k := range at {
		d := len(at) - 1 - k
		if a.fortran {
			d = k
		}
		at[d] = i % a.shape[d]
		i /= a.shape[d]
	}
	return at
}

// byRows brings the elements into the order of a tensor.
func (a *npy) byRows(data []uint64) []uint64 {
	if !a.fortran || len(a.shape) < 2 {
		return data
	}
	rows := make([]uint64, len(data))
	for i, v := range data {
		to := 0
		for d, k := range a.index(i) {
			to = to*a.shape[d] + k
		}
		rows[to] = v
	}
	return rows
}

// npyReader returns what reads one element of a dtype, or nil.
func (in Input) npyReader(dtype string) func([]byte) (uint64, error) {
	var order binary.ByteOrder = binary.LittleEndian
	kind, big := strings.CutPrefix(dtype, ">")
	if big {
		order = binary.BigEndian
	} else {
		kind = strings.TrimLeft(dtype, "<|")
	}
	if len(dtype) != len(kind)+1 {
		return nil
	}
	if in.Elem == clear.String {
		return npyText(order, kind)
	}
	switch kind {
	case "b1":
		return func(b []byte) (uint64, error) { return in.number(strconv.FormatBool(b[0] != 0)) }
	case "i1", "i2", "i4", "i8":
		return func(b []byte) (uint64, error) { return in.signed(signExtend(word(order, b), 8*len(b))) }
	case "u1", "u2", "u4", "u8":
		return func(b []byte) (uint64, error) { return in.number(strconv.FormatUint(word(order, b), 10)) }
	case "M8[D]":
		if in.Date {
			return func(b []byte) (uint64, error) { return in.signed(int64(word(order, b))) }
		}
	case "f2":
		return func(b []byte) (uint64, error) { return in.float(half(order.Uint16(b))) }
	case "f4":
		return func(b []byte) (uint64, error) {
			return in.float(float64(math.Float32frombits(order.Uint32(b))))
		}
	case "f8":
		return func(b []byte) (uint64, error) { return in.float(math.Float64frombits(order.Uint64(b))) }
	}
	return nil
}

// remembering reads each of the 256 elements of one byte once.
func remembering(read func([]byte) (uint64, error)) func([]byte) (uint64, error) {
	var values [256]uint64
	var known [256]bool
	return func(b []byte) (uint64, error) {
		if k := b[0]; !known[k] {
			v, err := read(b)
			if err != nil {
				return 0, err
			}
			values[k], known[k] = v, true
		}
		return values[b[0]], nil
	}
}

// npyText returns what reads a text: code points or bytes, and zeros after
// them.
func npyText(order binary.ByteOrder, kind string) func([]byte) (uint64, error) {
	switch {
	case npySize(kind) == 0:
		return nil
	case kind[0] == 'S':
		return func(b []byte) (uint64, error) { return parseText(strings.TrimRight(string(b), "\x00")) }
	case kind[0] != 'U':
		return nil
	}
	return func(b []byte) (uint64, error) {
		var text strings.Builder
		for ; len(b) > 0; b = b[4:] {
			r := order.Uint32(b)
			if r > unicode.MaxRune {
				return 0, clear.ErrText
			}
			text.WriteRune(rune(r))
		}
		return parseText(strings.TrimRight(text.String(), "\x00"))
	}
}

func parseText(text string) (uint64, error) {
	v, err := clear.Parse(clear.String, text)
	if err != nil {
		return 0, fmt.Errorf("%s is %w", quoted(text), err)
	}
	return v, nil
}

// word reads an unsigned integer of one to eight bytes.
func word(order binary.ByteOrder, b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(order.Uint16(b))
	case 4:
		return uint64(order.Uint32(b))
	}
	return order.Uint64(b)
}

func signExtend(v uint64, bits int) int64 { return int64(v<<(64-bits)) >> (64 - bits) }

// half returns the number of an IEEE 754 binary16.
func half(b uint16) float64 {
	exponent, fraction := int(b>>10&31), float64(b&1023)
	var f float64
	switch exponent {
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		f = math.Inf(1)
	case 0:
		f = math.Ldexp(fraction, -24)
	default:
		f = math.Ldexp(1024+fraction, exponent-25)
	}
	if b>>15 == 1 {
		return -f
	}
	return f
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// checkNPY refuses an element type that numpy has no exact type for.
func checkNPY(t clear.Type) error {
	if t.Kind == clear.FixedKind && t.Bits-1 > 53 {
		return fmt.Errorf("%s does not fit the float64 of npy: use csv or json", t)
	}
	return nil
}

// encodeNPY writes a file that numpy.load reads; a fixed becomes a float64,
// exactly, an enum its code. A record is an array of elements with fields.
func encodeNPY(columns []Output, w io.Writer) error {
	rows := columns[0].shape()
	header := fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }", npyDescription(columns), npyTuple(rows))
	// The elements start at a multiple of 64 bytes.
	header += strings.Repeat(" ", 63-(len(npyMagic)+4+len(header))%64) + "\n"
	if len(header) > math.MaxUint16 {
		return errors.New("a record with too many fields for npy: use json")
	}
	b := append([]byte(npyMagic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	b = append(b, header...)
	sizes := make([]int, len(columns))
	for k, c := range columns {
		_, sizes[k] = c.npyType()
	}
	for i := range product(rows) {
		for k, c := range columns {
			b = c.appendNPY(b, i, sizes[k])
		}
		if len(b) < 1<<16 {
			continue
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	_, err := w.Write(b)
	return err
}

// npyDescription is one dtype, or a list of fields with theirs.
func npyDescription(columns []Output) string {
	if field(columns[0].Name) == "" {
		dtype, _ := columns[0].npyType()
		return "'" + dtype + "'"
	}
	var fields []string
	for _, c := range columns {
		dtype, _ := c.npyType()
		inner := ""
		if n := len(c.Value.Shape) - c.Rows; n > 0 {
			inner = ", " + npyTuple(c.Value.Shape[c.Rows:])
		}
		fields = append(fields, fmt.Sprintf("('%s', '%s'%s)", field(c.Name), dtype, inner))
	}
	return "[" + strings.Join(fields, ", ") + "]"
}

// appendNPY appends the i-th element, of a field all that it has in that row.
func (o Output) appendNPY(b []byte, i, size int) []byte {
	n := len(o.Value.Data) / max(1, product(o.shape()))
	for _, v := range o.Value.Data[i*n : (i+1)*n] {
		if o.Value.Elem == clear.String {
			b = appendText(b, clear.String.Text(v), size)
			continue
		}
		if o.Value.Elem.Kind == clear.FixedKind {
			v = math.Float64bits(math.Ldexp(float64(int64(v)), -o.Value.Elem.F))
		}
		b = append(b, binary.LittleEndian.AppendUint64(nil, v)[:size]...)
	}
	return b
}

func (o Output) npyType() (dtype string, size int) {
	if o.Date {
		return "<M8[D]", 8
	}
	if o.Value.Elem == clear.String {
		n := 1
		for _, text := range o.Value.Strings() {
			n = max(n, utf8.RuneCountInString(text))
		}
		return fmt.Sprintf("<U%d", n), 4 * n
	}
	return npyType(o.Value.Elem)
}

// appendText appends the code points of a text, and zeros up to size bytes.
func appendText(b []byte, text string, size int) []byte {
	end := len(b) + size
	for _, r := range text {
		b = binary.LittleEndian.AppendUint32(b, uint32(r))
	}
	return append(b, make([]byte, end-len(b))...)
}

// npyType returns the dtype of a type's elements, and their size in bytes.
func npyType(t clear.Type) (dtype string, size int) {
	switch t.Kind {
	case clear.BoolKind:
		return "|b1", 1
	case clear.FixedKind, clear.FloatKind:
		return "<f8", 8
	}
	order, kind := "<", "i"
	if t.Bits == 8 {
		order = "|"
	}
	if t.Kind == clear.UnsignedKind {
		kind = "u"
	}
	return fmt.Sprintf("%s%s%d", order, kind, t.Bits/8), t.Bits / 8
}

// npyTuple writes a shape as Python does: (), (3,), (3, 2).
func npyTuple(shape []int) string {
	var parts []string
	for _, d := range shape {
		parts = append(parts, strconv.Itoa(d))
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
