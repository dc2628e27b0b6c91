package report_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/report"
	"github.com/tfec-lang/tfec/internal/golden"
	parser "github.com/tfec-lang/tfec/lang/parse"
)

// sources are the programs whose reports are kept, by the name that they are
// kept under.
var sources = map[string]string{
	"average":       "../../corpus/programs/average.tfe",
	"staff_average": "../../corpus/programs/staff_average.tfe",
	"millionaires":  "../../corpus/programs/millionaires.tfe",
	"auction":       "../../corpus/programs/auction.tfe",
	"regression":    "../../corpus/programs/regression.tfe",
	"control":       "../../golden/control/in.tfe",
	"flow":          "../../golden/flow/in.tfe",
	"labels":        "testdata/labels.tfe",
	"kept":          "testdata/kept.tfe",
}

func load(t *testing.T, path, protocol string) *compiler.Unit {
	t.Helper()
	unit, diags, err := compiler.Load(path, compiler.Options{Protocol: protocol})
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v", diags)
	require.NotEmpty(t, unit.Programs)
	return unit
}

func reportOf(unit *compiler.Unit, p *ir.Program) *report.Report {
	return report.Of(p, report.HeaderOf(unit.Checked, p.Name), unit.Programs...)
}

// pages are the reports of a file, as text and as JSON.
func pages(t *testing.T, unit *compiler.Unit) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"doc.md": []byte(report.Doc(filepath.Base(unit.File.Name), unit.File))}
	for _, p := range unit.Programs {
		for kind, page := range map[string]fmt.Stringer{"report": reportOf(unit, p), "project": report.Project(p)} {
			data, err := json.MarshalIndent(page, "", "  ")
			require.NoError(t, err)
			out[fmt.Sprintf("%s.%s.json", p.Name, kind)] = append(data, '\n')
			out[fmt.Sprintf("%s.%s.txt", p.Name, kind)] = []byte(page.String())
		}
		r := reportOf(unit, p)
		r.Express(p)
		_, expressions, _ := strings.Cut(r.String(), "\nexpressions ")
		out[p.Name+".expressions.txt"] = []byte(expressions)
	}
	return out
}

func TestGolden(t *testing.T) {
	got := make(map[string][]byte)
	for name, path := range sources {
		for page, data := range pages(t, load(t, path, "")) {
			got[name+"/"+page] = data
		}
	}
	golden.Tree(t, filepath.Join("testdata", "golden"), got)
}

func TestDeterministic(t *testing.T) {
	for _, path := range sources {
		assert.Equal(t, pages(t, load(t, path, "")), pages(t, load(t, path, "")), path)
	}
}

// A protocol that hides nothing must not be said to.
func TestInsecure(t *testing.T) {
	unit := load(t, sources["auction"], "plain(seller)")
	text := reportOf(unit, unit.Programs[0]).String()
	assert.Contains(t, text, "trust      plain(seller): none: seller sees every value in clear\n")
	assert.Contains(t, text, "seller learns      every value below in clear: this protocol hides nothing\n")
	assert.Contains(t, text, "seller holds       bid[b0], bid[b1], bid[b2], bid[b3], reserve in clear, and all that is computed from them\n")
	assert.NotContains(t, text, "seller learns      nothing else")
	assert.NotContains(t, text, "shares of")
}

// from writes the inputs that a disclosure can depend on.
func from(r *report.Report, name string) string {
	for _, d := range r.Disclosures {
		if d.Name == name {
			out := ""
			for _, s := range d.From {
				out += s.Input + " "
			}
			return out
		}
	}
	return "not there"
}

const head = `computation f of "f.tfe"
players alice, bob, s0
protocol plain(s0) ring 64
input a: int64 @ alice
input b: int64 @ bob
input c: bool @ public
output r: int64 @ public

   1  a: int64 @ alice = input as a by alice line 1
   2  b: int64 @ bob = input as b by bob line 2
   3  c: bool @ public = input as c by public line 2
   4  zero: int64 @ public = const 0 by public line 2
   5  one: int64 @ public = const 1 by public line 2
   6  three: int64 @ public = const 3 by public line 2
   7  no: bool @ public = const 0 by public line 2
   8  start by public line 3
   9  x: int64 @ shared = share a by {alice, s0} line 4
  10  y: int64 @ shared = share b by {bob, s0} line 4
  11  var v: int64 @ shared = copy x by s0 line 5
  12  nought: int64 @ shared = convert zero by s0 line 5
`

