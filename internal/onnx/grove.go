package onnx

// Groves: the leaves of a forest, one tree after the other, are cut into equal runs, each
// with the questions on its paths. So what is computed follows the number of questions and
// leaves, whatever the depth.

import "fmt"

const (
	// fewAsked bounds the questions of a grove, unless paths are long: each leaf is shared
	// as so many numbers, once, whereas small groves repeat the questions near the
	// roots, for every row.
	fewAsked = 64
	// maxTogether bounds the groves of a pass, which take the same rounds and hold
	// their arrays at the same time.
	maxTogether = 64
)

// A grove is a run of leaves, and the place of each question of the forest among its own.
type grove struct {
	places map[int]int
	leaves []leaf
}

// groves cuts a forest into passes of so many groves: as few as have few questions each.
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

// plant lays out the groves of passes; arrays of one pass lack its dimension.
func (f *forest) plant(passes, together int, all []grove) (p planting, err error) {
	asked, leaves := most(all, grove.asked), most(all, grove.grown)
	for _, l := range []struct {
		to    *layout
		shape []int
	}{
		{&p.columns, []int{passes, together * asked, f.columns}},
		{&p.bounds, []int{passes, together * asked}},
		{&p.paths, []int{passes, together, leaves, asked}},
		{&p.yes, []int{passes, together * leaves}},
		{&p.told, []int{passes, together * leaves, f.targets}},
	} {
		if l.to.shape = l.shape; passes == 1 {
			l.to.shape = l.shape[1:]
		}
		n, err := counted(l.to.shape)
		if err != nil {
			return p, fmt.Errorf("%d questions and %d leaves; train fewer trees, or smaller ones (max_leaf_nodes): %w", len(f.asked), len(f.leaves), err)
		}
		l.to.data = make([]float64, n)
	}
	for k, g := range all {
		f.ground(g, p.columns.part(k, len(all)), p.bounds.part(k, len(all)))
		g.raise(asked, p.paths.part(k, len(all)), p.yes.part(k, len(all)))
		for l, leaf := range g.leaves {
			for target, w := range leaf.told {
				p.told.part(k, len(all))[l*f.targets+target] = w
			}
		}
	}
	return p, nil
}

// ground lays out the questions of a grove.
func (f *forest) ground(g grove, columns, bounds []float64) {
	for q, place := range g.places {
		columns[place*f.columns+f.asked[q].column] = 1
		bounds[place] = f.asked[q].bound
	}
}

// raise lays out the paths of a grove, each of so many numbers: 1 is yes, -1 no; and how
// often yes is said.
func (g grove) raise(asked int, paths, yes []float64) {
	for l, leaf := range g.leaves {
		for _, s := range leaf.path {
			sign := -1.0
			if s.yes {
				sign = 1
				yes[l]++
			}
			paths[l*asked+g.places[s.question]] = sign
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
	p, err := f.plant(passes, together, all)
	if err != nil {
		return value{}, err
	}
	name := g.fresh("forest")
	w, err := g.planted(name, p, base)
	if err != nil {
		return value{}, err
	}
	g.imports["tree"] = true
	s, answers, reached := shape{x.shape[0], {f.targets, ""}}, g.fresh("answers"), g.fresh("reached")
	walk := func(at string) {
		g.lines = append(g.lines,
			fmt.Sprintf("let %s = tree.answers(%s, %s%s, %s%s)", answers, text, w.columns, at, w.bounds, at),
			fmt.Sprintf("let %s = tree.leaves_by_answers(%s, %s%s, %s%s)", reached, answers, w.paths, at, w.yes, at))
	}
	if passes == 1 {
		walk("")
		return g.let(name, fmt.Sprintf("dot(%s, %s) + %s", reached, w.leaves, w.base), s), nil
	}
	pass := g.fresh("pass")
	g.lines = append(g.lines, fmt.Sprintf("var %s = zeros(%s) + %s", name, s.list(), w.base), fmt.Sprintf("for %s in 0..%d {", pass, passes))
	walk("[" + pass + "]")
	g.lines = append(g.lines, fmt.Sprintf("%s += dot(%s, %s[%s])", name, reached, w.leaves, pass), "}")
	return value{name: name, stored: s, shape: s}, nil
}

// forestWeights are the names of the weights of a forest.
type forestWeights struct{ columns, bounds, paths, yes, leaves, base string }

// planted makes weights of a planting.
func (g *importer) planted(name string, p planting, base []float64) (w forestWeights, err error) {
	for _, part := range []struct {
		field     *string
		name      string
		of        layout
		low, high int
	}{
		{&w.columns, "columns", p.columns, 0, 1},
		{&w.bounds, "bounds", p.bounds, 0, 0},
		{&w.paths, "paths", p.paths, -1, 1},
		{&w.yes, "yes", p.yes, 0, maxPath},
		{&w.leaves, "leaves", p.told, 0, 0},
		{&w.base, "base", layout{[]int{len(base)}, base}, 0, 0},
	} {
		if *part.field, err = g.weight("", name+"_"+part.name, part.of.shape, part.of.data); err != nil {
			return w, err
		}
		made := &g.weights[len(g.weights)-1]
		made.Low, made.High = part.low, part.high
	}
	return w, nil
}
