package bench

// Links in one process that take as long as a network would.

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/linktest"
	"github.com/tfec-lang/tfec/runtime/link/local"
)

// A wire is the network between the players of a run.
type wire struct {
	hop  time.Duration
	rate float64 // bytes a second, of each player in either direction

	mu      sync.Mutex
	out, in []time.Time   // until when each player's line is taken
	due     [][]time.Time // of messages on the way, by pair
}

// slow puts a network between the ends of links: a message takes hop, and the
// bytes of a player pass one after the other.
func slow(links []link.Link, hop time.Duration, rate float64) []link.Link {
	n := len(links)
	w := &wire{hop: hop, rate: rate, out: make([]time.Time, n), in: make([]time.Time, n), due: make([][]time.Time, n*n)}
	slowed := make([]link.Link, n)
	for i, l := range links {
		slowed[i] = &slowLink{l, w}
	}
	return slowed
}

// send notes when a message arrives that leaves now.
func (w *wire) send(from, to, size int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	takes := time.Duration(float64(size) / w.rate * float64(time.Second))
	begins := later(time.Now(), w.out[from])
	w.out[from] = begins.Add(takes)
	begins = later(begins.Add(w.hop), w.in[to])
	w.in[to] = begins.Add(takes)
	pair := from*len(w.out) + to
	w.due[pair] = append(w.due[pair], w.in[to])
}

// receive is when the oldest message on the way arrives.
func (w *wire) receive(from, to int) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	pair := from*len(w.out) + to
	at := w.due[pair][0]
	w.due[pair] = w.due[pair][1:]
	return at
}

func later(s, t time.Time) time.Time {
	if s.After(t) {
		return s
	}
	return t
}

type slowLink struct {
	link.Link
	wire *wire
}

func (s *slowLink) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	s.wire.send(s.Self(), to, size)
	return s.Link.Send(ctx, to, h, parts...)
}

func (s *slowLink) Recv(ctx context.Context, from, size int) (link.Header, []byte, error) {
	h, b, err := s.Link.Recv(ctx, from, size)
	return h, b, s.wait(ctx, from, err)
}

func (s *slowLink) RecvAny(ctx context.Context, from, limit int) (link.Header, []byte, error) {
	h, b, err := s.Link.RecvAny(ctx, from, limit)
	return h, b, s.wait(ctx, from, err)
}

// wait ends when the message that was received would have arrived.
func (s *slowLink) wait(ctx context.Context, from int, err error) error {
	if err != nil {
		return err
	}
	arrival := time.NewTimer(time.Until(s.wire.receive(from, s.Self())))
	defer arrival.Stop()
	select {
	case <-arrival.C:
		return nil
	case <-ctx.Done():
		return &link.PeerError{Player: s.Players()[from], Err: ctx.Err()}
	}
}

func TestSlowLink(t *testing.T) {
	linktest.Run(t, func(_ *testing.T, players []string) []link.Link {
		return slow(local.Connect(players), 10*time.Microsecond, 100e9)
	})
}

// A message takes its time, and two of a player follow each other.
func TestWire(t *testing.T) {
	links := slow(local.Connect([]string{"a", "b", "c"}), 20*time.Millisecond, 1e6)
	began := time.Now()
	for to := 1; to <= 2; to++ {
		if err := links[0].Send(t.Context(), to, link.Header{}, make([]byte, 5000)); err != nil {
			t.Fatal(err)
		}
	}
	for to, least := range map[int]time.Duration{1: 25 * time.Millisecond, 2: 30 * time.Millisecond} {
		if _, _, err := links[to].Recv(t.Context(), 0, 5000); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < least {
			t.Errorf("a message to %d arrived after %v, want at least %v", to, took, least)
		}
	}
}
