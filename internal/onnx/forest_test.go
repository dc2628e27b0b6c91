package onnx_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/internal/onnx"
	"github.com/tfec-lang/tfec/internal/onnx/onnxpb"
)

// An ensemble is the lists of a TreeEnsembleRegressor of one target.
type ensemble struct {
	trees, nodes, columns, yes, no []int64
	bounds                         []float32
	modes                          []string
	told                           []float32 // of leaves, in their order
}

// ask adds a node that goes to others where a column is at most a bound.
func (e *ensemble) ask(tree, node, column int64, bound float32, yes, no int64) {
	e.node(tree, node, "BRANCH_LEQ", column, bound, yes, no)
}

// tell adds a leaf.
func (e *ensemble) tell(tree, node int64, told float32) {
	e.node(tree, node, "LEAF", 0, 0, 0, 0)
	e.told = append(e.told, told)
}

func (e *ensemble) node(tree, node int64, mode string, column int64, bound float32, yes, no int64) {
	e.trees, e.nodes, e.modes = append(e.trees, tree), append(e.nodes, node), append(e.modes, mode)
	e.columns, e.bounds, e.yes, e.no = append(e.columns, column), append(e.bounds, bound), append(e.yes, yes), append(e.no, no)
}

// model is the ensemble over rows of two columns.
func (e *ensemble) model() *onnxpb.ModelProto {
	m := layer()
	m.Graph.Input, m.Graph.Output, m.Graph.Initializer = []*onnxpb.ValueInfoProto{edge("x", openShape("n", 2))}, []*onnxpb.ValueInfoProto{edge("y", nil)}, nil
	n := operation("TreeEnsembleRegressor", "y", "x")
	n.Domain = proto.String("ai.onnx.ml")
	var trees, leaves, targets []int64
	for k, mode := range e.modes {
		if mode == "LEAF" {
			trees, leaves, targets = append(trees, e.trees[k]), append(leaves, e.nodes[k]), append(targets, 0)
		}
	}
	for name, list := range map[string][]int64{"nodes_treeids": e.trees, "nodes_nodeids": e.nodes, "nodes_featureids": e.columns, "nodes_truenodeids": e.yes, "nodes_falsenodeids": e.no, "target_treeids": trees, "target_nodeids": leaves, "target_ids": targets} {
		n.Attribute = append(n.Attribute, &onnxpb.AttributeProto{Name: &name, Ints: list})
	}
	modes := &onnxpb.AttributeProto{Name: proto.String("nodes_modes")}
	for _, mode := range e.modes {
		modes.Strings = append(modes.Strings, []byte(mode))
	}
	n.Attribute = append(n.Attribute, modes,
		&onnxpb.AttributeProto{Name: proto.String("nodes_values"), Floats: e.bounds},
		&onnxpb.AttributeProto{Name: proto.String("target_weights"), Floats: e.told})
	m.Graph.Node = []*onnxpb.NodeProto{n}
	return m
}

// grow adds a tree of random questions below a node, and returns the next free number.
func (e *ensemble) grow(random *rand.Rand, tree, node int64, depth int) int64 {
	if depth == 0 || random.IntN(6) == 0 {
		e.tell(tree, node, float32(random.IntN(64))/16)
		return node + 1
	}
	at := len(e.nodes)
	e.ask(tree, node, random.Int64N(2), float32(random.IntN(8192))/64, node+1, 0)
	e.no[at] = e.grow(random, tree, node+1, depth-1)
	return e.grow(random, tree, e.no[at], depth-1)
}

// predict walks down all trees.
func (e *ensemble) predict(row []float64) float64 {
	sum, told, at := 0.0, make(map[[2]int64]float32), make(map[[2]int64]int)
	for k, mode := range e.modes {
		at[[2]int64{e.trees[k], e.nodes[k]}] = k
		if mode == "LEAF" {
			told[[2]int64{e.trees[k], e.nodes[k]}] = e.told[len(told)]
		}
	}
	for k, node := range e.nodes {
		if node != 0 { // the root of each
			continue
		}
		for e.modes[k] != "LEAF" {
			next := e.no[k]
			if row[e.columns[k]] <= float64(e.bounds[k]) {
				next = e.yes[k]
			}
			k = at[[2]int64{e.trees[k], next}]
		}
		sum += float64(told[[2]int64{e.trees[k], e.nodes[k]}])
	}
	return sum
}

