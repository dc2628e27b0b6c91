package check

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tfec-lang/tfec/lang/op"
)

// TestPrimitives holds that each name of the table is checked by its form.
func TestPrimitives(t *testing.T) {
	for _, o := range op.Table() {
		assert.NotNil(t, builtin(o.Name), o.Name)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"carl", "carol", 1}, {"sum", "sum", 0}, {"men", "mean", 1}, {"maen", "mean", 1}, {"", "abc", 3}, {"bids", "best", 3}} {
		assert.Equal(t, c.want, distance(c.a, c.b), "%s %s", c.a, c.b)
	}
	assert.Equal(t, "carol", nearest("carl", []string{"alice", "bob", "carol"}))
	assert.Equal(t, "", nearest("zoe", []string{"alice", "bob", "carol"}))
}
