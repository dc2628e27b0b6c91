package report

// Expressions: what a disclosed value is, over inputs, by substituting
// definitions (language.md, section 13). A value that the program names, or
// that is used more than once, or that would make a line too long, keeps a name
// and has a definition of its own, so that the text grows with the program and
// no faster. A value inside a loop bears the loop's variable, a `while` counts
// passes from 1: `w_k = w_(k-1) - rate * g_k`.

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// An Expression defines a disclosed value, or a name in another expression.
type Expression struct {
	Name      string  `json:"name"`
	Text      string  `json:"text"`
	Disclosed bool    `json:"disclosed"`
	Line      ir.Line `json:"line"`
}

// The most that one expression and a list of constants are long, and how many
// definitions a report has.
const (
	longest     = 100
	mostNumbers = 8
	mostDefined = 200
)

// Express adds the expressions of all disclosures, and of what they use.
func (r *Report) Express(p *ir.Program) {
	e := &expander{
		names: namesOf(p), written: make(map[ir.Value]string), uses: make(map[ir.Value]int),
		terms: make(map[string]*term), taken: make(map[string]bool),
	}
	for _, x := range r.Disclosures {
		e.taken[x.Name] = true
	}
	e.count(p.Body)
	e.block(p.Body)
	for _, d := range e.disclosed {
		r.Expressions = append(r.Expressions, d.Expression)
	}
	r.Expressions = append(r.Expressions, e.definitions()...)
}

// A term is an expression with the names that it uses.
type term struct {
	Expression
	uses []string
}

type expander struct {
	names
	// written is how a value is written where it is used at this point of the
	// program: by name, or as what it is.
	written   map[ir.Value]string
	uses      map[ir.Value]int // how often a value is used
	terms     map[string]*term // by name
	order     []string
	disclosed []*term
	taken     map[string]bool // names that are given away
	passes    []string        // of the loops around
	using     []string        // the names in the expression at hand
}

// count counts uses.
func (e *expander) count(b ir.Block) {
	for _, i := range b {
		for _, v := range i.Uses() {
			e.uses[v]++
		}
		e.count(i.Body)
		e.count(i.Else)
	}
}

func (e *expander) block(b ir.Block) {
	for _, i := range b {
		switch i.Op {
		case ir.OpFor, ir.OpWhile:
			e.loop(i)
		case ir.OpIf:
			e.branch(i)
		case ir.OpTogether, ir.OpChain:
			e.block(i.Body)
		case ir.OpOpen, ir.OpReveal:
			e.reveal(i)
		case ir.OpOutput:
			e.output(i)
		default:
			if i.Dst != 0 {
				e.instr(i)
			}
		}
	}
}

// arg writes a value inside an expression.
func (e *expander) arg(v ir.Value) string {
	text, ok := e.written[v]
	if !ok {
		text = e.p.Values[v].Name
	}
	e.use(text)
	return text
}

// use notes the names of a text.
func (e *expander) use(text string) {
	if t := e.terms[text]; t != nil {
		e.using = append(e.using, text)
	} else if t := e.terms["("+text]; t != nil {
		e.using = append(e.using, t.uses...)
	}
}

// instr writes what an instruction computes: in place, or under a name.
func (e *expander) instr(i *ir.Instr) {
	outer := e.using
	e.using = nil
	text := e.expression(i)
	switch {
	case e.p.Values[i.Dst].Var:
		e.define(i.Dst, e.next(i.Dst), text, i)
	case moves(i.Op) || i.Op == ir.OpInput || e.inlined(i):
		e.written[i.Dst] = text
		e.keep(text)
	case e.p.Values[i.Dst].Temp && len(text) <= longest && (e.uses[i.Dst] < 2 || len(text) < 20):
		if infix[i.Op] != "" || i.Op == ir.OpSelect {
			text = "(" + text + ")"
		}
		e.written[i.Dst] = text
		e.keep(text)
	default:
		e.define(i.Dst, e.next(i.Dst), text, i)
	}
	e.using = outer
}

// keep remembers which names a text uses that is written in place.
func (e *expander) keep(text string) {
	if e.terms[text] == nil {
		e.terms["("+text] = &term{uses: e.using}
	}
}

