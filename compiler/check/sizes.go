package check

// Sizes and shapes (R1, R16): what is known of size names, and what follows
// about dimensions from the facts of `where` and of loops.

import (
	"maps"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A sizeInfo is what is known of a name in dimensions: a size of the header
// or function, a loop variable, or a length that data decides (`?1`).
type sizeInfo struct {
	min, max end
	place    types.Place
	early    bool
	data     bool // a length that depends on its holders' data
	constant bool // a function is called with that size, min
	// first and last are between what a loop variable lies.
	first, last *types.Size
}

// facts is what a body knows of its sizes.
type facts struct {
	infos map[string]*sizeInfo
	equal map[string]types.Size // from equalities of where
	// about has, by name, the polynomials that are not negative. What one says of
	// one name alone is in its bounds instead.
	about map[string][]types.Size
	held  int // how many times a polynomial was entered
	// counts are the numbers of elements that the set-up compares with maxCount.
	counts []types.Size
}

// maxCount is how many elements an input may have: the set-up refuses more, so
// that no product of an input's dimensions wraps.
const maxCount = 1 << 32

func newFacts() *facts {
	return &facts{infos: make(map[string]*sizeInfo), equal: make(map[string]types.Size), about: make(map[string][]types.Size)}
}

func (f *facts) clone() *facts {
	out := *f
	out.infos, out.equal, out.about, out.counts = maps.Clone(f.infos), maps.Clone(f.equal), maps.Clone(f.about), slices.Clip(f.counts)
	return &out
}

// suppose starts what is known only in a body that may not run; the function
// that it returns ends that. The lengths that data decided there stay.
func (f *facts) suppose() func() {
	outer := *f
	outer.infos, outer.about = maps.Clone(f.infos), maps.Clone(f.about)
	return func() {
		for name, info := range f.infos {
			if info.data && outer.infos[name] == nil {
				outer.infos[name] = info
			}
		}
		*f = outer
	}
}

// hold enters p >= 0.
func (f *facts) hold(p types.Size) {
	names := p.Vars()
	if len(names) == 1 && degree(p) == 1 {
		f.tighten(p)
		return
	}
	for _, name := range names {
		f.about[name] = append(f.about[name], p)
		f.held++
	}
}

// near lists the polynomials entered that have one of the names, each once.
func (f *facts) near(names []string) []types.Size {
	var out []types.Size
	for i, name := range names {
		for _, fact := range f.about[name] {
			if !slices.ContainsFunc(names[:i], fact.Has) {
				out = append(out, fact)
			}
		}
	}
	return out
}

// A verdict is the outcome of a comparison of two sizes.
type verdict int

const (
	unknown verdict = iota
	proved
	refuted
)

// same decides a == b.
func (f *facts) same(a, b types.Size) verdict {
	d := a.Sub(b).Subst(f.equal)
	if k, ok := d.Const(); ok {
		if k == 0 {
			return proved
		}
		return refuted
	}
	minus := types.Int(0).Sub(d)
	switch {
	case f.positive(d), f.positive(minus):
		return refuted
	case f.nonneg(d) && f.nonneg(minus):
		return proved
	}
	return unknown
}

// searchDepth is how many facts one proof may combine.
const searchDepth = 3

// nonneg proves p >= 0: without factors that are not negative, by the bounds of
// its names, after subtracting up to searchDepth facts, few before many.
func (f *facts) nonneg(p types.Size) bool {
	p = f.unfactored(p.Subst(f.equal))
	for depth := range searchDepth + 1 {
		if f.search(p, depth) {
			return true
		}
	}
	return false
}

// unfactored is p without the names that are factors of all its terms and not
// negative: 3·d - c·d is 3 - c, as to its sign.
func (f *facts) unfactored(p types.Size) types.Size {
	for _, name := range p.Vars() {
		info := f.infos[name]
		if info == nil || !info.min.bounded || info.min.sign() < 0 {
			continue
		}
		for rest, ok := p.Over(name); ok; rest, ok = p.Over(name) {
			p = rest
		}
	}
	return p
}

func (f *facts) positive(p types.Size) bool { return f.nonneg(p.Sub(types.Int(1))) }

// search proves p >= 0 after subtracting as many facts as depth says, each as
// often as a term of p has its own.
func (f *facts) search(p types.Size, depth int) bool {
	if depth == 0 {
		low, _ := f.interval(p)
		return low.bounded && low.sign() >= 0
	}
	return slices.ContainsFunc(f.near(p.Vars()), func(fact types.Size) bool {
		return slices.ContainsFunc(multiples(p, fact), func(k int64) bool {
			return f.search(p.Sub(types.Int(k).Mul(fact)), depth-1)
		})
	})
}

// multiples are how many times a fact may be worth subtracting from p: once, and
// as often as takes a term away.
func multiples(p, fact types.Size) []int64 {
	out := []int64{1}
	for _, t := range p.Terms() {
		for _, u := range fact.Terms() {
			if len(t.Vars) > 0 && slices.Equal(t.Vars, u.Vars) && t.Coef%u.Coef == 0 && t.Coef/u.Coef > 1 {
				out = append(out, t.Coef/u.Coef)
			}
		}
	}
	return out
}

// interval bounds a polynomial by the bounds of its names.
func (f *facts) interval(p types.Size) (low, high end) {
	if p.Overflows() {
		return end{}, end{}
	}
	low, high = endAt(0), endAt(0)
	for _, t := range p.Terms() {
		tl, th := f.term(t)
		low, high = low.plus(tl), high.plus(th)
	}
	return low, high
}

func (f *facts) term(t types.Term) (low, high end) {
	low, high = endAt(1), endAt(1)
	for _, name := range t.Vars {
		info := f.infos[name]
		if info == nil {
			return end{}, end{}
		}
		low, high = productOf(low, high, info.min, info.max)
	}
	k := endAt(t.Coef)
	return productOf(low, high, k, k)
}

// value gives the bounds of a size as an int64; without an upper end it is not
// declared, and what is no number of elements may then wrap.
func (f *facts) value(p types.Size) bounds {
	low, high := f.span(p)
	all := whole(types.Of(types.Int64))
	out := bounds{all.low, all.high, low.bounded && high.bounded}
	if !high.bounded && f.counted(p) {
		high = endAt(maxCount)
	}
	if low.bounded && (high.bounded || degree(p) < 2) {
		out.low = low.rat()
	}
	if high.bounded {
		out.high = high.rat()
	}
	return out
}

// span bounds a polynomial by the bounds of its names, and by what one fact says
// of several of them together.
func (f *facts) span(p types.Size) (low, high end) {
	p = p.Subst(f.equal)
	return f.highest(types.Int(0).Sub(p)).minus(), f.highest(p)
}

// highest is the least upper end that is known of p.
func (f *facts) highest(p types.Size) end {
	_, high := f.interval(p)
	if len(p.Vars()) < 2 {
		return high
	}
	lower := func(x end) {
		if x.bounded && (!high.bounded || x.less(high)) {
			high = x
		}
	}
	for _, fact := range f.near(p.Vars()) {
		minus := types.Int(0).Sub(fact)
		for _, k := range multiples(p, minus) {
			_, h := f.interval(p.Sub(types.Int(k).Mul(minus)))
			lower(h)
		}
	}
	for _, name := range p.Vars() {
		if rest, ok := p.Over(name); ok {
			least, most := f.interval(types.Name(name))
			low, high := f.span(rest)
			_, h := productOf(least, most, low, high)
			lower(h)
		}
	}
	return high
}

// carried is what is known of the sizes of a function together, each of which is
// one here: the facts in which they can stand for all names, and what one is by
// the others.
func (f *facts) carried(sizes map[string]types.Size) []types.Size {
	var known []types.Size
	var names []string
	unmarked, equal := make(map[string]types.Size), make(map[string]types.Size)
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		unmarked[mark+name] = types.Name(name)
		size := sizes[name].Subst(f.equal)
		names = append(names, size.Vars()...)
		d := size.Sub(types.Name(mark + name)).Subst(equal)
		known = append(known, d, types.Int(0).Sub(d))
		replace(equal, d)
	}
	slices.Sort(names)
	var out []types.Size
	for _, p := range append(known, f.near(slices.Compact(names))...) {
		p = p.Subst(f.equal).Subst(equal)
		own := !slices.ContainsFunc(p.Vars(), func(name string) bool { return !strings.HasPrefix(name, mark) })
		if _, constant := p.Const(); own && !constant && !p.Overflows() {
			out = append(out, p.Subst(unmarked))
		}
	}
	return out
}

