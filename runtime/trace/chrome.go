package trace

// A run in the Chrome trace-event format, which Perfetto and chrome://tracing
// open: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
// ("Trace Event Format"). A player is a process; its thread 0 has its steps, and
// further threads branches of steps that share their rounds.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

// maxFile bounds a trace file that is read, in bytes.
const maxFile = 4 << 30

// A chromeFile is the JSON object form of the format. Fields that the format
// does not name are metadata to its readers: the run itself, so that nothing is
// lost (see Read).
type chromeFile struct {
	TraceEvents     []chromeEvent     `json:"traceEvents"`
	DisplayTimeUnit string            `json:"displayTimeUnit"`
	OtherData       map[string]string `json:"otherData"`
	Run             *Run              `json:"tfec"`
}

// A chromeEvent is an entry of traceEvents. Times are in microseconds.
type chromeEvent struct {
	Name     string   `json:"name"`
	Category string   `json:"cat,omitempty"`
	Phase    string   `json:"ph"`
	Time     float64  `json:"ts"`
	Duration *float64 `json:"dur,omitempty"`
	Process  int      `json:"pid"`
	Thread   int      `json:"tid"`
	ID       string   `json:"id,omitempty"`
	Binding  string   `json:"bp,omitempty"`
	Args     any      `json:"args,omitempty"`
}

// The phases of chromeEvent that are used.
const (
	phaseMetadata  = "M"
	phaseComplete  = "X"
	phaseFlowStart = "s"
	phaseFlowEnd   = "f"
)

// spanArgs are the details of a span.
type spanArgs struct {
	Line       string  `json:"line"` // "average.tfe:14"
	Op         string  `json:"op"`
	Step       int     `json:"step"`
	Occurrence int     `json:"occurrence"`
	Bytes      uint64  `json:"bytes"` // sent
	Received   uint64  `json:"received"`
	Round      int     `json:"round"`
	Waited     float64 `json:"waited"` // microseconds
	Source     string  `json:"source,omitempty"`
}

// Chrome writes the run as a Chrome trace.
func (r *Run) Chrome(w io.Writer) error {
	c := &chrome{run: r, shift: r.Shifts()}
	c.names()
	for _, x := range r.Records {
		c.phases(&x)
		for _, s := range x.Spans {
			c.span(&x, s)
		}
	}
	c.flows()
	file := chromeFile{TraceEvents: c.events, DisplayTimeUnit: "ms", Run: r,
		OtherData: map[string]string{"run": r.ID, "tag": r.Tag, "program": r.File, "computation": r.Computation, "digest": r.Digest, "protocol": r.Protocol}}
	return json.NewEncoder(w).Encode(file)
}

// A chrome collects the events of a run.
type chrome struct {
	run    *Run
	shift  map[string]time.Duration
	events []chromeEvent
}

func microseconds(d time.Duration) float64 { return float64(d) / 1e3 }

func (c *chrome) add(e chromeEvent) { c.events = append(c.events, e) }

// process is the number of a player's process.
func (c *chrome) process(player string) int {
	return 1 + slices.IndexFunc(c.run.Players, func(p Player) bool { return p.Name == player })
}

// names gives every process and thread its name and place.
func (c *chrome) names() {
	for i, p := range c.run.Players {
		name := func(what string, thread int, args any) {
			c.add(chromeEvent{Name: what, Phase: phaseMetadata, Process: i + 1, Thread: thread, Args: args})
		}
		name("process_name", 0, map[string]string{"name": p.Name})
		name("process_sort_index", 0, map[string]int{"sort_index": i})
		if p.Address != "" {
			name("process_labels", 0, map[string]string{"labels": p.Address})
		}
		for _, lane := range c.run.lanes(p.Name) {
			label := "steps"
			if lane > 0 {
				label = fmt.Sprintf("beside %d", lane)
			}
			name("thread_name", lane, map[string]string{"name": label})
			name("thread_sort_index", lane, map[string]int{"sort_index": lane})
		}
	}
}

// lanes are those that a player has spans in, ascending, and the first.
func (r *Run) lanes(player string) []int {
	x := r.Record(player)
	if x == nil {
		return nil
	}
	lanes := []int{0}
	for _, s := range x.Spans {
		lanes = append(lanes, s.Lane)
	}
	slices.Sort(lanes)
	return slices.Compact(lanes)
}

// phases are spans around those of the steps.
func (c *chrome) phases(x *Record) {
	begin := time.Duration(0)
	for _, p := range []struct {
		name string
		long time.Duration
	}{{"set-up", x.SetUp}, {"body", x.Body}, {"last exchange", x.End}} {
		c.complete(x, p.name, "phase", 0, begin, p.long, nil)
		begin += p.long
	}
}

func (c *chrome) span(x *Record, s Span) {
	step := c.run.Step(s.Step)
	c.complete(x, step.Op, "step", s.Lane, s.Begin, s.Duration, spanArgs{
		Line: step.Where(), Op: step.Op, Step: s.Step, Occurrence: s.Occurrence, Bytes: s.Sent, Received: s.Received,
		Round: s.Round, Waited: microseconds(s.Waited), Source: step.Text,
	})
}

func (c *chrome) complete(x *Record, name, category string, lane int, begin, long time.Duration, args any) {
	duration := microseconds(long)
	c.add(chromeEvent{Name: name, Category: category, Phase: phaseComplete, Time: microseconds(begin + c.shift[x.Player]), Duration: &duration,
		Process: c.process(x.Player), Thread: lane, Args: args})
}

// flows are arrows from the span that sent a message to the one that took it.
func (c *chrome) flows() {
	for id, p := range c.run.Passed() {
		at := func(phase, binding string, player int, m Message) {
			name := c.run.Players[player].Name
			c.add(chromeEvent{Name: "message", Category: "message", Phase: phase, Time: microseconds(m.At + c.shift[name]),
				Process: player + 1, Thread: m.Lane, ID: fmt.Sprint(id), Binding: binding, Args: map[string]uint64{"bytes": m.Bytes}})
		}
		at(phaseFlowStart, "", p.From, p.Sent)
		at(phaseFlowEnd, "e", p.To, p.Received)
	}
}

// Where is the step's line: "average.tfe:14", or "" for the set-up.
func (s Step) Where() string {
	if s.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", s.File, s.Line)
}

// Read returns the run that a trace file was written of.
func Read(path string) (*Run, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(io.LimitReader(f, maxFile+1)); err != nil {
		return nil, err
	}
	if b.Len() > maxFile {
		return nil, fmt.Errorf("%s has more than %d bytes", path, maxFile)
	}
	return Parse(b.Bytes())
}

// Parse is Read of a file's content.
func Parse(data []byte) (*Run, error) {
	var file struct {
		Run *Run `json:"tfec"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("cannot read the trace: %w", err)
	}
	if file.Run == nil {
		return nil, fmt.Errorf("cannot read the trace: it is not one of tfec")
	}
	if err := file.Run.checkAll(); err != nil {
		return nil, fmt.Errorf("cannot read the trace: %w", err)
	}
	return file.Run, nil
}
