// Package vector holds what protocols on rings share: how vectors of ring
// elements and of packed bits are added, and how they travel.
package vector

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A Group says how values are added and how they travel: count elements
// modulo 2^width, or count vectors of width packed bits each, added by
// exclusive or. On the wire there are no gaps, up to a whole byte at the end;
// of elements of more than 64 bits, the low words come first.
type Group struct {
	Count, Width int
	Packed       bool
}

// Elements is the group of n elements modulo 2^width. In memory they are those
// of a ring, of which the lowest width bits matter.
func Elements(n, width int) Group { return Group{Count: n, Width: width} }

// Bits is the group of count vectors of n bits.
func Bits(count, n int) Group { return Group{Count: count, Width: n, Packed: true} }

// Wide tells that elements have two planes.
func (g Group) Wide() bool { return !g.Packed && g.Width > 64 }

// Ring is what elements are computed in.
func (g Group) Ring() ring.Modulus {
	if g.Wide() {
		return ring.Z128
	}
	return ring.Z64
}

// Words is how many words a vector has in memory.
func (g Group) Words() int {
	if g.Packed {
		return g.Count * ring.Words(g.Width)
	}
	return g.Ring().Planes() * g.Count
}

// Size is the number of bytes on the wire.
func (g Group) Size() int { return ring.PackedSize(g.Count, g.Width) }

// Add sets dst to x + y.
func (g Group) Add(dst, x, y []uint64) {
	if g.Packed {
		ring.Xor(dst, x, y)
	} else {
		g.Ring().Add(dst, x, y)
	}
}

// Sub sets dst to x - y.
func (g Group) Sub(dst, x, y []uint64) {
	if g.Packed {
		ring.Xor(dst, x, y)
	} else {
		g.Ring().Sub(dst, x, y)
	}
}

// Draw takes a vector from a stream in whole words: of elements, bits beyond their
// width do not matter.
func (g Group) Draw(s *prg.Stream) []uint64 {
	out := s.Words(g.Words())
	g.ClearTails(out)
	return out
}

// ClearTails zeroes the unused bits of packed vectors.
func (g Group) ClearTails(x []uint64) { g.ClearTail(x, 0, len(x)) }

// ClearTail is ClearTails for words lo to hi: of vectors that end there.
func (g Group) ClearTail(x []uint64, lo, hi int) {
	if !g.Packed || g.Width%64 == 0 {
		return
	}
	w := ring.Words(g.Width)
	for end := (lo/w + 1) * w; end <= hi; end += w {
		ring.ClearTail(x[end-w:end], g.Width)
	}
}

// Permute returns rows at the places of at; a tensor has as many rows as at.
func (g Group) Permute(x []uint64, at []uint32) []uint64 {
	n := len(at)
	if g.Packed {
		return ring.BitRows(x, at, n, g.Width/max(1, n))
	}
	return g.Ring().Rows(x, at, g.Count/max(1, n))
}

// Encode is x as it travels.
func (g Group) Encode(x []uint64) []byte {
	switch {
	case g.Packed:
		return ring.PackBits(x, g.Width)
	case g.Width%64 == 0:
		return ring.Bytes(x)
	case g.Wide():
		return slices.Concat(ring.Bytes(x[:g.Count]), ring.Pack(x[g.Count:], g.Width-64))
	}
	return ring.Pack(x, g.Width)
}

// Decode is what Encode wrote, Size bytes.
func (g Group) Decode(b []byte) []uint64 {
	switch {
	case g.Packed:
		return ring.UnpackBits(b, g.Count, g.Width)
	case g.Width%64 == 0:
		return ring.FromBytes(b)
	case g.Wide():
		return slices.Concat(ring.FromBytes(b[:8*g.Count]), ring.Unpack(b[8*g.Count:], g.Count, g.Width-64))
	}
	return ring.Unpack(b, g.Count, g.Width)
}
