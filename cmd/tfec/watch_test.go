package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
)

func watched(out *bytes.Buffer) *watch {
	return newWatch(&runtime.Program{File: "average.tfe", Steps: []runtime.Step{{Number: 1, Op: "input", Line: 6}, {Number: 10, Op: "divide", Line: 14}}}, out)
}

func TestWatchNamesTheStep(t *testing.T) {
	w := watched(new(bytes.Buffer))
	require.Equal(t, "in the set-up", w.String())
	w.progress("s0", 10)
	require.Equal(t, "at step 10 of 10 (divide, average.tfe:14), 0 rounds, 0 bytes", w.String())
	links := local.Connect([]string{"a", "b"})
	a, b := w.meter(links[0]), w.meter(links[1])
	require.NoError(t, a.Send(context.Background(), 1, link.Header{Step: 10, Clock: 6}, []byte("abc"), []byte("d")))
	_, _, err := b.Recv(context.Background(), 0, 4)
	require.NoError(t, err)
	require.Equal(t, "at step 10 of 10 (divide, average.tfe:14), 7 rounds, 4 bytes", w.String())
	w.at(1, 20, 100)
	require.Equal(t, "at step 1 of 10 (input, average.tfe:6), 20 rounds, 104 bytes", w.String())
}

// Elsewhere than on a terminal a line every two seconds, none before.
func TestWatchPrintsLines(t *testing.T) {
	var out bytes.Buffer
	w := watched(&out)
	w.at(10, 1, 2)
	for _, after := range []time.Duration{100, 1900, 2100, 3000, 4000, 4200} {
		w.show(w.began.Add(after * time.Millisecond))
	}
	w.clear()
	const at = "INFO  at step 10 of 10 (divide, average.tfe:14), 1 rounds, 2 bytes, "
	require.Equal(t, at+"2 s\n"+at+"4 s\n", out.String())
}

// A step that is not in the program does no harm to the bar.
func TestWatchOfImpossibleSteps(t *testing.T) {
	for _, step := range []int{-10_000, -1 << 60, 0, 11, 1 << 60} {
		var out bytes.Buffer
		w := watched(&out)
		w.terminal = true
		w.at(step, 1, 2)
		w.show(w.began.Add(3 * time.Second))
		w.show(w.began.Add(4 * time.Second))
		require.Contains(t, out.String(), "in the set-up, 4 s")
		require.Less(t, out.Len(), 1000)
	}
}

// On a terminal one line changes, makes room for lines that stay, and is gone
// in the end.
func TestWatchChangesALine(t *testing.T) {
	var out bytes.Buffer
	w := watched(&out)
	w.terminal = true
	w.show(w.began.Add(time.Second))
	require.Empty(t, out.String(), "a run that ends soon shows nothing")
	w.at(10, 1, 2)
	w.show(w.began.Add(3 * time.Second))
	w.show(w.began.Add(4 * time.Second))
	require.Contains(t, out.String(), "(divide, average.tfe:14), 1 rounds, 2 bytes, 4 s")
	require.NotContains(t, out.String(), "\n")
	w.println("carol:", "has finished")
	w.show(w.began.Add(5 * time.Second))
	w.clear()
	text := out.String()
	require.Equal(t, 1, strings.Count(text, "\n"))
	before, _, _ := strings.Cut(text, "carol: has finished\n")
	require.Regexp(t, `\r[ ]*\r$`, before, "the line is wiped out")
	require.Regexp(t, `\r[ ]*\r$`, text)
}
