// Package plain is computation by one player that holds everything in clear:
// for debugging, and to measure what security costs. It hides nothing.
//
// A Share has one component, the value itself. Sharing and opening cost one
// round and the value's bytes (8 an element, bits packed) for each player
// that takes part and is not the computing one; everything else is free.
package plain

import (
	crand "crypto/rand"
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Kernel is one player's part.
type Kernel struct{ self, role int } // role: the computing player

var _ mpc.Kernel = Kernel{}

// New returns the kernel of a player; roles has one.
func New(self int, roles []int) Kernel { return Kernel{self, roles[0]} }

// KeySets is empty: nothing is random.
func KeySets(roles []int, dealers []int) []prg.Set { return nil }

func (k Kernel) Deal(net mpc.Net, x clear.Tensor) mpc.Share {
	data := mpc.Vector(x)
	if k.self != k.role {
		net.Stage()
		net.Send(k.role, encode(data, x))
		return mpc.Share{}
	}
	return share(x.Elem, x.Shape, data)
}

func (k Kernel) Dealt(net mpc.Net, from int, elem clear.Type, shape []int) mpc.Share {
	return share(elem, shape, k.receive(net, from, elem, shape))
}

func (k Kernel) Open(net mpc.Net, x mpc.Share, to []int) clear.Tensor {
	v := mpc.Value(x.Elem, x.Shape, x.Comp[0])
	if slices.ContainsFunc(to, func(p int) bool { return p != k.self }) {
		net.Stage()
	}
	for _, p := range to {
		if p != k.self {
			net.Send(p, encode(mpc.Vector(v), x))
		}
	}
	if !slices.Contains(to, k.self) {
		return clear.Tensor{}
	}
	return v
}

func (k Kernel) Opened(net mpc.Net, elem clear.Type, shape []int) clear.Tensor {
	return mpc.Value(elem, shape, k.receive(net, k.role, elem, shape))
}

func (k Kernel) receive(net mpc.Net, from int, elem clear.Type, shape []int) []uint64 {
	n := mpc.Count(shape)
	net.Stage()
	if elem == clear.Bool {
		return ring.UnpackBits(net.Recv(from, ring.PackedSize(1, n)), 1, n)
	}
	return ring.FromBytes(net.Recv(from, 8*n))
}

// Refresh is x: there is nothing to hide.
func (k Kernel) Refresh(_ mpc.Net, x mpc.Share) mpc.Share { return x }

// Draw takes the system's random bits.
func (k Kernel) Draw(_ mpc.Net, shape []int) mpc.Share {
	return share(clear.Bool, shape, mpc.Vector(clear.RandomBits(shape...)))
}

func (k Kernel) Components() int { return 1 }

func (k Kernel) AddPublic(x mpc.Share, c []uint64) mpc.Share {
	switch {
	case x.Elem == clear.Bool:
		return apply(ring.Xor, x, c)
	case len(c) == 1:
		return apply(func(dst, x, _ []uint64) { ring.AddConst(dst, x, c[0]) }, x, x.Comp[0])
	}
	return apply(ring.Add, x, c)
}

func (k Kernel) Mul(_ mpc.Net, x, y mpc.Share, shift int) mpc.Share {
	z := apply(ring.Mul, x, y.Comp[0])
	ring.ShiftRightSigned(z.Comp[0], z.Comp[0], shift)
	return z
}

func (k Kernel) Inner(_ mpc.Net, x, y, c mpc.Share, shift int) mpc.Share {
	n := mpc.Count(x.Shape[1:])
	z := make([]uint64, n)
	if len(c.Comp) > 0 {
		copy(z, c.Comp[0])
	}
	for row := 0; row < len(x.Comp[0]); row += n {
		ring.MulAdd(z, x.Comp[0][row:row+n], y.Comp[0][row:row+n])
	}
	ring.ShiftRightSigned(z, z, shift)
	return share(x.Elem, x.Shape[1:], z)
}

func (k Kernel) MatMul(_ mpc.Net, x, y mpc.Share, n, inner, m, shift int) mpc.Share {
	z := make([]uint64, n*m)
	ring.MatMul(z, x.Comp[0], y.Comp[0], n, inner, m)
	ring.ShiftRightSigned(z, z, shift)
	return share(x.Elem, []int{n, m}, z)
}

func (k Kernel) Truncate(_ mpc.Net, x mpc.Share, m int) mpc.Share {
	z := make([]uint64, len(x.Comp[0]))
	ring.ShiftRightSigned(z, x.Comp[0], m)
	return share(x.Elem, x.Shape, z)
}

// DivPublic rounds toward minus infinity.
func (k Kernel) DivPublic(_ mpc.Net, x mpc.Share, d []uint64) mpc.Share {
	z := make([]uint64, len(x.Comp[0]))
	for i, v := range x.Comp[0] {
		q := v / d[i%len(d)]
		if int64(v) < 0 {
			q = ^(^v / d[i%len(d)])
		}
		z[i] = q
	}
	return share(x.Elem, x.Shape, z)
}

func (k Kernel) And(_ mpc.Net, x, y mpc.Share) mpc.Share { return apply(ring.And, x, y.Comp[0]) }

func (k Kernel) Negative(_ mpc.Net, x mpc.Share, width int) mpc.Share {
	return share(clear.Bool, x.Shape, ring.BitsAt(x.Comp[0], width-1))
}

func (k Kernel) IsZero(_ mpc.Net, x mpc.Share, width int) mpc.Share {
	z := make([]uint64, len(x.Comp[0]))
	for i, v := range x.Comp[0] {
		_, z[i] = bits.Sub64(v<<(64-width), 1, 0)
	}
	return share(clear.Bool, x.Shape, ring.Bits(z))
}

func (k Kernel) Bits(_ mpc.Net, x mpc.Share, width int) mpc.Share {
	all := make([]uint64, 0, width*len(x.Comp[0]))
	for i := range width {
		for _, v := range x.Comp[0] {
			all = append(all, v>>i&1)
		}
	}
	return share(clear.Bool, append([]int{width}, x.Shape...), ring.Bits(all))
}

func (k Kernel) BitsToRing(_ mpc.Net, b mpc.Share, elem clear.Type) mpc.Share {
	return share(elem, b.Shape, ring.Elements(b.Comp[0], b.Len()))
}

func (k Kernel) Tables(_ mpc.Net, elem clear.Type, tables ...mpc.Table) []mpc.Share {
	out := make([]mpc.Share, len(tables))
	for i, t := range tables {
		n := t.Numbers()
		bits := ring.Elements(t.Bits.Comp[0], t.Bits.Len())
		z := make([]uint64, 0, n*len(t.Functions))
		for _, f := range t.Functions {
			for e := range n {
				at := uint64(0)
				for j := range t.Width() {
					at |= bits[j*n+e] << j
				}
				z = append(z, f[at])
			}
		}
		out[i] = share(elem, append([]int{len(t.Functions)}, t.Bits.Shape[1:]...), z)
	}
	return out
}

func (k Kernel) SelectBits(_ mpc.Net, b, x mpc.Share) mpc.Share {
	return apply(ring.Mul, x, ring.Elements(b.Comp[0], b.Len()))
}

// Players is the computing player.
func (k Kernel) Players() []int { return []int{k.role} }

// Shuffle draws its permutations from the system's randomness.
func (k Kernel) Shuffle(_ mpc.Net, blocks, n int, x []mpc.Share) []mpc.Share {
	var seed [32]byte
	crand.Read(seed[:])
	r := rand.New(rand.NewChaCha8(seed))
	at := make([]uint32, 0, blocks*n)
	for b := range blocks {
		for _, i := range r.Perm(n) {
			at = append(at, uint32(b*n+i))
		}
	}
	out := make([]mpc.Share, len(x))
	for i, t := range x {
		k := t.Len() / max(1, len(at))
		if t.Elem == clear.Bool {
			out[i] = share(t.Elem, t.Shape, ring.BitRows(t.Comp[0], at, len(at), k))
		} else {
			out[i] = share(t.Elem, t.Shape, ring.Rows(t.Comp[0], at, k))
		}
	}
	return out
}

func share(elem clear.Type, shape []int, x []uint64) mpc.Share {
	return mpc.Share{Elem: elem, Shape: shape, Comp: [][]uint64{x}}
}

func apply(f func(dst, x, y []uint64), x mpc.Share, y []uint64) mpc.Share {
	z := make([]uint64, len(y))
	f(z, x.Comp[0], y)
	return share(x.Elem, x.Shape, z)
}

func encode(x []uint64, o mpc.Operand) []byte {
	if o.Type() == clear.Bool {
		return ring.PackBits(x, mpc.Count(o.Dims()))
	}
	return ring.Bytes(x)
}
