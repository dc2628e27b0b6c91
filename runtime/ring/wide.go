package ring

// Matrix products over Z_2^128, on vectors of two planes: see Modulus.

import "sync"

// A wideProduct is a product of its low planes and its high planes.
type wideProduct struct{ low, high product }

// matMul128 carries out a product, going over the cores.
func matMul128(p wideProduct) {
	p.low.split(func(lo, hi int) { active.wideMatMul(wideProduct{p.low.part(lo, hi), p.high.part(lo, hi)}) })
}

// newWideProduct is the i-th of b products of matrices.
func newWideProduct(dst, x, y []uint64, b, i, n, k, m int) wideProduct {
	plane := func(i int) product { return newProduct(dst[i*n*m:], x[i*n*k:], y[i*k*m:], n, k, m) }
	return wideProduct{plane(i), plane(b + i)}
}

// wideMatMul carries out a part of a product.
func (k *kernels) wideMatMul(p wideProduct) {
	if k.wideTile != nil && p.low.n >= few {
		p.tiles(k.wideTile)
		return
	}
	// Of the products of high with low words, the low words matter.
	cross := p.low
	cross.dst, cross.y = p.high.dst, p.high.y
	k.matMul(cross)
	cross.x, cross.y = p.high.x, p.low.y
	k.matMul(cross)
	for i := range p.low.n {
		for l := range p.low.k {
			addRow(p.low.row(p.low.dst, i), p.high.row(p.high.dst, i), p.low.row(p.low.y, l), p.low.x[i*p.low.k+l])
		}
	}
}

// Tiles over Z_2^128 have wideEdge rows and columns, of elements in limbs of
// 52 bits; panels of y at most wideWidth columns.
const (
	wideEdge  = 8
	limbs     = 3
	limbBits  = 52
	wideWidth = 256
)

// widePanels is the packed memory of one core, as panels is.
type widePanels struct {
	x    [wideEdge * limbs * depth]uint64
	y    [wideWidth * limbs * depth]uint64
	sums [wideEdge * limbs * wideEdge]uint64
}

var widePool = sync.Pool{New: func() any { return new(widePanels) }}

// tiles is the product in tiles: see tiling.
func (p wideProduct) tiles(tile func(sums, a, b *uint64, k int)) {
	s := widePool.Get().(*widePanels)
	defer widePool.Put(s)
	for from := p.low.from; from < p.low.to; from += wideWidth {
		to := min(from+wideWidth, p.low.to)
		for l := 0; l < p.low.k; l += depth {
			k := min(depth, p.low.k-l)
			for j := from; j < to; j += wideEdge {
				p.packColumns(s.y[(j-from)*limbs*k:], j, min(wideEdge, to-j), l, k)
			}
			for i := 0; i < p.low.n; i += wideEdge {
				rows := min(wideEdge, p.low.n-i)
				p.packRows(s.x[:], i, rows, l, k)
				for j := from; j < to; j += wideEdge {
					tile(&s.sums[0], &s.x[0], &s.y[(j-from)*limbs*k], k)
					p.addSums(s.sums[:], i, j, rows, min(wideEdge, to-j))
				}
			}
		}
	}
}

// limb is bits 52 i to 52 i + 51.
func limb(low, high uint64, i int) uint64 {
	return Number{low, high}.RightShift(limbBits*i).Low & (1<<limbBits - 1)
}

// packColumns and packRows lay limbs out as tiling's do elements; what is
// beyond the last column or row is not used.
func (p wideProduct) packColumns(dst []uint64, j, columns, l, k int) {
	for r := range k {
		at := (l+r)*p.low.m + j
		for c := range columns {
			for i := range limbs {
				dst[(r*limbs+i)*wideEdge+c] = limb(p.low.y[at+c], p.high.y[at+c], i)
			}
		}
	}
}

func (p wideProduct) packRows(dst []uint64, i, rows, l, k int) {
	for r := range rows {
		at := (i+r)*p.low.k + l
		for c := range k {
			for w := range limbs {
				dst[(c*wideEdge+r)*limbs+w] = limb(p.low.x[at+c], p.high.x[at+c], w)
			}
		}
	}
}

// addSums adds the sums of a tile to dst, each at its weight.
func (p wideProduct) addSums(sums []uint64, i, j, rows, columns int) {
	for r := range rows {
		for c := range columns {
			at := (i+r)*p.low.m + j + c
			v := Number{p.low.dst[at], p.high.dst[at]}
			for w := range limbs {
				v = v.Add(Number{Low: sums[(r*limbs+w)*wideEdge+c]}.Shift(limbBits * w))
			}
			p.low.dst[at], p.high.dst[at] = v.Low, v.High
		}
	}
}
