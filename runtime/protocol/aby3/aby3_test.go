package aby3_test

import (
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// roles are the players.
var roles = []int{0, 1, 2}

func TestProtocol(t *testing.T) {
	conformance.Run(t, conformance.Protocol{
		Name:    "aby3",
		Roles:   3,
		New:     func(r ring.Modulus, self int, roles []int) mpc.Kernel { return aby3.New(r, self, roles) },
		KeySets: aby3.KeySets,
	})
}

func TestExact(t *testing.T) {
	conformance.Run(t, conformance.Protocol{
		Name:    "aby3",
		Roles:   3,
		New:     func(r ring.Modulus, self int, roles []int) mpc.Kernel { return mpc.Exact(aby3.New(r, self, roles)) },
		KeySets: aby3.KeySets,
		Exact:   true,
	})
}

// TestTable holds the cost expressions to the figures of design/protocols.md:
// rounds, and bits over all players for one element.
func TestTable(t *testing.T) {
	aby3, _ := capability.Lookup("aby3")
	for _, c := range []struct {
		protocol     *capability.Protocol
		call         capability.Call
		rounds, bits int
	}{
		{aby3, capability.Call{Action: capability.Deal, Param: 64, Dealer: 3}, 1, 16 * 8},
		{aby3, capability.Call{Action: capability.Deal, Param: 64, Dealer: 2}, 1, 8 * 8},
		{aby3, capability.Call{Action: capability.Open, Param: 64, To: []int{1}}, 1, 8 * 8},
		{aby3, capability.Call{Action: capability.Open, Param: 64, To: []int{3}}, 1, 16 * 8},
		{aby3, capability.Call{Action: capability.Open, Param: 64, To: []int{0, 1, 2}}, 1, 24 * 8},
		{aby3, capability.Call{Action: capability.Product}, 1, 24 * 8},
		{aby3, capability.Call{Action: capability.Product, Param: 16}, 2, 30 * 8},
		{aby3, capability.Call{Action: capability.Truncate, Param: 16}, 2, 14 * 8},
		{aby3, capability.Call{Action: capability.DivPublic}, 2, 32 * 8},
		{aby3, capability.Call{Action: capability.And}, 1, 3},
		{aby3, capability.Call{Action: capability.Negative, Param: 64}, 6, 373}, // 46.6 bytes: 47
		{aby3, capability.Call{Action: capability.IsZero, Param: 64}, 6, 317},
		{aby3, capability.Call{Action: capability.BitsToRing}, 2, 24 * 8}, // 71 with a comparison, 8 rounds
		{aby3, capability.Call{Action: capability.SelectBits}, 2, 32 * 8},
		{aby3.Exact(), capability.Call{Action: capability.Product, Param: 16}, 9, 583},
		{aby3.Exact(), capability.Call{Action: capability.Truncate, Param: 16}, 8, 391},
		{aby3, capability.Call{Action: capability.Tables, Param: 7, Result: 2}, 2, (8*7 + 16*2) * 8},
	} {
		clock, bits := make([]int, 4), 0
		c.call.Ring = 64
		for _, s := range c.protocol.Messages(c.call) {
			before := slices.Clone(clock)
			for _, m := range s {
				clock[m.To] = max(clock[m.To], before[m.From]+1)
				bits += m.Bits
			}
		}
		if slices.Max(clock) != c.rounds || bits != c.bits {
			t.Errorf("%v: got %d rounds and %d bits", c.call, slices.Max(clock), bits)
		}
	}
}
