package runtime

// Messages of one step: headers, sequence numbers and the logical clock.

import (
	"fmt"
	"time"

	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/progress"
)

// Set-up and last exchange are step 0; the occurrence tells them apart.
const (
	helloRound = iota
	sizeRound
	startRound
	lastRound
)

// A stepNet is the mpc.Net of one occurrence of one step.
type stepNet struct {
	p              *Party
	at             place
	sent, received []uint32 // messages by peer
	// ahead is the chain of messages before what a helper has sent ahead in this
	// stage: what is sent in it comes after that.
	ahead uint32
}

// A place is where in a run a message belongs.
type place struct{ step, occurrence uint32 }

func (p *Party) net(at place) *stepNet {
	n := len(p.prog.Players)
	return &stepNet{p: p, at: at, sent: make([]uint32, n), received: make([]uint32, n)}
}

// at begins a step of the body. Nothing leaves a player before Start.
func (p *Party) at(step int) *stepNet {
	n := uint32(step)
	if !p.started {
		abort.Now(fmt.Errorf("%s comes before the start of the run", p.prog.Describe(n)))
	}
	occurrence := p.occurrences[n]
	p.occurrences[n]++
	p.tell()
	p.recorder.Begin(step, int(occurrence))
	return p.net(place{n, occurrence})
}

// progress keeps the last step at which this player sent or received, and the
// loops around it: only that may leave it.
func (p *Party) progress(step uint32) {
	if step == 0 {
		return // the last exchange
	}
	p.step = step
	p.place = progress.Place{Step: int(step)}
	copy(p.place.Loops[:], p.loops)
	p.tell()
}

// tell tells of the last place. Telling it again is a sign of life.
func (p *Party) tell() {
	if p.session.Progress != nil && p.step != 0 {
		p.session.Progress(p.place)
	}
}

func (n *stepNet) Self() int { return n.p.self }

func (n *stepNet) Stage() {
	if n.p.branch == nil {
		n.p.settle()
	}
	n.p.stage()
}

func (n *stepNet) Send(to int, parts ...[]byte) {
	switch {
	case n.p.helps(n.p.self):
		n.p.afterAhead()
	case n.p.computes(to) && !n.p.computes(n.p.self):
		n.p.recorder.Held(int(n.at.step), n.pace(to))
	}
	n.send(to, max(n.p.clock, n.ahead), parts)
}

// maxLead bounds the bytes that a helper, or a player that gives its inputs in a loop,
// is ahead of each computing player, beside a message. Neither waits for messages. They
// send in the order in which all computing players receive, so that to wait for one of
// these ends.
const maxLead = 64 << 20

// pace waits until a player's lead is within bounds, and returns since when.
func (n *stepNet) pace(to int) (since time.Duration) {
	since = n.p.recorder.Wait()
	if err := n.p.session.Link.Pace(n.p.ctx, to, maxLead); err != nil {
		n.fail(err)
	}
	return since
}

// SendAhead begins no chain of messages: only once something has reached the helper, what
// it sends comes after that.
func (n *stepNet) SendAhead(to int, parts ...[]byte) {
	n.p.recorder.SentAhead(int(n.at.step), length(parts), n.pace(to))
	clock := n.p.clock
	if clock == 0 {
		clock = link.NoChain
	}
	n.send(to, clock, parts)
}

func (n *stepNet) send(to int, clock uint32, parts [][]byte) {
	n.p.send()
	n.p.progress(n.at.step)
	h := link.Header{Step: n.at.step, Occurrence: n.at.occurrence, Seq: n.sent[to], Clock: clock}
	n.sent[to]++
	if err := n.p.session.Link.Send(n.p.ctx, to, h, parts...); err != nil {
		n.fail(err)
	}
	n.p.recorder.Sent(to, h, length(parts))
}

func length(parts [][]byte) (n int) {
	for _, b := range parts {
		n += len(b)
	}
	return n
}

// Recv waits for the other branches to send.
func (n *stepNet) Recv(from int, size int) []byte {
	n.p.receive()
	_, payload := n.recv(from, size)
	return payload
}

