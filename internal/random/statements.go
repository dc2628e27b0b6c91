package random

// Statements: loops, branches, selects, local blocks and disclosures.

import (
	"fmt"
	"slices"

	"github.com/tfec-lang/tfec/lang/types"
)

func (w *author) statement() {
	choose(w, w.let, w.let, w.let, w.let, w.let, w.loop, w.branch, w.while, w.secret, w.local,
		w.disclosure, w.disclosures, w.asked, w.members, w.rows, w.update, w.several)()
}

// let names a new expression, now and then weakened to shares.
func (w *author) let() {
	t, ok := w.expression()
	if !ok {
		return
	}
	name := w.name()
	switch {
	case w.IntN(10) == 0 && isWhole(t) && isValue(t) && w.size == "n":
		w.line("let %s: %s @ shared = %s", name, t.typ(), t.text)
		t.at = types.SetOf()
	default:
		w.line("let %s = %s", name, t.text)
	}
	t.text = name
	w.add(t)
}

// several calls a function of several results.
func (w *author) several() {
	for range 4 {
		results, text, ok := w.call()
		if !ok || len(results) < 2 {
			continue
		}
		names := ""
		for k := range results {
			results[k].text = w.name()
			names += ", " + results[k].text
		}
		w.line("let (%s) = %s", names[2:], text)
		w.terms = append(w.terms, results...)
		return
	}
}

// variable begins a variable with the value of a term.
func (w *author) variable() (term, bool) {
	x, ok := w.some(isNumber, isWhole)
	if ok {
		v := w.name()
		w.line("var %s = %s", v, x.text)
		x.text, x.index = v, false
	}
	return x, ok
}

// fold is an expression that keeps the variable within its bounds.
func (w *author) fold(v term, y string) string {
	return fmt.Sprintf("%s(%s, %s)", choose(w, "min", "max"), v.text, y)
}

// mate is a term that a variable may take.
func (w *author) mate(v term) (term, bool) {
	return w.some(isWhole, func(t term) bool { return t.elem == v.elem && t.sameShape(v) && t.text != v.text })
}

// take adds a variable that took values that hang on these terms.
func (w *author) take(v term, of ...term) {
	dims := v.dims
	text, elem := v.text, v.elem
	most, off := v.most, v.off
	for _, t := range of {
		if t.elem == elem {
			most, off = max(most, t.most), max(off, t.off)
		}
	}
	v = mix(append(of, v)...)
	v.text, v.elem, v.dims, v.most, v.off = text, elem, dims, most, off
	w.add(v)
}

// block writes lines one level deeper.
func (w *author) block(lines ...string) {
	w.depth++
	for _, l := range lines {
		w.line("%s", l)
	}
	w.depth--
}

// loop folds elements into a variable, or the rows of a matrix.
func (w *author) loop() {
	v, ok := w.variable()
	if !ok {
		return
	}
	y, ok := w.some(isArray, isWhole, func(t term) bool { return t.elem == v.elem && slices.Equal(t.dims[1:], v.dims) })
	if !ok {
		w.add(v)
		return
	}
	i := w.name()
	w.line("for %s in 0..%s {", i, y.dims[0])
	w.block(fmt.Sprintf("%s = %s", v.text, w.fold(v, fmt.Sprintf("%s[%s]", y.text, i))))
	w.line("}")
	w.take(v, y)
}

// branch assigns a variable under a public condition, or by a conditional.
func (w *author) branch() {
	v, ok := w.variable()
	if !ok {
		return
	}
	y, ok := w.mate(v)
	if !ok {
		w.add(v)
		return
	}
	if c, ok := w.some(isBool, isWhole, func(t term) bool { return t.sameShape(v) }); ok && w.IntN(3) == 0 {
		w.line("%s = if %s then %s else %s", v.text, c.text, y.text, v.text)
		w.take(v, y, c)
		return
	}
	c := term{text: fmt.Sprintf("%s %s 3", w.size, choose(w, "<", ">=", "==")), at: everyone}
	if known, ok := w.find(func(t term) bool { return isBool(t) && isScalar(t) && t.at == everyone }); ok {
		c = known
	}
	w.line("if %s {", c.text)
	w.block(fmt.Sprintf("%s = %s", v.text, y.text))
	w.line("} else {")
	w.block(fmt.Sprintf("%s = %s", v.text, w.fold(v, y.text)))
	w.line("}")
	w.take(v, y, c)
}

