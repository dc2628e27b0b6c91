package onnx

// Ensembles of trees. All trees get the depth of the deepest: a leaf above it asks
// questions whose answers do not matter. The questions of a level stand side by side,
// tree by tree, and those of all levels one after the other, so that they are answered at
// once; which column is asked, and the bound, are weights, and so is what the leaves say.

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

const (
	// maxDepth and maxLeaves bound an ensemble: its cost is in proportion to its
	// leaves, 2^depth a tree.
	maxDepth  = 12
	maxLeaves = 1 << 20
)

// A seat is a node of a tree, as the model numbers both.
type seat struct{ tree, node int }

// An ensemble is the trees of a node.
type ensemble struct {
	features, yes, no []int
	bounds            []float64
	modes             []string
	at                map[seat]int // where a node stands in these lists
	roots             []seat
	told              map[seat]map[int]float64 // what leaves say of each target
	targets           int
}

// readTrees reads an ensemble whose leaves have weights under attributes that begin
// with the given word.
func readTrees(g *importer, n *node, word string, targets int) (*ensemble, error) {
	n.ignored("nodes_hitrates", "nodes_hitrates_as_tensor", "nodes_missing_value_tracks_true")
	e := &ensemble{features: n.ints("nodes_featureids"), yes: n.ints("nodes_truenodeids"), no: n.ints("nodes_falsenodeids"), modes: n.texts("nodes_modes"),
		at: make(map[seat]int), told: make(map[seat]map[int]float64), targets: targets}
	trees, ids := n.ints("nodes_treeids"), n.ints("nodes_nodeids")
	var err error
	if e.bounds, err = g.reals(n, "nodes_values"); err != nil {
		return nil, err
	}
	for _, list := range []int{len(trees), len(e.features), len(e.yes), len(e.no), len(e.modes), len(e.bounds)} {
		if list != len(ids) || list == 0 {
			return nil, errors.New("lists of nodes of different lengths")
		}
	}
	below := make(map[seat]bool)
	for k, id := range ids {
		e.at[seat{trees[k], id}] = k
		if e.modes[k] != "LEAF" {
			below[seat{trees[k], e.yes[k]}], below[seat{trees[k], e.no[k]}] = true, true
		}
	}
	for k, id := range ids {
		if p := (seat{trees[k], id}); !below[p] {
			e.roots = append(e.roots, p)
		}
	}
	return e, e.read(g, n, word)
}

// read takes what the leaves say.
func (e *ensemble) read(g *importer, n *node, word string) error {
	trees, ids, targets := n.ints(word+"_treeids"), n.ints(word+"_nodeids"), n.ints(word+"_ids")
	weights, err := g.reals(n, word+"_weights")
	if err != nil {
		return err
	}
	if len(trees) != len(ids) || len(targets) != len(ids) || len(weights) != len(ids) {
		return errors.New("lists of weights of different lengths")
	}
	for k, id := range ids {
		p := seat{trees[k], id}
		if targets[k] < 0 || targets[k] >= e.targets {
			return fmt.Errorf("a weight of target %d of %d", targets[k], e.targets)
		}
		if e.told[p] == nil {
			e.told[p] = make(map[int]float64)
		}
		e.told[p][targets[k]] += weights[k]
	}
	return nil
}

// reals are the numbers of an attribute, or of the tensor that stands for it.
func (g *importer) reals(n *node, name string) ([]float64, error) {
	if a, ok := n.attr(name + "_as_tensor"); ok && a.T != nil {
		t, err := g.model.tensor(a.T)
		if err != nil {
			return nil, err
		}
		return t.floats, nil
	}
	return n.floats(name), nil
}

// depth is that of the deepest tree below a node.
func (e *ensemble) depth(p seat, level int) (int, error) {
	k, ok := e.at[p]
	switch {
	case !ok:
		return 0, fmt.Errorf("tree %d has no node %d", p.tree, p.node)
	case e.modes[k] == "LEAF":
		return level, nil
	case level == maxDepth:
		return 0, fmt.Errorf("trees of a depth of more than %d; train them with a smaller one (max_depth)", maxDepth)
	}
	a, err := e.depth(seat{p.tree, e.yes[k]}, level+1)
	if err != nil {
		return 0, err
	}
	b, err := e.depth(seat{p.tree, e.no[k]}, level+1)
	return max(a, b), err
}

