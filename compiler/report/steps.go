package report

// The projection as a page: what each player does, side by side. The rows are
// the set-up, the instructions under their step numbers, and the last exchange.

import (
	"fmt"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/lang/types"
)

// Steps is what every player of a computation does. Its JSON form is as stable
// as a Report's.
type Steps struct {
	File        string   `json:"file"`
	Computation string   `json:"computation"`
	Players     []string `json:"players"`
	Rows        []Row    `json:"rows"`
}

// A Row is what the players do at one point of the program.
type Row struct {
	Step  int     `json:"step"`  // 0: the set-up, the last exchange, and the end of a block
	Line  ir.Line `json:"line"`  // of the source; 0: none
	Depth int     `json:"depth"` // blocks around it
	// Does is what each player does, in the order of Players; "": nothing.
	Does []string `json:"does"`
}

// Project returns what every player does. Steps where nothing is done, since
// their value is written where it is used, are left out: constants and sizes.
func Project(p *ir.Program) *Steps {
	w := &columns{p: p, names: namesOf(p), s: &Steps{File: p.File, Computation: p.Name, Players: p.PlayerNames(), Rows: []Row{}}}
	for _, proj := range project.All(p) {
		part := make(map[int]bool)
		w.parts = append(w.parts, part)
		steps(proj.Body, part)
	}
	w.setUp()
	w.block(p.Body, 0)
	w.last()
	return w.s
}

// steps collects the step numbers of a player's program.
func steps(b ir.Block, into map[int]bool) {
	for _, i := range b {
		into[i.Step] = true
		steps(i.Body, into)
		steps(i.Else, into)
	}
}

type columns struct {
	p     *ir.Program
	names names
	parts []map[int]bool // the steps of each player
	s     *Steps
}

// row adds what each player does; nothing if nobody does anything.
func (w *columns) row(row Row, does func(player int) string) {
	row.Does = make([]string, len(w.p.Players))
	for k := range row.Does {
		row.Does[k] = does(k)
	}
	if slices.ContainsFunc(row.Does, func(s string) bool { return s != "" }) {
		w.s.Rows = append(w.s.Rows, row)
	}
}

func (w *columns) everybody(text string) {
	w.row(Row{}, func(int) string { return text })
}

// setUp is what precedes the first step (spec.md, section 13).
func (w *columns) setUp() {
	for k := range w.p.Inputs {
		w.row(Row{}, func(player int) string { return w.load(k, player) })
	}
	w.everybody("digest <-> all")
	w.row(Row{}, w.ready)
	var where []string
	for _, c := range w.p.Where {
		where = append(where, c.Text)
	}
	if len(where) > 0 {
		w.everybody("where " + list(where))
	}
}

// load is what a player does for the k-th of its inputs.
func (w *columns) load(k, player int) string {
	for _, x := range w.p.Inputs {
		if !w.p.Keepers(x.Owner).Has(player) {
			continue
		}
		if k == 0 {
			return load(x)
		}
		k--
	}
	return ""
}

func load(x ir.Input) string {
	text := "load " + ir.Key(x.Name, x.Member)
	if x.Range != nil {
		text += ", check " + x.Range.Text
	}
	return text
}

// ready tells the others the sizes that a player's own inputs give.
func (w *columns) ready(player int) string {
	what := []string{"ready"}
	for _, s := range w.p.Sizes {
		if slices.ContainsFunc(w.p.Inputs, func(x ir.Input) bool {
			return w.p.Keepers(x.Owner).Has(player) && slices.ContainsFunc(x.Shape, types.Name(s.Name).Equal)
		}) {
			what = append(what, s.Name)
		}
	}
	return list(what) + " <-> all"
}

// last is the exchange after which the receivers write their outputs.
func (w *columns) last() {
	w.row(Row{}, func(player int) string {
		text := "success <-> all"
		for _, x := range w.p.Outputs {
			if w.p.Keepers(x.To).Has(player) {
				text += ", write " + ir.Key(x.Name, x.Member)
			}
		}
		return text
	})
}

