// Package local links players of one process: for simulated runs and tests.
// It gives no security: every message passes through one memory.
package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/tfec-lang/tfec/runtime/link"
)

// Connect links the players named, each with each.
func Connect(players []string) []link.Link {
	n := len(players)
	players = slices.Clone(players)
	queues := make([]queue, n*n)
	for i := range queues {
		queues[i].arrived, queues[i].taken = make(chan struct{}, 1), make(chan struct{}, 1)
	}
	links, left := make([]link.Link, n), make([]chan struct{}, n)
	for i := range links {
		e := &end{self: i, players: players, closed: make(chan struct{}), counters: make([]link.Counter, n)}
		for j := range n {
			e.out = append(e.out, &queues[i*n+j])
			e.in = append(e.in, &queues[j*n+i])
		}
		links[i] = e
		left[i] = e.closed
		e.left = left
	}
	return links
}

// errClosed is what a player's own calls return after Close.
var errClosed = errors.New("the link is closed")

// errLeft is the reason of a peer that closed without one.
var errLeft = errors.New("has left the run")

// An end is one player's link.
type end struct {
	self     int
	players  []string
	out, in  []*queue // by peer
	close    sync.Once
	closed   chan struct{}
	left     []chan struct{} // of each peer, closed when it closes its link
	mu       sync.Mutex
	counters []link.Counter
}

// A queue carries the messages of one ordered pair, without bound, so that a
// send never waits. One goroutine receives from it.
type queue struct {
	mu       sync.Mutex
	messages []message
	bytes    int   // of these
	end      error // set when the sender has closed
	arrived  chan struct{}
	taken    chan struct{} // wakes a sender that paces
}

type message struct {
	header link.Header
	parts  [][]byte
}

func (e *end) Self() int         { return e.self }
func (e *end) Players() []string { return slices.Clone(e.players) }

func (e *end) Counters() []link.Counter {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.counters)
}

func (e *end) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	select {
	case <-e.closed:
		return errClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return e.peerError(to, err)
	}
	e.out[to].put(message{h, parts})
	e.count(to, link.Counter{SentBytes: uint64(length(parts)), SentMessages: 1})
	return nil
}

func (e *end) Pace(ctx context.Context, to int, most int) error {
	q := e.out[to]
	for q.waiting() > most {
		select {
		case <-e.closed:
			return errClosed
		case <-ctx.Done():
			return e.peerError(to, ctx.Err())
		case <-e.left[to]:
			return e.peerError(to, errLeft)
		case <-q.taken:
		}
	}
	return nil
}

func (e *end) Recv(ctx context.Context, from int, size int) (link.Header, []byte, error) {
	return e.recv(ctx, from, func(n int) error {
		if n != size {
			return fmt.Errorf("sent %d bytes, want %d", n, size)
		}
		return nil
	})
}

func (e *end) RecvAny(ctx context.Context, from int, limit int) (link.Header, []byte, error) {
	return e.recv(ctx, from, func(n int) error {
		if n > limit {
			return fmt.Errorf("sent %d bytes, want at most %d", n, limit)
		}
		return nil
	})
}

func (e *end) recv(ctx context.Context, from int, check func(size int) error) (link.Header, []byte, error) {
	m, err := e.next(ctx, from)
	if err != nil {
		return link.Header{}, nil, err
	}
	n := length(m.parts)
	if err := check(n); err != nil {
		return m.header, nil, e.peerError(from, err)
	}
	e.count(from, link.Counter{ReceivedBytes: uint64(n), ReceivedMessages: 1})
	return m.header, bytes.Join(m.parts, nil), nil
}

// next waits for the next message from a peer.
func (e *end) next(ctx context.Context, from int) (message, error) {
	q := e.in[from]
	for {
		select {
		case <-e.closed:
			return message{}, errClosed
		case <-ctx.Done():
			return message{}, e.peerError(from, ctx.Err())
		default:
		}
		if m, ok, err := q.take(); ok {
			return m, nil
		} else if err != nil {
			return message{}, e.peerError(from, err)
		}
		select {
		case <-q.arrived:
		case <-e.closed:
		case <-ctx.Done():
		}
	}
}

func (e *end) count(peer int, c link.Counter) {
	e.mu.Lock()
	defer e.mu.Unlock()
	sum := &e.counters[peer]
	sum.SentBytes += c.SentBytes
	sum.SentMessages += c.SentMessages
	sum.ReceivedBytes += c.ReceivedBytes
	sum.ReceivedMessages += c.ReceivedMessages
}

func (e *end) Close(err error) error {
	e.close.Do(func() {
		close(e.closed)
		if err == nil {
			err = errLeft
		}
		for _, q := range e.out {
			q.finish(err)
		}
	})
	return nil
}

func (e *end) peerError(peer int, err error) error {
	return &link.PeerError{Player: e.players[peer], Err: err}
}

func (q *queue) put(m message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.messages = append(q.messages, m)
	q.bytes += length(m.parts)
	q.signal()
}

func (q *queue) finish(reason error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.end = reason
	q.signal()
}

// signal wakes the receiver; one pending signal is enough, since it looks
// again before it waits.
func (q *queue) signal() {
	select {
	case q.arrived <- struct{}{}:
	default:
	}
}

// take returns the oldest message, or the reason why none will come.
func (q *queue) take() (m message, ok bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.messages) == 0 {
		return message{}, false, q.end
	}
	m, q.messages[0] = q.messages[0], message{}
	q.messages = q.messages[1:]
	q.bytes -= length(m.parts)
	select {
	case q.taken <- struct{}{}:
	default:
	}
	return m, true, nil
}

// waiting is the bytes of the messages that were not taken yet.
func (q *queue) waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes
}

func length(parts [][]byte) int {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	return n
}
