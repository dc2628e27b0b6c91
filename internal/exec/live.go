package exec

// How long values live: a frame lets go of each after the last instruction that
// names it, so that a player's memory is that of its live tensors.

import "github.com/tfec-lang/tfec/compiler/ir"

// occurrences counts how often instructions name each value, those within them
// included.
type occurrences map[ir.Value]int

func (o occurrences) count(b ...*ir.Instr) {
	for _, i := range b {
		for _, v := range append(i.Uses(), i.Dst) {
			o[v]++
		}
		o.count(i.Body...)
		o.count(i.Else...)
	}
}

// spent lists, for each instruction of a block, the values that are named
// nowhere after it: everything that names them stands in this block up to here.
// What a loop's body carries to its next pass is named before the loop, too.
func (t *translator) spent(b ir.Block) [][]ir.Value {
	seen, out := make(occurrences), make([][]ir.Value, len(b))
	for k, i := range b {
		here := make(occurrences)
		here.count(i)
		for v, n := range here {
			if seen[v] += n; seen[v] == t.named[v] && v != 0 {
				out[k] = append(out[k], v)
			}
		}
	}
	return out
}
