// Package interp is the reference: it runs a whole computation in clear, with
// exact integers, one element after the other, and is the oracle of every
// other backend. It shares no code with the runtime.
//
// A value is its integer representation (fixed: scaled by 2^F). Every result
// is computed exactly and then wrapped to its type (spec.md, section 9):
// products and quotients of fixed round toward minus infinity, integer
// quotients toward zero. Secure operations mean what clear ones mean.
package interp

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// Run binds the sizes of a whole (not projected) and verified program from
// its inputs, checks what the set-up of a run would check, and returns the
// outputs. Keys are `a`, or `pay[e0]` for a member's part of a bundle. Errors
// read as they do in a run.
func Run(p *ir.Program, in map[string]Tensor) (map[string]Tensor, error) {
	if p.Player >= 0 {
		return nil, errors.New("cannot interpret a projection: it is one player's part")
	}
	sizes, err := setUp(p, in)
	if err != nil {
		return nil, err
	}
	in, masks := padded(p, in, sizes)
	m := &machine{
		p: p, in: in, masks: masks, sizes: sizes,
		coin:   rand.NewPCG(0, 0),
		values: make([]Tensor, len(p.Values)),
		out:    make(map[string]Tensor),
	}
	if err := m.block(p.Body); err != nil {
		return nil, err
	}
	return m.out, nil
}

// A machine is the state of one run.
type machine struct {
	p      *ir.Program
	in     map[string]Tensor // padded
	coin   *rand.PCG         // draws are the same in every run
	masks  map[string]Tensor // of padded inputs
	sizes  map[string]int64
	values []Tensor // by ir.Value; tensors are never changed
	out    map[string]Tensor
}

func (m *machine) block(b ir.Block) error {
	for _, i := range b {
		if err := m.instr(i); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) instr(i *ir.Instr) error {
	switch i.Op {
	case ir.OpStart, ir.OpPrint:
	case ir.OpFor:
		return m.loop(i)
	case ir.OpWhile:
		return m.while(i)
	case ir.OpIf:
		if m.arg(i, 0).isTrue() {
			return m.block(i.Body)
		}
		return m.block(i.Else)
	case ir.OpTogether, ir.OpChain:
		return m.block(i.Body)
	case ir.OpAssert:
		if !m.arg(i, 0).isTrue() {
			return m.failure(i)
		}
	case ir.OpOutput:
		m.out[ir.Key(i.Name, i.Member)] = m.arg(i, 0)
	default:
		return m.define(i)
	}
	return nil
}

func (m *machine) arg(i *ir.Instr, k int) Tensor { return m.values[i.Args[k]] }

// failure is how an early check or assert ends the run.
func (m *machine) failure(i *ir.Instr) error { return m.failed(i, i.Failure()) }

func (m *machine) failed(i *ir.Instr, why string) error {
	return fmt.Errorf("%s, at step %d (%s, %s)", why, i.Step, i.Op.Verb(), i.Pos.At().In(m.p.File))
}

func (m *machine) loop(i *ir.Instr) error {
	to, step := m.arg(i, 1).int(), m.arg(i, 2).int()
	if step < 1 {
		return m.failure(i)
	}
	for k := m.arg(i, 0).int(); k < to; k += step {
		m.values[i.Dst] = scalar(m.p.Values[i.Dst].Elem, k)
		if err := m.block(i.Body); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) while(i *ir.Instr) error {
	limit := m.arg(i, 1).int()
	for k := int64(0); k < limit && m.arg(i, 0).isTrue(); k++ {
		if err := m.block(i.Body); err != nil {
			return err
		}
	}
	return nil
}

// define computes a result.
func (m *machine) define(i *ir.Instr) error {
	info := m.p.Values[i.Dst]
	o := &operation{Instr: i, elem: info.Elem}
	for _, a := range i.Args {
		o.args = append(o.args, m.values[a])
	}
	for _, s := range i.Slices {
		o.slices = append(o.slices, m.slice(s))
	}
	m.measure(o)
	var err error
	if o.shape, err = m.eval(info.Name, info.Shape); err != nil {
		return err
	}
	if o.window, err = m.eval(info.Name, i.Window); err != nil {
		return err
	}
	if i.Checked && !o.defined() {
		return m.failure(i)
	}
	if i.Op == ir.OpParse {
		if err := o.firstUnread(); err != nil {
			return m.failed(i, err.Error())
		}
	}
	m.values[i.Dst], err = m.result(o)
	return err
}

// measure notes the lengths that data decides: those of the operands, and of
// the slices of an index. That of a filter is known only by its result.
func (m *machine) measure(o *operation) {
	bind := func(d types.Size, n int64) {
		if name, ok := d.Var(); ok && name[0] == '?' {
			m.sizes[name] = n
		}
	}
	for k, s := range o.slices {
		if o.Op == ir.OpIndex && s.whole {
			from, to := s.span(o.args[0].Shape[k])
			bind(o.Instr.Slices[k].Len, max(0, to-from))
		}
	}
	if made := o.Instr.Lengths(); len(made) > 0 {
		k := 0
		for _, d := range m.p.Values[o.Dst].Shape {
			if len(ir.OfData(types.Shape{d})) > 0 {
				bind(d, m.values[made[k]].int())
				k++
			}
		}
	}
	if o.Op == ir.OpFilter || o.Op == ir.OpUnique {
		bind(m.p.Values[o.Dst].Shape[0], operations[o.Op](o).Shape[0])
	}
}

func (m *machine) eval(name string, s types.Shape) ([]int64, error) {
	shape := make([]int64, len(s))
	for k, d := range s {
		n, err := d.Eval(m.sizes)
		if err != nil {
			return nil, fmt.Errorf("cannot tell the shape of %s: %w", name, err)
		}
		shape[k] = n
	}
	return shape, nil
}

func (m *machine) slice(s ir.Slice) slice {
	out := slice{whole: s.Range, to: -1}
	if s.From != 0 {
		out.from = m.values[s.From].int()
	}
	if s.To != 0 {
		out.to = m.values[s.To].int()
	}
	return out
}

func (m *machine) result(o *operation) (Tensor, error) {
	switch o.Op {
	case ir.OpInput:
		return m.in[ir.Key(o.Name, o.Member)], nil
	case ir.OpDraw:
		return o.tensor(func(int) *big.Int { return bit(m.coin.Uint64()&1 == 1) }), nil
	case ir.OpValid:
		return m.masks[ir.Key(o.Name, o.Member)], nil
	case ir.OpConst:
		return Tensor{o.elem, o.shape, o.Const}, nil
	case ir.OpSizeOf:
		n, err := o.Size.Eval(m.sizes)
		return scalar(o.elem, n), err
	case ir.OpCopy, ir.OpShare, ir.OpOpen, ir.OpReveal, ir.OpRefresh:
		return o.args[0], nil
	}
	if compute := o.ofFloats(); compute != nil {
		return compute(o), nil
	}
	compute, ok := operations[o.Op]
	if !ok {
		return Tensor{}, fmt.Errorf("cannot interpret %s", o.Op)
	}
	return compute(o), nil
}
