package report

// Collecting: one walk over the instructions, in order, that sorts what each
// one shows to whom into the lists of a Report.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/op"
	"github.com/tfec-lang/tfec/lang/types"
)

// A writer fills a report.
type writer struct {
	p       *ir.Program
	deps    map[*ir.Instr]inputs
	names   names
	r       *Report
	started bool     // behind Start
	when    []string // the loops and branches around
	around  []ir.Op
}

// sizes says which dimensions bind each size.
func (w *writer) sizes() {
	for _, s := range w.p.Sizes {
		size := Size{Name: s.Name, From: []string{}}
		for _, x := range w.p.Inputs {
			for axis, d := range x.Shape {
				if name, ok := d.Var(); ok && name == s.Name {
					size.From = once(size.From, fmt.Sprintf("%s of %s (%s)", dimension(axis), ir.Root(ir.Key(x.Name, x.Member)), w.owner(x)))
				}
			}
		}
		w.r.Sizes = append(w.r.Sizes, size)
	}
}

// once adds a text that the list does not have: the fields of a record say the
// same.
func once(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

func dimension(axis int) string {
	switch axis {
	case 0:
		return "rows"
	case 1:
		return "columns"
	}
	return fmt.Sprintf("dimension %d", axis+1)
}

func (w *writer) owner(x ir.Input) string {
	if x.Owner.Public {
		return "public"
	}
	return w.p.NamesOf(w.p.Keepers(x.Owner).Members())
}

// inputs lists the public ones, and the checks on all of them.
func (w *writer) inputs() {
	for k, x := range w.p.Inputs {
		reason := "not loaded"
		public := Public{Name: x.Name, Type: text(x.Elem, x.Shape)}
		if x.Range != nil {
			reason += ", or outside " + x.Range.Text
			public.Range = x.Range.Text
		}
		if x.Padded() {
			rows := x.Shape[0].Unpadded().String()
			reason += ", or more than " + rows + " rows"
			w.private(x, rows)
		}
		if x.Owner.Public {
			w.r.Public = append(w.r.Public, public)
			reason += ", or not the same everywhere"
		}
		w.abort(inputs{k: true}, reason, "before sharing")
	}
}

// private adds the number of rows of a padded input: of a table once, not for
// each column.
func (w *writer) private(x ir.Input, most string) {
	table, _, _ := strings.Cut(ir.Key(x.Name, x.Member), ".")
	rows := Rows{Input: table, Player: w.owner(x), Most: most}
	if !slices.Contains(w.r.Private, rows) {
		w.r.Private = append(w.r.Private, rows)
	}
}

// abort adds a reason; members of a bundle that have the same are one.
func (w *writer) abort(from inputs, reason, when string) {
	sources := w.sources(from)
	if n := len(w.r.Aborts); n > 0 {
		last := &w.r.Aborts[n-1]
		if last.Reason == reason && last.When == when && len(last.From) == 1 && len(sources) == 1 && last.From[0].Input == sources[0].Input {
			last.From[0].Players = append(last.From[0].Players, sources[0].Players...)
			return
		}
	}
	w.r.Aborts = append(w.r.Aborts, Abort{From: sources, Reason: reason, When: when})
}

// where is what all check alike once they know the sizes.
func (w *writer) where() {
	var conditions []string
	for _, c := range w.p.Where {
		conditions = append(conditions, c.Text)
	}
	dimensions := 0
	for _, x := range w.p.Inputs {
		dimensions += len(x.Shape)
		if x.Padded() {
			dimensions--
		}
	}
	if dimensions > len(w.p.Sizes) {
		conditions = append(conditions, "sizes equal")
	}
	if len(conditions) > 0 {
		w.abort(nil, list(conditions), "set-up")
	}
}

// sources groups inputs by name.
func (w *writer) sources(set inputs) []Source {
	out := []Source{}
	for k, x := range w.p.Inputs {
		if !set[k] {
			continue
		}
		if n := len(out); n == 0 || out[n-1].Input != x.Name {
			out = append(out, Source{Input: x.Name})
		}
		last := &out[len(out)-1]
		last.Players = append(last.Players, w.owner(x))
	}
	return out
}

func (w *writer) block(b ir.Block) {
	for _, i := range b {
		w.instr(i)
	}
}

func (w *writer) instr(i *ir.Instr) {
	switch i.Op {
	case ir.OpStart:
		w.started = true
	case ir.OpShare:
		w.held(i)
	case ir.OpOpen:
		w.disclosure(i, i.To.Set(w.p.Everybody()), "opened")
	case ir.OpReveal:
		w.disclosure(i, w.p.Receivers(i), "sent in clear by "+w.p.Players[w.p.Dealer(i)].Name)
	case ir.OpOutput:
		w.output(i)
	case ir.OpAssert:
		w.check(i)
	case ir.OpTogether, ir.OpChain:
		w.block(i.Body)
		return
	case ir.OpFor, ir.OpWhile, ir.OpIf:
		w.inside(i)
		return
	case ir.OpDraw, ir.OpShuffle:
		w.draw(i)
	case ir.OpInput, ir.OpValid, ir.OpConst, ir.OpSizeOf, ir.OpIota, ir.OpPrint:
		return
	}
	if i.Checked {
		w.check(i)
	}
}

// draw notes a call that draws, once.
func (w *writer) draw(i *ir.Instr) {
	d := Draw{Value: i.Name, By: w.playerNames(i.Who), Line: i.Pos.At()}
	if w.p.Values[i.Dst].Place.IsShared() {
		d.By = []string{}
	}
	if i.Op == ir.OpShuffle {
		d.Value = "shuffle"
		if len(d.By) == 0 {
			d.Value = "shuffle_shared"
		}
	}
	if o, ok := op.Lookup(d.Value); ok {
		d.Within = o.Within
	}
	if !slices.ContainsFunc(w.r.Randomness, func(o Draw) bool {
		return o.Value == d.Value && o.Line == d.Line && slices.Equal(o.By, d.By)
	}) {
		w.r.Randomness = append(w.r.Randomness, d)
	}
}

// held notes what the computing players hold, or see.
func (w *writer) held(i *ir.Instr) {
	if x := w.names.value(i.Args[0]); !slices.Contains(w.r.Held, x) {
		w.r.Held = append(w.r.Held, x)
	}
}

// check is an operation or assert that can end the run.
func (w *writer) check(i *ir.Instr) {
	when := "before sharing"
	if w.started {
		when = "while running"
	}
	w.abort(w.deps[i], fmt.Sprintf("%s, line %s", i.Failure(), i.Pos.At()), when)
}

// inside is a loop or branch: everybody who computes sees the way it takes.
func (w *writer) inside(i *ir.Instr) {
	if i.Checked {
		w.check(i)
	}
	if i.Who == w.p.Everybody() {
		w.decision(i)
	}
	outer, around := w.when, w.around
	what := "each pass of line %s"
	if i.Op == ir.OpIf {
		what = "the branch taken in line %s"
	}
	w.when = append(slices.Clip(outer), fmt.Sprintf(what, i.Pos.At()))
	w.around = append(slices.Clip(around), i.Op)
	w.block(i.Body)
	w.block(i.Else)
	w.when, w.around = outer, around
}

// decision is what everybody sees of a loop or branch that all follow.
func (w *writer) decision(i *ir.Instr) {
	d := Decision{string(i.Op), w.sources(w.deps[i]), i.Pos.At()}
	again := func(e Decision) bool {
		return e.Op == d.Op && e.Line == d.Line && slices.EqualFunc(e.From, d.From, equal)
	}
	if len(d.From) > 0 && !slices.ContainsFunc(w.r.Decisions, again) {
		w.r.Decisions = append(w.r.Decisions, d)
	}
	if i.Op == ir.OpWhile {
		passes := fmt.Sprintf("the number of passes, at most %s", w.names.operand(i.Args[1]))
		w.r.Implied = append(w.r.Implied, Implied{passes, d.From, i.Pos.At()})
	}
}

// disclosure adds an open or reveal; several of one label to the same players
// are one entry.
func (w *writer) disclosure(i *ir.Instr, to types.Set, how string) {
	d := Disclosure{
		Name: w.names.opened(i), Kind: "value", Type: w.typ(i.Dst), Everybody: i.To.Set(w.p.Everybody()) == w.p.Everybody(),
		How: how, When: append([]string{}, w.when...), to: to,
		elem: w.p.Values[i.Dst].Elem, shape: w.p.Values[i.Dst].Shape, around: w.around,
	}
	if slices.ContainsFunc(w.p.Outputs, func(x ir.Output) bool { return x.Name == i.Name }) {
		d.Kind = "output"
	}
	for _, x := range w.p.Reveals {
		if x.Label == i.Name {
			d.Kind, d.Type = "label", text(x.Elem, x.Shape)
			d.shape, d.loops = x.Shape, len(x.Shape)-len(d.shape)
		}
	}
	w.add(d, w.deps[i], i)
}

// add completes an entry, or adds to the one of the same name and audience.
func (w *writer) add(d Disclosure, from inputs, i *ir.Instr) {
	d.From, d.Random, d.To = w.sources(from), from[draws], w.playerNames(d.to)
	for k := range w.r.Disclosures {
		e := &w.r.Disclosures[k]
		if e.Name == d.Name && e.Kind == d.Kind && e.to == d.to && e.How == d.How && slices.Equal(e.When, d.When) && slices.EqualFunc(e.From, d.From, equal) {
			e.Steps = append(e.Steps, i.Step)
			if !slices.Contains(e.Lines, i.Pos.At()) {
				e.Lines = append(e.Lines, i.Pos.At())
			}
			return
		}
	}
	d.Lines, d.Steps = []ir.Line{i.Pos.At()}, []int{i.Step}
	w.r.Disclosures = append(w.r.Disclosures, d)
}

func equal(a, b Source) bool { return a.Input == b.Input && slices.Equal(a.Players, b.Players) }

// output adds what receivers compute themselves from what they hold: all but
// the outputs that an open or reveal already gave them.
func (w *writer) output(i *ir.Instr) {
	name, to := ir.Key(i.Name, i.Member), w.p.Values[i.Args[0]].Place
	for _, x := range w.p.Outputs {
		if x.Name == i.Name && x.Member == i.Member {
			to = x.To
		}
	}
	if to.IsShared() {
		w.r.Kept = append(w.r.Kept, name)
		return
	}
	if slices.ContainsFunc(w.r.Disclosures, func(d Disclosure) bool { return d.Name == name && d.Kind == "output" }) {
		return
	}
	receivers := to.Set(w.p.Everybody())
	w.add(Disclosure{Name: name, Kind: "computed", Type: w.typ(i.Args[0]), When: []string{},
		Everybody: receivers == w.p.Everybody(), to: receivers}, w.deps[i], i)
}

// admitted adds the declared disclosures that name an input and no reveal.
func (w *writer) admitted() {
	for _, x := range w.p.Reveals {
		if slices.ContainsFunc(w.r.Disclosures, func(d Disclosure) bool { return d.Kind == "label" && d.Name == x.Label }) {
			continue
		}
		from := make(inputs)
		for k, in := range w.p.Inputs {
			if in.Name == x.Label {
				from[k] = true
			}
		}
		to := x.To.Set(w.p.Everybody())
		w.add(Disclosure{Name: x.Label, Kind: "admitted", Type: text(x.Elem, x.Shape), When: []string{},
			Everybody: to == w.p.Everybody(), to: to}, from, &ir.Instr{Pos: x.Pos})
		w.r.Disclosures[len(w.r.Disclosures)-1].Steps = []int{}
	}
}

// players sums up each player, and lists those that take no part.
func (w *writer) players(declared []string) {
	for k, q := range w.p.Players {
		player := Player{Name: q.Name, Loads: []string{}, Learns: []string{}, Computes: w.p.Servers().Has(k)}
		for _, x := range w.p.Inputs {
			if !x.Owner.Public && w.p.Keepers(x.Owner).Has(k) {
				player.Loads = once(player.Loads, ir.Root(ir.Key(x.Name, x.Member)))
			}
		}
		for _, d := range w.r.Disclosures {
			if !d.Everybody && d.to.Has(k) {
				player.Learns = append(player.Learns, d.Name)
			}
		}
		w.r.Players = append(w.r.Players, player)
	}
	for _, name := range declared {
		if !slices.Contains(w.p.PlayerNames(), name) {
			w.r.Absent = append(w.r.Absent, name)
		}
	}
}

func (w *writer) playerNames(s types.Set) []string {
	out := []string{}
	for _, k := range s.Members() {
		out = append(out, w.p.Players[k].Name)
	}
	return out
}

func (w *writer) typ(v ir.Value) string { return text(w.p.Values[v].Elem, w.p.Values[v].Shape) }

func text(e types.Elem, s types.Shape) string { return types.Type{Elem: e, Shape: s}.Plain() }
