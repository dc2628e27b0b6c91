package exec_test

// The functions of numbers and division by secrets, from the source on: the
// interpreter's results within the errors that are stated, exactly for integers.

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/internal/exec"
)

// How many units of 2^-18 the engine may be off. Of a function that is two; a
// function of a value that is itself off by a unit, and sums, add to it.
var numeric = map[string]map[string]float64{
	"numeric": {
		"own":  7, // seven functions in clear, a unit each
		"logs": 12, "odds": 3, "bends": 4, "ramps": 0, "parts": 32, "limited": 0,
		"powers": 818, // e^6 for each unit of its argument, a quotient
		// Below the root of a square that is off by a unit: √(2^-18).
		"roots": 514,
	},
	"softmax":   {"rows": 32, "columns": 32, "three": 24},
	"wide":      {},
	"quotients": {"a": 3, "b": 3, "f": 3, "h": 3, "o": 4},
}

func TestNumeric(t *testing.T) {
	for name, units := range numeric {
		for _, protocol := range []string{"", "plain(s1)"} {
			t.Run(name+" "+protocol, func(t *testing.T) {
				unit := load(t, filepath.Join("..", "..", "compiler", "testdata", name+".tfe"), protocol)
				for _, block := range unit.Tests {
					assert.Equal(t, interp.TestResult{}, verdict(interp.RunTest(block)), "in clear: %s", block.Title)
					assert.Equal(t, interp.TestResult{}, verdict(exec.RunTest(block)), "on %s: %s", block.Program.Protocol.Name, block.Title)
				}
				r := rand.New(rand.NewPCG(3, 5))
				for range 6 {
					agree(t, unit.Programs[0], randomInputs(r, unit.Programs[0]), units)
				}
			})
		}
	}
}
