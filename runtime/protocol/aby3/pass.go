package aby3

// Passes over vectors: what an operation draws and computes, it does tile by
// tile, so that masks and intermediates stay in the cache.

import (
	"sync"

	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// tile is the number of elements that a pass takes at a time.
const tile = 1024

// A scratch is the intermediates of one core: vectors of a tile, and one more
// for packed masks.
type scratch struct {
	v      [4][tile]uint64
	packed [tile]uint64
}

// of returns a vector for elements lo to hi.
func (s *scratch) of(i, lo, hi int) []uint64 { return s.v[i][:hi-lo] }

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// pass goes once through vectors of n elements, on all cores: each calls start
// with its first element, and what that returns with consecutive tiles.
func pass(n int, start func(first int) func(s *scratch, lo, hi int)) {
	ring.Split(n, func(first, end int) {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		work := start(first)
		for lo := first; lo < end; lo += tile {
			work(s, lo, min(lo+tile, end))
		}
	})
}

// A mask is elements of a common stream, drawn in a pass.
type mask struct {
	taken prg.Taken
	width int // bits of an element
}

// take is the mask that the holders of component c have in common.
func (k *Kernel) take(net mpc.Net, c int, p prg.Purpose, g group) mask {
	return g.take(net.Stream(k.holders(c), p))
}

// from returns what fills tiles with the mask, from an element on; it begins a
// word of 64 elements.
func (m mask) from(first int) func(dst []uint64, s *scratch) {
	cursor := m.taken.From(first / 64 * m.width)
	if m.width == 64 {
		return func(dst []uint64, _ *scratch) { cursor.Fill(dst) }
	}
	return func(dst []uint64, s *scratch) {
		packed := s.packed[:ring.Words(len(dst)*m.width)]
		cursor.Fill(packed)
		ring.UnpackTo(dst, packed, m.width)
	}
}

// zeros returns this role's part of a sharing of zero, to which add adds: the
// three parts cancel, and each is uniform to the next role, which lacks one of
// its two masks.
func (k *Kernel) zeros(net mpc.Net, p prg.Purpose, g group, add func(z []uint64, lo, hi int)) []uint64 {
	if g.Wide() { // in one piece: an element's words are apart
		z := k.mask(net, k.role, p, g)
		g.Sub(z, z, k.mask(net, k.role+1, p, g))
		add(z, 0, len(z))
		return z
	}
	plus, minus := k.take(net, k.role, p, g), k.take(net, k.role+1, p, g)
	z := make([]uint64, g.Words())
	pass(len(z), func(first int) func(s *scratch, lo, hi int) {
		plus, minus := plus.from(first), minus.from(first)
		return func(s *scratch, lo, hi int) {
			part, other := z[lo:hi], s.of(0, lo, hi)
			plus(part, s)
			minus(other, s)
			g.Sub(part, part, other)
			g.ClearTail(z, lo, hi)
			add(part, lo, hi)
		}
	})
	return z
}

// loans are vectors that are in no result and no message, to be used again.
var loans = sync.Pool{New: func() any { return new([]uint64) }}

// loan returns n words that hold anything; the caller gives them back to loans.
func loan(n int) *[]uint64 {
	x := loans.Get().(*[]uint64)
	if cap(*x) < n {
		*x = make([]uint64, n)
	}
	*x = (*x)[:n]
	return x
}
