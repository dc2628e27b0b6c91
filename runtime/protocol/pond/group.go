package pond

// Vectors, and how they travel.

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A group says how values are added and how they travel: count elements
// modulo 2^width, or count vectors of width packed bits each, added by
// exclusive or. On the wire there are no gaps, up to a whole byte at the end;
// of elements of more than 64 bits, the low words come first.
type group struct {
	count, width int
	packed       bool
}

// elements is the group of n elements modulo 2^width, kept in 64 or 128 bits.
func elements(n, width int) group { return group{count: n, width: width} }

// bits is the group of count vectors of n bits.
func bits(count, n int) group { return group{count: count, width: n, packed: true} }

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

// wide tells that elements have two planes.
func (g group) wide() bool { return !g.packed && g.width > 64 }

// ring is what elements are computed in.
func (g group) ring() ring.Modulus {
	if g.wide() {
		return ring.Z128
	}
	return ring.Z64
}

func (g group) words() int {
	if g.packed {
		return g.count * ring.Words(g.width)
	}
	return g.ring().Planes() * g.count
}

// size is the number of bytes on the wire.
func (g group) size() int { return ring.PackedSize(g.count, g.width) }

func (g group) add(dst, x, y []uint64) {
	if g.packed {
		ring.Xor(dst, x, y)
	} else {
		g.ring().Add(dst, x, y)
	}
}

func (g group) sub(dst, x, y []uint64) {
	if g.packed {
		ring.Xor(dst, x, y)
	} else {
		g.ring().Sub(dst, x, y)
	}
}

// draw takes whole words: of elements, bits beyond their width do not matter.
func (g group) draw(s *prg.Stream) []uint64 {
	out := s.Words(g.words())
	g.clearTails(out)
	return out
}

// clearTails zeroes the unused bits of packed vectors.
func (g group) clearTails(x []uint64) {
	if w := ring.Words(g.width); g.packed && g.width%64 != 0 {
		for end := w; end <= len(x); end += w {
			ring.ClearTail(x[end-w:end], g.width)
		}
	}
}

// permute returns rows at the places of at; a tensor has as many rows as at.
func (g group) permute(x []uint64, at []uint32) []uint64 {
	n := len(at)
	if g.packed {
		return ring.BitRows(x, at, n, g.width/max(1, n))
	}
	return g.ring().Rows(x, at, g.count/max(1, n))
}

func (g group) encode(x []uint64) []byte {
	switch {
	case g.packed:
		return ring.PackBits(x, g.width)
	case g.width%64 == 0:
		return ring.Bytes(x)
	case g.wide():
		return slices.Concat(ring.Bytes(x[:g.count]), ring.Pack(x[g.count:], g.width-64))
	}
	return ring.Pack(x, g.width)
}

func (g group) decode(b []byte) []uint64 {
	switch {
	case g.packed:
		return ring.UnpackBits(b, g.count, g.width)
	case g.width%64 == 0:
		return ring.FromBytes(b)
	case g.wide():
		return slices.Concat(ring.FromBytes(b[:8*g.count]), ring.Unpack(b[8*g.count:], g.count, g.width-64))
	}
	return ring.Unpack(b, g.count, g.width)
}
