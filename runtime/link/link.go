// Package link moves messages between the named players of one run: reliable,
// in order for each ordered pair of players, with every message tagged. What
// an implementation must do is stated here and held by one conformance test
// (linktest) over all of them.
package link

import (
	"context"
	"errors"
	"fmt"
)

// A Header tags a message. Both ends know what must come next, so a header
// that differs is an error, never a reordering.
type Header struct {
	Step       uint32 // the instruction; 0 for set-up and the last exchange
	Occurrence uint32 // how often this step ran before
	Seq        uint32 // the message's number within step and occurrence, on this pair and direction
	Clock      uint32 // logical clock of the sender: the longest chain of messages before this one
}

// NoChain is the Clock of a message that belongs to no chain: its receiver's
// stays as it is, since it is one more.
const NoChain = ^uint32(0)

// Chain is the length of the chain before the message.
func (h Header) Chain() int {
	if h.Clock == NoChain {
		return 0
	}
	return int(h.Clock)
}

func (h Header) String() string {
	return fmt.Sprintf("step %d, occurrence %d, message %d", h.Step, h.Occurrence, h.Seq)
}

// A Link is one player's connections to the others, for one run.
//
// One goroutine uses a Link at a time for sending and one for receiving.
type Link interface {
	// Self is this player's index, Players everybody's names in order.
	Self() int
	Players() []string

	// Send hands a message to the link; payload is the concatenation of parts.
	// It may block only for flow control, never until the peer receives, so
	// two players may send to each other before either receives. Sending goes
	// on while the caller computes, from the memory of the parts: the caller
	// must not change them afterwards. The link drops them once they are sent.
	Send(ctx context.Context, to int, h Header, parts ...[]byte) error

	// Pace waits until at most so many bytes of what was sent to a player are still
	// in this player's memory: whoever waits for no message would else send without bound.
	Pace(ctx context.Context, to int, most int) error

	// Recv waits for the next message from a player, whose payload must be
	// exactly size bytes long; otherwise it is an error that says so. The
	// caller owns the payload. A message that is longer than size is refused
	// before its memory is allocated; its header is returned with the error,
	// since it may show that the player is at another step. An error names the
	// player.
	Recv(ctx context.Context, from int, size int) (Header, []byte, error)

	// RecvAny is Recv for a message of unknown length up to limit bytes, for
	// the set-up.
	RecvAny(ctx context.Context, from int, limit int) (Header, []byte, error)

	// Sent and Received count payload bytes and messages, by peer.
	Counters() []Counter

	// Close ends the link; every pending call returns. err, if not nil, is
	// told to the peers as the reason.
	Close(err error) error
}

// A Counter counts what passed between this player and one peer: payload
// bytes without headers and framing, counted here and not by the engine.
type Counter struct {
	SentBytes, SentMessages         uint64
	ReceivedBytes, ReceivedMessages uint64
}

// A PeerError is a failure that belongs to one peer.
type PeerError struct {
	Player string
	Err    error
}

func (e *PeerError) Error() string { return e.Player + ": " + e.Err.Error() }
func (e *PeerError) Unwrap() error { return e.Err }

// ErrStopped says that another player ended the run in the set-up.
var ErrStopped = errors.New("stopped in the set-up")

// Follows reports whether an error only tells of another player's failure.
func Follows(err error) bool {
	return errors.As(err, new(*PeerError)) || errors.Is(err, ErrStopped)
}

// Plus is both together.
func (c Counter) Plus(o Counter) Counter {
	c.SentBytes += o.SentBytes
	c.SentMessages += o.SentMessages
	c.ReceivedBytes += o.ReceivedBytes
	c.ReceivedMessages += o.ReceivedMessages
	return c
}

// Minus is c without what o counts.
func (c Counter) Minus(o Counter) Counter {
	c.SentBytes -= o.SentBytes
	c.SentMessages -= o.SentMessages
	c.ReceivedBytes -= o.ReceivedBytes
	c.ReceivedMessages -= o.ReceivedMessages
	return c
}
