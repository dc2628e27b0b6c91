package capability

// Order: how keys are compared, how many comparisons a sort makes, and the
// network of a merge. The engine follows what stands here, and the cost report
// promises it.

import (
	"math"
	mathbits "math/bits"
)

// A KeyPart of a sort key is bits of one operand, or the position of the row.
type KeyPart struct {
	Key   int // operand; -1: the position
	Kind  PartKind
	Width int
}

// A PartKind says which bits of an operand a part is.
type PartKind int

const (
	WholeKey PartKind = iota
	SignKey           // of an operand as wide as the ring, 64 bits: false in the lower half of its type
	LowKey            // the 63 bits below it
	Position
)

// A Digit is compared at once: parts joined in one ring element whose
// differences fit the ring, or one bit.
type Digit struct {
	Parts []KeyPart
	Width int
	Bit   bool
}

// Digits lays out the keys of a sort of n rows, most significant first. The
// position of a row comes last: it makes keys distinct, so that the comparisons
// that are opened tell nothing of which keys are equal.
func Digits(ring int, keys []Operand, n int64) []Digit {
	var parts []KeyPart
	for k, x := range keys {
		if x.Bits == ring {
			parts = append(parts, KeyPart{k, SignKey, 1}, KeyPart{k, LowKey, 63})
		} else {
			parts = append(parts, KeyPart{k, WholeKey, x.Bits})
		}
	}
	parts = append(parts, KeyPart{-1, Position, max(1, mathbits.Len64(uint64(max(n, 1)-1)))})
	var out []Digit
	for len(parts) > 0 {
		from, width := len(parts), 0
		for from > 0 && width+parts[from-1].Width < ring {
			from--
			width += parts[from].Width
		}
		out = append(digitsOf(parts[from:], width), out...)
		parts = parts[:from]
	}
	return out
}

// digitsOf is one word, or bits where there is nothing else.
func digitsOf(parts []KeyPart, width int) []Digit {
	if width > len(parts) || parts[len(parts)-1].Kind == Position {
		return []Digit{{Parts: parts, Width: width}}
	}
	var out []Digit
	for _, p := range parts {
		out = append(out, Digit{Parts: []KeyPart{p}, Width: 1, Bit: true})
	}
	return out
}

// KeyCalls are the calls that make digits of keys, each on all rows: the highest
// bit of a key as wide as the ring, and numbers of bits that stand in a word.
func KeyCalls(ring int, keys []Operand, digits []Digit) []Part {
	var out []Part
	for _, k := range keys {
		if k.Bits == ring {
			out = append(out, part(Negative, 64), part(BitsToRing, 0))
		}
	}
	for _, d := range digits {
		for _, p := range d.Parts {
			if !d.Bit && p.Kind == WholeKey && keys[p.Key].Kind == Bool {
				out = append(out, part(BitsToRing, 0))
			}
		}
	}
	return out
}

// Columns counts the words of a row's key, and the bits beside them.
func Columns(digits []Digit) (words, bits int64) {
	for _, d := range digits {
		if d.Bit {
			bits++
		} else {
			words++
		}
	}
	return words, bits
}

// CompareCalls are the calls that compare two keys, from the last digit on: the
// sign of the difference of each word, less one where the digits after it are
// less, which becomes a number for that; of a bit, one And.
func CompareCalls(digits []Digit) []Part {
	var out []Part
	for i := len(digits) - 1; i >= 0; i-- {
		switch {
		case digits[i].Bit:
			out = append(out, part(And, 0))
			continue
		case i+1 < len(digits):
			out = append(out, part(BitsToRing, 0))
		}
		out = append(out, part(Negative, digits[i].Width+1))
	}
	return out
}

// selection is by places or an index on shares; each call has elements of its
// own, which the shapes say. What is public is selected by everybody.
func (o Operation) selection() []Part {
	x, index := o.Args[0], o.Args[min(1, len(o.Args)-1)]
	boolean := x.Kind == Bool
	switch {
	case o.Name == "permute" && !x.Public:
		return calls(part(Shuffle, 0), part(Open, 64))
	case o.Name == "permute", index.Public:
		return nil
	case o.Name == "store" && boolean:
		return calls(part(IsZero, index.Bits), part(And, 0))
	case o.Name == "store":
		return calls(part(IsZero, index.Bits), part(SelectBits, 0))
	case boolean && x.Public:
		return calls(part(IsZero, index.Bits))
	case boolean:
		return calls(part(IsZero, index.Bits), part(And, 0))
	case x.Public:
		return calls(part(IsZero, index.Bits), part(BitsToRing, 0))
	}
	return calls(part(IsZero, index.Bits), part(BitsToRing, 0), part(Product, 0))
}