// moves reports an operation whose result is its operand.
func moves(op ir.Op) bool {
	switch op {
	case ir.OpShare, ir.OpRefresh, ir.OpReduce, ir.OpFill:
		return true
	}
	return false
}

func (e *expander) expression(i *ir.Instr) string {
	switch {
	case moves(i.Op), i.Op == ir.OpCopy:
		return e.arg(i.Args[0])
	case i.Op == ir.OpInput:
		return ir.Key(i.Name, i.Member)
	case e.inlined(i):
		return e.operand(i.Dst)
	case i.Op == ir.OpDraw:
		return i.Name + "()"
	case i.Op == ir.OpConst && len(i.Const) > mostNumbers:
		short := *i
		short.Const = i.Const[:mostNumbers]
		return strings.TrimSuffix(e.constant(&short), "]") + ", …]"
	case i.Op == ir.OpConvert && len(i.Args) == 1 && e.same(i.Dst, i.Args[0]):
		return e.arg(i.Args[0])
	case i.Op == ir.OpConvert:
		return fmt.Sprintf("%s(%s)", strings.SplitN(e.p.Values[i.Dst].Elem.String(), "(", 2)[0], bare(e.arg(i.Args[0])))
	case infix[i.Op] != "":
		return e.operation(i, e.arg)
	}
	return e.operation(i, func(v ir.Value) string { return bare(e.arg(v)) })
}

// same reports that two values differ in the width of their type alone.
func (e *expander) same(a, b ir.Value) bool {
	x, y := e.p.Values[a].Elem, e.p.Values[b].Elem
	return x.Kind == types.Fixed && y.Kind == types.Fixed && x.F == y.F || x == y
}

// bare is a text without the parentheses around all of it.
func bare(text string) string {
	if !strings.HasPrefix(text, "(") {
		return text
	}
	depth := 0
	for k, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 && k < len(text)-1 {
				return text
			}
		}
	}
	return text[1 : len(text)-1]
}

// define gives a value a name from here on.
func (e *expander) define(v ir.Value, name, text string, i *ir.Instr) {
	e.written[v] = name
	if text = bare(text); text == name {
		return
	}
	e.taken[name] = true
	if e.terms[name] == nil {
		e.order = append(e.order, name)
	}
	e.terms[name] = &term{Expression{Name: name, Text: text, Line: i.Pos.At()}, e.using}
}

// next is a name that neither a disclosure nor an assignment before has.
func (e *expander) next(v ir.Value) string {
	base := e.p.Values[v].Name
	for e.taken[e.indexed(base)] {
		base += "'"
	}
	return e.indexed(base)
}

// indexed is a name with the passes around it: g_k.
func (e *expander) indexed(name string) string {
	return strings.Join(append([]string{name}, e.passes...), "_")
}

// loop defines what a pass does to the variables, each by what the pass before
// left.
func (e *expander) loop(i *ir.Instr) {
	pass := e.pass(i)
	vars := assigned(i.Body)
	var first []string
	outer := e.passes
	e.passes = append(slices.Clip(outer), pass)
	for _, v := range vars {
		before := e.written[v]
		e.using = nil
		e.use(before)
		name := strings.Join(append(append([]string{e.p.Values[v].Name}, outer...), "("+pass+"-1)"), "_")
		e.define(v, name, before+", before the first pass", i)
		first = append(first, name)
	}
	e.block(i.Body)
	e.passes = outer
	for k, v := range vars {
		if t := e.terms[first[k]]; t != nil {
			t.uses = append(t.uses, e.written[v])
		}
		last := "last(" + e.written[v] + ")"
		e.using = []string{e.written[v]}
		e.written[v] = last
		e.keep(last)
	}
	e.using = nil
}

// pass names the passes of a loop: by its variable, or by a letter.
func (e *expander) pass(i *ir.Instr) string {
	if i.Op == ir.OpFor {
		e.written[i.Dst] = e.p.Values[i.Dst].Name
		return e.p.Values[i.Dst].Name
	}
	for _, letter := range []string{"k", "l", "m", "pass"} {
		if !slices.Contains(e.passes, letter) && !slices.ContainsFunc(e.p.Sizes, func(s ir.Size) bool { return s.Name == letter }) {
			return letter
		}
	}
	return "p"
}

