package session

// What players noted of a run comes to the client that asked for it.

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// noting is a run whose player notes so many bytes of its own, and then does
// what comes after.
func noting(size int, then func(context.Context, link.Link, Run) error) part {
	return func(ctx context.Context, l link.Link, r Run) error {
		err := then(ctx, l, r)
		if r.Record > trace.Counters {
			r.Recorded(bytes.Repeat([]byte{'a' + byte(l.Self())}, size))
		}
		return err
	}
}

// asking runs a client that wants records, and returns them by player.
func (c *cast) asking(level trace.Level) (map[string]string, error) {
	request := average
	request.Record = level
	got := make(map[string]string)
	err := c.start(request, func(e Event) {
		if e.Kind == EventRecord {
			got[e.Player] += string(e.Record)
		}
	})
	return got, err
}

func many(letter string, n int) string { return string(bytes.Repeat([]byte(letter), n)) }

// A record may be larger than a message, and every player's is its own.
func TestRecords(t *testing.T) {
	c := newCast(t, trio...)
	const large = 3*maxControl + 1
	c.play(map[string]part{"alice": noting(large, gossip(5)), "s0": noting(1, gossip(5)), "s1": noting(recordPart, gossip(5))})
	got, err := c.asking(trace.Spans)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"alice": many("a", large), "s0": "b", "s1": many("c", recordPart)}, got)
	got, err = c.asking(trace.Counters)
	require.NoError(t, err)
	require.Empty(t, got, "nobody asked")
}

// Of a failed run those come that players have.
func TestRecordsOfAFailedRun(t *testing.T) {
	c := newCast(t, trio...)
	fails := func(ctx context.Context, l link.Link, r Run) error {
		if err := gossip(3)(ctx, l, r); err != nil {
			return err
		}
		return errors.New("its own reason")
	}
	const large = 2 * maxControl
	c.play(map[string]part{"alice": noting(large, gossip(1000)), "s0": noting(large, fails), "s1": noting(large, gossip(1000))})
	got, err := c.asking(trace.Totals)
	require.EqualError(t, err, "s0 failed at step 3 (mul, average.tfe:7)")
	require.Equal(t, map[string]string{"alice": many("a", large), "s0": many("b", large), "s1": many("c", large)}, got)
}

// What is more than a record can be, or of nobody in the hostmap, is dropped.
func TestRecordsAreBounded(t *testing.T) {
	h := &Hostmap{Entries: []Entry{{"alice", "127.0.0.1:1"}}}
	r := new(records)
	part := bytes.Repeat([]byte{'x'}, trace.MaxRecord/4)
	for range 10 {
		r.add(h, Event{Player: "alice", Record: part})
		r.add(h, Event{Player: "mallory", Record: part})
	}
	sizes := make(map[string]int)
	r.deliver(h, func(e Event) { sizes[e.Player] = len(e.Record) })
	require.Equal(t, map[string]int{"alice": trace.MaxRecord}, sizes)

	passed := 0
	c := &coordination{request: StartRequest{Record: trace.Spans}, tell: func(e Event) { passed += len(e.Record) }}
	m := &member{name: "alice"}
	for range 10 {
		c.record(m, part)
	}
	require.Equal(t, trace.MaxRecord, passed)
}
