package securenn

// The kinds of messages of the paper's protocols, one by one, and of what they make up.

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A kind of message: from one server to another, with its bits of a number in the paper, as
// its Table of costs counts them, and here.
type kind struct {
	name        string
	from, to    int
	paper, here int
}

// dReLU are the messages of DReLU (Algorithm 6), of numbers of l bits and with q bits an
// element of Z_p: ShareConvert and ComputeMSB, with a PrivateCompare in each.
func dReLU(l, q int) []kind {
	return []kind{
		{"ShareConvert: shifted shares", 0, 2, l, l}, {"ShareConvert: shifted shares", 1, 2, l, l},
		{"ShareConvert: bits of the sum", 2, 0, l * q, 0}, {"ShareConvert: bits of the sum", 2, 1, l * q, l * q},
		{"PrivateCompare", 0, 2, l * q, l * q}, {"PrivateCompare", 1, 2, l * q, l * q},
		{"ShareConvert: wraps of the sum and the shift", 2, 0, 2 * l, 2 * l}, {"ShareConvert: wraps of the sum and the shift", 2, 1, 2 * l, 0},
		{"ComputeMSB: a random number", 2, 0, l, 0}, {"ComputeMSB: a random number", 2, 1, l, 0},
		{"ComputeMSB: its bits", 2, 0, l * q, l * q}, {"ComputeMSB: its bits", 2, 1, l * q, 0},
		{"ComputeMSB: the shifted number", 0, 1, l, l}, {"ComputeMSB: the shifted number", 1, 0, l, l},
		{"PrivateCompare", 0, 2, l * q, l * q}, {"PrivateCompare", 1, 2, l * q, l * q},
		{"ComputeMSB: lowest bit and comparison", 2, 0, 2 * l, 1}, {"ComputeMSB: lowest bit and comparison", 2, 1, 2 * l, 1},
	}
}

// selectShare are the messages of SelectShare (Algorithm 2) on a ring of 64 bits: in the paper
// a product of numbers, with a triple of which one share is drawn, and shares of both
// operands less those of the triple. Here the operands are masked already: server 2 corrects
// the bit and its product with the number, and what is told is the result, masked.
func selectShare() []kind {
	return []kind{
		{"SelectShare: of the triple", 2, 1, 64, 2 * 64},
		{"SelectShare: masked", 0, 1, 2 * 64, 64}, {"SelectShare: masked", 1, 0, 2 * 64, 64},
	}
}

// ofWidth is DReLU of numbers of so many bits.
func ofWidth(width int) []kind {
	_, q := capability.PrivateField(width + 1)
	return dReLU(width+1, q)
}

// links are the sizes of messages, by sender and receiver.
type links [3][3][]int

// add joins the messages of kinds, of n numbers.
func (l *links) add(n int, kinds ...kind) {
	for _, m := range kinds {
		if m.here > 0 {
			l[m.from][m.to] = append(l[m.from][m.to], ring.PackedSize(n, m.here))
		}
	}
}

// sent are the messages that the servers send.
func sent(t *testing.T, body func(k *Kernel, net mpc.Net)) *links {
	t.Helper()
	out := new(links)
	play(t, 1, func(k *Kernel, net *recorder) { body(k, &sizes{Net: net.Net, sent: &out[k.Role]}) })
	return out
}

// sizes notes the size of each message that a player sends, and of those ahead the sum.
type sizes struct {
	*conformance.Net
	sent  *[3][]int
	ahead int
}

func (s *sizes) Send(to int, parts ...[]byte) {
	s.note(to, parts)
	s.Net.Send(to, parts...)
}

func (s *sizes) SendAhead(to int, parts ...[]byte) {
	s.note(to, parts)
	s.ahead += len(slices.Concat(parts...))
	s.Net.SendAhead(to, parts...)
}

func (s *sizes) note(to int, parts [][]byte) {
	s.sent[to] = append(s.sent[to], len(slices.Concat(parts...)))
}

// A later call of an operation, whose streams are its own.
type later struct {
	mpc.Net
	call prg.Purpose
}

func (l later) Stream(set prg.Set, p prg.Purpose) *prg.Stream {
	return l.Net.Stream(set, l.call*mpc.MaxPurpose+p)
}

// numbersOf is a value in masked form, of zeros.
func numbersOf(elem clear.Type, shape ...int) mpc.Share {
	n := mpc.Count(shape)
	return mpc.Share{Elem: elem, Shape: shape, Comp: [][]uint64{make([]uint64, n), make([]uint64, n)}}
}

