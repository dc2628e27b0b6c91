package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/internal/heap"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/session"
)

// runFlags are the flags of tfec run.
type runFlags struct {
	source
	bindings []string
	in, out  []string
	players  []string
	json     bool
	config   string
	tls      string
	insecure bool
	tag      string
	stats    bool
	plot     string
}

func runCommand() *cobra.Command {
	var f runFlags
	c := &cobra.Command{
		Use:   "run FILE [COMPUTATION]",
		Short: "Run a computation: simulated, or networked with --config",
		Long: `Without --config all players run in this process, over links in memory: for
development, not secure. With --config the players are started already, on the
machines that the hostmap names; the coordinator is asked to run them, and the
results appear at their receivers only.

TFE_EVENTS=1 writes what TensorBoard opens, TFE_TRACE=1 a timeline for Perfetto and
tfec trace, into $TFE_EVENTS_DIR/<tag><n> (default /tmp/tensorboard): the n-th run
of its tag.`,
		Example: `  tfec run average.tfe --in a=csv:a.csv#gross --in b=value:[2000,7000]
  tfec run average.tfe --bindings alice.toml --bindings bob.toml
  tfec run average.tfe --config config.json --tls keys/client
  tfec run training.tfe --plot loss.svg --bindings alice.toml
  TFE_TRACE=1 tfec run average.tfe --stats --tag first --bindings alice.toml --bindings bob.toml`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.mode(c); err != nil {
				return err
			}
			unit, err := f.load(c, args[0])
			if err != nil {
				return err
			}
			program, err := computation(c, unit, args[0], args[1:])
			if err != nil {
				return err
			}
			i, err := f.inspection(program)
			if err != nil {
				return err
			}
			run := f.simulated
			if f.config != "" {
				run = f.networked
			}
			return i.show(c.ErrOrStderr(), run(c, program, i))
		},
	}
	f.flags(c)
	flags := c.Flags()
	flags.StringArrayVar(&f.bindings, "bindings", nil, "toml `FILE` of bindings, as tfec bind writes it; one a player, repeatable")
	flags.StringArrayVar(&f.in, "in", nil, "bind an input, whatever a file says: `NAME=SPEC`, SPEC csv:FILE#COLUMN, parquet:FILE#COLUMN, npy:FILE, json:FILE, value:[1,2] or stdin; repeatable")
	flags.StringArrayVar(&f.out, "out", nil, "bind an output: `NAME=SPEC`, SPEC json:FILE, json:-, csv:FILE or npy:FILE; repeatable")
	flags.StringSliceVar(&f.players, "players", nil, "simulate these players and no others: `NAME,…`")
	flags.BoolVar(&f.json, "json", false, "print results as JSON, by player and output")
	flags.StringVar(&f.config, "config", "", "run among the players of this hostmap `FILE`")
	flags.StringVar(&f.tls, "tls", "", "`FOLDER` with this client's key and certificates")
	flags.BoolVar(&f.insecure, "insecure", false, "no TLS: anyone on the wire can compute every input")
	flags.StringVar(&f.tag, "tag", "", "name of the run (default: the computation)")
	flags.BoolVar(&f.stats, "stats", false, "print what the run cost afterwards, by player and by line")
	flags.StringVar(&f.plot, "plot", "", plotUsage)
	return c
}

// mode refuses flags of the one way of running together with the other's.
func (f *runFlags) mode(c *cobra.Command) error {
	wrong, advice := []string{"tls", "insecure"}, "it is for a networked run: add --config"
	if f.config != "" {
		wrong, advice = []string{"bindings", "in", "out", "players", "json"}, "with --config each player has its own: give it to that player's program"
	}
	if f.json && f.out != nil {
		return usageError{c, errors.New("cannot use --out with --json, which prints every output")}
	}
	for _, name := range wrong {
		if c.Flags().Changed(name) {
			return usageError{c, fmt.Errorf("cannot use --%s here: %s", name, advice)}
		}
	}
	return nil
}

