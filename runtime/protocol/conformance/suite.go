// Package conformance is the one test suite of protocols: algebra against
// independent arithmetic, rounds and bytes against capability's cost expressions, what each role
// receives against the uniform distribution, and masks against a second use.
//
// A run has an owner, the roles and a receiver, all in one process over local
// links. The links count the bytes, a logical clock the rounds: neither
// believes the protocol.
package conformance

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A Protocol is what the suite tests. By its name it has cost expressions.
type Protocol struct {
	Name    string
	Roles   int
	New     func(r ring.Modulus, self int, roles []int) mpc.Kernel
	KeySets func(roles []int, dealers []int) []prg.Set
	// Exact says that truncations round down always.
	Exact bool
	// Insecure says that messages are not masked.
	Insecure bool

	ring ring.Modulus
	hung *atomic.Bool // an execution waited for a message that did not come
}

// Run tests a protocol, over both rings.
func Run(t *testing.T, p Protocol) {
	for _, r := range []ring.Modulus{ring.Z64, ring.Z128} {
		t.Run(fmt.Sprintf("ring of %d bits", r), func(t *testing.T) {
			p.ring = r
			p.run(t)
		})
	}
}

func (p Protocol) run(t *testing.T) {
	p.hung = new(atomic.Bool)
	for _, c := range []struct {
		name string
		test func(*testing.T, Protocol)
	}{
		{"Algebra", algebra},
		{"Matrices", matrices},
		{"Structure", structure},
		{"Sharing", sharing},
		{"NoWrap", noWrap},
		{"Accuracy", accuracy},
		{"Shuffle", shuffle},
		{"Loop", loop},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, p) })
	}
	if p.Insecure || testing.Short() { // statistics take thousands of runs
		return
	}
	t.Run("Uniform", func(t *testing.T) { uniform(t, p) })
	t.Run("DetectsReuse", func(t *testing.T) { detectsReuse(t, p) })
	t.Run("DetectsBias", func(t *testing.T) { detectsBias(t, p) })
	t.Run("OpensTypeOnly", func(t *testing.T) { opensTypeOnly(t, p) })
}
