package runtime

// Independent steps in the same rounds.

import (
	"errors"
	"iter"
	"slices"

	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// Together carries out branches that do not depend on each other, in as many
// rounds as the longest of them: they advance stage by stage (see mpc.Net),
// and in each stage all that they send leaves before any of them waits.
//
// One branch runs at a time, in order, on every player alike; so on each
// connection messages come in the order in which they are expected. A branch
// may hold Together itself. What players outside the protocol take part in
// stands first in its branch.
func (p *Party) Together(branches ...func()) {
	around := p.branch
	var running []*branch
	defer func() {
		p.branch = around
		for _, b := range running {
			b.stop()
		}
	}()
	for _, steps := range branches {
		b := newBranch(steps)
		b.recorded, b.loops = p.recorder.Fork(), slices.Clone(p.loops)
		running = append(running, b)
		p.resume(b)
	}
	for running = unfinished(running); len(running) > 0; running = unfinished(running) {
		p.branch = around
		if around == nil {
			p.settle()
		}
		p.stage()
		for _, b := range running {
			p.resume(b)
		}
		if p.helps(p.self) {
			p.branch = around
			p.afterAhead()
			for _, b := range running {
				if b.holdsBack {
					p.resume(b)
				}
			}
		}
		p.branch = around
		p.receive()
		for _, b := range running {
			if b.waits {
				p.resume(b)
			}
		}
	}
}

// A branch is steps that pause where a stage begins, and in each stage before
// they first receive; at a helper also before they first send what is not ahead.
type branch struct {
	recorded *trace.Branch
	loops    []progress.Pass // around the step that runs

	next  func() (struct{}, bool)
	stop  func()
	pause func()
	err   error // that ended it

	holdsBack bool // paused before it sends what is not ahead
	waits     bool // paused before it receives
	sent      bool // since the stage began, what is not ahead
	received  bool // since the stage began
	ended     bool
}

// errStop ends a branch because of another.
var errStop = errors.New("another branch has failed")

func newBranch(steps func()) *branch {
	b := new(branch)
	b.next, b.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer abort.Catch(&b.err)
		b.pause = func() {
			if !yield(struct{}{}) {
				abort.Now(errStop)
			}
		}
		steps()
	})
	return b
}

// resume lets a branch go on to its next pause. What ends it ends the run.
func (p *Party) resume(b *branch) {
	p.branch, b.holdsBack, b.waits = b, false, false
	around, loops := p.recorder.Switch(b.recorded), p.loops
	p.loops = b.loops
	_, more := b.next()
	b.loops, p.loops = p.loops, loops
	p.recorder.Switch(around)
	if b.ended = !more; b.ended {
		p.recorder.Join(b.recorded)
	}
	if b.err != nil {
		abort.Now(b.err)
	}
}

func unfinished(all []*branch) []*branch {
	var out []*branch
	for _, b := range all {
		if !b.ended {
			out = append(out, b)
		}
	}
	return out
}

// stage begins the next stage of the branch that runs, if one does.
func (p *Party) stage() {
	if b := p.branch; b != nil {
		b.sent, b.received = false, false
		b.pause()
	}
}

// afterAhead is called at a helper before it sends what it does not send ahead: not
// before the other branches have sent ahead. Its messages of both kinds go through one
// connection, and its peers take those that come ahead before all others of a stage.
func (p *Party) afterAhead() {
	if b := p.branch; b != nil && !b.sent && !b.received {
		b.sent, b.holdsBack = true, true
		b.pause()
	}
}

// receive is called before something is received: not before the other
// branches have sent.
func (p *Party) receive() {
	if b := p.branch; b != nil && !b.received {
		b.received, b.waits = true, true
		b.pause()
	}
}

// send is called before something is sent. In a branch all is sent before
// anything is received: the peers expect it in this order.
func (p *Party) send() {
	if b := p.branch; b != nil && b.received {
		abort.Now(errors.New("cannot send after receiving in one stage"))
	}
}
