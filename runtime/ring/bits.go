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
	Split(len(x), func(lo, hi int) {
		for w := lo / 64; w*64 < hi; w++ {
			var word uint64
			for i, v := range x[w*64 : min(w*64+64, hi)] {
				word |= v >> (k & 63) & 1 << (i & 63)
			}
			out[w] = word
		}
	})
	return out
}

// Elements returns n elements 0 and 1 from packed bits.
func Elements(bits []uint64, n int) []uint64 {
	out := make([]uint64, n)
	Split(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out[i] = bits[i/64] >> (i % 64) & 1
		}
	})
	return out
}

// Slices returns the lowest k bits of each element as k vectors of packed
// bits, one after the other: a transposition of 64×64 blocks of bits.
func Slices(x []uint64, k int) []uint64 {
	n := len(x)
	words := Words(n)
	out := make([]uint64, k*words)
	Split(n, func(lo, hi int) {
		var block [64]uint64
		for w := lo / 64; w*64 < hi; w++ {
			clear(block[copy(block[:], x[w*64:min(w*64+64, hi)]):])
			transpose(&block)
			for j := range k {
				out[j*words+w] = block[j]
			}
		}
	})
	return out
}

// transpose swaps bit j of word i with bit i of word j, by halves of halves
// (Warren, Hacker's Delight, section 7-3).
func transpose(a *[64]uint64) {
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
	Split(len(x), func(lo, hi int) {
		// A part begins at a multiple of 64 elements, hence of 64 bits.
		pos := lo * m
		for _, v := range x[lo:hi] {
			orBits(out, pos, v, m)
			pos += m
		}
	})
	return Bytes(out)[:PackedSize(len(x), m)]
}

// Unpack is the inverse of Pack: n elements of m bits.
func Unpack(b []byte, n, m int) []uint64 {
	in := words(b)
	out := make([]uint64, n)
	Split(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			out[i] = getBits(in, i*m, m)
		}
	})
	return out
}

// PackBits joins vectors of n bits, one after the other in x, without gaps.
func PackBits(x []uint64, n int) []byte {
	k := vectors(x, n)
	if n%64 == 0 {
		return Bytes(x)
	}
	out := make([]uint64, Words(k*n))
	for j := range k {
		for i, v := range x[j*Words(n) : (j+1)*Words(n)] {
			orBits(out, j*n+i*64, v, min(64, n-i*64))
		}
	}
	return Bytes(out)[:PackedSize(k, n)]
}

// UnpackBits is the inverse of PackBits: k vectors of n bits.
func UnpackBits(b []byte, k, n int) []uint64 {
	in := words(b)
	if n%64 == 0 {
		return in
	}
	out := make([]uint64, 0, k*Words(n))
	for j := range k {
		for i := 0; i < n; i += 64 {
			out = append(out, getBits(in, j*n+i, min(64, n-i)))
		}
	}
	return out
}

// vectors is how many vectors of n bits x holds.
func vectors(x []uint64, n int) int {
	if n == 0 {
		return 0
	}
	return len(x) / Words(n)
}

// orBits puts the lowest m bits of v at bit position pos.
func orBits(x []uint64, pos int, v uint64, m int) {
	v &= ^uint64(0) >> (64 - m)
	i, s := pos/64, pos%64
	x[i] |= v << s
	if s+m > 64 {
		x[i+1] |= v >> (64 - s)
	}
}

// getBits returns the m bits at position pos.
func getBits(x []uint64, pos, m int) uint64 {
	i, s := pos/64, pos%64
	v := x[i] >> s
	if s+m > 64 {
		v |= x[i+1] << (64 - s)
	}
	return v & (^uint64(0) >> (64 - m))
}

// words reads little-endian bytes as words, the last one filled with zeros.
func words(b []byte) []uint64 {
	if len(b)%8 == 0 {
		return FromBytes(b)
	}
	padded := make([]byte, (len(b)+7)&^7)
	copy(padded, b)
	return FromBytes(padded)
}
