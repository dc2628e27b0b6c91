package conformance

// The elementwise operations: of the kernel, and of the engine over it.

import (
	"fmt"
	"math/big"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A domain is the values of one operand, by their integer representation;
// for uint64, by its bits.
type domain struct {
	elem     clear.Type
	low, top int64
}

// A testCase is one elementwise operation. Operands are dealt; op may use
// some in clear instead.
type testCase struct {
	name string
	in   []domain
	op   func(p *Player, x []mpc.Share, v []clear.Tensor) mpc.Share
	// valid restricts the operands together, where it is not nil.
	valid func(v []*big.Int) bool
	// want bounds the result's integer representation, both ends included,
	// before it is reduced to its type.
	want  func(v []*big.Int) (low, high *big.Int)
	calls []capability.Part
}

// call is what an operation makes of the kernel, on times its elements.
func call(a capability.Action, param, times int) capability.Part {
	return capability.Part{Call: capability.Call{Action: a, Param: param}, Times: times}
}

const (
	minInt64 = -1 << 63
	maxInt64 = 1<<63 - 1
)

var (
	int64s  = domain{clear.Int64, minInt64, maxInt64}
	uint64s = domain{clear.Uint64, minInt64, maxInt64}
	int32s  = domain{clear.Int32, -1 << 31, 1<<31 - 1}
	uint8s  = domain{clear.Uint8, 0, 255}
	bools   = domain{clear.Bool, 0, 1}
	fixeds  = domain{clear.Fixed(24, 16), -1 << 40, 1<<40 - 1}
	// within is what a truncation or division takes.
	within = domain{clear.Int64, -1<<62 + 1, 1<<62 - 1}
)

// signed is the int64 values that fit in a width.
func signed(width int) domain {
	top := int64(1)<<(width-1) - 1
	return domain{clear.Int64, ^top, top}
}

func (p Protocol) cases() []testCase {
	var all []testCase
	all = append(all, kernelCases()...)
	if p.ring == ring.Z128 {
		all = append(all, wideCases()...)
	}
	all = append(all, p.arithmeticCases()...)
	all = append(all, p.comparisonCases()...)
	all = append(all, p.choiceCases()...)
	all = append(all, p.divisionCases()...)
	return append(all, p.conversionCases()...)
}

// kernelCases call the kernel directly.
func kernelCases() []testCase {
	all := []testCase{
		{"product", []domain{int64s, int64s},
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Kernel.Mul(p, x[0], x[1], 0) },
			nil, exact(func(v []*big.Int) *big.Int { return mul(v[0], v[1]) }), []capability.Part{call(capability.Product, 0, 1)}},
		{"divide", []domain{within, {clear.Uint64, minInt64, maxInt64}},
			func(p *Player, x []mpc.Share, v []clear.Tensor) mpc.Share {
				return p.Kernel.DivPublic(p, x[0], v[1].Data)
			},
			func(v []*big.Int) bool { return v[1].Sign() > 0 }, withinTwo, []capability.Part{call(capability.DivPublic, 0, 1)}},
		{"and", []domain{bools, bools},
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Kernel.And(p, x[0], x[1]) },
			nil, exact(func(v []*big.Int) *big.Int { return mul(v[0], v[1]) }), []capability.Part{call(capability.And, 0, 1)}},
		{"bits to ring", []domain{bools},
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
				return p.Kernel.BitsToRing(p, x[0], clear.Int64)
			},
			nil, exact(func(v []*big.Int) *big.Int { return v[0] }), []capability.Part{call(capability.BitsToRing, 0, 1)}},
		{"select by bits", []domain{bools, int64s},
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
				return p.Kernel.SelectBits(p, x[0], x[1])
			},
			nil, exact(func(v []*big.Int) *big.Int { return mul(v[0], v[1]) }), []capability.Part{call(capability.SelectBits, 0, 1)}},
	}
	for _, m := range []int{1, 2, 12, 16, 31, 32, 47, 61} {
		all = append(all, truncation(m), truncatedProduct(m))
	}
	for _, w := range []int{1, 2, 3, 5, 7} {
		all = append(all, tables(w))
	}
	all = append(all, inner(0), inner(16))
	for _, w := range []int{2, 3, 4, 5, 6, 9, 16, 17, 21, 32, 33, 42, 48, 63, 64} {
		all = append(all, negative(w), isZero(w), bitsOf(w))
	}
	return append(all, isZero(1))
}

