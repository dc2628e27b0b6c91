package e2e

// The time of a step of gradient descent: a program as its users have it, compiled,
// a process a player over TLS.

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	simulated "github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
)

// BenchmarkTraining reports what a step of training takes: the difference of runs
// of few and of many steps, so that set-up is not counted; but the sharing of its
// batch is, which the owner reads from a file.
func BenchmarkTraining(b *testing.B) {
	const file, more = "../../runtime/bench/testdata/sgd.tfe", 10
	players := buildPlayers(b, file)
	unit := compiled(b, abs(b, file))
	c := newCast(b, unit, players)
	c.inputKind = "npy"
	seconds := func(batches int64) float64 {
		_, err := simulated.RunOn(c.run, unit.Programs[0], trainingInputs(batches))
		require.NoError(b, err)
		return c.took.Seconds()
	}
	var steps []float64
	for b.Loop() {
		steps = append(steps, (seconds(1+more)-seconds(1))/more)
	}
	slices.Sort(steps)
	b.ReportMetric(1e3*steps[len(steps)/2], "ms/step")
}

// trainingInputs are of a network of 784, twice 128 and 10, and batches of 128.
func trainingInputs(batches int64) map[string]interp.Tensor {
	r := rand.New(rand.NewPCG(1, 2))
	tensor := func(low, high int64, shape ...int64) interp.Tensor {
		n := int64(1)
		for _, d := range shape {
			n *= d
		}
		x := interp.Tensor{Elem: types.FixedOf(29, 16), Shape: shape}
		for range n {
			x.Data = append(x.Data, big.NewInt(low+r.Int64N(high-low+1)))
		}
		return x
	}
	return map[string]interp.Tensor{
		"x":  tensor(0, 1<<16, batches, 128, 784),
		"y":  tensor(0, 1<<16, batches, 128, 10),
		"w1": tensor(-1<<12, 1<<12, 784, 128), "b1": tensor(-1<<12, 1<<12, 128),
		"w2": tensor(-1<<12, 1<<12, 128, 128), "b2": tensor(-1<<12, 1<<12, 128),
		"w3": tensor(-1<<12, 1<<12, 128, 10), "b3": tensor(-1<<12, 1<<12, 10),
	}
}
