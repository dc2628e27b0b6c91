package ring

// Packed bits: element i is bit i mod 64 of word i / 64, unused bits are zero.
// Several vectors of n bits may stand one after the other, each from a new
// word on; Pack and Unpack join them without gaps for the wire.

// Words is the number of words of n packed bits.
func Words(n int) int { return (n + 63) / 64 }

// Xor sets dst = x ^ y.
func Xor(dst, x, y []uint64) { split(active.xor, dst, x, y) }

// And sets dst = x & y.
func And(dst, x, y []uint64) { split(active.and, dst, x, y) }

// CrossBits sets dst = dst ^ x0 & (y0 ^ y1) ^ x1 & y0.
func CrossBits(dst, x0, x1, y0, y1 []uint64) {
	if !large(len(dst)) {
		active.crossBits(dst, x0, x1, y0, y1)
		return
	}
	Split(len(dst), func(lo, hi int) { active.crossBits(dst[lo:hi], x0[lo:hi], x1[lo:hi], y0[lo:hi], y1[lo:hi]) })
}

// ClearTail zeroes the unused bits of a vector of n bits.
func ClearTail(x []uint64, n int) {
	if n%64 != 0 {
		x[n/64] &= 1<<(n%64) - 1
	}
}

// Bits returns packed bits from elements 0 and 1.
func Bits(x []uint64) []uint64 { return BitsAt(x, 0) }

// BitsAt returns bit k of each element, packed.
func BitsAt(x []uint64, k int) []uint64 {
	out := make([]uint64, Words(len(x)))
	Split(len(x), func(lo, hi int) { active.bitsAt(out[lo/64:Words(hi)], x[lo:hi], uint64(k)) })
	return out
}

// Elements returns n elements 0 and 1 from packed bits.
func Elements(bits []uint64, n int) []uint64 {
	out := make([]uint64, n)
	Split(n, func(lo, hi int) { ElementsTo(out[lo:hi], bits[lo/64:]) })
	return out
}

// ElementsTo sets dst to elements 0 and 1 from packed bits, on one core.
func ElementsTo(dst, bits []uint64) { active.expand(dst, bits) }

// Slices returns the lowest k bits of each element as k vectors of packed
// bits, one after the other: a transposition of 64×64 blocks of bits.
func Slices(x []uint64, k int) []uint64 {
	words := Words(len(x))
	out := make([]uint64, k*words)
	Split(len(x), func(lo, hi int) { SlicesTo(out[min(lo/64, len(out)):], words, x[lo:hi], k) })
	return out
}

// SlicesTo is Slices on one core; the vectors begin stride words apart in dst.
func SlicesTo(dst []uint64, stride int, x []uint64, k int) {
	// Eight blocks at a time, so that a vector is written by lines of the cache.
	const blocks = 8
	var out [blocks][64]uint64
	for w := 0; w*64 < len(x); w += blocks {
		n := min(blocks, Words(len(x))-w)
		for i := range n {
			transposeWords(&out[i], x[(w+i)*64:])
		}
		for j := range k {
			row := dst[j*stride+w:][:n]
			for i := range row {
				row[i] = out[i][j]
			}
		}
	}
}

// Transpose sets bit i of word j of dst to bit j of word i of x, on one core.
func Transpose(dst, x *[64]uint64) { active.transpose(dst, x) }

// transposeWords transposes the first 64 words of x, or what it has and zeros.
func transposeWords(dst *[64]uint64, x []uint64) {
	if len(x) >= 64 {
		active.transpose(dst, (*[64]uint64)(x))
		return
	}
	var padded [64]uint64
	copy(padded[:], x)
	transpose(dst, &padded)
}

// transpose goes by halves of halves (Warren, Hacker's Delight, section 7-3).
func transpose(a, x *[64]uint64) {
	*a = *x
	mask := uint64(1)<<32 - 1
	for j := 32; j != 0; {
		for k := 0; k < 64; k = (k + j + 1) &^ j {
			t := (a[k]>>j ^ a[k+j]) & mask
			a[k] ^= t << j
			a[k+j] ^= t
		}
		j >>= 1
		mask ^= mask << j
	}
}

// PackedSize is the number of bytes of k values of m bits without gaps.
func PackedSize(k, m int) int { return (k*m + 7) / 8 }

// Pack joins the lowest m bits of each element of x without gaps.
func Pack(x []uint64, m int) []byte {
	out := make([]uint64, Words(len(x)*m))
	PackTo(out, x, m)
	return Bytes(out)[:PackedSize(len(x), m)]
}

