// Package linktest is the one conformance test of links: what link.Link
// states, held over every implementation.
package linktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"weak"

	"github.com/tfec-lang/tfec/runtime/link"
)

// A Connect makes the links of one run, one a player, in order. What the
// links need beyond Close is released by t.Cleanup.
type Connect func(t *testing.T, players []string) []link.Link

// patience bounds what must end by itself; only a failing test waits so long.
const patience = 30 * time.Second

// Run holds an implementation to the contract of link.Link.
func Run(t *testing.T, connect Connect) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Connect)
	}{
		{"Names", names},
		{"Order", order},
		{"Header", header},
		{"Parts", parts},
		{"Sizes", sizes},
		{"WrongSize", wrongSize},
		{"RecvAny", recvAny},
		{"SendBeforeReceive", sendBeforeReceive},
		{"Pace", pace},
		{"Ownership", ownership},
		{"Release", release},
		{"Counters", counters},
		{"CloseWithReason", closeWithReason},
		{"CloseWithoutReason", closeWithoutReason},
		{"CloseSelf", closeSelf},
		{"MessagesBeforeClose", messagesBeforeClose},
		{"CancelRecv", cancelRecv},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, connect) })
	}
}

// open connects players and closes their links at the end of the test.
func open(t *testing.T, connect Connect, players ...string) (context.Context, []link.Link) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	links := connect(t, players)
	if len(links) != len(players) {
		t.Fatalf("got %d links, want %d", len(links), len(players))
	}
	t.Cleanup(func() {
		for _, l := range links {
			l.Close(nil)
		}
		cancel()
	})
	return ctx, links
}

func send(t *testing.T, ctx context.Context, l link.Link, to int, h link.Header, parts ...[]byte) {
	t.Helper()
	if err := l.Send(ctx, to, h, parts...); err != nil {
		t.Errorf("cannot send: %v", err)
	}
}

func recv(t *testing.T, ctx context.Context, l link.Link, from int, h link.Header, want []byte) {
	t.Helper()
	got, payload, err := l.Recv(ctx, from, len(want))
	switch {
	case err != nil:
		t.Errorf("cannot receive %v: %v", h, err)
	case got != h:
		t.Errorf("got header %+v, want %+v", got, h)
	case !bytes.Equal(payload, want):
		t.Errorf("payload of %v differs", h)
	}
}

// together runs one function a player at once and waits for all.
func together(fs ...func()) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(f)
	}
	wg.Wait()
}

func names(t *testing.T, connect Connect) {
	players := []string{"alice", "bob", "carol"}
	_, links := open(t, connect, players...)
	for i, l := range links {
		if l.Self() != i {
			t.Errorf("got player %d, want %d", l.Self(), i)
		}
		if fmt.Sprint(l.Players()) != fmt.Sprint(players) {
			t.Errorf("got players %v, want %v", l.Players(), players)
		}
	}
}

// pace: what is sent and not received keeps a sender that paces, but for what is on
// its way, until it is received.
func pace(t *testing.T, connect Connect) {
	const messages, most = 32, 1 << 20
	ctx, links := open(t, connect, "dealer", "server")
	body := make([]byte, 1<<20)
	if err := links[0].Pace(ctx, 1, 0); err != nil {
		t.Errorf("nothing was sent: got %v", err)
	}
	for k := range messages {
		send(t, ctx, links[0], 1, link.Header{Seq: uint32(k)}, body)
	}
	over, stop := context.WithCancel(ctx)
	stop()
	if err := links[0].Pace(over, 1, most); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing was received: got %v, want that the wait was cancelled", err)
	}
	together(func() {
		if err := links[0].Pace(ctx, 1, most); err != nil {
			t.Errorf("all is received: got %v", err)
		}
	}, func() {
		for k := range messages {
			recv(t, ctx, links[1], 0, link.Header{Seq: uint32(k)}, body)
		}
	})
}

// order: each ordered pair of three players delivers in order, all at once.
func order(t *testing.T, connect Connect) {
	const messages = 200
	ctx, links := open(t, connect, "a", "b", "c")
	body := func(from, to, k int) []byte {
		return bytes.Repeat([]byte{byte(from), byte(to), byte(k)}, k%7)
	}
	var players []func()
	for self, l := range links {
		players = append(players, func() {
			for k := range messages {
				for to := range links {
					if to != self {
						send(t, ctx, l, to, link.Header{Step: 1, Seq: uint32(k)}, body(self, to, k))
					}
				}
			}
			for k := range messages {
				for from := range links {
					if from != self {
						recv(t, ctx, l, from, link.Header{Step: 1, Seq: uint32(k)}, body(from, self, k))
					}
				}
			}
		})
	}
	together(players...)
}

