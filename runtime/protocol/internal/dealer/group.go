package dealer

// Vectors, and how they travel.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
)

func elements(n, width int) Group { return vector.Elements(n, width) }
func bits(count, n int) Group     { return vector.Bits(count, n) }

// Elements is the group of n ring elements.
func (k *Kernel) Elements(n int) Group { return elements(n, int(k.Ring)) }

// GroupOf is the group of a tensor's components.
func (k *Kernel) GroupOf(x mpc.Operand) Group {
	n := mpc.Count(x.Dims())
	if x.Type() == clear.Bool {
		return bits(1, n)
	}
	return k.Elements(n)
}

// Opened is the group in which a tensor is opened. Its elements have at most 64
// bits, so that the low words, which are shares modulo 2^64, are enough.
func Opened(x mpc.Operand) Group {
	n := mpc.Count(x.Dims())
	if x.Type() == clear.Bool {
		return bits(1, n)
	}
	return elements(n, 64)
}
