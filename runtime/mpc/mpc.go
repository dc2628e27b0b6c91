// Package mpc is secure computation on whole tensors: the Kernel that a
// protocol provides, and everything that is written once over it.
//
// An operation on a million elements is one call and one message a peer and
// round. All players of an operation call it with the same public arguments;
// nothing here branches on, indexes by or logs a share. An operation that
// cannot go on (a peer is gone, a message has the wrong length) ends the run
// by abort.Now; it never returns a wrong result.
package mpc

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A Share is one player's shares of a tensor. Arithmetic elements are ring
// vectors, one a component (aby3 holds two of three, plain one), as package ring
// has them: modulo 2^128, all low words and then all high words. A bool tensor
// is packed bits, 64 a word, element i at bit i mod 64 of word i / 64, unused
// bits zero. Shares are immutable.
type Share struct {
	Elem  clear.Type
	Shape []int
	Comp  [][]uint64
}

// Type and Dims make a Share an Operand.
func (x Share) Type() clear.Type { return x.Elem }
func (x Share) Dims() []int      { return x.Shape }

// Len is the number of elements.
func (x Share) Len() int { return Count(x.Shape) }

// maxElements bounds a tensor: sizes come from other players, and each alone
// is bounded in the set-up, but not their product.
const maxElements = 1 << 32

// Count is the number of elements of a shape. More than maxElements end the
// run, before memory is made for them.
func Count(shape []int) int {
	if slices.Contains(shape, 0) {
		return 0
	}
	n := uint64(1)
	for _, d := range shape {
		high, low := bits.Mul64(n, uint64(d))
		if high != 0 || low > maxElements {
			abort.Now(fmt.Errorf("cannot hold a tensor of shape %v: at most %d elements", shape, uint64(maxElements)))
		}
		n = low
	}
	return int(n)
}

// Vector is x in the form of a component.
func Vector(r ring.Modulus, x clear.Tensor) []uint64 {
	if x.Elem == clear.Bool {
		return ring.Bits(x.Data)
	}
	return numbers(r, x)
}

// numbers is x as ring elements; a bool is 0 or 1.
func numbers(r ring.Modulus, x clear.Tensor) []uint64 {
	return r.Extend(x.Data, x.Elem.Kind == clear.SignedKind || x.Elem.Kind == clear.FixedKind)
}

// Value is the inverse of Vector; ring elements, of which the low words are
// enough, are reduced to their type.
func Value(elem clear.Type, shape []int, x []uint64) clear.Tensor {
	n := Count(shape)
	if elem == clear.Bool {
		return clear.Tensor{Elem: elem, Shape: shape, Data: ring.Elements(x, n)}
	}
	carrier := elem
	carrier.Bits = 64
	return clear.Convert(clear.Tensor{Elem: carrier, Shape: shape, Data: x[:n]}, elem)
}

// An Operand of a secure operation is a Share, or a clear.Tensor that every
// player of the computation holds.
type Operand interface {
	Type() clear.Type
	Dims() []int
}

// A Net is what a protocol sees of a run: its peers, by player index, and the
// random streams of the current step. A test may be the Net of all players.
type Net interface {
	// Self is this player's index in the run.
	Self() int
	// Stage begins the next stage of a call, at all players of it alike: what
	// is sent in a stage is sent before anything is received in it. So calls
	// that do not depend on each other can share their rounds, stage by stage.
	Stage()
	// Send queues one message of this stage; parts must not change afterwards.
	Send(to int, parts ...[]byte)
	// Recv waits for one message of exactly size bytes.
	Recv(from int, size int) []byte
	// SendAhead is Send at a helper, of what depends on no data and was made before
	// it is needed; it comes before what the helper sends by Send in the stage.
	// RecvAhead receives that: also before something is sent in the same stage, since a
	// helper waits for nothing that is sent in it.
	SendAhead(to int, parts ...[]byte)
	RecvAhead(from int, size int) []byte
	// Stream is the pseudo-random stream that exactly the players of set
	// share, for this step, occurrence and purpose. Asking twice for the same
	// stream aborts the run: masks are used once.
	Stream(set prg.Set, purpose prg.Purpose) *prg.Stream
}

