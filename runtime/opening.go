package runtime

// Values that come into the clear, as those see them who test a run.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// An Opening is a value that a step opened from shares, or that its holder
// revealed, as one player sees it: whoever sends, and whoever learns.
type Opening struct {
	Step       int
	Occurrence int // how often the step ran before
	To         []string
	Elem       clear.Type
	Shape      []int
	// Value is what this player learned; the zero Tensor where it is not in To.
	Value clear.Tensor
	// Randomised: no reveal of the program, but opened by an operation for
	// itself, and distributed independently of its inputs.
	Randomised bool
}

// opening tells the session of an opening over net.
func (p *Party) opening(net mpc.Net, x mpc.Opening) {
	if p.session.Opening == nil {
		return
	}
	var to []string
	for _, i := range x.To {
		to = append(to, p.prog.Players[i])
	}
	at := net.(*stepNet).at
	p.session.Opening(Opening{int(at.step), int(at.occurrence), to, x.Elem, x.Shape, x.Value, x.Randomised})
}
