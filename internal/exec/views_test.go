package exec_test

// The views of recorded runs, of real programs: with loops, branches, steps in
// clear and steps that share their rounds.

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/trace"
	"github.com/tfec-lang/tfec/runtime/trace/page"
	"github.com/tfec-lang/tfec/runtime/trace/tensorboard"
)

// record runs a program on small random inputs, and has what all players noted:
// the players' own, or only what may leave them.
func record(t *testing.T, r *rand.Rand, p *ir.Program, shared bool) *trace.Run {
	t.Helper()
	programs := exec.Programs(p)
	run := programs[0].Traced("")
	run.Steps = exec.Graph(p)
	_, err := exec.RunOn(func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
		return runtime.SimulateObserved(ctx, programs, load, runtime.Observer{Record: trace.Spans, Recorded: func(x *trace.Record) {
			if shared {
				x = x.Shared(trace.Spans)
			}
			run.Add(x)
		}})
	}, p, randomInputs(r, p))
	require.NoError(t, err)
	require.Len(t, run.Records, len(run.Players))
	return run
}

// Every node of TensorBoard's graph takes its operands from nodes that there
// are, and every total of every player is that of a node with the player as
// its device; also the page can be written.
func TestViewsOfPrograms(t *testing.T) {
	const seed = 5
	r := rand.New(rand.NewPCG(seed, seed))
	for _, name := range []string{"average", "auction", "median", "groupby", "regression", "staff_average"} {
		for _, p := range load(t, filepath.Join("..", "..", "corpus", "programs", name+".tfe"), "").Programs {
			t.Run(name+" "+p.Name, func(t *testing.T) {
				for _, shared := range []bool{false, true} {
					run := record(t, r, p, shared)
					requireEvents(t, run)
					var b bytes.Buffer
					require.NoError(t, page.Write(&b, run))
				}
			})
		}
	}
}

func requireEvents(t *testing.T, run *trace.Run) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tensorboard.Write(&b, run, 1))
	var graph tensorboard.GraphDef
	var metadata tensorboard.RunMetadata
	for data := b.Bytes(); len(data) > 0; {
		n := binary.LittleEndian.Uint64(data)
		var e tensorboard.Event
		require.NoError(t, proto.Unmarshal(data[12:12+n], &e))
		data = data[16+n:]
		switch e.What.(type) {
		case *tensorboard.Event_GraphDef:
			require.NoError(t, proto.Unmarshal(e.GetGraphDef(), &graph))
		case *tensorboard.Event_TaggedRunMetadata:
			require.NoError(t, proto.Unmarshal(e.GetTaggedRunMetadata().RunMetadata, &metadata))
		}
	}
	requireGraph(t, run, &graph)
	requireStatistics(t, run, &graph, &metadata)
}

func requireGraph(t *testing.T, run *trace.Run, graph *tensorboard.GraphDef) {
	t.Helper()
	nodes := make(map[string]bool)
	for _, n := range graph.Node {
		require.False(t, nodes[n.Name], n.Name)
		nodes[n.Name] = true
	}
	used := 0
	for _, n := range graph.Node {
		for _, input := range n.Input {
			require.True(t, nodes[input], "%s takes %s", n.Name, input)
			used++
		}
	}
	require.Greater(t, used, len(run.Steps)/2, "the graph has edges")
}

func requireStatistics(t *testing.T, run *trace.Run, graph *tensorboard.GraphDef, metadata *tensorboard.RunMetadata) {
	t.Helper()
	device := make(map[string]string)
	for _, n := range graph.Node {
		device[n.Name] = n.Device
	}
	require.Len(t, metadata.StepStats.DevStats, len(run.Records))
	for i, d := range metadata.StepStats.DevStats {
		steps := 0
		for _, total := range run.Records[i].Steps {
			if total.Step > 0 {
				steps++
			}
		}
		require.Len(t, d.NodeStats, steps)
		for _, n := range d.NodeStats {
			require.Equal(t, d.Device, device[n.NodeName], "%q at %s", n.NodeName, d.Device)
		}
	}
}
