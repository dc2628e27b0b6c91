package lower_test

// Division and functions at the ends of what the protocols have room for.

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/compiler/lower"
)

// What no product has room for is refused; what is beside it is not.
func TestFixedOfFullWidth(t *testing.T) {
	for body, wide := range map[string]bool{"a / b": true, "exp(a + b)": true, "a / 3": false, "sqrt(a + b)": false} {
		for _, precision := range []string{"fixed(61, 0)", "fixed(60, 0)"} {
			p := checked(t, "f.tfe", `players alice, bob, carol, s0, s1, s2
protocol aby3(s0, s1, s2)
precision `+precision+`
computation f(a: fixed @ alice in 0.0..30.0, b: fixed @ bob in 1.0..9.0) -> r: fixed @ carol {
  return reveal(b + `+body+`) to carol
}`)
			_, diags := lower.Lower(p, p.Computations[0])
			if refused := wide && precision == "fixed(61, 0)"; refused {
				require.Len(t, diags, 1, body)
				assert.Equal(t, "E503", diags[0].Code)
			} else {
				assert.Empty(t, diags, "%s: %s", precision, body)
			}
		}
	}
}

// A dividend that may exceed 61 bits is divided by shares of a public number.
func TestWideDividends(t *testing.T) {
	for bounds, shares := range map[string]int{"": 1, " in 0..1_000_000": 0} {
		p := checked(t, "f.tfe", header+`computation f(a: int64 @ alice`+bounds+`, b: int64 @ bob`+bounds+`) -> r: int64 @ carol {
  return reveal((a + b) % 10) to carol
}`)
		q := lowered(t, p, p.Computations[0])
		assert.Len(t, instructions(q.Body, ir.OpConvert), shares)
	}
}
