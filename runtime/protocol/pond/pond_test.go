package pond_test

import (
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/protocol/pond"
	"github.com/tfec-lang/tfec/runtime/ring"
)

func suite(kernel func(mpc.Kernel) mpc.Kernel) conformance.Protocol {
	return conformance.Protocol{
		Name:    "pond",
		Roles:   3,
		Helpers: 1,
		New:     func(r ring.Modulus, self int, roles []int) mpc.Kernel { return kernel(pond.New(r, self, roles)) },
		KeySets: pond.KeySets,
		Silent:  true,
	}
}

func TestProtocol(t *testing.T) {
	conformance.Run(t, suite(func(k mpc.Kernel) mpc.Kernel { return k }))
}

func TestExact(t *testing.T) {
	p := suite(mpc.Exact)
	p.Exact = true
	conformance.Run(t, p)
}

// TestTable holds the cost expressions to the figures of design/protocols.md: rounds,
// and bits that the servers send and that are dealt for one element.
func TestTable(t *testing.T) {
	pond, _ := capability.Lookup("pond")
	for _, c := range []struct {
		protocol            *capability.Protocol
		call                capability.Call
		rounds, bits, ahead int
	}{
		{pond, capability.Call{Action: capability.Deal, Param: 64, Dealer: 3}, 1, 16 * 8, 0},
		{pond, capability.Call{Action: capability.Deal, Param: 64, Dealer: 0}, 1, 8 * 8, 0},
		{pond, capability.Call{Action: capability.Open, Param: 64, To: []int{1}}, 1, 8 * 8, 0},
		{pond, capability.Call{Action: capability.Open, Param: 64, To: []int{3}}, 1, 16 * 8, 0},
		{pond, capability.Call{Action: capability.Product}, 1, 16 * 8, 8 * 8},
		{pond, capability.Call{Action: capability.Product, Param: 16}, 2, 32 * 8, 18 * 8},
		{pond, capability.Call{Action: capability.Truncate, Param: 16}, 1, 16 * 8, 10 * 8},
		{pond, capability.Call{Action: capability.DivPublic}, 1, 16 * 8, 16 * 8},
		{pond, capability.Call{Action: capability.And}, 1, 2, 1},
		{pond, capability.Call{Action: capability.Negative, Param: 64}, 5, 114, 259},
		{pond, capability.Call{Action: capability.Negative, Param: 33}, 4, 52, 132},
		{pond, capability.Call{Action: capability.IsZero, Param: 64}, 5, 62, 255},
		{pond, capability.Call{Action: capability.Bits, Param: 64}, 5, 622, 422},
		{pond, capability.Call{Action: capability.BitsToRing}, 1, 16 * 8, 8 * 8},
		{pond, capability.Call{Action: capability.SelectBits}, 1, 16 * 8, 16 * 8},
		{pond.Exact(), capability.Call{Action: capability.Truncate, Param: 16}, 5, 278, 209},
		{pond.Exact(), capability.Call{Action: capability.Product, Param: 16}, 6, 406, 273},
		{pond, capability.Call{Action: capability.Tables, Param: 7, Result: 2}, 1, 16 * 2 * 8, 8 * 7 * 8},
		{pond, capability.Call{Action: capability.Shuffle, Param: 64}, 2, 24 * 8, 16 * 8},
	} {
		clock, bits, ahead := make([]int, 4), 0, 0
		c.call.Ring = 64
		for _, s := range c.protocol.Messages(c.call) {
			before := slices.Clone(clock)
			for _, m := range s {
				if m.Ahead {
					ahead += m.Bits
					continue
				}
				clock[m.To] = max(clock[m.To], before[m.From]+1)
				bits += m.Bits
			}
		}
		if slices.Max(clock) != c.rounds || bits != c.bits || ahead != c.ahead {
			t.Errorf("%v: got %d rounds, %d bits and %d dealt", c.call, slices.Max(clock), bits, ahead)
		}
	}
}
