package random

// Expressions: each function draws one, if there are terms for it.

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// expression draws until there are terms for what is drawn, but not for ever.
func (w *author) expression() (term, bool) {
	for range 4 {
		if t, ok := w.draw(); ok && fits(t) {
			return t, true
		}
	}
	return term{}, false
}

func (w *author) draw() (term, bool) {
	return choose(w, w.sum, w.sum, w.sum, w.product, w.product, w.quotient, w.remainder, w.comparison, w.comparison, w.comparison,
		w.logic, w.logic, w.conditional, w.conditional, w.extreme, w.reduction, w.reduction, w.counted, w.dot, w.conversion,
		w.unary, w.ordered, w.moved, w.moved, w.element, w.element, w.guarded, w.stacked, w.hot, w.read, w.written, w.dated, w.called, w.called,
		w.function1, w.item, w.masked, w.joined)()
}

// again draws once more, but not for ever.
func (w *author) again(draw func() (term, bool)) (term, bool) {
	if w.IntN(5) == 0 {
		return term{}, false
	}
	return draw()
}

// elementwise is an operation on x and y.
func elementwise(x, y term, elem, text string, most, off float64) term {
	t := mix(x, y)
	t.text, t.elem, t.most, t.off = text, elem, most, off
	return t
}

func (w *author) sum() (term, bool) {
	x, y, ok := w.pair(isNumber)
	return elementwise(x, y, x.elem, fmt.Sprintf("%s %s %s", x.text, choose(w, "+", "-"), y.text), x.most+y.most, x.off+y.off), ok
}

func (w *author) product() (term, bool) {
	x, y, ok := w.pair(isNumber)
	off := 0.0
	if isFixed(x) {
		off = math.Ceil(x.most*y.off+y.most*x.off) + 1
	}
	return elementwise(x, y, x.elem, fmt.Sprintf("%s * %s", x.text, y.text), x.most*y.most, off), ok
}

// quotient is by a number, or of integers by one that is not zero.
func (w *author) quotient() (term, bool) {
	x, ok := w.some(isNumber)
	if isFixed(x) {
		x.text, x.off = fmt.Sprintf("%s / %s", x.text, choose(w, "3", "7", w.size, "-2.5")), x.off+2
		return x, ok
	}
	return w.divided("/", x, ok)
}

func (w *author) remainder() (term, bool) {
	x, ok := w.some(isInt)
	return w.divided("%", x, ok)
}

// divided is an integer operation whose divisor is not zero, or total.
func (w *author) divided(operator string, x term, ok bool) (term, bool) {
	if w.IntN(3) > 0 {
		x.text = fmt.Sprintf("%s %s %s", x.text, operator, choose(w, "3", "-7", "2"))
		x.index = false
		return x, ok
	}
	y, found := w.some(func(t term) bool { return t.elem == x.elem && broadcasts(x, t) })
	if !ok || !found {
		return x, false
	}
	text := fmt.Sprintf("%s %s (abs(%s) + 1)", x.text, operator, y.text)
	if w.IntN(2) == 0 || w.size != "n" { // what a parameter is may have no bound
		text = fmt.Sprintf("%s(%s, %s, 5)", map[string]string{"/": "div_or", "%": "mod_or"}[operator], x.text, y.text)
	}
	return elementwise(x, y, x.elem, text, max(x.most, y.most, 5), 0), true
}

func (w *author) comparison() (term, bool) {
	x, y, ok := w.pair(func(t term) bool { return isValue(t) && !isBool(t) }, isExact)
	return elementwise(x, y, "bool", fmt.Sprintf("%s %s %s", x.text, choose(w, "<", "<=", ">", ">=", "==", "!="), y.text), 1, 0), ok
}

func (w *author) logic() (term, bool) {
	x, y, ok := w.pair(isBool)
	if w.IntN(3) == 0 {
		x.text = "not " + x.text
		return x, ok
	}
	return elementwise(x, y, "bool", fmt.Sprintf("%s %s %s", x.text, choose(w, "and", "or"), y.text), 1, 0), ok
}

