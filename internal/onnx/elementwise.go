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

func erfc(g *importer, _ *node, in []value) ([]value, error) {
	g.imports["special"] = true
	return g.eachOf("erfc", "1.0 - special.erf($)", 1, in[0])
}

func not(g *importer, _ *node, in []value) ([]value, error) {
	if in[0].constant != nil || in[0].kind != truth {
		return nil, errors.New("of what is no computed truth value")
	}
	v := g.let(g.fresh("other"), "not "+in[0].name, in[0].stored)
	v.shape, v.kind = in[0].shape, truth
	return []value{v}, nil
}

// clip limits; what no number of the type exceeds is no limit.
func clip(g *importer, n *node, in []value) ([]value, error) {
	low, high, err := ends(n, in)
	if err != nil {
		return nil, err
	}
	pattern := "$"
	for _, end := range []struct {
		function string
		at       float64
	}{{"max", low}, {"min", high}} {
		if math.Abs(end.at) >= math.Ldexp(1, g.Whole) {
			continue
		}
		text, err := g.literal(end.at)
		if err != nil {
			return nil, err
		}
		pattern = fmt.Sprintf("%s(%s, %s)", end.function, pattern, text)
	}
	if pattern == "$" {
		return in[:1], nil
	}
	out, err := g.each("clip", pattern, in[:1])
	if low >= 0 {
		out = positive(out)
	}
	return out, err
}

// ends are those of clip: attributes, and from version 11 on inputs.
func ends(n *node, in []value) (low, high float64, err error) {
	low, high = n.float("min", math.Inf(-1)), n.float("max", math.Inf(1))
	if len(in) > 1 {
		if low, err = in[1].scalar(low); err != nil {
			return 0, 0, err
		}
	}
	if len(in) > 2 {
		high, err = in[2].scalar(high)
	}
	return low, high, err
}

