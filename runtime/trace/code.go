package trace

// Records as bytes: what players send, and what a trace file keeps. All is
// numbers, as varints of encoding/binary in the order of a record's fields; a
// list has its length before it. They are read with bounds, since they may come
// from anyone: what is made for a list is within what a record may hold, and
// within the bytes that are there.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
)

// What a record may hold: the spans and messages that a Recorder keeps, and
// its bytes.
const (
	MaxSpans    = 200_000
	MaxMessages = 200_000
	MaxRecord   = 64 << 20
)

// largest bounds every number in a record: sums of them stay within 64 bits.
const largest = 1 << 56

// form is the first number of a record: another one is another way to write it.
const form = 1

// A coder goes over a record, to write it or to read it. After an error it
// reads zeros.
type coder struct {
	data    []byte // what is written, or what is still to be read
	reading bool
	steps   int // a record that is read has totals of so many at most
	err     error
}

// Encode writes a record.
func (r *Record) Encode() []byte {
	const each = 32 // bytes, of most spans and messages
	c := &coder{data: make([]byte, 0, 256+each*(len(r.Steps)+len(r.Spans)+len(r.Messages)))}
	r.code(c)
	return c.data
}

// Decode reads the record that a player of run sent, and checks that it can be
// one: of this player, and with steps and players of the run.
func (run *Run) Decode(player string, data []byte) (*Record, error) {
	r, err := run.decode(data)
	if err != nil {
		return nil, fmt.Errorf("cannot read the record of %s: %w", player, err)
	}
	r.Player = player // not what it says of itself
	if err := run.check(r); err != nil {
		return nil, fmt.Errorf("the record of %s cannot be: %w", player, err)
	}
	return r, nil
}

func (run *Run) decode(data []byte) (*Record, error) {
	if len(data) > MaxRecord {
		return nil, fmt.Errorf("it has %d bytes, more than %d", len(data), MaxRecord)
	}
	r, c := new(Record), &coder{data: data, reading: true, steps: len(run.Steps) + 1}
	r.code(c)
	if len(c.data) > 0 {
		c.fail(errors.New("more follows it"))
	}
	return r, c.err
}

func (r *Record) code(c *coder) {
	written := form
	number(c, &written)
	if written != form {
		c.fail(fmt.Errorf("it is of the form %d, this program reads the form %d", written, form))
	}
	c.text(&r.Player)
	c.moment(&r.Began)
	c.truth(&r.Partial)
	number(c, &r.SetUp)
	number(c, &r.Body)
	number(c, &r.End)
	number(c, &r.Rounds)
	number(c, &r.Left)
	list(c, "steps", &r.Steps, c.steps, (*Total).code)
	list(c, "lengths of the chain", &r.Chain, MaxMessages, (*Growth).code)
	list(c, "spans", &r.Spans, MaxSpans, (*Span).code)
	list(c, "messages", &r.Messages, MaxMessages, (*Message).code)
}

func (t *Total) code(c *coder) {
	number(c, &t.Step)
	number(c, &t.Calls)
	number(c, &t.Time)
	number(c, &t.Waited)
	number(c, &t.Rounds)
	number(c, &t.Memory)
	c.counter(&t.Counter)
	c.counter(&t.Ahead)
	number(c, &t.AheadWaited)
}

func (g *Growth) code(c *coder) {
	number(c, &g[0])
	number(c, &g[1])
}

func (s *Span) code(c *coder) {
	number(c, &s.Step)
	number(c, &s.Occurrence)
	number(c, &s.Lane)
	number(c, &s.Begin)
	number(c, &s.Duration)
	number(c, &s.Waited)
	number(c, &s.Sent)
	number(c, &s.Received)
	number(c, &s.Round)
}

func (m *Message) code(c *coder) {
	number(c, &m.Step)
	number(c, &m.Occurrence)
	number(c, &m.Number)
	number(c, &m.Peer)
	c.truth(&m.Received)
	number(c, &m.Bytes)
	number(c, &m.At)
	number(c, &m.Round)
	number(c, &m.Lane)
}

func (c *coder) counter(n *link.Counter) {
	number(c, &n.SentBytes)
	number(c, &n.ReceivedBytes)
	number(c, &n.SentMessages)
	number(c, &n.ReceivedMessages)
}

