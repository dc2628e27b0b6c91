// Package random draws well-typed programs for tests of the checker, of what
// is made of programs, and of what runs show. The author of a program keeps to
// what the checker can prove, mostly; a test skips what is refused, and few
// may be.
package random

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/tfec-lang/tfec/lang/types"
)

// A Source is a program of one computation, with what its author knows of it.
type Source struct {
	Text string
	// Tolerance is how far an output of a run may be from the reference, in
	// units of the last place, by the name of the output.
	Tolerance map[string]float64
}

// owners are the players with data; the computing players have none, but for
// a protocol that a test chooses.
var owners = []string{"a", "b", "c"}

// everyone stands for the holders of a public value: the owners, and one for
// all others.
var everyone = types.SetOf(0, 1, 2, 3)

// limits are what inputs and parameters hold at most; a fixed has 16 bits
// behind the point.
var limits = map[string]float64{"int32": 100, "int64": 1000, "fixed": 10}

// An author writes the body of a computation or function.
type author struct {
	*rand.Rand
	terms     []term // in scope
	size      string // the name of the size
	names     *int
	body      strings.Builder
	depth     int // of the block, for its indentation
	nesting   int // of the expression
	functions []function
	labels    []string // declared disclosures
	// bounds says of each dimension how long it is at most.
	bounds map[string]int
}

// head declares what every program has. Of the fields of Item the amounts are
// padded with 0 and what counts starts at -100.
const head = `players a, b, c, s0, s1, s2
protocol aby3(s0, s1, s2)
group owners = { a, b, c }

enum Colour { red, green, blue }

record Item {
  colour: Colour,
  amount: fixed in -10.0..10.0,
  pieces: int32 in -100..=100,
  sold: bool,
}

`

// Program draws the program with this seed.
func Program(seed uint64) Source {
	w := &author{Rand: rand.New(rand.NewPCG(seed, 11)), size: "n", names: new(int), bounds: map[string]int{"n": 5, "1": 1, "2": 2, "3": 3}}
	var text strings.Builder
	text.WriteString(head)
	for k := range w.IntN(3) {
		text.WriteString(w.function(k))
	}
	text.WriteString("computation f[n](\n")
	for k := range 6 {
		text.WriteString("  " + w.input(k) + ",\n")
	}
	for range 8 + w.IntN(10) {
		w.statement()
	}
	var outputs, values []string
	tolerance := make(map[string]float64)
	for k := range 1 + w.IntN(5) {
		name := fmt.Sprintf("r%d", k)
		declaration, value := w.output(name, tolerance)
		outputs, values = append(outputs, declaration), append(values, value)
	}
	fmt.Fprintf(&text, ") -> (\n  %s,\n)\n%s  where n >= 2, n <= 5\n{\n%s  return %s\n}\n",
		strings.Join(outputs, ",\n  "), w.discloses(), w.body.String(), strings.Join(values, ",\n    "))
	return Source{text.String(), tolerance}
}

func (w *author) discloses() string {
	if len(w.labels) == 0 {
		return ""
	}
	return "  discloses " + strings.Join(w.labels, ", ") + "\n"
}

// line writes a line of the body.
func (w *author) line(format string, args ...any) {
	fmt.Fprintf(&w.body, strings.Repeat("  ", w.depth+1)+format+"\n", args...)
}

func (w *author) name() string {
	*w.names++
	return fmt.Sprintf("v%d", *w.names)
}

func choose[T any](w *author, of ...T) T { return of[w.IntN(len(of))] }

// input declares an input and brings its terms into scope. The first is always
// a vector.
func (w *author) input(k int) string {
	name, owner := fmt.Sprintf("x%d", k), w.IntN(len(owners))
	switch draw := w.IntN(12); {
	case k == 0 || draw < 6:
		return w.plain(name, owner)
	case draw == 6:
		return w.table(name, owner)
	case draw == 7:
		return w.padded(name, owner)
	case draw == 8:
		return w.bundle(name)
	case draw == 9:
		return w.public(name)
	case draw == 10:
		w.add(term{text: name, elem: "int32", at: types.SetOf(owner), most: 1, index: true})
		return fmt.Sprintf("%s: int32 @ %s in 0..2", name, owners[owner])
	}
	w.add(term{text: name, elem: "date", at: types.SetOf(owner)})
	return fmt.Sprintf(`%s: date @ %s in date("2020-01-01")..date("2024-02-29")`, name, owners[owner])
}

// ranged is the range of an element type, as text.
func ranged(elem string) string {
	switch elem {
	case "int32", "int64":
		return fmt.Sprintf(" in -%[1]g..=%[1]g", limits[elem])
	case "fixed":
		return fmt.Sprintf(" in -%[1]g.0..%[1]g.0", limits[elem])
	}
	return ""
}