// AllPairs is the length up to which a span of keys is ordered by comparing all
// pairs: more comparisons than by pivots, at once instead of level by level.
const AllPairs = 16

// Comparisons is how many a span of n keys takes part in at its level.
func Comparisons(n int64) int64 {
	if n <= AllPairs {
		return n * (n - 1) / 2
	}
	return n - 1
}

// A Randomness says which figure of a randomised operation is meant.
type Randomness int

const (
	// Expected is the mean; of levels, which have none in closed form, what
	// about half of the runs stay below.
	Expected Randomness = iota
	// Bound is exceeded by fewer than one run in a thousand.
	Bound
)

// SortComparisons is the number of comparisons of sorts of so many rows of n
// keys. Of the mean C, by the recurrence of quicksort, C(n) / (n + 1) =
// C(n-1) / n + 2 (n-1) / (n (n+1)). Its deviation is 0.65 n a row (Knuth, The
// Art of Computer Programming, volume 3, section 5.2.2), and four times n more
// than the mean is exceeded by fewer than one in two thousand.
func SortComparisons(rows, n int64, r Randomness) int64 {
	if n <= AllPairs {
		return rows * Comparisons(n)
	}
	const s = AllPairs
	x := float64(n)
	c := (s+s*(s-1)/3.0)/(s+2) + 4*(harmonic(x+1)-harmonic(s+2)) - 2*(harmonic(x)-harmonic(s+1))
	mean := float64(rows) * (x + 1) * c
	if r == Bound {
		mean += 4 * x * math.Sqrt(float64(rows))
	}
	return int64(math.Ceil(mean))
}

// SortLevels is the number of levels of the sorts of so many rows of n keys.
//
// A span of n keys leaves a span below its pivot of at most n times a uniform
// number. So a span of more than AllPairs is left after d levels with a
// probability of at most rows 2^d P(Poisson(λ) >= d), λ = ln(n / (AllPairs + 1)):
// 2^d spans, whose logarithms have gone down by d exponential numbers.
func SortLevels(rows, n int64, r Randomness) int64 {
	if n <= AllPairs {
		return 1
	}
	most := map[Randomness]float64{Expected: 1, Bound: 0.0005}[r]
	lambda := math.Log(float64(n) / (AllPairs + 1))
	for d := int64(1); ; d++ {
		if math.Exp(math.Log(float64(rows))+float64(d)*math.Ln2+logPoissonTail(lambda, d)) <= most {
			return d + 1
		}
	}
}

// TopComparisons is the number of comparisons that leave the k greatest of n keys
// in order, at the end of a quicksort that goes on only where they are. Of the
// mean, 2n + 2(n+1) H(n) - 2(n+3-k) H(n+1-k) - 6k + 6 if every span had a pivot
// (Martínez 2004, Partial quicksort), and what comparing all pairs of short spans
// adds: to k of n of a sort, and where the others end. Simulated, five times n
// more than the mean is exceeded by fewer than one run in a thousand.
func TopComparisons(k, n int64, r Randomness) int64 {
	if n <= AllPairs {
		return Comparisons(n)
	}
	x, m := float64(n), float64(min(k, n))
	mean := float64(SortComparisons(1, n, Expected))
	if k < n {
		const end = 24
		mean = 2*x - 2*(x+3-m)*harmonic(x+1-m) - 6*m + 6 + 2*(x+1)*harmonic(x) + end +
			m/x*(mean-2*(x+1)*harmonic(x)+4*x)
	}
	if r == Bound {
		mean += 5 * x
	}
	return int64(math.Ceil(mean))
}

// TopLevels is the number of levels of TopComparisons: expected, those that leave
// about k keys, each of which divides a span by e, and those that sort them.
func TopLevels(k, n int64, r Randomness) int64 {
	all := SortLevels(1, n, r)
	if n <= AllPairs || r == Bound {
		return all
	}
	until := math.Log(float64(n) / float64(max(k, AllPairs+1)))
	return min(all, SortLevels(1, k, r)+int64(math.Round(until+1.5)))
}

