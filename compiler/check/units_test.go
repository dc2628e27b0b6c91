package check

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/ast"
)

// TestStableEnds holds that the fixed point of R8 ends, also where passes go
// back and forth.
func TestStableEnds(t *testing.T) {
	name := &ast.Ident{Name: "f"}
	key := stateKey{decl: name}
	flips := stable(name, func(before findings) *unit {
		u := newUnit("f")
		u.next.vars[key] = state{early: !before.vars[key].early}
		return u
	})
	require.Len(t, flips.diags, 1)
	assert.Equal(t, "E901", flips.diags[0].Code)

	passes := 0
	settled := stable(name, func(findings) *unit { passes++; return newUnit("f") })
	assert.Empty(t, settled.diags)
	assert.Equal(t, 1, passes)
}
