package lsp

// What a real editor asks: neovim's messages, as testdata/record.sh recorded
// them, and the answers.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/golden"
)

// A message is one of the editor's; a request has an id.
type message struct {
	ID     *int            `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

func TestReplay(t *testing.T) {
	recorded, err := os.ReadFile("testdata/neovim.json")
	require.NoError(t, err)
	root := t.TempDir()
	require.NoError(t, os.CopyFS(root, os.DirFS("testdata/workspace")))
	e := newClient(t)
	var got strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(string(recorded)), "\n") {
		var m message
		require.NoError(t, json.Unmarshal([]byte(strings.ReplaceAll(line, "ROOT", filepath.ToSlash(root))), &m))
		switch {
		case m.ID != nil:
			var result json.RawMessage
			answer := any(&result)
			if err := e.request(m.Method, m.Params, &result); err != nil {
				answer = err.Error()
			}
			got.WriteString(m.Method + "\n" + indented(t, answer) + "\n")
		case m.Method != "exit": // the test says it at its end
			e.notify(m.Method, m.Params)
		}
		if m.Method == "textDocument/didOpen" {
			got.WriteString("textDocument/publishDiagnostics\n" + indented(t, e.diagnostics()) + "\n")
		}
	}
	answers := strings.ReplaceAll(got.String(), filepath.ToSlash(root), "ROOT")
	golden.Tree(t, "testdata/answers", map[string][]byte{"neovim.txt": []byte(answers)})
}

func indented(t *testing.T, answer any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	require.NoError(t, enc.Encode(answer))
	return b.String()
}

// BenchmarkKeystroke is what a change of a program of a thousand lines costs
// before the diagnostics are there.
func BenchmarkKeystroke(b *testing.B) {
	var text strings.Builder
	text.WriteString(good())
	for i := 0; strings.Count(text.String(), "\n") < 1000; i++ {
		fmt.Fprintf(&text, "\n/// Once more.\nfn f%d(x: fixed) -> fixed {\n  let y = x + x\n  return if y > 1.0 then y else x\n}\n", i)
	}
	for b.Loop() {
		a, err := buffers{"main.tfe": text.String()}.analyse("main.tfe")
		require.NoError(b, err)
		require.Empty(b, a.diags)
	}
}
