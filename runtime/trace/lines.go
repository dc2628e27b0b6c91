package trace

// What each line of the program cost.

import (
	"cmp"
	"slices"
)

// A Line is all steps of one source line together. Players work at the same
// time: what they count adds up, how long they take does not.
type Line struct {
	File   string
	Number int // 0: the set-up and the last exchange
	Text   string
	Steps  []int // that it consists of and somebody came to, ascending

	Most    Total    // the most of any computing player, if one came to it, else of any: Time, Waited, Rounds, Memory, Calls
	All     Total    // of all players together: bytes and messages; those sent are those received
	Rounds  int      // by which it lengthened the longest chain of messages of the body
	Players []string // who came to it, in the run's order
	Totals  []Total  // of each of Players
}

// Where is the line as in "average.tfe:14", or "" for the set-up.
func (l Line) Where() string { return Step{File: l.File, Line: l.Number}.Where() }

// A place is a line of a file.
type place struct {
	file string
	line int
}

// Lines are the lines that players came to, that with the most time first, of
// equal ones that with the most bytes.
func (r *Run) Lines() []Line {
	var order []place
	lines := make(map[place]*Line)
	for _, x := range r.Records {
		for _, t := range x.Steps {
			s := r.Step(t.Step)
			at := place{s.File, s.Line}
			l := lines[at]
			if l == nil {
				l = &Line{File: s.File, Number: s.Line, Text: s.Text}
				lines[at], order = l, append(order, at)
			}
			l.count(x.Player, t)
		}
	}
	out := make([]Line, len(order))
	rounds := r.rounds()
	for i, at := range order {
		out[i] = *lines[at]
		out[i].Most = r.most(out[i])
		out[i].Rounds = rounds[at]
	}
	slices.SortStableFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(b.Most.Time, a.Most.Time), cmp.Compare(b.All.SentBytes, a.All.SentBytes), cmp.Compare(a.Number, b.Number))
	})
	return out
}

// count adds a step's total at a player.
func (l *Line) count(player string, t Total) {
	if i, found := slices.BinarySearch(l.Steps, t.Step); !found {
		l.Steps = slices.Insert(l.Steps, i, t.Step)
	}
	if n := len(l.Players); n == 0 || l.Players[n-1] != player {
		l.Players, l.Totals = append(l.Players, player), append(l.Totals, Total{})
	}
	own := &l.Totals[len(l.Totals)-1]
	own.add(t)
	l.All.add(t)
}

// most is the line's Most: who only receives a result waits for it from the
// beginning, whatever the line costs.
func (r *Run) most(l Line) (most Total) {
	computes := func(player string) bool {
		return slices.ContainsFunc(r.Players, func(p Player) bool { return p.Name == player && p.Computes })
	}
	some := slices.ContainsFunc(l.Players, computes)
	for i, t := range l.Totals {
		if some && !computes(l.Players[i]) {
			continue
		}
		most = Total{Calls: max(most.Calls, t.Calls), Time: max(most.Time, t.Time), Waited: max(most.Waited, t.Waited),
			Rounds: max(most.Rounds, t.Rounds), Memory: max(most.Memory, t.Memory)}
	}
	return most
}

// rounds are the lengths of the longest chain of messages, each given to the line
// of the first step that reached it, at whichever player.
func (r *Run) rounds() map[place]int {
	var lengths []int // at which the first step may change
	for _, x := range r.Records {
		for _, g := range x.Chain {
			lengths = append(lengths, g[1])
		}
	}
	slices.Sort(lengths)
	out := make(map[place]int)
	next, last := make([]int, len(r.Records)), 0
	for _, length := range slices.Compact(lengths) {
		first := 0
		for i, x := range r.Records {
			for next[i] < len(x.Chain) && x.Chain[next[i]][1] < length {
				next[i]++
			}
			if next[i] < len(x.Chain) && (first == 0 || x.Chain[next[i]][0] < first) {
				first = x.Chain[next[i]][0]
			}
		}
		s := r.Step(first)
		out[place{s.File, s.Line}] += length - last
		last = length
	}
	return out
}

// Rounds is the longest chain of messages in the body.
func (r *Run) Rounds() int {
	rounds := 0
	for _, x := range r.Records {
		rounds = max(rounds, x.Rounds)
	}
	return rounds
}
