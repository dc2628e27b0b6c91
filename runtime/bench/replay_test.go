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
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

// A recording is one execution of an operation.
type recording struct {
	op       operation
	inputs   [servers][]mpc.Share
	received [servers][][]byte // in order
	rounds   uint32
	bytes    uint64 // of all servers
	busiest  uint64 // that one server sends, or receives, at most
}

// record executes an operation once, in this process.
func record(b testing.TB, op operation) recording {
	r := recording{op: op}
	tapes := make([]*tape, servers)
	var wg sync.WaitGroup
	errs := make([]error, servers)
	for i, l := range local.Connect(names) {
		tapes[i] = &tape{Net: conformance.NewNet(l, prg.New(keys(i)))}
		r.inputs[i] = op.deal(i)
		s := &server{engine: mpc.New(aby3.New(ring.Z64, i, roles)), net: tapes[i], link: l}
		wg.Go(func() {
			defer func() { l.Close(errs[i]) }()
			defer abort.Catch(&errs[i])
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
		r.bytes += t.SentBytes()
		r.busiest = max(r.busiest, t.SentBytes(), t.receivedBytes())
	}
	return r
}

// report has what an operation costs beside its time.
func (r recording) report(b *testing.B, cpu float64) {
	b.ReportMetric(float64(r.rounds), "rounds/op")
	b.ReportMetric(float64(r.bytes)/servers, "B/op/player")
	b.ReportMetric(1e3*cpu/float64(b.N), "cpu-ms/op")
}

// A tape is a Net that keeps what it receives.
type tape struct {
	*conformance.Net
	received [][]byte
}

func (t *tape) receivedBytes() (sum uint64) {
	for _, b := range t.received {
		sum += uint64(len(b))
	}
	return sum
}

func (t *tape) Recv(from, size int) []byte {
	b := t.Net.Recv(from, size)
	t.received = append(t.received, slices.Clone(b))
	return b
}

// A replay is a Net without peers: messages go nowhere, and come from a tape.
type replay struct {
	mpc.Net          // helpers there are none
	self             int
	source           *prg.Source
	step, occurrence uint32
	received         [][]byte
	streams          []*prg.Stream
}

func (r *replay) Self() int                  { return r.self }
func (r *replay) Stage()                     {}
func (r *replay) Send(int, ...[]byte)        {}
func (r *replay) At(step, occurrence uint32) { r.step, r.occurrence = step, occurrence }

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
	net := &replay{self: self, source: prg.New(keys(self))}
	for _, m := range r.received[self] {
		net.received = append(net.received, slices.Clone(m))
	}
	s := &server{engine: mpc.New(aby3.New(ring.Z64, self, roles)), net: net}
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

// A limit is in seconds.
type limit struct{ streams, arithmetic, bytes, rounds float64 }

func (l limit) sum() float64 { return l.streams + l.arithmetic + l.bytes + l.rounds }

func (r recording) limit(b testing.TB, t *team) limit {
	var computing float64
	var drawn [servers]int
	for self := range servers {
		computing += least(func() float64 {
			cpu, bytes := r.repeat(b, self)
			drawn[self] = bytes
			return cpu
		})
	}
	streams := drawing(drawn[0]+drawn[1]+drawn[2]) / cores
	const rounds = 100
	return limit{
		streams:    streams,
		arithmetic: max(0, computing/cores-streams),
		bytes:      least(func() float64 { return t.do(b, task{rounds: 1, bytes: int(r.bytes / servers)}) }) / cores,
		rounds: float64(r.rounds) / rounds * least(func() float64 {
			begin := time.Now()
			t.do(b, task{rounds: rounds})
			return time.Since(begin).Seconds()
		}),
	}
}

// cores are those that the servers share.
var cores = float64(min(runtime.NumCPU(), servers))

// least is the least that several calls return.
func least(f func() float64) float64 {
	v := f()
	for range 4 {
		v = min(v, f())
	}
	return v
}

// drawing is the processor time in seconds of so many bytes of streams.
func drawing(bytes int) float64 {
	words := make([]uint64, 1<<17)
	return least(func() float64 {
		stream, err := prg.New(keys(0)).Stream(prg.Of(0, 1), 1, 0, 0)
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