// The messages of DReLU are the paper's, but for what is drawn from seeds.
func TestMessagesOfThePaper(t *testing.T) {
	const n, l, q = 64, 65, 7 // n numbers of 64 bits, doubled
	want := new(links)
	want.add(n, dReLU(l, q)...)
	require.Equal(t, want, sent(t, func(k *Kernel, net mpc.Net) { k.Negative(net, numbersOf(clear.Int64, n), 64) }))
	paper, here := 0, 0
	for _, m := range dReLU(l, q) {
		paper, here = paper+m.paper, here+m.here
	}
	// ShareConvert 4 l q + 6 l, ComputeMSB 4 l q + 8 l, before the product of numbers that
	// ends it: 5 l more.
	require.Equal(t, 8*l*q+14*l, paper)
	require.Equal(t, 6*l*q+6*l+2, here)
	paper = 0
	for _, m := range selectShare() {
		paper += m.paper
	}
	require.Equal(t, 5*64, paper)
}

// ReLU (Algorithm 7) is DReLU and SelectShare; a maximum of n (Algorithm 9) these of n / 2,
// n / 4 and so on; a division of integers (Algorithm 8) these once a bit of the quotient.
func TestMessagesOfOperations(t *testing.T) {
	const n = 10
	one := func(width int) []kind { return slices.Concat(ofWidth(width), selectShare()) }
	t.Run("SelectShare", func(t *testing.T) {
		want := new(links)
		want.add(n, selectShare()...)
		require.Equal(t, want, sent(t, func(k *Kernel, net mpc.Net) {
			bits := mpc.Share{Elem: clear.Bool, Shape: []int{n}, Comp: [][]uint64{{0}, {0}}}
			k.SelectBits(net, bits, numbersOf(clear.Int64, n))
		}))
	})
	t.Run("ReLU", func(t *testing.T) {
		want := new(links)
		want.add(n, one(33)...)
		require.Equal(t, want, sent(t, func(k *Kernel, net mpc.Net) {
			mpc.New(k).Max2(net, numbersOf(clear.Int32, n), clear.Zero(clear.Int32, n))
		}))
	})
	t.Run("MaxPool", func(t *testing.T) {
		want := new(links)
		for _, pairs := range []int{4, 2, 1} {
			want.add(n*pairs, one(33)...)
		}
		require.Equal(t, want, sent(t, func(k *Kernel, net mpc.Net) {
			mpc.New(k).Max(net, numbersOf(clear.Int32, n, 8), 1)
		}))
	})
	t.Run("Division", func(t *testing.T) {
		// The bits of the dividend and of the quotient as numbers, and that the divisor
		// is not 0, are as in pond.
		x := numbersOf(clear.Uint8, n)
		want := sent(t, func(k *Kernel, net mpc.Net) { k.BitsToRing(later{net, 1}, k.Bits(net, x, 8), clear.Uint8) })
		for range 8 {
			want.add(n, one(9)...)
		}
		end := sent(t, func(k *Kernel, net mpc.Net) {
			quotient := mpc.Share{Elem: clear.Bool, Shape: []int{8, n}, Comp: [][]uint64{make([]uint64, 2), make([]uint64, 2)}}
			k.BitsToRing(net, quotient, clear.Uint8)
			k.SelectBits(later{net, 2}, k.IsZero(later{net, 1}, x, 8), x)
		})
		for from, all := range end {
			for to, sizes := range all {
				want[from][to] = append(want[from][to], sizes...)
			}
		}
		require.Equal(t, want, sent(t, func(k *Kernel, net mpc.Net) { mpc.New(k).Div(net, x, x) }))
	})
}

// What design/protocols.md says of whole algorithms: bytes of a number, and rounds.
func TestCostsOfAlgorithms(t *testing.T) {
	const n = 64
	for _, c := range []struct {
		name         string
		bytes, ahead float64
		rounds       uint32
		op           func(k *Kernel, net mpc.Net)
	}{
		{"ReLU", 349.4, 72.9, 8, func(k *Kernel, net mpc.Net) {
			x := numbersOf(clear.Int64, n)
			k.SelectBits(later{net, 1}, k.Negative(net, x, 64), x)
		}},
		{"Division of int32", 6835.5, 1991.4, 276, func(k *Kernel, net mpc.Net) {
			mpc.New(k).Div(net, numbersOf(clear.Int32, n), numbersOf(clear.Int32, n))
		}},
		{"Division of fixed(29, 16)", 580.3, 415.5, 37, func(k *Kernel, net mpc.Net) {
			mpc.New(k).Div(net, numbersOf(clear.Fixed(29, 16), n), numbersOf(clear.Fixed(29, 16), n))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var nets [3]*sizes
			var sent links
			play(t, 1, func(k *Kernel, net *recorder) {
				nets[k.Role] = &sizes{Net: net.Net, sent: &sent[k.Role]}
				c.op(k, nets[k.Role])
			})
			bytes, ahead, rounds := 0, 0, uint32(0)
			for role, net := range nets {
				ahead, rounds = ahead+net.ahead, max(rounds, net.Clock)
				for _, messages := range sent[role] {
					for _, size := range messages {
						bytes += size
					}
				}
			}
			require.Equal(t, c.rounds, rounds)
			require.InDelta(t, c.bytes, float64(bytes-ahead)/n, 0.06)
			require.InDelta(t, c.ahead, float64(ahead)/n, 0.06)
		})
	}
}
