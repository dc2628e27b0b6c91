package stream

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
)

func TestRunIDOnce(t *testing.T) {
	h := NewHub()
	l, err := h.Open(ID{7}, 0, []string{"a", "b"})
	require.NoError(t, err)
	_, err = h.Open(ID{7}, 0, []string{"a", "b"})
	require.EqualError(t, err, "the run id 07000000000000000000000000000000 was used before")
	l.Close(nil)
	<-l.Done()
	_, err = h.Open(ID{7}, 0, []string{"a", "b"})
	require.EqualError(t, err, "the run id 07000000000000000000000000000000 was used before")
	_, err = h.Open(ID{8}, 2, []string{"a", "b"})
	require.EqualError(t, err, "player 2 is none of 2 players")
}

func TestParseID(t *testing.T) {
	id, err := ParseID(ID{1, 2}.String())
	require.NoError(t, err)
	require.Equal(t, ID{1, 2}, id)
	for _, text := range []string{"", "01", "zz000000000000000000000000000000", "010200000000000000000000000000000", "é"} {
		_, err := ParseID(text)
		require.Error(t, err, text)
	}
}

func TestStrangers(t *testing.T) {
	b := listen(t, "b")
	l, err := b.hub.Open(ID{1}, 1, []string{"a", "b", "c"})
	require.NoError(t, err)
	defer l.Close(nil)
	run := ID{1}.String()
	for _, test := range []struct{ from, run, want string }{
		{"a", "", `"" is no run id`},
		{"a", "x", `"x" is no run id`},
		{"a", ID{2}.String(), "no run 02000000000000000000000000000000 is in hand"},
		{"mallory", run, "mallory opens no connection to b in this run"},
		{"c", run, "c opens no connection to b in this run"}, // b dials c
		{"b", run, "b opens no connection to b in this run"},
	} {
		_, err := (&node{name: test.from}).reach(t, b, test.run)
		require.EqualError(t, err, test.want)
	}
	a := &node{name: "a"}
	_, err = a.reach(t, b, run)
	require.NoError(t, err)
	_, err = a.reach(t, b, run)
	require.EqualError(t, err, "a has a connection in this run already")
}

// What is no message ends the connection's use with an error that names the
// peer, and that stays.
func TestHostileStream(t *testing.T) {
	for _, test := range []struct {
		name string
		sent []byte
		want string
	}{
		{"garbage", make([]byte, 100), "a: sent a message with a wrong checksum: a memory or network fault on the way"},
		{"too long", wired(t, kindData, link.Header{}, make([]byte, 9)), "a: sent 9 bytes (step 0, occurrence 0, message 0), expected 8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := listen(t, "b")
			l, err := b.hub.Open(ID{1}, 1, []string{"a", "b"})
			require.NoError(t, err)
			defer l.Close(nil)
			c, err := (&node{name: "a"}).reach(t, b, ID{1}.String())
			require.NoError(t, err)
			require.NoError(t, l.Connect(t.Context(), nil))
			_, err = c.Write(test.sent)
			require.NoError(t, err)
			for range 2 {
				_, _, err = l.Recv(t.Context(), 0, 8)
				require.EqualError(t, err, test.want)
			}
		})
	}
}

// A connection that is cut ends the wait for that player.
func TestLostConnection(t *testing.T) {
	nodes, links := connect(t, []string{"alice", "bob", "carol"})
	nodes[2].wire.cut()
	for _, l := range links[:2] {
		_, _, err := l.Recv(t.Context(), 2, 8)
		var peer *link.PeerError
		require.ErrorAs(t, err, &peer)
		require.EqualError(t, err, "carol: the connection was lost")
	}
	require.NoError(t, links[0].Send(t.Context(), 1, link.Header{}, []byte("12345678")))
	_, _, err := links[1].Recv(t.Context(), 0, 8)
	require.NoError(t, err)
}

func TestConnectGivesUp(t *testing.T) {
	nodes := []*node{listen(t, "a"), listen(t, "b"), listen(t, "c")}
	l, err := nodes[1].hub.Open(ID{1}, 1, []string{"a", "b", "c"})
	require.NoError(t, err)
	defer l.Close(nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("waited 3s"))
	err = l.Connect(ctx, nodes[1].dial(nodes))
	require.ErrorContains(t, err, "a: has not connected: waited 3s")
	require.ErrorContains(t, err, "c: waited 3s")
	_, _, err = l.Recv(t.Context(), 1, 1)
	require.EqualError(t, err, "player 1 is no peer of player 1")
}

func TestFingerprints(t *testing.T) {
	_, links := connect(t, []string{"alice", "bob", "carol"})
	require.Equal(t, []string{"print of alice", "", "print of carol"}, links[1].Fingerprints())
}

// What crosses the socket is the payload and 36 bytes a message. TLS 1.3 adds
// 22 for each record of 16 KiB; the connections here have none.
func TestOverhead(t *testing.T) {
	for _, size := range []int{0, 8, 1000, 1 << 20, 8<<20 + 5} {
		nodes, links := connect(t, []string{"a", "b"})
		exchange(t, links, 8)
		before := nodes[1].wire.total()
		const messages = 4
		for range messages {
			exchange(t, links, size)
		}
		require.Equal(t, 2*messages*(size+36), nodes[1].wire.total()-before, "size %d", size)
	}
}

// exchange sends size bytes each way.
func exchange(t testing.TB, links []*Link, size int) {
	payload := make([]byte, size)
	for i, l := range links[:2] {
		require.NoError(t, l.Send(t.Context(), 1-i, link.Header{Step: 1}, payload))
	}
	for i, l := range links[:2] {
		_, _, err := l.Recv(t.Context(), 1-i, size)
		require.NoError(t, err)
	}
}

// BenchmarkLink is 8 MiB, a million shares, each way between two players.
func BenchmarkLink(b *testing.B) {
	_, links := connect(b, []string{"a", "b"})
	b.SetBytes(16 << 20)
	for b.Loop() {
		exchange(b, links, 8<<20)
	}
}

// BenchmarkRound is an empty round of two players.
func BenchmarkRound(b *testing.B) {
	_, links := connect(b, []string{"a", "b"})
	for b.Loop() {
		exchange(b, links, 8)
	}
}