func (w *columns) block(b ir.Block, depth int) {
	for _, i := range b {
		if i.Op == ir.OpInput || i.Op == ir.OpOutput || w.names.inlined(i) {
			continue // stands in the set-up, in the last exchange, or where it is used
		}
		row := Row{Step: i.Step, Line: i.Pos.At(), Depth: depth}
		if i.Op.Structured() {
			w.structured(i, row)
			continue
		}
		w.row(row, func(player int) string { return w.does(i, player) })
	}
}

// structured is a loop or branch, at those who have a part of it.
func (w *columns) structured(i *ir.Instr, row Row) {
	w.row(row, w.at(i, w.opening(i)))
	w.block(i.Body, row.Depth+1)
	if len(i.Else) > 0 {
		w.row(Row{Depth: row.Depth}, w.at(i, "} else {"))
		w.block(i.Else, row.Depth+1)
	}
	w.row(Row{Depth: row.Depth}, w.at(i, "}"))
}

// at is a text at the players that have a part of the instruction.
func (w *columns) at(i *ir.Instr, text string) func(int) string {
	return func(player int) string {
		if w.parts[player][i.Step] {
			return text
		}
		return ""
	}
}

func (w *columns) opening(i *ir.Instr) string {
	arg := w.names.operand
	switch i.Op {
	case ir.OpIf:
		return fmt.Sprintf("if %s {", arg(i.Args[0]))
	case ir.OpWhile:
		return fmt.Sprintf("while %s limit %s {", arg(i.Args[0]), arg(i.Args[1]))
	case ir.OpTogether, ir.OpChain:
		return string(i.Op) + " {"
	}
	text := fmt.Sprintf("for %s in %s..%s", arg(i.Dst), arg(i.Args[0]), arg(i.Args[1]))
	if step := arg(i.Args[2]); step != "1" {
		text += " step " + step
	}
	return text + " {"
}

// does is what a player does in an instruction.
func (w *columns) does(i *ir.Instr, player int) string {
	if !w.parts[player][i.Step] {
		return ""
	}
	switch i.Op {
	case ir.OpStart:
		return "ready, digest of sizes <-> all"
	case ir.OpShare:
		return w.share(i, player)
	case ir.OpOpen:
		return w.open(i, player)
	case ir.OpReveal:
		return w.reveal(i, player)
	case ir.OpAssert:
		return "assert " + w.names.operand(i.Args[0])
	}
	text := w.names.operand(i.Dst) + " = " + w.names.operation(i, w.names.operand)
	if w.p.Helper(player) && w.p.Values[i.Dst].Place.IsShared() {
		return "masks of " + text
	}
	if i.Checked {
		return text + " (checked)"
	}
	return text
}

func (w *columns) share(i *ir.Instr, player int) string {
	dealer := w.p.Dealer(i)
	if player != dealer && w.p.Helper(player) {
		return "mask " + w.names.operand(i.Dst)
	}
	if player != dealer {
		return "recv " + w.names.operand(i.Dst)
	}
	to := w.p.Servers().Minus(types.SetOf(dealer))
	text := "share " + w.names.operand(i.Args[0])
	if !to.Empty() {
		text += " -> " + w.p.NamesOf(to.Members())
	}
	if w.p.Servers().Has(dealer) {
		return w.names.operand(i.Dst) + " = " + text
	}
	return text
}

// open is at a computing player to send what others lack of the sum, and at a
// receiver to add up.
func (w *columns) open(i *ir.Instr, player int) string {
	to, x := i.To.Set(w.p.Everybody()), w.names.operand(i.Args[0])
	if to.Has(player) {
		return fmt.Sprintf("%s = open %s", w.names.operand(i.Dst), x)
	}
	if w.p.Helper(player) {
		return ""
	}
	return fmt.Sprintf("send %s to %s", x, w.p.NamesOf(to.Members()))
}

func (w *columns) reveal(i *ir.Instr, player int) string {
	dealer, to := w.p.Dealer(i), w.p.Receivers(i)
	switch {
	case to.Has(player):
		return fmt.Sprintf("%s = recv from %s", w.names.operand(i.Dst), w.p.NamesOf([]int{dealer}))
	case player == dealer:
		return fmt.Sprintf("%s = reveal %s -> %s", w.names.operand(i.Dst), w.names.operand(i.Args[0]), w.p.NamesOf(to.Members()))
	}
	return fmt.Sprintf("%s = %s", w.names.operand(i.Dst), w.names.operand(i.Args[0]))
}
