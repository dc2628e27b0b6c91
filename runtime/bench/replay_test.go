package bench

// The limit of an operation: what it receives is recorded in one execution, so
// that each server can repeat its own work with messages that cost nothing.

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
)

// A recording is one execution of an operation.
type recording struct {
	op       operation
	row      row
	inputs   [][]mpc.Share // by player
	received [][][]byte    // by player, in order
	rounds   uint32
	// Bytes of all servers, and at most of one that sends, or receives; and of
	// these figures what helpers send ahead, which the others do not count.
	bytes, busiest          uint64
	ahead, busiestWithAhead uint64
}

// sharing is the occurrence that shares the inputs of a recording, before the operation.
const sharing = 1

// record executes an operation once, in this process.
func record(b testing.TB, p row, op operation) recording {
	n := p.players()
	r := recording{op: op, row: p, inputs: make([][]mpc.Share, n), received: make([][][]byte, n)}
	tapes, errs := make([]*tape, n), make([]error, n)
	var wg sync.WaitGroup
	for i, l := range local.Connect(p.names()) {
		s := newServer(p, l)
		wg.Go(func() {
			defer func() { l.Close(errs[i]) }()
			defer abort.Catch(&errs[i])
			r.inputs[i] = s.deal(op)
			tapes[i] = &tape{Net: conformance.NewNet(l, s.source)}
			s.net = tapes[i]
			s.execute(op, r.inputs[i])
		})
	}
	wg.Wait()
	for i, t := range tapes {
		if errs[i] != nil {
			b.Fatal(fmt.Errorf("%s: %w", op.name, errs[i]))
		}
		r.received[i] = t.received
		r.rounds = max(r.rounds, t.Clock)
		r.bytes += t.sent
		r.busiest = max(r.busiest, t.sent, t.got)
		r.ahead += t.sentAhead
		r.busiestWithAhead = max(r.busiestWithAhead, t.sent+t.sentAhead, t.got+t.gotAhead)
	}
	return r
}

// report has what an operation costs beside its time.
func (r recording) report(b *testing.B, cpu float64) {
	b.ReportMetric(float64(r.rounds), "rounds/op")
	b.ReportMetric(float64(r.bytes)/float64(r.row.Roles), "B/op/player")
	if r.row.Helpers > 0 {
		b.ReportMetric(float64(r.ahead), "B-ahead/op")
	}
	b.ReportMetric(1e3*cpu/float64(b.N), "cpu-ms/op")
}

// A tape is a Net that keeps what it receives.
type tape struct {
	*conformance.Net
	received                       [][]byte
	sent, got, sentAhead, gotAhead uint64
}

func (t *tape) Send(to int, parts ...[]byte) {
	t.sent += length(parts)
	t.Net.Send(to, parts...)
}

func (t *tape) SendAhead(to int, parts ...[]byte) {
	t.sentAhead += length(parts)
	t.Net.SendAhead(to, parts...)
}

func (t *tape) Recv(from, size int) []byte {
	t.got += uint64(size)
	return t.keep(t.Net.Recv(from, size))
}

func (t *tape) RecvAhead(from, size int) []byte {
	t.gotAhead += uint64(size)
	return t.keep(t.Net.RecvAhead(from, size))
}

func (t *tape) keep(b []byte) []byte {
	t.received = append(t.received, slices.Clone(b))
	return b
}

func length(parts [][]byte) (n uint64) {
	for _, p := range parts {
		n += uint64(len(p))
	}
	return n
}

// A replay is a Net without peers: messages go nowhere, and come from a tape.
type replay struct {
	self             int
	source           *prg.Source
	step, occurrence uint32
	received         [][]byte
	streams          []*prg.Stream
}

func (r *replay) Self() int                       { return r.self }
func (r *replay) Stage()                          {}
func (r *replay) Send(int, ...[]byte)             {}
func (r *replay) SendAhead(int, ...[]byte)        {}
func (r *replay) RecvAhead(from, size int) []byte { return r.Recv(from, size) }
func (r *replay) At(step, occurrence uint32)      { r.step, r.occurrence = step, occurrence }

func (r *replay) Recv(_, size int) []byte {
	b := r.received[0]
	if len(b) != size {
		abort.Now(fmt.Errorf("the replay has %d bytes, want %d", len(b), size))
	}
	r.received = r.received[1:]
	return b
}

func (r *replay) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	s, err := r.source.Stream(set, r.step, r.occurrence, purpose)
	if err != nil {
		abort.Now(err)
	}
	r.streams = append(r.streams, s)
	return s
}

// repeat executes a server's part again, and returns the processor time that
// it took and the bytes of the streams that it drew.
func (r recording) repeat(b testing.TB, self int) (cpu float64, drawn int) {
	net := &replay{self: self, source: prg.New(keys(r.row, self))}
	for _, m := range r.received[self] {
		net.received = append(net.received, slices.Clone(m))
	}
	s := &server{row: r.row, engine: r.row.engine(self), net: net, occurrence: sharing}
	runtime.GC()
	begin := used()
	err := func() (err error) {
		defer abort.Catch(&err)
		s.execute(r.op, r.inputs[self])
		return nil
	}()
	cpu = (used() - begin).Seconds()
	if err != nil {
		b.Fatal(err)
	}
	for _, stream := range net.streams {
		drawn += stream.Drawn()
	}
	return cpu, drawn
}

// A limit is in seconds; ahead is the processor time of helpers, which the others
// have in them.
type limit struct{ streams, arithmetic, bytes, rounds, ahead float64 }

func (l limit) sum() float64 { return l.streams + l.arithmetic + l.bytes + l.rounds }

func (r recording) limit(b testing.TB, t *team) limit {
	var l limit
	computing, drawn := 0.0, 0
	for self := range r.row.players() {
		bytes := 0
		cpu := least(func() (cpu float64) {
			cpu, bytes = r.repeat(b, self)
			return cpu
		})
		computing, drawn = computing+cpu, drawn+bytes
		if r.row.helper(self) {
			l.ahead += cpu
		}
	}
	l.streams = drawing(drawn) / cores
	l.arithmetic = max(0, computing/cores-l.streams)
	if n := uint64(r.row.players()); n > 1 {
		const rounds = 100
		l.bytes = least(func() float64 { return t.do(b, task{rounds: 1, bytes: int((r.bytes + r.ahead) / n)}) }) / cores
		l.rounds = float64(r.rounds) / rounds * least(func() float64 {
			begin := time.Now()
			t.do(b, task{rounds: rounds})
			return time.Since(begin).Seconds()
		})
	}
	return l
}

// cores are those that the servers share.
var cores = float64(min(runtime.NumCPU(), aby3.players()))

// least is the least that several calls return, in seconds: five, or one that takes long.
func least(f func() float64) float64 {
	v := f()
	for range 4 {
		if v > 1 {
			break
		}
		v = min(v, f())
	}
	return v
}

// drawing is the processor time in seconds of so many bytes of streams.
func drawing(bytes int) float64 {
	words := make([]uint64, 1<<17)
	return least(func() float64 {
		stream, err := prg.New(keys(aby3, 0)).Stream(prg.Of(0, 1), 1, 0, 0)
		if err != nil {
			panic(err)
		}
		begin := used()
		for left := bytes / 8; left > 0; left -= len(words) {
			stream.Fill(words[:min(left, len(words))])
		}
		return (used() - begin).Seconds()
	})
}
