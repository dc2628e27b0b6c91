package main

// What is shown of a run afterwards: --stats, and the files that the environment
// asks for.

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tfec-lang/tfec/compiler/ir"
	"github.com/tfec-lang/tfec/internal/exec"
	"github.com/tfec-lang/tfec/runtime"
	"github.com/tfec-lang/tfec/runtime/progress"
	"github.com/tfec-lang/tfec/runtime/session"
	"github.com/tfec-lang/tfec/runtime/trace"
)

// An inspection is one run, and what to show of it.
type inspection struct {
	runtime.Inspection
	run   *trace.Run
	stats bool
	level trace.Level
	plot  *plot
}

func (f *runFlags) inspection(p *ir.Program) (*inspection, error) {
	plot, err := f.picture(exec.Programs(p))
	if err != nil {
		return nil, err
	}
	files, err := runtime.InspectionOf(os.Getenv)
	if err != nil {
		return nil, err
	}
	i := &inspection{Inspection: files, run: exec.Programs(p)[0].Traced(f.tag), stats: f.stats, level: files.Level(), plot: plot}
	if f.stats {
		i.level = max(i.level, trace.Totals)
	}
	i.run.Steps = exec.Graph(p)
	return i, trace.CheckTag(i.run.Tag)
}

// picture is what --plot asks for. A networked client hears of what everybody learns
// alone.
func (f *runFlags) picture(programs []*runtime.Program) (*plot, error) {
	if f.config == "" {
		return newPlot(f.plot, programs, func(*runtime.Program, []int) bool { return true }, "such a value is `reveal(loss) to public as loss` in a loop")
	}
	everybody := *programs[0]
	everybody.Outputs = nil
	return newPlot(f.plot, []*runtime.Program{&everybody}, func(p *runtime.Program, to []int) bool { return len(to) == len(p.Players) },
		"this client hears of what is disclosed to public alone: `tfec player --plot` draws all that its player learns")
}

// show prints and writes what is asked for, of a failed run too, and returns
// how it ended.
func (i *inspection) show(w io.Writer, failed error) error {
	if i.stats && len(i.run.Records) > 0 {
		fmt.Fprintf(w, "\n%s", i.run.Table())
	}
	folder, err := i.Finish(i.run, failed)
	if folder != "" && err == nil {
		fmt.Fprintf(w, "INFO  wrote %s\n", folder)
	}
	return errors.Join(failed, err, i.plot.write(failed))
}

// event takes in what is heard of a networked run, and prints it, but for
// progress, which the watch shows.
func (i *inspection) event(w *watch, e session.Event) {
	if err := runtime.Gather(i.run, e); err != nil {
		w.println("WARN ", err)
	}
	level, text := "INFO ", e.Text
	switch e.Kind {
	case session.EventRecord:
		return
	case session.EventSeries:
		if err := i.plot.heard(e.Record); err != nil {
			w.println("WARN ", err)
		}
		return
	case session.EventProgress:
		w.at(e.Player, progress.PlaceAt(e.Step, e.Loops), e.Rounds, e.Bytes)
		w.told(e.Values)
		return
	case session.EventWarning:
		level = "WARN "
	case session.EventDone:
		text = "has finished"
	}
	if e.Player != "" {
		text = e.Player + ": " + text
	}
	w.println(level, text)
}
