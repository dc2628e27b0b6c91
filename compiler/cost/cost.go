// Package cost says, before a run, what a computation will send: payload bytes
// and messages of each player, and rounds, as polynomials in the sizes. A run
// measures the same to the byte; where a branch or a `while` decides, it
// measures at most that.
//
// Costs are those of the body, from Start to the last exchange. What each call
// of a protocol sends stands in runtime/capability, and nothing of it here.
// Of a randomised operation, such as a sort, the figures are expectations, and a
// second report has what fewer than one run in a thousand exceeds.
// The passes: plan lists what is sent, with the loops around it; tally adds up
// bytes and messages; clock follows the logical clocks of the players.
package cost

import (
	"fmt"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// The rounds of the set-up (hello, sizes, ready) and of the last exchange, in
// each of which every player sends to every other.
const (
	SetUpRounds = 3
	LastRounds  = 1
)

// Of returns the costs of a whole computation. set gives sizes, and public
// inputs that are one whole number or bool, by name; with all sizes given every figure
// is a number. It is an error if set names anything else, or if a loop's trip
// count cannot be known.
func Of(p *ir.Program, set map[string]int64) (*Report, error) {
	protocol, ok := p.Protocol.Capability()
	if !ok {
		return nil, fmt.Errorf("no costs are known of protocol %s", p.Protocol.Name)
	}
	return OfProtocol(p, protocol, set)
}

// OfProtocol is Of with the cost expressions of a protocol.
func OfProtocol(p *ir.Program, protocol *capability.Protocol, set map[string]int64) (*Report, error) {
	if err := Accept(p, set); err != nil {
		return nil, err
	}
	r, b, err := figures(p, protocol, set, capability.Expected)
	if err != nil || len(b.random) == 0 {
		return r, err
	}
	r.Bound, _, err = figures(p, protocol, set, capability.Bound)
	return r, err
}

// figures are the costs, of randomised operations what figure says.
func figures(p *ir.Program, protocol *capability.Protocol, set map[string]int64, figure capability.Randomness) (*Report, *planner, error) {
	b := newPlanner(p, protocol, set)
	b.figure = figure
	plan, err := b.block(p.Body)
	if err != nil {
		return nil, nil, err
	}
	t := newTally(len(p.Players), b.bounds)
	t.block(plan, multiple{times: types.Int(1), messages: types.Int(1)})
	c := newClock(len(p.Players), b.bounds)
	c.block(plan)
	r, err := newReport(p, b, t, c)
	return r, b, err
}

// settable reports a public input that is one whole number, or a bool as 0 or 1.
func settable(x ir.Input) bool {
	return x.Owner.Public && len(x.Shape) == 0 && (x.Elem.IsInt() || x.Elem.Kind == types.Bool)
}
