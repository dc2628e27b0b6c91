package pond

// Vectors, and how they travel.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
)

type group = vector.Group

func elements(n, width int) group { return vector.Elements(n, width) }
func bits(count, n int) group     { return vector.Bits(count, n) }

// elements is the group of n ring elements.
func (k *Kernel) elements(n int) group { return elements(n, int(k.ring)) }

// groupOf is the group of a tensor's components.
func (k *Kernel) groupOf(x mpc.Operand) group {
	n := mpc.Count(x.Dims())
	if x.Type() == clear.Bool {
		return bits(1, n)
	}
	return k.elements(n)
}

// opened is the group in which a tensor is opened. Its elements have at most 64
// bits, so that the low words, which are shares modulo 2^64, are enough.
func opened(x mpc.Operand) group {
	n := mpc.Count(x.Dims())
	if x.Type() == clear.Bool {
		return bits(1, n)
	}
	return elements(n, 64)
}
