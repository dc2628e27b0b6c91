package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/check"
	"github.com/tfec-lang/tfec/lang/ast"
	"github.com/tfec-lang/tfec/lang/types"
)

const tables = `players alice, bob, carol, s0, s1, s2
group staff = { alice, bob }
protocol aby3(s0, s1, s2)
precision fixed(24, 12)
const three = 3
const rate: fixed = 0.1

fn scaled[k](x: fixed[k], y: fixed[k]) -> fixed { return dot(x, y) * k }

computation main[n, m](
  a: fixed[n] @ alice in 0.0..1.0, b: fixed[n] @ bob in 0.0..1.0,
  i: int8 @ alice, p: int32 @ public, pay: int32 @ each staff, c: bool @ alice,
  q: fixed[m] @ alice,
) -> (r: fixed @ carol, s: bool @ each staff)
  discloses big: bool[2] @ public
  where n == m, n >= 2, n + m <= 50
{
  let lit = i + three * 2
  let sized = i + n
  let prod = rate * (a[0] * 2)
  let both = scaled(a, b)
  let clear = scaled(a, a)
  let again = scaled(b, a)
  var sum_of = 0.0
  for k in 0..n { sum_of += both + a[k] }
  let div = p / (p + 7)
  let own = if c then a[0] else 1
  let vague = if both > 0.5 then a[0] else b[0]
  for e in staff { let t = reveal(both > fixed(index(e))) to public as big }
  return reveal(sum_of) to carol, each e in staff: reveal(both > 0.25) to e
}

test "given" of main {
  given a = [1, 2]
  given b = [1.0, 2.0]
  given i = 1
  given p = 1
  given pay[alice] = 1
  given pay[bob] = 1
  given c = true
  given q = [0.5, 0.5]
  expect r ~= 1.0 within 0.01
}
`

// A reader finds the nodes of a body by their text.
type reader struct {
	t       *testing.T
	source  string
	program *check.Program
}

func newReader(t *testing.T) *reader {
	program, list := load("tables.tfe", tables)
	require.Empty(t, show("tables.tfe", tables, list))
	return &reader{t, tables, program}
}

func (r *reader) text(n ast.Node) string {
	return r.source[n.Extent().Pos.Offset:n.Extent().EndPos.Offset]
}

// typed returns the types of all expressions with that text.
func (r *reader) typed(b *check.Body, text string) []string {
	var out []string
	for e, x := range b.Exprs {
		if r.text(e) == text {
			out = append(out, x.Type.Format(r.program.PlayerNames()))
		}
	}
	require.NotEmpty(r.t, out, "no expression %q", text)
	return out
}

func (r *reader) variable(b *check.Body, name string) *check.Variable {
	for id, v := range b.Vars {
		if id == v.Decl && v.Name == name {
			return v
		}
	}
	require.Fail(r.t, "no variable "+name)
	return nil
}

func TestTypesOfLiterals(t *testing.T) {
	r := newReader(t)
	body := r.program.Computations[0].Body
	for text, want := range map[string]string{
		"three * 2":               "int8 @ public",
		"three":                   "int8 @ public",
		"i + three * 2":           "int8 @ alice",
		"i + n":                   "int8 @ alice",
		"a[0] * 2":                "fixed(24, 12) @ alice",
		"rate":                    "fixed(24, 12) @ public",
		"7":                       "int32 @ public",
		"0.25":                    "",
		"both > 0.5":              "bool @ shared",
		"scaled(a, b)":            "fixed(24, 12) @ shared",
		"scaled(a, a)":            "fixed(24, 12) @ alice",
		"sum_of":                  "fixed(24, 12) @ shared",
		"a[k]":                    "fixed(24, 12) @ alice",
		"reveal(sum_of) to carol": "fixed(24, 12) @ carol",
		"each e in staff: reveal(both > 0.25) to e": "bool @ each staff",
	} {
		if want == "" {
			for e := range body.Exprs {
				assert.NotEqual(t, text, r.text(e), "a member's expression stands in its own body")
			}
			continue
		}
		for _, got := range r.typed(body, text) {
			assert.Equal(t, want, got, text)
		}
	}
}

func TestConstsAndSizes(t *testing.T) {
	r := newReader(t)
	body := r.program.Computations[0].Body
	consts, sizes := make(map[string]string), make(map[string]string)
	for e, x := range body.Exprs {
		if x.Const != nil && x.Const.Num != nil {
			consts[r.text(e)] = x.Const.Num.RatString()
		}
		if x.Size != nil {
			sizes[r.text(e)] = x.Size.String()
		}
	}
	assert.Equal(t, "6", consts["three * 2"])
	assert.Equal(t, "1/10", consts["rate"], "exact, before rounding")
	assert.Equal(t, "n", sizes["n"])
	assert.Equal(t, "n + m", strings.ReplaceAll(sizes["n + m"], "m + n", "n + m"))
	assert.NotContains(t, sizes, "k", "a loop variable is no size")
}

