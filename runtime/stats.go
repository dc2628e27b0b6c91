package runtime

// What a run cost one player.

import (
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
)

// Stats are the counters of one player in one run: payload bytes and messages,
// without headers and framing.
type Stats struct {
	Player string
	// SetUp is all before Start, Body all between Start and the last exchange,
	// as the link counts them.
	SetUp, Body link.Counter
	// Steps is the body by step, as the party counts it.
	Steps map[int]link.Counter
	// Rounds is the longest chain of messages since Start that ends here.
	Rounds int
	Time   time.Duration
}

// Stats returns the counters of a Run that has ended.
func (p *Party) Stats() Stats { return p.stats }

// sent and received count one message of a step.
func (s *Stats) sent(step uint32, parts [][]byte) {
	bytes := 0
	for _, b := range parts {
		bytes += len(b)
	}
	s.add(step, link.Counter{SentBytes: uint64(bytes), SentMessages: 1})
}

func (s *Stats) received(step uint32, bytes int) {
	s.add(step, link.Counter{ReceivedBytes: uint64(bytes), ReceivedMessages: 1})
}

// add counts for a step; the set-up and the last exchange, step 0, are no part
// of the body.
func (s *Stats) add(step uint32, c link.Counter) {
	if step > 0 {
		s.Steps[int(step)] = s.Steps[int(step)].Plus(c)
	}
}

// traffic is what passed so far between this player and all others.
func (p *Party) traffic() link.Counter {
	var sum link.Counter
	for _, c := range p.session.Link.Counters() {
		sum = sum.Plus(c)
	}
	return sum
}
