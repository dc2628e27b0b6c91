package onnx

// Linear models and what surrounds them: the domain ai.onnx.ml.

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// features checks that rows have so many columns.
func features(x value, columns int) error {
	if len(x.shape) != 2 || x.shape[1] != (dim{columns, ""}) || x.constant != nil || x.kind != number {
		return fmt.Errorf("an input of shape %v; want rows of %d numbers", x.shape, columns)
	}
	return nil
}

// linear writes x w + b for coefficients that stand a target after the other.
func (g *importer) linear(x value, coefficients, intercepts []float64, targets int) (value, error) {
	if targets < 1 || len(coefficients)%targets != 0 {
		return value{}, fmt.Errorf("%d coefficients for %d targets", len(coefficients), targets)
	}
	columns := len(coefficients) / targets
	if err := features(x, columns); err != nil {
		return value{}, err
	}
	w := (&tensor{shape: []int{targets, columns}, floats: coefficients}).transposed(1, 0)
	var b *tensor
	if len(intercepts) > 0 {
		if len(intercepts) != targets {
			return value{}, fmt.Errorf("%d intercepts for %d targets", len(intercepts), targets)
		}
		b = &tensor{shape: []int{targets}, floats: intercepts}
	}
	out, err := g.dense(x, w, "", b, "")
	if err != nil {
		return value{}, err
	}
	return out[0], nil
}

func linearRegressor(g *importer, n *node, in []value) ([]value, error) {
	if post := n.text("post_transform", "NONE"); post != "NONE" {
		return nil, fmt.Errorf("post_transform %s", post)
	}
	v, err := g.linear(in[0], n.floats("coefficients"), n.floats("intercepts"), n.int("targets", 1))
	return []value{v}, err
}

// classes are the labels of a classifier.
func classes(n *node) (*tensor, error) {
	ints, texts := n.ints("classlabels_ints"), n.texts("classlabels_strings")
	if old := n.ints("classlabels_int64s"); len(ints) == 0 {
		ints = old
	}
	if len(ints) == 0 && len(texts) == 0 {
		return nil, errors.New("no labels of classes")
	}
	if len(ints) > 0 {
		return &tensor{shape: []int{len(ints)}, ints: sizes(ints)}, nil
	}
	return &tensor{shape: []int{len(texts)}, texts: texts}, nil
}

func linearClassifier(g *importer, n *node, in []value) ([]value, error) {
	n.ignored("multi_class")
	labels, err := classes(n)
	if err != nil {
		return nil, err
	}
	coefficients, intercepts := n.floats("coefficients"), n.floats("intercepts")
	scores := labels.len()
	if scores == 2 && len(intercepts) == 1 {
		scores = 1
	}
	v, err := g.linear(in[0], coefficients, intercepts, scores)
	if err != nil {
		return nil, err
	}
	return g.classified(n, v, labels, n.text("post_transform", "NONE"))
}

// classified makes label and scores of a number for each class, or of one for
// the second of two classes.
func (g *importer) classified(n *node, v value, labels *tensor, post string) ([]value, error) {
	wantLabel, wantScores := len(n.out) > 0 && g.uses[n.out[0]] > 0, len(n.out) > 1 && g.uses[n.out[1]] > 0
	one := v.shape[1] == dim{1, ""}
	label := value{}
	if wantLabel {
		expr := fmt.Sprintf("argmax(%s, axis: 1)", v.name)
		if one {
			bar := map[bool]string{true: "0.5", false: "0.0"}[post == "PROBABILITY"]
			expr = fmt.Sprintf("int32(%s[:, 0] > %s)", v.name, bar)
		}
		label = g.let(g.fresh("label"), expr, v.shape[:1])
		label.kind, label.labels = index, labels
	}
	if !wantScores {
		return []value{label, {}}, nil
	}
	scores, err := g.transformed(v, post, one)
	return []value{label, scores}, err
}

// transformed is what a classifier makes of its sums.
func (g *importer) transformed(v value, post string, one bool) (value, error) {
	expr, simplex := v.name, false
	switch post {
	case "NONE", "PROBABILITY": // the latter of one number, the second class's
	case "LOGISTIC":
		expr = fmt.Sprintf("sigmoid(%s)", v.name)
	case "SOFTMAX":
		expr, simplex = fmt.Sprintf("softmax(%s, axis: 1)", v.name), true
	default:
		return v, fmt.Errorf("post_transform %s; want NONE, LOGISTIC or SOFTMAX", post)
	}
	if expr == v.name && !one {
		return v, nil
	}
	s := v.shape
	if expr != v.name {
		v = g.let(g.fresh("scores"), expr, s)
	}
	if one {
		other := map[string]string{"NONE": "-" + v.name, "LOGISTIC": "1.0 - " + v.name, "PROBABILITY": "1.0 - " + v.name}[post]
		if other == "" {
			return v, fmt.Errorf("post_transform %s of one number", post)
		}
		s = shape{s[0], {2, ""}}
		v, simplex = g.let(g.fresh("scores"), fmt.Sprintf("concat(%s, %s, axis: 1)", other, v.name), s), post != "NONE"
	}
	v.simplex, v.positive = simplex, post != "NONE"
	return v, nil
}

