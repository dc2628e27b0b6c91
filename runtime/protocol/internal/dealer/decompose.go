package dealer

// The bits of a number: comparison's addition of D and a, with the carry into
// every bit. Within a block the carries out of its first bits are polynomials
// as that out of the whole block is; the blocks are joined by the prefix tree
// of Sklansky 1960, each level for all bits of the upper half of a group.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Bits returns the lowest w bits of x, 2 <= w, along a new first
// dimension, the lowest first. With B = ⌈(w-1)/4⌉ blocks: 1 + ⌈log2 B⌉
// rounds; at w = 64, 622 bits (77.8 bytes) and 5 rounds; 422 bits dealt. Carries are
// found as in Negative, and by a prefix tree (Sklansky 1960), on whose masks it relies.
func (k *Kernel) Bits(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(net, x, 0, width, width-1)
	carry := a.carries()
	for c := range carry { // nothing is carried into the lowest bit
		carry[c] = append(make([]uint64, a.words), carry[c]...)
	}
	comp := a.withCarry(carry, 0)
	for c := range comp {
		comp[c] = joined(comp[c], a.n)
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

// carries returns the carry out of each bit that is in a block.
func (a *addition) carries() [][]uint64 {
	g, p := a.prefixes()
	for level, half := 0, 1; half < len(a.blockLen); level, half = level+1, 2*half {
		a.join(level, half, g, p)
	}
	return g
}

// prefixes returns G and P of the bits of each block up to each of
// them. Into the lowest block nothing is carried: its P are not there.
func (a *addition) prefixes() (g, p [][]uint64) {
	count, w := a.positions(), a.words
	first := a.blockLen[0]
	vectors := bits(2*count-first, a.n)
	var part []uint64
	if a.Computes() {
		part = make([]uint64, vectors.Words())
		a.evaluate(func(block, lo, hi int, carry, pass [][]uint64) {
			for bit := range a.blockLen[block] {
				at := block*blockBits + bit
				copy(part[at*w+lo:][:hi-lo], carry[bit])
				if block > 0 {
					copy(part[(count+at-first)*w+lo:][:hi-lo], pass[bit])
				}
			}
		})
		vectors.ClearTails(part)
	}
	for _, c := range a.Masked(vectors, part) {
		g = append(g, append([]uint64{}, c[:count*w]...))
		// Places before the first block's end are never read.
		p = append(p, append(make([]uint64, first*w), c[count*w:]...))
	}
	return g, p
}

// join is a level of the tree: groups of blocks, half each, become one. A bit
// of the upper half generates what it did, or passes on from the top of the
// lower half. All of it is one And.
func (a *addition) join(level, half int, g, p [][]uint64) {
	w := a.words
	generating, passing := a.upper(half)
	var x, y []conjunct
	for _, u := range generating {
		x, y = append(x, conjunct{p, u.bit}), append(y, conjunct{g, u.below})
	}
	for _, u := range passing {
		x, y = append(x, conjunct{p, u.bit}), append(y, conjunct{p, u.below})
	}
	z := a.conjunctions(level, x, y)
	at := func(x []uint64, i int) []uint64 { return x[i*w : (i+1)*w] }
	for c := range z {
		for i, u := range generating {
			ring.Xor(at(g[c], u.bit), at(g[c], u.bit), at(z[c], i))
		}
		for i, u := range passing {
			copy(at(p[c], u.bit), at(z[c], len(generating)+i))
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