// pow takes small whole powers, and the root.
func pow(g *importer, n *node, in []value) ([]value, error) {
	exponent, err := in[1].scalar(1)
	if err != nil {
		return nil, err
	}
	switch exponent {
	case 0.5:
		return root(g, n, in[:1])
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

// root is a root that rounding below zero does not stop, or its reciprocal where all
// that follows is a quotient by it. What lies below the least number counts as that.
func root(g *importer, n *node, in []value) ([]value, error) {
	next := g.next[n.out[0]]
	if next == nil || g.uses[n.out[0]] > 1 || next.op != "Reciprocal" && !next.divides(n.out[0]) {
		return g.each("root", "sqrt(max($, 0.0))", in)
	}
	least, err := g.least(0)
	if err != nil {
		return nil, err
	}
	out, err := g.each("inverse_root", fmt.Sprintf("rsqrt(max($, %s))", least), in)
	if err == nil {
		out[0].inverse = true
	}
	return out, err
}

// least is the power of two at or below a number, and at least the type's least number:
// a maximum with a power of two costs nothing under a root.
func (g *importer) least(x float64) (string, error) {
	unit := math.Ldexp(1, -g.Fraction)
	return g.literal(math.Exp2(math.Floor(math.Log2(max(x, unit)))))
}

func reciprocal(g *importer, _ *node, in []value) ([]value, error) {
	if in[0].inverse {
		in[0].inverse = false
		return in[:1], nil
	}
	return g.each("inverse", "div_or(1.0, $, 0.0)", in)
}

// exponential is exp, or sigmoid where all that follows is 1 / (1 + exp(x)), which takes
// fewer rounds and bytes than both.
func exponential(g *importer, n *node, in []value) ([]value, error) {
	sum := g.follower(n, "Add")
	if sum == nil || !g.oneBeside(sum, n.out[0]) {
		return g.each("exp", "exp($)", in)
	}
	inverse := g.follower(sum, "Reciprocal")
	if inverse == nil {
		inverse = g.follower(sum, "Div")
		if inverse == nil || !inverse.divides(sum.out[0]) || !g.oneBeside(inverse, sum.out[0]) {
			return g.each("exp", "exp($)", in)
		}
	}
	g.fold(n, sum)
	g.fold(n, inverse)
	out, err := g.each("sigmoid", "sigmoid(-$)", in)
	return positive(out), err
}

// divides reports whether a node is a quotient by an operand.
func (n *node) divides(operand string) bool {
	return n.op == "Div" && len(n.in) == 2 && n.in[1] == operand
}

// oneBeside reports whether the other operand of a node is the number 1.
func (g *importer) oneBeside(n *node, operand string) bool {
	for k, v := range g.inputsOf(n) {
		if one, err := v.scalar(0); n.in[k] != operand && err == nil && one == 1 {
			return true
		}
	}
	return false
}

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

// A pair is two operands, of which small may be stretched to the other.
type pair struct {
	symbol     string
	big, small value
	swapped    bool // small is the first
}

func (p pair) write(big, small string) string {
	if p.swapped {
		return joined(p.symbol, small, big)
	}
	return joined(p.symbol, big, small)
}

// combine writes x symbol y. The array that is stretched is laid out so that the
// dimensions they have in common come last.
func (g *importer) combine(base, symbol string, x, y value) ([]value, error) {
	if x.kind != number || y.kind != number {
		return nil, errors.New("of what are no real numbers")
	}
	var err error
	if symbol == "/" {
		if y, symbol, err = inverted(y); err != nil {
			return nil, err
		}
	}
	if x.constant == nil && y.constant == nil && x.stored.equal(y.stored) && x.shape.equal(y.shape) {
		v := g.let(g.fresh(base), joined(symbol, x.name, y.name), x.stored)
		v.shape, v.positive = x.shape, symbol == "+" && x.positive && y.positive
		return []value{v}, nil
	}
	p, name := pair{symbol: symbol, big: x, small: y}, g.fresh(base)
	if y.constant == nil && (x.constant != nil || rank(y.shape) > rank(x.shape) || rank(y.shape) == rank(x.shape) && stretches(x.shape, y.shape)) {
		p.big, p.small, p.swapped = y, x, true
	}
	to, err := broadcast(x.shape, y.shape)
	if err != nil {
		return nil, err
	}
	if !p.big.shape.squeezed().equal(to.squeezed()) {
		if p.big, err = g.repeated(p.big, to, name+"_weight"); err != nil {
			return nil, err
		}
	}
	v, err := g.stretch(name, p, to)
	return []value{v}, err
}

// inverted is a divisor as a factor, if it is the owner's, who divides, or a root.
func inverted(y value) (value, string, error) {
	if y.inverse {
		y.inverse = false
		return y, "*", nil
	}
	if !y.learnt {
		return y, "/", nil
	}
	w, err := y.weights("divisors")
	if err != nil {
		return y, "", err
	}
	y.constant = &tensor{shape: w.shape}
	for _, v := range w.floats {
		y.constant.floats = append(y.constant.floats, 1/v)
	}
	return y, "*", nil
}

// broadcast is the shape of an operation on two arrays (ONNX, Broadcasting).
func broadcast(a, b shape) (shape, error) {
	to := aligned(a, max(len(a), len(b)))
	for k, d := range aligned(b, len(to)) {
		switch {
		case to[k] == dim{1, ""}:
			to[k] = d
		case d != to[k] && d != dim{1, ""}:
			return nil, fmt.Errorf("shapes %v and %v do not fit together", a, b)
		}
	}
	return to, nil
}

// aligned has leading ones up to a rank.
func aligned(s shape, rank int) shape { return slices.Concat(onesShape(rank-len(s)), s) }

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

// stretch writes an operation of an array of the shape of the result and of one that
// is one number, ends as that does, or has ones where that ends: with a transposition
// before and after, the small one's dimensions come last. Any other is repeated.
func (g *importer) stretch(name string, p pair, to shape) (value, error) {
	s := p.small.shape.squeezed()
	if len(s) == 0 && p.small.constant != nil {
		text, err := g.constant(p.small, p.small.constant.shaped(), name+"_weight")
		if err != nil {
			return value{}, err
		}
		v := g.let(name, p.write(p.big.name, text), p.big.stored)
		v.shape = to
		return v, nil
	}
	lead, end := len(to)-len(s), len(s)
	if s.suffixOf(to) {
		return g.written(name, p, to, to, s, "%s", "%s")
	}
	for end > 0 && s[end-1] == (dim{1, ""}) {
		end--
	}
	if !s[:end].equal(to[lead : lead+end]) {
		small, err := g.repeated(p.small, to, name+"_weight")
		if err != nil {
			return value{}, err
		}
		p.small = small
		return g.written(name, p, to, to, to, "%s", "%s")
	}
	view, err := to.blocks(lead, lead+end)
	if err != nil {
		return value{}, err
	}
	middle := view[1]
	if view[0] == (dim{1, ""}) {
		view = view[1:]
	}
	return g.written(name, p, to, view, shape{middle}, "transpose(%s)", "transpose(%s)")
}

// written is an operation of both in a shape of their own, with forms around the big
// one and around the result.
func (g *importer) written(name string, p pair, to, big, small shape, before, after string) (value, error) {
	a, err := shaped(p.big, big)
	if err != nil {
		return value{}, err
	}
	b, err := g.reshapedTo(p.small, small, name+"_weight")
	if err != nil {
		return value{}, err
	}
	v := g.let(name, fmt.Sprintf(after, p.write(fmt.Sprintf(before, a), b)), big)
	v.shape = to
	return v, nil
}

// repeated is an array in a shape that has more where it has ones: a sum with zeros, which
// are laid out so that what is repeated comes first.
func (g *importer) repeated(v value, to shape, hint string) (value, error) {
	if v.constant != nil {
		text, err := g.filled(v, hint)
		if err != nil {
			return v, err
		}
		v = value{name: text, stored: v.shape, shape: v.shape}
	}
	v.shape = aligned(v.shape, len(to))
	for lo := 0; lo < len(to); lo++ {
		hi := lo
		for hi < len(to) && v.shape[hi] != to[hi] {
			hi++
		}
		if hi == lo {
			continue
		}
		blocks, err := slices.Concat(v.shape[:lo], to[lo:hi], v.shape[hi:]).blocks(lo, hi)
		if err != nil {
			return v, err
		}
		if v, err = g.multiplied(v, blocks[0], blocks[1], blocks[2]); err != nil {
			return v, err
		}
		v.shape = slices.Concat(v.shape[:lo], to[lo:hi], v.shape[hi:])
	}
	return v, nil
}

// multiplied has each of front rows of back elements as often as times says.
func (g *importer) multiplied(v value, front, times, back dim) (value, error) {
	all, err := shape{front, back}.product()
	if err != nil {
		return v, err
	}
	text, err := shaped(v, shape{all})
	if err != nil {
		return v, err
	}
	one := dim{1, ""}
	expr, stored := fmt.Sprintf("zeros(%v, %v) + %s", times, all, text), shape{times, all}
	if front != one {
		expr, stored = fmt.Sprintf("transpose(%s)", expr), shape{all, times}
	}
	if front != one && back != one {
		expr, stored = fmt.Sprintf("transpose(reshape(%s, %v, %v, %v))", expr, front, back, times), shape{front, times, back}
	}
	out := g.let(g.fresh("repeated"), expr, stored)
	out.shape, out.positive = v.shape, v.positive
	return out, nil
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
		slope.constant, slope.shape = c.shaped(s...), sizes(s)
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
