package exec_test

// Draws: what comes out has the distribution that the prelude states, in the
// interpreter and in the engine, at one player and jointly, and costs what is
// promised. Bounds are six standard errors wide: the engine's draws are fresh.

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
)

const (
	drawn   = 200
	normals = 40 // the interpreter takes its time
)

var drawSource = fmt.Sprintf(`players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2)

computation draws() -> (
  bit: bool[%[1]d] @ bob, uniform: fixed[%[1]d] @ bob, laplace: fixed[%[1]d] @ bob, normal: fixed(20, 4)[%[2]d] @ bob,
  own_bit: bool[%[1]d] @ alice, own_uniform: fixed[%[1]d] @ alice, own_laplace: fixed[%[1]d] @ alice, own_normal: fixed(20, 4)[%[2]d] @ alice,
  toss: fixed @ public, tosses: fixed[%[1]d] @ public, table: fixed[3, 5] @ bob, one: fixed @ bob,
) {
  let joint: fixed(20, 4)[%[2]d] = random_normal_shared(1.5, %[2]d)
  let (b, u, l, g) = local alice {
    let own: fixed(20, 4)[%[2]d] = random_normal(1.5, %[2]d)
    yield random_bit(%[1]d), random_uniform(-1.0, 3.0, %[1]d), random_laplace(2.0, %[1]d), own
  }
  return reveal(random_bit_shared(%[1]d)) to bob, reveal(random_uniform_shared(-1.0, 3.0, %[1]d)) to bob, reveal(random_laplace_shared(2.0, %[1]d)) to bob, reveal(joint) to bob,
    b, u, l, g, random_public(), random_public(%[1]d), reveal(random_uniform_shared(0.0, 1.0, 3, 5)) to bob, reveal(random_laplace_shared(0.25) + random_normal_shared(0.25)) to bob
}
`, drawn, normals)

func TestDraws(t *testing.T) {
	for _, protocol := range []string{"plain(s0)", ""} {
		p := source(t, drawSource, protocol)
		verify(t, p)
		assert.Equal(t, promised(t, p, nil), measured(t, p, nil))
		first := distributed(t, exec.Run, protocol, p)
		again := distributed(t, exec.Run, protocol, p)
		for name := range first {
			assert.False(t, first[name].Equal(again[name]), "%s is the same in two runs", name)
		}
	}
}

func TestDrawsOfTheInterpreter(t *testing.T) {
	p := source(t, drawSource, "")
	known := distributed(t, interp.Run, "", p)
	same, err := interp.Run(p, nil)
	require.NoError(t, err)
	assert.Equal(t, known, same, "the same each time")
}

func distributed(t *testing.T, run interp.Runner, protocol string, p *ir.Program) map[string]interp.Tensor {
	t.Helper()
	out, err := run(p, nil)
	require.NoError(t, err, protocol)
	for _, who := range []string{"", "own_"} {
		moments(t, out[who+"bit"], who+"bit", 0.5, 0.25)
		moments(t, out[who+"uniform"], who+"uniform", 1, 16.0/12)
		moments(t, out[who+"laplace"], who+"laplace", 0, 2*2*2)
		moments(t, out[who+"normal"], who+"normal", 0, 1.5*1.5)
		assert.InDelta(t, 0.3173, tail(out[who+"normal"], 1.5), 6*math.Sqrt(0.25/normals))
		assert.InDelta(t, 0.0455, tail(out[who+"normal"], 3), 6*math.Sqrt(0.05/normals))
		for _, x := range floats(out[who+"uniform"]) {
			assert.True(t, x >= -1 && x <= 3, "%v", x)
		}
		assert.InDelta(t, math.Exp(-1), tail(out[who+"laplace"], 2), 6*math.Sqrt(0.25/drawn), "beyond the scale lies 1/e")
		assert.InDelta(t, math.Exp(-3), tail(out[who+"laplace"], 6), 6*math.Sqrt(0.05/drawn))
	}
	moments(t, out["tosses"], "tosses", 0.5, 1.0/12)
	toss := floats(out["toss"])[0]
	assert.True(t, toss >= 0 && toss < 1)
	assert.Equal(t, []int64{3, 5}, out["table"].Shape)
	return out
}

// moments compares mean and variance; a Laplace draw has a kurtosis of 6.
func moments(t *testing.T, x interp.Tensor, name string, mean, variance float64) {
	t.Helper()
	var sum, squares float64
	n := float64(len(x.Data))
	for _, v := range floats(x) {
		sum += v
		squares += (v - mean) * (v - mean)
	}
	assert.InDelta(t, mean, sum/n, 6*math.Sqrt(variance/n), "%s: mean", name)
	assert.InDelta(t, variance, squares/n, 6*variance*math.Sqrt(5.0/n), "%s: variance", name)
}

// tail is the share of elements that are further from 0.
func tail(x interp.Tensor, far float64) float64 {
	n := 0.0
	for _, v := range floats(x) {
		if math.Abs(v) > far {
			n++
		}
	}
	return n / float64(len(x.Data))
}

func floats(x interp.Tensor) []float64 {
	out := make([]float64, len(x.Data))
	for k, v := range x.Data {
		out[k], _ = new(big.Rat).SetFrac(v, new(big.Int).Lsh(big.NewInt(1), uint(x.Elem.F))).Float64()
	}
	return out
}

// A draw in a loop is a new one in each pass, and one that is used twice is one.
func TestDrawsHappenWhereTheyStand(t *testing.T) {
	p := source(t, `players alice, bob, s0, s1, s2
protocol aby3(s0, s1, s2)

computation draws() -> (often: bool[2, 64] @ bob, once: int64 @ bob) {
  var x = [zeros(64) > 0.0, zeros(64) > 0.0]
  for i in 0..2 { x[i] = random_bit_shared(64) }
  let y = random_bit_shared(64)
  return reveal(x) to bob, reveal(count(y == y)) to bob
}
`, "")
	for _, run := range []interp.Runner{interp.Run, exec.Run} {
		out, err := run(p, nil)
		require.NoError(t, err)
		x := out["often"].Data
		assert.NotEqual(t, fmt.Sprint(x[:64]), fmt.Sprint(x[64:]))
		assert.Equal(t, "64", out["once"].String())
	}
}
