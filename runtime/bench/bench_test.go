// Package bench measures what secure operations cost:
//
//	go test -run - -bench Operations ./runtime/bench
//	go test -run - -bench Machine ./runtime/bench
//
// Each operation runs between the servers of each protocol: in one process over
// memory, as processes over TLS on loopback, and in one process over connections
// like those of a wide-area network (40 ms, 352 Mbit/s). The script measure beside
// this file has what docs/performance.md shows.
//
// Beside each time stands its limit, measured in the same run: the random
// streams of all servers, what they compute with messages that cost nothing,
// and their bytes through the same link, as processor time over all cores, and
// their rounds, empty.
// Absolute times are the machine's. The arithmetic is the implementation's own:
// what a better one would save shows in its part of the limit, not in the ratio.
// On a machine that others use, cpu-ms/op and its ratio to the limit, cpu×limit,
// are steadier than the time.
package bench

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/tfec-lang/tfec/internal/heap"
)

func TestMain(m *testing.M) {
	heap.Relax() // as in the process of a player
	if isServer() {
		exit(beServer())
	}
	if isStreamer() {
		exit(beStreamer())
	}
	status := m.Run()
	for _, c := range clusters {
		if err := c.close(); err != nil {
			exit(err)
		}
	}
	os.Exit(status)
}

// exit ends a process of the benchmark.
func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A place is where the servers of a benchmark are.
type place struct {
	name string
	team func(testing.TB, row) *team
}

var places = []place{{"memory", inMemory}, {"tls", inProcesses}, {"wan", overWAN}}

// of tells whether a protocol has messages for the place.
func (p place) of(r row) bool { return p.name == "memory" || r.players() > 1 }

func BenchmarkOperations(b *testing.B) {
	for i, op := range operations {
		b.Run(op.name, func(b *testing.B) {
			recordings := map[string]func() recording{}
			for _, p := range rows {
				recordings[p.Name] = sync.OnceValue(func() recording { return record(b, p, op) })
			}
			for _, place := range places {
				b.Run(place.name, func(b *testing.B) {
					for _, p := range rows {
						if place.of(p) {
							limits := sync.OnceValue(func() limit { return recordings[p.Name]().limit(b, place.team(b, p)) })
							b.Run(p.Name, func(b *testing.B) { measure(b, place, i, recordings[p.Name](), limits) })
						}
					}
				})
			}
		})
	}
}

// measure times b.N executions of an operation at a place.
func measure(b *testing.B, p place, op int, recorded recording, limits func() limit) {
	team := p.team(b, recorded.row)
	warm := task{op: op, times: 1}
	if p.name == "wan" {
		warm.times = 0 // share the inputs only: nothing is cold on such a line
	}
	team.do(b, warm)
	b.ResetTimer()
	cpu := team.do(b, task{op: op, times: b.N})
	b.StopTimer()
	took := b.Elapsed().Seconds() / float64(b.N)

	recorded.report(b, cpu)
	if p.name == "wan" {
		estimate := func(bytes uint64) float64 { return wan.Seconds(int64(recorded.rounds), int64(bytes)) }
		b.ReportMetric(1e3*estimate(recorded.busiest), "ms-estimate")
		b.ReportMetric(took/estimate(recorded.busiestWithAhead), "×estimate")
		return
	}
	l := limits()
	b.ReportMetric(1e3*l.streams, "ms-streams")
	b.ReportMetric(1e3*l.arithmetic, "ms-arithmetic")
	b.ReportMetric(1e3*l.bytes, "ms-bytes")
	b.ReportMetric(1e3*l.rounds, "ms-rounds")
	if recorded.row.Helpers > 0 {
		b.ReportMetric(1e3*l.ahead, "cpu-ms-ahead")
	}
	b.ReportMetric(1e3*l.sum(), "ms-limit")
	b.ReportMetric(took/l.sum(), "×limit")
	b.ReportMetric(cpu/float64(b.N)/cores/l.sum(), "cpu×limit")
}

// BenchmarkGrowth is for the plots: processor time, rounds and bytes against size.
func BenchmarkGrowth(b *testing.B) {
	for i, op := range growing {
		b.Run(op.name, func(b *testing.B) {
			team, work := inMemory(b, aby3), task{op: len(operations) + i, times: 1}
			small := op.inputs[0].shape[0] <= recorded
			if small {
				team.do(b, work) // warm
			}
			b.ResetTimer()
			work.times = b.N
			cpu := team.do(b, work)
			b.StopTimer()
			b.ReportMetric(1e3*cpu/float64(b.N), "cpu-ms/op")
			if small {
				record(b, aby3, op).report(b, cpu)
			}
		})
	}
}
