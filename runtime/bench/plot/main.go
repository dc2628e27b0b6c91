// Command plot shows what benchmarks have measured, in a folder of documentation
// (runtime/bench/measure runs it with all that there is to show):
//
//	go test -run - -bench 'Growth|Operations' -benchtime 5x -count 5 ./runtime/bench | go run ./runtime/bench/plot docs
//
// plots/growth.svg has the processor time of operations against the number of elements,
// with the curve that n, or for sorting n log n, draws through the last point.
// plots/operations.svg has the time of each operation between processes beside its
// limit. The tables of performance.md are written between their marks. What the
// input has no benchmarks of stays as it is. Of several runs the median counts.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"image/color"
	"io"
	"log"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go test -run - -bench … ./runtime/bench | plot FOLDER")
	}
	results, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	folder := os.Args[1]
	if err := errors.Join(draw(results, filepath.Join(folder, "plots")), fillFile(filepath.Join(folder, "performance.md"), results)); err != nil {
		log.Fatal(err)
	}
}

// A result is what a benchmark reports, by unit, run by run.
type result map[string][]float64

func (r result) median(unit string) float64 {
	v := slices.Sorted(slices.Values(r[unit]))
	if len(v) == 0 {
		return math.NaN()
	}
	return v[len(v)/2]
}

// cores ends the name of a benchmark.
var cores = regexp.MustCompile("-[0-9]+$")

// read takes the lines of benchmarks: a name, a count, values with units.
func read(in io.Reader) (map[string]result, error) {
	results := map[string]result{}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := cores.ReplaceAllString(words[0], "")
		if results[name] == nil {
			results[name] = result{}
		}
		for i := 2; i+1 < len(words); i += 2 {
			v, err := strconv.ParseFloat(words[i], 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", words[0], err)
			}
			results[name][words[i+1]] = append(results[name][words[i+1]], v)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, errors.New("the input has no benchmarks")
	}
	return results, nil
}

// has tells whether there is a benchmark whose name begins so.
func has(results map[string]result, prefix string) bool {
	for name := range results {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func draw(results map[string]result, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, d := range []struct {
		file, benchmark string
		width           vg.Length
		draw            func(map[string]result) (*plot.Plot, error)
	}{
		{"growth.svg", "BenchmarkGrowth/", 7 * vg.Inch, drawGrowth},
		{"operations.svg", "BenchmarkOperations/", 9 * vg.Inch, drawOperations},
	} {
		if !has(results, d.benchmark) {
			continue
		}
		p, err := d.draw(results)
		if err != nil {
			return err
		}
		if err := p.Save(d.width, 5*vg.Inch, filepath.Join(folder, d.file)); err != nil {
			return err
		}
	}
	return nil
}

// curves says how each operation of the growth plot is to grow.
var curves = map[string]func(n float64) float64{
	"products":    func(n float64) float64 { return n },
	"comparisons": func(n float64) float64 { return n },
	"sort":        func(n float64) float64 { return n * math.Log2(n) },
}

func drawGrowth(results map[string]result) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "Three servers in one process"
	p.X.Label.Text, p.Y.Label.Text = "elements", "processor seconds"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	for i, name := range slices.Sorted(maps.Keys(curves)) {
		points := growth(results, "BenchmarkGrowth/"+name+"/n=")
		if len(points) == 0 {
			return nil, fmt.Errorf("the input has no BenchmarkGrowth/%s", name)
		}
		if err := addGrowth(p, name, points, curves[name], plotutil.Color(i)); err != nil {
			return nil, err
		}
	}
	p.Y.Min /= 2
	return p, nil
}

// growth are the medians of one operation, in processor seconds by size.
func growth(results map[string]result, prefix string) (points plotter.XYs) {
	for name, r := range results {
		if n, err := strconv.Atoi(strings.TrimPrefix(name, prefix)); err == nil {
			points = append(points, plotter.XY{X: float64(n), Y: r.median("cpu-ms/op") / 1e3})
		}
	}
	slices.SortFunc(points, func(a, b plotter.XY) int { return int(a.X - b.X) })
	return points
}

func addGrowth(p *plot.Plot, name string, points plotter.XYs, curve func(float64) float64, c color.Color) error {
	measured, err := plotter.NewScatter(points)
	if err != nil {
		return err
	}
	last := points[len(points)-1]
	expected := plotter.NewFunction(func(n float64) float64 { return last.Y * curve(n) / curve(last.X) })
	expected.XMin, expected.XMax = points[0].X, last.X
	measured.Color, expected.Color = c, c
	measured.Radius = vg.Points(3)
	p.Add(measured, expected)
	p.Legend.Add(name, measured, expected)
	return nil
}

func drawOperations(results map[string]result) (*plot.Plot, error) {
	var names []string
	var times, limits plotter.Values
	for _, key := range slices.Sorted(maps.Keys(results)) {
		name, ok := strings.CutPrefix(strings.TrimSuffix(key, "/tls/aby3"), "BenchmarkOperations/")
		if !ok || !strings.HasSuffix(key, "/tls/aby3") {
			continue
		}
		names = append(names, name)
		times = append(times, results[key].median("ns/op")/1e6)
		limits = append(limits, results[key].median("ms-limit"))
	}
	if names == nil {
		return nil, errors.New("the input has no BenchmarkOperations over tls")
	}
	p := plot.New()
	p.Title.Text = "Three processes over TLS on loopback"
	p.Y.Label.Text = "milliseconds"
	p.X.Tick.Label.Rotation, p.X.Tick.Label.XAlign = math.Pi/3, -1
	p.Legend.Top, p.Legend.Left = true, true
	for i, series := range []struct {
		name   string
		values plotter.Values
	}{{"time", times}, {"limit", limits}} {
		bars, err := plotter.NewBarChart(series.values, vg.Points(8))
		if err != nil {
			return nil, err
		}
		bars.Color, bars.Offset, bars.LineStyle.Width = plotutil.Color(i), vg.Points(8*float64(i)-4), 0
		p.Add(bars)
		p.Legend.Add(series.name, bars)
	}
	p.NominalX(names...)
	return p, nil
}
