package trace

// What a run cost, as tables: by player and by line of the program.

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tfec-lang/tfec/runtime/link"
)

// Table is the run by player and by line, in the units of `tfec cost`: payload
// bytes of the body, without the set-up and the last exchange, which only the
// players' times have.
func (r *Run) Table() string {
	var out strings.Builder
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "player\ttime\twaited\tbytes out\tbytes in\tmessages out\tmessages in\trounds\n")
	for _, p := range r.Players {
		x := r.Record(p.Name)
		if x == nil {
			fmt.Fprintf(t, "%s\tno record\n", p.Name)
			continue
		}
		c := x.Traffic()
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\n", p.Name, short(x.Total()), short(c.Waited), c.SentBytes, c.ReceivedBytes, c.SentMessages, c.ReceivedMessages, x.Rounds)
	}
	t.Flush()
	fmt.Fprintf(&out, "\n")
	fmt.Fprintf(t, "line\ttime\twaited\tbytes\tmessages\trounds\tsource\n")
	var sum link.Counter
	for _, l := range r.Lines() {
		if l.Number == 0 {
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%d\t%d\t%s\n", l.Where(), short(l.Most.Time), short(l.Most.Waited), l.All.SentBytes, l.All.SentMessages, l.Rounds, l.Text)
		sum = sum.Plus(l.All.Counter)
	}
	fmt.Fprintf(t, "total\t\t\t%d\t%d\t%d\t\n", sum.SentBytes, sum.SentMessages, r.Rounds())
	t.Flush()
	out.WriteString(r.parts())
	return out.String()
}

// parts is the run online and ahead, if there is a helper that sends ahead: what
// the others took, and what the helper's work took, besides waiting. Its one round
// waits for none of the others.
func (r *Run) parts() string {
	var all, online, ahead Total
	for i := range r.Records {
		x := r.Records[i].Traffic()
		all.add(x)
		work := &online
		if x.Ahead.SentMessages > 0 {
			work = &ahead
		} else {
			ahead.Waited = max(ahead.Waited, x.AheadWaited)
		}
		work.Time = max(work.Time, x.Time-x.Waited)
		online.Waited = max(online.Waited, x.Waited-x.AheadWaited)
	}
	if all.Ahead == (link.Counter{}) {
		return ""
	}
	var out strings.Builder
	t := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\npart\twork\twaited\tbytes\tmessages\trounds\n")
	fmt.Fprintf(t, "online\t%s\t%s\t%d\t%d\t%d\n", short(online.Time), short(online.Waited), all.SentBytes-all.Ahead.SentBytes, all.SentMessages-all.Ahead.SentMessages, r.Rounds())
	fmt.Fprintf(t, "ahead\t%s\t%s\t%d\t%d\t1\n", short(ahead.Time), short(ahead.Waited), all.Ahead.SentBytes, all.Ahead.SentMessages)
	t.Flush()
	return out.String()
}

// short is a time to three digits.
func short(d time.Duration) string {
	unit := time.Nanosecond
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Round(unit).String()
}
