package ir

// The text form: a header, then one instruction a line with its step, the
// value it defines, operation, operands by name, participants and source line.
// Blocks are indented and closed by a line `}`. It shows everything but doc
// comments, source text and columns, so that two programs can be compared by
// diff; Parse reads it back.
//
//	computation average of "average.tfe"
//	players alice, bob, s0, s1, s2
//	protocol aby3(s0, s1, s2) ring 64
//	size n >= 2
//	input a: fixed(24, 16)[n] @ alice in 0..6553600 as "0.0..100.0"
//	output avg: fixed(24, 16) @ bob
//
//	   1  a: fixed(24, 16)[n] @ alice = input as a by alice line 5
//	   2  t1: fixed(24, 16) @ alice = sum a by alice line 8

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/lang/types"
)

// String returns the text form of the program.
func (p *Program) String() string {
	w := &printer{p: p, names: p.PlayerNames(), defined: make(map[Value]bool)}
	w.header()
	w.line("")
	w.block(p.Body, 0)
	return w.b.String()
}

// PlayerNames returns the names of the players, in order.
func (p *Program) PlayerNames() []string {
	names := make([]string, len(p.Players))
	for i, q := range p.Players {
		names[i] = q.Name
	}
	return names
}

// Everybody returns the set of all players.
func (p *Program) Everybody() types.Set {
	var all types.Set
	for i := range p.Players {
		all = all.With(i)
	}
	return all
}

// Servers returns the set of the players that hold shares.
func (p *Program) Servers() types.Set { return types.SetOf(p.Protocol.Roles...) }

// Computing is who carries out what is secure: the servers, and the helpers, which hold no
// shares.
func (p *Program) Computing() types.Set {
	return p.Servers().Union(types.SetOf(p.Protocol.Helpers...))
}

// Helper reports whether a player carries out what is secure without shares.
func (p *Program) Helper(player int) bool { return slices.Contains(p.Protocol.Helpers, player) }

// Elem is the element whose values the enum names.
func (e Enum) Elem() types.Elem { return types.Elem{Kind: types.Enum, Name: e.Name, I: len(e.Values)} }

// Enum finds the enum of an element.
func (p *Program) Enum(e types.Elem) Enum {
	i := slices.IndexFunc(p.Enums, func(x Enum) bool { return x.Elem() == e })
	if i < 0 {
		return Enum{Name: e.Name}
	}
	return p.Enums[i]
}

// Columns are the names of the values of an enum, by its name.
func (p *Program) Columns(enum string) []string {
	for _, e := range p.Enums {
		if e.Name == enum {
			return e.Values
		}
	}
	return nil
}

// Key is how an input or output is called from outside: its name, and for a
// bundle the member in brackets: `pay[e0]`. Of a record it is one field,
// `sales.amount`, `pay[e0].amount`.
func Key(name, member string) string {
	if member == "" {
		return name
	}
	root, field, column := strings.Cut(name, ".")
	if column {
		field = "." + field
	}
	return root + "[" + member + "]" + field
}

// Root is the name that a binding and a reader know: of a record's field,
// `sales` of `sales.amount`, `pay[e0]` of `pay[e0].amount`.
func Root(key string) string {
	root, _, _ := strings.Cut(key, ".")
	return root
}

type printer struct {
	b       strings.Builder
	p       *Program
	names   []string
	defined map[Value]bool // values whose type was printed
}

func (w *printer) line(format string, args ...any) {
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteByte('\n')
}

func (w *printer) header() {
	p := w.p
	digest := ""
	if p.Digest != "" {
		digest = " digest " + strconv.Quote(p.Digest)
	}
	w.line("computation %s of %q%s", p.Name, p.File, digest)
	w.line("players %s", strings.Join(w.names, ", "))
	w.line("protocol %s", w.protocol())
	if p.Player >= 0 {
		w.line("player %s", w.names[p.Player])
	}
	for _, e := range p.Enums {
		w.line("enum %s { %s }", e.Name, strings.Join(e.Values, ", "))
	}
	for _, s := range p.Sizes {
		w.line("size %s >= %d", s.Name, s.Min)
	}
	for _, c := range p.Where {
		w.line("where %s %s %s as %q %s", c.Left, c.Rel, c.Right, c.Text, line(c.Pos))
	}
	for _, x := range p.Inputs {
		w.line("input %s: %s%s", Key(x.Name, x.Member), w.typ(x.Elem, x.Shape, x.Owner), rows(x.Rows)+columns(x.Columns)+bounds(x.Range))
	}
	for _, x := range p.Outputs {
		w.line("output %s: %s%s", Key(x.Name, x.Member), w.typ(x.Elem, x.Shape, x.To), rows(x.Rows)+columns(x.Columns))
	}
	for _, x := range p.Reveals {
		w.line("disclose %s: %s %s", x.Label, w.typ(x.Elem, x.Shape, x.To), line(x.Pos))
	}
}

// line is where something comes from: `line 13`, `line 13 of "std/stats"`.
func line(p Pos) string {
	text := fmt.Sprintf("line %d", p.Line)
	if p.File != "" {
		text += fmt.Sprintf(" of %q", p.File)
	}
	return text
}

func (w *printer) protocol() string {
	q := w.p.Protocol
	helpers := ""
	if len(q.Helpers) > 0 {
		helpers = "; " + w.players(q.Helpers)
	}
	exact := ""
	if q.Exact {
		exact = " exact"
	}
	return fmt.Sprintf("%s(%s%s) ring %d%s", q.Name, w.players(q.Roles), helpers, q.Ring, exact)
}

