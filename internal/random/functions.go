package random

// Functions: generic in size and in the placement of each parameter.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/types"
)

// A function says of each result what it is, and by which parameters: a result
// is held by all but the bits of those that it depends on.
type function struct {
	name    string
	params  []term
	results []term
	bounded bool // a parameter has a range: a function cannot prove it
}

// function writes a function, and returns its text.
func (w *author) function(k int) string {
	f := &author{Rand: w.Rand, size: "m", names: w.names, bounds: map[string]int{"m": 5, "1": 1, "2": 2, "3": 3}, functions: slices.Clone(w.functions)}
	made := function{name: fmt.Sprintf("f%d", k)}
	var params []string
	for i := range 1 + w.IntN(4) {
		t := term{text: w.name(), elem: choose(w, "bool", "int32", "fixed", "fixed", "Item", "Colour"), at: everyone.Minus(types.SetOf(i))}
		t.most = limits[t.elem]
		if i == 0 || w.IntN(2) == 0 {
			t.dims = []string{"m"}
		}
		bounded := ""
		if w.IntN(2) == 0 {
			bounded = ranged(t.elem)
			made.bounded = made.bounded || bounded != ""
		}
		params = append(params, fmt.Sprintf("%s: %s%s", t.text, t.typ(), bounded))
		made.params = append(made.params, t)
		f.add(t)
		if t.elem == "Item" {
			f.fields(t)
		}
	}
	for range 1 + w.IntN(4) {
		choose(f, f.let, f.let, f.let, f.loop, f.branch, f.secret, f.rows, f.several)()
	}
	var typ, values []string
	for range 1 + w.IntN(3) {
		r, ok := f.find(func(t term) bool {
			plain := len(t.dims) == 0 || len(t.dims) == 1 && t.dims[0] == "m"
			return plain && (isValue(t) || t.elem == "Item") && !slices.ContainsFunc(made.params, func(p term) bool { return p.text == t.text })
		})
		if !ok {
			r = made.params[0]
		}
		made.results = append(made.results, r)
		typ, values = append(typ, r.typ()), append(values, r.text)
	}
	result := strings.Join(typ, ", ")
	if len(typ) > 1 {
		result = "(" + result + ")"
	}
	w.functions = append(w.functions, made)
	return fmt.Sprintf("fn %s[m](%s) -> %s {\n%s  return %s\n}\n\n", made.name, strings.Join(params, ", "), result, f.body.String(), strings.Join(values, ", "))
}

// call draws the arguments of a function and says what its results are.
func (w *author) call() (results []term, text string, ok bool) {
	if len(w.functions) == 0 {
		return nil, "", false
	}
	f := choose(w, w.functions...)
	if f.bounded && w.size != "n" {
		return nil, "", false
	}
	var args []term
	var texts []string
	size := ""
	for _, p := range f.params {
		a, ok := w.find(func(t term) bool {
			fitting := t.elem == p.elem && isExact(t) && isWhole(t) && t.most <= p.most && len(t.dims) == len(p.dims)
			return fitting && (len(t.dims) == 0 || w.bounds[t.dims[0]] <= 5 && (size == "" || t.dims[0] == size))
		})
		if !ok {
			return nil, "", false
		}
		if len(a.dims) > 0 {
			size = a.dims[0]
		}
		args, texts = append(args, a), append(texts, a.text)
	}
	for _, r := range f.results {
		at := everyone
		for i, a := range args {
			if !r.at.Has(i) {
				at = at.Intersect(a.at)
			}
			r.late = r.late || a.late
		}
		r.at, r.index = at, false
		if len(r.dims) > 0 {
			r.dims = []string{size}
		}
		results = append(results, r)
	}
	return results, fmt.Sprintf("%s(%s)", f.name, strings.Join(texts, ", ")), true
}

// called is a call of a function of one result.
func (w *author) called() (term, bool) {
	results, text, ok := w.call()
	if !ok || len(results) != 1 {
		return term{}, false
	}
	results[0].text = text
	return results[0], true
}
