package runtime

// A networked player: its programs bound to files, served by package session.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/tfec-lang/tfec/runtime/binding"
	"github.com/tfec-lang/tfec/runtime/capability"
	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/monitor"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/session"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// ServeOptions are what the operator of a player decides.
type ServeOptions struct {
	Player string // "": that of the programs

	Config   string       // the hostmap
	TLS      string       // folder with key and certificates
	Insecure bool         // no TLS
	Listen   string       // "": the address of the player's entry
	Listener net.Listener // used instead of listening, if set

	Bindings []string // toml files
	In, Out  []string // name=spec

	RunLog     string // "": runs.log beside the keys; without keys there is none
	Once       bool
	Runs       int      // with inputs: 0 is one, -1 any
	Clients    []string // empty: any
	AllowPlain bool
	MaxSize    int64 // of a size of the data; 0: any

	Inspect Inspection // what to write of each run, here
	// Drawn, if set, takes what the player has learned in each run, when it has ended.
	Drawn func(*progress.Book) error

	ConnectTimeout, PeerTimeout time.Duration // 0: the default

	Metrics        string // address for metrics and health; "": none
	Spans          bool   // export OpenTelemetry spans, as OTEL_EXPORTER_OTLP_* say
	LogLevel       slog.Level
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// Flags declares the options as flags, with their defaults.
func (o *ServeOptions) Flags(f *pflag.FlagSet) {
	f.StringVar(&o.Config, "config", "./config.json", "the hostmap `FILE`, the same for every player")
	f.StringVar(&o.TLS, "tls", "", "`FOLDER` with this player's key and certificates")
	f.BoolVar(&o.Insecure, "insecure", false, "no TLS: anyone on the wire can compute every input")
	f.StringVar(&o.Listen, "listen", "", "listen on `ADDR`, not on the address in the hostmap")
	f.StringArrayVar(&o.Bindings, "bindings", nil, "toml `FILE` of bindings, as tfec bind writes it; repeatable")
	f.StringArrayVar(&o.In, "in", nil, "bind an input, whatever a file says: `NAME=SPEC`, SPEC csv:FILE#COLUMN, parquet:FILE#COLUMN, npy:FILE, json:FILE or stdin; repeatable")
	f.StringArrayVar(&o.Out, "out", nil, "bind an output: `NAME=SPEC`, SPEC json:FILE, json:-, csv:FILE or npy:FILE; repeatable")
	f.BoolVar(&o.Once, "once", false, "take part in one run, and exit with its status")
	f.StringVar(&o.RunLog, "run-log", "", "append each run to `FILE`, in which --runs counts them (default: "+runLogName+" in the folder of --tls)")
	f.Func("runs", "take part in `N` runs with inputs, those in the run log included, or any (default 1)", o.setRuns)
	f.StringSliceVar(&o.Clients, "clients", nil, "accept the runs of these clients alone: `NAME,…`")
	f.Int64Var(&o.MaxSize, "max-size", 0, "refuse runs in which somebody announces a size of more than `N` (0: any)")
	f.BoolVar(&o.AllowPlain, "allow-plain", false, "accept a protocol without any security")
	f.DurationVar(&o.ConnectTimeout, "connect-timeout", time.Minute, "how long players may take to find each other")
	f.DurationVar(&o.PeerTimeout, "peer-timeout", 30*time.Second, "how long a player may be silent")
	f.StringVar(&o.Metrics, "metrics", "", "serve /metrics, /healthz and /readyz on `ADDR`: :PORT for this machine alone, else HOST:PORT")
	o.Spans = monitor.SpansWanted()
	f.TextVar(&o.LogLevel, "log-level", slog.LevelInfo, "`LEVEL` of the log: debug, info, warn or error")
}

func (o *ServeOptions) setRuns(text string) error {
	if text == "any" {
		o.Runs = -1
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return errors.New("want a number from 1, or any")
	}
	o.Runs = n
	return nil
}

// A UsageError is an option that cannot be meant.
type UsageError struct{ Err error }

func (e *UsageError) Error() string   { return e.Err.Error() }
func (e *UsageError) Unwrap() []error { return []error{e.Err} }

// Serve takes part in runs of the programs, all of one player, until ctx ends
// or, with Once, until the first run has. Without programs it is a coordinator
// that is no player. Inputs are read in the set-up of each run; outputs are
// written after its last exchange. The process writes no core file from then on.
func Serve(ctx context.Context, o ServeOptions, programs ...*Program) error {
	if o.Player == "" && len(programs) > 0 {
		o.Player = programs[0].Player
	}
	noCoreFiles()
	bound, err := o.bind(programs)
	if err != nil {
		return &UsageError{err}
	}
	hostmap, err := session.LoadHostmap(o.Config)
	if err != nil {
		return err
	}
	identity, err := session.Credentials(hostmap, o.Player, o.TLS, o.Insecure)
	if err != nil {
		return err
	}
	bound.inspect, bound.maxSize, bound.drawn = o.Inspect, o.MaxSize, o.Drawn
	bound.log = slog.New(slog.NewTextHandler(o.Stderr, &slog.HandlerOptions{Level: o.LogLevel}))
	watch, stop, err := o.watch(identity, bound.log)
	if err != nil {
		return err
	}
	defer stop()
	bound.monitor = watch
	if o.Spans {
		if bound.tracer, err = monitor.NewTracer(o.Player, Version, bound.log); err != nil {
			return err
		}
		defer bound.tracer.Close()
	}
	if bound.runs, err = o.openRunLog(bound.log, programs); err != nil {
		return err
	}
	defer bound.runs.close()
	server := session.Server{
		Player: o.Player, Hostmap: hostmap, Identity: identity, Listen: o.Listen, Listener: o.Listener,
		ConnectTimeout: o.ConnectTimeout, PeerTimeout: o.PeerTimeout,
		Once: o.Once, Runs: o.Runs, Taken: bound.runs.before(), Clients: o.Clients, AllowPlain: o.AllowPlain,
		Log: bound.log, Monitor: watch,
	}
	for _, prog := range programs {
		server.Programs = append(server.Programs, bound.offer(prog))
		bound.log.Info("relies on its protocol", "computation", prog.Computation,
			"protocol", prog.Protocol.String(), "trust", prog.Protocol.trust())
	}
	return server.Serve(ctx)
}

// watch serves metrics and health, where the operator wants them, until stop is
// called. The error of an address is one of usage.
func (o *ServeOptions) watch(id *session.Identity, log *slog.Logger) (m *monitor.Monitor, stop func(), err error) {
	if o.Metrics == "" {
		return nil, func() {}, nil
	}
	addr, err := monitor.Address(o.Metrics)
	if err != nil {
		return nil, nil, &UsageError{err}
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot serve metrics: %w", err)
	}
	log.Info("serves metrics", "address", l.Addr().String())
	m = monitor.New(monitor.Of{Player: o.Player, Version: Version, Expires: id.Expires()})
	return m, m.Serve(l), nil
}

// bindings are where a player's inputs come from, and its outputs go.
type bindings struct {
	sources binding.Sources
	targets binding.Targets
	stdin   io.Reader
	stdout  io.Writer
	maxSize int64
	keys    string // folder of the player's keys; "": none
	runs    *runLog
	log     *slog.Logger
	inspect Inspection
	drawn   func(*progress.Book) error
	monitor *monitor.Monitor
	tracer  *monitor.Tracer
}

// bind reads the bindings and compares them with the programs.
func (o *ServeOptions) bind(programs []*Program) (*bindings, error) {
	sources, targets, err := binding.Parse(o.Bindings, o.In, o.Out)
	if err != nil {
		return nil, err
	}
	var inputs, outputs []string
	for _, prog := range programs {
		for _, in := range prog.Inputs {
			inputs = append(inputs, in.Name)
		}
		for _, out := range prog.Outputs {
			outputs = append(outputs, out.Name)
		}
	}
	err = errors.Join(checkComplete(sources, programs), checkKinds(sources), checkShares(sources, programs), sources.Unused(inputs), targets.Unused(outputs))
	return &bindings{sources: sources, targets: targets, keys: o.TLS, stdin: o.Stdin, stdout: o.Stdout}, err
}

// checkComplete refuses to serve without a program that has all its inputs; of
// several, the others are refused when a run asks for them.
func checkComplete(sources binding.Sources, programs []*Program) error {
	var missing []error
	for _, prog := range programs {
		before := len(missing)
		for _, in := range prog.Inputs {
			if _, err := sources.Of(in.Name, in.Shared); err != nil {
				missing = addOnce(missing, err)
			}
		}
		if len(missing) == before {
			return nil
		}
	}
	return errors.Join(missing...)
}

// checkKinds refuses inputs that everybody on this machine could read in the
// list of processes.
func checkKinds(sources binding.Sources) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		if sources[name].Kind == "value" {
			errs = append(errs, fmt.Errorf("input %s: value: is for simulated runs, since others on this machine see it: use stdin or a file", name))
		}
	}
	return errors.Join(errs...)
}