func TestVariables(t *testing.T) {
	r := newReader(t)
	c := r.program.Computations[0]
	for name, want := range map[string]struct {
		kind check.VariableKind
		text string
	}{
		"a":      {check.InputVar, "fixed(24, 12)[n] @ alice"},
		"pay":    {check.Bundle, "int32 @ each staff"},
		"n":      {check.SizeName, "int64 @ public"},
		"lit":    {check.LetVar, "int8 @ alice"},
		"sum_of": {check.VarVar, "fixed(24, 12) @ shared"},
		"k":      {check.LoopVar, "int64 @ public"},
		"own":    {check.LetVar, "fixed(24, 12) @ alice"},
		"vague":  {check.LetVar, "fixed(24, 12) @ shared"},
	} {
		v := r.variable(c.Body, name)
		assert.Equal(t, want.kind, v.Kind, name)
		assert.Equal(t, want.text, v.Type.Format(r.program.PlayerNames()), name)
	}
	a := r.variable(c.Body, "a")
	assert.Equal(t, "0", a.Range.Low.RatString())
	assert.Equal(t, "1", a.Range.High.RatString())
	assert.Nil(t, r.variable(c.Body, "p").Range)
}

func TestHeader(t *testing.T) {
	r := newReader(t)
	c := r.program.Computations[0]
	require.Len(t, c.Sizes, 2)
	assert.Equal(t, int64(2), c.Sizes[0].Min)
	assert.Equal(t, int64(1), c.Sizes[1].Min, "what where says of it alone")
	assert.Nil(t, c.Sizes[0].Max)
	require.Len(t, c.Where, 3)
	assert.Equal(t, "==", c.Where[0].Rel)
	assert.Equal(t, "50", c.Where[2].Right.String())
	assert.Equal(t, []int{0, 1, 2, 3, 4, 5}, c.Players.Members())
	require.Len(t, c.Disclose, 1)
	assert.Equal(t, []bool{false}, c.Disclose[0].Upto)
	require.Len(t, c.Outputs, 2)
	assert.Equal(t, "staff", c.Outputs[1].Type.Place.Each)
}

func TestCalls(t *testing.T) {
	r := newReader(t)
	body := r.program.Computations[0].Body
	bodies := make(map[string]*check.Body)
	for e, call := range body.Calls {
		bodies[r.text(e)] = call.Body
		assert.Equal(t, "n", call.Sizes["k"].String(), "the callee's size in the caller's")
	}
	require.Len(t, bodies, 3)
	assert.NotSame(t, bodies["scaled(a, b)"], bodies["scaled(a, a)"], "checked once a tuple of placements")
	clear := bodies["scaled(a, a)"]
	assert.Equal(t, "fixed(24, 12)[k] @ alice", clear.Params[0].Type.Format(r.program.PlayerNames()))
	assert.Equal(t, "fixed(24, 12) @ alice", clear.Result[0].Format(r.program.PlayerNames()))
	assert.Equal(t, []string{"fixed(24, 12) @ alice"}, r.typed(clear, "dot(x, y)"))
	assert.Equal(t, []string{"fixed(24, 12) @ shared"}, r.typed(bodies["scaled(b, a)"], "dot(x, y)"))
}

func TestMembers(t *testing.T) {
	r := newReader(t)
	body := r.program.Computations[0].Body
	require.Len(t, body.Members, 2, "the loop and the each expression")
	for node, members := range body.Members {
		require.Len(t, members, 2)
		for i, m := range members {
			e := r.variable(m, "e")
			assert.Equal(t, check.MemberVar, e.Kind)
			assert.Equal(t, i, e.Member)
			require.Len(t, m.Reveals, 1)
			for _, info := range m.Reveals {
				if _, loop := node.(*ast.For); loop {
					assert.Equal(t, "big", info.Label)
					assert.Equal(t, types.PublicPlace, info.Audience)
				} else {
					assert.Equal(t, "s", info.Label)
					assert.True(t, info.Output)
					assert.Equal(t, types.At(types.SetOf(i)), info.Audience)
					assert.Equal(t, types.Bool, m.Result[0].Elem.Kind)
				}
			}
		}
	}
}

func TestCheckedAndRuns(t *testing.T) {
	r := newReader(t)
	body := r.program.Computations[0].Body
	var checked []string
	for n := range body.Checked {
		checked = append(checked, r.text(n))
	}
	assert.Equal(t, []string{"p / (p + 7)"}, checked, "a[0] is proved by where, a[k] by its loop")
	runs := make(map[string]string)
	for n, place := range body.Runs {
		runs[r.text(n)] = place.Format(r.program.PlayerNames())
	}
	assert.Equal(t, map[string]string{"if c then a[0] else 1": "alice", "if both > 0.5 then a[0] else b[0]": "shared"}, runs)
}

func TestTestTables(t *testing.T) {
	r := newReader(t)
	require.Len(t, r.program.Tests, 1)
	test := r.program.Tests[0]
	assert.Equal(t, "given", test.Title)
	assert.Same(t, r.program.Computations[0], test.Of)
	assert.Equal(t, []string{"fixed(24, 12)[2] @ public"}, r.typed(test.Body, "[1, 2]"))
	assert.Equal(t, []string{"fixed(24, 12) @ public"}, r.typed(test.Body, "r"))
	assert.Equal(t, []string{"bool @ public"}, r.typed(test.Body, "r ~= 1.0"))
}

// TestStableAcrossRuns holds that no map order reaches a message.
func TestStableAcrossRuns(t *testing.T) {
	for range 3 {
		_, first := load("a.tfe", strings.ReplaceAll(tables, "carol", "karol"))
		_, second := load("a.tfe", strings.ReplaceAll(tables, "carol", "karol"))
		assert.Equal(t, show("a.tfe", tables, first), show("a.tfe", tables, second))
	}
}
