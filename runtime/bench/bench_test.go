// Package bench measures secure operations on a million elements, all servers
// in one process, over local links and over TLS on loopback:
//
//	go test -run - -bench . ./runtime/bench
//
// Beside each time stands its limit, measured in the same run: the random
// streams of all servers, what they compute with messages that cost nothing,
// their bytes through the same link, and their rounds, empty. Absolute times
// are the machine's. The arithmetic is the implementation's own: what a better
// one would save shows in its part of the limit, not in the ratio.
package bench

import (
	"sync"
	"testing"
	"time"

	"github.com/tfec-lang/tfec/runtime/clear"
	"github.com/tfec-lang/tfec/runtime/internal/abort"
	"github.com/tfec-lang/tfec/runtime/link"
	"github.com/tfec-lang/tfec/runtime/link/local"
	"github.com/tfec-lang/tfec/runtime/mpc"
	"github.com/tfec-lang/tfec/runtime/prg"
	"github.com/tfec-lang/tfec/runtime/protocol/aby3"
	"github.com/tfec-lang/tfec/runtime/protocol/conformance"
	"github.com/tfec-lang/tfec/runtime/ring"
)

const elements = 1_000_000

var (
	servers = []string{"server0", "server1", "server2"}
	roles   = []int{0, 1, 2}
)

// An operation is what a server does once, on shares x and y.
type operation func(k mpc.Kernel, net mpc.Net, x, y mpc.Share)

func BenchmarkProducts(b *testing.B) {
	measure(b, func(k mpc.Kernel, net mpc.Net, x, y mpc.Share) { k.Mul(net, x, y, 0) })
}

func BenchmarkFixedProducts(b *testing.B) {
	measure(b, func(k mpc.Kernel, net mpc.Net, x, y mpc.Share) { k.Mul(net, x, y, 16) })
}

// BenchmarkComparisons compares numbers of 63 bits, whose difference has 64;
// the result is a number.
func BenchmarkComparisons(b *testing.B) {
	measure(b, func(k mpc.Kernel, net mpc.Net, x, y mpc.Share) {
		less := mpc.New(k).Sub(net, x, y)
		k.BitsToRing(second{net}, k.Negative(net, less, 64), clear.Int64)
	})
}

// second keeps the streams of an operation's second call apart.
type second struct{ mpc.Net }

func (s second) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	return s.Net.Stream(set, mpc.MaxPurpose+purpose)
}

func measure(b *testing.B, op operation) {
	for _, l := range []struct {
		name    string
		connect func(b *testing.B) []link.Link
	}{
		{"local", func(*testing.B) []link.Link { return local.Connect(servers) }},
		{"tls", connectTLS},
	} {
		b.Run(l.name, func(b *testing.B) { measureOver(b, l.connect(b), op) })
	}
}

func measureOver(b *testing.B, links []link.Link, op operation) {
	team := newTeam(links)
	team.do(b, 1, op) // warm
	before, clock := team.sentBytes(), team.clock()
	b.ResetTimer()
	team.do(b, b.N, op)
	b.StopTimer()
	took := b.Elapsed().Seconds() / float64(b.N)
	rounds := float64(team.clock()-clock) / float64(b.N)
	bytes := float64(team.sentBytes()-before) / float64(b.N)
	streams, computing := team.local(op)
	passing := team.passing(b, int(bytes)/len(servers))
	empty := team.passing(b, 0)
	limit := computing + passing + rounds*empty

	b.ReportMetric(rounds, "rounds/op")
	b.ReportMetric(bytes/float64(len(servers)), "B/op/player")
	b.ReportMetric(1e3*streams, "ms-streams")
	b.ReportMetric(1e3*(computing-streams), "ms-arithmetic")
	b.ReportMetric(1e3*passing, "ms-bytes")
	b.ReportMetric(1e3*rounds*empty, "ms-rounds")
	b.ReportMetric(1e3*limit, "ms-limit")
	b.ReportMetric(took/limit, "×limit")
}

// A team is the servers of a benchmark.
type team struct {
	nets    []*conformance.Net
	kernels []mpc.Kernel
	x, y    []mpc.Share
	runs    uint32
}

func newTeam(links []link.Link) *team {
	t := &team{}
	x, y := components(1), components(4)
	for i, l := range links {
		t.nets = append(t.nets, conformance.NewNet(l, prg.New(keys(i))))
		t.kernels = append(t.kernels, aby3.New(i, roles))
		t.x = append(t.x, share(x, i))
		t.y = append(t.y, share(y, i))
	}
	return t
}