// checkShares refuses share files for inputs in clear.
func checkShares(sources binding.Sources, programs []*Program) error {
	var errs []error
	for _, prog := range programs {
		for _, in := range prog.Inputs {
			if s, err := sources.Of(in.Name, in.Shared); err == nil && !in.Shared && s.Folder() != "" {
				errs = append(errs, fmt.Errorf("input %s of %s is in clear: share: is for `@ shared` inputs", in.Name, prog.Computation))
			}
		}
	}
	return errors.Join(errs...)
}

// offer is a program as the session knows it.
func (b *bindings) offer(prog *Program) session.Program {
	protocol, known := capability.Lookup(prog.Protocol.Name)
	return session.Program{
		File: prog.File, Computation: prog.Computation, Digest: prog.Digest,
		Protocol: prog.Protocol.String(), Player: prog.Player, Players: prog.Players,
		HasInputs: prog.hasInputs(),
		Insecure:  known && protocol.Insecure,
		Step:      func(n int) string { return prog.Describe(uint32(n)) },
		Run: func(ctx context.Context, l link.Link, r session.Run) error {
			return b.run(ctx, r, prog, Session{Link: b.monitor.Link(l), Load: b.load, MaxSize: b.maxSize, Fingerprints: r.Fingerprints,
				Print: func(line string) { b.log.Info("print", "computation", prog.Computation, "line", line) }})
		},
	}
}