// simulated runs all players in this process.
func (f *runFlags) simulated(c *cobra.Command, p *ir.Program, i *inspection) error {
	programs := exec.Programs(p)
	if err := f.fixedPlayers(programs); err != nil {
		return err
	}
	sources, targets, err := f.bound(programs)
	if err != nil {
		return usageError{c, err}
	}
	if err := checkTargets(targets, programs); err != nil {
		return err
	}
	load, err := loader(sources, c.InOrStdin(), programs)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "INFO  Players: %v  protocol=%s backend=local (simulated: not secure, times not representative)\n",
		programs[0].Players, p.Protocol.Name)
	watch := newWatch(programs[0], c.ErrOrStderr())
	stop := watch.start()
	ctx, done := interruptible()
	defer done()
	heap.Relax()
	result, err := runtime.SimulateObserved(ctx, programs, load, runtime.Observer{
		Stored:    storedIn(sources),
		Progress:  watch.progress,
		Disclosed: func(_ string, x runtime.Disclosed) { watch.disclosed(x); i.plot.disclosed(x) },
		Record:    i.level,
		Recorded:  i.run.Add,
		Link:      watch.meter,
		Print:     func(player, line string) { watch.println(player + ": " + line) },
	})
	stop()
	if err != nil {
		return err
	}
	i.run.ID = result.Run
	i.plot.outputs(programs, result)
	if err := keepShares(programs, result, targets); err != nil {
		return err
	}
	if f.json {
		return json.NewEncoder(c.OutOrStdout()).Encode(result.Outputs)
	}
	return printOutputs(c.OutOrStdout(), programs, result, targets)
}

// fixedPlayers refuses a program that needs a player outside --players.
func (f *runFlags) fixedPlayers(programs []*runtime.Program) error {
	if f.players == nil {
		return nil
	}
	var missing []string
	for _, p := range programs {
		if !slices.ContainsFunc(f.players, func(name string) bool { return session.Same(name, p.Player) }) {
			missing = append(missing, p.Player)
		}
	}
	if missing == nil {
		return nil
	}
	return hinted{fmt.Errorf("%s needs %s, which --players does not name", programs[0].File, strings.Join(missing, ", ")),
		"--players " + strings.Join(append(slices.Clone(f.players), missing...), ",")}
}

// bound are the bindings of all inputs and outputs; an input without one is
// refused before anything starts.
func (f *runFlags) bound(programs []*runtime.Program) (binding.Sources, binding.Targets, error) {
	sources, targets, err := binding.Parse(f.bindings, f.in, f.out)
	if err != nil {
		return nil, nil, err
	}
	var inputs, outputs []string
	var missing []error
	for _, p := range programs {
		for _, in := range p.Inputs {
			if in.Public && slices.Contains(inputs, binding.Root(in.Name)) {
				continue
			}
			inputs = append(inputs, binding.Root(in.Name))
			if _, err := sources.Of(in.Name, in.Shared); err != nil && !slices.Contains(inputs[:len(inputs)-1], binding.Root(in.Name)) {
				missing = append(missing, fmt.Errorf("%s: %w", p.Player, err))
			}
		}
		for _, out := range p.Outputs {
			outputs = append(outputs, out.Name)
		}
	}
	return sources, targets, errors.Join(sources.Unused(inputs), targets.Unused(outputs), errors.Join(missing...))
}

// loader reads the inputs of all players from their bindings.
func loader(sources binding.Sources, stdin io.Reader, programs []*runtime.Program) (runtime.Loader, error) {
	public := make(map[string]clear.Tensor)
	for _, p := range programs {
		for _, in := range p.Inputs {
			if _, known := public[in.Name]; in.Public && !known {
				// Read once: stdin cannot be read by every player.
				value, err := load(sources, in, stdin)
				if err != nil {
					return nil, err
				}
				public[in.Name] = value
			}
		}
	}
	return func(_ string, in runtime.Input) (clear.Tensor, error) {
		if in.Public {
			return public[in.Name], nil
		}
		return load(sources, in, stdin)
	}, nil
}

func load(sources binding.Sources, in runtime.Input, stdin io.Reader) (clear.Tensor, error) {
	s, err := sources.Of(in.Name, in.Shared)
	if err != nil {
		return clear.Tensor{}, err
	}
	return s.Load(in.Binding(), stdin)
}

