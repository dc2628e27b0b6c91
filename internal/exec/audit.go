package exec

// The audit (spec.md, section 20): what a run opened and revealed
// is what the disclosure report says. The transcript comes from the kernels of
// the players and from their links, the claims from the report, and nothing but
// the step numbers is common to both.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/report"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
)

// Audit runs a test block on the runtime as RunAudited does. It returns what was
// seen, a fact a line.
func Audit(t *ir.Test) (r interp.TestResult, seen []string) {
	r = interp.RunTestOn(t, func(p *ir.Program, in map[string]interp.Tensor) (out map[string]interp.Tensor, err error) {
		out, seen, err = RunAudited(p, in)
		return out, err
	})
	return r, seen
}

// RunAudited is Run, with what came into the clear held against the report. A
// difference is an error; else it returns what was seen, a fact a line.
func RunAudited(p *ir.Program, in map[string]interp.Tensor) (out map[string]interp.Tensor, seen []string, err error) {
	rec := record(p, nil)
	out, err = rec.run(p, in)
	seen, wrong := audit(p, rec)
	return out, seen, errors.Join(err, wrong)
}

// An auditor compares a recording with a report.
type auditor struct {
	*recording
	p     *ir.Program
	names func(step uint32) string
	sizes map[string]int64
	made  []*disclosed // in the order of the report

	seen, wrong []string
}

// disclosed is a claim of the report, and how often it came true.
type disclosed struct {
	report.Disclosure
	times int64
}

// audit compares; a run that failed need not have made every disclosure. It
// returns what was seen and, where the report does not say that, what differs.
func audit(p *ir.Program, rec *recording) (seen []string, wrong error) {
	r := report.Of(p, report.Header{})
	a := &auditor{recording: rec, p: p, names: Programs(p)[0].Describe}
	for _, d := range r.Disclosures {
		a.made = append(a.made, &disclosed{Disclosure: d})
	}
	a.agreed(r)
	for _, o := range a.occasions() {
		a.occasion(o)
	}
	a.unlisted()
	for _, d := range a.made {
		a.count(d)
	}
	a.outputs()
	if len(a.wrong) > 0 {
		return nil, fmt.Errorf("the report is not what was seen:\n%s", strings.Join(a.wrong, "\n"))
	}
	return append(a.seen, "nothing else was opened or revealed"), nil
}

func (a *auditor) differ(format string, args ...any) {
	a.wrong = append(a.wrong, fmt.Sprintf(format, args...))
}

// agreed compares the sizes that every player has learned.
func (a *auditor) agreed(r *report.Report) {
	var claimed []string
	for _, s := range r.Sizes {
		claimed = append(claimed, s.Name)
	}
	slices.Sort(claimed)
	for _, player := range a.p.PlayerNames() {
		sizes, ok := a.recording.sizes[player]
		if !ok {
			continue // stopped before
		}
		a.sizes = sizes
		if known := slices.Sorted(maps.Keys(sizes)); !slices.Equal(known, claimed) {
			a.differ("%s learned the sizes %v, the report says %v", player, known, claimed)
		}
	}
	var values []string
	for _, s := range r.Sizes {
		if n, ok := a.sizes[s.Name]; ok {
			values = append(values, fmt.Sprintf("%s = %d", s.Name, n))
		}
	}
	if len(values) > 0 {
		a.seen = append(a.seen, "everybody learned "+strings.Join(values, ", "))
	}
}

// An occasion is one opening as all its players saw it.
type occasion struct {
	step, pass int
	to         []string
	elem       clear.Type
	shape      []int
	values     map[string]clear.Tensor // by who learned it
}

// occasions joins what the players saw of each opening. What operations open
// for themselves is no disclosure, and none of it leaves the computing players.
func (a *auditor) occasions() []*occasion {
	all := make(map[[2]int]*occasion)
	for _, player := range a.p.PlayerNames() {
		for _, o := range a.openings[player] {
			if o.Randomised {
				a.inner(o)
				continue
			}
			at := [2]int{o.Step, o.Occurrence}
			x, ok := all[at]
			if !ok {
				x = &occasion{o.Step, o.Occurrence, nil, o.Elem, o.Shape, make(map[string]clear.Tensor)}
				all[at] = x
			}
			if o.Elem != x.elem || !slices.Equal(o.Shape, x.shape) {
				a.differ("%s saw %s at %s, another player %s", player, text(o.Elem, o.Shape), a.names(uint32(o.Step)), text(x.elem, x.shape))
			}
			if slices.Contains(o.To, player) {
				x.values[player] = o.Value
			}
			x.to = append(x.to, o.To...)
		}
	}
	return slices.SortedFunc(maps.Values(all), func(x, y *occasion) int {
		return slices.Compare([]int{x.step, x.pass}, []int{y.step, y.pass})
	})
}

