package e2e

// docs/faults.md: what each side said, by fault and moment.

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

const pageHead = `# Faults

What happens when something goes wrong with a networked run, as one pass of the whole matrix saw it: every fault at every moment of a run, on processes, with three servers (s0, s1, s2), two owners (alice, bob), a receiver (carol), a coordinator that is no player (master) and a client. Written by

` + "```sh\ngo test ./internal/e2e -run TestFaultMatrix -matrix -timeout 60m\n```" + `

with %s of ` + "`--peer-timeout` and %s of `--connect-timeout`" + `. In every cell the run succeeds with the right result, or every side names the fault; the result is never wrong, and never there by half; and the next run of the same servers succeeds. Seconds are from the fault to the last word of any side. A server that is killed says nothing, and one that is stopped speaks once it goes on. Continuous integration runs a sample, whose seed it prints.

The moments are those of the messages that the fault's victim sends: **before the hello**, of which nothing has gone out; **in the middle of a round**, with half of its message on the way; **between rounds**, with all of it; **while outputs are written**, after the last exchange.
`

type page struct{ b bytes.Buffer }

func (p *page) bytes() []byte {
	return append(fmt.Appendf(nil, pageHead, seconds(peerTimeout), seconds(connectTimeout)), p.b.Bytes()...)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }

func (p *page) chapter(title string) { fmt.Fprintf(&p.b, "\n## %s\n", title) }

func (p *page) fault(f wrong, outcomes []outcome) {
	fmt.Fprintf(&p.b, "\n### %s\n\n| moment | run | seconds | who says what |\n|---|---|---|---|\n", f.name)
	for i, m := range f.moments() {
		verdict := "fails"
		if outcomes[i].ok {
			verdict = "succeeds"
		}
		fmt.Fprintf(&p.b, "| %s | %s | %.1f | %s |\n", m.name, verdict, outcomes[i].took.Seconds(), outcomes[i].text())
	}
}

// text groups the sides that say the same.
func (o outcome) text() string {
	who := map[string][]string{}
	for _, name := range append([]string{"client"}, ends...) {
		said := settled(o.says[name])
		who[said] = append(who[said], name)
	}
	order := slices.SortedFunc(maps.Keys(who), func(a, b string) int { return sideOf(who[a][0]) - sideOf(who[b][0]) })
	var parts []string
	for _, said := range order {
		parts = append(parts, fmt.Sprintf("**%s**: %s", strings.Join(who[said], ", "), said))
	}
	return strings.Join(parts, "<br>")
}

func sideOf(name string) int { return slices.Index(ends, name) }

var (
	anyAddress = regexp.MustCompile(`\[?127\.0\.0\.1\]?:\d+`)
	anyFolder  = regexp.MustCompile(`/\S*/disk/`)
	anyRun     = regexp.MustCompile(`\b[0-9a-f]{32}\b`)
)

// settled is what was said, without what differs from pass to pass, and without
// the words in which a run has ended where reasons follow.
func settled(said string) string {
	said = strings.Replace(said, ", for its coordinator", "", 1)
	said = strings.TrimPrefix(said, "the run failed: ")
	said = anyFolder.ReplaceAllString(said, "disk/")
	said = anyRun.ReplaceAllString(anyAddress.ReplaceAllString(said, "ADDRESS"), "RUN")
	said = strings.ReplaceAll(said, "|", `\|`)
	if said == "" {
		return "nothing"
	}
	return said
}