// conditional is of numbers or of records, by one condition or row by row.
func (w *author) conditional() (term, bool) {
	x, y, ok1 := w.pair(func(t term) bool { return isValue(t) || t.elem == "Item" })
	c, ok2 := w.some(isBool)
	text := fmt.Sprintf(choose(w, "if %s then %s else %s", "select(%s, %s, %s)"), c.text, x.text, y.text)
	if x.elem == "Item" {
		text = fmt.Sprintf("if %s then %s else %s", c.text, x.text, y.text)
	}
	t := mix(x, y, c)
	t.text, t.elem, t.most, t.off = text, x.elem, max(x.most, y.most), max(x.off, y.off)
	return t, ok1 && ok2 && broadcasts(c, x) && broadcasts(c, y)
}

func (w *author) extreme() (term, bool) {
	x, y, ok := w.pair(isNumber)
	text := fmt.Sprintf("%s(%s, %s)", choose(w, "min", "max"), x.text, y.text)
	if w.IntN(4) == 0 {
		text = fmt.Sprintf("clamp(%s, -1, %s)", x.text, y.text)
		if isFixed(x) {
			text = fmt.Sprintf("clamp(%s, -1.0, %s)", x.text, y.text)
		}
	}
	return elementwise(x, y, x.elem, text, max(x.most, y.most, 1), max(x.off, y.off)), ok
}

// over writes a reduction of x with its axis and mask, and takes its dimensions
// away.
func (w *author) over(name string, x term) term {
	args := []string{x.text}
	if len(x.dims) > 1 && w.IntN(2) == 0 {
		k := w.IntN(len(x.dims))
		if x.mask != "" {
			k = 0
		}
		args = append(args, fmt.Sprintf("axis: %d", k))
		x.dims = slices.Delete(slices.Clone(x.dims), k, k+1)
	} else {
		x.dims = nil
	}
	if x.mask != "" {
		args = append(args, "mask: "+x.mask)
		x.mask = ""
	}
	x.text = fmt.Sprintf("%s(%s)", name, strings.Join(args, ", "))
	return x
}

func isArray(t term) bool { return len(t.dims) > 0 }

func (w *author) reduction() (term, bool) {
	x, ok := w.some(isNumber, isArray)
	f := choose(w, "sum", "sum", "mean", "min", "max")
	n := w.length(x.dims)
	switch f {
	case "sum":
		x.most, x.off = n*x.most, n*x.off
		if isInt(x) {
			x.elem = "int64"
		}
	case "mean":
		ok = ok && isFixed(x)
		x.off += 2
	default:
		// The least of no rows is the greatest of its type.
		ok = ok && isWhole(x)
	}
	return w.over(f, x), ok
}

// masked reduces padded rows, or others by a condition.
func (w *author) masked() (term, bool) {
	x, ok := w.find(func(t term) bool { return t.mask != "" && isNumber(t) })
	if !ok || w.IntN(3) == 0 {
		x, ok = w.some(isNumber, isArray, isWhole)
		m, found := w.some(isBool, isWhole, hasDims(1), func(t term) bool { return ok && t.dims[0] == x.dims[0] })
		x.mask, x.at, x.late = m.text, x.at.Intersect(m.at), x.late || m.late
		ok = ok && found && (w.size != "n" || x.dims[0] != "3")
	}
	n := w.length(x.dims)
	if isInt(x) {
		x.elem = "int64"
	}
	x.most, x.off = n*x.most, n*x.off
	return w.over("sum", x), ok
}

// counted asks of bools how many, and of numbers where the greatest is.
func (w *author) counted() (term, bool) {
	if w.IntN(3) == 0 {
		x, ok := w.some(isNumber, isExact, isWhole, isArray)
		t := w.over(choose(w, "argmax", "argmin"), x)
		t.elem, t.most = "int32", w.length(x.dims)
		return t, ok
	}
	x, ok := w.some(isBool, isArray)
	f := choose(w, "count", "any", "all")
	t := w.over(f, x)
	if f == "count" {
		t.elem, t.most = "int64", w.length(x.dims)
	}
	return t, ok
}

func (w *author) dot() (term, bool) {
	x, ok1 := w.some(isNumber, isWhole, isArray)
	y, ok2 := w.some(isWhole, hasDims(1), func(t term) bool { return t.elem == x.elem && isNumber(t) })
	if !ok1 || !ok2 || x.dims[len(x.dims)-1] != y.dims[0] {
		return x, false
	}
	n := w.length(y.dims)
	t := elementwise(x, y, x.elem, fmt.Sprintf("dot(%s, %s)", x.text, y.text), n*x.most*y.most, 0)
	if isFixed(x) {
		t.off = math.Ceil(n*(x.most*y.off+y.most*x.off)) + 1
	}
	t.dims = x.dims[:len(x.dims)-1]
	return t, true
}

