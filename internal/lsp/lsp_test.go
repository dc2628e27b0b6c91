package lsp

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const program = `/// Who is richer.
players alice, bob, s0, s1, s2
group both = { alice, bob }
protocol aby3(s0, s1, s2)
precision fixed(20, 12)

import_line
enum Size { small, large }

record Sale {
  /// before tax
  amount: fixed in 0.0..100.0,
  size: Size,
}

/// Twice as much.
fn double(x: fixed) -> fixed { return x + x }

computation richest[n](
  /// in thousands
  a: fixed[n] @ alice in 0.0..9.0,
  b: fixed[n] @ bob in 0.0..9.0,
  s: Sale @ alice,
) -> won: bool @ {alice, bob}
  where n >= 5
{
  let total = sum(a)
  let richer = double(total) > double(sum(b)) + s.amount
  return reveal(richer) to {alice, bob}
}

test "alice wins" of richest {
  given a = [2.0, 3.0, 0.0, 0.0, 0.0]
  given b = [1.0, 2.0, 0.0, 0.0, 0.0]
  given s = Sale(amount: 0.0, size: Size.small)
  expect won
}
`

// An editor is the other end of a server.
type editor struct {
	t    *testing.T
	conn *jsonrpc2.Conn
	said chan publishParams
	uri  string
	text string
}

// newEditor opens a text, in a folder with the files that it imports.
func newEditor(t *testing.T, text string, modules map[string]string) *editor {
	t.Helper()
	dir := t.TempDir()
	for name, module := range modules {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(module), 0o600))
	}
	e := newClient(t)
	e.uri = uriOf(filepath.Join(dir, "main.tfe"))
	e.call("initialize", map[string]any{"rootUri": uriOf(dir)})
	e.open(text)
	return e
}

// newClient starts a server, and ends it with the test.
func newClient(t *testing.T) *editor {
	t.Helper()
	here, there := net.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(context.Background(), there, there) }() // the test's own context ends before its cleanup
	e := &editor{t: t, said: make(chan publishParams, 100)}
	e.conn = jsonrpc2.NewConn(context.Background(), jsonrpc2.NewBufferedStream(here, jsonrpc2.VSCodeObjectCodec{}), e)
	t.Cleanup(func() {
		e.call("shutdown", nil)
		require.NoError(t, e.conn.Notify(context.Background(), "exit", nil))
		select {
		case err := <-ended:
			require.NoError(t, err)
		case <-time.After(10 * time.Second):
			t.Error("the server does not end")
		}
		e.conn.Close()
	})
	return e
}

func (e *editor) Handle(_ context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) {
	var p publishParams
	if r.Method == "textDocument/publishDiagnostics" && json.Unmarshal(*r.Params, &p) == nil {
		e.said <- p
	}
}

func (e *editor) open(text string) {
	e.text = text
	e.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": e.uri, "text": text}})
}

func (e *editor) change(text string) {
	e.text = text
	e.notify("textDocument/didChange", map[string]any{"textDocument": documentID{e.uri}, "contentChanges": []any{map[string]any{"text": text}}})
}

func (e *editor) notify(method string, params any) {
	e.t.Helper()
	require.NoError(e.t, e.conn.Notify(context.Background(), method, params))
}

func (e *editor) request(method string, params, result any) error {
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	defer stop()
	return e.conn.Call(ctx, method, params, result)
}

// call returns the result as text.
func (e *editor) call(method string, params any) string {
	e.t.Helper()
	var raw json.RawMessage
	require.NoError(e.t, e.request(method, params, &raw), method)
	return string(raw)
}

// at is the position of the first character after `before` in the text.
func (e *editor) at(before string) positionParams {
	e.t.Helper()
	i := strings.Index(e.text, before)
	require.GreaterOrEqual(e.t, i, 0, before)
	return positionParams{documentID{e.uri}, positionAt(e.text, i+len(before))}
}

// diagnostics waits for the next list of this text.
func (e *editor) diagnostics() []diagnostic {
	e.t.Helper()
	select {
	case p := <-e.said:
		return p.Diagnostics
	case <-time.After(20 * time.Second):
		e.t.Fatal("no diagnostics")
		return nil
	}
}

func (e *editor) labels(before string) []string {
	e.t.Helper()
	var items []completionItem
	require.NoError(e.t, e.request("textDocument/completion", e.at(before), &items))
	var out []string
	for _, i := range items {
		out = append(out, i.Label)
	}
	return out
}

func good() string { return strings.Replace(program, "import_line\n", "", 1) }

