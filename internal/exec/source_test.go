package exec_test

// Random source programs: the ladder from the text on. The writer keeps to
// what the checker can prove, mostly; a program that is refused is skipped, and
// few may be.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/lang/types"
)

// A term is an expression with what the writer knows of it.
type term struct {
	text string
	elem string // bool, int32, int64 or fixed
	rows bool   // of shape [n], else a scalar
	at   types.Set
	most float64 // bound of the absolute value
	off  float64 // how far the engine may be off, in units
}

// An author writes one computation.
type author struct {
	*rand.Rand
	terms     []term
	names     int
	body      strings.Builder
	depth     int
	tolerance map[string]float64
}

var audience = []string{"a", "b", "c"}

// everyone stands for the holders of a public value.
var everyone = types.SetOf(0, 1, 2, 3)

func (w *author) line(format string, args ...any) {
	fmt.Fprintf(&w.body, strings.Repeat("  ", w.depth+1)+format+"\n", args...)
}

func (w *author) name() string {
	w.names++
	return fmt.Sprintf("v%d", w.names)
}

func choose[T any](w *author, of ...T) T { return of[w.IntN(len(of))] }

// some returns a term that suits.
func (w *author) some(suits func(term) bool) (term, bool) {
	start := w.IntN(len(w.terms))
	for k := range w.terms {
		if t := w.terms[(start+k)%len(w.terms)]; suits(t) {
			return t, true
		}
	}
	return term{}, false
}

// randomSource returns a program and the tolerance of its outputs.
func randomSource(seed uint64) (string, map[string]float64) {
	w := &author{Rand: rand.New(rand.NewPCG(seed, 11)), tolerance: make(map[string]float64)}
	var head strings.Builder
	head.WriteString("players a, b, c, s0, s1, s2\nprotocol aby3(s0, s1, s2)\n\ncomputation f[n](\n")
	for k := range 6 {
		head.WriteString("  " + w.input(k) + ",\n")
	}
	for range 14 {
		choose(w, w.let, w.let, w.let, w.let, w.loop, w.branch, w.while, w.secret, w.local)()
	}
	var outputs, values []string
	for k := range 5 {
		o, v := w.output(fmt.Sprintf("r%d", k))
		outputs, values = append(outputs, o), append(values, v)
	}
	return fmt.Sprintf("%s) -> (%s)\n  where n >= 2, n <= 5\n{\n%s  return %s\n}\n",
		head.String(), strings.Join(outputs, ", "), w.body.String(), strings.Join(values, ", ")), w.tolerance
}

func (w *author) input(k int) string {
	t := term{text: fmt.Sprintf("x%d", k), elem: choose(w, "bool", "int32", "int32", "fixed", "fixed"), rows: w.IntN(2) == 0 || k == 0}
	owner := w.IntN(3)
	t.at = types.SetOf(owner)
	bounds, shape := "", ""
	switch t.elem {
	case "int32":
		t.most, bounds = 100, " in -100..=100"
	case "fixed":
		t.most, bounds = 10, " in -10.0..10.0"
	}
	if t.rows {
		shape = "[n]"
	}
	w.terms = append(w.terms, t)
	return fmt.Sprintf("%s: %s%s @ %s%s", t.text, t.elem, shape, audience[owner], bounds)
}

// let names a new expression.
func (w *author) let() {
	if t, ok := w.expression(); ok {
		name := w.name()
		w.line("let %s = %s", name, t.text)
		t.text = name
		w.terms = append(w.terms, t)
	}
}

func (w *author) expression() (term, bool) {
	return choose(w, w.sum, w.sum, w.product, w.product, w.quotient, w.comparison, w.comparison, w.logic, w.conditional,
		w.conditional, w.extreme, w.reduction, w.reduction, w.dot, w.conversion, w.call)()
}

func isNumber(t term) bool { return t.elem != "bool" }
func isFixed(t term) bool  { return t.elem == "fixed" }
func isBool(t term) bool   { return t.elem == "bool" }

// literal is a number for the place of one of x's element.
func (w *author) literal(x term) term {
	if isFixed(x) {
		return term{text: "2.5", elem: x.elem, at: everyone, most: 2.5}
	}
	return term{text: "7", elem: x.elem, at: everyone, most: 7}
}