func (w *author) conversion() (term, bool) {
	x, ok := w.some(isExact, func(t term) bool { return isNumber(t) || isBool(t) || t.elem == "Colour" })
	to := choose(w, "int32", "int64", "fixed", "bool")
	x.text = fmt.Sprintf("%s(%s)", to, x.text)
	same := x.elem == to || x.elem == "Colour" && (to == "bool" || to == "fixed") || isInt(x) && to == "fixed" && w.size != "n"
	x.elem, x.most = to, max(x.most, 2)
	if to == "bool" {
		x.most = 1
	}
	return x, ok && !same && x.most < 5000
}

func (w *author) unary() (term, bool) {
	x, ok := w.some(isNumber)
	f := choose(w, "abs", "sign", "relu", "-")
	x.index = false
	switch {
	case f == "-":
		x.text = "-" + x.text
		return x, ok && !strings.HasPrefix(x.text, "--")
	case f == "sign":
		ok = ok && isExact(x)
		x.elem, x.most = "int32", 1
	case f == "relu":
		ok = ok && isFixed(x)
	}
	x.text = fmt.Sprintf("%s(%s)", f, x.text)
	return x, ok
}

// function1 is a function of one real number, off by its stated error and by
// what its argument is.
func (w *author) function1() (term, bool) {
	x, ok := w.some(isFixed, isExact)
	if w.IntN(2) > 0 {
		return x, false // they take long
	}
	f := choose(w, "sigmoid(%s)", "tanh(%s)", "sqrt(abs(%s))", "rsqrt(abs(%s) + 1.0)")
	x.text, x.off, x.most = fmt.Sprintf(f, x.text), 4, max(1, math.Sqrt(x.most))+1
	return x, ok
}

// ordered sorts along the last axis.
func (w *author) ordered() (term, bool) {
	x, ok := w.some(isNumber, isArray, isWhole)
	if !ok {
		return x, false
	}
	switch f := choose(w, "sort", "rank", "top_k", "sort_by"); {
	case f == "sort":
		x.text = fmt.Sprintf("sort(%s)", x.text)
	case f == "rank" && isExact(x):
		x.text, x.elem, x.most = fmt.Sprintf("rank(%s)", x.text), "int32", w.length(x.dims)
	case f == "top_k" && len(x.dims) == 1 && w.indexable(x.dims[0]):
		x.text, x.dims = fmt.Sprintf("top_k(%s, 2)", x.text), []string{"2"}
	case f == "sort_by" && len(x.dims) == 1 && isExact(x):
		y, ok := w.some(isArray, isWhole, func(t term) bool { return t.dims[0] == x.dims[0] && (isValue(t) || t.elem == "Item") })
		t := elementwise(x, y, y.elem, fmt.Sprintf("sort_by(%s, %s)", x.text, y.text), y.most, y.off)
		t.dims = y.dims
		return t, ok
	default:
		return w.again(w.ordered)
	}
	return x, true
}

// joined is two sorted vectors as one.
func (w *author) joined() (term, bool) {
	x, ok1 := w.some(isNumber, hasDims(1), isWhole)
	y, ok2 := w.some(hasDims(1), isWhole, func(t term) bool { return t.elem == x.elem })
	if !ok1 || !ok2 {
		return x, false
	}
	t := elementwise(x, y, x.elem, fmt.Sprintf("merge(sort(%s), sort(%s))", x.text, y.text), max(x.most, y.most), max(x.off, y.off))
	t.dims = []string{w.total(x.dims[0], y.dims[0])}
	return t, w.bounds[t.dims[0]] < 20
}

// total is the sum of two dimensions.
func (w *author) total(d, e string) string {
	s := d + " + " + e
	w.bounds[s] = w.bounds[d] + w.bounds[e]
	return s
}

// indexable says that a dimension is proved to be 2 at least.
func (w *author) indexable(d string) bool { return w.size == "n" && d != "1" || d == "3" || d == "2" }