// harmonic is the k-th harmonic number.
func harmonic(k float64) float64 {
	return math.Log(k) + 0.5772156649015329 + 1/(2*k) - 1/(12*k*k)
}

// logPoissonTail is the logarithm of the probability that a Poisson variable
// of mean lambda is at least d.
func logPoissonTail(lambda float64, d int64) float64 {
	if lambda <= 0 {
		return math.Inf(-1)
	}
	gamma, _ := math.Lgamma(float64(d) + 1)
	first := float64(d)*math.Log(lambda) - lambda - gamma
	sum, term := 1.0, 1.0
	for k := d + 1; term > 1e-12*sum; k++ {
		term *= lambda / float64(k)
		sum += term
	}
	return first + math.Log(sum)
}

// ExchangeLevels counts the exchanges of each level of the merge of n and m
// elements: of the merges of every second element, and those that join them.
func ExchangeLevels(n, m int64) []int64 {
	out := make([]int64, MergeLevels(n, m))
	if len(out) == 0 {
		return out
	}
	last := len(out) - 1
	if n == 1 && m == 1 {
		out[last] = 1
		return out
	}
	even, odd := ExchangeLevels((n+1)/2, (m+1)/2), ExchangeLevels(n/2, m/2)
	for i := range out[:last] {
		out[i] = even[i]
		if from := last - len(odd); i >= from {
			out[i] += odd[i-from]
		}
	}
	out[last] = (n + m - 1) / 2
	return out
}

// ExchangeCount is how many there are in all.
func ExchangeCount(n, m int64) int64 {
	var sum int64
	for _, pairs := range ExchangeLevels(n, m) {
		sum += pairs
	}
	return sum
}

// Exchanges returns the levels of Batcher's odd-even merge of n and m sorted
// elements, each a list of pairs of places of which the lesser element goes to
// the first; and the places in the order of the result. ⌈log2 max(n, m)⌉ + 1
// levels (Knuth, The Art of Computer Programming, volume 3, section 5.3.4).
func Exchanges(n, m int) (levels [][][2]uint32, order []uint32) {
	x, y := make([]uint32, n), make([]uint32, m)
	for i := range x {
		x[i] = uint32(i)
	}
	for i := range y {
		y[i] = uint32(n + i)
	}
	levels = make([][][2]uint32, MergeLevels(int64(n), int64(m)))
	return levels, merge(levels, x, y)
}

// CarryLevels is how often the rows behind a known one are doubled.
func CarryLevels(n int64) int64 { return int64(mathbits.Len64(uint64(max(n, 1) - 1))) }

// MergeLevels is the depth of the network, 0 where an operand is empty.
func MergeLevels(n, m int64) int64 {
	if n == 0 || m == 0 {
		return 0
	}
	return int64(mathbits.Len64(uint64(max(n, m)-1))) + 1
}

// merge writes the exchanges of x and y into the levels, the last of which is
// this merge's own, and returns the places in order.
func merge(levels [][][2]uint32, x, y []uint32) []uint32 {
	if len(x) == 0 || len(y) == 0 {
		return append(x[:len(x):len(x)], y...)
	}
	last := len(levels) - 1
	if len(x) == 1 && len(y) == 1 {
		levels[last] = append(levels[last], [2]uint32{x[0], y[0]})
		return []uint32{x[0], y[0]}
	}
	xe, xo := split(x)
	ye, yo := split(y)
	even, odd := merge(levels[:last], xe, ye), merge(levels[:last], xo, yo)
	out := []uint32{even[0]}
	for i, w := range odd {
		if i+1 < len(even) {
			levels[last] = append(levels[last], [2]uint32{w, even[i+1]})
			out = append(out, w, even[i+1])
		} else {
			out = append(out, w)
		}
	}
	return append(out, even[min(len(even), len(odd)+1):]...)
}

func split(x []uint32) (even, odd []uint32) {
	for i, v := range x {
		if i%2 == 0 {
			even = append(even, v)
		} else {
			odd = append(odd, v)
		}
	}
	return even, odd
}
