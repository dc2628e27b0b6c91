package binding

// parquet: columns of numbers, by name. Row groups are read one after another,
// so that memory holds the cells of one of them twice and nothing else.

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// A columnar reads the cells of some columns of a parquet file.
type columnar struct {
	selection
	in    Input
	cells []func(parquet.Value) (uint64, error) // one a selected column
	data  []uint64
	rows  int64 // of the row groups before the one being read
}

func loadParquet(in Input, path, columns string) (x clear.Tensor, err error) {
	if err := flat(in, path, "parquet", "npy or json"); err != nil {
		return clear.Tensor{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return clear.Tensor{}, unreadable(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return clear.Tensor{}, unreadable(path, err)
	}
	return readParquet(in, f, info.Size(), path, columns)
}

func readParquet(in Input, r io.ReaderAt, size int64, file, columns string) (x clear.Tensor, err error) {
	// The library panics on some files that break the format.
	defer func() {
		if p := recover(); p != nil {
			x, err = clear.Tensor{}, fmt.Errorf("%s is no parquet file: %v", file, p)
		}
	}()
	p, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return clear.Tensor{}, fmt.Errorf("%s is no parquet file: %w", file, err)
	}
	c := &columnar{selection: selection{file: file}, in: in}
	if c.choose(p.Root().Columns(), columns); c.errs != nil {
		return clear.Tensor{}, c.err(file)
	}
	for _, group := range p.RowGroups() {
		if err := c.readGroup(group, p.Root().Columns()); err != nil {
			return clear.Tensor{}, err
		}
	}
	return c.tensor(in, c.data)
}

// choose finds the columns, and how their cells are read.
func (c *columnar) choose(all []*parquet.Column, text string) {
	for _, column := range all {
		c.header = append(c.header, column.Name())
	}
	if c.find(c.in, text); c.errs != nil {
		return
	}
	for _, i := range c.columns {
		read, err := c.in.reader(all[i])
		if err != nil {
			c.add("%s: column %s: %w", c.file, all[i].Name(), err)
		}
		c.cells = append(c.cells, read)
	}
}

// readGroup appends the rows of a group, whatever is wrong with some of them.
func (c *columnar) readGroup(group parquet.RowGroup, all []*parquet.Column) error {
	width := len(c.columns)
	chunks := group.ColumnChunks()
	var data []uint64
	for k, i := range c.columns {
		column, err := c.readChunk(chunks[all[i].Index()], k)
		if err != nil {
			return unreadable(c.file, err)
		}
		if data == nil {
			data = make([]uint64, len(column)*width)
		}
		if len(column)*width != len(data) || int64(len(column)) != group.NumRows() {
			return fmt.Errorf("%s: column %s has %d rows where the file says %d", c.file, c.header[i], len(column), group.NumRows())
		}
		for row, v := range column {
			data[row*width+k] = v
		}
	}
	switch at := int64(c.row) - 1 - c.rows; {
	case c.row == 0:
		c.data = append(c.data, data...)
	case at >= 0 && at < group.NumRows():
		c.data = append(c.data, data[at])
	}
	c.rows += group.NumRows()
	return nil
}

// readChunk reads the cells that a row group has of the k-th selected column.
func (c *columnar) readChunk(chunk parquet.ColumnChunk, k int) (data []uint64, err error) {
	pages := chunk.Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	buffer := make([]parquet.Value, 1024)
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		data, err = c.readPage(page, k, data, buffer)
		parquet.Release(page)
		if err != nil {
			return nil, err
		}
	}
}

func (c *columnar) readPage(page parquet.Page, k int, data []uint64, buffer []parquet.Value) ([]uint64, error) {
	values := page.Values()
	for {
		n, err := values.ReadValues(buffer)
		for _, v := range buffer[:n] {
			data = append(data, c.cell(v, k, c.rows+int64(len(data))+1))
		}
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// cell reads one value; of rows that are not wanted, none.
func (c *columnar) cell(value parquet.Value, k int, row int64) uint64 {
	if c.row != 0 && int64(c.row) != row {
		return 0
	}
	v, err := uint64(0), errors.New("the cell is null")
	if !value.IsNull() {
		v, err = c.cells[k](value)
	}
	if err != nil {
		c.add("%s: row %d: column %s: %w", c.file, row, c.header[c.columns[k]], err)
	}
	return v
}

// reader returns what reads the cells of a column of numbers.
func (in Input) reader(c *parquet.Column) (func(parquet.Value) (uint64, error), error) {
	if !c.Leaf() || c.Repeated() {
		return nil, errors.New("a column within a column, want numbers")
	}
	t := c.Type()
	if _, text := logicalType(t).(*format.StringType); in.Elem == clear.String && !text {
		return nil, fmt.Errorf("type %s, want strings", t)
	}
	switch logical := logicalType(t).(type) {
	case nil:
		if read := in.physical(t.Kind()); read != nil {
			return read, nil
		}
	case *format.StringType:
		if in.Names != nil || in.Elem == clear.String {
			return func(v parquet.Value) (uint64, error) { return in.cell(string(v.ByteArray())) }, nil
		}
	case *format.DateType:
		if in.Date {
			return in.integer(t.Kind(), true), nil
		}
	case *format.IntType:
		return in.integer(t.Kind(), logical.IsSigned), nil
	case *format.DecimalType:
		if logical.Scale < 0 || logical.Scale > maxScale {
			return nil, fmt.Errorf("a scale of %d, want 0 to %d", logical.Scale, maxScale)
		}
		return func(v parquet.Value) (uint64, error) { return in.number(decimal(v, int(logical.Scale))) }, nil
	}
	return nil, fmt.Errorf("type %s, want numbers", t)
}

func logicalType(t parquet.Type) format.LogicalTypeValue {
	if logical := t.LogicalType(); logical != nil {
		return logical.Value
	}
	return nil
}

// physical returns what reads a column that says no more than how it is stored.
func (in Input) physical(kind parquet.Kind) func(parquet.Value) (uint64, error) {
	switch kind {
	case parquet.Boolean:
		return func(v parquet.Value) (uint64, error) { return in.number(strconv.FormatBool(v.Boolean())) }
	case parquet.Int32, parquet.Int64:
		return in.integer(kind, true)
	case parquet.Float:
		return func(v parquet.Value) (uint64, error) { return in.float(float64(v.Float())) }
	case parquet.Double:
		return func(v parquet.Value) (uint64, error) { return in.float(v.Double()) }
	}
	return nil
}

func (in Input) integer(kind parquet.Kind, signed bool) func(parquet.Value) (uint64, error) {
	switch {
	case signed && kind == parquet.Int32:
		return func(v parquet.Value) (uint64, error) { return in.signed(int64(v.Int32())) }
	case signed:
		return func(v parquet.Value) (uint64, error) { return in.signed(v.Int64()) }
	case kind == parquet.Int32:
		return func(v parquet.Value) (uint64, error) { return in.number(strconv.FormatUint(uint64(v.Uint32()), 10)) }
	}
	return func(v parquet.Value) (uint64, error) { return in.number(strconv.FormatUint(v.Uint64(), 10)) }
}

// maxScale bounds the length of a decimal.
const maxScale = 1000

// decimal writes an unscaled integer, of bytes big-endian in two's complement,
// with the last digits of its scale behind a point.
func decimal(v parquet.Value, scale int) string {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default:
		b := v.ByteArray()
		n.SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
	}
	digits := n.Abs(n).Text(10)
	digits = strings.Repeat("0", max(scale+1-len(digits), 0)) + digits
	if scale == 0 {
		return sign + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}
