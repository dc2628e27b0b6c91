package cost

// The tally: bytes and messages of each player, and bytes of each step.

import (
	"github.com/tfec-lang/tfec/lang/types"
)

// A multiple says how often a node of the plan is carried out. In a tree, whose
// axis it then has, each time is a message for each level.
type multiple struct {
	times, messages types.Size
	axis            *types.Size
}

// counts are what passes between one player and all others; ahead is what of
// the bytes helpers send ahead.
type counts struct {
	sent, received                 amount
	aheadSent, aheadReceived       amount
	sentMessages, receivedMessages types.Size
}

// A line is what one step adds up to.
type line struct {
	elements     types.Size
	bytes, ahead amount
}

type tally struct {
	players []counts
	lines   map[int]*line // by step
	loops   map[int]*loop // by step
	bounds  bounds
}

// A loop is how often each run of it makes a pass, and what a pass and all
// passes of all runs send.
type loop struct {
	trip      types.Size
	pass, all amount
}

func newTally(players int, b bounds) *tally {
	return &tally{make([]counts, players), make(map[int]*line), make(map[int]*loop), b}
}

func (t *tally) block(plan []node, m multiple) {
	for _, n := range plan {
		switch n := n.(type) {
		case sending:
			t.sending(n, m)
		case passes:
			t.passes(n, m)
		case choice:
			t.choice(n, m)
		case together:
			for _, b := range n.branches {
				t.block(b, m)
			}
		}
	}
}

func (t *tally) sending(s sending, m multiple) {
	l := t.line(s.at.Step)
	l.elements = l.elements.Add(s.shown.Mul(m.times))
	for _, stage := range s.stages {
		for _, x := range stage {
			from, to := &t.players[x.From], &t.players[x.To]
			from.sent.add(x.Bits, s.elements, m)
			to.received.add(x.Bits, s.elements, m)
			l.bytes.add(x.Bits, s.elements, m)
			if x.Ahead {
				for _, a := range []*amount{&from.aheadSent, &to.aheadReceived, &l.ahead} {
					a.add(x.Bits, s.elements, m)
				}
			}
			from.sentMessages = from.sentMessages.Add(m.messages)
			to.receivedMessages = to.receivedMessages.Add(m.messages)
		}
	}
}

func (t *tally) line(step int) *line {
	if t.lines[step] == nil {
		t.lines[step] = new(line)
	}
	return t.lines[step]
}

func (t *tally) passes(n passes, m multiple) {
	if n.at != nil && sends(n.body) {
		t.loop(n, m)
	}
	m.messages = m.messages.Mul(n.trip)
	if n.axis == nil {
		m.times = m.times.Mul(n.trip)
	} else {
		m.axis = n.axis
	}
	t.block(n.body, m)
}

func (t *tally) loop(n passes, m multiple) {
	one := newTally(len(t.players), t.bounds)
	one.block(n.body, multiple{times: types.Int(1), messages: types.Int(1)})
	l := t.loops[n.at.Step]
	if l == nil {
		l = &loop{trip: n.trip, pass: one.sent()}
		t.loops[n.at.Step] = l
	}
	l.all.plus(one.sent().times(m.times.Mul(n.trip)))
}

// sent is what all players send.
func (t *tally) sent() (all amount) {
	for _, x := range t.players {
		all.plus(x.sent)
	}
	return all
}

// choice takes at each player the arm in which it sends or receives more; its
// lines have both.
func (t *tally) choice(n choice, m multiple) {
	var arms [2]*tally
	for k := range arms {
		arms[k] = &tally{make([]counts, len(t.players)), t.lines, t.loops, t.bounds}
		arms[k].block(n.arms[k], m)
	}
	for p := range t.players {
		x, y, sum := arms[0].players[p], arms[1].players[p], &t.players[p]
		sum.sent.plus(t.bounds.most(x.sent, y.sent))
		sum.received.plus(t.bounds.most(x.received, y.received))
		sum.aheadSent.plus(t.bounds.most(x.aheadSent, y.aheadSent))
		sum.aheadReceived.plus(t.bounds.most(x.aheadReceived, y.aheadReceived))
		sum.sentMessages = sum.sentMessages.Add(t.bounds.mostSize(x.sentMessages, y.sentMessages))
		sum.receivedMessages = sum.receivedMessages.Add(t.bounds.mostSize(x.receivedMessages, y.receivedMessages))
	}
}

// most is the greater of two amounts or, if that is not certain, both.
func (b bounds) most(x, y amount) amount {
	return amount{b.mostSize(x.whole, y.whole), b.mostSize(x.rounded, y.rounded)}
}

func (b bounds) mostSize(x, y types.Size) types.Size {
	if z, ok := b.greater(x, y); ok {
		return z
	}
	return x.Add(y)
}
