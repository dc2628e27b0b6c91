package trace

// Recording, by a clock that the test sets.

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tfec-lang/tfec/runtime/link"
)

const ms = time.Millisecond

// timed returns a recorder whose clock is at *now.
func timed(level Level) (r *Recorder, now *time.Duration) {
	now = new(time.Duration)
	r = NewRecorder("alice", level)
	r.now = func() time.Duration { return *now }
	return r, now
}

// step is an occurrence that takes a while, and exchanges a message if peer is
// not negative.
func step(r *Recorder, now *time.Duration, number, occurrence, peer int, took time.Duration) {
	r.Begin(number, occurrence)
	*now += took
	if peer >= 0 {
		r.Sent(peer, link.Header{Step: uint32(number), Occurrence: uint32(occurrence)}, 8)
	}
	r.End(16)
}

func TestRecorder(t *testing.T) {
	r, now := timed(Spans)
	*now = 2 * ms
	r.Started()
	step(r, now, 3, 0, 1, 5*ms) // 2..7
	*now += ms
	r.Begin(4, 0) // 8..14
	since := r.Wait()
	*now += 4 * ms
	r.Received(2, link.Header{Step: 4, Clock: 6}, 100, since, 3, 7)
	*now += 2 * ms
	r.End(64)
	step(r, now, 3, 1, -1, ms) // 14..15
	r.Finished(7)
	*now += 3 * ms
	r.Stop()
	x := r.Record()
	assert.Equal(t, []time.Duration{2 * ms, 13 * ms, 3 * ms, 18 * ms}, []time.Duration{x.SetUp, x.Body, x.End, x.Total()})
	assert.Equal(t, []Total{
		{Step: 3, Calls: 2, Time: 6 * ms, Memory: 16, Counter: link.Counter{SentBytes: 8, SentMessages: 1}, before: 2 * ms},
		{Step: 4, Calls: 1, Time: 6 * ms, Waited: 4 * ms, Rounds: 4, Memory: 64, Counter: link.Counter{ReceivedBytes: 100, ReceivedMessages: 1}, before: ms},
	}, x.Steps)
	assert.Equal(t, []Span{
		{Step: 3, Begin: 2 * ms, Duration: 5 * ms, Sent: 8, messages: 1, before: 2 * ms},
		{Step: 4, Begin: 8 * ms, Duration: 6 * ms, Waited: 4 * ms, Received: 100, Round: 7, messages: 1, before: ms},
		{Step: 3, Occurrence: 1, Begin: 14 * ms, Duration: ms},
	}, clearRest(x.Spans))
	assert.Equal(t, []Message{{Step: 3, Peer: 1, Bytes: 8, At: 7 * ms}, {Step: 4, Peer: 2, Received: true, Bytes: 100, At: 12 * ms, Round: 6}}, x.Messages)
}

