package onnx

// Operators that work element by element.

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// unary makes an operator of an expression in which $ stands for its operand.
func unary(base, pattern string) operator {
	return func(g *importer, n *node, in []value) ([]value, error) { return g.each(base, pattern, in) }
}

// each applies an expression to an array as it is stored.
func (g *importer) each(base, pattern string, in []value) ([]value, error) {
	if len(in) != 1 {
		return nil, fmt.Errorf("%d inputs; want one", len(in))
	}
	x := in[0]
	if x.constant != nil {
		return nil, errors.New("of a constant; fold constants when exporting")
	}
	if x.kind != number {
		return nil, errors.New("of what is no real number")
	}
	v := g.let(g.fresh(base), strings.ReplaceAll(pattern, "$", x.name), x.stored)
	v.shape = x.shape
	return []value{v}, nil
}

// eachOf is each, of a function of the library on vectors or matrices.
func (g *importer) eachOf(base, pattern string, rank int, x value) ([]value, error) {
	if x.constant != nil || x.kind != number {
		return nil, errors.New("of what is no computed real number")
	}
	if len(x.stored) == rank {
		return g.each(base, pattern, []value{x})
	}
	last := len(x.stored) - rank + 1
	if last < 0 {
		return nil, errors.New("of an array of too few dimensions")
	}
	flat, err := x.stored.merged(0, last)
	if err != nil {
		return nil, err
	}
	if last == 0 {
		flat = append(shape{{1, ""}}, x.stored...)
	}
	text, err := shaped(x, flat)
	if err != nil {
		return nil, err
	}
	expr := fmt.Sprintf("reshape(%s, %s)", strings.ReplaceAll(pattern, "$", text), x.stored.list())
	v := g.let(g.fresh(base), expr, x.stored)
	v.shape = x.shape
	return []value{v}, nil
}

func relu(g *importer, _ *node, in []value) ([]value, error) {
	out, err := g.each("relu", "relu($)", in)
	return positive(out), err
}

func positive(out []value) []value {
	for k := range out {
		out[k].positive = true
	}
	return out
}

func sigmoid(g *importer, _ *node, in []value) ([]value, error) {
	out, err := g.each("sigmoid", "sigmoid($)", in)
	return positive(out), err
}

// leakyRelu is x where it is positive, and slope times x elsewhere.
func leakyRelu(g *importer, n *node, in []value) ([]value, error) {
	slope, err := g.literal(n.float("alpha", 0.01))
	if err != nil {
		return nil, err
	}
	g.imports["ml"] = true
	return g.eachOf("leaky_relu", fmt.Sprintf("ml.leaky_relu($, %s)", slope), 2, in[0])
}

// hardSigmoid is a line between 0 and 1.
func hardSigmoid(g *importer, n *node, in []value) ([]value, error) {
	line, err := g.line(n.float("alpha", 0.2), n.float("beta", 0.5))
	if err != nil {
		return nil, err
	}
	return g.each("hard_sigmoid", line, in)
}

func hardSwish(g *importer, _ *node, in []value) ([]value, error) {
	line, err := g.line(1.0/6, 0.5)
	if err != nil {
		return nil, err
	}
	return g.each("hard_swish", "$ * "+line, in)
}

func (g *importer) line(alpha, beta float64) (string, error) {
	a, err := g.literal(alpha)
	if err != nil {
		return "", err
	}
	b, err := g.literal(beta)
	return fmt.Sprintf("clamp(%s * $ + %s, 0.0, 1.0)", a, b), err
}

// elu is x where it is positive, and elsewhere alpha (exp(x) - 1), scaled.
func elu(base string, alpha, gamma float64) operator {
	return func(g *importer, n *node, in []value) ([]value, error) {
		scale := 1.0
		if gamma != 1 {
			scale = n.float("gamma", gamma)
		}
		below, err := g.literal(scale * n.float("alpha", alpha))
		if err != nil {
			return nil, err
		}
		above, err := g.literal(scale)
		if err != nil {
			return nil, err
		}
		pattern := fmt.Sprintf("%s * relu($) + %s * (exp(min($, 0.0)) - 1.0)", above, below)
		return g.each(base, strings.ReplaceAll(pattern, "1.0 * ", ""), in)
	}
}

// gelu is x times the normal distribution function of x.
func gelu(g *importer, n *node, in []value) ([]value, error) {
	if n.text("approximate", "none") == "tanh" {
		return g.each("gelu", "0.5 * $ * (1.0 + tanh(0.79788456 * ($ + 0.044715 * $ * $ * $)))", in)
	}
	g.imports["special"] = true
	return g.eachOf("gelu", "0.5 * $ * (1.0 + special.erf(0.70710678 * $))", 1, in[0])
}