func truncation(m int) testCase {
	return testCase{fmt.Sprintf("truncate by %d", m), []domain{within},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Kernel.Truncate(p, x[0], m) },
		nil, func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(v[0], pow2(m)) }, []capability.Part{call(capability.Truncate, m, 1)}}
}

func truncatedProduct(m int) testCase {
	return testCase{fmt.Sprintf("product truncated by %d", m), []domain{within, within},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Kernel.Mul(p, x[0], x[1], m) },
		func(v []*big.Int) bool { return mul(v[0], v[1]).CmpAbs(pow2(62)) < 0 },
		func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(mul(v[0], v[1]), pow2(m)) }, []capability.Part{call(capability.Product, m, 1)}}
}

func negative(w int) testCase {
	return testCase{fmt.Sprintf("negative of %d bits", w), []domain{signed(w)},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Kernel.Negative(p, x[0], w) },
		nil, truth(func(v []*big.Int) bool { return v[0].Sign() < 0 }), []capability.Part{call(capability.Negative, w, 1)}}
}

func isZero(w int) testCase {
	return testCase{fmt.Sprintf("zero of %d bits", w), []domain{int64s},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Kernel.IsZero(p, x[0], w) },
		nil, truth(func(v []*big.Int) bool { return new(big.Int).Mod(v[0], pow2(w)).Sign() == 0 }), []capability.Part{call(capability.IsZero, w, 1)}}
}

// tables looks up the square of a number in one table, with a second function
// that is not used, and in another a multiple of its lowest bit, negated by the
// bit after these.
func tables(w int) testCase {
	square, zero := make([]uint64, 1<<w), make([]uint64, 1<<w)
	for v := range square {
		square[v] = uint64(v * v)
	}
	return testCase{fmt.Sprintf("tables of %d bits", w), []domain{int64s},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			b := p.Kernel.Bits(p, x[0], w+1)
			part := func(n int) mpc.Share { return p.Engine.Index(p, b, clear.Range(0, int64(n))) }
			t := p.Kernel.Tables(p.At(operationStep, 1), clear.Int64,
				mpc.Table{Bits: part(w), Functions: [][]uint64{zero, square}},
				mpc.Table{Bits: part(1), Functions: [][]uint64{{1 << 60, 3 << 60}}, Sign: p.Engine.Index(p, b, clear.At(int64(w)))})
			return p.Engine.Add(p, p.Engine.Index(p, t[0], clear.At(1)), p.Engine.Index(p, t[1], clear.At(0)))
		},
		nil, exact(func(v []*big.Int) *big.Int {
			low := new(big.Int).Mod(v[0], pow2(w))
			multiple := (1 + 2*int64(low.Bit(0))) * (1 - 2*int64(new(big.Int).Mod(v[0], pow2(w+1)).Bit(w)))
			return mul(low, low).Add(mul(low, low), mul(pow2(60), big.NewInt(multiple)))
		}),
		[]capability.Part{call(capability.Bits, w+1, 1),
			{Call: capability.Call{Action: capability.Tables, Param: 1<<w + 1, Result: 3}, Times: 1}}}
}

// inner is x y + y x + y.
func inner(shift int) testCase {
	sum := func(v []*big.Int) *big.Int { return new(big.Int).Add(mul(big.NewInt(2), mul(v[0], v[1])), v[1]) }
	return testCase{fmt.Sprintf("inner product truncated by %d", shift), []domain{within, within},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			return p.Kernel.Inner(p, p.Engine.Stack(p, x[0], x[1]), p.Engine.Stack(p, x[1], x[0]), x[1], shift)
		},
		func(v []*big.Int) bool { return sum(v).CmpAbs(pow2(62)) < 0 },
		func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(sum(v), pow2(shift)) }, []capability.Part{call(capability.Product, shift, 1)}}
}

// bitsOf adds the bits up again, here, where nothing is sent: what is wrong with
// one of them is wrong with the sum.
func bitsOf(w int) testCase {
	return testCase{fmt.Sprintf("%d bits", w), []domain{int64s},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			b := p.Kernel.Bits(p, x[0], w)
			all := p.Kernel.BitsToRing(p.At(operationStep, 1), b, clear.Uint64)
			weights := clear.Zero(clear.Uint64, w)
			for i := range weights.Data {
				weights.Data[i] = 1 << i
			}
			return p.Engine.Dot(p, weights, all)
		},
		nil, exact(func(v []*big.Int) *big.Int { return new(big.Int).Mod(v[0], pow2(w)) }),
		[]capability.Part{call(capability.Bits, w, 1), call(capability.BitsToRing, 0, w)}}
}