// TestPositions holds that characters outside the first plane count twice, and
// that a place behind an end is that end.
func TestPositions(t *testing.T) {
	text := "a€𝔘b\r\nx\n"
	for at, want := range map[int]position{0: {0, 0}, 1: {0, 1}, 4: {0, 2}, 8: {0, 4}, 9: {0, 5}, 11: {1, 0}, 12: {1, 1}, 13: {2, 0}} {
		assert.Equal(t, want, positionAt(text, at), at)
		assert.Equal(t, at, offset(text, want), "%v", want)
	}
	assert.Equal(t, 4, offset(text, position{0, 3}), "inside a pair")
	assert.Equal(t, 12, offset(text, position{1, 99}))
	assert.Equal(t, len(text), offset(text, position{99, 0}))
}

func TestPaths(t *testing.T) {
	assert.Equal(t, filepath.FromSlash("/a b/c.tfe"), path("file:///a%20b/c.tfe"))
	assert.Equal(t, "untitled:Untitled-1", path("untitled:Untitled-1"))
	assert.Equal(t, "file:///a%20b/%C3%A4.tfe", uriOf("/a b/ä.tfe"))
}

func TestDiagnostics(t *testing.T) {
	e := newEditor(t, strings.Replace(good(), "sum(a)", "sum(aa)", 1), nil)
	list := e.diagnostics()
	require.Len(t, list, 1)
	assert.Equal(t, "E101", list[0].Code)
	assert.Equal(t, e.at("let total = sum(").Position, list[0].Range.Start)
	e.change(good())
	assert.Empty(t, e.diagnostics())
	e.change(strings.Replace(good(), "fn double(", "fn double((", 1))
	list = e.diagnostics()
	require.NotEmpty(t, list)
	assert.Equal(t, "E001", list[0].Code)
}

// TestModules holds that an unsaved module is what the program is compiled
// with, and that its errors stand in it.
func TestModules(t *testing.T) {
	e := newEditor(t, "import \"./scoring\"\n"+strings.Replace(good(), "double(total)", "scoring.twice(total)", 1),
		map[string]string{"scoring.tfe": "fn once(x: fixed) -> fixed { return x }\n"})
	list := e.diagnostics()
	require.Len(t, list, 1)
	main := e.uri
	e.uri = strings.Replace(main, "main.tfe", "scoring.tfe", 1)
	e.open("fn twice(x: fixed) -> fixed { return x + x }\n")
	assert.Empty(t, e.diagnostics())
	module := e.text
	e.uri, e.text = main, "import \"./scoring\"\n"+strings.Replace(good(), "double(total)", "scoring.twice(total)", 1)
	var to location
	require.NoError(t, e.request("textDocument/definition", e.at("scoring.tw"), &to))
	assert.True(t, strings.HasSuffix(to.URI, "/scoring.tfe"))
	assert.Equal(t, positionAt(module, 3), to.Range.Start)
	assert.Contains(t, e.labels("scoring.tw"), "twice")
	var edit workspaceEdit
	require.NoError(t, e.request("textDocument/rename", renameParams{e.at("scoring.tw"), "thrice"}, &edit))
	assert.Len(t, edit.Changes, 2)
}

func TestHover(t *testing.T) {
	e := newEditor(t, good(), nil)
	for before, want := range map[string][]string{
		"let rich":    {"richer : bool @ shared", "total @ alice", "alice and bob meet in `double(sum(b)) + s.amount`"},
		"reveal(rich": {"richer : bool @ shared"},
		"sum":         {"sum : num[S] -> num", "Sum of all elements"},
		"= dou":       {"fn double(x: fixed) -> fixed", "Twice as much."},
		"  a":         {"amount: fixed", "before tax"},
		"sum(a":       {"a : fixed[n] @ alice", "an input of alice", "in thousands"},
		"@ ali":       {"player alice"},
		"s.amo":       {"amount: fixed", "before tax"},
		"Size.sm":     {"Size.small"},
		"s: Sa":       {"record Sale {"},
	} {
		var said hover
		require.NoError(t, e.request("textDocument/hover", e.at(before), &said))
		for _, w := range want {
			assert.Contains(t, said.Contents.Value, w, before)
		}
	}
	assert.Equal(t, "null", e.call("textDocument/hover", e.at("protocol aby3(s0, s1, s2)\n")))
}

// TestBroken holds that what stands beside a broken place is known as before.
func TestBroken(t *testing.T) {
	e := newEditor(t, good(), nil)
	e.call("textDocument/hover", e.at("sum"))
	e.change(strings.Replace(good(), "let total = sum(a)", "let total = sum(a) +", 1))
	assert.Contains(t, e.call("textDocument/hover", e.at("reveal(rich")), "richer : bool @ shared")
	var to location
	require.NoError(t, e.request("textDocument/definition", e.at("reveal(rich"), &to))
	assert.Equal(t, e.at("let ").Line(1), to.Range.Start.Line)
	assert.Contains(t, e.labels("sum(a) +"), "total")
}

