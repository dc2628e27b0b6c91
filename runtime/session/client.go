// The client: asks the coordinator for a run and hears how it goes.

package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/tfec-lang/tfec/runtime/progress"
)

// Start asks the coordinator of a hostmap for a run and returns when every
// player has finished, or with the reason why not. It reaches the coordinator
// only, and learns no share. on, if not nil, is told how the run goes. A ctx
// that ends stops the run.
func Start(ctx context.Context, h *Hostmap, id *Identity, r StartRequest, on func(Event)) error {
	if on == nil {
		on = func(Event) {}
	}
	if notice := id.Notice(time.Now()); notice != "" {
		on(Event{Kind: EventWarning, Player: id.Name, Text: notice})
	}
	first := h.Coordinator()
	d := &dialer{id: id, timeout: defaultConnect, waiting: func(to Entry) {
		on(Event{Kind: EventWait, Player: to.Name, Text: "does not answer yet at " + to.Addr})
	}}
	conn, err := d.connect(ctx, first)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := conn.NewStream(ctx, &bidirectional, startMethod, grpc.CallContentSubtype(codecName))
	if err != nil {
		return fmt.Errorf("cannot start a run at %s: %w", first.Name, plain(err))
	}
	_, _ = s.SendMsg(&r), s.CloseSend() // what goes wrong shows in RecvMsg
	last, records := "", new(records)
	defer records.deliver(h, on)
	for {
		var e Event
		if err := s.RecvMsg(&e); err == io.EOF {
			return nil
		} else if err != nil {
			return ended(ctx, first, last, err)
		}
		if e.Step < 0 {
			return fmt.Errorf("%s, the coordinator, reports step %d", first.Name, e.Step)
		}
		if len(e.Loops) > progress.Depth || len(e.Values) > progress.MaxValues {
			return fmt.Errorf("%s, the coordinator, reports %d loops and %d values", first.Name, len(e.Loops), len(e.Values))
		}
		if inParts(e.Kind) {
			records.add(h, e)
			continue
		}
		switch e.Kind {
		case EventDone: // with a whole record, or none
			records.add(h, Event{Kind: EventRecord, Player: e.Player, Record: e.Record})
		case EventProgress:
			last = printable(fmt.Sprintf(": the last that was heard is that %s was at %s", e.Player, e.Text))
		}
		on(Event{Kind: e.Kind, Player: printable(e.Player), Text: printable(e.Text), Step: e.Step, Loops: e.Loops, Values: printed(e.Values), Rounds: e.Rounds, Bytes: e.Bytes, Run: printable(e.Run)})
	}
}

// printed are values that are safe to print.
func printed(values []progress.Value) []progress.Value {
	for i, x := range values {
		values[i] = progress.Value{Label: printable(x.Label), Text: printable(x.Text)}
	}
	return values
}

// ended is why the stream of a run ended, after the last step that was heard of.
func ended(ctx context.Context, first Entry, last string, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case status.Code(err) == codes.Unavailable:
		return fmt.Errorf("the connection to %s, the coordinator, was lost%s", first.Name, last)
	}
	return plain(err)
}

// plain is an error of gRPC without its wrapping, safe to print. Several
// reasons are several errors.
func plain(err error) error {
	s, ok := status.FromError(err)
	if !ok {
		return err
	}
	return errors.Join(lines(s.Message())...)
}

// lines are the reasons in a text from another process, one a line; at least
// one, so that no failure passes for success.
func lines(text string) []error {
	var all []error
	for line := range strings.Lines(text) {
		all = append(all, errors.New(strings.TrimSpace(printable(line))))
	}
	if all == nil {
		all = []error{errors.New("no reason was given")}
	}
	return all
}

// inLine is an error in one line of a log.
func inLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
