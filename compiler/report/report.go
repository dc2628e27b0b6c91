// Package report says what a computation does to whom, from its flat list of
// instructions (language.md, section 3): the disclosure report, who learns
// what, from whose inputs, in which line; the projection, what each player
// does step by step; and a file's signatures as documentation.
//
// The disclosure report lists every Open and Reveal, every bit that a set-up
// can fail with, and what else follows from the messages of a run. What it
// says "from" is what a value can depend on, not what can be inferred from it.
// Reports are deterministic and hold nothing but the program, so that they can
// be committed next to it and compared as diffs.
package report

import (
	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/lower"
	"github.com/tfec-lang/tfec/lang/types"
)

// A Report is the disclosure report of one computation. Its JSON form is
// stable: fields are added, never renamed or removed. Players and inputs are
// in order of declaration, disclosures in order of the text; a list without
// entries is empty, not null.
type Report struct {
	File        string `json:"file"`        // base name of the source
	Computation string `json:"computation"` // its name
	Line        int    `json:"line"`        // of its header
	Trust       string `json:"trust"`       // protocol, roles, who may be corrupt
	// Insecure says that the computing player sees every value in clear.
	Insecure    bool         `json:"insecure"`
	Sizes       []Size       `json:"sizes"`       // everybody learns them in the set-up
	Private     []Rows       `json:"private"`     // numbers of rows that stay with their owner
	Public      []Public     `json:"public"`      // inputs that everybody loads alike
	Disclosures []Disclosure `json:"disclosures"` // what players learn of values
	Implied     []Implied    `json:"implied"`     // facts that follow from disclosures
	Aborts      []Abort      `json:"aborts"`      // how a run can end early, and what that tells
	Players     []Player     `json:"players"`     // all who take part
	Absent      []string     `json:"absent"`      // declared in the file, and not contacted
	Held        []string     `json:"held"`        // what the computing players hold while running
	Kept        []string     `json:"kept"`        // outputs that stay shared afterwards
	Readers     []Reader     `json:"readers"`     // computations of the source that take these
	Randomness  []Draw       `json:"randomness"`  // empty: the results are a function of the inputs
	Numbers     []Overflow   `json:"numbers"`     // empty: all values are within their types
	Decisions   []Decision   `json:"decisions"`   // what coordinator and client can tell from the run's course
	// Expressions are those of the disclosures and then of what they use, where
	// Express was asked for them.
	Expressions []Expression `json:"expressions,omitempty"`
}

// A Size is a size with the dimensions of the inputs that bind it.
type Size struct {
	Name string   `json:"name"`
	From []string `json:"from"` // "rows of x (hospital)"
}

// Rows are those of a padded input: everybody works on Most of them, and how
// many are data is the player's alone.
type Rows struct {
	Input  string `json:"input"`
	Player string `json:"player"`
	Most   string `json:"most"`
}

// A Public is an input that every player loads.
type Public struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Range string `json:"range,omitempty"` // as written
}

// A Source is an input, or the members of a bundle, with who loads it.
type Source struct {
	Input   string   `json:"input"`
	Players []string `json:"players"` // ["public"]: everybody loads it
}

// A Disclosure is a value that players learn.
type Disclosure struct {
	Name string `json:"name"` // output or label; a bundle's with its member: "won[b0]"
	// Kind is output, label (under `discloses`), value (neither: a reveal
	// inside a function), computed (an output that its receivers compute from
	// what they have) or admitted (an input that can be computed from what is
	// disclosed, and is declared so).
	Kind      string    `json:"kind"`
	Type      string    `json:"type"` // the loops around a label's reveal included
	Everybody bool      `json:"everybody"`
	To        []string  `json:"to"`     // who learns it and did not hold it before
	From      []Source  `json:"from"`   // the inputs that it can depend on
	Random    bool      `json:"random"` // it depends on draws
	How       string    `json:"how"`    // "opened", "sent in clear by alice"; "" for computed and admitted
	When      []string  `json:"when"`   // the loops and branches around it, outermost first
	Lines     []ir.Line `json:"lines"`
	Steps     []int     `json:"steps"` // the instructions, as in messages and in the projection

	// What Type says, for those who compare it with a run: the first Loops
	// dimensions count the passes of the loops around.
	elem  types.Elem
	shape types.Shape
	loops int

	to     types.Set
	around []ir.Op // what When names
}

