package runtime

// The steps of a program: each is one operation of the engine, under the
// number that it has in every player's program.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// made ends the step that was begun last, with the shares that it made.
func (p *Party) made(x mpc.Share) mpc.Share {
	words := 0
	for _, c := range x.Comp {
		words += len(c)
	}
	p.recorder.End(uint64(8 * words))
	return x
}

// learned ends the step that was begun last, with a value in clear.
func (p *Party) learned(x clear.Tensor) clear.Tensor {
	p.recorder.End(uint64(8 * len(x.Data)))
	return x
}

// Begin and End stand around a step in clear of a recorded run: it is noted for
// this player alone. End takes the result, which may be nil.
func (p *Party) Begin(step int) { p.recorder.Begin(step, p.recorder.Next(step)) }

// End ends the step of the last Begin.
func (p *Party) End(result mpc.Operand) {
	x, _ := result.(clear.Tensor)
	p.learned(x)
}

// Share deals shares of x to the computing players; the result has a meaning
// at a computing player only.
func (p *Party) Share(step int, x clear.Tensor) mpc.Share {
	return p.made(p.engine.Share(p.at(step), x))
}

// Shared is Share at the computing players that do not deal.
func (p *Party) Shared(step int, from string, t clear.Type, shape ...int) mpc.Share {
	return p.made(p.engine.Shared(p.at(step), p.index(from), t, shape...))
}

// Refresh returns fresh shares of x.
func (p *Party) Refresh(step int, x mpc.Operand) mpc.Share {
	return p.made(p.engine.Refresh(p.at(step), x))
}

// Refreshed is Refresh at a helper, which has nothing of what the servers have kept.
func (p *Party) Refreshed(step int, t clear.Type, shape ...int) mpc.Share {
	return p.Refresh(step, mpc.Share{Elem: t, Shape: shape})
}

// Open opens x to the players named, at every computing player; the value has
// a meaning at those that are named.
func (p *Party) Open(step int, x mpc.Share, to ...string) clear.Tensor {
	return p.disclosed(step, p.learned(p.engine.Open(p.at(step), x, p.indices(to)...)), p.learnsFirst(step))
}

// Opened is Open at a receiver that computes nothing.
func (p *Party) Opened(step int, t clear.Type, shape ...int) clear.Tensor {
	return p.disclosed(step, p.learned(p.engine.Opened(p.at(step), t, shape...)), p.learnsFirst(step))
}

// Reveal sends a value in clear from its first holder: Bits of its type an
// element, without gaps.
func (p *Party) Reveal(step int, x clear.Tensor, to ...string) {
	net := p.at(step)
	message := packed(x)
	net.Stage()
	for _, player := range p.indices(to) {
		net.Send(player, message)
	}
	p.disclosed(step, p.learned(x), true)
	p.opening(net, mpc.Opening{Elem: x.Elem, Shape: x.Shape, To: p.indices(to)})
}

// Revealed is Reveal at a receiver.
func (p *Party) Revealed(step int, from string, t clear.Type, shape ...int) clear.Tensor {
	x := clear.Zero(t, shape...)
	net := p.at(step)
	net.Stage()
	b := net.Recv(p.index(from), ring.PackedSize(len(x.Data), t.Bits))
	x = clear.FromWords(t, shape, ring.Unpack(b, len(x.Data), t.Bits))
	p.opening(net, mpc.Opening{Elem: t, Shape: shape, To: []int{p.self}, Value: x})
	return p.disclosed(step, p.learned(x), false)
}

// packed is the elements of x without gaps.
func packed(x clear.Tensor) []byte { return ring.Pack(x.Data, x.Elem.Bits) }

// index returns the index of a player of the program.
func (p *Party) index(player string) int { return slices.Index(p.prog.Players, player) }

func (p *Party) indices(players []string) []int {
	out := make([]int, len(players))
	for i, name := range players {
		out[i] = p.index(name)
	}
	return out
}

// The operations in shares, at the computing players. Operands are shares or
// values that every computing player holds; shapes broadcast as in package
// clear. Rounds and bytes are the engine's: see package mpc.

func (p *Party) Neg(step int, x mpc.Operand) mpc.Share { return p.made(p.engine.Neg(p.at(step), x)) }
func (p *Party) Not(step int, x mpc.Operand) mpc.Share { return p.made(p.engine.Not(p.at(step), x)) }
func (p *Party) Reduce(step int, x mpc.Operand) mpc.Share {
	return p.made(p.engine.Reduce(p.at(step), x))
}
func (p *Party) Abs(step int, x mpc.Operand) mpc.Share {
	return p.made(p.comparing().Abs(p.at(step), x))
}

