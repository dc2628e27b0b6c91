package exec_test

// The ladder: the reference interpreter, the plain engine and aby3 agree, each
// on the same program and inputs.

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/project"
	"github.com/tfec-lang/tfec/internal/exec"
)

// near checks that got is want up to so many units in the last place, modulo
// the type: what is next to its end may wrap.
func near(t *testing.T, want, got interp.Tensor, units float64, name string) {
	t.Helper()
	require.Equal(t, want.Elem, got.Elem, name)
	require.Len(t, got.Data, len(want.Data), name)
	bound, _ := big.NewFloat(units).Int(nil)
	for k := range want.Data {
		modulus := new(big.Int).Lsh(big.NewInt(1), uint(want.Elem.Bits()))
		d := new(big.Int).Sub(want.Data[k], got.Data[k])
		d.Mod(d.Add(d, bound), modulus) // 0 to twice the bound
		assert.LessOrEqual(t, d.Cmp(new(big.Int).Lsh(bound, 1)), 0, "%s[%d]: got %s, want %s within %s", name, k, got.Data[k], want.Data[k], bound)
	}
}

// some is how many of n programs or cases are run: a tenth in short tests, such as
// those under the race detector, which look at goroutines and not at results.
func some(n uint64) uint64 {
	if testing.Short() {
		return n / 10
	}
	return n
}

func TestRandomPrograms(t *testing.T) {
	for _, c := range []struct {
		protocol string
		roles    []int
		programs uint64
	}{
		{"plain", []int{3}, 100},
		{"plain", []int{0}, 100}, // the computing player owns inputs
		{"aby3", []int{3, 4, 5}, 100},
		{"aby3", []int{0, 5, 1}, 100},
		{"pond", []int{3, 4, 5}, 100},
		{"pond", []int{5, 0, 1}, 100},
		{"securenn", []int{4, 3, 5}, 60},
		{"securenn", []int{5, 1, 0}, 60},
	} {
		t.Run(fmt.Sprint(c.protocol, c.roles), func(t *testing.T) {
			t.Parallel()
			for seed := range some(c.programs) {
				p, in, tolerance := randomProgram(seed, c.protocol, c.roles...)
				agree(t, p, in, tolerance)
				if t.Failed() {
					t.Fatalf("seed %d:\n%s", seed, p)
				}
			}
		})
	}
}

// agree checks that a program is well-formed, and that the engine gives what
// the interpreter gives.
func agree(t *testing.T, p *ir.Program, in map[string]interp.Tensor, tolerance map[string]float64) {
	t.Helper()
	verify(t, p)
	want, err := interp.Run(p, in)
	require.NoError(t, err)
	got, err := exec.Run(p, in)
	require.NoError(t, err, "%s", p)
	require.Len(t, got, len(want))
	for name := range want {
		near(t, want[name], got[name], tolerance[name], name)
	}
}

func verify(t *testing.T, p *ir.Program) {
	t.Helper()
	require.NoError(t, ir.Verify(p), "%s", p)
	for _, q := range project.All(p) {
		require.NoError(t, ir.Verify(q), "%s", q)
	}
}

// The random programs are worth their time only if they reach what they are
// for: each operation on shares, and the structured ones.
func TestRandomProgramsReachEveryOperation(t *testing.T) {
	reached := make(map[ir.Op]int)
	for seed := range uint64(100) {
		p, _, _ := randomProgram(seed, "aby3", 3, 4, 5)
		count(p, p.Body, reached)
	}
	for _, op := range []ir.Op{
		ir.OpFor, ir.OpIf, ir.OpCopy, ir.OpShare, ir.OpNeg, ir.OpAbs, ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpDiv,
		ir.OpEq, ir.OpNe, ir.OpLt, ir.OpLe, ir.OpGt, ir.OpGe, ir.OpAnd, ir.OpOr, ir.OpNot, ir.OpSelect, ir.OpConvert,
		ir.OpSum, ir.OpMin, ir.OpMax, ir.OpDot, ir.OpIndex, ir.OpUpdate, ir.OpStack, ir.OpConcat, ir.OpFill, ir.OpTranspose,
	} {
		assert.GreaterOrEqual(t, reached[op], 10, "%s on shares", op)
	}
}

func count(p *ir.Program, b ir.Block, shared map[ir.Op]int) {
	for _, i := range b {
		if i.Op.Structured() || i.Dst != 0 && p.Values[i.Dst].Place.IsShared() {
			shared[i.Op]++
		}
		count(p, i.Body, shared)
		count(p, i.Else, shared)
	}
}
