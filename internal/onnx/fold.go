package onnx

// Constants that are computed from constants, such as the shapes of a Reshape.

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/internal/onnx/onnxpb"
)

func known(t *tensor) []value { return []value{{constant: t, shape: sizes(t.shape)}} }

// foldTwo computes element by element. Whole numbers stay whole; of sizes of the
// program a product with a number, or a quotient, is one.
func foldTwo(a, b *tensor, f func(x, y float64) float64) ([]value, error) {
	to, pa, pb, err := broadcasted(a.shape, b.shape)
	if err != nil {
		return nil, err
	}
	if a.ints != nil && b.ints != nil {
		ints, err := foldWhole(a.pick(to, pa).ints, b.pick(to, pb).ints, f)
		return known(&tensor{shape: to, ints: ints}), err
	}
	x, okX := a.pick(to, pa).numbers()
	y, okY := b.pick(to, pb).numbers()
	if !okX || !okY {
		return nil, errors.New("of constants that are no numbers")
	}
	out := make([]float64, len(x))
	for k := range out {
		out[k] = f(x[k], y[k])
	}
	return known(&tensor{shape: to, floats: out}), nil
}

// foldWhole tells the operator by what it makes of 6 and 3.
func foldWhole(x, y []dim, f func(x, y float64) float64) ([]dim, error) {
	out := make([]dim, len(x))
	for k := range out {
		ok := true
		switch {
		case x[k].size == "" && y[k].size == "":
			v := f(float64(x[k].count), float64(y[k].count))
			ok = math.Abs(v) < 1<<53
			out[k] = dim{int(v), ""}
		case f(6, 3) == 18:
			out[k], ok = x[k].times(y[k])
		case f(6, 3) == 2:
			out[k], ok = x[k].over(y[k])
		default:
			ok = false
		}
		if !ok {
			return nil, errors.New("a size that is not a multiple of a size of the input; give sizes with --size")
		}
	}
	return out, nil
}

// constantNode is a constant, in whichever attribute.
func constantNode(g *importer, n *node, _ []value) ([]value, error) {
	if a, ok := n.attr("value"); ok && a.T != nil {
		t, err := g.model.tensor(a.T)
		if err != nil {
			return nil, err
		}
		return known(t), nil
	}
	for name, t := range map[string]*tensor{
		"value_float":  {floats: []float64{n.float("value_float", 0)}},
		"value_int":    {ints: []dim{{n.int("value_int", 0), ""}}},
		"value_floats": {shape: []int{len(n.floats("value_floats"))}, floats: n.floats("value_floats")},
		"value_ints":   {shape: []int{len(n.ints("value_ints"))}, ints: sizes(n.ints("value_ints"))},
	} {
		if n.has(name) {
			return known(t), nil
		}
	}
	return nil, errors.New("of neither numbers nor a tensor")
}

// constantOfShape is a number everywhere.
func constantOfShape(g *importer, n *node, in []value) ([]value, error) {
	to, err := in[0].whole()
	if err != nil {
		return nil, err
	}
	size, err := counted(to)
	if err != nil {
		return nil, err
	}
	one := &tensor{shape: []int{1}, floats: []float64{0}}
	if a, ok := n.attr("value"); ok {
		if one, err = g.model.tensor(a.T); err != nil || one.len() != 1 {
			return nil, errors.New("wants one number")
		}
	}
	return known(one.pick(to, make([]int, size))), nil
}

// shapeOf is the shape of a value, as a constant.
func shapeOf(_ *importer, n *node, in []value) ([]value, error) {
	s := in[0].shape
	from, to := n.int("start", 0), n.int("end", len(s))
	from, to = bound(from, len(s)), bound(to, len(s))
	s = s[from:max(from, to)]
	return known(&tensor{shape: []int{len(s)}, ints: append(make([]dim, 0), s...)}), nil
}

// bound is an index that may count from the end, within 0 and n.
func bound(i, n int) int {
	if i < 0 {
		i += n
	}
	return min(max(i, 0), n)
}