// mark tells the sizes of a function from the names at the call.
const mark = "~"

// counted reports that p is at most maxCount: it is the number of elements of an
// input, or some dimensions of one that has elements.
func (f *facts) counted(p types.Size) bool {
	if _, high := f.interval(p.Subst(f.equal)); high.bounded {
		return !endAt(maxCount).less(high)
	}
	return slices.ContainsFunc(f.counts, func(c types.Size) bool { return f.part(p, c) })
}

// part reports that whole is p times dimensions that are at least 1.
func (f *facts) part(p, whole types.Size) bool {
	if len(p.Terms()) != 1 || len(whole.Terms()) != 1 || p.Terms()[0].Coef > whole.Terms()[0].Coef {
		return false
	}
	rest := slices.Clone(whole.Terms()[0].Vars)
	for _, name := range p.Terms()[0].Vars {
		k := slices.Index(rest, name)
		if k < 0 {
			return false
		}
		rest = slices.Delete(rest, k, k+1)
	}
	return !slices.ContainsFunc(rest, func(name string) bool { return !f.positive(types.Name(name)) })
}

func degree(p types.Size) int {
	if terms := p.Terms(); len(terms) > 0 {
		return len(terms[0].Vars) // of highest degree first
	}
	return 0
}

// assume adds `left rel right` as a fact.
func (f *facts) assume(left, right types.Size, rel string) {
	d := left.Sub(right)
	minus := types.Int(0).Sub(d)
	switch rel {
	case ">=":
		f.atLeast(d)
	case ">":
		f.atLeast(d.Sub(types.Int(1)))
	case "<=":
		f.atLeast(minus)
	case "<":
		f.atLeast(minus.Sub(types.Int(1)))
	case "==":
		f.equate(d)
	}
}