func erf(g *importer, _ *node, in []value) ([]value, error) {
	g.imports["special"] = true
	return g.eachOf("erf", "special.erf($)", 1, in[0])
}

// clip limits; from version 11 on, the ends are inputs.
func clip(g *importer, n *node, in []value) ([]value, error) {
	low, high := n.float("min", math.Inf(-1)), n.float("max", math.Inf(1))
	var err error
	if len(in) > 1 {
		if low, err = in[1].scalar(low); err != nil {
			return nil, err
		}
	}
	if len(in) > 2 {
		if high, err = in[2].scalar(high); err != nil {
			return nil, err
		}
	}
	limit := math.Ldexp(1, g.Whole)
	lowest, highest := low <= -limit, high >= limit
	if lowest {
		low = 0
	}
	if highest {
		high = 0
	}
	a, err := g.literal(low)
	if err != nil {
		return nil, err
	}
	b, err := g.literal(high)
	if err != nil {
		return nil, err
	}
	var out []value
	switch {
	case lowest && highest:
		return in[:1], nil
	case lowest:
		return g.each("clip", fmt.Sprintf("min($, %s)", b), in[:1])
	case highest:
		out, err = g.each("clip", fmt.Sprintf("max($, %s)", a), in[:1])
	default:
		out, err = g.each("clip", fmt.Sprintf("clamp($, %s, %s)", a, b), in[:1])
	}
	if low >= 0 {
		out = positive(out)
	}
	return out, err
}

// pow takes small whole powers, and the root.
func pow(g *importer, _ *node, in []value) ([]value, error) {
	exponent, err := in[1].scalar(1)
	if err != nil {
		return nil, err
	}
	switch exponent {
	case 0.5:
		return g.each("root", rootPattern, in[:1])
	case 1:
		return in[:1], nil
	case 2:
		out, err := g.each("square", "$ * $", in[:1])
		return positive(out), err
	case 3:
		return g.each("cube", "$ * $ * $", in[:1])
	}
	return nil, fmt.Errorf("the power %v; want 0.5, 1, 2 or 3", exponent)
}

// rootPattern is a root that rounding below zero does not stop.
const rootPattern = "sqrt(max($, 0.0))"

// arithmetic makes an operator of one of the language. With a computed divisor a
// quotient by zero is 0.
func arithmetic(base, symbol string, fold func(x, y float64) float64) operator {
	return func(g *importer, n *node, in []value) ([]value, error) {
		if len(in) != 2 {
			return nil, fmt.Errorf("%d inputs; want two", len(in))
		}
		if in[0].constant != nil && in[1].constant != nil {
			return foldTwo(in[0].constant, in[1].constant, fold)
		}
		return g.combine(base, symbol, in[0], in[1])
	}
}

// combine writes x symbol y. The array that is stretched is laid out so that the
// dimensions they have in common come last.
func (g *importer) combine(base, symbol string, x, y value) ([]value, error) {
	if x.kind != number || y.kind != number {
		return nil, errors.New("of what are no real numbers")
	}
	if x.constant == nil && y.constant == nil && x.stored.equal(y.stored) && x.shape.equal(y.shape) {
		v := g.let(g.fresh(base), joined(symbol, x.name, y.name), x.stored)
		v.shape, v.positive = x.shape, symbol == "+" && x.positive && y.positive
		return []value{v}, nil
	}
	if symbol == "/" && y.learnt {
		// Quotients by weights are products with what their owner divides.
		inverse := &tensor{shape: y.constant.shape}
		w, err := y.weights("divisors")
		if err != nil {
			return nil, err
		}
		for _, v := range w.floats {
			inverse.floats = append(inverse.floats, 1/v)
		}
		y.constant, symbol = inverse, "*"
	}
	name := g.fresh(base)
	big, small, swapped := x, y, false
	if rank(y.shape) > rank(x.shape) || rank(y.shape) == rank(x.shape) && (x.constant != nil || stretches(x.shape, y.shape)) {
		big, small, swapped = y, x, true
	}
	if big.constant != nil {
		// A constant of more dimensions than what it is combined with stands first.
		return nil, fmt.Errorf("shapes %v and %v: an array of weights that is larger than the computed one", x.shape, y.shape)
	}
	write := func(b, s string) string {
		if swapped {
			return joined(symbol, s, b)
		}
		return joined(symbol, b, s)
	}
	s := small.shape.squeezed()
	if len(s) == 0 && small.constant != nil { // one number
		text, err := g.constant(small, small.constant.shaped(), name+"_weight")
		if err != nil {
			return nil, err
		}
		v := g.let(name, write(big.name, text), big.stored)
		v.shape = big.shape
		return []value{v}, nil
	}
	if len(small.shape) > len(big.shape) {
		big.shape = append(make(shape, 0), append(onesShape(len(small.shape)-len(big.shape)), big.shape...)...)
	}
	if s.suffixOf(big.shape) {
		a, err := shaped(big, big.shape)
		if err != nil {
			return nil, err
		}
		b, err := g.reshapedTo(small, s, name+"_weight")
		if err != nil {
			return nil, err
		}
		return []value{g.let(name, write(a, b), big.shape)}, nil
	}
	return g.stretch(name, write, big, small, s)
}

