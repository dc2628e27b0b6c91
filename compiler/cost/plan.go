package cost

// The plan: what a computation sends, in order, with the loops around it. The
// shapes of values are polynomials in the sizes alone, so that a loop sends the
// same in each pass, unless a branch inside depends on what passes change:
// such a loop is unrolled.

import (
	"fmt"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime/capability"
)

// A node is one of sending, passes, choice and together.
type node interface{}

type (
	// sending is the messages of one call on so many elements; without stages,
	// of an operation that is local. shown elements count in the report.
	sending struct {
		at       *ir.Instr
		stages   []capability.Stage // players by their index in the program
		joint    []capability.Stage // instead: what several calls send in one stage, each
		elements types.Size
		shown    types.Size
	}
	// passes is a body that is carried out trip times: a loop of the program, at
	// which it stands. With axis it is a tree: a pass for each level, on as many
	// times the elements as the level joins pairs.
	passes struct {
		at   *ir.Instr // nil: no loop of the program
		trip types.Size
		axis *types.Size
		body []node
	}
	// choice is one arm or the other.
	choice struct{ arms [2][]node }
	// together is branches that go stage by stage.
	together struct{ branches [][]node }
)

// maxUnrolled bounds the passes of a loop that is unrolled, maxSends the
// sendings of the whole plan.
const (
	maxUnrolled = 100_000
	maxSends    = 2_000_000
)

type planner struct {
	p        *ir.Program
	protocol *capability.Protocol
	sizes    map[string]types.Size // those that are given
	inputs   map[string]types.Size // public inputs that are given
	bounds   bounds
	known    map[ir.Value]types.Size // whole numbers; a bool is 0 or 1
	open     int                     // branches and loops that stayed undecided
	sends    int
	atMost   []*ir.Instr // what makes the figures a bound
	random   []*ir.Instr // randomised operations, of which figure is planned
	figure   capability.Randomness
	assumed  []string // of sizes, to state what depends on them
}

func newPlanner(p *ir.Program, protocol *capability.Protocol, set map[string]int64) *planner {
	b := &planner{
		p: p, protocol: protocol, bounds: make(bounds), known: make(map[ir.Value]types.Size),
		sizes: make(map[string]types.Size), inputs: make(map[string]types.Size),
	}
	for _, s := range p.Sizes {
		b.bounds[s.Name] = s.Min
		if v, ok := set[s.Name]; ok {
			b.sizes[s.Name] = types.Int(v)
		}
	}
	for _, x := range p.Inputs {
		if v, ok := set[x.Name]; ok && settable(x) {
			b.inputs[x.Name] = types.Int(v)
		}
	}
	return b
}

func (b *planner) block(block ir.Block) ([]node, error) {
	var out []node
	for _, i := range block {
		nodes, err := b.instr(i)
		if err != nil {
			return nil, err
		}
		out = append(out, nodes...)
		if b.sends += len(nodes); b.sends > maxSends {
			return nil, b.fail(i, "more than %d messages depend on single passes of loops", maxSends)
		}
	}
	return out, nil
}

func (b *planner) fail(i *ir.Instr, format string, args ...any) error {
	return fmt.Errorf("%s: cannot state the cost: %s", i.Pos.At().In(b.p.File), fmt.Sprintf(format, args...))
}

func (b *planner) instr(i *ir.Instr) ([]node, error) {
	switch i.Op {
	case ir.OpFor:
		return b.loop(i)
	case ir.OpWhile:
		return b.while(i)
	case ir.OpIf:
		return b.branch(i)
	case ir.OpTogether:
		return b.together(i)
	case ir.OpChain:
		return b.block(i.Body)
	case ir.OpShare, ir.OpOpen, ir.OpReveal:
		b.evaluate(i)
		return []node{b.transfer(i)}, nil
	}
	b.evaluate(i)
	if i.Dst == 0 || !b.shared(i.Dst) {
		return nil, nil
	}
	return b.operation(i)
}

func (b *planner) shared(v ir.Value) bool { return b.p.Values[v].Place.IsShared() }

func (b *planner) shape(v ir.Value) types.Shape { return b.p.Values[v].Shape.Subst(b.sizes) }

func (b *planner) count(v ir.Value) types.Size { return b.shape(v).Count() }

