// Package runtime is what the generated programs import. A Program is one
// player's part of one computation; a Party carries it out in one run:
//
//	load      inputs, checked: cells, ranges, own sizes
//	round 1   hello: what all must have in common, and contributions to keys
//	round 2   ready, own sizes; then `where` and equal sizes
//	early     what can fail, in clear
//	round 3   ready, digest of all that was agreed: Start
//	body      shares, operations, openings: nothing fails here but machines
//	last      success, from everybody to everybody; then outputs count
//
// Simulate runs all players in one process, Serve one of them on a network,
// and Main is Serve as a command; Remote asks a network for a run.
package runtime

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// A Program is one player's part of one computation, as tfec wrote it or as
// internal/exec interprets it. It is data but for Run.
type Program struct {
	File        string // "average.tfe"
	Computation string
	Digest      string // hex SHA-256 of the canonical source with its imports
	Compiler    string // version of the compiler
	Player      string
	Players     []string // everybody who takes part, in order; `_` as in the source
	Protocol    Protocol
	Sizes       []SizeName
	Where       []Cond
	Inputs      []Input  // this player's own and the public ones
	Outputs     []Output // those that this player receives
	Discloses   []string // what a run tells whom, of the whole header: "avg: fixed(35, 12) @ carol"
	Hashers     []string // those that share the key of hash64, at every player
	Stored      []string // the `@ shared` inputs, at every player: names alone, of a record the one
	Steps       []Step   // everybody's, ascending: to name the step that a peer is at
	// Run carries out the steps of this player on p, in order. Failures leave
	// it by the runtime's own mechanism.
	Run func(p *Party)
}

// A Protocol is the `protocol` line.
type Protocol struct {
	Name    string
	Roles   []string
	Helpers []string
	Ring    int
	Exact   bool // truncations round down always
}

// String writes the protocol as in a program, with its options.
func (p Protocol) String() string {
	cast := fmt.Sprintf("%s(%s)", p.Name, strings.Join(p.Roles, ", "))
	if row, ok := capability.Lookup(p.Name); ok {
		cast = row.Cast(slices.Concat(p.Roles, p.Helpers))
	}
	options := fmt.Sprintf("ring = %d", p.Ring)
	if p.Exact {
		options += ", trunc = exact"
	}
	return fmt.Sprintf("%s with %s", cast, options)
}

// trust says who may be corrupt, and how.
func (p Protocol) trust() string {
	row, known := capability.Lookup(p.Name)
	if !known {
		return "unknown"
	}
	return fmt.Sprintf(row.Trust, strings.Join(slices.Concat(p.Roles, p.Helpers), ", "))
}

// A SizeName is a size of the header: an owner refuses data below Min.
type SizeName struct {
	Name string
	Min  int64
}

// A Size is an expression over size names: the sum of its terms.
type Size []Term

// A Term is Coef times the product of the named sizes.
type Term struct {
	Coef int64
	Vars []string
}

// A Cond is one condition of `where`: Left Rel Right, checked exactly.
type Cond struct {
	Text  string
	Left  Size
	Rel   string
	Right Size
}

// An Input is a value that the player loads.
type Input struct {
	Name   string // "a", "pay[e0]" for a member's part of a bundle, "sales.amount" for a field
	Elem   clear.Type
	Form   Form // of what is no number
	Rows   int  // of a field: how many dimensions are the record's, which is a table
	Shape  []Size
	Upto   bool // at most Shape[0] rows are loaded; the party adds the others
	Public bool
	Shared bool // the player's shares, from a share file
	Range  *Range
	Doc    string
}

// A Range bounds the cells of an input.
type Range = binding.Range

// A Form says how elements are written that are no numbers.
type Form = binding.Form

// An Output is a value that the player ends up with.
type Output struct {
	Name   string
	Elem   clear.Type
	Form   Form
	Shape  []Size
	Rows   int
	Shared bool // the player's shares, to a share file
	Doc    string
}

// A Step says what a step number stands for.
type Step struct {
	Number int
	Op     string
	Line   int
	File   string // the module that the line is in; "": Program.File
	Who    []int  // who carries it out, of Program.Players
	Uses   []int  // steps whose results it takes
	Within int    // the loop, branch or together that it stands in; 0: none
	Name   string // of a loop its variable, of an opening or reveal its label under `discloses`
	To     []int  // who learns what is disclosed, of Program.Players
}

// Source is where the step comes from: "average.tfe:14".
func (s Step) Source(prog *Program) string {
	return fmt.Sprintf("%s:%d", cmp.Or(s.File, prog.File), s.Line)
}

// Binding says what a binding of the input must yield.
func (in Input) Binding() binding.Input {
	return binding.Input{Name: in.Name, Elem: in.Elem, Form: in.Form, Dims: len(in.Shape), Rows: in.Rows, Range: in.Range}
}

// Binding says how a value of the output is written.
func (out Output) Binding(x clear.Tensor) binding.Output {
	return binding.Output{Name: out.Name, Form: out.Form, Rows: out.Rows, Value: x}
}

// Drawn reports whether a picture of the run shows the output: a vector of numbers.
func (out Output) Drawn() bool {
	return len(out.Shape) > 0 && !out.Shared && out.Form.Names == nil && !out.Form.Date && out.Elem != clear.String
}

// Check finds out whether the output could be written.
func (out Output) Check(t binding.Target) error {
	inner := 0
	if binding.Root(out.Name) != out.Name {
		inner = len(out.Shape) - out.Rows
	}
	return t.Check(out.Name, out.Elem, len(out.Shape), inner)
}
