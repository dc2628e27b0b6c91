package cost

// The report: figures, lines and players, for text and JSON.

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// A Figure is a number, or a polynomial in the sizes. Where the text has ⌈ ⌉,
// each message in it is rounded up to whole bytes. In JSON it is the number or
// the text.
type Figure struct {
	Text  string
	Value int64
	Known bool // Value is all there is
}

func figure(s types.Size) Figure {
	v, ok := s.Const()
	return Figure{Text: s.String(), Value: v, Known: ok}
}

func (f Figure) String() string { return f.Text }

// MarshalJSON writes the number, or the polynomial as text.
func (f Figure) MarshalJSON() ([]byte, error) {
	if f.Known {
		return json.Marshal(f.Value)
	}
	return json.Marshal(f.Text)
}

// A Report is the costs of one computation.
type Report struct {
	File        string `json:"file"`
	Computation string `json:"computation"`
	Protocol    string `json:"protocol"`
	Lines       []Line `json:"lines"`
	rows        []*row // of the text
	// Loops are those whose passes send the same, each.
	Loops   []Loop    `json:"loops,omitempty"`
	Players []Counter `json:"players"`
	// Rounds is the longest chain of messages. It is nil where it cannot be
	// stated without numbers; Missing then says why.
	Rounds  *Figure `json:"rounds"`
	Missing string  `json:"missing,omitempty"`
	// Where is what the rounds are stated for, where that is not every size.
	Where []string `json:"rounds_where,omitempty"`
	Bytes Figure   `json:"bytes"` // payload over all players
	// Ahead is what of it a helper sends ahead of the others, which depends on no data:
	// the rounds are of what is sent online, all else. It is nil where there is no helper.
	Ahead *Figure `json:"ahead,omitempty"`
	// online and dealt, which is what is sent ahead, add up to the bytes.
	online, dealt Figure
	// AtMost are the lines of the program that make the figures a bound: what a
	// `while` or a branch decides in the run.
	AtMost []ir.Line `json:"at_most,omitempty"`
	// Randomised are the lines whose figures are expectations, Assumed what
	// they assume of sizes that are not set, and Bound the figures that fewer
	// than one run in a thousand exceeds.
	Randomised []ir.Line `json:"randomised,omitempty"`
	Assumed    []string  `json:"assumed,omitempty"`
	Bound      *Report   `json:"bound,omitempty"`
	// Advice is what would take fewer rounds.
	Advice      []Advice `json:"advice,omitempty"`
	SetUpRounds int      `json:"set_up_rounds"`
	LastRounds  int      `json:"last_rounds"`
	Time        *Time    `json:"time,omitempty"`
}

// A Line is one step that is secure or sends something, all passes of its
// loops together. Rounds is by how much it lengthens the longest chain.
type Line struct {
	Step     int     `json:"step"`
	Op       string  `json:"op"`
	Elements Figure  `json:"elements"`
	Rounds   *Figure `json:"rounds"`
	Bytes    Figure  `json:"bytes"`
	Ahead    *Figure `json:"ahead,omitempty"`
	Line     ir.Line `json:"line"`
}

// A row is the steps of one operation at one line of the program, together: a
// draw alone is more than a hundred.
type row struct {
	op               string
	line             ir.Line
	elements, rounds types.Size
	bytes, ahead     amount
}

// row is that of a step, which starts one if it is the first.
func (r *Report) row(op string, line ir.Line) *row {
	for _, x := range r.rows {
		if x.op == op && x.line == line {
			return x
		}
	}
	x := &row{op: op, line: line}
	r.rows = append(r.rows, x)
	return x
}

// A Loop is what its passes cost: one after the first, and all together.
// RoundsAPass is nil where passes take different numbers of rounds.
type Loop struct {
	Step        int     `json:"step"`
	Passes      Figure  `json:"passes"` // of each run of the loop
	RoundsAPass *Figure `json:"rounds_a_pass"`
	BytesAPass  Figure  `json:"bytes_a_pass"`
	Rounds      *Figure `json:"rounds"`
	Bytes       Figure  `json:"bytes"`
	Line        ir.Line `json:"line"`
}

// Advice is the statements that do what a loop does, for all its passes at once,
// and the rounds of the whole computation with them.
type Advice struct {
	Line    ir.Line  `json:"line"`
	Instead []string `json:"instead"`
	Rounds  Figure   `json:"rounds"`
}

// A Counter is what one player sends to and receives from all others. Rounds
// is the longest chain of messages that ends at it.
type Counter struct {
	Player           string  `json:"player"`
	SentBytes        Figure  `json:"sent_bytes"`
	ReceivedBytes    Figure  `json:"received_bytes"`
	SentMessages     Figure  `json:"sent_messages"`
	ReceivedMessages Figure  `json:"received_messages"`
	AheadSent        *Figure `json:"ahead_sent_bytes,omitempty"` // of the bytes, those sent ahead
	AheadReceived    *Figure `json:"ahead_received_bytes,omitempty"`
	Rounds           *Figure `json:"rounds"`
}

