package op_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/internal/golden"
	"github.com/tfec-lang/tfec/lang/op"
)

func TestTable(t *testing.T) {
	seen := make(map[string]bool)
	require.NotEmpty(t, op.Table())
	for _, o := range op.Table() {
		assert.False(t, seen[o.Name], "%s stands twice", o.Name)
		seen[o.Name] = true
		assert.NotEmpty(t, o.Form, o.Name)
		assert.Contains(t, o.Example(), o.Name)
		assert.Regexp(t, `\.$`, o.Doc, o.Name)
		assert.Contains(t, []op.Class{op.Any, op.Num, op.Ord, op.Bool, op.Fix}, o.Class, o.Name)
		assert.False(t, o.ClearOnly && o.TestOnly, o.Name)
		found, ok := op.Lookup(o.Name)
		require.True(t, ok, o.Name)
		assert.Equal(t, o, *found)
	}
	_, ok := op.Lookup("nothing")
	assert.False(t, ok)
}

// What a draw is within of its distribution is what its reference says.
func TestWithin(t *testing.T) {
	for _, o := range op.Table() {
		drawn, _ := op.Lookup(strings.TrimSuffix(o.Name, "_shared"))
		if o.Within > 0 {
			assert.Contains(t, drawn.Doc, fmt.Sprintf("within 2^-%d of that distribution", o.Within), o.Name)
		} else {
			assert.NotContains(t, o.Doc, "within 2^-", o.Name)
		}
	}
}

// TestReference holds the table of lang/spec.md to this one.
func TestReference(t *testing.T) {
	var b strings.Builder
	b.WriteString("| name | form | | example |\n|---|---|---|---|\n")
	for _, o := range op.Table() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | `%s` |\n", o.Name, o.Form, o.Doc+standing(o), o.Example())
	}
	golden.Part(t, "../spec.md", "primitives", b.String())
}

// standing says what a row's marks mean.
func standing(o op.Op) string {
	out := ""
	if o.Partial {
		out += " Partial."
	}
	if o.ClearOnly {
		out += " One player alone."
	}
	if o.TestOnly {
		out += " In tests."
	}
	return out
}
