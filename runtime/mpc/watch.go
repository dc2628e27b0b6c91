package mpc

// Openings as those see them who test a run: at the one call of a Kernel that
// brings a value into the clear, whoever makes it.

import "github.com/tfec-lang/tfec/runtime/clear"

// An Opening is a value that a call of a Kernel opened.
type Opening struct {
	Elem  clear.Type
	Shape []int
	To    []int        // players, by index; a receiver that computes nothing knows of itself
	Value clear.Tensor // what this player learned; the zero Tensor where it is not in To
	// Randomised marks what an operation opens for itself: values whose joint
	// distribution is independent of its inputs.
	Randomised bool
}

// Watch returns k, with tell called after each opening: with the Net that the
// operation was called with.
func Watch(k Kernel, tell func(Net, Opening)) Kernel { return watched{k, tell} }

type watched struct {
	Kernel
	tell func(Net, Opening)
}

func (w watched) Open(net Net, x Share, to []int) clear.Tensor {
	value := w.Kernel.Open(net, x, to)
	of, random := origin(net)
	w.tell(of, Opening{x.Elem, x.Shape, to, value, random})
	return value
}

func (w watched) Opened(net Net, elem clear.Type, shape []int) clear.Tensor {
	value := w.Kernel.Opened(net, elem, shape)
	of, random := origin(net)
	w.tell(of, Opening{elem, shape, []int{net.Self()}, value, random})
	return value
}

// randomised marks the Net of an opening that is independent of the inputs.
type randomised struct{ Net }

// openRandomised opens x to every computing player. Whoever calls it says why
// the distribution of x is independent of the operation's inputs.
func (o *operation) openRandomised(x Share) clear.Tensor {
	return o.k.Open(randomised{o.next()}, x, o.k.Players())
}

// origin is the Net that an operation was called with, and whether a call of
// the kernel was marked on the way.
func origin(net Net) (of Net, random bool) {
	for {
		switch n := net.(type) {
		case randomised:
			net, random = n.Net, true
		case call:
			net = n.Net
		default:
			return net, random
		}
	}
}
