// Package protocol knows every protocol by its name.
package protocol

import (
	"fmt"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/plain"
	"github.com/tfec-lang/tfec/runtime/protocol/pond"
	"github.com/tfec-lang/tfec/runtime/protocol/securenn"
	"github.com/tfec-lang/tfec/runtime/ring"
)

type maker struct {
	roles   int // computing players, and then helpers
	kernel  func(r ring.Modulus, self int, roles []int) mpc.Kernel
	keySets func(roles []int, dealers []int) []prg.Set
	// value is what the shares of all roles, in order, are shares of: the low words.
	value func(shares []mpc.Share) []uint64
}

var makers = map[string]maker{
	"aby3": {
		roles:   3,
		kernel:  func(r ring.Modulus, self int, roles []int) mpc.Kernel { return aby3.New(r, self, roles) },
		keySets: aby3.KeySets,
		value:   aby3.Value,
	},
	"pond": {
		roles:   3,
		kernel:  func(r ring.Modulus, self int, roles []int) mpc.Kernel { return pond.New(r, self, roles) },
		keySets: pond.KeySets,
		value:   pond.Value,
	},
	"securenn": {
		roles:   3,
		kernel:  func(r ring.Modulus, self int, roles []int) mpc.Kernel { return securenn.New(r, self, roles) },
		keySets: securenn.KeySets,
		value:   pond.Value,
	},
	"plain": {
		roles:   1,
		kernel:  func(r ring.Modulus, self int, roles []int) mpc.Kernel { return plain.New(r, self, roles) },
		keySets: plain.KeySets,
		value:   func(shares []mpc.Share) []uint64 { return shares[0].Comp[0] },
	},
}

// New returns one player's kernel of a protocol, over a ring of 64 or 128 bits.
// Players are indices; a player without a role gets a kernel to deal and to
// receive with.
func New(name string, bits, self int, roles []int) (mpc.Kernel, error) {
	m, err := find(name, roles)
	if err != nil {
		return nil, err
	}
	r := ring.Modulus(bits)
	if r != ring.Z64 && r != ring.Z128 {
		return nil, fmt.Errorf("cannot start protocol %s: a ring has 64 or 128 bits, not %d", name, bits)
	}
	return m.kernel(r, self, roles), nil
}

// KeySets returns the sets of players that need a common key, given those
// that deal shares. A player needs the keys of the sets that it is in.
func KeySets(name string, roles []int, dealers []int) ([]prg.Set, error) {
	m, err := find(name, roles)
	if err != nil {
		return nil, err
	}
	return m.keySets(roles, dealers), nil
}

// Reconstruct returns what the shares of all roles, in order, are shares of.
// Whoever calls it sees the secret: tests and simulations do.
func Reconstruct(name string, shares []mpc.Share) (clear.Tensor, error) {
	m, ok := makers[name]
	if !ok {
		return clear.Tensor{}, fmt.Errorf("cannot put shares of protocol %s together: unknown", name)
	}
	return mpc.Value(shares[0].Elem, shares[0].Shape, m.value(shares)), nil
}

func find(name string, roles []int) (maker, error) {
	m, ok := makers[name]
	switch {
	case !ok:
		return m, fmt.Errorf("cannot start protocol %s: unknown", name)
	case len(roles) != m.roles:
		return m, fmt.Errorf("cannot start protocol %s: got %d roles, want %d", name, len(roles), m.roles)
	}
	return m, nil
}