var errOverflow = errors.New("cannot state the cost: a figure exceeds what 64 bits hold")

func newReport(p *ir.Program, b *planner, t *tally, c *clock) (*Report, error) {
	r := &Report{File: p.File, Computation: p.Name, Protocol: p.Protocol.Name, SetUpRounds: SetUpRounds, LastRounds: LastRounds}
	r.Rounds = c.figure(c.rounds())
	if c.err != nil {
		r.Rounds, r.Missing = nil, c.err.Error()
	}
	if c.err == nil {
		r.Where = c.where
	}
	r.AtMost, r.Randomised = linesOf(b.atMost), linesOf(b.random)
	for _, a := range b.assumed {
		if !slices.Contains(r.Assumed, a) {
			r.Assumed = append(r.Assumed, a)
		}
	}
	helped := func(a amount) *Figure {
		if len(p.Protocol.Helpers) == 0 {
			return nil
		}
		f := a.figure()
		return &f
	}
	r.lines(p, p.Body, t, c, helped)
	var total, ahead amount
	for k, x := range t.players {
		total.plus(x.sent)
		ahead.plus(x.aheadSent)
		r.Players = append(r.Players, Counter{
			Player:    p.Players[k].Name,
			SentBytes: x.sent.figure(), ReceivedBytes: x.received.figure(),
			SentMessages: figure(x.sentMessages), ReceivedMessages: figure(x.receivedMessages),
			AheadSent: helped(x.aheadSent), AheadReceived: helped(x.aheadReceived), Rounds: c.figure(c.now[k]),
		})
		if x.received.overflows() {
			return nil, errOverflow
		}
	}
	r.Bytes, r.Ahead = total.figure(), helped(ahead)
	r.online, r.dealt = total.minus(ahead).figure(), ahead.figure()
	if total.overflows() {
		return nil, errOverflow
	}
	return r, nil
}

// linesOf lists the lines of instructions, each once.
func linesOf(list []*ir.Instr) []ir.Line {
	var out []ir.Line
	for _, i := range list {
		if !slices.Contains(out, i.Pos.At()) {
			out = append(out, i.Pos.At())
		}
	}
	return out
}

// figure is a clock's, or nil where rounds cannot be stated.
func (c *clock) figure(s types.Size) *Figure {
	if c.err != nil {
		return nil
	}
	f := figure(s)
	return &f
}

func (r *Report) lines(p *ir.Program, b ir.Block, t *tally, c *clock, helped func(amount) *Figure) {
	for _, i := range b {
		if l, ok := t.lines[i.Step]; ok {
			x := Line{
				Step: i.Step, Op: title(p, i), Elements: figure(l.elements),
				Rounds: c.figure(c.lines[i.Step]), Bytes: l.bytes.figure(), Ahead: helped(l.ahead), Line: i.Pos.At(),
			}
			r.Lines = append(r.Lines, x)
			of := r.row(x.Op, x.Line)
			of.elements, of.rounds = of.elements.Add(l.elements), of.rounds.Add(c.lines[i.Step])
			of.bytes.plus(l.bytes)
			of.ahead.plus(l.ahead)
		}
		if l, ok := t.loops[i.Step]; ok {
			r.Loops = append(r.Loops, newLoop(i, l, c))
		}
		r.lines(p, i.Body, t, c, helped)
		r.lines(p, i.Else, t, c, helped)
	}
}

func newLoop(i *ir.Instr, l *loop, c *clock) Loop {
	out := Loop{
		Step: i.Step, Passes: figure(l.trip), BytesAPass: l.pass.figure(), Bytes: l.all.figure(),
		Rounds: c.figure(c.within(i)), Line: i.Pos.At(),
	}
	if k, ok := c.latter[i.Step]; ok {
		out.RoundsAPass = c.figure(k)
	}
	return out
}

// within is by how much the steps in a loop moved the latest clock.
func (c *clock) within(i *ir.Instr) types.Size {
	sum := c.lines[i.Step]
	for _, b := range []ir.Block{i.Body, i.Else} {
		for _, j := range b {
			sum = sum.Add(c.within(j))
		}
	}
	return sum
}

// title says what a step does, and who deals or receives.
func title(p *ir.Program, i *ir.Instr) string {
	switch i.Op {
	case ir.OpShare:
		return "share by " + p.Players[p.Dealer(i)].Name
	case ir.OpOpen, ir.OpReveal:
		to := p.NamesOf(p.Receivers(i).Members())
		if i.To.Public {
			to = "public"
		}
		return fmt.Sprintf("%s to %s", i.Op.Verb(), to)
	}
	return i.Op.Verb()
}
