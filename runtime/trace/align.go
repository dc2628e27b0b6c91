package trace

// What passed between players, and one time for all of them.

import (
	"cmp"
	"slices"
	"time"
)

// A Passage is a message with both of its ends. From and To are indices of
// players.
type Passage struct {
	From, To       int
	Sent, Received *Message
}

// Passed are the messages of which both ends are recorded, in the order in
// which they were sent at each player.
func (r *Run) Passed() []Passage {
	type key struct{ from, to, step, occurrence, number int }
	players, count := r.recorded(), 0
	for i := range r.Records {
		count += len(r.Records[i].Messages)
	}
	taken := make(map[key]*Message, count/2)
	for i := range r.Records {
		for k := range r.Records[i].Messages {
			if m := &r.Records[i].Messages[k]; m.Received {
				taken[key{m.Peer, players[i], m.Step, m.Occurrence, m.Number}] = m
			}
		}
	}
	all := make([]Passage, 0, len(taken))
	for i, from := range players {
		for k := range r.Records[i].Messages {
			m := &r.Records[i].Messages[k]
			if m.Received {
				continue
			}
			if got, ok := taken[key{from, m.Peer, m.Step, m.Occurrence, m.Number}]; ok {
				all = append(all, Passage{from, m.Peer, m, got})
			}
		}
	}
	return all
}

// recorded are the indices of the players that the records are of.
func (r *Run) recorded() []int {
	var players []int
	for _, x := range r.Records {
		players = append(players, r.index(x.Player))
	}
	return players
}

// index is that of a player, or -1.
func (r *Run) index(player string) int {
	return slices.IndexFunc(r.Players, func(p Player) bool { return p.Name == player })
}

// Shifts are what to add to the times of each player so that all count from the
// first beginning, by one clock.
func (r *Run) Shifts() map[string]time.Duration { return r.shifts(r.Passed()) }

func (r *Run) shifts(passed []Passage) map[string]time.Duration {
	out := make(map[string]time.Duration)
	if len(r.Records) == 0 {
		return out
	}
	reference, players := r.Records[0], r.recorded()
	fastest := r.fastest(passed)
	for i, x := range r.Records {
		out[x.Player] = x.Began.Sub(reference.Began) + skew(fastest, players[0], players[i])
	}
	first := slices.MinFunc(r.Records, func(a, b Record) int { return cmp.Compare(out[a.Player], out[b.Player]) }).Player
	least := out[first]
	for player := range out {
		out[player] -= least
	}
	return out
}

// A direction is an ordered pair of players.
type direction struct{ from, to int }

// fastest is the shortest time that a message seems to have taken, by the
// clocks of its ends.
func (r *Run) fastest(passed []Passage) map[direction]time.Duration {
	began := make([]time.Time, len(r.Players))
	for i, player := range r.recorded() {
		began[player] = r.Records[i].Began
	}
	out := make(map[direction]time.Duration)
	for _, p := range passed {
		d := direction{p.From, p.To}
		took := began[p.To].Add(p.Received.At).Sub(began[p.From].Add(p.Sent.At))
		if least, ok := out[d]; !ok || took < least {
			out[d] = took
		}
	}
	return out
}

// skew is what the clock of a player must be advanced by to agree with the
// reference's. Clocks that let every message arrive after it was sent are left
// alone; others are moved so that messages take as long in both directions, as
// NTP does (RFC 5905, section 8).
func skew(fastest map[direction]time.Duration, reference, player int) time.Duration {
	there, sent := fastest[direction{reference, player}]
	back, came := fastest[direction{player, reference}]
	switch {
	case !sent || !came || there >= 0 && back >= 0:
		return 0
	}
	return (back - there) / 2
}
