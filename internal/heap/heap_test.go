package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live, made uint64
		want       int
	}{
		{0, 0, 100},
		{0, 8 * Between, 6400}, {smallest, 8 * Between, 6400}, // the smallest heap at 100 percent: no more than Between
		{0, Between, 800}, {0, 80 * Between, 6400},
		{Between / 4, 8 * Between, 400}, {Between, 8 * Between, 100}, {40 * Between, 80 * Between, 100},
	} {
		require.Equal(t, c.want, percent(c.live, c.made), "%d bytes live of %d made", c.live, c.made)
	}
}

// Who has set GOGC is left alone; else what lives after a collection decides when
// the next begins.
func TestRelax(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	Relax()
	require.EqualValues(t, 25, set())

	debug.SetGCPercent(usual)
	Relax()
	for set() < 1000 { // finalizers run some time after a collection
		sink = make([]byte, 1<<20)
		runtime.Gosched()
	}
	large := make([]byte, Between)
	for set() > usual {
		runtime.GC()
		runtime.Gosched()
	}
	runtime.KeepAlive(large)
}

var sink []byte // what is made and dropped

// set is the percentage that is in force.
func set() uint64 {
	percent := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(percent)
	return percent[0].Value.Uint64()
}
