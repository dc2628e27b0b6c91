package securenn_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/dealer"
	"github.com/tfec-lang/tfec/runtime/protocol/securenn"
	"github.com/tfec-lang/tfec/runtime/ring"
)

func suite(kernel func(mpc.Kernel) mpc.Kernel) conformance.Protocol {
	return conformance.Protocol{
		Name:      "securenn",
		Roles:     3,
		Helpers:   1,
		New:       func(r ring.Modulus, self int, roles []int) mpc.Kernel { return kernel(securenn.New(r, self, roles)) },
		KeySets:   securenn.KeySets,
		Simulate:  simulate,
		Comparing: dealer.Further,
	}
}

func TestProtocol(t *testing.T) {
	conformance.Run(t, suite(func(k mpc.Kernel) mpc.Kernel { return k }))
}

// On the greater ring, exact truncations are made of calls that TestProtocol has.
func TestExact(t *testing.T) {
	p := suite(mpc.Exact)
	p.Exact = true
	conformance.Run(t, p, ring.Z64)
}

// A writer joins numbers of a few bits without gaps, the lowest first.
type writer struct {
	out  []byte
	used int
}

func (w *writer) write(v uint64, bits int) {
	for i := range bits {
		if w.used%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[w.used/8] |= byte(v>>i&1) << (w.used % 8)
		w.used++
	}
}

// simulate draws what a role receives in a comparison of n numbers, from nothing but the
// width: a server uniform elements of Z_p and numbers modulo L - 1; server 2 uniform numbers
// modulo L, and of each private compare two parts of elements other than 0, of which with
// probability 1/2 one, in a random place, is 0.
func simulate(r *rand.Rand, role, width, n int) []byte {
	l := width + 1
	prime, q := capability.PrivateField(l)
	p := uint64(prime)
	var w writer
	elements := func(count int) {
		for range count {
			w.write(r.Uint64N(p), q)
		}
	}
	numbers := func(count int, below uint64) {
		for range count {
			w.write(r.Uint64N(below), l)
		}
	}
	private := func() {
		first, second := make([]uint64, n*l), make([]uint64, n*l)
		for i := range n {
			zero := r.IntN(2 * l)
			for j := range l {
				d := 1 + r.Uint64N(p-1)
				if j == zero {
					d = 0
				}
				first[i*l+j] = r.Uint64N(p)
				second[i*l+j] = (d + p - first[i*l+j]) % p
			}
		}
		for _, d := range slices.Concat(first, second) {
			w.write(d, q)
		}
	}
	switch role {
	case 0:
		numbers(2*n, 1<<l-1)
		elements(n * l)
		numbers(n, 1<<l-1)
		w.write(r.Uint64(), n)
	case 1:
		elements(n * l)
		numbers(n, 1<<l-1)
		w.write(r.Uint64(), n)
	default:
		numbers(2*n, 1<<l)
		private()
		private()
	}
	return w.out
}
