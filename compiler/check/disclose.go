package check

// Disclosures (R5-R7): what a reveal does, and that each one is in the
// signature.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

// A loopDim is one loop around a reveal: how often it runs.
type loopDim struct {
	size  types.Size
	upto  bool
	group *Group // of a loop over a group
	self  int    // its member in this body
}

// A disclosure is a reveal that a header must declare.
type disclosure struct {
	label string
	at    ast.Node // the *ast.Reveal or, for a callee's, the *ast.Call
	audit ast.Node // what shows the audience
	elem  types.Elem
	loops int // how many of dims are loops, the others the shape
	dims  []loopDim
	to    types.Place
}

const moduleReveal = "return `%s` and let the computation reveal it, so that the disclosure stands in its header"

// reveal is R5.
func (f *frame) reveal(e *ast.Reveal) value {
	output := f.purposes[e]
	x := f.settle(f.expr(e.X, types.Elem{}))
	to, ok := f.placement(e.To, fmt.Sprintf(moduleReveal, f.text(e.X)))
	if ok && to.Each != "" {
		f.errorf("E106", e.To, "the audience of a reveal is a set of players").Label = "write `each p in " + to.Each + ": reveal(…) to p`"
		ok = false
	}
	if x.bad() || !ok {
		f.mention(e)
		return poison(e)
	}
	if !f.revealHere(e, x) {
		f.mention(e)
		return poison(e)
	}
	info := &RevealInfo{Audience: to}
	f.body.Reveals[e] = info
	if f.normal(x.Place).Flows(to) {
		info.Nothing = true
		if f.unit.comp != nil && !f.memberAudience(to) {
			f.nothing(e, x, to)
			f.mention(e)
			return poison(e)
		}
		if e.As != nil {
			f.unit.idle[e.As.Name] = true
		}
		return x
	}
	out := x
	out.Place = f.normal(types.At(x.Place.Holders.Union(to.Set(f.unit.everybody))))
	if to.Public {
		out.Place = types.PublicPlace
	}
	out.early, out.met, out.untyped, out.flexible, out.konst, out.lin, out.quotients = false, nil, false, false, nil, nil, nil
	if !f.account(e, x, to, output, info) {
		return poison(e)
	}
	f.solvable(e, x, to, info.Label)
	return out
}

// revealHere reports E308, E206 and E203.
func (f *frame) revealHere(e *ast.Reveal, x value) bool {
	switch {
	case f.pc.local != nil:
		f.errorf("E308", e, "a reveal cannot stand in `local %s`", f.pc.local.Name).Label = "one player runs this alone"
	case f.pc.secret:
		d := f.errorf("E308", e, "a reveal under a secret condition would disclose the condition")
		d.Label = "condition " + f.secretCondition()
		d.Hint = "compute a value for both cases and reveal that: `reveal(if c then a else b) to …`"
	case !f.c.shareable(x.Elem):
		f.clearOnly(e, []value{x})
	default:
		return f.publicLength(x)
	}
	return false
}

// secretCondition says what makes the context secret.
func (f *frame) secretCondition() string {
	how := "is shared"
	if !f.pc.reasonAt.IsShared() {
		how = "is known to " + f.c.holders(f.pc.reasonAt) + " only"
	}
	text := "`" + f.text(f.pc.reason) + "` " + how
	if f.unit.fn != nil {
		text += " in this call"
	}
	return text
}

// memberAudience reports an audience that is the member of an enclosing loop.
func (f *frame) memberAudience(to types.Place) bool { return f.selfLoop(to) >= 0 }

// selfLoop is the innermost enclosing group loop whose member alone is the
// audience, or -1.
func (f *frame) selfLoop(to types.Place) int {
	for i := len(f.pc.loops) - 1; i >= 0; i-- {
		if l := f.pc.loops[i]; l.group != nil && to == types.At(types.SetOf(l.self)) {
			return i
		}
	}
	return -1
}

// nothing reports E307, unless an error before may be why nothing is learnt: a
// variable that it kept from being assigned still depends on no input.
func (f *frame) nothing(e *ast.Reveal, x value, to types.Place) {
	if len(x.deps) == 0 && f.unit.diags.HasErrors() {
		return
	}
	verb := "hold"
	if to.Public || to.Holders.Len() == 1 {
		verb = "holds"
	}
	d := f.errorf("E307", e, "nothing to reveal: %s already %s this value", f.c.holders(to), verb)
	d.Label = f.c.full(x.Type)
	d.Hint = "`" + f.text(e.X) + "`"
	if f.purposes[e] != nil {
		d.Hint = "`return " + f.text(e.X) + "`"
	}
}

// mention keeps an erroneous reveal from causing E306 as well.
func (f *frame) mention(e *ast.Reveal) {
	if e.As != nil {
		f.unit.disclosed = append(f.unit.disclosed, &disclosure{label: e.As.Name, at: e, elem: invalid.Elem})
	}
}

