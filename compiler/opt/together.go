package opt

// Rounds: operations that do not depend on each other are carried out in the
// same ones. A stretch of instructions without a loop, branch or assert is a
// graph of dependencies; its parts that are not connected are branches of a
// Together, and what is connected is cut in two where the longest chain of
// stages suffers least.
//
// What leaves or reaches players outside the protocol stands directly in the
// outermost Together, since they do not know the stages of an operation.

import (
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

func shareRounds(p *ir.Program) {
	if protocol, ok := p.Protocol.Capability(); ok {
		r := &rounds{p: p, protocol: protocol}
		p.Body = r.block(p.Body)
	}
}

type rounds struct {
	p        *ir.Program
	protocol *capability.Protocol
}

// block rearranges the stretches of a block.
func (r *rounds) block(b ir.Block) ir.Block {
	var out, stretch, prints ir.Block
	end := func() {
		out = append(append(out, r.rearranged(stretch)...), prints...)
		stretch, prints = nil, nil
	}
	for _, i := range b {
		switch {
		case r.movable(i):
			stretch = append(stretch, i)
			continue
		case r.waits(i):
			prints = append(prints, i)
			continue
		}
		end()
		out = append(out, i)
		i.Body, i.Else = r.block(i.Body), r.block(i.Else)
	}
	end()
	return out
}

// waits reports a print of what no later instruction changes: it is as good
// after the stretch, before the next print.
func (r *rounds) waits(i *ir.Instr) bool {
	return i.Op == ir.OpPrint && !slices.ContainsFunc(i.Args, func(v ir.Value) bool { return r.p.Values[v].Var })
}

// movable reports an instruction that may change places with those that it
// does not depend on: it cannot end the run, and its stages are known before it.
func (r *rounds) movable(i *ir.Instr) bool {
	switch {
	case i.Checked, randomised[i.Op] && r.shared(i.Dst):
		return false
	case i.Op == ir.OpCopy || i.Op == ir.OpUpdate || r.transfers(i):
		return true
	}
	return pure[i.Op]
}

// randomised are the operations on shares whose stages chance decides.
var randomised = map[ir.Op]bool{ir.OpSort: true, ir.OpRank: true, ir.OpTopK: true, ir.OpShuffle: true}

func (r *rounds) shared(v ir.Value) bool { return r.p.Values[v].Place.IsShared() }

func (r *rounds) transfers(i *ir.Instr) bool {
	return i.Op == ir.OpShare || i.Op == ir.OpOpen || i.Op == ir.OpReveal
}

// passive reports a transfer for which no computing player waits, or none
// sends: before other transfers of this kind it costs no round.
func (r *rounds) passive(i *ir.Instr) bool {
	switch i.Op {
	case ir.OpShare:
		return !r.p.Computing().Has(r.p.Dealer(i))
	case ir.OpOpen, ir.OpReveal:
		return r.p.Receivers(i).Intersect(r.p.Computing()).Empty()
	}
	return false
}

// levels stands for the halvings of a length that is not known.
const levels = 10

// trees are the reductions by halves, each a comparison of pairs.
var trees = map[ir.Op]bool{ir.OpMin: true, ir.OpMax: true, ir.OpArgMin: true, ir.OpArgMax: true}

// stages is how many stages an instruction has.
func (r *rounds) stages(i *ir.Instr) int {
	switch {
	case r.transfers(i):
		return 1
	case i.Dst == 0 || !r.shared(i.Dst) || i.Op == ir.OpCopy || i.Op == ir.OpUpdate:
		return 0
	}
	o, times := r.p.Operation(i), 1
	switch {
	case i.Op == ir.OpMerge, i.Op == ir.OpCarry:
		times = levels
	case len(o.Args) == 1 && trees[i.Op]:
		o.Args, times = append(o.Args, o.Args[0]), r.halvings(i)
	}
	n := 0
	for _, c := range o.Calls() {
		c.Ring = r.p.Protocol.Ring
		n += len(r.protocol.Messages(c.Call))
	}
	return n * times
}

func (r *rounds) halvings(i *ir.Instr) int {
	shape := r.p.Values[i.Args[0]].Shape
	length := shape.Count()
	if i.Axis >= 0 {
		length = shape[i.Axis]
	}
	n, ok := length.Const()
	if !ok {
		return levels
	}
	k := 0
	for ; n > 1; n -= n / 2 {
		k++
	}
	return k
}

// A graph is a stretch: of each instruction its stages, and those before and
// after it that depend on each other, by place.
type graph struct {
	*rounds
	instrs        ir.Block
	weight        []int
	before, after [][]int
}

func (r *rounds) rearranged(stretch ir.Block) ir.Block {
	g := &graph{
		rounds: r, instrs: stretch, weight: make([]int, len(stretch)),
		before: make([][]int, len(stretch)), after: make([][]int, len(stretch)),
	}
	all, heavy := make([]int, len(stretch)), 0
	for k, i := range stretch {
		all[k], g.weight[k] = k, r.stages(i)
		if g.weight[k] > 0 {
			heavy++
		}
	}
	if heavy < 2 {
		return stretch
	}
	g.connect()
	if out := g.transferred(all); slices.ContainsFunc(out, func(i *ir.Instr) bool { return i.Op == ir.OpTogether }) {
		return out
	}
	return stretch // in the order of the program
}

// connect finds what depends on what: a value's definition comes before its
// uses, and an assignment after all that touch the variable before it.
func (g *graph) connect() {
	defined, read := make(map[ir.Value]int), make(map[ir.Value][]int)
	edge := func(from, to int) {
		if !slices.Contains(g.before[to], from) {
			g.before[to], g.after[from] = append(g.before[to], from), append(g.after[from], to)
		}
	}
	for k, i := range g.instrs {
		for _, v := range i.Uses() {
			if d, ok := defined[v]; ok {
				edge(d, k)
			}
			read[v] = append(read[v], k)
		}
		if i.Dst == 0 {
			continue
		}
		for _, u := range read[i.Dst] {
			if u != k {
				edge(u, k)
			}
		}
		if d, ok := defined[i.Dst]; ok {
			edge(d, k)
		}
		defined[i.Dst], read[i.Dst] = k, nil
	}
}

// transferred arranges a set: time and again the transfers that wait for
// nothing, together with all operations that wait for no transfer.
func (g *graph) transferred(set []int) ir.Block {
	var out ir.Block
	for len(set) > 0 {
		waits := g.reach(set, g.before, func(k int) bool { return g.weight[k] > 0 })
		late := g.reach(set, g.before, func(k int) bool { return g.transfers(g.instrs[k]) })
		now := slices.DeleteFunc(slices.Clone(set), func(k int) bool {
			return late[k] || g.transfers(g.instrs[k]) && waits[k]
		})
		out = append(out, g.parallel(now)...)
		set = slices.DeleteFunc(set, func(k int) bool { return slices.Contains(now, k) })
	}
	return out
}

// reach marks the members of a set from which, along edges, a member comes
// that is from; set is in order.
func (g *graph) reach(set []int, edges [][]int, from func(int) bool) []bool {
	in, marked := make([]bool, len(g.instrs)), make([]bool, len(g.instrs))
	for _, k := range set {
		in[k] = true
	}
	visit := func(k int) {
		for _, e := range edges[k] {
			marked[k] = marked[k] || in[e] && (marked[e] || from(e))
		}
	}
	for n := range set { // before looks back, after ahead
		visit(set[n])
	}
	for n := range set {
		visit(set[len(set)-1-n])
	}
	return marked
}

// parallel arranges a set in which only such transfers stand that wait for
// nothing: what costs nothing before and after, and the parts between that are
// not connected together.
func (g *graph) parallel(set []int) ir.Block {
	heavy := func(k int) bool { return g.weight[k] > 0 }
	waits, awaited := g.reach(set, g.before, heavy), g.reach(set, g.after, heavy)
	quiet := !slices.ContainsFunc(set, func(k int) bool { return g.transfers(g.instrs[k]) && !g.passive(g.instrs[k]) })
	var first, core, last []int
	for _, k := range set {
		switch {
		case heavy(k) && !(quiet && g.passive(g.instrs[k])), waits[k] && awaited[k]:
			core = append(core, k)
		case waits[k]:
			last = append(last, k)
		default:
			first = append(first, k)
		}
	}
	out := g.list(first)
	if parts := g.parts(core); len(parts) > 1 {
		out = append(out, g.together(parts))
	} else if len(parts) == 1 {
		out = append(out, g.serial(parts[0])...)
	}
	return append(out, g.list(last)...)
}

func (g *graph) list(set []int) ir.Block {
	var out ir.Block
	for _, k := range set {
		out = append(out, g.instrs[k])
	}
	return out
}

// parts are the parts of a set that are not connected, each in order, and in
// the order of their first members.
func (g *graph) parts(set []int) [][]int {
	in := make([]bool, len(g.instrs))
	for _, k := range set {
		in[k] = true
	}
	var out [][]int
	for _, k := range set {
		var part []int
		for next := []int{k}; len(next) > 0; next = next[1:] {
			if j := next[0]; in[j] {
				in[j] = false
				part = append(part, j)
				next = slices.Concat(next, g.before[j], g.after[j])
			}
		}
		if part != nil {
			slices.Sort(part)
			out = append(out, part)
		}
	}
	return out
}

func (g *graph) together(parts [][]int) *ir.Instr {
	t := &ir.Instr{Op: ir.OpTogether, Axis: -1}
	for _, part := range parts {
		b := g.serial(part)
		if len(b) > 1 || b[0].Op.Joint() {
			b = ir.Block{joint(ir.OpChain, b)}
		}
		t.Body = append(t.Body, b...)
	}
	return joint(ir.OpTogether, t.Body)
}

// joint makes a Together or Chain of a block.
func joint(op ir.Op, b ir.Block) *ir.Instr {
	var who types.Set
	for _, i := range b {
		who = who.Union(i.Who)
	}
	return &ir.Instr{Op: op, Body: b, Who: who, Axis: -1, Pos: b[0].Pos, Text: b[0].Text}
}

// serial arranges a connected set: first what waits for nothing in it, or last
// what nothing in it waits for, whichever leaves the shorter chain.
func (g *graph) serial(set []int) ir.Block {
	heavy := func(k int) bool { return g.weight[k] > 0 }
	if count(set, heavy) < 2 {
		return g.list(set)
	}
	waits, awaited := g.reach(set, g.before, heavy), g.reach(set, g.after, heavy)
	sources, rest := split(set, func(k int) bool { return !waits[k] })
	body, sinks := split(set, func(k int) bool { return awaited[k] })
	if g.chain(sources)+g.chain(rest) <= g.chain(body)+g.chain(sinks) {
		return append(g.parallel(sources), g.parallel(rest)...)
	}
	return append(g.parallel(body), g.parallel(sinks)...)
}

func count(set []int, is func(int) bool) int {
	n := 0
	for _, k := range set {
		if is(k) {
			n++
		}
	}
	return n
}

func split(set []int, is func(int) bool) (yes, no []int) {
	for _, k := range set {
		if is(k) {
			yes = append(yes, k)
		} else {
			no = append(no, k)
		}
	}
	return yes, no
}

// chain is the longest chain of stages within a set.
func (g *graph) chain(set []int) int {
	ends, most := make(map[int]int), 0
	for _, k := range set {
		start := 0
		for _, b := range g.before[k] {
			start = max(start, ends[b])
		}
		ends[k] = start + g.weight[k]
		most = max(most, ends[k])
	}
	return most
}
