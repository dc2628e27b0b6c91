package onnx

// Layers: products of matrices, and norms.

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// gemm is a dense layer: alpha a b + beta c, with transpositions.
func gemm(g *importer, n *node, in []value) ([]value, error) {
	a, b := in[0], in[1]
	alpha, beta := n.float("alpha", 1), n.float("beta", 1)
	turnA, turnB := n.int("transA", 0) != 0, n.int("transB", 0) != 0
	if len(a.shape) != 2 || len(b.shape) != 2 {
		return nil, fmt.Errorf("shapes %v and %v; want matrices", a.shape, b.shape)
	}
	w, err := b.weights("factors")
	if err != nil {
		return nil, err
	}
	if turnB {
		w = w.transposed(1, 0)
	}
	if turnA {
		out, err := transpose(g, &node{attrs: nil, read: map[string]bool{}}, []value{a})
		if err != nil {
			return nil, err
		}
		a = out[0]
	}
	var c *tensor
	if len(in) > 2 && in[2].constant == nil && !in[2].missing() {
		return g.plus(a, scaled(w, alpha), b.name, beta, in[2])
	}
	if len(in) > 2 && !in[2].missing() {
		if c, err = in[2].weights("terms"); err != nil {
			return nil, err
		}
		if c, err = c.row(w.shape[1]); err != nil {
			return nil, err
		}
	}
	bias := ""
	if c != nil {
		c, bias = scaled(c, beta), in[2].name
	}
	return g.dense(a, scaled(w, alpha), b.name, c, bias)
}

// plus writes x w + beta c of a computed c.
func (g *importer) plus(x value, w *tensor, ofW string, beta float64, c value) ([]value, error) {
	out, err := g.dense(x, w, ofW, nil, "")
	if err != nil {
		return nil, err
	}
	factor, err := g.literal(beta)
	if err != nil {
		return nil, err
	}
	if beta != 1 {
		scaled, err := g.each("scaled", factor+" * $", []value{c})
		if err != nil {
			return nil, err
		}
		c = scaled[0]
	}
	return g.combine("dense", "+", out[0], c)
}

// row is a tensor as one row of n numbers.
func (t *tensor) row(n int) (*tensor, error) {
	for _, d := range t.shape[:max(0, len(t.shape)-1)] {
		if d != 1 {
			return nil, fmt.Errorf("terms of shape %v; want a row", t.shape)
		}
	}
	if t.len() == 1 {
		return t.pick([]int{n}, make([]int, n)), nil
	}
	if t.len() != n {
		return nil, fmt.Errorf("%d terms for %d columns", t.len(), n)
	}
	return t.shaped(n), nil
}

func scaled(t *tensor, by float64) *tensor {
	if by == 1 {
		return t
	}
	out := &tensor{shape: t.shape, floats: make([]float64, len(t.floats))}
	for k, v := range t.floats {
		out.floats[k] = v * by
	}
	return out
}

// dense writes x w + c; c may be nil. The names are the model's.
func (g *importer) dense(x value, w *tensor, ofW string, c *tensor, ofC string) ([]value, error) {
	columns := x.shape[len(x.shape)-1]
	if columns != (dim{w.shape[0], ""}) {
		return nil, fmt.Errorf("%v columns, and the weights %v", columns, w.shape)
	}
	text, err := shaped(x, x.shape)
	if err != nil {
		return nil, err
	}
	name := g.fresh("dense")
	weights, err := g.weight(ofW, name+"_weight", w.shape, w.floats)
	if err != nil {
		return nil, err
	}
	to := append(slices.Clone(x.shape[:len(x.shape)-1]), dim{w.shape[1], ""})
	if c == nil {
		v, err := g.computeAs(name, fmt.Sprintf("dot(%s, %s)", text, weights), to)
		return []value{v}, err
	}
	bias, err := g.weight(ofC, name+"_bias", c.shape, c.floats)
	if err != nil {
		return nil, err
	}
	if len(to) != 2 {
		v, err := g.computeAs(name, fmt.Sprintf("dot(%s, %s) + %s", text, weights, bias), to)
		return []value{v}, err
	}
	g.imports["ml"] = true
	return []value{g.let(name, fmt.Sprintf("ml.dense(%s, %s, %s)", text, weights, bias), to)}, nil
}

// added is the row of weights that the node after n adds to what n computes, which
// has so many columns; nil where there is none.
func (g *importer) added(n *node, columns int) (row *tensor, name string) {
	next := g.follower(n, "Add")
	if next == nil {
		return nil, ""
	}
	for _, v := range g.inputsOf(next) {
		if t, err := v.weights("terms"); err == nil && v.learnt {
			if row, err = t.row(columns); err == nil {
				g.fold(n, next)
				return row, v.name
			}
		}
	}
	return nil, ""
}

