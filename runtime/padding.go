package runtime

// Padded inputs (`upto`): the others see as many rows as the program works on,
// whatever the owner has. Rows are added once all sizes are known, at the owner.

import (
	"maps"
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
)

// pads reports the dimension of which the owner may load less.
func (in Input) pads(dimension int) bool { return in.Upto && dimension == 0 }

// pad adds the rows that are no data, and makes the masks that say which are.
func (p *Party) pad() {
	p.inputs, p.masks = maps.Clone(p.inputs), make(Values)
	for _, in := range p.prog.Inputs {
		if !in.Upto {
			continue
		}
		x, n := p.inputs[in.Name], int(in.Shape[0].eval(p.sizes).Int64())
		valid := make([]bool, n)
		for k := range x.Shape[0] {
			valid[k] = true
		}
		p.inputs[in.Name], p.masks[in.Name] = in.padded(x, n), clear.Bools([]int{n}, valid...)
	}
}

// padded returns x with n rows. The added elements are 0 where the range admits
// it, else its lower end.
func (in Input) padded(x clear.Tensor, n int) clear.Tensor {
	row := 1
	for _, d := range x.Shape[1:] {
		row *= d
	}
	out := clear.Tensor{Elem: x.Elem, Shape: slices.Clone(x.Shape), Data: make([]uint64, n*row)}
	out.Shape[0] = n
	if r := in.Range; r != nil && !r.Holds(0) {
		for k := range out.Data {
			out.Data[k] = uint64(r.Low)
		}
	}
	copy(out.Data, x.Data)
	return out
}
