// The pulse of a run: what its own goroutine does, seen from beside it.

package session

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/progress"
)

// A pulse is a link that notes what passes through it.
type pulse struct {
	*link.Meter

	signs   atomic.Uint64 // of life: calls of the link and of Progress
	waiting atomic.Int64  // index of the player whose message is waited for, plus 1
	begun   atomic.Bool   // before, the players connect, which has its own end
	stepped chan struct{} // the step has changed

	mu     sync.Mutex
	at     progress.Place   // the last one
	values []progress.Value // the last of each label; it is replaced, never changed

	seen uint64 // signs at the last heartbeat
}

func newPulse(l link.Link) *pulse {
	return &pulse{Meter: link.Metered(l), stepped: make(chan struct{}, 1)}
}

func (p *pulse) progress(at progress.Place) {
	p.signs.Add(1)
	p.mu.Lock()
	before := p.at.Step
	p.at = at
	p.mu.Unlock()
	if before == at.Step {
		return
	}
	select {
	case p.stepped <- struct{}{}:
	default: // not yet reported
	}
}

// disclosed keeps a value for the next report: of so many labels, those that came up
// first.
func (p *pulse) disclosed(x progress.Value) {
	p.mu.Lock()
	defer p.mu.Unlock()
	values := progress.With(p.values, x)
	p.values = values[:min(len(values), progress.MaxValues)]
}

// place is where the run is, and what it has disclosed to everybody.
func (p *pulse) place() (progress.Place, []progress.Value) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at, p.values
}

func (p *pulse) Send(ctx context.Context, to int, h link.Header, parts ...[]byte) error {
	p.signs.Add(1)
	return p.Meter.Send(ctx, to, h, parts...)
}

func (p *pulse) Recv(ctx context.Context, from int, size int) (link.Header, []byte, error) {
	defer p.wait(from)()
	return p.Meter.Recv(ctx, from, size)
}

func (p *pulse) RecvAny(ctx context.Context, from int, limit int) (link.Header, []byte, error) {
	defer p.wait(from)()
	return p.Meter.RecvAny(ctx, from, limit)
}

func (p *pulse) Pace(ctx context.Context, to int, most int) error {
	defer p.wait(to)()
	return p.Meter.Pace(ctx, to, most)
}

func (p *pulse) wait(from int) (received func()) {
	p.waiting.Store(int64(from) + 1)
	return func() {
		p.waiting.Store(0)
		p.signs.Add(1)
	}
}

// alive reports whether the run's goroutine has shown a sign of life since the
// last call. To wait for a player is one: it is then the other's turn.
func (p *pulse) alive() bool {
	signs := p.signs.Load()
	alive := signs != p.seen || p.waiting.Load() != 0 || !p.begun.Load()
	p.seen = signs
	return alive
}

// waitsFor names the player whose message is waited for.
func (p *pulse) waitsFor() string {
	i := p.waiting.Load()
	if i == 0 {
		return ""
	}
	return p.Players()[i-1]
}