// moved has the elements of its operand in another shape or order.
func (w *author) moved() (term, bool) {
	x, ok := w.some(isArray, isWhole, func(t term) bool { return isValue(t) || t.elem == "Item" && len(t.dims) == 1 })
	if matrix, found := w.find(all(hasDims(2), isWhole, isValue)); found && w.IntN(3) == 0 {
		x, ok = matrix, true
	}
	if !ok {
		return x, false
	}
	d := x.dims[0]
	switch f := choose(w, "reverse", "cumsum", "transpose", "reshape", "concat", "outer", "slice", "column", "column"); {
	case f == "reverse" && x.elem != "Item":
		x.text = fmt.Sprintf("reverse(%s)", x.text)
	case f == "cumsum" && isNumber(x):
		n := w.length(x.dims)
		x.text, x.most, x.off = fmt.Sprintf("cumsum(%s)", x.text), n*x.most, n*x.off
	case f == "transpose" && len(x.dims) == 2:
		x.text, x.dims = fmt.Sprintf("transpose(%s)", x.text), []string{x.dims[1], d}
	case f == "reshape" && x.elem != "Item":
		x.text, x.dims = fmt.Sprintf("reshape(%s, 1, %s)", x.text, strings.Join(x.dims, ", ")), append([]string{"1"}, x.dims...)
		return x, len(x.dims) < 4
	case f == "concat":
		y, ok := w.some(isWhole, func(t term) bool {
			return t.elem == x.elem && len(t.dims) == len(x.dims) && slices.Equal(t.dims[1:], x.dims[1:])
		})
		if !ok {
			return x, false
		}
		t := elementwise(x, y, x.elem, fmt.Sprintf("concat(%s, %s)", x.text, y.text), max(x.most, y.most), max(x.off, y.off))
		t.dims = append([]string{w.total(d, y.dims[0])}, x.dims[1:]...)
		return t, w.bounds[t.dims[0]] < 20
	case f == "outer" && len(x.dims) == 1 && isNumber(x):
		y, ok := w.some(isWhole, hasDims(1), func(t term) bool { return t.elem == x.elem })
		t := elementwise(x, y, x.elem, fmt.Sprintf("outer(%s, %s)", x.text, y.text), x.most*y.most, 0)
		if isFixed(x) {
			t.off = math.Ceil(x.most*y.off+y.most*x.off) + 1
		}
		t.dims = append([]string{d}, y.dims...)
		return t, ok && w.length(t.dims) <= 30
	case f == "slice" && w.indexable(d):
		x.text, x.dims = x.text+choose(w, "[..2]", "[0..2]"), append([]string{"2"}, x.dims[1:]...)
	case f == "column" && len(x.dims) == 2 && w.indexable(x.dims[1]):
		x.text, x.dims = x.text+choose(w, "[:, 0]", "[:, 1]"), []string{d}
	default:
		return w.again(w.moved)
	}
	return x, true
}

// element is one of the first dimension: at a place, or at an index that an
// owner has.
func (w *author) element() (term, bool) {
	x, ok := w.some(isArray, func(t term) bool { return isValue(t) || t.elem == "Item" && len(t.dims) == 1 })
	if !ok || !w.indexable(x.dims[0]) {
		return x, false
	}
	x.mask = ""
	if i, ok := w.find(func(t term) bool { return t.index && t.elem == "int32" && isScalar(t) && !t.at.Intersect(x.at).Empty() }); ok && w.IntN(2) == 0 {
		x.text, x.at, x.dims = fmt.Sprintf("%s[%s]", x.text, i.text), x.at.Intersect(i.at), x.dims[1:]
		x.late = x.late || i.late
		return x, true
	}
	x.text += choose(w, "[0]", "[1]", "["+x.dims[0]+" - 1]")
	x.dims = x.dims[1:]
	return x, true
}

// guarded is an element, or a row, at a place that may be none, where a condition
// that is not public holds.
func (w *author) guarded() (term, bool) {
	x, ok1 := w.some(isArray, isWhole, func(t term) bool { return isValue(t) && t.elem != "date" })
	if !ok1 {
		return x, false
	}
	y, ok2 := w.some(isWhole, func(t term) bool { return t.elem == x.elem && slices.Equal(t.dims, x.dims[1:]) })
	c, ok3 := w.some(isBool, isScalar)
	t := mix(x, y, c)
	t.text = fmt.Sprintf("if %s then %s[%s] else %s", c.text, x.text, w.anywhere(x), y.text)
	t.elem, t.dims, t.most, t.off = x.elem, x.dims[1:], max(x.most, y.most), max(x.off, y.off)
	return t, ok2 && ok3 && w.private(c)
}

// anywhere is an index of x that may be out of range.
func (w *author) anywhere(x term) string {
	return choose(w, "1", "9", "4", x.dims[0]+" - 4", x.dims[0]+" - 1", x.dims[0]+" + 1")
}

