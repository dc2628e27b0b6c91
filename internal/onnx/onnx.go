// Package onnx turns a model file of ONNX into a program: a module with the
// model as a function of its input and its weights, a computation that calls it
// for a client who has the input and an owner who has the weights, and the
// weights as arrays.
//
// Import goes through the nodes in their order, which ONNX promises to be one in
// which they can be computed. Each node becomes an expression over what is known of its inputs
// (operators.go): constants are computed at import, shapes are kept exactly, with
// sizes of the program among them, and all that an operator cannot do is noted.
// A model with one such note is not imported: all notes are returned together.
package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/lang/parse"
)

// Options say who takes part and what is wanted.
type Options struct {
	// Name is that of the module, an identifier.
	Name string
	// Owner has the weights, Client the inputs, and Receiver learns the outputs.
	Owner, Client, Receiver string
	// Protocol is the line that names the computing players: aby3(s0, s1, s2).
	Protocol string
	// Whole and Fraction are the bits of the program's precision.
	Whole, Fraction int
	// Outputs are those of the model that are wanted; none: all.
	Outputs []string
	// Sizes gives numbers to sizes that the model leaves open.
	Sizes map[string]int
}

// players reports names of players that a program cannot have.
func (o Options) players() error {
	for _, name := range []string{o.Owner, o.Client, o.Receiver} {
		if !word.MatchString(name) || parse.Keywords()[name] {
			return fmt.Errorf("`%s` is no name of a player: want letters, digits and _", name)
		}
	}
	if o.Owner == o.Client {
		return fmt.Errorf("%s has both the weights and the input, and needs nobody else: want two players, --owner and --client", o.Owner)
	}
	return nil
}

// A Program is a model as .tfe.
type Program struct {
	Module  []byte // NAME.tfe
	Compute []byte // predict.tfe
	Weights []Weight
	Inputs  []string // of the client
	// Notes tell what a user should know, such as weights that round to zero.
	Notes []string
}

// A Weight is an array of the model's owner.
type Weight struct {
	Name  string
	Shape []int
	Data  []float64
	// Low and High are the range of whole numbers, of at most a byte, and both 0
	// for numbers of the program's precision.
	Low, High int
}

// Whole reports whole numbers.
func (w Weight) Whole() bool { return w.Low < w.High }

// Import writes a model as a program. Its error is all that stands against it.
func Import(m *Model, o Options) (*Program, error) {
	if err := o.players(); err != nil {
		return nil, err
	}
	g := newImporter(m, o)
	if err := g.begin(); err != nil {
		return nil, err
	}
	for _, n := range g.nodes {
		g.node(n)
	}
	if len(g.refusals) > 0 {
		return nil, errors.Join(g.refusals...)
	}
	if err := g.returned(); err != nil {
		return nil, err
	}
	return g.program()
}

// A kind is what the elements of a value are.
type kind int

const (
	number kind = iota // fixed
	index              // int32: a position, or the place of a class among the labels
	truth              // bool
)

// A value is what is known of an edge of the graph: a constant, or a variable of
// the program, whose elements stand there row by row in the stored shape.
type value struct {
	constant *tensor
	name     string
	kind     kind
	stored   shape
	shape    shape
	labels   *tensor // of classes, which an index counts
	// learnt marks a constant that may have been learnt, which is the owner's
	// even where it is one number.
	learnt bool
	// simplex says that rows are not negative and add up to 1, positive that
	// nothing is below 0.
	simplex, positive bool
	// inverse marks a root of which the program has the reciprocal.
	inverse bool
}

// An importer is the state of an import.
type importer struct {
	model *Model
	Options

	// The graph.
	nodes []*node
	uses  map[string]int   // how many nodes that are needed, and outputs, read an edge
	next  map[string]*node // the first of these nodes

	// What is known.
	values map[string]value
	folded map[*node]bool // went into another node
	notes  []string

	// What stands against it: a refusal each.
	refusals []error

	// What is written.
	inputs  []value
	lines   []string
	taken   map[string]bool // names of variables
	imports map[string]bool
	open    map[string]string // sizes by what the model calls them, and the program
	sizes   []string          // those that stay open
	weights []Weight
	fields  map[string]bool // names of weights
	outputs []output
}

// An output is what the function returns under a name.
type output struct {
	name, expr string
	kind       kind
	shape      shape
	doc        string
}

func newImporter(m *Model, o Options) *importer {
	return &importer{
		model: m, Options: o, uses: make(map[string]int), next: make(map[string]*node),
		values: make(map[string]value), folded: make(map[*node]bool),
		taken: make(map[string]bool), imports: make(map[string]bool), fields: make(map[string]bool), open: make(map[string]string),
	}
}

