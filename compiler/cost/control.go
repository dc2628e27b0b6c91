package cost

// Loops and branches of the plan.

import (
	"maps"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// loop is one body carried out as often as the loop says or, where branches or
// loops inside depend on the pass, each pass on its own.
func (b *planner) loop(i *ir.Instr) ([]node, error) {
	trip, err := b.trip(i)
	if err != nil {
		return b.nothing(i, err)
	}
	before := b.save()
	body, err := b.anyPass(i)
	if err == nil && b.open == before.open {
		return []node{passes{at: i, trip: trip, body: body}}, nil
	}
	after := b.save()
	if n, ok := trip.Const(); ok && n <= maxUnrolled {
		b.restore(before)
		if out, ok := b.unroll(i, n); ok {
			return out, nil
		}
		b.restore(after)
	}
	if err != nil {
		return nil, err
	}
	return []node{passes{at: i, trip: trip, body: body}}, nil
}

// nothing is the plan of a loop of which it is not known how often it runs: an
// error, unless its body is in clear.
func (b *planner) nothing(i *ir.Instr, unknown error) ([]node, error) {
	before := b.save()
	if body, err := b.anyPass(i); err == nil && !sends(body) {
		return nil, nil
	}
	b.restore(before)
	b.open++
	return nil, unknown
}

// anyPass plans the body of a loop without knowing which pass it is.
func (b *planner) anyPass(i *ir.Instr) ([]node, error) {
	b.forget(i)
	body, err := b.block(i.Body)
	b.forget(i)
	return body, err
}

// unroll plans each of n passes on its own. It gives up where that does not
// help: the first pass is as undecided as any.
func (b *planner) unroll(i *ir.Instr, n int64) ([]node, bool) {
	from, step, open := b.known[i.Args[0]], b.known[i.Args[2]], b.open
	var out []node
	for k := range n {
		b.known[i.Dst] = from.Add(step.Mul(types.Int(k)))
		body, err := b.block(i.Body)
		if err != nil || k == 0 && b.open > open {
			return nil, false
		}
		out = append(out, body...)
	}
	delete(b.known, i.Dst)
	return out, true
}

// trip is how often a loop runs.
func (b *planner) trip(i *ir.Instr) (types.Size, error) {
	from, ok1 := b.known[i.Args[0]]
	to, ok2 := b.known[i.Args[1]]
	step, ok3 := b.known[i.Args[2]]
	k, number := step.Const()
	switch {
	case !ok1 || !ok2 || !ok3 || !number:
		return types.Size{}, b.fail(i, "how often this loop runs is not known before the run%s", b.advice())
	case k < 1:
		return types.Size{}, b.fail(i, "%s", i.Failure())
	}
	return b.bounds.quotient(b.bounds.positive(to.Sub(from)), k), nil
}

// advice names the public inputs that a loop may depend on.
func (b *planner) advice() string {
	for _, x := range b.p.Inputs {
		if _, given := b.inputs[x.Name]; !given && settable(x) {
			return ": set the public input " + x.Name
		}
	}
	return ""
}

// while runs at most as often as its limit says.
func (b *planner) while(i *ir.Instr) ([]node, error) {
	limit, ok := b.known[i.Args[1]]
	if !ok {
		return b.nothing(i, b.fail(i, "the limit of this loop is not known before the run%s", b.advice()))
	}
	body, err := b.anyPass(i)
	if err != nil {
		return nil, err
	}
	if sends(body) {
		b.open++
		b.atMost = append(b.atMost, i)
	}
	return []node{passes{at: i, trip: b.bounds.positive(limit), body: body}}, nil
}

// branch is the arm that is taken, or either where that is not known.
func (b *planner) branch(i *ir.Instr) ([]node, error) {
	if c, ok := b.known[i.Args[0]]; ok {
		if c.Equal(types.Int(1)) {
			return b.block(i.Body)
		}
		return b.block(i.Else)
	}
	var arms [2][]node
	before := maps.Clone(b.known)
	for k, block := range []ir.Block{i.Body, i.Else} {
		b.known = maps.Clone(before)
		arm, err := b.block(block)
		if err != nil {
			return nil, err
		}
		arms[k] = arm
	}
	b.known = before
	b.forget(i)
	if !sends(arms[0]) && !sends(arms[1]) {
		return nil, nil
	}
	b.open++
	b.atMost = append(b.atMost, i)
	return []node{choice{arms}}, nil
}

// sends reports that a plan has messages.
func sends(plan []node) bool {
	for _, n := range plan {
		switch n := n.(type) {
		case sending:
			if len(n.stages)+len(n.joint) > 0 {
				return true
			}
		case passes:
			if sends(n.body) {
				return true
			}
		case choice:
			if sends(n.arms[0]) || sends(n.arms[1]) {
				return true
			}
		case together:
			if slices.ContainsFunc(n.branches, sends) {
				return true
			}
		}
	}
	return false
}

// forget drops what a loop or branch may change.
func (b *planner) forget(i *ir.Instr) {
	delete(b.known, i.Dst)
	for _, block := range []ir.Block{i.Body, i.Else} {
		for _, j := range block {
			b.forget(j)
		}
	}
}

// A state is what an attempt to plan a loop may have to take back.
type state struct {
	known       map[ir.Value]types.Size
	open, sends int
	atMost      []*ir.Instr
	random      []*ir.Instr
}

func (b *planner) save() state {
	return state{maps.Clone(b.known), b.open, b.sends, b.atMost, b.random}
}

func (b *planner) restore(s state) {
	b.known, b.open, b.sends, b.atMost, b.random = s.known, s.open, s.sends, s.atMost, s.random
}
