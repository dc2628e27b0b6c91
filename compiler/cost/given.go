package cost

// What is given beside a program: sizes and public inputs, as a run's set-up
// would admit them.

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// Accept checks the names and values of what is given, and that the conditions
// of `where` can hold with them.
func Accept(p *ir.Program, set map[string]int64) error {
	least := make(bounds)
	for _, s := range p.Sizes {
		least[s.Name] = s.Min
	}
	names := maps.Clone(least)
	for _, x := range p.Inputs {
		if settable(x) {
			names[x.Name] = 0
			if v, given := set[x.Name]; given && !admits(x, v) {
				return fmt.Errorf("cannot set %s to %d: it is %s", x.Name, v, admitted(x))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		_, known := names[name]
		low, size := least[name]
		switch {
		case !known && len(names) == 0:
			return fmt.Errorf("cannot set %s: %s has no sizes", name, p.Name)
		case !known:
			return fmt.Errorf("cannot set %s: %s has %s", name, p.Name, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
		case size && set[name] < low:
			return fmt.Errorf("cannot set %s to %d: it is at least %d", name, set[name], low)
		}
	}
	return least.possible(p, set)
}

// Example sets every size of a program to a thousand, or as its conditions
// admit.
func Example(p *ir.Program) map[string]int64 {
	set := make(map[string]int64)
	for _, k := range []int64{1000, 100, 10, 0} {
		for _, s := range p.Sizes {
			set[s.Name] = max(s.Min, k)
		}
		if Accept(p, set) == nil {
			break
		}
	}
	return set
}

func admits(x ir.Input, v int64) bool {
	low, high := x.Elem.Bounds()
	if x.Range != nil {
		low, high = x.Range.Low, x.Range.High
	}
	k := big.NewInt(v)
	return low.Cmp(k) <= 0 && k.Cmp(high) <= 0
}

func admitted(x ir.Input) string {
	if x.Range != nil {
		return "in " + x.Range.Text
	}
	return "no " + x.Elem.String()
}

// possible checks that the sizes which are given refute no condition, whatever
// the others are.
func (b bounds) possible(p *ir.Program, set map[string]int64) error {
	given := make(map[string]types.Size)
	for _, s := range p.Sizes {
		if v, ok := set[s.Name]; ok {
			given[s.Name] = types.Int(v)
		}
	}
	for _, c := range p.Where {
		if !b.refuted(c.Left.Subst(given), c.Right.Subst(given), c.Rel) {
			continue
		}
		var parts []string
		for _, v := range c.Left.Sub(c.Right).Vars() {
			if k, ok := given[v]; ok {
				parts = append(parts, fmt.Sprintf("%s to %s", v, k))
			}
		}
		return fmt.Errorf("cannot set %s: `where %s` does not hold", strings.Join(parts, ", "), c.Text)
	}
	return nil
}

// refuted reports that x rel y is certain not to hold.
func (b bounds) refuted(x, y types.Size, rel string) bool {
	above := func(x, y types.Size) bool { return b.atLeast(x, y.Add(types.Int(1))) }
	switch rel {
	case "<=":
		return above(x, y)
	case "<":
		return b.atLeast(x, y)
	case ">=":
		return above(y, x)
	case ">":
		return b.atLeast(y, x)
	case "==":
		return above(x, y) || above(y, x)
	}
	return x.Equal(y)
}
