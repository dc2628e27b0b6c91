package ring

// Carries of sums of packed bits.

// CarryBits is the most bits that a block of Sums has, and CarryWords the most
// words of bits that Carries takes at a time: no power of two, so that vectors
// of that length do not compete for the same lines of the cache.
const (
	CarryBits  = 4
	CarryWords = 504
)

// Sums are sums of two numbers of b bits, by vectors of packed bits. One of
// each is known as f, a vector a bit. Of the other, e, the vectors of In are
// parts of its monomials: vector S-1 is that of the set S of its bits; of the
// empty set, One is.
type Sums struct {
	In     []uint64
	Stride int // words from one vector of In to the next
	F      []uint64
	// FStride is the words from one vector of F to the next.
	FStride int
	One     uint64
	Bits    int
}

// Carries are, for Sums of b bits, vector i: parts of the carry out of the
// bits 0 to i, and vector b+i: parts of whether they all pass one on.
type Carries [2 * CarryBits][CarryWords]uint64

// Carries sets the first n words of each vector of out, on one core.
func (s Sums) Carries(out *Carries, n int) { active.carries(out, s, n) }

// carries goes up the bits: g[T] becomes a part of (carry out of the bits so
// far) * (monomial of T), T a set of higher bits, and p[T] likewise of "all
// pass on". A bit i carries e_i f_i ^ c (e_i ^ f_i) and passes on if e_i ^ f_i.
func (s Sums) carries(out *Carries, from, n int) {
	for w := from; w < n; w++ {
		part := [1 << CarryBits]uint64{s.One}
		for set := 1; set < 1<<s.Bits; set++ {
			part[set] = s.In[(set-1)*s.Stride+w]
		}
		g, p := [1 << CarryBits]uint64{}, part
		for i := range s.Bits {
			bit, f := 1<<i, s.F[i*s.FStride+w]
			for t := 0; t < 1<<s.Bits; t += 2 * bit {
				g[t] = f&(g[t]^part[t|bit]) ^ g[t|bit]
				p[t] = f&p[t] ^ p[t|bit]
			}
			out[i][w], out[s.Bits+i][w] = g[0], p[0]
		}
	}
}
