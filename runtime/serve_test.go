package runtime

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/session"
)

// A stage is the players of the average on a loopback network, each with its
// own options and output.
type stage struct {
	dir     string
	config  string
	hosts   Hostmap
	options map[string]*ServeOptions
	stdout  map[string]*bytes.Buffer
	stderr  map[string]*bytes.Buffer
}

func newStage(t *testing.T) *stage {
	s := &stage{dir: t.TempDir(), options: map[string]*ServeOptions{},
		stdout: map[string]*bytes.Buffer{}, stderr: map[string]*bytes.Buffer{}}
	s.config = filepath.Join(s.dir, "config.json")
	var text []string
	for _, prog := range average() {
		name := prog.Player
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		text = append(text, fmt.Sprintf("%q: %q", name, l.Addr()))
		s.stdout[name], s.stderr[name] = new(bytes.Buffer), new(bytes.Buffer)
		s.options[name] = &ServeOptions{Config: s.config, Listener: l, Once: true, Insecure: true,
			Stdin: strings.NewReader(""), Stdout: s.stdout[name], Stderr: s.stderr[name]}
	}
	require.NoError(t, os.WriteFile(s.config, []byte("{"+strings.Join(text, ", ")+"}"), 0o600))
	var err error
	s.hosts, err = LoadHostmap(s.config)
	require.NoError(t, err)
	s.options["alice"].In = []string{"a=csv:" + s.write(t, "a.csv", "name,gross\nann,1000\nalan,3000\n") + "#gross"}
	s.options["bob"].In = []string{"b=stdin"}
	s.options["bob"].Stdin = strings.NewReader("2000\n2000\n7000\n")
	return s
}

