package check

// Sums of so many values: what `where n + m <= k` says of sum(x) + sum(y) is
// more than the bounds of n and of m do.

import (
	"math/big"

	"github.com/tfec-lang/tfec/lang/types"
)

// A total is the sum of n values, each of which lies in an interval.
type total struct {
	each bounds
	n    types.Size
}

func (t *total) bounds(f *facts) bounds {
	length := f.value(t.n)
	if length.low.Sign() < 0 {
		length.low = new(big.Rat)
	}
	return t.each.mul(length)
}

// asTotal is a value as the sum that it is, or of itself.
func (v value) asTotal() *total {
	if v.total != nil {
		return v.total
	}
	return &total{v.bounds, types.Int(1)}
}

// totals is the sum or difference of two values of which one is a sum, nil of
// anything else.
func totals(op string, x, y value) *total {
	if op != "+" && op != "-" || x.total == nil && y.total == nil || !x.bounds.known() || !y.bounds.known() {
		return nil
	}
	a, b := x.asTotal(), y.asTotal()
	each := b.each
	if op == "-" {
		each = exactly(new(big.Rat)).sub(each)
	}
	return &total{a.each.union(each), a.n.Add(b.n)}
}
