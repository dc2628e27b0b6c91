package random_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/random"
	"github.com/tfec-lang/tfec/lang/parse"
)

// TestPrograms: a seed has one program, all of them parse, and together they
// have what they are drawn for.
func TestPrograms(t *testing.T) {
	reached := make(map[string]int)
	for seed := range uint64(800) {
		text := random.Program(seed).Text
		require.Equal(t, text, random.Program(seed).Text)
		_, diags := parse.File("f.tfe", []byte(text))
		require.Empty(t, diags, "seed %d:\n%s", seed, text)
		for _, c := range constructs {
			reached[c] += strings.Count(text[strings.Index(text, "record"):], c)
		}
	}
	for _, c := range constructs {
		assert.GreaterOrEqual(t, reached[c], 8, "%q", c)
	}
}

var constructs = []string{
	"fn ", " = f0(", "let (", "Item[n]", "upto n", "valid(", "mask: ", "@ each owners", "@ public", "@ {", "@ shared =", "gather(", "each p in", "for p in owners",
	"date(", " local ", "while ", "while reveal", "limit", "} else if ", "reveal(", " as l", "if n", "filter(", "yield", "assert",
	"sum(", "mean(", "min(", "max(", "axis: ", "argmax(", "argmin(", "count(", "any(", "all(", "abs(", "sign(", "clamp(", "select(", "relu(", "sqrt(", "sigmoid(", "tanh(",
	"dot(", "outer(", "transpose(", "reshape(", "reverse(", "concat(", "cumsum(", "sort(", "rank(", "merge(", "sort_by(", "top_k(",
	"onehot(", "lookup(", "store(", "div_or(", "mod_or(", " % ", "int32(", "int64(", "fixed(", "bool(", "not ", " and ", " or ", "Item(", ".amount", "[:, 0]", "[..2]", "[9]", " - 4]",
}

// TestMutants: each is another program that parses, and all kinds are made.
func TestMutants(t *testing.T) {
	kinds := make(map[string]int)
	for seed := range uint64(60) {
		text := random.Program(seed).Text
		for _, m := range random.Mutants(text) {
			assert.NotEqual(t, text, m.Text, m.Kind)
			kinds[m.Kind]++
		}
	}
	for _, kind := range []string{
		"owner", "receiver", "disclosed to", "disclosed type", "undisclosed", "unrevealed", "revealed to", "revealed", "revealed under a label", "bound", "repeated", "limit",
		"branch", "choice", "assert", "index", "slice", "length", "local to", "unmasked", "assigned", "declared", "printed", "asserted", "returned", "done alone",
	} {
		assert.Positive(t, kinds[kind], kind)
	}
}
