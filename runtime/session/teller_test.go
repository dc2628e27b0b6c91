package session

// A client that answers and does not read.

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// What is told waits for nobody, but for a record, which ends the run.
func TestTellerWaitsForNobody(t *testing.T) {
	stuck := make(chan struct{})
	defer close(stuck)
	send := func(Event) error {
		<-stuck
		return nil
	}
	v := &serving{Server: Server{Hostmap: &Hostmap{Entries: make([]Entry, 3)}, PeerTimeout: 100 * time.Millisecond}, runs: t.Context()}
	for kind, cause := range map[string]error{EventProgress: nil, EventRecord: errUnread} {
		teller := v.newTeller(t.Context(), send)
		for range 1000 {
			teller.tell(Event{Kind: EventWait})
			teller.tell(Event{Kind: EventProgress})
		}
		teller.tell(Event{Kind: EventStart})
		for range 3 {
			teller.tell(Event{Kind: EventDone})
		}
		teller.tell(Event{Kind: kind})
		teller.tell(Event{Kind: kind})
		require.Equal(t, cause, context.Cause(teller.ctx), kind)
		require.ErrorIs(t, teller.end(), errUnread)
	}
}

// A client that reads hears everything, in order.
func TestTellerTells(t *testing.T) {
	var kinds []string
	v := &serving{Server: Server{Hostmap: &Hostmap{Entries: make([]Entry, 3)}, PeerTimeout: time.Minute}, runs: t.Context()}
	teller := v.newTeller(t.Context(), func(e Event) error {
		kinds = append(kinds, e.Kind)
		return nil
	})
	want := []string{EventWait, EventStart, EventProgress, EventDone}
	for _, kind := range want {
		teller.tell(Event{Kind: kind})
	}
	require.NoError(t, teller.end())
	require.Equal(t, want, kinds)
}

// startUnread asks for a run and does not read how it goes.
func (c *cast) startUnread(ctx context.Context, r StartRequest) grpc.ClientStream {
	d := &dialer{id: c.identity("laptop", RoleClient), timeout: 10 * time.Second}
	conn, err := d.connect(ctx, c.hostmap.Coordinator())
	require.NoError(c.t, err)
	c.t.Cleanup(func() { conn.Close() })
	s, err := conn.NewStream(ctx, &bidirectional, startMethod, grpc.CallContentSubtype(codecName))
	require.NoError(c.t, err)
	require.NoError(c.t, s.SendMsg(&r))
	return s
}

// A run goes on though nobody reads its progress; one of which a record is not
// taken ends everywhere, with the reason.
func TestClientThatDoesNotRead(t *testing.T) {
	t.Run("progress", func(t *testing.T) {
		t.Parallel()
		c := newCast(t, trio...)
		c.silence = 2 * time.Second
		ended := make(chan error, len(trio))
		for _, name := range trio {
			p := program(name, trio, func(ctx context.Context, l link.Link, r Run) error {
				err := paced(ctx, l, r, 5*time.Second)
				ended <- err
				return err
			})
			p.Step = func(int) string { return many("x", 1000) }
			c.serve(name, nil, p)
		}
		c.startUnread(t.Context(), average)
		for range trio {
			require.NoError(t, <-ended)
		}
		for _, s := range c.servers {
			require.Eventually(t, func() bool { return contains(s, `msg="the run is finished"`) }, 10*time.Second, 10*time.Millisecond, s.Player)
		}
		const left = `reason="laptop, who started the run, does not read how it goes"`
		require.Eventually(t, func() bool { return contains(c.servers[0], left) }, 10*time.Second, 10*time.Millisecond)
	})
	t.Run("record", func(t *testing.T) {
		t.Parallel()
		c := newCast(t, trio...)
		c.silence = 4 * time.Second // a busy machine may be late by a second or two
		ended := make(chan error, len(trio))
		goesOn := func(ctx context.Context, l link.Link, r Run) error {
			err := paced(ctx, l, r, time.Minute)
			ended <- context.Cause(ctx)
			return err
		}
		first := func(ctx context.Context, l link.Link, r Run) error { return exchange(ctx, l, 0) }
		c.play(map[string]part{"alice": noting(16*maxControl, first), "s0": goesOn, "s1": goesOn})
		request := average
		request.Record = trace.Spans
		s := c.startUnread(t.Context(), request)
		const want = "laptop, who started the run, does not read how it goes"
		for range trio[1:] {
			require.EqualError(t, <-ended, want)
		}
		var err error
		for err == nil {
			err = s.RecvMsg(new(Event))
		}
		require.Equal(t, want, status.Convert(err).Message())
	})
}

func contains(a *actor, text string) bool { return strings.Contains(a.log.String(), text) }

// paced is a run of s0 and s1, step by step, for so long; alice has her own end.
func paced(ctx context.Context, l link.Link, r Run, long time.Duration) error {
	if err := exchange(ctx, l, 0); err != nil {
		return err
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for step := 1; step <= int(long/(5*time.Millisecond)); step++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		r.Progress(progress.Place{Step: step})
		if l.Self() == 0 {
			continue
		}
		if err := l.Send(ctx, 3-l.Self(), link.Header{Step: uint32(step)}, []byte{1}); err != nil {
			return err
		}
		if _, _, err := l.Recv(ctx, 3-l.Self(), 1); err != nil {
			return err
		}
	}
	return nil
}
