package prg

import "math/bits"

// Permutations returns uniform permutations of n rows in each of several
// blocks, one after the other: entry i is the row that comes to place i. By
// the shuffle of Fisher and Yates; indices below a bound are drawn without bias
// (Lemire 2019, Fast random integer generation in an interval).
func (s *Stream) Permutations(blocks, n int) []uint32 {
	out := make([]uint32, blocks*n)
	words := s.Words(blocks * n)
	for b := range blocks {
		part, w := out[b*n:(b+1)*n], words[b*n:(b+1)*n]
		for i := range part {
			part[i] = uint32(b*n + i)
		}
		for i := n - 1; i > 0; i-- {
			j := s.below(uint64(i+1), w[i])
			part[i], part[j] = part[j], part[i]
		}
	}
	return out
}

// below maps a uniform word to 0..n-1; a word among the few that would favour
// some is replaced by another of the stream.
func (s *Stream) below(n, word uint64) uint64 {
	high, low := bits.Mul64(word, n)
	for low < n && low < -n%n {
		high, low = bits.Mul64(s.Words(1)[0], n)
	}
	return high
}
