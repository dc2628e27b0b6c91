package aby3_test

import (
	"testing"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
)

func TestProtocol(t *testing.T) {
	conformance.Run(t, conformance.Protocol{
		Name:    "aby3",
		Roles:   3,
		New:     func(self int, roles []int) mpc.Kernel { return aby3.New(self, roles) },
		KeySets: aby3.KeySets,
		Cost:    cost,
	})
}

// cost is the table of the protocol: bytes over all players, each message
// rounded up to a byte.
func cost(c conformance.Call, n int) (rounds, bytes int) {
	bits := func(k int) int { return (k*n + 7) / 8 }
	switch m := c.Param; c.Op {
	case conformance.DealOutside:
		return 1, 2 * bits(m) // 16 for a ring element
	case conformance.DealRole:
		return 1, bits(m)
	case conformance.OpenOutside:
		return 1, 2 * bits(m)
	case conformance.OpenRole:
		return 1, bits(m)
	case conformance.OpenAll:
		return 1, 3*bits(m) + 2*bits(m)
	case conformance.Product:
		if m == 0 {
			return 1, 24 * n
		}
		return 2, 24*n + 3*bits(m)
	case conformance.Truncate:
		return 2, 8*n + 3*bits(m)
	case conformance.DivPublic:
		return 2, 32 * n
	case conformance.And:
		return 1, 3 * bits(1)
	case conformance.Negative:
		return joined(m-1, 1, func(blocks int) int { return 2*blocks - 1 }, func(pairs int) int { return 2*pairs - 1 }, bits)
	case conformance.IsZero:
		return joined(m, 0, func(blocks int) int { return blocks }, func(pairs int) int { return pairs }, bits)
	case conformance.BitsToRing:
		return 2, 24 * n
	case conformance.SelectBits:
		return 2, 32 * n
	}
	panic("no formula for " + string(c.Op))
}

// joined is a comparison over width bits in blocks of four: the monomials and
// further bits as inputs, some bits of each block reshared, then for each level
// of the tree one And.
func joined(width, further int, reshared, ands func(int) int, bits func(k int) int) (rounds, bytes int) {
	blocks, input := 0, further
	for ; width > 0; width -= 4 {
		input += 1<<min(width, 4) - 1
		blocks++
	}
	rounds, bytes = 2, bits(input)+2*bits(reshared(blocks))
	for ; blocks > 1; blocks -= blocks / 2 {
		rounds++
		bytes += 3 * bits(ands(blocks/2))
	}
	return rounds, bytes
}

// TestTable holds the formulas to the figures of design/protocols.md.
func TestTable(t *testing.T) {
	const n = 8000
	for _, c := range []struct {
		call          conformance.Call
		rounds, bits8 int // bits for 8 elements
	}{
		{conformance.Call{Op: conformance.DealOutside, Param: 64}, 1, 8 * 16 * 8},
		{conformance.Call{Op: conformance.OpenRole, Param: 64}, 1, 8 * 8 * 8},
		{conformance.Call{Op: conformance.OpenOutside, Param: 64}, 1, 8 * 16 * 8},
		{conformance.Call{Op: conformance.Product}, 1, 8 * 24 * 8},
		{conformance.Call{Op: conformance.Product, Param: 16}, 2, 8 * 30 * 8},
		{conformance.Call{Op: conformance.Truncate, Param: 16}, 2, 8 * 14 * 8},
		{conformance.Call{Op: conformance.DivPublic}, 2, 8 * 32 * 8},
		{conformance.Call{Op: conformance.And}, 1, 8 * 3},
		{conformance.Call{Op: conformance.Negative, Param: 64}, 6, 8 * 373}, // 46.6 bytes: 47
		{conformance.Call{Op: conformance.BitsToRing}, 2, 8 * 24 * 8},       // 71 with a comparison, 8 rounds
		{conformance.Call{Op: conformance.SelectBits}, 2, 8 * 32 * 8},
	} {
		rounds, bytes := cost(c.call, n)
		if rounds != c.rounds || bytes*8*8 != c.bits8*n {
			t.Errorf("%s %d: got %d rounds and %d bytes", c.call.Op, c.call.Param, rounds, bytes)
		}
	}
}
