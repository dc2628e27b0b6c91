package capability

// What each call of securenn sends: comparisons, and else what pond does. The servers are 0,
// 1 and 2, the last of which deals. See the doc comments of package securenn.

import mathbits "math/bits"

func securennMessages(c Call) []Stage {
	if c.Action != Negative {
		return pondMessages(c)
	}
	l := c.Param + 1
	_, q := PrivateField(l)
	return []Stage{
		// ShareConvert: the shifted shares, the bits of their sum, the private compare, and
		// what it and the sum say.
		assisted(l), {message(2, 1, l*q)}, assisted(l * q), {message(2, 0, 2*l)},
		// ComputeMSB: the bits of a random number, the shifted number, the private compare
		// and the masked bit.
		append(Stage{ahead(0, l*q)}, told(l)...), assisted(l * q), {message(2, 0, 1), message(2, 1, 1)},
	}
}

// assisted: both servers tell server 2.
func assisted(bits int) Stage { return Stage{message(0, 2, bits), message(1, 2, bits)} }

// PrivateField is the least prime p that securenn's private compare of numbers of l bits
// can take, p > l + 1, and the bits of an element modulo p: 67 and 7 for l of 60 to 65.
func PrivateField(l int) (p, bits int) {
	for p = l + 2; !prime(p); p++ {
	}
	return p, mathbits.Len(uint(p - 1))
}

func prime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}
