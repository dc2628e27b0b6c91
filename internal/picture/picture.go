// Package picture draws what a run has disclosed, as SVG.
//
// The charts are go-chart's: gonum's plot, which draws those of the documentation,
// reads its fonts when a process starts and would double what tfec weighs.
package picture

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/wcharczuk/go-chart/v2"
	"github.com/wcharczuk/go-chart/v2/drawing"

	"github.com/tfec-lang/tfec/runtime/progress"
)

// The size of a panel, and how much larger it is drawn: go-chart's coordinates are
// integers.
const (
	width, height = 720, 240
	fine          = 4
)

// dark turns a picture over where its reader prefers so.
const dark = `<style>@media (prefers-color-scheme: dark) { svg.picture { filter: invert(1) hue-rotate(180deg) } }</style>`

// Draw writes a picture with one panel a series, one below the other. The same
// series are the same bytes.
func Draw(out io.Writer, series []*progress.Series) error {
	var b bytes.Buffer
	series = slices.DeleteFunc(slices.Clone(series), func(s *progress.Series) bool { return len(s.Values) == 0 })
	total := height * len(series)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="%d" height="%d" viewBox="0 0 %d %d">%s`, width, total, width, total, dark)
	for i, s := range series {
		fmt.Fprintf(&b, "\n<svg y=\"%d\" width=\"%d\" height=\"%d\">", i*height, width, height)
		if err := panel(s).Render(chart.SVG, &b); err != nil {
			return fmt.Errorf("cannot draw %s: %w", s.Label, err)
		}
		b.WriteString("</svg>")
	}
	b.WriteString("\n</svg>\n")
	_, err := out.Write(b.Bytes())
	return err
}

// panel is the chart of one series: a line over the passes, or bars of a vector.
func panel(s *progress.Series) *chart.Chart {
	x, y := points(s)
	line := chart.ContinuousSeries{XValues: x, YValues: y, YAxis: chart.YAxisSecondary, // which is the left one
		Style: chart.Style{StrokeColor: drawing.ColorFromHex("1f6feb"), StrokeWidth: 1.5 * fine, DotColor: drawing.ColorFromHex("1f6feb")}}
	low, high := limits(y)
	c := &chart.Chart{Width: fine * width, Height: fine * height, DPI: fine * chart.DefaultDPI, Title: s.Label,
		TitleStyle: chart.Style{FontSize: 11}, Background: chart.Style{Padding: chart.Box{Top: 32 * fine, Left: 16 * fine, Right: 16 * fine, Bottom: 8 * fine}},
		YAxis: chart.YAxis{Style: chart.Style{Hidden: true}}}
	c.XAxis.Style.StrokeWidth, c.YAxisSecondary.Style.StrokeWidth = fine, fine
	c.XAxis.Name, c.Series = "pass", []chart.Series{line}
	if len(y) == 1 {
		line.Style.DotWidth = 3 * fine
		c.Series[0] = line
	}
	from, to := x[0], x[len(x)-1]
	if s.Vector {
		c.XAxis.Name, c.Series[0] = "element", chart.HistogramSeries{InnerSeries: line, YAxis: line.YAxis, Style: chart.Style{FillColor: line.Style.StrokeColor, StrokeColor: line.Style.StrokeColor}}
		from, to, low, high = from-0.5, to+0.5, min(low, 0), max(high, 0)
	}
	c.XAxis.Range, c.XAxis.Ticks = axis(from, to, 1, false)
	c.YAxisSecondary.Range, c.YAxisSecondary.Ticks = axis(low, high, 0, true)
	c.YAxis.Range, c.YAxis.Ticks = c.YAxisSecondary.Range, c.YAxisSecondary.Ticks // from which go-chart takes both ranges
	return c
}

// points are the coordinates of a series. Passes count from 1, elements from 0.
func points(s *progress.Series) (x, y []float64) {
	for i, v := range s.Values {
		if s.Vector {
			x = append(x, float64(i))
		} else {
			x = append(x, float64(i*s.Every+1))
		}
		y = append(y, v)
	}
	return x, y
}

func limits(y []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range y {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// axis has ticks that are 1, 2 or 5 times a power of ten apart, and at least least. A
// round axis ends at ticks.
func axis(low, high, least float64, round bool) (chart.Range, []chart.Tick) {
	if low == high {
		low, high = low-1, high+1
	}
	apart := least
	for unit := math.Pow(10, math.Floor(math.Log10((high-low)/ticks))); apart < (high-low)/ticks; unit *= 10 {
		for _, f := range []float64{5, 2, 1} {
			if f*unit >= (high-low)/ticks {
				apart = max(least, f*unit)
			}
		}
	}
	if round {
		low, high = math.Floor(low/apart)*apart, math.Ceil(high/apart)*apart
	}
	at := []chart.Tick{{Value: low}} // go-chart has an axis begin and end with its ticks
	for k := int(math.Ceil(low / apart)); k <= int(math.Floor(high/apart)); k++ {
		at = append(at, chart.Tick{Value: float64(k) * apart, Label: strconv.FormatFloat(float64(k)*apart, 'g', 6, 64)})
	}
	return &chart.ContinuousRange{Min: low, Max: high}, append(at, chart.Tick{Value: high})
}

// ticks is how many of them an axis has, about.
const ticks = 6
