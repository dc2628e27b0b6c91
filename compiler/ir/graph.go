package ir

// The graph of a computation, for those who look at a run of it.

import "slices"

// A Node is an instruction with its edges, by steps.
type Node struct {
	*Instr
	From   []int // whose results it takes, in order, each once
	Within int   // the loop, branch or together that it stands in; 0: none
}

// Graph lists the instructions of a block and of those inside, in the order of
// the text. What is made in several places was made last in this order.
func (b Block) Graph() []Node {
	g := graph{made: make(map[Value]int)}
	g.block(b, 0)
	return g.nodes
}

type graph struct {
	nodes []Node
	made  map[Value]int // the step that made each value last
}

func (g *graph) block(b Block, within int) {
	for _, i := range b {
		n := Node{Instr: i, Within: within}
		for _, v := range i.Uses() {
			if step := g.made[v]; step != 0 && !slices.Contains(n.From, step) {
				n.From = append(n.From, step)
			}
		}
		if i.Dst != 0 {
			g.made[i.Dst] = i.Step
		}
		g.nodes = append(g.nodes, n)
		g.block(i.Body, i.Step)
		g.block(i.Else, i.Step)
	}
}
