package check

// Order and selection: sort and what goes with it, argmin and argmax, and
// reading and writing at indices that nobody knows.

import (
	"fmt"
	"math/big"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// orderedArray evaluates an argument whose elements have an order: an array, with
// rank dimensions where that is not 0.
func (f *frame) orderedArray(a *ast.Arg, name string, rank int, want types.Elem) (value, bool) {
	x := f.settle(f.expr(a.Value, want))
	switch {
	case x.bad():
		return x, false
	case !inClass(x.Elem, op.Ord):
		f.errorf("E204", a.Value, "`%s` takes values that are ordered", name).Label = f.c.plain(x.Type)
	case len(x.Shape) == 0, rank > 0 && len(x.Shape) != rank:
		f.errorf("E201", a.Value, "`%s` takes %s", name, map[bool]string{true: "a vector", false: "an array"}[rank == 1]).Label = f.c.plain(x.Type)
	default:
		return x, true
	}
	return x, false
}

// positions are the bounds of an index among n.
func (f *frame) positions(n types.Size) bounds {
	b := f.value(n.Sub(types.Int(1)))
	most := whole(types.Of(types.Int32))
	out := bounds{new(big.Rat), b.high, b.declared}
	if !b.known() || b.high.Cmp(most.high) > 0 {
		out.high, out.declared = most.high, false // positions beyond are in no array
	}
	if out.high.Sign() < 0 {
		out.high = out.low
	}
	return out
}

// masked returns an operand with the mask of its rows along an axis, if there
// is one.
func (f *frame) masked(e *ast.Call, mask *ast.Arg, x value, axis int) ([]value, bool) {
	m, ok := f.mask(e, mask, x, axis)
	if !ok || m.bad() {
		return []value{x}, ok
	}
	return []value{x, m}, true
}

// sorting checks sort(x) and rank(x), along the last axis.
func (f *frame) sorting(e *ast.Call, want types.Elem) value {
	name := f.callee
	args, ok := f.bind(e, name, []string{"x", "mask"}, 1)
	if !ok {
		return poison(e)
	}
	if name == "rank" {
		want = types.Elem{}
	}
	x, ok := f.orderedArray(args[0], name, 0, want)
	if !ok {
		return poison(e)
	}
	vs, ok := f.masked(e, args[1], x, len(x.Shape)-1)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, name, vs...)
	if !ok {
		return poison(e)
	}
	if name == "rank" {
		out := f.result(types.Of(types.Int32), x.Shape, place, met, vs...)
		out.bounds = f.positions(x.Shape[len(x.Shape)-1])
		return out
	}
	out := f.result(x.Elem, x.Shape, place, met, vs...)
	if len(vs) == 1 {
		out.bounds = x.bounds // rows that take no part are the greatest of the type
	}
	return out
}

// SortByParameters names the arguments of a sort_by, which may have several keys
// where they are given by position.
func SortByParameters(e *ast.Call) []string {
	params := []string{"key"}
	for k := 3; k <= len(e.Args) && e.Args[k-1].Name == nil; k++ {
		params = append(params, fmt.Sprintf("key %d", k-1))
	}
	return append(params, "x", "mask")
}

// sortBy checks sort_by(key, …, x): rows of x in the order of the keys, the first
// of which is the most significant.
func (f *frame) sortBy(e *ast.Call, want types.Elem) value {
	params := SortByParameters(e)
	keys := len(params) - 2
	args, ok := f.bind(e, "sort_by", params, keys+1)
	if !ok {
		return poison(e)
	}
	var vs []value
	for _, a := range args[:keys] {
		key, sorts := f.orderedArray(a, "sort_by", 1, types.Elem{})
		vs, ok = append(vs, key), ok && sorts
	}
	x := f.settle(f.argument(args, keys, want))
	if !ok || x.bad() {
		return poison(e)
	}
	if len(x.Shape) == 0 {
		return f.fail(args[keys].Value, "E201", f.c.plain(x.Type), "`sort_by` sorts the rows of an array")
	}
	for k, v := range vs {
		if !f.sameShape(e, v.Shape, x.Shape[:1], f.operandsOf("", []value{v, x}), nil) ||
			k > 0 && args[keys+1] == nil && !f.unpadded(e, v, 0) {
			return poison(e)
		}
	}
	masked, ok := f.masked(e, args[keys+1], vs[0], 0)
	if !ok || args[keys+1] == nil && !f.unpadded(e, x, 0) {
		return poison(e)
	}
	vs = append(append(vs, masked[1:]...), x)
	place, met, ok := f.join(e, "sort_by", vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, x.Shape, place, met, vs...)
	out.bounds = x.bounds
	return out
}

