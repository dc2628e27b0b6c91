package ring

// Parts of packed bits.

// BitRange returns the n bits of x that begin at bit from; whole words are x's
// own memory.
func BitRange(x []uint64, from, n int) []uint64 {
	w := Words(n)
	if from%64 == 0 && n%64 == 0 {
		return x[from/64 : from/64+w : from/64+w]
	}
	out := make([]uint64, w)
	Split(n, func(lo, hi int) {
		for i := lo; i < hi; i += 64 {
			out[i/64] = getBits(x, from+i, min(64, hi-i))
		}
	})
	return out
}

// BitJoin returns vectors of packed bits, of so many bits each, one after the
// other without gaps.
func BitJoin(x [][]uint64, n []int) []uint64 {
	total := 0
	for _, k := range n {
		total += k
	}
	out, at := make([]uint64, Words(total)), 0
	for j, v := range x {
		if at%64 == 0 {
			copy(out[at/64:], v)
		} else {
			for i := 0; i < n[j]; i += 64 {
				orBits(out, at+i, v[i/64], min(64, n[j]-i))
			}
		}
		at += n[j]
	}
	return out
}
