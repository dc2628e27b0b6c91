package onnx

// Operators that move elements. A reshape writes nothing: the value keeps its
// stored shape until something needs another.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

func identity(_ *importer, n *node, in []value) ([]value, error) {
	n.ignored("ratio", "seed", "is_test", "consumed_inputs")
	return in[:1], nil
}

// reshaped is a value in another shape.
func reshaped(v value, to shape) ([]value, error) {
	a, err := v.shape.product()
	if err != nil {
		return nil, err
	}
	b, err := to.product()
	if err != nil {
		return nil, err
	}
	if a != b {
		return nil, fmt.Errorf("%v elements as %v, which has %v", a, to, b)
	}
	if v.constant != nil {
		ints, ok := to.fixed()
		if !ok {
			return nil, fmt.Errorf("a constant as %v", to)
		}
		v.constant = v.constant.shaped(ints...)
	}
	v.shape, v.simplex = to, v.simplex && len(to) > 0 && len(v.shape) > 0 && to[len(to)-1] == v.shape[len(v.shape)-1]
	return []value{v}, nil
}

// reshape takes its shape from a constant, in which 0 is the input's size and -1
// what is left.
func reshape(_ *importer, n *node, in []value) ([]value, error) {
	var want []dim
	if n.has("shape") { // before version 5
		want = sizes(n.ints("shape"))
	} else if len(in) < 2 || in[1].constant == nil || in[1].constant.len() != len(in[1].constant.ints) {
		return nil, errors.New("a shape that is computed from data; want a constant one")
	} else {
		want = in[1].constant.ints
	}
	keep := n.int("allowzero", 0) == 0
	to, rest := make(shape, len(want)), -1
	for k, d := range want {
		switch {
		case d == dim{0, ""} && keep:
			if k >= len(in[0].shape) {
				return nil, fmt.Errorf("dimension %d of %v", k, in[0].shape)
			}
			d = in[0].shape[k]
		case d == dim{-1, ""} && rest < 0:
			rest, d = k, dim{1, ""}
		case d.count < 0:
			return nil, fmt.Errorf("a shape of %v", shape(want))
		}
		to[k] = d
	}
	if rest >= 0 {
		all, err := in[0].shape.product()
		if err != nil {
			return nil, err
		}
		others, err := to.product()
		if err != nil {
			return nil, err
		}
		left, ok := all.over(others)
		if !ok {
			return nil, fmt.Errorf("%v elements as %v", all, shape(want))
		}
		to[rest] = left
	}
	return reshaped(in[0], to)
}

func flatten(_ *importer, n *node, in []value) ([]value, error) {
	s, k := in[0].shape, n.int("axis", 1)
	k = bound(k, len(s))
	a, err := s[:k].product()
	if err != nil {
		return nil, err
	}
	b, err := s[k:].product()
	if err != nil {
		return nil, err
	}
	return reshaped(in[0], shape{a, b})
}

// axesOf are the axes of an operator, an attribute once and an input later.
func axesOf(n *node, in []value, rank int) (axes []int, given bool, err error) {
	if n.has("axes") {
		axes, given = n.ints("axes"), true
	} else if len(in) > 1 && !in[1].missing() {
		given = true
		if axes, err = in[1].whole(); err != nil {
			return nil, false, err
		}
	}
	for k := range axes {
		if axes[k], err = axis(axes[k], rank); err != nil {
			return nil, false, err
		}
	}
	slices.Sort(axes)
	return slices.Compact(axes), given, nil
}

func squeeze(_ *importer, n *node, in []value) ([]value, error) {
	axes, given, err := axesOf(n, in, len(in[0].shape))
	if err != nil {
		return nil, err
	}
	var to shape
	for k, d := range in[0].shape {
		one := d == dim{1, ""}
		switch {
		case given && slices.Contains(axes, k) && !one:
			return nil, fmt.Errorf("axis %d of %v", k, in[0].shape)
		case given && slices.Contains(axes, k) || !given && one:
		default:
			to = append(to, d)
		}
	}
	return reshaped(in[0], to)
}

func unsqueeze(_ *importer, n *node, in []value) ([]value, error) {
	count := len(n.ints("axes"))
	if count == 0 && len(in) > 1 && in[1].constant != nil {
		count = in[1].constant.len()
	}
	axes, _, err := axesOf(n, in, len(in[0].shape)+count)
	if err != nil {
		return nil, err
	}
	to := slices.Clone(in[0].shape)
	for _, k := range axes {
		to = slices.Insert(to, k, dim{1, ""})
	}
	return reshaped(in[0], to)
}

