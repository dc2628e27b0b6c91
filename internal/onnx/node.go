package onnx

// Nodes of the graph, and their attributes. An attribute that the importer does
// not read might change what the node means, so that such a node is refused.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/internal/onnx/onnxpb"
)

type node struct {
	op      string // with its domain, but for the default one
	name    string
	in, out []string
	attrs   map[string]*onnxpb.AttributeProto
	read    map[string]bool
}

func newNode(pb *onnxpb.NodeProto) *node {
	n := &node{op: pb.GetOpType(), name: pb.GetName(), in: pb.Input, out: pb.Output,
		attrs: make(map[string]*onnxpb.AttributeProto), read: make(map[string]bool)}
	if d := domain(pb.GetDomain()); d != "" {
		n.op = d + "." + n.op
	}
	for _, a := range pb.Attribute {
		n.attrs[a.GetName()] = a
	}
	return n
}

// String is how messages call a node.
func (n *node) String() string {
	name := n.name
	if name == "" && len(n.out) > 0 {
		name = n.out[0]
	}
	return fmt.Sprintf("%s `%s`", strings.TrimPrefix(n.op, "ai.onnx.ml."), name)
}

// unread are the attributes that nobody asked for.
func (n *node) unread() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(n.attrs)) {
		if !n.read[name] {
			names = append(names, name)
		}
	}
	return names
}

// ignored says that attributes do not matter.
func (n *node) ignored(names ...string) {
	for _, name := range names {
		n.read[name] = true
	}
}

func (n *node) attr(name string) (*onnxpb.AttributeProto, bool) {
	n.read[name] = true
	a, ok := n.attrs[name]
	return a, ok
}

func (n *node) has(name string) bool { return n.attrs[name] != nil }

func (n *node) int(name string, otherwise int) int {
	if a, ok := n.attr(name); ok {
		return int(a.GetI())
	}
	return otherwise
}

func (n *node) float(name string, otherwise float64) float64 {
	if a, ok := n.attr(name); ok {
		return float64(a.GetF())
	}
	return otherwise
}

func (n *node) text(name string, otherwise string) string {
	if a, ok := n.attr(name); ok {
		return string(a.S)
	}
	return otherwise
}

func (n *node) ints(name string) []int {
	a, _ := n.attr(name)
	out := make([]int, len(a.GetInts()))
	for k, v := range a.GetInts() {
		out[k] = int(v)
	}
	return out
}

// intsOr is a list, or count times the same number where it is left out.
func (n *node) intsOr(name string, count, otherwise int) []int {
	if list := n.ints(name); len(list) > 0 {
		return list
	}
	return slices.Repeat([]int{otherwise}, count)
}

func (n *node) floats(name string) []float64 {
	a, _ := n.attr(name)
	out := make([]float64, len(a.GetFloats()))
	for k, v := range a.GetFloats() {
		out[k] = float64(v)
	}
	return out
}

func (n *node) texts(name string) []string {
	a, _ := n.attr(name)
	out := make([]string, len(a.GetStrings()))
	for k, v := range a.GetStrings() {
		out[k] = string(v)
	}
	return out
}

// inputs is how many inputs an operator has at least; 1 where nothing is said.
var inputs = map[string]int{
	"Constant": 0,
	"Add":      2, "Sub": 2, "Mul": 2, "Div": 2, "Pow": 2, "PRelu": 2, "MatMul": 2, "Gemm": 2, "Conv": 2, "Gather": 2, "Expand": 2,
	"BatchNormalization": 5, "ai.onnx.ml.ArrayFeatureExtractor": 2,
}

// moves are the operators that take positions and labels, which are no numbers.
var moves = map[string]bool{
	"Reshape": true, "Flatten": true, "Squeeze": true, "Unsqueeze": true, "Transpose": true, "Identity": true, "Cast": true, "Not": true,
	"ai.onnx.ml.ZipMap": true, "ai.onnx.ml.LabelEncoder": true, "ai.onnx.ml.ArrayFeatureExtractor": true,
}

// fits reports inputs that are missing or of another kind.
func (n *node) fits(in []value) error {
	least, ok := inputs[n.op]
	if !ok {
		least = 1
	}
	if len(in) < least || len(n.out) == 0 {
		return fmt.Errorf("%d inputs; want %d", len(in), least)
	}
	for k, v := range in {
		switch {
		case k < least && v.missing():
			return fmt.Errorf("input %d is left out", k+1)
		case v.kind != number && !moves[n.op]:
			return errors.New("of positions or labels; want real numbers")
		}
	}
	return nil
}
