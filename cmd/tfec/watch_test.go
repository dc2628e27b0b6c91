package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime"
)

func TestWatchNamesTheStep(t *testing.T) {
	w := newWatch(&runtime.Program{File: "average.tfe", Steps: []runtime.Step{{Number: 1, Op: "input", Line: 6}, {Number: 10, Op: "divide", Line: 14}}})
	require.Equal(t, "in the set-up", w.String())
	w.progress("s0", 10)
	require.Equal(t, "at step 10 of 10 (divide, average.tfe:14)", w.String())
}