// scaler subtracts and multiplies by column.
func scaler(g *importer, n *node, in []value) ([]value, error) {
	x := in[0]
	for _, part := range []struct{ attribute, base, symbol string }{{"offset", "centred", "-"}, {"scale", "scaled", "*"}} {
		row := n.floats(part.attribute)
		if len(row) == 0 {
			continue
		}
		if len(x.shape) != 2 || len(row) != 1 && x.shape[1] != (dim{len(row), ""}) {
			return nil, fmt.Errorf("%d numbers for an input of shape %v", len(row), x.shape)
		}
		t := &tensor{shape: []int{len(row)}, floats: row}
		out, err := g.combine(part.base, part.symbol, x, value{name: part.attribute, constant: t, shape: sizes(t.shape), learnt: true})
		if err != nil {
			return nil, err
		}
		x = out[0]
	}
	return []value{x}, nil
}

// normalizer divides rows by their norm; a row of zeros stays. By the second norm rows are
// divided twice, first by their greatest value, so that no square leaves the type.
func normalizer(g *importer, n *node, in []value) ([]value, error) {
	norm := n.text("norm", "MAX")
	if norm == "L1" && in[0].simplex {
		return in[:1], nil
	}
	size := map[string]string{"L1": "sum(abs($), axis: 1)", "L2": "max(abs($), axis: 1)", "MAX": "max($, axis: 1)"}[norm]
	if size == "" || len(in[0].shape) != 2 {
		return nil, fmt.Errorf("the norm %s of an input of shape %v", norm, in[0].shape)
	}
	text, err := shaped(in[0], in[0].shape)
	if err != nil {
		return nil, err
	}
	expr := fmt.Sprintf("transpose(div_or(transpose(%s), %s, 0.0))", text, strings.ReplaceAll(size, "$", text))
	v := g.let(g.fresh("normalized"), expr, in[0].shape)
	if norm == "L2" {
		v = g.let(g.fresh("normalized"), strings.ReplaceAll("transpose(transpose($) * rsqrt(max(sum($ * $, axis: 1), 1.0)))", "$", v.name), v.shape)
	}
	v.positive = in[0].positive
	return []value{v}, nil
}

// zipMap gives names to columns, which a program does without.
func zipMap(_ *importer, n *node, in []value) ([]value, error) {
	n.ignored("classlabels_int64s", "classlabels_strings")
	return in[:1], nil
}

// labelEncoder gives classes other labels, one by one.
func labelEncoder(_ *importer, n *node, in []value) ([]value, error) {
	keysI, keysS, valuesI, valuesS := n.ints("keys_int64s"), n.texts("keys_strings"), n.ints("values_int64s"), n.texts("values_strings")
	n.ignored("default_int64", "default_string", "default_float")
	v := in[0]
	if v.kind != index || v.labels == nil {
		return nil, errors.New("of what are no labels of classes")
	}
	places := make([]int, v.labels.len())
	for k := range places {
		if v.labels.ints != nil {
			places[k] = slices.Index(keysI, v.labels.ints[k].count)
		} else {
			places[k] = slices.Index(keysS, v.labels.texts[k])
		}
		if places[k] < 0 || places[k] >= max(len(valuesI), len(valuesS)) {
			return nil, errors.New("a label without another")
		}
	}
	all := &tensor{ints: sizes(valuesI)}
	if len(valuesS) > 0 {
		all = &tensor{texts: valuesS}
	}
	v.labels = all.pick([]int{len(places)}, places)
	return []value{v}, nil
}

// extractor takes columns of an array, or the labels at positions.
func extractor(g *importer, n *node, in []value) ([]value, error) {
	x, y := in[0], in[1]
	if x.constant != nil && y.kind == index && y.labels == nil {
		y.labels = x.constant.shaped(x.constant.len())
		y.shape = append(shape{{1, ""}}, y.shape.squeezed()...)
		return []value{y}, nil
	}
	columns, err := y.whole()
	if err != nil || x.constant != nil || len(x.shape) == 0 {
		return nil, errors.New("of this kind; want labels at computed positions, or columns at constant ones")
	}
	last := x.shape[len(x.shape)-1]
	for _, c := range columns {
		if last.size != "" || c < 0 || c >= last.count {
			return nil, fmt.Errorf("column %d of %v", c, last)
		}
	}
	return g.picked(x, len(x.shape)-1, columns, []int{len(columns)})
}