// Line is the line of a position, further down.
func (p positionParams) Line(down int) int { return p.Position.Line + down }

func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		typed      string // instead of the line of `richer`
		with, less []string
	}{
		{"  let richer = to", []string{"total", "top_k"}, []string{"n", "alice", "tokens"}},
		{"  let richer = ", []string{"total", "a", "b", "s", "n", "double", "Sale", "sum", "if", "int32"}, []string{"won", "alice", "richest"}},
		{"  let richer = reveal(total) to ", []string{"alice", "both", "public"}, []string{"shared", "total"}},
		{"  let richer: fixed @ ", []string{"bob", "public", "shared", "each"}, []string{"total"}},
		{"  let richer: fixed @ {alice, b", []string{"bob", "both"}, []string{"shared", "b"}},
		{"  let richer = Size.", []string{"small", "large"}, []string{"total"}},
		{"  let richer = s.", []string{"amount", "size"}, []string{"total"}},
		{"  if total > 1.0 { let inner = 1 }\n  let richer = in", []string{"int32", "index"}, []string{"inner"}},
		{"  if total > 1.0 { let inner = 1 let outer = in", []string{"inner"}, nil},
		{"  let (one, two) = double(total)\n  let richer = o", []string{"one", "ones"}, []string{"two"}},
		{"  // let richer = to", nil, []string{"total"}},
		{"  let ri", nil, []string{"richer"}},
		{"  local ", []string{"alice", "s0"}, []string{"total"}},
	} {
		e := newEditor(t, good(), nil)
		before, after, _ := strings.Cut(good(), "  let richer")
		_, after, _ = strings.Cut(after, "\n")
		e.call("textDocument/hover", e.at("sum"))
		e.change(before + c.typed + "\n" + after)
		got := e.labels(before + c.typed)
		for _, w := range c.with {
			assert.Contains(t, got, w, c.typed)
		}
		for _, w := range c.less {
			assert.NotContains(t, got, w, c.typed)
		}
	}
}

func TestDefinition(t *testing.T) {
	e := newEditor(t, good(), nil)
	for use, def := range map[string]string{
		"double(tot": "let ", "= dou": "fn ", "s.amo": "/// before tax\n  ", "Size.sm": "{ ", "size: Si": "enum ",
		"fixed[n": "richest[", "sum(a": "/// in thousands\n  ", "@ {al": "players ", "given a": "/// in thousands\n  ", "expect wo": "\n) -> ",
		"Sale(am": "/// before tax\n  ", "of rich": "computation ",
	} {
		var to location
		require.NoError(t, e.request("textDocument/definition", e.at(use), &to))
		if assert.Equal(t, e.uri, to.URI, use) {
			want := e.at(def).Position
			if use == "Size.sm" {
				want = e.at("Size { ").Position
			}
			assert.Equal(t, want, to.Range.Start, use)
		}
	}
	assert.Equal(t, "null", e.call("textDocument/definition", e.at("su")))
}

// applied is the text with the edits of a file.
func applied(text string, edits []textEdit) string {
	for i := len(edits) - 1; i >= 0; i-- {
		x := edits[i]
		text = edit{offset(text, x.Range.Start), offset(text, x.Range.End), x.NewText}.apply(text)
	}
	return text
}

func TestRename(t *testing.T) {
	e := newEditor(t, good(), nil)
	for use, want := range map[string]int{"double(tot": 2, "= dou": 3, "s.amo": 3, "fixed[n": 4, "sum(a": 3, "@ {al": 6, "expect wo": 2, "size: Si": 3} {
		var out workspaceEdit
		require.NoError(t, e.request("textDocument/rename", renameParams{e.at(use), "renamed"}, &out), use)
		assert.Len(t, out.Changes[e.uri], want, use)
		after := applied(e.text, out.Changes[e.uri])
		a, err := buffers{"x.tfe": after}.analyse("x.tfe")
		require.NoError(t, err)
		assert.False(t, a.diags.HasErrors(), "%s: %v", use, a.diags)
	}
	for to, why := range map[string]string{
		"sum": "`sum` is a name of the language", "int32": "is a name of the language", "2x": "can be no name", "let": "can be no name", "a b": "can be no name",
		"richer": "cannot rename `total` to `richer`", "double": "cannot rename", "alice": "cannot rename",
	} {
		assert.ErrorContains(t, e.request("textDocument/rename", renameParams{e.at("double(tot"), to}, nil), why, to)
	}
	assert.ErrorContains(t, e.request("textDocument/rename", renameParams{e.at("total = su"), "x"}, nil), "`sum` is a name of the language")
}