// while folds a term into a variable, in passes that a public count stops.
func (w *author) while() {
	v, ok := w.variable()
	if !ok {
		return
	}
	if y, ok := w.mate(v); ok {
		k := w.name()
		w.line("var %s: int64 = %d", k, w.IntN(3))
		w.line("while %s < %d limit %d {", k, w.IntN(5), w.IntN(4))
		w.block(fmt.Sprintf("%s = %s", v.text, w.fold(v, y.text)), k+" += 1")
		w.line("}")
		v.at, v.most, v.off, v.late = v.at.Intersect(y.at), max(v.most, y.most), max(v.off, y.off), v.late || y.late
	}
	w.add(v)
}

// secret assigns a scalar and elements of rows under a condition that anybody
// may hold, with a loop and a condition in its arms.
func (w *author) secret() {
	c, ok1 := w.some(isBool, isScalar)
	d, ok2 := w.some(isBool, isScalar)
	x, ok3 := w.some(isNumber, hasDims(1), isWhole)
	y, ok4 := w.some(isScalar, func(t term) bool { return t.elem == x.elem })
	if !ok1 || !ok2 || !ok3 || !ok4 || !w.indexable(x.dims[0]) {
		return
	}
	v, rows, i, place := w.name(), w.name(), w.name(), "1"
	if w.private(c) && w.private(d) {
		place = w.anywhere(x)
	}
	w.line("var %s = %s", v, y.text)
	w.line("var %s = %s", rows, x.text)
	w.line("if %s {", c.text)
	w.block(fmt.Sprintf("for %s in 0..%s { %s[%s] = %s }", i, x.dims[0], rows, i, w.fold(term{text: fmt.Sprintf("%s[%s]", rows, i)}, v)),
		fmt.Sprintf("if %s { %s = %s[0] } else { %s[%s] = %s }", d.text, v, rows, rows, place, v))
	w.line("} else if %s { %s = %s }", d.text, v, w.fold(term{text: v}, fmt.Sprintf("%s[%s - 1]", x.text, x.dims[0])))
	y.text = v
	w.take(y, x, c, d)
	x.text = rows
	w.take(x, y, c, d)
}

// local computes something at one player alone, which may yield it early, and
// checks what always holds.
func (w *author) local() {
	p := w.IntN(len(owners))
	held := func(t term) bool { return t.at.Has(p) && isExact(t) && !t.late && isWhole(t) }
	x, ok1 := w.find(all(held, isNumber, hasDims(1)))
	y, ok2 := w.find(all(held, isScalar, func(t term) bool { return t.elem == x.elem }))
	if !ok1 || !ok2 || w.size != "n" {
		return
	}
	v, i := w.name(), w.name()
	w.line("let %s = local %s {", v, owners[p])
	w.block(fmt.Sprintf("assert min(%s) <= max(%s)", x.text, x.text))
	result := fmt.Sprintf("yield %s", y.text)
	switch w.IntN(3) {
	case 0:
		w.block(fmt.Sprintf("for %s in 0..%s { if %s[%s] > %s { yield %s[%s] } }", i, x.dims[0], x.text, i, y.text, x.text, i))
	case 1:
		result = fmt.Sprintf("yield max(filter(%s, %s > %s))", x.text, x.text, y.text)
		y.most = 1e18 // the greatest of nothing
	case 2:
		w.block(fmt.Sprintf("var %s = %s", i, y.text),
			fmt.Sprintf("while %s < %s[0] limit 4 { %s += 1 }", i, x.text, i))
		if isFixed(x) {
			w.block(fmt.Sprintf("%s = min(%s, 10.0)", i, i))
		}
		result = "yield " + i
		y.most = max(x.most, y.most) + 4
	}
	w.block(result)
	w.line("}")
	y.text, y.at, y.index = v, types.SetOf(p), false
	y.most = max(x.most, y.most)
	if fits(y) {
		w.add(y)
	}
}

// disclosure reveals a term under a label; the audience has it from there on.
func (w *author) disclosure() {
	to, audience := w.audience()
	x, ok := w.some(isValue, isWhole, func(t term) bool { return !t.at.Contains(to) })
	if !ok || w.size != "n" {
		return
	}
	label, name := fmt.Sprintf("l%d", len(w.labels)), w.name()
	w.labels = append(w.labels, fmt.Sprintf("%s: %s @ %s", label, x.typ(), audience))
	w.line("let %s = reveal(%s) to %s as %s", name, x.text, audience, label)
	x.text, x.at, x.late, x.index = name, x.at.Union(to), true, false
	w.add(x)
}