func (w *author) plain(name string, owner int) string {
	t := term{text: name, elem: choose(w, "bool", "int32", "int32", "int64", "fixed", "fixed", "fixed", "Colour"), at: types.SetOf(owner)}
	t.dims = choose(w, nil, []string{w.size}, []string{w.size}, []string{"3"}, []string{w.size, "3"}, []string{w.size, "3"})
	if name == "x0" {
		t.dims = []string{w.size}
	}
	t.most = limits[t.elem]
	w.add(t)
	return fmt.Sprintf("%s: %s @ %s%s", name, t.typ(), owners[owner], ranged(t.elem))
}

// table is an input of rows; its columns and the fields of a row are terms.
func (w *author) table(name string, owner int) string {
	t := term{text: name, elem: "Item", dims: []string{w.size}, at: types.SetOf(owner)}
	w.add(t)
	w.fields(t)
	row := t
	row.text, row.dims = name+"[1]", nil
	w.fields(row)
	return fmt.Sprintf("%s: Item[%s] @ %s", name, w.size, owners[owner])
}

func (w *author) fields(t term) {
	for _, f := range []struct{ name, elem string }{{"colour", "Colour"}, {"amount", "fixed"}, {"pieces", "int32"}, {"sold", "bool"}} {
		c := t
		c.text, c.elem, c.most = t.text+"."+f.name, f.elem, limits[f.elem]
		w.add(c)
	}
}

// padded is an input whose length is its owner's secret.
func (w *author) padded(name string, owner int) string {
	t := term{text: name, elem: choose(w, "fixed", "int32", "bool"), dims: []string{w.size}, at: types.SetOf(owner), mask: "valid(" + name + ")"}
	t.most = limits[t.elem]
	w.add(t)
	return fmt.Sprintf("%s: %s[upto %s] @ %s%s", name, t.elem, w.size, owners[owner], ranged(t.elem))
}

// bundle is an input of each owner.
func (w *author) bundle(name string) string {
	t := term{elem: choose(w, "fixed", "int32"), at: types.SetOf(), most: 100}
	t.most = limits[t.elem]
	t.text, t.dims = "gather("+name+")", []string{"3"}
	w.add(t)
	for k, p := range owners {
		t.text, t.dims, t.at = fmt.Sprintf("%s[%s]", name, p), nil, types.SetOf(k)
		w.add(t)
	}
	w.add(term{text: name, elem: "bundle of " + t.elem, most: t.most})
	return fmt.Sprintf("%s: %s @ each owners%s", name, t.elem, ranged(t.elem))
}

func (w *author) public(name string) string {
	t := term{text: name, elem: choose(w, "int32", "fixed", "bool"), at: everyone}
	t.most = limits[t.elem]
	w.add(t)
	return fmt.Sprintf("%s: %s @ public%s", name, t.elem, ranged(t.elem))
}

// output returns an output's declaration and what is returned for it.
func (w *author) output(name string, tolerance map[string]float64) (declaration, value string) {
	if b, ok := w.find(func(t term) bool { return strings.HasPrefix(t.elem, "bundle") }); ok && w.IntN(2) == 0 {
		return w.each(name, b, tolerance)
	}
	x, _ := w.find(func(t term) bool {
		return t.at != everyone && !strings.HasPrefix(t.elem, "bundle") && (isValue(t) || t.elem == "Item")
	})
	tolerance[name] = x.off
	if x.elem == "Item" {
		delete(tolerance, name)
		tolerance[name+".amount"] = x.off
	}
	to, audience := w.audience()
	declaration = fmt.Sprintf("%s: %s @ %s", name, x.typ(), audience)
	if x.at.Contains(to) {
		return declaration, x.text
	}
	return declaration, fmt.Sprintf("reveal(%s) to %s", x.text, audience)
}

// each is an output of every owner: what is its own, or of all, compared.
func (w *author) each(name string, b term, tolerance map[string]float64) (declaration, value string) {
	elem := strings.TrimPrefix(b.elem, "bundle of ")
	value = fmt.Sprintf("each p in owners: %s[p] + %s[p]", b.text, b.text)
	if w.IntN(2) == 0 {
		elem, value = "bool", fmt.Sprintf("each p in owners: reveal(max(gather(%s)) == %s[p]) to p", b.text, b.text)
	}
	for _, p := range owners {
		tolerance[name+"["+p+"]"] = 0
	}
	return fmt.Sprintf("%s: %s @ each owners", name, elem), value
}

// audience draws who learns something, an owner mostly.
func (w *author) audience() (types.Set, string) {
	switch w.IntN(6) {
	case 0:
		return everyone, "public"
	case 1:
		first := w.IntN(len(owners) - 1)
		return types.SetOf(first, first+1), fmt.Sprintf("{%s, %s}", owners[first], owners[first+1])
	}
	k := w.IntN(len(owners))
	return types.SetOf(k), owners[k]
}
