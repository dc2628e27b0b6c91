package ring

// Matrix products.

import "sync"

// MatMul sets dst = dst + x y for an n×k matrix x and a k×m matrix y, row by
// row. It goes over the cores by rows, or by columns where these are more.
func MatMul(dst, x, y []uint64, n, k, m int) {
	p := newProduct(dst, x, y, n, k, m)
	if !large(n * k * m) {
		active.matMul(p)
		return
	}
	p.split(func(lo, hi int) { active.matMul(p.part(lo, hi)) })
}

// Dot returns the sum of x * y.
func Dot(x, y []uint64) uint64 { return active.dot(x, y) }

// A product is dst + x y for an n×k matrix x and a k×m matrix y, in the
// columns from from to to of dst. A turned y has its columns as rows.
type product struct {
	dst, x, y []uint64
	n, k, m   int
	from, to  int
	turned    bool
}

func newProduct(dst, x, y []uint64, n, k, m int) product {
	return product{dst[:n*m], x[:n*k], y[:k*m], n, k, m, 0, m, false}
}

// row is row i of the columns of dst, or of y.
func (p product) row(x []uint64, i int) []uint64 { return x[i*p.m+p.from : i*p.m+p.to] }

// split divides a product by rows, or by columns where these are more, for
// all cores: run is called with the ends of parts.
func (p product) split(run func(lo, hi int)) {
	// Columns are divided at lines of the cache.
	step, steps := 1, p.n
	if p.m > p.n {
		step, steps = 8, (p.m+7)/8
	}
	over(steps, p.n*p.k*p.m/max(1, steps), func(lo, hi int) { run(lo*step, hi*step) })
}

// over calls run for parts of 0..steps, at once on all cores where the steps take
// long: each so many operations.
func over(steps, perStep int, run func(lo, hi int)) {
	perStep = max(1, perStep)
	Split(steps*perStep, func(lo, hi int) {
		// A step belongs to the part in which it begins.
		run((lo+perStep-1)/perStep, (hi+perStep-1)/perStep)
	})
}

// part is the columns lo to hi, if there are more than rows, or the rows.
func (p product) part(lo, hi int) product {
	if p.m > p.n {
		p.from, p.to = min(lo, p.m), min(hi, p.m)
		return p
	}
	p.dst, p.x, p.n = p.dst[lo*p.m:hi*p.m], p.x[lo*p.k:hi*p.k], hi-lo
	return p
}

// matMul carries out a part of a product.
func (k *kernels) matMul(p product) {
	switch {
	case p.m == 1 || p.turned && (k.tiling.tile == nil || p.n < few):
		k.byElements(p)
	case k.tiling.tile == nil || p.n < few:
		k.byRows(p)
	default:
		k.tiling.product(p)
	}
}

// few is the number of rows below which packing y costs more than it saves.
const few = 4

// byElements takes an inner product for each element; y is one column, or turned.
func (k *kernels) byElements(p product) {
	for i := range p.n {
		for j := p.from; j < p.to; j++ {
			p.dst[i*p.m+j] += k.dot(p.x[i*p.k:(i+1)*p.k], p.y[j*p.k:(j+1)*p.k])
		}
	}
}

// byRows goes through y in blocks that stay in the cache, a row of y times an
// element of x at a time.
func (k *kernels) byRows(p product) {
	const rows = 64
	for l0 := 0; l0 < p.k; l0 += rows {
		for i := range p.n {
			for l := l0; l < min(l0+rows, p.k); l++ {
				k.scaleAdd(p.row(p.dst, i), p.row(p.y, l), p.x[i*p.k+l])
			}
		}
	}
}

// A tiling is a product in tiles of rows×columns elements of dst, which stay
// in registers while a runs through packed panels of x and y (Goto and van de
// Geijn 2008, Anatomy of high-performance matrix multiplication): a panel of
// x, depth columns of the tile's rows, in the first cache, and one of y, depth
// rows of at most width columns, in the second. Whole tiles of few rows take y where
// it stands.
type tiling struct {
	rows, columns int
	tile          func(dst *uint64, stride int, a, b *uint64, bStride, k int)
}

const (
	depth = 128
	width = 512
	// unpackedTiles is how many tiles one below the other read y as fast where it
	// stands as packed.
	unpackedTiles = 4
)

