package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/progress"
)

func watched(out *bytes.Buffer) *watch {
	return newWatch(&runtime.Program{File: "average.tfe", Protocol: runtime.Protocol{Roles: []string{"s0"}}, Steps: []runtime.Step{{Number: 1, Op: "input", Line: 6},
		{Number: 2, Op: "for", Line: 7, Name: "epoch"}, {Number: 3, Op: "for", Line: 8, Name: "batch"}, {Number: 10, Op: "divide", Line: 14}}}, out)
}

func step(n int) progress.Place { return progress.Place{Step: n} }

func TestWatchNamesTheStep(t *testing.T) {
	w := watched(new(bytes.Buffer))
	require.Equal(t, "in the set-up, 0 rounds, 0 bytes, 0 s", w.line(w.began))
	w.progress("s0", step(10))
	require.Equal(t, "at step 10 of 10 (divide, average.tfe:14), 0 rounds, 0 bytes, 0 s", w.line(w.began))
	links := local.Connect([]string{"a", "b"})
	a, b := w.meter(links[0]), w.meter(links[1])
	require.NoError(t, a.Send(context.Background(), 1, link.Header{Step: 10, Clock: 6}, []byte("abc"), []byte("d")))
	_, _, err := b.Recv(context.Background(), 0, 4)
	require.NoError(t, err)
	require.Equal(t, "at step 10 of 10 (divide, average.tfe:14), 7 rounds, 4 bytes, 0 s", w.line(w.began))
	w.at("s0", step(1), 20, 100)
	require.Equal(t, "at step 1 of 10 (input, average.tfe:6), 20 rounds, 104 bytes, 1 s", w.line(w.began.Add(time.Second)))
}

// Elsewhere than on a terminal a line every two seconds, none before.
func TestWatchPrintsLines(t *testing.T) {
	var out bytes.Buffer
	w := watched(&out)
	w.at("s0", step(10), 1, 2)
	for _, after := range []time.Duration{100, 1900, 2100, 3000, 4000, 4200} {
		w.show(w.began.Add(after * time.Millisecond))
	}
	w.clear()
	const at = "INFO  at step 10 of 10 (divide, average.tfe:14), 1 rounds, 2 bytes, "
	require.Equal(t, at+"2 s\n"+at+"4 s\n", out.String())
}

// A step that is not in the program does no harm to the bar.
func TestWatchOfImpossibleSteps(t *testing.T) {
	for _, k := range []int{-10_000, -1 << 60, 0, 11, 1 << 60} {
		var out bytes.Buffer
		w := watched(&out)
		onTerminal(w, 0)
		w.at("s0", step(k), 1, 2)
		w.show(w.began.Add(3 * time.Second))
		w.show(w.began.Add(4 * time.Second))
		require.Contains(t, out.String(), "in the set-up, 1 rounds, 2 bytes, 4 s")
		require.Less(t, out.Len(), 1000)
	}
}

// On a terminal one line changes, makes room for lines that stay, and is gone
// in the end.
func TestWatchChangesALine(t *testing.T) {
	var out bytes.Buffer
	w := watched(&out)
	onTerminal(w, 100)
	w.show(w.began.Add(time.Second))
	require.Empty(t, out.String(), "a run that ends soon shows nothing")
	w.at("s0", step(10), 1, 2)
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

func onTerminal(w *watch, width int) { w.terminal, w.width = true, func() int { return width } }

// In loops the passes are shown, the time that they still take, and what is
// disclosed as it happens.
func TestWatchOfLoops(t *testing.T) {
	var out bytes.Buffer
	w := watched(&out)
	for k := range 4 {
		w.at("s0", progress.Place{Step: 10, Loops: [progress.Depth]progress.Pass{{Loop: 2, Pass: 1, Of: 5}, {Loop: 3, Pass: int64(k + 1), Of: 4}}}, 1, 2)
		w.at("alice", progress.Place{Step: 10, Loops: [progress.Depth]progress.Pass{{Loop: 2, Pass: 5, Of: 5}}}, 1, 2) // ahead
		w.disclosed(runtime.Disclosed{Label: "loss", Value: clear.Int(clear.Int64, int64(9-k))})
		w.disclosed(runtime.Disclosed{Label: "parts", Value: clear.Zero(clear.Int64, 3)})
		w.show(w.began.Add(time.Duration(k+2) * 10 * time.Second))
	}
	require.Equal(t, `INFO  epoch 1 of 5, batch 1 of 4, loss 9, at step 10 of 10 (divide, average.tfe:14), 1 rounds, 2 bytes, 20 s
INFO  epoch 1 of 5, batch 2 of 4, 3m10s left, loss 8, at step 10 of 10 (divide, average.tfe:14), 1 rounds, 2 bytes, 30 s
INFO  epoch 1 of 5, batch 3 of 4, 3m0s left, loss 7, at step 10 of 10 (divide, average.tfe:14), 1 rounds, 2 bytes, 40 s
INFO  epoch 1 of 5, batch 4 of 4, 2m50s left, loss 6, at step 10 of 10 (divide, average.tfe:14), 1 rounds, 2 bytes, 50 s
`, out.String())
	out.Reset()
	onTerminal(w, 60)
	w.show(w.began.Add(time.Minute))
	for line := range strings.SplitSeq(out.String(), "\r") {
		require.LessOrEqual(t, utf8.RuneCountInString(line), 60, "a line that is longer than the terminal could not be wiped out")
	}
	require.Regexp(t, `\repoch 1 of 5, batch 4 of 4, 3m47s left,\s+15% \|█+ +\|\s*$`, out.String())
}
