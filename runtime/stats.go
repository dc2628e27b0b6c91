package runtime

// What a run cost one player.

import (
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// Stats are the counters of one player in one run: payload bytes and messages,
// without headers and framing.
type Stats struct {
	Player string
	// SetUp is all before Start, Body all between Start and the last exchange,
	// as the link counts them.
	SetUp, Body link.Counter
	// Ahead is what of the body a helper sent ahead: corrections of randomness that
	// depend on no data. All else is sent online.
	Ahead link.Counter
	// Steps is the body by step, as the party counts it.
	Steps map[int]link.Counter
	// Rounds is the longest chain of messages since Start that ends here.
	Rounds int
	Time   time.Duration
}

// Stats returns the counters of a Run that has ended.
func (p *Party) Stats() Stats {
	s, r := p.stats, p.Record()
	s.Time, s.Steps = r.Total(), make(map[int]link.Counter)
	for _, t := range r.Steps {
		if t.Step > 0 && t.Counter != (link.Counter{}) {
			s.Steps[t.Step] = t.Counter
		}
		s.Ahead = s.Ahead.Plus(t.Ahead)
	}
	return s
}

// Record returns what this player noted of a Run that has ended, as much as the
// session asked for. It is for this player's operator; Record.Shared may leave
// it.
func (p *Party) Record() *trace.Record { return p.recorder.Record() }

// traffic is what passed so far between this player and all others.
func (p *Party) traffic() link.Counter {
	var sum link.Counter
	for _, c := range p.session.Link.Counters() {
		sum = sum.Plus(c)
	}
	return sum
}
