package pond

// Functions of numbers of a few bits, by tables. Of a number v ^ δ both servers see
// v, and the dealer knows δ: it deals which of its values δ has, and every function
// is a sum of that.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Tables looks up numbers of k bits in tables of m functions: 16 m bytes a number, of
// all tables together, one round; 8 (2^k - 1) dealt.
func (k *Kernel) Tables(net mpc.Net, elem clear.Type, tables ...mpc.Table) []mpc.Share {
	n, inputs, functions := tables[0].Numbers(), 0, 0
	for _, t := range tables {
		inputs += 1<<t.Width() - 1
		functions += len(t.Functions)
	}
	s := k.begin(net, working)
	dealt := s.dealt(1, func() [][]uint64 {
		var chosen []uint64
		for _, t := range tables {
			chosen = append(chosen, choices(index(t, k.sum(t.Bits)), 1<<t.Width())...)
		}
		return [][]uint64{k.ring.Extend(chosen, false)}
	}, k.elements(inputs*n))
	g := k.elements(functions * n)
	var part []uint64
	if k.computes() {
		part = make([]uint64, g.words())
		from, to := 0, 0
		for _, t := range tables {
			k.lookUp(part, to, dealt[k.role][0], from, index(t, t.Bits.Comp[0]), t.Functions)
			from, to = from+n*(1<<t.Width()-1), to+n*len(t.Functions)
		}
	}
	return k.split(s.masked(g, part), elem, tables)
}

// split cuts the results of all tables apart.
func (k *Kernel) split(comp [][]uint64, elem clear.Type, tables []mpc.Table) []mpc.Share {
	out, from := make([]mpc.Share, len(tables)), 0
	for i, t := range tables {
		to := from + t.Numbers()*len(t.Functions)
		out[i] = mpc.Share{Elem: elem, Shape: append([]int{len(t.Functions)}, t.Bits.Shape[1:]...)}
		for _, c := range comp {
			out[i].Comp = append(out[i].Comp, k.ring.Range(c, from, to))
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

// choices says of each value but 0, one after the other, which elements of index
// have it, in the same time whatever they are.
func choices(index []uint64, values int) []uint64 {
	out := make([]uint64, 0, (values-1)*len(index))
	for v := uint64(1); v < uint64(values); v++ {
		for _, at := range index {
			out = append(out, ((at^v)-1)>>63)
		}
	}
	return out
}

// lookUp sets out from place to on to this server's parts of functions, given those of
// the choices that stand in chosen from a place on. Server 0 adds the one that all
// choices come to. Which values of a table it reads, index says, which is no
// secret to it.
func (k *Kernel) lookUp(out []uint64, to int, chosen []uint64, from int, index []uint64, functions [][]uint64) {
	n, planes := len(index), k.ring.Planes()
	outPlane, plane := len(out)/planes, len(chosen)/planes
	element := func(v, i int) (c ring.Number) {
		at := from + (v-1)*n + i
		c.Low = chosen[at]
		if planes > 1 {
			c.High = chosen[plane+at]
		}
		return c
	}
	ring.Split(n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			for f, table := range functions {
				zero, at := ring.Integer(int64(table[index[i]])), to+f*n+i
				var sum ring.Number
				if k.role == 0 {
					sum = zero
				}
				for v := 1; v < len(table); v++ {
					difference := ring.Integer(int64(table[uint64(v)^index[i]])).Sub(zero)
					sum = sum.Add(element(v, i).Mul(difference))
				}
				out[at] = sum.Low
				if planes > 1 {
					out[outPlane+at] = sum.High
				}
			}
		}
	})
}
