package conformance

import (
	"context"
	"errors"
	"fmt"

	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/prg"
)

// A Net is one player's Net over a link, with a logical clock.
type Net struct {
	Link   link.Link
	Source *prg.Source
	// Context ends all waiting.
	Context context.Context
	// Clock is the longest chain of messages that has reached the player.
	Clock uint32

	step, occurrence uint32
	sent, received   []uint32 // messages of this step, by peer
	stages           int      // begun so far
	closed           bool     // nothing is sent before the next stage
	ahead            uint32   // Clock of what came ahead
}

// NewNet returns the Net of a player.
func NewNet(l link.Link, source *prg.Source) *Net {
	n := len(l.Players())
	return &Net{Link: l, Source: source, Context: context.Background(), sent: make([]uint32, n), received: make([]uint32, n)}
}

// At starts an occurrence of a step.
func (n *Net) At(step, occurrence uint32) {
	n.step, n.occurrence, n.closed = step, occurrence, true
	clear(n.sent)
	clear(n.received)
}

func (n *Net) Self() int { return n.Link.Self() }

func (n *Net) Stage() { n.stages, n.closed, n.Clock = n.stages+1, false, max(n.Clock, n.ahead) }

// Send makes a chain of messages one longer than what has reached the player.
// It refuses what a stage cannot hold.
func (n *Net) Send(to int, parts ...[]byte) {
	n.send(to, max(n.Clock, n.ahead)+1, parts)
}

// SendAhead begins no chain, but may go one on.
func (n *Net) SendAhead(to int, parts ...[]byte) {
	clock := n.Clock
	if clock > 0 {
		clock++
	}
	n.send(to, clock, parts)
}

func (n *Net) send(to int, clock uint32, parts [][]byte) {
	if n.closed {
		abort.Now(errors.New("sends outside a stage, or after it received in it"))
	}
	h := link.Header{Step: n.step, Occurrence: n.occurrence, Seq: n.sent[to], Clock: clock}
	n.sent[to]++
	if err := n.Link.Send(n.Context, to, h, parts...); err != nil {
		abort.Now(err)
	}
}

func (n *Net) Recv(from, size int) []byte {
	n.closed = true
	clock, payload := n.recv(from, size)
	n.Clock = max(n.Clock, n.ahead, clock)
	return payload
}

// RecvAhead may come before something is sent in the same stage.
func (n *Net) RecvAhead(from, size int) []byte {
	clock, payload := n.recv(from, size)
	n.ahead = max(n.ahead, clock)
	return payload
}

func (n *Net) recv(from, size int) (clock uint32, payload []byte) {
	got, payload, err := n.Link.Recv(n.Context, from, size)
	if err != nil {
		abort.Now(err)
	}
	want := link.Header{Step: n.step, Occurrence: n.occurrence, Seq: n.received[from], Clock: got.Clock}
	if got != want {
		abort.Now(fmt.Errorf("got %v, want %v", got, want))
	}
	n.received[from]++
	return got.Clock, payload
}

func (n *Net) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	stream, err := n.Source.Stream(set, n.step, n.occurrence, purpose)
	if err != nil {
		abort.Now(err)
	}
	return stream
}

// SentBytes is what the player has sent to all others.
func (n *Net) SentBytes() (sum uint64) {
	for _, c := range n.sentTo() {
		sum += c
	}
	return sum
}

// sentTo is what the player has sent to each other.
func (n *Net) sentTo() []uint64 {
	var out []uint64
	for _, c := range n.Link.Counters() {
		out = append(out, c.SentBytes)
	}
	return out
}
