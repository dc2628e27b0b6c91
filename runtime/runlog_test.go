package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/internal/durable"
	"github.com/tfec-lang/tfec/runtime/session"
)

// What counts at the next start: runs with inputs that were begun, but for those
// in which nothing was shared, and every line that cannot be read.
func TestRunLogCounts(t *testing.T) {
	const (
		begins  = `{"event":"begins","run":"01","inputs":true}` + "\n"
		without = `{"event":"begins","run":"01"}` + "\n"
		nothing = `{"event":"ends","run":"01","outcome":"nothing was shared"}` + "\n"
	)
	for _, test := range []struct {
		text string
		want int
	}{
		{"", 0},
		{begins, 1},
		{begins + `{"event":"ends","run":"01","outcome":"finished"}` + "\n", 1},
		{begins + `{"event":"ends","run":"01","outcome":"failed at step 3"}` + "\n", 1},
		{begins + nothing, 0},
		{begins + nothing + nothing, 0},
		{nothing + begins, 1},
		{without, 0},
		{without + nothing + begins, 1},
		{"rubbish\n" + begins, 2},
		{begins + begins[:10], 1},
		{begins[:10], 0},
		{strings.Repeat("x", maxRecord+1) + "\n", 1},
	} {
		path := filepath.Join(t.TempDir(), "runs.log")
		require.NoError(t, os.WriteFile(path, []byte(test.text), 0o600))
		l, err := openRunLog(path)
		require.NoError(t, err)
		require.Equal(t, test.want, l.before(), test.text)
		require.NoError(t, l.append(runRecord{Event: runBegins, Run: "02", Inputs: true}))
		require.NoError(t, l.close())
		// What was there stays, and a line without an end gets none of the next.
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(data), test.text))
		again, err := openRunLog(path)
		require.NoError(t, err)
		want := test.want + 1
		if test.text != "" && !strings.HasSuffix(test.text, "\n") {
			want++ // a torn line is one that cannot be read from then on
		}
		require.Equal(t, want, again.before(), test.text)
		require.NoError(t, again.close())
	}
}

func TestRunLogRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "runs.log")
	l, err := openRunLog(path)
	require.NoError(t, err)
	_, err = openRunLog(path)
	require.ErrorIs(t, err, durable.ErrLocked)
	require.EqualError(t, err, "cannot open the log of runs "+path+": another process has it")
	require.NoError(t, l.close())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	_, err = openRunLog(filepath.Join(dir, "none", "runs.log"))
	require.ErrorContains(t, err, "no such file or directory")
	_, err = openRunLog(dir)
	require.ErrorContains(t, err, "cannot open the log of runs")
	require.ErrorContains(t, l.append(runRecord{}), "cannot log the run")
}

// records reads a log of runs.
func records(t *testing.T, path string) []runRecord {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []runRecord
	for line := range strings.Lines(string(data)) {
		var r runRecord
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		require.NoError(t, d.Decode(&r))
		all = append(all, r)
	}
	return all
}