// An engineOp is a method of the engine on two operands.
type engineOp func(e *mpc.Engine, net mpc.Net, x, y mpc.Operand) mpc.Share

// shared, publicLeft and publicRight apply a method to two shares, or to a
// share and a value in clear.
func shared(f engineOp) func(*Player, []mpc.Share, []clear.Tensor) mpc.Share {
	return func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return f(p.Engine, p, x[0], x[1]) }
}

func publicRight(f engineOp) func(*Player, []mpc.Share, []clear.Tensor) mpc.Share {
	return func(p *Player, x []mpc.Share, v []clear.Tensor) mpc.Share { return f(p.Engine, p, x[0], v[1]) }
}

func publicLeft(f engineOp) func(*Player, []mpc.Share, []clear.Tensor) mpc.Share {
	return func(p *Player, x []mpc.Share, v []clear.Tensor) mpc.Share { return f(p.Engine, p, v[0], x[1]) }
}

func (p Protocol) arithmeticCases() []testCase {
	add := exact(func(v []*big.Int) *big.Int { return new(big.Int).Add(v[0], v[1]) })
	sub := exact(func(v []*big.Int) *big.Int { return new(big.Int).Sub(v[0], v[1]) })
	product := exact(func(v []*big.Int) *big.Int { return mul(v[0], v[1]) })
	inProduct := func(v []*big.Int) bool { return mul(v[0], v[1]).CmpAbs(pow2(56)) < 0 }
	truncated := func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(mul(v[0], v[1]), pow2(16)) }
	quotient := exact(func(v []*big.Int) *big.Int {
		if v[1].Sign() == 0 {
			return new(big.Int)
		}
		return new(big.Int).Quo(v[0], v[1])
	})
	fixedQuotient := func(v []*big.Int) (*big.Int, *big.Int) { return withinTwoOrZero(v) }
	scaledQuotient := func(v []*big.Int) (*big.Int, *big.Int) {
		return withinTwoOrZero([]*big.Int{mul(v[0], pow2(16)), v[1]})
	}
	divCalls := func(w int) []capability.Part {
		return []capability.Part{call(capability.Negative, w, 1), call(capability.BitsToRing, 0, 1), call(capability.DivPublic, 0, 1), call(capability.Negative, min(int(p.ring), w+3), 3), call(capability.BitsToRing, 0, 3)}
	}
	return []testCase{
		{"int32 + int32", []domain{int32s, int32s}, shared((*mpc.Engine).Add), nil, add, nil},
		{"int64 + public", []domain{int64s, int64s}, publicRight((*mpc.Engine).Add), nil, add, nil},
		{"uint64 - uint64", []domain{uint64s, uint64s}, shared((*mpc.Engine).Sub), nil, sub, nil},
		{"int64 - public", []domain{int64s, int64s}, publicRight((*mpc.Engine).Sub), nil, sub, nil},
		{"public - fixed", []domain{fixeds, fixeds}, publicLeft((*mpc.Engine).Sub), nil, sub, nil},
		{"- int64", []domain{int64s},
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Engine.Neg(p, x[0]) },
			nil, exact(func(v []*big.Int) *big.Int { return new(big.Int).Neg(v[0]) }), nil},
		{"uint64 * uint64", []domain{uint64s, uint64s}, shared((*mpc.Engine).Mul), nil, product, []capability.Part{call(capability.Product, 0, 1)}},
		{"int32 * public", []domain{int32s, int32s}, publicRight((*mpc.Engine).Mul), nil, product, nil},
		{"fixed * fixed", []domain{fixeds, fixeds}, shared((*mpc.Engine).Mul), inProduct, truncated, []capability.Part{call(capability.Product, 16, 1)}},
		{"public * fixed", []domain{fixeds, fixeds}, publicLeft((*mpc.Engine).Mul), inProduct, truncated, []capability.Part{call(capability.Truncate, 16, 1)}},
		{"fixed * int32", []domain{fixeds, int32s}, shared((*mpc.Engine).Mul), nil, product, []capability.Part{call(capability.Product, 0, 1)}},
		{"int32 / public", []domain{int32s, int32s}, publicRight((*mpc.Engine).Div), nil, quotient, divCalls(32)},
		{"uint8 / public", []domain{uint8s, uint8s}, publicRight((*mpc.Engine).Div), nil, quotient, divCalls(8)[2:]},
		{"int64 / public", []domain{within, int64s}, publicRight((*mpc.Engine).Div), nil, quotient, divCalls(64)},
		{"fixed / public int64", []domain{fixeds, int64s}, publicRight((*mpc.Engine).Div), nil, fixedQuotient, []capability.Part{call(capability.DivPublic, 0, 1)}},
		{"fixed / public fixed", []domain{fixeds, fixeds}, publicRight((*mpc.Engine).Div), nil, scaledQuotient, []capability.Part{call(capability.DivPublic, 0, 1)}},
	}
}