// account is R6: the reveal is an output, or it is labelled.
func (f *frame) account(e *ast.Reveal, x value, to types.Place, output *Output, info *RevealInfo) bool {
	if e.As != nil {
		info.Label = e.As.Name
		f.disclose(e, e.To, e.As.Name, x.Type, to, disclosure{})
		return true
	}
	if output == nil {
		f.unsigned(e, x, to)
		return true
	}
	info.Label, info.Output = output.Decl.Name.Name, true
	if output.Type.Elem.Kind == types.Invalid {
		return false
	}
	want := output.Type.Place
	if to == want || want.Each != "" && f.memberAudience(to) {
		return true
	}
	d := f.errorf("E305", e.To, "this reveal is not part of the signature of `%s`: output `%s` is `@ %s`", f.unit.name, info.Label, f.c.place(want))
	d.Label = "to " + strings.Join(f.c.members(to.Set(f.c.everybody())), ", ")
	if want.Each != "" {
		p := f.scope.member(want.Each)
		d.Hint = fmt.Sprintf("give each member its own: `each %s in %s: reveal(%s) to %s`", p, want.Each, f.text(e.X), p)
		return false
	}
	d.Hint = fmt.Sprintf("reveal it `to %s`, or declare `%s: %s @ %s`", f.c.place(want), info.Label, f.c.plain(output.Type), f.c.place(to))
	return false
}

// disclose records a labelled reveal with the loops around it.
func (f *frame) disclose(at, audit ast.Node, label string, t types.Type, to types.Place, inner disclosure) {
	if slices.ContainsFunc(f.unit.disclosed, func(d *disclosure) bool { return d.at == at && d.label == label }) {
		return // the same reveal in another member's body
	}
	self := f.selfLoop(to)
	var dims []loopDim
	for i, l := range f.pc.loops {
		if i == self {
			to = types.Place{Each: l.group.Name}
			continue
		}
		dims = append(dims, l)
	}
	loops := len(dims) + inner.loops
	dims = append(dims, inner.dims...)
	for _, s := range t.Shape {
		dims = append(dims, loopDim{size: s})
	}
	f.unit.disclosed = append(f.unit.disclosed, &disclosure{label: label, at: at, audit: audit, elem: t.Elem, loops: loops, dims: dims, to: to})
	f.repeats(f.unit.disclosed[len(f.unit.disclosed)-1])
}

// manyTimes is how often a condition may be disclosed without a warning: each
// time is one more bit about the same inputs.
const manyTimes = 100

// repeats warns (W803) of a condition that a computation discloses in loops,
// more often than is little.
func (f *frame) repeats(r *disclosure) {
	if f.unit.comp == nil || r.elem.Kind != types.Bool || r.loops == 0 {
		return
	}
	passes := types.Int(1)
	for _, l := range r.dims[:r.loops] {
		passes = passes.Mul(l.size)
	}
	if f.nonneg(types.Int(manyTimes).Sub(passes)) {
		return
	}
	d := f.errorf("W803", r.at, "`%s` discloses a condition more than %d times, or may: up to %s", r.label, manyTimes, passes)
	d.Label = "one bit about the inputs each time"
	d.Hint = fmt.Sprintf("run fewer passes, at most %d, or reveal once what they come to", manyTimes)
}