// hasInputs reports whether the player gives something of its own.
func (prog *Program) hasInputs() bool {
	return slices.ContainsFunc(prog.Inputs, func(in Input) bool { return !in.Public })
}

func (b *bindings) run(ctx context.Context, r session.Run, prog *Program, s Session) error {
	id := fmt.Sprintf("%x", r.ID)
	logged := false
	s.Admit = func(sizes map[string]int64) error {
		err := b.runs.append(runRecord{Event: runBegins, Run: id, Client: r.Client, Tag: r.Tag, File: prog.File, Computation: prog.Computation,
			Digest: prog.Digest, Protocol: prog.Protocol.String(), Inputs: prog.hasInputs(), Sizes: sizes, Discloses: prog.Discloses})
		logged = err == nil
		return err
	}
	s.Stored = func(input string) (Stored, error) {
		source, err := b.sources.Of(input, true)
		if err != nil {
			return Stored{}, err
		}
		return b.shelf(source.Folder()).Take(prog, input)
	}
	s.Record = max(r.Record, b.inspect.Level())
	if b.tracer != nil {
		s.Record = trace.Spans
	}
	seen := newAccount(prog, r, b.log, time.Now)
	s.Progress, s.Disclosed = seen.progress, seen.disclosed
	party, err := NewParty(prog, s)
	if err != nil {
		return err
	}
	if err = party.Run(ctx, prog.Run); err == nil {
		err = b.write(prog, party)
	}
	b.noted(r, party, err)
	seen.end()
	b.draw(r, seen, party, err)
	b.tracer.Export(monitor.Ran{ID: r.ID, Computation: prog.Computation, Tag: r.Tag, Failed: err != nil, Record: party.Record(), Step: prog.step})
	if logged {
		if err := b.runs.append(runRecord{Event: runEnds, Run: id, Outcome: party.outcome(err)}); err != nil {
			b.log.Error("the end of a run is not logged", "run", id, "reason", err)
		}
	}
	if party.started {
		b.log.Info("took part in a run", "run", id, "computation", prog.Computation, "sizes", party.describeSizes())
	}
	if err == nil {
		b.monitor.Rounds(prog.Computation, party.Stats().Rounds)
	}
	return err
}