// header: every field arrives, at its extremes too.
func header(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "a", "b")
	const most = ^uint32(0)
	for _, h := range []link.Header{
		{}, {Step: most}, {Occurrence: most}, {Seq: most}, {Clock: most},
		{Step: 1, Occurrence: 2, Seq: 3, Clock: 4}, {Step: most, Occurrence: most, Seq: most, Clock: most},
	} {
		send(t, ctx, links[0], 1, h, []byte("x"))
		recv(t, ctx, links[1], 0, h, []byte("x"))
	}
}

// parts: the payload is the concatenation, empty parts and no parts included.
func parts(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "a", "b")
	for _, ps := range [][][]byte{
		nil, {nil}, {[]byte("one")}, {[]byte("one"), nil, []byte("two")}, {pattern(5000), pattern(3), pattern(70000)},
	} {
		send(t, ctx, links[0], 1, link.Header{Step: 2}, ps...)
		recv(t, ctx, links[1], 0, link.Header{Step: 2}, bytes.Join(ps, nil))
	}
}

// sizes: from nothing to 64 MiB, and around the powers of two between.
func sizes(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "a", "b")
	largest := 64 << 20
	if testing.Short() {
		largest = 5 << 20
	}
	for _, n := range []int{0, 1, 7, 8, 9, 4095, 4096, 4097, 65535, 65536, 1<<20 - 1, 1<<20 + 1, 4<<20 + 3, largest} {
		want := pattern(n)
		together(
			func() { send(t, ctx, links[0], 1, link.Header{Step: uint32(n)}, want) },
			func() { recv(t, ctx, links[1], 0, link.Header{Step: uint32(n)}, want) },
		)
	}
}

// wrongSize: a message of another size is an error that names the sender, and
// comes with its header.
func wrongSize(t *testing.T, connect Connect) {
	for _, c := range []struct{ sent, want int }{{8, 9}, {8, 7}, {0, 1}, {1, 0}, {1 << 20, 8}} {
		ctx, links := open(t, connect, "alice", "bob")
		h := link.Header{Step: 7}
		send(t, ctx, links[0], 1, h, make([]byte, c.sent))
		got, _, err := links[1].Recv(ctx, 0, c.want)
		mustName(t, err, "alice", fmt.Sprint(c.sent), fmt.Sprint(c.want))
		if got != h {
			t.Errorf("got %v with the error, want %v", got, h)
		}
	}
}

// recvAny: any length up to the limit.
func recvAny(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "alice", "bob")
	for _, n := range []int{0, 1, 100} {
		h := link.Header{Seq: uint32(n)}
		send(t, ctx, links[0], 1, h, pattern(n))
		got, payload, err := links[1].RecvAny(ctx, 0, 100)
		if err != nil || got != h || !bytes.Equal(payload, pattern(n)) {
			t.Errorf("got %v, %d bytes, %v; want %v, %d bytes", got, len(payload), err, h, n)
		}
	}
	send(t, ctx, links[0], 1, link.Header{}, pattern(101))
	_, _, err := links[1].RecvAny(ctx, 0, 100)
	mustName(t, err, "alice", "101", "100")
}

// sendBeforeReceive: two players send large messages before either receives.
func sendBeforeReceive(t *testing.T, connect Connect) {
	const size, messages = 4 << 20, 4
	ctx, links := open(t, connect, "a", "b")
	for i := range links {
		for k := range messages {
			send(t, ctx, links[i], 1-i, link.Header{Seq: uint32(k)}, pattern(size+i))
		}
	}
	for i := range links {
		for k := range messages {
			recv(t, ctx, links[i], 1-i, link.Header{Seq: uint32(k)}, pattern(size+1-i))
		}
	}
}

// ownership: the receiver may write over its payload; the sender's parts and
// another receiver's payload do not change.
func ownership(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "a", "b", "c")
	part := pattern(1000)
	send(t, ctx, links[0], 1, link.Header{}, part)
	send(t, ctx, links[0], 2, link.Header{}, part)
	_, payload, err := links[1].Recv(ctx, 0, len(part))
	if err != nil {
		t.Fatal(err)
	}
	clear(payload)
	recv(t, ctx, links[2], 0, link.Header{}, pattern(1000))
	if !bytes.Equal(part, pattern(1000)) {
		t.Error("the sender's part changed")
	}
}