// transfer is a share, open or reveal.
func (b *planner) transfer(i *ir.Instr) node {
	elements := b.count(i.Args[0])
	s := sending{at: i, elements: elements, shown: elements}
	elem := b.p.Values[i.Args[0]].Elem
	call := capability.Call{Param: 64}
	if elem.Kind == types.Bool {
		call.Param = 1
	}
	switch i.Op {
	case ir.OpReveal:
		if stage := b.revealed(i, elem.Bits()); stage != nil {
			s.stages = []capability.Stage{stage}
		}
		return s
	case ir.OpShare:
		call.Action, call.Dealer = capability.Deal, b.number(b.p.Dealer(i))
	case ir.OpOpen:
		call.Action = capability.Open
		for _, p := range b.p.Receivers(i).Members() {
			call.To = append(call.To, b.number(p))
		}
	}
	s.stages = b.messages(call)
	return s
}

// revealed: the first holder sends the type's bits to those who lack the value.
func (b *planner) revealed(i *ir.Instr, bits int) capability.Stage {
	var stage capability.Stage
	for _, to := range b.p.Receivers(i).Members() {
		stage = append(stage, capability.Message{From: b.p.Dealer(i), To: to, Bits: bits})
	}
	return stage
}

// number is a player in capability's terms: its role, or beyond the roles.
func (b *planner) number(player int) int {
	roles := b.roles()
	if r := slices.Index(roles, player); r >= 0 {
		return r
	}
	return len(roles) + player
}

// roles are the players of the roles, the helpers last.
func (b *planner) roles() []int { return slices.Concat(b.p.Protocol.Roles, b.p.Protocol.Helpers) }

// messages is what a call sends, with players as in the program.
func (b *planner) messages(c capability.Call) []capability.Stage {
	roles := b.roles()
	player := func(number int) int {
		if number < len(roles) {
			return roles[number]
		}
		return number - len(roles)
	}
	var out []capability.Stage
	c.Ring = b.p.Protocol.Ring
	for _, stage := range b.protocol.Messages(c) {
		var s capability.Stage
		for _, m := range stage {
			m.From, m.To = player(m.From), player(m.To)
			s = append(s, m)
		}
		out = append(out, s)
	}
	return out
}

// operation is a secure operation: each of its calls, and before them one
// sending without messages that counts its elements.
func (b *planner) operation(i *ir.Instr) ([]node, error) {
	if i.Op == ir.OpSum {
		return []node{sending{at: i, shown: b.count(i.Args[0])}}, nil
	}
	if (i.Op == ir.OpMin || i.Op == ir.OpMax) && len(i.Args) == 1 {
		levels, err := b.tree(i)
		return append([]node{sending{at: i, shown: b.count(i.Args[0])}}, levels...), err
	}
	if nodes, ok, err := b.order(i); ok {
		return append([]node{sending{at: i, shown: b.count(i.Args[0])}}, nodes...), err
	}
	first := b.count(i.Dst)
	if len(i.Args) > 0 {
		first = b.count(i.Args[0])
	}
	return append([]node{sending{at: i, shown: b.count(i.Dst)}}, b.calls(i, b.p.Operation(i), b.count(i.Dst), first)...), nil
}

func (b *planner) calls(i *ir.Instr, o capability.Operation, elements, first types.Size) []node {
	var out []node
	for _, p := range o.Calls() {
		n := elements
		if p.First {
			n = first
		}
		out = append(out, sending{at: i, stages: b.messages(p.Call), elements: n.Mul(types.Int(int64(p.Times)))})
	}
	return out
}

// tree is a reduction by halves: each level joins pairs along the axis.
func (b *planner) tree(i *ir.Instr) ([]node, error) {
	shape := b.shape(i.Args[0])
	axis, rest := shape.Count(), types.Int(1)
	if i.Axis >= 0 {
		axis, rest = shape[i.Axis], b.count(i.Dst)
	}
	x := b.p.Operand(i.Args[0])
	x.Public = false // a public operand becomes shares of itself
	o := capability.Operation{Name: string(i.Op), Args: []capability.Operand{x, x}, Ring: b.p.Protocol.Ring, Width: i.Width}
	n, ok := axis.Const()
	if !ok {
		if low, ok := b.bounds.least(axis); !ok || low < 1 {
			return nil, b.fail(i, "the length %s of what is reduced may be zero: set the sizes", axis)
		}
		return []node{passes{trip: b.bounds.halvings(axis), axis: &axis, body: b.calls(i, o, rest, rest)}}, nil
	}
	var out []node
	for ; n > 1; n -= n / 2 {
		pairs := rest.Mul(types.Int(n / 2))
		out = append(out, b.calls(i, o, pairs, pairs)...)
	}
	return out, nil
}