// cast changes the type, which matters for constants and truth values alone: in the
// program, numbers are fixed, and places and labels stay what they are.
func cast(g *importer, n *node, in []value) ([]value, error) {
	to := onnxpb.TensorProto_DataType(n.int("to", 0))
	n.ignored("saturate", "round_mode")
	x := in[0]
	real, integer := false, false
	switch to {
	case onnxpb.TensorProto_FLOAT, onnxpb.TensorProto_DOUBLE, onnxpb.TensorProto_FLOAT16:
		real = true
	case onnxpb.TensorProto_INT64, onnxpb.TensorProto_INT32:
		integer = true
	}
	switch {
	case x.constant != nil && (real || integer):
		return castConstant(x.constant, real)
	case x.constant != nil:
	case x.kind == index && to != onnxpb.TensorProto_BOOL, x.kind == number && real, x.kind == truth && to == onnxpb.TensorProto_BOOL:
		return in, nil
	case x.kind == number && to == onnxpb.TensorProto_BOOL:
		return g.converted(x, "truth", "$ != 0.0", truth), nil
	case x.kind == truth && real:
		return g.converted(x, "number", "fixed($)", number), nil
	case x.kind == truth && integer:
		return g.converted(x, "place", "int32($)", index), nil
	}
	return nil, fmt.Errorf("%s to the type %v", []string{"of real numbers", "of positions", "of truth values"}[x.kind], to)
}

func (g *importer) converted(x value, base, pattern string, to kind) []value {
	v := g.let(g.fresh(base), strings.ReplaceAll(pattern, "$", x.name), x.stored)
	v.shape, v.kind, v.positive = x.shape, to, to == number
	return []value{v}
}

func castConstant(t *tensor, real bool) ([]value, error) {
	if !real && t.ints != nil {
		return known(t), nil
	}
	x, ok := t.numbers()
	if !ok {
		return nil, errors.New("of a constant that is no number")
	}
	if real {
		return known(&tensor{shape: t.shape, floats: append(make([]float64, 0), x...)}), nil
	}
	ints := make([]dim, len(x))
	for k, v := range x {
		if !(math.Abs(v) < 1<<53) {
			return nil, fmt.Errorf("of %v to a whole number", v)
		}
		ints[k] = dim{int(v), ""}
	}
	return known(&tensor{shape: t.shape, ints: ints}), nil
}

// sliced gives the indices that Slice takes of an axis.
func sliced(start, end, step, n int) ([]int, error) {
	if step == 0 {
		return nil, errors.New("a step of 0")
	}
	var out []int
	if step > 0 {
		for i := bound(start, n); i < bound(end, n); i += min(step, n+1) {
			out = append(out, i)
		}
		return out, nil
	}
	if start < 0 {
		start += n
	}
	if end < 0 {
		end = max(end+n, -1)
	}
	for i := min(start, n-1); i > end && i >= 0; i += max(step, -n-1) {
		out = append(out, i)
	}
	return out, nil
}

// gather takes elements of a constant, or a slice of a computed array.
func gather(g *importer, n *node, in []value) ([]value, error) {
	k, err := axis(n.int("axis", 0), len(in[0].shape))
	if err != nil {
		return nil, err
	}
	indices, err := in[1].whole()
	if err != nil {
		return nil, err
	}
	size := in[0].shape[k]
	for i, at := range indices {
		if size.size != "" || at < -size.count || at >= size.count {
			return nil, fmt.Errorf("index %d of %v", at, size)
		}
		indices[i] = bound(at, size.count)
	}
	if t := in[0].constant; t != nil {
		if _, err := counted(append(slices.Clone(t.shape), len(indices))); err != nil {
			return nil, err
		}
		to, places := along(t.shape, k, indices)
		to = slices.Concat(to[:k], in[1].constant.shape, to[k+1:])
		return known(t.pick(to, places)), nil
	}
	return g.picked(in[0], k, indices, in[1].constant.shape)
}