// carry checks carry(x, known): rows of x that are not known take one before.
func (f *frame) carry(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "carry", []string{"x", "known"}, 2)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	if x.bad() {
		return poison(e)
	}
	if len(x.Shape) == 0 {
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`carry` takes the rows of an array")
	}
	vs, ok := f.masked(e, args[1], x, 0)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, "carry", vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, x.Shape, place, met, vs...)
	out.bounds = x.bounds
	return out
}

// topK checks top_k(x, k): k is proved to be at most the length (R14).
func (f *frame) topK(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "top_k", []string{"x", "k", "mask"}, 2)
	if !ok {
		return poison(e)
	}
	x, ok := f.orderedArray(args[0], "top_k", 1, want)
	if !ok {
		return poison(e)
	}
	k, ok := f.size(args[1].Value)
	if !ok {
		return poison(e)
	}
	if n := x.Shape[0]; !f.nonneg(k) || !f.nonneg(n.Sub(k)) {
		d := f.errorf("E202", args[1].Value, "cannot prove that there are %s to take", k)
		d.Label = f.c.plain(x.Type)
		d.Hint = "add `where " + n.String() + " >= " + k.String() + "`"
		return poison(e)
	}
	vs, ok := f.masked(e, args[2], x, 0)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, "top_k", vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, types.Shape{k}, place, met, vs...)
	if len(vs) == 1 {
		out.bounds = x.bounds // where there are fewer, the least of the type follows
	}
	return out
}

// merge checks merge(a, b) of two vectors.
func (f *frame) merge(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "merge", []string{"a", "b"}, 2)
	if !ok {
		return poison(e)
	}
	x, ok := f.orderedArray(args[0], "merge", 1, want)
	y, ok2 := f.orderedArray(args[1], "merge", 1, want)
	if !ok || !ok2 {
		return poison(e)
	}
	vs, elem, ok := f.unify(e, "`merge`", x, y)
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, "merge", vs...)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, types.Shape{x.Shape[0].Add(y.Shape[0])}, place, met, vs...)
	out.bounds = x.bounds.union(y.bounds)
	return out
}