// number is one from 0 to largest.
func number[T ~int | ~int64 | ~uint64](c *coder, x *T) {
	if !c.reading {
		c.data = binary.AppendUvarint(c.data, uint64(*x))
		return
	}
	n, size := binary.Uvarint(c.data)
	switch {
	case size <= 0:
		c.fail(errors.New("it ends too early"))
		return
	case n > largest:
		c.fail(fmt.Errorf("the number %d is too large", n))
		return
	}
	*x, c.data = T(n), c.data[size:]
}

// truth is a number too, 0 or 1.
func (c *coder) truth(b *bool) {
	n := 0
	if *b {
		n = 1
	}
	number(c, &n)
	if n > 1 {
		c.fail(fmt.Errorf("%d is neither 0 nor 1", n))
	}
	*b = n == 1
}

// moment is in nanoseconds since 1970.
func (c *coder) moment(t *time.Time) {
	if !c.reading {
		c.data = binary.AppendVarint(c.data, t.UnixNano())
		return
	}
	n, size := binary.Varint(c.data)
	if size <= 0 {
		c.fail(errors.New("it ends too early"))
		return
	}
	*t, c.data = time.Unix(0, n).UTC(), c.data[size:]
}

func (c *coder) text(s *string) {
	n := len(*s)
	number(c, &n)
	switch {
	case !c.reading:
		c.data = append(c.data, *s...)
	case n > len(c.data):
		c.fail(errors.New("it ends too early"))
	default:
		*s, c.data = string(c.data[:n]), c.data[n:]
	}
}

// list has most elements at most, of a byte at least.
func list[T any](c *coder, name string, l *[]T, most int, code func(*T, *coder)) {
	n := len(*l)
	number(c, &n)
	if c.reading && n > 0 {
		if n > min(most, len(c.data)) {
			c.fail(fmt.Errorf("%d %s, at most %d and in %d bytes", n, name, most, len(c.data)))
			return
		}
		*l = make([]T, n)
	}
	for i := range *l {
		if code(&(*l)[i], c); c.err != nil {
			return
		}
	}
}

// fail ends the reading; what follows is zeros.
func (c *coder) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.data = nil
}

// checkAll refuses a run that cannot have been: players are different, steps
// ascend, and records are of players, in their order.
func (run *Run) checkAll() error {
	index := make(map[string]int)
	for i, p := range run.Players {
		if _, repeated := index[p.Name]; repeated {
			return fmt.Errorf("the player %q is there twice", p.Name)
		}
		index[p.Name] = i
	}
	last := 0
	for _, s := range run.Steps {
		if s.Number <= last {
			return fmt.Errorf("step %d comes after step %d", s.Number, last)
		}
		last = s.Number
	}
	next := 0
	for _, x := range run.Records {
		i, known := index[x.Player]
		switch {
		case !known:
			return fmt.Errorf("the record of %q is of no player", x.Player)
		case i < next:
			return fmt.Errorf("the record of %q is not in the order of the players", x.Player)
		}
		if err := run.check(&x); err != nil {
			return fmt.Errorf("the record of %q cannot be: %w", x.Player, err)
		}
		next = i + 1
	}
	return nil
}

// check refuses a record whose numbers no player of the run can have noted.
func (run *Run) check(r *Record) error {
	steps := map[int]bool{0: true}
	for _, s := range run.Steps {
		steps[s.Number] = true
	}
	if err := run.checkChain(r, steps); err != nil {
		return err
	}
	last := -1
	for _, t := range r.Steps {
		if !steps[t.Step] || t.Step <= last {
			return fmt.Errorf("step %d after %d", t.Step, last)
		}
		last = t.Step
	}
	for _, s := range r.Spans {
		if !steps[s.Step] || s.Lane > MaxSpans {
			return fmt.Errorf("a span of step %d in lane %d", s.Step, s.Lane)
		}
	}
	for _, m := range r.Messages {
		if !steps[m.Step] || m.Peer >= len(run.Players) {
			return fmt.Errorf("a message of step %d with player %d", m.Step, m.Peer)
		}
	}
	return nil
}

// checkChain refuses a chain that does not grow, or beyond the rounds.
func (run *Run) checkChain(r *Record, steps map[int]bool) error {
	last := 0
	for _, g := range r.Chain {
		if !steps[g[0]] || g[1] <= last || g[1] > r.Rounds {
			return fmt.Errorf("a chain of %d after %d messages, at step %d", g[1], last, g[0])
		}
		last = g[1]
	}
	return nil
}