// settle ends a stage of the logical clock: what is sent in one comes after what was received
// before it.
func (p *Party) settle() { p.clock = max(p.clock, p.latest) }

func (n *stepNet) RecvAhead(from int, size int) []byte {
	since := n.p.recorder.Wait()
	h, payload := n.recv(from, size)
	n.ahead = max(n.ahead, h.Clock+1)
	n.p.recorder.ReceivedAhead(int(n.at.step), size, since)
	return payload
}

func (n *stepNet) recv(from, size int) (link.Header, []byte) {
	n.p.progress(n.at.step)
	since := n.p.recorder.Wait()
	h, payload, err := n.p.session.Link.Recv(n.p.ctx, from, size)
	n.accept(from, h, len(payload), since, err)
	return h, payload
}

// recvAny is Recv for a message of unknown length.
func (n *stepNet) recvAny(from int, limit int) []byte {
	since := n.p.recorder.Wait()
	h, payload, err := n.p.session.Link.RecvAny(n.p.ctx, from, limit)
	n.accept(from, h, len(payload), since, err)
	return payload
}

// accept compares the header of a message with what must come next, advances
// the clock, and notes the message, which was waited for since the time given.
// A peer that is elsewhere is named as such even where its message has another
// length, too.
func (n *stepNet) accept(from int, h link.Header, bytes int, since time.Duration, err error) {
	got := place{h.Step, h.Occurrence}
	if got != n.at && (err == nil || h.Step != 0) {
		abort.Now(n.p.mismatch(from, got, n.at))
	}
	if err != nil {
		n.fail(err)
	}
	if h.Seq != n.received[from] {
		abort.Now(openly("%s sent message %d of %s, %s expected %d", n.p.prog.Players[from],
			h.Seq, n.p.prog.Describe(h.Step), n.p.prog.Player, n.received[from]))
	}
	n.received[from]++
	before := n.p.latest
	n.p.latest = max(before, h.Clock+1)
	n.p.recorder.Received(from, h, bytes, since, before, n.p.latest)
}

// mismatch reads "s1 is at step 10 (divide, average.tfe:14), carol expected 11".
func (p *Party) mismatch(from int, got, want place) error {
	peer, self := p.prog.Players[from], p.prog.Player
	if got.step != want.step {
		return openly("%s is at %s, %s expected %d", peer, p.prog.Describe(got.step), self, want.step)
	}
	return openly("%s is at %s, pass %d, %s expected pass %d", peer, p.prog.Describe(got.step),
		got.occurrence+1, self, want.occurrence+1)
}

// fail ends the run because of a peer, or because the run was cancelled.
func (n *stepNet) fail(err error) {
	abort.Now(fmt.Errorf("%w, at %s", err, n.p.prog.Describe(n.at.step)))
}

// Stream hands out the keyed stream of this step; asking twice ends the run.
func (n *stepNet) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	s, err := n.p.keys.Stream(set, n.at.step, n.at.occurrence, purpose)
	if err != nil {
		abort.Now(fmt.Errorf("%s: %w", n.p.prog.Describe(n.at.step), err))
	}
	return s
}

// Describe names a step as in "step 10 (divide, average.tfe:14)".
func (prog *Program) Describe(step uint32) string {
	if step == 0 {
		return "the set-up"
	}
	for _, s := range prog.Steps {
		if uint32(s.Number) == step {
			return fmt.Sprintf("step %d (%s, %s)", step, s.Op, s.Source(prog))
		}
	}
	return fmt.Sprintf("step %d", step)
}

// An openError is a failure that every player may read: it tells of nothing
// but programs, sizes, public inputs and steps.
type openError struct{ error }

func (e openError) Unwrap() error { return e.error }

// Reason is what the other players and the client are told.
func (e openError) Reason() string { return e.Error() }

// openly makes an error that everybody may read.
func openly(format string, args ...any) error { return openError{fmt.Errorf(format, args...)} }