// write writes the outputs of a run that has ended.
func (b *bindings) write(prog *Program, party *Party) error {
	var errs []error
	for _, name := range prog.SharedOutputs() {
		errs = append(errs, b.shelf(b.targets.Of(name).Folder()).Keep(prog, party.RunID(), name, party.Shares()))
	}
	for _, value := range binding.Records(prog.inClear(), func(o Output) string { return o.Name }) {
		var columns []binding.Output
		for _, out := range value {
			columns = append(columns, out.Binding(party.Outputs()[out.Name]))
		}
		errs = append(errs, b.targets.Of(value[0].Name).Write(columns, b.stdout))
	}
	if err := errors.Join(errs...); err != nil {
		return unwritten{err}
	}
	return nil
}

// An unwritten is the failure of a player at its very end: the last step at which it
// sent or received has no part in it.
type unwritten struct{ error }

func (e unwritten) Unwrap() error { return e.error }

// Where is what others are told in place of a step.
func (unwritten) Where() string { return "the writing of its outputs" }

// step is what a number stands for, in a record.
func (prog *Program) step(n int) trace.Step {
	i := slices.IndexFunc(prog.Steps, func(s Step) bool { return s.Number == n })
	if i < 0 {
		return trace.SetUp(prog.File)
	}
	return prog.Steps[i].traced(prog)
}

// noted gives the client what may leave this player of what it noted, and keeps
// all of it here, each where it is asked for. A player that stopped in the set-up
// says no more than that.
func (b *bindings) noted(r session.Run, p *Party, failed error) {
	if r.Record > trace.Counters && p.started {
		r.Recorded(p.Record().Shared(r.Record).Encode())
	}
	id := fmt.Sprintf("%x", r.ID)
	folder, err := b.inspect.keep(p.prog, id, r.Tag, p.Record(), p.reason(failed))
	if err != nil {
		b.log.Error("cannot write what was noted of the run", "run", id, "reason", err)
	} else if folder != "" {
		b.log.Info("wrote what was noted of the run", "run", id, "folder", folder)
	}
}

// draw gives what this player has learned to whoever draws it: of a failed run too,
// but for its outputs.
func (b *bindings) draw(r session.Run, seen *account, p *Party, failed error) {
	if b.drawn == nil {
		return
	}
	for _, out := range p.prog.Outputs {
		if failed == nil && out.Drawn() {
			seen.learnt.Add(out.Name, true, p.Outputs()[out.Name].Floats())
		}
	}
	if err := b.drawn(&seen.learnt); err != nil {
		b.log.Error("cannot draw what was learned in the run", "run", fmt.Sprintf("%x", r.ID), "reason", err)
	}
}

// outcome says how a run ended here, as others may know it.
func (p *Party) outcome(err error) string {
	switch {
	case err == nil:
		return "finished"
	case p.step == 0:
		return nothingShared
	}
	return "failed at " + p.where(err)
}

// shelf is a folder of share files; their key lies with the player's keys.
func (b *bindings) shelf(dir string) Shelf {
	if b.keys == "" {
		return Shelf{dir, dir}
	}
	return Shelf{dir, b.keys}
}

// inClear are the outputs that the player learns.
func (prog *Program) inClear() []Output {
	return slices.DeleteFunc(slices.Clone(prog.Outputs), func(o Output) bool { return o.Shared })
}

// load reads all inputs, and finds out whether outputs can be written before
// anything is shared.
func (b *bindings) load(prog *Program) (Values, error) {
	values, err := loadEach(prog, true, func(_ string, in Input) (clear.Tensor, error) {
		source, err := b.sources.Of(in.Name, in.Shared)
		if err != nil {
			return clear.Tensor{}, err
		}
		return source.Load(in.Binding(), b.stdin)
	})
	errs := []error{err}
	for _, name := range prog.SharedOutputs() {
		errs = append(errs, b.shelf(b.targets.Of(name).Folder()).Check(name))
	}
	for _, out := range prog.inClear() {
		errs = append(errs, out.Check(b.targets.Of(out.Name)))
	}
	return values, errors.Join(errs...)
}
