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
	shiftDown(out, x[from/64:Words(from+n)], from%64)
	ClearTail(out, n)
	return out
}

// BitJoin returns vectors of packed bits, of so many bits each, one after the
// other without gaps.
func BitJoin(x [][]uint64, n []int) []uint64 {
	total := 0
	for _, k := range n {
		total += k
	}
	// One word more, so that each word of x reaches two.
	out, at := make([]uint64, Words(total)+1), 0
	for j, v := range x {
		orShifted(out[at/64:], v[:Words(n[j])], at%64)
		at += n[j]
	}
	return out[:Words(total):Words(total)]
}
