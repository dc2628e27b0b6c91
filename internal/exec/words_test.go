package exec_test

// Floats, strings, hashes and text of elements: the engine gives what the
// interpreter gives, and both what the program's own tests say.

import (
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
)

const wordsSource = `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)

enum Region { north, south }
record Person { name: string, weight: float, region: Region, born: date }

const kilo: float = 1000.0

fn lighter[n](x: float[n]) -> float[n] { return if x > 100.0 then 100.0 else x / 2.0 }

computation people[n, k](
  p: Person[n] @ alice, words: string[k] @ alice, x: float @ alice, theirs: string[k] @ bob, t: string[3] @ bob, salt: string @ public,
) -> (
  names: string[n] @ alice, weights: float[n] @ alice, one: Person @ alice, label: string @ alice, low: bool[n] @ alice,
  i8: int8[n] @ alice, u: uint16[n] @ alice, f: fixed[n] @ alice, back: float[n] @ alice, regions: string[n] @ alice, born: string[n] @ alice,
  numbers: string[n] @ alice, both: int64 @ carol, equal: int64 @ carol, ints: int32[3] @ bob, reals: float[3] @ bob, total: fixed @ carol, salted: bool @ bob,
  most: string[upto k] @ alice, mixed: string[4] @ alice, padded: string[5] @ alice, sorted: string[n] @ alice,
)
  where k <= 5
{
  let ha = hash64(words)
  let hb = local bob { yield hash64(theirs) }
  var both: int64 = 0
  for j in 0..k {
    both += count(hb == ha[j])
  }
  let f = fixed(lighter(p.weight))
  let ints: int32[3] = parse(t)
  let fs: fixed[3] = parse(t)
  let name = local alice {
    var heaviest: float = 0.0
    var best = "nobody"
    for j in 0..n {
      if p[j].weight >= heaviest {
        heaviest = p[j].weight
        best = p[j].name
      }
    }
    assert x != 0.0, "x must not be zero"
    print("most", best, heaviest, p)
    yield best
  }
  let count_ = local alice { yield float(n) }
  let some = filter(words, words != salt)
  let (padded, ok) = local alice { yield pad(some, 5) }
  return p.name, -p.weight * kilo + x, p[0], name, p.weight < 2.5 or p.name == "eve",
    int8(p.weight), uint16(p.weight), fixed(p.weight), float(fixed(p.weight)) - count_, format(p.region), format(p.born),
    format(f), reveal(both) to carol, reveal(sum(int64(hash64(p.region) == hash64(p[0].region)))) to carol, ints, parse(t), reveal(sum(fs)) to carol,
    local bob { yield theirs[0] == salt },
    some, [name, "a", salt, if x > 1.0 then "big" else "small"], padded, sort_by(p.region, p.name)
}
`

// wordsInputs are inputs of people with these weights.
func wordsInputs(weights ...float64) map[string]interp.Tensor {
	n := int64(len(weights))
	float := func(v ...float64) []*big.Int {
		var out []*big.Int
		for _, f := range v {
			out = append(out, ir.FloatBits(f))
		}
		return out
	}
	words := func(v ...string) interp.Tensor {
		x := interp.Tensor{Elem: types.Of(types.String), Shape: []int64{int64(len(v))}}
		for _, text := range v {
			x.Data = append(x.Data, ir.Word(text))
		}
		return x
	}
	in := map[string]interp.Tensor{
		"p.weight": {Elem: types.Of(types.Float), Shape: []int64{n}, Data: float(weights...)},
		"p.region": {Elem: types.Elem{Kind: types.Enum, I: 2, Name: "Region"}, Shape: []int64{n}},
		"p.born":   {Elem: types.Of(types.Date), Shape: []int64{n}},
		"words":    words("eve", "", "zoë", "bob"),
		"theirs":   words("bob", "mallory", "zoë", "ann"),
		"t":        words("12", "-3", "2_000"),
		"x":        {Elem: types.Of(types.Float), Data: float(1.5)},
		"salt":     {Elem: types.Of(types.String), Data: words("bob").Data},
	}
	names := words(strings.Split("ann bob eve eve zoë q r s t u v w x y z", " ")[:n]...)
	in["p.name"] = names
	region, born := in["p.region"], in["p.born"]
	for k := range n {
		region.Data = append(region.Data, big.NewInt((k+1)%2))
		born.Data = append(born.Data, big.NewInt(19782-k*400))
	}
	in["p.region"], in["p.born"] = region, born
	return in
}

func loadWords(t *testing.T, source, protocol string) *ir.Program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "words.tfe")
	require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
	return load(t, path, protocol).Programs[0]
}

