package dealer

// Functions of numbers of a few bits, by tables. Of a number v ^ δ both servers see
// v, and the dealer knows δ: it deals which of its values δ has, and every function
// is a sum of that. Of a sign, too: it deals that with the sign of its mask.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// LookUp is a server's part of all functions of all tables, one after the other, nil at
// the dealer; an element dealt for each of a table's Values.
func (s *Step) LookUp(tables []mpc.Table) []uint64 {
	n, inputs, functions := tables[0].Numbers(), 0, 0
	for _, t := range tables {
		inputs += t.Values()
		functions += len(t.Functions)
	}
	dealt := s.Dealt(1, func() [][]uint64 {
		var chosen, signs []uint64
		for _, t := range tables {
			more := choices(index(t, s.Sum(t.Bits)), t.Values())
			chosen, signs = append(chosen, more...), append(signs, s.signs(t, len(more))...)
		}
		out := s.Ring.Extend(chosen, false)
		s.Ring.NegateIf(out, out, s.Ring.Extend(signs, false))
		return [][]uint64{out}
	}, s.Elements(inputs*n))
	if s.Role == Dealer {
		return nil
	}
	part := make([]uint64, s.Elements(functions*n).Words())
	from, to := 0, 0
	for _, t := range tables {
		s.lookUp(part, to, dealt[s.Role][0], from, t)
		from, to = from+n*t.Values(), to+n*len(t.Functions)
	}
	return part
}

// Functions is how many numbers LookUp gives.
func Functions(tables []mpc.Table) (n int) {
	for _, t := range tables {
		n += t.Numbers() * len(t.Functions)
	}
	return n
}

// signs are the dealer's parts of a table's signs, for each of so many choices.
func (k *Kernel) signs(t mpc.Table, choices int) []uint64 {
	out := make([]uint64, choices)
	if t.Signed() {
		one := ring.Elements(k.Sum(t.Sign), t.Numbers())
		for i := range out {
			out[i] = one[i%len(one)]
		}
	}
	return out
}

// Split cuts the results of all tables apart.
func (k *Kernel) Split(comp [][]uint64, elem clear.Type, tables []mpc.Table) []mpc.Share {
	out, from := make([]mpc.Share, len(tables)), 0
	for i, t := range tables {
		to := from + t.Numbers()*len(t.Functions)
		out[i] = mpc.Share{Elem: elem, Shape: append([]int{len(t.Functions)}, t.Bits.Shape[1:]...)}
		for _, c := range comp {
			out[i].Comp = append(out[i].Comp, k.Ring.Range(c, from, to))
		}
		from = to
	}
	return out
}

// index is numbers, given their bits.
func index(t mpc.Table, packed []uint64) []uint64 {
	bits, n := ring.Elements(packed, t.Bits.Len()), t.Numbers()
	out := make([]uint64, n)
	for j := range t.Width() {
		for i := range out {
			out[i] |= bits[j*n+i] << j
		}
	}
	return out
}

// choices says of so many values, the last of which has all bits set, which elements
// of index have it, in the same time whatever they are.
func choices(index []uint64, values int) []uint64 {
	out := make([]uint64, 0, values*len(index))
	for v := uint64(values & 1); len(out) < cap(out); v++ {
		for _, at := range index {
			out = append(out, ((at^v)-1)>>63)
		}
	}
	return out
}

// lookUp sets out from place to on to this server's parts of a table's functions, given those
// of the choices that stand in chosen from a place on. Without a choice for 0, server 0
// adds the one that all choices come to. Which values of a function it reads, the masked
// numbers say, which are no secret to it.
func (k *Kernel) lookUp(out []uint64, to int, chosen []uint64, from int, t mpc.Table) {
	n, planes := t.Numbers(), k.Ring.Planes()
	index, negative := index(t, t.Bits.Comp[0]), make([]uint64, n)
	if t.Signed() {
		negative = ring.Elements(t.Sign.Comp[0], n)
	}
	outPlane, plane := len(out)/planes, len(chosen)/planes
	choice := func(v, i int) (c ring.Number) {
		at := from + v*n + i
		c.Low = chosen[at]
		if planes > 1 {
			c.High = chosen[plane+at]
		}
		return c
	}
	first := t.Values() & 1
	ring.Split(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			sign := ring.Integer(1 - 2*int64(negative[i]))
			for f, table := range t.Functions {
				var zero, sum ring.Number
				if first == 1 {
					zero = ring.Integer(int64(table[index[i]]))
				}
				if k.Role == 0 {
					sum = zero
				}
				for v := first; v < len(table); v++ {
					difference := ring.Integer(int64(table[uint64(v)^index[i]])).Sub(zero)
					sum = sum.Add(choice(v-first, i).Mul(difference))
				}
				sum, at := sum.Mul(sign), to+f*n+i
				out[at] = sum.Low
				if planes > 1 {
					out[outPlane+at] = sum.High
				}
			}
		}
	})
}