const tail = `
  90  r: int64 @ public = open v to public as r by public line 9
  91  output r as r by public line 9
`

func parse(t *testing.T, body string) *report.Report {
	t.Helper()
	p, err := ir.Parse(head + body + tail)
	require.NoError(t, err)
	require.NoError(t, ir.Verify(p))
	return report.Of(p, report.Header{Line: 1, Declared: []string{"alice", "bob", "carol", "s0"}})
}

func TestDependencies(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"a copy", "", "a "},
		{"an assignment replaces", "  13  v = copy y by s0 line 6", "b "},
		{"an operation", `  13  z: int64 @ shared = add x, y by s0 line 6
  14  v = copy z by s0 line 6`, "a b "},
		{"both ways of a branch, and its condition", `  13  if c by public line 6 {
  14    v = copy y by s0 line 7
      }`, "a b c "},
		{"a branch that touches nothing", `  13  if c by public line 6 {
  14    z: int64 @ shared = add x, y by s0 line 7
      }`, "a "},
		{"what a pass leaves for the next", `  13  var w: int64 @ shared = copy x by s0 line 6
  14  i: int64 @ public = for zero, three, one by public line 6 {
  15    v = copy w by s0 line 7
  16    w = copy y by s0 line 7
      }`, "a b "},
		{"the bounds of a loop", `  13  k: int64 @ public = select c, three, one by public line 6
  14  i: int64 @ public = for zero, k, one by public line 6 {
  15    v = copy y by s0 line 7
      }`, "a b c "},
		{"an index", `  13  k: int64 @ public = select c, zero, one by public line 6
  14  z: int64[2] @ shared = stack x, y by s0 line 6
  15  e: int64 @ shared = index z [k] by s0 line 6
  16  v = copy e by s0 line 6`, "a b c "},
		{"the condition of a while", `  13  var going: bool @ public = copy c by public line 6
  14  while going, three by public line 6 {
  15    l: bool @ shared = lt y, v by s0 line 7
  16    o: bool @ public = open l to public as looked by public line 7
  17    going = copy o by public line 7
  18    v = copy nought by s0 line 8
      }`, "a b c "},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, from(parse(t, c.body), "r"))
		})
	}
}

// What is disclosed in a while decides how often it runs; both are listed.
func TestImplied(t *testing.T) {
	r := parse(t, `  13  var going: bool @ public = copy c by public line 6
  14  while going, three by public line 6 {
  15    l: bool @ shared = lt y, v by s0 line 7
  16    o: bool @ public = open l to public as looked by public line 7
  17    going = copy o by public line 7
      }`)
	all := []report.Source{{Input: "a", Players: []string{"alice"}}, {Input: "b", Players: []string{"bob"}}, {Input: "c", Players: []string{"public"}}}
	assert.Equal(t, []report.Implied{{Text: "the number of passes, at most 3", From: all, Line: ir.Line{Number: 6}}}, r.Implied)
	assert.Equal(t, []report.Decision{{Op: "while", From: all, Line: ir.Line{Number: 6}}}, r.Decisions)
	assert.Equal(t, []string{"each pass of line 6"}, r.Disclosures[0].When)
	assert.Contains(t, r.String(), "  how many passes, line 6, from a (alice), b (bob), c (public)\n")
}

