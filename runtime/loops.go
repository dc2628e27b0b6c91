package runtime

// Loops, and what is disclosed in them: what shows how far a run is.

import (
	"iter"
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/progress"
)

// Passes are the values of a loop's variable: from, from + by and so on below to,
// where by is at least 1. The places that progress tells of in it have the pass.
func (p *Party) Passes(step int, from, to, by int64) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		depth, of := len(p.loops), int64(0)
		if from < to {
			of = int64((uint64(to)-uint64(from)-1)/uint64(by)) + 1
		}
		p.loops = append(p.loops, progress.Pass{Loop: step, Of: of})
		for k := range of {
			p.loops[depth].Pass = k + 1
			if !yield(from + k*by) {
				break
			}
		}
		p.loops = p.loops[:depth]
	}
}

// A Disclosed is a value under `discloses`, as a player that learns it sees it.
type Disclosed struct {
	Step   int
	Label  string
	Public bool // everybody learns it
	Value  clear.Tensor
	// Tells is true at one player of those that learn it, always the same of a step.
	// It tells what is public to those that watch the run.
	Tells bool
}

// learnsFirst reports whether this player is the first of those that a step opens
// something to.
func (p *Party) learnsFirst(step int) bool {
	s, ok := p.disclosing[step]
	return ok && s.To[0] == p.self
}

// Number is the value as progress shows it, if it is a single one.
func (x Disclosed) Number() (progress.Value, bool) {
	if len(x.Value.Shape) > 0 {
		return progress.Value{}, false
	}
	return progress.Value{Label: x.Label, Text: x.Value.String()}, true
}

// AddTo notes the value in a book.
func (x Disclosed) AddTo(b *progress.Book) { b.Add(x.Label, len(x.Value.Shape) > 0, x.Value.Floats()) }

// View is what is seen of a run of the program while it goes on.
func (prog *Program) View() *progress.View {
	steps := make([]progress.Step, len(prog.Steps))
	for i, s := range prog.Steps {
		steps[i] = progress.Step{Number: s.Number, Op: s.Op, Source: s.Source(prog), Variable: s.Name}
	}
	return progress.NewView(steps)
}

// disclosing are the steps that disclose something to this player, if the session
// wants to know.
func (prog *Program) disclosing(s Session) map[int]Step {
	steps, self := make(map[int]Step), slices.Index(prog.Players, prog.Player)
	for _, x := range prog.Steps {
		if s.Disclosed != nil && slices.Contains(x.To, self) {
			steps[x.Number] = x
		}
	}
	return steps
}

// disclosed tells the session of a value, if this player learns it and it is under
// `discloses`.
func (p *Party) disclosed(step int, x clear.Tensor, tells bool) clear.Tensor {
	if s, ok := p.disclosing[step]; ok {
		p.session.Disclosed(Disclosed{step, s.Name, len(s.To) == len(p.prog.Players), x, tells})
	}
	return x
}
