package plain_test

import (
	"testing"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/protocol/plain"
	"github.com/tfec-lang/tfec/runtime/ring"
)

func TestProtocol(t *testing.T) {
	conformance.Run(t, conformance.Protocol{
		Name:     "plain",
		Roles:    1,
		New:      func(r ring.Modulus, self int, roles []int) mpc.Kernel { return plain.New(r, self, roles) },
		KeySets:  plain.KeySets,
		Insecure: true,
	})
}
