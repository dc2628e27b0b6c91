package cost

// The clock: rounds are the longest chain of messages, by a logical clock at
// each player, as the runtime has it. A message carries its sender's clock, and
// its receiver's is one more, at least.
//
// A pass of a loop maps clocks to clocks by maxima of sums, so that it commutes
// with moving all clocks of those who receive in it. Once two passes in a row (or
// two times three) have moved all of these by the same number, every later pass does: what came
// from players that send only, whose clocks stand still, no longer decides.

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// maxPasses bounds the passes that are followed one by one, maxSymbolic those
// of a loop whose trip count is no number, and maxPeriod is after how many
// passes they are compared.
const (
	maxPasses   = 1_000_000
	maxSymbolic = 100
	maxPeriod   = 3
)

type clock struct {
	bounds bounds
	now    []types.Size       // by player
	lines  map[int]types.Size // by step: by how much it moved the latest clock
	latter map[int]types.Size // by step of a loop: by how much its last pass did
	where  []string           // what they are stated for, beyond the least sizes
	err    error              // why the rounds cannot be stated, once they cannot
}

func newClock(players int, b bounds) *clock {
	return &clock{bounds: b, now: make([]types.Size, players), lines: make(map[int]types.Size), latter: make(map[int]types.Size)}
}

var errSizes = errors.New("they depend on the sizes in a way that only numbers can tell")

// rounds is the longest chain.
func (c *clock) rounds() types.Size {
	return c.latest(c.now)
}

func (c *clock) latest(clocks []types.Size) types.Size {
	var most types.Size
	for _, k := range clocks {
		most = c.max(most, k)
	}
	return most
}

func (c *clock) max(x, y types.Size) types.Size {
	z, ok := c.bounds.greater(x, y)
	if !ok && c.err == nil {
		c.err = errSizes
	}
	return z
}

func (c *clock) block(plan []node) {
	for _, n := range plan {
		if c.err != nil {
			return
		}
		switch n := n.(type) {
		case sending:
			c.sending(n)
		case passes:
			c.passes(n)
		case choice:
			c.choice(n)
		case together:
			c.block(c.joined(n))
		}
	}
}

func (c *clock) sending(s sending) {
	before := c.rounds()
	for k := range s.stages {
		c.stage(s.stages[k : k+1])
	}
	c.stage(s.joint)
	c.move(s.at.Step, c.rounds().Sub(before))
}

// stage is what calls send before any of it is received. What a helper sends ahead
// comes before what its receiver then sends in the same call; it begins no chain.
func (c *clock) stage(calls []capability.Stage) {
	before := slices.Clone(c.now)
	for _, messages := range calls {
		sent := slices.Clone(before)
		for _, m := range messages {
			if m.Ahead && !before[m.From].Equal(types.Int(0)) {
				sent[m.To] = c.max(sent[m.To], before[m.From].Add(types.Int(1)))
			}
		}
		for p := range sent {
			c.now[p] = c.max(c.now[p], sent[p])
		}
		for _, m := range messages {
			if !m.Ahead {
				c.now[m.To] = c.max(c.now[m.To], sent[m.From].Add(types.Int(1)))
			}
		}
	}
}

func (c *clock) move(step int, by types.Size) { c.lines[step] = c.lines[step].Add(by) }

// choice: the later of both arms, at each player. A step of either arm counts
// what it would move.
func (c *clock) choice(n choice) {
	before := slices.Clone(c.now)
	c.block(n.arms[0])
	first := c.now
	c.now = before
	c.block(n.arms[1])
	for p := range c.now {
		c.now[p] = c.max(c.now[p], first[p])
	}
}

// passes follows a loop until its passes are alike, and counts the rest.
func (c *clock) passes(n passes) {
	if !sends(n.body) {
		return
	}
	low, ok := c.bounds.least(n.trip)
	exact, known := n.trip.Const()
	if !ok || low < 0 {
		c.err = errSizes
		return
	}
	receivers := slices.Sorted(maps.Keys(receivers(n.body, make(map[int]bool))))
	seen := []moment{c.moment()}
	for k := int64(0); c.err == nil && !(known && k == exact); k++ {
		if !known && c.alike(seen, 1, receivers) {
			c.skip(n.trip, seen, low, k)
			return
		}
		if d := c.period(seen, receivers); known && d > 0 {
			if n.at != nil && !c.even(seen, d) {
				delete(c.latter, n.at.Step)
			}
			rest := exact - k
			end := seen[len(seen)-1].after(seen[len(seen)-1-d], types.Int(rest/int64(d)))
			c.now, c.lines = end.now, end.lines
			for range rest % int64(d) {
				c.block(n.body)
			}
			return
		}
		if k == maxPasses || k == maxSymbolic && !known {
			c.err = errSizes
			return
		}
		before := c.rounds()
		c.block(n.body)
		if n.at != nil {
			c.latter[n.at.Step] = c.rounds().Sub(before)
		}
		seen = append(seen, c.moment())
		if known {
			seen = seen[max(0, len(seen)-2*maxPeriod-1):]
		}
	}
}

