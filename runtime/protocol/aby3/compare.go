package aby3

// Comparison with zero. Role 0 knows e = x0 + x1, roles 1 and 2 know f = x2,
// and x = e + f. The sum is cut in blocks of up to four bits. Whether a block
// generates a carry (G) or would pass one on (P) is a polynomial in its bits
// of e, whose coefficients roles 1 and 2 know from f: so role 0 inputs the
// monomials of its bits, the roles 1 and 2 evaluate on their parts and reshare
// G and P, and a tree joins the blocks. An input is one component from role
// 0's mask with role 2 and one sent to role 1.

import (
	mathbits "math/bits"
	"slices"
	"sync"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// blockBits is the width of a block: four takes the fewest rounds, and bytes
// within a bit of the fewest.
const blockBits = ring.CarryBits

// Negative returns the sign bits of x at a width w. With B = ⌈(w-1)/4⌉ blocks
// over the w-1 lower bits: 2 + ⌈log2 B⌉ rounds; at w = 64, 373 bits (46.6
// bytes) and 6 rounds, at w = 33, 184 bits and 5 rounds. It relies on fresh masks of
// the monomials, of the resharing and of each And of the tree; x must fit in w bits. The
// adder is that of Mohassel and Rindal 2018 on blocks (design/protocols.md).
func (k *Kernel) Negative(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(net, x, 0, width, width-1)
	defer a.end()
	a.input()
	g, p := a.blocks(true)
	carry := a.carry(g, p)
	// The sign bit is e's highest bit ^ f's ^ the carry into it.
	sign := make([][]uint64, len(carry))
	for i, c := range carry {
		sign[i] = make([]uint64, a.words)
		if i == k.place(2) {
			ring.Xor(sign[i], c, a.slice(width-1))
		} else {
			ring.Xor(sign[i], c, a.high[i])
		}
	}
	return mpc.Share{Elem: clear.Bool, Shape: x.Shape, Comp: sign}
}

// IsZero returns whether x is zero modulo 2^w: e + f is, exactly if every bit
// of e + (f - 1) passes a carry on. With B = ⌈w/4⌉ blocks, 2 + ⌈log2 B⌉
// rounds; at w = 64, 317 bits (39.6 bytes) and 6 rounds. It relies on what Negative
// does, and exactly modulo 2^w, whatever x is (the blocks of Mohassel and Rindal 2018's adder).
func (k *Kernel) IsZero(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(net, x, -1, width, width)
	defer a.end()
	a.input()
	_, p := a.blocks(false)
	return mpc.Share{Elem: clear.Bool, Shape: x.Shape, Comp: a.all(p)}
}

// An addition is e + f at one role, n of them, as slices of packed bits. The
// inputs are for each block the monomials of its bits of e, in the order of the
// sets of bits, and then the bits of e that are in no block.
type addition struct {
	*Kernel
	net             mpc.Net
	n, words, width int
	slices          []uint64  // e at role 0, f elsewhere; width vectors
	loan            *[]uint64 // the memory of slices
	blockLen        []int
	stream          prg.Taken   // roles 0 and 2: the masks of the inputs
	rest            []uint64    // roles 0 and 1: the inputs but for their masks
	high            [2][]uint64 // shares of the bit in no block
	// low has, where it is wanted, the masks of the bits that are in blocks.
	low []uint64
}

// addition slices the lowest width bits of e, or of f + c, and cuts the lowest
// bits of them in blocks. Of up to 64 bits, the low words are enough.
func (k *Kernel) addition(net mpc.Net, x mpc.Share, c int64, width, bits int) *addition {
	n := x.Len()
	a := &addition{Kernel: k, net: net, n: n, words: ring.Words(n), width: width}
	a.loan = loan(width * a.words)
	a.slices = *a.loan
	for ; bits > 0; bits -= blockBits {
		a.blockLen = append(a.blockLen, min(bits, blockBits))
	}
	known := k.place(2)
	if width > 64 {
		sum := make([]uint64, len(x.Comp[0]))
		if known >= 0 {
			k.ring.AddConst(sum, x.Comp[known], ring.Integer(c))
		} else {
			k.ring.Add(sum, x.Comp[0], x.Comp[1])
		}
		copy(a.slices, k.ring.SlicesOf(sum, width))
		return a
	}
	pass(n, func(int) func(s *scratch, lo, hi int) {
		return func(s *scratch, lo, hi int) {
			sum := s.of(0, lo, hi)
			if known >= 0 {
				ring.AddConst(sum, x.Comp[known][lo:hi], uint64(c))
			} else {
				ring.Add(sum, x.Comp[0][lo:hi], x.Comp[1][lo:hi])
			}
			ring.SlicesTo(a.slices[lo/64:], a.words, sum, width)
		}
	})
	return a
}

// end gives back what no result refers to.
func (a *addition) end() { loans.Put(a.loan) }

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

// input makes shares of role 0's inputs: component 0 is the mask, component 1
// the rest. Masks of monomials are drawn where they are used.
func (a *addition) input() {
	all := a.monomials(len(a.blockLen))
	further := a.width - a.positions()
	g := bits(all+further, a.n)
	a.net.Stage()
	if a.role != 1 {
		a.stream = a.net.Stream(a.holders(0), inputs).Take(g.Words())
	}
	switch a.role {
	case 0:
		a.rest = make([]uint64, g.Words())
		a.eachChunk(a.maskMonomials)
		a.drawHigh(all, further, 0)
		for i := range further {
			a.high[1] = a.rest[(all+i)*a.words:]
			ring.Xor(a.high[1], a.high[0], a.slice(a.positions()+i))
		}
		g.ClearTails(a.rest)
		a.send(a.net, 1, g.Encode(a.rest))
	case 1:
		a.rest = g.Decode(a.recv(a.net, -1, g.Size()))
		a.high[0] = a.rest[all*a.words:]
	case 2:
		a.drawHigh(all, further, 1)
	}
}

// drawHigh draws the mask of the bit that is in no block, if there is one.
func (a *addition) drawHigh(all, further, place int) {
	a.high[place] = make([]uint64, further*a.words)
	a.stream.From(all * a.words).Fill(a.high[place])
	bits(further, a.n).ClearTails(a.high[place])
}

// A workspace is what one core computes of a block: a chunk of words of each
// monomial, of each mask, and of the carries.
type workspace struct {
	monomials, masks [(1<<blockBits - 1) * ring.CarryWords]uint64
	carries          ring.Carries
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// eachChunk goes through chunks of words of each block, lo to hi, on all
// cores. Masks are in this order: so chunks are the same at all roles, however
// many cores they have.
func (a *addition) eachChunk(f func(s *workspace, block, lo, hi int)) {
	const elements = 64 * ring.CarryWords
	chunks := (a.words + ring.CarryWords - 1) / ring.CarryWords
	ring.Split(chunks*elements, func(first, end int) {
		s := workspaces.Get().(*workspace)
		defer workspaces.Put(s)
		// A chunk belongs to the part in which it begins.
		for c := (first + elements - 1) / elements; c*elements < end; c++ {
			for block := range a.blockLen {
				f(s, block, c*ring.CarryWords, min((c+1)*ring.CarryWords, a.words))
			}
		}
	})
}

// drawMasks draws the masks of a chunk: they are one after the other.
func (a *addition) drawMasks(s *workspace, block, lo, hi int) []uint64 {
	count := 1<<a.blockLen[block] - 1
	masks := s.masks[:count*(hi-lo)]
	a.stream.From(a.monomials(block)*a.words + count*lo).Fill(masks)
	if a.low != nil {
		for bit := range a.blockLen[block] {
			copy(a.low[(block*blockBits+bit)*a.words+lo:], masks[(1<<bit-1)*(hi-lo):][:hi-lo])
		}
	}
	return masks
}

// maskMonomials computes a chunk of rest: the monomial of a set of bits is that
// without the lowest, times the lowest.
func (a *addition) maskMonomials(s *workspace, block, lo, hi int) {
	masks, first, n := a.drawMasks(s, block, lo, hi), a.monomials(block), hi-lo
	for set := 1; set < 1<<a.blockLen[block]; set++ {
		monomial := s.monomials[(set-1)*n : set*n]
		bit := a.slice(block*blockBits + mathbits.TrailingZeros(uint(set)))[lo:hi]
		if without := set & (set - 1); without == 0 {
			copy(monomial, bit)
		} else {
			ring.And(monomial, s.monomials[(without-1)*n:without*n], bit)
		}
		ring.Xor(a.rest[(first+set-1)*a.words+lo:][:n], monomial, masks[(set-1)*n:set*n])
	}
}

// blocks returns shares of G and P of each block. Without G, all of P;
// with it, not the P of the lowest block, into which nothing is carried.
func (a *addition) blocks(generate bool) (g, p [][]uint64) {
	count, w := len(a.blockLen), a.words
	passes := 0 // where the P begin
	if generate {
		passes = count - 1
	}
	group := bits(passes+count, a.n)
	var part []uint64
	if a.role != 0 {
		part = make([]uint64, group.Words())
		a.evaluate(func(block, lo, hi int, carry, pass [][]uint64) {
			last := a.blockLen[block] - 1
			if !generate || block > 0 {
				copy(part[(passes+block)*w+lo:][:hi-lo], pass[last])
			}
			if generate {
				copy(part[block*w+lo:][:hi-lo], carry[last])
			}
		})
		group.ClearTails(part)
	}
	y := a.reshare(a.net, 2, resharing, part, group)
	if !generate {
		return nil, y
	}
	for _, c := range y {
		g = append(g, c[:count*w])
		p = append(p, c[count*w:])
	}
	return g, p
}

// evaluate computes this role's parts of the carries of each block, and of
// what its bits pass on, from its parts of the monomials. Role 1 adds the
// constant terms.
func (a *addition) evaluate(put func(block, lo, hi int, carry, pass [][]uint64)) {
	a.eachChunk(func(s *workspace, block, lo, hi int) {
		b := a.blockLen[block]
		sums := ring.Sums{F: a.slices[block*blockBits*a.words+lo:], FStride: a.words, Bits: b}
		if a.role == 1 {
			sums.In, sums.Stride, sums.One = a.rest[a.monomials(block)*a.words+lo:], a.words, ^uint64(0)
		} else {
			sums.In, sums.Stride = a.drawMasks(s, block, lo, hi), hi-lo
		}
		sums.Carries(&s.carries, hi-lo)
		var out [2 * blockBits][]uint64
		for i := range out {
			out[i] = s.carries[i][:hi-lo]
		}
		put(block, lo, hi, out[:b], out[b:2*b])
	})
}

// carry joins the blocks pairwise: a pair generates what its upper block does
// or passes on from its lower. A level is one And: of each pair the upper P
// and the lower G; then, but for the lowest pair, the upper P and the lower P.
// P of block i stands at place i-1, the lowest block has none.
func (a *addition) carry(g, p [][]uint64) [][]uint64 {
	w := a.words
	for level, count := prg.Purpose(0), len(a.blockLen); count > 1; level++ {
		pairs := count / 2
		z := a.and(a.net, tree+level, bits(2*pairs-1, a.n), func(i int) (x, y [][]uint64) {
			if i < pairs {
				return a.at(p, 2*i), a.at(g, 2*i)
			}
			i -= pairs
			return a.at(p, 2*i+2), a.at(p, 2*i+1)
		})
		for c := range z {
			for i := range pairs {
				ring.Xor(g[c][i*w:(i+1)*w], g[c][(2*i+1)*w:(2*i+2)*w], z[c][i*w:(i+1)*w])
			}
			if count%2 == 1 {
				copy(g[c][pairs*w:], g[c][(count-1)*w:count*w])
				p[c] = slices.Concat(z[c][pairs*w:], p[c][(count-2)*w:(count-1)*w])
			} else {
				p[c] = z[c][pairs*w:]
			}
		}
		count -= pairs
	}
	return [][]uint64{g[0][:w], g[1][:w]}
}

// at is vector i of each component.
func (a *addition) at(x [][]uint64, i int) [][]uint64 {
	return [][]uint64{x[0][i*a.words : (i+1)*a.words], x[1][i*a.words : (i+1)*a.words]}
}

// all is the conjunction of the blocks' P, by halves.
func (a *addition) all(p [][]uint64) [][]uint64 {
	w := a.words
	for level, count := prg.Purpose(0), len(a.blockLen); count > 1; level++ {
		h := count / 2
		z := a.and(a.net, tree+level, bits(h, a.n), func(i int) (x, y [][]uint64) { return a.at(p, i), a.at(p, h+i) })
		for c := range z {
			p[c] = slices.Concat(z[c], p[c][2*h*w:count*w])
		}
		count -= h
	}
	return p
}
