package conformance

// Division by a shared divisor.

import (
	"fmt"
	"math/big"

	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/mpc"
)

// whole is all values of a type.
func whole(t clear.Type) domain {
	low, high := t.Bounds()
	return domain{t, int64(low), int64(high)}
}

// operand is a type as the costs see it.
func operand(t clear.Type) capability.Operand {
	kinds := map[clear.Kind]capability.Kind{clear.BoolKind: capability.Bool, clear.SignedKind: capability.Signed,
		clear.UnsignedKind: capability.Unsigned, clear.FixedKind: capability.Fixed}
	return capability.Operand{Kind: kinds[t.Kind], Bits: t.Bits, F: t.F}
}

func (p Protocol) costOf(name string, result clear.Type, args ...clear.Type) []capability.Part {
	return p.operation(name, result, args...).Calls()
}

func (p Protocol) operation(name string, result clear.Type, args ...clear.Type) capability.Operation {
	o := capability.Operation{Name: name, Ring: int(p.ring), Result: operand(result)}
	for _, t := range args {
		o.Args = append(o.Args, operand(t))
	}
	return o
}

func (p Protocol) divisionCases() []testCase {
	var all []testCase
	for i, t := range precisions {
		integers := []clear.Type{clear.Int32, clear.Uint8, clear.Int64, clear.Uint64}
		all = append(all, p.fixedDivision(t, t), p.fixedDivision(t, integers[i%len(integers)]))
	}
	for _, t := range []clear.Type{clear.Int8, clear.Uint8, clear.Int32, clear.Uint32, clear.Int64, clear.Uint64} {
		d := whole(t)
		if t.Kind == clear.UnsignedKind && t.Bits == 64 {
			d = uint64s
		}
		all = append(all,
			testCase{fmt.Sprintf("%v / %v", t, t), []domain{d, d}, shared((*mpc.Engine).Div), nil, exact(totally((*big.Int).Quo)), p.costOf("div", t, t, t)},
			testCase{fmt.Sprintf("%v %% %v", t, t), []domain{d, d}, shared((*mpc.Engine).Mod), nil, exact(totally((*big.Int).Rem)), p.costOf("mod", t, t, t)})
	}
	public := operand(clear.Int32)
	public.Public = true
	return append(all, testCase{"int32 % public", []domain{int32s, int32s}, publicRight((*mpc.Engine).Mod), nil, exact(totally((*big.Int).Rem)),
		capability.Operation{Name: "mod", Ring: int(p.ring), Result: operand(clear.Int32), Args: []capability.Operand{operand(clear.Int32), public}}.Calls()})
}

// totally is 0 for a divisor of 0.
func totally(f func(z, x, y *big.Int) *big.Int) func(v []*big.Int) *big.Int {
	return func(v []*big.Int) *big.Int {
		if v[1].Sign() == 0 {
			return new(big.Int)
		}
		return f(new(big.Int), v[0], v[1])
	}
}

// fixedDivision is off by less than two units and |q| 2^-28, where the type
// holds the quotient.
func (p Protocol) fixedDivision(t, u clear.Type) testCase {
	scaled := func(v []*big.Int) *big.Int { return mul(v[0], pow2(u.F)) }
	d := whole(u)
	if u == clear.Uint64 {
		d = uint64s
	}
	fits := func(v []*big.Int) bool {
		return v[1].Sign() == 0 || new(big.Int).Quo(scaled(v), v[1]).CmpAbs(pow2(t.Bits-1)) < 0
	}
	want := func(v []*big.Int) (*big.Int, *big.Int) {
		if v[1].Sign() == 0 {
			return new(big.Int), new(big.Int)
		}
		low, high := withinTwo([]*big.Int{scaled(v), v[1]})
		slack := new(big.Int).Rsh(new(big.Int).Abs(new(big.Int).Quo(scaled(v), v[1])), 28)
		return low.Sub(low, slack), high.Add(high, slack)
	}
	return testCase{fmt.Sprintf("%v / %v", t, u), []domain{whole(t), d}, shared((*mpc.Engine).Div), fits, want, p.costOf("div", t, t, u)}
}
