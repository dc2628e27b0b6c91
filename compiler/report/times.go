package report

// How often a run may make a disclosure: what an audit holds it to.

import (
	"math"
	"slices"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/lang/types"
)

// Times is how often a run with these sizes opens or reveals what the
// disclosure lists: exactly, or at most so often. A label's type says so by its
// first dimensions; any other disclosure is made once a step, under a branch at
// most once, and in a loop as often as that runs, which is not said.
func (d Disclosure) Times(sizes map[string]int64) (n int64, atMost bool, err error) {
	branch := slices.Contains(d.around, ir.OpIf)
	switch {
	case d.Kind == "label":
		loops := d.shape[:d.loops]
		for _, s := range loops {
			branch = branch || s.Padded()
		}
		n, err = loops.Unpadded().Count().Eval(sizes)
		return n, branch, err
	case slices.Contains(d.around, ir.OpFor), slices.Contains(d.around, ir.OpWhile):
		return math.MaxInt64, true, nil
	}
	return int64(len(d.Steps)), branch, nil
}

// Value is the element and shape of each value that is disclosed.
func (d Disclosure) Value(sizes map[string]int64) (types.Elem, []int, error) {
	var dims []int
	for _, s := range d.shape[d.loops:] {
		n, err := s.Eval(sizes)
		if err != nil {
			return d.elem, nil, err
		}
		dims = append(dims, int(n))
	}
	return d.elem, dims, nil
}
