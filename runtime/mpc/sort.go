package mpc

// Order: shuffle, then quicksort with comparisons that are opened (Hamada et
// al. 2012, Practically efficient multi-party sorting protocols from comparison
// sort algorithms).
//
// What is opened is independent of the keys: the shuffle is fresh and unknown
// to each player, keys are made distinct by their positions before it, and
// pivots go by position. So the comparisons are those of a quicksort of a
// random permutation, whatever the keys are. Their number and the levels are
// random; package capability has what to expect of them, and what is nearly
// never exceeded.

import (
	"errors"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Shuffle returns the rows of x in an order that nobody knows: one Shuffle.
func (e *Engine) Shuffle(net Net, x Operand) Share {
	s, o := e.share(x), e.begin(net)
	return o.k.Shuffle(o.next(), 1, s.Shape[0], []Share{s})[0]
}

// Sort returns x ascending along the last axis: the keys' words, a Shuffle of
// them and of x, and the levels of comparisons.
func (e *Engine) Sort(net Net, x Operand) Share {
	s, o := e.share(x), e.begin(net)
	return o.ordered([]Share{s}, s, 0)
}

// TopK returns the k greatest elements of a vector, descending: a Sort that goes
// on only among those that may be of them, of about 2n comparisons for a small k.
// Which these are, the comparisons say, and no more.
func (e *Engine) TopK(net Net, x Operand, k int) Share {
	s, o := e.share(x), e.begin(net)
	n := s.Len()
	sorted := o.ordered([]Share{s}, s, n-k)
	rows := make([]uint32, k)
	for i := range rows {
		rows[i] = uint32(n - 1 - i)
	}
	return rowsAt(sorted, 1, rows).in([]int{k})
}

// Rank returns as int32 the place of each element in the sorted order along the
// last axis, of several keys of one shape the first being the most significant.
// It costs a Sort of the positions, and a Permute of them.
func (e *Engine) Rank(net Net, keys ...Operand) Share {
	o, x := e.begin(net), e.shares(keys)
	position := o.rows(x[0].Shape)
	order := o.ordered(x, position, 0)
	return o.permute(order, position)
}

// Permute moves row i of x to row place[i]; place is a permutation. One Shuffle
// of both, and the opening of the shuffled places; a public place: nothing.
func (e *Engine) Permute(net Net, place, x Operand) Share {
	o, s := e.begin(net), e.share(x)
	if p, ok := place.(clear.Tensor); ok {
		return rowsAt(s, s.Len()/max(1, p.Len()), inverse(p.Data, p.Len())).in(s.Shape)
	}
	return o.permute(e.share(place), s)
}

// rows numbers the elements along the last axis.
func (o *operation) rows(shape []int) Share {
	n := shape[len(shape)-1]
	return o.public(clear.Tensor{Elem: clear.Int32, Shape: shape, Data: positions(Count(shape[:len(shape)-1]), n, 1)})
}

// permute moves the rows of each block of x to their places. Shuffled, the
// places are a random permutation, whatever they were.
func (o *operation) permute(place, x Share) Share {
	n := place.Shape[len(place.Shape)-1]
	blocks := Count(place.Shape[:len(place.Shape)-1])
	s := o.k.Shuffle(o.next(), blocks, n, []Share{place, x})
	to := o.openRandomised(s[0])
	return rowsAt(s[1], x.Len()/max(1, blocks*n), inverse(to.Data, n)).in(x.Shape)
}

// inverse lists, for each place of blocks of n, the row that goes there.
func inverse(place []uint64, n int) []uint32 {
	out := make([]uint32, len(place))
	seen := make([]bool, len(place))
	for i, p := range place {
		to := i/n*n + int(p)
		if p >= uint64(n) || seen[to] {
			abort.Now(errors.New("cannot move rows: their places are no permutation"))
		}
		seen[to], out[to] = true, uint32(i)
	}
	return out
}

// rowsAt returns the rows of k elements of x that are listed.
func rowsAt(x Share, k int, rows []uint32) Share {
	return x.moved([]int{len(rows), k}, func(plane []uint64) []uint64 {
		if x.Elem == clear.Bool {
			return ring.BitRows(plane, rows, x.Len()/max(1, k), k)
		}
		return ring.Rows(plane, rows, k)
	})
}

// A quicksort orders the rows of blocks of n rows.
type quicksort struct {
	*operation
	blocks, n int
	from      int // place in a block from which on there is to be order
	keys      []Share
	numbers   map[int]Share // bools, and the sign bits of 64-bit keys, as 0 and 1
	negative  map[int]Share // sign bits of 64-bit keys
	digits    []capability.Digit
	words     []Share  // of the digits that are no bits
	bits      Share    // of the others, a row of them for each row
	order     []uint32 // the rows, ever better ordered
}

// ordered returns the rows of payload, an element each, in the order of the keys
// along their last axis; those before place from are in any order.
func (o *operation) ordered(keys []Share, payload Share, from int) Share {
	shape := keys[0].Shape
	n := shape[len(shape)-1]
	if n < 2 || Count(shape) == 0 {
		return payload
	}
	q := &quicksort{operation: o, blocks: Count(shape[:len(shape)-1]), n: n, from: from, keys: keys,
		numbers: make(map[int]Share), negative: make(map[int]Share)}
	q.digits = capability.Digits(int(o.k.Modulus()), operands(keys), int64(n))
	columns := o.k.Shuffle(o.next(), q.blocks, n, append(q.columns(), payload))
	q.keys, q.numbers, q.negative = nil, nil, nil // the columns have them
	last := len(columns) - 1
	q.words = columns[:last]
	if columns[last-1].Elem == clear.Bool {
		q.words, q.bits = columns[:last-1], columns[last-1]
	}
	return rowsAt(columns[last], 1, q.run()).in(payload.Shape)
}

func operands(keys []Share) []capability.Operand {
	kinds := map[clear.Kind]capability.Kind{
		clear.BoolKind: capability.Bool, clear.SignedKind: capability.Signed,
		clear.UnsignedKind: capability.Unsigned, clear.FixedKind: capability.Fixed,
	}
	out := make([]capability.Operand, len(keys))
	for i, k := range keys {
		out[i] = capability.Operand{Kind: kinds[k.Elem.Kind], Bits: k.Elem.Bits, F: k.Elem.F}
	}
	return out
}

// columns are the words of the keys and, if there are any, the bits, a row of
// them for each row.
func (q *quicksort) columns() []Share {
	q.prepare()
	var words, bits []Share
	for _, d := range q.digits {
		if d.Bit {
			bits = append(bits, q.bit(d.Parts[0]).in([]int{q.blocks * q.n}))
		} else {
			words = append(words, q.word(d.Parts))
		}
	}
	if len(bits) > 0 {
		words = append(words, lift(func(x ...clear.Tensor) clear.Tensor { return clear.Transpose(clear.Stack(x...)) }, bits...))
	}
	return words
}

// prepare splits off the highest bit of 64-bit keys, and makes numbers of the
// bools that are joined with others.
func (q *quicksort) prepare() {
	for i, k := range q.keys {
		if k.Elem.Bits == int(q.k.Modulus()) {
			q.negative[i] = q.k.Negative(q.next(), k, 64)
			q.numbers[i] = q.k.BitsToRing(q.next(), q.negative[i], clear.Int64)
		}
	}
	for _, d := range q.digits {
		for _, p := range d.Parts {
			if !d.Bit && p.Kind == capability.WholeKey && q.keys[p.Key].Elem == clear.Bool {
				q.numbers[p.Key] = q.k.BitsToRing(q.next(), q.keys[p.Key], clear.Int64)
			}
		}
	}
}

// bit is a digit of one bit.
func (q *quicksort) bit(p capability.KeyPart) Share {
	switch {
	case p.Kind == capability.WholeKey:
		return q.keys[p.Key]
	case q.keys[p.Key].Elem.Kind == clear.UnsignedKind:
		return q.negative[p.Key]
	}
	return q.not(q.negative[p.Key])
}

// word joins parts in one ring element.
func (q *quicksort) word(parts []capability.KeyPart) Share {
	sum := q.number(parts[0])
	for _, p := range parts[1:] {
		sum = each(q.k.Modulus().Add, scaleNumber(sum, ring.Power(p.Width)), q.number(p))
	}
	return sum.as(clear.Int64)
}

// number is a part as ring elements.
func (q *quicksort) number(p capability.KeyPart) Share {
	switch {
	case p.Kind == capability.Position:
		return q.rows(q.keys[0].Shape)
	case p.Kind == capability.LowKey:
		return each(q.k.Modulus().Add, q.keys[p.Key], scaleNumber(q.numbers[p.Key], ring.Power(63)))
	case p.Kind == capability.WholeKey && q.keys[p.Key].Elem != clear.Bool:
		return q.keys[p.Key]
	case p.Kind == capability.SignKey && q.keys[p.Key].Elem.Kind != clear.UnsignedKind:
		return q.addConst(scale(q.numbers[p.Key], ^uint64(0)), 1)
	}
	return q.numbers[p.Key]
}

// A span is the places of rows that are not ordered yet, among each other.
type span struct{ from, to int }

// run orders the rows, all spans of a level at once: of a short span it
// compares all pairs, of a longer one all rows with the first, its pivot.
func (q *quicksort) run() []uint32 {
	q.order = make([]uint32, q.blocks*q.n)
	for i := range q.order {
		q.order[i] = uint32(i)
	}
	var spans []span
	for b := range q.blocks {
		spans = append(spans, span{b * q.n, (b + 1) * q.n})
	}
	scratch := make([]uint32, q.n)
	for len(spans) > 0 {
		less := q.less(q.pairs(spans))
		var next []span
		for _, s := range spans {
			rows := q.order[s.from:s.to]
			if len(rows) <= capability.AllPairs {
				less = arrange(rows, less)
				continue
			}
			pivot := s.from + partition(rows, less, scratch)
			less = less[len(rows)-1:]
			for _, part := range []span{{s.from, pivot}, {pivot + 1, s.to}} {
				if part.to-part.from > 1 && (part.to-1)%q.n >= q.from {
					next = append(next, part)
				}
			}
		}
		spans = next
	}
	return q.order
}

// pairs lists what a level compares.
func (q *quicksort) pairs(spans []span) (left, right []uint32) {
	count := 0
	for _, s := range spans {
		count += int(capability.Comparisons(int64(s.to - s.from)))
	}
	left, right = make([]uint32, 0, count), make([]uint32, 0, count)
	for _, s := range spans {
		rows := q.order[s.from:s.to]
		if len(rows) > capability.AllPairs {
			left = append(left, rows[1:]...)
			for range rows[1:] {
				right = append(right, rows[0])
			}
			continue
		}
		for i, r := range rows {
			for _, other := range rows[i+1:] {
				left, right = append(left, r), append(right, other)
			}
		}
	}
	return left, right
}

// arrange puts each row behind those that are less, and returns the rest of
// less.
func arrange(rows []uint32, less []uint64) []uint64 {
	var place [capability.AllPairs]int
	var was [capability.AllPairs]uint32
	copy(was[:], rows)
	for i := range rows {
		for j := i + 1; j < len(rows); j++ {
			place[i] += int(1 - less[0])
			place[j] += int(less[0])
			less = less[1:]
		}
	}
	for i := range rows {
		rows[place[i]] = was[i]
	}
	return less
}

// partition moves the rows that are less than the first before it, and returns
// its place.
func partition(rows []uint32, less []uint64, scratch []uint32) int {
	pivot, low, high := rows[0], 0, scratch[:0]
	for i, r := range rows[1:] {
		if less[i] != 0 {
			rows[low] = r
			low++
		} else {
			high = append(high, r)
		}
	}
	rows[low] = pivot
	copy(rows[low+1:], high)
	return low
}

// less compares the keys of rows, and opens the results to every computing
// player. From the last digit on: a word is less if its difference, less one
// where the digits after it are less, is negative; so ties go on to these.
func (q *quicksort) less(left, right []uint32) []uint64 {
	var result Share
	word, bit := len(q.words)-1, q.bitColumns()-1
	for i := len(q.digits) - 1; i >= 0; i-- {
		if d := q.digits[i]; !d.Bit {
			difference := q.differences(q.words[word], left, right)
			if i+1 < len(q.digits) {
				difference = q.sub(difference, q.k.BitsToRing(q.next(), result, clear.Int64))
			}
			result = q.k.Negative(q.next(), difference, d.Width+1)
			word--
			continue
		}
		x, y := q.column(bit, left), q.column(bit, right)
		result = q.xor(result, q.k.And(q.next(), q.xor(x, y), q.xor(result, y)))
		bit--
	}
	return q.openRandomised(result).Data
}

// differences are x at the places of left less x at those of right, a component
// at a time: there may be as many as there are rows.
func (q *quicksort) differences(x Share, left, right []uint32) Share {
	out := rowsAt(x, 1, left).in([]int{len(left)})
	for c, first := range out.Comp {
		second := rowsAt(Share{x.Elem, x.Shape, x.Comp[c : c+1]}, 1, right)
		q.k.Modulus().Sub(first, first, second.Comp[0])
	}
	return out
}

// bitColumns is how many digits are bits.
func (q *quicksort) bitColumns() int { return len(q.digits) - len(q.words) }

// column is a digit of one bit, of rows.
func (q *quicksort) column(bit int, rows []uint32) Share {
	picked := make([]uint32, len(rows))
	for i, r := range rows {
		picked[i] = r*uint32(q.bitColumns()) + uint32(bit)
	}
	return rowsAt(q.bits, 1, picked).in([]int{len(rows)})
}