func (p *Party) Sqrt(step int, x mpc.Operand) mpc.Share { return p.made(p.engine.Sqrt(p.at(step), x)) }
func (p *Party) Rsqrt(step int, x mpc.Operand, least int) mpc.Share {
	return p.made(p.engine.Rsqrt(p.at(step), x, least))
}
func (p *Party) Exp(step int, x mpc.Operand) mpc.Share { return p.made(p.engine.Exp(p.at(step), x)) }
func (p *Party) Log(step int, x mpc.Operand) mpc.Share { return p.made(p.engine.Log(p.at(step), x)) }
func (p *Party) Sigmoid(step int, x mpc.Operand) mpc.Share {
	return p.made(p.engine.Sigmoid(p.at(step), x))
}
func (p *Party) Tanh(step int, x mpc.Operand) mpc.Share { return p.made(p.engine.Tanh(p.at(step), x)) }

func (p *Party) Add(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Add(p.at(step), x, y))
}
func (p *Party) Sub(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Sub(p.at(step), x, y))
}
func (p *Party) Mul(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Mul(p.at(step), x, y))
}
func (p *Party) Div(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Div(p.at(step), x, y))
}
func (p *Party) Mod(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Mod(p.at(step), x, y))
}
func (p *Party) Eq(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Eq(p.at(step), x, y))
}
func (p *Party) Ne(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Ne(p.at(step), x, y))
}
func (p *Party) Lt(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Lt(p.at(step), x, y))
}
func (p *Party) Le(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Le(p.at(step), x, y))
}
func (p *Party) Gt(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Gt(p.at(step), x, y))
}
func (p *Party) Ge(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Ge(p.at(step), x, y))
}
func (p *Party) And(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.And(p.at(step), x, y))
}
func (p *Party) Or(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Or(p.at(step), x, y))
}
func (p *Party) Min2(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Min2(p.at(step), x, y))
}
func (p *Party) Max2(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.comparing().Max2(p.at(step), x, y))
}

func (p *Party) Select(step int, c, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Select(p.at(step), c, x, y))
}
func (p *Party) Dot(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Dot(p.at(step), x, y))
}

// Reductions are over one axis or, with axis -1, over all elements.
func (p *Party) Sum(step int, x mpc.Operand, axis int) mpc.Share {
	return p.made(p.engine.Sum(p.at(step), x, axis))
}
func (p *Party) Min(step int, x mpc.Operand, axis int) mpc.Share {
	return p.made(p.comparing().Min(p.at(step), x, axis))
}
func (p *Party) Max(step int, x mpc.Operand, axis int) mpc.Share {
	return p.made(p.comparing().Max(p.at(step), x, axis))
}

func (p *Party) ArgMin(step int, x mpc.Operand, axis int) mpc.Share {
	return p.made(p.engine.ArgMin(p.at(step), x, axis))
}
func (p *Party) ArgMax(step int, x mpc.Operand, axis int) mpc.Share {
	return p.made(p.engine.ArgMax(p.at(step), x, axis))
}

// Order is along the last axis, of each row on its own.
func (p *Party) Sort(step int, x mpc.Operand) mpc.Share { return p.made(p.engine.Sort(p.at(step), x)) }
func (p *Party) Rank(step int, keys ...mpc.Operand) mpc.Share {
	return p.made(p.engine.Rank(p.at(step), keys...))
}
func (p *Party) Permute(step int, place, x mpc.Operand) mpc.Share {
	return p.made(p.engine.Permute(p.at(step), place, x))
}
func (p *Party) TopK(step int, x mpc.Operand, k int) mpc.Share {
	return p.made(p.engine.TopK(p.at(step), x, k))
}
func (p *Party) Merge(step int, x, y mpc.Operand) mpc.Share {
	return p.made(p.engine.Merge(p.at(step), x, y))
}
func (p *Party) Carry(step int, x, known mpc.Operand) mpc.Share {
	return p.made(p.engine.Carry(p.at(step), x, known))
}
func (p *Party) Shuffle(step int, x mpc.Operand) mpc.Share {
	return p.made(p.engine.Shuffle(p.at(step), x))
}

// Selection is by indices that nobody knows.
func (p *Party) Lookup(step int, x, index mpc.Operand) mpc.Share {
	return p.made(p.engine.Lookup(p.at(step), x, index))
}
func (p *Party) Store(step int, x, index, row mpc.Operand) mpc.Share {
	return p.made(p.engine.Store(p.at(step), x, index, row))
}

