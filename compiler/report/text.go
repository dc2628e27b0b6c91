package report

// The text form of the disclosure report: one fact a line, columns of fixed
// width, so that a change of one fact is a change of one line.

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/compiler/ir"
)

// String writes the report as text.
func (r *Report) String() string {
	w := &page{r: r}
	w.line("%-58s %s:%d", r.Computation, r.File, r.Line)
	w.line("trust      %s", r.Trust)
	w.line("")
	w.everybody()
	for _, p := range r.Players {
		w.player(p)
	}
	for _, name := range r.Absent {
		w.line("%-36s (takes no part in this computation, and is not contacted)", name)
	}
	w.private()
	w.computing()
	w.randomness()
	w.numbers()
	w.coordinator()
	w.expressions()
	return w.b.String()
}

type page struct {
	r *Report
	b strings.Builder
}

// line writes a line without blanks at its end.
func (w *page) line(format string, args ...any) {
	w.b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// row writes a fact: its name, what it is, where it comes from and where it
// stands. What is too long for its column takes the room of the next.
func (w *page) row(name, what, from, where string) {
	fact := fmt.Sprintf("%-35s %s", fmt.Sprintf("%-12s %s", name, what), from)
	w.line("  %-80s  %s", strings.TrimRight(fact, " "), where)
}

func (w *page) everybody() {
	w.line("everybody learns")
	for _, s := range w.r.Sizes {
		w.row(s.Name, strings.Join(s.From, " = "), "", "set-up")
	}
	for _, x := range w.r.Public {
		in := ""
		if x.Range != "" {
			in = "in " + x.Range
		}
		w.row(x.Name, x.Type, "public input "+in, "set-up")
	}
	for _, d := range w.r.Disclosures {
		if d.Everybody {
			w.disclosure(d)
		}
	}
	for _, x := range w.r.Implied {
		w.row("(implied)", x.Text, from(x.From), fmt.Sprintf("line %s", x.Line))
	}
	for _, a := range w.r.Aborts {
		w.abort(a)
	}
}

func (w *page) disclosure(d Disclosure) {
	where := lines(d.Lines)
	if len(d.When) > 0 {
		where += ", in " + strings.Join(d.When, ", in ")
	}
	if d.Kind == "computed" || d.Kind == "admitted" {
		where += " (" + d.Kind + ")"
	}
	if strings.HasPrefix(d.How, "sent") {
		where += ", " + d.How
	}
	source := from(d.From)
	switch {
	case d.Random && len(d.From) == 0:
		source = "from randomness"
	case d.Random:
		source += " and randomness"
	}
	w.row(d.Name, d.Type, source, where)
}

// abort writes a reason to stop. In the set-up others see one bit a player,
// whatever its reasons are.
func (w *page) abort(a Abort) {
	bit, source := "one bit", ""
	if len(a.From) > 0 {
		source = from(a.From)
	}
	if a.When == "before sharing" {
		bit = "one bit a player"
	}
	w.row("abort", bit, source, a.When+": "+a.Reason)
}

func (w *page) player(p Player) {
	switch {
	case w.r.Insecure && p.Computes:
		w.line("%-18s every value below in clear: this protocol hides nothing", p.Name+" learns")
	case len(p.Learns) == 0:
		w.line("%-18s nothing else", p.Name+" learns")
		return
	default:
		w.line("%s learns", p.Name)
	}
	for _, d := range w.r.Disclosures {
		if !d.Everybody && slices.Contains(d.To, p.Name) {
			w.disclosure(d)
		}
	}
}

// private are the numbers of rows that nobody learns.
func (w *page) private() {
	for _, x := range w.r.Private {
		w.line("%-18s the number of rows of %s, at most %s", x.Player+" keeps", x.Input, x.Most)
	}
}

// computing says what the computing players have in hand.
func (w *page) computing() {
	var names []string
	for _, p := range w.r.Players {
		if p.Computes {
			names = append(names, p.Name)
		}
	}
	hold := "nothing"
	switch {
	case len(w.r.Held) > 0 && w.r.Insecure:
		hold = list(w.r.Held) + " in clear, and all that is computed from them"
	case len(w.r.Held) > 0:
		hold = "shares of " + list(w.r.Held) + ", and of what is computed from them, while running"
	}
	if len(w.r.Kept) > 0 {
		hold += "; shares of " + list(w.r.Kept) + " afterwards"
	}
	verb := " hold"
	if len(names) == 1 {
		verb = " holds"
	}
	w.line("%-18s %s", list(names)+verb, hold)
	for _, x := range w.r.Readers {
		w.reader(x)
	}
}

// reader says what a later computation discloses of an output.
func (w *page) reader(x Reader) {
	w.line("%s, with %s, discloses", x.Computation, x.Output)
	for _, d := range x.Disclosures {
		to := list(d.To)
		if d.Everybody {
			to = "everybody"
		}
		w.row(d.Name, d.Type, "to "+to+", "+from(d.From), lines(d.Lines))
	}
	if len(x.Disclosures) == 0 {
		w.line("  nothing of it")
	}
	if len(x.Kept) > 0 {
		w.line("  and keeps shares of %s, whose readers its own report lists", list(x.Kept))
	}
}

func (w *page) randomness() {
	draws := []string{}
	for _, d := range w.r.Randomness {
		by := "drawn jointly"
		if len(d.By) > 0 {
			by = list(d.By)
		}
		if d.Within > 0 {
			by += fmt.Sprintf(", within 2^-%d of its distribution", d.Within)
		}
		draws = append(draws, fmt.Sprintf("%s (%s, line %s)", d.Value, by, d.Line))
	}
	if len(draws) == 0 {
		draws = []string{"none"}
	}
	w.line("%-18s %s", "randomness", list(draws))
}

// numbers lists what may exceed its type.
func (w *page) numbers() {
	title := "numbers"
	if len(w.r.Numbers) == 0 {
		w.line("%-18s all within their types", title)
	}
	for _, o := range w.r.Numbers {
		w.line("%-18s overflow not excluded for %s (%s), line %s", title, o.Value, list(o.Missing), o.Line)
		title = ""
	}
}

// coordinator says what those learn that only start and watch a run.
func (w *page) coordinator() {
	w.line("coordinator, client learn")
	w.line("  the run, its tag, digests, progress, which player failed, statistics; and from these the sizes")
	for _, d := range w.r.Decisions {
		what := "how many passes"
		if d.Op == "if" {
			what = "which branch"
		}
		w.line("  %s, line %s, %s", what, d.Line, from(d.From))
	}
	for _, d := range w.r.Disclosures {
		if d.Kind == "label" && d.Everybody {
			w.line("  %s, as everybody does", d.Name)
		}
	}
}

// expressions are the disclosures over inputs, and then the names in them.
func (w *page) expressions() {
	title := "expressions        over inputs, sizes, and the names that `where` defines"
	legend := make(map[string]string)
	for k, e := range w.r.Expressions {
		if k == 0 || !e.Disclosed && w.r.Expressions[k-1].Disclosed {
			w.line("%s", title)
			title = "where"
		}
		w.row(e.Name, "= "+e.Text, "", lines([]ir.Line{e.Line}))
		for mark, text := range marks {
			if strings.Contains(e.Name+" "+e.Text, mark) {
				legend[mark] = text
			}
		}
		if unnamed.MatchString(e.Name) {
			legend[""] = "t1, t2, …: values that the program does not name"
		}
	}
	for _, mark := range slices.Sorted(maps.Keys(legend)) {
		w.line("  %s", legend[mark])
	}
}

// unnamed is a value that the compiler numbered.
var unnamed = regexp.MustCompile(`^t\d+(_|$)`)

// marks are what a reader of expressions may not know.
var marks = map[string]string{
	"_(":    "x_k is what pass k of a loop leaves in x, x_(k-1) what the pass before left",
	"last(": "last(x_k) is what the loop leaves in x",
}

// from writes `from x (hospital), y (insurer)`.
func from(sources []Source) string {
	if len(sources) == 0 {
		return "from sizes and constants"
	}
	parts := make([]string, len(sources))
	for k, s := range sources {
		parts[k] = fmt.Sprintf("%s (%s)", s.Input, list(s.Players))
	}
	return "from " + list(parts)
}

func lines(numbers []ir.Line) string {
	parts := make([]string, len(numbers))
	for k, n := range numbers {
		parts[k] = n.String()
	}
	if len(parts) == 1 {
		return "line " + parts[0]
	}
	return "lines " + list(parts)
}

func list(parts []string) string { return strings.Join(parts, ", ") }
