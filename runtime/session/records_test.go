package session

// What players noted of a run comes to the client that asked for it.

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/progress"
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

// A record that fits into the report of a player's end is sent with it, and no other.
func TestShortRecordsGoWithTheEnd(t *testing.T) {
	for size, along := range map[int]bool{1: true, recordPart: true, recordPart + 1: false} {
		m := &membership{noted: []report{{Kind: reportRecord, Record: make([]byte, size)}, {Kind: reportSeries, Record: make([]byte, 1)}}}
		done := m.done()
		require.Equal(t, reportDone, done.Kind)
		if along {
			require.Len(t, done.Record, size)
			require.Len(t, m.noted, 1, "the series")
		} else {
			require.Empty(t, done.Record)
			require.Len(t, m.noted, 2)
		}
	}
}

// What is more than a record can be, or of nobody in the hostmap, is dropped.
func TestRecordsAreBounded(t *testing.T) {
	h := &Hostmap{Entries: []Entry{{"alice", "127.0.0.1:1"}}}
	r := new(records)
	part := bytes.Repeat([]byte{'x'}, trace.MaxRecord/4)
	for range 10 {
		r.add(h, Event{Kind: EventRecord, Player: "alice", Record: part})
		r.add(h, Event{Kind: EventRecord, Player: "mallory", Record: part})
	}
	sizes := make(map[string]int)
	r.deliver(h, func(e Event) { sizes[e.Player] = len(e.Record) })
	require.Equal(t, map[string]int{"alice": trace.MaxRecord}, sizes)

	passed := 0
	c := &coordination{request: StartRequest{Record: trace.Spans}, tell: func(e Event) { passed += len(e.Record) }}
	m := &member{name: "alice"}
	for range 10 {
		c.record(m, report{Kind: reportRecord, Record: part})
	}
	require.Equal(t, trace.MaxRecord, passed)
	require.Empty(t, c.wanted(m, report{Kind: reportDone, Record: part[:1]}), "the end takes no more along, either")
	require.Equal(t, part, c.wanted(new(member), report{Kind: reportDone, Record: part}))
	c.request.Record = trace.Counters
	require.Empty(t, c.wanted(new(member), report{Kind: reportDone, Record: part}), "nobody asked")
}

// What is disclosed to everybody comes to the client while the run goes on, the last
// of each label, and in full in the end to one that asks for it.
func TestDisclosed(t *testing.T) {
	c := newCast(t, trio...)
	heard := make(chan struct{}, 1000) // more than there are reports
	tells := func(ctx context.Context, l link.Link, r Run) error {
		for k := range 2 * progress.MaxValues {
			r.Disclosed(progress.Value{Label: strconv.Itoa(k % (progress.MaxValues + 1)), Text: strconv.Itoa(k) + "\n"})
		}
		r.Progress(progress.Place{Step: 1})
		select { // what comes at the very end is not told while the run goes on
		case <-heard:
		case <-ctx.Done():
		}
		err := gossip(3)(ctx, l, r)
		if r.Series {
			r.Recorded([]byte("a record"))
			r.Listed([]byte("all"))
		}
		return err
	}
	c.play(map[string]part{"alice": gossip(3), "s0": tells, "s1": gossip(3)})
	for _, wants := range []bool{true, false} {
		request := average
		request.Series = wants
		var parts []string
		last := make(map[string][]progress.Value)
		require.NoError(t, c.start(request, func(e Event) {
			switch e.Kind {
			case EventProgress:
				if last[e.Player] = e.Values; e.Values != nil {
					heard <- struct{}{}
				}
			case EventSeries, EventRecord:
				parts = append(parts, e.Kind+" of "+e.Player+": "+string(e.Record))
			}
		}))
		require.Empty(t, last["alice"])
		require.Len(t, last["s0"], progress.MaxValues)
		require.Equal(t, progress.Value{Label: "3", Text: "20 "}, last["s0"][3])
		if wants {
			require.Equal(t, []string{"record of s0: a record", "series of s0: all"}, parts)
		} else {
			require.Empty(t, parts)
		}
	}
}

// A player or coordinator that claims what no run has is not believed.
func TestDisclosedIsBounded(t *testing.T) {
	f := &following{coordination: &coordination{serving: new(serving)}}
	for _, r := range []report{{Loops: make([]progress.Pass, progress.Depth+1)}, {Values: make([]progress.Value, progress.MaxValues+1)}} {
		require.ErrorContains(t, f.note(note{member: &member{name: "s0"}, report: r}), "s0 reports")
	}
}