// keys need not be secret here.
func keys(self int) prg.Keys {
	keys := prg.Keys{}
	for i, set := range aby3.KeySets(roles, nil) {
		for _, p := range set.Players() {
			if p == self {
				keys[set] = prg.Key{byte(i)}
			}
		}
	}
	return keys
}

// components are those of small numbers, so that fixed-point products fit.
func components(seed byte) [3][]uint64 {
	var c [3][]uint64
	for i := range c {
		c[i] = make([]uint64, elements)
		stream, err := prg.New(prg.Keys{"": {seed + byte(i)}}).Stream("", 0, 0, 0)
		if err != nil {
			panic(err)
		}
		stream.Fill(c[i])
	}
	sum := make([]uint64, elements)
	ring.Add(sum, c[0], c[1])
	ring.ShiftRightSigned(c[2], c[2], 40)
	ring.Sub(c[2], c[2], sum)
	return c
}

func share(c [3][]uint64, role int) mpc.Share {
	return mpc.Share{Elem: clear.Int64, Shape: []int{elements}, Comp: [][]uint64{c[role], c[(role+1)%3]}}
}

// do has all servers carry out an operation n times.
func (t *team) do(b *testing.B, n int, op operation) {
	t.together(b, func(i int) {
		for k := range n {
			t.nets[i].At(1, t.runs+uint32(k))
			op(t.kernels[i], t.nets[i], t.x[i], t.y[i])
		}
	})
	t.runs += uint32(n)
}

// together runs f at each server and waits for all.
func (t *team) together(b *testing.B, f func(i int)) {
	var wg sync.WaitGroup
	for i := range t.nets {
		wg.Go(func() {
			err := func() (err error) {
				defer abort.Catch(&err)
				f(i)
				return nil
			}()
			if err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
}

func (t *team) clock() (longest uint32) {
	for _, n := range t.nets {
		longest = max(longest, n.Clock)
	}
	return longest
}

func (t *team) sentBytes() (sum uint64) {
	for _, n := range t.nets {
		sum += n.SentBytes()
	}
	return sum
}

// local is the time that the servers, one after the other and each on all
// cores, take to draw their masks, and to compute and draw them.
func (t *team) local(op operation) (streams, computing float64) {
	var drawn int
	computing = fastest(func() {
		drawn = 0
		for i := range t.nets {
			net := &silent{self: i, source: prg.New(keys(i))}
			op(t.kernels[i], net, t.x[i], t.y[i])
			for _, s := range net.streams {
				drawn += s.Drawn()
			}
		}
	})
	masks := make([]uint64, elements)
	streams = fastest(func() {
		stream := (&silent{source: prg.New(keys(0))}).Stream(prg.Of(0, 1), 0)
		for left := drawn / 8; left > 0; left -= len(masks) {
			stream.Fill(masks[:min(left, len(masks))])
		}
	})
	return streams, computing
}

// passing is the time of one round in which each server sends a message to the
// next.
func (t *team) passing(b *testing.B, size int) float64 {
	message := make([]byte, size)
	return fastest(func() {
		t.together(b, func(i int) {
			n := t.nets[i]
			n.At(2, t.runs)
			n.Stage()
			n.Send((i+1)%len(t.nets), message)
			n.Recv((i+len(t.nets)-1)%len(t.nets), size)
		})
		t.runs++
	})
}

// fastest is the time in seconds of the fastest of several calls.
func fastest(f func()) float64 {
	best := time.Duration(1<<63 - 1)
	for range 5 {
		start := time.Now()
		f()
		best = min(best, time.Since(start))
	}
	return best.Seconds()
}

// silent is a Net without peers: messages go nowhere, and those that come are
// zeros.
type silent struct {
	self    int
	source  *prg.Source
	streams []*prg.Stream
}

func (s *silent) Self() int                { return s.self }
func (s *silent) Stage()                   {}
func (s *silent) Send(int, ...[]byte)      {}
func (s *silent) Recv(_ int, n int) []byte { return make([]byte, n) }

func (s *silent) Stream(set prg.Set, purpose prg.Purpose) *prg.Stream {
	stream, err := s.source.Stream(set, 1, 0, purpose)
	if err != nil {
		abort.Now(err)
	}
	s.streams = append(s.streams, stream)
	return stream
}
