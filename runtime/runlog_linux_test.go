package runtime

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// On a full disk a run cannot be logged, so that it does not start; once there
// is room again the next one can, and what was cut off counts. A limit on the
// size of files cuts a line off as such a disk does, and needs no rights.
func TestRunLogOnFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs.log")
	l, err := openRunLog(path)
	require.NoError(t, err)
	require.NoError(t, l.append(runRecord{Event: runBegins, Run: "01", Inputs: true}))
	long := runRecord{Event: runBegins, Run: "02", Inputs: true, Tag: strings.Repeat("x", 5000)}
	limitFiles(t, 4096, func() {
		require.ErrorIs(t, l.append(long), syscall.EFBIG)
		require.ErrorContains(t, l.append(long), "cannot log the run")
	})
	require.NoError(t, l.append(runRecord{Event: runBegins, Run: "03", Inputs: true}))
	require.NoError(t, l.close())
	again, err := openRunLog(path)
	require.NoError(t, err)
	require.Equal(t, 3, again.before(), "01, 03 and the line that was cut off")
	require.NoError(t, again.close())
}

// limitFiles has this process write no file beyond so many bytes meanwhile.
func limitFiles(t *testing.T, bytes uint64, meanwhile func()) {
	var before syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max}))
	defer func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before)) }()
	meanwhile()
}
