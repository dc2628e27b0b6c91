package runtime

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// On a full disk a run cannot be logged, so that it does not start; once there
// is room again the next one can, and what was cut off counts.
func TestRunLogOnFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("not root: no disk of a few kilobytes can be mounted, and nothing is tested")
		return
	}
	dir := t.TempDir()
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16k"))
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, 0)) })
	path := filepath.Join(dir, "runs.log")
	l, err := openRunLog(path)
	require.NoError(t, err)
	require.NoError(t, l.append(runRecord{Event: runBegins, Run: "01", Inputs: true}))
	filler := filepath.Join(dir, "filler")
	require.ErrorIs(t, os.WriteFile(filler, make([]byte, 1<<16), 0o600), syscall.ENOSPC)
	long := runRecord{Event: runBegins, Run: "02", Inputs: true, Tag: strings.Repeat("x", 5000)}
	require.ErrorIs(t, l.append(long), syscall.ENOSPC)
	require.ErrorContains(t, l.append(long), "cannot log the run")
	require.NoError(t, os.Remove(filler))
	require.NoError(t, l.append(runRecord{Event: runBegins, Run: "03", Inputs: true}))
	require.NoError(t, l.close())
	again, err := openRunLog(path)
	require.NoError(t, err)
	require.Equal(t, 3, again.before(), "01, 03 and the line that was cut off")
	require.NoError(t, again.close())
}
