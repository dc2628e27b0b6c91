package opt

// One sharing a value: shares of a matrix give those of its transpose, its rows
// and other arrangements of its elements without a message, so that these are
// not shared again.

import (
	"maps"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// arranges are the operations that only move the elements of one operand.
var arranges = map[ir.Op]bool{ir.OpTranspose: true, ir.OpIndex: true, ir.OpReshape: true, ir.OpReverse: true}

func arrangeShares(p *ir.Program) {
	l := &layouts{p, make(map[ir.Value]*ir.Instr)}
	l.block(p.Body, make(map[ir.Value]ir.Value))
}

type layouts struct {
	p    *ir.Program
	from map[ir.Value]*ir.Instr // what arranges the elements of another value
}

// block looks at a block; shares are those at hand, by the value in clear.
func (l *layouts) block(b ir.Block, shares map[ir.Value]ir.Value) {
	for _, i := range b {
		l.block(i.Body, maps.Clone(shares))
		l.block(i.Else, maps.Clone(shares))
		switch {
		case i.Dst == 0 || slices.ContainsFunc(append(i.Uses(), i.Dst), func(v ir.Value) bool { return l.p.Values[v].Var }):
		case arranges[i.Op] && !i.Checked && l.publicSlices(i):
			l.from[i.Dst] = i
		case i.Op == ir.OpShare:
			of := i.Args[0]
			l.share(i, shares)
			shares[of] = i.Dst
		}
	}
}

// share turns the sharing of an arrangement into the arrangement of shares, if
// there are any.
func (l *layouts) share(i *ir.Instr, shares map[ir.Value]ir.Value) {
	by, ok := l.from[i.Args[0]]
	if !ok {
		return
	}
	if s, ok := shares[by.Args[0]]; ok {
		i.Op, i.Args, i.Slices, i.Axis, i.Who = by.Op, []ir.Value{s}, slices.Clone(by.Slices), by.Axis, l.p.Computing()
	}
}

// publicSlices reports that the computing players know the positions too.
func (l *layouts) publicSlices(i *ir.Instr) bool {
	return !slices.ContainsFunc(i.Uses()[1:], func(v ir.Value) bool { return !l.p.Values[v].Place.Public })
}