func (w *printer) players(indices []int) string {
	names := make([]string, len(indices))
	for i, k := range indices {
		names[i] = w.names[k]
	}
	return strings.Join(names, ", ")
}

func (w *printer) typ(e types.Elem, s types.Shape, at types.Place) string {
	return e.String() + dimensions(s) + " @ " + at.Format(w.names)
}

// dimensions is Shape.String with the names of lengths that data decides.
func dimensions(s types.Shape) string {
	if len(s) == 0 {
		return ""
	}
	parts := make([]string, len(s))
	for k, d := range s {
		parts[k] = d.String()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func rows(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" rows %d", n)
}

func columns(enum string) string {
	if enum == "" {
		return ""
	}
	return " columns " + enum
}

func bounds(r *Range) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf(" in %s..%s as %q", r.Low, r.High, r.Text)
}

func (w *printer) block(b Block, depth int) {
	for _, i := range b {
		w.instr(i, depth)
	}
}

func (w *printer) instr(i *Instr, depth int) {
	indent := strings.Repeat("  ", depth)
	text := w.target(i) + string(i.Op) + w.operands(i) + w.attributes(i)
	text += fmt.Sprintf(" by %s %s", w.who(i.Who), line(i.Pos))
	if !i.Op.Structured() {
		w.line("%4d  %s%s", i.Step, indent, text)
		return
	}
	w.line("%4d  %s%s {", i.Step, indent, text)
	w.block(i.Body, depth+1)
	if len(i.Else) > 0 {
		w.line("      %s} else {", indent)
		w.block(i.Else, depth+1)
	}
	w.line("      %s}", indent)
}

// Structured reports whether instructions of the operation have blocks.
func (o Op) Structured() bool { return o == OpFor || o == OpWhile || o == OpIf || o.Joint() }

// Joint reports a Together or a Chain in one: what stands in it is carried out
// once and remains in scope.
func (o Op) Joint() bool { return o == OpTogether || o == OpChain }

// target writes `name = `, with the type where the value is first defined.
func (w *printer) target(i *Instr) string {
	if i.Dst == 0 {
		return ""
	}
	v := w.p.Values[i.Dst]
	if w.defined[i.Dst] {
		return v.Name + " = "
	}
	w.defined[i.Dst] = true
	kind := ""
	if v.Var {
		kind = "var "
	}
	return kind + v.Name + ": " + w.typ(v.Elem, v.Shape, v.Place) + " = "
}

func (w *printer) operands(i *Instr) string {
	parts := make([]string, 0, len(i.Args)+len(i.Const))
	for _, a := range i.Args {
		parts = append(parts, w.p.Values[a].Name)
	}
	for _, c := range i.Const {
		parts = append(parts, c.String())
	}
	if i.Op == OpSizeOf {
		parts = append(parts, i.Size.String())
	}
	if len(parts) == 0 {
		return ""
	}
	return " " + strings.Join(parts, ", ")
}

func (w *printer) attributes(i *Instr) string {
	var b strings.Builder
	if len(i.Slices) > 0 {
		b.WriteString(" [" + w.slices(i.Slices) + "]")
	}
	if i.Shift != 0 {
		fmt.Fprintf(&b, " shift %d", i.Shift)
	}
	if i.Width != 0 {
		fmt.Fprintf(&b, " width %d", i.Width)
	}
	if i.Least != 0 {
		fmt.Fprintf(&b, " least %d", i.Least)
	}
	if i.reduces() && i.Axis >= 0 {
		fmt.Fprintf(&b, " axis %d", i.Axis)
	}
	for k, text := range i.Parts {
		b.WriteString([]string{" text ", ", "}[min(k, 1)] + strconv.Quote(text))
	}
	if len(i.Window) > 0 {
		b.WriteString(" window " + dimensions(i.Window))
	}
	if i.Op == OpOpen || i.Op == OpReveal {
		b.WriteString(" to " + i.To.Format(w.names))
	}
	if i.Op == OpAssert {
		b.WriteString(" " + strconv.Quote(i.Name))
	} else if i.Name != "" {
		b.WriteString(" as " + Key(i.Name, i.Member))
	}
	if i.Checked {
		b.WriteString(" checked")
	}
	return b.String()
}

// reduces reports whether Axis has a meaning.
func (i *Instr) reduces() bool {
	switch i.Op {
	case OpSum, OpConcat, OpLength, OpArgMin, OpArgMax:
		return true
	case OpMin, OpMax:
		return len(i.Args) == 1
	}
	return false
}

// slices writes an index as its value, a range as `from:to len size`.
func (w *printer) slices(s []Slice) string {
	name := func(v Value) string {
		if v == 0 {
			return ""
		}
		return w.p.Values[v].Name
	}
	parts := make([]string, len(s))
	for k, x := range s {
		parts[k] = name(x.From)
		if x.Range {
			parts[k] = fmt.Sprintf("%s:%s len %s", name(x.From), name(x.To), x.Len)
		}
	}
	return strings.Join(parts, ", ")
}

func (w *printer) who(s types.Set) string {
	switch s {
	case types.Set{}:
		return "{}"
	case w.p.Everybody():
		return "public"
	}
	return types.At(s).Format(w.names)
}
