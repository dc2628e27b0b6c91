package picture

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"math"
	"os"
	"slices"
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
	elements(t, got.Bytes())
}

// elements are the names of a picture's elements and attributes.
func elements(t *testing.T, drawn []byte) (names []string) {
	d := xml.NewDecoder(bytes.NewReader(drawn))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return names
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			names = append(names, e.Name.Local)
			for _, a := range e.Attr {
				names = append(names, a.Name.Local)
			}
		}
	}
}

// A label is text, whatever it has in it.
func TestLabelsAreText(t *testing.T) {
	var plain bytes.Buffer
	require.NoError(t, Draw(&plain, []*progress.Series{{Label: "loss", Every: 1, Values: progress.Numbers{1, 2}}}))
	for _, label := range []string{`</text><script>alert(1)</script>`, `"a" & b <`, "\x00\xff"} {
		var got bytes.Buffer
		require.NoError(t, Draw(&got, []*progress.Series{{Label: label, Every: 1, Values: progress.Numbers{1, 2}}}))
		require.Equal(t, elements(t, plain.Bytes()), elements(t, got.Bytes()), label)
	}
}

// What is no finite number leaves a gap, which the title tells of; the greatest
// numbers of all do not fit on axes.
func TestGaps(t *testing.T) {
	none, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		values  progress.Numbers
		lines   int
		missing string
	}{
		{progress.Numbers{none, none}, 0, "2 of 2 not drawn"},
		{progress.Numbers{1, 2, none, 4, inf, -inf, 7}, 3, "3 of 7 not drawn"},
		{progress.Numbers{1e308, -1e308, 0.5}, 1, "2 of 3 not drawn"},
		{progress.Numbers{1e300, 1e300}, 1, ""},
		{progress.Numbers{-1e300, 1e300}, 1, ""},
		{progress.Numbers{5e-324, 0}, 1, ""},
		{progress.Numbers{1e17, 1e17 + 16}, 1, ""},
	} {
		for _, s := range []*progress.Series{{Label: "loss", Every: math.MaxInt, Values: c.values}, {Label: "w", Vector: true, Every: 1, Values: c.values}} {
			require.Len(t, lines(s), c.lines, c.values)
			require.Contains(t, title(s, len(slices.DeleteFunc(slices.Clone(c.values), func(x float64) bool { return !missing(x) }))), c.missing)
			var got bytes.Buffer
			require.NoError(t, Draw(&got, []*progress.Series{s}), c.values)
			elements(t, got.Bytes())
			require.NotContains(t, got.String(), "NaN")
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
		{0, 5e-324, 0, true, []string{"-1", "-0.5", "0", "0.5", "1"}},
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