func (p Protocol) comparisonCases() []testCase {
	var all []testCase
	for _, c := range []struct {
		name  string
		f     engineOp
		holds func(cmp int) bool
	}{
		{"<", (*mpc.Engine).Lt, func(c int) bool { return c < 0 }},
		{"<=", (*mpc.Engine).Le, func(c int) bool { return c <= 0 }},
		{">", (*mpc.Engine).Gt, func(c int) bool { return c > 0 }},
		{">=", (*mpc.Engine).Ge, func(c int) bool { return c >= 0 }},
	} {
		want := truth(func(v []*big.Int) bool { return c.holds(v[0].Cmp(v[1])) })
		for _, d := range []domain{int32s, uint8s, fixeds, int64s, uint64s, bools} {
			calls, public := []capability.Part{call(capability.Negative, d.elem.Bits+1, 1)}, []capability.Part{call(capability.Negative, d.elem.Bits+1, 1)}
			switch d.elem.Bits {
			case int(p.ring):
				calls, public = []capability.Part{call(capability.Negative, 64, 3), call(capability.And, 0, 1)}, []capability.Part{call(capability.Negative, 64, 2), call(capability.And, 0, 1)}
			case 1:
				calls, public = []capability.Part{call(capability.And, 0, 1)}, nil
			}
			name := fmt.Sprintf("%v %s ", d.elem, c.name)
			all = append(all,
				testCase{name + d.elem.String(), []domain{d, d}, shared(c.f), nil, want, calls},
				testCase{name + "public", []domain{d, d}, publicRight(c.f), nil, want, public},
				testCase{"public: " + name, []domain{d, d}, publicLeft(c.f), nil, want, public})
		}
	}
	for _, c := range []struct {
		name  string
		f     engineOp
		equal bool
	}{{"==", (*mpc.Engine).Eq, true}, {"!=", (*mpc.Engine).Ne, false}} {
		want := truth(func(v []*big.Int) bool { return (v[0].Cmp(v[1]) == 0) == c.equal })
		for _, d := range []domain{int32s, uint8s, fixeds, int64s, uint64s, bools} {
			calls := []capability.Part{call(capability.IsZero, d.elem.Bits, 1)}
			if d == bools {
				calls = nil
			}
			name := fmt.Sprintf("%v %s ", d.elem, c.name)
			all = append(all,
				testCase{name + d.elem.String(), []domain{d, d}, shared(c.f), nil, want, calls},
				testCase{name + "public", []domain{d, d}, publicRight(c.f), nil, want, calls},
				testCase{"public: " + name, []domain{d, d}, publicLeft(c.f), nil, want, calls})
		}
	}
	return append(all, testCase{"less, as a number", []domain{signed(63), signed(63)},
		func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
			d := p.Engine.Sub(p, x[0], x[1])
			less := p.Kernel.Negative(p, d, 64)
			return p.Kernel.BitsToRing(p.At(operationStep, 1), less, clear.Int64)
		},
		nil, truth(func(v []*big.Int) bool { return v[0].Cmp(v[1]) < 0 }), []capability.Part{call(capability.Negative, 64, 1), call(capability.BitsToRing, 0, 1)}})
}