// assigned lists the variables that a block assigns and does not make.
func assigned(b ir.Block) []ir.Value {
	var out []ir.Value
	for _, i := range b {
		if i.Op == ir.OpCopy || i.Op == ir.OpUpdate {
			if i.Dst != 0 && !slices.Contains(out, i.Dst) {
				out = append(out, i.Dst)
			}
		}
		for _, v := range slices.Concat(assigned(i.Body), assigned(i.Else)) {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

// branch defines what the variables hold behind both arms.
func (e *expander) branch(i *ir.Instr) {
	e.using = nil
	condition := bare(e.arg(i.Args[0]))
	decides := e.using
	vars := slices.DeleteFunc(assigned(ir.Block{i}), func(v ir.Value) bool { return !e.p.Values[v].Var || e.written[v] == "" })
	before := e.now(vars)
	e.block(i.Body)
	then := e.now(vars)
	for v, text := range before {
		e.written[v] = text
	}
	e.block(i.Else)
	for _, v := range vars {
		e.using = slices.Clone(decides)
		e.use(then[v])
		e.use(e.written[v])
		e.define(v, e.next(v), fmt.Sprintf("if %s then %s else %s", condition, then[v], e.written[v]), i)
	}
	e.using = nil
}

func (e *expander) now(vars []ir.Value) map[ir.Value]string {
	out := make(map[ir.Value]string)
	for _, v := range vars {
		out[v] = e.written[v]
	}
	return out
}

// reveal is a disclosure: from here on it bears its label.
func (e *expander) reveal(i *ir.Instr) {
	name := e.opened(i)
	e.disclose(i, name)
	e.written[i.Dst] = e.indexed(name)
}

func (e *expander) disclose(i *ir.Instr, name string) {
	e.using = nil
	d := &term{Expression{Name: e.indexed(name), Text: bare(e.arg(i.Args[0])), Disclosed: true, Line: i.Pos.At()}, nil}
	d.uses, e.using = e.using, nil
	if t := e.terms[d.Text]; t != nil && strings.TrimRight(d.Text, "'") == d.Name { // the program's name for it
		d.Text, d.uses = t.Text, t.uses
	}
	if d.Text != d.Name { // a draw is nothing else
		e.disclosed = append(e.disclosed, d)
	}
}

// output is a value that its receivers compute from what they have.
func (e *expander) output(i *ir.Instr) {
	name := ir.Key(i.Name, i.Member)
	shared := e.p.Values[i.Args[0]].Place.IsShared()
	if again := func(t *term) bool { return t.Name == name }; !shared && !slices.ContainsFunc(e.disclosed, again) {
		e.disclose(i, name)
	}
}

// definitions are those that disclosures need, in order of the program.
func (e *expander) definitions() []Expression {
	needed := make(map[string]bool)
	var need func(uses []string)
	need = func(uses []string) {
		for _, name := range uses {
			if t := e.terms[name]; t != nil && !needed[name] {
				needed[name] = true
				need(t.uses)
			}
		}
	}
	for _, d := range e.disclosed {
		need(d.uses)
	}
	var out []Expression
	for _, name := range e.order {
		if !needed[name] {
			continue
		}
		if len(out) == mostDefined {
			return append(out, Expression{Name: "…", Text: "further definitions are left out"})
		}
		out = append(out, e.terms[name].Expression)
	}
	return out
}

// shortest is the decimal with fewest places that rounds to the number v / 2^f.
func shortest(v *big.Int, f int) string {
	scale := new(big.Int).Lsh(big.NewInt(1), uint(f))
	r := new(big.Rat).SetFrac(v, scale)
	for places := 1; ; places++ {
		text := r.FloatString(places)
		x, _ := new(big.Rat).SetString(text)
		off := x.Sub(x, r)
		if off.Abs(off).Cmp(new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(scale, 1))) < 0 {
			return text
		}
	}
}
