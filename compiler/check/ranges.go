package check

// Ranges (R17): `in low..high`, of constants or over sizes. What lies in a range
// over sizes lies between the least and the greatest that its ends can be, and
// is an index that needs no other proof where the range says so.

import (
	"math/big"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// rangeOf reads a range of an element type. The end of an integer range is
// excluded unless written `..=`.
func (f *frame) rangeOf(r *ast.Range, e types.Elem) (*Interval, bool) {
	if e.Kind == types.Invalid {
		return nil, false
	}
	if !e.IsNum() && e.Kind != types.Date {
		f.errorf("E204", r, "%s has no range", e).Label = "numbers and dates do"
		return nil, false
	}
	out := &Interval{}
	var ok1, ok2 bool
	out.Low, out.Least, ok1 = f.rangeEnd(r.Low, e)
	out.High, out.Most, ok2 = f.rangeEnd(r.High, e)
	if !ok1 || !ok2 {
		return nil, false
	}
	if !r.Inclusive && e.Kind != types.Fixed {
		if out.Most != nil {
			last := out.Most.Sub(types.Int(1))
			out.Most = &last
		} else {
			out.High = new(big.Rat).Sub(out.High, big.NewRat(1, 1))
		}
	}
	return out, f.spans(r, out, e)
}

// rangeEnd is an end of a range: a constant, or a polynomial over sizes.
func (f *frame) rangeEnd(e ast.Expr, elem types.Elem) (*big.Rat, *types.Size, bool) {
	v := f.expr(e, elem)
	if v.bad() {
		return nil, nil, false
	}
	overSizes := v.konst == nil && v.lin != nil && f.isSize(*v.lin)
	if !overSizes && (v.konst == nil || v.konst.Num == nil) {
		f.errorf("E209", e, "a range is made of constants and sizes").Label = f.c.full(v.Type)
		return nil, nil, false
	}
	if v.Elem.IsNum() != elem.IsNum() || !elem.IsNum() && v.Elem != elem {
		f.errorf("E204", e, "a range of %s has ends of that type", f.c.elem(elem)).Label = f.c.plain(v.Type)
		return nil, nil, false
	}
	if overSizes {
		f.settle(v)
		return nil, v.lin, true
	}
	// the excluded end of a range may lie just outside the type
	k := v.konst.Num
	f.body.expr(e).Type = types.Scalar(elem, types.PublicPlace)
	if elem.IsInt() && !k.IsInt() {
		f.constantFits(e, k, elem)
		return nil, nil, false
	}
	return rounded(k, elem), nil, true
}

// spans finds the least and the greatest that the ends over sizes can be, and
// refuses a range that no value lies in.
func (f *frame) spans(at ast.Node, r *Interval, e types.Elem) bool {
	all := whole(e)
	if r.Least != nil {
		r.Low = all.low
		if low, _ := f.interval(r.Least.Subst(f.equal)); low.bounded {
			r.Low = exactly(all.low).greatest(exactly(low.rat())).low
		}
	}
	if r.Most != nil {
		r.High = all.high
		if _, high := f.interval(r.Most.Subst(f.equal)); high.bounded {
			r.High = exactly(all.high).least(exactly(high.rat())).low
		}
	}
	if r.Low.Cmp(r.High) > 0 || r.Least != nil && r.Most != nil && f.positive(r.Least.Sub(*r.Most)) {
		f.errorf("E505", at, "this range is empty").Label = "no value lies in it"
		return false
	}
	return true
}

// ranged is what lies in a range, and which bounds of sizes that lacks.
func (f *frame) ranged(r *Interval) (b bounds, gaps []string) {
	b = bounds{r.Low, r.High, true}
	for _, end := range []*types.Size{r.Least, r.Most} {
		if end == nil {
			continue
		}
		if low, high := f.interval(end.Subst(f.equal)); !low.bounded || !high.bounded {
			b.declared, gaps = false, joinGaps(gaps, f.unboundedSizes(*end))
		}
	}
	return b, gaps
}

// inputRange reads the range of an input. What is known of sizes stands in
// `where`, which is read after the inputs.
func (f *frame) inputRange(p *ast.Param, v *Variable, known *value) {
	r, ok := f.rangeOf(p.Range, v.Type.Elem)
	if !ok {
		return
	}
	v.Range = r
	known.bounds, known.gaps = f.ranged(r)
}

// inputRangesOverSizes bounds the inputs whose range has sizes, under the facts
// of `where`. The set-up compares values with the ends in the inputs' type.
func (f *frame) inputRangesOverSizes(comp *Computation) {
	for k, v := range comp.Inputs {
		if v.Range == nil || !v.Range.OverSizes() {
			continue
		}
		at, e := comp.Decl.Params[k].Range, v.Type.Elem
		if !f.spans(at, v.Range, e) || !f.endFits(at.Low, v.Range.Least, e) || !f.endFits(at.High, v.Range.Most, e) {
			v.Range = nil
			continue
		}
		known := f.unit.known[v]
		known.bounds, known.gaps = f.ranged(v.Range)
		for i := range known.parts {
			known.parts[i].bounds, known.parts[i].gaps = known.bounds, known.gaps
		}
		f.unit.known[v] = known
	}
}

// endFits is E502 for an end that may not fit a type that an int64 is converted
// to before it is compared.
func (f *frame) endFits(at ast.Expr, end *types.Size, e types.Elem) bool {
	if end == nil || e.Kind != types.Fixed && e.Kind != types.Uint64 {
		return true
	}
	return f.intFits(at, value{Type: types.Scalar(types.Of(types.Int64), types.PublicPlace), bounds: f.value(*end), lin: end}, e)
}

// declaredRange is the range over sizes that what an expression names lies in:
// an input or parameter, its elements, or what `let` calls so. Padded rows are
// not in it.
func (f *frame) declaredRange(e ast.Expr) *Interval {
	switch e := e.(type) {
	case *ast.Paren:
		if len(e.Elems) == 1 {
			return f.declaredRange(e.Elems[0])
		}
	case *ast.Index:
		return f.declaredRange(e.X)
	case *ast.Ident:
		v := f.body.Vars[e]
		switch {
		case v == nil:
		case v.Kind == LetVar:
			return f.declaredRange(v.source)
		case v.Range != nil && v.Range.OverSizes() && !isPadded(v.Type.Shape):
			return v.Range
		}
	}
	return nil
}

// inRange reports whether a value is known to lie in a range whose sizes stand
// for those given.
func (f *frame) inRange(v value, r *Interval, sizes map[string]types.Size) bool {
	above, below := v.bounds.known() && v.bounds.low.Cmp(r.Low) >= 0, v.bounds.known() && v.bounds.high.Cmp(r.High) <= 0
	if r.Least != nil {
		above = f.above(v, r.Least.Subst(sizes))
	}
	if r.Most != nil {
		below = f.below(v, r.Most.Subst(sizes))
	}
	return above && below
}

// above proves v >= limit.
func (f *frame) above(v value, limit types.Size) bool {
	if p := v.polynomial(); p != nil && f.nonneg(p.Sub(limit)) {
		return true
	}
	if r := f.declaredRange(v.expr); r != nil && r.Least != nil && f.nonneg(r.Least.Sub(limit)) {
		return true
	}
	_, high := f.interval(limit.Subst(f.equal))
	return high.bounded && v.bounds.known() && v.bounds.low.Cmp(high.rat()) >= 0
}

// below proves v <= limit.
func (f *frame) below(v value, limit types.Size) bool {
	if p := v.polynomial(); p != nil && f.nonneg(limit.Sub(*p)) {
		return true
	}
	if r := f.declaredRange(v.expr); r != nil && r.Most != nil && f.nonneg(limit.Sub(*r.Most)) {
		return true
	}
	low, _ := f.interval(limit.Subst(f.equal))
	return low.bounded && v.bounds.known() && v.bounds.high.Cmp(low.rat()) <= 0
}
