package link_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
)

// Both ends count the longest chain; a message that belongs to none adds none, nor
// does the set-up.
func TestMeter(t *testing.T) {
	players := local.Connect([]string{"from", "to"})
	defer players[0].Close(nil)
	defer players[1].Close(nil)
	from, to := link.Metered(players[0]), link.Metered(players[1])
	for _, c := range []struct {
		header        link.Header
		from, to, all uint64 // rounds at both, messages
	}{
		{link.Header{Step: 0, Clock: 9}, 0, 0, 1},
		{link.Header{Step: 1, Clock: link.NoChain}, 0, 0, 2},
		{link.Header{Step: 1, Clock: 3}, 3, 4, 3},
		{link.Header{Step: 2, Clock: 1}, 3, 4, 4},
		{link.Header{Step: 2, Clock: link.NoChain}, 3, 4, 5},
	} {
		require.NoError(t, from.Send(t.Context(), 1, c.header, []byte("ab"), []byte("c")))
		_, _, err := to.Recv(t.Context(), 0, 3)
		require.NoError(t, err)
		messages, bytes, rounds := from.Passed()
		require.Equal(t, []uint64{c.all, 3 * c.all, c.from}, []uint64{messages, bytes, rounds}, "sent: %+v", c.header)
		messages, bytes, rounds = to.Passed()
		require.Equal(t, []uint64{c.all, 0, c.to}, []uint64{messages, bytes, rounds}, "received: %+v", c.header)
	}
}
