package conformance

// The calls of a kernel on numbers of more than 64 bits. Such a number is made
// of two operands, x 2^62 + y, which costs nothing.

import (
	"fmt"
	"math/big"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

var wideNumber = []domain{int64s, int64s}

func wideShare(p *Player, x []mpc.Share) mpc.Share {
	high := p.Engine.Mul(p, x[0], clear.Int(clear.Int64, 1<<62))
	return p.Engine.Add(p, high, x[1])
}

func wideValue(v []*big.Int) *big.Int { return new(big.Int).Add(mul(v[0], pow2(62)), v[1]) }

func wideCases() []testCase {
	all := []testCase{
		{"divide wide", append(wideNumber, domain{clear.Uint64, minInt64, maxInt64}),
			func(p *Player, x []mpc.Share, v []clear.Tensor) mpc.Share {
				return p.Kernel.DivPublic(p, wideShare(p, x), v[2].Data)
			},
			func(v []*big.Int) bool { return v[2].Sign() > 0 },
			func(v []*big.Int) (*big.Int, *big.Int) { return withinTwo([]*big.Int{wideValue(v), v[2]}) },
			[]capability.Part{call(capability.DivPublic, 0, 1)}},
		{"select wide", append(wideNumber, bools),
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
				s := p.Kernel.SelectBits(p, x[2], wideShare(p, x))
				return p.Kernel.Truncate(p.At(operationStep, 1), s, 62)
			},
			nil, func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(mul(v[2], wideValue(v)), pow2(62)) },
			[]capability.Part{call(capability.SelectBits, 0, 1), call(capability.Truncate, 62, 1)}},
	}
	for _, m := range []int{1, 30, 62, 63, 64, 65, 77, 100, 125} {
		all = append(all, wideTruncation(m), wideProduct(m))
	}
	for _, w := range []int{65, 66, 96, 127, 128} {
		all = append(all, wideNegative(w), wideZero(w), wideBits(w))
	}
	return all
}

func wideTruncation(m int) testCase {
	return testCase{fmt.Sprintf("truncate wide by %d", m), wideNumber,
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			return p.Kernel.Truncate(p, wideShare(p, x), m)
		},
		nil, func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(wideValue(v), pow2(m)) },
		[]capability.Part{call(capability.Truncate, m, 1)}}
}

func wideProduct(m int) testCase {
	return testCase{fmt.Sprintf("wide product truncated by %d", m), wideNumber,
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Kernel.Mul(p, x[0], x[1], m) },
		func(v []*big.Int) bool { return mul(v[0], v[1]).CmpAbs(pow2(126)) < 0 },
		func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(mul(v[0], v[1]), pow2(m)) },
		[]capability.Part{call(capability.Product, m, 1)}}
}

func wideNegative(w int) testCase {
	return testCase{fmt.Sprintf("negative of %d bits", w), wideNumber,
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			return p.Kernel.Negative(p, wideShare(p, x), w)
		},
		func(v []*big.Int) bool { return wideValue(v).CmpAbs(pow2(w-1)) < 0 },
		truth(func(v []*big.Int) bool { return wideValue(v).Sign() < 0 }), []capability.Part{call(capability.Negative, w, 1)}}
}

func wideZero(w int) testCase {
	return testCase{fmt.Sprintf("zero of %d bits", w), wideNumber,
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			return p.Kernel.IsZero(p, wideShare(p, x), w)
		},
		nil, truth(func(v []*big.Int) bool { return new(big.Int).Mod(wideValue(v), pow2(w)).Sign() == 0 }),
		[]capability.Part{call(capability.IsZero, w, 1)}}
}

// wideBits adds up the highest 64 of so many bits.
func wideBits(w int) testCase {
	return testCase{fmt.Sprintf("%d bits", w), wideNumber,
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			b := p.Kernel.Bits(p, wideShare(p, x), w)
			all := p.Kernel.BitsToRing(p.At(operationStep, 1), b, clear.Uint64)
			weights := clear.Zero(clear.Uint64, w)
			for i := range 64 {
				weights.Data[w-64+i] = 1 << i
			}
			return p.Engine.Dot(p, weights, all)
		},
		nil, exact(func(v []*big.Int) *big.Int {
			z := new(big.Int).Mod(wideValue(v), pow2(w))
			return z.Rsh(z, uint(w-64))
		}),
		[]capability.Part{call(capability.Bits, w, 1), call(capability.BitsToRing, 0, w)}}
}
