package plain_test

import (
	"testing"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/protocol/plain"
)

func TestProtocol(t *testing.T) {
	conformance.Run(t, conformance.Protocol{
		Name:     "plain",
		Roles:    1,
		New:      func(self int, roles []int) mpc.Kernel { return plain.New(self, roles) },
		KeySets:  plain.KeySets,
		Cost:     cost,
		Insecure: true,
	})
}

// cost: only what leaves or reaches the one role travels, in clear.
func cost(c conformance.Call, n int) (rounds, bytes int) {
	switch c.Op {
	case conformance.DealOutside, conformance.OpenOutside, conformance.OpenAll:
		return 1, (c.Param*n + 7) / 8
	}
	return 0, 0
}
