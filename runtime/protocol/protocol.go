// Package protocol knows every protocol by its name.
package protocol

import (
	"fmt"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/plain"
)

type maker struct {
	roles   int
	kernel  func(self int, roles []int) mpc.Kernel
	keySets func(roles []int, dealers []int) []prg.Set
}

var makers = map[string]maker{
	"aby3": {
		roles:   3,
		kernel:  func(self int, roles []int) mpc.Kernel { return aby3.New(self, roles) },
		keySets: aby3.KeySets,
	},
	"plain": {
		roles:   1,
		kernel:  func(self int, roles []int) mpc.Kernel { return plain.New(self, roles) },
		keySets: plain.KeySets,
	},
}

// New returns one player's kernel of a protocol. Players are indices; a
// player without a role gets a kernel to deal and to receive with.
func New(name string, self int, roles []int) (mpc.Kernel, error) {
	m, err := find(name, roles)
	if err != nil {
		return nil, err
	}
	return m.kernel(self, roles), nil
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
