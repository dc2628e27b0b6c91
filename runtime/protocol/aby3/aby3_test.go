package aby3_test

import (
	"testing"

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
