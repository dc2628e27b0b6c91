package check_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/check"
	sources "github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parse"
)

// corpus is where the project keeps its programs.
const corpus = "../../corpus"

// load reads and checks a file under the name given, with its imports.
func load(name, source string) (*check.Program, diag.List) {
	sources, list, err := sources.Load(name, func(path string) ([]byte, error) {
		if path == name {
			return []byte(source), nil
		}
		return os.ReadFile(path)
	})
	if err != nil || list.HasErrors() {
		return nil, list
	}
	return check.Check(sources.Main(), check.Options{Modules: sources.Files[1:], Imports: sources.Imports})
}

func show(name, source string, list diag.List) string {
	var b bytes.Buffer
	diag.Print(&b, list, func(string) string { return source })
	return b.String()
}

// TestReject compares what is said about every program of corpus/reject byte
// for byte.
func TestReject(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "reject", "*.tfe"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			want, err := os.ReadFile(strings.TrimSuffix(file, ".tfe") + ".want")
			require.NoError(t, err)
			_, list := load(name, string(source))
			assert.Equal(t, string(want), show(name, string(source), list))
		})
	}
}

func TestPrograms(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus, "programs", "*.tfe"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			_, list := load(name, string(source))
			assert.Empty(t, list, "%s", show(name, string(source), list))
		})
	}
}

func TestProtocolOption(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(corpus, "programs", "average.tfe"))
	require.NoError(t, err)
	for text, want := range map[string]string{
		"plain(s0)":         "",
		"aby3(s2, s1, s0)":  "",
		"aby3(s0, s1)":      "E601",
		"aby3(s0, s1, s1)":  "E601",
		"aby3(s0, s1, zoe)": "E101",
		"none(s0)":          "E601",
	} {
		f, list := parse.File("average.tfe", source)
		require.Empty(t, list)
		protocol, list := parse.Protocol(text)
		require.Empty(t, list, text)
		program, list := check.Check(f, check.Options{Protocol: protocol})
		if want == "" {
			require.Empty(t, list, text)
			assert.Equal(t, protocol.Name.Name, program.Protocol.Capability.Name)
			assert.Len(t, program.Protocol.Roles, program.Protocol.Capability.Roles)
			continue
		}
		require.NotEmpty(t, list, text)
		assert.Equal(t, want, list[0].Code, text)
		assert.Equal(t, "--protocol", list[0].Span.Pos.Filename)
	}
}
