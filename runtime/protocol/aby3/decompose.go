package aby3

// The bits of a number: comparison's addition of e and f, with the carry into
// every bit. Within a block the carries out of its first bits are polynomials
// as that out of the whole block is; the blocks are joined by the prefix tree
// of Sklansky 1960, each level for all bits of the upper half of a group.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Bits returns the lowest w bits of x, 2 <= w <= 64, along a new first
// dimension, the lowest first. With B = ⌈(w-1)/4⌉ blocks: 2 + ⌈log2 B⌉
// rounds; at w = 64, 1,044 bits (130.5 bytes) and 6 rounds. Carries are found as in
// Negative, and by a prefix tree (Sklansky 1960), on whose masks it relies.
func (k *Kernel) Bits(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(net, x, 0, width, width-1)
	defer a.end()
	if k.role != 1 {
		a.low = make([]uint64, (width-1)*a.words)
	}
	a.input()
	carry := a.carries()
	comp := make([][]uint64, len(carry))
	for i := range comp {
		x := make([]uint64, width*a.words)
		copy(x[a.words:], carry[i])
		if i == k.place(2) {
			ring.Xor(x, x, a.slices)
		} else {
			low, high := x[:(width-1)*a.words], x[(width-1)*a.words:]
			ring.Xor(low, low, a.lowBits(i == k.place(0)))
			ring.Xor(high, high, a.high[i])
			bits(width, a.n).ClearTails(x)
		}
		comp[i] = joined(x, a.n)
	}
	return mpc.Share{Elem: clear.Bool, Shape: append([]int{width}, x.Shape...), Comp: comp}
}

// joined removes the gaps between vectors of n bits.
func joined(x []uint64, n int) []uint64 {
	if n%64 == 0 {
		return x
	}
	count := len(x) / ring.Words(n)
	return ring.UnpackBits(ring.PackBits(x, n), 1, count*n)
}

// lowBits is a component of the bits of e in blocks: the masks, or what stands
// among the monomials of each block.
func (a *addition) lowBits(masks bool) []uint64 {
	if masks {
		return a.low
	}
	var out []uint64
	for block, b := range a.blockLen {
		for bit := range b {
			at := a.monomials(block) + 1<<bit - 1
			out = append(out, a.rest[at*a.words:(at+1)*a.words]...)
		}
	}
	return out
}

// carries returns shares of the carry out of each bit that is in a block.
func (a *addition) carries() [][]uint64 {
	g, p := a.prefixes()
	for level, half := prg.Purpose(0), 1; half < len(a.blockLen); level, half = level+1, 2*half {
		a.join(tree+level, half, g, p)
	}
	return g
}

// prefixes returns shares of G and P of the bits of each block up to each of
// them. Into the lowest block nothing is carried: its P are not there.
func (a *addition) prefixes() (g, p [][]uint64) {
	count, w := a.positions(), a.words
	first := a.blockLen[0]
	group := bits(2*count-first, a.n)
	var part []uint64
	if a.role != 0 {
		part = make([]uint64, group.Words())
		a.evaluate(func(block, lo, hi int, carry, pass [][]uint64) {
			for bit := range a.blockLen[block] {
				at := block*blockBits + bit
				copy(part[at*w+lo:][:hi-lo], carry[bit])
				if block > 0 {
					copy(part[(count+at-first)*w+lo:][:hi-lo], pass[bit])
				}
			}
		})
		group.ClearTails(part)
	}
	for _, c := range a.reshare(a.net, 2, resharing, part, group) {
		g = append(g, c[:count*w:count*w])
		// Places before the first block's end are never read.
		p = append(p, append(make([]uint64, first*w), c[count*w:]...))
	}
	return g, p
}

// positions is the number of bits in blocks.
func (a *addition) positions() int {
	n := 0
	for _, b := range a.blockLen {
		n += b
	}
	return n
}

// join is a level of the tree: groups of blocks, half each, become one. A bit
// of the upper half generates what it did, or passes on from the top of the
// lower half. All of it is one And.
func (a *addition) join(purpose prg.Purpose, half int, g, p [][]uint64) {
	w := a.words
	generating, passing := a.upper(half)
	n := len(generating)
	z := a.and(a.net, purpose, bits(n+len(passing), a.n), func(i int) (x, y [][]uint64) {
		if i < n {
			u := generating[i]
			return a.at(p, u.bit), a.at(g, u.below)
		}
		u := passing[i-n]
		return a.at(p, u.bit), a.at(p, u.below)
	})
	at := func(x []uint64, i int) []uint64 { return x[i*w : (i+1)*w] }
	for c := range z {
		for i, u := range generating {
			ring.Xor(at(g[c], u.bit), at(g[c], u.bit), at(z[c], i))
		}
		for i, u := range passing {
			copy(at(p[c], u.bit), at(z[c], n+i))
		}
	}
}

// An upperBit is a bit of the upper half of a group, and the highest bit of
// the lower half.
type upperBit struct{ bit, below int }

// upper lists the bits that a level changes: G of all, P of those that have
// more than the lowest block below them.
func (a *addition) upper(half int) (generating, passing []upperBit) {
	for i, b := range a.blockLen {
		group := i / half
		if group%2 == 0 {
			continue
		}
		for bit := range b {
			u := upperBit{i*blockBits + bit, group*half*blockBits - 1}
			generating = append(generating, u)
			if group > 1 {
				passing = append(passing, u)
			}
		}
	}
	return generating, passing
}
