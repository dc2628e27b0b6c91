package opt

// Loops: what gives the same in each pass is carried out once, before them.
// Only operations that cannot fail and tell nobody anything move; a share does
// not leave a loop with an assert.

import (
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
)

func hoistInvariants(p *ir.Program) { p.Body = hoisted(p, p.Body) }

// hoisted puts before each loop of a block what does not depend on its passes;
// from inner loops outwards.
func hoisted(p *ir.Program, b ir.Block) ir.Block {
	var out ir.Block
	for _, i := range b {
		i.Body, i.Else = hoisted(p, i.Body), hoisted(p, i.Else)
		if i.Op == ir.OpFor || i.Op == ir.OpWhile {
			var first ir.Block
			first, i.Body = invariants(p, i)
			out = append(out, first...)
		}
		out = append(out, i)
	}
	return out
}

// invariants splits the body of a loop. What only depends on invariants is one.
func invariants(p *ir.Program, loop *ir.Instr) (first, rest ir.Block) {
	changes := make(map[ir.Value]bool)
	for _, v := range (ir.Block{loop}).Defines() {
		changes[v] = true
	}
	asserts := contains(loop.Body, ir.OpAssert)
	for _, i := range loop.Body {
		moves := pure[i.Op] || i.Op == ir.OpShare && !asserts
		if !moves || i.Checked || p.Values[i.Dst].Var || slices.ContainsFunc(i.Uses(), func(v ir.Value) bool { return changes[v] }) {
			rest = append(rest, i)
			continue
		}
		delete(changes, i.Dst)
		first = append(first, i)
	}
	return first, rest
}

func contains(b ir.Block, op ir.Op) bool {
	return slices.ContainsFunc(b, func(i *ir.Instr) bool {
		return i.Op == op || contains(i.Body, op) || contains(i.Else, op)
	})
}
