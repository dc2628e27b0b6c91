package capability_test

import (
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
)

// TestTable holds the cost expressions to the figures of design/protocols.md: rounds,
// and bits that are sent and that are dealt for one element.
func TestTable(t *testing.T) {
	aby3, _ := capability.Lookup("aby3")
	pond, _ := capability.Lookup("pond")
	securenn, _ := capability.Lookup("securenn")
	for _, c := range []struct {
		protocol            *capability.Protocol
		call                capability.Call
		rounds, bits, ahead int
	}{
		{aby3, capability.Call{Action: capability.Deal, Param: 64, Dealer: 3}, 1, 16 * 8, 0},
		{aby3, capability.Call{Action: capability.Deal, Param: 64, Dealer: 2}, 1, 8 * 8, 0},
		{aby3, capability.Call{Action: capability.Open, Param: 64, To: []int{1}}, 1, 8 * 8, 0},
		{aby3, capability.Call{Action: capability.Open, Param: 64, To: []int{3}}, 1, 16 * 8, 0},
		{aby3, capability.Call{Action: capability.Open, Param: 64, To: []int{0, 1, 2}}, 1, 24 * 8, 0},
		{aby3, capability.Call{Action: capability.Product}, 1, 24 * 8, 0},
		{aby3, capability.Call{Action: capability.Product, Param: 16}, 2, 30 * 8, 0},
		{aby3, capability.Call{Action: capability.Truncate, Param: 16}, 2, 14 * 8, 0},
		{aby3, capability.Call{Action: capability.DivPublic}, 2, 32 * 8, 0},
		{aby3, capability.Call{Action: capability.And}, 1, 3, 0},
		{aby3, capability.Call{Action: capability.Negative, Param: 64}, 6, 373, 0}, // 46.6 bytes: 47
		{aby3, capability.Call{Action: capability.IsZero, Param: 64}, 6, 317, 0},
		{aby3, capability.Call{Action: capability.BitsToRing}, 2, 24 * 8, 0}, // 71 with a comparison, 8 rounds
		{aby3, capability.Call{Action: capability.SelectBits}, 2, 32 * 8, 0},
		{aby3.Exact(), capability.Call{Action: capability.Product, Param: 16}, 9, 583, 0},
		{aby3.Exact(), capability.Call{Action: capability.Truncate, Param: 16}, 8, 391, 0},
		{aby3, capability.Call{Action: capability.Tables, Param: 7, Result: 2}, 2, (8*7 + 16*2) * 8, 0},
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
		{securenn, capability.Call{Action: capability.Negative, Param: 64}, 7, 2667, 455},
		{securenn, capability.Call{Action: capability.Negative, Param: 33}, 7, 1226, 204},
		{securenn.Exact(), capability.Call{Action: capability.Truncate, Param: 16}, 9, 816, 234},
		{securenn.Exact(), capability.Call{Action: capability.Product, Param: 16}, 10, 944, 298},
		{securenn, capability.Call{Action: capability.Product}, 1, 16 * 8, 8 * 8},
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
			t.Errorf("%s, %v: got %d rounds, %d bits and %d dealt", c.protocol.Name, c.call, slices.Max(clock), bits, ahead)
		}
	}
}
