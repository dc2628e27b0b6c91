// Following a run: heartbeats, and which player is the reason when it fails.

package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tfec-lang/tfec/runtime/progress"
)

// A note is a report, or the end of a player's stream.
type note struct {
	member *member
	report report
	lost   bool
}

// A following is a run that has begun.
type following struct {
	*coordination
	notes    chan note
	done     chan struct{}
	forwards sync.WaitGroup // of each member

	// hearsay is what players say of others. Another's own failure, or its
	// silence, is the better reason, and is waited for until settle.
	hearsay []note
	settle  <-chan time.Time
}

// settleTime is how much later a failure may show at its source than at a peer.
const settleTime = time.Second

// follow returns when all players have finished, or with the reason why the
// run has failed.
func (f *following) follow(ctx context.Context) error {
	for _, m := range f.members {
		f.forwards.Go(func() { f.forward(m) })
	}
	tick := time.NewTicker(tickOf(f.PeerTimeout))
	defer tick.Stop()
	for f.running() {
		var err error
		select {
		case n := <-f.notes:
			err = f.note(n)
		case <-tick.C:
			err = f.beat()
		case <-f.settle:
			err = f.verdict()
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
	}
	return f.verdict()
}

// forward makes notes of a player's reports. A part of a record is none: it may
// have to wait for the client.
func (f *following) forward(m *member) {
	for {
		select {
		case r, ok := <-m.reports:
			if inParts(r.Kind) {
				f.record(m, r)
				continue
			}
			r.Record = f.wanted(m, r)
			select {
			case f.notes <- note{m, r, !ok}:
			case <-f.done:
				return
			}
			if !ok {
				return
			}
		case <-f.done:
			return
		}
	}
}

func (f *following) running() bool {
	return slices.ContainsFunc(f.members, func(m *member) bool { return !m.ended })
}

// note takes a report in; an error is the end of the run.
func (f *following) note(n note) error {
	m, r := n.member, n.report
	m.heard = time.Now()
	switch {
	case r.Step < 0:
		return fmt.Errorf("%s reports step %d", m.name, r.Step)
	case len(r.Loops) > progress.Depth || len(r.Values) > progress.MaxValues:
		return fmt.Errorf("%s reports %d loops and %d values", m.name, len(r.Loops), len(r.Values))
	case n.lost && m.ended:
		return nil
	case n.lost:
		return f.failure(m, "the connection to it was lost")
	}
	switch r.Kind {
	case reportAlive:
		f.alive(m, r)
	case reportDone:
		if !m.ended {
			f.tell(Event{Kind: EventDone, Player: m.name, Text: "has finished", Record: r.Record})
		}
		m.ended, m.moved = true, m.heard
	case reportFailed:
		m.last = r
		return f.failure(m, printable(r.Text))
	case reportFollows:
		m.ended = true
		f.suspect(n)
	default:
		return fmt.Errorf("%s reports %q", m.name, printable(r.Kind))
	}
	return nil
}

func (f *following) alive(m *member, r report) {
	stepped, passed := r.Step != m.last.Step, r.Count != m.last.Count
	if stepped || passed || r.Waiting == "" {
		m.moved = m.heard
	}
	m.last = r
	if stepped || passed && !f.alone {
		rounds, bytes := f.passed()
		f.tell(Event{Kind: EventProgress, Player: m.name, Step: r.Step, Loops: r.Loops, Values: r.Values, Text: stepOf(r), Rounds: rounds, Bytes: bytes})
	}
}

// passed are the rounds and the bytes so far, of all players.
func (f *following) passed() (rounds, bytes uint64) {
	for _, m := range f.members {
		rounds, bytes = max(rounds, m.last.Rounds), bytes+m.last.Bytes
	}
	return rounds, bytes
}

func (f *following) suspect(n note) {
	if f.hearsay == nil {
		f.settle = time.After(min(settleTime, f.PeerTimeout/4))
	}
	f.hearsay = append(f.hearsay, n)
}

// verdict is the hearsay at the end of the chain: of a player that does not
// itself stop because of another.
func (f *following) verdict() error {
	if f.hearsay == nil {
		return nil
	}
	follows := func(player string) bool {
		return slices.ContainsFunc(f.hearsay, func(n note) bool { return Same(n.member.name, player) })
	}
	i := max(0, slices.IndexFunc(f.hearsay, func(n note) bool { return !follows(n.report.Peer) }))
	return fmt.Errorf("%s reports: %s", f.hearsay[i].member.name, printable(f.hearsay[i].report.Text))
}

// failure is the reason that everybody gets. Before the start of a run that is
// only that a player stopped.
func (f *following) failure(m *member, why string) error {
	text := m.name + " stopped in the set-up"
	if m.last.Step > 0 {
		text = m.name + " failed " + at(m.last)
	}
	if why != "" {
		text += ": " + why
	}
	return errors.New(text)
}

// beat sends the heartbeats and looks for players that are silent, and for a
// run in which each waits for another. Who waits for one that has just finished
// is about to go on.
func (f *following) beat() error {
	var waits []string
	stuck := true
	for _, m := range f.members {
		unread := m.beat()
		stuck = stuck && time.Since(m.moved) > f.silence()
		if m.ended {
			continue
		}
		if unread > f.silence() {
			return f.failure(m, fmt.Sprintf("it has read no order for %v", f.PeerTimeout))
		}
		if time.Since(m.heard) > f.silence() {
			return f.failure(m, fmt.Sprintf("it has not been heard for %v", f.PeerTimeout))
		}
		waits = append(waits, fmt.Sprintf("%s %s waits for %s", m.name, at(m.last), printable(m.last.Waiting)))
	}
	if stuck {
		return errors.New("no player goes on: " + strings.Join(waits, ", "))
	}
	return nil
}

// silence ends a run a little before PeerTimeout, since it is seen only at the
// next tick and has to be told to everybody.
func (v *serving) silence() time.Duration { return v.PeerTimeout - 2*tickOf(v.PeerTimeout) }
