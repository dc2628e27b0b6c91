package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCountedInputs holds that the set-up is asked to count an input's elements
// exactly where the declared bounds do not.
func TestCountedInputs(t *testing.T) {
	for input, want := range map[string][]string{
		"x: fixed[n, d] @ a":       {"d * n <= 4294967296"},
		"x: fixed[n, d, 4] @ a":    {"4 * d * n <= 4294967296"},
		"x: fixed[n, d] @ each g":  {"d * n <= 4294967296"},
		"x: fixed[n] @ a":          nil,
		"x: fixed[n, d, 1, 1] @ a": {"d * n <= 4294967296"},
	} {
		for where, bounded := range map[string]bool{"": false, " where n <= 65_536": false, " where n <= 65_536, d <= 1_000": true} {
			source := "players a, b, s0, s1, s2\ngroup g = { a, b }\nprotocol aby3(s0, s1, s2)\n" +
				"computation f[n, d](" + input + ", y: bool[d] @ b) -> y: int64 @ b" + where + " {\n  return n\n}\n"
			program, list := load("counts.tfe", source)
			require.False(t, list.HasErrors(), "%s", show("counts.tfe", source, list))
			var got []string
			for _, c := range program.Computations[0].Where {
				if c.Text == "n <= 65_536" || c.Text == "d <= 1_000" {
					continue
				}
				got = append(got, c.Text)
			}
			if bounded {
				assert.Empty(t, got, source)
				continue
			}
			assert.Equal(t, want, got, source)
		}
	}
}
