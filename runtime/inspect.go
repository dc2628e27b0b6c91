package runtime

// What is written of a run for those who look at it afterwards.

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

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

// Write writes what is asked for of a run, and returns the folder, or "" where
// nothing is.
func (i Inspection) Write(r *trace.Run) (folder string, err error) {
	if i.Level() == trace.Counters {
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
// graph has no more than the program knows: operations and lines.
func (prog *Program) Traced(tag string) *trace.Run {
	r := &trace.Run{Tag: cmp.Or(tag, prog.Computation), File: prog.File, Computation: prog.Computation, Digest: prog.Digest,
		Protocol: prog.Protocol.String(), Began: time.Now()}
	for _, player := range prog.Players {
		r.Players = append(r.Players, trace.Player{Name: player, Computes: slices.Contains(prog.Protocol.Roles, player)})
	}
	for _, s := range prog.Steps {
		r.Steps = append(r.Steps, trace.Step{Number: s.Number, Op: s.Op, File: cmp.Or(s.File, prog.File), Line: s.Line})
	}
	return r
}
