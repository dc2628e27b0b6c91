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
	Sent, Received Message
}

// Passed are the messages of which both ends are recorded, in the order in
// which they were sent at each player.
func (r *Run) Passed() []Passage {
	type key struct{ from, to, step, occurrence, number int }
	index := make(map[string]int)
	for i, p := range r.Players {
		index[p.Name] = i
	}
	taken := make(map[key]Message)
	for _, x := range r.Records {
		for _, m := range x.Messages {
			if m.Received {
				taken[key{m.Peer, index[x.Player], m.Step, m.Occurrence, m.Number}] = m
			}
		}
	}
	var all []Passage
	for _, x := range r.Records {
		for _, m := range x.Messages {
			from := index[x.Player]
			if got, ok := taken[key{from, m.Peer, m.Step, m.Occurrence, m.Number}]; ok && !m.Received {
				all = append(all, Passage{from, m.Peer, m, got})
			}
		}
	}
	return all
}

// Shifts are what to add to the times of each player so that all count from the
// first beginning, by one clock.
func (r *Run) Shifts() map[string]time.Duration {
	out := make(map[string]time.Duration)
	if len(r.Records) == 0 {
		return out
	}
	reference := r.Records[0]
	fastest := r.fastest()
	for _, x := range r.Records {
		out[x.Player] = x.Began.Sub(reference.Began) + r.skew(fastest, reference.Player, x.Player)
	}
	first := slices.MinFunc(r.Records, func(a, b Record) int { return cmp.Compare(out[a.Player], out[b.Player]) }).Player
	least := out[first]
	for player := range out {
		out[player] -= least
	}
	return out
}

// A direction is an ordered pair of players.
type direction struct{ from, to string }

// fastest is the shortest time that a message seems to have taken, by the
// clocks of its ends.
func (r *Run) fastest() map[direction]time.Duration {
	out := make(map[direction]time.Duration)
	for _, p := range r.Passed() {
		d := direction{r.Players[p.From].Name, r.Players[p.To].Name}
		took := r.Record(d.to).Began.Add(p.Received.At).Sub(r.Record(d.from).Began.Add(p.Sent.At))
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
func (r *Run) skew(fastest map[direction]time.Duration, reference, player string) time.Duration {
	there, sent := fastest[direction{reference, player}]
	back, came := fastest[direction{player, reference}]
	switch {
	case !sent || !came || there >= 0 && back >= 0:
		return 0
	}
	return (back - there) / 2
}
