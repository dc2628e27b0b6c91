package onnx

// Forests: a tree is its leaves, each with the answers to the questions on its path. No
// two questions of a forest are alike, and no two paths.

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
)

// maxPath bounds the questions of a path, whose number fits in a byte.
const maxPath = 127

// A question is whether a column is at most a bound.
type question struct {
	column int
	bound  float64
}

// A step is an answer to a question, given by its place among those of a forest.
type step struct {
	question int
	yes      bool
}

// A leaf is reached by the rows that give the answers of its path.
type leaf struct {
	path []step
	told map[int]float64 // of each target
}

// A forest is the leaves of an ensemble, over rows of so many columns that are
// rounded to so many fractional bits.
type forest struct {
	*ensemble
	columns, fraction int
	asked             []question
	places            map[question]int // in asked
	grown             map[seat]bool
	leaves            []leaf
	ends              map[string]int // of paths, in leaves
}

func (e *ensemble) forest(columns, fraction int) (*forest, error) {
	if len(e.roots) == 0 {
		return nil, errors.New("no tree has a root")
	}
	f := &forest{ensemble: e, columns: columns, fraction: fraction, places: make(map[question]int), grown: make(map[seat]bool), ends: make(map[string]int)}
	for _, p := range e.roots {
		if err := f.grow(p, nil); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// grow adds the leaves below a node, at the end of a path.
func (f *forest) grow(p seat, path []step) error {
	k, ok := f.at[p]
	switch {
	case !ok:
		return fmt.Errorf("tree %d has no node %d", p.tree, p.node)
	case f.grown[p]:
		return fmt.Errorf("two ways lead to node %d of tree %d", p.node, p.tree)
	case len(path) > maxPath:
		return fmt.Errorf("a tree of a depth of more than %d; train it with a smaller one (max_depth)", maxPath)
	}
	f.grown[p] = true
	if f.modes[k] == "LEAF" {
		f.bear(path, f.told[p])
		return nil
	}
	q, turned, err := f.ask(k)
	if err != nil {
		return err
	}
	yes, no := seat{p.tree, f.yes[k]}, seat{p.tree, f.no[k]}
	if turned {
		yes, no = no, yes
	}
	if err := f.follow(yes, path, step{q, true}); err != nil {
		return err
	}
	return f.follow(no, path, step{q, false})
}

// bear adds what a leaf tells, if it is anything, to what other trees do at the end of the
// same answers.
func (f *forest) bear(path []step, told map[int]float64) {
	maps.DeleteFunc(told, func(_ int, w float64) bool { return w == 0 })
	if len(told) == 0 {
		return
	}
	path = slices.SortedFunc(slices.Values(path), func(s, t step) int { return cmp.Compare(s.question, t.question) })
	end := fmt.Sprint(path)
	place, known := f.ends[end]
	if !known {
		f.ends[end] = len(f.leaves)
		f.leaves = append(f.leaves, leaf{path, told})
		return
	}
	for target, w := range told {
		f.leaves[place].told[target] += w
	}
}

// follow goes on after an answer. A question that the path has answered before, which rounding
// makes of two near ones, is not asked again, and what lies behind the other answer is not reached.
func (f *forest) follow(p seat, path []step, s step) error {
	switch {
	case slices.Contains(path, step{s.question, !s.yes}):
		return nil
	case !slices.Contains(path, s):
		path = append(path, s)
	}
	return f.grow(p, path)
}

// ask is the place of the question of the k-th node, or of its opposite.
func (f *forest) ask(k int) (place int, turned bool, err error) {
	if f.features[k] < 0 || f.features[k] >= f.columns {
		return 0, false, fmt.Errorf("column %d of %d", f.features[k], f.columns)
	}
	bound, turned, err := atMost(f.modes[k], f.bounds[k], f.fraction)
	q := question{f.features[k], bound}
	place, known := f.places[q]
	if !known {
		place = len(f.asked)
		f.places[q] = place
		f.asked = append(f.asked, q)
	}
	return place, turned, err
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
