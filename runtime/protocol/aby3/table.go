package aby3

// Functions of numbers of a few bits, by tables. As in bits.go role 0 knows
// e = b0 ^ b1 and roles 1 and 2 know b2. Role 0 inputs which of its values e
// has; permuted by b2, this says which of them b has, and every function of b is
// a sum of it.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Tables looks up numbers of k bits in tables of m functions: 8 (2^k - 1) + 16 m
// bytes a number, of all tables together; two rounds. Each role sees one message,
// masked by what the other two draw: role 1 the input, roles 1 and 2 the other's
// part of a fresh component.
func (k *Kernel) Tables(net mpc.Net, elem clear.Type, tables ...mpc.Table) []mpc.Share {
	n := tables[0].Numbers()
	inputs, functions := 0, 0
	for _, t := range tables {
		inputs += 1<<t.Width() - 1
		functions += len(t.Functions)
	}
	known := k.place(2)
	var chosen []uint64
	if k.role == 0 {
		chosen = make([]uint64, inputs*n)
		rest := chosen
		for _, t := range tables {
			size := n * (1<<t.Width() - 1)
			choices(rest[:size], k.index(t, known))
			rest = rest[size:]
		}
	}
	in := k.input(net, 0, []group{k.elements(inputs * n)}, k.ring.Extend(chosen, false))[0]
	var part []uint64
	if known >= 0 {
		part = make([]uint64, k.ring.Planes()*functions*n)
		at, out := in[1-known], part
		for _, t := range tables {
			index := k.index(t, known)
			if k.ring == ring.Z64 {
				k.lookUp(out, at, index, t.Functions)
			} else {
				k.lookUpWide(out, at, functions*n, inputs*n, index, t.Functions)
			}
			at, out = at[n*(1<<t.Width()-1):], out[n*len(t.Functions):]
		}
	}
	comp := k.reshare(net, 2, resharing, part, k.elements(functions*n))
	out := make([]mpc.Share, len(tables))
	from := 0
	for i, t := range tables {
		to := from + n*len(t.Functions)
		shape := append([]int{len(t.Functions)}, t.Bits.Shape[1:]...)
		out[i] = mpc.Share{Elem: elem, Shape: shape}
		for _, c := range comp {
			out[i].Comp = append(out[i].Comp, k.ring.Range(c, from, to))
		}
		from = to
	}
	return out
}

// index is what this role knows of the numbers.
func (k *Kernel) index(t mpc.Table, known int) []uint64 {
	bits := k.ring.Low(k.half(t.Bits, known))
	n := t.Numbers()
	out := make([]uint64, n)
	ring.Split(n, func(lo, hi int) {
		for j := range t.Width() {
			for i := lo; i < hi; i++ {
				out[i] |= bits[j*n+i] << (j & 63)
			}
		}
	})
	return out
}

// choices says in out of each value but 0, one after the other, which elements
// of index have it.
func choices(out, index []uint64) {
	n := len(index)
	ring.Split(n, func(lo, hi int) {
		for v, rest := uint64(1), out; len(rest) > 0; v, rest = v+1, rest[n:] {
			row := rest[lo:hi]
			for i, at := range index[lo:hi] {
				row[i] = ((at ^ v) - 1) >> 63
			}
		}
	})
}

// maxValues bounds the numbers of a table.
const maxValues = 128

// lookUp computes this role's parts of functions, from its parts of choices.
// Role 1 adds the one that all choices come to.
func (k *Kernel) lookUp(out, choices, index []uint64, functions [][]uint64) {
	n, values := len(index), len(functions[0])
	var one uint64
	if k.role == 1 {
		one = 1
	}
	ring.Split(n, func(lo, hi int) {
		var buffer [maxValues]uint64
		part := buffer[:values]
		for i := lo; i < hi; i++ {
			part[0] = one
			for v := 1; v < values; v++ {
				part[v] = choices[(v-1)*n+i]
				part[0] -= part[v]
			}
			reorder(part, index[i])
			for f, table := range functions {
				var sum uint64
				for v, p := range part {
					sum += p * table[v]
				}
				out[f*n+i] = sum
			}
		}
	})
}

// lookUpWide is lookUp of 128-bit elements: out and choices begin in low planes
// of so many words.
func (k *Kernel) lookUpWide(out, choices []uint64, outPlane, plane int, index []uint64, functions [][]uint64) {
	n, values := len(index), len(functions[0])
	var one uint64
	if k.role == 1 {
		one = 1
	}
	ring.Split(n, func(lo, hi int) {
		var low, high [maxValues]uint64
		for i := lo; i < hi; i++ {
			first := ring.Natural(one)
			for v := 1; v < values; v++ {
				at := (v-1)*n + i
				low[v], high[v] = choices[at], choices[plane+at]
				first = first.Sub(ring.Number{Low: low[v], High: high[v]})
			}
			low[0], high[0] = first.Low, first.High
			reorder(low[:values], index[i])
			reorder(high[:values], index[i])
			for f, table := range functions {
				var sum ring.Number
				for v, c := range table {
					sum = sum.Add(ring.Number{Low: low[v], High: high[v]}.Mul(ring.Integer(int64(c))))
				}
				out[f*n+i], out[outPlane+f*n+i] = sum.Low, sum.High
			}
		}
	})
}

// reorder moves element v to v ^ at, in the same time whatever at is.
func reorder(part []uint64, at uint64) {
	for bit := 1; bit < len(part); bit *= 2 {
		mask := -(at & 1)
		at >>= 1
		for block := 0; block < len(part); block += 2 * bit {
			low, high := part[block:block+bit], part[block+bit:block+2*bit]
			for v := range low {
				t := (low[v] ^ high[v]) & mask
				low[v] ^= t
				high[v] ^= t
			}
		}
	}
}