// pair returns two terms of one element; the second may be a literal.
func (w *author) pair(suits func(term) bool) (x, y term, ok bool) {
	if x, ok = w.some(suits); !ok {
		return
	}
	if isNumber(x) && w.IntN(6) == 0 {
		return x, w.literal(x), true
	}
	y, ok = w.some(func(t term) bool { return suits(t) && t.elem == x.elem })
	return
}

// both is what an elementwise operation on x and y gives.
func both(x, y term, elem, text string, most, off float64) (term, bool) {
	limit := map[string]float64{"bool": 1, "int32": 1e6, "int64": 1e9, "fixed": 5000}[elem]
	return term{text: text, elem: elem, rows: x.rows || y.rows, at: x.at.Intersect(y.at), most: most, off: off}, most <= limit
}

func (w *author) sum() (term, bool) {
	x, y, ok := w.pair(isNumber)
	t, fits := both(x, y, x.elem, fmt.Sprintf("%s %s %s", x.text, choose(w, "+", "-"), y.text), x.most+y.most, x.off+y.off)
	return t, ok && fits
}

func (w *author) product() (term, bool) {
	x, y, ok := w.pair(isNumber)
	off := 0.0
	if isFixed(x) {
		off = math.Ceil(x.most*y.off+y.most*x.off) + 1
	}
	t, fits := both(x, y, x.elem, fmt.Sprintf("%s * %s", x.text, y.text), x.most*y.most, off)
	return t, ok && fits
}

func (w *author) quotient() (term, bool) {
	x, ok := w.some(isNumber)
	divisor := choose(w, "3", "7", "n")
	if !isFixed(x) && divisor == "n" && x.elem != "int64" {
		divisor = "2"
	}
	off := 0.0
	if isFixed(x) {
		off = x.off + 2
		divisor = choose(w, divisor, "-2.5")
	}
	x.text, x.off = x.text+" / "+divisor, off
	return x, ok
}

func (w *author) comparison() (term, bool) {
	x, y, ok := w.pair(func(t term) bool { return isNumber(t) && t.off == 0 })
	t, _ := both(x, y, "bool", fmt.Sprintf("%s %s %s", x.text, choose(w, "<", "<=", ">", ">=", "==", "!="), y.text), 1, 0)
	return t, ok
}

func (w *author) logic() (term, bool) {
	x, y, ok := w.pair(isBool)
	if w.IntN(3) == 0 {
		x.text = "not " + x.text
		return x, ok
	}
	t, _ := both(x, y, "bool", fmt.Sprintf("%s %s %s", x.text, choose(w, "and", "or"), y.text), 1, 0)
	return t, ok && x.rows == y.rows
}

func (w *author) conditional() (term, bool) {
	x, y, ok1 := w.pair(isNumber)
	c, ok2 := w.some(isBool)
	text := fmt.Sprintf("if %s then %s else %s", c.text, x.text, y.text)
	t, fits := both(x, y, x.elem, text, max(x.most, y.most), max(x.off, y.off))
	t.at = t.at.Intersect(c.at)
	// A condition of rows gives rows; the arms of a scalar one are alike.
	ok := x.rows == y.rows && (!c.rows || x.rows)
	return t, ok1 && ok2 && fits && ok
}

func (w *author) extreme() (term, bool) {
	x, y, ok := w.pair(isNumber)
	text := fmt.Sprintf("%s(%s, %s)", choose(w, "min", "max"), x.text, y.text)
	t, fits := both(x, y, x.elem, text, max(x.most, y.most), max(x.off, y.off))
	return t, ok && fits
}

func (w *author) reduction() (term, bool) {
	x, ok := w.some(func(t term) bool { return isNumber(t) && t.rows })
	x.rows = false
	switch f := choose(w, "sum", "mean", "min", "max", "index"); f {
	case "index":
		x.text += choose(w, "[0]", "[1]", "[n - 1]")
	case "sum", "mean":
		x.text = fmt.Sprintf("%s(%s)", f, x.text)
		if f == "sum" && x.elem == "int32" {
			x.elem = "int64"
		}
		if f == "mean" {
			ok = ok && isFixed(x)
			x.off += 2
		} else {
			x.most, x.off = 5*x.most, 5*x.off
		}
	default:
		x.text = fmt.Sprintf("%s(%s)", f, x.text)
	}
	return x, ok && x.most < 5000
}