// transpose exchanges neighbouring blocks of dimensions until they are in order,
// each exchange a transposition of a matrix, or of several.
func transpose(g *importer, n *node, in []value) ([]value, error) {
	order, rank := n.ints("perm"), len(in[0].shape)
	if len(order) == 0 {
		for k := range rank {
			order = append(order, rank-1-k)
		}
	}
	if sorted := slices.Sorted(slices.Values(order)); len(sorted) != rank || !isRange(sorted) {
		return nil, fmt.Errorf("the order %v of %d dimensions", order, rank)
	}
	if t := in[0].constant; t != nil {
		return known(t.transposed(order...)), nil
	}
	v, at := in[0], make([]int, rank) // at: which dimension stands where
	for k := range at {
		at[k] = k
	}
	name := g.fresh("transpose")
	for i := range order {
		j := slices.Index(at, order[i])
		if j == i {
			continue
		}
		// As many as follow one another in the order go along.
		end := j + 1
		for end < rank && i+end-j < rank && at[end] == order[i+end-j] {
			end++
		}
		moved, err := exchanged(v, i, j, end)
		if err != nil {
			return nil, err
		}
		at = slices.Concat(at[:i], at[j:end], at[i:j], at[end:])
		v = moved
	}
	if v.name == in[0].name {
		return in[:1], nil
	}
	out := g.let(name, v.name, v.stored)
	out.shape, out.kind, out.positive, out.labels = v.shape, v.kind, v.positive, v.labels
	return []value{out}, nil
}

func isRange(sorted []int) bool {
	for k, v := range sorted {
		if k != v {
			return false
		}
	}
	return true
}

// exchanged moves the dimensions j to end before those from i to j. The name of
// the result is an expression.
func exchanged(v value, i, j, end int) (value, error) {
	s := v.shape
	var blocks shape
	for _, part := range []shape{s[:i], s[i:j], s[j:end], s[end:]} {
		d, err := part.product()
		if err != nil {
			return v, err
		}
		blocks = append(blocks, d)
	}
	a, b, c, d := blocks[0], blocks[1], blocks[2], blocks[3]
	one := dim{1, ""}
	after, err := shape{c, d}.product()
	if err != nil {
		return v, err
	}
	v, err = turned(v, a, b, after)
	if err != nil {
		return v, err
	}
	if d != one {
		before, err := shape{a, c}.product()
		if err != nil {
			return v, err
		}
		if v, err = turned(v, before, d, b); err != nil {
			return v, err
		}
	}
	v.shape = slices.Concat(s[:i], s[j:end], s[i:j], s[end:])
	return v, nil
}

// turned transposes rows and columns of front matrices.
func turned(v value, front, rows, columns dim) (value, error) {
	view, back := shape{front, rows, columns}, shape{front, columns, rows}
	if front == (dim{1, ""}) {
		view, back = view[1:], back[1:]
	}
	text, err := shaped(v, view)
	if err != nil {
		return v, err
	}
	v.name, v.stored = fmt.Sprintf("transpose(%s)", text), back
	return v, nil
}

// concatenation puts constants or computed arrays one after the other.
func concatenation(g *importer, n *node, in []value) ([]value, error) {
	k, err := axis(n.int("axis", 0), len(in[0].shape))
	if err != nil {
		return nil, err
	}
	if len(in) == 1 {
		return in, nil
	}
	if !slices.ContainsFunc(in, func(v value) bool { return v.constant == nil }) {
		return foldConcat(in, k)
	}
	name := g.fresh("concat")
	to, expr, above := slices.Clone(in[0].shape), "", true
	for i, v := range in {
		if v.kind != number || len(v.shape) != len(to) {
			return nil, errors.New("of arrays that are not alike")
		}
		text, err := g.filled(v, name)
		if err != nil {
			return nil, err
		}
		above = above && v.positive
		if i == 0 {
			expr = text
			continue
		}
		if !slices.Concat(v.shape[:k], v.shape[k+1:]).equal(slices.Concat(to[:k], to[k+1:])) || v.shape[k].size != "" || to[k].size != "" {
			return nil, fmt.Errorf("%v after %v along axis %d", v.shape, to, k)
		}
		to[k].count += v.shape[k].count
		expr = joinedAlong(expr, text, k)
	}
	out, err := g.computeAs(name, expr, to)
	out.positive = above
	return []value{out}, err
}

func joinedAlong(a, b string, axis int) string {
	if axis == 0 {
		return fmt.Sprintf("concat(%s, %s)", a, b)
	}
	return fmt.Sprintf("concat(%s, %s, axis: %d)", a, b, axis)
}

// computeAs is let, of an array that the language has.
func (g *importer) computeAs(name, expr string, s shape) (value, error) {
	if len(s) > maxRank {
		return value{}, fmt.Errorf("an array of %d dimensions; the language has %d", len(s), maxRank)
	}
	return g.let(name, expr, s), nil
}

