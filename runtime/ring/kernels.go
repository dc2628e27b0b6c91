package ring

// The loops that matter to time, in variants: plain Go, and where the machine
// has them, vector instructions. All variants compute the same.

// A kernels is one variant. Operands have dst's length, or more; dst may be one
// of them.
type kernels struct {
	name string

	add, sub, mul, mulAdd, negateIf, xor, and ofTwo
	// cross is dst + x0 (y0 + y1) + x1 y0, crossBits the same of bits.
	cross, crossBits func(dst, x0, x1, y0, y1 []uint64)

	scale, scaleAdd, addConst ofConst
	// addShift is (x + c) >> m, without sign.
	addShift func(dst, x []uint64, c, m uint64)
	// shiftSigned is x >> m, with sign.
	shiftSigned func(dst, x []uint64, m uint64)
	subShifted  func(dst, x, y []uint64, m uint64)

	// expand and bitsAt are Elements and BitsAt.
	expand func(dst, bits []uint64)
	bitsAt ofConst
	// transpose swaps bit j of word i with bit i of word j.
	transpose func(dst, x *[64]uint64)
	// pack and unpack are PackTo and UnpackTo, m < 64.
	pack, unpack func(dst, x []uint64, m int)
	carries      func(out *Carries, s Sums, n int)

	// Those of residues: see Field and Bound. Vectors are whole rows, at least one.
	rowsToPlanes func(dst []uint64, x []byte, bits int)
	planesToRows func(dst []byte, planes []uint64, f Field)
	chooseRows   func(dst, x, y []byte, mask uint64)
	bitsLess     func(dst []byte, bits []uint64, f Field)
	zeros        func(x, y []byte, f Field) uint64
	blind        func(dst []byte, b *Blinding, f Field)
	below        func(dst, random []byte, room int, b Bound) int

	dot func(x, y []uint64) uint64
	// tiling is how matrices are multiplied; without a tile, row by row.
	tiling tiling
	// wideTile is the tile of products over Z_2^128, if there is one: see wide.
	wideTile func(sums, a, b *uint64, k int)
}

type (
	ofTwo   = func(dst, x, y []uint64)
	ofConst = func(dst, x []uint64, c uint64)
)

// active is the best variant of this machine.
var active = func() *kernels {
	all := variants()
	return all[len(all)-1]
}()

var plain = &kernels{
	name: "plain",
	add: func(dst, x, y []uint64) {
		for i := range dst {
			dst[i] = x[i] + y[i]
		}
	},
	sub: func(dst, x, y []uint64) {
		for i := range dst {
			dst[i] = x[i] - y[i]
		}
	},
	mul: func(dst, x, y []uint64) {
		for i := range dst {
			dst[i] = x[i] * y[i]
		}
	},
	mulAdd: func(dst, x, y []uint64) {
		for i := range dst {
			dst[i] += x[i] * y[i]
		}
	},
	negateIf: func(dst, x, y []uint64) {
		for i := range dst {
			dst[i] = x[i] * (1 - 2*y[i])
		}
	},
	xor: func(dst, x, y []uint64) {
		for i := range dst {
			dst[i] = x[i] ^ y[i]
		}
	},
	and: func(dst, x, y []uint64) {
		for i := range dst {
			dst[i] = x[i] & y[i]
		}
	},
	cross: func(dst, x0, x1, y0, y1 []uint64) {
		for i := range dst {
			dst[i] += x0[i]*(y0[i]+y1[i]) + x1[i]*y0[i]
		}
	},
	crossBits: func(dst, x0, x1, y0, y1 []uint64) {
		for i := range dst {
			dst[i] ^= x0[i]&(y0[i]^y1[i]) ^ x1[i]&y0[i]
		}
	},
	scale: func(dst, x []uint64, c uint64) {
		for i := range dst {
			dst[i] = c * x[i]
		}
	},
	scaleAdd: func(dst, x []uint64, c uint64) {
		for i := range dst {
			dst[i] += c * x[i]
		}
	},
	addConst: func(dst, x []uint64, c uint64) {
		for i := range dst {
			dst[i] = x[i] + c
		}
	},
	addShift: func(dst, x []uint64, c, m uint64) {
		for i := range dst {
			dst[i] = (x[i] + c) >> (m & 63)
		}
	},
	shiftSigned: func(dst, x []uint64, m uint64) {
		for i := range dst {
			dst[i] = uint64(int64(x[i]) >> (m & 63))
		}
	},
	subShifted: func(dst, x, y []uint64, m uint64) {
		for i := range dst {
			dst[i] = x[i] - y[i]<<(m&63)
		}
	},
	expand: func(dst, bits []uint64) {
		for i := range dst {
			dst[i] = bits[i/64] >> (i % 64) & 1
		}
	},
	bitsAt: func(dst, x []uint64, k uint64) {
		for w := range dst {
			var word uint64
			for i, v := range x[w*64 : min(w*64+64, len(x))] {
				word |= v >> (k & 63) & 1 << (i & 63)
			}
			dst[w] = word
		}
	},
	transpose: transpose,
	pack:      pack,
	unpack:    unpack,
	carries:   func(out *Carries, s Sums, n int) { s.carries(out, 0, n) },

	rowsToPlanes: planesPlain,
	planesToRows: rowsPlain,
	chooseRows:   chooseRowsPlain,
	bitsLess:     bitsLessPlain,
	zeros:        zerosPlain,
	blind:        func(dst []byte, b *Blinding, f Field) { f.blindPlain(dst, b) },
	below:        belowPlain,

	dot: func(x, y []uint64) uint64 {
		var sum uint64
		for i := range x {
			sum += x[i] * y[i]
		}
		return sum
	},
}
