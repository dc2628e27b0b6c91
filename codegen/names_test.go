package codegen

import (
	"go/build"
	"go/token"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPackage(t *testing.T) {
	for source, want := range map[string]string{
		"average.tfe":       "average",
		"staff_average.tfe": "staff_average",
		"my-average.tfe":    "my_average",
		"Größe 2.tfe":       "Gr__e_2",
		"2024.tfe":          "x2024",
		"_x.tfe":            "x",
		"_7.tfe":            "x7",
		"type.tfe":          "type_",
		"main.tfe":          "main_",
		"vendor.tfe":        "vendor_",
		"internal.tfe":      "internal_",
		"x_test.tfe":        "x_test",
		"noending":          "noending",
		".tfe":              "x",
	} {
		assert.Equal(t, want, Package(source), source)
		assert.True(t, token.IsIdentifier(want), source)
	}
}

// The go tool reads the root package's file on every system.
func TestFileName(t *testing.T) {
	elsewhere := build.Context{
		GOOS: "none", GOARCH: "none", Compiler: "gc",
		OpenFile: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("package x\n")), nil },
	}
	for source, want := range map[string]string{
		"average.tfe":   "average.go",
		"x_test.tfe":    "x_test_.go",
		"x_linux.tfe":   "x_linux_.go",
		"linux.tfe":     "linux.go",
		"a_amd64.tfe":   "a_amd64_.go",
		"windows_.tfe":  "windows_.go",
		"x_testing.tfe": "x_testing.go",
	} {
		assert.Equal(t, want, fileName(source))
		match, err := elsewhere.MatchFile("", want)
		assert.NoError(t, err)
		assert.True(t, match && !strings.HasSuffix(want, "_test.go"), want)
	}
}

func TestExported(t *testing.T) {
	for name, want := range map[string]string{
		"average": "Average", "train_linear": "TrainLinear", "_x": "X", "_1": "X1", "a__b": "AB", "Up": "Up", "__": "X",
	} {
		assert.Equal(t, want, exported(name), name)
	}
}

func TestScope(t *testing.T) {
	s := newScope("p")
	assert.Equal(t, []string{"p_", "p__", "range_", "x", "x_"},
		[]string{s.take("p"), s.take("p"), s.take("range"), s.take("x"), s.take("x")})
}

func TestCheckPlayers(t *testing.T) {
	assert.NoError(t, checkPlayers([]string{"alice", "bob", "a_b", "ab"}))
	assert.EqualError(t, checkPlayers([]string{"alice", "Alice"}),
		"cannot generate code: players alice and Alice differ only in case or in `_` and `-`")
	assert.Error(t, checkPlayers([]string{"in_put", "in-put"}))
}