// panels is the packed memory of one core.
type panels struct {
	x [8 * depth]uint64
	y [width * depth]uint64
	// edge is a tile that is partly outside dst.
	edge [8 * 16]uint64
}

var panelPool = sync.Pool{New: func() any { return new(panels) }}

func (t tiling) product(p product) {
	s := panelPool.Get().(*panels)
	defer panelPool.Put(s)
	for from := p.from; from < p.to; from += width {
		part := p
		part.from, part.to = from, min(from+width, p.to)
		for l := 0; l < p.k; l += depth {
			t.deep(s, part, l, min(depth, p.k-l))
		}
	}
}

// deep adds what k columns of x and rows of y, from l on, give.
func (t tiling) deep(s *panels, p product, l, k int) {
	packed := func(j int) bool { return p.turned || p.n > unpackedTiles*t.rows || p.to-j < t.columns }
	for j := p.from; j < p.to; j += t.columns {
		if packed(j) {
			t.packColumns(s.y[(j-p.from)*k:], p, j, l, k)
		}
	}
	for i := 0; i < p.n; i += t.rows {
		rows := min(t.rows, p.n-i)
		t.packRows(s.x[:], p, i, rows, l, k)
		for j := p.from; j < p.to; j += t.columns {
			columns := min(t.columns, p.to-j)
			y, stride := &s.y[(j-p.from)*k], t.columns
			if !packed(j) {
				y, stride = &p.y[l*p.m+j], p.m
			}
			if rows == t.rows && columns == t.columns {
				t.tile(&p.dst[i*p.m+j], p.m, &s.x[0], y, stride, k)
				continue
			}
			clear(s.edge[:])
			t.tile(&s.edge[0], t.columns, &s.x[0], y, stride, k)
			for r := range rows {
				row := p.dst[(i+r)*p.m+j:][:columns]
				for c, v := range s.edge[r*t.columns:][:columns] {
					row[c] += v
				}
			}
		}
	}
}

// packColumns lays out k rows of y, a tile wide from column j on; beyond the
// last column, zeros.
func (t tiling) packColumns(dst []uint64, p product, j, l, k int) {
	columns := min(t.columns, p.to-j)
	if p.turned {
		t.packTurned(dst, p.y[j*p.k+l:], p.k, columns, k)
		return
	}
	for r := range k {
		row := dst[r*t.columns : (r+1)*t.columns]
		copy(row, p.y[(l+r)*p.m+j:][:columns])
		clear(row[columns:])
	}
}

// packTurned is packColumns of columns that are stride elements apart.
func (t tiling) packTurned(dst, y []uint64, stride, columns, k int) {
	if columns < t.columns {
		clear(dst[:k*t.columns])
	}
	for done := 0; done < columns; {
		column := y[done*stride:]
		if columns-done >= 8 {
			packEight(dst[done:], t.columns, column, stride, k)
			done += 8
			continue
		}
		for c, v := range column[:k] {
			dst[c*t.columns+done] = v
		}
		done++
	}
}

// packRows lays out k columns of x, a tile high from row i on. Beyond the last
// row stands what stood there: its results are not used.
func (t tiling) packRows(dst []uint64, p product, i, rows, l, k int) {
	if rows == 8 && t.rows == 8 {
		packEight(dst, t.rows, p.x[i*p.k+l:], p.k, k)
		return
	}
	for r := range rows {
		for c, v := range p.x[(i+r)*p.k+l:][:k] {
			dst[c*t.rows+r] = v
		}
	}
}

// packEight lays out k columns of eight rows, which are stride elements apart: a column
// at a time, as they are written, every step elements.
func packEight(dst []uint64, step int, x []uint64, stride, k int) {
	x0, x1, x2, x3 := x[:k], x[stride:][:k], x[2*stride:][:k], x[3*stride:][:k]
	x4, x5, x6, x7 := x[4*stride:][:k], x[5*stride:][:k], x[6*stride:][:k], x[7*stride:][:k]
	for c := range k {
		d := dst[step*c:][:8]
		d[0], d[1], d[2], d[3] = x0[c], x1[c], x2[c], x3[c]
		d[4], d[5], d[6], d[7] = x4[c], x5[c], x6[c], x7[c]
	}
}
