package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const measured = `goos: linux
BenchmarkOperations/sort-65536/tls-2   5  2000000 ns/op  3.5 ms-limit  7.000 rounds/op
BenchmarkOperations/sort-65536/tls-2   5  9000000 ns/op  4.5 ms-limit  7.000 rounds/op
BenchmarkOperations/sort-65536/tls-2   5  3000000 ns/op  2.5 ms-limit  7.000 rounds/op
BenchmarkOperations/products/wan-16    5  1000000 ns/op
BenchmarkGrowth/products/n=1024-2      5  1000 ns/op  0.001 cpu-ms/op
BenchmarkGrowth/products/n=4096-2      5  4000 ns/op  0.004 cpu-ms/op
BenchmarkGrowth/comparisons/n=1024-2   5  1000 ns/op  0.001 cpu-ms/op
BenchmarkGrowth/sort/n=1024-2          5  1000 ns/op  0.001 cpu-ms/op
PASS
`

func TestPlots(t *testing.T) {
	results, err := read(strings.NewReader(measured))
	require.NoError(t, err)
	sort := results["BenchmarkOperations/sort-65536/tls"]
	require.Equal(t, 3e6, sort.median("ns/op"))
	require.Equal(t, 3.5, sort.median("ms-limit"))
	points := growth(results, "BenchmarkGrowth/products/n=")
	require.Len(t, points, 2)
	require.Equal(t, 4096.0, points[1].X)
	require.Equal(t, 4e-6, points[1].Y)

	var out strings.Builder
	require.NoError(t, table(&out, results))
	require.Contains(t, out.String(), "| sort-65536 | tls | 3 | 3.5 |")
	require.Contains(t, out.String(), "| products | wan | 1 |  |")

	folder := filepath.Join(t.TempDir(), "plots")
	require.NoError(t, draw(results, folder))
	for _, name := range []string{"growth.svg", "operations.svg"} {
		svg, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		require.Contains(t, string(svg), "</svg>")
	}
}

func TestNothingToDraw(t *testing.T) {
	results, err := read(strings.NewReader("PASS\n"))
	require.NoError(t, err)
	require.EqualError(t, draw(results, t.TempDir()), "the input has no benchmark that is drawn")
	_, err = read(strings.NewReader("BenchmarkX-2 5 abc ns/op"))
	require.ErrorContains(t, err, "BenchmarkX-2")
}
