package securenn_test

import (
	"math/rand/v2"
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

// A writer joins bits without gaps.
type writer struct {
	out  []byte
	used int
}

// write joins the lowest bits of numbers, bit by bit: those of all numbers together.
func (w *writer) write(x []uint64, bits int) {
	for k := range bits {
		for _, v := range x {
			if w.used%8 == 0 {
				w.out = append(w.out, 0)
			}
			w.out[w.used/8] |= byte(v>>k&1) << (w.used % 8)
			w.used++
		}
	}
}

// end fills the last byte of a message.
func (w *writer) end() { w.used = 8 * len(w.out) }

// below are uniform numbers.
func below(r *rand.Rand, n int, bound uint64) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = r.Uint64N(bound)
	}
	return out
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
	// Of the bits of the numbers, each with its elements; n is less than a tile.
	elements := func() {
		for range l {
			w.write(below(r, n, p), q)
		}
	}
	// Numbers one by one: they have one plane.
	numbers := func(count int, bound uint64) {
		for _, v := range below(r, count, bound) {
			for k := range l {
				w.write([]uint64{v >> k}, 1)
			}
		}
	}
	private := func() {
		zeros, parts := below(r, n, uint64(2*l)), [2]writer{}
		for j := range l {
			first := below(r, n, p)
			second := below(r, n, p-1)
			for i := range second {
				d := 1 + second[i]
				if zeros[i] == uint64(j) {
					d = 0
				}
				second[i] = (d + p - first[i]) % p
			}
			parts[0].write(first, q)
			parts[1].write(second, q)
		}
		w.out = append(w.out, parts[0].out...)
		w.out = append(w.out, parts[1].out...)
		w.end()
	}
	switch role {
	case 0:
		numbers(2*n, 1<<l-1)
		elements()
		numbers(n, 1<<l-1)
		w.write(below(r, n, 2), 1)
	case 1:
		elements()
		numbers(n, 1<<l-1)
		w.write(below(r, n, 2), 1)
	default:
		numbers(2*n, 1<<l)
		private()
		private()
	}
	return w.out
}
