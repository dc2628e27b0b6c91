package e2e

// Every program of the corpus, as its users have it: checked, formatted, tested
// in each mode, generated, built, and run as one process a player over TLS, with
// the outputs that its test blocks state.

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	simulated "github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/lang/types"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/protocol"
)

var corpus = []string{"auction", "average", "groupby", "median", "millionaires", "mlp", "psi_size", "regression", "staff_average"}

// A sample is on each other protocol that hides something, too: there every role, a
// dealer say, is a process of its own. TestEveryProgramOnEveryProtocol has them all, in
// one process.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("../../corpus/programs/*.tfe")
	require.NoError(t, err)
	require.Len(t, files, len(corpus))
	for _, name := range capability.Names() {
		row, _ := capability.Lookup(name)
		if name == "aby3" || row.Insecure {
			continue
		}
		for _, program := range []string{"auction", "median"} {
			files = append(files, onProtocol(t, program, name))
		}
	}
	runCorpus(t, files)
}

// onProtocol is a program of the corpus with another protocol line, as a file.
func onProtocol(t *testing.T, program, protocol string) string {
	source := "../../corpus/programs/" + program + ".tfe"
	unit, diags, err := compiler.Load(source, compiler.Options{Protocol: protocol})
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v", diags)
	text, err := os.ReadFile(source)
	require.NoError(t, err)
	changed := strings.Replace(string(text), "protocol aby3(s0, s1, s2)", "protocol "+unit.Programs[0].Cast(), 1)
	require.NotEqual(t, string(text), changed)
	file := filepath.Join(t.TempDir(), program+"_"+protocol+".tfe")
	require.NoError(t, os.WriteFile(file, []byte(changed), 0o600))
	return file
}

func runCorpus(t *testing.T, files []string) {
	players := buildPlayers(t, files...)
	var regression string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".tfe")
		if name == "regression" {
			regression = abs(t, file)
		}
		t.Run(name, func(t *testing.T) {
			file := abs(t, file)
			checked(t, file)
			unit := compiled(t, file)
			of := make(map[*ir.Program]bool)
			for _, block := range unit.Tests {
				of[block.Program] = true
				cast := newCast(t, unit, players)
				result := interp.RunTestOn(block, func(p *ir.Program, in map[string]interp.Tensor) (map[string]interp.Tensor, error) {
					return simulated.RunOn(cast.run, p, in)
				})
				require.NoError(t, result.Err, block.Title)
				require.Empty(t, result.Failed, block.Title)
			}
			require.Len(t, of, len(unit.Programs), "each computation has a test")
		})
	}
	t.Run("a kept model", func(t *testing.T) { keptModel(t, players, regression) })
}

// A model that one run keeps as shares is what another predicts with.
func keptModel(t *testing.T, players, file string) {
	unit := compiled(t, file)
	cast := newCast(t, unit, players)
	training, predict := unit.Tests[1], unit.Programs[2]
	require.Equal(t, "train_logistic", training.Program.Name)
	in, err := interp.Run(training.Given, nil)
	require.NoError(t, err)
	_, err = simulated.RunOn(cast.run, training.Program, in)
	require.NoError(t, err)

	q := interp.Tensor{Elem: types.FixedOf(20, 18), Shape: []int64{2, 1}, Data: []*big.Int{big.NewInt(0), big.NewInt(4 << 18)}}
	out, err := simulated.RunOn(cast.run, predict, map[string]interp.Tensor{"q": q})
	require.NoError(t, err)
	risk := out["risk"].Data
	require.InDelta(t, 0.5, float64(risk[0].Int64())/(1<<18), 0.001)
	require.InDelta(t, 0.645, float64(risk[1].Int64())/(1<<18), 0.005) // the sigmoid of 4 w, w = 0.15
}

