package parallel

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Every step is carried out once, however many there are.
func TestDo(t *testing.T) {
	for _, n := range []int{0, 1, 2, 7, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			times := make([]int, n)
			Do(n, func(i int) { times[i]++ })
			assert.Equal(t, slices.Repeat([]int{1}, n), times)
		})
	}
}

// The panic of the first step that has one is raised in the caller, after all
// steps have ended.
func TestDoPanics(t *testing.T) {
	done := make([]bool, 100)
	defer func() {
		assert.Contains(t, fmt.Sprint(recover()), "step 3 failed")
		assert.NotContains(t, done[4:], false)
	}()
	Do(len(done), func(i int) {
		done[i] = true
		if i == 3 || i > 90 {
			panic(fmt.Sprintf("step %d failed", i))
		}
	})
	t.Fatal("Do returned")
}
