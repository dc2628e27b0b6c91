// Package heap sets how often a process that computes collects its garbage.
//
// A secure operation makes and drops vectors of some hundred megabytes while
// little of it lives, and Go collects whenever the heap has doubled: every few
// vectors, which costs processor time and gives memory back to the system that is
// asked for again at once.
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Between is how much a process makes between two collections, at least, once it
// has made much: an eighth of all that it has made until it comes to this. Memory that
// is used for the first time costs more than a collection, so that a process which
// makes little must use it again.
const Between = 256 << 20

// usual is the percentage of what lives that Go takes by itself.
const usual = 100

// smallest is the heap that Go collects at 100 percent, however little lives.
const smallest = 4 << 20

// Relax has collections begin once so much has been made as lives, but at least
// what Between says. A process whose GOGC says something else is left alone;
// GOMEMLIMIT holds in any case.
func Relax() {
	if percent := debug.SetGCPercent(usual); percent != usual {
		debug.SetGCPercent(percent)
		return
	}
	adjust(new(cycle))
}

// A cycle lasts from one collection to the next, which finalizes it.
type cycle struct{ _ [64]byte }

func adjust(c *cycle) {
	heap := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(heap)
	debug.SetGCPercent(percent(heap[0].Value.Uint64(), heap[1].Value.Uint64()))
	runtime.SetFinalizer(c, adjust)
}

// percent is that of what lives, or of the smallest heap, which makes up what a process
// that has made so much makes between two collections.
func percent(live, made uint64) int {
	return int(max(usual, usual*min(made/8, Between)/max(live, smallest)))
}
