package explain

// Counts: what the lines of a definition share, and their secure operations,
// as the cost report has them.

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/ir"
)

// A tally is how many elements a kind of step works on.
type tally struct {
	what     string
	elements string
	sum      int64
	known    bool
}

// counts lists what is shared on the lines of a definition and what is
// computed there with messages.
func counts(programs []*ir.Program, d *definition, main string) (shared, secure []string) {
	var shares, operations []*tally
	for _, p := range programs {
		r, err := cost.Of(p, nil)
		if err != nil {
			continue
		}
		for _, l := range r.Lines {
			if !d.covers(l.Line, main) {
				continue
			}
			if dealer, ok := strings.CutPrefix(l.Op, "share by "); ok {
				shares = add(shares, dealer, l.Elements)
			} else if !strings.Contains(l.Op, " to ") && l.Bytes.Text != "0" {
				operations = add(operations, noun(l.Op), l.Elements)
			}
		}
	}
	return sharing(shares), operating(operations)
}

// covers reports a line of the definition.
func (d *definition) covers(l ir.Line, main string) bool {
	for _, s := range d.lines {
		here := l.File == "" && s.Pos.Filename == main || l.File != "" && strings.HasSuffix(s.Pos.Filename, l.File)
		if here && s.Pos.Line <= l.Number && l.Number <= s.EndPos.Line {
			return true
		}
	}
	return false
}

func add(list []*tally, what string, elements cost.Figure) []*tally {
	k := slices.IndexFunc(list, func(t *tally) bool { return t.what == what })
	if k < 0 {
		return append(list, &tally{what, elements.Text, elements.Value, elements.Known})
	}
	t := list[k]
	if t.known && elements.Known {
		t.sum += elements.Value
		t.elements = strconv.FormatInt(t.sum, 10)
		return list
	}
	t.elements, t.known = t.elements+" + "+elements.Text, false
	return list
}

// sharing is one text where all players share as much.
func sharing(list []*tally) []string {
	if len(list) == 0 {
		return nil
	}
	same := !slices.ContainsFunc(list, func(t *tally) bool { return t.elements != list[0].elements })
	if same && len(list) > 1 {
		return []string{list[0].elements + plural(list[0], " element") + " shared by each"}
	}
	var out []string
	for _, t := range list {
		out = append(out, t.elements+plural(t, " element")+" shared by "+t.what)
	}
	return out
}

func operating(list []*tally) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.elements+" secure "+plural(t, t.what))
	}
	return out
}

func plural(t *tally, noun string) string {
	if t.known && t.elements == "1" {
		return noun
	}
	return noun + "s"
}

// nouns are the operations whose report names them by a verb.
var nouns = map[string]string{
	"compare": "comparison", "select": "selection", "multiply": "multiplication", "divide": "division", "convert": "conversion",
	"and": "conjunction", "or": "disjunction", "shuffle": "shuffled row", "sort": "sorted element",
}

func noun(op string) string {
	if n, ok := nouns[op]; ok {
		return n
	}
	return op + " element"
}
