// Package aby3 is computation by three players on replicated shares,
// semi-honest, with at most one of them corrupt.
//
// A ring element is x = x0 + x1 + x2 modulo 2^64 or 2^128, a bit x0 ^ x1 ^ x2.
// Bytes are stated for elements of 64 bits; those of 128 take twice as many, but
// for openings, which concern the low words alone, and corrections. Role i
// holds the components x_i and x_{i+1}, in this order; so component c is held
// by role c, as its first, and by role c-1, as its second. Indices of roles
// and components are modulo 3.
//
// The two holders of a component share a key. A mask that both draw costs
// nothing, and hides a value from the third role. Messages of a round are all
// sent before any is received.
//
// Why a role learns nothing: but for an opening, each message that it receives
// is masked by a stream that it does not draw and that masks this message alone,
// so that it is uniform whatever else the role sees, and a simulator draws it.
// In rotate that is the mask of the component that the receiver lacks, in input
// component from, in reshare the one of the two masks that the receiver does not
// keep. An opening gives a role the component that it lacks: the value less its
// own two. Any other player gets x0 + x1 and x2; and x2 of each sharing and each
// result is uniform beside the value, or 0 where role 0 deals.
//
// Sources: Araki et al. 2016 (product with one element a player), Mohassel
// and Rindal 2018 (ABY3, replicated shares of bits and numbers), Dalskov,
// Escudero and Keller 2020 and Escudero et al. 2020 (truncation without
// wrap), Araki et al. 2021 (shuffle); design/sim has the truncation, the choice by a bit and the
// comparison in a form that can be read in a minute.
package aby3

