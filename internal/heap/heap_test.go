package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPercent(t *testing.T) {
	for live, want := range map[uint64]int{
		0: 6400, smallest: 6400, // the smallest heap at 100 percent: no more than Between
		Between / 4: 400, Between: 100, 40 * Between: 100,
	} {
		require.Equal(t, want, percent(live), "%d bytes live", live)
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
	require.Greater(t, set(), uint64(1000), "little lives")
	large := make([]byte, Between/2)
	for set() > 200 { // finalizers run some time after the collection
		runtime.GC()
		runtime.Gosched()
	}
	require.Greater(t, set(), uint64(usual))
	runtime.KeepAlive(large)
}

// set is the percentage that is in force.
func set() uint64 {
	percent := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(percent)
	return percent[0].Value.Uint64()
}
