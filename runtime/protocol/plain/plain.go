// Package plain is computation by one player that holds everything in clear:
// for debugging, and to measure what security costs. It hides nothing.
//
// A Share has one component, the value itself. Sharing and opening cost one
// round and the value's bytes (8 an element whatever the ring, bits packed) for
// each player that takes part and is not the computing one; all else is free.
package plain

import (
	crand "crypto/rand"
	"math/rand/v2"
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// Kernel is one player's part.
type Kernel struct {
	self, role int // role: the computing player
	ring       ring.Modulus
}

var _ mpc.Kernel = Kernel{}

// New returns the kernel of a player; roles has one.
func New(r ring.Modulus, self int, roles []int) Kernel { return Kernel{self, roles[0], r} }

// Modulus is the ring.
func (k Kernel) Modulus() ring.Modulus { return k.ring }

// KeySets is empty: nothing is random.
func KeySets(roles []int, dealers []int) []prg.Set { return nil }

func (k Kernel) Deal(net mpc.Net, x clear.Tensor) mpc.Share {
	if k.self != k.role {
		net.Stage()
		net.Send(k.role, encode(x))
		return mpc.Share{}
	}
	return share(x.Elem, x.Shape, mpc.Vector(k.ring, x))
}

func (k Kernel) Dealt(net mpc.Net, from int, elem clear.Type, shape []int) mpc.Share {
	x := mpc.Value(elem, shape, k.receive(net, from, elem, shape))
	return share(elem, shape, mpc.Vector(k.ring, x))
}

func (k Kernel) Open(net mpc.Net, x mpc.Share, to []int) clear.Tensor {
	v := mpc.Value(x.Elem, x.Shape, x.Comp[0])
	if slices.ContainsFunc(to, func(p int) bool { return p != k.self }) {
		net.Stage()
	}
	for _, p := range to {
		if p != k.self {
			net.Send(p, encode(v))
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
	return share(clear.Bool, shape, mpc.Vector(k.ring, clear.RandomBits(shape...)))
}

func (k Kernel) Components() int { return 1 }

func (k Kernel) AddPublic(x mpc.Share, c []uint64) mpc.Share {
	one := k.ring.Planes()
	switch {
	case x.Elem == clear.Bool:
		return apply(ring.Xor, x, c)
	case len(c) == one:
		return apply(func(dst, x, _ []uint64) { k.ring.AddConst(dst, x, ring.Number{Low: c[0], High: c[one-1]}) }, x, x.Comp[0])
	}
	return apply(k.ring.Add, x, c)
}

func (k Kernel) Mul(_ mpc.Net, x, y mpc.Share, shift int) mpc.Share {
	z := apply(k.ring.Mul, x, y.Comp[0])
	k.ring.ShiftRightSigned(z.Comp[0], z.Comp[0], shift)
	return z
}

func (k Kernel) Inner(_ mpc.Net, x, y, c mpc.Share, shift int) mpc.Share {
	products := apply(k.ring.Mul, x, y.Comp[0])
	z := k.ring.Sum(products.Comp[0], 1, x.Shape[0], mpc.Count(x.Shape[1:]))
	if len(c.Comp) > 0 {
		k.ring.Add(z, z, c.Comp[0])
	}
	k.ring.ShiftRightSigned(z, z, shift)
	return share(x.Elem, x.Shape[1:], z)
}

func (k Kernel) Bilinear(_ mpc.Net, x, y mpc.Share, f mpc.Bilinear, shift int) mpc.Share {
	z := make([]uint64, k.ring.Planes()*mpc.Count(f.Shape))
	f.Add(z, x.Comp[0], y.Comp[0])
	k.ring.ShiftRightSigned(z, z, shift)
	return share(x.Elem, f.Shape, z)
}

func (k Kernel) Truncate(_ mpc.Net, x mpc.Share, m int) mpc.Share {
	z := make([]uint64, len(x.Comp[0]))
	k.ring.ShiftRightSigned(z, x.Comp[0], m)
	return share(x.Elem, x.Shape, z)
}

// DivPublic rounds toward minus infinity.
func (k Kernel) DivPublic(_ mpc.Net, x mpc.Share, d []uint64) mpc.Share {
	z := make([]uint64, len(x.Comp[0]))
	k.ring.DivideSigned(z, x.Comp[0], d)
	return share(x.Elem, x.Shape, z)
}

func (k Kernel) And(_ mpc.Net, x, y mpc.Share) mpc.Share { return apply(ring.And, x, y.Comp[0]) }

func (k Kernel) Negative(_ mpc.Net, x mpc.Share, width int) mpc.Share {
	return share(clear.Bool, x.Shape, k.slices(x, width)[(width-1)*ring.Words(x.Len()):])
}

func (k Kernel) IsZero(_ mpc.Net, x mpc.Share, width int) mpc.Share {
	any, words := make([]uint64, ring.Words(x.Len())), k.slices(x, width)
	for i, w := range words {
		any[i%len(any)] |= w
	}
	for i := range any {
		any[i] = ^any[i]
	}
	ring.ClearTail(any, x.Len())
	return share(clear.Bool, x.Shape, any)
}

// slices are the lowest bits of all elements, a vector each.
func (k Kernel) slices(x mpc.Share, width int) []uint64 { return k.ring.SlicesOf(x.Comp[0], width) }

func (k Kernel) Bits(_ mpc.Net, x mpc.Share, width int) mpc.Share {
	n := x.Len()
	joined := ring.UnpackBits(ring.PackBits(k.slices(x, width), n), 1, width*n)
	return share(clear.Bool, append([]int{width}, x.Shape...), joined)
}

func (k Kernel) BitsToRing(_ mpc.Net, b mpc.Share, elem clear.Type) mpc.Share {
	return share(elem, b.Shape, k.numbers(b))
}

// numbers are bits as ring elements.
func (k Kernel) numbers(b mpc.Share) []uint64 {
	return k.ring.Extend(ring.Elements(b.Comp[0], b.Len()), false)
}

func (k Kernel) Tables(_ mpc.Net, elem clear.Type, tables ...mpc.Table) []mpc.Share {
	out := make([]mpc.Share, len(tables))
	for i, t := range tables {
		n := t.Numbers()
		bits := ring.Elements(t.Bits.Comp[0], t.Bits.Len())
		negative := make([]uint64, n)
		if t.Signed() {
			negative = ring.Elements(t.Sign.Comp[0], n)
		}
		z := make([]uint64, 0, n*len(t.Functions))
		for _, f := range t.Functions {
			for e := range n {
				at := uint64(0)
				for j := range t.Width() {
					at |= bits[j*n+e] << j
				}
				z = append(z, f[at]*(1-2*negative[e]))
			}
		}
		out[i] = share(elem, append([]int{len(t.Functions)}, t.Bits.Shape[1:]...), k.ring.Extend(z, true))
	}
	return out
}

func (k Kernel) SelectBits(_ mpc.Net, b, x mpc.Share) mpc.Share {
	return apply(k.ring.Mul, x, k.numbers(b))
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
		n := t.Len() / max(1, len(at))
		if t.Elem == clear.Bool {
			out[i] = share(t.Elem, t.Shape, ring.BitRows(t.Comp[0], at, len(at), n))
		} else {
			out[i] = share(t.Elem, t.Shape, k.ring.Rows(t.Comp[0], at, n))
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

func encode(x clear.Tensor) []byte {
	if x.Elem == clear.Bool {
		return ring.PackBits(ring.Bits(x.Data), len(x.Data))
	}
	return ring.Bytes(x.Data)
}
