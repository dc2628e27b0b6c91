package e2e

// The rung of the ladder between simulated runs and processes: every player a
// server of its own in this process, over gRPC with mutual TLS.

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/cost"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/examples/embed/waiting"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/session"
)

// Every program of the corpus and of the examples, on every protocol, simulated and
// over gRPC: with the results that its test blocks state, and with the rounds and
// bytes that its cost report promises.
func TestEveryProgramOnEveryProtocol(t *testing.T) {
	files, err := filepath.Glob("../../corpus/programs/*.tfe")
	require.NoError(t, err)
	examples, err := filepath.Glob("../../examples/*/*.tfe")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	for _, file := range slices.Concat(files, examples, []string{"../../golden/ledger/in.tfe", "../../golden/dealer/in.tfe"}) {
		for _, name := range capability.Names() {
			t.Run(filepath.Base(file)+" on "+name, func(t *testing.T) {
				unit, diags, err := compiler.Load(file, compiler.Options{Protocol: name})
				require.NoError(t, err)
				require.False(t, diags.HasErrors(), "%v", diags)
				require.NotEmpty(t, unit.Tests)
				for _, block := range unit.Tests {
					require.Equal(t, name, block.Program.Protocol.Name)
					for _, backend := range []exec.Backend{runtime.Simulate, networked} {
						result := interp.RunTestOn(block, func(p *ir.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
							return exec.RunOn(asPromised(t, p, in, backend), p, in)
						})
						require.NoError(t, result.Err, block.Title)
						require.Empty(t, result.Failed, block.Title)
					}
				}
			})
		}
	}
}

// asPromised is a backend whose runs take what the cost report says: exactly, or at
// most what its bound is where the run decides.
func asPromised(t *testing.T, p *ir.Program, in map[string]interp.Tensor, backend exec.Backend) exec.Backend {
	return func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
		result, err := backend(ctx, programs, load)
		if err != nil {
			return nil, err
		}
		report, err := cost.Of(p, sizes(p, in))
		require.NoError(t, err)
		var sent, ahead uint64
		rounds := 0
		for _, s := range result.Stats {
			sent, ahead, rounds = sent+s.Body.SentBytes, ahead+s.Ahead.SentBytes, max(rounds, s.Rounds)
		}
		require.Len(t, result.Stats, len(p.Players))
		switch promised := []int64{report.Rounds.Value, report.Bytes.Value, aheadOf(report)}; {
		case report.Bound != nil:
			require.LessOrEqual(t, int64(rounds), report.Bound.Rounds.Value)
			require.LessOrEqual(t, int64(sent), report.Bound.Bytes.Value)
		case report.AtMost != nil:
			require.LessOrEqual(t, int64(rounds), promised[0])
			require.LessOrEqual(t, int64(sent), promised[1])
		default:
			require.Equal(t, promised, []int64{int64(rounds), int64(sent), int64(ahead)})
		}
		return result, nil
	}
}

func aheadOf(r *cost.Report) int64 {
	if r.Ahead == nil {
		return 0
	}
	return r.Ahead.Value
}

// sizes are those of a run's inputs, and its public inputs of one number.
func sizes(p *ir.Program, in map[string]interp.Tensor) map[string]int64 {
	set := make(map[string]int64)
	for _, x := range p.Inputs {
		v := in[ir.Key(x.Name, x.Member)]
		for k, d := range x.Shape {
			if name, ok := d.Var(); ok {
				set[name] = v.Shape[k]
			}
		}
		if x.Owner.Public && len(x.Shape) == 0 && (x.Elem.IsInt() || x.Elem.Kind == types.Bool) {
			set[x.Name] = v.Data[0].Int64()
		}
	}
	return set
}

// networked is runtime.Simulate with a server for each player.
func networked(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
	hostmap := &session.Hostmap{File: "test"}
	listeners := make([]net.Listener, len(programs))
	for i, p := range programs {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		listeners[i] = l
		hostmap.Entries = append(hostmap.Entries, session.Entry{Name: p.Player, Addr: l.Addr().String()})
	}
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	parties := make([]*runtime.Party, len(programs))
	errs, failed := make([]error, len(programs)), make([]error, len(programs))
	for i, p := range programs {
		identity, err := session.Credentials(hostmap, p.Player, "", false)
		if err != nil {
			return nil, err
		}
		server := session.Server{Player: p.Player, Hostmap: hostmap, Identity: identity, Listener: listeners[i],
			Programs: []session.Program{{
				File: p.File, Computation: p.Computation, Digest: p.Digest, Player: p.Player, Players: p.Players,
				Run: func(ctx context.Context, l link.Link, r session.Run) (err error) {
					parties[i], err = runtime.NewParty(p, runtime.Session{Link: l, Load: loadAll(load), Fingerprints: r.Fingerprints, Progress: r.Progress})
					if err != nil {
						return err
					}
					failed[i] = parties[i].Run(ctx, p.Run)
					return failed[i]
				},
			}}}
		wg.Go(func() { errs[i] = server.Serve(ctx) })
	}
	client, err := session.Credentials(hostmap, hostmap.Client(), "", false)
	if err != nil {
		return nil, err
	}
	request := session.StartRequest{File: programs[0].File, Computation: programs[0].Computation, Digest: programs[0].Digest}
	if err := session.Start(ctx, hostmap, client, request, nil); err != nil {
		stop()
		wg.Wait() // whoever failed knows why: the others and the client are told less
		return nil, errors.Join(slices.Concat(failed, errs, []error{err})...)
	}
	result := &runtime.Result{Outputs: make(map[string]runtime.Values), Shares: make(map[string]runtime.Shares)}
	for i, p := range programs {
		result.Outputs[p.Player], result.Shares[p.Player] = parties[i].Outputs(), parties[i].Shares()
		result.Stats = append(result.Stats, parties[i].Stats())
	}
	return result, nil
}

func loadAll(load runtime.Loader) func(*runtime.Program) (runtime.Values, error) {
	return func(p *runtime.Program) (runtime.Values, error) {
		values := make(runtime.Values)
		for _, in := range p.Inputs {
			x, err := load(p.Player, in)
			if err != nil {
				return nil, err
			}
			values[in.Name] = x
		}
		return values, nil
	}
}

// A Go program asks the coordinator, with the hostmap that it loaded.
func TestRemoteFromGo(t *testing.T) {
	s := newStage(t, "s0", "s1", "s2", "north", "south", "council")
	s.write("north.json", "[10, 20, 30, 40, 50]")
	s.write("south.json", "[5, 15, 25, 35, 45]")
	program := abs(t, "../../examples/embed/waiting.tfe")
	player := func(name string, args ...string) *process {
		return s.start(s.tfec, append([]string{"player", name, program, "--config", "config.json", "--once"}, args...)...)
	}
	// Without --once at the coordinator the run waits for the client.
	s.start(s.tfec, "player", "s0", program, "--config", "config.json")
	player("s1")
	player("s2")
	player("north", "--in", "north_minutes=json:north.json")
	player("south", "--in", "south_minutes=json:south.json")
	council := player("council")

	hosts, err := runtime.LoadHostmap(s.path("config.json"))
	require.NoError(t, err)
	require.NoError(t, hosts.Save(s.path("copy.json")))
	hosts, err = runtime.LoadHostmap(s.path("copy.json"))
	require.NoError(t, err)
	require.NoError(t, waiting.Remote(t.Context(), hosts, runtime.Credentials{}))
	require.Zero(t, council.wait())
	require.Regexp(t, `^wait = 27\.(5|500\d+|499\d+)\n$`, council.stdout.String())
}