// An Implied is a fact that players can tell from what they learn.
type Implied struct {
	Text string   `json:"text"`
	From []Source `json:"from"`
	Line ir.Line  `json:"line"`
}

// An Abort is a reason for a run to end early. A player that stops in the
// set-up shows one bit, that it stopped: not which of its reasons it had.
type Abort struct {
	From   []Source `json:"from"` // empty: from sizes and constants
	Reason string   `json:"reason"`
	When   string   `json:"when"` // "before sharing", "set-up" or "line 9"
}

// A Player is what one player gives and gets.
type Player struct {
	Name     string   `json:"name"`
	Loads    []string `json:"loads"`
	Learns   []string `json:"learns"` // names of disclosures to it, those to everybody left out
	Computes bool     `json:"computes"`
}

// A Draw is a random choice.
type Draw struct {
	Value string   `json:"value"` // the primitive
	By    []string `json:"by"`    // who draws it and knows it; empty: drawn jointly
	// Within is by how much the distribution that is drawn differs from the one
	// that the primitive names, 2^-Within at most: the delta that it adds to that of
	// a promise of differential privacy. 0: not at all.
	Within int     `json:"within_2_to_minus,omitempty"`
	Line   ir.Line `json:"line"`
}

// An Overflow is a value of which the declared bounds do not exclude that it
// exceeds its type, and so wraps, at all who hold it alike.
type Overflow struct {
	Value   string   `json:"value"`   // as written
	Missing []string `json:"missing"` // what has no bound
	Line    ir.Line  `json:"line"`
}

// A Decision is a public branch or loop that depends on inputs.
type Decision struct {
	Op   string   `json:"op"` // if, for or while
	From []Source `json:"from"`
	Line ir.Line  `json:"line"`
}

// A Header is what the checked source says of a computation beyond its
// instructions.
type Header struct {
	Line     int      // where it stands
	Declared []string // all players of the file
	Numbers  []Overflow
}

// HeaderOf finds the header of a computation of a checked file.
func HeaderOf(p *check.Program, name string) Header {
	h := Header{Declared: p.PlayerNames(), Numbers: []Overflow{}}
	for _, c := range p.Computations {
		if c.Decl.Name.Name != name {
			continue
		}
		h.Line = c.Decl.Name.Pos.Line
		for _, o := range c.Overflows() {
			h.Numbers = append(h.Numbers, Overflow{Value: o.Value, Missing: o.Missing, Line: lower.Position(p, o.At).At()})
		}
	}
	return h
}

// Of returns the report of a computation; source are those of its file.
func Of(p *ir.Program, h Header, source ...*ir.Program) *Report {
	w := &writer{
		p: p, deps: depend(p), names: namesOf(p),
		r: &Report{
			File: p.File, Computation: p.Name, Line: h.Line, Trust: p.Trust(), Numbers: append([]Overflow{}, h.Numbers...),
			Sizes: []Size{}, Private: []Rows{}, Public: []Public{}, Disclosures: []Disclosure{}, Implied: []Implied{}, Aborts: []Abort{},
			Players: []Player{}, Absent: []string{}, Held: []string{}, Kept: []string{}, Readers: []Reader{}, Randomness: []Draw{}, Decisions: []Decision{},
		},
	}
	if c, ok := p.Protocol.Capability(); ok {
		w.r.Insecure = c.Insecure
	}
	w.sizes()
	w.inputs()
	w.where()
	w.block(p.Body)
	w.admitted()
	w.players(h.Declared)
	w.readers(source)
	return w.r
}
