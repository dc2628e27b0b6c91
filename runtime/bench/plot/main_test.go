package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const measured = `goos: linux
BenchmarkOperations/sort-65536/tls/aby3-2   5  2000000 ns/op  3.5 ms-limit  7.000 rounds/op
BenchmarkOperations/sort-65536/tls/aby3-2   5  9000000 ns/op  4.5 ms-limit  7.000 rounds/op
BenchmarkOperations/sort-65536/tls/aby3-2   5  3000000 ns/op  2.5 ms-limit  7.000 rounds/op
BenchmarkOperations/products/wan/pond-16    5  1000000 ns/op
BenchmarkGrowth/products/n=1024-2      5  1000 ns/op  0.001 cpu-ms/op
BenchmarkGrowth/products/n=4096-2      5  4000 ns/op  0.004 cpu-ms/op
BenchmarkGrowth/comparisons/n=1024-2   5  1000 ns/op  0.001 cpu-ms/op
BenchmarkTraining-2      5      1000 ns/op  60 ms/step
BenchmarkGrowth/sort/n=1024-2          5  1000 ns/op  0.001 cpu-ms/op
PASS
`

func TestPlots(t *testing.T) {
	results, err := read(strings.NewReader(measured))
	require.NoError(t, err)
	sort := results["BenchmarkOperations/sort-65536/tls/aby3"]
	require.Equal(t, 3e6, sort.median("ns/op"))
	require.Equal(t, 3.5, sort.median("ms-limit"))
	points := growth(results, "BenchmarkGrowth/products/n=")
	require.Len(t, points, 2)
	require.Equal(t, 4096.0, points[1].X)
	require.Equal(t, 4e-6, points[1].Y)

	folder := filepath.Join(t.TempDir(), "plots")
	require.NoError(t, draw(results, folder))
	for _, name := range []string{"growth.svg", "operations.svg"} {
		svg, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		require.Contains(t, string(svg), "</svg>")
	}
}

func TestTables(t *testing.T) {
	results, err := read(strings.NewReader(measured))
	require.NoError(t, err)
	page := "# Page\n\n<!-- measured: asked -->\n\nold\n\n<!-- end -->\n\nBetween.\n\n<!-- measured: operations -->\n\n<!-- end -->\n"
	got, err := fill([]byte(page), results)
	require.NoError(t, err)
	require.Equal(t, got, must(fill(got, results)), "written twice, a page stays as it is")
	for _, want := range []string{
		"| sort of 65,536 32-bit keys | 3 | 3.5 |  |  |  |  |  | 300 |",
		"| products | pond |  |  |  |  |  |  |  |  |  | 1 |  |  |\n| sort-65536 | aby3 |",
		"\n<!-- end -->\n\nBetween.\n\n<!-- measured: operations -->\n\n|",
	} {
		require.Contains(t, string(got), want)
	}
	require.NotContains(t, string(got), "old")
	_, err = fill([]byte("# Page\n"), results)
	require.ErrorContains(t, err, "no place for the table asked")
}

func must(page []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return page
}

func TestNothingToShow(t *testing.T) {
	_, err := read(strings.NewReader("PASS\n"))
	require.EqualError(t, err, "the input has no benchmarks")
	_, err = read(strings.NewReader("BenchmarkX-2 5 abc ns/op"))
	require.ErrorContains(t, err, "BenchmarkX-2")
}
