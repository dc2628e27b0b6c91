// Package progress says how far a run is, what it has disclosed last, and how long
// it still takes.
package progress

import (
	"slices"
	"time"
)

// LogEvery is how far lines of progress in a server's log are apart.
const LogEvery = 30 * time.Second

// Depth is how many loops around a step are told of.
const Depth = 3

// A Pass is where a public loop is.
type Pass struct {
	Loop     int   // the loop's step
	Pass, Of int64 // from 1; of a `while` Of is its limit
}

// A Place is how far one player is: the last step at which it sent or received,
// and the loops around that, outermost first, those unused with Of 0. It has no
// more, so that it tells others nothing of what a player does by itself.
type Place struct {
	Step  int
	Loops [Depth]Pass
}

// Around are the loops of a place.
func (p *Place) Around() []Pass {
	n := slices.IndexFunc(p.Loops[:], func(l Pass) bool { return l.Of == 0 })
	if n < 0 {
		n = Depth
	}
	return p.Loops[:n]
}

// PlaceAt is the place with these loops; others than Depth are left out.
func PlaceAt(step int, loops []Pass) Place {
	p := Place{Step: step}
	copy(p.Loops[:], loops)
	return p
}

// A Value is a single number that was disclosed.
type Value struct{ Label, Text string }

// MaxValues is of how many labels the last value is told while a run goes on.
const MaxValues = 16

// With are the last values of each label, once x was disclosed, too. They are new.
func With(values []Value, x Value) []Value {
	i := slices.IndexFunc(values, func(y Value) bool { return y.Label == x.Label })
	if i < 0 {
		return append(slices.Clip(values), x)
	}
	values = slices.Clone(values)
	values[i] = x
	return values
}
