package op_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/lang/op"
)

func TestTable(t *testing.T) {
	seen := make(map[string]bool)
	require.NotEmpty(t, op.Table())
	for _, o := range op.Table() {
		assert.False(t, seen[o.Name], "%s stands twice", o.Name)
		seen[o.Name] = true
		assert.NotEmpty(t, o.Form, o.Name)
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
