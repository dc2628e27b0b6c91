package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const hintsHeader = `players alice, bob, carol, s0, s1, s2
group pair = { alice, bob }
protocol aby3(s0, s1, s2)
precision fixed(20, 16)
`

// TestHints holds that a hint says what can be typed in, where the obvious
// words could not: the program with the hint in place is accepted.
func TestHints(t *testing.T) {
	for _, c := range []struct{ program, wrong, right, hint string }{
		{
			"computation c(a: int32[2] @ alice, b: int32[2] @ bob) -> o: int32 @ carol { return # }",
			"reveal(sum(a * b)) to carol", "reveal(int32(sum(a * b))) to carol", "convert it: `#`",
		},
		{
			"computation c(a: uint8 @ alice, b: int64 @ alice) -> o: uint8 @ alice { var x = a\nx += #\nreturn x }",
			"b", "uint8(b)", "convert one: `#`",
		},
		{
			"computation c(a: int32 @ each pair) -> o: int32 @ each pair { return # }",
			"each m in pair: reveal(a[alice] * a[bob]) to bob", "each m in pair: reveal(a[alice] * a[bob]) to m",
			"give each member its own: `#`",
		},
		{
			"computation c[n](a: fixed[n] @ alice, b: fixed[n] @ bob) -> o: fixed @ carol\nwhere n <= 9# { return reveal(dot(a, b) / (n - 1)) to carol }",
			"", ", n >= 2", "add `where n - 1 >= 1`",
		},
		{
			"computation c[n](a: fixed[n] @ alice, b: fixed[n] @ bob) -> o: fixed @ carol\nwhere n <= 9# { return reveal((a * b)[2]) to carol }",
			"", ", n >= 3", "add `where n >= 3`",
		},
		{
			"computation c[n](m: bool[n] @ bob) -> o: fixed @ carol {\nvar k: int32 = 0\n" +
				"for i in 0..n { k += int32(m[i]) }\nreturn reveal(#) to carol }",
			"fixed(k)", "fixed(min(max(k, 0), 1000))",
			"what a variable gains in a loop is not followed: bound it, `#`, or count in fixed, `var k = 0.0`",
		},
	} {
		_, list := load("hints.tfe", hintsHeader+strings.Replace(c.program, "#", c.wrong, 1))
		require.NotEmpty(t, list, c.program)
		assert.Equal(t, strings.Replace(c.hint, "#", c.right, 1), list[0].Hint)
		_, list = load("hints.tfe", hintsHeader+strings.Replace(c.program, "#", c.right, 1))
		assert.False(t, list.HasErrors(), "%v", list)
	}
}

// TestRing holds that the ring of 128 bits which E503 suggests takes the
// precision; it suggests what is taken only.
func TestRing(t *testing.T) {
	const protocol = "protocol aby3(s0, s1, s2)"
	program := func(protocol, precision string) string {
		return "players alice, bob, carol, s0, s1, s2\n" + protocol + "\nprecision " + precision +
			"\ncomputation c(a: fixed @ alice, b: fixed @ bob) -> o: fixed @ carol { return reveal(a * b) to carol }"
	}
	for precision, hint := range map[string]string{
		"fixed(30, 20)": "fixed(21, 20), fixed(29, 16), or `" + protocol + " with ring = 128`",
		"fixed(1, 62)":  "fixed(29, 16), or `" + protocol + " with ring = 128`",
		"fixed(0, 63)":  "fixed(29, 16)",
	} {
		_, list := load("ring.tfe", program(protocol, precision))
		require.Len(t, list, 1, precision)
		assert.Equal(t, "E503", list[0].Code)
		assert.Equal(t, hint, list[0].Hint)
		_, list = load("ring.tfe", program(protocol+" with ring = 128", precision))
		if precision != "fixed(0, 63)" {
			assert.False(t, list.HasErrors(), "%s: %v", precision, list)
			continue
		}
		require.Len(t, list, 1)
		assert.Equal(t, "fixed(47, 16)", list[0].Hint)
	}
}

// TestSolution holds that W801 writes a formula only where it is exact.
func TestSolution(t *testing.T) {
	for output, want := range map[string]string{
		"a + b":     "alice can compute `b` exactly from `o` and `a`: b = o - a",
		"a + b + 1": "alice can compute `b` exactly from `o` and `a`",
		"a - b + 0": "alice can compute `b` exactly from `o` and `a`: b = a - o",
	} {
		_, list := load("solution.tfe", hintsHeader+"computation c(a: int32 @ alice, b: int32 @ bob) -> o: int32 @ alice { return reveal("+output+") to alice }")
		require.Len(t, list, 1, output)
		assert.Equal(t, want, list[0].Message, output)
	}
}

// TestNoPlayers holds that a computation without players is told what is
// missing, and not to leave its placements out, as a function may.
func TestNoPlayers(t *testing.T) {
	for source, want := range map[string]string{
		"computation c(a: int32 @ alice) -> o: int32 @ public { return 1 }": "begin the file with the line `players …`",
		"fn f(a: int32 @ alice) -> int32 { return a }":                      "leave the placement out: a function takes values of any placement",
	} {
		_, list := load("none.tfe", source)
		require.NotEmpty(t, list)
		assert.Equal(t, want, list[0].Hint)
	}
}

// TestNotes: a condition is among what a value depends on; a count is bounded by
// no range of an input.
func TestNotes(t *testing.T) {
	_, list := load("notes.tfe", hintsHeader+"computation c(m: bool @ bob, a: int32 @ alice, b: int32 @ alice) -> o: int32 @ alice {\nvar r = a\nif m { r = b }\nreturn r }")
	require.Len(t, list, 1)
	assert.Contains(t, list[0].Notes, "no player holds it in clear; it depends on m (bob), a (alice) and b (alice)")
	_, list = load("notes.tfe", hintsHeader+"computation c(a: int32[6] @ alice in 0..9, b: int32[6] @ bob in 0..9) -> o: int64 @ alice {\nlet k = count(a > b)\nreturn reveal(7 / k) to alice }")
	require.Len(t, list, 1)
	assert.Equal(t, "`div_or(7, k, 0)`", list[0].Hint)
}
