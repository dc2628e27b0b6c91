package lower

// Fixed numbers that may have left their type. On shares nothing brings them
// back, which changes values only; but the comparisons that a sort opens tell
// nothing only while they are those of an order. So such numbers are reduced
// before.

import (
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// ordered are the operations that open comparisons of their operands.
var ordered = map[ir.Op]bool{ir.OpSort: true, ir.OpRank: true, ir.OpTopK: true}

// overflows notes a fixed result that may leave its type, by its interval or
// because another program kept it.
func (p *prover) overflows(i *ir.Instr, a interval) {
	e := p.elem(i.Dst)
	if p.unreduced(i.Dst) && e.Kind == types.Fixed && (i.Op == ir.OpInput || !a.within(whole(e))) {
		p.overflown[i.Dst] = true
	}
}

// unreduced reports a number of fewer bits than the ring on shares.
func (p *prover) unreduced(v ir.Value) bool {
	e := p.elem(v)
	return p.holders(v).Empty() && e.IsNum() && e.Bits() < p.ring()
}

// inherit passes it on to what is made of such numbers, and reports whether
// there was more of it.
func (p *prover) inherit(b ir.Block) (more bool) {
	for _, i := range b {
		more = p.inherit(i.Body) || more
		more = p.inherit(i.Else) || more
		if i.Dst == 0 || p.overflown[i.Dst] || !p.inherits(i) {
			continue
		}
		p.overflown[i.Dst], more = true, true
	}
	return more
}

// inherits: what was reduced or is a place lies in its type, whatever it is of.
func (p *prover) inherits(i *ir.Instr) bool {
	if ordered[i.Op] || i.Op == ir.OpReduce || i.Op == ir.OpArgMin || i.Op == ir.OpArgMax {
		return false
	}
	return p.holders(i.Dst).Empty() && p.elem(i.Dst).IsNum() &&
		slices.ContainsFunc(i.Args, func(v ir.Value) bool { return p.overflown[v] })
}

// restored is a block with what reduces such operands.
func (p *prover) restored(b ir.Block) (out ir.Block) {
	for _, i := range b {
		i.Body, i.Else = p.restored(i.Body), p.restored(i.Else)
		for k, v := range i.Args {
			if ordered[i.Op] && p.overflown[v] && p.unreduced(v) {
				out = append(out, p.reduction(i, k))
			}
		}
		out = append(out, i)
	}
	return out
}
