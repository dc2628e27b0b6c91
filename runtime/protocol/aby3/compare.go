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

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// blockBits is the width of a block: four takes the fewest rounds, and bytes
// within a bit of the fewest.
const blockBits = 4

// Negative returns the sign bits of x at a width w. With B = ⌈(w-1)/4⌉ blocks
// over the w-1 lower bits: 2 + ⌈log2 B⌉ rounds; at w = 64, 373 bits (46.6
// bytes) and 6 rounds, at w = 33, 184 bits and 5 rounds.
func (k *Kernel) Negative(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(x, 0, width, width-1)
	in := a.input(net, width-1)
	g, p := a.blocks(net, in, true)
	carry := a.carry(net, g, p)
	// The sign bit is e's highest bit ^ f's ^ the carry into it.
	sign := a.monomials() * a.words
	for i, c := range carry {
		if i == k.place(2) {
			ring.Xor(c, c, a.slice(width-1))
		} else {
			ring.Xor(c, c, in[i][sign:sign+a.words])
		}
	}
	return mpc.Share{Elem: clear.Bool, Shape: x.Shape, Comp: carry}
}

// IsZero returns whether x is zero modulo 2^w: e + f is, exactly if every bit
// of e + (f - 1) passes a carry on. With B = ⌈w/4⌉ blocks, 2 + ⌈log2 B⌉
// rounds; at w = 64, 317 bits (39.6 bytes) and 6 rounds.
func (k *Kernel) IsZero(net mpc.Net, x mpc.Share, width int) mpc.Share {
	a := k.addition(x, ^uint64(0), width, width)
	_, p := a.blocks(net, a.input(net), false)
	return mpc.Share{Elem: clear.Bool, Shape: x.Shape, Comp: a.all(net, p)}
}

// An addition is e + f at one role, n of them, as slices of packed bits.
type addition struct {
	*Kernel
	n, words int
	slices   []uint64 // e at role 0, f elsewhere; width vectors
	blockLen []int
}

// addition slices the lowest width bits of e, or of f + c, and cuts the lowest
// bits of them in blocks.
func (k *Kernel) addition(x mpc.Share, c uint64, width, bits int) *addition {
	n := x.Len()
	a := &addition{Kernel: k, n: n, words: ring.Words(n)}
	sum := make([]uint64, n)
	if i := k.place(2); i >= 0 {
		ring.AddConst(sum, x.Comp[i], c)
	} else {
		ring.Add(sum, x.Comp[0], x.Comp[1])
	}
	a.slices = ring.Slices(sum, width)
	for ; bits > 0; bits -= blockBits {
		a.blockLen = append(a.blockLen, min(bits, blockBits))
	}
	return a
}

// slice is bit i of all elements.
func (a *addition) slice(i int) []uint64 { return a.slices[i*a.words : (i+1)*a.words] }

// monomials is the number of monomials of all blocks.
func (a *addition) monomials() int {
	m := 0
	for _, b := range a.blockLen {
		m += 1<<b - 1
	}
	return m
}

// input makes shares of role 0's monomials, for each block in the order of
// the sets of its bits, and then of the further bits named.
func (a *addition) input(net mpc.Net, further ...int) [][]uint64 {
	g := bits(a.monomials()+len(further), a.n)
	var x []uint64
	if a.role == 0 {
		x = make([]uint64, g.words())
		next := 0
		for i, b := range a.blockLen {
			a.expand(x[next*a.words:], i*blockBits, b)
			next += 1<<b - 1
		}
		for _, i := range further {
			copy(x[next*a.words:], a.slice(i))
			next++
		}
	}
	return a.Kernel.input(net, 0, []group{g}, x)[0]
}

// expand sets dst to the monomials of the b bits from the first on: the one of
// a set of bits is that without the lowest, times the lowest.
func (a *addition) expand(dst []uint64, first, b int) {
	at := func(set int) []uint64 { return dst[(set-1)*a.words : set*a.words] }
	for set := 1; set < 1<<b; set++ {
		low := mathbits.TrailingZeros(uint(set))
		if rest := set & (set - 1); rest == 0 {
			copy(at(set), a.slice(first+low))
		} else {
			ring.And(at(set), at(rest), a.slice(first+low))
		}
	}
}

// blocks returns shares of G and P of each block. Without G, all of P;
// with it, not the P of the lowest block, into which nothing is carried.
func (a *addition) blocks(net mpc.Net, in [][]uint64, generate bool) (g, p [][]uint64) {
	count := len(a.blockLen)
	vectors := count
	if generate {
		vectors = 2*count - 1
	}
	group := bits(vectors, a.n)
	var part []uint64
	if known := a.place(2); known >= 0 {
		part = make([]uint64, 2*count*a.words)
		a.evaluate(in[1-known], func(i, w int, carry, pass *[blockBits]uint64) {
			last := a.blockLen[i] - 1
			part[i*a.words+w], part[(count+i)*a.words+w] = carry[last], pass[last]
		})
		if generate {
			part = append(part[:count*a.words:count*a.words], part[(count+1)*a.words:]...)
		} else {
			part = part[count*a.words:]
		}
		group.clearTails(part)
	}
	y := a.reshare(net, 2, resharing, part, group)
	if !generate {
		return nil, y
	}
	for _, c := range y {
		g = append(g, c[:count*a.words])
		p = append(p, c[count*a.words:])
	}
	return g, p
}

