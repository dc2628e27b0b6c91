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
		return g.along(base, function, x, axes, keep)
	}
}

// along reduces axes that follow one another.
func (g *importer) along(base, function string, x value, axes []int, keep bool) ([]value, error) {
	lo, hi := axes[0], axes[len(axes)-1]+1
	if hi-lo != len(axes) {
		return nil, fmt.Errorf("axes %v; want neighbouring ones", axes)
	}
	if x.kind != number {
		return nil, errors.New("of what are no real numbers")
	}
	front, err := x.shape[:lo].product()
	if err != nil {
		return nil, err
	}
	middle, err := x.shape[lo:hi].product()
	if err != nil {
		return nil, err
	}
	back, err := x.shape[hi:].product()
	if err != nil {
		return nil, err
	}
	one := dim{1, ""}
	view, stored, axis := shape{front, middle, back}, shape{front, back}, 1
	if back == one {
		view, stored = view[:2], stored[:1]
	} else if front == one {
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
		out, err := g.along(base, function, in[0], []int{k}, n.int("keepdims", 1) != 0)
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
