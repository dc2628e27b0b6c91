package mpc

// The Engine: one operation of a program is one call. An operation may call
// the kernel several times; each call has streams of its own.

import (
	"errors"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/prg"
)

// An Engine carries out secure operations for one player. Bytes and rounds
// in its comments are in terms of its kernel's calls.
type Engine struct {
	k     Kernel
	width int // of comparisons; 0: what the types of the operands say
}

// New returns the engine over a protocol.
func New(k Kernel) *Engine { return &Engine{k: k} }

// Within is the engine with comparisons, minima, maxima and absolute values of
// numbers on so many bits: those that hold the difference of the operands,
// whichever is taken from the other, (of Abs the operand) in two's complement
// or, for Eq and Ne, its absolute value.
func (e *Engine) Within(width int) *Engine { return &Engine{e.k, width} }

// bits is the width of a comparison, given that of its types.
func (e *Engine) bits(most int) int {
	if e.width > 0 {
		return e.width
	}
	return most
}

// Share shares x from this player: Deal.
func (e *Engine) Share(net Net, x clear.Tensor) Share { return e.k.Deal(net, x) }

// Shared is Share at the other computing players.
func (e *Engine) Shared(net Net, from int, t clear.Type, shape ...int) Share {
	return e.k.Dealt(net, from, t, shape)
}

// Refresh returns fresh shares of x: Refresh.
func (e *Engine) Refresh(net Net, x Operand) Share { return e.k.Refresh(net, e.share(x)) }

// Open opens x to the players in to: Open.
func (e *Engine) Open(net Net, x Share, to ...int) clear.Tensor { return e.k.Open(net, x, to) }

// Opened is Open at a receiver that computes nothing.
func (e *Engine) Opened(net Net, t clear.Type, shape ...int) clear.Tensor {
	return e.k.Opened(net, t, shape)
}

// Draw returns uniform random bits that no player knows: no communication.
func (e *Engine) Draw(net Net, shape ...int) Share { return e.k.Draw(net, shape) }

// An operation is one call of an Engine method.
type operation struct {
	*Engine
	net   Net
	calls prg.Purpose
}

func (e *Engine) begin(net Net) *operation { return &operation{Engine: e, net: net} }

// next is the Net of the operation's next kernel call.
func (o *operation) next() Net {
	if o.calls == prg.Purposes/MaxPurpose-1 {
		abort.Now(errors.New("cannot number the random streams of an operation: too many calls"))
	}
	o.calls++
	return call{o.net, o.calls}
}

// A call keeps the streams of one kernel call apart from those of the others.
type call struct {
	Net
	number prg.Purpose
}

func (c call) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	return c.Net.Stream(set, c.number*MaxPurpose+purpose)
}

// public returns the shares of a value that everybody holds.
func (e *Engine) public(x clear.Tensor) Share {
	data := Vector(e.k.Modulus(), x)
	zero := Share{x.Elem, x.Shape, make([][]uint64, e.k.Components())}
	none := make([]uint64, len(data))
	for i := range zero.Comp {
		zero.Comp[i] = none
	}
	return e.k.AddPublic(zero, data)
}

// Components is the number of vectors in a Share.
func (e *Engine) Components() int { return e.k.Components() }

// AsShare returns shares of an operand; of one in clear they hide nothing.
func (e *Engine) AsShare(x Operand) Share { return e.share(x) }

// share returns an operand as a Share.
func (e *Engine) share(x Operand) Share {
	if s, ok := x.(Share); ok {
		return s
	}
	return e.public(x.(clear.Tensor))
}

// as returns x under another element type: the same ring elements.
func (x Share) as(t clear.Type) Share { return Share{t, x.Shape, x.Comp} }

// in returns x with another shape of as many elements.
func (x Share) in(shape []int) Share { return Share{x.Elem, shape, x.Comp} }