// atLeast adds p >= 0.
func (f *facts) atLeast(p types.Size) {
	f.hold(p)
	f.tighten(p, p.Subst(f.equal))
}

// tighten derives bounds of single names from new facts, and then from those
// about a name that this bounds: from c·x + rest >= 0 and the bounds of rest
// follows one of x. Each fact twice reaches what programs need; more would only
// be sharper.
func (f *facts) tighten(facts ...types.Size) {
	for looks := len(facts) + 2*f.held; looks > 0 && len(facts) > 0; looks-- {
		p := facts[0]
		facts = facts[1:]
		for _, t := range p.Terms() {
			if len(t.Vars) == 1 && f.bound(t, p.Sub(types.Int(t.Coef).Mul(types.Name(t.Vars[0])))) {
				facts = append(facts, f.about[t.Vars[0]]...)
			}
		}
	}
}

// bound bounds the name of a term by t + rest >= 0, where that is sharper.
func (f *facts) bound(t types.Term, rest types.Size) bool {
	info := f.infos[t.Vars[0]]
	_, high := f.interval(rest)
	if info == nil || !high.bounded {
		return false
	}
	sharper := *info
	if t.Coef > 0 { // coef·x >= -rest >= -high
		sharper.min = high.over(endAt(t.Coef)).minus()
		if info.min.bounded && !info.min.less(sharper.min) {
			return false
		}
	} else {
		sharper.max = high.over(endAt(t.Coef).minus())
		if info.max.bounded && !sharper.max.less(info.max) {
			return false
		}
	}
	f.infos[t.Vars[0]] = &sharper
	return true
}

