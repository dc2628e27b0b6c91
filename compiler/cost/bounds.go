package cost

// What is certain of a polynomial whatever the sizes are.

import (
	"fmt"
	mathbits "math/bits"

	"github.com/tfec-lang/tfec/lang/types"
)

// bounds has the least value of each variable.
type bounds map[string]int64

// least returns a lower bound of s, if one can be seen: with every variable
// counted from its least value, no coefficient is negative but the constant.
func (b bounds) least(s types.Size) (int64, bool) {
	shift := make(map[string]types.Size)
	for _, v := range s.Vars() {
		shift[v] = types.Name(v).Add(types.Int(b[v]))
	}
	least := int64(0)
	t := s.Subst(shift)
	for _, term := range t.Terms() {
		if len(term.Vars) == 0 {
			least = term.Coef
		} else if term.Coef < 0 {
			return 0, false
		}
	}
	return least, !t.Overflows()
}

// atLeast reports that s >= t is certain.
func (b bounds) atLeast(s, t types.Size) bool {
	low, ok := b.least(s.Sub(t))
	return ok && low >= 0
}

// greater returns the greater of two sizes, if it is certain which it is.
func (b bounds) greater(s, t types.Size) (types.Size, bool) {
	x, number := s.Const()
	y, numbers := t.Const()
	switch {
	case number && numbers && x >= y:
		return s, true
	case number && numbers:
		return t, true
	case b.atLeast(s, t):
		return s, true
	case b.atLeast(t, s):
		return t, true
	}
	return types.Size{}, false
}

// What is no polynomial of the sizes is a variable of its own, named after it:
// halvings is ⌈log2 s⌉ for s >= 1, quotient ⌈s / k⌉ for s >= 0, and positive is
// s or, where that is negative, zero.

func (b bounds) halvings(s types.Size) types.Size {
	return b.variable(s, log2, fmt.Sprintf("⌈log2(%s)⌉", s))
}

func (b bounds) quotient(s types.Size, k int64) types.Size {
	if k == 1 {
		return s
	}
	return b.variable(s, func(n int64) int64 { return n/k + min(n%k, 1) }, fmt.Sprintf("⌈(%s) / %d⌉", s, k))
}

func (b bounds) positive(s types.Size) types.Size {
	if b.atLeast(s, types.Int(0)) {
		return s
	}
	return b.variable(s, func(n int64) int64 { return max(0, n) }, fmt.Sprintf("max(0, %s)", s))
}

// variable is a function of s, which does not fall, under a name.
func (b bounds) variable(s types.Size, f func(int64) int64, name string) types.Size {
	if n, ok := s.Const(); ok {
		return types.Int(f(n))
	}
	low, ok := b.least(s)
	if !ok {
		low = 0
	}
	b[name] = f(low)
	return types.Name(name)
}

// log2 is ⌈log2 n⌉.
func log2(n int64) int64 {
	if n <= 1 {
		return 0
	}
	return int64(mathbits.Len64(uint64(n - 1)))
}
