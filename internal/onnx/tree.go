package onnx

// Ensembles of trees, as a model lists them.

import (
	"errors"
	"fmt"
	"slices"
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
