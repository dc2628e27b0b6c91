// Package project cuts a computation into one program a player (spec.md,
// R20). A player's program is the subsequence of instructions where it takes
// part, with their step numbers, so that all programs together follow one
// total order and no wait can be circular.
package project

import "github.com/tfec-lang/tfec/compiler/ir"

// Project returns the player's part of p. The header and the table of values
// stay whole and are shared with p; values that the player neither defines nor
// uses are not mentioned by an instruction. A loop or branch is kept where the
// player takes part in something inside.
func Project(p *ir.Program, player int) *ir.Program {
	q := *p
	q.Player = player
	q.Whole = p.Body
	q.Body = block(p, p.Body, player)
	return &q
}

// All returns the projections for every player, in order.
func All(p *ir.Program) []*ir.Program {
	out := make([]*ir.Program, len(p.Players))
	for i := range out {
		out[i] = Project(p, i)
	}
	return out
}

func block(p *ir.Program, b ir.Block, player int) ir.Block {
	var out ir.Block
	for _, i := range b {
		if !i.Who.Has(player) {
			continue
		}
		if i.Op.Structured() {
			out = append(out, structured(p, i, player)...)
		} else {
			out = append(out, i)
		}
	}
	return out
}

// structured projects a loop or branch; nothing where nothing is left inside.
// Of a together with one branch left, it is that branch, and likewise where a
// player without a part in the protocol only sends, or only receives.
func structured(p *ir.Program, i *ir.Instr, player int) ir.Block {
	j := *i
	j.Body, j.Else = block(p, i.Body, player), block(p, i.Else, player)
	switch {
	case len(j.Body) == 0 && len(j.Else) == 0:
		return nil
	case i.Op.Joint() && len(j.Body) == 1 && j.Body[0].Op == ir.OpChain:
		return j.Body[0].Body
	case i.Op.Joint() && (len(j.Body) == 1 || oneWay(p, j.Body, player)):
		return j.Body
	}
	return ir.Block{&j}
}

func oneWay(p *ir.Program, b ir.Block, player int) bool {
	if p.Computing().Has(player) {
		return false
	}
	for _, i := range b {
		if (p.Dealer(i) == player) != (p.Dealer(b[0]) == player) {
			return false
		}
	}
	return true
}
