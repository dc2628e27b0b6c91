package cost

// The report as text.

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/tfec-lang/tfec/runtime/capability"
)

// String is the report as tables, with notes on how to read them.
func (r *Report) String() string {
	var out strings.Builder
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "op\telements\trounds\tbytes\t%sline\n", r.ahead("ahead"))
	for _, x := range r.rows {
		rounds := "?"
		if r.Rounds != nil {
			rounds = x.rounds.String()
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s%s\n", x.op, x.elements, rounds, x.bytes.figure(), r.ahead(x.ahead.figure()), x.line)
	}
	fmt.Fprintf(t, "total\t\t%s\t%s\t%s\n", optional(r.Rounds), r.Bytes, r.ahead(r.Ahead))
	t.Flush()
	fmt.Fprintln(&out)
	if len(r.Loops) > 0 {
		fmt.Fprintf(t, "loop\tpasses\trounds a pass\trounds\tbytes a pass\tbytes\n")
		for _, l := range r.Loops {
			fmt.Fprintf(t, "line %s\t%s\t%s\t%s\t%s\t%s\n", l.Line, l.Passes, optional(l.RoundsAPass), optional(l.Rounds), l.BytesAPass, l.Bytes)
		}
		t.Flush()
		fmt.Fprintln(&out)
	}
	fmt.Fprintf(t, "player\trounds\tbytes sent\tbytes received\t%smessages sent\tmessages received\n", r.ahead("ahead sent", "ahead received"))
	for _, p := range r.Players {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s%s\t%s\n", p.Player, optional(p.Rounds), p.SentBytes, p.ReceivedBytes, r.ahead(p.AheadSent, p.AheadReceived), p.SentMessages, p.ReceivedMessages)
	}
	t.Flush()
	fmt.Fprintf(&out, "\n%s\n", strings.Join(r.notes(), "\n"))
	return out.String()
}

// ahead is the cells of what helpers send ahead: none where there are no helpers.
func (r *Report) ahead(cells ...any) (text string) {
	if r.Ahead != nil {
		for _, c := range cells {
			text += fmt.Sprint(c) + "\t"
		}
	}
	return text
}

// optional is a figure, or ? where none can be stated.
func optional(f *Figure) string {
	if f == nil {
		return "?"
	}
	return f.Text
}

// notes say how the tables are to be read.
func (r *Report) notes() []string {
	notes := []string{
		fmt.Sprintf("Bytes are payload. Apart: the set-up has %d rounds and the last exchange %d, each from everybody to everybody.", r.SetUpRounds, r.LastRounds),
	}
	if r.Ahead != nil {
		notes = append(notes, fmt.Sprintf("Ahead: of the bytes, what the dealer sends before it is needed, whatever the data are; the rounds are of the rest. It waits for nothing but %s, and then begins a round of those.", r.awaited()))
	}
	if strings.Contains(r.Bytes.Text, "⌈") {
		notes = append(notes, "⌈ ⌉: each message in it is rounded up to whole bytes; with all sizes set the figures are exact.")
	}
	if r.Rounds == nil {
		notes = append(notes, fmt.Sprintf("The rounds cannot be stated: %s. Set the sizes.", r.Missing))
	}
	if len(r.Where) > 0 {
		notes = append(notes, fmt.Sprintf("The rounds hold for %s.", strings.Join(r.Where, ", ")))
	}
	notes = append(notes, r.reservations()...)
	if r.Bound != nil {
		notes = append(notes, fmt.Sprintf("Fewer than one run in a thousand takes more than %s rounds or %s bytes.", optional(r.Bound.Rounds), r.Bound.Bytes))
	}
	for _, a := range r.Advice {
		notes = append(notes, fmt.Sprintf("Advice: the passes of the loop of line %s do not depend on each other. With `%s` instead of it, the computation takes %s rounds, not %s.",
			a.Line, strings.Join(a.Instead, "`, `"), a.Rounds, optional(r.Rounds)))
	}
	if r.Time != nil {
		if r.Ahead != nil {
			notes = append(notes, fmt.Sprintf("Time on %s for what is sent ahead: %s.", r.Time.Net, seconds(r.Time.Ahead)))
		}
		notes = append(notes,
			fmt.Sprintf("Time on %s: %s, and %s for the set-up and the last exchange (estimated: %s).", r.Time.Net, seconds(r.Time.Seconds), seconds(r.Time.SetUp), r.Time.Assumes))
	}
	return notes
}

// awaited is what the dealer waits for.
func (r *Report) awaited() string {
	opened := "what the players open to it"
	if row, _ := capability.Lookup(r.Protocol); row.HelpersCompare {
		return opened + " and, in comparisons, the servers"
	}
	return opened
}

// reservations say where the figures are expected, or a bound.
func (r *Report) reservations() (notes []string) {
	for _, line := range r.Randomised {
		notes = append(notes, fmt.Sprintf("Expected: line %s sorts, with comparisons and levels that are random.", line))
	}
	for _, a := range r.Assumed {
		notes = append(notes, fmt.Sprintf("Sorting is stated for %s.", a))
	}
	for _, line := range r.AtMost {
		notes = append(notes, fmt.Sprintf("At most: what line %s decides in the run may send less.", line))
	}
	return notes
}

func seconds(s float64) string {
	if s < 1 {
		return fmt.Sprintf("%.4g ms", s*1e3)
	}
	return fmt.Sprintf("%.4g s", s)
}