// checkTargets finds out, before anything starts, which outputs could not be
// written.
func checkTargets(targets binding.Targets, programs []*runtime.Program) error {
	var seen []string
	var errs []error
	for _, p := range programs {
		for _, name := range p.SharedOutputs() {
			errs = append(errs, shelf(targets.Of(name).Folder(), p).Check(name))
		}
		for _, out := range p.Outputs {
			if !out.Shared && !slices.Contains(seen, out.Name) {
				seen = append(seen, out.Name)
				errs = append(errs, out.Check(targets.Of(out.Name)))
			}
		}
	}
	return errors.Join(errs...)
}

// shelf is where a simulated player keeps shares: a folder of its own, with the
// key.
func shelf(dir string, p *runtime.Program) runtime.Shelf {
	if dir == "" {
		return runtime.Shelf{}
	}
	own := filepath.Join(dir, p.Player)
	return runtime.Shelf{Dir: own, Keys: own}
}

// storedIn reads the share files of simulated players.
func storedIn(sources binding.Sources) func(*runtime.Program, string) (runtime.Stored, error) {
	return func(p *runtime.Program, input string) (runtime.Stored, error) {
		s, err := sources.Of(input, true)
		if err != nil {
			return runtime.Stored{}, err
		}
		return shelf(s.Folder(), p).Take(p, input)
	}
}

// keepShares writes the share files of all players.
func keepShares(programs []*runtime.Program, result *runtime.Result, targets binding.Targets) error {
	var errs []error
	for _, p := range programs {
		for _, name := range p.SharedOutputs() {
			errs = append(errs, shelf(targets.Of(name).Folder(), p).Keep(p, result.Run, name, result.Shares[p.Player]))
		}
	}
	return errors.Join(errs...)
}

// printOutputs prints each output once, after the players that received it.
func printOutputs(w io.Writer, programs []*runtime.Program, result *runtime.Result, targets binding.Targets) error {
	var outputs []runtime.Output
	receivers := make(map[string][]string)
	for _, p := range programs {
		for _, o := range p.Outputs {
			if o.Shared {
				continue
			}
			if receivers[o.Name] == nil {
				outputs = append(outputs, o)
			}
			receivers[o.Name] = append(receivers[o.Name], p.Player)
		}
	}
	for _, value := range binding.Records(outputs, func(o runtime.Output) string { return o.Name }) {
		who := receivers[value[0].Name]
		var columns []binding.Output
		for _, o := range value {
			columns = append(columns, o.Binding(result.Outputs[who[0]][o.Name]))
		}
		target := targets.Of(value[0].Name)
		if target == (binding.Target{}) {
			label := strings.Join(who, ", ")
			if len(who) == len(programs) {
				label = "everybody"
			}
			fmt.Fprintf(w, "%s: ", label)
		}
		if err := target.Write(columns, w); err != nil {
			return err
		}
	}
	return nil
}

// networked asks the coordinator to run the players of the hostmap.
func (f *runFlags) networked(c *cobra.Command, p *ir.Program, i *inspection) error {
	hostmap, err := session.LoadHostmap(f.config)
	if err != nil {
		return err
	}
	var players []string
	for _, player := range p.Players {
		players = append(players, player.Name)
	}
	if err := hostmap.Check(players); err != nil {
		return err
	}
	id, err := session.Credentials(hostmap, hostmap.Client(), f.tls, f.insecure)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.ErrOrStderr(), "INFO  Players: %v  protocol=%s backend=grpc coordinator=%s\n",
		players, p.Protocol.Name, hostmap.Coordinator().Name)
	request := session.StartRequest{File: p.File, Computation: p.Name, Digest: p.Digest, Protocol: i.run.Protocol, Tag: i.run.Tag, Record: i.level, Series: i.plot != nil}
	runtime.Locate(i.run, hostmap)
	ctx, done := interruptible()
	defer done()
	watch := newWatch(exec.Programs(p)[0], c.ErrOrStderr())
	defer watch.start()()
	return session.Start(ctx, hostmap, id, request, func(e session.Event) { i.event(watch, e) })
}
