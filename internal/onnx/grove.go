package onnx

// Groves: the leaves of a forest, one tree after the other, are cut into equal runs, each
// with the questions on its paths. So what is computed follows the number of questions and
// leaves, whatever the depth.

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// fewAsked are as many questions as a grove has at most, but for long paths: a leaf is
	// shared as so many numbers, once, and where a grove is small, it repeats more of
	// the questions near the roots, of every row.
	fewAsked = 64
	// maxTogether bounds the groves of a pass, which take the same rounds and hold
	// their arrays at the same time.
	maxTogether = 32
)

// A grove is a run of leaves, and the place of each question of the forest among its own.
type grove struct {
	places map[int]int
	leaves []leaf
}

// groves cuts a forest into passes of so many groves: into few, each of few questions.
func (f *forest) groves() (passes, together int, all []grove) {
	few := fewAsked
	for _, l := range f.leaves {
		few = max(few, 2*len(l.path))
	}
	for n := 1 + (len(f.asked)-1)/few; ; n += 1 + n/16 {
		passes = 1 + (n-1)/maxTogether
		together = 1 + (n-1)/passes
		all = f.cut(passes * together)
		if most(all, grove.asked) <= few {
			return passes, together, all
		}
	}
}

// cut makes n groves of equal numbers of leaves, but for one.
func (f *forest) cut(n int) []grove {
	out := make([]grove, n)
	for k := range out {
		out[k] = grove{make(map[int]int), f.leaves[k*len(f.leaves)/n : (k+1)*len(f.leaves)/n]}
		for _, l := range out[k].leaves {
			out[k].add(l.path)
		}
	}
	return out
}

// add gives places to the questions of a path.
func (g grove) add(path []step) {
	for _, s := range path {
		if _, known := g.places[s.question]; !known {
			g.places[s.question] = len(g.places)
		}
	}
}

func (g grove) asked() int { return len(g.places) }
func (g grove) grown() int { return len(g.leaves) }

// most is what a grove has of something at most, and at least one.
func most(all []grove, number func(grove) int) int {
	n := 1
	for _, g := range all {
		n = max(n, number(g))
	}
	return n
}

// A layout is an array of a weight, a part for each grove. A question or leaf
// that a grove lacks is one of no path, or tells nothing.
type layout struct {
	shape []int
	data  []float64
}

// part is that of the k-th of n groves.
func (l layout) part(k, n int) []float64 { return l.data[k*len(l.data)/n : (k+1)*len(l.data)/n] }

// A planting is the groves of a forest as weights.
type planting struct {
	columns, bounds, paths, yes, told layout
}

// plant lays out groves, whose indices are the lead of all shapes.
func (f *forest) plant(lead []int, all []grove) (p planting, err error) {
	asked, leaves := most(all, grove.asked), most(all, grove.grown)
	for _, l := range []struct {
		to    *layout
		shape []int
	}{{&p.columns, []int{f.columns, asked}}, {&p.bounds, []int{asked}}, {&p.paths, []int{asked, leaves}}, {&p.yes, []int{leaves}}, {&p.told, []int{leaves, f.targets}}} {
		l.to.shape = slices.Concat(lead, l.shape)
		n, err := counted(l.to.shape)
		if err != nil {
			return p, fmt.Errorf("%d questions and %d leaves; train fewer trees, or smaller ones (max_leaf_nodes): %w", len(f.asked), len(f.leaves), err)
		}
		l.to.data = make([]float64, n)
	}
	for k, g := range all {
		f.ground(g, asked, p.columns.part(k, len(all)), p.bounds.part(k, len(all)))
		g.raise(leaves, p.paths.part(k, len(all)), p.yes.part(k, len(all)))
		for l, leaf := range g.leaves {
			for target, w := range leaf.told {
				p.told.part(k, len(all))[l*f.targets+target] = w
			}
		}
	}
	return p, nil
}

// ground lays out the questions of a grove, of which there are places for asked.
func (f *forest) ground(g grove, asked int, columns, bounds []float64) {
	for q, place := range g.places {
		columns[f.asked[q].column*asked+place] = 1
		bounds[place] = f.asked[q].bound
	}
}

// raise lays out the paths of a grove: 1 is yes, -1 no, and how often yes is said.
func (g grove) raise(leaves int, paths, yes []float64) {
	for l, leaf := range g.leaves {
		for _, s := range leaf.path {
			sign := -1.0
			if s.yes {
				sign = 1
				yes[l]++
			}
			paths[g.places[s.question]*leaves+l] = sign
		}
	}
}

// forested writes the sums of what the leaves of all trees tell, and a base.
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
	text, err := shaped(x, x.shape)
	if err != nil {
		return value{}, err
	}
	f, err := e.forest(x.shape[1].count, g.Fraction)
	if err != nil {
		return value{}, err
	}
	passes, together, all := f.groves()
	name, pass := g.fresh("forest"), g.fresh("pass")
	lead, at := []int{passes, together}, pass+", "
	if passes == 1 {
		lead, at = lead[1:], ""
	}
	p, err := f.plant(lead, all)
	if err != nil {
		return value{}, err
	}
	w, err := g.planted(name, p, base)
	if err != nil {
		return value{}, err
	}
	g.imports["tree"] = true
	var told []string
	for k := range together {
		told = append(told, w.predict(text, fmt.Sprintf("[%s%d]", at, k)))
	}
	sum, s := strings.Join(told, " + "), shape{x.shape[0], {f.targets, ""}}
	if passes == 1 {
		return g.let(name, sum+" + "+w.base, s), nil
	}
	g.lines = append(g.lines, fmt.Sprintf("var %s = zeros(%s) + %s", name, s.list(), w.base), fmt.Sprintf("for %s in 0..%d {", pass, passes), name+" += "+sum, "}")
	return value{name: name, stored: s, shape: s}, nil
}

// forestWeights are the names of the weights of a forest.
type forestWeights struct {
	parts []string
	base  string
}

// predict is the call for the grove at an index.
func (w forestWeights) predict(x, at string) string {
	return fmt.Sprintf("tree.predict_by_paths(%s, %s)", x, strings.Join(w.parts, at+", ")+at)
}

// planted makes weights of a planting.
func (g *importer) planted(name string, p planting, base []float64) (w forestWeights, err error) {
	for _, part := range []struct {
		name      string
		of        layout
		low, high int
	}{{"columns", p.columns, 0, 1}, {"bounds", p.bounds, 0, 0}, {"paths", p.paths, -1, 1}, {"yes", p.yes, 0, maxPath}, {"leaves", p.told, 0, 0}} {
		field, err := g.weight("", name+"_"+part.name, part.of.shape, part.of.data)
		if err != nil {
			return w, err
		}
		made := &g.weights[len(g.weights)-1]
		made.Low, made.High = part.low, part.high
		w.parts = append(w.parts, field)
	}
	w.base, err = g.weight("", name+"_base", []int{len(base)}, base)
	return w, err
}