// What is sent ahead is counted and waited for apart: at the helper that is held
// back, and at who receives it.
func TestAhead(t *testing.T) {
	run := &Run{Players: []Player{{Name: "server"}, {Name: "helper"}}}
	at := link.Header{Step: 3}
	server, now := timed(Totals)
	server.record.Player = "server"
	server.Begin(3, 0)
	since := server.Wait()
	*now += 5 * ms
	server.Received(1, at, 8, since, 0, 0)
	server.ReceivedAhead(3, 8, since)
	since = server.Wait()
	*now += 2 * ms
	server.Received(2, at, 100, since, 0, 1)
	*now += ms
	server.Finished(1)
	helper, now := timed(Totals)
	helper.record.Player = "helper"
	helper.Begin(3, 0)
	*now += 9 * ms
	since = helper.Wait()
	*now += 4 * ms
	helper.SentAhead(3, 8, since)
	helper.Sent(0, at, 8)
	helper.Finished(0)
	for _, r := range []*Recorder{server, helper} {
		r.Stop()
		run.Add(r.Record())
	}
	x := run.Record("server").Traffic()
	assert.Equal(t, []time.Duration{8 * ms, 7 * ms, 5 * ms}, []time.Duration{x.Time, x.Waited, x.AheadWaited})
	assert.Equal(t, link.Counter{ReceivedBytes: 8, ReceivedMessages: 1}, x.Ahead)
	x = run.Record("helper").Traffic()
	assert.Equal(t, []time.Duration{13 * ms, 4 * ms, 4 * ms}, []time.Duration{x.Time, x.Waited, x.AheadWaited})
	assert.Equal(t, link.Counter{SentBytes: 8, SentMessages: 1}, x.Ahead)
	assert.Equal(t, "\npart    work  waited  bytes  messages  rounds\nonline  1ms   2ms     0      0         1\nahead   9ms   5ms     8      1         1\n", run.parts())

	run.Steps = []Step{{Number: 3}}
	again, err := run.Decode("helper", run.Record("helper").Encode())
	require.NoError(t, err)
	assert.Equal(t, x.Ahead, again.Traffic().Ahead)
	assert.Equal(t, 4*ms, again.Traffic().AheadWaited)
}

// clearRest forgets the time before spans that sent nothing.
func clearRest(spans []Span) []Span {
	for i := range spans {
		if spans[i].messages == 0 {
			spans[i].before = 0
		}
	}
	return spans
}

// Branches take turns: each step has the time in which it ran, and each branch
// a lane in which its spans do not overlap.
func TestBranchesHaveLanes(t *testing.T) {
	r, now := timed(Spans)
	a, b := r.Fork(), r.Fork()
	main := r.Switch(a)
	r.Begin(1, 0)
	*now += ms
	r.Switch(b)
	r.Begin(2, 0)
	*now += 2 * ms
	r.Switch(a)
	*now += 4 * ms
	r.End(0)
	r.Join(a)
	r.Switch(b)
	*now += 8 * ms
	r.End(0)
	r.Join(b)
	r.Switch(main)
	step(r, now, 3, 0, -1, ms)
	again := r.Fork()
	r.Stop()
	x := r.Record()
	assert.Equal(t, []Total{{Step: 1, Calls: 1, Time: 5 * ms}, {Step: 2, Calls: 1, Time: 10 * ms}, {Step: 3, Calls: 1, Time: ms, Memory: 16}}, x.Steps)
	assert.Equal(t, []Span{
		{Step: 1, Lane: 1, Duration: 7 * ms}, {Step: 2, Lane: 2, Begin: ms, Duration: 14 * ms}, {Step: 3, Begin: 15 * ms, Duration: ms},
	}, clearRest(x.Spans))
	assert.Equal(t, 1, again.lane, "lanes are used again")
}

// What leaves the player is the same whatever it did in clear between two
// messages: once or often, in one step or another, with little or much memory.
// Only how long all of it took shows, as it does to whoever waits for the next
// message.
func TestSharedTellsNothingOfCodeInClear(t *testing.T) {
	began := time.Now()
	run := func(level Level, inClear func(r *Recorder, now *time.Duration)) *Record {
		r, now := timed(level)
		r.record.Began = began
		r.Started()
		step(r, now, 1, 0, 1, ms)
		inClear(r, now)
		*now = 100 * ms
		step(r, now, 9, 0, 1, ms)
		r.Finished(0)
		r.Stop()
		return r.Record().Shared(level)
	}
	secret := func(times, number int, memory uint64) func(r *Recorder, now *time.Duration) {
		return func(r *Recorder, now *time.Duration) {
			for k := range times {
				r.Begin(number, k)
				*now += ms / 1000
				r.End(memory)
			}
		}
	}
	for _, level := range []Level{Totals, Spans} {
		want := run(level, func(*Recorder, *time.Duration) {})
		for _, inClear := range []func(r *Recorder, now *time.Duration){secret(1, 5, 8), secret(30, 5, 8), secret(30, 6, 1<<30), secret(MaxSpans, 7, 0)} {
			assert.Equal(t, want, run(level, inClear), "level %d", level)
		}
		assert.Equal(t, 9, want.Steps[1].Step)
	}
}

