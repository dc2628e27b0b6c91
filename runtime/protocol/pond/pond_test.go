package pond_test

import (
	"testing"

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
