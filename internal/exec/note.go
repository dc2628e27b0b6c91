package exec

// What a recorded run has of this player's own steps in clear, and the graph of
// the whole computation. Steps on shares note themselves.

import (
	"cmp"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// instr translates an instruction. One that computes in clear is noted, loops
// and branches in clear with all that is in them: looking at the clock costs as
// much as a small operation.
func (t *translator) instr(i *ir.Instr) action {
	if t.noted || !t.computes(i) {
		return t.action(i)
	}
	t.noted = true
	a := t.action(i)
	t.noted = false
	return func(f *frame) {
		f.Begin(i.Step)
		a(f)
		f.End(f.values[i.Dst])
	}
}

// computes reports whether an instruction is worth a note, and in clear.
func (t *translator) computes(i *ir.Instr) bool {
	switch i.Op {
	case ir.OpInput, ir.OpValid, ir.OpOutput, ir.OpConst, ir.OpSizeOf, ir.OpCopy, ir.OpPrint, ir.OpAssert:
		return false
	}
	return t.inClearOnly(i)
}

// inClearOnly reports whether nothing in an instruction is on shares, or sends.
func (t *translator) inClearOnly(i *ir.Instr) bool {
	switch i.Op {
	case ir.OpStart, ir.OpShare, ir.OpOpen, ir.OpReveal, ir.OpTogether, ir.OpChain:
		return false
	}
	onShares := func(j *ir.Instr) bool { return !t.inClearOnly(j) }
	return !(i.Dst != 0 && t.shared(i.Dst)) && !slices.ContainsFunc(i.Uses(), t.shared) &&
		!slices.ContainsFunc(i.Body, onShares) && !slices.ContainsFunc(i.Else, onShares)
}

// Graph is the steps of a whole computation, for those who look at a run of it.
func Graph(p *ir.Program) []trace.Step {
	g := &graph{Program: p, made: make(map[ir.Value]int)}
	g.block(p.Body, 0)
	return g.steps
}

// A graph knows which step made each value last, in the order of the text.
type graph struct {
	*ir.Program
	steps []trace.Step
	made  map[ir.Value]int
}

func (g *graph) block(b ir.Block, within int) {
	for _, i := range b {
		s := trace.Step{Number: i.Step, Op: i.Op.Verb(), File: cmp.Or(i.Pos.File, g.File), Line: i.Pos.Line, Text: i.Text,
			Players: players(g.Program, i.Who.Members()), Within: within}
		for _, v := range i.Uses() {
			if step := g.made[v]; step != 0 && !slices.Contains(s.Uses, step) {
				s.Uses = append(s.Uses, step)
			}
		}
		if i.Dst != 0 {
			g.made[i.Dst] = i.Step
			x := g.Values[i.Dst]
			s.Result, s.Place = x.Elem.String(), x.Place.Format(g.PlayerNames())
			for _, d := range x.Shape {
				s.Shape = append(s.Shape, d.String())
			}
		}
		g.steps = append(g.steps, s)
		g.block(i.Body, i.Step)
		g.block(i.Else, i.Step)
	}
}