func dimText(dims []loopDim) string {
	if len(dims) == 0 {
		return ""
	}
	parts := make([]string, len(dims))
	for i, d := range dims {
		parts[i] = d.size.String()
		if d.upto {
			parts[i] = "upto " + parts[i]
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// unsigned reports E305.
func (f *frame) unsigned(e *ast.Reveal, x value, to types.Place) {
	d := f.errorf("E305", e, "this reveal is not part of the signature of `%s`", f.unit.name)
	new := to.Set(f.c.everybody()).Minus(x.Place.Holders)
	d.Label = f.c.plain(x.Type) + ", to " + strings.Join(f.c.members(new), ", ")
	var repeats []string
	dims := slices.Clone(f.pc.loops)
	if self := f.selfLoop(to); self >= 0 {
		to = types.Place{Each: dims[self].group.Name}
		dims = slices.Delete(dims, self, self+1)
	}
	for i := range dims {
		word := dims[i].size.String()
		if dims[i].upto {
			word = "up to " + word
		}
		repeats = append(repeats, word)
	}
	if len(repeats) > 0 {
		d.Label += ", " + strings.Join(repeats, " x ") + " times"
	}
	name := f.naming
	if name == "" {
		name = "shown"
	}
	for _, s := range x.Shape {
		dims = append(dims, loopDim{size: s})
	}
	d.Hint = fmt.Sprintf("name it here, `... to %s as %s`, and declare it in the header: `discloses %s: %s%s @ %s`",
		f.text(e.To), name, name, f.c.elem(x.Elem), dimText(dims), f.c.place(to))
}

// matchDisclosures compares what a unit discloses with its header (E305, E306).
func (f *frame) matchDisclosures(declared []*Disclosed) {
	for _, r := range f.unit.disclosed {
		if !slices.ContainsFunc(declared, func(d *Disclosed) bool { return d.Label == r.label }) {
			f.undeclared(r)
		}
	}
	for _, d := range declared {
		f.matchDisclosure(d)
	}
}

func (f *frame) undeclared(r *disclosure) {
	if r.elem.Kind == types.Invalid {
		return
	}
	d := f.errorf("E305", r.at, "disclosure `%s` is not part of the signature of `%s`", r.label, f.unit.name)
	d.Label = f.c.elem(r.elem) + dimText(r.dims)
	d.Hint = fmt.Sprintf("declare it in the header: `discloses %s: %s%s @ %s`", r.label, f.c.elem(r.elem), dimText(r.dims), f.c.place(r.to))
}

func (f *frame) matchDisclosure(d *Disclosed) {
	var found []*disclosure
	for _, r := range f.unit.disclosed {
		if r.label == d.Label {
			found = append(found, r)
		}
	}
	switch {
	case len(found) == 0:
		if !f.namesInput(d) && !f.unit.idle[d.Label] && d.Type.Elem.Kind != types.Invalid {
			f.errorf("E306", d.Decl, "`%s` is declared, but nothing is disclosed under that name", d.Label).Label = "never happens"
		}
		return
	case len(found) > 1:
		e := f.errorf("E306", found[1].at, "`%s` names two disclosures; the first stands on line %d", d.Label, found[0].at.Extent().Pos.Line)
		e.Label = "second"
		e.Hint = "give each its own name with `as`, and declare both"
		return
	}
	r := found[0]
	if r.elem.Kind == types.Invalid || d.Type.Elem.Kind == types.Invalid {
		return
	}
	f.sameAudience(d, r)
	f.sameDisclosedType(d, r)
}

// namesInput reports a declaration that admits that an input can be computed.
func (f *frame) namesInput(d *Disclosed) bool {
	return f.unit.comp != nil && slices.ContainsFunc(f.unit.comp.Inputs, func(v *Variable) bool { return v.Name == d.Label })
}

func (f *frame) sameAudience(d *Disclosed, r *disclosure) {
	declared, actual := d.Type.Place, r.to
	if declared == actual {
		return
	}
	line := d.Decl.Pos.Line
	everybody := f.c.everybody()
	more := actual.Set(everybody).Minus(declared.Set(everybody))
	if declared.Each != "" || actual.Each != "" || more.Empty() {
		e := f.errorf("E306", r.audit, "`%s` is declared `@ %s` (line %d) but revealed to other players", d.Label, f.c.place(declared), line)
		e.Label = "to " + f.c.place(actual)
		e.Hint = fmt.Sprintf("declare `discloses %s: %s @ %s`", d.Label, f.c.elem(r.elem)+dimText(r.dims), f.c.place(actual))
		return
	}
	e := f.errorf("E306", r.audit, "`%s` is declared `@ %s` (line %d) but revealed to more players", d.Label, f.c.place(declared), line)
	e.Label = "also " + strings.Join(f.c.members(more), ", ")
	e.Hint = fmt.Sprintf("reveal it `to %s`, or declare `discloses %s: %s @ %s`", f.c.place(declared), d.Label,
		f.c.elem(r.elem)+dimText(r.dims), f.c.place(actual))
}

func (f *frame) sameDisclosedType(d *Disclosed, r *disclosure) {
	same := d.Type.Elem == r.elem && len(d.Type.Shape) == len(r.dims)
	for i := 0; same && i < len(r.dims); i++ {
		declared, actual := d.Type.Shape[i], r.dims[i].size
		same = d.Upto[i] == r.dims[i].upto && (f.same(declared, actual) == proved || d.Upto[i] && f.nonneg(declared.Sub(actual)))
	}
	if same {
		return
	}
	declared := make([]loopDim, len(d.Type.Shape))
	for i, s := range d.Type.Shape {
		declared[i] = loopDim{size: s, upto: d.Upto[i]}
	}
	e := f.errorf("E306", r.at, "`%s` is declared %s%s (line %d) but revealed as %s%s", d.Label,
		f.c.elem(d.Type.Elem), dimText(declared), d.Decl.Pos.Line, f.c.elem(r.elem), dimText(r.dims))
	e.Label = f.c.elem(r.elem) + dimText(r.dims)
	e.Hint = fmt.Sprintf("declare `discloses %s: %s%s @ %s`", d.Label, f.c.elem(r.elem), dimText(r.dims), f.c.place(r.to))
}