// A Kernel is one player's part of a protocol: at a computing player the
// whole interface, at any other player Deal and Opened only. A helper of a
// protocol counts as a computing player: it carries out the same calls.
//
// Ring elements are modulo 2^64 or 2^128, and R is the Room of that ring: 62 or
// 126. What a Kernel costs stands at the protocol.
// The streams that one call asks for have purposes below MaxPurpose.
type Kernel interface {
	// Deal shares x from this player; at a computing player it returns the
	// player's own shares, else the zero Share. Bool tensors become packed bits.
	Deal(net Net, x clear.Tensor) Share
	// Dealt is Deal at the other computing players.
	Dealt(net Net, from int, elem clear.Type, shape []int) Share

	// Open opens x to the players in to (indices, in order). Only the declared
	// element is opened: ring elements wider than it are masked by a random
	// multiple of 2^Bits first (spec.md, R5). Called at every computing
	// player; it returns the value at those that are in to.
	Open(net Net, x Share, to []int) clear.Tensor
	// Opened is Open at a receiver that is no computing player.
	Opened(net Net, elem clear.Type, shape []int) clear.Tensor

	// Refresh returns fresh shares of x, which tell nothing of the old ones.
	Refresh(net Net, x Share) Share
	// Draw returns shares of random bits that no player knows.
	Draw(net Net, shape []int) Share

	// Modulus is the ring.
	Modulus() ring.Modulus
	// Components is the number of vectors in a Share.
	Components() int
	// AddPublic adds the public ring vector c, or its one element to all (bools:
	// xors packed bits c).
	AddPublic(x Share, c []uint64) Share

	// Mul multiplies elementwise, operands of equal shape; shift > 0 truncates
	// the products, |x y| < 2^R, by shift bits.
	Mul(net Net, x, y Share, shift int) Share
	// Inner adds up products along the first dimension, and c to them; shift as
	// in Mul. Without components, c is zero.
	Inner(net Net, x, y, c Share, shift int) Share
	// Bilinear adds up products of elements of x and of y as f does; shift as in Mul.
	Bilinear(net Net, x, y Share, f Bilinear, shift int) Share
	// Truncate divides by 2^m, 0 < m < R: floor or ceiling, |x| < 2^R.
	Truncate(net Net, x Share, m int) Share
	// DivPublic divides element i by the positive public d[i] (or d[0] for
	// all): error below two units, |x| < 2^R.
	DivPublic(net Net, x Share, d []uint64) Share

	// And is the conjunction of packed bits.
	And(net Net, x, y Share) Share
	// Negative returns whether x < 0, as bits; x fits in width bits of two's
	// complement, 2 <= width <= R + 2.
	Negative(net Net, x Share, width int) Share
	// IsZero returns whether x is zero modulo 2^width, as bits.
	IsZero(net Net, x Share, width int) Share
	// Bits returns the lowest width bits of x, 2 <= width <= R + 2, as packed
	// bits along a new first dimension, the lowest first.
	Bits(net Net, x Share, width int) Share
	// BitsToRing converts packed bits to ring elements 0 and 1 of elem.
	BitsToRing(net Net, b Share, elem clear.Type) Share
	// Tables returns for each table its functions of its numbers, as elements of
	// elem along a first dimension. All tables have equally many numbers.
	Tables(net Net, elem clear.Type, tables ...Table) []Share
	// SelectBits returns b * x, b packed bits of x's shape.
	SelectBits(net Net, b, x Share) Share

	// Players are the computing players, in the order of their roles.
	Players() []int
	// Shuffle reads the elements of each tensor as blocks of n rows, and
	// permutes the rows of each block by a uniform permutation that no player
	// knows: the same for all tensors of x, another for each block.
	Shuffle(net Net, blocks, n int, x []Share) []Share
}

// A Bilinear map has a result of a shape, each element of which is a sum of products of
// an element of x and one of y. Add adds it to z; a vector may be a sum of shares.
type Bilinear struct {
	Shape []int
	Add   func(z, x, y []uint64)
}

// A Table is public functions of numbers, given by their bits: at most 7. With a
// Sign, they are negated where it is set.
type Table struct {
	Bits      Share      // packed, along the first dimension, the lowest first
	Functions [][]uint64 // of each the values at 0, 1, … 2^bits - 1, as int64
	Sign      Share      // packed; without components: none
}

// Signed tells whether the table has a Sign.
func (t Table) Signed() bool { return len(t.Sign.Comp) > 0 }

// Values is how many of a number's values tell the others, and the sign.
func (t Table) Values() int {
	if t.Signed() {
		return 1 << t.Width()
	}
	return 1<<t.Width() - 1
}

// Width is the number of bits of a number.
func (t Table) Width() int { return t.Bits.Shape[0] }

// Numbers is how many there are.
func (t Table) Numbers() int { return Count(t.Bits.Shape[1:]) }

// MaxPurpose bounds the purposes of one call of a Kernel.
const MaxPurpose prg.Purpose = 1 << 7
