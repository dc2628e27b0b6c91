package check

// The state in which a body is checked: its tables, its scope, and the
// context pc of the judgement (language.md, section 1).

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/types"
)

// A unit is one text that is checked as a whole, a computation or a function
// for one tuple of arguments, with the bodies of its group loops.
type unit struct {
	name      string
	fn        *ast.Fn
	comp      *Computation
	everybody types.Set // P
	diags     diag.List
	calls     []callSite
	instances instances // of all units of one computation or test
	typeArgs  map[string]types.Elem
	literals  map[*ast.Number]value // what each is, for the passes after the first

	// before is what is known of variables and loops from the passes before
	// (R8), next what this pass over the text found.
	before, next findings
	known        map[*Variable]value // what each variable holds now
	lengths      int                 // how many lengths depend on data
	// left says that what follows may have been left by a `return` or `yield`
	// under a late condition.
	left bool

	disclosed []*disclosure
	idle      map[string]bool // labels of reveals that disclose nothing in this call
	results   []value         // of return, merged over all of them
}

// A stateKey is a variable: its definition, in one member's body.
type stateKey struct {
	decl   *ast.Ident
	member string
}

// A state is what the fixed point of R8 computes for one variable.
type state struct {
	place types.Place
	early bool
	met   *meeting
	deps  []*Variable
}

func newUnit(name string) *unit {
	return &unit{name: name, next: newFindings(), known: make(map[*Variable]value), literals: make(map[*ast.Number]value), idle: make(map[string]bool), instances: make(instances)}
}

// A frame is the state while one Body of a unit is checked.
type frame struct {
	c    *checker
	unit *unit
	*facts
	body   *Body
	scope  *scope
	pc     context
	member string // which member's body this is, a path
	// purposes are the reveals that stand directly after return.
	purposes map[*ast.Reveal]*Output

	following    []ast.Stmt  // after the statement at hand
	otherReturn  *ast.Return // what is returned otherwise, for the hint of E404
	eachOutput   *Output     // of an `each` that stands directly after return
	inLocalBlock bool
	branched     bool     // inside a conditional statement
	yields       *[]value // of the local expression at hand
	localScope   *scope   // outside the `local` block at hand

	givenGroup *Group    // the group of the bundle that a test gives
	declared   []written // the results that the header declares
	disclosing bool      // the types under `discloses`, which may say `upto`

	// for hints: the function whose argument is checked, the word that a
	// print begins with, and the name that the value will get
	callee, printed, naming string
}

// A context says who follows the statements at hand.
type context struct {
	local    *Player // inside `local p`
	player   int     // p
	secret   bool    // inside the blocks of a secret conditional
	cond     types.Place
	reason   ast.Expr // the condition that makes it secret, for messages
	reasonAt types.Place
	on       []*Variable // the inputs that the conditions depend on that are not public
	late     bool        // under a late condition or bound
	total    bool        // partial operations have their total form
	loops    []loopDim
	arm      *arm
	test     bool // in a test block
	expect   bool // in `expect`: ~= may stand here
	given    bool // in `given` of a computation: its inputs are checked when it runs
}

// An arm collects who holds everything computed under a conditional (R10).
type arm struct {
	holders types.Place
	outer   *arm
}

func (c *checker) newFrame(u *unit) *frame {
	f := &frame{c: c, unit: u, facts: newFacts(), body: newBody(u.name), scope: &scope{vars: make(map[string]*Variable)},
		purposes: make(map[*ast.Reveal]*Output)}
	f.pc.cond = types.PublicPlace
	return f
}

func newBody(name string) *Body {
	return &Body{
		Name:       name,
		Exprs:      make(map[ast.Expr]*Expr),
		Vars:       make(map[*ast.Ident]*Variable),
		Calls:      make(map[*ast.Call]*Call),
		Constructs: make(map[*ast.Call]*Record),
		Members:    make(map[ast.Node][]*Body),
		Reveals:    make(map[*ast.Reveal]*RevealInfo),
		Checked:    make(map[ast.Node]bool),
		Total:      make(map[ast.Node]bool),
		Lengths:    make(map[ast.Node]types.Size),
		Outside:    make(map[*ast.Call]bool),
		Runs:       make(map[ast.Node]types.Place),
		Overflows:  make(map[ast.Node]*Overflow),
	}
}

// startFrom replaces what the tables hold by what a header's do.
func (b *Body) startFrom(header *Body) {
	b.Fn, b.Params, b.Result = header.Fn, header.Params, slices.Clip(header.Result)
	for _, x := range b.Exprs {
		b.spare = append(b.spare, x)
	}
	clear(b.Exprs)
	for e, x := range header.Exprs {
		*b.expr(e) = *x
	}
	refill(b.Vars, header.Vars)
	refill(b.Calls, header.Calls)
	refill(b.Constructs, header.Constructs)
	refill(b.Members, header.Members)
	refill(b.Reveals, header.Reveals)
	refill(b.Checked, header.Checked)
	refill(b.Total, header.Total)
	refill(b.Lengths, header.Lengths)
	refill(b.Outside, header.Outside)
	refill(b.Runs, header.Runs)
	refill(b.Overflows, header.Overflows)
}