// PackTo sets dst, Words(len(x) m) words, to the lowest m bits of each element
// of x, without gaps.
func PackTo(dst, x []uint64, m int) {
	// A part begins at a multiple of 64 elements, hence of 64 bits.
	Split(len(x), func(lo, hi int) { packTo(dst[lo*m/64:Words(hi*m)], x[lo:hi], m) })
}

// Unpack is the inverse of Pack: n elements of m bits.
func Unpack(b []byte, n, m int) []uint64 {
	out := make([]uint64, n)
	UnpackTo(out, FromPacked(b), m)
	return out
}

// UnpackTo is the inverse of PackTo.
func UnpackTo(dst, x []uint64, m int) {
	Split(len(dst), func(lo, hi int) { unpackTo(dst[lo:hi], x[lo*m/64:Words(hi*m)], m) })
}

func packTo(dst, x []uint64, m int) {
	switch m {
	case 1:
		active.bitsAt(dst, x, 0)
	case 64:
		copy(dst, x)
	default:
		active.pack(dst, x, m)
	}
}

func unpackTo(dst, x []uint64, m int) {
	switch m {
	case 1:
		active.expand(dst, x)
	case 64:
		copy(dst, x)
	default:
		active.unpack(dst, x, m)
	}
}

func pack(dst, x []uint64, m int) {
	if 64%m == 0 {
		packWhole(dst, x, m)
		return
	}
	var word uint64
	used, at := 0, 0
	for _, v := range x {
		v &= 1<<m - 1
		word |= v << (used & 63)
		if used += m; used >= 64 {
			dst[at] = word
			at++
			used -= 64
			word = v >> ((m - used) & 63)
		}
	}
	if used > 0 {
		dst[at] = word
	}
}

// packWhole packs where no element is in two words.
func packWhole(dst, x []uint64, m int) {
	per := 64 / m
	for at := range dst {
		var word uint64
		for i, v := range x[at*per : min((at+1)*per, len(x))] {
			word |= v & (1<<m - 1) << (i * m & 63)
		}
		dst[at] = word
	}
}

func unpack(dst, x []uint64, m int) {
	var word uint64
	left, at := 0, 0
	for i := range dst {
		v := word
		if left < m {
			next := x[at]
			at++
			v |= next << (left & 63)
			word = next >> ((m - left) & 63)
			left += 64 - m
		} else {
			word >>= m & 63
			left -= m
		}
		dst[i] = v & (1<<m - 1)
	}
}

// PackBits joins vectors of n bits, one after the other in x, without gaps.
func PackBits(x []uint64, n int) []byte {
	k, w := vectors(x, n), Words(n)
	if n%64 == 0 {
		return Bytes(x)
	}
	// One word more, so that each word of x reaches two.
	out := make([]uint64, Words(k*n)+1)
	for j := range k {
		orShifted(out[j*n/64:], x[j*w:(j+1)*w], j*n%64)
	}
	return Bytes(out)[:PackedSize(k, n)]
}

// orShifted puts x, whose unused bits are zero, at bit s of the first word of
// dst, which has one word more; what stands beyond bit s there is zero.
func orShifted(dst, x []uint64, s int) {
	dst = dst[:len(x)+1]
	word := dst[0]
	for i, v := range x {
		dst[i] = word | v<<(s&63)
		word = v >> 1 >> (^s & 63)
	}
	dst[len(x)] = word
}

// UnpackBits is the inverse of PackBits: k vectors of n bits.
func UnpackBits(b []byte, k, n int) []uint64 {
	in, w := FromPacked(b), Words(n)
	if n%64 == 0 {
		return in
	}
	out := make([]uint64, k*w)
	for j := range k {
		vector := out[j*w : (j+1)*w]
		first, last := j*n/64, Words((j+1)*n)
		shiftDown(vector, in[first:last], j*n%64)
		ClearTail(vector, n)
	}
	return out
}

// shiftDown sets dst to x from bit s of its first word on; x may have a word
// more than dst.
func shiftDown(dst, x []uint64, s int) {
	last := len(dst) - 1
	if last < 0 {
		return
	}
	for i := range dst[:last] {
		dst[i] = x[i]>>(s&63) | x[i+1]<<1<<(^s&63)
	}
	dst[last] = x[last] >> (s & 63)
	if len(x) > len(dst) {
		dst[last] |= x[len(dst)] << 1 << (^s & 63)
	}
}

// vectors is how many vectors of n bits x holds.
func vectors(x []uint64, n int) int {
	if n == 0 {
		return 0
	}
	return len(x) / Words(n)
}

// FromPacked reads little-endian bytes as words, the last one filled with
// zeros; they may share b's memory.
func FromPacked(b []byte) []uint64 {
	if len(b)%8 == 0 {
		return FromBytes(b)
	}
	padded := make([]byte, (len(b)+7)&^7)
	copy(padded, b)
	return FromBytes(padded)
}
