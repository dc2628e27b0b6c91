package types

// Sizes: polynomials with integer coefficients over size names, in normal
// form. Two sizes are the same exactly when their normal forms are.

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// A Size is a dimension: a sum of terms, sorted, without zero coefficients.
// The zero value is 0. Sizes are immutable. Arithmetic is exact: where int64
// does not hold a coefficient the size overflows, and is equal to nothing.
//
// A size may be padded (`upto 1000`): so many rows of which some are no data.
// That is a mark on the dimension, not on the number: it takes no part in
// comparisons, and what is computed from a padded size is padded.
type Size struct {
	terms    []Term
	overflow bool
	padded   bool
}

// A Term is Coef times the product of Vars, which are sorted (n*n is twice n).
type Term struct {
	Coef int64
	Vars []string
}

// Int returns the constant k.
func Int(k int64) Size {
	if k == 0 {
		return Size{}
	}
	return Size{terms: []Term{{Coef: k}}}
}

// Name returns the size variable n.
func Name(n string) Size { return Size{terms: []Term{{Coef: 1, Vars: []string{n}}}} }

// Terms returns the terms in order: by degree downwards, then by name; the
// constant stands last. The caller must not change them.
func (s Size) Terms() []Term { return s.terms }

// Overflows reports that a coefficient exceeded int64; nothing else is known
// of such a size.
func (s Size) Overflows() bool { return s.overflow }

// Const returns the value of a size without variables.
func (s Size) Const() (int64, bool) {
	switch {
	case s.overflow:
	case len(s.terms) == 0:
		return 0, true
	case len(s.terms) == 1 && len(s.terms[0].Vars) == 0:
		return s.terms[0].Coef, true
	}
	return 0, false
}

// Upto returns the size as the length of padded rows.
func Upto(s Size) Size {
	s.padded = true
	return s
}

// Padded reports that some of so many rows may be no data.
func (s Size) Padded() bool { return s.padded }

// Unpadded returns the number alone.
func (s Size) Unpadded() Size {
	s.padded = false
	return s
}

// Var returns the name of a size that is one variable alone, and not padded:
// the data then says what it is.
func (s Size) Var() (string, bool) {
	if !s.padded && len(s.terms) == 1 && s.terms[0].Coef == 1 && len(s.terms[0].Vars) == 1 {
		return s.terms[0].Vars[0], true
	}
	return "", false
}

// Vars returns the variables, sorted, each once. The caller must not change them.
func (s Size) Vars() []string {
	if len(s.terms) == 1 && len(s.terms[0].Vars) < 2 {
		return slices.Clip(s.terms[0].Vars)
	}
	var vars []string
	for _, t := range s.terms {
		vars = append(vars, t.Vars...)
	}
	slices.Sort(vars)
	return slices.Compact(vars)
}

// Has reports that the size depends on a variable.
func (s Size) Has(name string) bool {
	return slices.ContainsFunc(s.terms, func(t Term) bool { return slices.Contains(t.Vars, name) })
}

// Equal reports whether the normal forms are equal.
func (s Size) Equal(t Size) bool {
	return !s.overflow && !t.overflow && slices.EqualFunc(s.terms, t.terms, func(a, b Term) bool {
		return a.Coef == b.Coef && slices.Equal(a.Vars, b.Vars)
	})
}

func (s Size) Add(t Size) Size { return s.plus(1, t) }

func (s Size) Sub(t Size) Size { return s.plus(-1, t) }

// plus is s + k·t.
func (s Size) plus(k int64, t Size) Size {
	if len(t.terms) == 0 && !t.overflow {
		s.padded = s.padded || t.padded
		return s
	}
	terms := append(make([]Term, 0, len(s.terms)+len(t.terms)), s.terms...)
	overflow := s.overflow || t.overflow
	for _, u := range t.terms {
		coef, ok := times(k, u.Coef)
		overflow = overflow || !ok
		terms = append(terms, Term{coef, u.Vars})
	}
	return normal(terms, overflow, s.padded || t.padded)
}

func (s Size) Mul(t Size) Size {
	var out []Term
	overflow := s.overflow || t.overflow
	for _, a := range s.terms {
		for _, b := range t.terms {
			vars := append(slices.Clone(a.Vars), b.Vars...)
			slices.Sort(vars)
			k, ok := times(a.Coef, b.Coef)
			overflow = overflow || !ok
			out = append(out, Term{k, vars})
		}
	}
	return normal(out, overflow, s.padded || t.padded)
}

// Over divides by a variable; ok is false where some term does not have it.
func (s Size) Over(name string) (quotient Size, ok bool) {
	out := make([]Term, len(s.terms))
	for i, t := range s.terms {
		k := slices.Index(t.Vars, name)
		if k < 0 {
			return s, false
		}
		out[i] = Term{t.Coef, slices.Delete(slices.Clone(t.Vars), k, k+1)}
	}
	return normal(out, s.overflow, s.padded), len(out) > 0
}

// times multiplies; ok is false where int64 does not hold the product.
func times(a, b int64) (product int64, ok bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product = a * b
	return product, product/b == a && (product < 0) == ((a < 0) != (b < 0))
}

