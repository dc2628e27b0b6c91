package random

// Terms: expressions with what their author knows of them.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/types"
)

// A term is an expression that may be an operand.
type term struct {
	text string
	elem string   // bool, int32, int64, fixed, Colour, date, Item or a bundle
	dims []string // its shape; none: a scalar
	at   types.Set
	most float64 // bound of the absolute value
	off  float64 // how far a run may be from the reference, in units
	mask string  // of padded rows; "": all are data
	// late values depend on what was sent: nothing may fail on them.
	late bool
	// index says that the value is 0 or 1.
	index bool
}

func (t term) typ() string {
	if len(t.dims) == 0 {
		return t.elem
	}
	return fmt.Sprintf("%s[%s]", t.elem, strings.Join(t.dims, ", "))
}

func isInt(t term) bool    { return t.elem == "int32" || t.elem == "int64" }
func isFixed(t term) bool  { return t.elem == "fixed" }
func isNumber(t term) bool { return isInt(t) || isFixed(t) }
func isBool(t term) bool   { return t.elem == "bool" }
func isValue(t term) bool  { return isNumber(t) || isBool(t) || t.elem == "Colour" || t.elem == "date" }

// isExact says that a run has the value of the reference.
func isExact(t term) bool  { return t.off == 0 }
func isScalar(t term) bool { return len(t.dims) == 0 }

// isWhole says that all rows are data.
func isWhole(t term) bool { return t.mask == "" }

func all(conditions ...func(term) bool) func(term) bool {
	return func(t term) bool {
		return !slices.ContainsFunc(conditions, func(c func(term) bool) bool { return !c(t) })
	}
}

func hasDims(n int) func(term) bool { return func(t term) bool { return len(t.dims) == n } }

func (t term) sameShape(u term) bool { return slices.Equal(t.dims, u.dims) }

// broadcasts says that one shape is a suffix of the other.
func broadcasts(x, y term) bool {
	n := min(len(x.dims), len(y.dims))
	return slices.Equal(x.dims[len(x.dims)-n:], y.dims[len(y.dims)-n:])
}

// mix is what the terms have in common: holders, masks and the longest shape.
func mix(of ...term) term {
	out := term{at: everyone}
	for _, t := range of {
		if len(t.dims) > len(out.dims) {
			out.dims = t.dims
		}
		out.at = out.at.Intersect(t.at)
		out.late = out.late || t.late
		out.most, out.off = max(out.most, t.most), max(out.off, t.off)
		switch {
		case out.mask == "":
			out.mask = t.mask
		case t.mask != "" && t.mask != out.mask:
			out.mask = fmt.Sprintf("(%s and %s)", out.mask, t.mask)
		}
	}
	return out
}

// fits says that the value may be: bounds grow, and types end.
func fits(t term) bool {
	most := map[string]float64{"bool": 1, "int32": 1e6, "int64": 1e9, "fixed": 5000, "Colour": 0, "date": 0, "Item": 1e9}[t.elem]
	return t.most <= most && t.off < 1<<20
}

// length is how many elements the dimensions have at most.
func (w *author) length(dims []string) float64 {
	n := 1
	for _, d := range dims {
		n *= w.bounds[d]
	}
	return float64(n)
}

func (w *author) add(t term) { w.terms = append(w.terms, t) }

// find returns a term in scope that suits, more often a late one.
func (w *author) find(suits func(term) bool) (term, bool) {
	n := len(w.terms)
	start := max(w.IntN(max(1, n)), w.IntN(max(1, n)))
	for k := range w.terms {
		if t := w.terms[(start+n-k)%n]; suits(t) {
			return t, true
		}
	}
	return term{}, false
}

// some returns a term in scope, or now and then an expression of some.
func (w *author) some(conditions ...func(term) bool) (term, bool) {
	suits := all(conditions...)
	if w.nesting < 2 && w.IntN(6) == 0 {
		w.nesting++
		t, ok := w.expression()
		w.nesting--
		if ok && suits(t) {
			t.text = "(" + t.text + ")"
			return t, true
		}
	}
	return w.find(suits)
}

// literal is a number for the place of one of x's element.
func (w *author) literal(x term) term {
	if isFixed(x) {
		return term{text: "2.5", elem: x.elem, at: everyone, most: 2.5}
	}
	return term{text: "7", elem: x.elem, at: everyone, most: 7}
}

// pair returns two terms of one element whose shapes broadcast; the second may
// be a literal.
func (w *author) pair(conditions ...func(term) bool) (x, y term, ok bool) {
	if x, ok = w.some(conditions...); !ok {
		return
	}
	if isNumber(x) && w.IntN(6) == 0 {
		return x, w.literal(x), true
	}
	y, ok = w.some(append(conditions, func(t term) bool { return t.elem == x.elem && broadcasts(x, t) })...)
	return
}