func (w *author) dot() (term, bool) {
	x, ok1 := w.some(func(t term) bool { return isFixed(t) && t.rows })
	y, ok2 := w.some(func(t term) bool { return isFixed(t) && t.rows })
	t := term{text: fmt.Sprintf("dot(%s, %s)", x.text, y.text), elem: "fixed", at: x.at.Intersect(y.at),
		most: 5 * x.most * y.most, off: math.Ceil(5*(x.most*y.off+y.most*x.off)) + 1}
	return t, ok1 && ok2 && t.most < 5000
}

func (w *author) conversion() (term, bool) {
	x, ok := w.some(func(t term) bool { return t.off == 0 })
	to := choose(w, "int32", "int64", "fixed")
	x.text = fmt.Sprintf("%s(%s)", to, x.text)
	same := x.elem == to
	x.elem, x.most = to, max(x.most, 1)
	return x, ok && !same && x.most < 5000
}

func (w *author) call() (term, bool) {
	x, ok := w.some(isNumber)
	x.text = fmt.Sprintf("abs(%s)", x.text)
	return x, ok
}

// variable begins a variable with the value of a term that is not rounded.
func (w *author) variable() (term, bool) {
	x, ok := w.some(isNumber)
	if ok {
		v := w.name()
		w.line("var %s = %s", v, x.text)
		x.text = v
	}
	return x, ok
}

// fold is an expression that keeps the variable within its bounds.
func (w *author) fold(v term, y string) string {
	return fmt.Sprintf("%s(%s, %s)", choose(w, "min", "max"), v.text, y)
}

// mate is a term that a variable may take.
func (w *author) mate(v term) (term, bool) {
	return w.some(func(t term) bool { return t.elem == v.elem && (v.rows || !t.rows) && t.text != v.text })
}

// loop folds rows, or a term, into a variable.
func (w *author) loop() {
	v, ok := w.variable()
	if !ok {
		return
	}
	y, ok := w.some(func(t term) bool { return t.elem == v.elem && t.rows })
	if !ok || v.rows {
		w.terms = append(w.terms, v)
		return
	}
	w.line("for i in 0..n {")
	w.depth++
	w.line("%s = %s", v.text, w.fold(v, y.text+"[i]"))
	w.depth--
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
	if !ok || y.rows != v.rows {
		w.terms = append(w.terms, v)
		return
	}
	if c, ok := w.some(isBool); ok && w.IntN(2) == 0 && c.rows == v.rows {
		w.line("%s = if %s then %s else %s", v.text, c.text, y.text, v.text)
		y.at = y.at.Intersect(c.at)
		w.take(v, y)
		return
	}
	w.line("if n %s 3 {", choose(w, "<", ">=", "=="))
	w.depth++
	w.line("%s = %s", v.text, y.text)
	w.depth--
	w.line("} else {")
	w.depth++
	w.line("%s = %s", v.text, w.fold(v, y.text))
	w.depth--
	w.line("}")
	w.take(v, y)
}

// while folds a term into a variable, in passes that a public count stops.
func (w *author) while() {
	v, ok := w.variable()
	if !ok {
		return
	}
	if y, ok := w.mate(v); ok && y.rows == v.rows {
		k := w.name()
		w.line("var %s: int64 = %d", k, w.IntN(3))
		w.line("while %s < %d limit %d { %s = %s %s += 1 }", k, w.IntN(5), w.IntN(4), v.text, w.fold(v, y.text), k)
		v.at, v.most, v.off = v.at.Intersect(y.at), max(v.most, y.most), max(v.off, y.off)
	}
	w.terms = append(w.terms, v)
}