// checked types what needs no players.
func checked(t *testing.T, file string) {
	t.Helper()
	s := newStage(t)
	s.succeed(s.tfec, "check", file)
	for _, mode := range [][]string{nil, {"--mpc"}, {"--audit"}, {"--twin"}} {
		require.Contains(t, s.succeed(s.tfec, append([]string{"test", file}, mode...)...), "ok    ")
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	s.write("program.tfe", strings.ReplaceAll(string(text), "  ", " "))
	for range 2 {
		s.succeed(s.tfec, "fmt", "program.tfe")
		formatted, err := os.ReadFile(s.path("program.tfe"))
		require.NoError(t, err)
		require.Equal(t, string(text), string(formatted))
	}
}

func compiled(t testing.TB, file string) *compiler.Unit {
	t.Helper()
	unit, diags, err := compiler.Load(file, compiler.Options{})
	require.NoError(t, err)
	require.False(t, diags.HasErrors(), "%v", diags)
	return unit
}

// buildPlayers builds the players of programs into one binary, which takes
// PROGRAM/PLAYER as its first argument: what tfec build links for each player,
// linked once.
func buildPlayers(t testing.TB, files ...string) string {
	t.Helper()
	s := newStage(t)
	tree := goOutput(t, "list", "-m", "-f", "{{.Dir}}")[0]
	mod, err := os.ReadFile(filepath.Join(tree, "go.mod"))
	require.NoError(t, err)
	s.write("go.mod", strings.Replace(string(mod), "module "+modulePath, "module players.test", 1)+
		fmt.Sprintf("\nrequire %s v0.0.0\n\nreplace %s => %s\n", modulePath, modulePath, tree))
	sums, err := os.ReadFile(filepath.Join(tree, "go.sum"))
	require.NoError(t, err)
	s.write("go.sum", string(sums))

	var imports, table strings.Builder
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".tfe")
		s.build("generate", "-o", name, abs(t, file))
		packages, err := filepath.Glob(s.path(name + "/p_*"))
		require.NoError(t, err)
		require.NotEmpty(t, packages)
		for _, p := range packages {
			player := strings.TrimPrefix(filepath.Base(p), "p_")
			fmt.Fprintf(&imports, "\t%s_%s \"players.test/%s/p_%s\"\n", name, player, name, player)
			fmt.Fprintf(&table, "\t\t%q: %s_%s.Programs,\n", name+"/"+player, name, player)
		}
	}
	s.write("main.go", fmt.Sprintf(`package main

import (
	"os"

	"%s/runtime"
%s)

func main() {
	programs := map[string]func() []*runtime.Program{
%s	}
	name := os.Args[1]
	os.Args = os.Args[1:]
	runtime.Main(programs[name]()...)
}
`, modulePath, &imports, &table))
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-mod=mod", "-o", "players", ".")
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return s.path("players")
}

// A cast is the players of one file as processes.
type cast struct {
	t             testing.TB
	file, players string
	everybody     []string
	kept          string        // the share files, a folder a player
	inputKind     string        // of the files of inputs
	took          time.Duration // the last run, for its client
}

func newCast(t testing.TB, unit *compiler.Unit, players string) *cast {
	c := &cast{t: t, file: unit.File.Name, players: players, kept: t.TempDir(), inputKind: "json"}
	for _, p := range unit.Checked.Players {
		c.everybody = append(c.everybody, p.Name)
	}
	return c
}

// run is a backend: a process a player and a client, who all end with the run.
func (c *cast) run(_ context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
	entries := slices.Clone(programs[0].Players) // one of them is the coordinator
	for _, name := range c.everybody {
		if !slices.Contains(entries, name) {
			entries = append(entries, name) // takes no part, and does not run
		}
	}
	s := newStage(c.t, entries...)
	name := strings.TrimSuffix(filepath.Base(c.file), ".tfe")
	processes := make(map[string]*process)
	for _, prog := range programs {
		args := []string{name + "/" + prog.Player, "--config", "config.json"}
		args = append(args, c.inputs(s, prog, load)...)
		args = append(args, c.outputs(s, prog)...)
		processes[prog.Player] = s.start(c.players, args...)
	}
	begin := time.Now()
	status, _, stderr := s.run(s.tfec, "run", c.file, programs[0].Computation, "--config", "config.json")
	c.took = time.Since(begin)
	if status != 0 {
		all := []error{errors.New(stderr)}
		for player, p := range processes {
			p.says("the run failed") // the client may hear of it first
			all = append(all, fmt.Errorf("%s: %s", player, &p.stderr))
		}
		return nil, errors.Join(all...)
	}
	result := &runtime.Result{Outputs: make(map[string]runtime.Values), Shares: make(map[string]runtime.Shares)}
	for _, prog := range programs {
		processes[prog.Player].says("the run is finished")
		result.Outputs[prog.Player], result.Shares[prog.Player] = c.results(s, prog)
	}
	return result, nil
}

