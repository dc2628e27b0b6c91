package main

// Tables of Markdown, each between two marks of a page.

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// A figure is one column of a table: what a benchmark reports in a unit.
type figure struct {
	head, unit string
	scale      float64
}

// The figures of an operation between processes, and of one at all places.
var (
	limits = []figure{{"time", "ns/op", 1e-6}, {"limit", "ms-limit", 1}, {"of which streams", "ms-streams", 1}, {"arithmetic", "ms-arithmetic", 1},
		{"bytes", "ms-bytes", 1}, {"rounds", "ms-rounds", 1}, {"time / limit", "×limit", 1}}
	everywhere = []struct {
		place string
		figure
	}{
		{"memory", figure{"rounds", "rounds/op", 1}}, {"memory", figure{"MB a server", "B/op/player", 1e-6}}, {"memory", figure{"MB ahead", "B-ahead/op", 1e-6}},
		{"memory", figure{"memory", "ns/op", 1e-6}},
		{"tls", figure{"TLS", "ns/op", 1e-6}}, {"tls", figure{"limit", "ms-limit", 1}}, {"tls", figure{"time / limit", "×limit", 1}}, {"tls", figure{"processors", "cpu-ms/op", 1}}, {"tls", figure{"of which helper", "cpu-ms-ahead", 1}},
		{"wan", figure{"WAN", "ns/op", 1e-6}}, {"wan", figure{"estimate", "ms-estimate", 1}}, {"wan", figure{"time / estimate", "×estimate", 1}},
	}
)

// asked are the operations for which a time between processes is asked, in ms.
var asked = []struct {
	operation, text string
	most            int
}{
	{"products", "1,000,000 products mod 2^64", 35},
	{"fixed-products", "1,000,000 fixed-point products", 50},
	{"comparisons", "1,000,000 comparisons of 64 bits, arithmetic result", 130},
	{"matmul-512", "512 × 512 by 512 × 512 fixed-point matrix product", 70},
	{"sort-65536", "sort of 65,536 32-bit keys", 300},
	{"sigmoids", "100,000 sigmoids", 120},
	{"divisions", "100,000 divisions", 150},
}

// tables are those of a page, by name; of what the input has nothing of, none.
var tables = []struct {
	name, benchmark string
	write           func(io.Writer, map[string]result)
}{
	{"machine", "BenchmarkMachine/", writeMachine},
	{"asked", "BenchmarkTraining", writeAsked}, // the last of them
	{"operations", "BenchmarkOperations/", writeOperations},
}

// fill writes the tables into a page, each between its marks.
func fill(page []byte, results map[string]result) ([]byte, error) {
	for _, t := range tables {
		if !has(results, t.benchmark) {
			continue
		}
		begin := fmt.Appendf(nil, "<!-- measured: %s -->\n", t.name)
		before, rest, found := bytes.Cut(page, begin)
		_, after, ended := bytes.Cut(rest, []byte("\n<!-- end -->"))
		if !found || !ended {
			return nil, fmt.Errorf("the page has no place for the table %s", t.name)
		}
		table := bytes.NewBufferString("\n")
		t.write(table, results)
		page = slices.Concat(before, begin, table.Bytes(), []byte("\n<!-- end -->"), after)
	}
	return page, nil
}

func fillFile(name string, results map[string]result) error {
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if page, err = fill(page, results); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, page, 0o644)
}

func writeMachine(out io.Writer, results map[string]result) {
	heading(out, "", "figure", "processor seconds for a GB")
	for _, key := range slices.Sorted(maps.Keys(results)) {
		name, ok := strings.CutPrefix(key, "BenchmarkMachine/")
		if !ok {
			continue
		}
		r := results[key]
		switch {
		case r["G/s"] != nil:
			row(out, name, r.cell(figure{unit: "G/s", scale: 1})+" · 10⁹ a second", "")
		case r["MB/s"] != nil:
			row(out, name, r.cell(figure{unit: "MB/s", scale: 1e-3})+" GB/s", r.cell(figure{unit: "cpu-s/GB", scale: 1}))
		default:
			row(out, name, r.cell(figure{unit: "ns/op", scale: 1e-3})+" µs", "")
		}
	}
}

// writeAsked has the last row from a program, which is measured as one.
func writeAsked(out io.Writer, results map[string]result) {
	heads := []string{""}
	for _, f := range limits {
		heads = append(heads, f.head)
	}
	heading(out, append(heads, "asked")...)
	for _, a := range asked {
		cells := []string{a.text}
		for _, f := range limits {
			cells = append(cells, results["BenchmarkOperations/"+a.operation+"/tls/aby3"].cell(f))
		}
		row(out, append(cells, strconv.Itoa(a.most))...)
	}
	cells := []string{"SGD step, 784-128-128-10, batch 128, as a program", results["BenchmarkTraining"].cell(figure{unit: "ms/step", scale: 1})}
	row(out, slices.Concat(cells, make([]string, len(limits)-1), []string{"70"})...)
}

func writeOperations(out io.Writer, results map[string]result) {
	heads := []string{"", "protocol"}
	for _, f := range everywhere {
		heads = append(heads, f.head)
	}
	heading(out, heads...)
	rows := map[string]bool{}
	for name := range results {
		if path := strings.Split(name, "/"); path[0] == "BenchmarkOperations" {
			rows[path[1]+"/"+path[3]] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		operation, protocol, _ := strings.Cut(name, "/")
		cells := []string{operation, protocol}
		for _, f := range everywhere {
			cells = append(cells, results["BenchmarkOperations/"+operation+"/"+f.place+"/"+protocol].cell(f.figure))
		}
		row(out, cells...)
	}
}

func heading(out io.Writer, heads ...string) {
	row(out, heads...)
	row(out, slices.Repeat([]string{"---"}, len(heads))...)
}

func row(out io.Writer, cells ...string) { fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | ")) }

// cell is the median of a figure, with three digits; nothing if there is none.
func (r result) cell(f figure) string {
	v := f.scale * r.median(f.unit)
	switch {
	case math.IsNaN(v):
		return ""
	case math.Abs(v) >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
