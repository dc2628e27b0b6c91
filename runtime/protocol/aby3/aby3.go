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

// AddPublic adds c to component 0; no communication.
func (k *Kernel) AddPublic(x mpc.Share, c []uint64) mpc.Share {
	comp := [][]uint64{x.Comp[0], x.Comp[1]}
	if i := k.place(0); i >= 0 {
		comp[i] = make([]uint64, len(x.Comp[i]))
		if one := k.ring.Planes(); len(c) == one && x.Elem != clear.Bool {
			k.ring.AddConst(comp[i], x.Comp[i], ring.Number{Low: c[0], High: c[one-1]})
		} else {
			k.groupOf(x).add(comp[i], x.Comp[i], c)
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
	k.send(net, -1, g.encode(z))
	return [][]uint64{z, g.decode(k.recv(net, 1, g.size()))}
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
	return g.drawWith(net.Stream(k.holders(c), p), func(m []uint64, lo, hi int) { g.sub(t[lo:hi], t[lo:hi], m) })
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
			rest := make([]uint64, g.words())
			first := g.drawWith(stream(i), func(m []uint64, lo, hi int) { g.sub(rest[lo:hi], x[i][lo:hi], m) })
			comp[i] = [][]uint64{first, rest}
			message = append(message, g.encode(rest))
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
			message = append(message, g.encode(x[i]))
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
		total += g.size()
	}
	message := k.recv(net, distance, total)
	var out [][]uint64
	for _, g := range gs {
		out = append(out, g.decode(message[:g.size()]))
		message = message[g.size():]
	}
	return out
}

// exchange adds to what the role at a distance has t, which is sent to it.
func (k *Kernel) exchange(net mpc.Net, distance int, t []uint64, g group) []uint64 {
	k.send(net, distance, g.encode(t))
	theirs := g.decode(k.recv(net, distance, g.size()))
	g.add(theirs, theirs, t)
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

// A group says how values are added and how they travel: count elements
// modulo 2^width, or count vectors of width packed bits each, added by
// exclusive or. On the wire there are no gaps, up to a whole byte at the end;
// of elements of more than 64 bits, the low words come first.
type group struct {
	count, width int
	packed       bool
}

// elements is the group of n elements modulo 2^width. In memory they are those
// of a ring, of which the lowest width bits matter.
func elements(n, width int) group { return group{count: n, width: width} }

// bits is the group of count vectors of n bits.
func bits(count, n int) group { return group{count: count, width: n, packed: true} }

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

// wide tells that elements have two planes.
func (g group) wide() bool { return !g.packed && g.width > 64 }

// ring is what elements are computed in.
func (g group) ring() ring.Modulus {
	if g.wide() {
		return ring.Z128
	}
	return ring.Z64
}

func (g group) words() int {
	if g.packed {
		return g.count * ring.Words(g.width)
	}
	return g.ring().Planes() * g.count
}

// size is the number of bytes on the wire.
func (g group) size() int { return ring.PackedSize(g.count, g.width) }

func (g group) add(dst, x, y []uint64) {
	if g.packed {
		ring.Xor(dst, x, y)
	} else {
		g.ring().Add(dst, x, y)
	}
}

func (g group) sub(dst, x, y []uint64) {
	if g.packed {
		ring.Xor(dst, x, y)
	} else {
		g.ring().Sub(dst, x, y)
	}
}

func (g group) draw(s *prg.Stream) []uint64 {
	return g.drawWith(s, func([]uint64, int, int) {})
}

// drawWith draws, and has then use what is drawn while it is in the cache:
// words lo to hi.
func (g group) drawWith(s *prg.Stream, then func(drawn []uint64, lo, hi int)) []uint64 {
	if g.wide() {
		out := s.Words(g.words())
		then(out, 0, len(out))
		return out
	}
	out := make([]uint64, g.words())
	m := g.take(s)
	pass(len(out), func(first int) func(s *scratch, lo, hi int) {
		fill := m.from(first)
		return func(s *scratch, lo, hi int) {
			fill(out[lo:hi], s)
			g.clearTail(out, lo, hi)
			then(out[lo:hi], lo, hi)
		}
	})
	return out
}

// hide subtracts from x what is drawn.
func (g group) hide(s *prg.Stream, x []uint64) {
	if g.wide() {
		g.sub(x, x, s.Words(g.words()))
		return
	}
	m := g.take(s)
	pass(len(x), func(first int) func(s *scratch, lo, hi int) {
		fill := m.from(first)
		return func(s *scratch, lo, hi int) {
			drawn := s.of(0, lo, hi)
			fill(drawn, s)
			g.sub(x[lo:hi], x[lo:hi], drawn)
			g.clearTail(x, lo, hi)
		}
	})
}

// take sets a mask aside: packed bits as whole words, elements without gaps.
func (g group) take(s *prg.Stream) mask {
	if g.packed {
		return mask{s.Take(g.words()), 64}
	}
	return mask{s.Take(ring.Words(g.count * g.width)), g.width}
}

// clearTails zeroes the unused bits of packed vectors.
func (g group) clearTails(x []uint64) { g.clearTail(x, 0, len(x)) }

// clearTail is clearTails for words lo to hi: of vectors that end there.
func (g group) clearTail(x []uint64, lo, hi int) {
	if !g.packed || g.width%64 == 0 {
		return
	}
	w := ring.Words(g.width)
	for end := (lo/w + 1) * w; end <= hi; end += w {
		ring.ClearTail(x[end-w:end], g.width)
	}
}

// permute returns rows at the places of at; a tensor has as many rows as at.
func (g group) permute(x []uint64, at []uint32) []uint64 {
	n := len(at)
	if g.packed {
		return ring.BitRows(x, at, n, g.width/max(1, n))
	}
	return g.ring().Rows(x, at, g.count/max(1, n))
}

func (g group) encode(x []uint64) []byte {
	switch {
	case g.packed:
		return ring.PackBits(x, g.width)
	case g.width%64 == 0:
		return ring.Bytes(x)
	case g.wide():
		return slices.Concat(ring.Bytes(x[:g.count]), ring.Pack(x[g.count:], g.width-64))
	}
	return ring.Pack(x, g.width)
}

func (g group) decode(b []byte) []uint64 {
	switch {
	case g.packed:
		return ring.UnpackBits(b, g.count, g.width)
	case g.width%64 == 0:
		return ring.FromBytes(b)
	case g.wide():
		return slices.Concat(ring.FromBytes(b[:8*g.count]), ring.Unpack(b[8*g.count:], g.count, g.width-64))
	}
	return ring.Unpack(b, g.count, g.width)
}