// filled is expr, where a constant of one element stands for an array too.
func (g *importer) filled(v value, hint string) (string, error) {
	text, err := g.expr(v, hint)
	if err == nil && v.constant != nil && v.constant.len() == 1 {
		text = fmt.Sprintf("full(%s, %s)", text, v.shape.list())
	}
	return text, err
}

func foldConcat(in []value, k int) ([]value, error) {
	out := *in[0].constant
	for _, v := range in[1:] {
		t := v.constant
		if len(t.shape) != len(out.shape) || count(t.shape)/max(t.shape[k], 1) != count(out.shape)/max(out.shape[k], 1) {
			return nil, fmt.Errorf("%v after %v along axis %d", t.shape, out.shape, k)
		}
		if k != 0 {
			return nil, errors.New("of constants along an axis that is not the first")
		}
		out.floats, out.ints, out.texts = slices.Concat(out.floats, t.floats), slices.Concat(out.ints, t.ints), slices.Concat(out.texts, t.texts)
		out.shape = slices.Clone(out.shape)
		out.shape[0] += t.shape[0]
	}
	if out.len() != count(out.shape) {
		return nil, errors.New("of constants of different types")
	}
	return known(&out), nil
}

// slice takes a part along each axis.
func slice(g *importer, n *node, in []value) ([]value, error) {
	starts, ends, axes, steps, err := sliceOf(n, in)
	if err != nil {
		return nil, err
	}
	v := in[0]
	for i := range starts {
		k, err := axis(axes[i], len(v.shape))
		if err != nil {
			return nil, err
		}
		d := v.shape[k]
		if d.size != "" {
			if starts[i] == 0 && ends[i] >= maxElements && steps[i] == 1 {
				continue
			}
			return nil, fmt.Errorf("a part of %v rows; give a number with --size", d)
		}
		indices, err := sliced(starts[i], ends[i], steps[i], d.count)
		if err != nil {
			return nil, err
		}
		if t := v.constant; t != nil {
			to, places := along(t.shape, k, indices)
			v = known(t.pick(to, places))[0]
			continue
		}
		out, err := g.picked(v, k, indices, []int{len(indices)})
		if err != nil {
			return nil, err
		}
		v = out[0]
	}
	return []value{v}, nil
}

func sliceOf(n *node, in []value) (starts, ends, axes, steps []int, err error) {
	if n.has("starts") { // before version 10
		starts, ends, axes = n.ints("starts"), n.ints("ends"), n.ints("axes")
	}
	for k, list := range []*[]int{&starts, &ends, &axes, &steps} {
		if k+1 < len(in) && !in[k+1].missing() {
			if *list, err = in[k+1].whole(); err != nil {
				return nil, nil, nil, nil, err
			}
		}
	}
	for k := len(axes); k < len(starts); k++ {
		axes = append(axes, k)
	}
	for len(steps) < len(starts) {
		steps = append(steps, 1)
	}
	if len(ends) != len(starts) || len(axes) != len(starts) || len(steps) != len(starts) {
		return nil, nil, nil, nil, errors.New("lists of different lengths")
	}
	return starts, ends, axes, steps, nil
}

// picked takes indices of an axis of a computed array: a slice, or one after the
// other. In the result, the axis has the dimensions of as.
func (g *importer) picked(v value, k int, indices, as []int) ([]value, error) {
	to := slices.Concat(v.shape[:k], sizes(as), v.shape[k+1:])
	if len(indices) == v.shape[k].count && isRange(indices) {
		return reshaped(v, to)
	}
	if len(indices) == 0 {
		return nil, errors.New("a part without elements")
	}
	source, err := shaped(v, v.shape)
	if err != nil {
		return nil, err
	}
	if source != v.name { // an index stands after a variable
		v = g.let(g.fresh("array"), source, v.shape)
		source = v.name
	}
	expr := ""
	for from := 0; from < len(indices); {
		end := from + 1
		for end < len(indices) && indices[end] == indices[end-1]+1 {
			end++
		}
		part := fmt.Sprintf("%s[%s%d..%d]", source, strings.Repeat(":, ", k), indices[from], indices[end-1]+1)
		if rest := len(v.shape) - k - 1; rest > 0 {
			part = strings.TrimSuffix(part, "]") + strings.Repeat(", :", rest) + "]"
		}
		if expr == "" {
			expr = part
		} else {
			expr = joinedAlong(expr, part, k)
		}
		from = end
	}
	stored := slices.Clone(v.shape)
	stored[k] = dim{len(indices), ""}
	out, err := g.computeAs(g.fresh("slice"), expr, stored)
	out.shape, out.kind, out.positive = to, v.kind, v.positive
	return []value{out}, err
}