// A forest is an ensemble as weights.
type forest struct {
	trees, depth, columns int
	column, bound, leaves []float64 // columns × questions; questions; leaves × targets
	targets               int
}

func (f *forest) questions() int { return f.trees * (1<<f.depth - 1) }

// first is where the questions of a level begin.
func (f *forest) first(level int) int { return f.trees * (1<<level - 1) }

func (e *ensemble) forest(columns, fraction int) (*forest, error) {
	f := &forest{trees: len(e.roots), columns: columns, targets: e.targets, depth: 1}
	for _, p := range e.roots {
		d, err := e.depth(p, 0)
		if err != nil {
			return nil, err
		}
		f.depth = max(f.depth, d)
	}
	leaves := f.trees << f.depth
	if f.trees == 0 || leaves > maxLeaves || leaves > maxElements/columns || leaves > maxElements/f.targets {
		return nil, fmt.Errorf("%d trees of depth %d; train fewer, or with a smaller depth", f.trees, f.depth)
	}
	f.column, f.bound, f.leaves = make([]float64, columns*f.questions()), make([]float64, f.questions()), make([]float64, leaves*f.targets)
	for t, p := range e.roots {
		if err := e.plant(f, p, 0, t, fraction); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// plant lays out the tree below a node, which is the k-th of its level.
func (e *ensemble) plant(f *forest, p seat, level, k, fraction int) error {
	at := e.at[p]
	if level == f.depth {
		for target, w := range e.told[p] {
			f.leaves[k*f.targets+target] = w
		}
		return nil
	}
	yes, no, question := p, p, f.first(level)+k
	if e.modes[at] != "LEAF" {
		if e.features[at] < 0 || e.features[at] >= f.columns {
			return fmt.Errorf("column %d of %d", e.features[at], f.columns)
		}
		f.column[e.features[at]*f.questions()+question] = 1
		yes, no = seat{p.tree, e.yes[at]}, seat{p.tree, e.no[at]}
		bound, turned, err := atMost(e.modes[at], e.bounds[at], fraction)
		if err != nil {
			return err
		}
		f.bound[question] = bound
		if turned {
			yes, no = no, yes
		}
	}
	if err := e.plant(f, yes, level+1, 2*k, fraction); err != nil {
		return err
	}
	return e.plant(f, no, level+1, 2*k+1, fraction)
}

// atMost is a question as one whether a number is at most a bound, or its opposite, of
// numbers that are rounded to so many fractional bits.
func atMost(mode string, bound float64, fraction int) (at float64, turned bool, err error) {
	switch mode {
	case "BRANCH_LEQ", "BRANCH_GT":
		return lastBelow(bound, beside(bound, 1), fraction), mode == "BRANCH_GT", nil
	case "BRANCH_LT", "BRANCH_GTE":
		return lastBelow(beside(bound, -1), bound, fraction), mode == "BRANCH_GTE", nil
	}
	return 0, false, fmt.Errorf("the question %s; want one of less or greater", mode)
}

// beside is the float of 32 bits that follows a number in a direction.
func beside(x, direction float64) float64 {
	return float64(math.Nextafter32(float32(x), float32(math.Inf(int(direction)))))
}

// lastBelow separates low from high, the floats next to a bound, of which a model takes
// the one below and the other above it. Where rounding makes them equal, the one with
// fewer digits is what data have: bounds lie halfway between values of the training, on a
// third one or, by the rounding of that half, a step beside it.
func lastBelow(low, high float64, fraction int) float64 {
	rounded := func(x float64) float64 { return math.RoundToEven(math.Ldexp(x, fraction)) }
	last := rounded(low)
	if digits := func(x float64) int { return len(strconv.FormatFloat(x, 'e', -1, 32)) }; digits(high) < digits(low) {
		last = rounded(high) - 1
	}
	return math.Ldexp(last, -fraction)
}

// forested writes the sums of what the leaves of all trees say, and a base.
func (g *importer) forested(x value, e *ensemble, base []float64) (value, error) {
	if len(x.shape) != 2 || x.shape[1].size != "" {
		return value{}, fmt.Errorf("an input of shape %v; want rows", x.shape)
	}
	if len(base) == 0 {
		base = make([]float64, e.targets)
	}
	if len(base) != e.targets {
		return value{}, fmt.Errorf("%d base values for %d targets", len(base), e.targets)
	}
	f, err := e.forest(x.shape[1].count, g.Fraction)
	if err != nil {
		return value{}, err
	}
	text, err := shaped(x, x.shape)
	if err != nil {
		return value{}, err
	}
	name := g.fresh("forest")
	w, err := g.planted(name, f, base)
	if err != nil {
		return value{}, err
	}
	g.imports["tree"] = true
	rows := x.shape[0]
	answers := g.let(g.fresh("answers"), fmt.Sprintf("tree.answers(%s, %s, %s)", text, w.columns, w.bounds), shape{rows, {f.questions(), ""}})
	at := fmt.Sprintf("full(1, %v, %d)", rows, f.trees)
	for level := range f.depth {
		at = g.let(g.fresh("at"), fmt.Sprintf("tree.descend_by_answers(%s, %s[:, %d..%d])", at, answers.name, f.first(level), f.first(level+1)), shape{rows, {f.trees << (level + 1), ""}}).name
	}
	return g.let(name, fmt.Sprintf("dot(%s, %s) + %s", at, w.leaves, w.base), shape{rows, {f.targets, ""}}), nil
}

// forestWeights are the names of the weights of a forest.
type forestWeights struct{ columns, bounds, leaves, base string }

// planted makes weights of a forest.
func (g *importer) planted(name string, f *forest, base []float64) (w forestWeights, err error) {
	if w.columns, err = g.weight("", name+"_columns", []int{f.columns, f.questions()}, f.column); err != nil {
		return w, err
	}
	g.weights[len(g.weights)-1].Bits = true
	if w.bounds, err = g.weight("", name+"_bounds", []int{f.questions()}, f.bound); err != nil {
		return w, err
	}
	if w.leaves, err = g.weight("", name+"_leaves", []int{f.trees << f.depth, f.targets}, f.leaves); err != nil {
		return w, err
	}
	w.base, err = g.weight("", name+"_base", []int{f.targets}, base)
	return w, err
}

func treeRegressor(g *importer, n *node, in []value) ([]value, error) {
	if post := n.text("post_transform", "NONE"); post != "NONE" {
		return nil, fmt.Errorf("post_transform %s", post)
	}
	targets := n.int("n_targets", 1)
	if targets < 1 || targets > maxElements {
		return nil, fmt.Errorf("%d targets", targets)
	}
	e, err := readTrees(g, n, "target", targets)
	if err != nil {
		return nil, err
	}
	base, err := g.reals(n, "base_values")
	if err != nil {
		return nil, err
	}
	switch how := n.text("aggregate_function", "SUM"); how {
	case "SUM":
	case "AVERAGE":
		for _, said := range e.told {
			for target := range said {
				said[target] /= float64(len(e.roots))
			}
		}
	default:
		return nil, fmt.Errorf("aggregate_function %s; want SUM or AVERAGE", how)
	}
	v, err := g.forested(in[0], e, base)
	return []value{v}, err
}

// treeClassifier adds up what leaves say of each class; of two classes, they may say
// something of one alone, which is a probability where nothing is negative.
func treeClassifier(g *importer, n *node, in []value) ([]value, error) {
	labels, err := classes(n)
	if err != nil {
		return nil, err
	}
	e, err := readTrees(g, n, "class", labels.len())
	if err != nil {
		return nil, err
	}
	base, err := g.reals(n, "base_values")
	if err != nil {
		return nil, err
	}
	post := n.text("post_transform", "NONE")
	if one, positive := e.one(); one && positive {
		post = "PROBABILITY"
	}
	v, err := g.forested(in[0], e, base)
	if err != nil {
		return nil, err
	}
	return g.classified(n, v, labels, post)
}

// one makes an ensemble of two classes of which leaves say something of one alone an ensemble of
// one target.
func (e *ensemble) one() (one, positive bool) {
	var said []int
	positive = true
	for _, weights := range e.told {
		for target, w := range weights {
			positive = positive && w >= 0
			if !slices.Contains(said, target) {
				said = append(said, target)
			}
		}
	}
	if e.targets != 2 || len(said) != 1 {
		return false, positive
	}
	for _, weights := range e.told {
		w := weights[said[0]]
		delete(weights, said[0])
		weights[0] = w
	}
	e.targets = 1
	return true, positive
}
