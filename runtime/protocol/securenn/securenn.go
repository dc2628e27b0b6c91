// Package securenn is computation by two servers on additive shares, with a third that
// assists them and holds none (Wagh, Gupta and Chandran 2019, SecureNN: 3-party secure
// computation for neural network training, PoPETs 2019(3)): semi-honest, at most one of
// the three corrupt.
//
// Server 2 deals triples and truncations as the dealer of package pond does, on the same
// masked form, in which shares x0 = D + a0 at server 0 and x1 = a1 at server 1 lie. What
// makes this protocol another one is its comparison, in which server 2 takes part, in the
// paper's steps and kinds of messages:
//
//	PrivateCompare    private.go  over Z_p (field.go), rotated and blinded, before server 2
//	ShareConvert      convert.go  from Z_L to Z_(L-1)
//	ComputeMSB        msb.go      of numbers modulo L - 1
//	DReLU             msb.go      doubling, ShareConvert, ComputeMSB: Negative
//	SelectShare                   a product with a bit: SelectBits, as in package pond
//
// ReLU, max-pool and the division of integers are made of DReLU and SelectShare in package
// mpc: max(x, 0), a tree of maxima, and long division. All else is pond's; numbers of fixed
// divide as on all protocols, which takes a small part of the bytes of the paper's way.
//
// Where it differs from the paper: operands are masked and opened once, when they come
// into being, and not for each product. Server 2 shares a seed with each server, so that of
// what it hands out one server draws its share and the other gets a correction. Bits are
// shared modulo 2, where the exclusive or that ends ComputeMSB is local. p is the least prime
// that is enough, 67 for numbers of 64 bits, and its elements travel in as many bits as it
// has. A comparison goes on the width of its operands, any width of the ring. A sharing of
// zero hides from server 2 what the two messages of a PrivateCompare would tell it one by
// one. The truncation never wraps; the paper's local one does now and then.
//
// Why nobody learns anything: a message of server 2 to a server is masked by what the other
// server draws with server 2; one to server 2 by what the two servers draw alone. Of a
// private compare server 2 learns whether a zero is among what it adds up, a bit that the
// two servers have masked. For all else, see package pond.
package securenn

import (
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/internal/dealer"
	"github.com/tfec-lang/tfec/runtime/protocol/pond"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// The purposes of the random streams of a comparison.
const (
	converting = dealer.Further + iota // of the servers: ShareConvert's shift
	sharing                            // of server 2 and each server: its bits
	comparing                          // of the servers: the private compare
	compared                           // of server 2 and each server: its result
	shifting                           // the same for ComputeMSB
	comparingOdd
	comparedOdd
)

// helper is the role of server 2.
const helper = dealer.Dealer

// Kernel is one player's part of the protocol: that of package pond, with server 2 as
// the dealer, but for comparisons.
type Kernel struct{ *pond.Kernel }

var _ mpc.Kernel = (*Kernel)(nil)

// New returns the kernel of a player, given the three servers.
func New(r ring.Modulus, self int, roles []int) *Kernel {
	return &Kernel{pond.New(r, self, roles)}
}

// KeySets returns the sets of players that need a common key: those of package pond.
func KeySets(roles []int, owners []int) []prg.Set { return pond.KeySets(roles, owners) }
