// Package picture draws what a run has disclosed, as SVG.
//
// The charts are go-chart's: gonum's plot, which draws those of the documentation,
// reads its fonts when a process starts and would double what tfec weighs.
package picture

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

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

// left is what go-chart calls the secondary axis.
const left = chart.YAxisSecondary

var blue = drawing.ColorFromHex("1f6feb")

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
	shown, y := lines(s), slices.DeleteFunc(slices.Clone(s.Values), missing)
	low, high := 0.0, 0.0
	if len(y) > 0 {
		low, high = slices.Min(y), slices.Max(y)
	}
	c := &chart.Chart{Width: fine * width, Height: fine * height, DPI: fine * chart.DefaultDPI, Title: title(s, len(s.Values)-len(y)),
		TitleStyle: chart.Style{FontSize: 11}, Background: chart.Style{Padding: chart.Box{Top: 32 * fine, Left: 16 * fine, Right: 16 * fine, Bottom: 8 * fine}},
		YAxis: chart.YAxis{Style: chart.Style{Hidden: true}}}
	c.XAxis.Style.StrokeWidth, c.YAxisSecondary.Style.StrokeWidth = fine, fine
	c.XAxis.Name = "pass"
	from, to := place(s, 0), place(s, len(s.Values)-1)
	if s.Vector {
		c.XAxis.Name = "element"
		from, to, low, high = from-0.5, to+0.5, min(low, 0), max(high, 0)
	}
	for _, l := range shown {
		c.Series = append(c.Series, l)
	}
	if s.Vector || len(shown) == 0 {
		c.Series = []chart.Series{bars{shown, len(s.Values)}}
	}
	c.XAxis.Range, c.XAxis.Ticks = axis(from, to, 1, false)
	c.YAxisSecondary.Range, c.YAxisSecondary.Ticks = axis(low, high, 0, true)
	c.YAxis.Range, c.YAxis.Ticks = c.YAxisSecondary.Range, c.YAxisSecondary.Ticks // from which go-chart takes both ranges
	return c
}

// title is a label, which go-chart writes as it stands, and how many of its values
// are missing.
func title(s *progress.Series, missing int) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s.Label))
	if missing > 0 {
		fmt.Fprintf(&b, " (%d of %d not drawn: no finite numbers)", missing, len(s.Values))
	}
	return b.String()
}

// missing reports whether there is nothing to draw at a place: axes cannot hold
// numbers next to the greatest of all.
func missing(x float64) bool { return math.IsNaN(x) || math.Abs(x) > 1e300 }

// lines are the values of a series, a line for each run of them without a gap.
func lines(s *progress.Series) []chart.ContinuousSeries {
	var all []chart.ContinuousSeries
	for i, y := range s.Values {
		if missing(y) {
			continue
		}
		if i == 0 || missing(s.Values[i-1]) {
			all = append(all, chart.ContinuousSeries{Style: chart.Style{StrokeColor: blue, StrokeWidth: 1.5 * fine, DotColor: blue, DotWidth: 3 * fine}, YAxis: left})
		}
		l := &all[len(all)-1]
		l.XValues, l.YValues = append(l.XValues, place(s, i)), append(l.YValues, y)
		if len(l.YValues) > 1 {
			l.Style.DotWidth = 0
		}
	}
	return all
}

// place is where a value stands: passes count from 1, elements from 0.
func place(s *progress.Series, i int) float64 {
	if s.Vector {
		return float64(i)
	}
	return float64(i)*float64(s.Every) + 1
}

// bars are those of a vector that has so many elements.
type bars struct {
	lines    []chart.ContinuousSeries
	elements int
}

func (b bars) GetName() string           { return "" }
func (b bars) GetYAxis() chart.YAxisType { return left }
func (b bars) GetStyle() chart.Style     { return chart.Style{FillColor: blue, StrokeColor: blue} }
func (b bars) Validate() error           { return nil }

func (b bars) Render(r chart.Renderer, box chart.Box, x, y chart.Range, defaults chart.Style) {
	for _, l := range b.lines {
		chart.Draw.HistogramSeries(r, box, x, y, b.GetStyle().InheritFrom(defaults), l, x.GetDomain()/b.elements)
	}
}

// axis has ticks that are 1, 2 or 5 times a power of ten apart, and at least least. A
// round axis ends at ticks. Ends that hardly differ are moved apart, so that ticks do.
func axis(low, high, least float64, round bool) (chart.Range, []chart.Tick) {
	if digits := 1e-12 * max(math.Abs(low), math.Abs(high)); high-low <= max(digits, 1e-290) {
		low, high = low-max(digits, 1), high+max(digits, 1)
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
