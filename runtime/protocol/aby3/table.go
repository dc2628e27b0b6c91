package aby3

// Functions of numbers of a few bits, by tables. As in bits.go role 0 knows
// e = b0 ^ b1 and roles 1 and 2 know b2. Role 0 inputs which of its values e
// has; permuted by b2, this says which of them b has, and every function of b is
// a sum of it. A sign goes with it: what role 0 knows of it negates its inputs,
// what the others know the sums.

import (
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Tables looks up numbers of k bits in tables of m functions: 8 (2^k - 1) + 16 m
// bytes a number, 8 more where it has a sign, of all tables together; two rounds. It
// relies on masks of the input and of the resharing (the input of which value it is, and
// a permutation by what the others know, as in Mohassel and Rindal 2018 for a bit).
// Each role sees one message, masked by what the other two draw: role 1 the input,
// roles 1 and 2 the other's part of a fresh component.
func (k *Kernel) Tables(net mpc.Net, elem clear.Type, tables ...mpc.Table) []mpc.Share {
	n := tables[0].Numbers()
	known := k.place(2)
	values, functions := 0, 0
	all := make([]lookup, len(tables))
	for i, t := range tables {
		all[i] = k.lookup(t, known, values, functions)
		values += t.Values()
		functions += len(t.Functions)
	}
	c := k.choices(net, n, values, all)
	var part []uint64
	if known >= 0 {
		part = make([]uint64, k.ring.Planes()*functions*n)
		for _, l := range all {
			k.lookUp(part, functions*n, l, c)
		}
	}
	comp := k.reshare(net, 2, resharing, part, k.elements(functions*n))
	out := make([]mpc.Share, len(tables))
	for i, l := range all {
		from := l.function * n
		out[i] = mpc.Share{Elem: elem, Shape: append([]int{len(l.Functions)}, l.Bits.Shape[1:]...)}
		for _, c := range comp {
			out[i].Comp = append(out[i].Comp, k.ring.Range(c, from, from+len(l.Functions)*n))
		}
	}
	return out
}

// A lookup is one table of a call.
type lookup struct {
	mpc.Table
	value, function int        // its first, of all tables
	known           [][]uint64 // of each bit, what this role knows, as numbers
	sign            []uint64   // and of the sign, if there is one
}

func (k *Kernel) lookup(t mpc.Table, known, value, function int) lookup {
	l := lookup{Table: t, value: value, function: function}
	bits := k.half(t.Bits, known)
	for j := range t.Width() {
		l.known = append(l.known, k.ring.Range(bits, j*t.Numbers(), (j+1)*t.Numbers()))
	}
	if t.Signed() {
		l.sign = k.half(t.Sign, known)
	}
	return l
}

// choices are which value each number of role 0 has, in two parts that roles 1
// and 2 have: of each value a row of n elements. Role 1's came as a message, role 2
// draws its own where it is used.
type choices struct {
	n, values int
	received  []uint64
	drawn     prg.Taken
}

func (k *Kernel) choices(net mpc.Net, n, values int, all []lookup) choices {
	g, c := k.elements(values*n), choices{n: n, values: values}
	net.Stage()
	switch k.role {
	case 0:
		chosen := make([]uint64, g.Count)
		for _, l := range all {
			l.choose(chosen[l.value*n:], n)
		}
		chosen = k.ring.Extend(chosen, true)
		g.hide(net.Stream(k.holders(0), inputs), chosen)
		k.send(net, 1, g.Encode(chosen))
	case 1:
		c.received = g.Decode(k.recv(net, -1, g.Size()))
	case 2:
		c.drawn = net.Stream(k.holders(0), inputs).Take(g.Words())
	}
	return c
}

// rows returns what fills tiles of rows, of each row one tile after the other
// from an element on; of a ring of 128 bits, whole rows.
func (c choices) rows(first int) func(dst []uint64, row, lo int) {
	cursors := make([]*prg.Cursor, ring.Z128.Planes()*c.values)
	return func(dst []uint64, row, lo int) {
		for ; len(dst) > 0; row += c.values { // a plane
			part := dst[:min(len(dst), c.n-lo)]
			dst = dst[len(part):]
			if c.received != nil {
				copy(part, c.received[row*c.n+lo:])
				continue
			}
			if cursors[row] == nil {
				cursors[row] = c.drawn.From(row*c.n + first)
			}
			cursors[row].Fill(part)
		}
	}
}

// tableTile is the number of elements that are looked up at a time: those of all
// values stay in the cache.
const tableTile = 256

// eachTile goes through n elements on all cores, with memory for so many rows of
// a tile; those of a ring of 128 bits are one tile.
func (k *Kernel) eachTile(n, rows int, start func(first int) func(rows [][]uint64, lo, hi int)) {
	part := func(first, end, size int) {
		memory := loan(k.ring.Planes() * rows * size)
		defer loans.Put(memory)
		work, tile := start(first), make([][]uint64, rows)
		for lo := first; lo < end; lo += size {
			hi := min(lo+size, end)
			for i := range tile {
				words := k.ring.Planes() * (hi - lo)
				tile[i] = (*memory)[i*words : (i+1)*words]
			}
			work(tile, lo, hi)
		}
	}
	if k.ring != ring.Z64 {
		part(0, n, n)
		return
	}
	ring.Split(n, func(first, end int) { part(first, end, tableTile) })
}

// choose says in out, a row a value, which elements have it: 1, or -1 with the
// sign. A bit divides those that have the bits before it.
func (l lookup) choose(out []uint64, n int) {
	none := 1<<l.Width() - l.Values() // 0 has no row, if the others say it
	(&Kernel{ring: ring.Z64}).eachTile(n, 1, func(int) func(rows [][]uint64, lo, hi int) {
		return func(scratch [][]uint64, lo, hi int) {
			row := func(v int) []uint64 {
				if v < none {
					return scratch[0]
				}
				return out[(v-none)*n:][lo:hi]
			}
			one := row(0)
			for i := range one {
				one[i] = 1
			}
			if l.sign != nil {
				ring.NegateIf(one, one, l.sign[lo:hi])
			}
			for j, bit := range l.known {
				for v := range 1 << j {
					ring.Mul(row(v|1<<j), row(v), bit[lo:hi])
					ring.Sub(row(v), row(v), row(v|1<<j))
				}
			}
		}
	})
}

// lookUp sets its functions in out, of so many words a plane, to this role's
// parts, from its parts of the choices. Role 1 adds the one that all choices
// without a sign come to.
func (k *Kernel) lookUp(out []uint64, plane int, l lookup, c choices) {
	values := 1 << l.Width()
	k.eachTile(c.n, values+1, func(first int) func(rows [][]uint64, lo, hi int) {
		fill := c.rows(first)
		return func(rows [][]uint64, lo, hi int) {
			scratch, rows := rows[values], rows[:values]
			none := values - l.Values()
			for v := none; v < values; v++ {
				fill(rows[v], l.value+v-none, lo)
			}
			if none > 0 {
				k.remaining(rows)
			}
			for j, bit := range l.known {
				k.exchangeIf(rows, 1<<j, k.ring.Range(bit, lo, hi), scratch)
			}
			for f, table := range l.Functions {
				k.combine(scratch, rows, table)
				if l.sign != nil {
					k.ring.NegateIf(scratch, scratch, k.ring.Range(l.sign, lo, hi))
				}
				for p := range k.ring.Planes() {
					copy(out[p*plane+(l.function+f)*c.n+lo:], scratch[p*(hi-lo):(p+1)*(hi-lo)])
				}
			}
		}
	})
}

// remaining sets the first row to what the others leave of one.
func (k *Kernel) remaining(rows [][]uint64) {
	k.ring.Scale(rows[0], rows[1], ring.Integer(-1))
	for _, r := range rows[2:] {
		k.ring.Sub(rows[0], rows[0], r)
	}
	if k.role == 1 {
		k.ring.AddConst(rows[0], rows[0], ring.Natural(1))
	}
}

// exchangeIf exchanges row v and row v + distance where a bit is set, in the same
// time whatever it is.
func (k *Kernel) exchangeIf(rows [][]uint64, distance int, bit, scratch []uint64) {
	for v := range rows {
		if v&distance == 0 {
			low, high := rows[v], rows[v+distance]
			k.ring.Sub(scratch, high, low)
			k.ring.Mul(scratch, scratch, bit)
			k.ring.Add(low, low, scratch)
			k.ring.Sub(high, high, scratch)
		}
	}
}

// combine sets dst to the sum of rows, each as often as a public table says.
func (k *Kernel) combine(dst []uint64, rows [][]uint64, table []uint64) {
	k.ring.Scale(dst, rows[0], ring.Integer(int64(table[0])))
	for v, times := range table {
		if v > 0 && times != 0 {
			k.ring.ScaleAdd(dst, rows[v], ring.Integer(int64(times)))
		}
	}
}
