package cost

// A computation on each protocol, side by side.

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// A Comparison is what a computation takes on each of several protocols.
type Comparison struct {
	File        string     `json:"file"`
	Computation string     `json:"computation"`
	Rows        []Compared `json:"protocols"`
	notes       []string
}

// Compared is one protocol of a Comparison: the figures of its report, of which
// Online and Ahead add up to the bytes.
type Compared struct {
	Protocol string `json:"protocol"` // with its players
	// Refused is why the program does not go on the protocol; nothing else is
	// said of it then.
	Refused string  `json:"refused,omitempty"`
	Rounds  *Figure `json:"rounds,omitempty"`
	Online  *Figure `json:"online_bytes,omitempty"`
	Ahead   *Figure `json:"ahead_bytes,omitempty"`
	// Times has an estimate for each net, where all figures are numbers.
	Times []Time `json:"times,omitempty"`
	// Bound is what fewer than one run in a thousand exceeds, where chance decides.
	Bound *Bounded `json:"bound,omitempty"`
	// Insecure says that the protocol hides nothing.
	Insecure bool `json:"insecure,omitempty"`
}

// Bounded are figures that hold nearly always; the bytes are all, those ahead, too.
type Bounded struct {
	Rounds *Figure `json:"rounds"`
	Bytes  Figure  `json:"bytes"`
}

// Add puts in what a program takes, with set as for Of.
func (c *Comparison) Add(p *ir.Program, set map[string]int64) error {
	r, err := Of(p, set)
	if err != nil {
		return err
	}
	protocol, _ := p.Protocol.Capability()
	row := Compared{Protocol: p.Cast(), Rounds: r.Rounds, Online: &r.online, Ahead: &r.dealt, Insecure: protocol.Insecure}
	for _, name := range slices.Sorted(maps.Keys(nets)) {
		if t, err := r.estimate(nets[name]); err == nil {
			row.Times = append(row.Times, *t)
		}
	}
	notes := r.reservations()
	if r.Bound != nil {
		row.Bound = &Bounded{r.Bound.Rounds, r.Bound.Bytes}
		notes = append(notes, fmt.Sprintf("On %s, fewer than one run in a thousand takes more than %s rounds or %s bytes, those ahead included.", row.Protocol, optional(r.Bound.Rounds), r.Bound.Bytes))
	}
	c.File, c.Computation, c.Rows = r.File, r.Computation, append(c.Rows, row)
	for _, note := range notes {
		if !slices.Contains(c.notes, note) {
			c.notes = append(c.notes, note)
		}
	}
	return nil
}

// Refuse puts in that a protocol cannot carry the program out, and why.
func (c *Comparison) Refuse(protocol, why string) {
	c.Rows = append(c.Rows, Compared{Protocol: protocol, Refused: why})
}

// String is a table, with notes on how to read it.
func (c *Comparison) String() string {
	var out strings.Builder
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "protocol\trounds\tbytes\tahead")
	names := slices.Sorted(maps.Keys(nets))
	for _, name := range names {
		fmt.Fprintf(t, "\t%s\tahead", name)
	}
	fmt.Fprintln(t)
	for _, row := range c.Rows {
		if row.Refused != "" {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s", row.Protocol, optional(row.Rounds), row.Online, row.Ahead)
		for _, x := range row.Times {
			fmt.Fprintf(t, "\t%s\t%s", seconds(x.Seconds), seconds(x.Ahead))
		}
		for range len(names) - len(row.Times) {
			fmt.Fprint(t, "\t?\t?")
		}
		fmt.Fprintln(t)
	}
	t.Flush()
	fmt.Fprintln(&out)
	for _, row := range c.Rows {
		switch {
		case row.Refused != "":
			fmt.Fprintf(&out, "Not on %s: %s.\n", row.Protocol, row.Refused)
		case row.Insecure:
			fmt.Fprintf(&out, "%s hides nothing.\n", row.Protocol)
		}
	}
	for _, note := range slices.Concat([]string{
		"Rounds, and the bytes beside them, are of what is sent online. Ahead: the bytes that a dealer sends before they are needed, whatever the data are; it waits for nothing but what is opened to it and, on securenn, the servers in comparisons.",
	}, c.notes, c.assumed()) {
		fmt.Fprintln(&out, note)
	}
	return out.String()
}

// assumed says what the times are estimated for, or why there are none.
func (c *Comparison) assumed() []string {
	missing := false
	for _, row := range c.Rows {
		missing = missing || row.Refused == "" && row.Times == nil
	}
	if missing {
		return []string{"Times are estimated where all sizes are set."}
	}
	var notes []string
	for _, name := range slices.Sorted(maps.Keys(nets)) {
		notes = append(notes, fmt.Sprintf("Times on %s are estimated: %s.", name, nets[name].assumes()))
	}
	return append(notes, "Apart: the set-up and the last exchange, which are the same on each.")
}
