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
	var steps []trace.Step
	for _, n := range p.Body.Graph() {
		s := trace.Step{Number: n.Step, Op: n.Op.Verb(), File: cmp.Or(n.Pos.File, p.File), Line: n.Pos.Line, Text: n.Text,
			Players: players(p, n.Who.Members()), Uses: n.From, Within: n.Within}
		if n.Dst != 0 {
			x := p.Values[n.Dst]
			s.Result, s.Place = x.Elem.String(), x.Place.Format(p.PlayerNames())
			for _, d := range x.Shape {
				s.Shape = append(s.Shape, d.String())
			}
		}
		steps = append(steps, s)
	}
	return steps
}
