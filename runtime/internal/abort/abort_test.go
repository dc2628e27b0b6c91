package abort

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCatch(t *testing.T) {
	gone := errors.New("alice is gone")
	run := func(f func()) (err error) {
		defer Catch(&err)
		f()
		return nil
	}
	require.NoError(t, run(func() {}))
	require.Equal(t, gone, run(func() { Now(gone) }))
	require.PanicsWithValue(t, "a defect", func() { _ = run(func() { panic("a defect") }) })
}
