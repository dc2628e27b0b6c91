package tensorboard

// The graph: a node for each player of each step. Its name is a path, by which
// TensorBoard folds nodes: the loops and branches around a step, the step, the
// player.

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// graphVersion is TensorFlow's version of graph definitions; any does, since
// the nodes are no operations of TensorFlow.
const graphVersion = 22

// A view is a run with what is looked up in it.
type view struct {
	run    *trace.Run
	paths  map[int]string
	nodes  map[node]string // names
	totals map[node]trace.Total

	holds, used map[int]bool // steps that others stand in, and whose results others take
}

// A node is a step at one player.
type node struct {
	step   int
	player string
}

func newView(r *trace.Run) *view {
	v := &view{run: r, paths: make(map[int]string), nodes: make(map[node]string), totals: make(map[node]trace.Total),
		holds: make(map[int]bool), used: make(map[int]bool)}
	for _, x := range r.Records {
		for _, t := range x.Steps {
			v.totals[node{t.Step, x.Player}] = t
		}
	}
	for _, s := range r.Steps {
		v.paths[s.Number] = v.path(s)
		v.holds[s.Within] = s.Within > 0
		for _, u := range s.Uses {
			v.used[u] = true
		}
	}
	for _, s := range r.Steps {
		for _, player := range v.playersOf(s) {
			v.nodes[node{s.Number, player}] = v.paths[s.Number] + "/" + clean(player)
		}
	}
	return v
}

// path is the place of a step: "for_7/multiply_8".
func (v *view) path(s trace.Step) string {
	name := clean(fmt.Sprintf("%s_%d", s.Op, s.Number))
	if around, ok := v.paths[s.Within]; ok && s.Within > 0 { // it comes before what stands in it
		return around + "/" + name
	}
	return name
}

// clean leaves nothing in a name that TensorBoard reads as part of a path.
func clean(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("_.-", c) {
			return c
		}
		return '_'
	}, name)
}

// playersOf are those at which a step is a node. A step that only holds others
// is a folder of the graph, and a node where it is recorded.
func (v *view) playersOf(s trace.Step) []string {
	if !v.holds[s.Number] || v.used[s.Number] || len(s.Uses) > 0 {
		return s.Players
	}
	return slices.DeleteFunc(slices.Clone(s.Players), func(p string) bool {
		_, recorded := v.totals[node{s.Number, p}]
		return !recorded
	})
}

func (v *view) graph() *GraphDef {
	g := &GraphDef{Versions: &VersionDef{Producer: graphVersion}}
	for _, s := range v.run.Steps {
		for _, player := range v.playersOf(s) {
			at := node{s.Number, player}
			g.Node = append(g.Node, &NodeDef{Name: v.nodes[at], Op: clean(s.Op), Input: v.inputs(s, player), Device: device(player), Attr: v.attributes(s, at)})
		}
	}
	return g
}

// device is the name of a player as a device, in the form by which TensorBoard
// offers it for colours and statistics.
func device(player string) string { return "/device:" + clean(player) + ":0" }

// inputs are the nodes that a step takes its operands from: the player's own,
// or those of the players of the step that have them.
func (v *view) inputs(s trace.Step, player string) []string {
	var names []string
	add := func(at node) bool {
		name, ok := v.nodes[at]
		if ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
		return ok
	}
	for _, used := range s.Uses {
		if add(node{used, player}) {
			continue
		}
		for _, other := range s.Players {
			if _, has := v.nodes[node{used, other}]; has {
				add(node{s.Number, other})
			}
		}
	}
	return names
}

// attributes are what the graph shows of a node beside its edges.
func (v *view) attributes(s trace.Step, at node) map[string]*AttrValue {
	attr := make(map[string]*AttrValue)
	text := func(name, value string) {
		if value != "" {
			attr[name] = &AttrValue{Value: &AttrValue_S{S: []byte(value)}}
		}
	}
	count := func(name string, value int64) { attr[name] = &AttrValue{Value: &AttrValue_I{I: value}} }
	text("line", s.Where())
	text("source", s.Text)
	text("place", s.Place)
	text("result", strings.TrimSpace(s.Result+" "+shape(s.Shape)))
	if t, ok := v.totals[at]; ok {
		count("calls", int64(t.Calls))
		count("rounds", int64(t.Rounds))
		count("sent_bytes", int64(t.SentBytes))
		count("received_bytes", int64(t.ReceivedBytes))
		count("sent_messages", int64(t.SentMessages))
		count("received_messages", int64(t.ReceivedMessages))
		count("waited_microseconds", t.Waited.Microseconds())
	}
	return attr
}

func shape(dims []string) string {
	if len(dims) == 0 {
		return ""
	}
	return "[" + strings.Join(dims, ", ") + "]"
}
