package check_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/check"
	sources "github.com/tfec-lang/tfec/compiler/load"
	"github.com/tfec-lang/tfec/lang/diag"
	"github.com/tfec-lang/tfec/lang/parse"
	"github.com/tfec-lang/tfec/runtime/capability"
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

// A name alone takes the players of the line in order, the last as helpers.
func TestProtocolOption(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(corpus, "programs", "average.tfe"))
	require.NoError(t, err)
	for text, want := range map[string]string{
		"plain(s0)":                       "plain[s0] []",
		"aby3(s2, s1, s0)":                "aby3[s2 s1 s0] []",
		"aby3":                            "aby3[s0 s1 s2] []",
		"pond":                            "pond[s0 s1] [s2]",
		"plain":                           "plain[s0] []",
		"aby3(s0, s1)":                    "E601: aby3 needs three computing players, 2 given; `--protocol 'aby3(s0, s1, alice)'`",
		"pond(s0, s1, s2)":                "E601: pond needs two computing players, 3 given; `--protocol 'pond(s0, s1; s2)'`",
		"pond(s0, s1; s0)":                "E601: pond needs three distinct players; s0 is listed twice; `--protocol 'pond(s0, s1; alice)'`",
		"aby3(s0, s1, s1)":                "E601: aby3 needs three distinct players; s1 is listed twice; `--protocol 'aby3(s0, s1, alice)'`",
		"aby3(s0, s1, zoe)":               "E101: unknown player `zoe`; ",
		"none(s0)":                        "E601: unknown protocol `none`; ",
		"none":                            "E601: unknown protocol `none`; ",
		"aby3(s0, s1, s2) with ring = 32": "E101: unknown value of option `ring` of aby3; ",
	} {
		assert.Equal(t, want, onProtocol(t, string(source), text), text)
	}
	alone := strings.Replace(string(source), "protocol aby3(s0, s1, s2)", "protocol plain(s2) with ring = 128", 1)
	assert.Equal(t, "E601: pond needs two computing players, 1 given; `--protocol 'pond(s2, alice; bob)'`", onProtocol(t, alone, "pond"))
	assert.Equal(t, "plain[s2] []", onProtocol(t, alone, "plain"))
	none := strings.Replace(string(source), "protocol aby3(s0, s1, s2)", "", 1)
	assert.Equal(t, "E601: aby3 needs three computing players, 0 given; `--protocol 'aby3(alice, bob, carol)'`", onProtocol(t, none, "aby3"))
}

// onProtocol checks a program on a protocol: its roles and helpers, or the first
// diagnostic, which is at the option.
func onProtocol(t *testing.T, source, protocol string) string {
	t.Helper()
	f, list := parse.File("average.tfe", []byte(source))
	require.Empty(t, list)
	chosen, list := parse.Protocol(protocol)
	require.Empty(t, list)
	program, list := check.Check(f, check.Options{Protocol: chosen})
	if len(list) > 0 {
		assert.Equal(t, "--protocol", list[0].Span.Pos.Filename)
		return fmt.Sprintf("%s: %s; %s", list[0].Code, list[0].Message, list[0].Hint)
	}
	names := func(roles []int) (names []string) {
		for _, r := range roles {
			names = append(names, program.Players[r].Name)
		}
		return names
	}
	p := program.Protocol
	return fmt.Sprint(p.Capability.Name, names(p.Roles), names(p.Helpers))
}

// What a protocol lacks is said where the program asks for it, with a protocol
// that has it: an operation, or a ring. Every protocol has all of them, so that
// one is taken from plain.
func TestWhatAProtocolLacks(t *testing.T) {
	row, _ := capability.Lookup("plain")
	whole := *row
	defer func() { *row = whole }()
	row.Secure, row.Width = maps.Clone(row.Secure), map[int]int{64: 62}
	delete(row.Secure, "sort")
	for protocol, want := range map[string]string{
		"plain(s)":                 "3:100 E602: plain has no secure `sort`; `--protocol aby3`, which has it",
		"plain(s) with ring = 128": "2:31 E101: unknown value of option `ring` of plain; ",
		"aby3(a, b, s)":            "",
	} {
		source := "players a, b, s\nprotocol " + protocol + "\ncomputation f(x: int32[9] @ a in 0..9, y: int32[9] @ b in 0..9) -> r: int32[9] @ b { return reveal(sort(x + y)) to b }\n"
		f, list := parse.File("f.tfe", []byte(source))
		require.Empty(t, list)
		_, list = check.Check(f, check.Options{})
		got := ""
		if list = slices.DeleteFunc(list, diag.Diagnostic.Warning); len(list) > 0 {
			d := list[0]
			got = fmt.Sprintf("%d:%d %s: %s; %s", d.Span.Pos.Line, d.Span.Pos.Column, d.Code, d.Message, d.Hint)
		}
		assert.Equal(t, want, got, protocol)
	}
}
