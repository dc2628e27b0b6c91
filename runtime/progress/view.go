package progress

// What is shown of a run, in a line.

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Step is what a step number stands for.
type Step struct {
	Number     int
	Op, Source string // "divide", "average.tfe:14"
	Variable   string // of a loop
}

// A View is what is seen of a run while it goes on.
type View struct {
	steps  []Step // ascending
	place  Place
	values []Value // the last of each label, in the order in which labels came up
	pace   pace
}

// NewView returns the view of a run of a program with these steps.
func NewView(steps []Step) *View { return &View{steps: steps} }

// At notes where the run is, by the place that some player has told last.
func (v *View) At(p Place) { v.place = p }

// Disclosed notes a value that was disclosed.
func (v *View) Disclosed(x Value) { v.values = With(v.values, x) }

// Values are the last of each label.
func (v *View) Values() []Value { return v.values }

// Loops reads "epoch 2 of 5, batch 117 of 468, 3m10s left", as seen at a time; ""
// outside loops. The time is that of the outermost.
func (v *View) Loops(now time.Time) string {
	var parts []string
	for _, l := range v.place.Around() {
		parts = append(parts, v.loop(l))
	}
	if left, ok := v.pace.left(now, v.Done(), v.place.Loops[0].Loop); ok {
		parts = append(parts, duration(left)+" left")
	}
	return strings.Join(parts, ", ")
}

func (v *View) loop(l Pass) string {
	switch s := v.step(l.Loop); s.Op {
	case "for":
		return fmt.Sprintf("%s %d of %d", s.Variable, l.Pass, l.Of)
	default:
		return fmt.Sprintf("pass %d of at most %d", l.Pass, l.Of)
	}
}

// Line reads "epoch 2 of 5, 3m10s left, loss 0.34, at step 10 of 14 (divide,
// average.tfe:14)".
func (v *View) Line(now time.Time) string {
	var parts []string
	if loops := v.Loops(now); loops != "" {
		parts = append(parts, loops)
	}
	for _, x := range v.values {
		parts = append(parts, x.Label+" "+x.Text)
	}
	at := "in the set-up"
	if s := v.step(v.place.Step); s.Number > 0 {
		at = fmt.Sprintf("at step %d of %d (%s, %s)", s.Number, v.last(), s.Op, s.Source)
	}
	return strings.Join(append(parts, at), ", ")
}

// step is what a number stands for, which need not be one of the program's.
func (v *View) step(n int) Step {
	i, ok := slices.BinarySearchFunc(v.steps, n, func(s Step, n int) int { return s.Number - n })
	if !ok {
		return Step{}
	}
	return v.steps[i]
}

// last is the number of the last step.
func (v *View) last() int {
	if n := len(v.steps); n > 0 {
		return v.steps[n-1].Number
	}
	return 1
}

// Done is the part that is done, 0 to 1: of the outermost loop, where that is a
// `for`, else of the steps.
func (v *View) Done() float64 {
	if loops := v.place.Around(); len(loops) > 0 {
		return v.share(loops)
	}
	return max(0, min(float64(v.place.Step)/float64(v.last()), 1))
}

// share is the part of a loop that is done. That of a `while`, which may end in
// any pass, is not known.
func (v *View) share(loops []Pass) float64 {
	if len(loops) == 0 || v.step(loops[0].Loop).Op != "for" {
		return 0
	}
	done := (float64(loops[0].Pass-1) + v.share(loops[1:])) / float64(loops[0].Of)
	return max(0, min(done, 1)) // whatever another player says
}

// A pace is how fast the outermost loop goes.
type pace struct {
	loop  int // its step
	first float64
	since time.Time
	done  float64 // players may lag behind each other
}

// left is the time that the loop still takes, if its passes go on as those that
// were seen; false before enough of them were.
func (p *pace) left(now time.Time, done float64, loop int) (time.Duration, bool) {
	if loop != p.loop {
		*p = pace{loop: loop, first: done, since: now, done: done}
	}
	p.done = max(p.done, done)
	took := now.Sub(p.since)
	if loop == 0 || p.done <= p.first || took <= 0 {
		return 0, false
	}
	left := took.Hours() * (1 - p.done) / (p.done - p.first)
	if left > longest.Hours() {
		return 0, false
	}
	return time.Duration(left * float64(time.Hour)), true
}

// longest is the longest time that is worth telling.
const longest = 10_000 * time.Hour

// duration rounds: "48s", "3m10s", "2h5m".
func duration(d time.Duration) string {
	if d >= time.Hour {
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.Round(time.Second).String()
}
