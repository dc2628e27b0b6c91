// Telling a client of its run: beside the run, so that one that does not read
// holds up nobody.

package session

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errUnread is the end of a run, or of the stream of one that is finished, whose
// client answers but does not read.
var errUnread = errors.New("does not read how it goes")

// A teller sends events to a client, in order, from a goroutine of its own.
type teller struct {
	*serving
	ctx   context.Context // the client's
	leave context.CancelCauseFunc

	mu      sync.Mutex // guards the places in events
	events  chan Event // has a place for each that is never dropped, and passing ones
	records chan Event
	last    chan struct{} // closed: nothing but what is in events is to come
	ended   chan struct{} // closed: the goroutine has
}

// passing is how many events that may be dropped wait for a client to read.
const passing = 32

func (v *serving) newTeller(client context.Context, send func(Event) error) *teller {
	t := &teller{serving: v, events: make(chan Event, passing+1+len(v.Hostmap.Entries)), records: make(chan Event),
		last: make(chan struct{}), ended: make(chan struct{})}
	t.ctx, t.leave = context.WithCancelCause(client)
	go func() {
		defer close(t.ended)
		for e, ok := t.next(); ok && send(e) == nil; e, ok = t.next() {
		}
	}()
	return t
}

// next is the next event to send, if there is one.
func (t *teller) next() (Event, bool) {
	select {
	case e := <-t.events:
		return e, true
	case e := <-t.records:
		return e, true
	case <-t.last:
	}
	select {
	case e := <-t.events:
		return e, true
	default:
		return Event{}, false
	}
}

// tell waits with a record alone: the start, and the end at each player, have a
// place, and others are dropped for a client that does not keep up.
func (t *teller) tell(e Event) {
	if inParts(e.Kind) {
		t.record(e)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.Kind == EventStart || e.Kind == EventDone || len(t.events) < passing {
		t.events <- e
	}
}

// record ends the run of a client that does not take a record.
func (t *teller) record(e Event) {
	timer := time.NewTimer(t.silence())
	defer timer.Stop()
	select {
	case t.records <- e:
	case <-t.ended:
	case <-t.ctx.Done():
	case <-timer.C:
		t.leave(errUnread)
	}
}

// end waits until everything is sent, unless the client does not read.
func (t *teller) end() error {
	defer t.leave(nil)
	close(t.last)
	timer := time.NewTimer(t.silence())
	defer timer.Stop()
	select {
	case <-t.ended:
		return nil
	case <-t.ctx.Done():
		return context.Cause(t.ctx)
	case <-t.runs.Done():
	case <-timer.C:
	}
	return errUnread
}
