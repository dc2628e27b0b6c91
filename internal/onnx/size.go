package onnx

// Sizes of arrays: a number, or a multiple of one that the data binds.

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A dim is count, or count times a size of the program.
type dim struct {
	count int
	size  string
}

func (d dim) String() string {
	switch {
	case d.size == "":
		return strconv.Itoa(d.count)
	case d.count == 1:
		return d.size
	}
	return fmt.Sprintf("%d * %s", d.count, d.size)
}

// times multiplies; the product of two sizes of the program is none.
func (d dim) times(e dim) (dim, bool) {
	if d.size != "" && e.size != "" || d.count != 0 && e.count > maxElements/d.count {
		return dim{}, false
	}
	return dim{d.count * e.count, d.size + e.size}, true
}

// over divides; ok says that the quotient is a dim.
func (d dim) over(e dim) (quotient dim, ok bool) {
	if e.count == 0 || d.count%e.count != 0 || e.size != "" && e.size != d.size {
		return dim{}, false
	}
	if e.size != "" {
		d.size = ""
	}
	return dim{d.count / e.count, d.size}, true
}

// A shape is the sizes of an array, outermost first.
type shape []dim

func sizes(ints []int) shape {
	s := make(shape, len(ints))
	for k, n := range ints {
		s[k] = dim{n, ""}
	}
	return s
}

func (s shape) String() string {
	var parts []string
	for _, d := range s {
		parts = append(parts, d.String())
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// list is what stands between the parentheses of a call.
func (s shape) list() string { return strings.Trim(s.String(), "[]") }

func (s shape) equal(t shape) bool { return slices.Equal(s, t) }

// product is the number of elements.
func (s shape) product() (dim, error) {
	p := dim{1, ""}
	for _, d := range s {
		var ok bool
		if p, ok = p.times(d); !ok {
			return dim{}, fmt.Errorf("the number of elements of %s is not a multiple of one size: give sizes with --size", s)
		}
	}
	return p, nil
}

// merged is a shape with the dimensions from lo to hi as one.
func (s shape) merged(lo, hi int) (shape, error) {
	d, err := s[lo:hi].product()
	return slices.Concat(s[:lo], shape{d}, s[hi:]), err
}

// blocks is a shape as three dimensions: before lo, from there to hi, and the rest.
func (s shape) blocks(lo, hi int) (shape, error) {
	out := make(shape, 3)
	for k, part := range []shape{s[:lo], s[lo:hi], s[hi:]} {
		var err error
		if out[k], err = part.product(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fixed returns the numbers of a shape without sizes of the program.
func (s shape) fixed() ([]int, bool) {
	out := make([]int, len(s))
	for k, d := range s {
		if d.size != "" {
			return nil, false
		}
		out[k] = d.count
	}
	return out, true
}

// squeezed leaves out the leading ones.
func (s shape) squeezed() shape {
	for len(s) > 0 && s[0] == (dim{1, ""}) {
		s = s[1:]
	}
	return s
}

// suffixOf reports whether s ends t.
func (s shape) suffixOf(t shape) bool { return len(s) <= len(t) && s.equal(t[len(t)-len(s):]) }
