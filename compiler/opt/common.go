package opt

// Common subexpressions: an operation on the same operands as one before it,
// in the same block or one around it, takes that one's result; sharing the same
// value again is one too. So is a transposition of a transposition what it began
// with, and a reshape of a reshape one, or nothing. Variables are left alone, since
// they change.

import (
	"fmt"
	"maps"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

type common struct {
	p    *ir.Program
	same map[ir.Value]ir.Value // a dropped result, and the one that stands for it
	// moved are the transpositions and reshapes, by their result.
	moved map[ir.Value]*ir.Instr
}

func shareResults(p *ir.Program) {
	c := &common{p, make(map[ir.Value]ir.Value), make(map[ir.Value]*ir.Instr)}
	p.Body = c.block(p.Body, make(map[string]ir.Value))
	for k := range p.Outputs {
		p.Outputs[k].Value = c.value(p.Outputs[k].Value)
	}
}

func (c *common) value(v ir.Value) ir.Value {
	if w, ok := c.same[v]; ok {
		return w
	}
	return v
}

// block rewrites a block; known are the results at hand, by key.
func (c *common) block(b ir.Block, known map[string]ir.Value) ir.Block {
	var out ir.Block
	for _, i := range b {
		c.operands(i)
		if len(i.Body)+len(i.Else) > 0 {
			i.Body, i.Else = c.block(i.Body, maps.Clone(known)), c.block(i.Else, maps.Clone(known))
		}
		if !c.constant(i) {
			out = append(out, i)
			continue
		}
		if v, ok := c.unmoved(i); ok {
			c.replace(i.Dst, v)
			continue
		}
		k := c.key(i)
		if v, ok := known[k]; ok {
			c.replace(i.Dst, v)
			continue
		}
		known[k] = i.Dst
		out = append(out, i)
	}
	return out
}

// unmoved takes back a transposition or reshape: v is what i gives, element by
// element. A reshape of another one takes its operand.
func (c *common) unmoved(i *ir.Instr) (v ir.Value, ok bool) {
	if i.Op != ir.OpTranspose && i.Op != ir.OpReshape {
		return 0, false
	}
	c.moved[i.Dst] = i
	before, ok := c.moved[i.Args[0]]
	if !ok || before.Op != i.Op {
		return 0, false
	}
	v = before.Args[0]
	if i.Op == ir.OpReshape {
		i.Args = append([]ir.Value{v}, i.Args[1:]...)
	}
	from, to := c.p.Values[v], c.p.Values[i.Dst]
	return v, from.Elem == to.Elem && from.Shape.Equal(to.Shape) && fmt.Sprint(from.Place) == fmt.Sprint(to.Place)
}

func (c *common) operands(i *ir.Instr) {
	for k := range i.Args {
		i.Args[k] = c.value(i.Args[k])
	}
	for k := range i.Slices {
		i.Slices[k].From, i.Slices[k].To = c.value(i.Slices[k].From), c.value(i.Slices[k].To)
	}
}

// constant reports that the instruction gives the same result whenever its
// operands are in scope. One that may fail stays where it is.
func (c *common) constant(i *ir.Instr) bool {
	for _, v := range append(i.Uses(), i.Dst) {
		if c.p.Values[v].Var {
			return false
		}
	}
	return (pure[i.Op] || i.Op == ir.OpShare) && !i.Checked
}

func (c *common) key(i *ir.Instr) string {
	d := c.p.Values[i.Dst]
	return fmt.Sprint(i.Op, i.Args, i.Const, i.Size, i.Shift, i.Width, i.Least, i.Axis, i.Slices, i.Window, i.Name, i.Member, d.Elem,
		[]types.Size(d.Shape), d.Place) // by size: lengths that data decides are told apart
}

// replace lets v stand for dropped, and keep its name.
func (c *common) replace(dropped, v ir.Value) {
	c.same[dropped] = v
	if from, to := c.p.Values[dropped], &c.p.Values[v]; to.Temp && !from.Temp {
		to.Name, to.Temp = from.Name, false
	}
}
