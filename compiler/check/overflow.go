package check

// What the declared bounds do not keep within its type (R17): no error, since a
// bound is missing, but a note of the report, which says what is missing. Only
// where an interval first leaves its type is noted; what is computed from there
// follows.

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// An Overflow is a value that may exceed its type for want of declared bounds.
type Overflow struct {
	At      ast.Node
	Value   string   // as written; of `w -= e`, w
	Missing []string // what has no bound: "no range at input x"
}

// noted stands among the gaps of what is computed from a noted value.
const noted = ""

// overflows notes that the interval of a result is not held by declared
// bounds.
func (f *frame) overflows(at ast.Node, vs ...value) {
	missing := f.lacking(vs)
	if slices.Contains(missing, noted) {
		return
	}
	if len(missing) == 0 {
		missing = []string{"no bound is known"}
	}
	text := at
	if s, ok := at.(*ast.Assign); ok {
		text = s.Target
	}
	f.body.Overflows[at] = &Overflow{At: at, Value: f.text(text), Missing: missing}
}

// lacking lists the bounds that an operation on the values lacks.
func (f *frame) lacking(vs []value) []string {
	var out []string
	for _, v := range vs {
		if !v.bounds.declared {
			out = joinGaps(out, v.gaps)
		}
		if v.lin != nil {
			out = joinGaps(out, f.unboundedSizes(*v.lin))
		}
	}
	return out
}

// extent is the length of a dimension that an operation adds up.
func (f *frame) extent(n types.Size) value { return value{lin: &n, bounds: f.value(n)} }

// unboundedSizes says which sizes of a length have no upper bound.
func (f *frame) unboundedSizes(n types.Size) []string {
	var out []string
	for _, name := range n.Vars() {
		size := types.Name(name)
		if _, high := f.interval(size.Subst(f.equal)); !high.bounded && f.isSize(size) {
			out = append(out, "no upper bound of "+name)
		}
	}
	return out
}

// joinGaps adds what a list does not have.
func joinGaps(list, more []string) []string {
	for _, g := range more {
		if !slices.Contains(list, g) {
			list = append(slices.Clip(list), g)
		}
	}
	return list
}

// gapsOf are those of all values.
func gapsOf(vs []value) []string {
	var out []string
	for _, v := range vs {
		out = joinGaps(out, v.gaps)
	}
	return out
}

// Overflows are those of a computation and of all that it calls, by position.
func (c *Computation) Overflows() []*Overflow {
	var out []*Overflow
	seen := make(map[*Body]bool)
	var collect func(b *Body)
	collect = func(b *Body) {
		if seen[b] {
			return
		}
		seen[b] = true
		for _, o := range b.Overflows {
			out = append(out, o)
		}
		for _, call := range b.Calls {
			collect(call.Body)
		}
		for _, member := range slices.Concat(slices.Collect(maps.Values(b.Members))...) {
			collect(member)
		}
	}
	collect(c.Body)
	slices.SortFunc(out, func(a, b *Overflow) int {
		x, y := a.At.Extent().Pos, b.At.Extent().Pos
		return cmp.Or(strings.Compare(x.Filename, y.Filename), x.Offset-y.Offset, slices.Compare(a.Missing, b.Missing))
	})
	return slices.CompactFunc(out, func(a, b *Overflow) bool { return a.At == b.At && slices.Equal(a.Missing, b.Missing) })
}
