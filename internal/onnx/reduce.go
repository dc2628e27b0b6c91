package onnx

// Operators along axes.

import (
	"errors"
	"fmt"
	"slices"
)

// reduction makes an operator of one of the language along neighbouring axes.
func reduction(base, function string) operator {
	return func(g *importer, n *node, in []value) ([]value, error) {
		x := in[0]
		axes, given, err := axesOf(n, in, len(x.shape))
		if err != nil {
			return nil, err
		}
		keep, none := n.int("keepdims", 1) != 0, n.int("noop_with_empty_axes", 0) != 0
		if !given || len(axes) == 0 {
			if none {
				return in[:1], nil
			}
			return nil, errors.New("of everything, with rows of other inputs in it; want axes")
		}
		return g.reduced(base, function, x, axes, keep)
	}
}

// reduced writes a reduction of axes that follow one another.
func (g *importer) reduced(base, function string, x value, axes []int, keep bool) ([]value, error) {
	lo, hi := axes[0], axes[len(axes)-1]+1
	if hi-lo != len(axes) {
		return nil, fmt.Errorf("axes %v; want neighbouring ones", axes)
	}
	if x.kind != number {
		return nil, errors.New("of what are no real numbers")
	}
	view, err := x.shape.blocks(lo, hi)
	if err != nil {
		return nil, err
	}
	one := dim{1, ""}
	stored, axis := shape{view[0], view[2]}, 1
	if view[2] == one {
		view, stored = view[:2], stored[:1]
	} else if view[0] == one {
		view, stored, axis = view[1:], stored[1:], 0
	}
	text, err := shaped(x, view)
	if err != nil {
		return nil, err
	}
	v := g.let(g.fresh(base), fmt.Sprintf("%s(%s, axis: %d)", function, text, axis), stored)
	v.shape = slices.Concat(x.shape[:lo], x.shape[hi:])
	if keep {
		v.shape = slices.Concat(x.shape[:lo], onesShape(hi-lo), x.shape[hi:])
	}
	v.positive = x.positive
	return []value{v}, nil
}

func sumOfSquares(g *importer, n *node, in []value) ([]value, error) {
	squares, err := g.each("squares", "$ * $", in[:1])
	if err != nil {
		return nil, err
	}
	return reduction("total", "sum")(g, n, append(positive(squares), in[1:]...))
}

// logSumExp is the logarithm of the sum of exp(x) along the last axis, of which the greatest is
// taken first, so that no exp leaves the type.
func logSumExp(g *importer, n *node, in []value) ([]value, error) {
	x := in[0]
	axes, _, err := axesOf(n, in, len(x.shape))
	if err != nil {
		return nil, err
	}
	if len(axes) != 1 || axes[0] != len(x.shape)-1 {
		return nil, fmt.Errorf("axes %v of %v; want the last", axes, x.shape)
	}
	rows, err := x.shape.merged(0, len(x.shape)-1)
	if err != nil {
		return nil, err
	}
	text, err := shaped(x, rows)
	if err != nil {
		return nil, err
	}
	most := g.let(g.fresh("greatest"), fmt.Sprintf("max(%s, axis: 1)", text), rows[:1]).name
	expr := fmt.Sprintf("%s + log(max(sum(exp(transpose(%s) - %s), axis: 0), 1.0))", most, text, most)
	v := g.let(g.fresh("log_sum_exp"), expr, rows[:1])
	v.shape = slices.Clone(x.shape[:len(x.shape)-1])
	if n.int("keepdims", 1) != 0 {
		v.shape = append(v.shape, dim{1, ""})
	}
	return []value{v}, nil
}

// place is argmax or argmin along one axis; the first of equal ones.
func place(base, function string) operator {
	return func(g *importer, n *node, in []value) ([]value, error) {
		k, err := axis(n.int("axis", 0), len(in[0].shape))
		if err != nil {
			return nil, err
		}
		if n.int("select_last_index", 0) != 0 {
			return nil, errors.New("the last of equal ones; want the first")
		}
		out, err := g.reduced(base, function, in[0], []int{k}, n.int("keepdims", 1) != 0)
		if err == nil {
			out[0].kind, out[0].positive = index, false
		}
		return out, err
	}
}

// softmax goes along one axis; before version 13, along all from one on.
func softmax(g *importer, n *node, in []value) ([]value, error) {
	text, view, axis, err := g.rowsOf(n, in[0])
	if err != nil {
		return nil, err
	}
	v := g.let(g.fresh("softmax"), fmt.Sprintf("softmax(%s, axis: %d)", text, axis), view)
	v.shape, v.positive, v.simplex = in[0].shape, true, axis == len(view)-1
	return []value{v}, nil
}

func logSoftmax(g *importer, n *node, in []value) ([]value, error) {
	text, view, axis, err := g.rowsOf(n, in[0])
	if err != nil {
		return nil, err
	}
	if axis != 1 || len(view) != 2 {
		return nil, errors.New("along an axis that is not the last")
	}
	g.imports["ml"] = true
	v := g.let(g.fresh("log_softmax"), fmt.Sprintf("ml.log_softmax(%s)", text), view)
	v.shape = in[0].shape
	return []value{v}, nil
}

// rowsOf is a value as a matrix whose rows, or an array along whose axis, softmax
// works.
func (g *importer) rowsOf(n *node, x value) (text string, view shape, k int, err error) {
	before := g.model.opset[""] < 13
	otherwise := -1
	if before {
		otherwise = 1
	}
	if k, err = axis(n.int("axis", otherwise), len(x.shape)); err != nil {
		return "", nil, 0, err
	}
	view = x.shape
	if last := k == len(view)-1; last || before {
		end := view[k:]
		rows, err := view[:k].product()
		if err != nil {
			return "", nil, 0, err
		}
		columns, err := end.product()
		if err != nil {
			return "", nil, 0, err
		}
		view, k = shape{rows, columns}, 1
	}
	text, err = shaped(x, view)
	return text, view, k, err
}