// release: what has arrived is kept no longer by the link that sent it.
func release(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "a", "b")
	sent := func() weak.Pointer[byte] {
		part := pattern(1 << 20)
		send(t, ctx, links[0], 1, link.Header{}, part)
		return weak.Make(&part[0])
	}()
	recv(t, ctx, links[1], 0, link.Header{}, pattern(1<<20))
	for runtime.GC(); sent.Value() != nil; runtime.GC() {
		if ctx.Err() != nil {
			t.Fatal("the link still refers to what it has sent")
		}
	}
}

// counters: payload bytes and messages by peer, nothing else.
func counters(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "a", "b", "c")
	send(t, ctx, links[0], 1, link.Header{}, pattern(10), pattern(5))
	send(t, ctx, links[0], 1, link.Header{})
	send(t, ctx, links[1], 0, link.Header{}, pattern(7))
	recv(t, ctx, links[1], 0, link.Header{}, append(pattern(10), pattern(5)...))
	recv(t, ctx, links[1], 0, link.Header{}, nil)
	recv(t, ctx, links[0], 1, link.Header{}, pattern(7))
	want := [][]link.Counter{
		{{}, {SentBytes: 15, SentMessages: 2, ReceivedBytes: 7, ReceivedMessages: 1}, {}},
		{{SentBytes: 7, SentMessages: 1, ReceivedBytes: 15, ReceivedMessages: 2}, {}, {}},
		{{}, {}, {}},
	}
	for i, l := range links {
		if fmt.Sprint(l.Counters()) != fmt.Sprint(want[i]) {
			t.Errorf("player %d: got %+v, want %+v", i, l.Counters(), want[i])
		}
	}
}

// closeWithReason: a waiting peer, and one that asks later, hear who stopped
// and why.
func closeWithReason(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "alice", "bob", "carol")
	together(
		func() { links[0].Close(errors.New("input a: row 17 is no number")) },
		func() {
			_, _, err := links[1].Recv(ctx, 0, 8)
			mustName(t, err, "alice", "row 17 is no number")
		},
	)
	_, _, err := links[2].Recv(ctx, 0, 8)
	mustName(t, err, "alice", "row 17 is no number")
	send(t, ctx, links[1], 2, link.Header{}, []byte("others go on"))
	recv(t, ctx, links[2], 1, link.Header{}, []byte("others go on"))
}

// closeWithoutReason: the wait for a player that left ends.
func closeWithoutReason(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "alice", "bob")
	links[0].Close(nil)
	_, _, err := links[1].Recv(ctx, 0, 8)
	mustName(t, err, "alice")
}

// closeSelf: a player's own pending and later calls return; closing twice is
// harmless.
func closeSelf(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "alice", "bob")
	together(
		func() {
			if _, _, err := links[0].Recv(ctx, 1, 8); err == nil {
				t.Error("a receive outlived its link")
			}
		},
		func() { links[0].Close(nil) },
	)
	if _, _, err := links[0].Recv(ctx, 1, 8); err == nil {
		t.Error("a closed link received")
	}
	if err := links[0].Send(ctx, 1, link.Header{}, []byte("x")); err == nil {
		t.Error("a closed link sent")
	}
	links[0].Close(errors.New("again"))
}

// messagesBeforeClose: what was sent before a close arrives before its reason.
func messagesBeforeClose(t *testing.T, connect Connect) {
	ctx, links := open(t, connect, "alice", "bob")
	send(t, ctx, links[0], 1, link.Header{Seq: 1}, pattern(100000))
	send(t, ctx, links[0], 1, link.Header{Seq: 2}, []byte("last"))
	links[0].Close(nil)
	recv(t, ctx, links[1], 0, link.Header{Seq: 1}, pattern(100000))
	recv(t, ctx, links[1], 0, link.Header{Seq: 2}, []byte("last"))
	_, _, err := links[1].Recv(ctx, 0, 8)
	mustName(t, err, "alice")
}

// cancelRecv: a context that ends, before or during the wait, ends it.
func cancelRecv(t *testing.T, connect Connect) {
	_, links := open(t, connect, "alice", "bob")
	ctx, cancel := context.WithCancel(context.Background())
	together(
		func() {
			if _, _, err := links[1].Recv(ctx, 0, 8); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
		},
		cancel,
	)
	if _, _, err := links[1].RecvAny(ctx, 0, 8); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

// mustName wants a PeerError of that player whose text has every part.
func mustName(t *testing.T, err error, player string, parts ...string) {
	t.Helper()
	var peer *link.PeerError
	if !errors.As(err, &peer) || peer.Player != player {
		t.Errorf("got error %v, want one of player %s", err, player)
		return
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
}

// pattern is n bytes that tell a shift or a swap of parts.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8*13 + i>>16*31)
	}
	return b
}
