package trace

// Records and runs as JSON: what players send, and what a trace file keeps.
// Both are read strictly and with bounds, since either may come from anyone.

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
)

// What a record may hold: the spans and messages that a Recorder keeps, and
// the bytes of a record as JSON.
const (
	MaxSpans    = 200_000
	MaxMessages = 200_000
	MaxRecord   = 64 << 20
)

// MarshalJSON writes a span as its numbers alone: there are many of them.
func (s Span) MarshalJSON() ([]byte, error) {
	return array(uint64(s.Step), uint64(s.Occurrence), uint64(s.Lane), uint64(s.Begin), uint64(s.Duration), uint64(s.Waited), s.Sent, s.Received, uint64(s.Round)), nil
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (s *Span) UnmarshalJSON(b []byte) error {
	n, err := numbers(b)
	if err == nil {
		*s = Span{Step: int(n[0]), Occurrence: int(n[1]), Lane: int(n[2]), Begin: time.Duration(n[3]), Duration: time.Duration(n[4]), Waited: time.Duration(n[5]),
			Sent: n[6], Received: n[7], Round: int(n[8])}
	}
	return err
}

// MarshalJSON writes a message as its numbers alone.
func (m Message) MarshalJSON() ([]byte, error) {
	received := uint64(0)
	if m.Received {
		received = 1
	}
	return array(uint64(m.Step), uint64(m.Occurrence), uint64(m.Number), uint64(m.Peer), received, m.Bytes, uint64(m.At), uint64(m.Round), uint64(m.Lane)), nil
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (m *Message) UnmarshalJSON(b []byte) error {
	n, err := numbers(b)
	if err == nil {
		*m = Message{Step: int(n[0]), Occurrence: int(n[1]), Number: int(n[2]), Peer: int(n[3]), Received: n[4] != 0, Bytes: n[5], At: time.Duration(n[6]), Round: int(n[7]), Lane: int(n[8])}
	}
	return err
}

// fields is how many numbers a span has, and a message.
const fields = 9

// array writes numbers as JSON.
func array(numbers ...uint64) []byte {
	b := append(make([]byte, 0, 128), '[')
	for i, n := range numbers {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, n, 10)
	}
	return append(b, ']')
}

// largest bounds every number in a record: sums of them stay within 64 bits.
const largest = 1 << 56

// numbers reads an array, which is JSON, of numbers from 0.
func numbers(b []byte) (n [fields]uint64, err error) {
	if count := bytes.Count(b, []byte(",")) + 1; count != fields {
		return n, fmt.Errorf("%d numbers, want %d", count, fields)
	}
	rest := bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("[")), []byte("]"))
	for i := range n {
		text, after, _ := bytes.Cut(rest, []byte(","))
		if n[i], err = number(bytes.TrimSpace(text)); err != nil {
			return n, err
		}
		rest = after
	}
	return n, nil
}

// number reads the digits of a number of a record.
func number(digits []byte) (n uint64, err error) {
	for _, c := range digits {
		if c < '0' || '9' < c {
			return 0, fmt.Errorf("%q is no number from 0", digits)
		}
		if n = 10*n + uint64(c-'0'); n > largest {
			return 0, fmt.Errorf("the number %s is too large", digits)
		}
	}
	if len(digits) == 0 {
		return 0, errors.New("a number is missing")
	}
	return n, nil
}

// Encode writes a record as JSON.
func (r *Record) Encode() ([]byte, error) { return json.Marshal(r) }

// Decode reads the record that a player of run sent, and checks that it can be
// one: of this player, and with steps and players of the run.
func (run *Run) Decode(player string, data []byte) (*Record, error) {
	if len(data) > MaxRecord {
		return nil, fmt.Errorf("the record of %s has %d bytes, more than %d", player, len(data), MaxRecord)
	}
	var r Record
	if err := strictly(data, &r); err != nil {
		return nil, fmt.Errorf("cannot read the record of %s: %w", player, err)
	}
	r.Player = player // not what it says of itself
	if err := run.check(&r); err != nil {
		return nil, fmt.Errorf("the record of %s cannot be: %w", player, err)
	}
	return &r, nil
}

// strictly decodes one JSON value without unknown fields.
func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more follows it")
	}
	return nil
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

// check refuses a record that no player of the run can have.
func (run *Run) check(r *Record) error {
	if len(r.Spans) > MaxSpans || len(r.Messages) > MaxMessages {
		return fmt.Errorf("%d spans and %d messages", len(r.Spans), len(r.Messages))
	}
	steps := map[int]bool{0: true}
	for _, s := range run.Steps {
		steps[s.Number] = true
	}
	if err := checkNumbers(int64(r.SetUp), int64(r.Body), int64(r.End), int64(r.Rounds), int64(r.Left)); err != nil {
		return err
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
		if err := checkNumbers(int64(t.Calls), int64(t.Time), int64(t.Waited), int64(t.Rounds), int64(t.Memory), int64(t.AheadWaited)); err != nil {
			return err
		}
		for _, c := range []link.Counter{t.Counter, t.Ahead} {
			if err := checkNumbers(int64(c.SentBytes), int64(c.ReceivedBytes), int64(c.SentMessages), int64(c.ReceivedMessages)); err != nil {
				return err
			}
		}
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
	if len(r.Chain) > MaxMessages {
		return fmt.Errorf("a chain of %d messages", len(r.Chain))
	}
	last := 0
	for _, g := range r.Chain {
		if !steps[g[0]] || g[1] <= last || g[1] > r.Rounds {
			return fmt.Errorf("a chain of %d after %d messages, at step %d", g[1], last, g[0])
		}
		last = g[1]
	}
	return nil
}

// checkNumbers refuses what no record holds.
func checkNumbers(all ...int64) error {
	for _, n := range all {
		if n < 0 || n > largest {
			return fmt.Errorf("the number %d is out of range", n)
		}
	}
	return nil
}