func (s *stage) write(t *testing.T, name, text string) string {
	path := filepath.Join(s.dir, name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// run serves all players and returns what each of them ends with.
func (s *stage) run(t *testing.T, programs []*Program) map[string]error {
	errs := make(map[string]error)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, prog := range programs {
		wg.Go(func() {
			err := Serve(t.Context(), *s.options[prog.Player], prog)
			mu.Lock()
			defer mu.Unlock()
			errs[prog.Player] = err
		})
	}
	wg.Wait()
	return errs
}

// With Once at every player, the run starts when all are there.
func TestServe(t *testing.T) {
	s := newStage(t)
	keys := filepath.Join(s.dir, "keys")
	require.NoError(t, session.Demo(&s.hosts, keys))
	for name, o := range s.options {
		o.Insecure, o.TLS = false, filepath.Join(keys, name)
	}
	for name, err := range s.run(t, average()) {
		require.NoError(t, err, name)
	}
	requireMean(t, strings.TrimPrefix(s.stdout["carol"].String(), "avg = "))
	require.Contains(t, s.stderr["s1"].String(), `computation=average sizes="n = 2, m = 3"`)
	for name, out := range s.stdout {
		if name != "carol" {
			require.Empty(t, out.String(), name)
		}
	}
}

// A run that a client asks for, with an output to a file.
func TestRemote(t *testing.T) {
	s := newStage(t)
	out := filepath.Join(s.dir, "avg.json")
	s.options["carol"].Out = []string{"avg=json:" + out}
	s.options["carol"].Once = false // so that nobody starts by itself
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, prog := range average() {
		wg.Go(func() { require.NoError(t, Serve(ctx, *s.options[prog.Player], prog)) })
	}
	require.NoError(t, Remote(t.Context(), s.hosts, Credentials{Insecure: true}, average()[0]))
	stop()
	wg.Wait()
	b, err := os.ReadFile(out)
	require.NoError(t, err)
	requireMean(t, string(b))
}

// requireMean compares a line with 3000, to the two units of a division.
func requireMean(t *testing.T, line string) {
	v, err := strconv.ParseFloat(strings.TrimSuffix(line, "\n"), 64)
	require.NoError(t, err)
	require.InDelta(t, 3000, v, 2.0/(1<<12))
}

// What an owner is told of its data stays with the owner.
func TestServeWrongInput(t *testing.T) {
	s := newStage(t)
	s.write(t, "a.csv", "name,gross\nann,1000\nalan,abc\nada,200000\n")
	s.options["carol"].Out = []string{"avg=csv:" + filepath.Join(s.dir, "avg.csv")}
	for name, err := range s.run(t, average()) {
		require.EqualError(t, err, "alice stopped in the set-up", name)
		log := s.stderr[name].String()
		if name == "alice" {
			require.Contains(t, log, "a.csv:3: column gross: `abc` is not a number")
			require.Contains(t, log, "a.csv:4: column gross: value 200000 is outside 0.0..100_000.0")
			continue
		}
		require.NotContains(t, log, "gross", name)
		require.NotContains(t, log, "200000", name)
	}
	require.NoFileExists(t, filepath.Join(s.dir, "avg.csv"))
}

// An input that is not there is its owner's to know.
func TestServeMissingInput(t *testing.T) {
	s := newStage(t)
	require.NoError(t, os.Remove(filepath.Join(s.dir, "a.csv")))
	for name, err := range s.run(t, average()) {
		require.EqualError(t, err, "alice stopped in the set-up", name)
		require.Equal(t, name == "alice", strings.Contains(s.stderr[name].String(), "a.csv: no such file or directory"), name)
	}
}

// An output that cannot be written is found before anything is shared.
func TestServeWrongOutput(t *testing.T) {
	s := newStage(t)
	s.options["carol"].Out = []string{"avg=json:" + filepath.Join(s.dir, "none", "avg.json")}
	for name, err := range s.run(t, average()) {
		if name == "carol" {
			require.ErrorContains(t, err, "cannot write output avg: ")
			require.ErrorContains(t, err, "no such file or directory")
			continue
		}
		require.EqualError(t, err, "carol stopped in the set-up", name)
	}
}

// One that cannot be written although it seemed so is no failure of the last step.
func TestServeUnwritten(t *testing.T) {
	s := newStage(t)
	s.options["carol"].Out = []string{"avg=json:" + filepath.Join(s.dir, "gone", "avg.json")}
	require.NoError(t, os.Mkdir(filepath.Join(s.dir, "gone"), 0o700))
	programs := average()
	carol := programs[slices.IndexFunc(programs, func(p *Program) bool { return p.Player == "carol" })]
	steps := carol.Run
	carol.Run = func(p *Party) {
		steps(p)
		require.NoError(t, os.RemoveAll(filepath.Join(s.dir, "gone")))
	}
	for name, err := range s.run(t, programs) {
		switch {
		case name == "carol":
			require.ErrorContains(t, err, "cannot write output avg to ")
			require.ErrorContains(t, err, "no such file or directory")
		case err != nil: // of the coordinator, whose run it is
			require.EqualError(t, err, "carol failed at the writing of its outputs", name)
		default:
			require.Contains(t, s.stderr[name].String(), "not everywhere", name)
			require.Contains(t, s.stderr[name].String(), "carol failed at the writing of its outputs", name)
		}
	}
}

// A player that is stopped before its run ends without an error.
func TestServeStopped(t *testing.T) {
	s := newStage(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, prog := range average() {
		require.NoError(t, Serve(ctx, *s.options[prog.Player], prog))
	}
}

// Of several computations one must have its inputs; bindings may be of any.
func TestBindSeveral(t *testing.T) {
	train, predict := average()[0], average()[0]
	predict.Inputs[0].Name, predict.Inputs[0].Shared = "x", true
	for _, test := range []struct {
		in   []string
		want string
	}{
		{[]string{"x=stdin"}, ""},
		{[]string{"a=json:f", "x=stdin"}, ""},
		{nil, "input a has no binding: add --in a=csv:FILE#COLUMN\ninput x has no binding: add --in x=share:DIR"},
		{[]string{"a=stdin", "y=stdin"}, "inputs a and y both read stdin"},
		{[]string{"a=stdin", "y=json:f"}, "no input is called y: there is a, x"},
	} {
		_, err := (&ServeOptions{In: test.in}).bind([]*Program{train, predict})
		if test.want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, test.want)
	}
}

func TestMainUsage(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.json")
	require.NoError(t, os.WriteFile(config, []byte(`{"alice": "127.0.0.1:1"}`), 0o600))
	tests := []struct {
		args   []string
		status int
		want   string
	}{
		{nil, exitUsage, "alice: error: input a has no binding: add --in a=csv:FILE#COLUMN\nalice: hint: `alice -h` shows how\n"},
		{[]string{"--in", "a=value:5"}, exitUsage, "alice: error: input a: value: is for simulated runs, since others on this machine see it: use stdin or a file\n"},
		{[]string{"--in", "a=stdin", "--in", "c=value:1"}, exitUsage, "alice: error: no input is called c: there is a\n"},
		{[]string{"--in", "a=stdin", "--out", "avg=json:-"}, exitUsage, "alice: error: no output is called avg: there are none here\n"},
		{[]string{"--in", "a=share:x"}, exitUsage, "alice: error: input a of average is in clear: share: is for `@ shared` inputs\n"},
		{[]string{"--runs", "0"}, exitUsage, `alice: error: invalid argument "0" for "--runs" flag: want a number from 1, or any`},
		{[]string{"--no"}, exitUsage, "alice: error: unknown flag: --no\n"},
		{[]string{"now"}, exitUsage, "alice: error: unknown command \"now\" for \"alice\"\n"},
		{[]string{"--in", "a=stdin", "--config", filepath.Join(dir, "none.json")}, exitFailed, "cannot read the hostmap"},
		{[]string{"--in", "a=stdin", "--config", config, "--insecure", "--runs", "any"}, exitFailed, "alice: error: " + config + ": has no entry for bob"},
	}
	for _, test := range tests {
		var out, errs bytes.Buffer
		status := serveMain(t.Context(), "alice", test.args, strings.NewReader(""), &out, &errs, average()[:1])
		require.Equal(t, test.status, status, test.args)
		require.Contains(t, errs.String(), test.want, test.args)
		require.Empty(t, out.String())
	}
}

func TestMainHelp(t *testing.T) {
	var out, errs bytes.Buffer
	require.Zero(t, serveMain(t.Context(), "alice", []string{"-h"}, nil, &out, &errs, average()[:1]))
	require.Contains(t, out.String(), "alice takes part in the computations of average.tfe (digest 00ff).")
	require.Contains(t, out.String(), "input  a: fixed(35, 12)[n] in 0.0..100_000.0")
	require.Contains(t, out.String(), "--runs N")
	out.Reset()
	require.Zero(t, serveMain(t.Context(), "alice", []string{"--version"}, nil, &out, &errs, average()[:1]))
	require.Equal(t, "alice version 00ff, compiler 0.1.0, runtime 0.1.0\n", out.String())
	out.Reset()
	require.Zero(t, serveMain(t.Context(), "master", []string{"-h"}, nil, &out, &errs, nil))
	require.Contains(t, out.String(), "master is a coordinator that is no player")
	require.Contains(t, out.String(), "  master --config config.json\n")
	require.Empty(t, errs.String())
}

func TestSizeText(t *testing.T) {
	s := Size{{Coef: 2, Vars: []string{"n", "d"}}, {Coef: -1, Vars: []string{"m"}}, {Coef: 1, Vars: []string{"k"}}, {Coef: -3}}
	require.Equal(t, "2 * n * d - m + k - 3", s.String())
	require.Equal(t, "10", Size{{Coef: 10}}.String())
}
