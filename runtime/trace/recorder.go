package trace

// Recording: what one player does, noted while it does it.

import (
	"slices"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
)

// A Level says how much is recorded. Each has what the one before it has.
type Level int

const (
	Counters Level = iota // messages and bytes by step: always
	Totals                // times, waiting, rounds and memory by step
	Spans                 // each occurrence and each message
)

// A Recorder notes what one player does in a run. One goroutine uses it. It
// takes no memory for what it does not keep, and looks at the clock from Totals
// on only.
type Recorder struct {
	level  Level
	record Record
	totals []Total              // by step
	now    func() time.Duration // since the run began

	main    Branch
	running *Branch
	lanes   []bool        // in use
	open    int           // spans, in all lanes
	charged time.Duration // until when time has been given to steps
	spoke   time.Duration // end of the last span with messages

	// What is kept, until the end.
	spans            journal[Span]
	messages         journal[Message]
	chain            journal[Growth]
	speaking, silent int // of spans: with messages and without
}

// A journal is a list that grows and never moves what it has.
type journal[T any] struct {
	full [][]T
	last []T
	len  int
}

// The first part of a journal has room for so many, each further one for twice
// as many as the one before it.
const firstPart, lastPart = 16, 4096

func (j *journal[T]) add(x T) {
	if len(j.last) == cap(j.last) {
		if j.len > 0 {
			j.full = append(j.full, j.last)
		}
		j.last = make([]T, 0, min(max(2*cap(j.last), firstPart), lastPart))
	}
	j.last = append(j.last, x)
	j.len++
}

// all is the whole list; nothing can be added after it.
func (j *journal[T]) all() []T {
	if len(j.full) == 0 {
		return j.last
	}
	return slices.Concat(append(j.full, j.last)...)
}

// A Branch is one of several sequences of steps that take turns.
type Branch struct {
	lane int
	open bool // span has begun and not ended
	span Span
}

// NewRecorder returns the recorder of a player, whose run begins now.
func NewRecorder(player string, level Level) *Recorder {
	began := time.Now()
	r := &Recorder{level: level, now: func() time.Duration { return time.Since(began) }, lanes: []bool{true}}
	r.record.Player, r.record.Began = player, began
	r.running = &r.main
	return r
}

// total is that of a step.
func (r *Recorder) total(step int) *Total {
	if n := step + 1 - len(r.totals); n > 0 {
		r.totals = append(r.totals, make([]Total, n)...)
	}
	return &r.totals[step]
}

// charge gives the time since the last call to the step that runs.
func (r *Recorder) charge() time.Duration {
	now := r.now()
	if r.running.open {
		r.total(r.running.span.Step).Time += now - r.charged
	}
	r.charged = now
	return now
}

// Begin notes that an occurrence of a step begins in the branch that runs; one
// that has not ended ends.
func (r *Recorder) Begin(step, occurrence int) {
	if r.level < Totals {
		return
	}
	r.End(0)
	now := r.charge()
	r.running.span = Span{Step: step, Occurrence: occurrence, Lane: r.running.lane, Begin: now}
	if r.open == 0 {
		r.running.span.before = now - r.spoke
	}
	r.running.open = true
	r.open++
}

// Next is the occurrence that a step would have next, where only this player
// counts them.
func (r *Recorder) Next(step int) int {
	if r.level < Totals {
		return 0
	}
	return r.total(step).Calls
}

// End notes that the step which was begun last in the branch that runs has
// ended, with a result of so many bytes.
func (r *Recorder) End(memory uint64) {
	b := r.running
	if r.level < Totals || !b.open {
		return
	}
	now := r.charge()
	b.open = false
	r.open--
	b.span.Duration = now - b.span.Begin
	t := r.total(b.span.Step)
	t.Calls++
	t.Memory = max(t.Memory, memory)
	kept, left := &r.silent, &r.record.silent
	if b.span.messages > 0 {
		t.before += b.span.before
		r.spoke = now
		kept, left = &r.speaking, &r.record.Left
	}
	if r.level >= Spans && r.room(*kept, MaxSpans/2, left) {
		*kept++
		r.spans.add(b.span)
	}
}

// room reports whether one more of a kind can be kept, and else counts what is
// left out. Spans with and without messages are kinds of their own: how many of
// the one are left out must not tell of the other.
func (r *Recorder) room(kept, limit int, left *int) bool {
	if kept >= limit {
		*left++
	}
	return kept < limit
}

// Wait is called before a message is waited for; its result is for Received.
func (r *Recorder) Wait() time.Duration {
	if r.level < Totals {
		return 0
	}
	return r.now()
}