// TestForest holds that many trees, which take several passes, tell what walking down
// each of them does, where rows equal bounds, too.
func TestForest(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	e := new(ensemble)
	for tree := range int64(64) {
		e.grow(random, tree, 0, 8)
	}
	program, err := imported(t, e.model(), t.TempDir())
	require.NoError(t, err)
	require.Contains(t, string(program.Module), "for pass1 in 0..2 {")
	rows := array{shape: []int{3, 2}, numbers: []float64{64, 3.5, 100, 90.25, 17, 127}}
	in := map[string]interp.Tensor{"x": fixed(rows)}
	for _, w := range program.Weights {
		in["weights."+w.Name] = bound(w)
	}
	out, err := interp.Run(compiled(t, program), in)
	require.NoError(t, err)
	want := array{shape: []int{3, 1}}
	for k := range 3 {
		want.numbers = append(want.numbers, e.predict(rows.numbers[2*k:2*k+2]))
	}
	assert.Equal(t, fixed(want).Data, out["y"].Data)
}

// TestLeaves holds what becomes of leaves: those of equal paths are one, and none is what
// cannot be reached or tells nothing.
func TestLeaves(t *testing.T) {
	e := new(ensemble)
	for tree, told := range []float32{1, 2} {
		e.ask(int64(tree), 0, 1, 0.5, 1, 2)
		e.tell(int64(tree), 1, told)
		e.tell(int64(tree), 2, 0)
	}
	// A bound that rounds to the one above it: where the first is not kept, the second is not.
	e.ask(2, 0, 0, 3, 1, 2)
	e.tell(2, 1, 4)
	e.ask(2, 2, 0, 3+1e-6/4, 3, 4)
	e.tell(2, 3, 5)
	e.tell(2, 4, 6)
	program, err := imported(t, e.model(), t.TempDir())
	require.NoError(t, err)
	weights := make(map[string]onnx.Weight)
	for _, w := range program.Weights {
		weights[w.Name] = w
	}
	assert.Equal(t, onnx.Weight{Name: "forest1_paths", Shape: []int{1, 3, 2}, Data: []float64{1, 0, 0, 1, 0, -1}, Low: -1, High: 1}, weights["forest1_paths"])
	assert.Equal(t, []float64{1, 1, 0}, weights["forest1_yes"].Data)
	assert.Equal(t, []float64{3, 4, 6}, weights["forest1_leaves"].Data)
	assert.Equal(t, []float64{0.5, 3}, weights["forest1_bounds"].Data)
}

// TestNoForest holds what trees are refused for.
func TestNoForest(t *testing.T) {
	for name, c := range map[string]struct {
		plant func(e *ensemble)
		want  string
	}{
		"a leaf alone": {func(e *ensemble) { e.tell(0, 0, 1) }, ""},
		"a column beyond the row": {func(e *ensemble) {
			e.ask(0, 0, 2, 1, 1, 2)
		}, "column 2 of 2"},
		"a missing node": {func(e *ensemble) {
			e.ask(0, 0, 0, 1, 1, 2)
			e.tell(0, 1, 1)
		}, "tree 0 has no node 2"},
		"a node below two": {func(e *ensemble) {
			e.ask(0, 0, 0, 1, 1, 1)
			e.tell(0, 1, 1)
		}, "two ways lead to node 1 of tree 0"},
		"a ring": {func(e *ensemble) {
			e.ask(0, 0, 0, 1, 1, 1)
			e.ask(0, 1, 0, 2, 0, 0)
		}, "no tree has a root"},
		"a path too long": {func(e *ensemble) {
			for k := range int64(128) {
				e.ask(0, 2*k, 0, float32(k), 2*k+1, 2*k+2)
				e.tell(0, 2*k+1, 1)
			}
			e.tell(0, 256, 1)
		}, "a tree of a depth of more than 127; train it with a smaller one (max_depth)"},
	} {
		t.Run(name, func(t *testing.T) {
			e := new(ensemble)
			c.plant(e)
			_, err := imported(t, e.model(), t.TempDir())
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, "TreeEnsembleRegressor `y`: "+c.want)
		})
	}
}
