package exec_test

// Random source programs as generated code: one binary has them all.

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/codegen"
	"github.com/tfec-lang/tfec/compiler"
	"github.com/tfec-lang/tfec/compiler/interp"
	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/internal/random"
	"github.com/tfec-lang/tfec/runtime"
)

// drawnPath is where the generated packages seem to be; they are in no folder but
// a temporary one.
const drawnPath = "github.com/tfec-lang/tfec/internal/exec/drawn"

// simulator is the command that runs the k-th program on the inputs that it
// reads, and writes the outputs.
const simulator = `package main

import (
	"context"
	"encoding/gob"
	"fmt"
	"os"
	"strconv"

	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/clear"

%s)

var programs = [][]*runtime.Program{
%s}

func run() error {
	k, err := strconv.Atoi(os.Args[1])
	if err != nil {
		return err
	}
	var inputs map[string]runtime.Values
	if err := gob.NewDecoder(os.Stdin).Decode(&inputs); err != nil {
		return err
	}
	r, err := runtime.Simulate(context.Background(), programs[k], func(player string, in runtime.Input) (clear.Tensor, error) {
		return inputs[player][in.Name], nil
	})
	if err != nil {
		return err
	}
	return gob.NewEncoder(os.Stdout).Encode(r.Outputs)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`

func TestRandomSourcesGenerated(t *testing.T) {
	b := &builder{dir: t.TempDir(), overlay: make(map[string]string)}
	var sources []random.Source
	var units []*ir.Program
	for seed := *firstSource; uint64(len(units)) < some(24); seed++ {
		s := random.Program(seed)
		path := filepath.Join(t.TempDir(), "f.tfe")
		require.NoError(t, os.WriteFile(path, []byte(s.Text), 0o600))
		// Three players each: the owners compute.
		unit, diags, err := compiler.Load(path, compiler.Options{Protocol: "aby3(a, b, c)"})
		require.NoError(t, err)
		if !diags.HasErrors() && len(unit.Programs[0].Players) == 3 {
			b.add(t, len(units), unit.Programs[0])
			sources, units = append(sources, s), append(units, unit.Programs[0])
		}
	}
	binary := b.build(t)
	for k, p := range units {
		r := rand.New(rand.NewPCG(uint64(k), 13))
		in := fewer(r, p, randomInputs(r, p))
		want, err := interp.Run(p, in)
		require.NoError(t, err)
		got, err := exec.RunOn(child(binary, k), p, in)
		require.NoError(t, err, "%s", sources[k].Text)
		require.Len(t, got, len(want))
		for name := range want {
			near(t, want[name], got[name], sources[k].Tolerance[name], name+" of\n"+sources[k].Text)
		}
	}
}

// A builder lays generated files over the module.
type builder struct {
	dir      string
	overlay  map[string]string // by the path that a file seems to have
	imports  strings.Builder
	programs strings.Builder
}

func (b *builder) write(t *testing.T, name string, data []byte) {
	file := filepath.Join(b.dir, fmt.Sprintf("%d.go", len(b.overlay)))
	require.NoError(t, os.WriteFile(file, data, 0o600))
	path, err := filepath.Abs(filepath.Join("drawn", filepath.FromSlash(name)))
	require.NoError(t, err)
	b.overlay[path] = file
}

func (b *builder) add(t *testing.T, k int, p *ir.Program) {
	name := fmt.Sprintf("d%d", k)
	files, err := codegen.Generate(codegen.Config{Path: drawnPath + "/" + name, Compiler: compiler.Version}, []*ir.Program{p})
	require.NoError(t, err)
	for _, f := range files {
		b.write(t, name+"/"+f.Path, f.Data)
	}
	b.programs.WriteString("\t{")
	for _, q := range p.PlayerNames() {
		fmt.Fprintf(&b.imports, "\t%s_%s %q\n", name, q, drawnPath+"/"+name+"/p_"+q)
		fmt.Fprintf(&b.programs, "%s_%s.Program, ", name, q)
	}
	b.programs.WriteString("},\n")
}

// build makes the binary.
func (b *builder) build(t *testing.T) string {
	b.write(t, "main/main.go", fmt.Appendf(nil, simulator, &b.imports, &b.programs))
	text, err := json.Marshal(map[string]any{"Replace": b.overlay})
	require.NoError(t, err)
	overlay, binary := filepath.Join(b.dir, "overlay.json"), filepath.Join(b.dir, "simulator")
	require.NoError(t, os.WriteFile(overlay, text, 0o600))
	out, err := osexec.Command("go", "build", "-overlay", overlay, "-o", binary, drawnPath+"/main").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

// child runs a program in the binary.
func child(binary string, k int) exec.Backend {
	return func(ctx context.Context, programs []*runtime.Program, load runtime.Loader) (*runtime.Result, error) {
		inputs := make(map[string]runtime.Values)
		for _, p := range programs {
			inputs[p.Player] = make(runtime.Values)
			for _, x := range p.Inputs {
				v, err := load(p.Player, x)
				if err != nil {
					return nil, err
				}
				inputs[p.Player][x.Name] = v
			}
		}
		var stdin, stdout, stderr bytes.Buffer
		if err := gob.NewEncoder(&stdin).Encode(inputs); err != nil {
			return nil, err
		}
		command := osexec.CommandContext(ctx, binary, fmt.Sprint(k))
		command.Stdin, command.Stdout, command.Stderr = &stdin, &stdout, &stderr
		if err := command.Run(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, &stderr)
		}
		var result runtime.Result
		return &result, gob.NewDecoder(&stdout).Decode(&result.Outputs)
	}
}