func TestWords(t *testing.T) {
	edges := []float64{0, math.Copysign(0, -1), 1, -2.75, 127.5, -129, 65535.99, 65536, 1e300, -1e300, math.Inf(1), math.Inf(-1), math.NaN(), 0x1p-17, 0x3p-17}
	for _, protocol := range []string{"", "plain(s0)", "aby3(s2, alice, bob)", "pond(s2, alice; bob)", "securenn(bob, s2, alice)"} {
		p := loadWords(t, wordsSource, protocol)
		in := wordsInputs(edges...)
		want, err := interp.Run(p, in)
		require.NoError(t, err)
		got, err := exec.Run(p, in)
		require.NoError(t, err)
		require.Len(t, got, len(want))
		for name := range want {
			assert.Equal(t, want[name].String(), got[name].String(), "%s on %s", name, protocol)
		}
		for name, text := range map[string]string{
			"i8":       "[0, 0, 1, -2, 127, -128, 127, 127, 127, -128, 127, -128, 0, 0, 0]",
			"u":        "[0, 0, 1, 0, 127, 0, 65535, 65535, 65535, 0, 65535, 0, 0, 0, 0]",
			"f":        "[0, 0, 1, -2.75, 127.5, -129, 65535.99, 65536, 16777215.99998, -16777216, 16777215.99998, -16777216, 0, 0, 0.00003]",
			"label":    `"v"`,
			"both":     "2",
			"equal":    "8",
			"ints":     "[12, -3, 2000]",
			"reals":    "[12, -3, 2000]",
			"total":    "2009",
			"salted":   "true",
			"most":     `["eve", "", "zoë"]`,
			"mixed":    `["v", "a", "bob", "big"]`,
			"padded":   `["eve", "", "zoë", "", ""]`,
			"one.born": "19782",
		} {
			assert.Equal(t, text, got[name].String(), "%s on %s", name, protocol)
		}
		assert.Contains(t, got["regions"].String(), `["south", "north", "south"`)
		assert.Contains(t, got["born"].String(), `["2024-02-29", "2023-01-25"`)
		assert.Contains(t, got["weights"].String(), "[1.5, 1.5, -998.5, 2751.5")
		assert.Contains(t, got["low"].String(), "[true, true, true, true, false")
	}
}

// What cannot be read ends the run at its owner, with the row and the text.
func TestParseFails(t *testing.T) {
	for text, want := range map[string]string{
		"2.5":        `row 2: "2.5" is not an integer`,
		"":           `row 2: "" is not a number`,
		"1__0":       `row 2: "1__0" is not a number`,
		"0x10":       `row 2: "0x10" is not a number`,
		"1e99999999": `row 2: "1e99999999" is not a number`,
		"4294967296": `row 2: "4294967296" is out of range`,
		"nan":        `row 2: "nan" is not a number`,
	} {
		p := loadWords(t, wordsSource, "plain(s0)")
		in := wordsInputs(1, 2)
		in["t"].Data[1] = ir.Word(text)
		_, err := interp.Run(p, in)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "(parse, words.tfe:")
		_, err = exec.Run(p, in)
		require.ErrorContains(t, err, "bob: "+want)
	}
}

// An expectation may speak of texts and floats.
func TestWordsInTests(t *testing.T) {
	const block = `
test "texts" of people {
  given p = [Person(name: "ann", weight: 1.5, region: Region.north, born: date("2024-02-29"))]
  given words = ["a", "b"]
  given x = 2.0
  given theirs = ["b", "c"]
  given t = ["1", "2", "3"]
  given salt = "b"
  expect names == "ann" and label == "ann"
  expect weights == -1498.0
  expect both == 1
  expect reals == [1.0, 2.0, 3.0]
  expect regions == "north" and born == "2024-02-29"
}
`
	path := filepath.Join(t.TempDir(), "words.tfe")
	require.NoError(t, os.WriteFile(path, []byte(wordsSource+block), 0o600))
	for _, protocol := range []string{"", "plain(s0)"} {
		unit := load(t, path, protocol)
		require.Len(t, unit.Tests, 1)
		ownTests(t, unit)
	}
}

// In a test an output hides the input that bears its name, bundles too.
func TestOutputsNamedLikeInputs(t *testing.T) {
	const source = `players a, c, s0, s1, s2
protocol aby3(s0, s1, s2)

group staff = {a, c}

computation f[n](r: int32[n] @ a in 0..9, x: int32 @ each staff in 0..9) -> (x: int32 @ c, r: int32 @ each staff) where n >= 5 {
  return reveal(int32(sum(gather(x)))) to c, each p in staff: reveal(r[0]) to p
}

test "outputs" of f {
  given r = [4, 1, 2, 3, 5]
  given x[a] = 3
  given x[c] = 5
  expect x == 8
  expect r[a] == 4 and r[c] == 4
}
`
	path := filepath.Join(t.TempDir(), "names.tfe")
	require.NoError(t, os.WriteFile(path, []byte(source), 0o600))
	for _, protocol := range []string{"", "plain(s0)"} {
		unit := load(t, path, protocol)
		require.Len(t, unit.Tests, 1)
		ownTests(t, unit)
	}
}