// inner checks an opening that an operation made for itself.
func (a *auditor) inner(o runtime.Opening) {
	for _, player := range o.To {
		if !slices.Contains(players(a.p, a.p.Computing().Members()), player) {
			a.differ("%s learned what %s opens for itself", player, a.names(uint32(o.Step)))
		}
	}
}

// occasion finds the claim that an opening makes true.
func (a *auditor) occasion(o *occasion) {
	slices.Sort(o.to)
	o.to = slices.Compact(o.to)
	k := slices.IndexFunc(a.made, func(d *disclosed) bool { return slices.Contains(d.Steps, o.step) })
	if k < 0 {
		a.differ("%s learned %s at %s, which is not in the report", strings.Join(o.to, ", "), text(o.elem, o.shape), a.names(uint32(o.step)))
		return
	}
	d := a.made[k]
	d.times++
	if got, want := text(o.elem, o.shape), a.text(d); got != want {
		a.differ("%s was opened as %s, the report says %s", d.Name, got, want)
	}
	if to := slices.Sorted(slices.Values(d.To)); !slices.Equal(o.to, to) {
		a.differ("%s was opened to %s, the report says to %s", d.Name, strings.Join(o.to, ", "), strings.Join(to, ", "))
	}
	if d.Kind == "output" {
		a.named(d.Name, o)
	}
}

// named compares what was opened as an output with what is delivered under its
// name.
func (a *auditor) named(name string, o *occasion) {
	for player, opened := range o.values {
		if out, ok := a.recording.outputs[player][name]; ok && !slices.Equal(out.Data, opened.Data) {
			a.differ("%s got another value as output %s than %s opened", player, name, a.names(uint32(o.step)))
		}
	}
}

// unlisted looks for messages to players that compute nothing in steps that
// disclose nothing to them.
func (a *auditor) unlisted() {
	for _, player := range a.p.PlayerNames() {
		if slices.Contains(players(a.p, a.p.Computing().Members()), player) {
			continue // shares pass between these
		}
		for _, e := range a.witnesses[player].events {
			if e.does == receives && e.step > 0 && !slices.ContainsFunc(a.made, func(d *disclosed) bool {
				return slices.Contains(d.Steps, int(e.step)) && slices.Contains(d.To, player)
			}) {
				a.differ("%s %s at %s, which is not in the report", player, e, a.names(e.step))
			}
		}
	}
}

// count compares how often a disclosure was made.
func (a *auditor) count(d *disclosed) {
	if d.Kind == "computed" || d.Kind == "admitted" {
		return // nothing is sent
	}
	most, atMost, err := d.Times(a.sizes)
	switch {
	case err != nil && d.times > 0:
		a.differ("%s: %v", d.Name, err)
	case d.times > most:
		a.differ("%s was opened %s, the report says at most %s", d.Name, times(d.times), times(most))
	case d.times < most && !atMost && a.finished:
		a.differ("%s was opened %s, the report says %s", d.Name, times(d.times), times(most))
	}
	if d.times == 0 {
		return
	}
	who := strings.Join(d.To, ", ")
	if d.Everybody {
		who = "everybody"
	}
	often := ""
	if d.times > 1 {
		often = ", " + times(d.times)
	}
	a.seen = append(a.seen, fmt.Sprintf("%s learned %s: %s%s", who, d.Name, a.text(d), often))
}

// outputs compares whom the outputs reached with whom the report names.
func (a *auditor) outputs() {
	for player, values := range a.recording.outputs {
		for name := range values {
			if !slices.ContainsFunc(a.made, func(d *disclosed) bool { return d.Name == name && (d.Kind == "output" || d.Kind == "computed") }) {
				a.differ("%s got the output %s, which is not in the report", player, name)
			}
		}
	}
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// text is the type that a claim has in this run.
func (a *auditor) text(d *disclosed) string {
	e, shape, err := d.Value(a.sizes)
	if err != nil {
		return err.Error()
	}
	return text(elem(e), shape)
}

// text writes a type as it travels: "fixed(20, 18)[50, 3]".
func text(e clear.Type, shape []int) string {
	if len(shape) == 0 {
		return e.String()
	}
	return e.String() + strings.ReplaceAll(fmt.Sprint(shape), " ", ", ")
}