func (p Protocol) choiceCases() []testCase {
	least := exact(func(v []*big.Int) *big.Int { return extreme(v, -1) })
	greatest := exact(func(v []*big.Int) *big.Int { return extreme(v, 1) })
	chosen := exact(func(v []*big.Int) *big.Int {
		if v[0].Sign() != 0 {
			return v[1]
		}
		return v[2]
	})
	// choose takes the operands marked in clear.
	choose := func(clearly ...int) func(*Player, []mpc.Share, []clear.Tensor) mpc.Share {
		return func(p *Player, x []mpc.Share, v []clear.Tensor) mpc.Share {
			o := []mpc.Operand{x[0], x[1], x[2]}
			for _, i := range clearly {
				o[i] = v[i]
			}
			return p.Engine.Select(p, o[0], o[1], o[2])
		}
	}
	abs := func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Engine.Abs(p, x[0]) }
	size := exact(func(v []*big.Int) *big.Int { return new(big.Int).Abs(v[0]) })
	not := func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Engine.Not(p, x[0]) }
	either := truth(func(v []*big.Int) bool { return v[0].Sign()+v[1].Sign() > 0 })
	both := truth(func(v []*big.Int) bool { return v[0].Sign()*v[1].Sign() > 0 })
	all := []testCase{
		{"not", []domain{bools}, not, nil, truth(func(v []*big.Int) bool { return v[0].Sign() == 0 }), nil},
		{"bool and bool", []domain{bools, bools}, shared((*mpc.Engine).And), nil, both, []capability.Part{call(capability.And, 0, 1)}},
		{"bool and public", []domain{bools, bools}, publicRight((*mpc.Engine).And), nil, both, nil},
		{"bool or bool", []domain{bools, bools}, shared((*mpc.Engine).Or), nil, either, []capability.Part{call(capability.And, 0, 1)}},
		{"public or bool", []domain{bools, bools}, publicLeft((*mpc.Engine).Or), nil, either, nil},
		{"abs int32", []domain{int32s}, abs, nil, size, []capability.Part{call(capability.Negative, 32, 1), call(capability.SelectBits, 0, 1)}},
		{"abs int64", []domain{int64s}, abs, nil, size, []capability.Part{call(capability.Negative, 64, 1), call(capability.SelectBits, 0, 1)}},
		{"abs uint8", []domain{uint8s}, abs, nil, size, nil},
		{"select int64", []domain{bools, int64s, int64s}, choose(), nil, chosen, []capability.Part{call(capability.SelectBits, 0, 1)}},
		{"select, one in clear", []domain{bools, fixeds, fixeds}, choose(2), nil, chosen, []capability.Part{call(capability.SelectBits, 0, 1)}},
		{"select, both in clear", []domain{bools, int64s, int64s}, choose(1, 2), nil, chosen, []capability.Part{call(capability.BitsToRing, 0, 1)}},
		{"select by public", []domain{bools, int64s, int64s}, choose(0), nil, chosen, nil},
		{"select bool", []domain{bools, bools, bools}, choose(), nil, chosen, []capability.Part{call(capability.And, 0, 1)}},
		{"select bool, both in clear", []domain{bools, bools, bools}, choose(1, 2), nil, chosen, nil},
	}
	for _, d := range []domain{int32s, uint64s, fixeds, bools} {
		calls := []capability.Part{call(capability.Negative, d.elem.Bits+1, 1), call(capability.SelectBits, 0, 1)}
		switch d.elem.Bits {
		case int(p.ring):
			calls = []capability.Part{call(capability.Negative, 64, 3), call(capability.And, 0, 1), call(capability.SelectBits, 0, 1)}
		case 1:
			calls = []capability.Part{call(capability.And, 0, 1)}
		}
		all = append(all,
			testCase{"min " + d.elem.String(), []domain{d, d}, shared((*mpc.Engine).Min2), nil, least, calls},
			testCase{"max " + d.elem.String(), []domain{d, d}, shared((*mpc.Engine).Max2), nil, greatest, calls})
	}
	return all
}

