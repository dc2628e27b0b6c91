package trace

// The Chrome trace of a run, field by field against the published description
// of the format: section numbers are those of "Trace Event Format".

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

// golden is the trace of a networked run of average.tfe, whose player s1 has a
// clock that is five seconds ahead.
var golden = filepath.Join("testdata", "average1.trace.json")

func sample(t testing.TB) *Run {
	t.Helper()
	run, err := Read(golden)
	require.NoError(t, err)
	return run
}

func chromeOf(t testing.TB, r *Run) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, r.Chrome(&b))
	return b.Bytes()
}

func TestChromeGolden(t *testing.T) {
	got := chromeOf(t, sample(t))
	if *update {
		require.NoError(t, os.WriteFile(golden, got, 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}

// An event as the format has it: names of fields are the format's, and all of
// them are known.
type readEvent struct {
	Name *string                     `json:"name"`
	Cat  *string                     `json:"cat"`
	Ph   *string                     `json:"ph"`
	Ts   *float64                    `json:"ts"`
	Dur  *float64                    `json:"dur"`
	Pid  *int                        `json:"pid"`
	Tid  *int                        `json:"tid"`
	ID   *string                     `json:"id"`
	Bp   *string                     `json:"bp"`
	Args *map[string]json.RawMessage `json:"args"`
}

func TestChromeFormat(t *testing.T) {
	run := sample(t)
	var file map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(chromeOf(t, run), &file))
	assert.Equal(t, `"ms"`, string(file["displayTimeUnit"]), `"JSON Object Format": ms or ns`)
	var other map[string]string
	require.NoError(t, json.Unmarshal(file["otherData"], &other))
	assert.Equal(t, run.ID, other["run"])
	var events []readEvent
	read := json.NewDecoder(bytes.NewReader(file["traceEvents"]))
	read.DisallowUnknownFields()
	require.NoError(t, read.Decode(&events))

	named := make(map[[2]int]bool) // threads
	processes := make(map[int]string)
	slices := make(map[[2]int][][2]float64)
	spans := 0
	for _, e := range events {
		require.NotNil(t, e.Name)
		require.NotNil(t, e.Ph)
		require.NotNil(t, e.Pid)
		require.NotNil(t, e.Tid)
		require.NotNil(t, e.Ts)
		at := [2]int{*e.Pid, *e.Tid}
		switch *e.Ph {
		case "M": // "Metadata Events"
			arg := map[string]string{"process_name": "name", "process_labels": "labels", "process_sort_index": "sort_index", "thread_name": "name", "thread_sort_index": "sort_index"}[*e.Name]
			require.NotEmpty(t, arg, "%s is no metadata", *e.Name)
			value, ok := (*e.Args)[arg]
			require.True(t, ok, "%s has the argument %s", *e.Name, arg)
			switch *e.Name {
			case "process_name":
				processes[*e.Pid] = string(value)
			case "thread_name":
				named[at] = true
			}
			assert.Nil(t, e.Dur)
		case "X": // "Complete Events"
			require.NotNil(t, e.Dur)
			require.NotNil(t, e.Cat)
			assert.GreaterOrEqual(t, *e.Ts, 0.0)
			assert.GreaterOrEqual(t, *e.Dur, 0.0)
			assert.Nil(t, e.ID)
			slices[at] = append(slices[at], [2]float64{*e.Ts, *e.Ts + *e.Dur})
			if *e.Cat == "step" {
				spans++
				for _, name := range []string{"line", "op", "step", "occurrence", "bytes", "round", "waited"} {
					assert.Contains(t, *e.Args, name)
				}
			}
		case "s", "f": // "Flow Events", below
		default:
			t.Fatalf("phase %s", *e.Ph)
		}
	}
	want := 0
	for i, p := range run.Players {
		assert.Equal(t, fmt.Sprintf("%q", p.Name), processes[i+1])
		want += len(run.Record(p.Name).Spans)
	}
	assert.Equal(t, want, spans)
	for at := range slices {
		assert.True(t, named[at], "thread %v has a name", at)
		nested(t, slices[at])
	}
	flows(t, events, slices)
}

// nested: complete events of a thread lie within each other or apart.
func nested(t *testing.T, spans [][2]float64) {
	t.Helper()
	const rounding = 1e-6 // microseconds: sums of floats
	for i, a := range spans {
		for _, b := range spans[:i] {
			apart := a[1] <= b[0]+rounding || b[1] <= a[0]+rounding
			inside := a[0] >= b[0]-rounding && a[1] <= b[1]+rounding || b[0] >= a[0]-rounding && b[1] <= a[1]+rounding
			assert.True(t, apart || inside, "%v and %v", a, b)
		}
	}
}

// flows: each id begins once and ends once, later, in another process; both
// ends lie in a span, to which viewers bind them.
func flows(t *testing.T, events []readEvent, spans map[[2]int][][2]float64) {
	t.Helper()
	begun, ended := make(map[string]readEvent), make(map[string]readEvent)
	for _, e := range events {
		if *e.Ph != "s" && *e.Ph != "f" {
			continue
		}
		require.NotNil(t, e.ID)
		require.NotNil(t, e.Cat)
		assert.Nil(t, e.Dur)
		in := false
		for _, s := range spans[[2]int{*e.Pid, *e.Tid}] {
			in = in || s[0] <= *e.Ts && *e.Ts <= s[1]
		}
		assert.True(t, in, "flow %s lies in a span", *e.ID)
		side := begun
		if *e.Ph == "f" {
			require.NotNil(t, e.Bp)
			assert.Equal(t, "e", *e.Bp, "bound to the span around it")
			side = ended
		}
		assert.NotContains(t, side, *e.ID)
		side[*e.ID] = e
	}
	require.NotEmpty(t, begun)
	require.Len(t, ended, len(begun))
	for id, s := range begun {
		f, ok := ended[id]
		require.True(t, ok)
		assert.Equal(t, []string{*s.Name, *s.Cat}, []string{*f.Name, *f.Cat}, "flows are matched by name, category and id")
		assert.Less(t, *s.Ts, *f.Ts, "message %s arrives after it was sent", id)
		assert.NotEqual(t, *s.Pid, *f.Pid)
	}
}

// A clock that is five seconds ahead is set back by what the messages say.
func TestClocksAreAligned(t *testing.T) {
	run := sample(t)
	shifts := run.Shifts()
	assert.InDelta(t, float64(40*time.Microsecond), float64(shifts["s1"]), float64(3*time.Microsecond), "its fastest message took 50 µs, and the other way 55 µs")
	assert.Equal(t, 20*time.Microsecond, shifts["carol"], "clocks that agree are left alone")
	assert.Zero(t, shifts["alice"])
}

// A file whose parts do not fit is refused: those who look at a run rely on it.
func TestParseRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Run)
		want   string
	}{
		{"a record of nobody", func(r *Run) { r.Records[1].Player = "mallory" }, `the record of "mallory" is of no player`},
		{"a record twice", func(r *Run) { r.Records[1] = r.Records[0] }, `the record of "alice" is not in the order of the players`},
		{"records out of order", func(r *Run) { r.Records[0], r.Records[1] = r.Records[1], r.Records[0] }, `the record of "alice" is not in the order of the players`},
		{"a player twice", func(r *Run) { r.Players[1].Name = "alice" }, `the player "alice" is there twice`},
		{"a step twice", func(r *Run) { r.Steps[1] = r.Steps[0] }, fmt.Sprintf("step %[1]d comes after step %[1]d", sample(t).Steps[0].Number)},
		{"the set-up as a step", func(r *Run) { r.Steps[0].Number = 0 }, "step 0 comes after step 0"},
		{"a span of no step", func(r *Run) { r.Records[0].Spans[0].Step = 99 }, `the record of "alice" cannot be: a span of step 99 in lane 0`},
	} {
		t.Run(test.name, func(t *testing.T) {
			run := sample(t)
			test.change(run)
			data, err := json.Marshal(map[string]keptRun{"tfec": run.kept()})
			require.NoError(t, err)
			_, err = Parse(data)
			require.EqualError(t, err, "cannot read the trace: "+test.want)
		})
	}
}
