package cost

// Branches that go stage by stage: what all of them send in a stage leaves
// before any of it is received, so that they are one list of joint stages.

import (
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

func (b *planner) together(i *ir.Instr) ([]node, error) {
	var n together
	for _, branch := range i.Body {
		nodes, err := b.block(ir.Block{branch})
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, nodes)
	}
	return []node{n}, nil
}

// joined is the stages of all branches as one list: sendings of one stage, and
// passes where their number is not known. A stage counts for the branch that
// has most to come.
func (c *clock) joined(n together) []node {
	var lists [][]node
	for _, b := range n.branches {
		lists = append(lists, c.stages(b))
	}
	var out []node
	for {
		lists = slices.DeleteFunc(lists, func(l []node) bool { return len(l) == 0 })
		slices.SortStableFunc(lists, func(a, b []node) int { return len(b) - len(a) })
		switch {
		case len(lists) == 0 || c.err != nil:
			return out
		case slices.ContainsFunc(lists, begins[sending]):
			if c.unfold(lists); c.err == nil {
				out = append(out, stage(lists))
			}
		default:
			out = append(out, c.pass(lists))
		}
	}
}

// begins reports what kind of node a list begins with.
func begins[T node](l []node) bool {
	_, ok := l[0].(T)
	return ok
}

// stages cuts a branch into sendings of one stage each, and passes of such.
func (c *clock) stages(plan []node) []node {
	var out []node
	for _, n := range plan {
		switch n := n.(type) {
		case sending:
			for k := range n.stages {
				out = append(out, sending{at: n.at, joint: n.stages[k : k+1]})
			}
			if n.joint != nil {
				out = append(out, n)
			}
		case together:
			out = append(out, c.joined(n)...)
		case passes:
			out = append(out, remaining(n.trip, c.stages(n.body))...)
		default: // a choice stands in no together
			c.err = errSizes
		}
	}
	return out
}

// remaining is passes, if there are any.
func remaining(trip types.Size, body []node) []node {
	if len(body) == 0 || trip.Equal(types.Int(0)) {
		return nil
	}
	return []node{passes{trip: trip, body: body}}
}

// unfold carries out one pass of each list that begins with passes.
func (c *clock) unfold(lists [][]node) {
	for k, l := range lists {
		for n, ok := l[0].(passes); ok && c.err == nil; n, ok = l[0].(passes) {
			c.once(n.trip)
			l = slices.Concat(n.body, remaining(n.trip.Sub(types.Int(1)), n.body), l[1:])
		}
		lists[k] = l
	}
}

// once restricts what is stated to sizes for which passes are carried out.
func (c *clock) once(trip types.Size) {
	if c.bounds.atLeast(trip, types.Int(1)) {
		return
	}
	for _, v := range trip.Vars() {
		if rest, ok := trip.Sub(types.Name(v)).Const(); ok {
			c.assume(types.Name(v), 1-rest, c.bounds[v])
			return
		}
	}
	c.err = errSizes
}

// stage takes the first stage of each list.
func stage(lists [][]node) node {
	first := lists[0][0].(sending)
	joint := sending{at: first.at}
	for k, l := range lists {
		joint.joint = append(joint.joint, l[0].(sending).joint...)
		lists[k] = l[1:]
	}
	return joint
}

// pass joins passes with each other, as often as the fewest of them go on.
func (c *clock) pass(lists [][]node) node {
	fewest := lists[0][0].(passes).trip
	for _, l := range lists {
		n := l[0].(passes)
		if len(n.body) != len(lists[0][0].(passes).body) {
			c.err = errSizes
		}
		if c.bounds.atLeast(fewest, n.trip) {
			fewest = n.trip
		}
	}
	joint := passes{trip: fewest}
	bodies := together{}
	for k, l := range lists {
		n := l[0].(passes)
		bodies.branches = append(bodies.branches, n.body)
		rest := n.trip.Sub(fewest)
		if !c.bounds.atLeast(rest, types.Int(0)) {
			c.err = errSizes
		}
		lists[k] = slices.Concat(remaining(rest, n.body), l[1:])
	}
	joint.body = c.joined(bodies)
	return joint
}
