package page

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/tfec-lang/tfec/runtime/trace"
)

func sample(t *testing.T) *trace.Run {
	t.Helper()
	r, err := trace.Read(filepath.Join("..", "testdata", "average1.trace.json"))
	require.NoError(t, err)
	return r
}

// A document is a page, read as a browser reads it.
type document struct{ *html.Node }

func read(t *testing.T, r *trace.Run) document {
	t.Helper()
	var b strings.Builder
	require.NoError(t, Write(&b, r))
	n, err := html.Parse(strings.NewReader(b.String()))
	require.NoError(t, err)
	return document{n}
}

// all are the elements of a kind.
func (d document) all(kind atom.Atom) []*html.Node {
	var found []*html.Node
	for n := range d.Descendants() {
		if n.Type == html.ElementNode && n.DataAtom == kind {
			found = append(found, n)
		}
	}
	return found
}

// get is the element with an id.
func (d document) get(t *testing.T, id string) document {
	t.Helper()
	for n := range d.Descendants() {
		if attribute(n, "id") == id {
			return document{n}
		}
	}
	require.FailNow(t, "no element "+id)
	return document{}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// raw is an element's content to the byte.
func raw(n *html.Node) string {
	if n.FirstChild == nil {
		return ""
	}
	return n.FirstChild.Data
}

// rows are the cells of a table's body.
func (d document) rows() [][]string {
	var rows [][]string
	for _, tr := range (document{d.all(atom.Tbody)[0]}).all(atom.Tr) {
		var cells []string
		for _, td := range (document{tr}).all(atom.Td) {
			cells = append(cells, text(td))
		}
		rows = append(rows, cells)
	}
	return rows
}

// The policy allows what is in the page, and the page needs nothing else.
func TestPolicy(t *testing.T) {
	d := read(t, sample(t))
	policy := ""
	for _, m := range d.all(atom.Meta) {
		if attribute(m, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(m, "content")
		}
	}
	scripts, styles := d.all(atom.Script), d.all(atom.Style)
	require.Len(t, scripts, 2)
	require.Len(t, styles, 1)
	require.Equal(t, "application/json", attribute(scripts[0], "type"))
	require.Equal(t, "default-src 'none'; script-src '"+hash(raw(scripts[1]))+"'; style-src '"+hash(raw(styles[0]))+"'; base-uri 'none'; form-action 'none'", policy)
	for n := range d.Descendants() {
		for _, a := range n.Attr {
			require.NotContains(t, []string{"src", "href", "style", "action", "srcset"}, a.Key, "<%s %s>", n.Data, a.Key)
			require.False(t, strings.HasPrefix(a.Key, "on"), "<%s %s>", n.Data, a.Key)
		}
	}
	require.NotRegexp(t, regexp.MustCompile(`url\(|@import|https?:`), raw(styles[0]))
	require.NotRegexp(t, regexp.MustCompile(`fetch|XMLHttp|WebSocket|innerHTML|insertAdjacent|document\.write|eval|Function\(|https?:`), raw(scripts[1]))
}

func TestTables(t *testing.T) {
	d := read(t, sample(t))
	require.Equal(t, [][]string{
		{"average.tfe:6", "return reveal(sum / 2) to carol divide, open · carol, s0, s1, s2", "163 µs", "140 µs", "3", "48 B", "4", "2"},
		{"average.tfe:5", "let sum = a + b share · alice, bob, s0, s1", "133 µs", "49 µs", "1", "32 B", "4", "2"},
		{"—", "set-up and last exchange · alice, bob, carol, s0, s1, s2", "320 µs", "200 µs", "0", "19.3 kB", "120", "4"},
	}, d.get(t, "lines").rows())
	players := d.get(t, "players").rows()
	require.Len(t, players, 6)
	require.Equal(t, []string{"s1 computes 10.0.0.14:4440", "350 µs", "410 µs", "189 µs", "3", "8 B", "24 B", "1"}, players[4])
	var facts []string
	for _, f := range d.all(atom.Dd) {
		facts = append(facts, text(f))
	}
	require.Contains(t, facts, "892 µs")
	require.Contains(t, facts, "in the body: carol")
}

// What the script draws is the run, by one clock.
func TestData(t *testing.T) {
	r := sample(t)
	var got data
	require.NoError(t, json.Unmarshal([]byte(raw(read(t, r).get(t, "data").Node)), &got))
	require.Len(t, got.Players, len(r.Players))
	for i, p := range got.Players {
		require.Equal(t, r.Players[i].Name, p.Name)
		require.Len(t, p.Spans, len(r.Records[i].Spans))
		last := 0.0
		for _, s := range p.Spans {
			require.GreaterOrEqual(t, s[3], last, "spans are in the order of time")
			last = s[3]
			require.Less(t, s[3]+s[4], p.Phases[3]+1)
			require.Less(t, got.Steps[int(s[0])].Line, len(got.Lines))
		}
	}
	require.Equal(t, 2, got.Players[3].Lanes)
	require.Len(t, got.Messages, len(r.Passed()))
	for _, m := range got.Messages {
		require.Less(t, m[2], m[3], "a message arrives after it was sent, though the clock of s1 is five seconds ahead")
	}
	require.Equal(t, "average.tfe:6", got.Lines[0].Where)
	require.Equal(t, 0, got.Lines[0].Color)
	require.Equal(t, -1, got.Lines[2].Color, "the set-up is no line")
}

// Whatever a trace says is text.
func TestHostileTrace(t *testing.T) {
	r := sample(t)
	const evil = `</script><script>alert(1)</script><img src=x onerror=alert(1)>`
	r.Tag, r.Failed, r.Protocol, r.Players[1].Name, r.Records[1].Player = evil, evil, evil, evil, evil
	for i := range r.Steps {
		r.Steps[i].Text, r.Steps[i].Op, r.Steps[i].File = evil, evil, evil
	}
	d := read(t, r)
	require.Len(t, d.all(atom.Script), 2)
	require.Empty(t, d.all(atom.Img))
	require.Equal(t, evil, text(d.all(atom.H1)[0]))
	var got data
	require.NoError(t, json.Unmarshal([]byte(raw(d.get(t, "data").Node)), &got))
	require.Equal(t, evil, got.Players[1].Name)
}

// A failed run says why, and of whom there is no record.
func TestFailedRun(t *testing.T) {
	r := sample(t)
	r.Failed = "s1 stopped at step 8 (divide, average.tfe:6)"
	r.Records = r.Records[:2]
	d := read(t, r)
	alert := ""
	for _, p := range d.all(atom.P) {
		if attribute(p, "role") == "alert" {
			alert = text(p)
		}
	}
	require.Equal(t, "This run failed: "+r.Failed, alert)
	require.Equal(t, []string{"carol 10.0.0.12:4440", "gave no record"}, d.get(t, "players").rows()[2])
	r.Records = nil
	require.Empty(t, read(t, r).get(t, "lines").rows())
}

func TestUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 µs", 1500: "1.5 µs", 12345 * time.Microsecond: "12.3 ms", 2 * time.Second: "2 s", 123 * time.Second: "123 s"} {
		require.Equal(t, want, duration(d))
	}
	for n, want := range map[uint64]string{0: "0 B", 999: "999 B", 1500: "1.5 kB", 12_345_678: "12.3 MB"} {
		require.Equal(t, want, bytes(n))
	}
	require.Equal(t, "1 234 567", count(1234567))
	require.Equal(t, "12", count(12))
}