func (p *Party) Convert(step int, x mpc.Operand, t clear.Type) mpc.Share {
	return p.made(p.engine.Convert(p.at(step), x, t))
}
func (p *Party) Index(step int, x mpc.Operand, s ...clear.Slice) mpc.Share {
	return p.made(p.engine.Index(p.at(step), x, s...))
}
func (p *Party) Update(step int, x, v mpc.Operand, s ...clear.Slice) mpc.Share {
	return p.made(p.engine.Update(p.at(step), x, v, s...))
}
func (p *Party) Stack(step int, x ...mpc.Operand) mpc.Share {
	return p.made(p.engine.Stack(p.at(step), x...))
}
func (p *Party) Concat(step int, axis int, x ...mpc.Operand) mpc.Share {
	return p.made(p.engine.Concat(p.at(step), axis, x...))
}
func (p *Party) Fill(step int, x mpc.Operand, shape ...int) mpc.Share {
	return p.made(p.engine.Fill(p.at(step), x, shape...))
}
func (p *Party) OneHot(step int, x mpc.Operand, n int) mpc.Share {
	return p.made(p.engine.OneHot(p.at(step), x, n))
}
func (p *Party) Transpose(step int, x mpc.Operand) mpc.Share {
	return p.made(p.engine.Transpose(p.at(step), x))
}
func (p *Party) Reshape(step int, x mpc.Operand, shape ...int) mpc.Share {
	return p.made(p.engine.Reshape(p.at(step), x, shape...))
}
func (p *Party) Reverse(step int, x mpc.Operand) mpc.Share {
	return p.made(p.engine.Reverse(p.at(step), x))
}
func (p *Party) CumSum(step int, x mpc.Operand) mpc.Share {
	return p.made(p.engine.CumSum(p.at(step), x))
}
func (p *Party) Convolve(step int, x, kernels mpc.Operand, stride, padding int) mpc.Share {
	return p.made(p.engine.Convolve(p.at(step), x, kernels, stride, padding))
}

func (p *Party) ConvolveToKernels(step int, x, y mpc.Operand, height, width, stride, padding int) mpc.Share {
	return p.made(p.engine.ConvolveToKernels(p.at(step), x, y, height, width, stride, padding))
}

func (p *Party) ConvolveToImages(step int, y, kernels mpc.Operand, height, width, stride, padding int) mpc.Share {
	return p.made(p.engine.ConvolveToImages(p.at(step), y, kernels, height, width, stride, padding))
}

func (p *Party) Windows(step int, x mpc.Operand, height, width, stride, padding int) mpc.Share {
	return p.made(p.engine.Windows(p.at(step), x, height, width, stride, padding))
}

// Print writes a line to this player's log: texts and values, a space between
// any two. A single string stands as it is.
func (p *Party) Print(parts ...any) {
	for i, part := range parts {
		if x, ok := part.(clear.Tensor); ok && x.Elem == clear.String && len(x.Shape) == 0 {
			parts[i] = x.Strings()[0]
		}
	}
	if p.session.Print != nil {
		p.session.Print(strings.TrimSuffix(fmt.Sprintln(parts...), "\n"))
	}
}

// Hash64 returns the hash of each element under the run's key, which those have
// at whose side a hash64 stands.
func (p *Party) Hash64(x clear.Tensor) clear.Tensor { return clear.Hash64(p.hashBy, x) }

// Parse reads texts as values of type t; one that is none ends the run in the
// set-up, as Fail does.
func (p *Party) Parse(step int, x clear.Tensor, t clear.Type) clear.Tensor {
	y, err := clear.ParseStrings(x, t)
	if err != nil {
		p.Fail(step, err.Error())
	}
	return y
}

// Draw returns random bits that no player knows.
func (p *Party) Draw(step int, shape ...int) mpc.Share {
	return p.made(p.engine.Draw(p.at(step), shape...))
}

// Within makes the next comparison, minimum, maximum or absolute value one on
// so many bits, where the ranges of the inputs prove that they are enough: see
// mpc.Engine.Within.
func (p *Party) Within(width int) *Party {
	p.width = width
	return p
}

// comparing is the engine for the next comparison.
func (p *Party) comparing() *mpc.Engine {
	if p.width == 0 {
		return p.engine
	}
	e := p.engine.Within(p.width)
	p.width = 0
	return e
}