// Every player logs a run, beside its keys; one with inputs does not start
// again, unless its operator allows it another run.
func TestRunsAreLogged(t *testing.T) {
	s := newStage(t)
	keys := filepath.Join(s.dir, "keys")
	require.NoError(t, session.Demo(&s.hosts, keys))
	for name, o := range s.options {
		o.Insecure, o.TLS = false, filepath.Join(keys, name)
	}
	programs := average()
	for _, p := range programs {
		p.Discloses = []string{"avg: fixed(35, 12) @ carol"}
	}
	for name, err := range s.run(t, programs) {
		require.NoError(t, err, name)
	}
	var id string
	for _, p := range programs {
		log := records(t, filepath.Join(keys, p.Player, "runs.log"))
		require.Len(t, log, 2)
		begins, ends := log[0], log[1]
		id = begins.Run
		require.Len(t, id, 32)
		require.False(t, begins.Time.IsZero())
		require.Equal(t, runRecord{Time: begins.Time, Event: runBegins, Run: id, Client: "alice", Tag: "average", File: "average.tfe", Computation: "average",
			Digest: p.Digest, Protocol: p.Protocol.String(), Inputs: p.Player == "alice" || p.Player == "bob",
			Sizes: map[string]int64{"n": 2, "m": 3}, Discloses: p.Discloses}, begins)
		require.Equal(t, runRecord{Time: ends.Time, Event: runEnds, Run: id, Outcome: "finished"}, ends)
	}

	alice := s.options["alice"]
	alice.Listener, alice.Listen = nil, "127.0.0.1:0"
	log := filepath.Join(keys, "alice", "runs.log")
	err := Serve(t.Context(), *alice, programs[0])
	require.EqualError(t, err, "alice has inputs, and has taken part in as many runs as its operator allows: 1, as "+log+" says")
	require.ErrorAs(t, err, new(*UsageError))
	var errs bytes.Buffer
	require.Equal(t, exitUsage, exitStatus("alice", err, &errs))
	require.Contains(t, errs.String(), "alice: hint: `--runs 2` allows another; for new inputs start a new log with `--run-log FILE`\n")
}

// A run that cannot be logged does not start, and tells nobody why; one in which
// nothing was shared does not count.
func TestUnloggedRunsDoNotStart(t *testing.T) {
	s := newStage(t)
	for name, o := range s.options {
		o.RunLog = filepath.Join(s.dir, name+".log")
	}
	programs := average()
	for i, p := range programs {
		if p.Player == "carol" {
			steps := p.Run
			programs[i].Run = func(p *Party) {
				p.session.Admit = func(map[string]int64) error { return errors.New("cannot log the run: the disk is full") }
				steps(p)
			}
		}
	}
	for name, err := range s.run(t, programs) {
		if name == "carol" {
			require.EqualError(t, err, "cannot log the run: the disk is full")
			continue
		}
		require.EqualError(t, err, "carol stopped in the set-up", name)
		log := s.stderr[name].String()
		require.NotContains(t, log, "the disk is full", name)
	}
	for _, name := range []string{"alice", "bob", "s0"} {
		log := records(t, filepath.Join(s.dir, name+".log"))
		require.Len(t, log, 2)
		require.Equal(t, nothingShared, log[1].Outcome)
		l, err := openRunLog(filepath.Join(s.dir, name+".log"))
		require.NoError(t, err)
		require.Zero(t, l.before())
		require.NoError(t, l.close())
	}
}

// How a run ended is what became of it here: its outputs have been written, or
// it has not finished; a player that sent nothing has shared nothing, as the
// session counts it.
func TestLoggedOutcomes(t *testing.T) {
	folder := ""
	for _, test := range []struct {
		player, outcome string
		run             func(p *Party, steps func(*Party))
	}{
		{"carol", "failed at the writing of its outputs", func(p *Party, steps func(*Party)) {
			steps(p)
			os.RemoveAll(folder)
		}},
		{"alice", nothingShared, func(p *Party, _ func(*Party)) {
			p.Start()
			p.Fail(7, "no")
		}},
	} {
		s := newStage(t)
		folder = filepath.Join(s.dir, "results")
		require.NoError(t, os.Mkdir(folder, 0o700))
		s.options["carol"].Out = []string{"avg=json:" + filepath.Join(folder, "avg.json")}
		s.options[test.player].RunLog = filepath.Join(s.dir, "runs.log")
		programs := average()
		for _, p := range programs {
			if p.Player == test.player {
				steps := p.Run
				p.Run = func(p *Party) { test.run(p, steps) }
			}
		}
		require.Error(t, s.run(t, programs)[test.player])
		log := records(t, s.options[test.player].RunLog)
		require.Len(t, log, 2)
		require.Equal(t, test.outcome, log[1].Outcome)
	}
}