// Sent notes a message that was handed to the link.
func (r *Recorder) Sent(to int, h link.Header, bytes int) {
	t := r.total(int(h.Step))
	t.SentBytes += uint64(bytes)
	t.SentMessages++
	if r.level >= Totals {
		r.running.span.Sent += uint64(bytes)
		r.running.span.messages++
	}
	if r.level >= Spans {
		r.message(to, h, bytes, false, r.now())
	}
}

// Received notes a message that was waited for since the time given; it has
// brought the chain of messages from one length to another.
func (r *Recorder) Received(from int, h link.Header, bytes int, since time.Duration, before, after uint32) {
	t := r.total(int(h.Step))
	t.ReceivedBytes += uint64(bytes)
	t.ReceivedMessages++
	if r.level >= Totals {
		now := r.now()
		t.Waited += now - since
		t.Rounds += int(after - before)
		span := &r.running.span
		span.Waited += now - since
		span.Received += uint64(bytes)
		span.Round = int(after)
		span.messages++
		if after > before && h.Step > 0 && r.chain.len < MaxMessages {
			r.chain.add(Growth{int(h.Step), int(after)})
		}
		r.message(from, h, bytes, true, now)
	}
}

// Held notes that the next message was held back since the time given.
func (r *Recorder) Held(step int, since time.Duration) {
	if r.level >= Totals {
		r.held(step, r.now()-since)
	}
}

func (r *Recorder) held(step int, waited time.Duration) {
	r.total(step).Waited += waited
	r.running.span.Waited += waited
}

// SentAhead notes of a message that it is sent ahead of the others, which was held
// back since the time given.
func (r *Recorder) SentAhead(step, bytes int, since time.Duration) {
	r.held(step, r.ahead(step, link.Counter{SentBytes: uint64(bytes), SentMessages: 1}, since))
}

// ReceivedAhead notes of a message that it was sent ahead.
func (r *Recorder) ReceivedAhead(step, bytes int, since time.Duration) {
	r.ahead(step, link.Counter{ReceivedBytes: uint64(bytes), ReceivedMessages: 1}, since)
}

func (r *Recorder) ahead(step int, c link.Counter, since time.Duration) (waited time.Duration) {
	t := r.total(step)
	t.Ahead = t.Ahead.Plus(c)
	if r.level >= Totals {
		waited = r.now() - since
		t.AheadWaited += waited
	}
	return waited
}

func (r *Recorder) message(peer int, h link.Header, bytes int, received bool, at time.Duration) {
	if r.level >= Spans && r.room(r.messages.len, MaxMessages, &r.record.Left) {
		r.messages.add(Message{Step: int(h.Step), Occurrence: int(h.Occurrence), Number: int(h.Seq),
			Peer: peer, Received: received, Bytes: uint64(bytes), At: at, Round: h.Chain(), Lane: r.running.lane})
	}
}

// Fork returns a branch, which Switch lets run and Join ends.
func (r *Recorder) Fork() *Branch {
	lane := slices.Index(r.lanes, false)
	if lane < 0 {
		lane = len(r.lanes)
		r.lanes = append(r.lanes, false)
	}
	r.lanes[lane] = true
	return &Branch{lane: lane}
}

// Switch lets a branch run, and returns the one that ran.
func (r *Recorder) Switch(to *Branch) *Branch {
	if r.level >= Totals {
		r.charge()
	}
	from := r.running
	r.running = to
	return from
}

// Join ends a branch.
func (r *Recorder) Join(b *Branch) { r.lanes[b.lane] = false }

// Started ends the set-up, Finished the body.
func (r *Recorder) Started() { r.record.SetUp = r.now() }

// Finished ends the body; rounds is its longest chain of messages here.
func (r *Recorder) Finished(rounds int) {
	r.record.Body, r.record.Rounds = r.now()-r.record.SetUp, rounds
}

// Stop ends the recording. A run that failed has what it came to.
func (r *Recorder) Stop() {
	r.End(0) // a run that failed in a branch
	r.running = &r.main
	r.End(0)
	r.record.Left += r.record.silent
	r.record.Spans, r.record.Messages, r.record.Chain = r.spans.all(), r.messages.all(), r.chain.all()
	if chain := r.record.Chain; len(chain) > 0 {
		r.record.Rounds = max(r.record.Rounds, chain[len(chain)-1][1]) // a run that failed has not Finished
	}
	rest := r.now() - r.record.Total()
	if r.record.SetUp == 0 {
		r.record.SetUp = rest
	} else {
		r.record.End = rest
	}
	for step, t := range r.totals {
		if t.Calls > 0 || t.SentMessages+t.ReceivedMessages > 0 {
			t.Step = step
			r.record.Steps = append(r.record.Steps, t)
		}
	}
}

// Record is the player's own record: after Stop.
func (r *Recorder) Record() *Record { return &r.record }