// Beyond the bounds only totals grow, and a count says how many were left out.
func TestRecordsAreBounded(t *testing.T) {
	r, now := timed(Spans)
	const more = 50
	for k := range MaxMessages + more {
		step(r, now, 1, k, 1, 1)
	}
	step(r, now, 2, 0, -1, 1)
	r.Stop()
	x := r.Record()
	assert.Len(t, x.Messages, MaxMessages)
	assert.Len(t, x.Spans, MaxSpans/2+1)
	assert.Equal(t, more+MaxMessages+more-MaxSpans/2, x.Left)
	assert.Equal(t, MaxMessages+more, x.Steps[0].Calls)
	data := x.Shared(Spans).Encode()
	assert.Less(t, len(data), MaxRecord/2)
	run := &Run{Players: []Player{{Name: "alice"}, {Name: "bob"}}, Steps: []Step{{Number: 1}, {Number: 2}}}
	_, err := run.Decode("alice", data)
	assert.NoError(t, err, "what a recorder keeps can be sent")
}

// Without a level nothing is kept but counters, and the clock is not looked at.
func TestCountersAlone(t *testing.T) {
	r, now := timed(Counters)
	r.now = func() time.Duration {
		t.Fatal("looks at the clock")
		return 0
	}
	step(r, now, 1, 0, 1, ms)
	r.Received(1, link.Header{Step: 1}, 5, r.Wait(), 0, 1)
	r.Switch(r.Fork())
	r.now = func() time.Duration { return ms }
	r.Stop()
	assert.Equal(t, []Total{{Step: 1, Counter: link.Counter{SentBytes: 8, SentMessages: 1, ReceivedBytes: 5, ReceivedMessages: 1}}}, r.Record().Steps)
	assert.Zero(t, testing.AllocsPerRun(100, func() { step(r, now, 1, 0, 1, ms) }))
}

// A journal of several parts has everything, in order.
func TestJournal(t *testing.T) {
	var j journal[int]
	require.Empty(t, j.all())
	for i := range 3*lastPart + 1 {
		j.add(i)
	}
	require.Greater(t, len(j.full), 3)
	for i, x := range j.all() {
		require.Equal(t, i, x)
	}
	require.Len(t, j.all(), 3*lastPart+1)
}

// BenchmarkRecorder is what a step with a message in each direction costs its
// player.
func BenchmarkRecorder(b *testing.B) {
	for level, name := range []string{"off", "totals", "spans"} {
		b.Run(name, func(b *testing.B) {
			const steps = 10_000 // of a run
			var r *Recorder
			for n := 0; b.Loop(); n++ {
				if n%steps == 0 {
					r = NewRecorder("alice", Level(level))
				}
				h := link.Header{Step: uint32(n % 100), Occurrence: uint32(n / 100), Clock: uint32(n)}
				r.Begin(int(h.Step), int(h.Occurrence))
				r.Sent(1, h, 8)
				r.Received(2, h, 8, r.Wait(), h.Clock, h.Clock+1)
				r.End(16)
			}
		})
	}
}

// BenchmarkEncode is what sending a record costs, by span and message together.
func BenchmarkEncode(b *testing.B) {
	r, now := timed(Spans)
	const steps = 1000
	for i := range steps {
		step(r, now, 1+i%100, i/100, 1, ms)
	}
	r.Stop()
	run := &Run{Players: []Player{{Name: "alice"}, {Name: "bob"}}}
	for i := range 100 {
		run.Steps = append(run.Steps, Step{Number: i + 1, Op: "multiply"})
	}
	for b.Loop() {
		_, err := run.Decode("alice", r.Record().Encode())
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/steps, "ns/step")
}
