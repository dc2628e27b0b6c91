package ir

// Number: what a list of instructions gets when a pass has finished it.

import (
	"fmt"
	"slices"
)

// Number numbers the steps from 1 in program order, drops values that no
// instruction mentions, and names temporaries t1, t2, … in order of
// definition.
func (p *Program) Number() {
	n := &numbering{p: p, to: make([]Value, len(p.Values)), values: make([]Info, 1, len(p.Values))}
	n.block(p.Body)
	n.names()
	for k := range p.Inputs {
		p.Inputs[k].Value = n.to[p.Inputs[k].Value]
	}
	for k := range p.Outputs {
		p.Outputs[k].Value = n.to[p.Outputs[k].Value]
	}
	p.Values = n.values
}

type numbering struct {
	p      *Program
	step   int
	to     []Value // old to new; 0: not met
	values []Info
}

func (n *numbering) block(b Block) {
	for _, i := range b {
		n.step++
		i.Step = n.step
		i.Args, i.Slices = slices.Clone(i.Args), slices.Clone(i.Slices) // may be shared with another instruction
		for k := range i.Args {
			i.Args[k] = n.value(i.Args[k])
		}
		for k := range i.Slices {
			i.Slices[k].From, i.Slices[k].To = n.value(i.Slices[k].From), n.value(i.Slices[k].To)
		}
		i.Dst = n.value(i.Dst)
		n.block(i.Body)
		n.block(i.Else)
	}
}

func (n *numbering) value(v Value) Value {
	if v == 0 {
		return 0
	}
	if n.to[v] == 0 {
		n.to[v] = Value(len(n.values))
		n.values = append(n.values, n.p.Values[v])
	}
	return n.to[v]
}

func (n *numbering) names() {
	taken := make(map[string]bool)
	for _, s := range n.p.Sizes {
		taken[s.Name] = true
	}
	for _, v := range n.values {
		if !v.Temp {
			taken[v.Name] = true
		}
	}
	next := 0
	for k := range n.values {
		if k == 0 || !n.values[k].Temp {
			continue
		}
		for ok := true; ok; ok = taken[n.values[k].Name] {
			next++
			n.values[k].Name = fmt.Sprintf("t%d", next)
		}
	}
}
