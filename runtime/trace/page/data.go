package page

// What is shown: rows of the tables, and the numbers that the script draws.

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tfec-lang/tfec/runtime/trace"
)

// A fact is a number at the head of the page.
type fact struct{ Name, Value, Note string }

// facts are of all players together; bytes and rounds are the body's.
func facts(r *trace.Run) []fact {
	var sum, worst trace.Total
	var took, slowest time.Duration
	var waiter string
	shifts := r.Shifts()
	for _, x := range r.Records {
		t := x.Traffic()
		sum.Counter = sum.Counter.Plus(t.Counter)
		took, slowest = max(took, shifts[x.Player]+x.Total()), max(slowest, x.Body)
		if waiter == "" || t.Waited > worst.Waited {
			worst, waiter = t, x.Player
		}
	}
	return []fact{
		{"time", duration(took), "first beginning to last end"},
		{"body", duration(slowest), "between set-up and last exchange"},
		{"rounds", count(r.Rounds()), "the longest chain of messages"},
		{"sent", bytes(sum.SentBytes), "payload, all players"},
		{"messages", count(sum.SentMessages), "all players"},
		{"longest wait", duration(worst.Waited), "in the body: " + waiter},
	}
}

// A lineRow is a source line in the table.
type lineRow struct {
	trace.Line
	Index int // in data
	Color int // of eight, the most expensive lines'; -1: none
	Ops   string
	Share float64 // of the most expensive line's time, in percent
}

func lineRows(r *trace.Run, lines []trace.Line) []lineRow {
	var rows []lineRow
	for i, l := range lines {
		row := lineRow{Line: l, Index: i, Color: color(i, l), Ops: strings.Join(ops(r, l), ", ")}
		if most := lines[0].Most.Time; most > 0 {
			row.Share = min(100*float64(l.Most.Time)/float64(most), 100)
		}
		rows = append(rows, row)
	}
	return rows
}

// inProgram puts the set-up behind the lines of the program.
func inProgram(lines []trace.Line) []trace.Line {
	slices.SortStableFunc(lines, func(a, b trace.Line) int {
		return cmp.Compare(min(b.Number, 1), min(a.Number, 1))
	})
	return lines
}

// color is that of the i-th line.
func color(i int, l trace.Line) int {
	if i >= 8 || l.Number == 0 {
		return -1
	}
	return i
}

// ops are the operations of a line, each once.
func ops(r *trace.Run, l trace.Line) []string {
	var names []string
	for _, n := range l.Steps {
		if op := r.Step(n).Op; !slices.Contains(names, op) {
			names = append(names, op)
		}
	}
	return names
}

// A playerRow is a player in the table.
type playerRow struct {
	trace.Player
	Record  *trace.Record // nil: none came
	Traffic trace.Total
}

func playerRows(r *trace.Run) []playerRow {
	var rows []playerRow
	for _, p := range r.Players {
		row := playerRow{Player: p, Record: r.Record(p.Name)}
		if row.Record != nil {
			row.Traffic = row.Record.Traffic()
		}
		rows = append(rows, row)
	}
	return rows
}

// data is what the script draws. Times are microseconds since the first player
// began.
type data struct {
	Lines    []lineData   `json:"lines"` // as in the table
	Steps    []stepData   `json:"steps"`
	Players  []playerData `json:"players"`
	Messages [][]float64  `json:"messages"` // from, to, sent, received, bytes, step's index, round, lane of from, lane of to
}

type lineData struct {
	Color int    `json:"color"`
	Where string `json:"where"`
	Text  string `json:"text"`
}

type stepData struct {
	Number int    `json:"number"`
	Op     string `json:"op"`
	Line   int    `json:"line"` // index
}

type playerData struct {
	Name     string      `json:"name"`
	Computes bool        `json:"computes"`
	Phases   []float64   `json:"phases"` // begin of set-up, body and last exchange, and end; none without a record
	Lanes    int         `json:"lanes"`
	Spans    [][]float64 `json:"spans"` // step's index, occurrence, lane, begin, duration, waited, sent, received, round
}

func newData(r *trace.Run, lines []trace.Line) data {
	d := data{Messages: [][]float64{}}
	index := make(map[int]int) // of steps
	for i, l := range lines {
		d.Lines = append(d.Lines, lineData{color(i, l), l.Where(), l.Text})
		for _, n := range l.Steps {
			index[n] = len(d.Steps)
			d.Steps = append(d.Steps, stepData{n, r.Step(n).Op, i})
		}
	}
	shifts := r.Shifts()
	for _, p := range r.Players {
		d.Players = append(d.Players, newPlayer(p, r.Record(p.Name), index, shifts[p.Name]))
	}
	for _, m := range r.Passed() {
		at := func(player int, end *trace.Message) float64 {
			return microseconds(end.At + shifts[r.Players[player].Name])
		}
		d.Messages = append(d.Messages, []float64{float64(m.From), float64(m.To), at(m.From, m.Sent), at(m.To, m.Received), float64(m.Sent.Bytes),
			float64(index[m.Sent.Step]), float64(m.Sent.Round + 1), float64(m.Sent.Lane), float64(m.Received.Lane)})
	}
	return d
}

func newPlayer(p trace.Player, x *trace.Record, index map[int]int, shift time.Duration) playerData {
	d := playerData{Name: p.Name, Computes: p.Computes, Phases: []float64{}, Spans: [][]float64{}, Lanes: 1}
	if x == nil {
		return d
	}
	at := shift
	for _, long := range []time.Duration{0, x.SetUp, x.Body, x.End} {
		at += long
		d.Phases = append(d.Phases, microseconds(at))
	}
	for _, s := range x.Spans {
		d.Lanes = max(d.Lanes, s.Lane+1)
		d.Spans = append(d.Spans, []float64{float64(index[s.Step]), float64(s.Occurrence), float64(s.Lane), microseconds(s.Begin + shift),
			microseconds(s.Duration), microseconds(s.Waited), float64(s.Sent), float64(s.Received), float64(s.Round)})
	}
	slices.SortFunc(d.Spans, func(a, b []float64) int { return int(a[3]) - int(b[3]) })
	return d
}

// microseconds has one digit after the point.
func microseconds(d time.Duration) float64 { return float64(d.Round(100)) / 1e3 }
