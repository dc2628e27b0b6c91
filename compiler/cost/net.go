package cost

// Estimates of time.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Net is what an estimate assumes of every connection.
type Net struct {
	Name      string
	RoundTrip time.Duration
	BitsPerS  float64 // of each player, in either direction
}

var nets = map[string]Net{
	"lan": {"lan", 100 * time.Microsecond, 10e9},
	"wan": {"wan", 40 * time.Millisecond, 352e6},
}

// NetOf returns the net of a name.
func NetOf(name string) (Net, error) {
	n, ok := nets[name]
	if !ok {
		return Net{}, fmt.Errorf("unknown net %q: it is %s", name, strings.Join(slices.Sorted(maps.Keys(nets)), " or "))
	}
	return n, nil
}

// A Time is an estimate for a net: a message of a chain takes half a round
// trip, and the busiest player's bytes pass one after the other. Computing is
// not counted, nor what a helper sends ahead, which takes a time of its own.
type Time struct {
	Net     string  `json:"net"`
	Seconds float64 `json:"seconds"`
	Ahead   float64 `json:"ahead_seconds,omitempty"`
	SetUp   float64 `json:"set_up_seconds"` // the set-up and the last exchange
	Assumes string  `json:"assumes"`
}

// Seconds is the time of a chain of so many messages, in which the busiest
// player sends, or receives, so many bytes.
func (n Net) Seconds(rounds, bytes int64) float64 {
	return float64(rounds)*n.RoundTrip.Seconds()/2 + float64(bytes)*8/n.BitsPerS
}

// assumes is the net in words.
func (n Net) assumes() string {
	return fmt.Sprintf("%.4g ms for a round trip, %.4g Gbit/s each way at every player; computing is not counted", n.RoundTrip.Seconds()*1e3, n.BitsPerS/1e9)
}

// Estimate sets Time; all figures must be numbers.
func (r *Report) Estimate(n Net) (err error) {
	r.Time, err = r.estimate(n)
	return err
}

func (r *Report) estimate(n Net) (*Time, error) {
	if r.Rounds == nil || !r.Rounds.Known {
		return nil, errors.New("cannot estimate the time: the rounds are not a number")
	}
	var busiest, ahead int64
	for _, p := range r.Players {
		if !p.SentBytes.Known || !p.ReceivedBytes.Known {
			return nil, errors.New("cannot estimate the time: the bytes are not a number")
		}
		var sent, received int64
		if p.AheadSent != nil {
			sent, received = p.AheadSent.Value, p.AheadReceived.Value
		}
		busiest = max(busiest, p.SentBytes.Value-sent, p.ReceivedBytes.Value-received)
		ahead = max(ahead, sent)
	}
	return &Time{
		Net: n.Name, Seconds: n.Seconds(r.Rounds.Value, busiest), Ahead: n.Seconds(0, ahead), SetUp: n.Seconds(SetUpRounds+LastRounds, 0),
		Assumes: n.assumes(),
	}, nil
}