// split cuts along an axis.
func split(g *importer, n *node, in []value) ([]value, error) {
	k, err := axis(n.int("axis", 0), len(in[0].shape))
	if err != nil {
		return nil, err
	}
	parts, err := partsOf(n, in, in[0].shape[k])
	if err != nil {
		return nil, err
	}
	out, from := make([]value, len(parts)), 0
	for i, size := range parts {
		indices := make([]int, size)
		for j := range indices {
			indices[j] = from + j
		}
		from += size
		if g.uses[n.out[i]] == 0 {
			continue
		}
		part, err := g.picked(in[0], k, indices, []int{size})
		if err != nil {
			return nil, err
		}
		out[i] = part[0]
	}
	return out, nil
}

// partsOf are the sizes that a dimension is split into: an attribute, an input, or as
// equal as they can be.
func partsOf(n *node, in []value, d dim) ([]int, error) {
	parts := n.ints("split")
	n.ignored("num_outputs")
	if len(in) > 1 && !in[1].missing() {
		var err error
		if parts, err = in[1].whole(); err != nil {
			return nil, err
		}
	}
	if len(parts) == 0 {
		each := (d.count + len(n.out) - 1) / len(n.out)
		for left := d.count; len(parts) < len(n.out); left -= each {
			parts = append(parts, min(each, left))
		}
	}
	if d.size != "" || len(parts) != len(n.out) {
		return nil, fmt.Errorf("%v in %d parts", d, len(n.out))
	}
	left := d.count
	for _, size := range parts {
		if size <= 0 || size > left {
			return nil, fmt.Errorf("%v in parts of %v", d, parts)
		}
		left -= size
	}
	return parts, nil
}

// expand repeats what it is combined with elsewhere: as a sum with zeros.
func expand(g *importer, _ *node, in []value) ([]value, error) {
	if in[1].constant == nil || in[1].constant.ints == nil {
		return nil, errors.New("to a shape that is computed from data")
	}
	to := shape(in[1].constant.ints)
	if rank(to) == 0 || to.equal(in[0].shape) {
		return in[:1], nil
	}
	if s, ok := to.fixed(); ok && in[0].constant != nil {
		return foldTwo(in[0].constant, &tensor{shape: s, floats: make([]float64, min(count(s), maxElements))}, func(x, _ float64) float64 { return x })
	}
	return nil, fmt.Errorf("of a computed array to %v", to)
}

// padding puts a number around an array.
func padding(g *importer, n *node, in []value) ([]value, error) {
	if mode := n.text("mode", "constant"); mode != "constant" {
		return nil, fmt.Errorf("the mode %s; want constant", mode)
	}
	pads, number := n.ints("pads"), n.float("value", 0)
	var err error
	if len(in) > 1 {
		if pads, err = in[1].whole(); err != nil {
			return nil, err
		}
	}
	if len(in) > 2 {
		if number, err = in[2].scalar(0); err != nil {
			return nil, err
		}
	}
	axes := make([]int, len(in[0].shape))
	for k := range axes {
		axes[k] = k
	}
	if len(in) > 3 && !in[3].missing() {
		if axes, err = in[3].whole(); err != nil {
			return nil, err
		}
	}
	if len(pads) != 2*len(axes) {
		return nil, fmt.Errorf("%d ends for %d axes", len(pads), len(axes))
	}
	v := in[0]
	for i, at := range axes {
		k, err := axis(at, len(v.shape))
		if err != nil {
			return nil, err
		}
		if v, err = g.padded(v, k, pads[i], pads[i+len(axes)], number); err != nil {
			return nil, err
		}
	}
	return []value{v}, nil
}

// padded puts a number before and after an axis.
func (g *importer) padded(v value, k, before, after int, number float64) (value, error) {
	if before == 0 && after == 0 {
		return v, nil
	}
	if before < 0 || after < 0 || before > maxElements || after > maxElements || v.shape[k].size != "" {
		return v, fmt.Errorf("%d and %d around %v", before, after, v.shape[k])
	}
	text, err := g.literal(number)
	if err != nil {
		return v, err
	}
	expr, err := shaped(v, v.shape)
	if err != nil {
		return v, err
	}
	side := func(n int) string {
		s := slices.Clone(v.shape)
		s[k] = dim{n, ""}
		if number == 0 {
			return fmt.Sprintf("zeros(%s)", s.list())
		}
		return fmt.Sprintf("full(%s, %s)", text, s.list())
	}
	if before > 0 {
		expr = joinedAlong(side(before), expr, k)
	}
	if after > 0 {
		expr = joinedAlong(expr, side(after), k)
	}
	to := slices.Clone(v.shape)
	to[k].count += before + after
	out, err := g.computeAs(g.fresh("pad"), expr, to)
	out.positive = v.positive && number >= 0
	return out, err
}