func TestFixes(t *testing.T) {
	for wrong, right := range map[string]string{
		"let total = sum(b) + summ(a)":                                              "let total = sum(b) + sum(a)",
		"let total = sum(a)\n  let v = 0.0 < total < 1.0":                           "let total = sum(a)\n  let v = 0.0 < total and total < 1.0",
		"let total = sum(a)\n  let v = (a * b)[7]":                                  "where n >= 5, n >= 8",
		"let total = sum(a)\n  var v: fixed @ alice = 0.0\n  v = sum(b)":            "var v: fixed = 0.0",
		"let total = sum(a)\n  let v = if total > 1.0 && total < 2.0 then 1 else 2": "1.0 and total",
	} {
		e := newEditor(t, strings.Replace(good(), "let total = sum(a)", wrong, 1), nil)
		list := e.diagnostics()
		require.NotEmpty(t, list, wrong)
		var actions []codeAction
		require.NoError(t, e.request("textDocument/codeAction", codeActionParams{documentID{e.uri}, list[0].Range}, &actions))
		if assert.NotEmpty(t, actions, "%s: %v", wrong, list) {
			assert.Contains(t, applied(e.text, actions[0].Edit.Changes[e.uri]), right)
		}
	}
}

func TestFormatAndOutline(t *testing.T) {
	e := newEditor(t, strings.Replace(good(), "let total = ", "let  total=", 1), nil)
	var edits []textEdit
	require.NoError(t, e.request("textDocument/formatting", documentParams{documentID{e.uri}}, &edits))
	assert.Equal(t, good(), applied(e.text, edits))
	var outline []documentSymbol
	require.NoError(t, e.request("textDocument/documentSymbol", documentParams{documentID{e.uri}}, &outline))
	var labels []string
	for _, s := range outline {
		labels = append(labels, s.Name)
	}
	assert.Equal(t, []string{"both", "Size", "Sale", "double", "richest", "alice wins"}, labels)
}

// TestPrefixes holds that no beginning of a program, and no program with a line
// left out, stops the server.
func TestPrefixes(t *testing.T) {
	e := newEditor(t, "", nil)
	lines := strings.SplitAfter(good(), "\n")
	for i := range lines {
		for _, text := range []string{strings.Join(lines[:i], "") + lines[i][:len(lines[i])/2], strings.Join(lines[:i], "") + strings.Join(lines[i+1:], "")} {
			e.change(text)
			here := positionParams{documentID{e.uri}, position{i, len(lines[i]) / 2}}
			for _, method := range []string{"hover", "completion", "definition", "references", "prepareRename"} {
				e.call("textDocument/"+method, here)
			}
			e.call("textDocument/documentSymbol", documentParams{documentID{e.uri}})
			e.call("textDocument/formatting", documentParams{documentID{e.uri}})
		}
	}
}

// TestCancel holds that a request that is cancelled while it waits is answered
// as such, and the next one as ever.
func TestCancel(t *testing.T) {
	s := &server{cancelled: make(map[jsonrpc2.ID]bool), waiting: make(chan struct{}, 1)}
	params := json.RawMessage(`{"id": 7}`)
	hover := &jsonrpc2.Request{Method: "textDocument/hover", ID: jsonrpc2.ID{Num: 7}}
	s.Handle(t.Context(), nil, hover)
	s.Handle(t.Context(), nil, &jsonrpc2.Request{Method: "$/cancelRequest", Notif: true, Params: &params})
	s.Handle(t.Context(), nil, &jsonrpc2.Request{Method: "shutdown", ID: jsonrpc2.ID{Num: 8}})
	r, cancelled := s.next()
	assert.Same(t, hover, r)
	assert.True(t, cancelled)
	_, cancelled = s.next()
	assert.False(t, cancelled)
	assert.Empty(t, s.cancelled)
}

// TestHostile holds that a stream that is no protocol ends the server, and an
// unknown method does not.
func TestHostile(t *testing.T) {
	for _, text := range []string{"", "Content-Length: 5\r\n\r\nnope!", "Content-Length: 99999\r\n\r\n{", "GET / HTTP/1.1\r\n\r\n"} {
		assert.NoError(t, Serve(t.Context(), strings.NewReader(text), io.Discard), text)
	}
	e := newEditor(t, good(), nil)
	assert.ErrorContains(t, e.request("workspace/magic", struct{}{}, nil), "no method workspace/magic")
	assert.Error(t, e.request("textDocument/hover", []int{1}, nil))
	e.call("textDocument/hover", e.at("sum"))
}