func onesShape(n int) shape {
	s := make(shape, n)
	for k := range s {
		s[k] = dim{1, ""}
	}
	return s
}

// stretches reports whether a has ones where b, of the same rank, has more.
func stretches(a, b shape) bool {
	a, b = a.squeezed(), b.squeezed()
	for k := range a {
		if a[k] == (dim{1, ""}) && b[k] != a[k] {
			return true
		}
	}
	return false
}

// rank orders shapes by how much they may stretch others.
func rank(s shape) int { return len(s.squeezed()) }

// reshapedTo is an expression for a value in another shape.
func (g *importer) reshapedTo(v value, s shape, hint string) (string, error) {
	if v.constant == nil {
		return shaped(v, s)
	}
	if ints, ok := s.fixed(); ok {
		return g.constant(v, v.constant.shaped(ints...), hint)
	}
	return "", errors.New("weights of a size that is not known")
}

// stretch combines arrays of which the small one has ones where the big one ends:
// with a transposition before and after, the small one's dimensions come last.
func (g *importer) stretch(name string, write func(b, s string) string, big, small value, s shape) ([]value, error) {
	lead := len(big.shape) - len(s)
	end := len(s)
	for end > 0 && s[end-1] == (dim{1, ""}) {
		end--
	}
	if lead < 0 || !s[:end].equal(big.shape[lead:lead+end]) {
		return nil, fmt.Errorf("shapes %v and %v are not stretched to one another here; want one to be a row, column or channel of the other", big.shape, small.shape)
	}
	front, err := big.shape[:lead].product()
	if err != nil {
		return nil, err
	}
	middle, err := s[:end].product()
	if err != nil {
		return nil, err
	}
	back, err := big.shape[lead+end:].product()
	if err != nil {
		return nil, err
	}
	view := shape{front, middle, back}
	if front == (dim{1, ""}) {
		view = view[1:]
	}
	a, err := shaped(big, view)
	if err != nil {
		return nil, err
	}
	b, err := g.reshapedTo(small, shape{middle}, name+"_weight")
	if err != nil {
		return nil, err
	}
	v := g.let(name, fmt.Sprintf("transpose(%s)", write("transpose("+a+")", b)), view)
	v.shape = big.shape
	return []value{v}, nil
}

// joined writes an operation; the names of functions stand before their operands.
func joined(symbol, x, y string) string {
	switch symbol {
	case "max", "min":
		return fmt.Sprintf("%s(%s, %s)", symbol, x, y)
	case "/":
		return quotient(x, y)
	}
	return fmt.Sprintf("%s %s %s", x, symbol, y)
}

// quotient divides by a literal, or by what may be zero, which then gives 0.
func quotient(x, y string) string {
	if y[0] >= '0' && y[0] <= '9' || y[0] == '-' {
		return fmt.Sprintf("%s / %s", x, y)
	}
	return fmt.Sprintf("div_or(%s, %s, 0.0)", x, y)
}

// several applies an operator of two operands to many.
func several(two operator) operator {
	return func(g *importer, n *node, in []value) ([]value, error) {
		out := in[:1]
		for _, x := range in[1:] {
			var err error
			if out, err = two(g, n, []value{out[0], x}); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
}

// prelu is x where it is positive, and elsewhere x times a slope of its channel.
func prelu(g *importer, _ *node, in []value) ([]value, error) {
	below, err := g.each("below", "min($, 0.0)", in[:1])
	if err != nil {
		return nil, err
	}
	slope := in[1]
	if c := slope.constant; c != nil && len(c.shape) == 1 && c.len() > 1 && len(in[0].shape) > 2 { // as PyTorch writes it
		s := append([]int{c.len()}, slices.Repeat([]int{1}, len(in[0].shape)-2)...)
		slope.constant, slope.shape = c.shaped(s...), numbers(s)
	}
	if below, err = g.combine("below", "*", below[0], slope); err != nil {
		return nil, err
	}
	above, err := g.each("above", "relu($)", in[:1])
	if err != nil {
		return nil, err
	}
	return g.combine("prelu", "+", above[0], below[0])
}