// begin reads the graph: its constants, inputs and nodes.
func (g *importer) begin() error {
	graph := g.model.pb.Graph
	if len(g.model.pb.Functions) > 0 {
		return errors.New("the model defines functions of its own: inline them first, onnx.inliner.inline_local_functions")
	}
	if len(graph.SparseInitializer) > 0 || len(g.model.pb.TrainingInfo) > 0 {
		return errors.New("sparse weights and graphs of a training are not read: export the model for inference")
	}
	var errs []error
	for _, t := range graph.Initializer {
		x, err := g.model.tensor(t)
		if err != nil {
			errs = append(errs, fmt.Errorf("weights `%s`: %w", t.GetName(), err))
			continue
		}
		g.values[t.GetName()] = value{name: t.GetName(), constant: x, shape: sizes(x.shape), learnt: len(x.shape) > 0}
	}
	for _, pb := range graph.Node {
		g.nodes = append(g.nodes, newNode(pb))
	}
	for _, in := range graph.Input {
		if _, initialized := g.values[in.GetName()]; initialized {
			continue
		}
		if err := g.input(in); err != nil {
			errs = append(errs, fmt.Errorf("input `%s`: %w", in.GetName(), err))
		}
	}
	wanted, err := g.wanted()
	for _, name := range wanted {
		g.uses[name]++
	}
	for _, n := range slices.Backward(g.nodes) {
		if !g.needed(n) {
			continue
		}
		for _, in := range n.in {
			g.uses[in]++
			g.next[in] = n
		}
	}
	return errors.Join(append(errs, g.unopened(), err)...)
}

// follower is the node that alone reads what n computes, if it is an op.
func (g *importer) follower(n *node, op string) *node {
	if next := g.next[n.out[0]]; next != nil && next.op == op && g.uses[n.out[0]] == 1 && len(next.out) > 0 {
		return next
	}
	return nil
}

// inputsOf are the values that a node reads.
func (g *importer) inputsOf(n *node) []value {
	in := make([]value, len(n.in))
	for k, name := range n.in {
		in[k] = g.values[name]
	}
	return in
}

// fold makes a node part of the one before it.
func (g *importer) fold(n, next *node) {
	g.folded[next] = true
	n.out = next.out[:1]
}

// wanted are the names of the model's outputs that the program has.
func (g *importer) wanted() ([]string, error) {
	var all []string
	for _, o := range g.model.pb.Graph.Output {
		all = append(all, o.GetName())
	}
	if g.Outputs == nil {
		return all, nil
	}
	for k, name := range g.Outputs {
		switch {
		case !slices.Contains(all, name):
			return nil, fmt.Errorf("the model has no output `%s`; it has %s", name, strings.Join(all, ", "))
		case slices.Contains(g.Outputs[:k], name):
			return nil, fmt.Errorf("the output `%s` is wanted twice", name)
		}
	}
	return g.Outputs, nil
}

// node imports a node. What is wrong with it is noted, and its outputs stay
// unknown; of a node that reads them, no more can be said than whether its operator is known.
func (g *importer) node(n *node) {
	if g.folded[n] || !g.needed(n) {
		return
	}
	operator, ok := operators[n.op]
	if !ok {
		g.refuse(n, fmt.Errorf("the operator is not imported; %s", insteadOf(n.op)))
		return
	}
	in := make([]value, len(n.in))
	for k, name := range n.in {
		if name == "" {
			continue
		}
		v, ok := g.values[name]
		if !ok {
			return
		}
		in[k] = v
	}
	if err := n.fits(in); err != nil {
		g.refuse(n, err)
		return
	}
	out, err := operator(g, n, in)
	if unread := n.unread(); err == nil && len(unread) > 0 {
		err = fmt.Errorf("the attribute %s is not imported", strings.Join(unread, ", "))
	}
	if err != nil {
		g.refuse(n, err)
		return
	}
	learnt := slices.ContainsFunc(in, func(v value) bool { return v.learnt })
	for k, v := range out {
		if k < len(n.out) && n.out[k] != "" {
			v.learnt = v.constant != nil && learnt
			g.values[n.out[k]] = v
		}
	}
}

// needed reports whether anything reads what a node computes.
func (g *importer) needed(n *node) bool {
	return slices.ContainsFunc(n.out, func(name string) bool { return g.uses[name] > 0 })
}

// A refusal is what stands against a node, and against others of its operator.
type refusal struct {
	first *node
	more  int
	err   error
}

func (r *refusal) Error() string {
	if r.more == 0 {
		return fmt.Sprintf("%v: %v", r.first, r.err)
	}
	return fmt.Sprintf("%v and %d more: %v", r.first, r.more, r.err)
}

func (g *importer) refuse(n *node, err error) {
	for _, other := range g.refusals {
		if r := other.(*refusal); r.first.op == n.op && r.err.Error() == err.Error() {
			r.more++
			return
		}
	}
	g.refusals = append(g.refusals, &refusal{first: n, err: err})
}

// returned finds what the program returns.
func (g *importer) returned() error {
	names, _ := g.wanted()
	taken := make(map[string]bool)
	var errs []error
	for _, name := range names {
		v, ok := g.values[name]
		if !ok {
			errs = append(errs, fmt.Errorf("output `%s` is computed by no node", name))
			continue
		}
		o, err := g.output(v)
		if err != nil {
			errs = append(errs, fmt.Errorf("output `%s`: %w", name, err))
			continue
		}
		o.name = unused(identifier(name, "y"), taken, reserved)
		taken[o.name] = true
		g.outputs = append(g.outputs, o)
	}
	return errors.Join(errs...)
}
