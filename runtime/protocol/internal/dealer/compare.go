package dealer

// Comparison with zero. Both servers see D, the dealer knows a, and x = D + a. The
// sum is cut in blocks of up to four bits. Whether a block generates a carry (G)
// or would pass one on (P) is a polynomial in its bits of a, whose coefficients D
// says: so the dealer hands out the monomials of its bits, the servers evaluate
// on their parts, G and P are masked, and a tree joins the blocks.

import (
	mathbits "math/bits"
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// blockBits is the width of a block.
const blockBits = ring.CarryBits

// Negative returns the sign bits of x at a width w, in masked form as x is. With B =
// ⌈(w-1)/4⌉ blocks over the w-1 lower bits: 1 + ⌈log2 B⌉ rounds; at w = 64, 114 bits
// (14.3 bytes) and 5 rounds, at w = 33, 52 bits and 4 rounds; 259 and 132 bits dealt. It
// relies on the monomials of the mask's blocks, which are dealt, and on what And does; x
// must fit in w bits (the adder of Mohassel and Rindal 2018 on blocks).
func (k *Kernel) Negative(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(net, x, 0, width, width-1)
	carry := a.carry(a.blocks(true))
	return mpc.Share{Elem: clear.Bool, Shape: x.Shape, Comp: a.withCarry(carry, width-1)}
}

// IsZero returns whether x is zero modulo 2^w: D + a is, exactly if every bit
// of D + (a - 1) passes a carry on. With B = ⌈w/4⌉ blocks, 1 + ⌈log2 B⌉
// rounds; at w = 64, 62 bits (7.8 bytes) and 5 rounds; 255 bits dealt. It relies on what
// Negative does, and is exact modulo 2^w (after Mohassel and Rindal 2018).
func (k *Kernel) IsZero(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(net, x, -1, width, width)
	_, p := a.blocks(false)
	return mpc.Share{Elem: clear.Bool, Shape: x.Shape, Comp: a.all(p)}
}

// An addition is D + a, n of them. The dealer hands out for each block the monomials of
// its bits of a, in the order of the sets of bits, and then the bits of a that are
// in no block.
type addition struct {
	*Step
	n, words int
	blockLen []int
	slices   []uint64    // bits of D at the servers, of a at the dealer: vectors of packed bits
	dealt    [2][]uint64 // by server
}

// addition slices the lowest width bits of D, or of a + c, and cuts the lowest
// bits of them in blocks; it begins the first stage.
func (k *Kernel) addition(net mpc.Net, x mpc.Share, c int64, width, bits int) *addition {
	a := &addition{Step: k.Begin(net, Working), n: x.Len(), words: ring.Words(x.Len())}
	for ; bits > 0; bits -= blockBits {
		a.blockLen = append(a.blockLen, min(bits, blockBits))
	}
	known := x.Comp[0]
	if k.Role == Dealer {
		known = k.Sum(x)
		k.Ring.AddConst(known, known, ring.Integer(c))
	}
	a.slices = k.Ring.SlicesOf(known, width)
	monomials := a.monomials(len(a.blockLen))
	further := width - a.positions()
	dealt := a.Dealt(0, func() [][]uint64 {
		return [][]uint64{a.products(monomials, a.slices[a.positions()*a.words:])}
	}, Group{Count: monomials + further, Width: a.n, Packed: true})
	for server, d := range dealt {
		if d != nil {
			a.dealt[server] = d[0]
		}
	}
	return a
}

// slice is bit i of all elements.
func (a *addition) slice(i int) []uint64 { return a.slices[i*a.words : (i+1)*a.words] }

// monomials is the number of monomials of the first blocks.
func (a *addition) monomials(blocks int) int {
	m := 0
	for _, b := range a.blockLen[:blocks] {
		m += 1<<b - 1
	}
	return m
}

// positions is the number of bits in blocks.
func (a *addition) positions() int {
	n := 0
	for _, b := range a.blockLen {
		n += b
	}
	return n
}

// place is where bit i stands among what is dealt.
func (a *addition) place(i int) int {
	block := i / blockBits
	if i < a.positions() {
		return a.monomials(block) + 1<<(i%blockBits) - 1
	}
	return a.monomials(len(a.blockLen)) + i - a.positions()
}

// products are the monomials: that of a set of bits is that without the lowest,
// times the lowest. After them come further vectors.
func (a *addition) products(count int, further []uint64) []uint64 {
	out := make([]uint64, count*a.words+len(further))
	copy(out[count*a.words:], further)
	for block, b := range a.blockLen {
		first := a.monomials(block)
		at := func(set int) []uint64 { return out[(first+set-1)*a.words:][:a.words] }
		for set := 1; set < 1<<b; set++ {
			bit := a.slice(block*blockBits + mathbits.TrailingZeros(uint(set)))
			if without := set & (set - 1); without == 0 {
				copy(at(set), bit)
			} else {
				ring.And(at(set), at(without), bit)
			}
		}
	}
	return out
}

// evaluate computes a server's parts of the carries of each block, and of what
// its bits pass on, a chunk of words at a time. Server 0 adds the constant terms.
func (a *addition) evaluate(put func(block, lo, hi int, carry, pass [][]uint64)) {
	const elements = 64 * ring.CarryWords
	chunks := (a.words + ring.CarryWords - 1) / ring.CarryWords
	in := a.dealt[a.Role]
	ring.Split(chunks*elements, func(first, end int) {
		var carries ring.Carries
		var out [2 * blockBits][]uint64
		// A chunk belongs to the part in which it begins.
		for c := (first + elements - 1) / elements; c*elements < end; c++ {
			lo, hi := c*ring.CarryWords, min((c+1)*ring.CarryWords, a.words)
			for block, b := range a.blockLen {
				sums := ring.Sums{In: in[a.monomials(block)*a.words+lo:], Stride: a.words,
					F: a.slices[block*blockBits*a.words+lo:], FStride: a.words, Bits: b}
				if a.Role == 0 {
					sums.One = ^uint64(0)
				}
				sums.Carries(&carries, hi-lo)
				for i := range out {
					out[i] = carries[i][:hi-lo]
				}
				put(block, lo, hi, out[:b], out[b:2*b])
			}
		}
	})
}

// blocks returns G and P of each block. Without G, all of P; with it, not the P of
// the lowest block, into which nothing is carried.
func (a *addition) blocks(generate bool) (g, p [][]uint64) {
	count, w := len(a.blockLen), a.words
	carries := 0 // how many G there are
	first := 0   // whose P is the first
	if generate {
		carries, first = count, 1
	}
	vectors := bits(carries+count-first, a.n)
	var part []uint64
	if a.Computes() {
		part = make([]uint64, vectors.Words())
		a.evaluate(func(block, lo, hi int, carry, pass [][]uint64) {
			last := a.blockLen[block] - 1
			if generate {
				copy(part[block*w+lo:][:hi-lo], carry[last])
			}
			if block >= first {
				copy(part[(carries+block-first)*w+lo:][:hi-lo], pass[last])
			}
		})
		vectors.ClearTails(part)
	}
	for _, c := range a.Masked(vectors, part) {
		g, p = append(g, c[:carries*w]), append(p, c[carries*w:])
	}
	return g, p
}

// carry joins the blocks pairwise: a pair generates what its upper block does
// or passes on from its lower. A level is one And: of each pair the upper P
// and the lower G; then, but for the lowest pair, the upper P and the lower P.
// P of block i stands at place i-1, the lowest block has none.
func (a *addition) carry(g, p [][]uint64) [][]uint64 {
	w := a.words
	for level, count := 0, len(a.blockLen); count > 1; level++ {
		pairs := count / 2
		var x, y []conjunct
		for i := range pairs {
			x, y = append(x, conjunct{p, 2 * i}), append(y, conjunct{g, 2 * i})
		}
		for i := 1; i < pairs; i++ {
			x, y = append(x, conjunct{p, 2 * i}), append(y, conjunct{p, 2*i - 1})
		}
		z := a.conjunctions(level, x, y)
		for c := range z {
			var upper, passing []uint64
			for i := range pairs {
				joined := make([]uint64, w)
				ring.Xor(joined, g[c][(2*i+1)*w:(2*i+2)*w], z[c][i*w:(i+1)*w])
				upper = append(upper, joined...)
			}
			passing = z[c][pairs*w:]
			if count%2 == 1 {
				upper = append(upper, g[c][(count-1)*w:count*w]...)
				passing = slices.Concat(passing, p[c][(count-2)*w:(count-1)*w])
			}
			g[c], p[c] = upper, passing
		}
		count -= pairs
	}
	return g
}

// all is the conjunction of the blocks' P, by halves.
func (a *addition) all(p [][]uint64) [][]uint64 {
	w := a.words
	for level, count := 0, len(a.blockLen); count > 1; level++ {
		h := count / 2
		var x, y []conjunct
		for i := range h {
			x, y = append(x, conjunct{p, i}), append(y, conjunct{p, h + i})
		}
		z := a.conjunctions(level, x, y)
		for c := range z {
			p[c] = slices.Concat(z[c], p[c][2*h*w:count*w])
		}
		count -= h
	}
	return p
}

// A conjunct is a vector of each component.
type conjunct struct {
	of    [][]uint64
	place int
}

// conjunctions is the And of a level: its corrections go to the servers in turn.
func (a *addition) conjunctions(level int, x, y []conjunct) [][]uint64 {
	joined := func(all []conjunct) [][]uint64 {
		out := make([][]uint64, 2)
		for c := range out {
			out[c] = make([]uint64, 0, len(all)*a.words)
			for _, v := range all {
				out[c] = append(out[c], v.of[c][v.place*a.words:(v.place+1)*a.words]...)
			}
		}
		return out
	}
	next := a.Begin(a.Net, tree+prg.Purpose(level))
	g := bits(len(x), a.n)
	return next.Masked(g, next.And((level+1)%2, g, joined(x), joined(y)))
}

// withCarry is bit i of the sums and those after it, given the carries into them.
func (a *addition) withCarry(carry [][]uint64, i int) [][]uint64 {
	out, n := make([][]uint64, 2), len(carry[0])
	for c := range out {
		out[c] = make([]uint64, n)
		for at := 0; at < n; at += a.words {
			ring.Xor(out[c][at:at+a.words], carry[c][at:], a.summand(c, i+at/a.words))
		}
	}
	return out
}

// summand is a component of bit i of D + a without carries: of D itself, or a part
// of the bit of a.
func (a *addition) summand(c, i int) []uint64 {
	server := c
	if a.Computes() {
		if c == 0 {
			return a.slice(i)
		}
		server = a.Role
	}
	at := a.place(i)
	return a.dealt[server][at*a.words:][:a.words]
}
