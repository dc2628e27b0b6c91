package exec

// The twin run (language.md, section 3): what everybody may know of a run does
// not depend on secrets. A second run has other inputs of the same sizes, and
// takes every disclosed value from the first; then each player's public trace
// must be the same, event by event.
//
// Operations that open values for themselves (sorting, permutations) exchange
// as much as chance will have it, whatever their inputs are. Of such a step the
// peers are compared, and not how often and how much; that its openings are
// distributed independently of the inputs is what the protocols' own tests show.

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/runtime"
)

// Twin runs a test block on the runtime as RunTwin does.
func Twin(t *ir.Test) interp.TestResult { return interp.RunTestOn(t, RunTwin) }

// RunTwin is Run, and again with other inputs. A difference between what
// everybody may know of the two runs is an error. Of a run that fails there is
// nothing to compare.
func RunTwin(p *ir.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
	first := record(p, nil)
	out, err := first.run(p, in)
	if err != nil {
		return nil, err
	}
	return out, first.compare(p, in)
}

// attempts is how many inputs are tried until some pass the checks of the
// set-up.
const attempts = 16

// compare runs p again, on other inputs.
func (r *recording) compare(p *ir.Program, in map[string]interp.Tensor) error {
	if !slices.ContainsFunc(p.Inputs, private) {
		return nil // no secrets
	}
	var refused error
	for seed := range uint64(attempts) {
		second := record(p, r)
		_, err := second.run(p, r.otherInputs(p, in, seed))
		if err != nil && !second.started() {
			refused = err
			continue
		}
		if d := r.difference(p, second); d != nil {
			return d
		}
		return err
	}
	return fmt.Errorf("cannot find other inputs that pass the checks of the set-up: %w", refused)
}

func private(x ir.Input) bool { return !x.Owner.Public }

// difference is where the second run parts from the first: at the least step.
// Traces that a failure cut short are compared as far as they go.
func (r *recording) difference(p *ir.Program, second *recording) error {
	random := maps.Clone(r.randomised())
	maps.Copy(random, second.randomised())
	prog := Programs(p)[0]
	var found error
	least := uint32(math.MaxUint32)
	for _, player := range p.PlayerNames() {
		x, y := split(r.witnesses[player].events, random), split(second.witnesses[player].events, random)
		k := x.parts(y, second.finished)
		if k < 0 {
			continue
		}
		if step := min(x.step(k), y.step(k)); found == nil || step < least {
			least = step
			found = fmt.Errorf("the public trace depends on inputs: %s %s, with other inputs it %s", player, x.at(prog, k), y.at(prog, k))
		}
	}
	return found
}

// A publicTrace is the events of a player that must be the same and, of the steps
// that chance decides, with whom they exchange anything.
type publicTrace struct {
	events []event
	peers  map[event]bool
}

func split(all []event, random map[uint32]bool) publicTrace {
	t := publicTrace{peers: make(map[event]bool)}
	for _, e := range all {
		if random[e.step] {
			e.number = 0
			t.peers[e] = true
		} else {
			t.events = append(t.events, e)
		}
	}
	return t
}

// parts returns the index of the first event that differs, or -1. Events that
// the other lacks differ if it came to its end; then so do peers of random steps.
func (t publicTrace) parts(other publicTrace, whole bool) int {
	for k := range min(len(t.events), len(other.events)) {
		if t.events[k] != other.events[k] {
			return k
		}
	}
	if n := len(other.events); whole && (n != len(t.events) || !maps.Equal(t.peers, other.peers)) {
		return min(n, len(t.events))
	}
	return -1
}

// step is that of an event; the last exchange and the end come after all.
func (t publicTrace) step(k int) uint32 {
	if k >= len(t.events) || t.events[k].step == 0 && slices.ContainsFunc(t.events[:k], func(e event) bool { return e.step > 0 }) {
		return math.MaxUint32
	}
	return t.events[k].step
}

func (t publicTrace) at(prog *runtime.Program, k int) string {
	if step := t.step(k); step < math.MaxUint32 {
		return fmt.Sprintf("%s at %s", t.events[k], prog.Describe(step))
	}
	return "is at the end"
}

// randomised are the steps in which an operation opens values for itself.
func (r *recording) randomised() map[uint32]bool {
	steps := make(map[uint32]bool)
	for _, openings := range r.openings {
		for _, o := range openings {
			if o.Randomised {
				steps[uint32(o.Step)] = true
			}
		}
	}
	return steps
}

// otherInputs replaces every input but the public ones: by random cells within
// its range or, every second time, by its own rows in another order, as checks
// of whole columns may need. Sizes stay; of padded inputs the number of rows is
// no size, and changes.
func (r *recording) otherInputs(p *ir.Program, in map[string]interp.Tensor, seed uint64) map[string]interp.Tensor {
	random := rand.New(rand.NewPCG(seed, 13))
	out := maps.Clone(in)
	for _, x := range p.Inputs {
		key := ir.Key(x.Name, x.Member)
		v, given := in[key]
		switch {
		case !private(x) || !given:
		case seed%2 == 1:
			out[key] = interp.Tensor{Elem: v.Elem, Shape: v.Shape, Data: slices.Clone(v.Data)}
			random.Shuffle(len(v.Data), func(i, j int) { d := out[key].Data; d[i], d[j] = d[j], d[i] })
		default:
			out[key] = randomCells(random, x, r.otherShape(random, p, x, v.Shape))
		}
	}
	return out
}

// otherShape draws the number of rows of a padded input.
func (r *recording) otherShape(random *rand.Rand, p *ir.Program, x ir.Input, shape []int64) []int64 {
	if !x.Padded() {
		return shape
	}
	most, err := x.Shape[0].Unpadded().Eval(r.sizes[p.Players[0].Name])
	if err != nil {
		return shape
	}
	other := slices.Clone(shape)
	other[0] = random.Int64N(most + 1)
	return other
}

func randomCells(random *rand.Rand, x ir.Input, shape []int64) interp.Tensor {
	low, high := x.Elem.Bounds()
	if x.Range != nil {
		low, high = x.Range.Low, x.Range.High
	}
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	out := interp.Tensor{Elem: x.Elem, Shape: shape, Data: make([]*big.Int, n)}
	for k := range out.Data {
		out.Data[k] = between(random, low, high)
	}
	return out
}

// between draws a number of a random length within bounds, both included.
func between(random *rand.Rand, low, high *big.Int) *big.Int {
	span := new(big.Int).Sub(high, low)
	v := new(big.Int).SetUint64(random.Uint64() >> random.UintN(64))
	return v.Add(low, v.Mod(v, span.Add(span, big.NewInt(1))))
}