func (p Protocol) conversionCases() []testCase {
	conversion := func(from domain, to clear.Type, want func(v []*big.Int) (*big.Int, *big.Int), calls ...capability.Part) testCase {
		return testCase{fmt.Sprintf("%v to %v", from.elem, to), []domain{from},
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share { return p.Engine.Convert(p, x[0], to) },
			nil, want, calls}
	}
	same := exact(func(v []*big.Int) *big.Int { return v[0] })
	scaled := func(f int) func(v []*big.Int) (*big.Int, *big.Int) {
		return exact(func(v []*big.Int) *big.Int { return mul(v[0], pow2(f)) })
	}
	nonZero := truth(func(v []*big.Int) bool { return v[0].Sign() != 0 })
	// Any ring element is a narrow integer that was not reduced.
	reduction := func(t clear.Type) testCase {
		w := t.Bits
		return testCase{fmt.Sprintf("reduce to %v", t), []domain{int64s},
			func(p *Player, x []mpc.Share, _ []clear.Tensor) mpc.Share {
				return p.Engine.Reduce(p, p.Engine.Convert(p, x[0], t))
			},
			nil, exact(func(v []*big.Int) *big.Int { return reduced(v[0], t) }),
			[]capability.Part{call(capability.Negative, w+2, 2), call(capability.BitsToRing, 0, 2)}}
	}
	all := []testCase{}
	if p.ring == ring.Z128 {
		all = append(all, reduction(clear.Int64), reduction(clear.Uint64))
	}
	return append(all, []testCase{
		reduction(clear.Int32), reduction(clear.Uint32), reduction(clear.Int16), reduction(clear.Uint8), reduction(clear.Int8),
		conversion(bools, clear.Int32, same, call(capability.BitsToRing, 0, 1)),
		conversion(bools, clear.Fixed(24, 16), scaled(16), call(capability.BitsToRing, 0, 1)),
		conversion(int32s, clear.Bool, nonZero, call(capability.IsZero, 32, 1)),
		conversion(int64s, clear.Bool, nonZero, call(capability.IsZero, 64, 1)),
		conversion(int32s, clear.Int64, same),
		conversion(int64s, clear.Uint8, same),
		conversion(uint64s, clear.Int64, same),
		conversion(uint8s, clear.Fixed(24, 16), scaled(16)),
		conversion(fixeds, clear.Fixed(30, 16), same),
		conversion(domain{clear.Fixed(24, 16), -1 << 30, 1 << 30}, clear.Fixed(24, 20), scaled(4)),
		conversion(fixeds, clear.Fixed(24, 12), func(v []*big.Int) (*big.Int, *big.Int) { return floorCeil(v[0], pow2(4)) },
			call(capability.Truncate, 4, 1)),
		conversion(fixeds, clear.Int32, exact(func(v []*big.Int) *big.Int { return new(big.Int).Quo(v[0], pow2(16)) }),
			call(capability.Negative, 41, 1), call(capability.BitsToRing, 0, 1), call(capability.Truncate, 16, 1), call(capability.Negative, 17, 1), call(capability.BitsToRing, 0, 1)),
	}...)
}

// reduced is the value of a type that x is modulo 2^Bits.
func reduced(x *big.Int, t clear.Type) *big.Int {
	least := new(big.Int)
	if t.Kind == clear.SignedKind {
		least.Neg(pow2(t.Bits - 1))
	}
	y := new(big.Int).Sub(x, least)
	return y.Mod(y, pow2(t.Bits)).Add(y, least)
}

func mul(x, y *big.Int) *big.Int { return new(big.Int).Mul(x, y) }
func pow2(n int) *big.Int        { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

func exact(f func(v []*big.Int) *big.Int) func(v []*big.Int) (*big.Int, *big.Int) {
	return func(v []*big.Int) (*big.Int, *big.Int) {
		z := f(v)
		return z, z
	}
}

func truth(f func(v []*big.Int) bool) func(v []*big.Int) (*big.Int, *big.Int) {
	return exact(func(v []*big.Int) *big.Int {
		if f(v) {
			return big.NewInt(1)
		}
		return new(big.Int)
	})
}

// floorCeil bounds x / d by the integers around it; d > 0.
func floorCeil(x, d *big.Int) (low, high *big.Int) {
	low = new(big.Int).Div(x, d) // rounds down, for d > 0
	high = new(big.Int).Neg(new(big.Int).Div(new(big.Int).Neg(x), d))
	return low, high
}

// withinTwo is the integers less than two from v[0] / v[1].
func withinTwo(v []*big.Int) (low, high *big.Int) {
	x, d := v[0], v[1]
	if d.Sign() < 0 {
		x, d = new(big.Int).Neg(x), new(big.Int).Neg(d)
	}
	low, high = floorCeil(x, d)
	return low.Sub(low, big.NewInt(1)), high.Add(high, big.NewInt(1))
}

func withinTwoOrZero(v []*big.Int) (low, high *big.Int) {
	if v[1].Sign() == 0 {
		return new(big.Int), new(big.Int)
	}
	return withinTwo(v)
}

// extreme is the value that compares to all others as sign says.
func extreme(v []*big.Int, sign int) *big.Int {
	if v[0].Cmp(v[1]) == sign {
		return v[0]
	}
	return v[1]
}