// equate adds d == 0. The first name that stands alone with coefficient 1 or -1
// is replaced by the rest everywhere.
func (f *facts) equate(d types.Size) {
	minus := types.Int(0).Sub(d)
	f.hold(d)
	f.hold(minus)
	f.tighten(d, minus)
	replace(f.equal, d.Subst(f.equal))
	for _, fact := range f.near(d.Vars()) {
		f.tighten(fact.Subst(f.equal))
	}
}

// replace adds to equalities what d == 0 says of a name of it that has no mark.
func replace(equal map[string]types.Size, d types.Size) {
	for _, t := range d.Terms() {
		if len(t.Vars) != 1 || t.Coef != 1 && t.Coef != -1 || strings.HasPrefix(t.Vars[0], mark) {
			continue
		}
		name := t.Vars[0]
		rest := types.Int(t.Coef).Mul(types.Name(name)).Sub(d).Mul(types.Int(t.Coef))
		if rest.Has(name) {
			continue
		}
		one := map[string]types.Size{name: rest}
		for k, v := range equal {
			equal[k] = v.Subst(one)
		}
		equal[name] = rest
		return
	}
}

// data reports whether a shape has a dimension that data decides, and who
// holds it.
func (f *facts) data(s types.Shape) (types.Place, bool) {
	for _, d := range s {
		for _, name := range d.Vars() {
			if info := f.infos[name]; info != nil && info.data {
				return info.place, true
			}
		}
	}
	return types.Place{}, false
}

// broadcast is the shape of an elementwise operation: one shape is a suffix
// of the other. what names the operation for an error, which stands at `at`.
func (f *frame) broadcast(at ast.Node, what string, vs ...value) (types.Shape, bool) {
	var shape types.Shape
	for _, v := range vs {
		long, short := shape, v.Shape
		if len(short) > len(long) {
			long, short = short, long
		}
		if !f.sameShape(at, long[len(long)-len(short):], short, f.operandsOf(what, vs), vs) {
			return nil, false
		}
		shape = withPadding(long, short)
	}
	return shape, true
}

// sameShape compares shapes of equal rank and reports E201 or E202 with a label.
func (f *frame) sameShape(at ast.Node, a, b types.Shape, label func() string, vs []value) bool {
	for i := range a {
		switch f.same(a[i], b[i]) {
		case refuted:
			d := f.errorf("E201", at, "dimensions differ, %s and %s", a[i], b[i])
			d.Label = label()
			return false
		case unknown:
			f.unproved(at, a[i], b[i], label(), vs)
			return false
		}
	}
	return true
}

// unproved reports E202.
func (f *frame) unproved(at ast.Node, a, b types.Size, label string, vs []value) {
	if _, private := f.data(types.Shape{a, b}); private {
		d := f.errorf("E202", at, "cannot prove that the lengths are equal: one depends on data")
		d.Label = label
		return
	}
	d := f.errorf("E202", at, "cannot prove that %s == %s", a, b)
	d.Label = label
	if f.unit.comp == nil {
		d.Hint = "use one size name for both in the header"
		return
	}
	d.Hint = "add `where " + a.String() + " == " + b.String() + "` (checked before any data is shared)"
	if len(vs) == 2 && len(vs[0].Shape) == 1 && len(vs[1].Shape) == 1 {
		d.Hint = "if both have one row per person add `where " + a.String() + " == " + b.String() +
			"` (checked before any data is shared); to stack them use `concat(" + f.text(vs[0].expr) + ", " + f.text(vs[1].expr) + ")`"
	}
}
