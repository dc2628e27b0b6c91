package picture

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/progress"
)

var update = flag.Bool("update", false, "write the picture")

func TestDraw(t *testing.T) {
	var b progress.Book
	for k := range 40 {
		b.Add("loss", false, []float64{1.3 * math.Pow(0.9, float64(k))})
		b.Add("converged", false, []float64{float64(k / 39)})
		b.Add("histogram", true, []float64{3, float64(k), 17, 0, -4})
	}
	b.Add("once", false, []float64{12_345.5})
	b.Add("long", true, make([]float64, progress.MaxSeries+1))
	var got bytes.Buffer
	require.NoError(t, Draw(&got, b.Series))
	const golden = "testdata/series.svg"
	if *update {
		require.NoError(t, os.WriteFile(golden, got.Bytes(), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
	d := xml.NewDecoder(&got)
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high, least float64
		round            bool
		want             []string
	}{
		{0, 1, 0, true, []string{"0", "0.2", "0.4", "0.6", "0.8", "1"}},
		{0.07, 0.93, 0, true, []string{"0", "0.2", "0.4", "0.6", "0.8", "1"}},
		{1, 40, 1, false, []string{"10", "20", "30", "40"}},
		{1, 3, 1, false, []string{"1", "2", "3"}},
		{5, 5, 0, true, []string{"4", "4.5", "5", "5.5", "6"}},
		{-3000, 1e6, 0, true, []string{"-200000", "0", "200000", "400000", "600000", "800000", "1e+06"}},
	} {
		r, at := axis(c.low, c.high, c.least, c.round)
		var got []string
		for _, x := range at {
			if x.Label != "" {
				got = append(got, x.Label)
			}
			require.True(t, x.Value >= r.GetMin() && x.Value <= r.GetMax())
		}
		require.Equal(t, c.want, got)
	}
}
