package rpc

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"

	"github.com/tfec-lang/tfec/runtime/link"
)

func TestRunIDOnce(t *testing.T) {
	h := NewHub(identify)
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

// open is a stream that a player opens by hand.
func open(t *testing.T, nodes []*node, from claim, to int, md ...string) grpc.ClientStream {
	n := &node{name: string(from)}
	conn, err := n.dial(nodes)(t.Context(), nodes[to].name)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	ctx := metadata.NewOutgoingContext(t.Context(), metadata.Pairs(md...))
	s, err := conn.NewStream(ctx, &streamDesc, streamMethod, grpc.ForceCodecV2(rawCodec{}), grpc.MaxCallSendMsgSize(2*FrameSize))
	require.NoError(t, err)
	return s
}

func TestStrangers(t *testing.T) {
	nodes := []*node{listen(t, "a"), listen(t, "b"), listen(t, "c")}
	l, err := nodes[1].hub.Open(ID{1}, 1, []string{"a", "b", "c"})
	require.NoError(t, err)
	defer l.Close(nil)
	run := ID{1}.String()
	for _, test := range []struct {
		from claim
		md   []string
		want string
	}{
		{"a", nil, "the stream names no run"},
		{"a", []string{runKey, run, runKey, run}, "the stream names no run"},
		{"a", []string{runKey, "x"}, `"x" is no run id`},
		{"a", []string{runKey, ID{2}.String()}, "no run 02000000000000000000000000000000 is in hand"},
		{"mallory", []string{runKey, run}, "mallory opens no stream to b in this run"},
		{"c", []string{runKey, run}, "c opens no stream to b in this run"}, // b dials c
		{"b", []string{runKey, run}, "b opens no stream to b in this run"},
	} {
		s := open(t, nodes, test.from, 1, test.md...)
		require.EqualError(t, plain(s.RecvMsg(&inFrame{})), test.want)
	}
	first := open(t, nodes, "a", 1, runKey, run)
	_, err = first.Header()
	require.NoError(t, err)
	second := open(t, nodes, "a", 1, runKey, run)
	require.EqualError(t, plain(second.RecvMsg(&inFrame{})), "a has a stream in this run already")
}

// A message that is no frame, or too large for one, ends the stream with an
// error that names the peer.
func TestHostileStream(t *testing.T) {
	for _, test := range []struct {
		name string
		data int
		want string
	}{
		{"short", PrefixSize - 1, "a: sent a frame of 39 bytes, shorter than its prefix"},
		{"too long", PrefixSize + FrameSize + 1, "a: grpc: received message larger than max (1048617 vs. 1048616)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			nodes := []*node{listen(t, "a"), listen(t, "b")}
			l, err := nodes[1].hub.Open(ID{1}, 1, []string{"a", "b"})
			require.NoError(t, err)
			defer l.Close(nil)
			s := open(t, nodes, "a", 1, runKey, ID{1}.String())
			require.NoError(t, l.Connect(t.Context(), nil))
			require.NoError(t, s.SendMsg(make([]byte, test.data)))
			_, _, err = l.Recv(t.Context(), 0, 8)
			require.EqualError(t, err, test.want)
			_, _, err = l.Recv(t.Context(), 0, 8)
			require.EqualError(t, err, test.want, "the first failure stays")
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

// What crosses the socket is the payload, 45 bytes a frame (the prefix and
// gRPC's), 9 for each DATA frame of HTTP/2, which are one a frame and one more
// for each 16 KiB, and at most 26 of flow control a MiB. TLS 1.3 adds 22 for
// each record of 16 KiB; the connections here have none, to be counted.
func TestOverhead(t *testing.T) {
	for _, size := range []int{0, 8, 1000, FrameSize, 8 * FrameSize, 8*FrameSize + 5} {
		nodes, links := connect(t, []string{"a", "b"})
		exchange(t, links, 8) // settles what a new stream says first
		before := nodes[1].wire.total()
		const messages = 4
		for range messages {
			exchange(t, links, size)
		}
		got := nodes[1].wire.total() - before
		framesEach := max(1, (size+FrameSize-1)/FrameSize)
		dataEach := framesEach + size>>14
		framed := 2 * messages * (size + 45*framesEach + 9*dataEach)
		require.GreaterOrEqual(t, got, framed, "size %d", size)
		require.LessOrEqual(t, got, framed+26*(1+2*messages*size>>20), "size %d", size)
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

// A rawCodec sends bytes as they are.
type rawCodec struct{ codec }

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
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
