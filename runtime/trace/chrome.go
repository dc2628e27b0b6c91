package trace

// A run in the Chrome trace-event format, which Perfetto and chrome://tracing
// open: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
// ("Trace Event Format"). A player is a process; its thread 0 has its steps, and
// further threads branches of steps that share their rounds.

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"
)

// maxFile bounds a trace file that is read, in bytes.
const maxFile = 4 << 30

// Chrome writes the run as a Chrome trace, in the JSON object form of the
// format. A field that the format does not name is metadata to its readers: the
// run itself, so that nothing is lost (see Read).
func (r *Run) Chrome(w io.Writer) error {
	about, errAbout := json.Marshal(map[string]string{"run": r.ID, "tag": r.Tag, "program": r.File, "computation": r.Computation, "digest": r.Digest, "protocol": r.Protocol})
	kept, errKept := json.Marshal(r.kept())
	if err := cmp.Or(errAbout, errKept); err != nil {
		return err
	}
	passed := r.Passed()
	c := &chrome{Writer: bufio.NewWriter(w), run: r, shift: r.shifts(passed), steps: make(map[int]chromeStep)}
	c.WriteString(`{"traceEvents":[`)
	c.names()
	for i, process := range r.recorded() {
		c.phases(&r.Records[i], process+1)
		for _, s := range r.Records[i].Spans {
			c.span(&r.Records[i], process+1, s)
		}
	}
	c.flows(passed)
	c.WriteString(`],"displayTimeUnit":"ms","otherData":`)
	c.Write(about)
	c.WriteString(`,"tfec":`)
	c.Write(kept)
	c.WriteString("}\n")
	return c.Flush()
}

// A keptRun is a run as a trace file keeps it: records as bytes, in base64.
type keptRun struct {
	*Run
	Records [][]byte `json:"records"`
}

func (r *Run) kept() keptRun {
	k := keptRun{Run: r}
	for i := range r.Records {
		k.Records = append(k.Records, r.Records[i].Encode())
	}
	return k
}

// A chrome writes the events of a run: there are many, so their JSON is put
// together here, of pieces that are JSON. Times are in microseconds.
type chrome struct {
	*bufio.Writer // keeps its first error
	run           *Run
	shift         map[string]time.Duration
	steps         map[int]chromeStep
	events        int
}

// A chromeStep is what all spans of a step have: what begins their events, and
// their arguments.
type chromeStep struct{ head, args string }

// The beginnings of events: name, category and phase.
const (
	metadata  = `{"name":%q,"ph":"M"`
	complete  = `{"name":%s,"cat":%q,"ph":"X"`
	flowStart = `{"name":"message","cat":"message","ph":"s"`
	flowEnd   = `{"name":"message","cat":"message","ph":"f","bp":"e"`
)

// event begins an event; its further fields and } follow.
func (c *chrome) event(head string, at time.Duration, process, thread int) {
	if c.events > 0 {
		c.WriteByte(',')
	}
	c.events++
	c.WriteString(head)
	c.time(`,"ts":`, at)
	c.number(`,"pid":`, uint64(process))
	c.number(`,"tid":`, uint64(thread))
}

func (c *chrome) number(field string, n uint64) {
	c.WriteString(field)
	c.Write(strconv.AppendUint(c.AvailableBuffer(), n, 10))
}

func (c *chrome) time(field string, d time.Duration) {
	c.WriteString(field)
	c.Write(strconv.AppendFloat(c.AvailableBuffer(), float64(d)/1e3, 'f', -1, 64))
}

// quoted is a text in JSON.
func quoted(text string) string {
	data, _ := json.Marshal(text) // every text can be written
	return string(data)
}

// names gives every process and thread its name and place.
func (c *chrome) names() {
	for i, p := range c.run.Players {
		name := func(what string, thread int, key, value string) {
			c.event(fmt.Sprintf(metadata, what), 0, i+1, thread)
			fmt.Fprintf(c, `,"args":{%q:%s}}`, key, value)
		}
		name("process_name", 0, "name", quoted(p.Name))
		name("process_sort_index", 0, "sort_index", strconv.Itoa(i))
		if p.Address != "" {
			name("process_labels", 0, "labels", quoted(p.Address))
		}
		for _, lane := range c.run.lanes(p.Name) {
			label := "steps"
			if lane > 0 {
				label = fmt.Sprintf("beside %d", lane)
			}
			name("thread_name", lane, "name", quoted(label))
			name("thread_sort_index", lane, "sort_index", strconv.Itoa(lane))
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
func (c *chrome) phases(x *Record, process int) {
	begin := c.shift[x.Player]
	for _, p := range []struct {
		name string
		long time.Duration
	}{{"set-up", x.SetUp}, {"body", x.Body}, {"last exchange", x.End}} {
		c.event(fmt.Sprintf(complete, quoted(p.name), "phase"), begin, process, 0)
		c.time(`,"dur":`, p.long)
		c.WriteByte('}')
		begin += p.long
	}
}

func (c *chrome) span(x *Record, process int, s Span) {
	step := c.step(s.Step)
	c.event(step.head, s.Begin+c.shift[x.Player], process, s.Lane)
	c.time(`,"dur":`, s.Duration)
	c.WriteString(step.args)
	c.number(`,"occurrence":`, uint64(s.Occurrence))
	c.number(`,"bytes":`, s.Sent)
	c.number(`,"received":`, s.Received)
	c.number(`,"round":`, uint64(s.Round))
	c.time(`,"waited":`, s.Waited)
	c.WriteString(`}}`)
}

// step is what the spans of a step have in common.
func (c *chrome) step(number int) chromeStep {
	if s, ok := c.steps[number]; ok {
		return s
	}
	step := c.run.Step(number)
	args := fmt.Sprintf(`,"args":{"line":%s,"op":%s,"step":%d`, quoted(step.Where()), quoted(step.Op), number)
	if step.Text != "" {
		args += fmt.Sprintf(`,"source":%s`, quoted(step.Text))
	}
	s := chromeStep{fmt.Sprintf(complete, quoted(step.Op), "step"), args}
	c.steps[number] = s
	return s
}

// flows are arrows from the span that sent a message to the one that took it.
func (c *chrome) flows(passed []Passage) {
	for id, p := range passed {
		at := func(head string, player int, m *Message) {
			c.event(head, m.At+c.shift[c.run.Players[player].Name], player+1, m.Lane)
			c.number(`,"id":"`, uint64(id))
			c.number(`","args":{"bytes":`, m.Bytes)
			c.WriteString(`}}`)
		}
		at(flowStart, p.From, p.Sent)
		at(flowEnd, p.To, p.Received)
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

// Parse is Read of a file's content, of whatever origin.
func Parse(data []byte) (*Run, error) {
	run, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("cannot read the trace: %w", err)
	}
	return run, nil
}

func parse(data []byte) (*Run, error) {
	var file struct {
		Kept *keptRun `json:"tfec"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	if file.Kept == nil {
		return nil, errors.New("it is not one of tfec")
	}
	run := cmp.Or(file.Kept.Run, new(Run))
	for _, data := range file.Kept.Records {
		x, err := run.decode(data)
		if err != nil {
			return nil, fmt.Errorf("a record: %w", err)
		}
		run.Records = append(run.Records, *x)
	}
	return run, run.checkAll()
}