// evaluate computes this role's parts of the carries of each block, by words of
// elements, from its parts of the monomials. Role 1 adds the constant terms.
func (a *addition) evaluate(in []uint64, put func(block, word int, carry, pass *[blockBits]uint64)) {
	var one uint64
	if a.role == 1 {
		one = ^uint64(0)
	}
	next := 0
	for i, b := range a.blockLen {
		block := in[next*a.words : (next+1<<b-1)*a.words]
		f := a.slices[i*blockBits*a.words:]
		ring.Split(a.n, func(lo, hi int) {
			for w := lo / 64; w*64 < hi; w++ {
				part := [1 << blockBits]uint64{one}
				for set := 1; set < 1<<b; set++ {
					part[set] = block[(set-1)*a.words+w]
				}
				var fs [blockBits]uint64
				for bit := range b {
					fs[bit] = f[bit*a.words+w]
				}
				carry, pass := fold(&part, &fs, b)
				put(i, w, &carry, &pass)
			}
		})
		next += 1<<b - 1
	}
}

// fold evaluates, at place i, the carry out of the bits 0 to i of a block and
// whether they pass one on.
//
// part[S] is a part of the monomial of the set S of bits of e. Going up the
// bits, g[T] becomes a part of (carry out of the bits so far) * (monomial of
// T), T a set of higher bits, and p[T] likewise of "all pass on". A bit i
// carries e_i f_i ^ c (e_i ^ f_i) and passes on if e_i ^ f_i.
func fold(part *[1 << blockBits]uint64, f *[blockBits]uint64, b int) (carry, pass [blockBits]uint64) {
	var g [1 << blockBits]uint64
	p := *part
	for i := range b {
		bit := 1 << i
		for t := 0; t < 1<<b; t += 2 * bit {
			g[t] = f[i]&(g[t]^part[t|bit]) ^ g[t|bit]
			p[t] = f[i]&p[t] ^ p[t|bit]
		}
		carry[i], pass[i] = g[0], p[0]
	}
	return carry, pass
}

// carry joins the blocks pairwise: a pair generates what its upper block does
// or passes on from its lower. A level is one And; the lowest block has no P.
func (a *addition) carry(net mpc.Net, g, p [][]uint64) [][]uint64 {
	w := a.words
	for level, count := prg.Purpose(0), len(a.blockLen); count > 1; level++ {
		pairs := count / 2
		x, y := a.pairUp(g, p, pairs)
		z := a.and(net, tree+level, x, y, bits(2*pairs-1, a.n))
		for c := range z {
			for i := range pairs {
				copy(g[c][i*w:(i+1)*w], g[c][(2*i+1)*w:(2*i+2)*w])
			}
			ring.Xor(g[c][:pairs*w], g[c][:pairs*w], z[c][:pairs*w])
			copy(p[c], z[c][pairs*w:])
			if count%2 == 1 {
				copy(g[c][pairs*w:], g[c][(count-1)*w:count*w])
				copy(p[c][(pairs-1)*w:], p[c][(count-2)*w:(count-1)*w])
			}
		}
		count -= pairs
	}
	return [][]uint64{g[0][:w], g[1][:w]}
}

// pairUp lists the factors of a level: of each pair the upper P, with the
// lower G; then, but for the lowest pair, the upper P with the lower P. P of
// block i stands at place i-1.
func (a *addition) pairUp(g, p [][]uint64, pairs int) (x, y [][]uint64) {
	w := a.words
	x, y = make([][]uint64, 2), make([][]uint64, 2)
	for c := range x {
		for i := range pairs {
			x[c] = append(x[c], p[c][2*i*w:(2*i+1)*w]...)
			y[c] = append(y[c], g[c][2*i*w:(2*i+1)*w]...)
		}
		x[c] = append(x[c], x[c][w:]...)
		for i := 1; i < pairs; i++ {
			y[c] = append(y[c], p[c][(2*i-1)*w:2*i*w]...)
		}
	}
	return x, y
}

// all is the conjunction of the blocks' P, by halves.
func (a *addition) all(net mpc.Net, p [][]uint64) [][]uint64 {
	w := a.words
	for level, count := prg.Purpose(0), len(a.blockLen); count > 1; level++ {
		h := count / 2
		part := func(from, to int) [][]uint64 { return [][]uint64{p[0][from*w : to*w], p[1][from*w : to*w]} }
		z := a.and(net, tree+level, part(0, h), part(h, 2*h), bits(h, a.n))
		for c := range z {
			p[c] = append(z[c], p[c][2*h*w:count*w]...)
		}
		count -= h
	}
	return p
}