import (
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/vector"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The purposes of the random streams of one call.
const (
	dealing prg.Purpose = iota
	opening
	drawing
	product
	resharing
	masking
	permuting
	inputs              // and one more for each further vector
	tree   = inputs + 2 // and one more for each level
)

// Kernel is one player's part of the protocol.
type Kernel struct {
	self  int    // player
	role  int    // 0, 1 or 2; -1 at a player that holds no shares
	roles [3]int // player of each role
	ring  ring.Modulus
	// sets are the holders of each component.
	sets [3]prg.Set
}

var _ mpc.Kernel = (*Kernel)(nil)

// New returns the kernel of a player, given the players of the three roles.
func New(r ring.Modulus, self int, roles []int) *Kernel {
	k := &Kernel{self: self, role: -1, roles: [3]int(roles), ring: r}
	for role, p := range roles {
		if p == self {
			k.role = role
		}
		k.sets[role] = prg.Of(k.player(role), k.player(role-1))
	}
	return k
}

// KeySets returns the sets of players that need a common key: the holders of
// each component, and each dealer that has no role with those of the first
// two components.
func KeySets(roles []int, dealers []int) []prg.Set {
	k := New(ring.Z64, -1, roles)
	sets := []prg.Set{k.holders(0), k.holders(1), k.holders(2)}
	for _, d := range dealers {
		if k.roleOf(d) < 0 {
			sets = append(sets, k.with(d, 0), k.with(d, 1))
		}
	}
	return sets
}

// Modulus is the ring.
func (k *Kernel) Modulus() ring.Modulus { return k.ring }

// roleOf is a player's role, or -1.
func (k *Kernel) roleOf(player int) int { return slices.Index(k.roles[:], player) }

// Components is 2.
func (k *Kernel) Components() int { return 2 }

// AddPublic adds c to component 0 at its two holders: no communication, no bytes
// (Araki et al. 2016).
func (k *Kernel) AddPublic(x mpc.Share, c []uint64) mpc.Share {
	comp := [][]uint64{x.Comp[0], x.Comp[1]}
	if i := k.place(0); i >= 0 {
		comp[i] = make([]uint64, len(x.Comp[i]))
		if one := k.ring.Planes(); len(c) == one && x.Elem != clear.Bool {
			k.ring.AddConst(comp[i], x.Comp[i], ring.Number{Low: c[0], High: c[one-1]})
		} else {
			k.groupOf(x).Add(comp[i], x.Comp[i], c)
		}
	}
	return mpc.Share{Elem: x.Elem, Shape: x.Shape, Comp: comp}
}

// place is where this role keeps component c: 0, 1, or -1 for nowhere.
func (k *Kernel) place(c int) int {
	switch mod3(c - k.role) {
	case 0:
		return 0
	case 1:
		return 1
	}
	return -1
}

// player is who has role r.
func (k *Kernel) player(r int) int { return k.roles[mod3(r)] }

// holders is the set of the two players that hold component c.
func (k *Kernel) holders(c int) prg.Set { return k.sets[mod3(c)] }

// with is the set of a dealer and the holders of component c.
func (k *Kernel) with(dealer, c int) prg.Set {
	return prg.Of(dealer, k.player(c), k.player(c-1))
}

// mask draws what the holders of component c have in common.
func (k *Kernel) mask(net mpc.Net, c int, p prg.Purpose, g group) []uint64 {
	return g.draw(net.Stream(k.holders(c), p))
}

// rotate makes replicated shares of parts that add up to the value: each role
// sends its part to the one before it. One round, an element a role.
func (k *Kernel) rotate(net mpc.Net, z []uint64, g group) [][]uint64 {
	net.Stage()
	k.send(net, -1, g.Encode(z))
	return [][]uint64{z, g.Decode(k.recv(net, 1, g.Size()))}
}

// reshare makes replicated shares of t + t', parts that the two holders of
// component j know: the other two components are masks, and the holders send
// each other what remains. One round, two elements. The third role, which
// holds the masks, gives no part.
func (k *Kernel) reshare(net mpc.Net, j int, p prg.Purpose, t []uint64, g group) [][]uint64 {
	net.Stage()
	switch mod3(k.role - j) {
	case 0:
		after := k.maskFrom(net, j+1, p, t, g)
		return [][]uint64{k.exchange(net, -1, t, g), after}
	case 2:
		before := k.maskFrom(net, j-1, p, t, g)
		return [][]uint64{before, k.exchange(net, 1, t, g)}
	}
	return [][]uint64{k.mask(net, j+1, p, g), k.mask(net, j-1, p, g)}
}

// maskFrom subtracts from t what the holders of component c have in common,
// and returns that.
func (k *Kernel) maskFrom(net mpc.Net, c int, p prg.Purpose, t []uint64, g group) []uint64 {
	return g.drawWith(net.Stream(k.holders(c), p), func(m []uint64, lo, hi int) { g.Sub(t[lo:hi], t[lo:hi], m) })
}

// input makes shares of vectors that role from alone knows, each in a group:
// component from is a mask, component from+1 goes to its other holder, all in
// one message, and component from+2 is zero, which is nil here. It returns this
// role's components of each. One round, an element a vector.
func (k *Kernel) input(net mpc.Net, from int, gs []group, x ...[]uint64) [][][]uint64 {
	net.Stage()
	comp := make([][][]uint64, len(gs))
	stream := func(i int) *prg.Stream { return net.Stream(k.holders(from), inputs+prg.Purpose(i)) }
	switch mod3(k.role - from) {
	case 0:
		var message [][]byte
		for i, g := range gs {
			rest := make([]uint64, g.Words())
			first := g.drawWith(stream(i), func(m []uint64, lo, hi int) { g.Sub(rest[lo:hi], x[i][lo:hi], m) })
			comp[i] = [][]uint64{first, rest}
			message = append(message, g.Encode(rest))
		}
		k.send(net, 1, message...)
	case 1:
		for i, rest := range k.receive(net, -1, gs) {
			comp[i] = [][]uint64{rest, nil}
		}
	case 2:
		for i := range gs {
			comp[i] = [][]uint64{nil, gs[i].draw(stream(i))}
		}
	}
	return comp
}

// hand gives roles 1 and 2 two parts of vectors of a group that role 0 alone
// knows, and loses: it has a mask in common with role 2, and sends the rest of all
// to role 1. One round, an element a vector.
func (k *Kernel) hand(net mpc.Net, g group, x ...[]uint64) [][]uint64 {
	net.Stage()
	stream := func(i int) *prg.Stream { return net.Stream(k.holders(0), inputs+prg.Purpose(i)) }
	switch k.role {
	case 0:
		var message [][]byte
		for i := range x {
			g.hide(stream(i), x[i])
			message = append(message, g.Encode(x[i]))
		}
		k.send(net, 1, message...)
	case 1:
		return k.receive(net, -1, slices.Repeat([]group{g}, len(x)))
	case 2:
		for i := range x {
			x[i] = g.draw(stream(i))
		}
		return x
	}
	return make([][]uint64, len(x))
}

// receive takes one message of several vectors.
func (k *Kernel) receive(net mpc.Net, distance int, gs []group) [][]uint64 {
	total := 0
	for _, g := range gs {
		total += g.Size()
	}
	message := k.recv(net, distance, total)
	var out [][]uint64
	for _, g := range gs {
		out = append(out, g.Decode(message[:g.Size()]))
		message = message[g.Size():]
	}
	return out
}

// exchange adds to what the role at a distance has t, which is sent to it.
func (k *Kernel) exchange(net mpc.Net, distance int, t []uint64, g group) []uint64 {
	k.send(net, distance, g.Encode(t))
	theirs := g.Decode(k.recv(net, distance, g.Size()))
	g.Add(theirs, theirs, t)
	return theirs
}

// send and recv address a role by its distance.
func (k *Kernel) send(net mpc.Net, distance int, parts ...[]byte) {
	net.Send(k.player(k.role+distance), parts...)
}

func (k *Kernel) recv(net mpc.Net, distance, size int) []byte {
	return net.Recv(k.player(k.role+distance), size)
}

func mod3(i int) int { return ((i % 3) + 3) % 3 }

// A group is that of vectors, which draws its masks in tiles.
type group struct{ vector.Group }

func elements(n, width int) group { return group{vector.Elements(n, width)} }
func bits(count, n int) group     { return group{vector.Bits(count, n)} }

// groupOf is the group of a tensor's components.
func (k *Kernel) groupOf(x mpc.Operand) group {
	n := mpc.Count(x.Dims())
	if x.Type() == clear.Bool {
		return bits(1, n)
	}
	return k.elements(n)
}

// elements is the group of n ring elements.
func (k *Kernel) elements(n int) group { return elements(n, int(k.ring)) }

func (g group) draw(s *prg.Stream) []uint64 {
	return g.drawWith(s, func([]uint64, int, int) {})
}

// drawWith draws, and has then use what is drawn while it is in the cache:
// words lo to hi.
func (g group) drawWith(s *prg.Stream, then func(drawn []uint64, lo, hi int)) []uint64 {
	if g.Wide() {
		out := s.Words(g.Words())
		then(out, 0, len(out))
		return out
	}
	out := make([]uint64, g.Words())
	m := g.take(s)
	pass(len(out), func(first int) func(s *scratch, lo, hi int) {
		fill := m.from(first)
		return func(s *scratch, lo, hi int) {
			fill(out[lo:hi], s)
			g.ClearTail(out, lo, hi)
			then(out[lo:hi], lo, hi)
		}
	})
	return out
}

// hide subtracts from x what is drawn.
func (g group) hide(s *prg.Stream, x []uint64) {
	if g.Wide() {
		g.Sub(x, x, s.Words(g.Words()))
		return
	}
	m := g.take(s)
	pass(len(x), func(first int) func(s *scratch, lo, hi int) {
		fill := m.from(first)
		return func(s *scratch, lo, hi int) {
			drawn := s.of(0, lo, hi)
			fill(drawn, s)
			g.Sub(x[lo:hi], x[lo:hi], drawn)
			g.ClearTail(x, lo, hi)
		}
	})
}

// take sets a mask aside: packed bits as whole words, elements without gaps.
func (g group) take(s *prg.Stream) mask {
	if g.Packed {
		return mask{s.Take(g.Words()), 64}
	}
	return mask{s.Take(ring.Words(g.Count * g.Width)), g.Width}
}