// secret assigns a scalar and elements of rows under a condition that anybody
// may hold, with a loop and a condition in its arms.
func (w *author) secret() {
	scalar := func(t term) bool { return !t.rows }
	c, ok1 := w.some(func(t term) bool { return isBool(t) && scalar(t) })
	d, ok2 := w.some(func(t term) bool { return isBool(t) && scalar(t) })
	x, ok3 := w.some(func(t term) bool { return isNumber(t) && t.rows })
	y, ok4 := w.some(func(t term) bool { return t.elem == x.elem && scalar(t) })
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return
	}
	v, rows := w.name(), w.name()
	w.line("var %s = %s", v, y.text)
	w.line("var %s = %s", rows, x.text)
	w.line("if %s {", c.text)
	w.line("  for i in 0..n { %s[i] = %s }", rows, w.fold(term{text: rows + "[i]"}, v))
	w.line("  if %s { %s = %s } else { %s = %s }", d.text, v, rows+"[0]", rows+"[1]", v)
	w.line("} else if %s { %s = %s }", d.text, v, w.fold(term{text: v}, x.text+"[n - 1]"))
	y.at = types.Set(y.at).Intersect(x.at).Intersect(c.at).Intersect(d.at)
	y.most, y.off = max(x.most, y.most), max(x.off, y.off)
	y.text, y.rows = v, false
	w.terms = append(w.terms, y)
	y.text, y.rows = rows, true
	w.terms = append(w.terms, y)
}

// local computes something at one player alone, which may yield it early, and
// checks what always holds.
func (w *author) local() {
	p := w.IntN(len(audience))
	held := func(t term) bool { return t.at.Has(p) }
	x, ok1 := w.some(func(t term) bool { return held(t) && isNumber(t) && t.rows })
	y, ok2 := w.some(func(t term) bool { return held(t) && t.elem == x.elem && !t.rows })
	if !ok1 || !ok2 {
		return
	}
	v := w.name()
	w.line("let %s = local %s {", v, audience[p])
	w.line("  assert min(%s) <= max(%s)", x.text, x.text)
	w.line("  for i in 0..n { if %s[i] > %s { yield %s[i] } }", x.text, y.text, x.text)
	w.line("  yield %s", y.text)
	w.line("}")
	y.text, y.at = v, types.SetOf(p)
	y.most, y.off = max(x.most, y.most), max(x.off, y.off)
	w.terms = append(w.terms, y)
}

// take adds a variable that took values of y.
func (w *author) take(v, y term) {
	v.at = v.at.Intersect(y.at)
	v.most, v.off = max(v.most, y.most), max(v.off, y.off)
	w.terms = append(w.terms, v)
}

// output returns an output's declaration and what is returned for it.
func (w *author) output(name string) (declaration, value string) {
	x, _ := w.some(func(t term) bool { return t.at != everyone })
	to := w.IntN(3)
	shape := ""
	if x.rows {
		shape = "[n]"
	}
	w.tolerance[name] = x.off
	declaration = fmt.Sprintf("%s: %s%s @ %s", name, x.elem, shape, audience[to])
	if x.at.Has(to) {
		return declaration, x.text
	}
	return declaration, fmt.Sprintf("reveal(%s) to %s", x.text, audience[to])
}

func TestRandomSources(t *testing.T) {
	const programs = 80
	folder := t.TempDir()
	accepted := 0
	reached := make(map[string]int)
	for seed := range uint64(programs) {
		text, tolerance := randomSource(seed)
		for _, construct := range []string{"while ", "local ", "} else if "} {
			reached[construct] += strings.Count(text, construct)
		}
		path := filepath.Join(folder, "f.tfe")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		for _, protocol := range []string{"plain(s0)", ""} {
			unit, diags, err := compiler.Load(path, compiler.Options{Protocol: protocol})
			require.NoError(t, err)
			if diags.HasErrors() {
				t.Logf("refused: %v", diags)
				continue
			}
			accepted++
			r := rand.New(rand.NewPCG(seed, 13))
			for range 2 {
				agree(t, unit.Programs[0], randomInputs(r, unit.Programs[0]), tolerance)
			}
			if t.Failed() {
				t.Fatalf("seed %d:\n%s", seed, text)
			}
		}
	}
	assert.Greater(t, accepted, 2*programs*9/10, "most programs must be accepted")
	for construct, times := range reached {
		assert.Greater(t, times, programs/4, "%q", construct)
	}
}
