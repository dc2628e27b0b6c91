package codegen

// What a player's program needs. A public literal that only others read, say,
// is in every projection; Go refuses a variable that nothing reads, and so
// would a reviewer.

import "github.com/tfec-lang/tfec/compiler/ir"

// A liveness is the set of values that a written statement reads.
type liveness struct {
	proj  *ir.Program
	reads map[ir.Value]bool
}

// live finds the values that a projection needs: what statements with an
// effect read, and whatever that is computed from.
func live(proj *ir.Program) liveness {
	l := liveness{proj, make(map[ir.Value]bool)}
	for before := -1; before < len(l.reads); {
		before = len(l.reads)
		l.block(proj.Body)
	}
	return l
}

func (l liveness) block(b ir.Block) {
	for _, in := range b {
		if !l.written(in) {
			continue
		}
		l.block(in.Body)
		l.block(in.Else)
		for _, v := range l.operands(in) {
			l.reads[v] = true
		}
		for _, s := range in.Slices {
			l.reads[s.From], l.reads[s.To] = true, true
		}
	}
}

// operands are the arguments that the player itself reads: not those of a
// value that it receives.
func (l liveness) operands(in *ir.Instr) []ir.Value {
	self, reads := l.proj.Player, true
	switch in.Op {
	case ir.OpShare:
		reads = l.proj.Dealer(in) == self
	case ir.OpOpen:
		reads = l.proj.Computing().Has(self)
	case ir.OpReveal:
		reads = l.proj.Dealer(in) == self || l.reads[in.Dst] && !l.proj.Receivers(in).Has(self)
	}
	if !reads {
		return nil
	}
	return in.Args
}

// written reports whether an instruction becomes a statement: it has an
// effect, or its result is read.
func (l liveness) written(in *ir.Instr) bool {
	switch in.Op {
	case ir.OpFor, ir.OpWhile, ir.OpIf, ir.OpTogether, ir.OpChain:
		return l.any(in.Body) || l.any(in.Else)
	case ir.OpStart, ir.OpShare, ir.OpOpen, ir.OpReveal, ir.OpOutput, ir.OpAssert, ir.OpPrint:
		return true
	}
	return in.Checked || secure(l.proj, in) || l.reads[in.Dst]
}

func (l liveness) any(b ir.Block) bool {
	for _, in := range b {
		if l.written(in) {
			return true
		}
	}
	return false
}

// secure reports whether an instruction is an operation on shares, which all
// computing players carry out whether its result is read or not.
func secure(p *ir.Program, in *ir.Instr) bool {
	switch in.Op {
	case ir.OpShare, ir.OpInput, ir.OpCopy:
		return false
	}
	return in.Dst != 0 && p.Values[in.Dst].Place.IsShared()
}
