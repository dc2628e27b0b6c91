package link

// Counting what passes, for those who look from beside.

import (
	"context"
	"sync/atomic"
)

// A Meter is a link that counts what passes through it. Passed may be called at
// any time, by anybody.
type Meter struct {
	Link
	messages, bytes, rounds atomic.Uint64
}

// Metered returns a link that is l, and counts.
func Metered(l Link) *Meter { return &Meter{Link: l} }

// Passed are the messages so far, sent and received, the payload bytes that were
// sent, and the longest chain of messages, without the set-up.
func (m *Meter) Passed() (messages, bytes, rounds uint64) {
	return m.messages.Load(), m.bytes.Load(), m.rounds.Load()
}

// Send sends.
func (m *Meter) Send(ctx context.Context, to int, h Header, parts ...[]byte) error {
	for _, p := range parts {
		m.bytes.Add(uint64(len(p)))
	}
	m.count(h.Step, uint32(h.Chain()))
	return m.Link.Send(ctx, to, h, parts...)
}

// Recv receives.
func (m *Meter) Recv(ctx context.Context, from int, size int) (Header, []byte, error) {
	h, payload, err := m.Link.Recv(ctx, from, size)
	m.count(h.Step, h.Clock+1)
	return h, payload, err
}

// RecvAny receives a message of unknown length.
func (m *Meter) RecvAny(ctx context.Context, from int, limit int) (Header, []byte, error) {
	h, payload, err := m.Link.RecvAny(ctx, from, limit)
	m.count(h.Step, h.Clock+1)
	return h, payload, err
}

// count notes a message; the player's own goroutine alone does.
func (m *Meter) count(step, clock uint32) {
	m.messages.Add(1)
	if c := uint64(clock); step > 0 && c > m.rounds.Load() {
		m.rounds.Store(c)
	}
}