// period is after how many passes they are alike, or 0: parts that go round
// among three players come back after three passes.
func (c *clock) period(seen []moment, receivers []int) int {
	for d := 1; d <= maxPeriod; d++ {
		if c.alike(seen, d, receivers) {
			return d
		}
	}
	return 0
}

// receivers are the players that receive in a plan.
func receivers(plan []node, to map[int]bool) map[int]bool {
	for _, n := range plan {
		switch n := n.(type) {
		case sending:
			for _, stage := range slices.Concat(n.stages, n.joint) {
				for _, m := range stage {
					to[m.To] = true
				}
			}
		case passes:
			receivers(n.body, to)
		case choice:
			receivers(n.arms[0], to)
			receivers(n.arms[1], to)
		case together:
			for _, b := range n.branches {
				receivers(b, to)
			}
		}
	}
	return to
}

// A moment is the state of the clocks between two passes.
type moment struct {
	now   []types.Size
	lines map[int]types.Size
}

func (c *clock) moment() moment { return moment{slices.Clone(c.now), maps.Clone(c.lines)} }

// alike reports that the last d passes, and the d before them, moved all
// receivers by the same, one of them being the latest of all players.
func (c *clock) alike(seen []moment, d int, receivers []int) bool {
	last := len(seen) - 1
	if last < 2*d {
		return false
	}
	var by *types.Size
	for _, k := range []int{last - d, last} {
		before, now := seen[k-d].now, seen[k].now
		var among []types.Size
		for _, p := range receivers {
			moved := now[p].Sub(before[p])
			if by != nil && !moved.Equal(*by) {
				return false
			}
			by = &moved
			among = append(among, before[p])
		}
		if !c.latest(among).Equal(c.latest(before)) {
			return false
		}
	}
	return true
}

// even reports that each of the last d passes moved the latest clock by the same.
func (c *clock) even(seen []moment, d int) bool {
	by := func(k int) types.Size { return c.latest(seen[k].now).Sub(c.latest(seen[k-1].now)) }
	last := len(seen) - 1
	for k := last - d + 1; k < last; k++ {
		if !by(k).Equal(by(last)) {
			return false
		}
	}
	return true
}

// skip adds what the passes after the first k move: as the last of them did. If
// the trip count is no number, that holds from the moment on at which all later
// ones agree with it.
func (c *clock) skip(trip types.Size, seen []moment, low, k int64) {
	last, before := seen[len(seen)-1], seen[len(seen)-2]
	if _, known := trip.Const(); !known {
		from := k
		for from > low && seen[from-1].equal(last.after(before, types.Int(from-1-k))) {
			from--
		}
		c.assume(trip, from, low)
	}
	end := last.after(before, trip.Sub(types.Int(k)))
	c.now, c.lines = end.now, end.lines
}

// assume restricts what is stated to trip >= from.
func (c *clock) assume(trip types.Size, from, low int64) {
	if from <= low {
		return
	}
	c.where = append(c.where, fmt.Sprintf("%s >= %d", trip, from))
	if name, ok := trip.Var(); ok {
		c.bounds[name] = from
	}
}

// after is the moment so many passes later, each of which moves everything as
// the pass since before did.
func (m moment) after(before moment, passes types.Size) moment {
	out := moment{slices.Clone(m.now), maps.Clone(m.lines)}
	for p := range m.now {
		out.now[p] = m.now[p].Add(m.now[p].Sub(before.now[p]).Mul(passes))
	}
	for step := range m.lines {
		out.lines[step] = m.lines[step].Add(m.lines[step].Sub(before.lines[step]).Mul(passes))
	}
	return out
}

func (m moment) equal(o moment) bool {
	for step := range o.lines {
		if !m.lines[step].Equal(o.lines[step]) {
			return false
		}
	}
	return slices.EqualFunc(m.now, o.now, types.Size.Equal)
}
