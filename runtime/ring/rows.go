package ring

// Rows at given places.

// Rows returns rows of k elements each: row i is row at[i] of x.
func Rows(x []uint64, at []uint32, k int) []uint64 {
	out := make([]uint64, len(at)*k)
	if k == 1 {
		Split(len(at), func(lo, hi int) {
			for i := lo; i < hi; i++ {
				out[i] = x[at[i]]
			}
		})
		return out
	}
	perRow := max(1, k)
	Split(len(at)*perRow, func(lo, hi int) {
		// A row belongs to the part in which it begins.
		for i := (lo + perRow - 1) / perRow; i < (hi+perRow-1)/perRow; i++ {
			from := int(at[i]) * k
			copy(out[i*k:(i+1)*k], x[from:from+k])
		}
	})
	return out
}

// BitRows is Rows of packed bits, of which x has n rows.
func BitRows(x []uint64, at []uint32, n, k int) []uint64 {
	return Bits(Rows(Elements(x, n*k), at, k))
}