// A declared disclosure without a reveal admits that an input can be computed.
func TestAdmitted(t *testing.T) {
	text := strings.Replace(head, "output r: int64 @ public\n", "output r: int64 @ public\ndisclose b: int64 @ alice line 4\n", 1)
	p, err := ir.Parse(text + tail)
	require.NoError(t, err)
	r := report.Of(p, report.Header{Line: 1, Declared: p.PlayerNames()})
	assert.Equal(t, []string{"b"}, r.Players[0].Learns)
	d := r.Disclosures[1]
	assert.Equal(t, "admitted", d.Kind)
	assert.Equal(t, []report.Source{{Input: "b", Players: []string{"bob"}}}, d.From)
	assert.Contains(t, r.String(), "line 4 (admitted)\n")
}

// A joint draw is listed once a line, and a shuffle draws an order.
func TestDraws(t *testing.T) {
	p, err := ir.Parse(head + tail)
	require.NoError(t, err)
	i, args := p.Body[10], p.Body[10].Args
	for _, c := range []struct {
		op   ir.Op
		name string
		args []ir.Value
		want string
	}{{ir.OpDraw, "random_bit_shared", nil, "random_bit_shared"}, {ir.OpShuffle, "", args, "shuffle_shared"}} {
		i.Op, i.Args, i.Name = c.op, c.args, c.name
		r := report.Of(p, report.Header{Line: 1, Declared: p.PlayerNames()})
		assert.Equal(t, []report.Draw{{Value: c.want, By: []string{}, Line: ir.Line{Number: 5}}}, r.Randomness)
		assert.Contains(t, r.String(), "randomness         "+c.want+" (drawn jointly, line 5)\n")
	}
}

func TestDocImports(t *testing.T) {
	f, diags := parser.File("f.tfe", []byte("import   s \"./scoring\"\nimport \"std/stats\"\nplayers a, b\nconst rate = 5\n"))
	require.Empty(t, diags)
	assert.Contains(t, report.Doc("f.tfe", f), "```text\nimport s \"./scoring\"\nimport \"std/stats\"\nplayers a, b\n```")
}

func TestDoc(t *testing.T) {
	f, diags := parser.File("f.tfe", []byte(`/// What it is for.
players
  /// pays
  alice,
  bob, s0
protocol plain(s0)
/// Per cent.
const rate = 5
enum colour { red, green }
/// One of many.
record row { a: int32, /// the age
  b: bool }
fn double(x: int32) -> int32 { return 2 * x }
/// Doubles.
computation f(a: int32 @ alice) -> r: int32 @ bob {
  return reveal(double(a)) to bob // not in the documentation
}
test "one" of f { given a = 1 expect r == 2 }
`))
	require.Empty(t, diags)
	doc := report.Doc("f.tfe", f)
	for _, part := range []string{
		"# f.tfe\n\nWhat it is for.\n", "\n- `alice`: pays\n",
		"\n```text\nplayers alice, bob, s0\nprotocol plain(s0)\n```\n",
		"\n## const rate\n\nPer cent.\n\n```text\nconst rate = 5\n```\n",
		"\n## enum colour\n", "\n## record row\n\nOne of many.\n",
		"\n```text\nfn double(x: int32) -> int32\n```\n",
		"\n## computation f\n\nDoubles.\n\n```text\ncomputation f(a: int32 @ alice) -> r: int32 @ bob\n```\n",
	} {
		assert.Contains(t, doc, part)
	}
	assert.NotContains(t, doc, "2 * x")
	assert.NotContains(t, doc, "not in the")
	assert.True(t, strings.HasSuffix(doc, "-> r: int32 @ bob\n```\n\n```tfe\ntest \"one\" of f {\n  given a = 1\n  expect r == 2\n}\n```\n"), doc)
}

// Every field of the JSON forms is on the page for reviewers.
func TestSchemaIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/reviewing.md")
	require.NoError(t, err)
	for _, form := range []any{report.Report{}, report.Size{}, report.Rows{}, report.Public{}, report.Source{}, report.Disclosure{}, report.Implied{},
		report.Abort{}, report.Player{}, report.Draw{}, report.Overflow{}, report.Decision{}, report.Reader{}, report.Expression{}, report.Steps{}, report.Row{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(form)) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); f.IsExported() {
				require.NotEmpty(t, name)
				assert.Contains(t, string(page), "`"+name+"`")
			}
		}
	}
}
