package onnx

// Expressions over values.

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxRank is how many dimensions an array of the language has.
const maxRank = 4

// fresh is a name for a variable, made of an operator's.
func (g *importer) fresh(base string) string {
	for k := 1; ; k++ {
		if name := base + strconv.Itoa(k); !g.taken[name] && !reserved[name] {
			g.taken[name] = true
			return name
		}
	}
}

// let writes a variable, and returns its value.
func (g *importer) let(name, expr string, s shape) value {
	g.lines = append(g.lines, fmt.Sprintf("let %s = %s", name, expr))
	return value{name: name, stored: s, shape: s}
}

// shaped is an expression for a variable in a shape of as many elements.
func shaped(v value, s shape) (string, error) {
	switch {
	case v.constant != nil:
		return "", errors.New("a constant where a computed array is expected")
	case v.stored.equal(s):
		return v.name, nil
	case len(s) > maxRank:
		return "", fmt.Errorf("an array of %d dimensions; the language has %d", len(s), maxRank)
	case len(s) == 0:
		return "", errors.New("an array without dimensions")
	}
	return fmt.Sprintf("reshape(%s, %s)", v.name, s.list()), nil
}

// expr is an expression for a number in the shape that the graph gives it: a
// variable, a literal, or a weight that is called hint where the model has no
// name for it.
func (g *importer) expr(v value, hint string) (string, error) {
	if v.constant == nil {
		return shaped(v, v.shape)
	}
	return g.constant(v, v.constant, hint)
}

// constant is an expression for a constant: one number that was not learnt stands
// in the text, all others are weights.
func (g *importer) constant(v value, t *tensor, hint string) (string, error) {
	x, ok := t.numbers()
	if !ok {
		return "", errors.New("wants numbers")
	}
	if len(x) == 1 && !v.learnt {
		return g.literal(x[0])
	}
	return g.weight(v.name, hint, t.shape, x)
}

// literal is a number in the text, as the program's precision has it.
func (g *importer) literal(x float64) (string, error) {
	if math.IsNaN(x) || math.Abs(x) >= math.Ldexp(1, g.Whole) {
		return "", fmt.Errorf("the constant %v does not fit fixed(%d, %d)", x, g.Whole, g.Fraction)
	}
	if math.Abs(x) <= math.Ldexp(0.5, -g.Fraction) {
		return "0.0", nil
	}
	text := strconv.FormatFloat(x, 'f', -1, 32)
	if float64(float32(x)) != x {
		text = strconv.FormatFloat(x, 'f', -1, 64)
	}
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text, nil
}

// weight is an expression for an array of the model's owner. Each use of a weight has a field of
// its own, in the shape in which it is used.
func (g *importer) weight(name, hint string, shape []int, x []float64) (string, error) {
	if len(shape) > maxRank {
		return "", fmt.Errorf("weights of %d dimensions; the language has %d", len(shape), maxRank)
	}
	if slices.Contains(shape, 0) {
		return "", errors.New("weights without elements")
	}
	if most := largest(x); math.IsNaN(most) || most >= math.Ldexp(1, g.Whole) {
		return "", fmt.Errorf("a weight of %v does not fit fixed(%d, %d): want a --precision with more bits before the point", most, g.Whole, g.Fraction)
	}
	field := hint
	if name != "" && !strings.Contains(name, "::") {
		field = identifier(name, hint)
	}
	field = unused(field, g.fields)
	g.fields[field] = true
	g.weights = append(g.weights, Weight{Name: field, Shape: shape, Data: x})
	g.vanishing(field, x)
	return weightsName + "." + field, nil
}

// vanishing notes weights of which the program's precision leaves nothing.
func (g *importer) vanishing(field string, x []float64) {
	least, lost := math.Ldexp(0.5, -g.Fraction), 0
	for _, v := range x {
		if v != 0 && math.Abs(v) <= least {
			lost++
		}
	}
	if lost*2 > len(x) {
		g.notes = append(g.notes, fmt.Sprintf("%s: %d of %d weights round to 0 in fixed(%d, %d)", field, lost, len(x), g.Whole, g.Fraction))
	}
}

// scalar is the one element of a constant, of nothing otherwise.
func (v value) scalar(otherwise float64) (float64, error) {
	if v.constant == nil && v.name == "" {
		return otherwise, nil
	}
	if v.constant != nil && v.constant.len() == 1 {
		if x, ok := v.constant.numbers(); ok {
			return x[0], nil
		}
	}
	return 0, errors.New("wants a constant number")
}

// missing reports an input that is left out.
func (v value) missing() bool { return v.constant == nil && v.name == "" }

// whole are the elements of a constant list.
func (v value) whole() ([]int, error) {
	if v.constant == nil {
		return nil, errors.New("a list that is computed; want a constant one, as shapes of known sizes give: --size")
	}
	return v.constant.whole()
}

// weights are the numbers of a constant.
func (v value) weights(what string) (*tensor, error) {
	if v.constant != nil {
		if x, ok := v.constant.numbers(); ok {
			t := *v.constant
			t.floats, t.ints = x, nil
			return &t, nil
		}
	}
	return nil, fmt.Errorf("%s that are computed; want constant ones", what)
}

// axis counts an axis from the front.
func axis(k, rank int) (int, error) {
	if k < -rank || k >= rank {
		return 0, fmt.Errorf("axis %d of %d dimensions", k, rank)
	}
	return (k + rank) % rank, nil
}
