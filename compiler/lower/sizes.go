package lower

// Bounds of sizes: what the header and its `where` say.

import (
	"math/big"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/lang/types"
)

// sizeBounds is what is known of sizes; without an entry, one is unbounded.
type sizeBounds struct{ low, high map[string]*big.Int }

// boundsOf collects what the header of a computation says.
func boundsOf(c *check.Computation) *sizeBounds {
	k := &sizeBounds{low: make(map[string]*big.Int), high: make(map[string]*big.Int)}
	for _, s := range c.Sizes {
		k.low[s.Name] = big.NewInt(s.Min)
		if s.Max != nil {
			k.high[s.Name] = big.NewInt(*s.Max)
		}
	}
	var facts []types.Size
	for _, w := range c.Where {
		facts = append(facts, nonnegative(w)...)
	}
	for range c.Sizes { // so many rounds reach the end of every chain of facts
		sharper := false
		for _, fact := range facts {
			sharper = k.tighten(fact) || sharper
		}
		if !sharper {
			break
		}
	}
	k.nonempty()
	return k
}

// nonempty ends an interval that no size lies in: no run passes the set-up, and
// intervals that are computed from it must have a least and a greatest.
func (k *sizeBounds) nonempty() {
	for v, high := range k.high {
		if low := k.low[v]; low != nil && low.Cmp(high) > 0 {
			k.high[v] = low
		}
	}
}

// nonnegative returns what a condition says is at least 0.
func nonnegative(w check.Condition) []types.Size {
	less, more, one := w.Right.Sub(w.Left), w.Left.Sub(w.Right), types.Int(1)
	switch w.Rel {
	case "<=":
		return []types.Size{less}
	case "<":
		return []types.Size{less.Sub(one)}
	case ">=":
		return []types.Size{more}
	case ">":
		return []types.Size{more.Sub(one)}
	case "==":
		return []types.Size{less, more}
	}
	return nil
}

// tighten bounds each variable that stands alone in a term of the fact: from
// rest + c·v >= 0 follows v >= -max(rest) / c, or v <= max(rest) / -c. It reports
// whether that is sharper.
func (k *sizeBounds) tighten(fact types.Size) (sharper bool) {
	for _, t := range fact.Terms() {
		if len(t.Vars) != 1 {
			continue
		}
		v := t.Vars[0]
		rest := k.highest(fact.Sub(types.Name(v).Mul(types.Int(t.Coef))))
		if rest == nil {
			continue
		}
		if t.Coef < 0 {
			sharper = k.atMost(v, new(big.Int).Div(rest, big.NewInt(-t.Coef))) || sharper
			continue
		}
		least := new(big.Int).Div(rest, big.NewInt(t.Coef))
		sharper = k.atLeast(v, least.Neg(least)) || sharper
	}
	return sharper
}

func (k *sizeBounds) atMost(v string, x *big.Int) (sharper bool) {
	if h := k.high[v]; h != nil && x.Cmp(h) >= 0 {
		return false
	}
	k.high[v] = x
	return true
}

func (k *sizeBounds) atLeast(v string, x *big.Int) (sharper bool) {
	if h := k.low[v]; h != nil && x.Cmp(h) <= 0 {
		return false
	}
	k.low[v] = x
	return true
}

// highest is an upper bound of s, or nil.
func (k *sizeBounds) highest(s types.Size) *big.Int {
	low := k.lowest(types.Int(0).Sub(s))
	if low == nil {
		return nil
	}
	return low.Neg(low)
}

// lowest is a lower bound of s, term by term, or nil. Products are bounded
// where all their factors are at least 0.
func (k *sizeBounds) lowest(s types.Size) *big.Int {
	sum := new(big.Int)
	for _, t := range s.Terms() {
		p := big.NewInt(t.Coef)
		for _, v := range t.Vars {
			bound := k.low[v]
			if bound == nil || bound.Sign() < 0 && len(t.Vars) > 1 {
				return nil
			}
			if t.Coef < 0 {
				bound = k.high[v]
			}
			if bound == nil {
				return nil
			}
			p.Mul(p, bound)
		}
		sum.Add(sum, p)
	}
	return sum
}