// matMul multiplies with weights, and adds a row of them, or multiplies two
// computed matrices.
func matMul(g *importer, n *node, in []value) ([]value, error) {
	x, y := in[0], in[1]
	if w, err := y.weights("factors"); err == nil && x.constant == nil && len(w.shape) == 2 && len(x.shape) > 1 {
		row, name := g.added(n, w.shape[1])
		return g.dense(x, w, y.name, row, name)
	}
	if x.constant != nil && y.constant != nil {
		return nil, errors.New("of constants; fold constants when exporting")
	}
	if len(x.shape) == 0 || len(y.shape) == 0 || len(y.shape) > 2 || x.constant != nil && len(x.shape) > 2 {
		return nil, fmt.Errorf("shapes %v and %v; want the second to be a matrix", x.shape, y.shape)
	}
	inner := y.shape[0]
	if x.shape[len(x.shape)-1] != inner {
		return nil, fmt.Errorf("shapes %v and %v do not fit together", x.shape, y.shape)
	}
	name := g.fresh("product")
	a, err := g.filled(x, name+"_weight")
	if err != nil {
		return nil, err
	}
	b, err := g.filled(y, name+"_weight")
	if err != nil {
		return nil, err
	}
	to := append(slices.Clone(x.shape[:len(x.shape)-1]), y.shape[1:]...)
	if len(to) == 0 {
		return nil, errors.New("of vectors")
	}
	v, err := g.computeAs(name, fmt.Sprintf("dot(%s, %s)", a, b), to)
	return []value{v}, err
}

// normOf is what a batch normalisation multiplies a channel with, and adds.
func (g *importer) normOf(n *node, in []value) (factor, term []float64, err error) {
	n.ignored("momentum", "spatial")
	if n.int("training_mode", 0) != 0 || n.has("spatial") && n.int("spatial", 1) != 1 {
		return nil, nil, errors.New("in training; export the model for inference")
	}
	if len(in) != 5 {
		return nil, nil, fmt.Errorf("%d inputs; want 5", len(in))
	}
	var rows [4][]float64
	for k := range rows {
		t, err := in[k+1].weights("statistics")
		if err != nil {
			return nil, nil, err
		}
		rows[k] = t.floats
		if len(rows[k]) != len(rows[0]) {
			return nil, nil, fmt.Errorf("statistics of %d and %d channels", len(rows[k]), len(rows[0]))
		}
	}
	epsilon := n.float("epsilon", 1e-5)
	for k := range rows[0] {
		f := rows[0][k] / math.Sqrt(rows[3][k]+epsilon)
		factor, term = append(factor, f), append(term, rows[1][k]-rows[2][k]*f)
	}
	return factor, term, nil
}

// batchNorm is a factor and a term for each channel.
func batchNorm(g *importer, n *node, in []value) ([]value, error) {
	factor, term, err := g.normOf(n, in)
	if err != nil {
		return nil, err
	}
	s := in[0].shape
	if len(s) < 2 || s[1] != (dim{len(factor), ""}) {
		return nil, fmt.Errorf("%d channels, and an input of shape %v", len(factor), s)
	}
	size := append([]int{len(factor)}, slices.Repeat([]int{1}, len(s)-2)...)
	name := g.fresh("norm")
	weight := func(what string, x []float64) value {
		return value{name: name + what, constant: &tensor{shape: size, floats: x}, shape: sizes(size), learnt: true}
	}
	out, err := g.combine("scaled", "*", in[0], weight("_factor", factor))
	if err != nil {
		return nil, err
	}
	return g.combine("norm", "+", out[0], weight("_term", term))
}

// layerNorm is a norm over the last dimension.
func layerNorm(g *importer, n *node, in []value) ([]value, error) {
	n.ignored("stash_type")
	x := in[0]
	k, err := axis(n.int("axis", -1), len(x.shape))
	if err != nil {
		return nil, err
	}
	if k != len(x.shape)-1 || x.shape[k].size != "" {
		return nil, errors.New("over more than the last dimension")
	}
	rows, err := x.shape.merged(0, k)
	if err != nil {
		return nil, err
	}
	text, err := shaped(x, rows)
	if err != nil {
		return nil, err
	}
	name := g.fresh("norm")
	gamma, err := g.column(in, 1, name+"_factor", 1, x.shape[k].count)
	if err != nil {
		return nil, err
	}
	beta, err := g.column(in, 2, name+"_term", 0, x.shape[k].count)
	if err != nil {
		return nil, err
	}
	columns, err := g.standardized(text, rows, n.float("epsilon", 1e-5))
	if err != nil {
		return nil, err
	}
	v := g.let(name, fmt.Sprintf("transpose(%s) * %s + %s", columns, gamma, beta), rows)
	v.shape = x.shape
	return []value{v}, nil
}

// column is the k-th input of a layer as weights, one a column; all the same where it is left out.
func (g *importer) column(in []value, k int, hint string, otherwise float64, width int) (string, error) {
	if len(in) <= k || in[k].missing() {
		return g.weight("", hint, []int{width}, slices.Repeat([]float64{otherwise}, width))
	}
	t, err := in[k].weights("factors")
	if err != nil {
		return "", err
	}
	if t, err = t.row(width); err != nil {
		return "", err
	}
	return g.weight(in[k].name, hint, t.shape, t.floats)
}

// standardized are the rows of a matrix, as columns, of mean 0 and variance 1.
func (g *importer) standardized(text string, rows shape, epsilon float64) (string, error) {
	added, err := g.literal(epsilon)
	if err != nil {
		return "", err
	}
	least, err := g.least(epsilon)
	if err != nil {
		return "", err
	}
	off := g.let(g.fresh("centred"), fmt.Sprintf("transpose(%s) - mean(%s, axis: 1)", text, text), shape{rows[1], rows[0]}).name
	variance := fmt.Sprintf("mean(%s * %s, axis: 0) + %s", off, off, added)
	factor := g.let(g.fresh("factor"), fmt.Sprintf("rsqrt(max(%s, %s))", variance, least), rows[:1]).name
	return off + " * " + factor, nil
}
