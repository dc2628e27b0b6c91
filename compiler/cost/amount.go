package cost

// Amounts of bytes: polynomials in the sizes, where a message that ends within
// a byte is rounded up.

import (
	"fmt"
	"math"
	"strings"

	"github.com/tfec-lang/tfec/lang/types"
)

// An amount is a number of bytes. rounded counts the bits of messages that may
// end within a byte, which only the sizes can tell: with all sizes known there
// are none.
type amount struct{ whole, rounded types.Size }

// add adds a message of so many bits for each element, as often as m says.
func (a *amount) add(bits int, elements types.Size, m multiple) {
	each := types.Int(int64(bits))
	if m.axis != nil {
		// All levels together join one pair less than there are elements.
		elements = m.axis.Sub(types.Int(1)).Mul(elements)
	}
	total := elements.Mul(each)
	n, known := total.Const()
	switch {
	case bits%8 == 0:
		a.whole = a.whole.Add(elements.Mul(types.Int(int64(bits / 8))).Mul(m.times))
	case known && m.axis == nil && n <= math.MaxInt64-7:
		a.whole = a.whole.Add(types.Int((n + 7) / 8).Mul(m.times))
	default:
		a.rounded = a.rounded.Add(total.Mul(m.times))
	}
}

func (a *amount) plus(b amount) {
	a.whole, a.rounded = a.whole.Add(b.whole), a.rounded.Add(b.rounded)
}

func (a amount) minus(b amount) amount {
	return amount{a.whole.Sub(b.whole), a.rounded.Sub(b.rounded)}
}

func (a amount) times(n types.Size) amount { return amount{a.whole.Mul(n), a.rounded.Mul(n)} }

// figure is the amount as it is shown: `24 * n + ⌈46.625 * n⌉`.
func (a amount) figure() Figure {
	f := figure(a.whole)
	if len(a.rounded.Terms()) == 0 {
		return f
	}
	rounded := "⌈" + eighths(a.rounded) + "⌉"
	if len(a.whole.Terms()) > 0 {
		rounded = f.Text + " + " + rounded
	}
	return Figure{Text: rounded}
}

func (a amount) overflows() bool { return a.whole.Overflows() || a.rounded.Overflows() }

// eighths writes a polynomial divided by eight.
func eighths(s types.Size) string {
	var terms []string
	for _, t := range s.Terms() {
		factor := strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%03d", abs(t.Coef)/8, abs(t.Coef)%8*125), "0"), ".")
		sign := " + "
		if t.Coef < 0 {
			sign = " - "
		}
		if len(terms) == 0 {
			sign = strings.TrimSpace(strings.TrimPrefix(sign, " + "))
		}
		factors := append([]string{factor}, t.Vars...)
		if factor == "1" && len(t.Vars) > 0 {
			factors = t.Vars
		}
		terms = append(terms, sign+strings.Join(factors, " * "))
	}
	return strings.Join(terms, "")
}

func abs(k int64) int64 { return max(k, -k) }