// distinct checks distinct(x) of a vector.
func (f *frame) distinct(e *ast.Call, _ types.Elem) value {
	args, ok := f.bind(e, "distinct", []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x, ok := f.orderedArray(args[0], "distinct", 1, types.Elem{})
	if !ok {
		return poison(e)
	}
	place, met, ok := f.join(e, "distinct", x)
	if !ok {
		return poison(e)
	}
	if place.IsShared() && !f.positive(x.Shape[0]) {
		d := f.errorf("E202", args[0].Value, "cannot prove that there are values to compare")
		d.Label, d.Hint = f.c.plain(x.Type), "add `where "+x.Shape[0].String()+" >= 1`"
		return poison(e)
	}
	return f.result(types.Of(types.Bool), nil, place, met, x)
}

// argExtremum checks argmin and argmax: of all elements, or over an axis.
func (f *frame) argExtremum(e *ast.Call, _ types.Elem) value {
	name := f.callee
	args, ok := f.bind(e, name, []string{"x", "axis", "mask"}, 1)
	if !ok {
		return poison(e)
	}
	x, ok := f.orderedArray(args[0], name, 0, types.Elem{})
	if !ok {
		return poison(e)
	}
	r, ok := f.reduced(e, name, args, x)
	if !ok {
		return poison(e)
	}
	out := f.result(types.Of(types.Int32), r.shape, r.place, r.met, r.operands...)
	out.bounds = f.positions(r.count)
	return out
}

// indexOf evaluates the index of lookup and store.
func (f *frame) indexOf(a *ast.Arg, name string) (value, bool) {
	i := f.settle(f.expr(a.Value, types.Elem{}))
	if !i.bad() && !i.Elem.IsInt() {
		f.errorf("E204", a.Value, "`%s` takes whole numbers as an index", name).Label = f.c.plain(i.Type)
		return i, false
	}
	return i, !i.bad()
}

// lookup checks lookup(x, i): a row for each index.
func (f *frame) lookup(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "lookup", []string{"x", "i"}, 2)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	i, ok := f.indexOf(args[1], "lookup")
	if x.bad() || !ok {
		return poison(e)
	}
	if len(x.Shape) == 0 {
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`lookup` reads from an array")
	}
	shape := append(append(types.Shape{}, i.Shape...), x.Shape[1:]...)
	if len(shape)+f.c.depth(x.Elem) > 4 {
		return f.fail(e, "E204", f.operands("", []value{x, i}), "an array has at most 4 dimensions")
	}
	place, met, ok := f.join(e, "lookup", x, i)
	if !ok {
		return poison(e)
	}
	out := f.result(x.Elem, shape, place, met, x, i)
	if f.atLeastZero(i) && f.below(i, x.Shape[0].Sub(types.Int(1))) {
		out.bounds = x.bounds
		return out
	}
	if !f.zeroed(args[1].Value, x) {
		return poison(e)
	}
	if x.bounds.known() {
		out.bounds = x.bounds.union(exactly(nought))
	}
	return out
}

// storeCall checks store(x, i, v): x with one row replaced.
func (f *frame) storeCall(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, "store", []string{"x", "i", "v"}, 3)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	i, ok := f.indexOf(args[1], "store")
	if x.bad() || !ok {
		return poison(e)
	}
	v := f.argument(args, 2, x.Elem)
	switch {
	case v.bad():
		return poison(e)
	case len(x.Shape) == 0:
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`store` writes to an array")
	case len(i.Shape) > 0:
		return f.fail(args[1].Value, "E201", f.c.plain(i.Type), "`store` takes a single index")
	}
	if len(v.Shape) != len(x.Shape)-1 {
		return f.fail(args[2].Value, "E201", f.c.plain(v.Type), "`store` writes a value of the shape `%s`", x.Shape[1:])
	}
	vs, elem, ok := f.unify(e, "`store`", x, v)
	if !ok || !f.sameShape(e, vs[0].Shape[1:], vs[1].Shape, f.operandsOf("", vs), nil) {
		return poison(e)
	}
	x, v = vs[0], f.settle(vs[1])
	place, met, ok := f.join(e, "store", x, i, v)
	if !ok {
		return poison(e)
	}
	out := f.result(elem, x.Shape, place, met, x, i, v)
	out.bounds = x.bounds.union(v.bounds)
	return out
}

// shuffle checks shuffle(x), drawn by one player, and shuffle_shared(x), drawn
// jointly, so that the result exists on shares only.
func (f *frame) shuffle(e *ast.Call, want types.Elem) value {
	args, ok := f.bind(e, f.callee, []string{"x"}, 1)
	if !ok {
		return poison(e)
	}
	x := f.settle(f.argument(args, 0, want))
	place, ok := f.drawnAt(e)
	switch {
	case x.bad() || !ok:
		return poison(e)
	case len(x.Shape) == 0:
		return f.fail(args[0].Value, "E201", f.c.plain(x.Type), "`%s` takes an array", f.callee)
	}
	joined, met, ok := f.join(e, f.callee, x)
	if !ok {
		return poison(e)
	}
	if place.IsShared() {
		joined = place
		if met, ok = f.securely(e, f.callee, x); !ok {
			return poison(e)
		}
	}
	out := f.result(x.Elem, x.Shape, joined, met, x)
	out.bounds = x.bounds
	return out
}
