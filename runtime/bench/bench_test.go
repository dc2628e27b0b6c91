// Package bench measures what secure operations cost:
//
//	go test -run - -bench Operations ./runtime/bench
//	go test -run - -bench Machine ./runtime/bench
//
// Each operation runs between three servers: in one process over memory, as
// three processes over TLS on loopback, and in one process over connections
// like those of a wide-area network (40 ms, 352 Mbit/s).
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
	"testing"
)

func TestMain(m *testing.M) {
	if isServer() {
		exit(beServer())
	}
	if isStreamer() {
		exit(beStreamer())
	}
	status := m.Run()
	if err := processes.close(); err != nil {
		exit(err)
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
	team func(testing.TB) *team
}

var places = []place{{"memory", inMemory}, {"tls", inProcesses}, {"wan", overWAN}}

func BenchmarkOperations(b *testing.B) {
	for i, op := range operations {
		b.Run(op.name, func(b *testing.B) {
			recorded := record(b, op)
			for _, p := range places {
				b.Run(p.name, func(b *testing.B) { measure(b, p, i, recorded) })
			}
		})
	}
}

// measure times b.N executions of an operation at a place.
func measure(b *testing.B, p place, op int, recorded recording) {
	team := p.team(b)
	team.do(b, task{op: op, times: 1}) // warm
	b.ResetTimer()
	cpu := team.do(b, task{op: op, times: b.N})
	b.StopTimer()
	took := b.Elapsed().Seconds() / float64(b.N)

	recorded.report(b, cpu)
	if p.name == "wan" {
		estimate := wan.Seconds(int64(recorded.rounds), int64(recorded.busiest))
		b.ReportMetric(1e3*estimate, "ms-estimate")
		b.ReportMetric(took/estimate, "×estimate")
		return
	}
	l := recorded.limit(b, team)
	b.ReportMetric(1e3*l.streams, "ms-streams")
	b.ReportMetric(1e3*l.arithmetic, "ms-arithmetic")
	b.ReportMetric(1e3*l.bytes, "ms-bytes")
	b.ReportMetric(1e3*l.rounds, "ms-rounds")
	b.ReportMetric(1e3*l.sum(), "ms-limit")
	b.ReportMetric(took/l.sum(), "×limit")
	b.ReportMetric(cpu/float64(b.N)/cores/l.sum(), "cpu×limit")
}

// BenchmarkGrowth is for the plots: processor time, rounds and bytes against size.
func BenchmarkGrowth(b *testing.B) {
	for i, op := range growing {
		b.Run(op.name, func(b *testing.B) {
			team, work := inMemory(b), task{op: len(operations) + i, times: 1}
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
				record(b, op).report(b, cpu)
			}
		})
	}
}