// inputs writes a player's inputs to files, and returns the flags for them.
func (c *cast) inputs(s *stage, prog *runtime.Program, load runtime.Loader) (flags []string) {
	for _, fields := range binding.Records(prog.Inputs, func(in runtime.Input) string { return in.Name }) {
		root := binding.Root(fields[0].Name)
		if fields[0].Shared {
			c.deal(prog, fields[0], load)
			flags = append(flags, "--in", root+"=share:"+c.shelf(prog).Dir)
			continue
		}
		file := s.path(prog.Player + "." + root + ".in." + c.inputKind)
		var columns []binding.Output
		for _, in := range fields {
			x, err := load(prog.Player, in)
			require.NoError(c.t, err)
			columns = append(columns, binding.Output{Name: in.Name, Form: in.Form, Rows: in.Rows, Value: x})
		}
		require.NoError(c.t, binding.Target{Kind: c.inputKind, Path: file}.Write(columns, nil))
		flags = append(flags, "--in", root+"="+c.inputKind+":"+file)
	}
	return flags
}

// deal keeps shares of an input that no run has kept: those of a public value.
func (c *cast) deal(prog *runtime.Program, in runtime.Input, load runtime.Loader) {
	if _, err := os.Stat(filepath.Join(c.shelf(prog).Dir, in.Name+".share")); err == nil {
		return
	}
	x, err := load(prog.Player, in)
	require.NoError(c.t, err)
	var roles []int
	for _, role := range slices.Concat(prog.Protocol.Roles, prog.Protocol.Helpers) {
		roles = append(roles, slices.Index(prog.Players, role))
	}
	kernel, err := protocol.New(prog.Protocol.Name, prog.Protocol.Ring, slices.Index(prog.Players, prog.Player), roles)
	require.NoError(c.t, err)
	shares := runtime.Shares{in.Name: mpc.New(kernel).AsShare(x)}
	kept := *prog
	kept.Outputs = []runtime.Output{{Name: in.Name, Elem: in.Elem, Form: in.Form, Shape: in.Shape, Shared: true}}
	require.NoError(c.t, os.MkdirAll(c.shelf(prog).Dir, 0o700))
	require.NoError(c.t, c.shelf(prog).Keep(&kept, "dealt", in.Name, shares))
}

func (c *cast) shelf(prog *runtime.Program) runtime.Shelf {
	dir := filepath.Join(c.kept, prog.Player)
	return runtime.Shelf{Dir: dir, Keys: dir}
}

func (c *cast) outputs(s *stage, prog *runtime.Program) (flags []string) {
	for _, fields := range binding.Records(prog.Outputs, func(out runtime.Output) string { return out.Name }) {
		root := binding.Root(fields[0].Name)
		target := "json:" + s.path(prog.Player+"."+root+".json")
		if fields[0].Shared {
			target = "share:" + c.shelf(prog).Dir
		}
		flags = append(flags, "--out", root+"="+target)
	}
	return flags
}

// results reads what a player has written.
func (c *cast) results(s *stage, prog *runtime.Program) (runtime.Values, runtime.Shares) {
	values, shares := make(runtime.Values), make(runtime.Shares)
	for _, out := range prog.Outputs {
		if out.Shared {
			reader := *prog
			reader.Inputs = []runtime.Input{{Name: out.Name, Elem: out.Elem, Form: out.Form, Shape: out.Shape, Shared: true}}
			stored, err := c.shelf(prog).Take(&reader, out.Name)
			require.NoError(c.t, err)
			shares[out.Name] = stored.Shares[out.Name]
			continue
		}
		source := binding.Source{Kind: "json", Path: s.path(prog.Player + "." + binding.Root(out.Name) + ".json")}
		x, err := source.Load(binding.Input{Name: out.Name, Elem: out.Elem, Form: out.Form, Dims: len(out.Shape), Rows: out.Rows}, nil)
		require.NoError(c.t, err)
		values[out.Name] = x
	}
	return values, shares
}
