package exec_test

// Comparisons on the width that ranges prove: right at the ends of the ranges,
// and with the bytes that are promised.

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
)

const compared = `players a, b, c, s0, s1, s2
protocol aby3(s0, s1, s2)

computation f(x: %[1]s[8] @ a in %[2]d..=%[3]d, y: %[1]s[8] @ b in %[4]d..=%[5]d) -> (
  lt: bool[8] @ c, le: bool[8] @ c, gt: bool[8] @ c, ge: bool[8] @ c, eq: bool[8] @ c, ne: bool[8] @ c,
  least: %[1]s[8] @ c, most: %[1]s[8] @ c, all: %[1]s @ c, size: %[1]s[8] @ c,
) {
  return reveal(x < y) to c, reveal(x <= y) to c, reveal(x > y) to c, reveal(x >= y) to c, reveal(x == y) to c, reveal(x != y) to c,
    reveal(min(x, y)) to c, reveal(max(x, y)) to c, reveal(max(concat(x, y))) to c, reveal(abs(x - y)) to c
}
`

func TestComparisonsOnProvedWidths(t *testing.T) {
	for _, c := range []struct {
		elem           string
		x, y           [2]int64
		less, equality int // widths; 0: those of the types
	}{
		{"int32", [2]int64{0, 1}, [2]int64{0, 1}, 2, 2},
		{"int32", [2]int64{0, 8}, [2]int64{0, 7}, 5, 4},
		{"int32", [2]int64{-8, 0}, [2]int64{0, 8}, 6, 5},
		{"int32", [2]int64{-8, 0}, [2]int64{0, 7}, 5, 4},
		{"int64", [2]int64{0, 1<<32 - 1}, [2]int64{-1, 1 << 32}, 34, 33},
		{"int64", [2]int64{-1 << 61, 1<<61 - 1}, [2]int64{-1 << 61, 1<<61 - 1}, 63, 62},
		{"int64", [2]int64{-1 << 62, 1<<62 - 1}, [2]int64{-1 << 62, 1<<62 - 1}, 64, 63},
	} {
		t.Run(fmt.Sprint(c.elem, c.x, c.y), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "f.tfe")
			require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, compared, c.elem, c.x[0], c.x[1], c.y[0], c.y[1]), 0o600))
			p := load(t, path, "").Programs[0]
			assert.Equal(t, map[ir.Op]int{ir.OpLt: c.less, ir.OpEq: c.equality}, widths(p.Body, map[ir.Op]int{}))
			in := map[string]interp.Tensor{
				"x": tensor(p.Inputs[0].Elem, []int64{8}, c.x[0], c.x[0], c.x[1], c.x[1], c.x[0]+1, c.x[1]-1, c.x[0], c.x[1]),
				"y": tensor(p.Inputs[1].Elem, []int64{8}, c.y[0], c.y[1], c.y[0], c.y[1], c.y[0], c.y[1], c.y[0]+1, c.y[1]-1),
			}
			agree(t, p, in, nil)
			exactly(t, p, in)
		})
	}
}

// widths collects those of less and equal.
func widths(b ir.Block, out map[ir.Op]int) map[ir.Op]int {
	for _, i := range b {
		if i.Op == ir.OpLt || i.Op == ir.OpEq {
			out[i.Op] = i.Width
		}
		widths(i.Body, out)
	}
	return out
}