// private says that a condition is not public, where placements are known.
func (w *author) private(c term) bool { return c.at != everyone && w.size == "n" }

// stacked is an array of three scalars or rows.
func (w *author) stacked() (term, bool) {
	x, y, ok1 := w.pair(isValue, isWhole, func(t term) bool { return len(t.dims) < 2 })
	z, ok2 := w.some(isWhole, func(t term) bool { return t.elem == x.elem && t.sameShape(x) })
	t := mix(x, y, z)
	t.text, t.elem = fmt.Sprintf("[%s, %s, %s]", x.text, y.text, z.text), x.elem
	t.dims = append([]string{"3"}, x.dims...)
	return t, ok1 && ok2 && x.sameShape(y)
}

// hot is onehot of an enum or of an integer.
func (w *author) hot() (term, bool) {
	x, ok := w.some(isWhole, isExact, func(t term) bool { return (t.elem == "Colour" || isInt(t)) && len(t.dims) < 2 })
	x.text = fmt.Sprintf("onehot(%s)", x.text)
	if x.elem != "Colour" {
		x.text = strings.TrimSuffix(x.text, ")") + ", 3)"
	}
	x.elem, x.most, x.dims = "bool", 1, append(slices.Clone(x.dims), "3")
	return x, ok
}

// read and written are oblivious; an index may be out of range.
func (w *author) read() (term, bool) {
	x, ok1 := w.some(isValue, isArray, isWhole)
	i, ok2 := w.some(isInt, isWhole, func(t term) bool { return len(t.dims) < 2 })
	t := elementwise(x, i, x.elem, fmt.Sprintf("lookup(%s, %s)", x.text, i.text), x.most, x.off)
	if !ok1 || !ok2 || len(i.dims)+len(x.dims) > 3 || x.elem == "date" {
		return t, false
	}
	t.dims = append(slices.Clone(i.dims), x.dims[1:]...)
	return t, true
}

func (w *author) written() (term, bool) {
	x, ok1 := w.some(isValue, hasDims(1), isWhole)
	i, ok2 := w.some(isInt, isScalar)
	y, ok3 := w.some(isScalar, func(t term) bool { return t.elem == x.elem })
	t := mix(x, i, y)
	t.text, t.elem, t.most, t.off = fmt.Sprintf("store(%s, %s, %s)", x.text, i.text, y.text), x.elem, max(x.most, y.most), max(x.off, y.off)
	return t, ok1 && ok2 && ok3
}

func (w *author) dated() (term, bool) {
	x, y, ok := w.pair(func(t term) bool { return t.elem == "date" })
	if w.IntN(2) == 0 {
		x.text = x.text + " + 3"
		return x, ok && strings.Count(x.text, "+") < 3
	}
	return elementwise(x, y, "int32", fmt.Sprintf("%s - %s", x.text, y.text), 10_000, 0), ok && isScalar(x) && isScalar(y)
}

// item makes a record, or takes a column of a table.
func (w *author) item() (term, bool) {
	if t, ok := w.find(func(t term) bool { return t.elem == "Item" }); ok && w.IntN(2) == 0 {
		field := choose(w, "amount", "pieces", "sold", "colour")
		t.elem = map[string]string{"amount": "fixed", "pieces": "int32", "sold": "bool", "colour": "Colour"}[field]
		t.text, t.most = t.text+"."+field, limits[t.elem]
		if t.elem != "fixed" {
			t.off = 0
		}
		return t, true
	}
	within := func(t term) bool { return isWhole(t) && len(t.dims) < 2 && t.most <= limits[t.elem] }
	amount, ok1 := w.find(all(isFixed, within, func(t term) bool { return t.off == 0 }))
	same := func(t term) bool { return t.sameShape(amount) }
	colour, ok2 := w.find(all(same, func(t term) bool { return t.elem == "Colour" }))
	pieces, ok3 := w.find(all(same, within, func(t term) bool { return t.elem == "int32" }))
	sold, ok4 := w.find(all(same, isBool, isWhole))
	t := mix(amount, colour, pieces, sold)
	t.elem, t.dims, t.most = "Item", amount.dims, 0
	t.text = fmt.Sprintf("Item(amount: clamp(%s, -10.0, 10.0), colour: %s, pieces: clamp(%s, -100, 100), sold: %s)", amount.text, colour.text, pieces.text, sold.text)
	return t, ok1 && ok2 && ok3 && ok4
}
