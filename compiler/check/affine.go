package check

// W801: what a receiver can solve for. A value that is a sum of inputs, each
// times a known factor other than zero, tells who holds all but one of them
// the last one.

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// An affine is a sum of atoms times factors, plus a public value. nil: not
// known to be one.
type affine struct {
	terms  []affineTerm
	offset bool // a public value is added
}

// An affineTerm is an atom times a factor other than zero; nil: public, and
// not known.
type affineTerm struct {
	atom   *atom
	factor *big.Rat
}

// An atom is an input, or a value computed in clear that stands for itself.
type atom struct {
	input *Variable
	name  string
	expr  ast.Expr // instead of the name, where that is the text of one
	place types.Place

	of      *atom // of a column: the record's, and its field
	field   string
	columns map[string]*atom
}

// named is what messages call an atom.
func (f *frame) named(a *atom) string {
	switch {
	case a.of != nil:
		return f.named(a.of) + "." + a.field
	case a.expr != nil:
		return f.text(a.expr)
	}
	return a.name
}

// column is the atom of a field of a record.
func (a *atom) column(field string) *atom {
	if a.columns == nil {
		a.columns = make(map[string]*atom)
	}
	if a.columns[field] == nil {
		a.columns[field] = &atom{input: a.input, place: a.place, of: a, field: field}
	}
	return a.columns[field]
}

// column is the form of a field of a record that is of the form a.
func (a *affine) column(field string) *affine {
	switch {
	case a == nil:
		return nil
	case len(a.terms) == 0:
		return a
	case len(a.terms) > 1 || a.offset || a.terms[0].factor == nil || a.terms[0].factor.Cmp(unity) != 0:
		return nil
	}
	return ofAtom(a.terms[0].atom.column(field))
}

// opaque is the form of a value in clear, of which nothing else is known.
func (f *frame) opaque(v value) *affine {
	switch {
	case v.bad() || v.Place.Each != "" || v.Place.IsShared():
		return nil
	case v.Place.Public:
		return &affine{offset: true}
	}
	return ofAtom(&atom{expr: v.expr, place: v.Place})
}

func ofAtom(a *atom) *affine {
	x := &struct {
		affine
		one [1]affineTerm
	}{one: [1]affineTerm{{a, unity}}}
	x.terms = x.one[:]
	return &x.affine
}

func (a *affine) scale(k *big.Rat) *affine {
	if a == nil {
		return nil
	}
	out := &affine{offset: a.offset}
	for _, t := range a.terms {
		if k == nil || t.factor == nil {
			out.terms = append(out.terms, affineTerm{t.atom, nil})
		} else {
			out.terms = append(out.terms, affineTerm{t.atom, new(big.Rat).Mul(t.factor, k)})
		}
	}
	return out
}

// plus adds two forms; an atom in both gets the sum of its factors, and
// vanishes or is not known where that may be zero.
func (a *affine) plus(b *affine) *affine {
	if a == nil || b == nil {
		return nil
	}
	out := &affine{offset: a.offset || b.offset, terms: slices.Clone(a.terms)}
	for _, t := range b.terms {
		i := slices.IndexFunc(out.terms, func(u affineTerm) bool { return u.atom == t.atom })
		switch {
		case i < 0:
			out.terms = append(out.terms, t)
		case out.terms[i].factor == nil || t.factor == nil:
			return nil
		default:
			out.terms[i].factor = new(big.Rat).Add(out.terms[i].factor, t.factor)
			if out.terms[i].factor.Sign() == 0 {
				out.terms = slices.Delete(out.terms, i, i+1)
			}
		}
	}
	return out
}

// combineAffine is the form of x op y.
func combineAffine(op string, x, y value) *affine {
	switch op {
	case "+":
		return x.affine.plus(y.affine)
	case "-":
		return x.affine.plus(y.affine.scale(big.NewRat(-1, 1)))
	case "*":
		if x.Place.Public {
			x, y = y, x
		}
		if y.Place.Public && !y.bounds.hasZero() {
			return x.affine.scale(factor(y))
		}
	case "/":
		if y.Place.Public && x.Elem.Kind == types.Fixed {
			k := factor(y)
			if k != nil {
				k = new(big.Rat).Inv(k)
			}
			return x.affine.scale(k)
		}
	}
	return nil
}

func factor(v value) *big.Rat {
	if v.konst == nil {
		return nil
	}
	return v.konst.Num
}

// solvable warns (W801) for each receiver of a disclosed value that can
// compute another player's input from it. name is the output's or label's.
func (f *frame) solvable(at ast.Node, v value, to types.Place, name string) {
	for _, p := range v.fields {
		f.solvable(at, p, to, name)
	}
	if v.affine == nil || v.bad() || f.unit.comp == nil {
		return
	}
	receivers := to.Set(f.unit.everybody)
	for _, r := range receivers.Members() {
		if f.solves(at, v.affine, r, name) {
			return
		}
	}
}

func (f *frame) solves(at ast.Node, a *affine, receiver int, name string) bool {
	var missing *affineTerm
	for i, t := range a.terms {
		if t.atom.place.Public || t.atom.place.Holders.Has(receiver) {
			continue
		}
		if missing != nil {
			return false
		}
		missing = &a.terms[i]
	}
	if missing == nil || missing.atom.input == nil || missing.atom.place.IsShared() || f.admitted(missing.atom.input) {
		return false
	}
	input := f.named(missing.atom)
	from, formula := f.solution(a, missing, name)
	d := f.errorf("W801", at, "%s can compute `%s` exactly from %s%s", f.c.prog.Players[receiver].Name, input, from, formula)
	d.Label = "one unknown contributor"
	d.Hint = fmt.Sprintf("if intended, say what it really discloses: `discloses %s: %s @ %s`; else add contributors or reveal a comparison",
		missing.atom.input.Name, f.c.plain(missing.atom.input.Type), f.c.prog.Players[receiver].Name)
	return true
}

// solution writes what the receiver needs, and the formula where all factors
// are 1 or -1.
func (f *frame) solution(a *affine, missing *affineTerm, name string) (from, formula string) {
	known := []string{"`" + name + "`"}
	plain := !a.offset
	negative := missing.factor != nil && missing.factor.Sign() < 0
	right := name
	if negative {
		right = "-" + name
	}
	var first string
	for i, t := range a.terms {
		plain = plain && t.factor != nil && new(big.Rat).Abs(t.factor).Cmp(unity) == 0
		if &a.terms[i] == missing {
			continue
		}
		known = append(known, "`"+f.named(t.atom)+"`")
		switch {
		case t.factor != nil && (t.factor.Sign() > 0) != negative:
			right += " - " + f.named(t.atom)
		case negative && first == "":
			first = f.named(t.atom)
		default:
			right += " + " + f.named(t.atom)
		}
	}
	if first != "" {
		right = first + " - " + name + right[len("-"+name):]
	}
	if plain {
		formula = ": " + f.named(missing.atom) + " = " + right
	}
	return and(known), formula
}

// admitted reports that the header discloses the input by name.
func (f *frame) admitted(input *Variable) bool {
	return slices.ContainsFunc(f.unit.comp.Disclose, func(d *Disclosed) bool { return d.Label == input.Name })
}
