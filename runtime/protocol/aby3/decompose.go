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
// rounds; at w = 64, 1,044 bits (130.5 bytes) and 6 rounds.
func (k *Kernel) Bits(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(x, 0, width, width-1)
	in := a.input(net, width-1)
	carry := a.carries(net, in)
	comp := make([][]uint64, len(carry))
	for i := range comp {
		bits := make([]uint64, width*a.words)
		copy(bits[a.words:], carry[i])
		if i == k.place(2) {
			ring.Xor(bits, bits, a.slices)
		} else {
			ring.Xor(bits, bits, a.inputs(in[i]))
		}
		comp[i] = joined(bits, a.n)
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

// inputs is the part of each bit of e, which stands among the monomials of its
// block, but for the highest, which follows them.
func (a *addition) inputs(in []uint64) []uint64 {
	var out []uint64
	next := 0
	for _, b := range a.blockLen {
		for bit := range b {
			at := next + 1<<bit - 1
			out = append(out, in[at*a.words:(at+1)*a.words]...)
		}
		next += 1<<b - 1
	}
	return append(out, in[next*a.words:(next+1)*a.words]...)
}

// carries returns shares of the carry out of each bit that is in a block.
func (a *addition) carries(net mpc.Net, in [][]uint64) [][]uint64 {
	g, p := a.prefixes(net, in)
	for level, half := prg.Purpose(0), 1; half < len(a.blockLen); level, half = level+1, 2*half {
		a.join(net, tree+level, half, g, p)
	}
	return g
}

// prefixes returns shares of G and P of the bits of each block up to each of
// them. Into the lowest block nothing is carried: its P are not there.
func (a *addition) prefixes(net mpc.Net, in [][]uint64) (g, p [][]uint64) {
	count, w := a.positions(), a.words
	first := a.blockLen[0]
	group := bits(2*count-first, a.n)
	var part []uint64
	if known := a.place(2); known >= 0 {
		part = make([]uint64, group.words())
		a.evaluate(in[1-known], func(i, word int, carry, pass *[blockBits]uint64) {
			for bit := range a.blockLen[i] {
				at := i*blockBits + bit
				part[at*w+word] = carry[bit]
				if i > 0 {
					part[(count+at-first)*w+word] = pass[bit]
				}
			}
		})
		group.clearTails(part)
	}
	for _, c := range a.reshare(net, 2, resharing, part, group) {
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
func (a *addition) join(net mpc.Net, purpose prg.Purpose, half int, g, p [][]uint64) {
	w := a.words
	at := func(x []uint64, i int) []uint64 { return x[i*w : (i+1)*w] }
	generating, passing := a.upper(half)
	x, y := make([][]uint64, 2), make([][]uint64, 2)
	for c := range x {
		for _, u := range generating {
			x[c], y[c] = append(x[c], at(p[c], u.bit)...), append(y[c], at(g[c], u.below)...)
		}
		for _, u := range passing {
			x[c], y[c] = append(x[c], at(p[c], u.bit)...), append(y[c], at(p[c], u.below)...)
		}
	}
	z := a.and(net, purpose, x, y, bits(len(generating)+len(passing), a.n))
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
