package exec_test

// Rounds and payload bytes of programs at stated sizes, as goldens. That a run
// measures what is promised here is another test's.

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/ir"
)

func TestRoundsOfPrograms(t *testing.T) {
	for _, c := range []struct {
		program, computation string
		sizes                map[string]int64
		rounds, bytes        int64
	}{
		{"corpus/programs/average.tfe", "average", map[string]int64{"n": 1000, "m": 2000}, 4, 80},
		{"corpus/programs/staff_average.tfe", "staff_average", nil, 4, 216},
		{"corpus/programs/millionaires.tfe", "richer", nil, 6, 65},
		{"corpus/programs/auction.tfe", "vickrey", nil, 33, 1022},
		{"corpus/programs/groupby.tfe", "turnover", map[string]int64{"n": 1000, "m": 2000}, 6, 688},
		{"corpus/programs/median.tfe", "median", map[string]int64{"n": 100, "m": 200}, 66, 71658},
		{"corpus/programs/mlp.tfe", "classify", map[string]int64{"k": 16, "d": 64, "h": 32, "c": 10}, 38, 115782},
		{"corpus/programs/psi_size.tfe", "overlap", map[string]int64{"n": 100, "m": 200}, 158, 325940},
		{"corpus/programs/regression.tfe", "train_linear", map[string]int64{"n": 1000, "d": 10}, 182, 1121840},
		{"corpus/programs/regression.tfe", "train_logistic", map[string]int64{"n": 1000, "d": 10}, 1601, 24056350},
		{"corpus/programs/regression.tfe", "predict", map[string]int64{"k": 1000, "d": 10}, 23, 652990},
	} {
		t.Run(filepath.Base(c.program)+" "+c.computation, func(t *testing.T) {
			programs := load(t, filepath.Join("..", "..", c.program), "").Programs
			k := slices.IndexFunc(programs, func(p *ir.Program) bool { return p.Name == c.computation })
			require.GreaterOrEqual(t, k, 0)
			r, err := cost.Of(programs[k], c.sizes)
			require.NoError(t, err)
			require.True(t, r.Rounds.Known && r.Bytes.Known)
			assert.Equal(t, []int64{c.rounds, c.bytes}, []int64{r.Rounds.Value, r.Bytes.Value}, "rounds and bytes")
		})
	}
}