// Subst replaces variables; those that env lacks stay.
func (s Size) Subst(env map[string]Size) Size {
	replaced := func(v string) bool { _, ok := env[v]; return ok }
	if !slices.ContainsFunc(s.terms, func(t Term) bool { return slices.ContainsFunc(t.Vars, replaced) }) {
		return s
	}
	out := Size{overflow: s.overflow, padded: s.padded}
	for _, t := range s.terms {
		p := Int(t.Coef)
		for _, v := range t.Vars {
			if e, ok := env[v]; ok {
				p = p.Mul(e)
			} else {
				p = p.Mul(Name(v))
			}
		}
		out = out.Add(p)
	}
	return out
}

// Eval computes the size exactly; an unknown variable is an error, and so is
// a result that int64 does not hold.
func (s Size) Eval(env map[string]int64) (int64, error) {
	if s.overflow {
		return 0, fmt.Errorf("size %s overflows", s)
	}
	sum := new(big.Int)
	for _, t := range s.terms {
		p := big.NewInt(t.Coef)
		for _, v := range t.Vars {
			x, ok := env[v]
			if !ok {
				return 0, fmt.Errorf("size %s is not known", v)
			}
			p.Mul(p, big.NewInt(x))
		}
		sum.Add(sum, p)
	}
	if !sum.IsInt64() {
		return 0, fmt.Errorf("size %s overflows", s)
	}
	return sum.Int64(), nil
}

// String writes the size as in a program: `n + m - 1`, `2 * n * d`.
func (s Size) String() string {
	if s.padded {
		return "upto " + s.Unpadded().String()
	}
	switch {
	case s.overflow:
		return "(more than int64 holds)"
	case len(s.terms) == 0:
		return "0"
	}
	var b strings.Builder
	for i, t := range s.terms {
		k := t.Coef
		switch {
		case i > 0 && k < 0:
			b.WriteString(" - ")
			k = -k
		case i > 0:
			b.WriteString(" + ")
		case k < 0:
			b.WriteString("-")
			k = -k
		}
		switch {
		case len(t.Vars) == 0:
			fmt.Fprint(&b, k)
		case k != 1:
			fmt.Fprint(&b, k, " * ")
			fallthrough
		default:
			b.WriteString(strings.Join(t.Vars, " * "))
		}
	}
	return b.String()
}

// normal sorts, merges like terms and drops zeros, in place.
func normal(terms []Term, overflow, padded bool) Size {
	slices.SortFunc(terms, func(a, b Term) int {
		if d := len(b.Vars) - len(a.Vars); d != 0 {
			return d
		}
		return slices.Compare(a.Vars, b.Vars)
	})
	out := terms[:0]
	for _, t := range terms {
		if n := len(out); n > 0 && slices.Equal(out[n-1].Vars, t.Vars) {
			a := out[n-1].Coef
			out[n-1].Coef += t.Coef
			overflow = overflow || (out[n-1].Coef > a) != (t.Coef > 0)
		} else {
			out = append(out, t)
		}
	}
	out = slices.DeleteFunc(out, func(t Term) bool { return t.Coef == 0 })
	if overflow || len(out) == 0 {
		return Size{overflow: overflow, padded: padded}
	}
	return Size{terms: out, padded: padded}
}

// A Shape is the list of dimensions; empty for a scalar.
type Shape []Size

// Equal reports whether both shapes have the same normal forms.
func (s Shape) Equal(t Shape) bool { return slices.EqualFunc(s, t, Size.Equal) }

// Subst replaces size variables in every dimension.
func (s Shape) Subst(env map[string]Size) Shape {
	out := make(Shape, len(s))
	for i, d := range s {
		out[i] = d.Subst(env)
	}
	return out
}

// Unpadded returns the numbers alone.
func (s Shape) Unpadded() Shape {
	out := make(Shape, len(s))
	for i, d := range s {
		out[i] = d.Unpadded()
	}
	return out
}

// Inner is the place of the dimension that a product adds up, of a second operand: a
// vector, a matrix, or an array of matrices.
func (s Shape) Inner() int { return max(0, len(s)-2) }

// Count returns the number of elements.
func (s Shape) Count() Size {
	n := Int(1)
	for _, d := range s {
		n = n.Mul(d)
	}
	return n
}

// String writes `[n, 8]`, and nothing for a scalar. A dimension that depends
// on data (its only variable starts with `?`) prints as `?`.
func (s Shape) String() string {
	if len(s) == 0 {
		return ""
	}
	parts := make([]string, len(s))
	for i, d := range s {
		parts[i] = d.String()
		if strings.Contains(parts[i], "?") {
			parts[i] = "?"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// Windows returns how many windows of k places fit n places with padding on
// either side, every stride places: (n + 2 padding - k) / stride + 1, rounded
// down. It is no polynomial, and ok false, unless the stride divides what
// depends on a size.
func Windows(n, k Size, stride, padding int64) (count Size, ok bool) {
	var out []Term
	for _, t := range n.Add(Int(padding)).Add(Int(padding)).Sub(k).terms {
		q := t.Coef / stride
		if t.Coef%stride != 0 {
			if len(t.Vars) > 0 {
				return Size{}, false
			}
			if t.Coef < 0 {
				q--
			}
		}
		out = append(out, Term{q, t.Vars})
	}
	return normal(out, n.overflow || k.overflow, n.padded).Add(Int(1)), true
}
