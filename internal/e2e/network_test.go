package e2e

// The rung of the ladder between simulated runs and processes: every player a
// server of its own in this process, over gRPC with mutual TLS.

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/examples/embed/waiting"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/session"
)

func TestLadderOverGRPC(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for _, name := range []string{"corpus/programs/average", "corpus/programs/staff_average", "corpus/programs/millionaires", "corpus/programs/auction", "golden/ledger/in"} {
		t.Run(name, func(t *testing.T) {
			unit, diags, err := compiler.Load(filepath.Join("../..", name+".tfe"), compiler.Options{})
			require.NoError(t, err)
			require.False(t, diags.HasErrors())
			require.NotEmpty(t, unit.Tests)
			for _, block := range unit.Tests {
				result := interp.RunTestOn(block, func(p *ir.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
					return exec.RunOn(networked, p, in)
				})
				require.NoError(t, result.Err)
				require.Empty(t, result.Failed, block.Title)
			}
		})
	}
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
	errs := make([]error, len(programs))
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
					return parties[i].Run(ctx, p.Run)
				},
			}}}
		wg.Go(func() { errs[i] = server.Serve(ctx) })
	}
	client, err := session.Credentials(hostmap, session.RoleClient, "", false)
	if err != nil {
		return nil, err
	}
	request := session.StartRequest{File: programs[0].File, Computation: programs[0].Computation, Digest: programs[0].Digest}
	if err := session.Start(ctx, hostmap, client, request, nil); err != nil {
		return nil, errors.Join(append(errs, err)...)
	}
	result := &runtime.Result{Outputs: make(map[string]runtime.Values)}
	for i, p := range programs {
		result.Outputs[p.Player] = parties[i].Outputs()
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
	t.Setenv("XDG_RUNTIME_DIR", s.path(".run"))
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
