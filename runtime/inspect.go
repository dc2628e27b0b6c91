package runtime

// What is written of a run for those who look at it afterwards.

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tfec-lang/tfec/runtime/session"
	"github.com/tfec-lang/tfec/runtime/trace"
	"github.com/tfec-lang/tfec/runtime/trace/tensorboard"
)

// An Inspection says what is written of each run, and where.
type Inspection struct {
	Events bool   // an event file for TensorBoard
	Trace  bool   // a timeline in the Chrome trace-event format
	Dir    string // a run has a folder in it, <tag><n>
}

// InspectionOf is what the environment asks for: TFE_EVENTS and TFE_TRACE,
// which are 1 or 0, and TFE_EVENTS_DIR.
func InspectionOf(getenv func(string) string) (Inspection, error) {
	i := Inspection{Dir: cmp.Or(getenv("TFE_EVENTS_DIR"), "/tmp/tensorboard")}
	on := func(name string) (bool, error) {
		b, err := strconv.ParseBool(cmp.Or(getenv(name), "0"))
		if err != nil {
			err = fmt.Errorf("cannot read %s=%q: want 1 or 0", name, getenv(name))
		}
		return b, err
	}
	var errs [2]error
	i.Events, errs[0] = on("TFE_EVENTS")
	i.Trace, errs[1] = on("TFE_TRACE")
	return i, errors.Join(errs[:]...)
}

// Level is what players have to record for it.
func (i Inspection) Level() trace.Level {
	if i.Events || i.Trace {
		return trace.Spans
	}
	return trace.Counters
}

// Finish writes what is asked for of a run that has ended, without an error or
// with one, and returns the folder: "" where nothing is asked for, or no player
// has said anything.
func (i Inspection) Finish(r *trace.Run, failed error) (folder string, err error) {
	if failed != nil {
		r.Failed = failed.Error()
	}
	if i.Level() == trace.Counters || len(r.Records) == 0 {
		return "", nil
	}
	if folder, err = trace.NewFolder(i.Dir, r.Tag); err != nil {
		return "", err
	}
	if i.Trace {
		_, err = r.WriteChrome(folder)
	}
	if i.Events && err == nil {
		_, err = tensorboard.WriteFile(folder, r)
	}
	return folder, err
}

// Traced is a run of the program that begins now, without records yet. Its
// graph has no more than the program knows: operations with their lines, players
// and operands.
func (prog *Program) Traced(tag string) *trace.Run {
	r := &trace.Run{Tag: cmp.Or(tag, prog.Computation), File: prog.File, Computation: prog.Computation, Digest: prog.Digest,
		Protocol: prog.Protocol.String(), Began: time.Now()}
	for _, player := range prog.Players {
		r.Players = append(r.Players, trace.Player{Name: player, Computes: slices.Contains(prog.Protocol.Roles, player)})
	}
	for _, s := range prog.Steps {
		r.Steps = append(r.Steps, s.traced(prog))
	}
	return r
}

// traced is what a step is to those who look at a run.
func (s Step) traced(prog *Program) trace.Step {
	t := trace.Step{Number: s.Number, Op: s.Op, File: cmp.Or(s.File, prog.File), Line: s.Line, Uses: s.Uses, Within: s.Within}
	for _, i := range s.Who {
		t.Players = append(t.Players, prog.Players[i])
	}
	return t
}

// Locate notes where the players of a networked run are.
func Locate(run *trace.Run, hosts *session.Hostmap) {
	for i := range run.Players {
		run.Players[i].Address, _ = hosts.Address(run.Players[i].Name)
	}
}

// Gather takes from the events of a networked run what belongs to it: its id, and
// the players' records. A record that cannot be one is an error, and left out.
func Gather(run *trace.Run, e session.Event) error {
	switch e.Kind {
	case session.EventStart:
		run.ID = e.Run
	case session.EventRecord:
		i := slices.IndexFunc(run.Players, func(p trace.Player) bool { return session.Same(p.Name, e.Player) })
		if i < 0 {
			return nil
		}
		record, err := run.Decode(run.Players[i].Name, e.Record)
		if err != nil {
			return err
		}
		run.Add(record)
	}
	return nil
}

// keep writes what a player noted of a run in full, for its own operator, if the
// environment asks for it. A tag that the client chose badly is not used.
func (i Inspection) keep(prog *Program, id, tag string, record *trace.Record, failed error) (folder string, err error) {
	if trace.CheckTag(tag) != nil {
		tag = prog.Computation
	}
	run := prog.Traced(tag)
	run.ID, run.Began = id, record.Began
	run.Add(record)
	return i.Finish(run, failed)
}
