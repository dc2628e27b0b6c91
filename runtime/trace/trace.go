// Package trace is what is known of a run afterwards: who did what, when, how
// long it waited for whom, and what passed between the players.
//
// A player's Recorder notes its own part. Its Record is complete for the
// player's own operator; what leaves the player is the Record's Shared part. A
// Run joins the records of the players with the graph of the computation, and
// is what every view is made of: the Chrome trace (Run.Chrome), TensorBoard's
// events, tables and pages.
//
// A Record holds no value, and its Shared part nothing that depends on one that
// its reader may not learn: it names only steps at which the player sent or
// received, and the time between two of them belongs to the later one. So code
// in clear, a `local` block say, shows neither steps nor times nor memory nor
// occurrences.
package trace

import (
	"cmp"
	"slices"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
)

// A Run is one execution of one computation.
type Run struct {
	ID          string    `json:"id"` // hex; the same at all players
	Tag         string    `json:"tag"`
	File        string    `json:"file"` // "average.tfe"
	Computation string    `json:"computation"`
	Digest      string    `json:"digest"`
	Protocol    string    `json:"protocol"`
	Began       time.Time `json:"began"`            // by the clock of whoever joined the records
	Failed      string    `json:"failed,omitempty"` // why, in a failed run
	Players     []Player  `json:"players"`          // in the program's order
	Steps       []Step    `json:"steps"`            // the graph, ascending
	Records     []Record  `json:"-"`                // in the order of Players; of a failed run those that came
}

// A Player takes part in a run.
type Player struct {
	Name     string `json:"name"`
	Address  string `json:"address,omitempty"` // in a networked run
	Computes bool   `json:"computes,omitempty"`
}

// A Step is one operation of the program, at whichever players. Step 0 stands
// for the set-up and the last exchange, and is not listed.
type Step struct {
	Number  int      `json:"number"`
	Op      string   `json:"op"`   // "multiply"
	File    string   `json:"file"` // the module that Line is in
	Line    int      `json:"line"`
	Text    string   `json:"text,omitempty"`    // the source line, trimmed
	Players []string `json:"players,omitempty"` // who carries it out
	Uses    []int    `json:"uses,omitempty"`    // steps whose results it takes
	Within  int      `json:"within,omitempty"`  // the loop, branch or together that it stands in
	Result  string   `json:"result,omitempty"`  // "fixed(16, 16)"
	Shape   []string `json:"shape,omitempty"`   // of the result: "n", "3"
	Place   string   `json:"place,omitempty"`   // who holds the result: "shared", "alice"
}

// A Record is what one player did. Times are since Began, by its own clock.
type Record struct {
	Player string
	Began  time.Time
	// The phases, one after the other: until all have agreed to start, until
	// the last message of the program, until all have finished.
	SetUp time.Duration
	Body  time.Duration
	End   time.Duration
	// Rounds is the longest chain of messages in the body that ends here.
	Rounds int
	// Steps are the totals of all steps that this player came to, ascending:
	// exact, whatever Left says.
	Steps []Total
	// Chain is how the chain of messages in the body grew here: the step of a
	// message that made it longer, and its length then.
	Chain []Growth
	// Spans and Messages are in the order in which they ended; Left counts
	// those that there was no room for.
	Spans    []Span
	Messages []Message
	Left     int
	// Partial: only what may leave the player, see Shared.
	Partial bool

	silent int // of Left: spans without messages
}

// A Total is one step at one player, all occurrences of it together.
type Total struct {
	Step   int
	Calls  int
	Time   time.Duration // in which nothing else of this player ran
	Waited time.Duration // of Time: for messages
	Rounds int           // by which it lengthened the chain of messages here
	Memory uint64        // bytes of its largest result
	link.Counter
	// Ahead is what of the messages a helper sent ahead of the others, AheadWaited the
	// part of Waited for them: of the helper, to be no further ahead.
	Ahead       link.Counter
	AheadWaited time.Duration

	before time.Duration // between messages, before it: see Shared
}

// A Growth is a step, and the length that the chain of messages reached in it.
type Growth [2]int

// A Span is one occurrence of a step. Those of one Lane do not overlap; a lane
// beside 0 is a branch of steps that share their rounds.
type Span struct {
	Step       int
	Occurrence int // from 0
	Lane       int
	Begin      time.Duration
	Duration   time.Duration
	Waited     time.Duration
	Sent       uint64 // payload bytes
	Received   uint64
	Round      int // the chain of messages that has reached the player at its end

	messages int
	before   time.Duration
}

// A Message is one end of what passed between two players: its other end has
// the same Step, Occurrence and Number in the other's record.
type Message struct {
	Step       int
	Occurrence int
	Number     int // within step and occurrence, on this pair and direction, from 0
	Peer       int // index of the other player
	Received   bool
	Bytes      uint64
	At         time.Duration // when it was handed to the link, or taken from it
	Round      int           // its place in the chain of messages
	Lane       int
}

// Total is how long the player took.
func (r *Record) Total() time.Duration { return r.SetUp + r.Body + r.End }

// Traffic is the body's, all steps together: what `tfec cost` promises.
func (r *Record) Traffic() Total {
	var sum Total
	for _, t := range r.Steps {
		if t.Step > 0 {
			sum.add(t)
		}
	}
	return sum
}

// add joins totals of one step, or of several.
func (t *Total) add(o Total) {
	t.Calls += o.Calls
	t.Time += o.Time
	t.Waited += o.Waited
	t.Rounds += o.Rounds
	t.Memory = max(t.Memory, o.Memory)
	t.Counter = t.Counter.Plus(o.Counter)
	t.Ahead, t.AheadWaited = t.Ahead.Plus(o.Ahead), t.AheadWaited+o.AheadWaited
}

// Shared is what may leave the player of a record at a level: the steps at which
// it sent or received. The time between two of them is added to the later one.
func (r *Record) Shared(level Level) *Record {
	out := *r
	out.Partial, out.Steps, out.Spans = true, nil, nil
	out.Left, out.silent = out.Left-out.silent, 0
	for _, t := range r.Steps {
		if t.SentMessages+t.ReceivedMessages > 0 {
			t.Time, t.before = t.Time+t.before, 0
			out.Steps = append(out.Steps, t)
		}
	}
	if level < Spans {
		out.Messages, out.Left = nil, 0
		return &out
	}
	out.Spans = make([]Span, 0, len(r.Spans))
	for _, s := range r.Spans {
		if s.messages > 0 {
			s.Begin, s.Duration, s.before = s.Begin-s.before, s.Duration+s.before, 0
			out.Spans = append(out.Spans, s)
		}
	}
	return &out
}

// Step returns the step of a number; the set-up for 0.
func (r *Run) Step(number int) Step {
	i, found := slices.BinarySearchFunc(r.Steps, number, func(s Step, n int) int { return cmp.Compare(s.Number, n) })
	if !found {
		return SetUp(r.File)
	}
	return r.Steps[i]
}

// SetUp is step 0 of a program.
func SetUp(file string) Step { return Step{Op: "set-up and last exchange", File: file} }

// Record returns a player's record, or nil if it gave none.
func (r *Run) Record(player string) *Record {
	i := slices.IndexFunc(r.Records, func(x Record) bool { return x.Player == player })
	if i < 0 {
		return nil
	}
	return &r.Records[i]
}

// Add takes in a player's record.
func (r *Run) Add(x *Record) {
	i, _ := slices.BinarySearchFunc(r.Records, r.index(x.Player), func(y Record, n int) int { return cmp.Compare(r.index(y.Player), n) })
	r.Records = slices.Insert(r.Records, i, *x)
}
