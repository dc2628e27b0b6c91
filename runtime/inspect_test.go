package runtime

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/runtime/trace"
	"github.com/tfec-lang/tfec/runtime/trace/tensorboard"
)

// inspected makes the environment ask for traces, and returns where they go.
func inspected(t *testing.T) (dir string) {
	dir = filepath.Join(t.TempDir(), "runs")
	t.Setenv("TFE_TRACE", "1")
	t.Setenv("TFE_EVENTS", "1")
	t.Setenv("TFE_EVENTS_DIR", dir)
	return dir
}

// traceOf reads the trace of the only run in a folder.
func traceOf(t *testing.T, dir string) *trace.Run {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, "average1", entries[0].Name())
	run, err := trace.Read(filepath.Join(dir, "average1", "average1.trace.json"))
	require.NoError(t, err)
	events, err := filepath.Glob(filepath.Join(dir, "average1", "events.out.tfevents.*"))
	require.NoError(t, err)
	require.Len(t, events, 1)
	return run
}

// edgesOf are the nodes of the graph in the only event file in a folder, with
// those that they take their operands from.
func edgesOf(t *testing.T, dir string) map[string][]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "average1", "events.out.tfevents.*"))
	require.NoError(t, err)
	require.Len(t, paths, 1)
	file, err := os.ReadFile(paths[0])
	require.NoError(t, err)
	edges := make(map[string][]string)
	const head, tail = 12, 4 // of a record: its length and a checksum, and another
	for len(file) > 0 {
		n := binary.LittleEndian.Uint64(file)
		var e tensorboard.Event
		require.NoError(t, proto.Unmarshal(file[head:head+n], &e))
		var g tensorboard.GraphDef
		require.NoError(t, proto.Unmarshal(e.GetGraphDef(), &g))
		for _, node := range g.Node {
			edges[node.Name] = node.Input
		}
		file = file[head+n+tail:]
	}
	return edges
}

// A Go program that asks for a networked run writes the merged files, with the
// shared part of each player's record.
func TestRemoteIsInspected(t *testing.T) {
	s := newStage(t)
	s.options["carol"].Once = false // so that nobody starts by itself
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, prog := range average() {
		wg.Go(func() { require.NoError(t, Serve(ctx, *s.options[prog.Player], prog)) })
	}
	dir := inspected(t)
	require.NoError(t, Remote(t.Context(), s.hosts, Credentials{Insecure: true}, average()[0]))
	stop()
	wg.Wait()
	run := traceOf(t, dir)
	require.Len(t, run.ID, 32)
	require.Empty(t, run.Failed)
	require.Len(t, run.Records, len(run.Players))
	for i, x := range run.Records {
		require.Equal(t, run.Players[i].Name, x.Player)
		require.NotEmpty(t, run.Players[i].Address)
		require.True(t, x.Partial)
		for _, step := range x.Steps {
			require.Positive(t, step.SentMessages+step.ReceivedMessages, "%s at step %d", x.Player, step.Step)
		}
	}
	sent, received := run.Record("alice").Traffic(), run.Record("carol").Traffic()
	require.Positive(t, sent.SentBytes)
	require.Positive(t, received.ReceivedBytes)
	require.NotEmpty(t, run.Passed(), "messages with both ends")
	edges := edgesOf(t, dir)
	require.Len(t, edges, 4+4+3+3+4, "a node for each player of each step")
	require.Equal(t, []string{"share_7/s1", "share_8/s1"}, edges["add_9/s1"])
	require.Equal(t, []string{"add_9/s2"}, edges["divide_10/s2"])
	require.Equal(t, []string{"open_11/s0", "open_11/s1", "open_11/s2"}, edges["open_11/carol"])
}

// What a player writes of a run for its own operator is the operator's alone,
// and holds no value, not even one that an error shows.
func TestOwnTraceHoldsNoValue(t *testing.T) {
	s := newStage(t)
	s.options["alice"].In = []string{"a=csv:" + s.write(t, "bad.csv", "gross\n1000\ntopsecret99\n") + "#gross"}
	dir := filepath.Join(s.dir, "runs")
	s.options["alice"].Inspect = Inspection{Events: true, Trace: true, Dir: dir}
	require.EqualError(t, s.run(t, average())["bob"], "alice stopped in the set-up")
	require.Contains(t, s.stderr["alice"].String(), "topsecret99", "what the operator is told")
	failed := 0
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		switch {
		case path == dir:
		case e.IsDir():
			require.Equal(t, os.FileMode(0o700), info.Mode().Perm(), path)
		default:
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), path)
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NotContains(t, string(data), "topsecret", path)
			failed += strings.Count(string(data), "stopped in the set-up")
		}
		return nil
	}))
	require.Positive(t, failed)
}

// What is noted of a run that fails on its way can be read, at every player.
func TestFailedOnItsWay(t *testing.T) {
	dir := inspected(t)
	programs := average()
	steps := programs[2].Run
	programs[2].Run = func(p *Party) {
		steps(p)
		p.Fail(11, "the mean is refused")
	}
	_, err := Simulate(t.Context(), programs, Values{"a": salaries(t, 1000, 3000), "b": salaries(t, 2000, 2000, 7000)}.load)
	require.ErrorContains(t, err, "the mean is refused")
	run := traceOf(t, dir)
	require.Len(t, run.Records, len(run.Players))
	require.Positive(t, run.Record("carol").Rounds)
	for _, x := range run.Records {
		_, err := run.Decode(x.Player, x.Shared(trace.Spans).Encode())
		require.NoError(t, err)
	}
}

// A simulated run of a Go program has the players' records in full; a failed one
// has the reason.
func TestSimulateIsInspected(t *testing.T) {
	for _, fails := range []bool{false, true} {
		dir := inspected(t)
		values := Values{"a": salaries(t, 1000, 3000), "b": salaries(t, 2000, 2000, 7000)}
		if fails {
			values["a"] = salaries(t, 1000)
		}
		_, err := Simulate(t.Context(), average(), values.load)
		require.Equal(t, fails, err != nil)
		run := traceOf(t, dir)
		require.Len(t, run.Records, len(run.Players))
		require.Equal(t, fails, run.Failed != "")
		for _, x := range run.Records {
			require.False(t, x.Partial)
			require.NotEmpty(t, x.Spans)
		}
	}
}

func TestInspectionOf(t *testing.T) {
	of := func(env map[string]string) (Inspection, error) {
		return InspectionOf(func(name string) string { return env[name] })
	}
	i, err := of(nil)
	require.NoError(t, err)
	require.Equal(t, Inspection{Dir: "/tmp/tensorboard"}, i)
	require.Equal(t, trace.Counters, i.Level())
	i, err = of(map[string]string{"TFE_EVENTS": "1", "TFE_TRACE": "0", "TFE_EVENTS_DIR": "x"})
	require.NoError(t, err)
	require.Equal(t, Inspection{Events: true, Dir: "x"}, i)
	require.Equal(t, trace.Spans, i.Level())
	_, err = of(map[string]string{"TFE_EVENTS": "on", "TFE_TRACE": "x"})
	require.EqualError(t, err, "cannot read TFE_EVENTS=\"on\": want 1 or 0\ncannot read TFE_TRACE=\"x\": want 1 or 0")
}
