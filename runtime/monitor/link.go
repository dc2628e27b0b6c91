// Messages, counted by peer as they pass.

package monitor

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tfec-lang/tfec/runtime/link"
)

// A counting is a link whose messages are counted.
type counting struct {
	link.Link
	peers []peer
}

// A peer is the counters of what passes to and from one player.
type peer struct{ sentBytes, sentMessages, receivedBytes, receivedMessages prometheus.Counter }

func newCounting(m *Monitor, l link.Link) *counting {
	c := &counting{l, make([]peer, len(l.Players()))}
	for i, name := range l.Players() {
		if i != l.Self() {
			c.peers[i] = peer{m.bytes.sent.WithLabelValues(name), m.messages.sent.WithLabelValues(name),
				m.bytes.received.WithLabelValues(name), m.messages.received.WithLabelValues(name)}
		}
	}
	return c
}

func (c *counting) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	bytes := 0
	for _, b := range parts {
		bytes += len(b)
	}
	err := c.Link.Send(ctx, to, h, parts...)
	if err == nil {
		c.peers[to].sentBytes.Add(float64(bytes))
		c.peers[to].sentMessages.Inc()
	}
	return err
}

func (c *counting) Recv(ctx context.Context, from int, size int) (link.Header, []byte, error) {
	h, payload, err := c.Link.Recv(ctx, from, size)
	c.received(from, payload, err)
	return h, payload, err
}

func (c *counting) RecvAny(ctx context.Context, from int, limit int) (link.Header, []byte, error) {
	h, payload, err := c.Link.RecvAny(ctx, from, limit)
	c.received(from, payload, err)
	return h, payload, err
}

func (c *counting) received(from int, payload []byte, err error) {
	if err == nil {
		c.peers[from].receivedBytes.Add(float64(len(payload)))
		c.peers[from].receivedMessages.Inc()
	}
}
