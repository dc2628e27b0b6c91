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
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A Protocol is what the suite tests. By its name it has cost expressions.
type Protocol struct {
	Name    string
	Roles   int // the last of them helpers
	Helpers int
	New     func(r ring.Modulus, self int, roles []int) mpc.Kernel
	KeySets func(roles []int, dealers []int) []prg.Set
	// Exact says that truncations round down always.
	Exact bool
	// Insecure says that messages are not masked.
	Insecure bool
	// Silent says that helpers receive nothing but what is opened to them.
	Silent bool
	// Simulate is what a role receives in Negative, as the role's simulator says; nil
	// where that is uniform, as all else is. The streams of Negative have purposes from
	// Comparing on.
	Simulate  func(r *rand.Rand, role, width, n int) []byte
	Comparing prg.Purpose

	ring  ring.Modulus
	hung  *atomic.Bool  // an execution waited for a message that did not come
	tests *atomic.Int64 // of uniformity, so far
}

// Run tests a protocol over rings; over both, where none is said.
func Run(t *testing.T, p Protocol, rings ...ring.Modulus) {
	p.tests = new(atomic.Int64)
	if rings == nil {
		rings = []ring.Modulus{ring.Z64, ring.Z128}
	}
	for _, r := range rings {
		t.Run(fmt.Sprintf("ring of %d bits", r), func(t *testing.T) {
			p.ring = r
			p.run(t)
		})
	}
	if n := p.tests.Load(); n > testsInAll/2 {
		t.Errorf("%d tests of uniformity, for which the significance is not stated", n)
	}
}

// A topic is a part of the suite.
type topic struct {
	name string
	test func(*testing.T, Protocol)
	// exact: with truncations that round down always it tests something else; all
	// other calls are those of the kernel as it is.
	exact bool
	// statistics take thousands of runs, and no secrets are looked for in plain.
	statistics bool
}

var topics = []topic{
	{"Algebra", algebra, true, false},
	{"Matrices", matrices, true, false},
	{"Structure", structure, false, false},
	{"Sharing", sharing, false, false},
	{"NoWrap", noWrap, true, false},
	{"Accuracy", accuracy, true, false},
	{"Shuffle", shuffle, false, false},
	{"Loop", loop, false, false},
	{"Uniform", uniform, true, true},
	{"DetectsReuse", detectsReuse, false, true},
	{"DetectsBias", detectsBias, false, true},
	{"OpensTypeOnly", opensTypeOnly, false, true},
	{"Opening", opening, false, true},
	{"Composed", composed, false, true},
	{"NothingChanges", nothingChanges, false, false},
	{"DetectsChange", detectsChange, false, false},
	{"DetectsOverlap", detectsOverlap, false, false},
}

func (p Protocol) run(t *testing.T) {
	p.hung = new(atomic.Bool)
	for _, c := range topics {
		if p.Exact && !c.exact || c.statistics && (p.Insecure || testing.Short()) {
			continue
		}
		t.Run(c.name, func(t *testing.T) { c.test(t, p) })
	}
}

// few is the number of elements that are enough to see that goroutines meet: the
// values are looked at without -short.
const few = 100

// lengths are those of the vectors that an operation is tested on.
func lengths(all int) []int {
	if testing.Short() {
		return []int{min(few, all)}
	}
	return []int{0, 1, 8, min(few, all), all}
}