// expr is what is known of e, to be written to.
func (b *Body) expr(e ast.Expr) *Expr {
	x := b.Exprs[e]
	if x == nil {
		if len(b.spare) == 0 {
			some := make([]Expr, len(b.Exprs)+1)
			for i := range some {
				b.spare = append(b.spare, &some[i])
			}
		}
		last := len(b.spare) - 1
		x, b.spare = b.spare[last], b.spare[:last]
		*x = Expr{}
		b.Exprs[e] = x
	}
	return x
}

func refill[K comparable, V any](table, with map[K]V) {
	clear(table)
	maps.Copy(table, with)
}

func (f *frame) errorf(code string, at ast.Node, format string, args ...any) *diag.Diagnostic {
	return add(&f.unit.diags, code, at, format, args...)
}

// fail reports an error and returns its poisoned value.
func (f *frame) fail(at ast.Node, code, label, format string, args ...any) value {
	f.errorf(code, at, format, args...).Label = label
	return poison(asExpr(at))
}

func (f *frame) text(n ast.Node) string { return f.c.text(n) }

// open starts an inner block, close ends it.
func (f *frame) open() func() {
	outer := f.scope
	f.scope = &scope{outer: outer, vars: make(map[string]*Variable)}
	return func() { f.scope = outer }
}

// within runs body in a context that change describes.
func (f *frame) within(change func(pc *context), body func()) {
	outer := f.pc
	change(&f.pc)
	body()
	f.pc = outer
}

// define adds a variable to the scope (R19).
func (f *frame) define(v *Variable, known value) {
	f.body.Vars[v.Decl] = v
	if f.c.taken(&f.unit.diags, v.Decl) {
		f.scope.vars[v.Name] = v // so that its uses raise nothing more
		f.unit.known[v] = known
		return
	}
	if old := f.scope.find(v.Name); old != nil {
		alreadyDefined(&f.unit.diags, v.Decl, old.Decl.Pos.Line)
		return
	}
	f.scope.vars[v.Name] = v
	f.unit.known[v] = known
}

// expr checks an expression; want is the element its context expects, if any
// (kind Invalid: none). The tables are filled.
func (f *frame) expr(e ast.Expr, want types.Elem) value {
	v := f.directly(e, want)
	v.expr = e
	if f.pc.late && v.konst == nil && v.lin == nil {
		v.early = false // constants and sizes are known before all else
	}
	if v.affine == nil {
		v.affine = f.opaque(v)
	}
	f.record(e, v)
	if f.body.Overflows[e] != nil {
		v.gaps = joinGaps(v.gaps, []string{noted})
	}
	return v
}

// directly evaluates e; only its own name is still an argument of the call
// around it.
func (f *frame) directly(e ast.Expr, want types.Elem) value {
	if _, name := e.(*ast.Ident); name {
		return f.eval(e, want)
	}
	outer := f.callee
	f.callee = ""
	defer func() { f.callee = outer }()
	return f.eval(e, want)
}

func (f *frame) record(e ast.Expr, v value) {
	x := f.body.expr(e)
	x.Type, x.adaptive = v.Type, v.untyped || v.flexible
	if v.konst != nil {
		x.Const = v.konst
	}
	if v.lin != nil && f.isSize(*v.lin) {
		x.Size = v.lin
	}
	if v.Place.Each == "" && !v.bad() {
		f.computed(v.Place)
	}
}

// computed tells the conditionals around that a value at place is computed, or
// a variable there assigned, under them.
func (f *frame) computed(place types.Place) {
	for a := f.pc.arm; a != nil; a = a.outer {
		a.holders = a.holders.Join(place)
	}
}

// isSize reports a polynomial over sizes alone, without loop variables.
func (f *frame) isSize(p types.Size) bool {
	for _, t := range p.Terms() {
		if slices.ContainsFunc(t.Vars, func(name string) bool { return !f.scope.isSize(name) }) {
			return false
		}
	}
	return true
}

// quotient names the whole part of p / k, for p >= 0, and what is known of it.
func (f *frame) quotient(p types.Size, k int64) types.Size {
	q := types.Name(fmt.Sprintf("(%s) / %d", p, k))
	name, _ := q.Var()
	if f.infos[name] == nil {
		f.infos[name] = &sizeInfo{min: endAt(0)}
		rest := p.Sub(types.Int(k).Mul(q))
		f.atLeast(rest)
		f.atLeast(types.Int(k - 1).Sub(rest))
	}
	return q
}

// freshLength names a length that the holders' data decides.
func (f *frame) freshLength(place types.Place, most types.Size, early bool) types.Size {
	f.unit.lengths++
	name := fmt.Sprintf("?%d", f.unit.lengths)
	most = most.Unpadded()
	_, high := f.interval(most)
	f.infos[name] = &sizeInfo{min: endAt(0), max: high, place: place, early: early && !f.pc.late, data: true}
	f.hold(most.Sub(types.Name(name)))
	return types.Name(name)
}
