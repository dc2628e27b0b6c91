package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/prg"
)

// Whatever the compiler offers can be run, with the roles that it says.
func TestCapabilities(t *testing.T) {
	for _, name := range capability.Names() {
		row, _ := capability.Lookup(name)
		roles := make([]int, row.Roles+row.Helpers)
		for i := range roles {
			roles[i] = 2 * i
		}
		for bits, width := range row.Width {
			kernel, err := New(name, bits, 0, roles)
			require.NoError(t, err, name)
			require.Positive(t, kernel.Components(), name)
			require.Equal(t, width, kernel.Modulus().Room(), name)
		}
		_, err := New(name, 32, 0, roles)
		require.ErrorContains(t, err, "a ring has 64 or 128 bits, not 32", name)
		_, err = New(name, 64, 0, append(roles, 9))
		require.ErrorContains(t, err, "roles, want", name)
		_, err = KeySets(name, roles[1:], nil)
		require.ErrorContains(t, err, "roles, want", name)
	}
	require.Len(t, makers, len(capability.Names()))
	_, err := New("aby4", 64, 0, nil)
	require.EqualError(t, err, "cannot start protocol aby4: unknown")
}

// Each pair of servers has a key, and each owner one with the holders of the
// two components that it draws; a server that deals needs no more. In pond and
// securenn, an owner has one with the dealer and each server.
func TestKeySets(t *testing.T) {
	sets, err := KeySets("aby3", []int{1, 3, 2}, []int{0, 3})
	require.NoError(t, err)
	require.ElementsMatch(t, []prg.Set{"1,2", "1,3", "2,3", "0,1,2", "0,1,3"}, sets)
	for _, name := range []string{"pond", "securenn"} {
		sets, err = KeySets(name, []int{1, 3, 2}, []int{0, 3, 2})
		require.NoError(t, err)
		require.ElementsMatch(t, []prg.Set{"1,3", "1,2", "2,3", "0,1,2", "0,2,3"}, sets)
	}
	sets, err = KeySets("plain", []int{1}, []int{0})
	require.NoError(t, err)
	require.Empty(t, sets)
}