// disclosures reveal in each pass of a loop, and branch on what is revealed.
func (w *author) disclosures() {
	v, ok := w.variable()
	if !ok {
		return
	}
	x, ok := w.some(hasDims(1), isWhole, isExact, func(t term) bool { return t.elem == v.elem && t.at != everyone && t.text != v.text })
	if !ok || !isScalar(v) || w.size != "n" || v.off != 0 {
		w.add(v)
		return
	}
	label, i, known := fmt.Sprintf("l%d", len(w.labels)), w.name(), w.name()
	w.labels = append(w.labels, fmt.Sprintf("%s: bool[%s] @ public", label, x.dims[0]))
	w.line("for %s in 0..%s {", i, x.dims[0])
	w.block(fmt.Sprintf("let %s = reveal(%s[%s] > %s) to public as %s", known, x.text, i, w.literal(x).text, label),
		fmt.Sprintf("if %s { %s = %s }", known, v.text, w.fold(v, fmt.Sprintf("%s[%s]", x.text, i))))
	w.line("}")
	x.late = true
	w.take(v, x)
}

// asked goes round as long as a revealed comparison holds.
func (w *author) asked() {
	v, ok := w.variable()
	if !ok {
		return
	}
	x, ok := w.some(isScalar, isExact, func(t term) bool { return t.elem == v.elem && t.at != everyone })
	if !ok || !isScalar(v) || w.size != "n" || v.off != 0 || v.most > 500 {
		w.add(v)
		return
	}
	label := fmt.Sprintf("l%d", len(w.labels))
	w.labels = append(w.labels, fmt.Sprintf("%s: bool[upto 3] @ public", label))
	start := v.text
	v.text = w.name()
	w.line("var %s = %s", v.text, start)
	w.line("while reveal(%s < %s) to public as %s limit 3 {", v.text, x.text, label)
	w.block(fmt.Sprintf("%s += %s", v.text, w.literal(v).text))
	w.line("}")
	v.most += 21
	v.late = true
	w.add(v)
}

// members folds what each owner has.
func (w *author) members() {
	b, ok := w.find(func(t term) bool { return len(t.elem) > 9 && t.elem[:9] == "bundle of" })
	if !ok || w.size != "n" {
		return
	}
	v := w.name()
	zero := map[string]string{"fixed": "0.0", "int32": "0"}[b.elem[10:]]
	w.line("var %s: %s = %s", v, b.elem[10:], zero)
	w.line("for p in owners { %s += %s[p] }", v, b.text)
	w.add(term{text: v, elem: b.elem[10:], most: 3 * b.most})
}

// rows changes a table.
func (w *author) rows() {
	x, ok1 := w.find(func(t term) bool { return t.elem == "Item" && len(t.dims) == 1 })
	r, ok2 := w.find(func(t term) bool { return t.elem == "Item" && len(t.dims) == 0 })
	if !ok1 || !w.indexable(x.dims[0]) {
		return
	}
	v := w.name()
	w.line("var %s = %s", v, x.text)
	x.text = v
	switch choose(w, "row", "field", "fields", "secret") {
	case "row":
		if ok2 {
			w.line("%s[1] = %s", v, r.text)
			x = w.changed(x, r)
		}
	case "field":
		if n, ok := w.find(all(isFixed, isScalar)); ok {
			w.line("%s[0].amount = clamp(%s, -10.0, 10.0)", v, n.text)
			x = w.changed(x, n)
		}
	case "fields":
		if c, ok := w.find(all(isBool, isWhole, func(t term) bool { return t.sameShape(x) })); ok {
			w.line("%s.sold = %s", v, c.text)
			x = w.changed(x, c)
		}
	case "secret":
		if c, ok := w.find(all(isBool, isScalar)); ok {
			w.line("if %s { %s[0].colour = Colour.blue %s.pieces[1] = 7 }", c.text, v, v)
			x = w.changed(x, c)
		}
	}
	w.add(x)
}

// changed is a table after what hangs on y was put into it.
func (w *author) changed(x, y term) term {
	x.at, x.late, x.off = x.at.Intersect(y.at), x.late || y.late, max(x.off, y.off)
	return x
}

// update assigns elements and slices of a variable.
func (w *author) update() {
	v, ok := w.variable()
	if !ok {
		return
	}
	if len(v.dims) == 0 || !w.indexable(v.dims[0]) {
		w.add(v)
		return
	}
	y, ok := w.some(isWhole, func(t term) bool { return t.elem == v.elem && slices.Equal(t.dims, v.dims[1:]) && t.text != v.text })
	if !ok {
		w.add(v)
		return
	}
	w.line("%s%s = %s", v.text, choose(w, "[0]", "[1]", "["+v.dims[0]+" - 1]", "[..2]", "[0..2]"), y.text)
	w.take(v, y)
}
