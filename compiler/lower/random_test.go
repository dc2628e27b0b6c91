package lower_test

// The normal draw's parts, convolved exactly, against the distribution that the
// prelude states.

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/compiler/lower"
)

// normalParts is the distribution of a draw, from -most to most.
func normalParts(levels int, odds []*big.Int) (p []float64, most int) {
	p = []float64{1}
	for k := range levels {
		part := make(map[int]float64)
		for j := 0; j <= len(odds); j++ {
			weight := new(big.Int).Lsh(big.NewInt(1), 48)
			if j > 0 {
				weight.Set(odds[j-1])
			}
			if j < len(odds) {
				weight.Sub(weight, odds[j])
			}
			w, _ := new(big.Float).SetMantExp(new(big.Float).SetInt(weight), -49).Float64()
			part[j<<k] += w
			part[-j<<k] += w
		}
		wider := most + len(odds)<<k
		sum := make([]float64, 2*wider+1)
		for x, w := range p {
			for y, v := range part {
				sum[x-most+y+wider] += w * v
			}
		}
		p, most = sum, wider
	}
	return p, most
}

func TestNormalIsTheDiscreteGaussian(t *testing.T) {
	for _, c := range []struct {
		deviation *big.Rat
		f, levels int
	}{
		{big.NewRat(1, 1), 0, 1}, {big.NewRat(1, 100), 4, 1}, {big.NewRat(3, 4), 3, 1}, {big.NewRat(1, 2), 4, 2}, {big.NewRat(13, 1), 0, 3},
		{big.NewRat(1, 3), 8, 5}, {big.NewRat(1000, 1), 0, 9},
	} {
		t.Run(fmt.Sprint(c.deviation, c.f), func(t *testing.T) {
			levels, variance := check.NormalLevels(c.deviation, c.f)
			assert.Equal(t, c.levels, levels)
			odds := lower.Beyond(variance)
			assert.LessOrEqual(t, len(odds), check.NormalMost)
			got, most := normalParts(levels, odds)
			b, _ := c.deviation.Float64()
			b *= math.Exp2(float64(c.f))
			total := 0.0
			for x := -most; x <= most; x++ {
				total += math.Exp(-float64(x*x) / (2 * b * b))
			}
			distance := 0.0
			for k, w := range got {
				x := float64(k - most)
				distance += math.Abs(w-math.Exp(-x*x/(2*b*b))/total) / 2
			}
			assert.Less(t, distance, math.Exp2(-36))
		})
	}
}
